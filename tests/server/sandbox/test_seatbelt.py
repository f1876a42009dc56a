"""The profile for macOS: golden cases, since nothing here can run it."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_server.sandbox import SandboxJob
from glossator_server.sandbox.seatbelt import seatbelt_profile
from tests.conftest import Golden

CASES = Path(__file__).parents[2] / "cases" / "sandbox"
PROJECT = Path("/Users/somebody/project")
JOBS = {
    "plain": SandboxJob(("true",), PROJECT, PROJECT),
    "readable": SandboxJob(
        ("true",), PROJECT, PROJECT, readable=(Path("/opt/tools"), Path("/opt/homebrew"))
    ),
    "odd-names": SandboxJob(("true",), Path('/Users/a "b"\\c'), PROJECT),
}


@pytest.mark.parametrize("name", JOBS)
def test_the_profile_is_the_one_that_was_read(name: str, golden: Golden) -> None:
    golden(CASES / f"{name}.sb", "", seatbelt_profile(JOBS[name], Path("/private/tmp/scratch")))


@pytest.mark.parametrize("name", JOBS)
def test_everything_is_denied_first_and_only_scratch_is_written(name: str) -> None:
    lines = seatbelt_profile(JOBS[name], Path("/private/tmp/scratch")).splitlines()
    assert lines[:3] == ["(version 1)", "(deny default)", "(deny network*)"]
    writable = [it for it in lines if "file-write*" in it]
    assert writable == ['(allow file-write* (subpath "/private/tmp/scratch"))']


def test_a_name_that_could_end_a_line_is_refused() -> None:
    with pytest.raises(ValueError, match="control character"):
        seatbelt_profile(SandboxJob(("true",), Path("/a\n(allow default)"), PROJECT), Path("/s"))
