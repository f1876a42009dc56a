"""What the composition hands to the parts."""

from __future__ import annotations

from pathlib import Path

from glossator_server.app import _open_index, index_places
from glossator_server.settings import IndexOptions


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
