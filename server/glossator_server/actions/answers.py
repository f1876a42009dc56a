"""Own the way of a model's words to the reader: block by block, and only what is borne out.

A block is a sentence, an item of a list or a block of code. It is let through when its end has
come, whatever pieces the words come in. It must not know the model, nor how text is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from glossator_server.actions.citations import Shown
from glossator_server.actions.questions import Citation, Link
from glossator_server.actions.safe_markdown import as_fence, safe_line

# Whoever writes more without an end writes nothing that anybody reads.
MOST_BLOCK_CHARACTERS = 6_000
MOST_BLOCKS = 80
_FENCE = re.compile(r"^\s{0,8}(?P<fence>`{3,}|~{3,})(?P<info>.*)$")
_ITEM = re.compile(r"^(?P<indent>\s*)(?:[-*+]|(?P<number>\d{1,3})[.)])\s+(?P<text>.*)$")
_STRUCTURE = re.compile(r"^\s*(?:#{1,6}\s.*|[-*_=]{3,}|\*\*[^*]+\*\*:?)\s*$")
# The end of a sentence, with the markers that belong to it behind its full stop.
_END = re.compile(r"[.!?][\"')*_]*(?P<marks>(?:\s*\[[\d\s:,;L–—-]*\])*[.]?)(?=\s+[^\s\[]|\s*$)")
_SHORT = re.compile(r"(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|bzw|z\.B|d\.h|ca|Nr|No)\.$")


@dataclass
class AnswerFilter:
    """Lets through what of a model's words is borne out by what it was shown.

    `feed` and `end` return Markdown to show; `citations` are those of what was let through and
    `dropped` counts the blocks that were not.
    """

    shown: Shown
    link: Link
    citations: list[Citation] = field(default_factory=list)
    dropped: int = 0
    blocks: int = 0
    _left: str = ""
    _block: list[str] = field(default_factory=list)
    _fence: str = ""
    _last: str = ""

    def feed(self, text: str) -> str:
        """Take in the next words; return what can be shown now."""
        *lines, self._left = (self._left + text).split("\n")
        shown = [out for line in lines for part in _cut(line) for out in self._line(part)]
        *parts, self._left = _cut(self._left)
        return "".join([*shown, *(out for part in parts for out in self._line(part))])

    def end(self) -> str:
        """Take in that nothing more comes; return what is left to show."""
        rest, self._left = self._left, ""
        shown = "".join(self._line(rest)) if rest.strip() else ""
        return shown + "".join(self._closed())

    def _line(self, line: str) -> Iterator[str]:
        line = line.removesuffix("\r")
        if self._fence:
            yield from self._in_fence(line)
        elif (match := _FENCE.match(line)) is not None:
            yield from self._closed()
            self._fence = match["fence"]
            self._block = [match["info"].strip()]
        elif not line.strip() or _STRUCTURE.match(line):
            # A heading is left out: it is no claim, but may sound like one.
            yield from self._closed()
            self._last = "" if self._last == "text" else self._last
        else:
            if _ITEM.match(line):
                yield from self._closed()
            self._block.append(line)
            if sum(map(len, self._block)) > MOST_BLOCK_CHARACTERS:
                yield from self._closed()

    def _in_fence(self, line: str) -> Iterator[str]:
        stripped = line.strip()
        if stripped.startswith(self._fence) and not stripped.strip(self._fence[0]):
            yield from self._code()
            return
        self._block.append(line)
        if sum(map(len, self._block)) > MOST_BLOCK_CHARACTERS:
            # Goes on until its fence is closed, and is no quotation of a piece.
            self._block = [*self._block[:1], "\0"]

    def _closed(self) -> Iterator[str]:
        if self._fence:
            yield from self._code()
        elif self._block:
            block, self._block = "\n".join(self._block), []
            item = _ITEM.match(block.split("\n")[0])
            yield from self._text(block) if item is None else self._item(block, item)

    def _code(self) -> Iterator[str]:
        """Yield a block of code, where it quotes lines that were shown."""
        info, *lines = self._block
        self._fence, self._block = "", []
        code = "\n".join(lines)
        place = self.shown.place_of_code(code)
        if place is None:
            self.dropped += bool(code.strip())
            return
        language = info.split()[0] if info.split() else ""
        yield from self._emit("code", f"{as_fence(code, language)}\n\n{self.link(place)}", (place,))

    def _item(self, block: str, item: re.Match[str]) -> Iterator[str]:
        text = block[item.start("text") :]
        claim = self.shown.claim_of(" ".join(text.split()))
        if claim is None:
            self.dropped += 1
            return
        level = min(3, len(item["indent"].expandtabs(4)) // 2) if self._last == "item" else 0
        lead = "  " * level + (f"{item['number']}. " if item["number"] else "- ")
        yield from self._emit(
            "item", lead + self._drawn(claim.text, claim.citations), claim.citations
        )

    def _text(self, block: str) -> Iterator[str]:
        for sentence in sentences_of(" ".join(block.split())):
            claim = self.shown.claim_of(sentence)
            if claim is None:
                self.dropped += any(map(str.isalnum, sentence))
                continue
            drawn = self._drawn(claim.text, claim.citations)
            yield from self._emit("text", drawn, claim.citations)

    def _drawn(self, text: str, citations: tuple[Citation, ...]) -> str:
        return f"{safe_line(text)} {' '.join(map(self.link, citations))}".strip()

    def _emit(self, kind: str, markdown: str, citations: tuple[Citation, ...]) -> Iterator[str]:
        if self.blocks >= MOST_BLOCKS:
            self.dropped += 1
            return
        gap = ""
        if self.blocks:
            gap = {"text": " ", "item": "\n"}.get(kind, "\n\n") if kind == self._last else "\n\n"
        self.blocks += 1
        self._last = kind
        self.citations += citations
        yield gap + markdown


def _cut(line: str) -> list[str]:
    """Return a line that has no end in parts that can be looked at."""
    most = MOST_BLOCK_CHARACTERS
    return [line[at : at + most] for at in range(0, len(line), most)] or [""]


def sentences_of(paragraph: str) -> Iterator[str]:
    """Yield the sentences of a paragraph on one line, each with the markers behind it."""
    start = 0
    for match in _END.finditer(paragraph):
        said = paragraph[start : match.end()]
        if said.count("`") % 2 or _SHORT.search(paragraph[start : match.start() + 1]):
            continue
        yield said.strip()
        start = match.end()
    if paragraph[start:].strip():
        yield paragraph[start:].strip()
