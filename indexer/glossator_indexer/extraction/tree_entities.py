"""Own what a file of a tree-sitter language holds: its entities, their places, what they refer to.

It must not know a language (a `TreeLanguage` says all), cut chunks or read files. Code that is
half written, or not of that language at all, yields what its tree still shows.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

from glossator_indexer.extraction.outline import ListedReferences, Outline, OutlineEntity
from glossator_indexer.extraction.tree_comments import Above, last_row
from glossator_indexer.extraction.tree_names import (
    container_name,
    declared,
    plain_name,
    text_of,
)
from glossator_indexer.extraction.tree_repair import closed
from glossator_indexer.languages import TreeLanguage, tree_language
from glossator_indexer.parsing import Matched, Node, matches
from glossator_indexer.records import EntityKind

# A hundred times what a large file takes; all grammars of a language share it.
SECONDS_PER_FILE = 5.0
LONGEST_SIGNATURE = 300
_MOST_SIGNATURE_BYTES = 4 * LONGEST_SIGNATURE
# Lines that nobody reads: what is mostly such lines was made by a program. Where lines are short on
# the whole there is no need to look at each.
_LONG_LINE = 5_000
_SHORT_ON_THE_WHOLE = 100
_MOST_IMPORTS = 200

_KINDS = {it.value: it for it in EntityKind}
# Captures of a query that name something but make no entity of it.
_NO_ENTITY = frozenset({"container", "nothing"})
_CALLABLE = frozenset({EntityKind.FUNCTION, EntityKind.METHOD})
_HAS_METHODS = frozenset(
    {
        EntityKind.CLASS,
        EntityKind.STRUCT,
        EntityKind.UNION,
        EntityKind.ENUM,
        EntityKind.INTERFACE,
        EntityKind.TRAIT,
        EntityKind.TYPE,
    }
)
# Inside a function these are its own business.
_LOCAL = frozenset({EntityKind.VARIABLE, EntityKind.PROTOTYPE})
_NEEDS_BODY = _CALLABLE | {EntityKind.PROTOTYPE}


class _Draft(NamedTuple):
    """An entity or container as its own pattern shows it, before it is put in its place.

    `kind` is None for what only contains; `outer` is `node` with what wraps it; `scope` is None
    where none is written before the name.
    """

    start: int
    end: int
    pattern: int
    kind: EntityKind | None
    node: Node
    outer: Node
    name: str
    scope: str | None
    body: Node | None


@dataclass(slots=True)
class _Findings:
    """Everything that the query found, sorted by what it is for."""

    drafts: dict[int, tuple[int, str, dict[str, list[Node]]]] = field(default_factory=dict)
    wrappers: dict[int, Node] = field(default_factory=dict)
    leads: list[Node] = field(default_factory=list)
    comments: list[Node] = field(default_factory=list)
    documented: set[int] = field(default_factory=set)
    calls: list[tuple[int, str]] = field(default_factory=list)
    uses: list[tuple[int, str]] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    package: str = ""


class _Opened(NamedTuple):
    """An entity or container that is being read: what it is called, and where it ends."""

    path: str
    start: int
    end: int
    kind: EntityKind | None
    holds_methods: bool


def outline_of(text: str, language_id: str) -> Outline:
    """Return what a text holds as the language with this id reads it, whatever it holds."""
    language = tree_language(language_id)
    if language is None:
        return Outline(trouble=f"{language_id} is no language that is read by a grammar")
    return outline_in(text, language)


def outline_in(text: str, language: TreeLanguage) -> Outline:
    """Return what a text holds as `language` reads it, whatever it holds."""
    if _is_made_by_a_program(text):
        return Outline(trouble="its lines are too long to be read by people, only its words count")
    source = text.encode("utf-8", "replace")
    seen = source if language.masked is None else language.masked(source)
    matched = _best_reading(seen, language)
    if matched is None:
        return Outline(trouble=f"it takes longer than {SECONDS_PER_FILE:g} s to parse")
    found = _sorted_out(source, matched, language)
    entities = list(_placed(source, seen, found, language))
    entities.sort(key=lambda it: (it.first_line, -it.end_line))
    found.calls.sort(key=lambda it: it[0])
    found.uses.sort(key=lambda it: it[0])
    return Outline(
        entities,
        ListedReferences(found.calls, found.uses),
        tuple(dict.fromkeys(found.imports))[:_MOST_IMPORTS],
    )


def _is_made_by_a_program(text: str) -> bool:
    if len(text) <= _LONG_LINE or len(text) // (text.count("\n") + 1) < _SHORT_ON_THE_WHOLE:
        return False
    long_lines = sum(len(line) for line in text.split("\n") if len(line) > _LONG_LINE)
    return long_lines * 2 > len(text)


def _best_reading(seen: bytes, language: TreeLanguage) -> Matched | None:
    """Return the reading of the first grammar without errors, else the one that shows most."""
    best: Matched | None = None
    end = monotonic() + SECONDS_PER_FILE
    for grammar in language.grammars:
        matched = matches(seen, grammar, language.query, end - monotonic())
        if matched is None:
            continue
        if matched.has_error and language.has_brackets and (whole := closed(seen)) is not None:
            repaired = matches(whole, grammar, language.query, end - monotonic())
            matched = _better(matched, repaired)
        if not matched.has_error:
            return matched
        if best is None or len(matched.matches) > len(best.matches):
            best = matched
    return best


def _better(broken: Matched, repaired: Matched | None) -> Matched:
    """Return the reading with the brackets closed, unless it shows less."""
    if repaired is None or (repaired.has_error and len(repaired.matches) < len(broken.matches)):
        return broken
    return repaired


def _sorted_out(source: bytes, matched: Matched, language: TreeLanguage) -> _Findings:
    found = _Findings()
    for pattern, captured in matched.matches:
        if not _counts(source, captured, language):
            continue
        if "call" in captured:
            found.calls += ((it.start_point[0] + 1, text_of(source, it)) for it in captured["call"])
        elif "use" in captured:
            found.uses += ((it.start_point[0] + 1, text_of(source, it)) for it in captured["use"])
        elif "comment" in captured:
            found.comments += captured["comment"]
        else:
            _sort_out_structure(source, found, pattern, captured, language)
        if "import" in captured:
            found.imports += (plain_name(source, it) for it in captured["import"])
    return found


def _counts(source: bytes, captured: dict[str, list[Node]], language: TreeLanguage) -> bool:
    importer = captured.get("importer")
    return importer is None or text_of(source, importer[0]) in language.importers


def _sort_out_structure(
    source: bytes,
    found: _Findings,
    pattern: int,
    captured: dict[str, list[Node]],
    language: TreeLanguage,
) -> None:
    if "wrapper" in captured:
        for wrapped in captured["wrapped"]:
            found.wrappers[wrapped.id] = captured["wrapper"][0]
    elif "lead" in captured:
        found.leads += captured["lead"]
    elif "documented" in captured:
        found.documented.update(it.id for it in captured["documented"])
    elif "package" in captured:
        found.package = container_name(text_of(source, captured["package"][0]), language)
    else:
        naming = captured.get("name") or captured.get("declarator")
        if not naming:
            return
        # An earlier pattern knows better what a name is: that is how queries say "except".
        earlier = found.drafts.get(naming[0].start_byte)
        if earlier is None or pattern < earlier[0]:
            kind = next((it for it in captured if it in _KINDS or it in _NO_ENTITY), "nothing")
            found.drafts[naming[0].start_byte] = (pattern, kind, captured)


def _drafts(source: bytes, found: _Findings, language: TreeLanguage) -> Iterator[_Draft]:
    for pattern, kind, captured in found.drafts.values():
        if kind == "nothing":
            continue
        node = captured[kind][0]
        name, scope = _named(source, captured, language)
        if not name and kind != "container":
            continue
        outer = node
        while outer.id in found.wrappers:
            outer = found.wrappers[outer.id]
        body = captured["body"][0] if "body" in captured else node.child_by_field_name("body")
        yield _Draft(
            outer.start_byte,
            outer.end_byte,
            pattern,
            _KINDS.get(kind),
            node,
            outer,
            name,
            scope,
            body,
        )


def _named(
    source: bytes, captured: dict[str, list[Node]], language: TreeLanguage
) -> tuple[str, str | None]:
    if "declarator" in captured:
        name, scope = declared(source, captured["declarator"][0])
        return name, container_name(scope, language) if scope else None
    name = plain_name(source, captured["name"][0])
    if "container" in captured:
        name = container_name(name, language)
    if "scope" in captured:
        return name, container_name(text_of(source, captured["scope"][0]), language)
    return name, None


def _placed(
    source: bytes, seen: bytes, found: _Findings, language: TreeLanguage
) -> Iterator[OutlineEntity]:
    above = Above(source, found.leads, found.comments)
    # Brackets that were closed for the grammar's sake stand below the end of the text.
    last_line = source.count(b"\n") + (not source.endswith(b"\n"))
    for draft, kind, container in _nested(source, found, language):
        start = draft.start if seen is source else _start_of_masked(source, seen, draft.start)
        row = draft.outer.start_point[0] - source.count(b"\n", start, draft.start)
        head = above.head(start, row, language.doc_comment)
        end_row = last_row(draft.outer)
        end_row -= above.rows_of_trailing_comments(draft.start, draft.end)
        yield OutlineEntity(
            draft.name,
            kind,
            container,
            head.first_row + 1,
            head.start_row + 1,
            min(end_row + 1, last_line),
            _signature(source, draft),
            draft.body is not None or kind not in _NEEDS_BODY,
            head.is_documented or draft.node.id in found.documented,
        )


def _nested(
    source: bytes, found: _Findings, language: TreeLanguage
) -> Iterator[tuple[_Draft, EntityKind, str]]:
    """Yield each draft that becomes an entity, with its kind and its container where it stands."""
    drafts = list(_drafts(source, found, language))
    drafts.sort(key=lambda it: (it.start, -it.end, it.pattern))
    modules = frozenset(it.name for it in drafts if it.kind is EntityKind.MODULE)
    stack = [_Opened(found.package, -1, sys.maxsize, None, holds_methods=False)]
    for draft in drafts:
        extent = (draft.start, draft.end, draft.kind)
        # Two names of one declaration stand beside each other, not in each other.
        while draft.start >= stack[-1].end or stack[-1][1:4] == extent:
            stack.pop()
        inside = stack[-1]
        container = _joined(inside.path, draft.scope or "", language)
        kind = _kind(draft, inside, modules)
        holds_methods = kind is None or kind in _HAS_METHODS
        path = _joined(container, draft.name, language)
        stack.append(_Opened(path, *extent, holds_methods))
        if kind is not None and not (draft.kind in _LOCAL and inside.kind in _CALLABLE):
            yield draft, kind, container


def _start_of_masked(source: bytes, seen: bytes, start: int) -> int:
    """Return where the macros begin that stand right before an entity and that were masked."""
    first = at = start
    while at > 0 and seen[at - 1 : at].isspace() and source[at - 2 : at] != b"\n\n":
        at -= 1
        if not source[at : at + 1].isspace():
            first = at
    return first


def _kind(draft: _Draft, inside: _Opened, modules: frozenset[str]) -> EntityKind | None:
    """Return what an entity is where it stands."""
    if draft.kind is EntityKind.PROTOTYPE and inside.holds_methods:
        return EntityKind.METHOD
    if draft.kind is not EntityKind.FUNCTION:
        return draft.kind
    # Out of its class a member is written like the function of a namespace.
    if inside.holds_methods or (draft.scope and draft.scope not in modules):
        return EntityKind.METHOD
    return EntityKind.PROTOTYPE if draft.body is None else EntityKind.FUNCTION


def _joined(container: str, name: str, language: TreeLanguage) -> str:
    return f"{container}{language.separator}{name}" if container and name else container or name


def _signature(source: bytes, draft: _Draft) -> str:
    node, body = draft.node, draft.body
    start = draft.outer.start_byte
    # Decorators are no part of a signature, `export` and `template <...>` are.
    if source[start : start + 1] == b"@":
        start = node.start_byte
    end = node.end_byte
    if body is not None and start < body.start_byte < end:
        end = body.start_byte
    text = source[start : min(end, start + _MOST_SIGNATURE_BYTES)].decode("utf-8", "replace")
    if draft.kind is EntityKind.VARIABLE:
        text = text.partition("\n")[0]
    folded = " ".join(text.split())[:LONGEST_SIGNATURE]
    return folded.removesuffix("=>").rstrip(" {=:")
