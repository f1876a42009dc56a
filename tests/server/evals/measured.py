"""Own how tests measure: a small repository, scripted models, and the runner of the product."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn

from glossator_clients.protocol import ChatModel
from glossator_clients.router import Need, Router
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_clients.types import ModelInfo
from glossator_gate.types import Api, ModelEntry, Policy, Price
from glossator_server.evals.measuring import Measurement, Wish, begun
from glossator_server.evals.opened import Environment
from glossator_server.evals.running import Step
from glossator_server.evals.types import CaseSource, Configuration, Means, SourceKind
from glossator_server.indexes import Indexes
from glossator_server.policies import WorkspacePolicy
from glossator_server.settings import Settings

STACK = """\
#include "stack.h"

/**
 * stack_push() - Put an item on top of the pile.
 * @stack: The stack that grows.
 * @item: What is put there.
 *
 * Return: 0, or -ENOSPC where it is full.
 */
int stack_push(struct stack *stack, int item)
{
\tif (stack->used == 16)
\t\treturn -ENOSPC;
\tstack->items[stack->used++] = item;
\treturn 0;
}

/**
 * stack_clear() - Throw away whatever lies there.
 * @stack: The stack that becomes empty.
 */
void stack_clear(struct stack *stack)
{
\tstack->used = 0;
}

/**
 * stack_drain() - Hand every item over to a visitor.
 * @stack: The stack that is looked through.
 * @visit: What gets each of them.
 *
 * Return: How many there were.
 */
int stack_drain(struct stack *stack, void (*visit)(int))
{
\tint count = stack->used;

\twhile (stack->used)
\t\tvisit(stack->items[--stack->used]);
\treturn count;
}
"""
WORDS: Mapping[str, dict[str, Any]] = {
    "stack_push": {
        "summary": "Put an item on top of the pile.",
        "parameters": {"stack": "The stack that grows.", "item": "What is put there."},
        "returns": "0, or -ENOSPC where it is full.",
    },
    "stack_clear": {
        "summary": "Throw away whatever lies there.",
        "parameters": {"stack": "The stack that becomes empty."},
    },
    "stack_drain": {
        "summary": "Hand every item over to a visitor.",
        "parameters": {
            "stack": "The stack that is looked through.",
            "visit": "What gets each of them.",
        },
        "returns": "How many there were.",
    },
}
NAMES = tuple(WORDS)
# What stands in a function alone: the heads of the others are examples of its prompt.
_BODIES = {
    "stack_push": "stack->used++",
    "stack_clear": "stack->used = 0;",
    "stack_drain": "visit(stack->items",
}


def write_stack(folder: Path) -> Path:
    """Write a repository of one C file with three documented functions."""
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "stack.c").write_text(STACK)
    return folder


def as_people_said() -> list[ScriptedReply]:
    """Return answers with the very words that people wrote, however often they are asked for."""
    return [
        ScriptedReply(json.dumps(words), when=_BODIES[name], repeat=True)
        for name, words in WORDS.items()
    ]


def check_hidden(scripted: ScriptedModel) -> None:
    """Check that each function was asked for, and that nothing told what is said of it."""
    for name, words in WORDS.items():
        asked = [it for it in scripted.requests if _BODIES[name] in it.messages[-1].text]
        assert asked
        for request in asked:
            assert not any(str(words["summary"]) in it.text for it in request.messages)
            # What is known of a parameter from elsewhere is not asked for.
            assert request.schema is not None
            parameters = request.schema["properties"]["parameters"]["properties"]
            assert set(parameters) == set(words["parameters"])


def entry(name: str, price: Price | None = None) -> ModelEntry:
    """Return a scripted model as a policy lists it."""
    return ModelEntry(name, Api.SCRIPTED, (name,), price=price)


def model(name: str, replies: Sequence[str | ScriptedReply]) -> ScriptedModel:
    """Return a model that answers from a script."""
    return ScriptedModel(replies, ModelInfo(name, "scripted", name, "built-in", 8192, local=True))


def environment(
    folder: Path, models: Mapping[str, ScriptedModel], policy: Policy | None = None
) -> Environment:
    """Return what configurations are opened with, where those models are approved."""
    approved = policy or Policy(models=tuple(entry(it) for it in models))

    async def open_model(need: Need, policy: Policy) -> ChatModel:
        async def opened(wanted: ModelEntry) -> ChatModel:
            return models[wanted.id]

        return await Router(policy, opened).open(need)

    def unused(*_: object) -> NoReturn:
        raise AssertionError("nothing is indexed or checked here")

    means = Means(unused, unused)
    return Environment(
        WorkspacePolicy(approved, folder), Settings(), open_model, means, Indexes(unused)
    )


@asynccontextmanager
async def measurement(
    environment: Environment, *configurations: Configuration, limit: int | None = None
) -> AsyncIterator[Measurement]:
    """Begin a measurement of comments on the repository of an environment."""
    root = environment.policy.root
    assert root is not None
    source = CaseSource(
        SourceKind.MINED, root, environment.policy, environment.settings, limit=limit
    )
    async with begun(Wish("document", source, configurations), environment) as found:
        yield found


def ignore(step: Step) -> None:
    """Follow nothing."""
