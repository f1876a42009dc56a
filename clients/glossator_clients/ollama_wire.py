"""Own how a request looks in Ollama's native chat, and how large a context it asks for.

It must not send anything: what it makes are arguments for the SDK.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from glossator_clients.reasoning import asked_schema, most_tokens
from glossator_clients.token_bounds import most_prompt_tokens
from glossator_clients.types import (
    Author,
    ChatRequest,
    Message,
    Reasoning,
    Tool,
    ToolCall,
)

# Where neither the server nor the user's entry says how long a context the model has.
ASSUMED_CONTEXT_TOKENS = 8192
# The smallest context asked for, doubled until a prompt fits: each other size makes the server load
# the model anew, and each larger one costs memory on the user's machine.
_SMALLEST_CONTEXT_TOKENS = 4096
# Few prompts take more tokens than this share of what none exceeds. One that does is noticed by the
# server, and asked again with more.
_LIKELY_SHARE = 0.5


def likely_context(request: ChatRequest) -> int:
    """Return how many tokens of context are enough for prompt and answer in nearly all cases."""
    return round(most_prompt_tokens(request) * _LIKELY_SHARE) + most_tokens(request.sampling)


def enough_context(request: ChatRequest) -> int:
    """Return how many tokens of context are enough for prompt and answer in any case."""
    return most_prompt_tokens(request) + most_tokens(request.sampling)


def context_step(tokens: int, limit: int) -> int:
    """Return the size to ask for: a power of two times the smallest, at most `limit`."""
    step = _SMALLEST_CONTEXT_TOKENS
    while step < tokens:
        step *= 2
    return min(step, limit)


def chat_parameters(
    name: str, request: ChatRequest, context: int, capabilities: frozenset[str] | None
) -> dict[str, Any]:
    """Return the SDK's arguments for a request."""
    sampling = request.sampling
    options: dict[str, Any] = {
        # Without it the server takes its own default, however long the prompt.
        "num_ctx": context,
        "num_predict": most_tokens(sampling),
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
    }
    if sampling.stop:
        options["stop"] = list(sampling.stop)
    if sampling.seed is not None:
        options["seed"] = sampling.seed
    schema = asked_schema(request)
    parameters: dict[str, Any] = {
        "model": name,
        "messages": _messages(request.messages),
        "stream": True,
        "format": None if schema is None else dict(schema),
        "options": options,
    }
    # Servers refuse the word for models that cannot think, and some even to switch it off.
    if capabilities is not None and "thinking" in capabilities:
        parameters["think"] = sampling.reasoning is Reasoning.NATIVE
    if request.tools:
        parameters["tools"] = _tools(request.tools)
    return parameters


def first_call_number(messages: Sequence[Message]) -> int:
    """Return the number for the next call's id: this interface has none, and they must differ."""
    return sum(len(message.tool_calls) for message in messages)


def read_call(number: int, name: str, arguments: Mapping[str, Any]) -> ToolCall:
    """Return a call as the model wrote it, with an id that is the same whenever it is asked."""
    return ToolCall(f"call_{number}", name, json.dumps(dict(arguments), ensure_ascii=False))


def _tools(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
            },
        }
        for tool in tools
    ]


def _messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    names = {call.id: call.name for message in messages for call in message.tool_calls}
    return [_message(message, names) for message in messages]


def _message(message: Message, names: Mapping[str, str]) -> dict[str, Any]:
    written: dict[str, Any] = {"role": message.author.value, "content": message.text}
    if message.tool_calls:
        written["tool_calls"] = [
            {"function": {"name": call.name, "arguments": _arguments(call.arguments)}}
            for call in message.tool_calls
        ]
    # Results are matched by the tool's name and their order; ids are unknown here.
    answered = names.get(message.tool_call_id or "")
    if message.author is Author.TOOL and answered is not None:
        written["tool_name"] = answered
    return written


def _arguments(text: str) -> dict[str, Any]:
    """Return the arguments as the object that this interface demands, whatever a model wrote."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = text
    return value if isinstance(value, dict) else {"arguments": value}
