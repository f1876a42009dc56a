"""Own the ordered table of code-action producers and the choice of what to offer where.

Answers come from the syntax tree alone, in milliseconds: no I/O, no model.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from glossator_indexer.styles import styles_of
from glossator_indexer.symbols import symbol_at, symbols_in
from glossator_indexer.types import Span, Symbol, SymbolKind, TextChange
from glossator_server.actions.instructions import instruction_at, parameter_wanted
from glossator_server.actions.states import CommentState, comment_status, style_of
from glossator_server.edits import line_end_of
from glossator_server.shortening import shortened
from glossator_server.snapshot import Snapshot

REWRITE = "refactor.rewrite"
SOURCE = "source"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Offer:
    """One code action: what it is called, and the command with which it runs.

    With a `change`, that is what it does, and there is no command.
    """

    title: str
    kind: str
    command: str = ""
    arguments: dict[str, object] = field(default_factory=dict)
    change: TextChange | None = None


@dataclass(frozen=True, slots=True)
class OfferContext:
    """What the editor asked for: kinds (empty means all), and whether a person asked."""

    only: tuple[str, ...] = ()
    automatic: bool = False

    def wants(self, kind: str) -> bool:
        """Tell whether a kind, or one of the kinds above it, was asked for."""
        return not self.only or any(kind == it or kind.startswith(f"{it}.") for it in self.only)


Producer = Callable[[Snapshot, Span, OfferContext], Iterator[Offer]]


def offers(snapshot: Snapshot, selection: Span, context: OfferContext) -> list[Offer]:
    """Return the actions for a selection, most specific first.

    A producer that fails is logged and left out: it never takes the others down.
    """
    found: list[Offer] = []
    for kind, producer in PRODUCERS:
        if not context.wants(kind):
            continue
        try:
            # All or nothing: half of what a producer wanted to offer may be its mistaken half.
            found += list(producer(snapshot, selection, context))
        except Exception:  # noqa: BLE001 -- one failing producer never takes the others down
            _log.exception("producer %s failed", producer.__name__)
    return found


def document_this(snapshot: Snapshot, selection: Span, context: OfferContext) -> Iterator[Offer]:
    """Offer "Document" on symbols that lack a comment, "Update" where the comment has drifted.

    On an automatic trigger only the symbol under the cursor counts, and a whole file's worth of
    bodies does not: the cursor must be on the declaration or its comment.
    """
    if not styles_of(snapshot.source.language.id):
        return
    style = style_of(snapshot)
    for symbol in _selected(snapshot, selection):
        if context.automatic and not _on_declaration(symbol, selection.start):
            continue
        state = comment_status(symbol, style, snapshot.source).state
        if state is CommentState.MISSING:
            title = f"Document `{symbol.name}`"
        elif state is CommentState.DRIFTED:
            title = f"Update the comment of `{symbol.name}`"
        else:
            continue
        yield Offer(title, REWRITE, "glossator.document", {"symbol": symbol.qualified_name})


def document_all(
    snapshot: Snapshot,
    selection: Span,  # noqa: ARG001 -- producers share one signature
    context: OfferContext,
) -> Iterator[Offer]:
    """Offer to document the whole file, only when asked: it would follow the cursor everywhere."""
    if not context.automatic and snapshot.text and styles_of(snapshot.source.language.id):
        yield Offer("Document all undocumented in this file", SOURCE, "glossator.documentAll")


def review_this(snapshot: Snapshot, selection: Span, context: OfferContext) -> Iterator[Offer]:
    """Offer to review what is selected, only when asked: a review costs a model's time."""
    if context.automatic:
        return
    for symbol in _selected(snapshot, selection):
        if symbol.body is not None:
            title = f"Review `{symbol.name}`"
            yield Offer(title, SOURCE, "glossator.review", {"symbol": symbol.qualified_name})


def explain_this(snapshot: Snapshot, selection: Span, context: OfferContext) -> Iterator[Offer]:
    """Offer to explain what is selected, only when asked: it costs a model's time."""
    if context.automatic:
        return
    for symbol in _selected(snapshot, selection):
        if symbol.body is not None:
            title = f"Explain `{symbol.name}`"
            yield Offer(title, SOURCE, "glossator.explain", {"symbol": symbol.qualified_name})


def edit_this(snapshot: Snapshot, selection: Span, context: OfferContext) -> Iterator[Offer]:
    """Offer edits that need no words on the function that is selected, only when asked."""
    if context.automatic:
        return
    functions = [it for it in _selected(snapshot, selection) if it.kind in _CALLABLE and it.body]
    if len(functions) != 1:
        return
    (symbol,) = functions
    for wish in ("Add error handling to", "Write a test for"):
        arguments = {"symbol": symbol.qualified_name, "text": f"{wish} {symbol.qualified_name}"}
        yield Offer(f"{wish} `{symbol.name}`", REWRITE, "glossator.edit", dict(arguments))
    if (line := _parameter_line(snapshot, symbol)) is not None:
        yield Offer(f"Add a parameter to `{symbol.name}`...", REWRITE, change=line)


def _parameter_line(snapshot: Snapshot, symbol: Symbol) -> TextChange | None:
    """Return the comment line above a function in which a person says which parameter."""
    comment = symbol.comment
    first = symbol.extent.start
    if comment is not None and comment.span.start < first:
        first = comment.span.start
    start = max(snapshot.text.rfind(it, 0, first) for it in "\n\r") + 1
    indent = snapshot.text[start:first]
    if indent.strip():
        return None  # Code stands before it.
    opens = "#" if snapshot.source.language.id == "python" else "//"
    line = f"{indent}{opens} glossator: {parameter_wanted(symbol.name)}"
    return TextChange(Span(start, start), line + line_end_of(snapshot.text))


def do_instruction(snapshot: Snapshot, selection: Span, context: OfferContext) -> Iterator[Offer]:
    """Offer to do what a comment `glossator: TEXT` on the line of the cursor asks for."""
    yield from offers_in_text(snapshot.text, selection, context)


def offers_in_text(text: str, selection: Span, context: OfferContext) -> list[Offer]:
    """Return what can be offered for a text in any language, read or not."""
    instruction = instruction_at(text, selection.start) if context.wants(REWRITE) else None
    if instruction is None:
        return []
    words = instruction.text
    return [Offer(f"Do: {shortened(words, MOST_TITLE)}", REWRITE, "glossator.do", {"text": words})]


# A menu has no room for more.
MOST_TITLE = 50
# In the order in which an editor shows them.
PRODUCERS: tuple[tuple[str, Producer], ...] = (
    (REWRITE, do_instruction),
    (REWRITE, document_this),
    (REWRITE, edit_this),
    (SOURCE, document_all),
    (SOURCE, review_this),
    (SOURCE, explain_this),
)

_CALLABLE = (SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR)

# A selection over a whole file would fill the menu; such a wish is what "document all" is for.
MOST_SELECTED = 5
# More text than this holds more symbols than that, and takes long to look through.
MOST_SELECTED_CHARACTERS = 20_000


def _selected(snapshot: Snapshot, selection: Span) -> list[Symbol]:
    if selection.start == selection.end:
        symbol = symbol_at(snapshot.source, selection.start)
        return [symbol] if symbol and symbol.name else []
    if selection.end - selection.start > MOST_SELECTED_CHARACTERS:
        return []
    named = [it for it in symbols_in(snapshot.source, selection) if it.name]
    return named if len(named) <= MOST_SELECTED else []


def _on_declaration(symbol: Symbol, offset: int) -> bool:
    start = symbol.comment.span.start if symbol.comment else symbol.insertion
    return start <= offset <= symbol.signature.end
