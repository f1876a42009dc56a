"""Own the loop of an agent: a model acts, a tool answers, until it is done or has to stop.

It must not know which tools there are, nor what they do.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from glossator_clients.errors import IncompleteReplyError, ModelError
from glossator_clients.protocol import ChatModel, complete
from glossator_clients.types import Author, ChatReply, ChatRequest, Message, Sampling
from glossator_gate.redaction import Redaction
from glossator_gate.types import DataClass, Errand
from glossator_server.agent.actions import (
    Action,
    ActionFormatError,
    AgentTool,
    Permission,
    action_schema,
    as_offered,
    makes_calls,
    read_actions,
)
from glossator_server.agent.data import cut
from glossator_server.agent.errors import ToolError
from glossator_server.agent.transcript import Transcript
from glossator_server.prompts.document import ASSUMED_CONTEXT_TOKENS, tokens_of
from glossator_server.reflection.loop import Spending

# A model that three times in a row writes nothing that can be read will not the fourth time.
MOST_FORMAT_ERRORS = 3
# The same action in the same state brings the same answer; it may be asked for again where the
# first one had to make room.
MOST_REPEATS = 4

Report = Callable[[str], None]


class Ending(StrEnum):
    """How an agent ended; stable, for programs."""

    FINISHED = "finished"
    STEPS = "out-of-steps"
    TOKENS = "out-of-tokens"
    SECONDS = "out-of-time"
    REPEATED = "repeats-itself"
    FORMAT = "format-errors"
    MODEL = "model-failed"


@dataclass(frozen=True, slots=True)
class AgentBudget:
    """How much an agent may cost: turns of the model, seconds of wall time, tokens."""

    steps: int = 40
    seconds: float = 600.0
    tokens: int = 300_000


@dataclass(frozen=True, slots=True)
class AgentTask:
    """What an agent is to do: its role, the first messages, its tools, its limits.

    `accept` says of the action that ends the work why it is not done yet, None where it is;
    `state` is what is the same for two equal states.
    """

    role: str
    opening: tuple[Message, ...]
    tools: Mapping[str, AgentTool]
    accept: Callable[[Action], Awaitable[str | None]]
    state: Callable[[], str]
    budget: AgentBudget
    data_class: DataClass
    sampling: Sampling


@dataclass(frozen=True, slots=True)
class AgentEnd:
    """How an agent ended; `action` is the one that ended it, None where it had to stop."""

    ending: Ending
    action: Action | None
    reason: str
    steps: int


@dataclass(slots=True)
class _Run:
    task: AgentTask
    model: ChatModel
    transcript: Transcript
    spending: Spending
    report: Report
    messages: list[Message]
    started: float = field(default_factory=time.monotonic)
    steps: int = 0
    format_errors: int = 0
    has_forgotten: bool = False
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def seconds_left(self) -> float:
        return self.task.budget.seconds - (time.monotonic() - self.started)


async def run_agent(
    task: AgentTask,
    model: ChatModel,
    transcript: Transcript,
    spending: Spending,
    report: Report,
) -> AgentEnd:
    """Have a model act until its work is accepted, or it must stop.

    Raises a `ModelError` where the model cannot answer its first question.
    """
    run = _Run(task, model, transcript, spending, report, list(task.opening))
    while True:
        if (end := _out_of_budget(run)) is not None:
            return end
        run.steps += 1
        try:
            reply = await _ask(run)
        except TimeoutError:
            return _stop(run, Ending.SECONDS, _seconds_used(run))
        except ModelError as trouble:
            if run.steps == 1 and not isinstance(trouble, IncompleteReplyError):
                raise
            if not isinstance(trouble, IncompleteReplyError):
                return _stop(run, Ending.MODEL, str(trouble).rstrip("."))
            reply = ChatReply("", None, model.info.id)
        if (end := await _turn(run, reply)) is not None:
            return end


async def _turn(run: _Run, reply: ChatReply) -> AgentEnd | None:
    """Do what an answer asks for; return how the work ended, None where it goes on."""
    run.transcript.add_reply(run.task.role, reply)
    run.messages.append(_as_said(reply))
    try:
        actions = read_actions(reply, run.task.tools)
    except ActionFormatError as trouble:
        run.format_errors += 1
        _answer_all(run, reply, str(trouble))
        if run.format_errors >= MOST_FORMAT_ERRORS:
            reason = f"{run.model.info.id} wrote nothing that can be done, three times in a row"
            return _stop(run, Ending.FORMAT, reason)
        return None
    run.format_errors = 0
    for action in actions:
        key = json.dumps([run.task.state(), action.tool, action.arguments], sort_keys=True)
        run.seen[key] += 1
        if run.seen[key] >= MOST_REPEATS:
            return _stop(run, Ending.REPEATED, f"{run.model.info.id} goes round in circles")
        if run.task.tools[action.tool].permission is Permission.END:
            objection = await run.task.accept(action)
            if objection is None:
                run.transcript.add("end", ending=Ending.FINISHED, steps=run.steps)
                return AgentEnd(Ending.FINISHED, action, "", run.steps)
            _answer(run, action, objection)
        else:
            _answer(run, action, await _done(run, action))
    return None


async def _done(run: _Run, action: Action) -> str:
    tool = run.task.tools[action.tool]
    run.report(_in_words(action))
    try:
        said = "" if tool.run is None else await tool.run(action.arguments)
    except ToolError as trouble:
        said = f"Not done: {trouble}"
    return cut(said, tool.most_characters, "ask for less at once")


def _answer(run: _Run, action: Action, said: str) -> None:
    run.transcript.add("result", tool=action.tool, arguments=dict(action.arguments), said=said)
    author = Author.TOOL if action.id else Author.USER
    text = said if action.id else f"{action.tool} says:\n{said}"
    run.messages.append(Message(author, text, tool_call_id=action.id or None))


def _answer_all(run: _Run, reply: ChatReply, said: str) -> None:
    """Tell what is wrong with an answer; every tool call must have its own answer."""
    run.transcript.add("error", said=said)
    if not reply.tool_calls:
        run.messages.append(Message(Author.USER, said))
    for it in reply.tool_calls:
        run.messages.append(Message(Author.TOOL, said, tool_call_id=it.id))


async def _ask(run: _Run) -> ChatReply:
    info = run.model.info
    tools = tuple(run.task.tools.values())
    native = makes_calls(info)
    request = ChatRequest(
        _fitting(run),
        run.task.sampling,
        None if native else action_schema(tools),
        as_offered(tools) if native else (),
        Errand("chat", run.task.role, run.task.data_class),
    )
    began = time.monotonic()
    async with asyncio.timeout(max(0.0, run.seconds_left)):
        reply = await complete(run.model, request)
    run.spending.count(reply, info, time.monotonic() - began)
    return reply


def _fitting(run: _Run) -> tuple[Message, ...]:
    """Return the conversation as it fits the model: the oldest answers of tools go first.

    The last one, which the model has not seen yet, is cut where nothing else is left to go.
    """
    context = run.model.info.context_tokens or ASSUMED_CONTEXT_TOKENS
    room = context - run.task.sampling.max_tokens
    messages = run.messages
    for at in range(len(run.task.opening), len(messages) - 1):
        if tokens_of(tuple(messages)) <= room:
            break
        it = messages[at]
        if it.author in (Author.TOOL, Author.USER) and len(it.text) > len(_LEFT_OUT):
            messages[at] = Message(it.author, _LEFT_OUT, tool_call_id=it.tool_call_id)
            run.has_forgotten = True
    is_answer = len(messages) > len(run.task.opening)
    while is_answer and len(messages[-1].text) > _LEAST_LEFT and tokens_of(tuple(messages)) > room:
        half = cut(messages[-1].text, len(messages[-1].text) // 2, "ask for less at once")
        messages[-1] = replace(messages[-1], text=half)
        run.has_forgotten = True
    return _sealed(messages, run.transcript) if run.has_forgotten else tuple(messages)


def _sealed(messages: Sequence[Message], transcript: Transcript) -> tuple[Message, ...]:
    """Return messages without the secrets that only what was left out told to be some.

    What is known by itself is left to the guard, which puts it back into answers.
    """
    guard = Redaction()

    def sealed(text: str) -> str:
        seen = guard.redacted(text)
        return text if transcript.sealed(seen) == seen else transcript.sealed(text)

    return tuple(
        replace(
            it,
            text=sealed(it.text),
            tool_calls=tuple(
                replace(call, arguments=sealed(call.arguments)) for call in it.tool_calls
            ),
        )
        for it in messages
    )


# Of an answer; halves of less say nothing.
_LEAST_LEFT = 1_000
_LEFT_OUT = "[What this told is left out to make room; ask again where it is needed.]"


def _out_of_budget(run: _Run) -> AgentEnd | None:
    budget = run.task.budget
    if run.steps >= budget.steps:
        return _stop(run, Ending.STEPS, f"the {budget.steps} steps are used up")
    if run.spending.tokens >= budget.tokens:
        return _stop(run, Ending.TOKENS, f"the budget of {budget.tokens} tokens is used up")
    if run.seconds_left <= 0:
        return _stop(run, Ending.SECONDS, _seconds_used(run))
    return None


def _seconds_used(run: _Run) -> str:
    return f"the {run.task.budget.seconds:.0f} seconds are used up"


def _stop(run: _Run, ending: Ending, reason: str) -> AgentEnd:
    run.transcript.add("end", ending=ending, steps=run.steps, reason=reason)
    return AgentEnd(ending, None, reason, run.steps)


def _as_said(reply: ChatReply) -> Message:
    nothing = "" if reply.tool_calls else "(nothing)"
    return Message(Author.ASSISTANT, reply.text or nothing, reply.tool_calls)


def _in_words(action: Action) -> str:
    about = next((str(it) for it in action.arguments.values() if isinstance(it, str)), "")
    first = about.strip().partition("\n")[0][:60]
    return f"{action.tool.replace('_', ' ')} {first}".strip()
