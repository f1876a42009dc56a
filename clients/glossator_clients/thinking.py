"""Own the tags between which models think at the start of an answer, where a server leaves them in.

It must not know any server; `reasoning` owns the thinking that is asked for in a field.
"""

from __future__ import annotations

from collections.abc import Iterator

from glossator_clients.types import StartedOver, TextDelta, Thought

Piece = TextDelta | Thought | StartedOver

_TAGS = {"<think>": "</think>", "<thinking>": "</thinking>", "[THINK]": "[/THINK]"}
# A template may have written the opening tag itself, so that only this one is seen.
_CLOSING = "</think>"
_LONGEST_OPENING = max(map(len, _TAGS))


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


def _overlap(text: str, tag: str) -> int:
    """Return how many characters at the end of `text` may be the beginning of `tag`."""
    most = min(len(tag) - 1, len(text))
    return next((size for size in range(most, 0, -1) if tag.startswith(text[-size:])), 0)
