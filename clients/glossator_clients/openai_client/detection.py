"""Own finding out whose server it is and how much context a model has, once for a server and model.

It must not send anything of the user's: its questions have no body.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from glossator_clients.errors import ModelError, ModelUnavailableError
from glossator_clients.openai_client.sdk import Connection, translated_errors
from glossator_clients.openai_profiles import PROFILES, ContextSource, Traits
from glossator_clients.types import ModelInfo
from glossator_gate.types import ServerProfile

# Such a question costs a server nothing; one that does not answer it has other troubles.
_PATIENCE_S = 3.0
_OWNERS = {
    "vllm": ServerProfile.VLLM,
    "llamacpp": ServerProfile.LLAMA_CPP,
    "mlc-llm": ServerProfile.MLC,
    "openai": ServerProfile.OPENAI,
    "system": ServerProfile.OPENAI,
    "openai-internal": ServerProfile.OPENAI,
}


@dataclass(frozen=True, slots=True)
class Server:
    """What was found out: whose server it is, and how much context the model has there.

    `parameters` is how many the model has, where the server says so by the way.
    Where it was not `reached`, another request may find out more; `trouble` says that there is no
    server at all.
    """

    profile: ServerProfile
    context_tokens: int | None
    reached: bool = True
    trouble: ModelUnavailableError | None = None
    parameters: float | None = None

    @property
    def traits(self) -> Traits:
        """Return what such a server takes and tells."""
        return PROFILES[self.profile]


async def detected(connection: Connection, info: ModelInfo, profile: ServerProfile) -> Server:
    """Ask the server what is not known.

    What it does not tell stays unknown: then nothing is sent that is not in the interface.
    """
    known = info.context_tokens
    if profile is not ServerProfile.AUTO and known is not None:
        return Server(profile, known)
    asking = _Asking(connection, info)
    try:
        async with asyncio.timeout(_PATIENCE_S):
            if profile is ServerProfile.AUTO:
                profile = await asking.profile()
            context = known or await asking.context(PROFILES[profile].context)
    except ModelUnavailableError as trouble:
        return Server(profile, known, reached=False, trouble=trouble)
    except (ModelError, TimeoutError):
        # The chat itself will say what is wrong.
        return Server(profile, known, reached=False)
    return Server(profile, context, parameters=asking.parameters())


class _Asking:
    """The questions to one server, each asked once."""

    def __init__(self, connection: Connection, info: ModelInfo) -> None:
        self._connection = connection
        self._info = info
        self._models: list[dict[str, object]] | None = None

    async def profile(self) -> ServerProfile:
        for model in await self._listed():
            owner = str(model.get("owned_by", "")).lower()
            if owner in _OWNERS:
                return _OWNERS[owner]
        if "max_total_tokens" in await self._page("/info"):
            return ServerProfile.TGI
        if "default_generation_settings" in await self._page("/props"):
            return ServerProfile.LLAMA_CPP
        return ServerProfile.AUTO

    async def context(self, source: ContextSource) -> int | None:
        match source:
            case ContextSource.NONE:
                return None
            case ContextSource.INFO:
                return _number(await self._page("/info"), "max_total_tokens")
            case ContextSource.PROPS:
                settings = (await self._page("/props")).get("default_generation_settings")
                return _number(settings, "n_ctx")
            case ContextSource.MODELS:
                own = [it for it in await self._listed() if it.get("id") == self._info.name]
                return _number(own[0], "max_model_len") if own else None

    def parameters(self) -> float | None:
        """Return what llama.cpp says beside its models; nothing is asked for it.

        It answers to any name with the one model that it has.
        """
        listed = self._models or []
        own = [it for it in listed if it.get("id") == self._info.name] or listed
        count = _number(own[0].get("meta"), "n_params") if len(own) == 1 else None
        return None if count is None else float(count)

    async def _listed(self) -> list[dict[str, object]]:
        if self._models is None:
            with translated_errors(self._info):
                self._models = await self._connection.models() or []
        return self._models

    async def _page(self, path: str) -> Mapping[str, object]:
        with translated_errors(self._info):
            page = await self._connection.get(path)
        return page if isinstance(page, dict) else {}


def _number(value: object, name: str) -> int | None:
    number = value.get(name) if isinstance(value, Mapping) else None
    is_count = isinstance(number, int) and not isinstance(number, bool) and number > 0
    return number if is_count else None
