"""Own what the file of a workspace does to the policy: it forbids more, and never allows anything.

It must not read the file, nor know preferences.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy.approving import price_refusal
from glossator_gate.policy.declaration import Layer
from glossator_gate.policy.files import FoundFile
from glossator_gate.policy.meeting import (
    layer_of,
    least_bound,
    least_limits,
    mcp_bounds,
    united,
)
from glossator_gate.policy.problems import FileProblem, broken_file
from glossator_gate.policy.reading import UNREADABLE, PolicyFile, parse_policy_file
from glossator_gate.types import (
    AddressClass,
    Classes,
    ClassLayer,
    DataClass,
    FileState,
    Policy,
    PolicySource,
    RefusedModel,
    UsageLimits,
)


def narrowed_by_workspace(
    policy: Policy, text: str, path: Path
) -> tuple[Policy, tuple[FileProblem, ...]]:
    """Return the policy for the folder of a `.glossator.toml`, and what is wrong in its tables.

    Only the policy's tables are judged here: preferences, and keys that nobody knows, are told by
    who reads the settings. A file that is mistaken must not allow more than one that is right: only
    models of this machine see the folder then, and everything in it is restricted.
    """
    try:
        file = parse_policy_file(text, path, Layer.WORKSPACE)
    except ConfigurationError as error:
        return unreadable_workspace(policy, path), (broken_file(str(error), text),)
    source = PolicySource(Layer.WORKSPACE, path, FileState.READ)
    told = tuple(it for it in file.problems if len(it.place) > 1 or it.place[0] in _OWN)
    return _narrowed(policy, file, source), told


def unreadable_workspace(policy: Policy, path: Path) -> Policy:
    """Return the policy for a folder whose file cannot be read: as for one that is mistaken."""
    return _narrowed(policy, UNREADABLE, PolicySource(Layer.WORKSPACE, path, FileState.BROKEN))


def policy_of_all(policies: Sequence[Policy]) -> Policy:
    """Return what the policies of several folders of one session allow together, at least one."""
    first, *others = policies
    for other in others:
        first = _of_both(first, other)
    return first


def _of_both(one: Policy, other: Policy) -> Policy:
    models = {it.id for it in other.models}
    servers = {it.id for it in other.index_servers}
    searches = {it.id for it in other.web_searches}
    layers = dict.fromkeys((*one.classes.layers, *other.classes.layers))
    both = dataclasses.replace(
        one,
        models=tuple(it for it in one.models if it.id in models),
        roles=_roles_of(one, models),
        refused=one.refused + tuple(it for it in other.refused if it not in one.refused),
        index_servers=tuple(it for it in one.index_servers if it.id in servers),
        web_searches=tuple(it for it in one.web_searches if it.id in searches),
        classes=Classes(tuple(layers)),
        deny_paths=united((one.deny_paths, other.deny_paths)),
        may_cache=one.may_cache and other.may_cache,
        may_keep_feedback=one.may_keep_feedback and other.may_keep_feedback,
        mcp=least_bound((one.mcp, other.mcp)),
        sources=tuple(dict.fromkeys((*one.sources, *other.sources))),
    )
    return _limited(both, least_limits((one.limits, other.limits)))


_OWN = frozenset({"classes", "classify", "redact", "limits", "cache", "mcp"})


def _narrowed(policy: Policy, file: PolicyFile, source: PolicySource) -> Policy:
    layer = layer_of(file, DataClass.PUBLIC, FoundFile(source))
    if file.problems:
        policy = _of_this_machine(policy, source.path)
        rule = f"a mistake in the workspace file ({source.path})"
        layer = ClassLayer(DataClass.RESTRICTED, (), rule)
    return _limited(
        dataclasses.replace(
            policy,
            classes=Classes((*policy.classes.layers, layer)),
            deny_paths=united((policy.deny_paths, file.deny_paths)),
            may_cache=policy.may_cache and not file.denies_cache,
            may_keep_feedback=policy.may_keep_feedback and not file.denies_feedback,
            mcp=least_bound((policy.mcp, *mcp_bounds(file, source))),
            sources=(*policy.sources, source),
        ),
        least_limits((policy.limits, file.limits)),
    )


def _limited(policy: Policy, limits: UsageLimits) -> Policy:
    """Return a policy with other limits, of which every entry is told.

    What is paid in a currency that they no longer name is refused.
    """
    rate = limits.requests_per_min
    reasons = {it.id: price_refusal(it, limits) for it in policy.models}
    kept = [it for it in policy.models if reasons[it.id] is None]
    refused = (
        RefusedModel(it, reason) for it in policy.models if (reason := reasons[it.id]) is not None
    )
    return dataclasses.replace(
        policy,
        limits=limits,
        models=tuple(dataclasses.replace(it, requests_per_min=rate) for it in kept),
        roles=_roles_of(policy, {it.id for it in kept}),
        refused=(*policy.refused, *refused),
        web_searches=tuple(
            dataclasses.replace(it, requests_per_min=rate) for it in policy.web_searches
        ),
    )


def _roles_of(policy: Policy, kept: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the roles without the models that are not kept."""
    return MappingProxyType(
        {role: tuple(it for it in ids if it in kept) for role, ids in policy.roles.items()}
    )


def _of_this_machine(policy: Policy, path: Path) -> Policy:
    """Return a policy without what is on another machine, while a file of a folder is mistaken."""
    here = AddressClass.LOOPBACK
    kept = tuple(it for it in policy.models if it.address is here)
    ids = {it.id for it in kept}
    reason = f"is not on this machine, and nobody can tell what a mistake in {path} was to forbid;"
    mend = "see `glossator policy check` in that folder."
    refused = (
        RefusedModel(it, f"{it.id} {reason} {mend}") for it in policy.models if it.id not in ids
    )
    return dataclasses.replace(
        policy,
        models=kept,
        roles=_roles_of(policy, ids),
        refused=(*policy.refused, *refused),
        index_servers=tuple(it for it in policy.index_servers if it.address is here),
        web_searches=tuple(it for it in policy.web_searches if it.address is here),
    )
