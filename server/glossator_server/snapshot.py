"""Own `Snapshot`: one version of one document, frozen, with its syntax tree.

It must not read files or know the editor.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from glossator_indexer.parsing import ParsedSource


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A document as it was at one moment; `version` is None for a file that no editor has open.

    `reads_folder` says that the files beside it may be read too, as examples; `examples` are texts
    of documented code from the whole repository, nearest first.
    """

    uri: str
    path: Path | None
    version: int | None
    source: ParsedSource
    reads_folder: bool = False
    examples: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return the whole text."""
        return self.source.text
