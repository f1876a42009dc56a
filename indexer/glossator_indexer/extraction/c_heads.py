"""Own how the common forms of a top-level declaration of C are read with one pattern each.

What no form fits is left to the outline and the symbols, which read everything but slower; a form
must never read what it fits in another way than they do.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from glossator_indexer.languages.c_macros import MacroTable
from glossator_indexer.languages.c_words import NOT_FUNCTIONS, NOT_NAMES, STORAGE, TAGS
from glossator_indexer.records import EntityKind

_WORD = r"[A-Za-z_]\w*+"
_GAP = r"(?:[ \t*]++(?:\r?\n[ \t*]*+)?|\r?\n[ \t*]*+)"
_PLAIN = r"[^(){};\"'#/\r\n]*+"
# Parameters without comments, literals and directives; no line of them starts in column 0, where
# the outline would ask whether it is the next definition.
_PARAMETERS = rf"\((?!\s*+\(){_PLAIN}(?:(?:\({_PLAIN}\)|\r?\n(?=[ \t])){_PLAIN})*+\)"
_FUNCTION = re.compile(rf"(?P<type>(?:{_WORD}{_GAP})++)(?P<name>{_WORD}){_PARAMETERS}\s*+[{{;]")
_AGGREGATE = re.compile(
    rf"(?P<before>(?:(?:typedef|static|const)[ \t]++)*+)(?P<tag>struct|union|enum)"
    rf"(?:[ \t]++(?P<name>{_WORD}))?[ \t]*+(?:\r?\n[ \t]*+)?\{{"
)
_AGGREGATE_TAIL = re.compile(r"(?P<words>[\w \t]*+);")
_OBJECT = re.compile(
    rf"(?P<head>{_WORD}(?:{_GAP}{_WORD})++)[ \t]*+"
    rf"(?:\[[^\]\[\r\n'\"/;={{}}]*+\][ \t]*+)*+"
    rf"(?P<notes>(?:__\w++[ \t]*+)*+)(?:\r?\n[ \t]*+)?[;=]"
)
_STRINGS = r'"(?:[^"\\\r\n]|\\[^\r\n])*+"'
_VALUE = re.compile(
    rf"\s*+(?:\{{|(?:[^;{{}}()\"'#/\r\n]|{_STRINGS}|\r?\n(?=[ \t])"
    rf"|\((?:[^(){{}};\"'#/\r\n]|{_STRINGS}|\({_PLAIN}\)|\r?\n(?=[ \t]))*+\))*+;)"
)
_ARGUMENTS = (
    rf"\((?P<first>(?:[^(){{}};,\"'#/\r\n]|{_STRINGS}|\({_PLAIN}\))*+)"
    rf"(?:[^(){{}};\"'#/\r\n]|{_STRINGS}|\({_PLAIN}\)|\r?\n(?=[ \t]))*+\)"
)
_MACRO_CALL = re.compile(
    rf"(?P<storage>(?:static|extern)[ \t]++)?(?P<macro>{_WORD}){_ARGUMENTS}[ \t]*+;"
)
_DEFINES_OBJECT = re.compile(
    r"(?:DEFINE|DECLARE|LIST_HEAD|HLIST_HEAD|BLOCKING_NOTIFIER_HEAD|ATOMIC_NOTIFIER_HEAD|"
    r"RAW_NOTIFIER_HEAD|SRCU_NOTIFIER_HEAD|LLIST_HEAD)(?:_\w+)?|DEVICE_ATTR(?:_\w+)?"
)
_NAMES_OBJECT = re.compile(_WORD)

_END_OF_BODY = "\n}"
# A body without braces and literals, which ends with the first brace, whatever stands behind.
_FLAT_BODY = re.compile(r"[^{}\"']*+\}")
_LINE_BEFORE_BRACE = re.compile(r"\n[ \t]++\}\Z|\n[ \t]*+#")
# A line in column 0 inside a body that is no label may be the next definition.
_COLUMN_0 = re.compile(r"\n[A-Za-z_](?!\w*+[ \t]*+:)")


class Form(NamedTuple):
    """A declaration that a pattern read: what it is, and where its head and itself end.

    `kind` is None where it declares nothing that has a name.
    """

    kind: EntityKind | None
    name: str
    head_end: int
    end: int
    is_definition: bool = True


def form_at(text: str, start: int, macros: MacroTable) -> Form | None:
    """Return the declaration at `start`, the first column of a line, or None where no form fits."""
    found = _FUNCTION.match(text, start)
    if found is not None:
        form = _function(text, found, macros)
        if form is not None or found["type"] not in ("static ", "extern "):
            return form
    found = _AGGREGATE.match(text, start)
    if found is not None:
        return _aggregate(text, found, macros)
    found = _OBJECT.match(text, start)
    if found is not None:
        return _object(text, found, macros)
    found = _MACRO_CALL.match(text, start)
    if found is not None and macros.definer(found["macro"]) is None:
        return _macro_call(found)
    return None


def object_name(head: str, macros: MacroTable) -> str | None:
    """Return the name that `head`, the words of a declaration before sizes and value, declares."""
    words = head.replace("*", " ").split()
    while len(words) > 1 and macros.is_annotation(words[-1]):
        words.pop()
    if len(words) < 2 or words[-1] in NOT_NAMES or words[-2] in TAGS:
        return None
    if not _NAMES_OBJECT.fullmatch(words[-1]) or words[0] in NOT_FUNCTIONS - {"typedef"}:
        return None
    return words[-1]


def _function(text: str, found: re.Match[str], macros: MacroTable) -> Form | None:
    name = found["name"]
    if name in _NO_NAMES or name in macros.annotations or not _says_type(found["type"], macros):
        return None
    last = found.end() - 1
    if text[last] == ";":
        return Form(EntityKind.PROTOTYPE, name, last, last + 1, is_definition=False)
    end = end_of_body(text, last)
    return None if end < 0 else Form(EntityKind.FUNCTION, name, last, end)


def _says_type(head: str, macros: MacroTable) -> bool:
    """Say whether the words before a name are a type, as plain words of C and annotations go."""
    words = head.replace("*", " * ").split()
    if words[0] in NOT_FUNCTIONS or _is_odd(words[0]):
        return False
    return any(it not in STORAGE and it != "*" and not macros.is_annotation(it) for it in words)


def _is_odd(word: str) -> bool:
    return word in ("typeof", "__typeof__", "__typeof", "extern_C")


_NO_NAMES = NOT_NAMES | NOT_FUNCTIONS


def _aggregate(text: str, found: re.Match[str], macros: MacroTable) -> Form | None:
    name, brace = found["name"], found.end() - 1
    if name is not None and (name in _NO_NAMES or macros.is_annotation(name)):
        return None
    end = end_of_body(text, brace)
    tail = None if end < 0 else _AGGREGATE_TAIL.match(text, end)
    if tail is None:
        return None
    kind = EntityKind(found["tag"])
    if name is not None:
        return Form(kind, name, brace, tail.end())
    words = tail["words"].split()
    if "typedef" not in found["before"]:
        return Form(None, "", brace, tail.end()) if not words else None
    if len(words) != 1 or macros.is_annotation(words[0]) or words[0] in _NO_NAMES:
        return None
    return Form(kind, words[0], brace, tail.end())


def _object(text: str, found: re.Match[str], macros: MacroTable) -> Form | None:
    last = found.end() - 1
    head = found["head"]
    name = object_name(head, macros)
    first = head[: len(head) - len(head.lstrip("abcdefghijklmnopqrstuvwxyz"))]
    if text[last] == ";":
        if name is None:
            return Form(None, "", last, last + 1) if head.count(" ") == 1 else None
        if first == "typedef":
            return None if found["notes"] else Form(EntityKind.TYPE, name, last, last + 1)
        return Form(EntityKind.VARIABLE, name, last, last + 1, first != "extern")
    if name is None or first == "typedef":
        return None
    value = _VALUE.match(text, last + 1)
    if value is None:
        return None
    end = value.end()
    if text[end - 1] == "{":
        end = end_of_body(text, end - 1)
        if end < 0 or not text.startswith(";", end):
            return None
        end += 1
    return Form(EntityKind.VARIABLE, name, last, end)


def _macro_call(found: re.Match[str]) -> Form:
    name = found["first"].strip()
    if _DEFINES_OBJECT.fullmatch(found["macro"]) and _NAMES_OBJECT.fullmatch(name):
        is_definition = not found["macro"].startswith("DECLARE")
        return Form(EntityKind.VARIABLE, name, found.end() - 1, found.end(), is_definition)
    return Form(None, "", found.end(), found.end())


def end_of_body(text: str, brace: int) -> int:
    """Return the end of the body that opens at `brace`, or -1 where that takes a closer look.

    A body ends with the first brace in column 0 where as many braces open as close before it.
    """
    flat = _FLAT_BODY.match(text, brace + 1)
    if flat is not None:
        end = flat.end()
        return end if _is_plainly_flat(text, brace, end) else -1
    line_end = text.find("\n", brace)
    if line_end < 0 or "}" in text[brace:line_end]:
        return -1
    close = text.find(_END_OF_BODY, brace)
    if close < 0:
        return -1
    end = close + len(_END_OF_BODY)
    if text.count("{", brace, end) != text.count("}", brace, end):
        return -1
    if _COLUMN_0.search(text, brace, end) is not None:
        return -1
    return end


def _is_plainly_flat(text: str, brace: int, end: int) -> bool:
    """Say whether the brace before `end` closes the body, and is no part of a comment."""
    if text.rfind("/*", brace, end) > text.rfind("*/", brace, end):
        return False
    if text.find("//", max(brace, text.rfind("\n", brace, end)), end) >= 0:
        return False
    if text[end - 2] != "\n" and _LINE_BEFORE_BRACE.search(text, brace, end) is not None:
        return False
    return _COLUMN_0.search(text, brace, end) is None
