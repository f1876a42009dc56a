from __future__ import annotations

import contextlib
import os
import resource
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.pipeline import job_for, make
from glossator_indexer.records import DISK, IndexPhase, PieceRole, PiecesQuery, SearchQuery
from glossator_indexer.store import FILE_NAME
from tests.indexer.index.conftest import Repository

Change = Callable[[Path], object]

# Enough files for worker processes to be worth their start.
_MANY = 40

_SET_ASIDE = "The index was written by a later version; it is set aside."


def _fill(repository: Repository, count: int = _MANY) -> list[str]:
    paths = [f"part{at % 3}/file{at}.c" for at in range(count)]
    for at, path in enumerate(paths):
        repository.write(path, f"counted_{at}")
    return paths


def test_a_repository_is_read_by_workers_and_found(repository: Repository) -> None:
    paths = _fill(repository)
    index = repository.refresh()
    assert repository.where("counted_7") == [paths[7]]
    assert repository.said("counted_7")[0] == "counted_7"
    status = index.status()
    assert (status.files, status.chunks, status.problems) == (_MANY, status.vectors, ())
    phases = [it.phase for it in repository.progress]
    assert phases[0] is IndexPhase.WALKING
    assert IndexPhase.READING in phases
    assert phases[-1] is IndexPhase.READY
    assert repository.folder.stat().st_mode & 0o777 == 0o700


def test_opening_again_finds_everything_and_reads_nothing(repository: Repository) -> None:
    path = repository.write("a.c", "once_there")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    repository.refresh()
    number = repository.open()._stores.truth.numbers(0)["a.c"]
    assert repository.where("once_there") == ["a.c"]
    index = repository.refresh()
    assert index._stores.truth.numbers(0)["a.c"] == number


def test_what_was_saved_is_found_on_return(repository: Repository) -> None:
    repository.write("a.c", "before_it")
    index = repository.refresh()
    repository.write("a.c", "after_it")
    repository.write("new/b.c", "quite_new")
    index.update_files(["a.c", "new/b.c"])
    assert repository.where("after_it") == ["a.c"]
    assert repository.where("quite_new") == ["new/b.c"]
    assert repository.where("before_it") == []


def test_deleted_and_renamed_files_leave_no_ghost(repository: Repository) -> None:
    for path in ("a.c", "dir/b.c", "dir/deep/c.c", "kept.c"):
        repository.write(path, Path(path).stem + "_function")
    index = repository.refresh()
    (repository.root / "a.c").unlink()
    (repository.root / "dir").rename(repository.root / "moved")
    index.update_files(["a.c", "dir", "moved"])
    assert repository.where("a_function") == []
    assert repository.where("b_function") == ["moved/b.c"]
    assert repository.where("c_function") == ["moved/deep/c.c"]
    assert repository.where("kept_function") == ["kept.c"]
    (repository.root / "kept.c").rename(repository.root / "renamed.c")
    repository.refresh()
    assert repository.where("kept_function") == ["renamed.c"]
    assert index.status().files == 3


def test_thousands_of_paths_are_looked_at_in_one_walk(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = _fill(repository, 5)
    repository.write("untold.c", "before_it")
    index = repository.refresh()
    repository.write("untold.c", "after_it")
    repository.write("new/b.c", "quite_new")
    (repository.root / paths[0]).unlink()
    for at, path in enumerate(paths[1:]):
        repository.write(path, f"switched_{at}")
    monkeypatch.setattr(repository.parts.walker, "found", lambda _: pytest.fail("one by one"))
    index.update_files([*paths, "new", *(f"build/{at}.o" for at in range(5_000))])
    assert repository.where("switched_3") == [paths[4]]
    assert repository.where("quite_new") == ["new/b.c"]
    assert repository.where("before_it") == ["untold.c"]
    assert index.status().files == 6


def test_many_changed_files_are_taken_in_while_others_ask(repository: Repository) -> None:
    paths = _fill(repository, 120)
    index = repository.refresh()
    for at, path in enumerate(paths):
        repository.write(path, f"switched_{at}")
    switching = threading.Thread(target=index.update_files, args=(paths,))
    switching.start()
    while switching.is_alive():
        index.search(SearchQuery("counted"))
        repository.write("saved.c", "saved_between")
        index.update_files(["saved.c"])
        assert repository.where("saved_between") == ["saved.c"]
    switching.join()
    assert repository.where("switched_119") == [paths[119]]
    assert repository.where("counted_5") == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda now: (now, now), id="same size, same time, within the clock's tick"),
        pytest.param(lambda now: (now, now - 10**15), id="a clock that went back"),
        pytest.param(lambda now: (now, now + 10**15), id="a clock that ran ahead"),
    ],
)
def test_a_change_is_noticed_whatever_the_clock_says(
    repository: Repository, change: Callable[[int], tuple[int, int]]
) -> None:
    before, after = change(time.time_ns())
    path = repository.write("a.c", "first_name")
    os.utime(path, ns=(before, before))
    repository.refresh()
    path.write_text(path.read_text().replace("first_name", "other_name"))
    os.utime(path, ns=(after, after))
    repository.refresh()
    assert repository.where("other_name") == ["a.c"]
    assert repository.where("first_name") == []


def test_a_change_is_noticed_that_kept_size_and_time_and_inode(repository: Repository) -> None:
    path = repository.write("a.c", "first_name")
    long_ago = (1_000_000_000, 1_000_000_000)
    os.utime(path, long_ago)
    index = repository.refresh()
    before = index._stores.truth.find(DISK, "a.c")
    assert before is not None
    # As if it had been read long after it was written: no doubt but by the stamps.
    index._stores.truth.restamp([before._replace(read_ns=time.time_ns() + 10**10)])
    with path.open("r+") as file:
        file.write(path.read_text().replace("first_name", "other_name"))
    os.utime(path, long_ago)
    now = path.stat()
    assert (now.st_size, now.st_mtime_ns, now.st_ino) == before[3:6]
    repository.refresh()
    assert repository.where("other_name") == ["a.c"]
    assert repository.where("first_name") == []


@pytest.mark.parametrize("change", [lambda it: it.chmod(0o400), lambda it: os.link(it, it.name)])
def test_what_changed_beside_the_contents_is_read_once_and_not_made_again(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    monkeypatch.chdir(tmp_path)
    path = repository.write("a.c", "once_there")
    index = repository.refresh()
    truth = index._stores.truth
    before = truth.find(DISK, "a.c")
    assert before is not None
    change(path)
    repository.refresh()
    after = truth.find(DISK, "a.c")
    assert after is not None
    assert after.number == before.number
    assert after.ctime_ns == path.stat().st_ctime_ns
    assert after.read_ns > before.read_ns
    truth.restamp([after._replace(read_ns=(unread := time.time_ns() + 10**10))])
    repository.refresh()
    assert truth.known(after.number) == after._replace(read_ns=unread)


def test_a_touched_file_keeps_its_number(repository: Repository) -> None:
    path = repository.write("a.c", "once_there")
    index = repository.refresh()
    number = index._stores.truth.numbers(0)["a.c"]
    os.utime(path, (1_000_000_000, 1_000_000_000))
    repository.refresh()
    assert index._stores.truth.numbers(0)["a.c"] == number
    assert index._stores.truth.modified(number) == 1_000_000_000


def test_an_unsaved_text_is_seen_by_its_session_only(repository: Repository) -> None:
    repository.write("a.c", "on_disk")
    index = repository.refresh()
    index.update_buffers(5, {"a.c": "int not_saved_yet(void)\n{\n\treturn 2;\n}\n"})
    assert repository.where("not_saved_yet", session=5) == ["a.c"]
    assert repository.where("on_disk", session=5) == []
    assert repository.where("not_saved_yet") == []
    assert repository.where("on_disk", session=6) == ["a.c"]
    (piece,) = index.pieces(
        PiecesQuery(text="not_saved_yet", roles=(PieceRole.HIT,), limit_per_role=1, session=5)
    )
    assert "return 2;" in piece.text
    assert index.status().buffers == 1
    index.update_buffers(5, {"a.c": None})
    assert repository.where("on_disk", session=5) == ["a.c"]
    assert index.status().buffers == 0


def test_sessions_end_with_the_editor_or_with_the_owner(repository: Repository) -> None:
    repository.write("a.c", "on_disk")
    index = repository.refresh()
    for session in (5, 6):
        index.update_buffers(session, {"a.c": f"int unsaved_{session}(void)\n{{\n}}\n"})
    index.end_session(5)
    assert repository.where("on_disk", session=5) == ["a.c"]
    assert repository.where("unsaved_6", session=6) == ["a.c"]
    index = repository.open()
    assert index.status().buffers == 0
    assert repository.where("unsaved_6", session=6) == []


def test_a_stop_is_honoured_and_the_work_is_taken_up_again(repository: Repository) -> None:
    # As many as no machine takes in before it can be stopped.
    count = 1_500
    _fill(repository, count)
    index = repository.open()
    stopped = threading.Event()
    ended = []

    def refresh() -> None:
        index.refresh(repository.progress.append, stopped.is_set)
        ended.append(time.monotonic())

    refreshing = threading.Thread(target=refresh)
    refreshing.start()
    while not any(it.files_done for it in repository.progress):
        time.sleep(0.01)
    asked = time.monotonic()
    stopped.set()
    refreshing.join()
    # A tenth of a second on a quiet machine; this one may be busy.
    assert ended[0] - asked < 2
    assert repository.progress[-1].phase is IndexPhase.PAUSED
    assert repository.refresh().status().files == count


def test_a_file_that_ends_its_worker_is_left_out(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "modules" / "deadly_embedder.py"
    module.parent.mkdir()
    module.write_text(
        "import os\nfrom glossator_indexer import static_embedder\n"
        "class Deadly:\n"
        "    def __init__(self): self._inner = static_embedder.load()\n"
        "    def encode(self, texts):\n"
        "        if any('deadly_name' in it for it in texts): os._exit(9)\n"
        "        return self._inner.encode(texts)\n"
        "def load(): return Deadly()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(module.parent))
    monkeypatch.syspath_prepend(module.parent)
    import deadly_embedder  # type: ignore[import-not-found]

    paths = _fill(repository)
    repository.write(paths[3], "deadly_name")
    index = repository.open(worker_embedder=deadly_embedder.load)
    index.refresh(repository.progress.append, lambda: False)
    status = index.status()
    assert status.files == _MANY
    assert status.problems == ("1 file could not be read in whole.",)
    assert repository.where("counted_9") == [paths[9]]


def test_what_is_no_plain_file_any_more_is_forgotten(repository: Repository) -> None:
    for name in ("fifo", "link", "folder", "gone"):
        repository.write(f"{name}.c", f"was_{name}")
    index = repository.refresh()
    for path in repository.root.iterdir():
        path.unlink()
    os.mkfifo(repository.root / "fifo.c")
    (repository.root / "link.c").symlink_to("/etc/passwd")
    (repository.root / "folder.c").mkdir()
    index.update_files(["fifo.c", "link.c", "folder.c", "gone.c"])
    assert index.status().files == 0


def test_a_second_owner_is_refused(repository: Repository) -> None:
    repository.refresh()
    with pytest.raises(IndexUnavailableError, match="is open in another process"):
        Repository(repository.root, repository.folder, repository.parts).open()


def test_a_folder_that_cannot_be_made_is_said(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    repository.folder = tmp_path / "file" / "index"
    with pytest.raises(IndexUnavailableError, match="cannot be made"):
        repository.open()


@pytest.mark.parametrize(
    ("step", "told"),
    [(-1, "The index is of another version; it is built anew."), (100, _SET_ASIDE)],
)
def test_a_store_of_another_version_is_built_anew_whole(
    repository: Repository, step: int, told: str
) -> None:
    repository.write("a.c", "still_found")
    repository.refresh()
    repository.close()
    with contextlib.closing(sqlite3.connect(repository.folder / FILE_NAME)) as db:
        ((version,),) = db.execute("PRAGMA user_version").fetchall()
        db.execute(f"PRAGMA user_version = {version + step}")
    status = repository.refresh().status()
    assert status.problems == (told,)
    assert repository.where("still_found") == ["a.c"]
    assert repository.said("still_found") == ["still_found"]
    assert (status.files, status.vectors) == (1, status.chunks)
    is_kept = (repository.folder / f"{FILE_NAME}.newer-0").exists()
    assert is_kept == (told == _SET_ASIDE)
    # It is told once, and what was built is what is opened the next time.
    repository.open()
    assert repository.refresh().status().problems == ()


def test_a_file_system_without_locks_gets_an_index_for_the_session(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno
    import fcntl

    calls: list[int] = []
    real = fcntl.flock

    def flock(descriptor: int, how: int) -> None:
        calls.append(descriptor)
        if len(calls) == 1:
            raise OSError(errno.ENOLCK, "No locks available")
        real(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    repository.write("a.c", "still_found")
    index = repository.refresh()
    assert repository.where("still_found") == ["a.c"]
    assert "knows no locks" in index.status().problems[0]
    kept = index._stores.folder
    assert kept != repository.folder
    repository.close()
    assert not kept.exists()


def test_no_space_left_is_said_and_nothing_is_lost(repository: Repository) -> None:
    paths = _fill(repository, 12)
    repository.refresh()
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    names = [f"written_as_number_{at}" for at in range(300)]
    repository.write(paths[0], *names)
    for room in (2_000, 20_000, 60_000):
        # A file that may not grow fails as one on a full disk does.
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, limit[1]))
        try:
            with contextlib.suppress(IndexUnavailableError):
                repository.index.update_files([paths[0]])  # type: ignore[union-attr]
            with contextlib.suppress(IndexUnavailableError):
                repository.refresh()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    with contextlib.suppress(IndexUnavailableError):
        # The first call after a tear opens the stores again.
        repository.refresh()
    repository.refresh()
    assert repository.where(names[299]) == [paths[0]]
    assert repository.where("counted_5") == [paths[5]]
    status = repository.refresh().status()
    assert (status.files, status.vectors) == (12, status.chunks)


def test_an_older_reading_never_overwrites_a_newer_one(repository: Repository) -> None:
    path = repository.write("a.c", "first_name")
    index = repository.refresh()
    stores = index._stores
    found = repository.parts.walker.found("a.c")
    assert found is not None
    repository.write("a.c", "second_name")
    late = make(str(repository.root), job_for(found), repository.parts.embedder)
    fresh = path.with_suffix(".tmp")
    fresh.write_text(path.read_text().replace("second_name", "third_name"))
    fresh.replace(path)
    index.update_files(["a.c"])
    stores.writer.take_in([late])
    stores.writer.commit()
    assert repository.where("third_name") == ["a.c"]
    assert repository.where("second_name") == []


def test_an_index_without_its_words_says_what_it_reads_again(repository: Repository) -> None:
    # More than opening makes again by itself.
    _fill(repository, 450)
    repository.refresh()
    repository.close()
    shutil.rmtree(repository.folder / "lexical")
    repository.refresh()
    assert IndexPhase.REPAIRING in [it.phase for it in repository.progress]
    assert repository.where("counted_11") == ["part2/file11.c"]
