"""Own how a request is written for a server, and what to leave out after a refusal.

It must not send anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from glossator_clients.openai_profiles import SchemaWay, Traits, thinks
from glossator_clients.reasoning import asked_schema, most_tokens
from glossator_clients.token_bounds import most_prompt_tokens
from glossator_clients.types import Author, ChatRequest, JsonSchema, Message, Reasoning, Tool

# What changes an answer's quality, at most: a server that refuses one is asked without it. Stop
# sequences are cut here in any case.
_DROPPABLE = (
    "stream_options",
    "chat_template_kwargs",
    "reasoning_format",
    "parallel_tool_calls",
    "cache_prompt",
    "temperature",
    "top_p",
    "seed",
    "stop",
)
_LENGTH_OPTIONS = ("max_tokens", "max_completion_tokens")
_TOOLS_REFUSED = re.compile(
    r"tool[ _-]?(choice|call|use|param)|\btools\b|function call", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Habits:
    """What a server has been seen to take."""

    dropped: frozenset[str] = frozenset()
    schema_step: int = 0
    effort_step: int = 0
    length_step: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known of a server: its kind, its habits, and how much context the model has.

    `always` is what goes along with every request to this model.
    """

    traits: Traits
    habits: Habits
    context_tokens: int | None
    always: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a server did not take a request: its words, and the option that it names."""

    words: str
    option: str | None = None


def parameters(
    name: str, request: ChatRequest, terms: Terms
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the SDK's arguments for a request, and those that the interface does not know."""
    sampling, traits, habits = request.sampling, terms.traits, terms.habits
    first = 1 if thinks(name) and traits.efforts else 0
    length = _LENGTH_OPTIONS[(first + habits.length_step) % len(_LENGTH_OPTIONS)]
    known: dict[str, Any] = {
        "model": name,
        "messages": [_message(it) for it in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        length: _most_written(request, terms.context_tokens),
    }
    if traits.widest_top_p is not None and sampling.top_p > traits.widest_top_p:
        del known["top_p"]
    if sampling.stop:
        known["stop"] = list(sampling.stop)[: traits.most_stops]
    if sampling.seed is not None:
        known["seed"] = sampling.seed
    extra: dict[str, Any] = {**traits.always, **terms.always}
    if request.tools:
        known["tools"] = [_tool(it) for it in request.tools]
        known |= traits.with_tools
    _ask_to_think(known, extra, request, terms)
    schema = asked_schema(request)
    if schema is not None:
        way = traits.schema_ways[habits.schema_step]
        if request.tools and not traits.schema_with_tools:
            way = SchemaWay.PROMPT_ONLY
        _constrain(known, extra, schema, way)
    for option in habits.dropped:
        known.pop(option, None)
        extra.pop(option, None)
    return known, extra


def adapted(
    terms: Terms, refusal: Refusal, request: ChatRequest, sent: Mapping[str, Any]
) -> Habits | None:
    """Return what to try next after a refusal of `sent`, or None where nothing is left."""
    habits = terms.habits
    for option in _DROPPABLE:
        if option in sent and option not in habits.dropped and _names(refusal, option):
            return replace(habits, dropped=habits.dropped | {option})
    if "reasoning_effort" in sent and _names(refusal, "reasoning_effort"):
        return replace(habits, effort_step=habits.effort_step + 1)
    if habits.length_step == 0 and any(_names(refusal, it) for it in _LENGTH_OPTIONS):
        return replace(habits, length_step=1)
    weaker = habits.schema_step + 1
    if request.schema is not None and weaker < len(terms.traits.schema_ways):
        return replace(habits, schema_step=weaker)
    return None


def refuses_tools(refusal: Refusal, request: ChatRequest) -> bool:
    """Say whether what the server refuses are the request's tools."""
    return bool(request.tools) and _TOOLS_REFUSED.search(refusal.words) is not None


def _names(refusal: Refusal, option: str) -> bool:
    if refusal.option is not None and refusal.option.split(".")[0] == option:
        return True
    # Short names are words of English too: these count in quotes only.
    quote = "" if "_" in option or option == "temperature" else "[`'\"]"
    pattern = rf"(?<![\w.]){quote}{option}{quote}(?!\w)"
    return re.search(pattern, refusal.words) is not None


def _message(message: Message) -> dict[str, Any]:
    # Half of a surrogate pair, as broken sources hold it, is no text that can be sent.
    text = message.text.encode("utf-8", "replace").decode()
    written: dict[str, Any] = {"role": message.author.value, "content": text}
    if message.tool_calls:
        written["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    if message.author is Author.TOOL and message.tool_call_id is not None:
        written["tool_call_id"] = message.tool_call_id
    return written


def _tool(tool: Tool) -> dict[str, Any]:
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
    }
    return {"type": "function", "function": function}


def tools_of(request: ChatRequest) -> list[dict[str, Any]]:
    """Return the request's tools as they are sent."""
    return [_tool(it) for it in request.tools]


def messages_of(request: ChatRequest) -> list[dict[str, Any]]:
    """Return the request's messages as they are sent."""
    return [_message(it) for it in request.messages]


def _most_written(request: ChatRequest, context: int | None) -> int:
    """Return how much the model may write; room for thinking is given where there is some.

    Servers refuse a request whose prompt and answer together are longer than the context.
    """
    asked, wanted = request.sampling.max_tokens, most_tokens(request.sampling)
    if context is None:
        return wanted
    return max(asked, min(wanted, context - most_prompt_tokens(request)))


def _ask_to_think(
    known: dict[str, Any], extra: dict[str, Any], request: ChatRequest, terms: Terms
) -> None:
    """Ask the model to think, or not to: where it thinks in a field, not in its own channel too."""
    traits, habits = terms.traits, terms.habits
    if request.sampling.reasoning is Reasoning.NATIVE:
        extra |= traits.thinking
        return
    extra |= traits.no_thinking
    if thinks(str(known["model"])) and habits.effort_step < len(traits.efforts):
        known["reasoning_effort"] = traits.efforts[habits.effort_step]


def _constrain(
    known: dict[str, Any], extra: dict[str, Any], schema: JsonSchema, way: SchemaWay
) -> None:
    plain = dict(schema)
    match way:
        case SchemaWay.JSON_SCHEMA:
            answer = {"name": "answer", "strict": _is_strict(schema), "schema": plain}
            known["response_format"] = {"type": "json_schema", "json_schema": answer}
            return
        case SchemaWay.GUIDED_JSON:
            extra["guided_json"] = plain
            return
        case SchemaWay.OBJECT_WITH_VALUE:
            known["response_format"] = {"type": "json_object", "value": plain}
            return
        case SchemaWay.OBJECT_WITH_SCHEMA:
            known["response_format"] = {"type": "json_object", "schema": plain}
            return
        case SchemaWay.OBJECT_WITH_SCHEMA_TEXT:
            known["response_format"] = {"type": "json_object", "schema": json.dumps(plain)}
            return
        case SchemaWay.JSON_OBJECT:
            known["response_format"] = {"type": "json_object"}
        case SchemaWay.PROMPT_ONLY:
            pass
    _ask_in_words(known["messages"], schema)


def _ask_in_words(messages: list[dict[str, Any]], schema: JsonSchema) -> None:
    words = "Answer with one JSON object and nothing else. It must fit this JSON schema:\n"
    words += json.dumps(schema, ensure_ascii=False)
    if messages and messages[-1]["role"] == Author.USER:
        messages[-1]["content"] += f"\n\n{words}"
    else:
        messages.append({"role": Author.USER.value, "content": words})


def _is_strict(schema: object) -> bool:
    """Say whether OpenAI's strict mode takes the schema: all fields required, none but these."""
    if isinstance(schema, list | tuple):
        return all(map(_is_strict, schema))
    if not isinstance(schema, Mapping):
        return True
    properties = schema.get("properties")
    if isinstance(properties, Mapping) and (
        schema.get("additionalProperties") is not False
        or set(schema.get("required", ())) != set(properties)
    ):
        return False
    return all(map(_is_strict, schema.values()))
