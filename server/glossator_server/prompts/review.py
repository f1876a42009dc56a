"""Own the question to a reviewer, and the reading of the findings in its answer.

It must not judge whether a finding is true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from glossator_clients.types import Author, ChatRequest, JsonSchema, Message, ModelInfo
from glossator_server.prompts.document import (
    ASSUMED_CONTEXT_TOKENS,
    LANGUAGE_NAMES,
    tokens_of,
)
from glossator_server.prompts.files import template_for
from glossator_server.prompts.fix import Background, background_messages
from glossator_server.prompts.objects import objects_in
from glossator_server.prompts.replies import MAX_REPLY_CHARACTERS
from glossator_server.prompts.templates import with_choices
from glossator_server.sampling import AskingOptions

MOST_FINDINGS = 5
MOST_SENTENCE_CHARACTERS = 400
SEVERITIES = ("error", "warning", "information")


@dataclass(frozen=True, slots=True)
class SaidFinding:
    """A finding as a model says it: the line that it quotes, how bad, what and how to mend it."""

    quote: str
    severity: str
    problem: str
    fix: str


def review_prompt(
    language: str,
    name: str,
    code: str,
    background: Sequence[Background],
    model: ModelInfo,
    asking: AskingOptions,
) -> tuple[ChatRequest, int] | None:
    """Return the question and how much of the background was left out; None where it cannot fit."""
    template = template_for("review", asking.prompt("review"))
    sampling = with_choices(template.sampling, asking.sampling)
    context = model.context_tokens or ASSUMED_CONTEXT_TOKENS
    budget = min(template.budget_tokens, context - sampling.max_tokens)
    shown = LANGUAGE_NAMES.get(language, language)
    kept = list(background)
    while True:
        messages = (
            Message(Author.SYSTEM, template.fill("system", {"language": shown})),
            *background_messages(template, kept),
            Message(Author.USER, template.fill("task", {"name": name, "code": code})),
        )
        if tokens_of(messages) <= budget:
            return ChatRequest(messages, sampling, FINDINGS_SCHEMA), len(background) - len(kept)
        if not kept:
            return None
        kept.pop()


def read_findings(answer: str) -> tuple[SaidFinding, ...] | None:
    """Return the findings of an answer, None where it holds no list of them."""
    for found in objects_in(answer[:MAX_REPLY_CHARACTERS]):
        said = found.get("findings")
        if isinstance(said, list):
            read = (_finding(it) for it in said)
            return tuple(it for it in read if it is not None)[:MOST_FINDINGS]
    return None


FINDINGS_SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {
        "findings": {
            "type": "array",
            "maxItems": MOST_FINDINGS,
            "items": {
                "type": "object",
                "properties": {
                    "quote": {"type": "string", "maxLength": 300},
                    "severity": {"type": "string", "enum": list(SEVERITIES)},
                    "problem": {"type": "string", "maxLength": MOST_SENTENCE_CHARACTERS},
                    "fix": {"type": "string", "maxLength": MOST_SENTENCE_CHARACTERS},
                },
                "required": ["quote", "severity", "problem", "fix"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["findings"],
    "additionalProperties": False,
}


def _finding(said: object) -> SaidFinding | None:
    if not isinstance(said, dict):
        return None
    quote, problem = said.get("quote"), said.get("problem")
    if not (isinstance(quote, str) and isinstance(problem, str) and problem.strip()):
        return None
    severity = str(said.get("severity"))
    return SaidFinding(
        quote,
        severity if severity in SEVERITIES else "warning",
        _one_line(problem),
        _one_line(str(said.get("fix") or "")),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())[:MOST_SENTENCE_CHARACTERS]
