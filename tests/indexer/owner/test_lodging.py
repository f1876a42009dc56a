"""Where an index is kept when neither its own folder nor another one has room."""

from __future__ import annotations

import shutil
import tempfile
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
