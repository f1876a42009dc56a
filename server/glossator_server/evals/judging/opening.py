"""Own the opening of a judge: through the policy, for its role, and only if it is large enough.

It must not ask it anything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

from glossator_clients.protocol import ChatModel
from glossator_clients.router import Need
from glossator_gate.errors import PolicyError
from glossator_gate.types import DataClass
from glossator_server.evals.judging.asking import ROLE, Judge
from glossator_server.evals.judging.sizes import ModelSize, check_not_embedded, judge_size
from glossator_server.evals.opened import Environment, pinned_to, refusal_of
from glossator_server.prompts import template_for
from glossator_server.sampling import SamplingOptions


@dataclass(frozen=True, slots=True)
class JudgeWish:
    """Which model is to judge, and how many parameters its user says that it has."""

    model: str
    stated_size: float | None = None


@dataclass(frozen=True, slots=True)
class OpenedJudge:
    """A judge that can be asked, and how large it is known to be."""

    judge: Judge
    size: ModelSize


@asynccontextmanager
async def opened_judge(
    wish: JudgeWish, what: str, classes: Collection[DataClass], environment: Environment
) -> AsyncIterator[OpenedJudge]:
    """Open a judge for texts of some classes, and close it.

    Raises a `PolicyError` where the model may not judge, or may not see one of the classes,
    `UsageError` where it is too small or nobody knows how large it is, a `ModelError` where it is
    not there.
    """
    models: dict[DataClass, ChatModel] = {}
    settings = environment.settings
    entry = environment.policy.policy.model(wish.model)
    if entry is not None:
        # Before its engine is started for nothing.
        check_not_embedded(entry.id, entry.api.value)
    try:
        for data_class in sorted(classes, key=lambda it: it.rank):
            models[data_class] = await _opened(wish.model, data_class, environment)
        info = next(iter(models.values())).info
        size = judge_size(info, wish.stated_size)
        template = template_for(ROLE, settings.prompts.get(ROLE, ""), info)
        sampling = settings.sampling.get(ROLE, SamplingOptions())
        yield OpenedJudge(Judge(models, template, what, sampling), size)
    finally:
        for model in models.values():
            await model.close()


async def _opened(model_id: str, data_class: DataClass, environment: Environment) -> ChatModel:
    policy = environment.policy.policy
    pinned = pinned_to(model_id, policy)
    try:
        return await environment.open_model(Need(ROLE, data_class), pinned)
    except PolicyError as trouble:
        raise PolicyError(refusal_of(model_id, ROLE, policy, trouble)) from trouble
