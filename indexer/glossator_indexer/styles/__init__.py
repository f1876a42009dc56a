"""Own the table of comment styles: reading, judging and writing comments, as pure functions.

Text, symbols and fields go in, text and findings come out; nothing in this package reads a file,
parses code or asks a model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from glossator_indexer.errors import UnknownStyleError
from glossator_indexer.styles import kernel_doc
from glossator_indexer.styles.options import RenderOptions
from glossator_indexer.styles.parsed import ParsedDoc
from glossator_indexer.types import DocFields, Finding, Symbol


@dataclass(frozen=True, slots=True)
class Style:
    """A way to write doc comments.

    `render` takes cleaned fields; what it returns passes `check` wherever the fields are complete.
    `render_parsed` writes a comment that was taken apart by `parse` and merged with new fields.
    """

    id: str
    title: str
    parse: Callable[[str], ParsedDoc | None]
    check: Callable[[str, Symbol], tuple[Finding, ...]]
    render: Callable[[DocFields, Symbol, RenderOptions], str]
    render_parsed: Callable[[ParsedDoc, Symbol, RenderOptions], str]
    recognises: Callable[[str], bool]


STYLES: Mapping[str, Style] = MappingProxyType(
    {
        "kernel-doc": Style(
            id="kernel-doc",
            title="kernel-doc",
            parse=kernel_doc.parse,
            check=kernel_doc.check,
            render=kernel_doc.render,
            render_parsed=kernel_doc.render_parsed,
            recognises=kernel_doc.recognises,
        )
    }
)


def style_named(name: str) -> Style:
    """Return the style, or raise `UnknownStyleError` with the names that there are."""
    style = STYLES.get(name)
    if style is None:
        raise UnknownStyleError(f"There is no comment style {name!r}; use {' or '.join(STYLES)}.")
    return style


__all__ = ["STYLES", "ParsedDoc", "RenderOptions", "Style", "style_named"]
