"""Where a repository begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_indexer.walking import repository_root


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def repository(folder: Path) -> Path:
    (folder / ".git").mkdir(parents=True)
    (folder / ".git/HEAD").write_text("ref: refs/heads/main\n", "utf-8")
    return folder


def test_the_nearest_repository_counts(home: Path) -> None:
    outer = repository(home / "outer")
    inner = repository(outer / "inner")
    (inner / "src").mkdir()
    (outer / "src").mkdir()
    assert repository_root(inner / "src") == inner
    assert repository_root(outer / "src") == outer
    assert repository_root(outer) == outer


def test_a_worktree_or_submodule_is_one_by_its_file(home: Path) -> None:
    (home / "tree/src").mkdir(parents=True)
    (home / "tree/.git").write_text("gitdir: /elsewhere\n", "utf-8")
    assert repository_root(home / "tree/src") == home / "tree"


def test_home_and_above_never_count(home: Path) -> None:
    repository(home)
    (home / "plain").mkdir()
    assert repository_root(home / "plain") == home / "plain"
    assert repository_root(home) == home
    assert repository_root(Path("/")) == Path("/")


def test_a_folder_that_is_only_called_so_is_none(home: Path) -> None:
    (home / "outer/.git").mkdir(parents=True)
    (home / "outer/src").mkdir()
    assert repository_root(home / "outer/src") == home / "outer/src"


def test_links_are_resolved(home: Path) -> None:
    outer = repository(home / "outer")
    (outer / "src").mkdir()
    (home / "link").symlink_to(outer / "src")
    assert repository_root(home / "link") == outer
