"""Own the lending of a configuration's model to an action that closes what it was given."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from glossator_clients.protocol import ChatModel
from glossator_clients.types import ChatEvent, ChatRequest, ModelInfo
from glossator_gate.types import DataClass
from glossator_server.actions.workshop import OpenModel
from glossator_server.evals.types import Subject


@dataclass(frozen=True, slots=True)
class LentModel:
    """A chat model that stays open for the next case."""

    model: ChatModel

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model."""
        return self.model.info

    async def close(self) -> None:
        """Leave it to its owner."""

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:
        """Yield the answer."""
        async with aclosing(self.model.stream(request)) as events:
            async for event in events:
                yield event


def lending(subject: Subject, data_class: DataClass) -> OpenModel:
    """Return what opens the configuration's model of a role for texts of a class."""

    async def open_model(role: str) -> ChatModel:
        return LentModel(await subject.model(role, data_class))

    return open_model
