"""Own the JSON Schemas of the policy files, made from the declaration that the reader uses.

It must not say anything of a key that the declaration does not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glossator_gate.policy.declaration import MATCH, SCHEMA, TABLES, Key, Layer, Table
from glossator_gate.types import Api

_TITLES = {
    Layer.MANAGED: "Glossator: the policy of a machine, /etc/glossator/policy.toml",
    Layer.USER: "Glossator: your configuration, config.toml",
    Layer.WORKSPACE: "Glossator: what a repository prefers and forbids, .glossator.toml",
}


def json_schema(layer: Layer, preferences: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of one of the files; `preferences` are properties of other parts."""
    tables = [it for it in TABLES if layer is not Layer.WORKSPACE or it.is_for_all]
    version = {"const": SCHEMA, "description": "The version of this file's shape."}
    # Nobody reads preferences from the managed file, and an editor shall not offer them there.
    others = {} if layer is Layer.MANAGED else preferences
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": _TITLES[layer],
        "type": "object",
        "properties": {"schema": version, **{it.name: _table(it) for it in tables}, **others},
        "required": [] if layer is Layer.WORKSPACE else ["schema"],
        "additionalProperties": False,
    }


def _table(table: Table) -> dict[str, Any]:
    one: dict[str, Any] = {
        "type": "object",
        "description": table.says,
        "properties": {it.name: _key(it) for it in table.keys},
        "additionalProperties": False,
    }
    if required := [it.name for it in table.keys if it.is_required]:
        one["required"] = required
    if table.name == "model":
        one["allOf"] = _MODEL_CONDITIONS
    if table is MATCH:
        one["minProperties"] = 1
    if not table.is_list:
        return one
    return {"type": "array", "description": table.says, "items": one}


def _key(key: Key) -> dict[str, Any]:
    if key.name == MATCH.name:
        return _table(MATCH)
    return {**key.kind.schema, "description": key.says}


def _where(apis: list[str], then: dict[str, Any]) -> dict[str, Any]:
    condition = {"properties": {"api": {"enum": apis}}, "required": ["api"]}
    return {"if": condition, "then": then}


def _without(*keys: str) -> dict[str, Any]:
    return {"properties": dict.fromkeys(keys, False)}


# What the reader says of keys that do not fit together.
_MODEL_CONDITIONS = [
    _where([Api.OLLAMA, Api.OPENAI], {"required": ["model", "origin"]}),
    _where([Api.EMBEDDED], {"required": ["model"]}),
    _where([Api.SCRIPTED], {"required": ["script"]}),
    _where([Api.EMBEDDED, Api.SCRIPTED], _without("origin", "address", "proxy", "ca_file", "key")),
    _where([Api.OLLAMA, Api.EMBEDDED, Api.SCRIPTED], _without("profile", "api_version")),
]
