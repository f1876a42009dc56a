"""Cache folders that cannot be written, or no further: search goes on, one sentence says why."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from glossator_indexer.records import SearchQuery
from glossator_server.cli.workspaces import client_of
from tests.conftest import missing_part
from tests.e2e.command_line import PATIENCE_S, glossator

EXAMPLE = Path(__file__).parents[2] / "examples/ringlog"


@pytest.fixture
def ringlog(tmp_path: Path) -> Path:
    """Return a copy of the example."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "ringlog"))


@pytest.fixture
def disk(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the cache folder, which is a small disk of its own."""
    # An owner is asked again by commands that take their time on a busy machine.
    monkeypatch.setenv("GLOSSATOR_INDEX_IDLE_SECONDS", "60")
    if os.geteuid() != 0:
        missing_part("mounts", "only root may mount a disk")
    folder = own_home / "cache"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m,mode=0700", "tmpfs", folder], check=False
    )
    if mounted.returncode != 0:
        missing_part("mounts", "no disk can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def make_read_only(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)


def owner_of(root: Path) -> int:
    """Return the process id of the owner of an index."""

    async def asked() -> int:
        async with client_of(root) as client:
            return client.owner_process or 0

    return asyncio.run(asked())


def end_owner(root: Path, ending: signal.Signals = signal.SIGTERM) -> None:
    """Have the owner end, in order unless it is killed."""
    owner = psutil.Process(owner_of(root))
    owner.send_signal(ending)
    owner.wait(PATIENCE_S)


def temporary_folders() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("glossator-*-*"))


@pytest.fixture
def own_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder for temporary files of every process that the test starts."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("has_runtime_folder", [True, False])
def test_a_read_only_cache_folder_gets_a_temporary_index(
    ringlog: Path,
    disk: Path,
    own_temporary: Path,
    monkeypatch: pytest.MonkeyPatch,
    has_runtime_folder: bool,  # noqa: FBT001 -- a case
) -> None:
    if not has_runtime_folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(own_temporary / "no such folder"))
    make_read_only(disk)
    ended = glossator("search", "list_add_tail", "-k", "1", "--json", cwd=ringlog)
    assert ended.status == 0
    assert json.loads(ended.output)[0]["symbol"] == "list_add_tail"
    (line,) = ended.errors.splitlines()
    assert line.startswith(f"glossator: The index of {ringlog} is kept in a temporary folder")
    assert "(Read-only file system); make it writable." in line
    (kept,) = temporary_folders()
    assert kept.stat().st_mode & 0o777 == 0o700
    for words in (["index", "--status"], ["doctor"]):
        told = glossator(*words, cwd=ringlog)
        assert "is kept in a temporary folder" in told.output + told.errors
    end_owner(ringlog)
    assert not kept.exists()


def test_what_a_killed_owner_kept_for_its_life_goes_with_the_next(
    ringlog: Path, disk: Path, own_temporary: Path
) -> None:
    assert own_temporary.is_dir()
    make_read_only(disk)
    glossator("search", "list", cwd=ringlog)
    (left,) = temporary_folders()
    end_owner(ringlog, signal.SIGKILL)
    glossator("search", "list", cwd=ringlog)
    (kept,) = temporary_folders()
    assert kept != left
    end_owner(ringlog)


def test_an_index_in_a_read_only_folder_is_searched_as_it_stands(
    ringlog: Path, disk: Path, own_temporary: Path
) -> None:
    assert own_temporary.is_dir()
    assert glossator("index", cwd=ringlog).status == 0
    end_owner(ringlog)
    make_read_only(disk)

    async def first_answer() -> tuple[list[str], int]:
        async with client_of(ringlog) as client:
            await client.pause()
            found = await client.search(SearchQuery("list_add_tail", 1))
            return [it.symbol for it in found], (await client.status()).files

    # Before anything was read again.
    assert asyncio.run(first_answer()) == (["list_add_tail"], 5)
    end_owner(ringlog)


def test_a_full_disk_keeps_what_is_in_and_goes_on_when_there_is_room(
    ringlog: Path, disk: Path, own_temporary: Path
) -> None:
    # Temporary files lie on the same disk here.
    own_temporary.rmdir()
    own_temporary.symlink_to(disk)
    assert glossator("index", cwd=ringlog).status == 0
    filler = disk / "filler"
    with filler.open("wb") as file:
        file.write(bytes(max(0, shutil.disk_usage(disk).free - 200_000)))
    for at in range(80):
        functions = "".join(f"int zebra_{at}_{it}(void)\n{{\n}}\n" for it in range(20))
        (ringlog / f"zebra{at}.c").write_text(functions)
    ended = glossator("index", cwd=ringlog)
    no_space = "There is no space left for the index; free some and try again."
    assert (ended.status, no_space in ended.errors) == (4, True)
    owner = owner_of(ringlog)
    for _ in range(3):
        ended = glossator("search", "list_add_tail", "-k", "1", "--json", cwd=ringlog)
        assert ended.status == 0
        assert json.loads(ended.output)[0]["symbol"] == "list_add_tail"
        assert ended.errors.count(no_space) == 1
    assert no_space in glossator("index", "--status", cwd=ringlog).errors
    filler.unlink()
    ended = glossator("index", "--json", cwd=ringlog)
    status = json.loads(ended.output)
    assert (ended.status, status["files"]) == (0, 85)
    # A store that the full disk broke in mid-write is built again, and that is told.
    assert all("built again" in it for it in status["problems"])
    assert status["vectors"] == status["chunks"]
    (best,) = json.loads(glossator("search", "zebra_79_3", "-k1", "--json", cwd=ringlog).output)
    assert best["symbol"] == "zebra_79_3"
    assert owner_of(ringlog) == owner
    end_owner(ringlog)
