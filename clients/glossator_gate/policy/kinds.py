"""Own the kinds of values that a policy file may hold: how each is read, and its JSON Schema.

Both stand side by side, so that an editor completes what the reader accepts. It must not know keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy.globs import LONGEST_GLOB, check_glob
from glossator_gate.types import DEFAULT_CURRENCY, Origin, Price

Schema = Mapping[str, Any]

# Each list becomes one expression.
MOST_IN_ONE_LIST = 1000
LONGEST_WAIT_S = 24 * 3600.0
_KEY = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:/.+|keyring:[^/\s]+/.+")
_BASE_PATH = re.compile(r"(/[^?#%\\ ]*)?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_PINNED = re.compile(r"(?P<name>[^\s]+)@sha256:(?P<digest>[0-9A-Fa-f]{12,64})")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: `read` returns what it means, or raises `ConfigurationError` ("must...")."""

    read: Callable[[object], Any]
    schema: Schema


@dataclass(frozen=True, slots=True)
class ModelName:
    """A server's exact name of a model, and the beginning of its digest where that is pinned."""

    name: str
    digest: str | None


def text(pattern: str = r"\S", hint: str = "must be given as a text in quotes") -> Kind:
    """Return the kind of texts that hold something that fits the pattern."""
    found = re.compile(pattern)

    def read(value: object) -> str:
        if not isinstance(value, str) or not found.search(value):
            raise ConfigurationError(hint)
        return value

    return Kind(read, {"type": "string", "pattern": pattern})


def one_of(*choices: str) -> Kind:
    """Return the kind of values that are one of some words."""

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ConfigurationError(f"must be {_joined(choices)}")
        return value

    return Kind(read, {"enum": list(choices)})


def member_of(kind: type[StrEnum], *left_out: StrEnum) -> Kind:
    """Return the kind of values that name a member of an enumeration."""
    words = one_of(*(it.value for it in kind if it not in left_out))
    return Kind(lambda value: kind(words.read(value)), words.schema)


def switch() -> Kind:
    """Return the kind of true and false."""

    def read(value: object) -> bool:
        if not isinstance(value, bool):
            raise ConfigurationError("must be true or false")
        return value

    return Kind(read, {"type": "boolean"})


def seconds() -> Kind:
    """Return the kind of times that are waited for something."""

    def read(value: object) -> float:
        number = _number(value, "must be a number of seconds")
        if not 0 < number <= LONGEST_WAIT_S:
            raise ConfigurationError(f"must lie between 0 and {LONGEST_WAIT_S:g}")
        return number

    return Kind(read, {"type": "number", "exclusiveMinimum": 0, "maximum": LONGEST_WAIT_S})


def amount() -> Kind:
    """Return the kind of sums of money."""

    def read(value: object) -> float:
        number = _number(value, "must be a number")
        if not 0 <= number <= _MOST:
            raise ConfigurationError("must be a number of at least 0")
        return number

    return Kind(read, {"type": "number", "minimum": 0, "maximum": _MOST})


def money() -> Kind:
    """Return the kind of sums of money by currency; a bare number is in the default one."""
    one = amount()
    hint = "must be a table such as { EUR = 5 }, or a number of USD"

    def read(value: object) -> Mapping[str, float]:
        sums = value if isinstance(value, dict) else {DEFAULT_CURRENCY: value}
        if not sums or not all(map(_CURRENCY.fullmatch, sums)):
            raise ConfigurationError(f"{hint}, with currencies of three letters")
        try:
            return {currency: one.read(it) for currency, it in sums.items()}
        except ConfigurationError as error:
            raise ConfigurationError(hint) from error

    table = {
        "type": "object",
        "patternProperties": {f"^{_CURRENCY.pattern}$": one.schema},
        "additionalProperties": False,
        "minProperties": 1,
    }
    return Kind(read, {"anyOf": [one.schema, table]})


def count(least: int) -> Kind:
    """Return the kind of whole numbers."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= _MOST:
            raise ConfigurationError(f"must be a whole number of at least {least}")
        return value

    return Kind(read, {"type": "integer", "minimum": least, "maximum": _MOST})


def names() -> Kind:
    """Return the kind of a model's names: one, or a list in order of preference."""
    hint = 'must be a list of exact names, such as ["qwen2.5-coder:7b"]'
    one = {"type": "string", "pattern": r"\S"}

    def read(value: object) -> tuple[ModelName, ...]:
        return tuple(_model_name(it) for it in _texts(value, hint))

    return Kind(read, {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})


def words(*choices: str) -> Kind:
    """Return the kind of lists of some words."""

    def read(value: object) -> tuple[str, ...]:
        found = _texts(value, f"must be a list of {_joined(choices)}")
        if unknown := sorted(set(found) - set(choices)):
            raise ConfigurationError(f"knows {', '.join(choices)}, not {unknown[0]!r}")
        return found

    one = {"enum": list(choices)}
    return Kind(read, {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})


def ids() -> Kind:
    """Return the kind of lists of models' ids; an empty one means none."""

    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(it, str) for it in value):
            raise ConfigurationError("is no list of model ids; write it as one")
        return tuple(value)

    return Kind(read, {"type": "array", "items": {"type": "string"}})


def globs() -> Kind:
    """Return the kind of lists of globs as in `.gitignore`; an empty one names nothing."""

    def read(value: object) -> tuple[str, ...]:
        hint = 'must be a list of globs, such as ["**/payments/**"]'
        if value == []:
            return ()
        if isinstance(value, list) and len(value) > MOST_IN_ONE_LIST:
            raise ConfigurationError(f"must hold at most {MOST_IN_ONE_LIST} globs")
        return tuple(map(check_glob, _texts(value, hint)))

    one = {"type": "string", "pattern": r"^(?![!#])[^\\]*[^\\/]", "maxLength": LONGEST_GLOB}
    many = {"type": "array", "items": one, "maxItems": MOST_IN_ONE_LIST}
    return Kind(read, {"anyOf": [one, many]})


def argument_lists() -> Kind:
    """Return the kind of lists of commands, each a list of its words."""
    hint = 'must be a list of lists of words, such as [["make", "check"]]'

    def read(value: object) -> tuple[tuple[str, ...], ...]:
        if not isinstance(value, list) or not all(isinstance(it, list) for it in value):
            raise ConfigurationError(hint)
        return tuple(_texts(it, hint) for it in value)

    word = {"type": "string", "minLength": 1}
    command = {"type": "array", "items": word, "minItems": 1}
    return Kind(read, {"type": "array", "items": command})


def origin(*schemes: str) -> Kind:
    """Return the kind of origins: scheme, host and port, exact."""

    def read(value: object) -> Origin:
        if not isinstance(value, str):
            raise ConfigurationError("must be given as a text in quotes")
        found = Origin.parse(value)
        if found.scheme not in schemes:
            raise ConfigurationError(f"must begin with {_joined(schemes)}://")
        return found

    scheme, host = "|".join(schemes), r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)"
    pattern = rf"^({scheme})://{host}(:[1-9][0-9]{{0,4}})?/?$"
    return Kind(read, {"type": "string", "pattern": pattern})


def base_path() -> Kind:
    """Return the kind of what stands between an origin and the names of an interface."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not _BASE_PATH.fullmatch(value):
            raise ConfigurationError('must look like "/v1"')
        return value.rstrip("/")

    return Kind(read, {"type": "string", "pattern": f"^{_BASE_PATH.pattern}$"})


def absolute_path() -> Kind:
    """Return the kind of absolute paths."""

    def read(value: object) -> Path:
        if not isinstance(value, str) or not value.startswith("/") or "\0" in value:
            raise ConfigurationError("must be an absolute path")
        return Path(value)

    return Kind(read, {"type": "string", "pattern": "^/"})


def key_reference() -> Kind:
    """Return the kind of what says where a key is; it is never the key itself."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not _KEY.fullmatch(value):
            # Never shown: it may be the key.
            raise ConfigurationError(
                'must say where the key is, as "keyring:service/name", "file:/path" (mode 0600) '
                'or "env:NAME"; the key itself is never written into the file'
            )
        return value

    return Kind(read, {"type": "string", "pattern": f"^({_KEY.pattern})$"})


def price() -> Kind:
    """Return the kind of prices of a million tokens."""
    parts = {"prompt": amount(), "completion": amount()}
    hint = 'must be a table such as { prompt = 2.5, completion = 10, currency = "USD" }'

    def read(value: object) -> Price:
        if not isinstance(value, dict) or not set(value) - {"currency"} == set(parts):
            raise ConfigurationError(hint)
        currency = value.get("currency", DEFAULT_CURRENCY)
        if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
            raise ConfigurationError(f"{hint}, with a currency of three letters")
        return Price(
            parts["prompt"].read(value["prompt"]),
            parts["completion"].read(value["completion"]),
            currency,
        )

    properties = {name: kind.schema for name, kind in parts.items()}
    currency = {"type": "string", "pattern": f"^{_CURRENCY.pattern}$"}
    return Kind(
        read,
        {
            "type": "object",
            "properties": {**properties, "currency": currency},
            "required": list(parts),
            "additionalProperties": False,
        },
    )


# More than any limit has a use for; TOML knows infinity, and Python numbers of any length.
_MOST = 10**15


def _number(value: object, hint: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigurationError(hint)
    try:
        return float(value)
    except OverflowError as error:
        raise ConfigurationError(hint) from error


def _texts(value: object, hint: str) -> tuple[str, ...]:
    values: object = [value] if isinstance(value, str) else value
    if not isinstance(values, Sequence) or not values:
        raise ConfigurationError(hint)
    if not all(isinstance(it, str) and it.strip() for it in values):
        raise ConfigurationError(hint)
    return tuple(values)


def _model_name(value: str) -> ModelName:
    if "@sha256:" not in value:
        return ModelName(value, None)
    match = _PINNED.fullmatch(value)
    if match is None:
        raise ConfigurationError(
            f"cannot pin {value!r}: write name@sha256: and 12 to 64 hexadecimal digits"
        )
    return ModelName(match["name"], match["digest"].lower())


def _joined(choices: Sequence[str]) -> str:
    *others, last = choices
    return f"one of {', '.join(others)}, {last}" if others else last
