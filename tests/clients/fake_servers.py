"""Own one small server a profile: it answers as the real one does and refuses what that refuses.

It must not be kinder than the real one: an unknown path or option is refused with its own words.
Everything that a chat streams is checked against the SDK's own types.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from loopback_server import Received, Reply
from openai.types.chat import ChatCompletionChunk

JSON = dict[str, Any]
STANDARD = {
    "messages", "model", "stream", "stream_options", "temperature", "top_p", "max_tokens",
    "max_completion_tokens", "stop", "seed", "response_format", "tools", "tool_choice",
    "parallel_tool_calls", "reasoning_effort",
}  # fmt: skip


class Refused(Exception):  # noqa: N818 -- an answer, not an error of ours
    def __init__(self, body: object, status: int = 400) -> None:
        super().__init__(str(body))
        self.body = body
        self.status = status


@dataclass
class Said:
    """What the model says: deltas in order, and how it ends."""

    deltas: list[JSON] = field(default_factory=lambda: [{"content": "add "}, {"content": "it"}])
    finish: str = "stop"
    usage: JSON | None = None


class FakeServer:
    """What all of them have in common; a word of four characters is a token here."""

    known: ClassVar[set[str]] = STANDARD
    chat_path: ClassVar[str] = "/v1/chat/completions"

    def __init__(self, said: Said | None = None, context: int = 1000) -> None:
        self.said = said or Said()
        self.context = context
        self.chats: list[JSON] = []
        self.paths: list[str] = []

    async def __call__(self, received: Received, reply: Reply) -> None:
        url = urlsplit(received.path)
        self.paths.append(url.path)
        try:
            self.admit(received, parse_qs(url.query))
            if received.method == "POST" and url.path == self.chat_path:
                body = received.json
                self.chats.append(body)
                self.judge(body)
                await self.answer(body, reply)
            else:
                await reply.json(self.page(received.method, url.path, received))
        except Refused as refused:
            await reply.json(refused.body, refused.status)

    def admit(self, received: Received, query: Mapping[str, list[str]]) -> None:
        """Refuse who may not ask."""

    def page(self, method: str, path: str, received: Received) -> object:
        """Return what stands at another path, or refuse."""
        if (method, path) == ("GET", "/v1/models"):
            return {"object": "list", "data": [self.model()]}
        raise Refused({"error": {"message": f"no {method} {path} ({len(received.body)})"}}, 404)

    def model(self) -> JSON:
        return {"id": "model-1", "object": "model", "created": 1, "owned_by": "somebody"}

    def judge(self, body: JSON) -> None:
        """Refuse a chat that the real server refuses."""
        if unknown := body.keys() - self.known:
            raise self.refusal(f"Unrecognized request argument supplied: {min(unknown)}")

    def refusal(self, message: str, **more: object) -> Refused:
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
        return Refused({"error": error | more})

    def tokens(self, messages: Iterable[JSON]) -> int:
        return sum(len(it.get("content") or "") // 4 + 4 for it in messages)

    async def answer(self, body: JSON, reply: Reply) -> None:
        await reply.head(Content_Type="text/event-stream")
        for delta in self.said.deltas:
            await self.event(reply, [{"index": 0, "delta": delta, "finish_reason": None}])
        await self.event(reply, [{"index": 0, "delta": {}, "finish_reason": self.said.finish}])
        if (body.get("stream_options") or {}).get("include_usage"):
            await self.event(reply, [], self.usage(body))
        await reply.send(b"data: [DONE]\n\n")

    def usage(self, body: JSON) -> JSON:
        prompt = self.tokens(body["messages"])
        counts = {"prompt_tokens": prompt, "completion_tokens": 9, "total_tokens": prompt + 9}
        return counts | (self.said.usage or {})

    async def event(self, reply: Reply, choices: list[JSON], usage: JSON | None = None) -> None:
        value = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "served",
                 "choices": choices, "usage": usage}  # fmt: skip
        ChatCompletionChunk.model_validate(value)
        await reply.event(value)


class OpenAI(FakeServer):
    """As api.openai.com: models that think refuse what the others need."""

    def model(self) -> JSON:
        return super().model() | {"owned_by": "system"}

    def admit(self, received: Received, query: Mapping[str, list[str]]) -> None:  # noqa: ARG002
        if not {"authorization", "api-key"} & received.headers.keys():
            raise Refused({"error": {"message": "no key"}}, 401)

    def judge(self, body: JSON) -> None:
        super().judge(body)
        if len(body.get("stop", ())) > 4:
            raise self.refusal("Invalid 'stop': array too long", param="stop")
        self._judge_schema(body.get("response_format", {}))
        name = body["model"]
        if not name.startswith(("gpt-5", "o3")):
            if "reasoning_effort" in body:
                raise self.refusal("Unrecognized request argument supplied: reasoning_effort")
            return
        for option in ("max_tokens", "stop"):
            if option in body:
                raise self.refusal(
                    f"Unsupported parameter: '{option}' is not supported with this model. Use "
                    "'max_completion_tokens' instead.",
                    code="unsupported_parameter",
                    param=option,
                )
        for option in ("temperature", "top_p"):
            if body.get(option, 1) != 1:
                raise self.refusal(
                    f"Unsupported value: '{option}' does not support {body[option]} with this "
                    "model. Only the default (1) value is supported.",
                    code="unsupported_value",
                    param=option,
                )
        takes = {"minimal"} if name.startswith("gpt-5") else set()
        if body.get("reasoning_effort", "low") not in takes | {"low", "medium", "high"}:
            raise self.refusal(
                f"Unsupported value: '{body['reasoning_effort']}' is not supported with the "
                f"'{name}' model.",
                code="unsupported_value",
                param="reasoning_effort",
            )

    def _judge_schema(self, wanted: JSON) -> None:
        if wanted.get("type") not in {None, "json_schema", "json_object", "text"}:
            raise self.refusal("Invalid value", param="response_format.type")
        if wanted.get("type") == "json_schema":
            answer = wanted["json_schema"]
            schema = answer["schema"]
            loose = schema.get("additionalProperties") is not False or set(
                schema.get("required", ())
            ) != set(schema.get("properties", ()))
            if answer.get("strict") and loose:
                raise self.refusal(
                    "Invalid schema for response_format 'answer': 'additionalProperties' is "
                    "required to be supplied and to be false",
                    param="response_format",
                )


class Azure(OpenAI):
    """As a deployment of Azure OpenAI: its path, its version, and filter results first."""

    chat_path = "/openai/deployments/model-1/chat/completions"

    def admit(self, received: Received, query: Mapping[str, list[str]]) -> None:
        super().admit(received, query)
        if query.get("api-version") != ["2024-10-21"]:
            raise Refused({"error": {"code": "404", "message": "Resource not found"}}, 404)

    async def answer(self, body: JSON, reply: Reply) -> None:
        await reply.head(Content_Type="text/event-stream")
        await reply.event({"id": "", "object": "", "created": 0, "model": "", "choices": [],
                           "prompt_filter_results": [{"prompt_index": 0}]})  # fmt: skip
        for delta in self.said.deltas:
            await self.event(reply, [{"index": 0, "delta": delta, "finish_reason": None}])
        await self.event(reply, [{"index": 0, "delta": {}, "finish_reason": self.said.finish}])
        await self.event(reply, [], self.usage(body))
        await reply.send(b"data: [DONE]\n\n")


class VLLM(FakeServer):
    """As `vllm serve`; `tools` is whether it was started with a tool parser."""

    known = STANDARD | {"chat_template_kwargs", "guided_json", "structured_outputs"}

    def __init__(self, said: Said | None = None, context: int = 1000, **options: bool) -> None:
        super().__init__(said, context)
        self.options = options

    def model(self) -> JSON:
        return super().model() | {"owned_by": "vllm", "max_model_len": self.context}

    def page(self, method: str, path: str, received: Received) -> object:
        if (method, path) == ("GET", "/version"):
            return {"version": "0.11.0"}
        if (method, path) == ("POST", "/tokenize"):
            body = received.json
            assert body.keys() <= {"model", "messages", "add_generation_prompt", "tools"}
            count = self.tokens(body["messages"])
            return {"count": count, "max_model_len": self.context, "tokens": [0] * count}
        return super().page(method, path, received)

    def judge(self, body: JSON) -> None:
        super().judge(body)
        if body.get("tools") and not self.options.get("tools"):
            raise self.refusal(
                '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to '
                "be set",
                type="BadRequestError",
            )
        if "response_format" in body and self.options.get("old"):
            raise self.refusal("response_format.json_schema: Extra inputs are not permitted")
        wanted = self.tokens(body["messages"]) + body["max_tokens"]
        if wanted > self.context:
            raise self.refusal(
                f"This model's maximum context length is {self.context} tokens. However, you "
                f"requested {wanted} tokens."
            )


class TGI(FakeServer):
    """As text-generation-inference: a grammar in place of a schema, never along with tools."""

    known = STANDARD - {"max_completion_tokens", "parallel_tool_calls", "reasoning_effort"}

    def __init__(self, said: Said | None = None, context: int = 1000, **options: bool) -> None:
        super().__init__(said, context)
        self.options = options

    def model(self) -> JSON:
        return super().model() | {"owned_by": "model-1"}

    def page(self, method: str, path: str, received: Received) -> object:
        if (method, path) == ("GET", "/v1/models") and self.options.get("old"):
            raise Refused("", 404)
        if (method, path) == ("GET", "/info"):
            return {"model_id": "model-1", "max_input_tokens": self.context - 1,
                    "max_total_tokens": self.context, "version": "3.0.0"}  # fmt: skip
        if (method, path) == ("POST", "/chat_tokenize"):
            count = self.tokens(received.json["messages"])
            token = {"id": 0, "text": "x", "start": 0, "stop": 1}
            return {"tokenize_response": [token] * count, "templated_text": "x"}
        return super().page(method, path, received)

    def refusal(self, message: str, **more: object) -> Refused:
        return Refused({"error": message, "error_type": "validation", **more}, 422)

    def judge(self, body: JSON) -> None:
        super().judge(body)
        wanted = body.get("response_format")
        if wanted is not None and "tools" in body:
            raise self.refusal("Grammar and tools are mutually exclusive")
        if wanted is not None and "value" not in wanted:
            raise self.refusal("Failed to deserialize: response_format: missing field `value`")
        if not 0 < body.get("top_p", 0.5) < 1:
            raise self.refusal("Input validation error: `top_p` must be > 0.0 and < 1.0")
        if len(body.get("stop", ())) > 4:
            raise self.refusal("Input validation error: `stop` supports up to 4 stop sequences")

    async def answer(self, body: JSON, reply: Reply) -> None:
        if not self.options.get("old"):
            await super().answer(body, reply)
            return
        # Before version 2.1 there was no usage, and the end had its own names.
        await reply.head(Content_Type="text/event-stream")
        for delta in self.said.deltas:
            await self.event(reply, [{"index": 0, "delta": delta, "finish_reason": None}])
        last = {"index": 0, "delta": {"role": "assistant", "content": ""}}
        await reply.event({"choices": [last | {"finish_reason": "eos_token"}], "model": "served"})


class LlamaCpp(FakeServer):
    """As llama.cpp's server, which ignores what it does not know."""

    def __init__(self, said: Said | None = None, context: int = 1000, **options: bool) -> None:
        super().__init__(said, context)
        self.options = options

    def model(self) -> JSON:
        meta = {"n_ctx_train": 8192}
        if self.options.get("parameters"):
            meta["n_params"] = 7_615_616_512
        return super().model() | {"owned_by": "llamacpp", "meta": meta}

    def page(self, method: str, path: str, received: Received) -> object:
        match method, path:
            case "GET", "/props":
                return {"default_generation_settings": {"n_ctx": self.context}, "total_slots": 1}
            case "POST", "/v1/chat/completions/input_tokens" if not self.options.get("old"):
                return {"input_tokens": self.tokens(received.json["messages"])}
            case "POST", "/apply-template":
                return {"prompt": "x" * 4 * self.tokens(received.json["messages"])}
            case "POST", "/tokenize":
                assert received.json.keys() == {"content", "add_special", "parse_special"}
                return {"tokens": [0] * (len(received.json["content"]) // 4)}
        return super().page(method, path, received)

    def judge(self, body: JSON) -> None:
        if body.get("tools") and self.options.get("no_jinja"):
            error = {"code": 500, "message": "tools param requires --jinja flag", "type": "x"}
            raise Refused({"error": error}, 500)
        if (count := self.tokens(body["messages"])) >= self.context:
            message = f"request ({count} tokens) exceeds the available context size"
            error = {"code": 400, "message": message, "type": "exceed_context_size_error"}
            raise Refused({"error": error})


class MLC(FakeServer):
    """As `mlc_llm serve`: strict about types, a schema is a text, no tool call may have been."""

    known = STANDARD - {"max_completion_tokens", "parallel_tool_calls", "reasoning_effort"}

    def model(self) -> JSON:
        return super().model() | {"owned_by": "MLC-LLM"}

    def judge(self, body: JSON) -> None:
        super().judge(body)
        wanted = body.get("response_format", {"type": "text"})
        if wanted["type"] not in {"text", "json_object"}:
            raise Refused({"detail": "Input should be 'text' or 'json_object'"}, 422)
        if not isinstance(wanted.get("schema", ""), str):
            raise Refused({"detail": "schema: Input should be a valid string"}, 422)
        for at, message in enumerate(body["messages"]):
            if message["role"] == "system" and at:
                raise self.refusal(f"System prompt at position {at} is invalid.")
            if message.get("tool_calls"):
                raise self.refusal("Assistant message having `tool_calls` is not supported yet.")
        if (count := self.tokens(body["messages"])) > self.context:
            raise self.refusal(
                f"Request prompt has {count} tokens in total, larger than the model input length "
                f"limit {self.context}."
            )
