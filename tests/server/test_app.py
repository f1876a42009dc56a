"""What the composition hands to the parts."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from glossator_server.app import _is_writable, _open_index, index_places, open_index_client
from glossator_server.settings import IndexOptions


async def test_an_owner_is_given_the_keys_that_the_policy_names(
    tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An editor runs for long: what counts is what is named when an owner is started.
    client = open_index_client(tmp_path, IndexOptions())
    configuration = own_home / "config/glossator/config.toml"
    configuration.parent.mkdir()
    configuration.write_text(
        'schema = 1\n[[index_server]]\nid = "team"\napi = "chroma"\n'
        'origin = "http://127.0.0.1:1"\nkey = "env:TEAM_KEY"\n'
    )
    monkeypatch.setenv("TEAM_KEY", "k")
    monkeypatch.setenv("OTHER_KEY", "k")
    async with client:
        environment = psutil.Process(client.owner_process).environ()
        assert "TEAM_KEY" in environment
        assert "OTHER_KEY" not in environment
        await client.shutdown()


def test_a_store_of_vectors_that_is_no_more_chosen_is_not_kept(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    places = index_places(tree)
    _open_index(places, IndexOptions(vectors="exact")).close()
    (vectors,) = (places.folder / "vectors").iterdir()
    # It would miss what changes meanwhile, and be asked again when it is chosen again.
    (vectors / "chroma" / "gen-1").mkdir(parents=True)
    _open_index(places, IndexOptions(vectors="exact")).close()
    assert not (vectors / "chroma").exists()


def test_a_folder_that_cannot_be_looked_at_cannot_be_written(tmp_path: Path) -> None:
    assert _is_writable(tmp_path / "new" / "index")
    assert not _is_writable(tmp_path / ("x" * 300) / "index")
