"""Own `Record`, one documented symbol of a repository, and how it stands in a line of JSON.

It must not read repositories nor judge what is a good example.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from glossator_gate.types import DataClass
from glossator_indexer.retrieval import DocumentedSymbol
from glossator_indexer.types import (
    DocFields,
    Facts,
    Parameter,
    ResultUse,
    Span,
    Symbol,
    SymbolKind,
)
from glossator_server.errors import UsageError

SCHEMA = 1
_KIND = "glossator-record"
_SPANS = ("extent", "name_span", "signature", "body")


@dataclass(frozen=True, slots=True)
class Record:
    """A symbol that people documented.

    `id` is a hash of project, path and code; `line` counts from 1. `code` is the declaration with
    its body and without its comment, secrets taken out; the spans of `symbol` are offsets in it.
    `fields` are the people's words as they wrote them. `left_out` says why it is no example to
    learn from, by the names of the filters; such a record still stands beside others as a
    neighbour, as it does in the repository. `weak` are the parts whose words teach nothing (`@name`
    or "returns"), each with the filter's name: they are not asked for.
    """

    id: str
    project: str
    path: str
    line: int
    language: str
    style: str
    licence: str
    data_class: DataClass
    code: str
    symbol: Symbol
    fields: DocFields
    facts: Facts
    shown: str
    left_out: tuple[str, ...] = ()
    weak: tuple[tuple[str, str], ...] = ()

    @property
    def documented(self) -> DocumentedSymbol:
        """Return it as an example for others."""
        return DocumentedSymbol(self.symbol, self.shown, self.fields)

    @property
    def folder(self) -> str:
        """Return the folder of its file below the project's root, "" for the root itself."""
        return self.path.rpartition("/")[0]

    @property
    def signature(self) -> str:
        """Return its code up to the body."""
        return self.code[self.symbol.signature.start : self.symbol.signature.end]

    @property
    def body(self) -> str:
        """Return its code behind the signature, "" where there is none."""
        return self.code[self.symbol.signature.end :]


def to_json(record: Record) -> dict[str, Any]:
    """Return a record as it is written; what is as usual is left out."""
    return {
        "schema": SCHEMA,
        "kind": _KIND,
        "id": record.id,
        "project": record.project,
        "path": record.path,
        "line": record.line,
        "language": record.language,
        "style": record.style,
        "licence": record.licence,
        "class": str(record.data_class),
        "code": record.code,
        # Of a type the members are shown too; else it is the signature.
        "shown": len(record.shown),
        "symbol": _plain(record.symbol),
        "fields": _plain(record.fields),
        "facts": _plain(record.facts),
        "left_out": list(record.left_out),
        "weak": dict(record.weak),
    }


def from_json(value: Mapping[str, Any]) -> Record:
    """Return the record that was written; raises `UsageError` where it is none of ours."""
    try:
        if value["kind"] != _KIND or value["schema"] != SCHEMA:
            raise UsageError(f"it is of schema {value['schema']!r}; mine the data again.")
        symbol = _symbol(value["symbol"])
        start = symbol.extent.start
        return Record(
            id=value["id"],
            project=value["project"],
            path=value["path"],
            line=value["line"],
            language=value["language"],
            style=value["style"],
            licence=value["licence"],
            data_class=DataClass(value["class"]),
            code=value["code"],
            symbol=symbol,
            fields=_doc_fields(value["fields"]),
            facts=_facts(value["facts"]),
            shown=value["code"][start : start + value["shown"]],
            left_out=tuple(value["left_out"]),
            weak=tuple(value["weak"].items()),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as trouble:
        raise UsageError(f"it is no record ({trouble}); mine the data again.") from trouble


def line_of(record: Record) -> str:
    """Return a record as one line, with its end."""
    return json.dumps(to_json(record), ensure_ascii=False, separators=(",", ":")) + "\n"


def read_records(path: Path) -> Iterator[Record]:
    """Yield the records of a file; raises `UsageError` naming the first line that is none."""
    try:
        with path.open(encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines, 1):
                yield _record_in(line, f"{path}:{number}")
    except UnicodeDecodeError as trouble:
        raise UsageError(f"{path} is not UTF-8; name a file that `data mine` made.") from trouble
    except OSError as trouble:
        raise UsageError(f"{path} cannot be read: {trouble.strerror}.") from trouble


def _record_in(line: str, where: str) -> Record:
    try:
        value = json.loads(line)
    except ValueError as trouble:
        raise UsageError(
            f"{where} cannot be used: it is no JSON; name a file that `data mine` made."
        ) from trouble
    try:
        return from_json(value if isinstance(value, dict) else {})
    except UsageError as trouble:
        raise UsageError(f"{where} cannot be used: {trouble}") from trouble


def _plain(value: Any) -> Any:  # noqa: ANN401 -- any of our frozen data
    """Return frozen data as JSON has it, without what is as it is by default."""
    if isinstance(value, Span):
        return [value.start, value.end]
    if isinstance(value, Symbol | Parameter | DocFields | Facts):
        return {
            it.name: _plain(found)
            for it in fields(value)
            if it.default is MISSING or getattr(value, it.name) != it.default
            for found in (getattr(value, it.name),)
        }
    if isinstance(value, tuple):
        return [_plain(it) for it in value]
    return value


def _symbol(value: Mapping[str, Any]) -> Symbol:
    known: dict[str, Any] = dict(value)
    for name in _SPANS:
        known[name] = None if known[name] is None else Span(*known[name])
    known["kind"] = SymbolKind(known["kind"])
    known["parameters"] = tuple(map(_parameter, known["parameters"]))
    known["raises"] = tuple(known.get("raises", ()))
    return Symbol(**known)


def _parameter(value: Mapping[str, Any]) -> Parameter:
    members = tuple(map(_parameter, value.get("members", ())))
    return Parameter(**{**value, "members": members})


def _doc_fields(value: Mapping[str, Any]) -> DocFields:
    known: dict[str, Any] = {
        key: _pairs(it) if isinstance(it, list) else it for key, it in value.items()
    }
    return DocFields(**known)


def _facts(value: Mapping[str, Any]) -> Facts:
    known = {key: _frozen(it) for key, it in value.items()}
    if "uses" in known:
        known["uses"] = tuple((ResultUse(use), count) for use, count in known["uses"])
    return Facts(**known)


def _pairs(value: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in value)


def _frozen(value: Any) -> Any:  # noqa: ANN401 -- of JSON
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
