"""How long an editor waits for code actions in a long C file, beside an echo and beside clangd.

The echo is a request that the server does not know: it costs the way there and back, and nothing
else.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import milliseconds
from benchmarks.lsp_client import LspClient, lsp_server
from benchmarks.servers import CLANGD, GLOSSATOR, kernel_text

SEED = 5
LINES = 5000
REQUESTS = 1000
AUTOMATIC, INVOKED = 2, 1


def rows() -> Iterator[dict[str, object]]:
    """Yield one row a request: which server, which method, how many seconds, how many actions."""
    text = kernel_text(LINES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "long.c")
        path.write_text(text, "utf-8")
        for name, command in (("glossator", GLOSSATOR), ("clangd", CLANGD)):
            with lsp_server(command) as client:
                client.initialize(Path(folder).as_uri())
                client.open(path.as_uri(), text)
                for row in _rows_of_server(client, path.as_uri(), text):
                    yield {"server": name, **row}


def summary(found: Sequence[dict[str, object]]) -> dict[str, object]:
    """Return p50 and p99 of each, and ours in relation to the others'."""
    figures: dict[str, object] = {"lines": LINES}
    by_name: dict[str, dict[str, float]] = {}
    for server in ("glossator", "clangd"):
        for what in ("codeAction", "echo"):
            mine = [it for it in found if (it["server"], it["what"]) == (server, what)]
            seconds = [float(str(it["seconds"])) for it in mine]
            by_name[f"{server} {what}"] = milliseconds(seconds)
            figures[f"{server} {what}"] = {
                "requests": len(mine),
                **by_name[f"{server} {what}"],
                "with actions": sum(bool(it["actions"]) for it in mine),
            }
    ours = by_name["glossator codeAction"]
    for other in ("glossator echo", "clangd codeAction"):
        for key in ("p50_ms", "p99_ms"):
            figures[f"ours / {other}, {key}"] = round(ours[key] / by_name[other][key], 2)
    return figures


def _rows_of_server(client: LspClient, uri: str, text: str) -> Iterator[dict[str, object]]:
    lines = text.split("\n")
    rng = random.Random(SEED)
    _answered(client, "textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    for number in range(REQUESTS):
        line = rng.randrange(LINES)
        place = {"line": line, "character": rng.randint(0, len(lines[line]))}
        trigger = AUTOMATIC if number % 2 else INVOKED
        params = {
            "textDocument": {"uri": uri},
            "range": {"start": place, "end": place},
            "context": {"diagnostics": [], "triggerKind": trigger},
        }
        seconds, response = _answered(client, "textDocument/codeAction", params)
        if "error" in response:
            raise RuntimeError(f"codeAction was refused: {response['error']}")
        actions = len(response["result"] or ())
        yield {"what": "codeAction", "line": line, "seconds": seconds, "actions": actions}
        seconds, _ = _answered(client, "benchmark/echo", {"line": line})
        yield {"what": "echo", "line": line, "seconds": seconds, "actions": 0}


def _answered(
    client: LspClient, method: str, params: dict[str, object]
) -> tuple[float, dict[str, Any]]:
    started = time.perf_counter()
    response = client.request(method, params)
    return time.perf_counter() - started, response
