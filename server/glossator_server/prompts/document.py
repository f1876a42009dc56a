"""Own the prompt for one doc comment: its schema, its examples, and what is cut to make it fit.

Nothing is cut silently: every cut is a notice that travels with the proposal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

from glossator_clients.types import Author, ChatRequest, JsonSchema, Message, ModelInfo
from glossator_indexer.retrieval import DocumentedSymbol
from glossator_indexer.styles.judging import is_callable
from glossator_indexer.styles.wanted import Need, Wanted
from glossator_indexer.types import DocFields, Facts, ResultUse, Symbol
from glossator_server.prompts.files import template_for
from glossator_server.prompts.templates import PromptTemplate, with_choices
from glossator_server.settings import SamplingOptions

# A server that does not say how long its context is has at least this much.
ASSUMED_CONTEXT_TOKENS = 4096
# Chat templates add a few tokens around every message.
MESSAGE_OVERHEAD_TOKENS = 8
# Grammars grow with it; a phrase of this length fills two lines of a comment.
MAX_PHRASE_CHARACTERS = 160
MAX_DETAILS_CHARACTERS = 600
MAX_NAMED_CALLEES = 8
_SENTENCE_GAP = re.compile(r"(?<=[.!?;])\s+")
# As people write them; what is not here is written as its id.
LANGUAGE_NAMES = {
    "c": "C",
    "cpp": "C++",
    "python": "Python",
    "javascript": "JavaScript",
    "typescript": "TypeScript",
    "go": "Go",
    "rust": "Rust",
    "java": "Java",
}


@dataclass(frozen=True, slots=True)
class PromptSubject:
    """What a comment is asked for: symbol, code, wishes of the style, proved facts, neighbours.

    `body` is the code after the signature, empty where there is none; the nearest neighbour first.
    `wishes` are those of the people whose code it is.
    """

    language: str
    symbol: Symbol
    wanted: Wanted
    signature: str
    body: str
    facts: Facts
    neighbours: Sequence[DocumentedSymbol]
    wishes: str = ""


@dataclass(frozen=True, slots=True)
class DocumentPrompt:
    """A request that fits the model, and a notice for each thing that was cut to make it fit.

    `sentences` of each part of the answer are kept: what a small model adds is not about the code.
    """

    request: ChatRequest
    notices: tuple[str, ...]
    sentences: int


def document_prompt(
    subject: PromptSubject, model: ModelInfo, wanted_sampling: SamplingOptions, prompt: str = ""
) -> DocumentPrompt | None:
    """Return the prompt for one comment, or None where even the bare signature does not fit.

    `prompt` names the one that is filled, empty for the model's usual one.
    """
    # Small models follow examples, not rules, and pay for each token in seconds. A body leads them
    # astray: without it they come nearer to people's words (benchmarks/words.py).
    template = template_for("document", prompt, model)
    return prompt_by(template, subject, model, wanted_sampling)


def prompt_by(
    template: PromptTemplate,
    subject: PromptSubject,
    model: ModelInfo,
    wanted_sampling: SamplingOptions,
) -> DocumentPrompt | None:
    """Return the prompt that a template makes, or None where even the bare signature does not fit.

    Cuts, in this order: the farthest example first, then the middle of the body.
    """
    sampling = with_choices(template.sampling, wanted_sampling)
    context = model.context_tokens or ASSUMED_CONTEXT_TOKENS
    budget = min(template.budget_tokens, context - sampling.max_tokens)
    subject = replace(subject, neighbours=subject.neighbours[: template.few_shot])
    # The members of a type are its body; what is called says all in its signature.
    if not template.body and is_callable(subject.symbol):
        subject = replace(subject, body="")
    wanted = len(subject.neighbours)
    notices = [template.trouble] if template.trouble else []
    told = len(notices)
    while (excess := tokens_of(_messages(template, subject)) - budget) > 0:
        if subject.neighbours:
            subject = replace(subject, neighbours=subject.neighbours[:-1])
            continue
        shorter = _without_middle(subject.body, excess)
        if shorter is None:
            return None
        notices[told:] = ["the middle of the body was left out of the prompt"]
        subject = replace(subject, body=shorter)
    if len(subject.neighbours) < wanted:
        notices.append(f"{wanted - len(subject.neighbours)} of {wanted} examples were left out")
    schema = doc_schema(subject.wanted, template.fields)
    request = ChatRequest(_messages(template, subject), sampling, schema, prompt=template.sha256)
    return DocumentPrompt(request, tuple(notices), template.sentences)


def repair_messages(
    request: ChatRequest, answer: str, reasons: Sequence[str], template: PromptTemplate
) -> ChatRequest:
    """Return the request for one more round: the answer as given, and why it cannot be used."""
    # An answer that ran wild would fill the context with itself.
    shown = answer[:2000] or "{}"
    turn = template.fill("repair", {"reasons": "; ".join(reasons)})
    more = (Message(Author.ASSISTANT, shown), Message(Author.USER, turn))
    # The same words at the same temperature give the same answer.
    sampling = replace(request.sampling, temperature=min(1.0, request.sampling.temperature + 0.4))
    return replace(request, messages=request.messages + more, sampling=sampling)


def doc_schema(wanted: Wanted, parts: Sequence[str]) -> JsonSchema:
    """Return the JSON schema of those parts of a comment that are wanted of this symbol."""
    shapes: dict[str, dict[str, object]] = {
        "summary": _string(MAX_PHRASE_CHARACTERS),
        "parameters": _described([it.path for it in wanted.names]),
        "returns": _string(MAX_PHRASE_CHARACTERS),
        "raises": _described(wanted.raises),
        "details": {"type": "string", "maxLength": MAX_DETAILS_CHARACTERS},
    }
    asked = asked_parts(wanted, parts)
    properties = {part: shape for part, shape in shapes.items() if part in asked}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def asked_parts(wanted: Wanted, parts: Sequence[str]) -> frozenset[str]:
    """Return the parts of an answer that are wanted; an example with others leads astray.

    A small model that has seen descriptions and may write none goes on with its summary.
    """
    is_wanted = {
        "parameters": bool(wanted.names),
        "returns": wanted.returns is Need.REQUIRED,
        "raises": bool(wanted.raises),
    }
    return frozenset({"summary", *(it for it in parts if is_wanted.get(it, True))})


def answer_in(fields: DocFields, wanted: Container[str]) -> str:
    """Return words as the JSON that a model is to answer with: those of the wanted parts."""
    answer: dict[str, object] = {"summary": fields.summary}
    if fields.parameters and "parameters" in wanted:
        answer["parameters"] = dict(fields.parameters)
    if fields.returns and "returns" in wanted:
        answer["returns"] = fields.returns
    if fields.raises and "raises" in wanted:
        answer["raises"] = dict(fields.raises)
    if "details" in wanted:
        answer["details"] = fields.details or ""
    return json.dumps(answer, ensure_ascii=False)


def first_sentences(fields: DocFields, count: int) -> DocFields:
    """Keep the first sentences of each part; a semicolon ends one too."""

    def kept(text: str) -> str:
        return " ".join(_SENTENCE_GAP.split(text)[:count]).rstrip(";")

    return replace(
        fields,
        summary=kept(fields.summary),
        parameters=tuple((name, kept(text)) for name, text in fields.parameters),
        returns=kept(fields.returns or "") or None,
        raises=tuple((name, kept(text)) for name, text in fields.raises),
    )


def without_cut_phrases(fields: DocFields) -> DocFields:
    """Take back what the schema's longest phrase cut off in mid-sentence.

    A server that enforces the schema ends a phrase there, however it would have gone on.
    """
    most = MAX_PHRASE_CHARACTERS
    return replace(
        fields,
        summary=_whole(fields.summary, most),
        parameters=tuple((name, _whole(text, most)) for name, text in fields.parameters),
        returns=_whole(fields.returns or "", most) or None,
        details=_whole(fields.details or "", MAX_DETAILS_CHARACTERS) or None,
        raises=tuple((name, _whole(text, most)) for name, text in fields.raises),
    )


def _whole(text: str, most: int) -> str:
    # A character may be written as an escape, which the schema counts as one.
    if not most - 1 <= len(text) <= most or text.endswith((".", "!", "?")):
        return text
    end = max(text.rfind(mark) for mark in (". ", "! ", "? ", "; "))
    return text[: end + 1].rstrip(";") if end > 0 else ""


def estimated_tokens(text: str) -> int:
    """Return a cautious estimate: code has 2.6 to 4 UTF-8 bytes a token in common vocabularies."""
    return -(-len(text.encode("utf-8", "replace")) * 2 // 5)


def tokens_of(messages: Sequence[Message]) -> int:
    """Return a cautious estimate of a conversation's tokens."""
    return sum(estimated_tokens(it.text) + MESSAGE_OVERHEAD_TOKENS for it in messages)


def _described(names: Sequence[str]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": {name: _string(MAX_PHRASE_CHARACTERS) for name in names},
        "required": list(names),
        "additionalProperties": False,
    }


def _string(most: int) -> dict[str, object]:
    return {"type": "string", "minLength": 3, "maxLength": most}


def _messages(template: PromptTemplate, subject: PromptSubject) -> tuple[Message, ...]:
    language = LANGUAGE_NAMES.get(subject.language, subject.language)
    system = template.fill("system", {"language": language})
    if subject.wishes:
        system += "\n\n" + template.fill("wishes", {"wishes": subject.wishes})
    messages = [Message(Author.SYSTEM, system)]
    asked = asked_parts(subject.wanted, template.fields)
    # The nearest example last: small models copy what they read last.
    for neighbour in reversed(subject.neighbours):
        kind = str(neighbour.symbol.kind)
        question = template.fill("example", {"kind": kind, "code": neighbour.signature})
        messages.append(Message(Author.USER, question))
        messages.append(Message(Author.ASSISTANT, answer_in(neighbour.fields, asked)))
    known = _facts_in_words(subject.facts)
    values = {
        "kind": str(subject.symbol.kind),
        "name": subject.symbol.name,
        "language": language,
        "code": subject.signature + subject.body,
        "facts": template.fill("facts", {"facts": known}) if known and _tells(template) else "",
    }
    messages.append(Message(Author.USER, template.fill("task", values)))
    return tuple(messages)


def _tells(template: PromptTemplate) -> bool:
    """Tell whether a prompt shows facts; small models repeat them instead of describing."""
    return "facts" in template.sections


def _facts_in_words(facts: Facts) -> str:
    return "; ".join((*_outcomes_in_words(facts), *_effects_in_words(facts)))


def _outcomes_in_words(facts: Facts) -> Iterator[str]:
    when = dict(facts.conditions)
    if facts.error_codes:
        told = (f"{it} if {when[it]}" if it in when else it for it in facts.error_codes)
        yield "it returns " + ", ".join(told)
    others = {it: why for it, why in when.items() if it not in facts.error_codes}
    if others:
        yield "it fails with " + ", ".join(f"{it} if {why}" for it, why in others.items())
    if facts.allocates:
        yield f"what it returns is new and the caller's own ({facts.allocates})"
    for use, count in facts.uses:
        yield f"{count} of its callers {_plural(use)}"


def _effects_in_words(facts: Facts) -> Iterator[str]:
    if facts.locks_held:
        yield "the caller holds " + ", ".join(facts.locks_held)
    if facts.locks_taken:
        yield "it takes " + ", ".join(facts.locks_taken)
    if facts.locks_left:
        yield "it does not release " + ", ".join(facts.locks_left)
    if facts.sleeps:
        yield f"it may sleep ({facts.sleeps})"
    if always := [it for it in facts.frees if it not in facts.frees_sometimes]:
        yield "it frees " + ", ".join(always)
    if facts.frees_sometimes:
        yield "in some cases it frees " + ", ".join(facts.frees_sometimes)
    if facts.referenced:
        yield "it takes a reference to " + ", ".join(facts.referenced)
    if facts.callees:
        yield "it calls " + ", ".join(facts.callees[:MAX_NAMED_CALLEES])


def _plural(use: ResultUse) -> str:
    # "tests its result" is said of one caller.
    verb, _, rest = use.partition(" ")
    return f"{verb.removesuffix('s')} {rest}"


def _without_middle(body: str, excess_tokens: int) -> str | None:
    lines = body.split("\n")
    # The mark is a line too: with one less than two, a body would stay as long as it is.
    drop = max(2, excess_tokens * len(lines) // max(1, estimated_tokens(body)) + 1)
    keep = len(lines) - drop
    if keep < 2:
        return "" if len(lines) > 1 or body else None
    # Purpose shows at the start of a function, results at its end.
    head = keep * 2 // 3
    return "\n".join([*lines[:head], "\t/* ... */", *lines[len(lines) - (keep - head) :]])
