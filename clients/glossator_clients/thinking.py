"""Own what a model thinks before it answers: asking for it in a field, and keeping it out of text.

It must not know any server: it sees schemas and pieces of text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from glossator_clients.types import JsonSchema, StartedOver, TextDelta, Thought

Piece = TextDelta | Thought | StartedOver

_FIELD = "reasoning"
_TAGS = {"<think>": "</think>", "<thinking>": "</thinking>", "[THINK]": "[/THINK]"}
# A template may have written the opening tag itself, so that only this one is seen.
_CLOSING = "</think>"
_LONGEST_OPENING = max(map(len, _TAGS))


def with_reasoning_field(schema: JsonSchema) -> tuple[dict[str, Any], str] | None:
    """Return the schema with a text field for reasoning first, and the field's name.

    None where the schema is not one of an object, which has no fields.
    """
    properties = schema.get("properties")
    if schema.get("type") != "object" or not isinstance(properties, dict):
        return None
    name = _FIELD
    while name in properties:
        name += "_"
    field = {"type": "string", "description": "Think here first, in short; nobody reads it."}
    required = [name, *schema.get("required", ())]
    extended = {**schema, "properties": {name: field, **properties}, "required": required}
    return extended, name


class ThinkTags:
    """Tells what a model thinks between tags at the start of its answer from what it says."""

    def __init__(self) -> None:
        self._held = ""
        self._said = 0
        self._closing: str | None = None
        self._has_begun = False
        self._may_be_orphan = True
        self._skips_blanks = False

    @property
    def is_open(self) -> bool:
        """Say whether the model is still thinking."""
        return self._closing is not None

    def feed(self, text: str) -> Iterator[Piece]:
        """Yield what the next piece of the answer brings."""
        self._held += text
        if not self._has_begun:
            yield from self._begin()
        if self._closing is not None:
            yield from self._think(self._closing)
        elif self._has_begun:
            yield from self._say()

    def end(self) -> Iterator[Piece]:
        """Yield what was held back until it was clear what it is."""
        held, self._held = self._held, ""
        if held:
            yield Thought(len(held)) if self.is_open else TextDelta(held)

    def _begin(self) -> Iterator[Piece]:
        start = self._held.lstrip()
        for opening, closing in _TAGS.items():
            if start.startswith(opening):
                self._has_begun, self._closing = True, closing
                self._held = start[len(opening) :]
                return
        if not any(opening.startswith(start[:_LONGEST_OPENING]) for opening in _TAGS):
            self._has_begun = True
            # JSON may hold the tag as text, and no model begins to think in it.
            self._may_be_orphan = start[:1] not in "{["
        yield from ()

    def _think(self, closing: str) -> Iterator[Piece]:
        thought, found, rest = self._held.partition(closing)
        if found:
            self._closing, self._may_be_orphan = None, False
            self._held, self._skips_blanks = rest, True
            if thought:
                yield Thought(len(thought))
            yield from self._say()
            return
        keep = _overlap(self._held, closing)
        if len(self._held) > keep:
            yield Thought(len(self._held) - keep)
            self._held = self._held[len(self._held) - keep :]

    def _say(self) -> Iterator[Piece]:
        if self._may_be_orphan:
            before, found, rest = self._held.partition(_CLOSING)
            if found:
                self._may_be_orphan = False
                if self._said:
                    yield StartedOver()
                yield Thought(self._said + len(before))
                self._held, self._skips_blanks = rest, True
        if self._skips_blanks:
            self._held = self._held.lstrip()
            self._skips_blanks = not self._held
        keep = _overlap(self._held, _CLOSING) if self._may_be_orphan else 0
        at = len(self._held) - keep
        said, self._held = self._held[:at], self._held[at:]
        self._said += len(said)
        if said:
            yield TextDelta(said)


class ReasoningField:
    """Takes the field for reasoning out of a JSON answer as it streams.

    Where the field does not come first, the answer comes whole and last.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._start = f'{{"{name}":"'
        self._held = ""
        self._step = self._head

    def feed(self, text: str) -> Iterator[Piece]:
        """Yield what the next piece of the answer brings."""
        self._held += text
        yield from self._step()

    def end(self) -> Iterator[Piece]:
        """Yield what is left."""
        held, self._held = self._held, ""
        if not held:
            return
        value = _object_in(held)
        if value is None or self._name not in value:
            yield TextDelta(held)
            return
        yield Thought(len(str(value.pop(self._name))))
        yield TextDelta(json.dumps(value, ensure_ascii=False))

    def _head(self) -> Iterator[Piece]:
        compact = "".join(self._held.split())
        if compact.startswith(self._start):
            opening = re.match(rf'\s*\{{\s*"{re.escape(self._name)}"\s*:\s*"', self._held)
            if opening is not None:
                self._held = self._held[opening.end() :]
                self._step = self._inside
                yield from self._inside()
                return
        elif self._start.startswith(compact):
            return
        self._step = self._all

    def _inside(self) -> Iterator[Piece]:
        at = 0
        while at < len(self._held):
            if self._held[at] == "\\":
                # The character after it may come with a later piece.
                if at + 1 == len(self._held):
                    break
                at += 2
            elif self._held[at] == '"':
                yield Thought(at)
                self._held = self._held[at + 1 :]
                self._step = self._after
                yield from self._after()
                return
            else:
                at += 1
        if at:
            yield Thought(at)
            self._held = self._held[at:]

    def _after(self) -> Iterator[Piece]:
        rest = self._held.lstrip()
        if rest:
            self._held = "{" + rest.removeprefix(",").lstrip()
            self._step = self._pass_on
            yield from self._pass_on()

    def _pass_on(self) -> Iterator[Piece]:
        text, self._held = self._held, ""
        yield TextDelta(text)

    def _all(self) -> Iterator[Piece]:
        yield from ()


def _overlap(text: str, tag: str) -> int:
    """Return how many characters at the end of `text` may be the beginning of `tag`."""
    most = min(len(tag) - 1, len(text))
    return next((size for size in range(most, 0, -1) if tag.startswith(text[-size:])), 0)


def _object_in(text: str) -> dict[str, Any] | None:
    """Return the JSON object that stands in an answer, whatever stands around it."""
    try:
        value = json.loads(text[text.index("{") : text.rindex("}") + 1])
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
