"""Own the questions about code that a model is asked, as they fit it.

It must not choose what is shown, nor judge whether an answer is true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from glossator_clients.types import Author, ChatRequest, Message, ModelInfo
from glossator_server.prompts.document import ASSUMED_CONTEXT_TOKENS, tokens_of
from glossator_server.prompts.files import template_for
from glossator_server.prompts.templates import PromptTemplate, with_choices
from glossator_server.sampling import AskingOptions

# What a model answers that finds nothing in what it is shown.
NOTHING_SAID = "NOT FOUND"
# A place and a sentence: whoever asks with a whole file pasted is told so by the caller.
_MOST_WHERE_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class AskSubject:
    """What is asked: the question, the pieces as they are shown (most useful first), what was said.

    `where` is the place at which it was asked, maybe empty; `turns` is data already.
    """

    question: str
    pieces: tuple[str, ...]
    where: str = ""
    turns: str = ""


@dataclass(frozen=True, slots=True)
class AskPrompt:
    """A request that fits the model; only the first `shown` pieces are in it."""

    request: ChatRequest
    shown: int
    without_turns: bool = False


def ask_prompt(subject: AskSubject, model: ModelInfo, asking: AskingOptions) -> AskPrompt | None:
    """Return the question as far as it fits, None where not even one piece fits beside it.

    The least useful pieces go first, then what was said before.
    """
    template = template_for("ask", asking.prompt("ask"))
    sampling = with_choices(template.sampling, asking.sampling)
    budget = _budget(template, sampling.max_tokens, model)
    without_turns = False
    shown = len(subject.pieces)
    while True:
        kept = replace(subject, pieces=subject.pieces[:shown])
        messages = _ask_messages(template, kept)
        if tokens_of(messages) <= budget:
            return AskPrompt(ChatRequest(messages, sampling), shown, without_turns)
        if shown > 1:
            shown -= 1
        elif subject.turns:
            subject, without_turns = replace(subject, turns=""), True
            shown = len(subject.pieces)
        else:
            return None


def explain_prompt(
    what: str, pieces: Sequence[str], model: ModelInfo, asking: AskingOptions
) -> AskPrompt | None:
    """Return the wish to explain the first piece; the others help, as far as they fit."""
    template = template_for("explain", asking.prompt("explain"))
    sampling = with_choices(template.sampling, asking.sampling)
    budget = _budget(template, sampling.max_tokens, model)
    for shown in range(len(pieces), 0, -1):
        others = "; the others are code that it uses or that uses it" if shown > 1 else ""
        messages = (
            Message(Author.SYSTEM, template.fill("system", {})),
            Message(Author.USER, _joined(template, pieces[:shown])),
            Message(Author.USER, template.fill("task", {"what": what, "others": others})),
        )
        if tokens_of(messages) <= budget:
            return AskPrompt(ChatRequest(messages, sampling), shown)
    return None


def whole_prompt(
    what: str, parts: Sequence[str], model: ModelInfo, asking: AskingOptions
) -> AskPrompt | None:
    """Return the wish to sum up explanations of parts, as many of the first as fit."""
    template = template_for("explain", asking.prompt("explain"))
    sampling = with_choices(template.sampling, asking.sampling)
    budget = _budget(template, sampling.max_tokens, model)
    for shown in range(len(parts), 0, -1):
        values = {"what": what, "pieces": "\n\n".join(parts[:shown])}
        messages = (
            Message(Author.SYSTEM, template.fill("system", {})),
            Message(Author.USER, template.fill("whole", values)),
        )
        if tokens_of(messages) <= budget:
            return AskPrompt(ChatRequest(messages, sampling), shown)
    return None


def summarise_request(turns: str, model: ModelInfo, prompt: str = "") -> ChatRequest | None:
    """Return the wish to shorten a conversation, None where it does not fit the model.

    `prompt` names the one that is filled, empty for the usual one.
    """
    template = template_for("summarise", prompt)
    messages = (
        Message(Author.SYSTEM, template.fill("system", {})),
        Message(Author.USER, template.fill("task", {"turns": turns})),
    )
    budget = _budget(template, template.sampling.max_tokens, model)
    return ChatRequest(messages, template.sampling) if tokens_of(messages) <= budget else None


def _budget(template: PromptTemplate, answer_tokens: int, model: ModelInfo) -> int:
    context = model.context_tokens or ASSUMED_CONTEXT_TOKENS
    return min(template.budget_tokens, context - answer_tokens)


def _ask_messages(template: PromptTemplate, subject: AskSubject) -> tuple[Message, ...]:
    where = " ".join(subject.where.split())[:_MOST_WHERE_CHARACTERS]
    place = template.fill("place", {"where": where}) if where else ""
    task = template.fill("task", {"place": place, "question": subject.question})
    messages = [Message(Author.SYSTEM, template.fill("system", {}))]
    messages.append(Message(Author.USER, _joined(template, subject.pieces)))
    if subject.turns:
        words = template.fill("conversation", {"turns": subject.turns})
        messages.append(Message(Author.USER, words))
    return (*messages, Message(Author.USER, task))


def _joined(template: PromptTemplate, pieces: Sequence[str]) -> str:
    return template.fill("pieces", {"pieces": "\n\n".join(pieces)})
