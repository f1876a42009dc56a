"""Own an Ollama server for tests, written from Ollama's documentation of its interface.

What it is asked and what it answers passes the SDK's own types, so that it cannot drift from them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ollama import _types as sdk

from tests.loopback_server import Received, Reply

END = {"done": True, "done_reason": "stop", "prompt_eval_count": 7, "eval_count": 2}
DIGEST = "dae161e27b0e90dd1856c8bb3209201fd6736d8eb66298e75ed87571486f4364"
CODER = "qwen:7b"


@dataclass
class FakeOllama:
    """A server with models; `end` is the last line of an answer, `pieces` the text before it.

    `thoughts` and `calls` come before the text. `show` and `listed` are laid over what the server
    says of `name`; `others` are further rows of its list. A prompt of more than `tokens` tokens is
    refused, where the server is asked to and `refuses_long` says that it understands. `pulled` are
    the lines of a pull, `trouble` answers a path in its own way.
    """

    pieces: Sequence[str] = ("add ", "an entry")
    end: Mapping[str, Any] = field(default_factory=lambda: END)
    show: Mapping[str, Any] = field(default_factory=dict)
    listed: Mapping[str, Any] = field(default_factory=dict)
    name: str = CODER
    others: Sequence[Mapping[str, Any]] = ()
    thoughts: Sequence[str] = ()
    calls: Sequence[Sequence[Mapping[str, Any]]] = ()
    tokens: int = 0
    refuses_long: bool = True
    loaded_context: int | None = None
    pulled: Sequence[Mapping[str, Any]] = ()
    vectors: Callable[[str], Sequence[float]] = lambda text: (float(len(text)), 1.0)
    trouble: Mapping[str, Callable[[Reply], Awaitable[None]]] = field(default_factory=dict)
    hold: asyncio.Event | None = None

    async def __call__(self, received: Received, reply: Reply) -> None:
        path = received.path.split("?")[0]
        asked = received.json if received.body else {}
        if path in self.trouble:
            await self.trouble[path](reply)
        elif path != "/api/pull" and asked.get("model", self.name) not in self._names():
            await reply.json({"error": f"model '{asked['model']}' not found"}, 404)
        else:
            await getattr(self, f"_{path.removeprefix('/api/')}", self._nothing)(asked, reply)

    def _names(self) -> list[str]:
        return [self.name, *(str(it["model"]) for it in self.others)]

    async def _nothing(self, _asked: Mapping[str, Any], reply: Reply) -> None:
        await reply.whole(404, b"404 page not found", Content_Type="text/plain")

    async def _show(self, asked: Mapping[str, Any], reply: Reply) -> None:
        sdk.ShowRequest.model_validate(asked)
        answer = {
            "details": {"family": "qwen2", "parameter_size": "7.6B"},
            "model_info": {"general.architecture": "qwen", "qwen.context_length": 4096},
        }
        row = next((dict(it) for it in self.others if it["model"] == asked["model"]), {})
        answer |= self.show if asked["model"] == self.name else row
        sdk.ShowResponse.model_validate(answer)
        await reply.json(answer)

    async def _tags(self, _asked: Mapping[str, Any], reply: Reply) -> None:
        row = {
            "name": self.name,
            "model": self.name,
            "modified_at": "2026-10-17T23:14:07.896671Z",
            "size": 4_683_087_332,
            "digest": DIGEST,
            "details": {
                "family": "qwen2",
                "parameter_size": "7.6B",
                "quantization_level": "Q4_K_M",
            },
        }
        answer = {"models": [row | self.listed, *self.others]}
        sdk.ListResponse.model_validate(answer)
        await reply.json(answer)

    async def _ps(self, _asked: Mapping[str, Any], reply: Reply) -> None:
        rows = [{"model": self.name, "context_length": self.loaded_context, "size_vram": 0}]
        answer = {"models": rows if self.loaded_context else []}
        sdk.ProcessResponse.model_validate(answer)
        await reply.json(answer)

    async def _embed(self, asked: Mapping[str, Any], reply: Reply) -> None:
        texts = list(sdk.EmbedRequest.model_validate(asked).input)
        answer = {
            "model": asked["model"],
            "embeddings": [list(self.vectors(text)) for text in texts],
            "prompt_eval_count": sum(1 + len(text) // 4 for text in texts),
        }
        sdk.EmbedResponse.model_validate(answer)
        await reply.json(answer)

    async def _pull(self, asked: Mapping[str, Any], reply: Reply) -> None:
        sdk.PullRequest.model_validate(asked)
        await reply.head(Content_Type="application/x-ndjson")
        for line in self.pulled:
            if "error" not in line:
                sdk.ProgressResponse.model_validate(line)
            await reply.line(line)
        if self.hold is not None:
            self.hold.set()
            await reply.hang()

    async def _chat(self, asked: Mapping[str, Any], reply: Reply) -> None:
        sdk.ChatRequest.model_validate(asked)
        context = asked["options"]["num_ctx"]
        if self.tokens > context and self.refuses_long:
            assert asked["truncate"] is False
            words = "the input length exceeds the context length"
            await reply.json({"error": words}, 400)
            return
        if asked.get("tools") and "tools" not in self.show.get("capabilities", ["tools"]):
            await reply.json({"error": f'"{self.name}" does not support tools'}, 400)
            return
        if asked.get("think") and "thinking" not in self.show.get("capabilities", []):
            await reply.json({"error": f'"{self.name}" does not support thinking'}, 400)
            return
        await reply.head(Content_Type="application/x-ndjson")
        lines = [self._line({"content": "", "thinking": it}) for it in self.thoughts]
        lines += [
            self._line({"content": "", "tool_calls": [{"function": it} for it in calls]})
            for calls in self.calls
        ]
        lines += [self._line({"content": piece}) for piece in self.pieces]
        end = dict(self.end)
        if self.tokens:
            end["prompt_eval_count"] = min(self.tokens, context)
        for line in [*lines, self._line({"content": ""}, end)]:
            sdk.ChatResponse.model_validate(line)
            await reply.line(line)

    def _line(
        self, message: Mapping[str, Any], more: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        return {
            "model": self.name,
            "created_at": "2026-11-26T09:00:00.0Z",
            "message": {"role": "assistant", **message},
            **(more or {"done": False}),
        }
