"""Own how large a judge is, how that is known, and which ones are too small to be asked.

It must not ask a server: what the server says is in the model's info.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from glossator_clients.types import ModelInfo
from glossator_gate.types import Api
from glossator_server.errors import UsageError

BILLION = 1_000_000_000
# Below it a model's preferences are those of chance, of places and of lengths.
LEAST_PARAMETERS = BILLION
_FACTORS = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
# "8x7B" is a mixture of eight; "1.5b", "350M" and "-7b-" are plain; "q4" and "v2" are none.
_IN_NAME = re.compile(
    r"(?<![a-z0-9.])(?:(?P<of>\d{1,3})x)?(?P<number>\d{1,4}(?:\.\d{1,3})?)(?P<factor>[mbt])(?![a-z0-9])",
    re.IGNORECASE,
)
_STATED = re.compile(r"(?P<number>\d{1,6}(?:\.\d{1,3})?)\s*(?P<factor>[kmbt])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ModelSize:
    """How many parameters a model has, and who says so."""

    parameters: float
    source: str

    @property
    def words(self) -> str:
        """Return for example `7 billion parameters, as its name says`."""
        if self.parameters >= BILLION:
            number = f"{self.parameters / BILLION:.3g} billion"
        else:
            number = f"{self.parameters / 1e6:.3g} million"
        return f"{number} parameters, as {self.source}"


def judge_size(info: ModelInfo, stated: float | None) -> ModelSize:
    """Return the size of a model that may judge: as its server says, its name, or its user.

    Raises `UsageError` for the embedded model, for one of less than a billion parameters, and for
    one whose size nobody knows.
    """
    check_not_embedded(info.id, info.api)
    size = _known_size(info, stated)
    if size is None:
        raise UsageError(
            f"How large {info.id} is, neither its server nor its name says; add --judge-size, for "
            "example --judge-size 70B."
        )
    if size.parameters < LEAST_PARAMETERS:
        raise UsageError(
            f"{info.id} has {size.words}, too few to judge; name a judge of at least one billion."
        )
    return size


def check_not_embedded(model_id: str, api: str) -> None:
    """Raise `UsageError` for the embedded model, whatever is said of its size."""
    if api == Api.EMBEDDED.value:
        raise UsageError(
            f"{model_id} is the embedded model, too small to judge; name a larger one with --judge."
        )


def read_size(text: str) -> float | None:
    """Return how many parameters `7B`, `1.5b` or `350M` are, None for anything else."""
    match = _STATED.fullmatch(text.strip())
    return None if match is None else float(match["number"]) * _FACTORS[match["factor"].lower()]


def size_in_name(name: str) -> float | None:
    """Return the parameters that a model's name tells, the last of several; None for none."""
    found = list(_IN_NAME.finditer(name))
    if not found:
        return None
    last = found[-1]
    return float(last["of"] or 1) * float(last["number"]) * _FACTORS[last["factor"].lower()]


def _known_size(info: ModelInfo, stated: float | None) -> ModelSize | None:
    if info.parameters is not None:
        return ModelSize(info.parameters, "its server says")
    if (named := size_in_name(info.name)) is not None:
        return ModelSize(named, "its name says")
    return None if stated is None else ModelSize(stated, "--judge-size says")
