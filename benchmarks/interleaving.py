"""Let 10,000 random orders of typing and of our edits meet in an editor: no text is ever lost.

The editor is a model of one: it changes its texts as a person types, tells the server a moment
later, and applies an edit of several files only where no version has moved on. A stale one it
refuses, or drops and says that it was applied, as some do. Every line and every typed word is
unique, so that afterwards each can be accounted for: what was typed stands, what was deleted is
gone, and our change is in every file of it or in none.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lsprotocol import types

from glossator_clients.protocol import ChatModel
from glossator_gate.errors import GlossatorError
from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.lsp.capabilities import EditorCapabilities
from glossator_server.lsp.changing import apply_change
from glossator_server.lsp.jobs import JobReport
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.proposals import Failing, OfferedChange
from glossator_server.proposal import Proposal
from glossator_server.session import Session
from glossator_server.settings import Settings

ORDERS = int(os.environ.get("GLOSSATOR_ORDERS", "10000"))
_A_ROW = 100
_ROOT = Path("/nowhere")
# The server waits a quarter of a second before it sends: typing goes on before, while and after.
_TYPING_SECONDS = 0.6
_MOST_LAG = 0.15


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row for each hundred orders."""
    for first in range(0, ORDERS, _A_ROW):
        found = asyncio.run(_many(range(first, first + _A_ROW)))
        yield {
            "first": first,
            "orders": len(found),
            "applied": sum(it["applied"] for it in found),
            "typed": sum(it["typed"] for it in found),
            "wrong": [it for it in found if it["trouble"]],
        }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how many orders there were, how many ended with our change in, and what was wrong."""
    return {
        "orders": sum(row["orders"] for row in rows),
        "applied": sum(row["applied"] for row in rows),
        "typed_edits": sum(row["typed"] for row in rows),
        "wrong": sum(len(row["wrong"]) for row in rows),
    }


async def _many(seeds: range) -> list[dict[str, Any]]:
    return await asyncio.gather(*(order(seed) for seed in seeds))


async def order(seed: int) -> dict[str, Any]:
    """Let one order happen; return what became of it, with the trouble in a sentence or empty."""
    rng = random.Random(seed)
    editor = ModelEditor(rng)
    ls = editor.server
    ours = _our_change(editor, rng)
    fails = rng.random() < 0.1
    proposal = _proposal()

    async def again(changes: ChangeSet) -> Proposal | Failing:  # noqa: ARG001 -- says the same of all
        await asyncio.sleep(rng.random() * 0.05)
        return Failing("it no longer compiles") if fails else proposal

    offered = OfferedChange(proposal, ours.changes, again)
    typing = asyncio.create_task(editor.type_for(_TYPING_SECONDS))
    await asyncio.sleep(rng.random() * 0.2)
    applied = False
    with contextlib.suppress(GlossatorError):
        await apply_change(ls, offered, JobReport(ls, "edit", None))
        applied = True
    await typing
    await editor.flushed()
    trouble = editor.trouble(ours, applied=applied)
    return {"seed": seed, "applied": applied, "typed": editor.typed, "trouble": trouble}


class OurChange:
    """What our edit takes away and brings, by token."""

    def __init__(self, changes: ChangeSet, gone: set[str], brought: set[str]) -> None:
        self.changes = changes
        self.gone = gone
        self.brought = brought


class _Server(GlossatorServer):
    """A server whose editor is the model; what it would only show is not kept."""

    model: ModelEditor

    def note(self, sentence: str) -> None:
        pass

    def say(self, kind: types.MessageType, sentence: str) -> None:
        pass

    async def workspace_apply_edit_async(
        self, params: types.ApplyWorkspaceEditParams
    ) -> types.ApplyWorkspaceEditResult:
        return await self.model.apply(params.edit)

    async def window_show_message_request_async(
        self,
        params: types.ShowMessageRequestParams,  # noqa: ARG002 -- every question is closed
    ) -> types.MessageActionItem | None:
        return None


class ModelEditor:
    """Texts of unique lines, a person who types in them, and the messages that tell of it."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._numbers = iter(range(1_000_000))
        self.typed = 0
        self.server = _Server(Session(Settings(), _no_model))
        self.server.editor = EditorCapabilities(applies_edits=True, versions_edits=True)
        self.server.model = self
        self._drops_silently = rng.random() < 0.5
        self.texts: dict[str, list[str]] = {}
        self.versions: dict[str, int] = {}
        self.deleted: set[str] = set()
        self.alive: set[str] = set()
        self.original: dict[str, list[str]] = {}
        self._messages: asyncio.Queue[types.DidChangeTextDocumentParams] = asyncio.Queue()
        self._telling = asyncio.create_task(self._tell())
        for number in range(rng.randrange(1, 4)):
            uri = (_ROOT / f"f{number}.c").as_uri()
            lines = [f"o{number}x{at}" for at in range(rng.randrange(5, 30))]
            self.texts[uri], self.original[uri], self.versions[uri] = lines, list(lines), 1
            item = types.TextDocumentItem(uri, "c", 1, "\n".join(lines))
            self.server.documents.open(item)

    async def type_for(self, seconds: float) -> None:
        """Type at random moments."""
        for _ in range(self._rng.randrange(0, 6)):
            await asyncio.sleep(self._rng.random() * seconds / 3)
            self._type()

    async def apply(self, edit: types.WorkspaceEdit) -> types.ApplyWorkspaceEditResult:
        """Apply an edit whose versions are those of the texts, refuse or drop any other."""
        await asyncio.sleep(self._rng.random() * 0.02)
        parts = [it for it in edit.document_changes or () if isinstance(it, types.TextDocumentEdit)]
        stale = any(it.text_document.version != self.versions[it.text_document.uri] for it in parts)
        if stale:
            return types.ApplyWorkspaceEditResult(self._drops_silently, "stale")
        for it in parts:
            uri = it.text_document.uri
            for one in sorted(it.edits, key=_start, reverse=True):
                if isinstance(one, types.TextEdit):
                    self._replace(uri, one.range, one.new_text)
        if self._rng.random() < 0.5:
            await asyncio.sleep(self._rng.random() * 0.02)
        return types.ApplyWorkspaceEditResult(applied=True)

    async def flushed(self) -> None:
        """Wait until everything is told."""
        await self._messages.join()
        self._telling.cancel()

    def trouble(self, ours: OurChange, *, applied: bool) -> str:
        """Return what is not as it has to be, nothing where all is."""
        for uri, lines in self.texts.items():
            if self.server.session.documents[uri].text != "\n".join(lines):
                return f"{uri} is not what the server has"
        words = [word for lines in self.texts.values() for line in lines for word in line.split()]
        if len(words) != len(set(words)):
            return "something stands twice"
        present = set(words)
        brought = ours.brought - self.deleted
        gone = ours.gone if applied else set()
        wanted = self.alive | {it for lines in self.original.values() for it in lines}
        wanted = (wanted - gone - self.deleted) | (brought if applied else set())
        if lost := wanted - present:
            return f"lost: {sorted(lost)}"
        if extra := present - wanted:
            return f"not to be there: {sorted(extra)}"
        return self._order()

    def _order(self) -> str:
        for uri, lines in self.texts.items():
            now = [word for line in lines for word in line.split()]
            left = [it for it in self.original[uri] if it in now]
            if [it for it in now if it in left] != left:
                return f"{uri} is out of order"
        return ""

    def _type(self) -> None:
        uri = self._rng.choice(list(self.texts))
        lines = self.texts[uri]
        at = self._rng.randrange(len(lines))
        self.typed += 1
        word = f"u{next(self._numbers)}"
        match self._rng.randrange(3):
            case 0:
                self.alive.add(word)
                self._replace(uri, _range(at, 0, at, 0), f"{word}\n")
            case 1:
                self.alive.add(word)
                end = len(lines[at])
                self._replace(uri, _range(at, end, at, end), f" {word}")
            case _ if len(lines) > 2 and at + 1 < len(lines):
                self.deleted.update(lines[at].split())
                self._replace(uri, _range(at, 0, at + 1, 0), "")

    def _replace(self, uri: str, where: types.Range, text: str) -> None:
        lines = self.texts[uri]
        first, last = lines[where.start.line], lines[where.end.line]
        joined = first[: where.start.character] + text + last[where.end.character :]
        lines[where.start.line : where.end.line + 1] = joined.split("\n")
        self.versions[uri] += 1
        change = types.TextDocumentContentChangePartial(range=where, text=text)
        document = types.VersionedTextDocumentIdentifier(uri=uri, version=self.versions[uri])
        self._messages.put_nowait(types.DidChangeTextDocumentParams(document, [change]))

    async def _tell(self) -> None:
        while True:
            message = await self._messages.get()
            await asyncio.sleep(self._rng.random() * _MOST_LAG)
            self.server.documents.change(message)
            self._messages.task_done()


def _our_change(editor: ModelEditor, rng: random.Random) -> OurChange:
    files, gone, brought = [], set(), set()
    for uri, lines in editor.texts.items():
        name = uri.rpartition("/")[2]
        after = list(lines)
        for at in sorted(rng.sample(range(len(lines)), rng.randrange(1, 4)), reverse=True):
            word = f"w{name}y{at}"
            brought.add(word)
            if rng.random() < 0.5:
                gone.add(after[at])
                after[at] = word
            else:
                after.insert(at, word)
        files.append(FileChange(name, "\n".join(lines), "\n".join(after), version=1))
    return OurChange(ChangeSet(_ROOT, tuple(files)), gone, brought)


def _proposal() -> Proposal:
    return Proposal(
        title="Edit",
        symbol="",
        edits=(),
        evidence=(),
        model="model",
        route="",
        notices=(),
        rounds=1,
        prompt_tokens=0,
        completion_tokens=0,
        seconds=0.0,
    )


def _start(edit: object) -> tuple[int, int]:
    start = edit.range.start if isinstance(edit, types.TextEdit) else types.Position(0, 0)
    return start.line, start.character


def _range(line: int, character: int, last: int, end: int) -> types.Range:
    return types.Range(types.Position(line, character), types.Position(last, end))


async def _no_model(*_: object) -> ChatModel:
    raise AssertionError("nothing is asked of a model")
