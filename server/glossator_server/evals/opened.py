"""Own an opened configuration: its settings, and its one model for each role, through the policy.

It must not run cases. A model is opened by whoever composes the application, never around the gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from glossator_clients.protocol import ChatModel, count_tokens
from glossator_clients.router import Need
from glossator_clients.types import Author, ChatRequest, Message, ModelInfo, Sampling
from glossator_gate.errors import PolicyError
from glossator_gate.policy import ROLE_NAMES, Policy
from glossator_gate.types import Api, DataClass
from glossator_server.errors import UsageError
from glossator_server.evals.metering import Meter, MeteredModel
from glossator_server.evals.types import Configuration, Means
from glossator_server.indexes import Indexes
from glossator_server.policies import WorkspacePolicy
from glossator_server.session import OpenModel
from glossator_server.settings import Settings


@dataclass(frozen=True, slots=True)
class Environment:
    """What all configurations of a run share: the user's policy and settings, ways to the rest.

    `policy` is that of the measured workspace.
    """

    policy: WorkspacePolicy
    settings: Settings
    open_model: OpenModel
    means: Means
    indexes: Indexes


class OpenedConfiguration:
    """A configuration that cases are run with; follows `types.Subject`."""

    def __init__(
        self,
        configuration: Configuration,
        settings: Settings,
        environment: Environment,
        scratch: Path,
    ) -> None:
        self.configuration = configuration
        self.settings = settings
        self.means = environment.means
        self.indexes = environment.indexes
        self.scratch = scratch
        self.meter = Meter()
        pinned = pinned_to(configuration.model, environment.policy.policy)
        if configuration.adapter is not None:
            pinned = with_adapter(configuration.adapter, configuration.model, pinned)
        self.policy = WorkspacePolicy(pinned, environment.policy.root)
        self._approved = environment.policy.policy
        self._open_model = environment.open_model
        self._models: dict[tuple[str, DataClass], MeteredModel] = {}
        self._chosen: dict[str, ModelInfo] = {}

    @property
    def infos(self) -> Mapping[str, ModelInfo]:
        """Return what is known of the models that were opened, by role."""
        return self._chosen

    async def model(self, role: str, data_class: DataClass) -> ChatModel:
        """Return the model for a role and a class of text, opened once.

        Raises a `PolicyError` where none may serve, a `ModelError` where none can, `UsageError` for
        an adapter to a model that takes none.
        """
        key = role, data_class
        if key not in self._models:
            self._models[key] = MeteredModel(await self._opened(role, data_class), self.meter)
        return self._models[key]

    async def close(self) -> None:
        """Let go of the models."""
        models, self._models = self._models, {}
        for model in models.values():
            await model.close()

    async def _opened(self, role: str, data_class: DataClass) -> ChatModel:
        policy, wanted = self.policy.policy, self.configuration.model
        known = self._chosen.get(role)
        # Who was chosen first stays: another one that took over would be measured under its name.
        if wanted is None and known is not None:
            policy = pinned_to(known.id, policy)
        need = Need(role, data_class, self.settings.preferred_models)
        try:
            model = await self._open_model(need, policy)
        except PolicyError as trouble:
            raise PolicyError(refusal_of(self._named(), role, self._approved, trouble)) from trouble
        if self.configuration.adapter is not None and model.info.api != Api.EMBEDDED:
            await model.close()
            raise UsageError(
                f"{model.info.id} takes no adapter; say model= with an embedded model beside "
                "adapter=."
            )
        if known is None:
            await _start_engine(model)
            self._chosen[role] = model.info
            if wanted is None:
                await model.close()
                return await self._opened(role, data_class)
        return model

    def _named(self) -> str | None:
        """Return the model that is asked for, by its id or as the one that takes an adapter."""
        if self.configuration.model is not None or self.configuration.adapter is None:
            return self.configuration.model
        embedded = (it.id for it in self._approved.models if it.api is Api.EMBEDDED)
        return next(embedded, None)


async def _start_engine(model: ChatModel) -> None:
    """Have an embedded model load: its start would count against the first case."""
    if model.info.api != Api.EMBEDDED:
        return
    try:
        await count_tokens(model, ChatRequest((Message(Author.USER, ""),), Sampling()))
    except BaseException:
        await model.close()
        raise


def pinned_to(model_id: str | None, policy: Policy) -> Policy:
    """Return the policy with one model alone for every role, all where None, and no kept answers.

    For a role that is listed for others only, there is none. An answer that was kept would be
    measured as an instant one.
    """
    policy = replace(policy, may_cache=False)
    if model_id is None:
        return policy
    alone = (model_id,)
    roles = {it: alone if model_id in policy.roles.get(it, alone) else () for it in ROLE_NAMES}
    return replace(policy, roles=roles)


def with_adapter(adapter: str, model_id: str | None, policy: Policy) -> Policy:
    """Return the policy whose embedded models use an adapter.

    Where no model is named, they alone serve the roles that are not listed for others.
    """
    models = tuple(
        replace(it, adapter=adapter) if it.api is Api.EMBEDDED else it for it in policy.models
    )
    ids = tuple(it.id for it in models if it.api is Api.EMBEDDED)
    if model_id is not None or not ids:
        return replace(policy, models=models)
    roles = {
        role: tuple(it for it in ids if it in policy.roles.get(role, ids)) for role in ROLE_NAMES
    }
    return replace(policy, models=models, roles=roles)


def refusal_of(model_id: str | None, role: str, policy: Policy, trouble: PolicyError) -> str:
    """Say why a model may not be used, where that is known of the one that was asked for.

    `policy` is the one that holds, not the one that is pinned to the model.
    """
    if model_id is None:
        return str(trouble)
    if policy.model(model_id) is not None:
        listed = policy.roles.get(role, (model_id,))
        if model_id in listed:
            return str(trouble)
        return (
            f"{model_id} is not listed for the role {role}, for which [roles] has "
            f"{', '.join(listed) or 'none'}; have it listed there, or take one that is."
        )
    for refused in policy.refused:
        if refused.entry.id == model_id:
            return refused.reason
    return (
        f"{model_id} is no model that the policy approves; choose one that `glossator models list` "
        "names."
    )
