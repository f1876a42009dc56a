"""Own how an effective policy is printed: for people, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from glossator_gate.policy import default_classification
from glossator_gate.types import (
    ClassLayer,
    IndexServerEntry,
    ModelEntry,
    Policy,
    TelemetryEntry,
    UsageLimits,
    WebSearchEntry,
)
from glossator_server.cli.printing import visible


def policy_as_json(policy: Policy) -> dict[str, object]:
    """Return the policy as `policy show --json` documents it."""
    return {
        "sources": [
            {"layer": it.layer, "path": str(it.path), "state": it.state.value}
            for it in policy.sources
        ],
        "managed_in_force": policy.managed_in_force,
        "models": [_model(it) for it in policy.models],
        "refused": [
            {"id": it.entry.id, "origin": it.entry.origin_text, "reason": it.reason}
            for it in policy.refused
        ],
        "roles": {role: list(ids) for role, ids in policy.roles.items()},
        "index_servers": [_server(it) for it in policy.index_servers],
        "web_searches": [_server(it) for it in policy.web_searches],
        "telemetry": None if policy.telemetry is None else _telemetry(policy.telemetry),
        "default_class": default_classification(policy).data_class.value,
        "classes": [_layer(it) for it in policy.classes.layers],
        "deny_paths": list(policy.deny_paths),
        "commands": [list(it) for it in policy.commands],
        "limits": asdict(policy.limits),
        "cache_responses": policy.may_cache,
        "cache_feedback": policy.may_keep_feedback,
        "mcp": {"max_class": policy.mcp.max_class.value, "rule": policy.mcp.rule},
    }


def print_policy(policy: Policy) -> None:
    """Print the policy for people."""
    from glossator_server.cli.console import PipeConsole

    console = PipeConsole(highlight=False, emoji=False, soft_wrap=True)
    for heading, rows in _sections(policy):
        console.print(heading, style="bold", markup=False)
        # The last column is as long as it likes: what is copied from it stays whole.
        columns = max(map(len, rows))
        widths = [max(len(it[at]) for it in rows if at < len(it) - 1) for at in range(columns - 1)]
        for row in rows:
            cells = (it.ljust(width) for it, width in zip(row[:-1], widths, strict=False))
            line = "  ".join(("", *cells, row[-1]))
            console.print(visible(line), markup=False)


def _sections(policy: Policy) -> Iterable[tuple[str, list[tuple[str, ...]]]]:
    yield "files", [(it.layer, it.state.value, str(it.path)) for it in policy.sources]
    yield "models", [row for it in policy.models for row in _rows(it)] or [("none",)]
    if policy.refused:
        yield "refused", [(it.entry.id, it.reason) for it in policy.refused]
    if policy.roles:
        roles = policy.roles.items()
        yield "roles", [(role, ", ".join(ids) or "no model") for role, ids in roles]
    servers: tuple[IndexServerEntry | WebSearchEntry, ...] = (
        *policy.index_servers,
        *policy.web_searches,
    )
    if servers:
        yield "servers", [row for it in servers for row in _rows(it)]
    if policy.telemetry is not None:
        yield "told of every exchange, without its text", list(_rows(policy.telemetry))
    yield "classes", list(_class_rows(policy))
    if policy.deny_paths:
        yield "never read", [(it,) for it in policy.deny_paths]
    yield "commands in the sandbox", [(" ".join(it),) for it in policy.commands] or [("none",)]
    yield "limits", [*limit_rows(policy.limits)] or [("none",)]
    yield "answers kept on disk", [("yes" if policy.may_cache else "no",)]
    yield "what became of comments kept on disk", [("yes" if policy.may_keep_feedback else "no",)]
    told = (f"up to {policy.mcp.max_class}", f"by {policy.mcp.rule}")
    yield "what other assistants are told by the MCP server", [told]


def limit_rows(limits: UsageLimits) -> list[tuple[str, str]]:
    """Return each limit's name and amount, as people read it."""
    counts = {
        "requests_per_min": limits.requests_per_min,
        "tokens_per_day": limits.tokens_per_day,
    }
    found = [(name, f"{it:,}") for name, it in counts.items() if it is not None]
    if (sums := limits.cost_per_day) is not None:
        amounts = " and ".join(f"{it:,.10g} {currency}" for currency, it in sums.items())
        found.append(("cost_per_day", amounts or "nothing"))
    return found


def _rows(
    entry: ModelEntry | IndexServerEntry | WebSearchEntry | TelemetryEntry,
) -> Iterable[tuple[str, ...]]:
    where = "this machine" if entry.origin is None else f"{entry.origin} ({entry.address})"
    match entry:
        case ModelEntry():
            yield entry.id, where, f"up to {entry.max_class}", ", ".join(entry.uses)
            yield "", _names(entry)
        case IndexServerEntry():
            yield entry.id, where, f"up to {entry.max_class}", "index"
        case WebSearchEntry():
            yield entry.id, where, f"up to {entry.max_class}", "web search"
        case TelemetryEntry():
            yield entry.id, where, "sizes and hashes", "OTLP"
    if entry.proxy is not None:
        yield "", f"through {entry.proxy}"
    yield "", f"by {entry.rule}"


def _names(entry: ModelEntry) -> str:
    pinned = (
        f"{name}@sha256:{entry.digests[name]}" if name in entry.digests else name
        for name in entry.names
    )
    return f"{entry.api}: {', '.join(pinned)}"


def _class_rows(policy: Policy) -> Iterable[tuple[str, ...]]:
    default = default_classification(policy)
    yield default.data_class.value, "everything else", f"by {default.rule}"
    for layer in policy.classes.layers:
        for rule in layer.rules:
            places = ", ".join(rule.paths)
            if rule.repositories:
                places += f" in {', '.join(rule.repositories)}"
            yield rule.data_class.value, places, f"by {rule.rule}"


def _layer(layer: ClassLayer) -> dict[str, object]:
    return {
        "default": layer.default.value,
        "rule": layer.rule,
        "rules": [
            {
                "class": it.data_class.value,
                "paths": list(it.paths),
                "repositories": list(it.repositories),
                "rule": it.rule,
            }
            for it in layer.rules
        ],
    }


def _model(entry: ModelEntry) -> dict[str, object]:
    return {
        **_server(entry),
        "api": entry.api.value,
        "names": list(entry.names),
        "digests": dict(entry.digests),
        "must_be_local": entry.must_be_local,
        "uses": list(entry.uses),
        "profile": entry.profile.value,
        "price": None if entry.price is None else asdict(entry.price),
        "context_tokens": entry.context_tokens,
    }


def _server(entry: ModelEntry | IndexServerEntry | WebSearchEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        **_way(entry),
        "base_path": "" if isinstance(entry, IndexServerEntry) else entry.base_path,
        "max_class": entry.max_class.value,
    }


def _telemetry(entry: TelemetryEntry) -> dict[str, object]:
    way = _way(entry)
    return {"otlp": way.pop("origin"), **way}


def _way(
    entry: ModelEntry | IndexServerEntry | WebSearchEntry | TelemetryEntry,
) -> dict[str, object]:
    return {
        "origin": None if entry.origin is None else str(entry.origin),
        "address": entry.address.value,
        "key": entry.key,
        "timeout_s": entry.timeout_s,
        "proxy": None if entry.proxy is None else str(entry.proxy),
        "ca_file": None if entry.ca_file is None else str(entry.ca_file),
        "rule": entry.rule,
    }
