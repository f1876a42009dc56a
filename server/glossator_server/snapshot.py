"""Own `Snapshot`: one version of one document, frozen, with its syntax tree.

It must not read files or know the editor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from glossator_gate.types import DataClass
from glossator_indexer.parsing import ParsedSource
from glossator_server.settings import AUTO_STYLE


def lends_nothing(path: Path) -> bool:  # noqa: ARG001 -- the answer for every file
    """Say of every file that it lends no examples."""
    return False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A document as it was at one moment; `version` is None for a file that no editor has open.

    `lends` says of another file whether it may be read and shown where this one is, as an example;
    `examples` are texts of documented code from the whole repository, nearest first, and `callers`
    those of functions elsewhere that call what is documented. `data_class` says how secret the text
    is, as strict as can be where nobody has looked. `style` is the setting of the comment style.
    """

    uri: str
    path: Path | None
    version: int | None
    source: ParsedSource
    lends: Callable[[Path], bool] = lends_nothing
    examples: tuple[str, ...] = ()
    callers: tuple[str, ...] = ()
    data_class: DataClass = DataClass.RESTRICTED
    style: str = AUTO_STYLE

    @property
    def text(self) -> str:
        """Return the whole text."""
        return self.source.text
