"""Own the reading of one file into records; it runs in worker processes.

It must not know other files, nor decide what is a duplicate.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from glossator_gate.redaction import redact
from glossator_gate.types import DataClass
from glossator_indexer.facts import facts_of
from glossator_indexer.languages import language_of_file
from glossator_indexer.neighbourhood import documented_symbols
from glossator_indexer.parsing import ParsedSource, parse
from glossator_indexer.retrieval import DocumentedSymbol
from glossator_indexer.styles import STYLES, Style
from glossator_indexer.styles.drift import MISSING_PARAMETER, MISSING_RETURN
from glossator_indexer.styles.wanted import Wanted
from glossator_indexer.styles.wording import missing_parts
from glossator_indexer.types import Comment, DocFields, Span, Symbol
from glossator_indexer.walking import generated_by_content
from glossator_server.actions.grounding import grounded
from glossator_server.actions.parts import chosen_parts
from glossator_server.actions.states import style_of
from glossator_server.datasets.licences import licence_of
from glossator_server.datasets.near_duplicates import Signature, signature_of
from glossator_server.datasets.records import Record
from glossator_server.datasets.words import is_english, plain_fields, weak_parts
from glossator_server.document_options import DocumentOptions
from glossator_server.errors import UsageError
from glossator_server.files import read_source
from glossator_server.prompts import first_sentences
from glossator_server.prompts.document import MAX_PHRASE_CHARACTERS
from glossator_server.settings import Settings
from glossator_server.snapshot import Snapshot

# No prompt has room for longer code, and records would only become heavy.
MOST_CODE_CHARACTERS = 20_000
# The filter that a comment without descriptions of parameters does not pass.
SHORT = "short"
# That of whatever stands in a test: what tests say is of the tests.
TEST = "test"
_NO_TROUBLE = frozenset({MISSING_RETURN, "unlabelled-return"})
# A file without one of these has no doc comment, and is not parsed.
_OPENINGS = {
    "c": ("/**", "/*!", "///", "//!"),
    "cpp": ("/**", "/*!", "///", "//!"),
    "python": ('"""', "'''"),
    "javascript": ("/**",),
    "typescript": ("/**",),
    "java": ("/**",),
    "rust": ("///", "//!", "/**", "#[doc"),
    "go": ("//", "/*"),
}


@dataclass(frozen=True, slots=True)
class FileJob:
    """A file to read: `path` is relative to `root`, with `/` between its parts."""

    root: Path
    path: str
    project: str
    data_class: DataClass
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class FileYield:
    """What a file gave: records with the signatures of their texts, and counts for the report.

    `trouble` is why it could not be read, "" where it could; `what` is "read", "generated" or
    "undocumented".
    """

    what: str
    records: tuple[tuple[Record, Signature], ...] = ()
    symbols: int = 0
    secrets: int = 0
    trouble: str = ""


def read_file(job: FileJob, settings: Settings) -> FileYield:
    """Return the documented symbols of a file, each judged as an example to learn from."""
    path = job.root / job.path
    try:
        text = read_source(path)
    except UsageError as trouble:
        return FileYield("unreadable", trouble=str(trouble))
    language = settings.language(language_of_file(path, text))
    if language is None or not any(it in text for it in _OPENINGS.get(language.id, ())):
        return FileYield("undocumented")
    if generated_by_content(text):
        return FileYield("generated")
    # A secret that is cut in two would not be known for one.
    redacted = redact(text)
    source = parse(redacted.text, language)
    style_named = settings.document.for_path(path).style
    style = style_of(Snapshot(path.as_uri(), path, None, source, style=style_named))
    reader = _Reader(job, source, style, licence_of(path, job.root, text))
    return FileYield("read", tuple(reader.records()), secrets=redacted.count)


@dataclass(frozen=True, slots=True)
class _Reader:
    job: FileJob
    source: ParsedSource
    style: Style
    licence: str

    def records(self) -> Iterator[tuple[Record, Signature]]:
        """Yield a record for each documented symbol that has a name and is not too long."""
        for documented in documented_symbols(self.source, self.style):
            symbol = documented.symbol
            length = symbol.extent.end - symbol.extent.start
            if symbol.name and symbol.comment is not None and length <= MOST_CODE_CHARACTERS:
                yield self._record(documented, symbol.comment)

    def _record(self, documented: DocumentedSymbol, comment: Comment) -> tuple[Record, Signature]:
        symbol, text = documented.symbol, self.source.text
        code, moved = _without_comment(text, symbol, comment)
        facts = facts_of(self.source, symbol)
        record = Record(
            id=_hash(self.job.project, self.job.path, symbol.qualified_name, code),
            project=self.job.project,
            path=self.job.path,
            line=text.count("\n", 0, symbol.name_span.start) + 1,
            language=self.source.language.id,
            style=self.style.id,
            licence=self.licence,
            data_class=self.job.data_class,
            code=code,
            symbol=moved,
            fields=replace(documented.fields, sections=()),
            facts=facts,
            shown=documented.signature,
        )
        words = plain_fields(documented.fields, self.style.id)
        weak = self._weak(record, symbol, words)
        troubles = tuple(dict.fromkeys(self._troubles(symbol, words, weak, comment)))
        weak.pop("summary", None)
        judged = replace(record, left_out=troubles, weak=tuple(weak.items()))
        return judged, signature_of(told_text(judged))

    def _troubles(
        self, symbol: Symbol, words: DocFields, weak: Mapping[str, str], comment: Comment
    ) -> Iterator[str]:
        """Yield the names of the filters that a record as a whole does not pass."""
        if self.job.is_test:
            yield TEST
        # A value that is told in some sentence is found there, or else not asked for.
        rules = {it.rule for it in self.style.check(comment.text, symbol)} - _NO_TROUBLE
        if rules:
            yield SHORT if rules == {MISSING_PARAMETER} else "style"
        if symbol.has_syntax_errors:
            yield "syntax"
        if "summary" in weak:
            yield weak["summary"]
        if not is_english(" ".join((words.summary, *(it for _, it in words.parameters)))):
            yield "language"

    def _weak(self, record: Record, symbol: Symbol, words: DocFields) -> dict[str, str]:
        """Return the parts that teach nothing, with the reason: "summary", "returns", `@name`."""
        weak = dict(weak_parts(words, symbol))
        kept = first_sentences(words, 1)
        for part, text in parts_of(kept):
            if len(text) > MAX_PHRASE_CHARACTERS:
                weak.setdefault(part, "too-long")
        # What the product would take out of a model's words is nothing to teach it.
        held = dict(parts_of(grounded(kept, symbol, self.source, record.facts).fields))
        for part, text in parts_of(kept):
            if held.get(part) != text:
                weak.setdefault(part, "contradicted")
        asked = wanted_of(symbol, self.style.id)
        for part in missing_parts(words, asked):
            weak.setdefault("returns" if part == "Return" else part, "missing")
        described = {name for name, text in words.parameters if text}
        weak |= {f"@{it.path}": "missing" for it in asked.names if it.path not in described}
        return weak


def parts_of(words: DocFields) -> Iterator[tuple[str, str]]:
    """Yield the parts of words by their names, the empty ones not."""
    yield "summary", words.summary
    yield from ((f"@{name}", text) for name, text in words.parameters if text)
    if words.returns:
        yield "returns", words.returns


def told_text(record: Record) -> str:
    """Return all that a record says, its words and its code: what makes two of them alike."""
    words = plain_fields(record.fields, record.style)
    return " ".join(text for _, text in parts_of(words)) + f"\n{record.code}"


def wanted_of(symbol: Symbol, style: str) -> Wanted:
    """Return what is asked of a model for a new comment of a symbol."""
    return chosen_parts(STYLES[style].wanted(symbol), DocumentOptions())


def _without_comment(text: str, symbol: Symbol, comment: Comment) -> tuple[str, Symbol]:
    """Return a symbol's code without its comment, and the symbol with offsets in that code."""
    start, end = symbol.extent.start, symbol.extent.end
    cut = Span(start, start)
    if start <= comment.span.start < end:
        # A docstring goes with its lines.
        line = text.rfind("\n", 0, comment.span.start) + 1
        below = text.find("\n", comment.span.end)
        is_alone = not text[line : comment.span.start].strip() and below >= 0
        cut = Span(line, min(below + 1, end)) if is_alone and line >= start else comment.span

    def moved(span: Span) -> Span:
        return Span(_moved(span.start, cut) - start, _moved(span.end, cut) - start)

    at_home = replace(
        symbol,
        extent=moved(symbol.extent),
        name_span=moved(symbol.name_span),
        signature=moved(symbol.signature),
        body=None if symbol.body is None else moved(symbol.body),
        comment=None,
        insertion=max(0, _moved(symbol.insertion, cut) - start),
    )
    return text[start : cut.start] + text[cut.end : end], at_home


def _moved(offset: int, cut: Span) -> int:
    if offset <= cut.start:
        return offset
    return max(cut.start, offset - (cut.end - cut.start))


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
