"""Own what is looked up for a question: its place, names in it, hits, and around.

What the policy keeps from this question's model stays out. It must not decide whether that is
enough, nor ask a model.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from glossator_gate.errors import GlossatorError
from glossator_gate.redaction import redact
from glossator_indexer.records import (
    ContextPiece,
    EntityKind,
    FoundEntity,
    Hit,
    PieceRole,
    PiecesQuery,
    SearchFilters,
    SearchMode,
    SearchQuery,
    Trust,
)
from glossator_server.actions.ask_ranking import MOST_LINES, fused, ordered, parts, rarities
from glossator_server.actions.questions import AskSources, Piece, Question, Retrieved, Turn
from glossator_server.actions.support import DEFAULT_WEIGHTS as SUPPORT_WEIGHTS
from glossator_server.actions.support import (
    SupportWeights,
    content_words,
    names_of_question,
    support_of,
)
from glossator_server.agent.access import Access
from glossator_server.agent.data import shown
from glossator_server.agent.errors import ToolError
from glossator_server.agent.staging import Staging
from glossator_server.errors import UsageError

# A third of what answers stands behind the first 24.
MOST_HITS = 50
MOST_NAMES = 6
MOST_OF_A_NAME = 3
MOST_PLAIN = 4
MOST_RELATED = 3
MOST_PIECES = 40
# A place may be longer than what is found.
MOST_PLACE_LINES = 160
MOST_LINE_CHARACTERS = 400
# A name of an earlier turn stands for what "it" means, and is not asked for itself.
MOST_EARLIER_NAMES = 8
_INDEX_SECONDS = 20.0
# A plain word that is also a name is less sure to be meant than what was found for all of them.
_HITS_FIRST = 6
_HITS_BEFORE_RELATED = 24
# Tests say what code does in the words of a question, and not how: with them in the way, one in
# seven answers was found less. Whoever asks about tests has them.
_NO_TESTS = (
    "!test/", "!tests/", "!testing/", "!test_*", "!*_test.*", "!*_tests.*", "!test.*",
    "!conftest.py",
)  # fmt: skip
# Where nothing else is found, a test is better than nothing.
_TESTS_SHARE = 0.1
_PLAIN_NAME = re.compile(r"[^\W\d]\w{3,}")
_ABOVE = re.compile(r"^\s*(?:#|//|/\*|\*|@|;|--)")
_TRUSTED = frozenset({Trust.PROJECT, Trust.TEAM})
# A variable that bears a word of the question is not about it.
_TELLING = frozenset(set(EntityKind) - {EntityKind.VARIABLE, EntityKind.FILE, EntityKind.MODULE})
T = TypeVar("T")


async def retrieve(
    question: Question, sources: AskSources, weights: SupportWeights = SUPPORT_WEIGHTS
) -> Retrieved:
    """Return what was found for a question, most useful first, and whether it supports an answer.

    Raises `UsageError` for a place that is not in the workspace or may not be read.
    """
    looking = Looking(sources)
    place = await asyncio.to_thread(looking.place, question)
    found = await looking.around(place[0], MOST_RELATED) if place else []
    found += await looking.found(question)
    distinct = await asyncio.to_thread(lambda: tuple(_distinct([*place, *found])))
    # What is rare among them, and what stands out, was measured among as many.
    pieces = distinct[:MOST_PIECES]
    decided = support_of(wording_of(question), pieces, weights)
    return Retrieved(pieces, decided.score, decided.is_supported, looking.told())


def wording_of(question: Question) -> str:
    """Return what is looked for: the question, with the names of earlier ones where it has none."""
    names = earlier_names(question.turns)
    if not names or names_of_question(question.text):
        return question.text
    return f"{question.text} ({' '.join(names[:3])})"


def earlier_names(turns: Sequence[Turn]) -> tuple[str, ...]:
    """Return the names that earlier turns speak of, the latest turn's first."""
    found = (name for turn in reversed(turns) for name in turn.names)
    return tuple(dict.fromkeys(found))[:MOST_EARLIER_NAMES]


class Looking:
    """One question's look into the index and the files; owns its notices."""

    def __init__(self, sources: AskSources) -> None:
        self._sources = sources
        self._index = sources.index or _NoIndex()
        self.notices: list[str] = []
        self._hidden: set[str] = set()
        self._access = Access(sources.root, sources.policy, sources.data_class)
        self._staging = Staging(self._access, sources.open_texts, 0)
        self._lines: dict[str, list[str] | None] = {}

    def told(self) -> tuple[str, ...]:
        """Return sentences about what could not be looked at."""
        count = len(self._hidden)
        files = "1 file" if count == 1 else f"{count} files"
        secret = (
            f"what was found in {files} is more secret than the models of this question may see"
        )
        return (*self.notices, *([secret] if count else []))

    def place(self, question: Question) -> list[Piece]:
        """Return the code at which the question was asked; raises `UsageError` for no place."""
        if question.path is None:
            return []
        inner = self._inside(question.path)
        try:
            lines = self._lines_of(inner)
        except ToolError as trouble:
            raise UsageError(str(trouble)) from trouble
        wanted = question.lines or range(1, MOST_PLACE_LINES + 1)
        last = min(len(lines), wanted.stop - 1, wanted.start + MOST_PLACE_LINES - 1)
        if wanted.stop - 1 > last < len(lines) or (question.lines is None and last < len(lines)):
            self.notices.append(f"of {inner} lines {wanted.start} to {last} were looked at")
        if last < wanted.start:
            return []
        shown_lines = tuple(lines[wanted.start - 1 : last])
        # Who names a whole file says little of what the question is about.
        why = "file" if question.lines is None else "place"
        return [Piece(inner, wanted.start, shown_lines, question.symbol, "", why, 1.0)]

    def whole(self, path: Path, wanted: range | None, symbol: str) -> Piece:
        """Return lines of a file, however many, as far as they are there; raises `UsageError`."""
        inner = self._inside(path)
        try:
            lines = self._lines_of(inner)
        except ToolError as trouble:
            raise UsageError(str(trouble)) from trouble
        wanted = wanted or range(1, len(lines) + 1)
        return Piece(inner, wanted.start, tuple(lines[wanted.start - 1 : wanted.stop - 1]), symbol)

    async def around(self, piece: Piece, most: int) -> list[Piece]:
        """Return what a piece uses and who uses it, without what lies in it."""
        roles = (PieceRole.DEFINITION, PieceRole.CALLER)
        path = self._sources.prefix + piece.path
        line = piece.start_line
        query = PiecesQuery(path=path, line=line, roles=roles, limit_per_role=most)
        context = await self._asked(self._index.pieces(query)) or []
        read = await asyncio.to_thread(lambda: [self._of_context(it) for it in context])
        found = [it for it in read if it is not None and not _holds(piece, it)]
        return [it for it in _distinct([piece, *found]) if it is not piece][:most]

    async def found(self, question: Question) -> list[Piece]:
        """Return what the index finds, best first."""
        wording = wording_of(question)
        asked = names_of_question(question.text)
        names = asked or earlier_names(question.turns)[:2]
        named = [it for name in names[:MOST_NAMES] for it in await self._named(name)]
        plain = await self._plainly_named(question.text, {it.entity.name for it in named})
        hits = await self._hits(wording)
        related = await self._related([*named, *plain], hits)

        def read() -> list[Piece]:
            whole = [it for it in map(self._of_hit, hits) if it is not None]
            rarity = rarities(content_words(wording), whole)
            ranked = ordered(whole, rarity)
            called = [
                [parts(it, rarity, MOST_LINES)[0] for it in found if it is not None]
                for found in (map(self._of_entity, named), map(self._of_entity, plain))
            ]
            first, next_, rest = _split(ranked, _HITS_FIRST, _HITS_BEFORE_RELATED)
            return [*called[0], *first, *called[1], *next_, *related, *rest]

        return await asyncio.to_thread(read)

    async def _named(self, name: str) -> list[FoundEntity]:
        """Return what bears exactly a name: definitions before declarations, few of them."""
        found = await self._asked(self._index.entities(name, 12)) or []
        exact = [it for it in found if it.entity.name == name]
        exact.sort(key=lambda it: (not it.entity.is_definition, it.trust not in _TRUSTED))
        return exact[:MOST_OF_A_NAME]

    async def _plainly_named(self, text: str, known: set[str]) -> list[FoundEntity]:
        """Return what bears a name that the question says as a plain word (`connect`)."""
        words = [it for it in dict.fromkeys(_PLAIN_NAME.findall(text)) if it not in known]
        counting = [it for it in words if content_words(it)][:MOST_NAMES]
        found: list[FoundEntity] = []
        for word in counting:
            exact = await self._named(word)
            # A word that many things are called by says nothing.
            ours = [it for it in exact if it.trust in _TRUSTED and it.entity.kind in _TELLING]
            found += ours if len(ours) < MOST_OF_A_NAME else []
        return found[:MOST_PLAIN]

    async def _hits(self, wording: str) -> list[Hit]:
        """Return the hits for the question as it is and for its words alone, joined."""
        bare = " ".join(dict.fromkeys(_spoken(wording)))
        without = () if "test" in content_words(wording) else _NO_TESTS
        lists = [(1.0, await self._search(wording, SearchMode.QUALITY, without))]
        if bare and bare != wording:
            lists.append((1.0, await self._search(bare, SearchMode.QUALITY, without)))
        if without:
            lists.append((_TESTS_SHARE, await self._search(wording, SearchMode.FAST, ())))
        return fused(lists)

    async def _search(self, text: str, mode: SearchMode, paths: tuple[str, ...]) -> list[Hit]:
        folder = self._sources.prefix.rstrip("/")
        filters = SearchFilters(paths=paths, folder=folder)
        query = SearchQuery(text, MOST_HITS, mode, filters, open_paths=self._sources.open_paths)
        return await self._asked(self._index.search(query)) or []

    async def _related(self, named: Sequence[FoundEntity], hits: Sequence[Hit]) -> list[Piece]:
        """Return what the best places use, and who uses what the question names."""
        roots = [(it.path, it.entity.start_line, PieceRole.CALLER) for it in named[:2]]
        roots += [(it.path, it.start_line, PieceRole.DEFINITION) for it in hits[:2]]
        found: list[Piece] = []
        for path, line, role in roots:
            query = PiecesQuery(path=path, line=line, roles=(role,), limit_per_role=MOST_RELATED)
            for it in await self._asked(self._index.pieces(query)) or []:
                piece = await asyncio.to_thread(self._of_context, it)
                found += [piece] if piece is not None else []
        return found

    async def _asked(self, question: Awaitable[T]) -> T | None:
        try:
            async with asyncio.timeout(_INDEX_SECONDS):
                return await question
        except (GlossatorError, TimeoutError) as trouble:
            words = str(trouble).rstrip(".") or "it took too long"
            sentence = f"the index did not answer: {words}"
            if sentence not in self.notices:
                self.notices.append(sentence)
            return None

    def _of_hit(self, hit: Hit) -> Piece | None:
        signals = dict(hit.signals)
        read = signals.get("transformer score")
        return self._piece(
            Piece(
                hit.path,
                hit.start_line,
                ("",) * (hit.end_line - hit.start_line + 1),
                hit.symbol,
                hit.kind,
                "hit",
                hit.score,
                float(read) if isinstance(read, int | float) else None,
                hit.trust,
            )
        )

    def _of_entity(self, found: FoundEntity) -> Piece | None:
        entity = found.entity
        count = entity.end_line - entity.start_line + 1
        name = f"{entity.container}.{entity.name}" if entity.container else entity.name
        blank = Piece(
            found.path, entity.start_line, ("",) * count, name, entity.kind, "name", found.score,
            trust=found.trust,
        )  # fmt: skip
        return self._piece(blank, above=True)

    def _of_context(self, it: ContextPiece) -> Piece | None:
        count = it.end_line - it.start_line + 1
        blank = Piece(
            it.path, it.start_line, ("",) * count, it.symbol, it.kind, "related", it.score,
            trust=it.trust,
        )  # fmt: skip
        piece = self._piece(blank)
        return None if piece is None else parts(piece, {}, MOST_LINES)[0]

    def _piece(self, blank: Piece, *, above: bool = False) -> Piece | None:
        """Return a piece with its lines, None where it may not be shown or is gone."""
        if not blank.path.startswith(self._sources.prefix):
            return None
        inner = blank.path.removeprefix(self._sources.prefix)
        try:
            lines = self._lines_of(inner)
        except ToolError:
            if self._access.is_more_secret(inner):
                self._hidden.add(inner)
            return None
        first, last = blank.start_line, min(blank.end_line, len(lines))
        if first > last:
            # The file is shorter than when it was indexed.
            return None
        while above and first > 1 and _ABOVE.match(lines[first - 2]):
            first -= 1
        return replace(blank, path=inner, start_line=first, lines=tuple(lines[first - 1 : last]))

    def _lines_of(self, inner: str) -> list[str]:
        """Return a file's lines as they may be shown; raises `ToolError` where none may be."""
        known = self._lines.get(inner)
        if known is None:
            _, text = self._staging.read(inner)
            # What editors and the index count as lines; a stray return is none.
            plain = redact(text).text.replace("\r\n", "\n").replace("\r", "<U+000D>")
            lines = shown(plain).split("\n")
            if lines and not lines[-1]:
                lines.pop()
            known = [_short(it) for it in lines]
            self._lines[inner] = known
        return known

    def _inside(self, path: Path) -> str:
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(self._sources.root):
            raise UsageError(
                f"{path} is not in the workspace {self._sources.root}; name a file of it."
            )
        return real.relative_to(self._sources.root).as_posix()


class _NoIndex:
    """An index in which nothing is found."""

    async def search(self, query: SearchQuery) -> list[Hit]:  # noqa: ARG002 -- as the protocol says
        """Return nothing."""
        return []

    async def pieces(self, query: PiecesQuery) -> list[ContextPiece]:  # noqa: ARG002
        """Return nothing."""
        return []

    async def entities(self, name: str, limit: int = 50) -> list[FoundEntity]:  # noqa: ARG002
        """Return nothing."""
        return []


def _split(pieces: Sequence[Piece], *ends: int) -> list[Sequence[Piece]]:
    """Return the pieces before, between and behind some places."""
    edges = [0, *ends, len(pieces)]
    return [pieces[start:end] for start, end in pairwise(edges)]


def _distinct(pieces: Iterable[Piece]) -> Iterable[Piece]:
    """Return pieces without those whose lines an earlier one has, which gets their score."""
    kept: list[Piece] = []
    for piece in pieces:
        at = next((at for at, it in enumerate(kept) if _holds(it, piece)), None)
        if at is None:
            kept.append(piece)
        elif kept[at].transformer is None and piece.transformer is not None:
            kept[at] = replace(kept[at], transformer=piece.transformer)
    return kept


def _holds(one: Piece, other: Piece) -> bool:
    inside = one.start_line <= other.start_line and other.end_line <= one.end_line
    return one.path == other.path and inside


def _spoken(text: str) -> Iterable[str]:
    return (it for it in re.findall(r"[^\W\d]\w*", text) if content_words(it))


def _short(line: str) -> str:
    if len(line) <= MOST_LINE_CHARACTERS:
        return line
    return f"{line[:MOST_LINE_CHARACTERS]} [... {len(line) - MOST_LINE_CHARACTERS} characters]"
