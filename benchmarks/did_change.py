"""How long a server is busy with one typed character in a very long C file.

A change has no answer, so each is followed at once by a request that costs next to nothing; the
same request alone, with nothing to do before it, stands beside. A server may put its work off until
somebody looks, so code actions are asked for as well, in the text as typed and as mended.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.figures import milliseconds
from benchmarks.lsp_client import LspClient, lsp_server
from benchmarks.servers import CLANGD, GLOSSATOR, kernel_text

SEED = 7
LINES = 10_000
CHANGES = 500
MEASURED = ("change", "echo", "code_action", "change_and_code_action")
KINDS = ("letter", "comment", "top", "newline", "brace")


def rows() -> Iterator[dict[str, object]]:
    """Yield one row a change: where and what, and the seconds of both measurements."""
    text = kernel_text(LINES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "long.c")
        path.write_text(text, "utf-8")
        for name, command in (("glossator", GLOSSATOR), ("clangd", CLANGD)):
            with lsp_server(command) as client:
                client.initialize(Path(folder).as_uri())
                client.open(path.as_uri(), text)
                _cursor_moved(client, path.as_uri(), 0)
                for row in _rows_of_server(client, path.as_uri(), text):
                    yield {"server": name, **row}


def summary(found: Sequence[dict[str, object]]) -> dict[str, object]:
    """Return p50 and p99 of the changes of each kind, and of the request alone."""
    figures: dict[str, object] = {"lines": LINES, "changes": CHANGES}
    for server in ("glossator", "clangd"):
        mine = [it for it in found if it["server"] == server]
        for what in MEASURED:
            seconds = [float(str(it[what])) for it in mine]
            figures[f"{server} {what}"] = milliseconds(seconds)
        for kind in KINDS:
            seconds = [float(str(it["change"])) for it in mine if it["kind"] == kind]
            figures[f"{server} change, {kind}"] = milliseconds(seconds)
    return figures


def _rows_of_server(client: LspClient, uri: str, text: str) -> Iterator[dict[str, object]]:
    places = _Places(text)
    version = 1
    for number in range(CHANGES):
        kind = KINDS[number % len(KINDS)]
        line, character, typed = places.pick(kind)
        start = {"line": line, "character": character}
        version += 1
        insertion = {"range": {"start": start, "end": start}, "text": typed}
        seconds = _changed(client, uri, version, insertion)
        looked = _cursor_moved(client, uri, line)
        echo = _echoed(client)
        end = {"line": line, "character": character + 1}
        if typed == "\n":
            end = {"line": line + 1, "character": 0}
        version += 1
        started = time.perf_counter()
        # Taking the character out again mends the brace, and is what a person types next.
        _change(client, uri, version, {"range": {"start": start, "end": end}, "text": ""})
        _cursor_moved(client, uri, line)
        yield {
            "kind": kind,
            "line": line,
            "change": seconds,
            "echo": echo,
            "code_action": looked,
            "change_and_code_action": time.perf_counter() - started,
        }


class _Places:
    """Picks seeded places in a text: in bodies, in comments, at the top."""

    def __init__(self, text: str) -> None:
        self._rng = random.Random(SEED)
        lines = text.split("\n")
        self._lengths = [len(line) for line in lines]
        self._comments = [at for at, line in enumerate(lines) if line.startswith(" * ")]
        self._bodies = [at for at, line in enumerate(lines) if line.startswith("\t")]

    def pick(self, kind: str) -> tuple[int, int, str]:
        """Return line, character and what is typed there."""
        if kind == "top":
            return self._rng.randrange(3), 0, " "
        line = self._rng.choice(self._comments if kind == "comment" else self._bodies)
        if kind == "brace":
            return line, 0, "{"
        return line, self._lengths[line], "\n" if kind == "newline" else "x"


def _changed(client: LspClient, uri: str, version: int, change: Mapping[str, object]) -> float:
    started = time.perf_counter()
    _change(client, uri, version, change)
    client.request("benchmark/echo", {})
    return time.perf_counter() - started


def _change(client: LspClient, uri: str, version: int, change: Mapping[str, object]) -> None:
    params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]}
    client.notify("textDocument/didChange", params)


def _echoed(client: LspClient) -> float:
    started = time.perf_counter()
    client.request("benchmark/echo", {})
    return time.perf_counter() - started


def _cursor_moved(client: LspClient, uri: str, line: int) -> float:
    started = time.perf_counter()
    place = {"line": line, "character": 0}
    params = {
        "textDocument": {"uri": uri},
        "range": {"start": place, "end": place},
        "context": {"diagnostics": [], "triggerKind": 2},
    }
    response = client.request("textDocument/codeAction", params)
    if "error" in response:
        raise RuntimeError(f"codeAction was refused: {response['error']}")
    return time.perf_counter() - started
