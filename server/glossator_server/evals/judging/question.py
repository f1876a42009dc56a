"""Own the question which of two texts is better: its prompt, its form, how the answer is read.

All that is shown is framed as data; it must not be obeyed, nor say who wrote what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from glossator_clients.types import Author, ChatRequest, JsonSchema, Message, ModelInfo
from glossator_server.agent.data import as_data
from glossator_server.prompts.document import ASSUMED_CONTEXT_TOKENS, tokens_of
from glossator_server.prompts.fix import without_middle
from glossator_server.prompts.objects import objects_in
from glossator_server.prompts.replies import MAX_REPLY_CHARACTERS
from glossator_server.prompts.templates import PromptTemplate, with_choices
from glossator_server.sampling import SamplingOptions

_LONGEST_REASON = 400
# Below this a text says too little to be compared.
_SHORTEST = 200
# What is cut of everything where it does not fit, time after time.
_CUT = 0.8
_BETTER = {
    "first": "first",
    "1": "first",
    "text 1": "first",
    "second": "second",
    "2": "second",
    "text 2": "second",
    "tie": "tie",
}


class Preference(StrEnum):
    """Which of two texts is better."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"


@dataclass(frozen=True, slots=True)
class Compared:
    """Two texts for one task as a judge gets to see them; `what` says in words what they are."""

    what: str
    task: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a judge says of two texts, and why."""

    better: Preference
    reason: str


def judge_request(
    compared: Compared, template: PromptTemplate, model: ModelInfo, chosen: SamplingOptions
) -> ChatRequest | None:
    """Return the question for a model, None where too little of the texts would fit it.

    Where they do not fit whole, all are cut in their middle by the same share, which is said there.
    """
    sampling = with_choices(template.sampling, chosen)
    context = model.context_tokens or ASSUMED_CONTEXT_TOKENS
    budget = min(template.budget_tokens, context - sampling.max_tokens)
    texts = {"task": compared.task, "first": compared.first, "second": compared.second}
    most = max(map(len, texts.values()))
    while tokens_of(messages := _messages(compared.what, texts, template, most)) > budget:
        most = int(most * _CUT)
        if most < _SHORTEST:
            return None
    return ChatRequest(messages, sampling, PREFERENCE_SCHEMA)


def read_opinion(answer: str) -> Opinion | None:
    """Return what an answer says, None where it names none of the three."""
    for found in objects_in(answer[:MAX_REPLY_CHARACTERS]):
        better = found.get("better")
        said = _BETTER.get(str(better).strip().strip('"').lower())
        if said is not None:
            reason = " ".join(str(found.get("reason") or "").split())[:_LONGEST_REASON]
            return Opinion(Preference(said), reason)
    return None


# The reason comes first, so that the answer can follow from it.
PREFERENCE_SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {
        "reason": {"type": "string", "maxLength": _LONGEST_REASON},
        "better": {"type": "string", "enum": [it.value for it in Preference]},
    },
    "required": ["reason", "better"],
    "additionalProperties": False,
}


def _messages(
    what: str, texts: Mapping[str, str], template: PromptTemplate, most: int
) -> tuple[Message, ...]:
    shown = {name: without_middle(text, most) for name, text in texts.items()}
    rubric = template.fill("rubric", {})
    values = {
        "task": as_data("the task", shown["task"]),
        "first": as_data("the first text", shown["first"]),
        "second": as_data("the second text", shown["second"]),
    }
    return (
        Message(Author.SYSTEM, template.fill("system", {"what": what, "rubric": rubric})),
        Message(Author.USER, template.fill("task", values)),
    )
