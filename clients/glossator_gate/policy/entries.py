"""Own the making of an entry from the values of its table, where these contradict each other too.

It must not read values: what they may be is said in the declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from glossator_gate.errors import ConfigurationError
from glossator_gate.types import (
    AddressClass,
    Api,
    DataClass,
    IndexServerEntry,
    ModelEntry,
    Origin,
    TelemetryEntry,
    WebSearchEntry,
)

# What asks a server by the network.
SERVED = frozenset({Api.OLLAMA, Api.OPENAI})


def model_entry(values: Mapping[str, Any], rule: str) -> ModelEntry:
    """Return the entry, or raise `ConfigurationError` where its keys do not fit together."""
    api = values["api"]
    _check_model_keys(api, values)
    names = values.get("model", ())
    fields = {
        name: it
        for name, it in values.items()
        if name in {"context_tokens", "idle_s", "threads", "profile", "api_version", "price"}
    }
    return ModelEntry(
        api=api,
        names=tuple(it.name for it in names) or ("scripted",),
        base_path=values.get("base_path", "/v1" if api is Api.OPENAI else ""),
        must_be_local=values.get("must_be_local", False),
        uses=values.get("uses", ("chat",)),
        timeout_s=values.get("timeout_s", 60.0),
        script=values.get("script"),
        digests=MappingProxyType({it.name: it.digest for it in names if it.digest is not None}),
        **_place(values, rule),
        **fields,
    )


def index_server_entry(values: Mapping[str, Any], rule: str) -> IndexServerEntry:
    """Return the entry, or raise `ConfigurationError` where its keys do not fit together."""
    return IndexServerEntry(timeout_s=values.get("timeout_s", 30.0), **_place(values, rule))


def web_search_entry(values: Mapping[str, Any], rule: str) -> WebSearchEntry:
    """Return the entry, or raise `ConfigurationError` where its keys do not fit together."""
    fields = {
        "timeout_s": values.get("timeout_s", 10.0),
        "base_path": values.get("base_path", ""),
        **_place(values, rule),
    }
    if "max_class" not in values:
        # The words of a query are read by whoever SearXNG asks, wherever it runs itself.
        fields["max_class"] = DataClass.PUBLIC
    return WebSearchEntry(**fields)


def telemetry_entry(values: Mapping[str, Any], rule: str) -> TelemetryEntry:
    """Return the entry, or raise `ConfigurationError` where its keys do not fit together."""
    place = _place({**values, "id": "telemetry", "origin": values["otlp"]}, rule)
    # No text is sent, whatever the place: there is nothing to say of its class.
    place["max_class"] = DataClass.PUBLIC
    return TelemetryEntry(timeout_s=values.get("timeout_s", 5.0), **place)


ENTRIES: Mapping[str, Callable[[Mapping[str, Any], str], Any]] = {
    "model": model_entry,
    "index_server": index_server_entry,
    "web_search": web_search_entry,
}


def _place(values: Mapping[str, Any], rule: str) -> dict[str, Any]:
    """Return the fields that all entries have: where it is and what may be sent there."""
    origin: Origin | None = values.get("origin")
    address = values.get("address", AddressClass.LOOPBACK)
    for key in ("proxy", "ca_file"):
        if key in values and (origin is None or origin.scheme != "https"):
            raise ConfigurationError(f"{key} needs an origin that begins with https://")
    here = address is AddressClass.LOOPBACK
    return {
        "id": values["id"],
        "origin": origin,
        "address": address,
        # What leaves this machine is only what somebody said may leave it.
        "max_class": values.get("max_class", DataClass.RESTRICTED if here else DataClass.PUBLIC),
        "key": values.get("key"),
        "proxy": values.get("proxy"),
        "ca_file": values.get("ca_file"),
        "rule": rule,
    }


def _check_model_keys(api: Api, values: Mapping[str, Any]) -> None:
    needed = {"origin", "model"} if api in SERVED else {"model"}
    if api is Api.SCRIPTED:
        needed = {"script"}
    for key in sorted(needed - values.keys()):
        raise ConfigurationError(f"{key} must be given")
    for key in ("origin", "address", "proxy", "ca_file", "key"):
        if key in values and api not in SERVED:
            raise ConfigurationError(f'{key} is for api = "ollama" and "openai" only')
    for key in ("profile", "api_version"):
        if key in values and api is not Api.OPENAI:
            raise ConfigurationError(f'{key} is for api = "openai" only')
    if api is not Api.OLLAMA and any(it.digest for it in values.get("model", ())):
        raise ConfigurationError(
            'model pins a digest, which only a server of api = "ollama" tells; remove @sha256:...'
        )
