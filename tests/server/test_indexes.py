"""Which unsaved texts an editor's index is told, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from glossator_indexer.owner_client import IndexClient
from glossator_server.indexes import Indexes
from glossator_server.settings import IndexOptions


@dataclass
class Document:
    """An open document as the editor has it."""

    path: Path | None
    text: str
    is_in_step: bool = True
    is_saved: bool = False


class Told:
    """A client that keeps what it was told."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.buffers: list[dict[str, str | None]] = []

    async def update_buffers(self, buffers: Mapping[str, str | None]) -> None:
        self.buffers.append(dict(buffers))


async def test_an_unsaved_text_is_told_once_and_again_when_it_is_another(tmp_path: Path) -> None:
    told = Told(tmp_path)
    indexes = Indexes(lambda _folder, _options: cast("IndexClient", told))
    await indexes.use([tmp_path], IndexOptions())
    path = tmp_path / "a.c"
    await indexes.send_buffers([Document(path, "int a;")])
    await indexes.send_buffers([Document(path, "int a;")])
    assert told.buffers == [{"a.c": "int a;"}]
    # The editor drops the changes and opens the file anew: its versions begin anew, too.
    await indexes.send_buffers([Document(path, "int b;")])
    await indexes.send_buffers([])
    assert told.buffers[1:] == [{"a.c": "int b;"}, {"a.c": None}]
