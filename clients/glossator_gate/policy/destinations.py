"""Own what the door is told of a usable entry: where its requests go, how, and with which key.

It must not decide what is usable.
"""

from __future__ import annotations

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy.keys import resolve_key
from glossator_gate.types import (
    Destination,
    EgressLimits,
    IndexServerEntry,
    ModelEntry,
    Origin,
    Policy,
    ServerProfile,
    TelemetryEntry,
    WebSearchEntry,
)

# A whole answer may take this many times the longest silence.
_TOTAL_TO_SILENCE = 15
# Vectors travel in batches of some hundred.
_LARGEST_BATCH = 16 * 1024 * 1024
# Where Azure has its servers: the key goes into a header of its own.
_AZURE_HOSTS = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
# Some hundred spans of a kilobyte each.
_LARGEST_TELEMETRY = 1024 * 1024
_LARGEST_QUERY = 4 * 1024
_LARGEST_SEARCH_PAGE = 4 * 1024 * 1024


def destination_of(entry: ModelEntry) -> Destination:
    """Return where the requests of a usable model go; its key is read here and now.

    Raises `ConfigurationError` where the key cannot be read; a keyring may be waited for.
    """
    if entry.origin is None:
        raise ConfigurationError(f"The model {entry.id} has no origin; list one in config.toml.")
    limits = EgressLimits(silence_s=entry.timeout_s, total_s=entry.timeout_s * _TOTAL_TO_SILENCE)
    is_azure = entry.profile is ServerProfile.AZURE or (
        entry.profile is ServerProfile.AUTO and entry.origin.host.endswith(_AZURE_HOSTS)
    )
    header = "api-key" if is_azure else "authorization"
    return _destination(entry, entry.origin, limits, header)


def destination_of_server(entry: IndexServerEntry) -> Destination:
    """Return where the requests to a usable index server go; its key is read here and now.

    Raises `ConfigurationError` where the key cannot be read.
    """
    # An answer is one JSON line: some hundred vectors with their places.
    limits = EgressLimits(
        silence_s=entry.timeout_s,
        total_s=entry.timeout_s * _TOTAL_TO_SILENCE,
        request_bytes=_LARGEST_BATCH,
        event_bytes=_LARGEST_BATCH,
        response_bytes=_LARGEST_BATCH,
    )
    return _destination(entry, entry.origin, limits)


def destination_of_web_search(entry: WebSearchEntry) -> Destination:
    """Return where the requests to a usable web search go; its key is read here and now.

    Raises `ConfigurationError` where the key cannot be read.
    """
    limits = EgressLimits(
        silence_s=entry.timeout_s,
        total_s=entry.timeout_s,
        request_bytes=_LARGEST_QUERY,
        event_bytes=_LARGEST_SEARCH_PAGE,
        response_bytes=_LARGEST_SEARCH_PAGE,
    )
    return _destination(entry, entry.origin, limits)


def destination_of_telemetry(entry: TelemetryEntry) -> Destination:
    """Return where exchanges are told of; its key is read here and now.

    Raises `ConfigurationError` where the key cannot be read; a keyring may be waited for.
    """
    limits = EgressLimits(
        silence_s=entry.timeout_s,
        total_s=entry.timeout_s,
        request_bytes=_LARGEST_TELEMETRY,
        response_bytes=_LARGEST_TELEMETRY,
    )
    return _destination(entry, entry.origin, limits)


def key_variables(policy: Policy) -> frozenset[str]:
    """Return the environment variables that hold the keys of what an index may ask or tell."""
    models = (it.key for it in policy.models if not {"embed", "rerank"}.isdisjoint(it.uses))
    told = () if policy.telemetry is None else (policy.telemetry.key,)
    keys = (*models, *(it.key for it in policy.index_servers), *told)
    return frozenset(it.removeprefix("env:") for it in keys if it and it.startswith("env:"))


def _destination(
    entry: ModelEntry | IndexServerEntry | WebSearchEntry | TelemetryEntry,
    origin: Origin,
    limits: EgressLimits,
    key_header: str = "authorization",
) -> Destination:
    rate = entry.requests_per_min if isinstance(entry, ModelEntry | WebSearchEntry) else None
    return Destination(
        origin,
        entry.address,
        None if entry.key is None else resolve_key(entry.key),
        limits,
        id=entry.id,
        rule=entry.rule,
        max_class=entry.max_class,
        key_header=key_header,
        proxy=entry.proxy,
        ca_file=entry.ca_file,
        requests_per_min=rate,
    )
