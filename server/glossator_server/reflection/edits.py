"""Own the forms in which a model may change code, read and applied strictly, never by guess.

A model writes blocks of search and replace, a whole function by its name, or an object that names a
line. What does not fit exactly is refused with the reason; this module must not judge what fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from glossator_gate.errors import GlossatorError
from glossator_indexer.parsing import ParsedSource
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import Span, Symbol, TextChange
from glossator_server.edits import apply_changes, line_end_of
from glossator_server.prompts.objects import objects_in

# A fix is short; what is longer is a model that does not end.
MOST_REPLY_CHARACTERS = 200_000
MOST_BLOCKS = 20
_SEARCH = re.compile(r"<{5,9} ?SEARCH\s*")
_DIVIDER = re.compile(r"={5,9}\s*")
_REPLACE = re.compile(r">{5,9} ?REPLACE\s*")
_FILE = re.compile(r"(?:\*\*)?FILE:\s*`?(?P<name>[^`*\n]+?)`?(?:\*\*)?\s*")
_FUNCTION = re.compile(r"(?:\*\*)?FUNCTION:\s*`?(?P<name>[\w.:~$]+)`?(?:\*\*)?\s*")
_FENCE = re.compile(r"\s*(?:```|~~~)\w*\s*")


class UnusableEditError(GlossatorError):
    """The answer holds no change that can be made exactly; the message goes back to the model."""


@dataclass(frozen=True, slots=True)
class SearchReplace:
    """Whole lines that stand exactly once in a file, and what takes their place.

    `file` is the name that the answer gives the file, empty where it gives none.
    """

    search: str
    replace: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class WholeFunction:
    """A function by its name, and its whole new text."""

    symbol: str
    code: str


Edit = SearchReplace | WholeFunction


def read_edits(reply: str) -> tuple[Edit, ...]:
    """Return the edits that an answer holds, in its order.

    Raises `UnusableEditError` where it holds none, or one that is not whole.
    """
    if len(reply) > MOST_REPLY_CHARACTERS:
        raise UnusableEditError("the answer is too long to be a fix")
    lines = reply.replace("\r\n", "\n").split("\n")
    edits: list[Edit] = [*_blocks(lines), *_functions(lines)]
    if not edits:
        edits = list(_objects(reply))
    if not edits:
        raise UnusableEditError(
            "the answer holds no SEARCH/REPLACE block; write whole lines of the file as it is "
            "between <<<<<<< SEARCH and =======, and the new lines before >>>>>>> REPLACE"
        )
    if len(edits) > MOST_BLOCKS:
        raise UnusableEditError(f"the answer has more than {MOST_BLOCKS} blocks")
    return tuple(edits)


def apply_edits(source: ParsedSource, name: str, edits: Sequence[Edit]) -> tuple[TextChange, ...]:
    """Return the edits as changes of a text, whose file is called `name`, in order of place.

    Each is found in the text as it was. Raises `UnusableEditError` where one stands nowhere or more
    than once, is of another file, meets another one, or where nothing changes.
    """
    changes = [_change(source, name, it) for it in edits]
    changes.sort(key=lambda it: it.span)
    for one, other in pairwise(changes):
        if one.span.end > other.span.start:
            raise UnusableEditError("two of the blocks change the same lines")
    if apply_changes(source.text, changes) == source.text:
        raise UnusableEditError("the answer changes nothing")
    return tuple(changes)


def _change(source: ParsedSource, name: str, edit: Edit) -> TextChange:
    if isinstance(edit, WholeFunction):
        return _of_function(source, edit)
    if edit.file and not _same_file(edit.file, name):
        raise UnusableEditError(f"the answer changes {edit.file}; only {name} may be changed")
    return change_of_lines(source.text, edit)


def _same_file(said: str, name: str) -> bool:
    parts, known = said.strip().strip("/").split("/"), name.strip("/").split("/")
    shorter = min(len(parts), len(known))
    return parts[-shorter:] == known[-shorter:]


def change_of_lines(text: str, edit: SearchReplace) -> TextChange:
    """Return a block as the change of a text, whose line ends it takes.

    Raises `UnusableEditError` where its lines stand nowhere in the text, or more than once.
    """
    end = line_end_of(text)
    search, replace = (it.replace("\n", end) for it in (edit.search, edit.replace))
    if not search.strip():
        raise UnusableEditError("a SEARCH block is empty; write the lines that are to be replaced")
    spans = list(_whole_lines(text, search))
    shown = edit.search.strip().split("\n")[0][:80]
    if not spans:
        raise UnusableEditError(
            f"the SEARCH block that begins with `{shown}` stands nowhere in the file; copy whole "
            "lines exactly as they are, white space included"
        )
    if len(spans) > 1:
        raise UnusableEditError(
            f"the SEARCH block that begins with `{shown}` stands {len(spans)} times in the file; "
            "add lines around it until it stands once"
        )
    span = spans[0]
    if not replace and text[span.end : span.end + len(end)] == end:
        # Lines that go take their end with them.
        return TextChange(Span(span.start, span.end + len(end)), "")
    return TextChange(span, replace)


def _whole_lines(text: str, search: str) -> Iterator[Span]:
    at = text.find(search)
    while at >= 0:
        stop = at + len(search)
        begins = at == 0 or text[at - 1] in "\r\n"
        ends = stop == len(text) or text[stop] in "\r\n"
        if begins and ends:
            yield Span(at, stop)
        at = text.find(search, at + 1)


def _of_function(source: ParsedSource, edit: WholeFunction) -> TextChange:
    symbol = _definition(source, edit.symbol)
    code = edit.code.strip("\n")
    if not code.strip():
        raise UnusableEditError(f"the new text of {edit.symbol} is empty")
    start = symbol.extent.start
    line = source.text.rfind("\n", 0, start) + 1
    indent = source.text[line:start]
    if indent.strip():
        raise UnusableEditError(f"{edit.symbol} does not begin its line; use a SEARCH block")
    first = code[: len(code) - len(code.lstrip(" \t"))]
    if indent and not first:
        code = "\n".join(indent + it if it.strip() else it for it in code.split("\n"))
    code = code.replace("\n", line_end_of(source.text))
    return TextChange(Span(line, symbol.extent.end), code)


def _definition(source: ParsedSource, name: str) -> Symbol:
    found = [it for it in find_symbols(source, name.replace("::", ".")) if it.body is not None]
    if len(found) != 1:
        times = "nowhere" if not found else f"{len(found)} times"
        raise UnusableEditError(f"the function {name} is defined {times}; use a SEARCH block")
    return found[0]


def _blocks(lines: Sequence[str]) -> Iterator[SearchReplace]:
    file, at = "", 0
    while at < len(lines):
        if match := _FILE.fullmatch(lines[at]):
            file = match["name"].strip()
        if not _SEARCH.fullmatch(lines[at]):
            at += 1
            continue
        divider = _next(lines, at, _DIVIDER, "=======")
        end = _next(lines, divider, _REPLACE, ">>>>>>> REPLACE")
        search, replace = lines[at + 1 : divider], lines[divider + 1 : end]
        if any(_SEARCH.fullmatch(it) for it in (*search, *replace)):
            raise UnusableEditError("a SEARCH block begins inside of another one")
        yield SearchReplace("\n".join(search), "\n".join(replace), file)
        at = end + 1


def _next(lines: Sequence[str], at: int, mark: re.Pattern[str], called: str) -> int:
    found = next((it for it in range(at + 1, len(lines)) if mark.fullmatch(lines[it])), None)
    if found is None:
        raise UnusableEditError(f"a SEARCH block has no {called} line")
    return found


def _functions(lines: Sequence[str]) -> Iterator[WholeFunction]:
    for at, line in enumerate(lines):
        match = _FUNCTION.fullmatch(line)
        if match is None:
            continue
        begin = at + 1
        while begin < len(lines) and not lines[begin].strip():
            begin += 1
        if begin >= len(lines) or not _FENCE.fullmatch(lines[begin]):
            raise UnusableEditError("a FUNCTION line is not followed by its code between ``` lines")
        end = _next(lines, begin, _FENCE, "closing ```")
        yield WholeFunction(match["name"], "\n".join(lines[begin + 1 : end]))


def _objects(reply: str) -> Iterator[Edit]:
    for found in objects_in(reply):
        search, replace = found.get("search"), found.get("replace")
        if isinstance(search, str) and isinstance(replace, str):
            yield SearchReplace(search.strip("\n"), replace.strip("\n"))
            return
