"""Compare document sync with an independent model of an editor's text, over random edits.

The model holds the text as a string of code units of the negotiated encoding and shares no code
with the server. It must not be lenient: one wrong character is a divergence.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lsprotocol import types

from glossator_clients.protocol import ChatModel
from glossator_server.lsp.convert import PositionMap
from glossator_server.lsp.documents import Documents
from glossator_server.session import Session
from glossator_server.settings import Settings

EDITS = 100_000
ENCODINGS = tuple(types.PositionEncodingKind)
URI = "file:///sync.c"
# Every line end there is, those that only other standards know, and characters of all widths.
PIECES = (
    *("\n", "\r", "\r\n", "\n\r", "\f", "\v", "\x1c", "\x85", "\u2028", "\u2029", "\t"),
    *("a", "int x;", "/* é */", "ß", "漢字", "😀", "👩‍👩‍👧", "e\u0301", "\ufeff", " ", ""),
)
HALVES = ("\ud83d", "\ude00", "\ud83d\n", "x\ude00")
LONGEST = 600


@dataclass(frozen=True, slots=True)
class Edit:
    """One change as an editor sends it, and the text in code units that it leaves."""

    event: types.TextDocumentContentChangeEvent
    units: str


class EditorText:
    """An editor's text, one character of `units` for each code unit of the encoding."""

    def __init__(self, encoding: types.PositionEncodingKind, chance: random.Random) -> None:
        self._encoding = encoding
        self._chance = chance
        self._pieces = PIECES + (HALVES if encoding is types.PositionEncodingKind.Utf16 else ())
        self.units = self.units_of(self.some_text(20))

    @property
    def text(self) -> str:
        """Return the text as Python has it."""
        match self._encoding:
            case types.PositionEncodingKind.Utf8:
                return self.units.encode("latin-1").decode("utf-8")
            case types.PositionEncodingKind.Utf16:
                raw = b"".join(ord(unit).to_bytes(2, "little") for unit in self.units)
                return raw.decode("utf-16-le", "surrogatepass")
        return self.units

    def units_of(self, text: str) -> str:
        """Return a text in code units."""
        match self._encoding:
            case types.PositionEncodingKind.Utf8:
                return text.encode("utf-8").decode("latin-1")
            case types.PositionEncodingKind.Utf16:
                raw = text.encode("utf-16-le", "surrogatepass")
                return "".join(
                    chr(int.from_bytes(raw[at : at + 2], "little")) for at in range(0, len(raw), 2)
                )
        return text

    def some_text(self, most: int) -> str:
        """Return a random text; halves that meet in it are one character, as in any JSON text."""
        text = "".join(self._chance.choices(self._pieces, k=self._chance.randint(0, most)))
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")

    def edit(self) -> types.TextDocumentContentChangeEvent:
        """Make a random change and return it as the editor would send it."""
        new_text = self.some_text(4)
        if self._chance.random() < 0.02 or len(self.units) > LONGEST:
            self.units = self.units_of(new_text)
            return types.TextDocumentContentChangeWholeDocument(text=new_text)
        one = self._place()
        # Mostly insertions, or the text would stay as short as it was.
        other = one if self._chance.random() < 0.6 else self._place()
        (start, first), (end, second) = sorted((one, other))
        self.units = self.units[:start] + self.units_of(new_text) + self.units[end:]
        if self._chance.random() < 0.02:
            first, second = second, first
        where = types.Range(start=types.Position(*first), end=types.Position(*second))
        return types.TextDocumentContentChangePartial(range=where, text=new_text)

    def _place(self) -> tuple[int, tuple[int, int]]:
        """Return a random offset in units with a position that means it."""
        ends = list(re.finditer(r"\r\n|\r|\n", self.units))
        starts = [0, *(it.end() for it in ends)]
        stops = [*(it.start() for it in ends), len(self.units)]
        line = self._chance.randrange(len(starts))
        offset = self._chance.randint(starts[line], stops[line])
        if self._encoding is types.PositionEncodingKind.Utf8:
            while offset < stops[line] and "\x80" <= self.units[offset] < "\xc0":
                offset -= 1
        character = offset - starts[line]
        beyond = self._chance.random()
        if offset == stops[line] and beyond < 0.2:
            character += self._chance.choice((1, 50, 2**31 - 1 - character))
        if offset == len(self.units) and beyond > 0.8:
            return offset, (len(starts) + self._chance.randrange(3), self._chance.randrange(5))
        return offset, (line, character)


def divergences(encoding: types.PositionEncodingKind, edits: int, seed: int) -> list[str]:
    """Make random edits through the server's document sync; describe each divergence."""
    chance = random.Random(f"{seed}-{encoding}")
    documents = Documents(Session(Settings(), _no_model))
    documents.encoding = encoding
    editor = EditorText(encoding, chance)
    opened = types.TextDocumentItem(uri=URI, language_id="c", version=0, text=editor.text)
    document = documents.open(opened)
    found: list[str] = []
    made = version = 0
    while made < edits:
        version += 1
        before = document.text
        events = [editor.edit() for _ in range(chance.choice((1, 1, 1, 2, 5)))]
        made += len(events)
        documents.change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version=version, uri=URI), events
            )
        )
        if document.text != editor.text:
            found.append(f"version {version}: {before!r} {events!r}")
            document = documents.open(types.TextDocumentItem(URI, "c", version, editor.text))
        elif version % 10 == 0:
            found.extend(_wrong_positions(documents, document.text, encoding))
    return found


def _wrong_positions(
    documents: Documents, text: str, encoding: types.PositionEncodingKind
) -> Iterable[str]:
    """Compare the line table that followed the edits with a new one of the same text."""
    live, fresh = documents.positions(URI, text), PositionMap(text, encoding)
    for offset in range(len(text) + 1):
        if live.position(offset) != fresh.position(offset):
            yield f"offset {offset} of {text!r}"


async def _no_model(role: str, preferred: tuple[str, ...]) -> ChatModel:
    raise NotImplementedError(role, preferred)


def rows(edits: int = EDITS, seed: int = 1) -> Iterable[dict[str, object]]:
    """Yield one row an encoding; the edits are shared among them."""
    for encoding in ENCODINGS:
        started = time.monotonic()
        count = -(-edits // len(ENCODINGS))
        found = divergences(encoding, count, seed)
        yield {
            "encoding": encoding.value,
            "edits": count,
            "divergences": len(found),
            "first": found[:1],
            "seconds": round(time.monotonic() - started, 1),
        }


def summary(found: Sequence[dict[str, object]]) -> dict[str, object]:
    """Return the sums."""
    return {key: sum(int(str(row[key])) for row in found) for key in ("edits", "divergences")}


def main() -> None:
    """Print the figures."""
    found = list(rows())
    for row in found:
        print(row)
    print(summary(found))


if __name__ == "__main__":
    main()
