"""Own `ParsedDoc`, what a comment says once it is taken apart.

Plain data; nothing in here reads or writes a comment.
"""

from __future__ import annotations

from dataclasses import dataclass

from glossator_indexer.types import DocFields


@dataclass(frozen=True, slots=True)
class ParsedDoc:
    """What a kernel-doc comment says.

    `kind_word` is struct, union, enum or typedef, and None for what is called. `sections` are those
    that `fields` has no place for (Context, Note, ...), with their titles as written, in order.
    """

    name: str
    kind_word: str | None
    fields: DocFields
    sections: tuple[tuple[str, str], ...] = ()
