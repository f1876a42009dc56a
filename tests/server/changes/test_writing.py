"""Several files are written as one: all or nothing, whatever happens meanwhile."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from benchmarks.change_kills import attempt, change_set, lay_out, tree_of
from glossator_gate.errors import GlossatorError
from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.changes.journal import Contents, open_journal, open_journals
from glossator_server.changes.writing import recover, write_changes
from glossator_server.errors import StaleDocumentError, UsageError
from glossator_server.files import replace_file


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "a.c").write_text("int a;\n", "utf-8")
    (folder / "b.c").write_text("int b;\n", "utf-8")
    return folder


@pytest.mark.parametrize("seed", range(24))
def test_a_killed_writer_leaves_all_or_nothing(seed: int) -> None:
    # Steps that are spread from the first touch of the disk to the last.
    row = attempt(seed, 3 + seed * 6)
    assert row["state"] in ("before", "after"), row


def test_what_nobody_disturbs_is_written_whole(tmp_path: Path) -> None:
    root = tmp_path / "root"
    lay_out(root, 5)
    changes = change_set(root, 5)
    write_changes(changes, tmp_path / "journal")
    assert {it: _text(it) for it in changes.texts()} == changes.texts()
    assert open_journals(tmp_path / "journal") == ()
    assert recover(tmp_path / "journal") == ()


EDIT_A = FileChange("a.c", "int a;\n", "int aa;\n")


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (FileChange("b.c", "int other;\n", "x"), StaleDocumentError, "changed meanwhile"),
        (FileChange("gone.c", "int c;\n", "x"), StaleDocumentError, "is gone"),
        (FileChange("b.c", None, "x"), StaleDocumentError, "is there"),
        (FileChange("b.c", "int a;\n", "x", moved_from="a.c"), StaleDocumentError, "is there"),
        (FileChange("a.c/in.c", None, "x"), UsageError, "is a file"),
        (FileChange(".git/hooks/pre-commit", None, "x"), UsageError, "never changed"),
        (FileChange("../out.c", None, "x"), UsageError, "link"),
        (FileChange("link.c", "int b;\n", "x"), UsageError, "regular"),
        (FileChange("linked/x.c", None, "x"), UsageError, "link"),
        (FileChange("read.c", "int r;\n", "x"), UsageError, "read-only"),
    ],
)
def test_what_cannot_be_written_leaves_everything_as_it_is(
    root: Path, change: FileChange, error: type[GlossatorError], words: str
) -> None:
    (root / "link.c").symlink_to("b.c")
    (root / "linked").symlink_to(root.parent)
    (root / "read.c").write_text("int r;\n", "utf-8")
    (root / "read.c").chmod(0o444)
    before = tree_of(root)
    with pytest.raises(error, match=words):
        write_changes(ChangeSet(root, (EDIT_A, change)), root.parent / "journal")
    assert tree_of(root) == before
    assert open_journals(root.parent / "journal") == ()
    assert not (root.parent / "out.c").exists()


def test_a_folder_in_the_place_of_a_file_is_no_text_of_ours(root: Path) -> None:
    journal = root.parent / "journal"
    changes = ChangeSet(root, (EDIT_A, FileChange("b.c", "int b;\n", "int bb;\n")))
    _leave_open(changes, journal)
    (root / "a.c").write_text("int aa;\n", "utf-8")
    (root / "b.c").unlink()
    (root / "b.c").mkdir()
    (done,) = recover(journal)
    assert (done.outcome, done.left) == ("rolled back", ("b.c",))
    assert _text(root / "a.c") == "int a;\n"


def test_a_file_that_moves_keeps_its_owner_and_mode(root: Path) -> None:
    (root / "a.c").chmod(0o640)
    moved = FileChange("new.c", "int a;\n", "int aa;\n", moved_from="a.c")
    write_changes(ChangeSet(root, (moved,)), root.parent / "journal")
    assert (root / "new.c").stat().st_mode & 0o777 == 0o640
    # Nobody but root can give a file away: what is written down tells.
    again = FileChange("last.c", "int aa;\n", "int aa;\n", moved_from="new.c")
    contents: Contents = {"last.c": (None, b"int aa;\n", 0o640)}
    opened = open_journal(root.parent / "journal", ChangeSet(root, (again,)), contents)
    assert [(it.uid, it.gid) for it in opened.entries] == [(os.getuid(), os.getgid())]


def test_a_new_file_has_the_mode_that_the_users_mask_leaves(root: Path) -> None:
    mask = os.umask(0o027)
    try:
        write_changes(ChangeSet(root, (FileChange("n.c", None, "x"),)), root.parent / "journal")
    finally:
        os.umask(mask)
    assert (root / "n.c").stat().st_mode & 0o777 == 0o640


def test_an_interrupt_leaves_no_file_beside_the_others(root: Path) -> None:
    def interrupted(new: Path) -> None:
        assert new.exists()
        raise KeyboardInterrupt

    before = tree_of(root)
    with pytest.raises(KeyboardInterrupt):
        replace_file(root / "a.c", b"x", interrupted)
    assert tree_of(root) == before


def test_a_journal_that_is_open_stands_in_the_way(root: Path) -> None:
    journal = root.parent / "journal"
    (journal / "0123").mkdir(parents=True)
    intent = {"schema": 1, "root": os.fsencode(root).hex(), "entries": [], "new_folders": []}
    (journal / "0123" / "intent.json").write_text(json.dumps(intent), "utf-8")
    with pytest.raises(UsageError, match="glossator recover"):
        write_changes(ChangeSet(root, (EDIT_A,)), journal)
    recover(journal)
    write_changes(ChangeSet(root, (EDIT_A,)), journal)
    assert _text(root / "a.c") == "int aa;\n"


def test_what_somebody_changed_after_a_kill_stays_theirs(tmp_path: Path) -> None:
    root, journal = tmp_path / "root", tmp_path / "journal"
    lay_out(root, 2)
    changes = change_set(root, 2)
    edited = next(it for it in changes.files if it.before is not None and it.after is not None)
    write_changes(changes, journal)
    # As a kill just before the end would leave it.
    again = ChangeSet(
        root, tuple(FileChange(it.path, it.after, "x") for it in changes.files if it.after)
    )
    _leave_open(again, journal)
    place = root / edited.path
    place.write_text("mine\n", "utf-8")
    (done,) = recover(journal)
    assert done.outcome == "rolled back"
    assert done.left == (edited.path,)
    assert _text(place) == "mine\n"


def test_a_broken_journal_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "journal" / "0123").mkdir(parents=True)
    with pytest.raises(UsageError, match="cannot be read"):
        recover(tmp_path / "journal")


def _leave_open(changes: ChangeSet, folder: Path) -> None:
    contents = {
        it.path: ((it.before or "").encode(), (it.after or "").encode(), 0o644)
        for it in changes.files
    }
    open_journal(folder, changes, contents)
    place = changes.root / changes.files[0].path
    place.write_text(changes.files[0].after or "", "utf-8")


def _text(path: Path) -> str | None:
    return path.read_bytes().decode() if path.exists() else None
