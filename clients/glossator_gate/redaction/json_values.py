"""Own the walk over a JSON value: each text in it is given to somebody who may change it.

It must not know what a secret is but for what a key says of its value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Change = Callable[[str], str]
Placeholder = Callable[[str, str], str]
# What tables of names and values call them, as containers' environments do.
_NAMES = ("name", "key", "Name", "Key")
_VALUES = ("value", "Value")
_KIND = "credential"


def walked(value: Any, change: Change, named: Placeholder | None = None) -> Any:  # noqa: ANN401
    """Return a JSON value with its texts and keys changed; the same object if none was.

    `named` returns what stands for a value which its key calls a secret. Raises `ValueError` where
    a value is nested too deeply.
    """
    try:
        return _Walk(change, named).of(value)
    except RecursionError as error:
        raise ValueError("a value of JSON is nested too deeply") from error


def json_of(body: bytes) -> Any:  # noqa: ANN401 -- whatever JSON holds
    """Return the value of a body.

    Raises `ValueError` where it is no JSON, or says a key twice: the first one would not be seen.
    """
    try:
        return json.loads(body, object_pairs_hook=_table_of)
    except RecursionError as error:
        raise ValueError("a value of JSON is nested too deeply") from error


def _table_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a table of JSON has a key twice")
    return table


class _Walk:
    """One walk under way."""

    def __init__(self, change: Change, named: Placeholder | None) -> None:
        self._change = change
        self._named = named

    def of(self, value: Any, name: str = "") -> Any:  # noqa: ANN401 -- whatever JSON holds
        """Return a value; `name` is the key beside which it stands."""
        if isinstance(value, str):
            return self._text(value, name)
        if isinstance(value, list):
            items = [self.of(it, name) for it in value]
            return value if _are_same(items, value) else items
        return self._table(value) if isinstance(value, dict) else value

    def _text(self, text: str, name: str) -> str:
        changed = self._change(text)
        if changed is not text or not name or self._named is None:
            return changed
        from glossator_gate.redaction.named import is_named_secret

        return self._named(_KIND, text) if is_named_secret(name, text) else text

    def _table(self, table: dict[str, Any]) -> dict[str, Any]:
        name = _first_text(table, _NAMES)
        changed = {
            self._change(key): self.of(value, name if key in _VALUES and name else key)
            for key, value in table.items()
        }
        is_same = _are_same(list(changed), list(table)) and _are_same(
            list(changed.values()), list(table.values())
        )
        return table if is_same else changed


def _first_text(table: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return next((it for key in keys if isinstance(it := table.get(key), str)), "")


def _are_same(one: list[Any], other: list[Any]) -> bool:
    return len(one) == len(other) and all(map(lambda a, b: a is b, one, other))
