"""What routing, policy, redaction, the audit and the door add to one call of a model.

The same prompt of 8 KB of kernel code is sent to a server of this machine that answers at once: by
a bare HTTP client, and by everything that Glossator puts around it. Calls alternate, so that both
see the same machine. Beside it the parts alone: choosing the route, redaction of the prompt, and a
line of the audit log.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx

from benchmarks.servers import kernel_text
from glossator_clients.factory import Shared, open_model
from glossator_clients.protocol import complete
from glossator_clients.response_cache import ResponseCache
from glossator_clients.router import Need, candidates
from glossator_clients.types import Author, ChatRequest, Message
from glossator_gate.audit import AuditLog
from glossator_gate.policy import classify, load_policy
from glossator_gate.redaction import Redaction
from glossator_gate.types import DataClass, Errand, PolicyPlaces
from glossator_gate.usage import UsageStore
from tests.loopback_server import Received, Reply, serving

CALLS = 400
PROMPT_BYTES = 8 * 1024
_RULES = "".join(
    f'[[classify]]\nmatch = {{ path = ["**/secret{at}/**"] }}\nclass = "restricted"\n'
    for at in range(20)
)


def rows() -> Iterator[dict[str, object]]:
    """Yield a row a measured thing, with its milliseconds."""
    with tempfile.TemporaryDirectory(prefix="glossator-overhead-") as folder:
        os.environ["XDG_STATE_HOME"] = folder
        yield from asyncio.run(_measured(Path(folder)))


def summary(found: Sequence[dict[str, object]]) -> dict[str, object]:
    """Return the 50th and 99th percentile of each, and of what is added to a bare call."""
    by_name = {str(it["what"]): it["ms"] for it in found}
    bare = by_name["bare call"]
    whole = by_name["guarded call"]
    assert isinstance(bare, list)
    assert isinstance(whole, list)
    told: dict[str, object] = {name: _percentiles(ms) for name, ms in by_name.items()}  # type: ignore[arg-type]
    told["added to a call"] = _percentiles(
        [mine - theirs for mine, theirs in zip(whole, bare, strict=True)]
    )
    return told


async def _answer(received: Received, reply: Reply) -> None:
    if not received.path.endswith("/chat/completions"):
        await reply.json({"error": {"message": "no"}}, 404)
        return
    await reply.head(200, Content_Type="text/event-stream")
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    said = {"index": 0, "delta": {"content": "fine"}, "finish_reason": None}
    ended = {"index": 0, "delta": {}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 2500, "completion_tokens": 1, "total_tokens": 2501}
    await reply.event({**chunk, "choices": [said]})
    await reply.event({**chunk, "choices": [ended], "usage": usage})
    await reply.send(b"data: [DONE]\n\n")


async def _measured(folder: Path) -> list[dict[str, object]]:
    prompt = kernel_text(600)[:PROMPT_BYTES]
    async with serving(_answer) as server:
        policy = load_policy(_places(folder, server.origin))
        shared = Shared(UsageStore(), ResponseCache(folder / "answers", "benchmark"))
        need = Need("document", DataClass.CONFIDENTIAL)
        errand = Errand("chat", "document", DataClass.CONFIDENTIAL)
        request = ChatRequest((Message(Author.USER, prompt),), errand=errand)
        model = await open_model(need, policy, shared)
        bare_ms: list[float] = []
        whole_ms: list[float] = []
        body = json.dumps({"model": "m", "stream": True, "messages": [{"content": prompt}]})
        async with httpx.AsyncClient(trust_env=False) as http:
            for _ in range(CALLS):
                began = time.perf_counter()
                await http.post(f"{server.origin}/v1/chat/completions", content=body)
                bare_ms.append((time.perf_counter() - began) * 1000)
                began = time.perf_counter()
                await complete(model, request)
                whole_ms.append((time.perf_counter() - began) * 1000)
        await model.close()
    log = AuditLog(folder / "alone")
    parts: dict[str, Callable[[], object]] = {
        "route": lambda: candidates(need, policy),
        "class of a path": lambda: classify(policy, "drivers/net/secret/a.c"),
        "redaction of the prompt": lambda: Redaction().redacted(prompt),
        "line of the audit": lambda: log.record("egress", {"glossator.bytes": 1}),
    }
    return [
        {"what": "bare call", "ms": bare_ms},
        {"what": "guarded call", "ms": whole_ms},
        *({"what": name, "ms": _times(act)} for name, act in parts.items()),
    ]


def _places(folder: Path, origin: str) -> PolicyPlaces:
    user = folder / "config.toml"
    user.write_text(
        f'schema = 1\n[[model]]\nid = "m"\napi = "openai"\norigin = "{origin}"\n'
        f'model = ["m"]\ncontext_tokens = 32768\n[limits]\ntokens_per_day = 100000000\n{_RULES}'
    )
    return PolicyPlaces(folder / "none" / "policy.toml", user)


def _times(act: Callable[[], object]) -> list[float]:
    found: list[float] = []
    for _ in range(CALLS):
        began = time.perf_counter()
        act()
        found.append((time.perf_counter() - began) * 1000)
    return found


def _percentiles(ms: Sequence[float]) -> dict[str, float]:
    ordered = sorted(ms)
    return {
        "p50_ms": round(ordered[len(ordered) // 2], 3),
        "p99_ms": round(ordered[len(ordered) * 99 // 100], 3),
    }
