"""Own what the words of `--with` mean: configurations, each with a name of its own.

It must not open anything, nor know which models and prompts there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from glossator_server.errors import UsageError
from glossator_server.evals.types import Configuration

KEYS = ("name", "model", "prompt", "retrieval", "adapter")
# What is measured where nobody names anything.
AS_NOW = Configuration("as now")
MOST = 8
_LONGEST_NAME = 40


def read_configurations(words: Sequence[str]) -> tuple[Configuration, ...]:
    """Return the configurations that are meant, what is used now where there are none.

    Raises `UsageError` for one that cannot be meant, and for two of one name.
    """
    if len(words) > MOST:
        raise UsageError(f"{len(words)} configurations are too many to read; take {MOST} at most.")
    found = tuple(_configuration(it) for it in words) or (AS_NOW,)
    names = [it.name for it in found]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"Two configurations are called {name}; give each its own name=.")
    return found


def _configuration(word: str) -> Configuration:
    values: dict[str, str] = {}
    for part in word.split(","):
        key, equals, value = (it.strip() for it in part.partition("="))
        if key not in KEYS or not equals or not value:
            near = get_close_matches(key, KEYS, 1)
            hint = f"did you mean {near[0]}=?" if near and key not in KEYS else "write KEY=VALUE"
            raise UsageError(
                f"{part.strip() or word!r} in --with means nothing; {hint.rstrip('?')}, with KEY "
                f"one of {', '.join(KEYS)}."
            )
        if key in values:
            raise UsageError(f"{key}= stands twice in --with {word}; say it once.")
        values[key] = value
    retrieval = values.get("retrieval", "on")
    if retrieval not in {"on", "off"}:
        raise UsageError(f"retrieval={retrieval} means nothing; choose on or off.")
    name = values.get("name") or _name_of(values)
    if len(name) > _LONGEST_NAME:
        raise UsageError(f"The name {name} does not fit a table; choose a shorter name=.")
    return Configuration(
        name,
        values.get("model"),
        values.get("prompt"),
        retrieval == "on",
        values.get("adapter"),
    )


def _name_of(values: Mapping[str, str]) -> str:
    """Return a name that says in what a configuration differs from what is used now."""
    parts = [values[it] for it in ("model",) if it in values]
    if "prompt" in values:
        parts.append(Path(values["prompt"]).stem)
    if "adapter" in values:
        parts.append("no adapter" if values["adapter"] == "none" else values["adapter"])
    if values.get("retrieval") == "off":
        parts.append("no retrieval")
    return ", ".join(parts)[:_LONGEST_NAME] or AS_NOW.name
