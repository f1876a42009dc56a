"""Two editors and a command line on one repository, with edits: what is lost, what is stale.

In each round both editors save, type, create and delete; then everybody searches until the truth is
seen. Every function has a name that no other has, so that a hit proves what was read. 5 minutes;
GLOSSATOR_EDITORS_SECONDS takes another time.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.lsp_client import LspClient, lsp_server
from benchmarks.servers import GLOSSATOR

SECONDS = 300.0
FILES = 200
# Seen later than this is stale; not seen by the other is lost.
STALE_SECONDS = 2.0
LOST_SECONDS = 15.0
_SEED = 3


@dataclass(slots=True)
class Editor:
    """One editor with the files that it alone edits, and the name that each of them defines."""

    client: LspClient
    files: dict[Path, str]
    versions: dict[Path, int] = field(default_factory=dict)

    def symbols(self, word: str) -> set[str]:
        """Return the names of the functions that a search finds."""
        params = {"command": "glossator.search", "arguments": [{"text": word, "limit": 5}]}
        answer = self.client.request("workspace/executeCommand", params)
        return {it["symbol"] for it in answer.get("result") or ()}

    def change(self, path: Path, text: str) -> None:
        """Type a whole new text."""
        uri = path.as_uri()
        if path not in self.versions:
            self.versions[path] = 1
            self.client.open(uri, path.read_text("utf-8"))
        self.versions[path] += 1
        document = {"uri": uri, "version": self.versions[path]}
        params = {"textDocument": document, "contentChanges": [{"text": text}]}
        self.client.notify("textDocument/didChange", params)

    def save(self, path: Path, text: str) -> None:
        """Type and save."""
        self.change(path, text)
        path.write_text(text, "utf-8")
        self.client.notify("textDocument/didSave", {"textDocument": {"uri": path.as_uri()}})

    def close(self, path: Path) -> None:
        """Close without saving."""
        if self.versions.pop(path, None) is not None:
            self.client.notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})

    def tell(self, path: Path, kind: int) -> None:
        """Tell of a file that changed outside, as an editor's watcher does."""
        changes = [{"uri": path.as_uri(), "type": kind}]
        self.client.notify("workspace/didChangeWatchedFiles", {"changes": changes})


class CommandLine:
    """`glossator search -`: one question a line."""

    def __init__(self, root: Path) -> None:
        self.process = subprocess.Popen(
            [GLOSSATOR[0], "search", "-", "-k", "5", "--workspace", str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def symbols(self, word: str) -> set[str]:
        """Return the names of the functions that a search finds."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        return {it["symbol"] for it in json.loads(self.process.stdout.readline())}

    def close(self) -> None:
        """End it as the end of a pipe does."""
        self.process.communicate(timeout=30)


@dataclass(frozen=True, slots=True)
class Truth:
    """What searches must say from `since` on; `present` names the observers that see the word."""

    kind: str
    word: str
    since: float
    present: frozenset[str]


def rows(seconds: float | None = None) -> Iterator[dict[str, Any]]:
    """Yield one row an edit: how long until each observer saw the truth, None for never."""
    wanted = seconds or float(os.environ.get("GLOSSATOR_EDITORS_SECONDS", SECONDS))
    with tempfile.TemporaryDirectory(prefix="glossator-editors-") as scratch, ExitStack() as stack:
        root = Path(scratch) / "repository"
        root.mkdir()
        words = (f"zq{number:x}word" for number in itertools.count(0x1000))
        files = {root / f"file{number}.c": next(words) for number in range(FILES)}
        for path, word in files.items():
            path.write_text(_text(word), "utf-8")
        editors = {}
        for number in range(2):
            client = stack.enter_context(lsp_server(GLOSSATOR))
            client.initialize(root.as_uri())
            own = dict(itertools.islice(files.items(), number, None, 2))
            editors[f"editor {number + 1}"] = Editor(client, own)
        command_line = CommandLine(root)
        stack.callback(command_line.close)
        observers = {it: editor.symbols for it, editor in editors.items()}
        observers["command line"] = command_line.symbols
        stack.callback(_forget, root)
        _wait_until_ready(observers, list(files.values()))
        chance = random.Random(_SEED)
        ending = time.monotonic() + wanted
        while time.monotonic() < ending:
            truths: list[Truth] = []
            for name, editor in editors.items():
                # Each file once a round: a second edit would overrule what the first says.
                for path in chance.sample(list(editor.files), chance.randint(1, 3)):
                    kind = chance.choice(("save", "save", "type", "create", "delete"))
                    truths += _edit(_Edit(kind, path, next(words), name), editor, observers)
            yield from _observe(truths, observers)


@dataclass(frozen=True, slots=True)
class _Edit:
    """What an editor does to a file; `word` names the function that it writes."""

    kind: str
    path: Path
    word: str
    by: str


def _edit(edit: _Edit, editor: Editor, observers: Iterable[str]) -> list[Truth]:
    """Make one edit; return what must be found and what not any more."""
    kind, path, new = edit.kind, edit.path, edit.word
    everybody = frozenset(observers)
    old = editor.files[path]
    if kind == "type":
        editor.close(path)
        editor.change(path, _text(new))
        # The next save of this file, or its close, takes the unsaved word away again.
        now = time.monotonic()
        return [
            Truth("typed", new, now, frozenset({edit.by})),
            Truth("typed over", old, now, everybody - {edit.by}),
        ]
    if kind == "save":
        editor.save(path, _text(new))
        editor.files[path] = new
    elif kind == "create":
        path = path.with_name(f"{new}.c")
        path.write_text(_text(new), "utf-8")
        editor.tell(path, 1)
        editor.files[path] = new
        return [Truth("created", new, time.monotonic(), everybody)]
    else:
        editor.close(path)
        path.unlink()
        editor.tell(path, 3)
        del editor.files[path]
        return [Truth("deleted", old, time.monotonic(), frozenset())]
    now = time.monotonic()
    return [Truth("saved", new, now, everybody), Truth("saved over", old, now, frozenset())]


def _observe(
    truths: Sequence[Truth], observers: Mapping[str, Callable[[str], set[str]]]
) -> Iterator[dict[str, Any]]:
    seen: dict[tuple[str, str], float] = {}
    while len(seen) < len(truths) * len(observers):
        for truth, (name, search) in itertools.product(truths, observers.items()):
            if (truth.word, name) in seen:
                continue
            is_found = truth.word in search(truth.word)
            if is_found == (name in truth.present):
                seen[truth.word, name] = time.monotonic() - truth.since
        if time.monotonic() > max(it.since for it in truths) + LOST_SECONDS:
            break
    for truth in truths:
        times = {it: seen.get((truth.word, it)) for it in observers}
        known = [it for it in times.values() if it is not None]
        yield {
            "kind": truth.kind,
            **{name: None if it is None else round(it, 3) for name, it in times.items()},
            "lost": len(known) < len(times),
            "stale": any(it > STALE_SECONDS for it in known),
        }


def _wait_until_ready(
    observers: Mapping[str, Callable[[str], set[str]]], words: Sequence[str]
) -> None:
    ending = time.monotonic() + 120
    for search, word in itertools.product(observers.values(), (words[0], words[-1])):
        while word not in search(word):
            if time.monotonic() > ending:
                raise RuntimeError("the repository was not indexed in 2 minutes")
            time.sleep(0.1)


def _forget(root: Path) -> None:
    """Remove the index of a repository that is gone; its owner notices and ends."""
    from glossator_server.app import index_places

    shutil.rmtree(index_places(root).folder, ignore_errors=True)


def _text(word: str) -> str:
    return f"/* What is done here. */\nint {word}(int left)\n{{\n\treturn left;\n}}\n"


def summary(found: Sequence[dict[str, Any]]) -> dict[str, object]:
    """Return how many edits there were, what was lost or stale, and how long seeing took."""
    times = [
        it[name]
        for it in found
        for name in ("editor 1", "editor 2", "command line")
        if it[name] is not None
    ]
    hundredths = statistics.quantiles(times, n=100) if len(times) > 1 else [0.0] * 99
    return {
        "edits": len(found),
        "lost": sum(it["lost"] for it in found),
        "stale": sum(it["stale"] for it in found),
        "seconds p50": round(hundredths[49], 3),
        "seconds p95": round(hundredths[94], 3),
        "seconds max": max(times, default=0.0),
    }
