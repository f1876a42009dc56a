"""Own the reading of a model's answer: the object with words in it, however it is wrapped.

It must only find what is there; whether the words may be used is for the style to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from glossator_gate.errors import GlossatorError
from glossator_indexer.styles import STYLES
from glossator_indexer.types import DocFields
from glossator_server.prompts.objects import objects_in

# No comment needs more; what is longer is noise that would only cost time.
MAX_REPLY_CHARACTERS = 100_000
# Wrappers such as {"result": {"comment": ...}}; deeper ones have not been seen.
_MOST_WRAPPERS = 3
# What stands below these keys is a schema that was repeated, not an answer.
_SCHEMA_KEYS = frozenset({"properties", "$schema", "required"})
_TEXT_KEYS = ("description", "text", "summary")
_NAMED_LINE = re.compile(
    r"(?:[-*]\s*)?[`*]*@?(?P<name>[\w.]+)[`*]*\s*(?::|\s[-–—]\s)\s*(?P<text>.+)"
)
_COMMENT_BEGIN = re.compile(r"/\*\*[ \t\r]*\n")


class UnreadableReplyError(GlossatorError):
    """The answer holds no object that describes a symbol."""


def read_fields(text: str) -> DocFields:
    """Return the fields of the first object in the answer that has any.

    Takes JSON or a Python literal: bare, in a code fence, in prose, inside of another object, with
    trailing commas, or cut short (what is complete counts); parameters as an object, as a list of
    `{name, description}`, or as lines `name: description`. Where there is no such object, a whole
    doc comment serves. Raises `UnreadableReplyError` where there is neither.
    """
    text = text[:MAX_REPLY_CHARACTERS]
    for candidate in objects_in(text):
        for value in _unwrapped(candidate, _MOST_WRAPPERS):
            fields = _fields(value)
            if fields is not None:
                return fields
    fields = _fields_of_comment(text)
    if fields is None:
        raise UnreadableReplyError("the answer is not a JSON object with a summary")
    return fields


def _unwrapped(value: Mapping[str, object], depth: int) -> Iterator[Mapping[str, object]]:
    """Yield the object, then those inside of it."""
    yield value
    if depth == 0 or _SCHEMA_KEYS & value.keys():
        return
    for inner in value.values():
        for item in inner if isinstance(inner, list) else [inner]:
            if isinstance(item, Mapping):
                yield from _unwrapped(item, depth - 1)


def _fields(value: Mapping[str, object]) -> DocFields | None:
    summary = _text(value.get("summary"))
    parameters = tuple(_parameters(value.get("parameters")))
    raises = tuple(_parameters(value.get("raises")))
    returns = _text(value.get("returns"))
    details = _text(value.get("details"))
    if not (summary or parameters or returns or details):
        return None
    return DocFields(summary or "", parameters, returns, details, raises)


def _fields_of_comment(text: str) -> DocFields | None:
    # One pattern for the whole would look for the end again from each beginning.
    begin = _COMMENT_BEGIN.search(text)
    end = text.find("*/", begin.end()) if begin else -1
    if begin is None or end < 0:
        return None
    comment = text[begin.start() : end + 2]
    parsed = (style.parse(comment) for style in STYLES.values())
    found = next((it.fields for it in parsed if it is not None), None)
    return found if found is not None and found.summary else None


def _parameters(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        value = value.split("\n")
    pairs: list[tuple[object, object]] = []
    if isinstance(value, Mapping):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = [_pair(it) for it in value]
    for name, text in pairs:
        described = _text(text)
        if isinstance(name, str) and described:
            yield name, described


def _pair(item: object) -> tuple[object, object]:
    if isinstance(item, Mapping):
        return item.get("name"), item
    match = _NAMED_LINE.fullmatch(item.strip()) if isinstance(item, str) else None
    return (match["name"], match["text"]) if match else (None, None)


def _text(value: object) -> str | None:
    if isinstance(value, Mapping):
        value = next((value[key] for key in _TEXT_KEYS if key in value), None)
    return value if isinstance(value, str) and value.strip() else None
