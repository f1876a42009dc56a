"""Own the table of comment styles: reading, judging and writing comments, as pure functions.

Text, symbols and fields go in, text and findings come out; nothing in this package reads a file,
parses code or asks a model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from glossator_indexer.errors import UnknownStyleError
from glossator_indexer.styles import doxygen, kernel_doc
from glossator_indexer.styles.options import Habits, RenderOptions
from glossator_indexer.styles.parsed import ParsedDoc
from glossator_indexer.styles.wanted import Wanted
from glossator_indexer.types import DocFields, Finding, Symbol


@dataclass(frozen=True, slots=True)
class Style:
    """A way to write doc comments in some languages.

    `parse` takes a comment apart, None where it is none of this style. `wanted` says what a
    complete comment of a symbol describes. `check` judges a comment above (or in) a symbol.
    `render` takes cleaned fields; what it returns passes `check` wherever the fields are complete,
    and `parse` finds the same fields in it. Its lines have the symbol's indentation, the first one
    too, and it does not end in a line feed.
    """

    id: str
    title: str
    languages: tuple[str, ...]
    parse: Callable[[str], ParsedDoc | None]
    wanted: Callable[[Symbol], Wanted]
    check: Callable[[str, Symbol], tuple[Finding, ...]]
    render: Callable[[DocFields, Symbol, RenderOptions], str]

    def recognises(self, comment: str) -> bool:
        """Say whether a comment can be read in this style."""
        return self.parse(comment) is not None


# In a language with several styles the first is the one that is written where nobody has chosen.
STYLES: Mapping[str, Style] = MappingProxyType(
    {
        it.id: it
        for it in (
            Style(
                id="kernel-doc",
                title="kernel-doc",
                languages=("c",),
                parse=kernel_doc.parse,
                wanted=kernel_doc.wanted,
                check=kernel_doc.check,
                render=kernel_doc.render,
            ),
            Style(
                id="doxygen",
                title="Doxygen",
                languages=("c", "cpp"),
                parse=doxygen.parse,
                wanted=doxygen.wanted,
                check=doxygen.check,
                render=doxygen.render,
            ),
        )
    }
)


def style_named(name: str) -> Style:
    """Return the style, or raise `UnknownStyleError` with the names that there are."""
    style = STYLES.get(name)
    if style is None:
        raise UnknownStyleError(f"There is no comment style {name!r}; use {' or '.join(STYLES)}.")
    return style


def styles_of(language_id: str) -> tuple[Style, ...]:
    """Return the styles in which a language is commented, the default first."""
    return tuple(it for it in STYLES.values() if language_id in it.languages)


__all__ = [
    "STYLES",
    "Habits",
    "ParsedDoc",
    "RenderOptions",
    "Style",
    "Wanted",
    "style_named",
    "styles_of",
]
