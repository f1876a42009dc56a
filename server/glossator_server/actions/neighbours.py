"""Own where the examples of a prompt come from: the same file, else the product's own.

It must not rank (retrieval does) nor ask a model.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from glossator_indexer.languages import Language
from glossator_indexer.parsing import ParsedSource, parse
from glossator_indexer.retrieval import DocumentedSymbol, nearest_documented
from glossator_indexer.styles import Style
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Severity, Symbol, SymbolKind
from glossator_server.snapshot import Snapshot

# Enough for every prompt; each prompt takes as many as its own front matter says.
MOST_NEIGHBOURS = 4
# A longer signature teaches nothing more and crowds out the code that is asked about.
MAX_SIGNATURE_CHARACTERS = 700

_CALLABLE = (SymbolKind.FUNCTION, SymbolKind.PROTOTYPE, SymbolKind.MACRO)


def neighbours_of(snapshot: Snapshot, symbol: Symbol, style: Style) -> list[DocumentedSymbol]:
    """Return the documented symbols most like `symbol`, those of its own file before ours."""
    own = nearest_documented(symbol, _documented(snapshot.source, style), MOST_NEIGHBOURS)
    if len(own) == MOST_NEIGHBOURS:
        return own
    ours = _shipped(snapshot.source.language, style)
    return own + nearest_documented(symbol, ours, MOST_NEIGHBOURS - len(own))


@cache
def _shipped(language: Language, style: Style) -> tuple[DocumentedSymbol, ...]:
    text = (files("glossator_server.prompts") / "examples.c").read_text("utf-8")
    return _documented(parse(text, language), style)


def _documented(source: ParsedSource, style: Style) -> tuple[DocumentedSymbol, ...]:
    """Return the symbols whose comments are an example to follow: complete and not drifted."""
    found: list[DocumentedSymbol] = []
    for symbol in all_symbols(source):
        comment = symbol.comment
        if comment is None or not style.recognises(comment.text):
            continue
        parsed = style.parse(comment.text)
        # The members of a type are in its body, the parameters of a function are not.
        end = symbol.signature.end if symbol.kind in _CALLABLE else symbol.extent.end
        signature = source.text[symbol.extent.start : end]
        if (
            parsed is None
            or not parsed.fields.summary
            or len(signature) > MAX_SIGNATURE_CHARACTERS
            or any(it.severity is Severity.ERROR for it in style.check(comment.text, symbol))
        ):
            continue
        found.append(DocumentedSymbol(symbol, signature, parsed.fields))
    return tuple(found)
