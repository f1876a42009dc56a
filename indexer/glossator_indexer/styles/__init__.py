"""Own the table of comment styles: reading, judging and writing comments, as pure functions.

Text, symbols and fields go in, text and findings come out; nothing in this package reads a file,
parses code or asks a model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from glossator_indexer.errors import UnknownStyleError
from glossator_indexer.styles import (
    doxygen,
    ecmascript_docs,
    javadoc,
    kernel_doc,
    line_docs,
    rest,
    sections,
)
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
    tells_values: bool = False

    def recognises(self, comment: str) -> bool:
        """Say whether a comment can be read in this style."""
        return self.parse(comment) is not None


# Of several styles in a language, the one that names it first is written where nobody has chosen.
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
                tells_values=True,
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
            *(
                Style(
                    id=it.id,
                    title=title,
                    languages=("python",),
                    parse=partial(sections.parse, style=it),
                    wanted=sections.wanted,
                    check=partial(sections.check, style=it),
                    render=partial(sections.render, style=it),
                )
                for it, title in ((sections.GOOGLE, "Google"), (sections.NUMPY, "NumPy"))
            ),
            Style(
                id="rest",
                title="reST",
                languages=("python",),
                parse=rest.parse,
                wanted=rest.wanted,
                check=rest.check,
                render=rest.render,
            ),
            Style(
                id="jsdoc",
                title="JSDoc",
                languages=("javascript", "typescript"),
                parse=ecmascript_docs.parse_jsdoc,
                wanted=ecmascript_docs.wanted_jsdoc,
                check=ecmascript_docs.check_jsdoc,
                render=ecmascript_docs.render_jsdoc,
            ),
            Style(
                id="tsdoc",
                title="TSDoc",
                languages=("typescript", "javascript"),
                parse=ecmascript_docs.parse_tsdoc,
                wanted=ecmascript_docs.wanted_tsdoc,
                check=ecmascript_docs.check_tsdoc,
                render=ecmascript_docs.render_tsdoc,
            ),
            Style(
                id="godoc",
                title="Go",
                languages=("go",),
                parse=line_docs.parse_go,
                wanted=line_docs.wanted_go,
                check=line_docs.check_go,
                render=line_docs.render_go,
            ),
            Style(
                id="rustdoc",
                title="rustdoc",
                languages=("rust",),
                parse=line_docs.parse_rust,
                wanted=line_docs.wanted_rust,
                check=line_docs.check_rust,
                render=line_docs.render_rust,
            ),
            Style(
                id="javadoc",
                title="Javadoc",
                languages=("java",),
                parse=javadoc.parse,
                wanted=javadoc.wanted,
                check=javadoc.check,
                render=javadoc.render,
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
    of_language = (it for it in STYLES.values() if language_id in it.languages)
    return tuple(sorted(of_language, key=lambda it: it.languages.index(language_id)))


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
