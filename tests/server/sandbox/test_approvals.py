"""Approvals of a project's commands: what is pinned, and what takes an approval back."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from glossator_server.errors import UsageError
from glossator_server.sandbox.approvals import ABSENT, Approvals


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / 'a "project" of mine \x7f \U0001f40d'
    (folder / "tests").mkdir(parents=True)
    (folder / "Makefile").write_text("check:\n\ttrue\n", "utf-8")
    (folder / "pyproject.toml").write_text("[project]\n", "utf-8")
    (folder / "run.sh").write_text("#!/bin/sh\n", "utf-8")
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "approvals.toml"


@pytest.fixture
def approvals(path: Path) -> Approvals:
    return Approvals(path)


MAKE = ("make", "-j2", "check")


def test_nothing_is_approved_at_first(approvals: Approvals, root: Path) -> None:
    refusal = approvals.refusal(root, MAKE)
    assert refusal == f'"make -j2 check" is not approved yet for {root}: run `glossator approve`.'
    assert approvals.entries() == ()


def test_what_is_approved_is_run_and_nothing_else(
    approvals: Approvals, root: Path, path: Path
) -> None:
    approval = approvals.approve(root, MAKE)
    assert approvals.refusal(root, MAKE) is None
    assert approvals.refusal(root, ("make", "check")) is not None
    assert approvals.refusal(root / "tests", MAKE) is not None
    assert approvals.entries() == (approval,)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_server_sees_it_at_once(approvals: Approvals, root: Path, path: Path) -> None:
    approvals.approve(root, MAKE)
    assert Approvals(path).refusal(root, MAKE) is None
    assert Approvals(path).revoke(root, MAKE)
    assert approvals.refusal(root, MAKE) is not None
    assert not approvals.revoke(root, MAKE)


def test_approving_again_replaces(approvals: Approvals, root: Path) -> None:
    approvals.approve(root, MAKE)
    (root / "Makefile").write_text("check:\n\tfalse\n", "utf-8")
    assert approvals.refusal(root, MAKE) == (
        "Makefile changed since the command was approved: look at it, then run "
        "`glossator approve` again."
    )
    approvals.approve(root, MAKE)
    assert approvals.refusal(root, MAKE) is None
    assert len(approvals.entries()) == 1


@pytest.mark.parametrize(
    ("argv", "names"),
    [
        (MAKE, {"GNUmakefile", "makefile", "Makefile"}),
        (("make", "-f", "run.sh"), {"GNUmakefile", "makefile", "Makefile", "run.sh"}),
        (("make", "-frun.sh"), {"GNUmakefile", "makefile", "Makefile", "run.sh"}),
        (
            ("make", "-C", "tests"),
            {"tests/GNUmakefile", "tests/makefile", "tests/Makefile"},
        ),
        (("npm", "test"), {"package.json"}),
        (
            ("python3", "-m", "pytest", "{test}"),
            {"conftest.py", "pyproject.toml", "setup.cfg", "pytest.ini", "tox.ini"},
        ),
        (("cargo", "test"), {"Cargo.toml", "build.rs"}),
        (("go", "test", "./..."), {"go.mod"}),
        (("./run.sh", "--config=pyproject.toml"), {"run.sh", "pyproject.toml"}),
        (("true", "tests"), set()),
    ],
)
def test_the_files_of_a_command_are_pinned(
    approvals: Approvals, root: Path, argv: tuple[str, ...], names: set[str]
) -> None:
    approval = approvals.approve(root, argv)
    assert set(approval.files) == names
    assert approval.argv == argv
    assert all(it == ABSENT or len(it) == 64 for it in approval.files.values())


def test_a_file_that_comes_up_later_counts_as_changed(approvals: Approvals, root: Path) -> None:
    approvals.approve(root, MAKE)
    (root / "GNUmakefile").write_text("check:\n\tfalse\n", "utf-8")
    assert "GNUmakefile changed" in (approvals.refusal(root, MAKE) or "")


def test_a_file_that_a_word_comes_to_name_counts_as_changed(
    approvals: Approvals, root: Path
) -> None:
    approvals.approve(root, MAKE)
    (root / "check").write_text("", "utf-8")
    assert "check changed" in (approvals.refusal(root, MAKE) or "")


def test_a_link_is_what_it_leads_to(approvals: Approvals, root: Path, tmp_path: Path) -> None:
    (root / "link").symlink_to("run.sh")
    approvals.approve(root, ("./link",))
    (root / "run.sh").write_text("#!/bin/sh\nfalse\n", "utf-8")
    assert approvals.refusal(root, ("./link",)) is not None
    other = tmp_path / "other"
    other.symlink_to(root)
    approvals.approve(other, MAKE)
    assert approvals.refusal(root, MAKE) is None


@pytest.mark.parametrize(
    "argv",
    [
        (),
        ("",),
        ("true", "a\nb"),
        ("true", "a\0b"),
        ("true", "a\udcffb"),
        ("/opt/tool",),
        ("true", "../outside"),
        ("true", "--config=/etc/passwd"),
        ("true", "out"),
        ("make", "-C", ".."),
    ],
)
def test_what_cannot_be_pinned_is_refused(
    approvals: Approvals, root: Path, tmp_path: Path, argv: Sequence[str]
) -> None:
    (tmp_path / "outside").write_text("", "utf-8")
    (root / "out").symlink_to(tmp_path / "outside")
    with pytest.raises(UsageError):
        approvals.approve(root, argv)
    assert approvals.refusal(root, argv) is not None
    assert approvals.entries() == ()


def test_a_makefile_that_leads_out_is_refused(
    approvals: Approvals, root: Path, tmp_path: Path
) -> None:
    (root / "Makefile").unlink()
    (root / "Makefile").symlink_to(tmp_path / "outside")
    with pytest.raises(UsageError, match="leads out"):
        approvals.approve(root, MAKE)


def test_programs_of_the_system_need_no_pin(approvals: Approvals, root: Path) -> None:
    assert approvals.approve(root, ("/usr/bin/env", "true", "/dev/null")).files == {}


def broken(path: Path) -> None:
    path.write_text("[[approved]]\nroot = 1\n", "utf-8")


def no_toml(path: Path) -> None:
    path.write_text("=", "utf-8")


def no_text(path: Path) -> None:
    path.write_bytes(b"\xff")


def writable(path: Path) -> None:
    path.chmod(0o660)


def link(path: Path) -> None:
    path.rename(path.with_suffix(".old"))
    path.symlink_to(path.with_suffix(".old"))


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("damage", [broken, no_toml, no_text, writable, link, pipe])
def test_a_file_that_cannot_be_trusted_approves_nothing(
    approvals: Approvals, root: Path, path: Path, damage: Callable[[Path], None]
) -> None:
    approvals.approve(root, MAKE)
    damage(path)
    assert "approves nothing" in (approvals.refusal(root, MAKE) or "")
    with pytest.raises(UsageError, match="approves nothing"):
        approvals.approve(root, MAKE)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_somebody_else_approves_nothing(
    approvals: Approvals, root: Path, path: Path
) -> None:
    approvals.approve(root, MAKE)
    os.chown(path, 65534, 65534)
    assert "belongs to somebody else" in (approvals.refusal(root, MAKE) or "")
