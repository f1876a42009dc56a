"""Own the actions of an agent's model: how they are described to it, and how an answer is read.

A model that has tool calls makes them; every other writes one JSON object a turn,
`{"tool": NAME, "arguments": {...}}`. What is read is checked against its schema here and nowhere
else; this module must not run anything.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from glossator_clients.types import ChatReply, JsonSchema, ModelInfo, Tool
from glossator_gate.errors import GlossatorError
from glossator_server.prompts.fix import is_small
from glossator_server.prompts.objects import objects_in

MOST_REPLY_CHARACTERS = 400_000
# More at once is a model that has lost the thread.
MOST_CALLS = 16
_MOST_SHOWN = 200


class Permission(StrEnum):
    """What a tool may touch: nothing is written to the disk by any."""

    READ = "read"
    STAGE = "stage"
    RUN = "run"
    WEB = "web"
    END = "end"


@dataclass(frozen=True, slots=True)
class AgentTool:
    """A tool of an agent.

    `parameters` is the JSON schema of its arguments. `run` returns what the model is told, of which
    at most `most_characters` are; it raises `ToolError`. A tool that ends the work has none.
    """

    name: str
    description: str
    parameters: JsonSchema
    permission: Permission
    run: Callable[[Mapping[str, Any]], Awaitable[str]] | None = None
    most_characters: int = 12_000


@dataclass(frozen=True, slots=True)
class Action:
    """What a model wants done; `id` is that of its tool call, empty for a JSON object."""

    tool: str
    arguments: Mapping[str, Any]
    id: str = ""


class ActionFormatError(GlossatorError):
    """An answer holds no action that can be taken; the message goes back to the model."""


def makes_calls(model: ModelInfo) -> bool:
    """Tell whether a model is known to make tool calls.

    The one that comes with the product has a template for them and cannot make them; a schema
    holds it to what fits.
    """
    return model.takes_tools is True and not is_small(model)


def as_offered(tools: Sequence[AgentTool]) -> tuple[Tool, ...]:
    """Return tools as a model with tool calls is offered them."""
    return tuple(Tool(it.name, it.description, it.parameters) for it in tools)


def action_schema(tools: Sequence[AgentTool]) -> JsonSchema:
    """Return the JSON schema of one action with one of some tools."""
    return {"anyOf": [_schema_of(it) for it in tools]}


def in_words(tools: Sequence[AgentTool]) -> str:
    """Return tools as a model without tool calls is told of them, a line each."""
    return "\n".join(f"- {it.name}{_arguments(it)}: {it.description}" for it in tools)


def read_actions(reply: ChatReply, tools: Mapping[str, AgentTool]) -> tuple[Action, ...]:
    """Return the actions of an answer in its order, each with arguments that fit its tool.

    Raises `ActionFormatError` where there is none, or one that does not fit.
    """
    if len(reply.text) > MOST_REPLY_CHARACTERS:
        raise ActionFormatError("The answer is too long; take one small step at a time.")
    if reply.tool_calls:
        if len(reply.tool_calls) > MOST_CALLS:
            raise ActionFormatError(f"Make at most {MOST_CALLS} tool calls at once.")
        calls = reply.tool_calls
        return tuple(_action(it.name, _object(it.arguments), tools, it.id) for it in calls)
    for found in objects_in(reply.text):
        if "tool" in found:
            return (_action(found["tool"], found.get("arguments", {}), tools),)
    raise ActionFormatError(
        'The answer holds no action; answer with one JSON object {"tool": NAME, "arguments": {...}}'
        f" and nothing else. Tools: {', '.join(tools)}."
    )


def _action(
    name: object, arguments: object, tools: Mapping[str, AgentTool], call: str = ""
) -> Action:
    if not isinstance(name, str) or name not in tools:
        shown = str(name)[:_MOST_SHOWN]
        raise ActionFormatError(f"There is no tool {shown!r}; there are {', '.join(tools)}.")
    if not isinstance(arguments, Mapping):
        raise ActionFormatError(f"The arguments of {name} must be a JSON object.")
    if (trouble := mismatch(arguments, tools[name].parameters)) is not None:
        raise ActionFormatError(f"The arguments of {name} do not fit: {trouble}.")
    return Action(name, arguments, call)


def _object(text: str) -> object:
    try:
        return json.loads(text or "{}", strict=False)
    except (ValueError, RecursionError):
        return next(iter(objects_in(text)), None)


def mismatch(arguments: Mapping[str, Any], schema: JsonSchema) -> str | None:
    """Return what is wrong with arguments, None where they fit their schema."""
    from jsonschema import Draft202012Validator

    found = Draft202012Validator(dict(schema)).iter_errors(dict(arguments))
    error = next(iter(found), None)
    if error is None:
        return None
    where = ".".join(map(str, error.absolute_path))
    said = str(error.message)
    # The value comes first, and may be long; what is wrong with it stands at the end.
    half = _MOST_SHOWN // 2
    shown = said if len(said) <= _MOST_SHOWN else f"{said[:half]} ... {said[-half:]}"
    return f"{where}: {shown}" if where else shown


def _schema_of(tool: AgentTool) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"tool": {"const": tool.name}, "arguments": tool.parameters},
        "required": ["tool", "arguments"],
        "additionalProperties": False,
    }


def _arguments(tool: AgentTool) -> str:
    required = tool.parameters.get("required", ())
    names = tool.parameters.get("properties", {})
    return "{" + ", ".join(it if it in required else f"{it}?" for it in names) + "}"
