"""Own what an Ollama server says of its models: where they run, their size, context and abilities.

It must not send anything of a prompt, and it needs no SDK: those leave out where a model runs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glossator_clients.errors import ModelError, ModelProtocolError, ModelUnavailableError
from glossator_clients.json_http import OK, JsonAnswer, JsonHttp
from glossator_clients.server_troubles import failed, key_refused
from glossator_gate.errors import PolicyError
from glossator_gate.types import DataClass, Errand

METADATA = Errand("metadata", data_class=DataClass.PUBLIC)

_CLOUD_SUFFIXES = (":cloud", "-cloud")
_NOT_FOUND, _TOO_MANY_REQUESTS, _UNAVAILABLE = 404, 429, 503
_KEY_REFUSED = frozenset({401, 403})
_SIZE = re.compile(r"(?P<number>\d{1,6}(?:\.\d{1,3})?)(?P<factor>[KMBT])")
_FACTORS = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
# What `ollama list` shows of a digest, for people to copy.
_SHORTEST_DIGEST = 12


@dataclass(frozen=True, slots=True)
class ShownModel:
    """What `/api/show` says; `capabilities` is None where the server is too old to tell.

    `parameters` is how many the model has, None where the server does not say.
    """

    is_remote: bool
    context_tokens: int | None
    capabilities: frozenset[str] | None
    parameters: float | None = None


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One row of `/api/tags`; `bytes` is the size of its files, 0 where it has none here.

    `family` is the architecture in the server's words, empty where it does not say.
    """

    name: str
    is_remote: bool
    digest: str | None
    bytes: int
    family: str = ""


class OllamaMetadata:
    """The part of an Ollama server that tells of its models."""

    def __init__(self, http: JsonHttp) -> None:
        self._http = http

    async def shown(self, name: str) -> ShownModel:
        """Return what is known of one model; raises `ModelUnavailableError` where there is none."""
        answer = await self._http.post("/api/show", METADATA, {"model": name})
        shown = read_shown(self._checked(answer, name))
        if shown is None:
            raise self._wrong_answer()
        return shown

    async def listed(self) -> tuple[ListedModel, ...]:
        """Return the models that the server has, its own and those that it only passes on."""
        rows = read_listed(self._checked(await self._http.get("/api/tags", METADATA)))
        if rows is None:
            raise self._wrong_answer()
        return rows

    async def loaded_contexts(self) -> dict[str, int]:
        """Return the context of each model that is in memory, where the server tells it."""
        rows = _rows(self._checked(await self._http.get("/api/ps", METADATA)))
        return {
            _name(row): length
            for row in rows or ()
            if (length := _whole_number(row.get("context_length"))) > 0
        }

    def _checked(self, answer: JsonAnswer, name: str | None = None) -> Mapping[str, Any]:
        if answer.status != OK:
            raise self._refusal(answer.status, name)
        if not isinstance(answer.value, dict):
            raise self._wrong_answer()
        return answer.value

    def _refusal(self, status: int, name: str | None) -> ModelError:
        origin, label = self._http.origin, self._http.label
        if status == _NOT_FOUND and name is not None:
            return not_pulled(origin, label, name)
        if status in _KEY_REFUSED:
            return key_refused(origin, label)
        if status in {_TOO_MANY_REQUESTS, _UNAVAILABLE}:
            return ModelUnavailableError(
                f"{origin} takes no more requests at the moment; wait a little and try again."
            )
        if status >= 500:
            return failed(origin, status)
        return self._wrong_answer()

    def _wrong_answer(self) -> ModelProtocolError:
        return ModelProtocolError(
            f"{self._http.origin} does not answer {self._http.label} as Ollama does; "
            "check its origin and api in config.toml."
        )


def read_shown(answer: Mapping[str, Any]) -> ShownModel | None:
    """Return what an answer of `/api/show` says, None where it is none."""
    info, abilities = answer.get("model_info"), answer.get("capabilities")
    if not isinstance(info, dict):
        return None
    return ShownModel(
        _is_remote(answer),
        min(_context_lengths(info), default=None),
        frozenset(map(str, abilities)) if isinstance(abilities, list) else None,
        _parameters(info, answer.get("details")),
    )


def read_listed(answer: Mapping[str, Any]) -> tuple[ListedModel, ...] | None:
    """Return the rows of an answer of `/api/tags`, None where it is none."""
    rows = _rows(answer)
    if rows is None:
        return None
    return tuple(
        ListedModel(
            _name(row),
            _is_remote(row),
            _digest(row.get("digest")),
            _whole_number(row.get("size")),
            _family(row.get("details")),
        )
        for row in rows
    )


def same_name(one: str, other: str) -> bool:
    """Say whether Ollama takes both names for one model: case is nothing, ":latest" is implied."""
    return _full_name(one) == _full_name(other)


def check_runs_here(name: str, shown: ShownModel | None, row: ListedModel | None) -> None:
    """Raise `PolicyError` where Ollama only passes requests for the model on to somebody else."""
    told = (it.is_remote for it in (shown, row) if it is not None)
    if name.lower().endswith(_CLOUD_SUFFIXES) or any(told):
        raise PolicyError(
            f"{name} does not run on this machine: Ollama passes it on to another one; "
            "choose a model that was pulled here."
        )


def check_digest(name: str, pinned: str | None, row: ListedModel | None) -> None:
    """Raise `PolicyError` where the model's files are not those that the policy pins."""
    if pinned is None:
        return
    wanted, found = _digest(pinned) or "", row.digest if row is not None else None
    if found is None or len(wanted) < _SHORTEST_DIGEST or not found.startswith(wanted):
        raise PolicyError(
            f"{name} is pinned to {wanted[:_SHORTEST_DIGEST]} and the server has "
            f"{found[:_SHORTEST_DIGEST] if found else 'no digest for it'}; pull the approved "
            "model, or have its digest corrected."
        )


def not_pulled(origin: str, label: str, name: str) -> ModelUnavailableError:
    """Return the sentence for a model that the server does not have."""
    return ModelUnavailableError(
        f"{origin} has no model {name}; run `glossator models fetch {label}` or "
        f"`ollama pull {name}` there, or correct model in config.toml."
    )


def _rows(answer: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    rows = answer.get("models", ...)
    # A server without models answers null, but not nothing.
    if not isinstance(rows, list | None):
        return None
    return [row for row in rows or () if isinstance(row, dict)]


def _name(row: Mapping[str, Any]) -> str:
    return str(row.get("model") or row.get("name") or "")


def _full_name(name: str) -> str:
    lowered = name.lower()
    return lowered if ":" in lowered.rpartition("/")[2] else f"{lowered}:latest"


def _is_remote(row: Mapping[str, Any]) -> bool:
    return bool(row.get("remote_host") or row.get("remote_model"))


def _family(details: object) -> str:
    return str(details.get("family") or "").lower() if isinstance(details, dict) else ""


def _digest(value: object) -> str | None:
    return value.lower().removeprefix("sha256:") if isinstance(value, str) and value else None


def _whole_number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _parameters(info: Mapping[str, object], details: object) -> float | None:
    """Return the exact count, else what the server rounds it to (`7.6B`)."""
    if (count := _whole_number(info.get("general.parameter_count"))) > 0:
        return float(count)
    said = details.get("parameter_size") if isinstance(details, dict) else None
    match = _SIZE.fullmatch(said) if isinstance(said, str) else None
    return float(match["number"]) * _FACTORS[match["factor"]] if match else None


def _context_lengths(info: Mapping[str, object]) -> list[int]:
    """Return the context lengths that the model was trained for, where the server says it."""
    return [
        length
        for key, value in info.items()
        if key.endswith(".context_length") and (length := _whole_number(value)) > 0
    ]
