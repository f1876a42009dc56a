"""Own the suite "document": people's comments are hidden and written anew, as users get them.

It must not write a comment in any way of its own: the action of the product does.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from textwrap import dedent
from typing import Any

from glossator_indexer.styles import STYLES, Style
from glossator_indexer.symbols import find_symbols, own_code
from glossator_indexer.types import DocFields, Symbol
from glossator_server.actions.document import ROLE, document_symbol
from glossator_server.actions.states import style_of
from glossator_server.errors import UsageError
from glossator_server.evals.case_lines import CaseLine, read_case_lines
from glossator_server.evals.comment_measures import checked, comment_measures, compared
from glossator_server.evals.drawing import drawn
from glossator_server.evals.hidden_comments import Hidden, hidden, without_neighbours
from glossator_server.evals.mining import documented_functions
from glossator_server.evals.reading import class_of, read_case_file
from glossator_server.evals.types import (
    Case,
    CaseResult,
    CaseSource,
    Measure,
    SourceKind,
    Subject,
)
from glossator_server.indexes import Indexes
from glossator_server.proposal import CommentProposal, Skipped
from glossator_server.snapshot import Snapshot

NAME = "document"
_KEYS = ("id", "path", "symbol", "line", "style", "expected")
_PARTS = frozenset({"summary", "parameters", "returns", "raises"})


def create() -> DocumentSuite:
    """Return the suite, for one run."""
    return DocumentSuite()


@dataclass(slots=True)
class _Unsaved:
    """The text of a case as its index is to see it: without the comment."""

    path: Path | None
    text: str
    is_in_step: bool = True
    is_saved: bool = False


class DocumentSuite:
    """Follows `types.Suite`; remembers the case that it read last, for the next configuration."""

    name = NAME
    roles = (ROLE,)

    def __init__(self) -> None:
        self._last: tuple[str, Hidden] | None = None

    @property
    def measures(self) -> Sequence[Measure]:
        """Return what is measured of a comment."""
        return comment_measures()

    def cases(self, source: CaseSource) -> Sequence[Case]:
        """Return documented functions of the source, drawn by its seed."""
        if source.file is not None:
            cases = _listed(source, source.file)
        else:
            found = islice(documented_functions(source), source.limit)
            cases = [_case(source, *it) for it in found]
        if not cases:
            raise UsageError(
                f"{source.workspace} has no documented function to measure on; name another "
                "--workspace, or use --prepared."
            )
        return cases

    async def run(self, case: Case, subject: Subject) -> CaseResult:
        """Have a comment written as a user would, and compare it with the hidden one."""
        style = STYLES[str(case.data["style"])]
        found = await asyncio.to_thread(self._hidden, case, subject, style)
        if subject.configuration.retrieval:
            shown = await with_examples(found, subject.indexes)
        else:
            shown = await asyncio.to_thread(without_neighbours, found, style)
        model = await subject.model(ROLE, shown.snapshot.data_class)
        options = subject.settings.documenting
        outcome = await document_symbol(shown.snapshot, shown.symbol, model, options, _unheard)
        if isinstance(outcome, Skipped):
            return CaseResult(expected=found.comment, problem=outcome.reason)
        said = _fields_of(case.data["expected"])
        return await asyncio.to_thread(_result, outcome, shown, style, said)

    async def open(self, cases: Sequence[Case], subjects: Sequence[Subject]) -> None:
        """Need nothing."""

    async def close(self) -> None:
        """Forget what was read."""
        self._last = None

    def _hidden(self, case: Case, subject: Subject, style: Style) -> Hidden:
        """Return the case's document without its comment; raises `UsageError` where it changed."""
        if self._last is None or self._last[0] != case.id:
            snapshot = read_case_file(case.file, subject.policy, subject.settings)
            found = _found(snapshot, case.data, style)
            if found is None or _digest(case.path, found) != case.data["digest"]:
                raise UsageError(f"{case.title} in {case.file} has changed; begin a new run.")
            self._last = case.id, found
        return self._last[1]


def _unheard(what: str) -> None:
    """Follow nothing: a case is one step."""


def _result(proposal: CommentProposal, shown: Hidden, style: Style, said: DocFields) -> CaseResult:
    """Return what is measured of a comment, with what people read of it."""
    snapshot, symbol = shown.snapshot, shown.symbol
    return CaseResult(
        {**checked(proposal, snapshot, symbol, style), **compared(said, proposal.fields)},
        text=dedent(proposal.edits[0].changes[0].new_text).strip("\n"),
        expected=shown.comment,
        task=own_code(snapshot.text, symbol),
        checks=(*(f"{it.check}: {it.after}" for it in proposal.evidence), *proposal.notices),
    )


async def with_examples(found: Hidden, indexes: Indexes) -> Hidden:
    """Return the document with what an index of its repository shows of other functions.

    The index reads the text without the comment, and no function of that name becomes an example.
    """
    unsaved = _Unsaved(found.snapshot.path, found.snapshot.text)
    snapshot = await indexes.with_examples(found.snapshot, found.symbol, (unsaved,))
    return replace(found, snapshot=snapshot)


def _found(snapshot: Snapshot, data: Mapping[str, Any], style: Style) -> Hidden | None:
    """Return the document of a case without its comment; None where the symbol is not there."""
    line = data.get("line")
    same = [it for it in find_symbols(snapshot.source, str(data["symbol"])) if it.name]
    if not same:
        return None
    if line is None:
        # A definition says more than the prototypes before it.
        symbol = min(same, key=lambda it: it.body is None)
    else:
        symbol = min(same, key=lambda it: abs(_line_of(snapshot, it) - line))
    snapshot = replace(snapshot, style=style.id)
    if symbol.comment is not None and style.recognises(symbol.comment.text):
        return hidden(snapshot, symbol, style)
    if data.get("expected") is None:
        return None
    said = _fields_of(data["expected"])
    return Hidden(snapshot, symbol, "", said, _line_of(snapshot, symbol))


def _line_of(snapshot: Snapshot, symbol: Symbol) -> int:
    return snapshot.text.count("\n", 0, symbol.name_span.start) + 1


def _case(source: CaseSource, path: Path, style: Style, found: Hidden) -> Case:
    """Return the case of a function that was found in a repository."""
    digest = _digest(path.as_posix(), found)
    return Case(
        id=digest,
        suite=NAME,
        title=found.symbol.qualified_name,
        # What is shipped is several projects, a folder each.
        project=path.parts[0] if source.kind is SourceKind.PREPARED else source.workspace.name,
        root=source.workspace,
        path=path.as_posix(),
        language=found.snapshot.source.language.id,
        data={
            "symbol": found.symbol.qualified_name,
            "line": found.line,
            "style": style.id,
            "digest": digest,
            "expected": _said(found.fields),
        },
        data_class=class_of(source.workspace / path, source.policy),
    )


def _listed(source: CaseSource, file: Path) -> list[Case]:
    """Return the cases of a file; raises `UsageError` that names the line of one that is none."""
    lines = list(read_case_lines(file, _KEYS))
    return [_of_line(source, it) for it in drawn(lines, source.limit, source.seed)]


def _of_line(source: CaseSource, line: CaseLine) -> Case:
    path, name = line.path("path", source.workspace), line.words("symbol")
    style_id = line.one_of("style", tuple(STYLES)) if "style" in line.values else None
    expected = line.values.get("expected")
    if expected is not None and not _is_said(expected):
        line.wrong("expected", 'must be an object with a "summary"')
    if "line" in line.values:
        line.whole_number("line")
    snapshot = read_case_file(source.workspace / path, source.policy, source.settings)
    style = style_of(snapshot) if style_id is None else STYLES[style_id]
    found = _found(snapshot, line.values, style)
    if found is None:
        line.wrong("symbol", f'names {name}, which has no comment in {path}; add "expected"')
    case = _case(source, Path(path), style, found)
    data = case.data if expected is None else {**case.data, "expected": expected}
    return replace(case, id=line.id, data=data)


def _is_said(expected: object) -> bool:
    """Say whether a JSON value is what a person says in a comment."""
    if not isinstance(expected, dict) or not expected.keys() <= _PARTS:
        return False
    tables = (expected.get("parameters") or {}, expected.get("raises") or {})
    return (
        isinstance(expected.get("summary"), str)
        and isinstance(expected.get("returns"), str | None)
        and all(isinstance(it, dict) for it in tables)
        and all(isinstance(words, str) for it in tables for words in it.values())
    )


def _digest(path: str, found: Hidden) -> str:
    """Return what names a function with its comment, the same as long as neither changes."""
    code = own_code(found.snapshot.text, found.symbol)
    parts = (path, found.symbol.qualified_name, code, found.comment)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def _said(fields: DocFields) -> dict[str, Any]:
    """Return what a person says, in the shape of a case; other sections are not asked for."""
    return {
        "summary": fields.summary,
        "parameters": dict(fields.parameters),
        "returns": fields.returns,
        "raises": dict(fields.raises),
    }


def _fields_of(expected: Mapping[str, Any]) -> DocFields:
    return DocFields(
        summary=str(expected["summary"]),
        parameters=tuple((str(k), str(v)) for k, v in (expected.get("parameters") or {}).items()),
        returns=expected.get("returns"),
        raises=tuple((str(k), str(v)) for k, v in (expected.get("raises") or {}).items()),
    )
