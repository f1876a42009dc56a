"""Own the questions about code that a model is asked, as they fit it, and the reading of claims.

It must not choose what is shown, nor judge whether an answer is true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from glossator_clients.types import Author, ChatRequest, JsonSchema, Message, ModelInfo
from glossator_server.prompts.document import ASSUMED_CONTEXT_TOKENS, tokens_of
from glossator_server.prompts.fix import is_small
from glossator_server.prompts.objects import objects_in
from glossator_server.prompts.replies import MAX_REPLY_CHARACTERS
from glossator_server.prompts.templates import PromptTemplate, load_template, with_choices
from glossator_server.sampling import SamplingOptions

# What a model answers that finds nothing in what it is shown.
NOTHING_SAID = "NOT FOUND"
MOST_CLAIMS = 3
MOST_CLAIM_CHARACTERS = 200
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


@dataclass(frozen=True, slots=True)
class SaidClaim:
    """A sentence as a small model says it, and the number of the piece that it names."""

    text: str
    source: int


def ask_prompt(
    subject: AskSubject, model: ModelInfo, wanted_sampling: SamplingOptions
) -> AskPrompt | None:
    """Return the question as far as it fits, None where not even one piece fits beside it.

    The least useful pieces go first, then what was said before.
    """
    template = load_template("ask-small" if is_small(model) else "ask")
    schema = claims_schema if is_small(model) else None
    sampling = with_choices(template.sampling, wanted_sampling)
    budget = _budget(template, sampling.max_tokens, model)
    without_turns = False
    shown = len(subject.pieces)
    while True:
        kept = replace(subject, pieces=subject.pieces[:shown])
        messages = _ask_messages(template, kept)
        if tokens_of(messages) <= budget:
            wanted = None if schema is None else schema(shown)
            return AskPrompt(ChatRequest(messages, sampling, wanted), shown, without_turns)
        if shown > 1:
            shown -= 1
        elif subject.turns:
            subject, without_turns = replace(subject, turns=""), True
            shown = len(subject.pieces)
        else:
            return None


def explain_prompt(
    what: str, pieces: Sequence[str], model: ModelInfo, wanted_sampling: SamplingOptions
) -> AskPrompt | None:
    """Return the wish to explain the first piece; the others help, as far as they fit."""
    template = load_template("explain")
    sampling = with_choices(template.sampling, wanted_sampling)
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
    what: str, parts: Sequence[str], model: ModelInfo, wanted_sampling: SamplingOptions
) -> AskPrompt | None:
    """Return the wish to sum up explanations of parts, as many of the first as fit."""
    template = load_template("explain")
    sampling = with_choices(template.sampling, wanted_sampling)
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


def summarise_request(turns: str, model: ModelInfo) -> ChatRequest | None:
    """Return the wish to shorten a conversation, None where it does not fit the model."""
    template = load_template("summarise")
    messages = (
        Message(Author.SYSTEM, template.fill("system", {})),
        Message(Author.USER, template.fill("task", {"turns": turns})),
    )
    budget = _budget(template, template.sampling.max_tokens, model)
    return ChatRequest(messages, template.sampling) if tokens_of(messages) <= budget else None


def read_claims(answer: str) -> tuple[SaidClaim, ...]:
    """Return the claims of a small model's answer, none where it holds no list of them."""
    for found in objects_in(answer[:MAX_REPLY_CHARACTERS]):
        said = found.get("claims")
        if isinstance(said, list):
            read = (_claim(it) for it in said)
            return tuple(it for it in read if it is not None)[:MOST_CLAIMS]
    return ()


def claims_schema(pieces: int) -> JsonSchema:
    """Return the JSON schema of claims that each name one of so many pieces."""
    claim = {
        "type": "object",
        "properties": {
            "text": {"type": "string", "maxLength": MOST_CLAIM_CHARACTERS},
            "source": {"type": "integer", "enum": list(range(1, pieces + 1))},
        },
        "required": ["text", "source"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"claims": {"type": "array", "maxItems": MOST_CLAIMS, "items": claim}},
        "required": ["claims"],
        "additionalProperties": False,
    }


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


def _claim(said: object) -> SaidClaim | None:
    if not isinstance(said, dict):
        return None
    text, source = said.get("text"), said.get("source")
    if not isinstance(text, str) or not text.strip() or type(source) is not int:
        return None
    return SaidClaim(" ".join(text.split())[:MOST_CLAIM_CHARACTERS], source)
