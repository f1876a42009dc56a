"""Where an index is kept when its own folder has no room, and what of others stays."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from glossator_indexer.owner.lodging import lodging_of
from glossator_indexer.owner_client import OwnerPlaces


def test_where_every_disk_is_full_the_index_stays_where_it_is(
    places: OwnerPlaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> str:
        # As the library does where it cannot write a byte anywhere.
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=0))
    monkeypatch.setattr(tempfile, "gettempdir", none)
    with lodging_of(places) as lodging:
        assert (lodging.places, lodging.notice) == (places, None)


def test_owners_that_know_nothing_of_each_other_keep_their_folders(
    places: OwnerPlaces, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def usage(folder: Path) -> SimpleNamespace:
        return SimpleNamespace(free=0 if folder == places.folder else 1 << 40)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    # A terminal without the session's variables has another folder for locks.
    others = replace(places, run=own_home / "other")
    with lodging_of(places) as mine, lodging_of(others) as theirs:
        assert mine.places.folder != theirs.places.folder
        assert mine.places.folder.is_dir()
        assert (mine.notice or "").endswith("(No space left on device); free some space.")
    left = Path(tempfile.mkdtemp(prefix=mine.places.folder.name.rpartition("-")[0] + "-"))
    with lodging_of(places):
        # A kill left it.
        assert not left.exists()
