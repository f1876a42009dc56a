"""Own the algebra of text changes: applying them, showing them as a diff, and as JSON.

Pure; it must not read or write files.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Sequence

from glossator_indexer.parsing import ParsedSource, reparse
from glossator_indexer.types import Span, TextChange
from glossator_server.proposal import FileEdit
from glossator_server.snapshot import Snapshot

# As the Language Server Protocol and every editor define a line; `str.splitlines` knows eight more.
_LINE_END = re.compile(r"\r\n|\r|\n")


def apply_changes(text: str, changes: Sequence[TextChange]) -> str:
    """Return the text with all changes made, each in offsets of the text as given."""
    for change in _last_first(changes):
        text = text[: change.span.start] + change.new_text + text[change.span.end :]
    return text


def apply_to_source(source: ParsedSource, changes: Sequence[TextChange]) -> ParsedSource:
    """Return the source with all changes made, each in offsets of the source as given."""
    # `reparse` makes one after the other, each in the text after those before it.
    return reparse(source, _last_first(changes))


def _last_first(changes: Sequence[TextChange]) -> list[TextChange]:
    """Return changes so that the offsets of those to come stay valid.

    Of several at one place the first comes to stand first, as editors have it.
    """
    return sorted(changes, key=lambda it: it.span)[::-1]


def file_edit(snapshot: Snapshot, changes: Sequence[TextChange]) -> FileEdit:
    """Tie changes to the very text that they were made for."""
    return FileEdit(
        uri=snapshot.uri,
        path=snapshot.path,
        version=snapshot.version,
        base_sha256=sha256_of(snapshot.text),
        changes=tuple(sorted(changes, key=lambda it: it.span)),
    )


def sha256_of(text: str) -> str:
    """Return the hex SHA-256 of the text's UTF-8, lone surrogates included."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def line_end_of(text: str) -> str:
    """Return the line end that the text uses first, `\\n` where it has none."""
    first = _LINE_END.search(text)
    return first.group() if first else "\n"


def changes_between(before: str, after: str) -> tuple[TextChange, ...]:
    """Return the changes of whole lines that lead from one text to another, in order."""
    old, new = _lines(before), _lines(after)
    head = next((at for at, it in enumerate(zip(old, new, strict=False)) if it[0] != it[1]), None)
    if head is None:
        head = min(len(old), len(new))
    most = min(len(old), len(new)) - head
    tail = 0
    while tail < most and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    # What is equal at both ends is left out: comparing takes long in long texts.
    middle, other = old[head : len(old) - tail], new[head : len(new) - tail]
    matcher = difflib.SequenceMatcher(None, middle, other, autojunk=False)
    return tuple(
        TextChange(Span(starts[head + one], starts[head + two]), "".join(other[three:four]))
        for tag, one, two, three, four in matcher.get_opcodes()
        if tag != "equal"
    )


def unified_diff(name: str, before: str, after: str) -> str:
    """Return a unified diff as `diff -u` and `git apply` understand it, empty for equal texts."""
    lines = difflib.unified_diff(
        _lines(before), _lines(after), fromfile=f"a/{name}", tofile=f"b/{name}"
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return line and column of an offset, both from 1, columns in code points."""
    # A place between the two halves of a line end still belongs to the line that they end.
    stop = offset - 1 if text[max(0, offset - 1) : offset + 1] == "\r\n" else offset
    # Counted, not searched: this is asked for every symbol of a file.
    ends = text.count("\n", 0, stop)
    if returns := text.count("\r", 0, stop):
        ends += returns - text.count("\r\n", 0, stop)
    start = max(text.rfind("\n", 0, stop), text.rfind("\r", 0, stop)) + 1
    return ends + 1, offset - start + 1


def lines_of_span(text: str, span: Span) -> range:
    """Return the lines, from 1, that a span touches."""
    first, _ = line_and_column(text, span.start)
    last, _ = line_and_column(text, span.end)
    return range(first, last + 1)


def offset_of_line(text: str, line: int) -> int | None:
    """Return the offset of the first non-blank of a line (from 1), None where there is none."""
    if line < 1:
        return None
    start = 0
    for _ in range(line - 1):
        end = _LINE_END.search(text, start)
        if end is None:
            return None
        start = end.end()
    stop = _LINE_END.search(text, start)
    content = text[start : stop.start() if stop else len(text)]
    return start + len(content) - len(content.lstrip(" \t\f"))


def change_as_json(text: str, edit: FileEdit, change: TextChange) -> dict[str, object]:
    """Return one change in the documented `--json` shape."""

    def place(offset: int) -> dict[str, int]:
        line, column = line_and_column(text, offset)
        return {"line": line, "column": column}

    return {
        "path": str(edit.path) if edit.path else edit.uri,
        "base_sha256": edit.base_sha256,
        "start": place(change.span.start),
        "end": place(change.span.end),
        "new_text": change.new_text,
    }


def _lines(text: str) -> list[str]:
    # difflib wants lines with their ends; only "\n" ends a line in a diff.
    return re.findall(r"[^\n]*\n|[^\n]+\Z", text)
