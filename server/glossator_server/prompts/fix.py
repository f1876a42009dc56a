"""Own the prompts around a fix: the one that asks for it, and the one that asks a critic.

What does not fit is left out, least useful first, and never silently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from glossator_clients.types import Author, ChatRequest, JsonSchema, Message, ModelInfo
from glossator_server.prompts.document import (
    ASSUMED_CONTEXT_TOKENS,
    LANGUAGE_NAMES,
    tokens_of,
)
from glossator_server.prompts.files import template_for
from glossator_server.prompts.objects import objects_in
from glossator_server.prompts.replies import MAX_REPLY_CHARACTERS
from glossator_server.prompts.templates import PromptTemplate, with_choices
from glossator_server.sampling import SamplingOptions

# An answer that ran wild would fill the context with itself.
MOST_SHOWN_ANSWER = 6_000
MOST_PROBLEM_CHARACTERS = 3_000
MOST_LINE_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Background:
    """A piece of text from elsewhere, and what it is."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class FixSubject:
    """What is to be mended: the code that is shown, what is wrong, and what helps to know.

    `name` is the file's below its workspace; `problems` are sentences, the worst first; `wish` is
    what a person asked for, maybe empty; `background` has the most useful first. `lines` are those
    of the code that a small model may choose to change, likeliest first.
    """

    language: str
    name: str
    code: str
    problems: tuple[str, ...]
    wish: str = ""
    background: tuple[Background, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FixPrompt:
    """A request that fits the model, and a notice for what was left out of it."""

    request: ChatRequest
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewedChange:
    """A change as a critic gets to see it; `checks` are the words of the programs."""

    language: str
    problems: tuple[str, ...]
    diff: str
    checks: str


@dataclass(frozen=True, slots=True)
class CriticVerdict:
    """What a critic says: whether the problem is mended, and whether the change may be merged."""

    resolved: bool
    approve: bool
    problems: tuple[str, ...] = ()
    advice: str = ""

    @property
    def words(self) -> str:
        """Return what it has to say, in one line."""
        return "; ".join(self.problems) or self.advice


def is_small(model: ModelInfo) -> bool:
    """Tell whether a model can only fill in forms, as the one that comes with the product."""
    return model.api == "embedded"


def fix_prompt(
    subject: FixSubject, model: ModelInfo, wanted_sampling: SamplingOptions, prompt: str = ""
) -> FixPrompt | None:
    """Return the question for a fix, None where even code and problem do not fit the model.

    `prompt` names the one that is filled, empty for the model's usual one.
    The background goes first, what is least useful before the rest.
    """
    template = template_for("fix", prompt, model)
    sampling = with_choices(template.sampling, wanted_sampling)
    context = model.context_tokens or ASSUMED_CONTEXT_TOKENS
    # The answer, and one more round, have to fit beside it.
    budget = min(template.budget_tokens, (context - sampling.max_tokens) * 2 // 3)
    whole = len(subject.background)
    while (messages := _fix_messages(template, subject)) and tokens_of(messages) > budget:
        if not subject.background:
            return None
        subject = replace(subject, background=subject.background[:-1])
    left_out = whole - len(subject.background)
    notices = [template.trouble] if template.trouble else []
    if left_out:
        notices.append(f"{left_out} of {whole} texts from elsewhere were left out")
    schema = line_schema(subject.lines) if is_small(model) else None
    return FixPrompt(ChatRequest(messages, sampling, schema), tuple(notices))


def asked_again(
    first: ChatRequest, answer: str, reasons: Sequence[str], template: PromptTemplate
) -> ChatRequest:
    """Return the request for one more try: the first one, the last answer, and what is wrong.

    Answers in between are left out: each was to the same first question.
    """
    told = template.fill("again", {"reasons": "\n".join(reasons)[:MOST_PROBLEM_CHARACTERS]})
    more = (
        Message(Author.ASSISTANT, answer[:MOST_SHOWN_ANSWER] or "(nothing)"),
        Message(Author.USER, told),
    )
    # The same words at the same temperature give the same answer.
    sampling = replace(first.sampling, temperature=min(1.0, first.sampling.temperature + 0.3))
    return replace(first, messages=(*first.messages, *more), sampling=sampling)


def critic_request(change: ReviewedChange, model: ModelInfo, prompt: str = "") -> ChatRequest:
    """Return the question to a critic; a long diff is cut in the middle, and says so.

    `prompt` names the one that is filled, empty for the usual one.
    """
    template = template_for("critic", prompt)
    context = model.context_tokens or ASSUMED_CONTEXT_TOKENS
    room = min(template.budget_tokens, context - template.sampling.max_tokens) * 2
    values = {
        "problems": bullets(change.problems),
        "diff": without_middle(change.diff, max(500, room)),
        "checks": change.checks or "nothing",
    }
    language = LANGUAGE_NAMES.get(change.language, change.language)
    messages = (
        Message(Author.SYSTEM, template.fill("system", {"language": language})),
        Message(Author.USER, template.fill("task", values)),
    )
    return ChatRequest(messages, template.sampling, VERDICT_SCHEMA)


def read_verdict(answer: str) -> CriticVerdict | None:
    """Return a critic's verdict, None where the answer holds none."""
    for found in objects_in(answer[:MAX_REPLY_CHARACTERS]):
        approve = found.get("approve")
        if not isinstance(approve, bool):
            continue
        resolved, problems = found.get("resolved", approve), found.get("problems")
        said = problems if isinstance(problems, list) else []
        return CriticVerdict(
            resolved=resolved is True,
            approve=approve,
            problems=tuple(_one_line(it) for it in said if isinstance(it, str) and it.strip()),
            advice=_one_line(str(found.get("advice") or "")),
        )
    return None


VERDICT_SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {
        "resolved": {"type": "boolean"},
        "problems": {"type": "array", "items": {"type": "string", "maxLength": 300}, "maxItems": 5},
        "advice": {"type": "string", "maxLength": 300},
        "approve": {"type": "boolean"},
    },
    "required": ["resolved", "problems", "advice", "approve"],
    "additionalProperties": False,
}


def line_schema(lines: Sequence[str]) -> JsonSchema:
    """Return the JSON schema of a changed line: which of some lines, and what takes its place."""
    search: dict[str, object] = {"type": "string"}
    if lines:
        search["enum"] = list(lines)
    return {
        "type": "object",
        "properties": {
            "search": search,
            "replace": {"type": "string", "maxLength": MOST_LINE_CHARACTERS},
        },
        "required": ["search", "replace"],
        "additionalProperties": False,
    }


def bullets(sentences: Sequence[str]) -> str:
    """Return a list of sentences, a line each, bounded."""
    return "\n".join(f"- {it}" for it in sentences)[:MOST_PROBLEM_CHARACTERS]


def background_messages(
    template: PromptTemplate, background: Sequence[Background]
) -> list[Message]:
    """Return what is shown from elsewhere; the most useful stands last, next to the task."""
    if not background:
        return []
    texts = [template.fill("context", {"title": it.title, "text": it.text}) for it in background]
    return [Message(Author.USER, "\n\n".join(reversed(texts)))]


def _fix_messages(template: PromptTemplate, subject: FixSubject) -> tuple[Message, ...]:
    language = LANGUAGE_NAMES.get(subject.language, subject.language)
    wish = template.fill("wish", {"wish": subject.wish}) if subject.wish else ""
    values = {
        "name": subject.name,
        "code": subject.code,
        "problems": bullets(subject.problems),
        "wish": wish,
    }
    system = template.fill("system", {"language": language, "name": subject.name})
    return (
        Message(Author.SYSTEM, system),
        *background_messages(template, subject.background),
        Message(Author.USER, template.fill("task", values)),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


def without_middle(text: str, most: int) -> str:
    """Return a text with its middle left out where it is too long, saying so."""
    if len(text) <= most:
        return text
    half = most // 2
    return (
        f"{text[:half]}\n(... {len(text) - 2 * half} characters are left out ...)\n{text[-half:]}"
    )
