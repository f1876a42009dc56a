"""Own the finding of objects in a text: JSON, nearly JSON, and JSON that was cut short.

It must not know what the objects are about.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator, Mapping

_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_JSON_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[{}\[\]:"]', re.DOTALL)
_CLOSING = {"{": "}", "[": "]"}
# Each failed start costs a scan: a page of braces must not cost a minute.
_MOST_STARTS = 50
# An answer in Python's spelling is short; the parser needs memory for each nested bracket.
_LONGEST_LITERAL = 20_000
_MOST_BRACKETS = 200


def objects_in(text: str) -> Iterator[Mapping[str, object]]:
    """Yield every object that can be read from the text, the most faithful readings first."""
    yield from _json_objects(text)
    without_commas = _TRAILING_COMMA.sub("", text)
    if without_commas != text:
        yield from _json_objects(without_commas)
    start = text.find("{")
    if start < 0:
        return
    yield from _python_literal(text[start:])
    completed = _completed(text[start:])
    if completed is not None:
        yield from _json_objects(completed)


def _json_objects(text: str) -> Iterator[Mapping[str, object]]:
    decoder = json.JSONDecoder(strict=False)
    start = text.find("{")
    for _ in range(_MOST_STARTS):
        if start < 0:
            return
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            if isinstance(value, Mapping):
                yield value
        start = text.find("{", end)


def _python_literal(text: str) -> Iterator[Mapping[str, object]]:
    """Yield what stands between the first and the last brace, read as Python does."""
    literal = text[: text.rfind("}") + 1]
    brackets = sum(literal.count(bracket) for bracket in "{[(")
    # Keys in single quotes are the mark of it; everything else is nobody's Python.
    if len(literal) > _LONGEST_LITERAL or brackets > _MOST_BRACKETS or "'" not in literal:
        return
    try:
        with warnings.catch_warnings():
            # An unknown escape is the model's business, not the user's.
            warnings.simplefilter("ignore")
            value = ast.literal_eval(literal)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return
    if isinstance(value, Mapping):
        yield {str(key): it for key, it in value.items()}


def _completed(text: str) -> str | None:
    """Return JSON that was cut short without its incomplete end, its brackets closed."""
    closing: list[str] = []
    safe: tuple[int, str] | None = None
    after_colon = False
    for match in _JSON_TOKEN.finditer(text):
        mark = match.group()
        if mark == '"' or len(closing) > _MOST_BRACKETS:
            # The string that nobody closed, or nothing that anybody wrote.
            break
        if mark in _CLOSING:
            closing.append(_CLOSING[mark])
        elif mark in "}]":
            if closing[-1:] != [mark]:
                return None
            closing.pop()
        is_key = mark.startswith('"') and not after_colon and closing[-1:] == ["}"]
        if mark not in {"{", "[", ":"} and not is_key:
            safe = match.end(), "".join(reversed(closing))
        after_colon = mark == ":"
    if safe is None or not safe[1]:
        return None
    return text[: safe[0]] + safe[1]
