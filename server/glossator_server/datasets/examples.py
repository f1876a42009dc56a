"""Own how a record becomes an example: the product's own question, and the people's answer to it.

It must not choose records, nor know in which format an example is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from glossator_clients.types import Message, ModelInfo
from glossator_indexer.languages import language_called
from glossator_indexer.retrieval import DocumentedSymbol
from glossator_indexer.styles.phrases import sentences
from glossator_indexer.styles.wanted import Need, Wanted
from glossator_indexer.types import DocFields
from glossator_server.actions.neighbours import nearest_in
from glossator_server.actions.reuse import (
    reused_descriptions,
    without_known,
    words_of_relatives,
)
from glossator_server.datasets.reading import wanted_of
from glossator_server.datasets.records import Record
from glossator_server.datasets.words import plain_fields
from glossator_server.prompts import (
    PromptSubject,
    PromptTemplate,
    answer_in,
    asked_parts,
    first_sentences,
    prompt_by,
)
from glossator_server.prompts.document import MAX_DETAILS_CHARACTERS
from glossator_server.settings import SamplingOptions

_MOST_DETAILS = 3


@dataclass(frozen=True, slots=True)
class ExampleOptions:
    """How examples are made: by which template, for which model.

    `asks_for_known` has a model write, too, what the product would take over from the code around.
    """

    template: PromptTemplate
    model: ModelInfo
    asks_for_known: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """One question as the product asks it, the parts that it asks for, and the answer."""

    record: Record
    wanted: Wanted
    messages: tuple[Message, ...]
    answer: str
    notices: tuple[str, ...]


def example_of(
    record: Record, around: Sequence[DocumentedSymbol], options: ExampleOptions
) -> Example | None:
    """Return the example that a record makes, None where its question does not fit.

    `around` is what the product would find documented around it, the nearest place first.
    """
    wanted = _asked_of(record, around, options)
    language = language_called(record.language)
    if language is None:
        return None
    subject = PromptSubject(
        language=record.language,
        symbol=record.symbol,
        wanted=wanted,
        signature=record.signature,
        body=record.body,
        facts=record.facts,
        neighbours=nearest_in(language, record.symbol, around),
    )
    template = options.template
    prompt = prompt_by(template, subject, options.model, SamplingOptions())
    if prompt is None:
        return None
    answer = answer_for(record.fields, record.style, wanted, template)
    return Example(record, wanted, prompt.request.messages, answer, prompt.notices)


def answer_for(fields: DocFields, style: str, wanted: Wanted, template: PromptTemplate) -> str:
    """Return people's words as the answer to a question for some parts."""
    words = _told(plain_fields(fields, style), wanted, template.sentences)
    return answer_in(words, asked_parts(wanted, template.fields))


def _asked_of(
    record: Record, around: Sequence[DocumentedSymbol], options: ExampleOptions
) -> Wanted:
    """Return what the product would ask for, of that what the people wrote about."""
    asked = wanted_of(record.symbol, record.style)
    told = {name for name, text in record.fields.raises if text}
    weak = dict(record.weak)
    asked = replace(
        asked,
        names=tuple(it for it in asked.names if f"@{it.path}" not in weak),
        returns=Need.NONE if "returns" in weak else asked.returns,
        raises=tuple(it for it in asked.raises if it in told),
    )
    if options.asks_for_known:
        return asked
    # As the action does it: a small model is not asked for what a near relative says already.
    if options.model.api == "embedded":
        known = words_of_relatives(record.symbol, asked, around)
    else:
        known = DocFields("", reused_descriptions(record.symbol, asked, around))
    return without_known(asked, known)


def _told(words: DocFields, wanted: Wanted, count: int) -> DocFields:
    kept = first_sentences(words, count)
    told, raised = dict(kept.parameters), dict(kept.raises)
    return DocFields(
        summary=kept.summary,
        parameters=tuple((it.path, told[it.path]) for it in wanted.names if it.path in told),
        returns=kept.returns if wanted.returns is Need.REQUIRED else None,
        details=_beginning(words.details or ""),
        raises=tuple((it, raised[it]) for it in wanted.raises if it in raised),
    )


def _beginning(details: str) -> str:
    """Return as many of the first sentences as an answer has room for."""
    kept = sentences(details)[:_MOST_DETAILS]
    while len(" ".join(kept)) > MAX_DETAILS_CHARACTERS:
        kept.pop()
    return " ".join(kept)


def conversation_of(example: Example) -> Iterable[tuple[str, str]]:
    """Yield role and text of each turn, the answer last."""
    for message in example.messages:
        yield str(message.author), message.text
    yield "assistant", example.answer
