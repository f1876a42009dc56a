"""Own what the owner's tests share: a small repository, its places, owners that are all ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from glossator_indexer.owner_client import IndexClient, OwnerPlaces, places_of

FAKE = Path(__file__).with_name("fake_index.py")
MakeClient = Callable[..., IndexClient]


@pytest.fixture
def places(tmp_path: Path, own_home: Path) -> Iterator[OwnerPlaces]:
    """Return the places of a repository of two files; its owners are killed afterwards."""
    root = tmp_path / "repository"
    root.mkdir()
    (root / "one.c").write_text("int one;\n")
    (root / "two.c").write_text("int two;\nint common;\n")
    places = places_of(root, own_home / "cache", own_home / "run", "1.0.0")
    yield places
    for process in owners_of(places):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


@pytest.fixture
def client_of(places: OwnerPlaces) -> MakeClient:
    """Return what makes a client whose owner has a fake index with the options given."""

    def make(at: OwnerPlaces = places, **options: object) -> IndexClient:
        return IndexClient.connect_or_start(at, fake_command(at, **options))

    return make


def fake_command(places: OwnerPlaces, **options: object) -> tuple[str, ...]:
    """Return the command that starts an owner with a fake index."""
    where = {it: str(getattr(places, it)) for it in ("root", "folder", "run", "version")}
    return (sys.executable, "-P", str(FAKE), json.dumps(where), json.dumps(options))


def owners_of(places: OwnerPlaces) -> list[int]:
    """Return the process ids of all owners, and starters, of a repository."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline", "status"])
        if any(str(places.folder) in it for it in process.info["cmdline"] or ())
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


async def eventually(holds: Callable[[], object], seconds: float = 15.0) -> None:
    """Wait until something holds; fail where it does not come to."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come to pass"
        await asyncio.sleep(0.02)


def journal(places: OwnerPlaces) -> list[str]:
    """Return what happened to the fake index."""
    try:
        return (places.folder / "journal").read_text().splitlines()
    except FileNotFoundError:
        return []
