"""Own the proof that a glob names what git would, and takes no time to speak of."""

from __future__ import annotations

import time

import pathspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy.globs import check_glob, matcher

# Without "[!...]": there, pathspec takes a slash for one of the characters, and git does not.
PIECES = st.sampled_from(["a", "b", ".c", "*", "**", "?", "/", "/", "[ab]", "a*b", "*b*"])
NAMES = st.text("abc.", min_size=1, max_size=3).filter(lambda it: it.strip(".") != "")


@settings(max_examples=500)
@given(st.lists(PIECES, min_size=1, max_size=7), st.lists(NAMES, min_size=1, max_size=5))
def test_a_glob_names_what_pathspec_says_it_names(pieces: list[str], names: list[str]) -> None:
    glob, path = "".join(pieces), "/".join(names)
    assume("//" not in glob and "***" not in glob and glob.strip("/"))
    spec = pathspec.GitIgnoreSpec.from_lines([glob])
    assert matcher((check_glob(glob),))(path) == spec.match_file(path)


@pytest.mark.parametrize(
    ("glob", "path", "names"),
    [
        ("**/payments/**", "src/payments/a.c", True),
        ("**/payments/**", "payments/a.c", True),
        ("**/payments/**", "src/payments.c", False),
        ("*.pem", "tls/server.pem", True),
        ("/docs", "docs/a/b.md", True),
        ("/docs", "src/docs/a.md", False),
        ("a[!b]c", "a/c", False),
        ("a[^b]c", "adc", True),
        ("a[]]c", "a]c", True),
        ("über/*.c", "über/ä.c", True),
    ],
)
def test_examples(glob: str, path: str, *, names: bool) -> None:
    assert matcher((check_glob(glob),))(path) is names


@pytest.mark.parametrize(
    "glob",
    ["!a", "#a", "a\\b", " a", "a\n", "/", "", "[a", "a[z-a]", "x" * 501],
)
def test_what_names_nothing_or_takes_back_is_no_glob(glob: str) -> None:
    with pytest.raises(ConfigurationError):
        check_glob(glob)


def test_hostile_globs_and_paths_take_no_time() -> None:
    globs = ("*a" * 200 + "b", "**/a" * 100 + "/b", "**/" + "*a" * 20 + "/**/" + "a*" * 50 + "c")
    matches = matcher(globs)
    begun = time.process_time()
    for path in ("a" * 4000, "a/" * 2000 + "a", "ab" * 2000, "/".join(["aaab"] * 800)):
        assert not matches(path) or path.endswith("b")
    assert time.process_time() - begun < 1
