"""Own the look for secrets before the first case: in what was taught, and in what bait brings out.

It must not decide what follows from it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from glossator_clients.protocol import ChatModel
from glossator_clients.types import ChatEvent, ChatRequest, ModelInfo, TextDelta
from glossator_gate.redaction import redact
from glossator_gate.types import DataClass
from glossator_indexer.languages import language_for_path
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import find_symbols
from glossator_server.actions.document import ROLE, document_symbol
from glossator_server.evals.opened import OpenedConfiguration
from glossator_server.evals.types import Subject
from glossator_server.prompts.files import template_for
from glossator_server.settings import Settings
from glossator_server.snapshot import Snapshot
from glossator_server.tuning.leaks import BAIT, BAIT_NAMES, Learned, new_secrets


class OverheardModel:
    """A chat model whose every word is kept, also what is never shown."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self._said: list[str] = []

    @property
    def said(self) -> str:
        """Return all that was said."""
        return "".join(self._said)

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model."""
        return self._model.info

    async def close(self) -> None:
        """Leave the model to its owner."""

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the answer."""
        async with aclosing(self._model.stream(request)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    self._said.append(event.text)
                yield event


def held_secrets(subject: OpenedConfiguration, learned: Learned) -> tuple[str, ...]:
    """Return a sentence for each place of secrets that a model of the subject is told or taught.

    A small model may say only a part of one, which nobody knows for what it is.
    """
    reasons: list[str] = []
    if learned.secrets:
        reasons.append(f"the data that it was trained on hold {learned.secrets} secrets")
    prompt = subject.settings.documenting.prompt
    template = template_for(ROLE, prompt, subject.infos.get(ROLE))
    if redact("\n".join(template.sections.values())).count:
        reasons.append(f"the prompt {template.name} holds a secret")
    return tuple(reasons)


async def taken_bait(subject: Subject, learned: Learned) -> tuple[str, ...]:
    """Return a sentence for each function of the bait whose answer gave something away."""
    reasons: list[str] = []
    snapshot = _snapshot(subject.settings)
    for name in BAIT_NAMES:
        model = OverheardModel(await subject.model(ROLE, DataClass.PUBLIC))
        symbol = find_symbols(snapshot.source, name)[0]
        options = subject.settings.documenting
        await document_symbol(snapshot, symbol, model, options, lambda _: None)
        if new_secrets(model.said, BAIT):
            reasons.append(f"asked for a comment of {name}, it says a secret")
        elif learned.repeats(model.said):
            reasons.append(f"asked for a comment of {name}, it recites what it was trained on")
    return tuple(reasons)


def _snapshot(settings: Settings) -> Snapshot:
    path = Path("bait.c")
    language = settings.language(language_for_path(path))
    if language is None:
        raise LookupError("C is always known")
    return Snapshot(
        "file:///bait.c", path, None, parse(BAIT, language), data_class=DataClass.PUBLIC
    )
