"""Own the words around an agent: what a planner and an editor are told, and what a critic is asked.

It must not know what the tools do.
"""

from __future__ import annotations

from dataclasses import dataclass

from glossator_clients.types import Author, ChatRequest, Message, ModelInfo
from glossator_server.prompts.document import ASSUMED_CONTEXT_TOKENS
from glossator_server.prompts.files import template_for
from glossator_server.prompts.fix import VERDICT_SCHEMA, without_middle
from glossator_server.prompts.templates import PromptTemplate


@dataclass(frozen=True, slots=True)
class PlanQuestion:
    """What is to be planned: the wish, where it was said and the code there, places about it.

    `code` and `hits` are data already; each may be empty. `tools` tells a model without tool calls
    of its tools, empty for one that has them.
    """

    instruction: str
    where: str = ""
    code: str = ""
    hits: str = ""
    tools: str = ""


@dataclass(frozen=True, slots=True)
class ReviewedEdit:
    """A change as a critic gets to see it; `diff` and the programs' words are data already."""

    instruction: str
    plan: str
    diff: str
    checks: str


def plan_messages(question: PlanQuestion, template: PromptTemplate) -> tuple[Message, ...]:
    """Return what a planner is told first."""
    place = ""
    if question.where:
        place = "\n" + template.fill("place", {"where": question.where, "code": question.code})
    words = template.fill("task", {"instruction": question.instruction, "place": place})
    if question.hits:
        words += "\n\n" + template.fill("found", {"hits": question.hits})
    return _opening(template, question.tools, words)


def edit_messages(
    instruction: str, plan: str, tools: str, template: PromptTemplate
) -> tuple[Message, ...]:
    """Return what an editor is told first."""
    words = template.fill("task", {"instruction": instruction, "plan": plan})
    return _opening(template, tools, words)


def refusal(reasons: str, template: PromptTemplate) -> str:
    """Return what an editor is told that is not done yet; the reasons are data already."""
    return template.fill("refused", {"reasons": reasons})


def critic_question(edit: ReviewedEdit, model: ModelInfo, prompt: str = "") -> ChatRequest:
    """Return the question to a critic; a long diff is cut in the middle, and says so.

    `prompt` names the one that is filled, empty for the usual one.
    """
    template = template_for("edit-critic", prompt)
    context = model.context_tokens or ASSUMED_CONTEXT_TOKENS
    room = min(template.budget_tokens, context - template.sampling.max_tokens) * 2
    values = {
        "instruction": edit.instruction,
        "plan": edit.plan,
        "diff": without_middle(edit.diff, max(500, room)),
        "checks": edit.checks,
    }
    messages = (
        Message(Author.SYSTEM, template.fill("system", {})),
        Message(Author.USER, template.fill("task", values)),
    )
    return ChatRequest(messages, template.sampling, VERDICT_SCHEMA)


def _opening(template: PromptTemplate, tools: str, words: str) -> tuple[Message, ...]:
    protocol = "\n" + template.fill("protocol", {"tools": tools}) if tools else ""
    system = template.fill("system", {"protocol": protocol})
    return (Message(Author.SYSTEM, system), Message(Author.USER, words))
