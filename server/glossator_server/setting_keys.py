"""Own what a preference may be: keys of tables, what they accept, and what is said otherwise.

It must not know any single preference.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

KNOWN = (
    "document.*, fix.*, edit.*, review, code_lens, index.*, sampling.*, prompts.*, "
    "preferred_models, c.annotations"
)
# No dot and no slash: what has one is the path of a file.
_PROMPT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
# Of a key that nobody knows: enough to find it.
MAX_SHOWN_CHARACTERS = 80
OptionsT = TypeVar("OptionsT", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class IgnoredKey:
    """A key of a layer that is left out: why, as a sentence, and where it stands."""

    sentence: str
    place: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """What a key of a table accepts, what to say otherwise, and as what it is taken."""

    accepts: Callable[[object], bool]
    hint: Callable[[], str]
    schema: Callable[[], dict[str, Any]]
    says: str = ""
    taken: Callable[[Any], object] = lambda value: value


@dataclass(frozen=True, slots=True)
class Table:
    """The keys of one table of preferences."""

    name: str
    keys: Mapping[str, Key]


def narrow(
    options: OptionsT, table: Mapping[str, object], known: Table
) -> tuple[OptionsT, list[IgnoredKey]]:
    """Return the options with what a table chooses, and what is left out of it."""
    ignored: list[IgnoredKey] = []
    chosen: dict[str, Any] = {}
    for name, value in table.items():
        key = known.keys.get(name)
        if key is None:
            ignored.append(ignored_key((known.name, name)))
        elif not key.accepts(value):
            what = f"{known.name}.{name} cannot be {reprlib.repr(value)}; {key.hint()}."
            ignored.append(IgnoredKey(what, (known.name, name)))
        else:
            chosen[name] = key.taken(value)
    return replace(options, **chosen), ignored


def ignored_key(place: tuple[str, ...]) -> IgnoredKey:
    """Return that a key is no preference at all."""
    shown = ".".join(place)[:MAX_SHOWN_CHARACTERS]
    what = f"{shown} is ignored here: only preferences ({KNOWN}) can be set."
    return IgnoredKey(what, place)


def whole_number(low: int, high: int, says: str) -> Key:
    """Return a key for a whole number within bounds."""
    return Key(
        # bool is an int to Python, not to a user.
        lambda value: isinstance(value, int) and value is not True and low <= value <= high,
        lambda: f"choose a whole number from {low} to {high}",
        lambda: {"type": "integer", "minimum": low, "maximum": high},
        says,
    )


def number(low: float, high: float, says: str) -> Key:
    """Return a key for a number within bounds."""
    return Key(
        lambda value: type(value) in (int, float) and low <= cast("float", value) <= high,
        lambda: f"choose a number from {low:g} to {high:g}",
        lambda: {"type": "number", "minimum": low, "maximum": high},
        says,
    )


def switch(says: str) -> Key:
    """Return a key that is on or off."""
    return Key(
        lambda value: isinstance(value, bool),
        lambda: "choose true or false",
        lambda: {"type": "boolean"},
        says,
    )


def one_of(names: Callable[[], Sequence[str]], says: str) -> Key:
    """Return a key for one of some words, which are asked for when they are needed."""
    return Key(
        lambda value: value in names(),
        lambda: f"choose one of {', '.join(names())}",
        lambda: {"type": "string", "enum": list(names())},
        says,
    )


def one_of_these(meanings: Mapping[str, str], says: str) -> Key:
    """Return a key for one of some words, each with what it means."""
    return Key(
        # No set: a value may be anything that TOML knows, tables included.
        lambda value: value in [*meanings],
        lambda: f"choose one of {', '.join(meanings)}",
        lambda: words_schema(meanings),
        says,
    )


def some_of(meanings: Mapping[str, str], says: str) -> Key:
    """Return a key for a list of some words, in any order, each with what it means."""
    return Key(
        lambda value: isinstance(value, list) and all(it in [*meanings] for it in value),
        lambda: f"list some of {', '.join(meanings)}",
        lambda: {"type": "array", "items": words_schema(meanings), "uniqueItems": True},
        says,
        lambda value: tuple(dict.fromkeys(value)),
    )


def or_none(key: Key) -> Key:
    """Let None stand for what is not set, as editors send it."""
    return replace(key, accepts=lambda it: it is None or key.accepts(it))


def words(longest: int, says: str) -> Key:
    """Return a key for a text of a person's own."""
    return Key(
        lambda value: isinstance(value, str) and len(value) <= longest and "\0" not in value,
        lambda: f"write a text of at most {longest} characters",
        lambda: {"type": "string", "maxLength": longest},
        says,
    )


def prompt_name(says: str) -> Key:
    """Return a key for the name of a prompt, which need not be there; empty for the usual one.

    No path is a name: a folder chooses among the prompts that its user has, and adds none.
    """
    return Key(
        lambda value: isinstance(value, str) and (not value or is_prompt_name(value)),
        lambda: "name a prompt that glossator prompt list shows",
        lambda: {"type": "string", "pattern": f"^({_PROMPT_NAME.pattern})?$"},
        says,
    )


def is_prompt_name(word: str) -> bool:
    """Tell whether a word can be the name of a prompt, and not the path of its file."""
    return _PROMPT_NAME.fullmatch(word) is not None


def words_schema(meanings: Mapping[str, str]) -> dict[str, Any]:
    """Return words with what they mean as a JSON Schema, as editors read it."""
    return {
        "type": "string",
        "enum": list(meanings),
        "enumDescriptions": list(meanings.values()),
    }


def schema_of(table: Table, says: str) -> dict[str, Any]:
    """Return a table of preferences as a JSON Schema."""
    return {
        "type": "object",
        "description": says,
        "properties": {
            name: {**key.schema(), "description": key.says} for name, key in table.keys.items()
        },
        "additionalProperties": False,
    }
