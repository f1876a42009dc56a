"""Own the faults of a model server: kinds of trouble, each told in the words of any interface.

It must not judge what a client makes of them; `tests/fault_sites.py` does.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto

from tests.loopback_server import Received, Reply

# Of characters of one to four bytes, so that a cut may fall into each.
WHOLE = "add an entry: é, ✓, 𝄞 and the rest of it"


class Speech(Enum):
    """What a call site's server speaks."""

    OPENAI_CHAT = auto()
    OPENAI_EMBED = auto()
    OLLAMA_CHAT = auto()
    OLLAMA_EMBED = auto()

    @property
    def streams(self) -> bool:
        return self in {Speech.OPENAI_CHAT, Speech.OLLAMA_CHAT}

    @property
    def is_openai(self) -> bool:
        return self in {Speech.OPENAI_CHAT, Speech.OPENAI_EMBED}


@dataclass(frozen=True)
class Exchange:
    """One request that is to go wrong, and the means for it."""

    received: Received
    reply: Reply
    speech: Speech
    rng: random.Random

    async def head(self, **headers: str) -> None:
        kind = "text/event-stream" if self.speech is Speech.OPENAI_CHAT else "application/json"
        await self.reply.head(Content_Type=kind, **headers)

    def parts(self) -> list[bytes]:
        """Return a good answer in parts, as its server would send them."""
        match self.speech:
            case Speech.OPENAI_CHAT:
                return [*map(self.said, words()), self.ended(), b"data: [DONE]\n\n"]
            case Speech.OLLAMA_CHAT:
                return [*map(self.said, words()), self.ended()]
            case _:
                return [json.dumps(self.vectors()).encode()]

    def said(self, text: str) -> bytes:
        if self.speech is Speech.OPENAI_CHAT:
            return self.chunk({"content": text})
        message = {"role": "assistant", "content": text}
        return line({"model": "m", "message": message, "done": False})

    def ended(self, tokens: int = 100) -> bytes:
        if self.speech is Speech.OPENAI_CHAT:
            usage = {"prompt_tokens": tokens, "completion_tokens": 9, "total_tokens": tokens + 9}
            return self.chunk({}, "stop") + event({"choices": [], "usage": usage})
        message = {"role": "assistant", "content": ""}
        counts = {"prompt_eval_count": tokens, "eval_count": 9}
        end = {"model": "m", "message": message, "done": True, "done_reason": "stop"}
        return line(end | counts)

    def chunk(self, delta: object, finish: str | None = None) -> bytes:
        return event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    def calls(self, calls: list[dict[str, object]]) -> bytes:
        if self.speech is Speech.OPENAI_CHAT:
            pieces = [{"index": at, "id": f"c{at}", **call} for at, call in enumerate(calls)]
            return self.chunk({"tool_calls": pieces})
        message = {"role": "assistant", "content": "", "tool_calls": calls}
        return line({"model": "m", "message": message, "done": False})

    def vectors(self, tokens: int | None = None) -> dict[str, object]:
        texts = self.received.json["input"]
        rows = [[float(len(text)), 1.0, 2.0] for text in texts]
        count = sum(map(len, texts)) // 4 + 1 if tokens is None else tokens
        if self.speech is Speech.OLLAMA_EMBED:
            return {"embeddings": rows, "prompt_eval_count": count}
        data = [{"index": at, "embedding": row} for at, row in enumerate(rows)]
        return {"data": data, "usage": {"prompt_tokens": count}}

    async def send(self, *parts: bytes) -> None:
        for part in parts:
            await self.reply.send(part)

    async def fail(self, status: int, words: str, **headers: str) -> None:
        error: object = {"message": words} if self.speech.is_openai else words
        await self.reply.whole(status, json.dumps({"error": error}).encode(), **headers)


def words() -> list[str]:
    return [f"{it} " for it in WHOLE.split(" ")[:-1]] + [WHOLE.rsplit(" ", 1)[1]]


def event(value: object) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


async def slow_first_byte(it: Exchange) -> None:
    await it.reply.hang()


async def slow_body(it: Exchange) -> None:
    await it.head()
    await it.reply.hang()


async def stall(it: Exchange) -> None:
    await it.head()
    await it.send(cut(it))
    await it.reply.hang()


async def drip(it: Exchange) -> None:
    """Send a byte at a time, each before anybody would call it silence."""
    await it.head()
    whole = b"".join(it.parts())
    for at in range(10_000):
        if it.reply.gone.is_set():
            return
        # Blanks are allowed between the tokens of JSON, and at the start of a line.
        await it.send(b" " if at >= len(whole) // 2 else whole[at : at + 1])
        await asyncio.sleep(0.05)


async def reset(it: Exchange) -> None:
    await it.head()
    await it.send(cut(it))
    # What was sent arrives, or else the client would see a connection that never answered.
    await asyncio.sleep(0.02)
    it.reply.reset()


async def reset_at_once(it: Exchange) -> None:
    it.reply.reset()


async def hung_up(it: Exchange) -> None:
    """Close without a word."""


async def early_end(it: Exchange) -> None:
    await it.head(Content_Length="100000")
    await it.send(cut(it))


async def early_end_unmarked(it: Exchange) -> None:
    await it.head()
    await it.send(cut(it))


async def corrupt_stream(it: Exchange) -> None:
    await it.head()
    whole = bytearray(b"".join(it.parts()))
    start = it.rng.randrange(len(whole) // 2)
    for at in range(start, start + len(whole) // 3):
        whole[at] = it.rng.randrange(0x80, 0x100)
    await it.send(bytes(whole))


async def noise(it: Exchange) -> None:
    await it.head()
    await it.send(it.rng.randbytes(it.rng.randrange(1, 5000)))


async def no_http(it: Exchange) -> None:
    await it.send(b"SSH-2.0-OpenSSH_9.2\r\n" + it.rng.randbytes(200))


async def invalid_json(it: Exchange) -> None:
    await it.head()
    prefix = b"data: " if it.speech is Speech.OPENAI_CHAT else b""
    await it.send(*it.parts()[:1], prefix + b'{"choices": [{"delta"\n\n')


async def deep_json(it: Exchange) -> None:
    await it.head()
    prefix = b"data: " if it.speech is Speech.OPENAI_CHAT else b""
    await it.send(prefix + b"[" * 200_000 + b"\n\n")


async def split_utf8(it: Exchange) -> None:
    """A good answer, a byte at a time."""
    await it.head()
    for byte in b"".join(it.parts()):
        await it.send(bytes([byte]))


async def cut_utf8(it: Exchange) -> None:
    """End inside a character."""
    await it.head()
    whole = b"".join(it.parts())
    at = whole.find("✓".encode())
    await it.send(whole[: at + 2] if at >= 0 else cut(it))


async def too_many_requests(it: Exchange) -> None:
    await it.fail(429, "too many", Retry_After=str(it.rng.choice((1, 30, 86400))))


async def storm(it: Exchange) -> None:
    await it.fail(it.rng.choice((500, 502, 503, 504, 507, 529)), "no")


async def overflow(it: Exchange) -> None:
    await it.fail(400, "the input length exceeds the context length, maximum context is 1 token")


async def silent_truncation(it: Exchange) -> None:
    await it.head()
    if it.speech.streams:
        await it.send(*map(it.said, words()), it.ended(tokens=2))
    else:
        await it.send(json.dumps(it.vectors(tokens=1)).encode())


async def bad_tool_call(it: Exchange) -> None:
    await it.head()
    await it.send(it.calls([{"function": {"name": 5, "arguments": 7}}]), it.ended())


async def unknown_tool(it: Exchange) -> None:
    await it.head()
    arguments: object = "{}" if it.speech.is_openai else {}
    await it.send(it.calls([{"function": {"name": "rm", "arguments": arguments}}]), it.ended())


async def looping_tool_calls(it: Exchange) -> None:
    await it.head()
    arguments: object = '{"q": 1}' if it.speech.is_openai else {"q": 1}
    call: dict[str, object] = {"function": {"name": "grep", "arguments": arguments}}
    await it.send(it.calls([call] * 1000), it.ended())


async def endless(it: Exchange) -> None:
    await it.head()
    while not it.reply.gone.is_set():
        part = it.said("and on ") if it.speech.streams else b" " * 1000
        await it.send(part * 20)
        await asyncio.sleep(0.002)


async def gzip_bomb(it: Exchange) -> None:
    await it.head(Content_Encoding="gzip")
    await it.send(gzip.compress(b" " * 20_000_000))


async def wrong_content_type(it: Exchange) -> None:
    await it.reply.whole(200, b"<html><body>It works!</body></html>", Content_Type="text/html")


async def redirect(it: Exchange) -> None:
    status = it.rng.choice((301, 302, 303, 307, 308))
    await it.reply.whole(status, b"", Location="http://127.0.0.1:9/v1/chat/completions")


async def huge_header(it: Exchange) -> None:
    await it.head(X_Huge="x" * 500_000)
    await it.send(*it.parts())


async def huge_event(it: Exchange) -> None:
    await it.head()
    await it.send(b"data: " + b"x" * 3_000_000)


async def empty_choices(it: Exchange) -> None:
    await it.head()
    empty: dict[str, object] = {"choices": [], "data": [], "embeddings": []}
    await it.send(event(empty) if it.speech is Speech.OPENAI_CHAT else line(empty))


async def empty_body(it: Exchange) -> None:
    await it.head(Content_Length="0")


async def null_fields(it: Exchange) -> None:
    await it.head()
    nulls = {"choices": None, "data": None, "embeddings": None, "message": None, "done": None}
    await it.send(event(nulls) if it.speech is Speech.OPENAI_CHAT else line(nulls))


async def duplicate_finish(it: Exchange) -> None:
    await it.head()
    if it.speech.streams:
        await it.send(*map(it.said, words()), it.ended(), it.ended())
    else:
        await it.send(*it.parts())


async def error_in_the_middle(it: Exchange) -> None:
    await it.head()
    error = {"error": {"message": "CUDA out of memory"} if it.speech.is_openai else "no memory"}
    parts = it.parts()[:3] if it.speech.streams else []
    await it.send(*parts, event(error) if it.speech is Speech.OPENAI_CHAT else line(error))


async def out_of_room(it: Exchange) -> None:
    await it.head()
    if it.speech is Speech.OPENAI_CHAT:
        await it.send(*it.parts()[:3], it.chunk({}, "length"))
    elif it.speech is Speech.OLLAMA_CHAT:
        await it.send(*it.parts()[:3], it.ended().replace(b'"stop"', b'"length"'))
    else:
        await it.send(json.dumps(it.vectors()).encode()[:-2])


def cut(it: Exchange) -> bytes:
    """Return the beginning of a good answer, at least its end missing."""
    whole = b"".join(it.parts()[:-2]) if it.speech.streams else it.parts()[0]
    return whole[: it.rng.randrange(1, len(whole) - 1)]


Fault = Callable[[Exchange], Awaitable[None]]

FAULTS: dict[str, Fault] = {
    it.__name__.replace("_", " "): it
    for it in (
        slow_first_byte, slow_body, stall, drip, reset, reset_at_once, hung_up, early_end,
        early_end_unmarked, corrupt_stream, noise, no_http, invalid_json, deep_json, split_utf8,
        cut_utf8, too_many_requests, storm, overflow, silent_truncation, bad_tool_call,
        unknown_tool, looping_tool_calls, endless, gzip_bomb, wrong_content_type, redirect,
        huge_header, huge_event, empty_choices, empty_body, null_fields, duplicate_finish,
        error_in_the_middle, out_of_room,
    )
}  # fmt: skip
# Nobody serves there at all.
UNREACHED = ("refused", "dns failure", "tls failure")
KINDS = (*UNREACHED, *FAULTS)
# After these the answer is whole, or is a whole answer of another kind.
MAY_ANSWER = frozenset({"split utf8", "duplicate finish", "unknown tool"})
FOR_CHAT_ONLY = frozenset({"bad tool call", "unknown tool", "looping tool calls"})
