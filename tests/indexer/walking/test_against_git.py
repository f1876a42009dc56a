"""The walk agrees with git itself on trees and ignore files that nobody thought of."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glossator_indexer.walking import RepositoryWalker

GIT = shutil.which("git")

FOLDERS = st.sampled_from(["a", "b", "foo", "a b", "é"])
FILES = st.sampled_from(
    ["a.c", "b.c", "foo.h", "x[1].c", "é.c", "a b.c", "#x.c", "!x.c", "\\.c", "ab.c"]
)
PATHS = st.tuples(st.lists(FOLDERS, max_size=3), FILES).map(lambda it: "/".join((*it[0], it[1])))
LETTERS = st.sampled_from(["a", "b", "ab", "foo", "é", ".c", ".h", " ", "\t", "!", "#", "x[1]"])
GLOBS = st.sampled_from(["*", "**", "/", "/**/", "?", "\\*", "\\", "\\ "])
SETS = st.sampled_from(
    ["[ab]", "[!a]", "[^b-z]", "[[:alpha:]]", "[]a]", "[a-", "[a-c.]", "[[:nope:]]"]
)
LINES = st.builds(
    lambda sign, slash, pieces, end: sign + slash + "".join(pieces) + end,
    st.sampled_from(["", "", "!", "#", "\\!"]),
    st.sampled_from(["", "/"]),
    st.lists(LETTERS | GLOBS | SETS, min_size=1, max_size=5),
    st.sampled_from(["", "", "/", " ", "\r", "  ", "\\ "]),
)
IGNORE_FILES = st.dictionaries(
    st.lists(FOLDERS, max_size=2).map("/".join), st.lists(LINES, min_size=1, max_size=5), max_size=3
)


def listed_by_git(root: Path) -> set[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(root.parent),
        "XDG_CONFIG_HOME": os.environ["XDG_CONFIG_HOME"],
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    command = ["git", "ls-files", "-z", "-c", "-o", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=True)
    return {os.fsdecode(it) for it in done.stdout.split(b"\0") if it}


def make_repository(root: Path) -> None:
    (root / ".git" / "objects").mkdir(parents=True)
    (root / ".git" / "refs").mkdir()
    (root / ".git" / "info").mkdir()
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n", "utf-8")


def write(root: Path, path: str, content: str = "") -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode())


def check_as_git(root: Path) -> None:
    expected = {it for it in listed_by_git(root) if it.endswith((".c", ".h"))}
    walker = RepositoryWalker(root)
    assert {it.path for it in walker.walk()} == expected
    everything = {
        (Path(folder) / it).relative_to(root).as_posix()
        for folder, _, names in os.walk(root)
        for it in names
    }
    assert {it for it in everything if walker.found(it) is not None} == expected


@pytest.mark.skipif(GIT is None, reason="git is not installed")
@settings(
    max_examples=int(os.environ.get("GLOSSATOR_GIT_EXAMPLES", "80")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    paths=st.lists(PATHS, min_size=1, max_size=12),
    ignore_files=IGNORE_FILES,
    own=st.lists(LINES, max_size=2),
)
def test_random_trees_are_listed_as_git_lists_them(
    paths: list[str], ignore_files: dict[str, list[str]], own: list[str], tmp_path: Path
) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path) as name:
        root = Path(name).resolve()
        make_repository(root)
        for path in paths:
            write(root, path)
        for folder, lines in ignore_files.items():
            write(root, f"{folder}/.gitignore".removeprefix("/"), "\n".join(lines))
        write(root, ".git/info/exclude", "\n".join(own))
        check_as_git(root)
