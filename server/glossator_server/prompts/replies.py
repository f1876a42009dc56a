"""Own the reading of a model's answer: JSON where it is JSON, and the usual ways to miss it.

It must only find what is there; whether the words may be used is for the style to say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from glossator_gate.errors import GlossatorError
from glossator_indexer.types import DocFields

# No comment needs more; what is longer is noise that would only cost time.
MAX_REPLY_CHARACTERS = 100_000
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")


class UnreadableReplyError(GlossatorError):
    """The answer holds no object that describes a symbol."""


def read_fields(text: str) -> DocFields:
    """Return the fields of the first object in the answer that has any.

    Takes bare JSON, JSON in a code fence or in prose, trailing commas, parameters as an object or
    as a list of `{name, description}`. Raises `UnreadableReplyError` where there is no such object.
    """
    for candidate in _objects(text[:MAX_REPLY_CHARACTERS]):
        fields = _fields(candidate)
        if fields is not None:
            return fields
    raise UnreadableReplyError("the answer is not a JSON object with a summary")


def _objects(text: str) -> Iterator[Mapping[str, object]]:
    decoder = json.JSONDecoder(strict=False)
    for repaired in (text, _TRAILING_COMMA.sub("", text)):
        start = repaired.find("{")
        # Each failed start costs a scan: a page of braces must not cost a minute.
        for _ in range(50):
            if start < 0:
                break
            try:
                value, end = decoder.raw_decode(repaired, start)
            except (ValueError, RecursionError):
                end = start + 1
            else:
                if isinstance(value, Mapping):
                    yield value
            start = repaired.find("{", end)


def _fields(value: Mapping[str, object]) -> DocFields | None:
    summary = _text(value.get("summary"))
    parameters = tuple(_parameters(value.get("parameters")))
    returns = _text(value.get("returns"))
    details = _text(value.get("details"))
    if not (summary or parameters or returns or details):
        return None
    return DocFields(summary or "", parameters, returns, details)


def _parameters(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        pairs = [(name, text) for name, text in value.items()]
    elif isinstance(value, list):
        pairs = [
            (it.get("name"), it.get("description", it.get("text")))
            for it in value
            if isinstance(it, Mapping)
        ]
    else:
        return
    for name, text in pairs:
        described = _text(text)
        if isinstance(name, str) and described:
            yield name, described


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
