"""The JSON Schema that editors complete with says what the reader says: both accept, or neither."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy import Layer, json_schema, parse_policy_file
from glossator_gate.policy.declaration import MATCH, TABLES
from glossator_server.settings import Settings, preference_schema
from tests.gate.policies_made_up import damages, toml, triple
from tests.gate.test_policy import model

HEAD = "schema = 1\n"
VALID = [
    HEAD,
    HEAD + model(),
    HEAD + model(model="one"),
    HEAD + model(model=["m@sha256:" + "0" * 64]),
    HEAD + model(api="openai", profile="azure", api_version="2024-10-21", base_path="/openai"),
    HEAD + model(api="openai", origin="https://a.example", proxy="http://p.example:3128"),
    HEAD + model(api="openai", origin="https://a.example", ca_file="/etc/ssl/own.pem"),
    HEAD + model(api="embedded", origin=None, model="smollm2", idle_s=3.5, threads=2),
    HEAD + model(api="scripted", origin=None, model=None, script="/s.json"),
    HEAD + model(key="keyring:glossator/gateway", context_tokens=4096, uses=["chat", "rerank"]),
    HEAD + model() + "price = { prompt = 2.5, completion = 10, currency = 'EUR' }\n",
    HEAD + "[classes]\ndefault = 'internal'\n[[classify]]\nmatch.path = 'a'\nclass = 'public'\n",
    HEAD + "[[classify]]\nmatch = { repository = ['/a/**'] }\nclass = 'public'\n",
    HEAD + "[execute]\nsandbox = 'required'\ncommands = [['make', '-j2']]\n",
    HEAD + "[redact]\ndeny_paths = []\n[limits]\ncost_per_day = 0\n[cache]\nresponses = false\n",
    HEAD + "[limits]\ncost_per_day = { EUR = 5, USD = 0.5 }\n",
    HEAD + "[[index_server]]\nid = 'a'\napi = 'chroma'\norigin = 'http://127.0.0.1:1'\n",
    HEAD + "[[web_search]]\nid = 'a'\napi = 'searxng'\norigin = 'https://a.example'\n",
    HEAD + "[telemetry]\notlp = 'http://127.0.0.1:4318'\n",
    HEAD + "[telemetry]\notlp = 'https://a.example'\naddress = 'public'\nkey = 'env:A'\n",
    HEAD + "[roles]\nfix = []\nembed = ['x']\n",
]
INVALID = [
    "",
    "schema = 2\n",
    HEAD + "colour = 1\n",
    HEAD + "[model]\nid = 'x'\n",
    HEAD + model(colour="red"),
    HEAD + model(id=None),
    HEAD + model(id=" "),
    HEAD + model(api="telnet"),
    HEAD + model(origin=None),
    HEAD + model(origin="127.0.0.1:1"),
    HEAD + model(origin="http://a.example/path"),
    HEAD + model(origin="http://u:p@a.example"),
    HEAD + model(model=[]),
    HEAD + model(model=None),
    HEAD + model(must_be_local="yes"),
    HEAD + model(uses=["paint"]),
    HEAD + model(key="sk-123"),
    HEAD + model(key="env:A B"),
    HEAD + model(timeout_s=0),
    HEAD + model(timeout_s=True),
    HEAD + model(context_tokens=1),
    HEAD + model(profile="azure"),
    HEAD + model(api="scripted", origin=None, model=None),
    HEAD + model(api="embedded", model="smollm2"),
    HEAD + model(proxy="https://p.example"),
    HEAD + model(ca_file="own.pem"),
    HEAD + model() + "price = { prompt = 1 }\n",
    HEAD + model() + "price = { prompt = 1, completion = -1 }\n",
    HEAD + "[[classify]]\nclass = 'public'\n",
    HEAD + "[[classify]]\nmatch = {}\nclass = 'public'\n",
    HEAD + "[[classify]]\nmatch = { path = ['!a'] }\nclass = 'public'\n",
    HEAD + "[execute]\ncommands = ['make']\n",
    HEAD + "[execute]\ncommands = [[]]\n",
    HEAD + "[execute]\nsandbox = 'off'\n",
    HEAD + "[limits]\nrequests_per_min = 0\n",
    HEAD + "[limits]\ntokens_per_day = 1.5\n",
    HEAD + "[limits]\ncost_per_day = inf\n",
    HEAD + "[limits]\ncost_per_day = {}\n",
    HEAD + "[limits]\ncost_per_day = { euro = 5 }\n",
    HEAD + "[limits]\ncost_per_day = { EUR = '5' }\n",
    HEAD + "[limits]\ncost_per_day = { EUR = -1 }\n",
    HEAD + "[roles]\nfix = 'x'\n",
    HEAD + "[roles]\nworld-domination = []\n",
    HEAD + "[[web_search]]\nid = 'a'\napi = 'searxng'\n",
    HEAD + "[telemetry]\n",
    HEAD + "[telemetry]\naddress = 'private'\n",
    HEAD + "[telemetry]\notlp = 'http://127.0.0.1:4318/v1/traces'\n",
    HEAD + "[telemetry]\notlp = 'http://127.0.0.1:4318'\nmax_class = 'restricted'\n",
    HEAD + "[[telemetry]]\notlp = 'http://127.0.0.1:4318'\n",
]


def is_valid_by_schema(layer: Layer, document: object) -> bool:
    schema = json_schema(layer, preference_schema())
    return bool(jsonschema.Draft202012Validator(schema).is_valid(document))


def is_valid_by_reader(layer: Layer, text: str) -> bool:
    try:
        return parse_policy_file(text, Path("/p.toml"), layer).problems == ()
    except ConfigurationError:
        return False


@pytest.mark.parametrize("layer", [Layer.MANAGED, Layer.USER])
@pytest.mark.parametrize("text", VALID)
def test_what_is_right_is_right_to_both(layer: Layer, text: str) -> None:
    assert is_valid_by_reader(layer, text)
    assert is_valid_by_schema(layer, tomllib.loads(text))


@pytest.mark.parametrize("text", INVALID)
def test_what_is_wrong_is_wrong_to_both(text: str) -> None:
    assert not is_valid_by_reader(Layer.USER, text)
    assert not is_valid_by_schema(Layer.USER, tomllib.loads(text))


def test_both_judge_damaged_files_alike() -> None:
    judged = [0, 0]
    for seed in range(40):
        rng = random.Random(seed)
        files = triple(rng)
        if files.user is None:
            continue
        text = toml(files.user)
        for it in (text.encode(), *(found for _, found in damages(rng, text))):
            try:
                document = tomllib.loads(it.decode())
            except ValueError:
                continue
            if len(it) < 1_000_000:
                by_reader = is_valid_by_reader(Layer.USER, it.decode())
                assert is_valid_by_schema(Layer.USER, document) == by_reader, it.decode()
                judged[by_reader] += 1
    assert min(judged) > 20


def test_a_workspaces_schema_offers_nothing_that_only_a_person_may_say() -> None:
    schema = json_schema(Layer.WORKSPACE, preference_schema())
    assert not schema["properties"].keys() & {
        "model",
        "roles",
        "execute",
        "index_server",
        "telemetry",
    }
    assert is_valid_by_schema(Layer.WORKSPACE, tomllib.loads("[document]\nwidth = 72\n"))


def test_the_preferences_of_the_schema_are_those_that_are_read() -> None:
    leaves = list(_leaves(preference_schema(), ()))
    assert len(leaves) > 12
    for place, schema in leaves:
        value = _example(schema)
        assert jsonschema.Draft202012Validator(schema).is_valid(value)
        layer: Any = value
        for name in reversed(place):
            layer = {name: layer}
        assert Settings().narrowed(layer)[1] == (), place


def _leaves(
    properties: dict[str, Any], place: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    for name, schema in properties.items():
        if "properties" in schema:
            yield from _leaves(schema["properties"], (*place, name))
        else:
            yield (*place, name), schema


def _example(schema: dict[str, Any]) -> object:
    """Return a value that fits the schema of a preference."""
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] in {"integer", "number"}:
        return schema.get("minimum", schema.get("maximum"))
    if schema["type"] == "array":
        return [_example(schema.get("items", {"type": "string"}))]
    if schema["type"] == "object":
        required = schema.get("required", ("x",))
        others = schema.get("additionalProperties")
        return {it: _example(schema.get("properties", {}).get(it, others)) for it in required}
    return {"boolean": True, "string": "x"}[schema["type"]]


def test_every_key_is_described() -> None:
    descriptions = list(_descriptions())
    assert len(descriptions) > 40
    assert all(it.endswith((".", '"', ")")) for it in descriptions), descriptions


def _descriptions() -> Iterator[str]:
    for table in (*TABLES, MATCH):
        yield table.says
        yield from (key.says for key in table.keys)


def test_every_key_stands_in_the_reference() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "policy.md").read_text("utf-8")
    for table in TABLES:
        assert f"`{table.heading}`" in page
        for key in table.keys:
            assert f"`{key.name}`" in page, f"{table.heading} {key.name}"
