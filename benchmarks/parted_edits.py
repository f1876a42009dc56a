"""Let 10,000 edits of several files come apart in an editor while somebody types: nothing is lost.

What `interleaving` has of an editor is the least; this one drops the stale parts of an edit in
silence and applies the others, as Neovim does, or refuses all of them as VS Code does; it refuses
now and then for no reason, its files are closed at any moment, and some can be opened by nobody
but are written by the server. The person has an edit that came apart taken back, or keeps it, and
types on. Beside it a model keeps what the person has written: at the end every line of theirs has
to stand where they put it, each file has to have its part of the change or nothing of it, and what
was told has to be so.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsprotocol import types

from glossator_clients.protocol import ChatModel
from glossator_gate.errors import GlossatorError
from glossator_gate.types import Policy
from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.lsp import changing, sending
from glossator_server.lsp.capabilities import EditorCapabilities
from glossator_server.lsp.changing import KEEP, TAKE_BACK, apply_change
from glossator_server.lsp.convert import PositionMap
from glossator_server.lsp.jobs import JobReport
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.proposals import OfferedChange
from glossator_server.proposal import Proposal
from glossator_server.session import Session
from glossator_server.settings import Settings

ORDERS = int(os.environ.get("GLOSSATOR_PARTED_EDITS", "10000"))
_UTF16 = types.PositionEncodingKind.Utf16
_OPERATIONS = frozenset({"create", "rename", "delete"})


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row an order."""
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["XDG_STATE_HOME"] = scratch
        for seed in range(ORDERS):
            yield order(seed)


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how the orders ended, and in how many something was wrong."""
    ends = sorted({row["end"] for row in rows})
    return {
        "orders": len(rows),
        "edits_typed": sum(row["typed"] for row in rows),
        "wrong": sum(bool(row["wrong"]) for row in rows),
    } | {end: sum(row["end"] == end for row in rows) for end in ends}


def order(seed: int, patience: float = 0.05) -> dict[str, Any]:
    """Let one order of edits happen; return how it ended and what was wrong with it.

    So many seconds are waited for what arrives in a text; the real ones are more.
    """
    rng = random.Random(seed)
    usual = changing.SETTLING_SECONDS, sending.CHANGE_SECONDS
    # Nobody waits for a person here.
    changing.SETTLING_SECONDS, sending.CHANGE_SECONDS = 0.0, patience
    try:
        with tempfile.TemporaryDirectory() as scratch:
            return asyncio.run(_order(rng, Path(scratch).resolve(), seed))
    finally:
        changing.SETTLING_SECONDS, sending.CHANGE_SECONDS = usual


async def _order(rng: random.Random, root: Path, seed: int) -> dict[str, Any]:
    editor = SimulatedEditor(rng, root)
    offered = editor.offer()
    editor.type_some()
    try:
        await apply_change(editor, offered, JobReport(editor, "order", None))
        end = "applied"
    except GlossatorError as trouble:
        end = _end(str(trouble))
    editor.type_some()
    await editor.settle()
    wrong = editor.wrong(end)
    return {"seed": seed, "end": end, "typed": editor.typed, "wrong": wrong}


def _end(sentence: str) -> str:
    for words, end in (
        ("Only a part", "kept in part"),
        ("could not be taken back", "partly taken back"),
        ("Nothing was changed", "taken back"),
        ("did not apply", "refused"),
        ("does not show it", "not seen"),
    ):
        if words in sentence:
            return end
    return "stale"


@dataclass(slots=True)
class _File:
    """A file of the editor's, with the model of what the person has made of it.

    `lines` are those of the person's and of the file's, in order, that still have to stand; `old`
    are those that the change takes away, `new` those that it puts there.
    """

    path: Path
    lines: list[str]
    old: list[str]
    new: list[str]
    text: str
    version: int | None = None
    unsent: list[types.DidChangeTextDocumentParams] = field(default_factory=list)

    @property
    def uri(self) -> str:
        return self.path.as_uri()

    @property
    def now(self) -> str:
        return self.path.read_text("utf-8") if self.version is None else self.text


class SimulatedEditor(GlossatorServer):
    """A server together with the editor that it talks to, and the person before it."""

    def __init__(self, rng: random.Random, root: Path) -> None:
        super().__init__(Session(Settings(), _no_model))
        self._rng, self._root = rng, root
        self._later: list[asyncio.Task[None]] = []
        self.typed = 0
        self.skips = rng.random() < 0.5
        operations = _OPERATIONS if rng.random() < 0.6 else frozenset[str]()
        self.editor = EditorCapabilities(
            applies_edits=True, versions_edits=True, file_operations=operations
        )
        self.session.set_folders({root.as_uri(): root})
        self.files = [self._file(number) for number in range(rng.randint(1, 4))]

    # What happens in the editor.

    def offer(self) -> OfferedChange:
        """Return a change of every file, which is checked while somebody types."""
        files = tuple(
            FileChange(it.path.name, it.now, _replaced(it.now, it.old, it.new), version=it.version)
            for it in self.files
        )
        proposal = Proposal(
            title="Change",
            symbol="",
            edits=(),
            evidence=(),
            model="none",
            route="none",
            notices=(),
            rounds=0,
            prompt_tokens=0,
            completion_tokens=0,
            seconds=0.0,
        )

        async def again(changes: ChangeSet) -> Proposal:
            del changes
            await asyncio.sleep(0)
            self.type_some()
            return proposal

        return OfferedChange(proposal, ChangeSet(self._root, files), again, noun="edit")

    def type_some(self, *, closed: bool = True) -> None:
        """Have somebody type, now and then."""
        for _ in range(self._rng.choice([0, 0, 0, 1, 2])):
            files = [it for it in self.files if closed or it.version is not None]
            if files:
                self._type(self._rng.choice(files))

    async def settle(self) -> None:
        """Have all that was typed arrive."""
        await asyncio.gather(*self._later)
        for it in self.files:
            self._send(it)

    def wrong(self, end: str) -> list[str]:
        """Return what is not as it has to be."""
        found = []
        states = []
        for it in self.files:
            lines = it.now.split("\n")
            new = [lines.count(one) for one in it.new]
            state = "all" if all(n == 1 for n in new) else "none" if not any(new) else "torn"
            states.append(state)
            kept = [one for one in lines if one and one not in it.new]
            wanted = [one for one in it.lines if state == "none" or one not in it.old]
            if kept != wanted:
                found.append(f"{it.path.name}: {kept} is not {wanted}")
            document = self.session.documents.get(it.uri)
            if document is not None and document.text != it.text:
                found.append(f"{it.path.name} is out of step")
        meant = {"applied": {"all"}, "kept in part": {"all", "none"}}
        meant["partly taken back"] = {"all", "none"}
        if not set(states) <= meant.get(end, {"none"}):
            found.append(f"{end}, but {states}")
        return found

    async def workspace_apply_edit_async(
        self, params: types.ApplyWorkspaceEditParams
    ) -> types.ApplyWorkspaceEditResult:
        """Apply an edit, as far as the editor likes to, while somebody types."""
        await asyncio.sleep(0)
        self.type_some(closed=False)
        if self._rng.random() < 0.05:
            return types.ApplyWorkspaceEditResult(applied=False, failure_reason="busy")
        changes = [self._checked(it) for it in params.edit.document_changes or ()]
        stale = [it for it in changes if it is None]
        if stale and not self.skips:
            return types.ApplyWorkspaceEditResult(applied=False, failure_reason="stale")
        for file, edits in (it for it in changes if it is not None):
            self._apply(file, edits)
        await asyncio.sleep(0)
        self.type_some(closed=False)
        return types.ApplyWorkspaceEditResult(applied=True)

    async def window_show_message_request_async(
        self, params: types.ShowMessageRequestParams
    ) -> types.MessageActionItem | None:
        """Answer as a person does, who types on meanwhile."""
        del params
        self.type_some()
        await asyncio.sleep(0)
        title = self._rng.choice([TAKE_BACK, TAKE_BACK, KEEP, None])
        return None if title is None else types.MessageActionItem(title)

    def note(self, sentence: str) -> None:
        """Pass over the log."""

    def _checked(self, change: object) -> tuple[_File, list[types.TextEdit]] | None:
        assert isinstance(change, types.TextDocumentEdit)
        file = next(it for it in self.files if it.uri == change.text_document.uri)
        version = change.text_document.version
        if version != file.version:
            return None  # Typed in since, or closed.
        return file, [it for it in change.edits if isinstance(it, types.TextEdit)]

    def _apply(self, file: _File, edits: list[types.TextEdit]) -> None:
        positions = PositionMap(file.now, _UTF16)
        text = file.now
        for it in reversed(edits):
            span = positions.span(it.range)
            text = text[: span.start] + it.new_text + text[span.end :]
        self._change(file, text)

    # What a person does.

    def _type(self, file: _File) -> None:
        self.typed += 1
        lines = file.now.split("\n")[:-1]
        there = [it for it in lines if it in file.lines]
        what = self._rng.random()
        if what < 0.15 and there:
            gone = self._rng.choice(there)
            file.lines.remove(gone)
            lines.remove(gone)
        elif what < 0.2 and file.version is not None:
            self._close(file)
            return
        elif there:
            anchor, new = self._rng.choice(there), f"typed {self.typed} 🚀"
            file.lines.insert(file.lines.index(anchor) + 1, new)
            lines.insert(lines.index(anchor) + 1, new)
        self._change(file, "".join(f"{it}\n" for it in lines))

    def _close(self, file: _File) -> None:
        """Save a file and close it."""
        self._send(file)
        file.path.write_text(file.text, "utf-8")
        file.version = None
        self.documents.close(file.uri)

    def _change(self, file: _File, text: str) -> None:
        if file.version is None:
            file.path.write_text(text, "utf-8")
            return
        file.text = text
        file.version += 1
        identifier = types.VersionedTextDocumentIdentifier(version=file.version, uri=file.uri)
        whole = types.TextDocumentContentChangeWholeDocument(text)
        file.unsent.append(types.DidChangeTextDocumentParams(identifier, [whole]))
        if self._rng.random() < 0.6:
            self._send(file)
        else:
            self._later.append(asyncio.create_task(self._send_later(file)))

    async def _send_later(self, file: _File) -> None:
        for _ in range(self._rng.randint(1, 6)):
            await asyncio.sleep(0)
        self._send(file)

    def _send(self, file: _File) -> None:
        for it in file.unsent:
            self.documents.change(it)
        file.unsent.clear()

    def _file(self, number: int) -> _File:
        name = f"f{number}.c"
        lines = [f"{name} line {it}" for it in range(self._rng.randint(3, 30))]
        old = [it for it in lines if self._rng.random() < 0.2] or lines[:1]
        new = [f"{it} of ours" for it in old]
        path, text = self._root / name, "".join(f"{it}\n" for it in lines)
        path.write_text(text, "utf-8")
        file = _File(path, lines, old, new, text)
        if self._rng.random() < 0.8:
            file.version = 1
            self.documents.open(types.TextDocumentItem(file.uri, "c", 1, text))
        return file


def _replaced(text: str, old: list[str], new: list[str]) -> str:
    for one, other in zip(old, new, strict=True):
        text = re.sub(rf"^{re.escape(one)}$", other, text, flags=re.MULTILINE)
    return text


async def _no_model(need: object, policy: Policy) -> ChatModel:
    raise NotImplementedError(need, policy)
