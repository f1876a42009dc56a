"""Own parsed source: a text cut into top-level pieces, each with a syntax tree made on demand.

It alone imports tree-sitter, and it must not say what a piece means. Because each piece is parsed
by itself, code that is half written cannot spoil the rest of its file, an edit costs no more than
the pieces that it touches, and an edited text parses to exactly what the new text would.

A file that is only indexed is read in one go instead: `matches` runs a query over all of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from time import monotonic

import tree_sitter

from glossator_indexer.languages import Language, Piece, PieceKind
from glossator_indexer.types import Span, SyntaxProblem, TextChange

Node = tree_sitter.Node

_READ_BYTES = 1 << 20
# Patterns that are half matched at one place; code as people write it needs a few hundred.
_MATCH_LIMIT = 1 << 16
_FOUND = "found"


@dataclass(frozen=True, slots=True)
class Matched:
    """What a query found, and whether the grammar gave up anywhere in the text."""

    matches: Sequence[tuple[int, dict[str, list[Node]]]]
    has_error: bool


@dataclass(slots=True)
class PieceNotes:
    """What was worked out about one piece so far; it stays with the piece through edits elsewhere.

    All of it is a pure function of the piece, so that two threads that fill a place agree.
    `meaning` belongs to whoever reads meaning into pieces; None says that nobody has yet.
    """

    tree: tree_sitter.Tree | None = None
    problems: tuple[SyntaxProblem, ...] | None = None
    meaning: object = None


@dataclass(frozen=True, slots=True, eq=False)
class ParsedSource:
    """A text, its language and its pieces with their offsets; only the notes on them ever grow.

    `overview` is for what concerns the whole text, by the name of the module that worked it out.
    `lasting` is the same for what no single edit changes much: it goes on to the changed text.
    """

    text: str
    language: Language
    starts: Sequence[int]
    pieces: Sequence[Piece]
    notes: Sequence[PieceNotes]
    overview: dict[str, object] = field(default_factory=dict)
    lasting: dict[str, object] = field(default_factory=dict)

    def index_at(self, offset: int) -> int:
        """Return the index of the last piece that starts at or before `offset`, or -1."""
        return bisect_right(self.starts, offset) - 1

    def root(self, index: int) -> Node:
        """Return the syntax tree of a piece; its byte offsets are code points within the piece."""
        notes = self.notes[index]
        tree = notes.tree
        if tree is None:
            tree = notes.tree = _tree(self.pieces[index], self.language)
        return tree.root_node


def parse(text: str, language: Language) -> ParsedSource:
    """Return `text` cut into pieces; syntax trees follow when they are asked for."""
    starts: list[int] = []
    pieces: list[Piece] = []
    for start, piece in language.outline(text, 0):
        starts.append(start)
        pieces.append(piece)
    return ParsedSource(text, language, starts, pieces, [PieceNotes() for _ in pieces])


def reparse(previous: ParsedSource, changes: Sequence[TextChange]) -> ParsedSource:
    """Return what `parse` returns for the changed text, reading again only what a change touches.

    Each change's span is in the text after the changes before it.
    """
    source = previous
    for change in changes:
        source = _with_change(source, change)
    return source


def syntax_problems(source: ParsedSource) -> tuple[SyntaxProblem, ...]:
    """Return every place where the grammar gave up, in order."""
    problems: list[SyntaxProblem] = []
    opened = 0
    for index, (start, piece) in enumerate(zip(source.starts, source.pieces, strict=True)):
        if piece.kind is PieceKind.OPENING:
            opened += 1
        elif piece.kind is PieceKind.STRAY and piece.text == "}" and opened:
            opened -= 1
        elif piece.kind is PieceKind.STRAY and piece.text != ";":
            problems.append(SyntaxProblem(Span(start, start + 1), "this bracket closes nothing"))
        else:
            problems += (
                replace(it, span=Span(start + it.span.start, start + it.span.end))
                for it in problems_of_piece(source, index)
            )
    return tuple(problems)


def problems_of_piece(source: ParsedSource, index: int) -> tuple[SyntaxProblem, ...]:
    """Return the problems of one piece, in offsets within the piece."""
    piece, notes = source.pieces[index], source.notes[index]
    if piece.kind not in (PieceKind.FUNCTION, PieceKind.DECLARATION, PieceKind.WHOLE):
        return ()
    if notes.problems is None:
        name = source.language.id
        found = tuple(_problem(node, name) for node in _error_nodes(source.root(index)))
        if piece.broken and not found:
            end = len(piece.text)
            found = (SyntaxProblem(Span(end - 1, end), "a bracket is not closed"),)
        notes.problems = found
    return notes.problems


def matches(source: bytes, grammar: str, query: str, seconds: float) -> Matched | None:
    """Return what a query finds in a whole UTF-8 text, None where parsing takes longer than that.

    Matches come in order of the text; each is the index of its pattern and the nodes by capture.
    Slice `source` for the text of a node: its attribute `text` reads memory that is gone, because
    the text was handed over in parts, which is how the binding lets a parse be stopped.
    """
    end = monotonic() + seconds
    tree = _parsed_in_time(source, grammar, lambda: monotonic() > end)
    if tree is None:
        return None
    cursor = tree_sitter.QueryCursor(_query(grammar, query), match_limit=_MATCH_LIMIT)
    return Matched(cursor.matches(tree.root_node), tree.root_node.has_error)


def capture_names(grammar: str, query: str) -> frozenset[str]:
    """Return what a query captures; raises ValueError where the grammar does not know its nodes."""
    compiled = _query(grammar, query)
    return frozenset(compiled.capture_name(at) for at in range(compiled.capture_count))


def walk(root: Node) -> Iterator[Node]:
    """Yield the node and all below it, parents first, in order of the text."""
    cursor = root.walk()
    while True:
        node = cursor.node
        if node is not None:
            yield node
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while True:
            if not cursor.goto_parent():
                return
            if cursor.goto_next_sibling():
                break


def walk_frame(body: Node, others: Container[str]) -> Iterator[Node]:
    """Yield what is below a node, in order of the text, but for `others` and what is in them.

    Those are the node types of what is declared in there and has a frame of its own.
    """
    pending = list(reversed(body.children))
    while pending:
        node = pending.pop()
        if node.type not in others:
            yield node
            pending.extend(reversed(node.children))


def find_in_frame(
    source: ParsedSource, body: Node, wanted: frozenset[str], others: frozenset[str]
) -> Iterator[Node]:
    """Yield the nodes of some types that `walk_frame` yields, without a look at all the rest.

    Both name named nodes; types that the grammar does not know are of no matter.
    """
    query = _query_of_types(source.language.grammar, wanted | others)
    found = tree_sitter.QueryCursor(query).captures(body).get(_FOUND, [])
    end = body.start_byte
    for node in sorted(found, key=lambda it: (it.start_byte, -it.end_byte)):
        if node.id == body.id or node.start_byte < end:
            continue
        if node.type in others:
            end = node.end_byte
        else:
            yield node


def _with_change(source: ParsedSource, change: TextChange) -> ParsedSource:
    span = change.span
    text = source.text[: span.start] + change.new_text + source.text[span.end :]
    first = _first_affected(source, span.start)
    resume = 0
    if first > 0:
        resume = source.starts[first - 1] + len(source.pieces[first - 1].text)
    delta = len(text) - len(source.text)
    change_end = span.start + len(change.new_text)
    starts: list[int] = []
    pieces: list[Piece] = []
    kept = len(source.pieces)
    for start, piece in source.language.outline(text, resume):
        if start > change_end and _line_starts_between(text, change_end, start):
            old = source.index_at(start - delta)
            if old >= 0 and source.starts[old] == start - delta:
                kept = old
                break
        starts.append(start)
        pieces.append(piece)
    return ParsedSource(
        text,
        source.language,
        [*source.starts[:first], *starts, *(it + delta for it in source.starts[kept:])],
        [*source.pieces[:first], *pieces, *source.pieces[kept:]],
        [*source.notes[:first], *(PieceNotes() for _ in pieces), *source.notes[kept:]],
        lasting=source.lasting,
    )


def _first_affected(source: ParsedSource, offset: int) -> int:
    """Return the index of the first piece that a change at `offset` can alter."""
    pieces = zip(source.starts, source.pieces, strict=True)
    for index, (start, piece) in enumerate(pieces):
        if start + piece.examined >= offset:
            return index
    return len(source.pieces)


def _line_starts_between(text: str, start: int, end: int) -> bool:
    return text.find("\n", start, end) >= 0 or text.find("\r", start, end) >= 0


def _problem(node: Node, language: str) -> SyntaxProblem:
    message = f"{node.type!r} is missing" if node.is_missing else f"no {language} can be read here"
    return SyntaxProblem(Span(node.start_byte, node.end_byte), message)


def _tree(piece: Piece, language: Language) -> tree_sitter.Tree:
    # A parser may not be shared between threads; making one costs microseconds.
    parser = tree_sitter.Parser(_grammar(language.grammar))
    trees = (parser.parse(it) for it in language.readings(piece))
    first = next(trees)
    if not first.root_node.has_error:
        return first
    return next((it for it in trees if not it.root_node.has_error), first)


@cache
def _grammar(name: str) -> tree_sitter.Language:
    module, _, function = name.partition(":")
    pointer = getattr(import_module(f"tree_sitter_{module}"), function or "language")()
    return tree_sitter.Language(pointer)


@cache
def _query(grammar: str, query: str) -> tree_sitter.Query:
    return tree_sitter.Query(_grammar(grammar), query)


@cache
def _query_of_types(grammar: str, types: frozenset[str]) -> tree_sitter.Query:
    language = _grammar(grammar)
    known = sorted(it for it in types if language.id_for_node_kind(it, True))  # noqa: FBT003 -- named
    return tree_sitter.Query(language, "".join(f"({it}) @{_FOUND}\n" for it in known))


def _parsed_in_time(
    source: bytes, grammar: str, is_late: Callable[[], bool]
) -> tree_sitter.Tree | None:
    def read(offset: int, _point: tree_sitter.Point) -> memoryview:
        return view[offset : offset + _READ_BYTES]

    view = memoryview(source)
    parser = tree_sitter.Parser(_grammar(grammar))
    try:
        return parser.parse(read, progress_callback=lambda _offset, _error: is_late())
    except ValueError:
        # All that the binding says of a parse that its callback has ended.
        if is_late():
            return None
        raise


def _error_nodes(root: Node) -> Iterator[Node]:
    """Yield the outermost ERROR nodes and all MISSING ones, leaving sound subtrees unread."""
    if not root.has_error:
        return
    pending = [root]
    while pending:
        node = pending.pop()
        if node.is_error or node.is_missing:
            yield node
        elif node.has_error:
            pending.extend(reversed(node.children))
