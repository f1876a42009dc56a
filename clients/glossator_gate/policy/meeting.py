"""Own the meet of the managed and the user's file: what both allow, and what either forbids.

It must not open connections, and no file of a workspace may reach it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from glossator_gate.policy.approving import listed_models, sort_out
from glossator_gate.policy.files import FoundFile, load_managed, load_user
from glossator_gate.policy.reading import PolicyFile
from glossator_gate.policy.roles import Roles
from glossator_gate.policy.servers import collectors, index_servers, web_searches
from glossator_gate.types import (
    Classes,
    ClassLayer,
    DataClass,
    McpBound,
    Policy,
    PolicyPlaces,
    PolicySource,
    UsageLimits,
)

# What nobody classified is as secret as most code is.
DEFAULT_CLASS = DataClass.CONFIDENTIAL


def load_policy(places: PolicyPlaces) -> Policy:
    """Return the effective policy; trouble with a file narrows it and never raises."""
    return meet(load_managed(places), load_user(places.user))


def meet(managed: FoundFile, user: FoundFile) -> Policy:
    """Return what two files allow together; one that is broken only forbids."""
    narrowing = [it for it in (managed.file or managed.remains, user.file) if it is not None]
    limits = least_limits(it.limits for it in narrowing)
    usable, refused = sort_out(listed_models(managed, user), limits)
    roles = Roles.of(usable, refused, managed, user)
    servers, server_refusals = index_servers(managed, user)
    searches, search_refusals = web_searches(managed, user)
    told, told_refusals = collectors(managed, user)
    rate = limits.requests_per_min
    return Policy(
        models=tuple(replace(it.entry, requests_per_min=rate) for it in usable),
        roles=MappingProxyType(roles.effective),
        refused=tuple(refused),
        warnings=(
            *_file_warnings(managed, user),
            *roles.warnings,
            *server_refusals,
            *search_refusals,
            *told_refusals,
        ),
        managed_problem=managed.problem,
        embed_problem=roles.embed_problem,
        managed_in_force=managed.file is not None,
        index_servers=servers,
        web_searches=tuple(replace(it, requests_per_min=rate) for it in searches),
        telemetry=next(iter(told), None),
        classes=_classes(managed, user),
        deny_paths=united(it.deny_paths for it in narrowing),
        commands=_commands(managed, user),
        limits=limits,
        may_cache=not any(it.denies_cache for it in narrowing),
        may_keep_feedback=not any(it.denies_feedback for it in narrowing),
        mcp=_mcp(managed, user),
        names_models=_names_models(managed, user),
        sources=(managed.source, user.source),
    )


def least_limits(limits: Iterable[UsageLimits]) -> UsageLimits:
    """Return the least of each limit."""
    found = list(limits)
    requests = [it for one in found if (it := one.requests_per_min) is not None]
    tokens = [it for one in found if (it := one.tokens_per_day) is not None]
    costs = [cost for one in found if (cost := one.cost_per_day) is not None]
    return UsageLimits(
        min(requests, default=None),
        min(tokens, default=None),
        _least_sums(costs),
    )


def _least_sums(sums: list[Mapping[str, float]]) -> Mapping[str, float] | None:
    """Return the least of each currency; one that some of them leave out may not be spent."""
    if not sums:
        return None
    return {
        currency: min(it[currency] for it in sums)
        for currency in sums[0]
        if all(currency in it for it in sums)
    }


def least_bound(bounds: Iterable[McpBound]) -> McpBound:
    """Return the bound that lets the least be told, the first of several."""
    return min(bounds, key=lambda it: it.max_class.rank)


def mcp_bounds(file: PolicyFile, source: PolicySource) -> tuple[McpBound, ...]:
    """Return what a file says of other assistants, nothing where it says nothing."""
    if file.mcp_class is None:
        return ()
    rule = f"{source.layer} [mcp] max_class ({source.path})"
    return (McpBound(file.mcp_class, rule),)


def united(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return what any of the lists holds, once, in their order."""
    return tuple(dict.fromkeys(it for one in lists for it in one))


def layer_of(file: PolicyFile, default: DataClass, found: FoundFile) -> ClassLayer:
    """Return how a file classifies, with a default for one that gives none.

    Where a class may have been meant that cannot be read, all is restricted.
    """
    layer, path = found.source.layer, found.source.path
    if file.hides_classes:
        return ClassLayer(DataClass.RESTRICTED, (), f"a mistake in the {layer} file ({path})")
    if file.default_class is None:
        return ClassLayer(default, file.class_rules, "built-in default")
    rule = f"{layer} [classes] default ({path})"
    return ClassLayer(file.default_class, file.class_rules, rule)


def _classes(managed: FoundFile, user: FoundFile) -> Classes:
    layers: list[ClassLayer] = []
    if managed.remains is not None:
        rule = f"the managed policy is not valid ({managed.source.path})"
        layers.append(ClassLayer(DataClass.RESTRICTED, (), rule))
    elif managed.file is not None:
        layers.append(layer_of(managed.file, DEFAULT_CLASS, managed))
    # Where managed classifies, a user's file that gives no default has no say in it.
    default = DataClass.PUBLIC if layers else DEFAULT_CLASS
    layers.append(layer_of(user.file or PolicyFile(), default, user))
    return Classes(tuple(layers))


def _mcp(managed: FoundFile, user: FoundFile) -> McpBound:
    """Return what other assistants may be told: as to any model elsewhere, public data alone.

    Where no administrator has a say in it, who starts the server for an assistant has decided that
    it sees ordinary code.
    """
    bounds: list[McpBound] = []
    if managed.remains is not None:
        rule = f"the managed policy is not valid ({managed.source.path})"
        bounds.append(McpBound(DataClass.PUBLIC, rule))
    elif managed.file is not None:
        rule = f"the managed policy says nothing of [mcp] ({managed.source.path})"
        silent = McpBound(DataClass.PUBLIC, rule)
        bounds += mcp_bounds(managed.file, managed.source) or (silent,)
    bounds += mcp_bounds(user.file or PolicyFile(), user.source)
    if not bounds:
        default = (user.file or PolicyFile()).default_class or DEFAULT_CLASS
        usual = min(default, DEFAULT_CLASS, key=lambda it: it.rank)
        bounds.append(McpBound(usual, "built-in default of [mcp]"))
    return least_bound(bounds)


def _commands(managed: FoundFile, user: FoundFile) -> tuple[tuple[str, ...], ...]:
    """Return what both files list; one that lists none allows none, as with models."""
    if managed.remains is not None:
        return ()
    lists = [it.file.commands or () for it in (managed, user) if it.file is not None]
    if not lists:
        return ()
    first, *others = lists
    return tuple(it for it in dict.fromkeys(first) if all(it in other for other in others))


def _names_models(managed: FoundFile, user: FoundFile) -> bool:
    files = (managed.file or managed.remains, user.file)
    return any(it is not None and it.models for it in files) or bool(managed.problem)


def _file_warnings(managed: FoundFile, user: FoundFile) -> list[str]:
    warnings = [managed.problem] if managed.problem is not None else []
    if user.problem is not None:
        return [*warnings, user.problem]
    file = user.file
    if file is None:
        return warnings
    warnings += [it.sentence for it in file.problems]
    approved = () if managed.file is None else managed.file.models
    if approved and not file.models:
        names = ", ".join(it.id for it in approved)
        warnings.append(
            f"{user.source.path} lists no model, so that none that the managed policy approves is "
            f"used ({names}); copy the [[model]] tables that you want."
        )
    return warnings
