"""Settings of git are read as git reads them, and a repository's may say next to nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from glossator_indexer.walking import RepositoryWalker, git_repository
from glossator_indexer.walking.git_config import settings_in

PIECES = st.sampled_from(
    [
        *('[core]', '[core "Sub\\"x"]', "[core.Sub]", "[bad section]", "[core]excludesFile=x", "["),
        *("excludesFile", "key-1", "1key", "key", "é"),
        *("=", " = ", " ", "\t", "\n", "\r\n", "\n\n", "\\\n", "\\", "\\t", "\\x"),
        *("value", "~/a b", '"', '"a  b"', "#", "; why", '\\"', "a", "]", "\f"),
    ]
)  # fmt: skip
LINES = st.lists(PIECES, max_size=12).map("".join)


@pytest.mark.usefixtures("git")
@settings(
    max_examples=int(os.environ.get("GLOSSATOR_GIT_EXAMPLES", "150")),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(lines=st.lists(LINES, max_size=4))
@example(lines=["[a]\nb = x  y ; z", "c", 'd = "e # f" g \\', ' h"i', '[J "K\\\\L"]\nm = \\n'])
def test_a_file_is_read_as_git_reads_it(lines: list[str], tmp_path: Path) -> None:
    text = "[core]\n" + "\n".join(lines)
    (tmp_path / "config").write_bytes(text.encode())
    command = ["git", "config", "--file", str(tmp_path / "config"), "--no-includes", "--list", "-z"]
    done = subprocess.run(command, capture_output=True)
    read = settings_in(text.encode())
    if done.returncode == 0:
        listed = [it.partition("\n") for it in os.fsdecode(done.stdout).split("\0")[:-1]]
        assert tabs_as_spaces(read) == tabs_as_spaces(
            [(key, value if is_set else "true") for key, is_set, value in listed]
        )


def tabs_as_spaces(said: object) -> str:
    # Some versions of git make a space of a tab between words.
    return repr(said).replace("[", "(").replace("]", ")").replace("\\t", " ").replace(",)", ")")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(git_repository, "SYSTEM_CONFIG", str(tmp_path / "gitconfig"))
    return home


def write(place: Path, content: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(content, "utf-8")


def is_ignored(root: Path) -> bool:
    """Return whether the file of patterns that says `a.c` is read."""
    write(root / "a.c", "")
    return RepositoryWalker(root).found("a.c") is None


@pytest.mark.parametrize(
    "place",
    [
        "home/patterns",
        "home/.config/git/patterns",
        "home/work/tree/patterns",
        "home/work/tree/.git/info/mine",
    ],
)
def test_a_repository_names_a_file_of_the_home_or_its_own(
    place: str, tmp_path: Path, home: Path
) -> None:
    root = home / "work/tree"
    write(root / ".git/config", f"[core]\nexcludesFile = {tmp_path / place}\n")
    write(tmp_path / place, "a.c\n")
    assert is_ignored(root)


@pytest.mark.parametrize(
    "place",
    [
        "elsewhere/patterns",
        "home/.ssh/config",
        "home/.gnupg/deep/patterns",
        "home/.netrc",
        "home/work/tree/.env",
    ],
)
def test_a_repository_names_no_file_elsewhere_and_no_secret_but_its_user_may(
    place: str, tmp_path: Path, home: Path
) -> None:
    root = home / "work/tree"
    write(root / ".git/config", f"[core]\nexcludesFile = {tmp_path / place}\n")
    write(tmp_path / place, "a.c\n")
    assert not is_ignored(root)
    write(root / ".git/config", "")
    write(home / ".gitconfig", f"[core]\nexcludesFile = {tmp_path / place}\n")
    assert is_ignored(root)


def test_a_link_leads_a_repository_nowhere_else(tmp_path: Path, home: Path) -> None:
    root = home / "tree"
    write(tmp_path / "elsewhere", "a.c\n")
    write(root / ".git/config", "[core]\nexcludesFile = patterns\n")
    (root / "patterns").symlink_to(tmp_path / "elsewhere")
    assert not is_ignored(root)


def test_what_a_repository_may_not_say_leaves_the_users_word(tmp_path: Path, home: Path) -> None:
    root = home / "tree"
    write(home / "patterns", "a.c\n")
    write(home / ".gitconfig", "[core]\nexcludesFile = ~/patterns\n")
    write(root / ".git/config", f"[core]\nexcludesFile = {tmp_path / 'none'}\n")
    assert is_ignored(root)
    write(root / ".git/config", "[core]\nexcludesFile =\n")
    assert not is_ignored(root)


def test_files_of_the_user_may_include_others_and_those_of_a_repository_not(home: Path) -> None:
    root = home / "tree"
    write(home / "patterns", "a.c\n")
    write(home / "dotfiles/more", "[include]\npath = more\n[core]\nexcludesFile = ~/patterns\n")
    write(root / ".git/config", "[include]\npath = ~/dotfiles/more\n")
    assert not is_ignored(root)
    write(home / ".gitconfig", "[include]\npath = dotfiles/more\n")
    assert is_ignored(root)


def test_a_repository_that_hashes_otherwise_and_one_of_several_trees(home: Path) -> None:
    root = home / "tree"
    write(home / "patterns", "a.c\n")
    config = "[extensions]\nobjectFormat = SHA256\nworktreeConfig\n"
    write(root / ".git/config", config)
    write(root / ".git/config.worktree", "[core]\nexcludesFile = ~/patterns\n")
    assert git_repository.read_repository(str(root)).hash_bytes == 32
    assert is_ignored(root)
