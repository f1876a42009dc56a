"""Own a second opinion on what policy files allow, and the comparison with the policy.

The opinion is a plain predicate over what was written into the files: it must not call the policy,
nor share a matcher, an order or a default with it. The comparison asks for everything that a policy
allows whether each file allows it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pathspec

from glossator_gate.policy import classify, is_denied, refusal_for
from glossator_gate.types import AddressClass, Api, DataClass, Policy
from tests.gate.policies_made_up import ORDER, PATHS, ROLES, Spec, Triple

ADDRESSES = ["loopback", "private", "public"]
LIMITS = {
    "requests_per_min": (5, 60, 1000),
    "tokens_per_day": (1000, 2_000_000, 10**9),
}
COSTS = (0.5, 2, 3, 9, 20, 10**6)


def file_class(spec: Spec | None, path: str, otherwise: str) -> str:
    """Return the class that one file gives a path."""
    if spec is None:
        return "public"
    fitting = [
        it["class"]
        for it in spec["classify"]
        if pathspec.GitIgnoreSpec.from_lines(it["match"]["path"]).match_file(path)
    ]
    if fitting:
        return max(fitting, key=ORDER.index)
    return str(spec.get("classes", {}).get("default", otherwise))


def least_class(files: Triple, path: str) -> str:
    """Return the least strict class that a path may have."""
    no_default = "confidential"
    first = file_class(files.managed, path, no_default)
    # Who manages decides first: a user's file that gives no default adds none.
    second = file_class(files.user, path, "public" if files.managed is not None else no_default)
    if files.managed is None and files.user is None:
        second = no_default
    return max(first, second, file_class(files.workspace, path, "public"), key=ORDER.index)


@dataclass(frozen=True, slots=True)
class Sending:
    """One thing that might happen: a path's text sent to a name at a server, for a use."""

    api: str
    origin: str
    base_path: str
    name: str
    digest: str | None
    use: str
    path: str
    proxy: str | None
    address: str
    runs_there: bool


def lists(spec: Spec | None, it: Sending, data_class: str) -> bool:
    """Tell whether one file lists a model that may be sent this, as far as that file says."""
    return spec is None or any(_entry_allows(entry, it, data_class) for entry in spec["model"])


def _entry_allows(entry: Spec, it: Sending, data_class: str) -> bool:
    here = entry["address"] == "loopback"
    names = dict(_split(name) for name in entry["model"])
    most = entry.get("max_class", "restricted" if here else "public")
    base = entry.get("base_path", "/v1" if entry["api"] == "openai" else "")
    if entry.get("must_be_local") and (entry["api"] == "openai" or not it.runs_there):
        return False
    return (
        (entry["api"], entry["origin"], base) == (it.api, it.origin, it.base_path)
        and it.name in names
        # What is pinned is allowed under its digest only.
        and (names[it.name] is None or (it.digest or "").startswith(str(names[it.name])))
        and it.use in entry.get("uses", ["chat"])
        and ORDER.index(data_class) <= ORDER.index(most)
        and entry.get("proxy") in (None, it.proxy)
        and ADDRESSES.index(it.address) <= ADDRESSES.index(entry["address"])
    )


def _split(name: str) -> tuple[str, str | None]:
    before, pinned, digest = name.partition("@sha256:")
    return before, digest if pinned else None


def allows_server(spec: Spec | None, table: str, origin: str, data_class: str) -> bool:
    """Tell whether one file lists a server of a kind for data of a class."""
    if spec is None:
        return True
    for entry in spec[table]:
        here = entry["address"] == "loopback" and table == "index_server"
        most = entry.get("max_class", "restricted" if here else "public")
        if entry["origin"] == origin and ORDER.index(data_class) <= ORDER.index(most):
            return True
    return False


def allows_telling(spec: Spec | None, origin: str) -> bool:
    """Tell whether one file names a collector."""
    return spec is None or spec.get("telemetry", {}).get("otlp") == origin


def allows_amount(spec: Spec | None, limit: str, amount: float) -> bool:
    """Tell whether one file allows that much."""
    return spec is None or amount <= spec["limits"].get(limit, float("inf"))


def allows_cost(spec: Spec | None, currency: str, amount: float) -> bool:
    """Tell whether one file allows a day to cost that much in a currency."""
    limit = (spec or {}).get("limits", {}).get("cost_per_day")
    if limit is None:
        return True
    sums = limit if isinstance(limit, dict) else {"USD": limit}
    return currency in sums and amount <= sums[currency]


def allows_command(spec: Spec | None, command: list[str]) -> bool:
    """Tell whether one file allows a command to be run."""
    return spec is None or command in spec.get("execute", {}).get("commands", [])


def allows_reading(spec: Spec | None, path: str) -> bool:
    """Tell whether one file allows a path to be read."""
    globs = (spec or {}).get("redact", {}).get("deny_paths", [])
    return not pathspec.GitIgnoreSpec.from_lines(globs).match_file(path)


def allows_cache(spec: Spec | None) -> bool:
    """Tell whether one file allows answers to be kept."""
    return bool((spec or {}).get("cache", {}).get("responses", True))


def allows_feedback(spec: Spec | None) -> bool:
    """Tell whether one file allows to keep what became of comments."""
    return bool((spec or {}).get("cache", {}).get("feedback", True))


def allows_telling_assistants(spec: Spec | None, data_class: DataClass) -> bool:
    """Tell whether one file allows other assistants to be told of a class."""
    said = (spec or {}).get("mcp", {}).get("max_class", DataClass.CONFIDENTIAL.value)
    return data_class.rank <= DataClass(said).rank


# What a policy allows.


def sendings(policy: Policy) -> Iterator[Sending]:
    """Yield everything that a policy allows to be sent to a model with a server."""
    for model in policy.models:
        if model.origin is None:
            continue
        origin = str(model.origin)
        for path in PATHS:
            if is_denied(policy, path) or refusal_for(model, classify(policy, path)) is not None:
                continue
            for name in model.names:
                pinned = model.digests.get(name)
                # A server may have anything that the pin does not forbid.
                digest = "c" * 64 if pinned is None else pinned.ljust(64, "0")
                for use in model.uses:
                    yield Sending(
                        model.api.value,
                        origin,
                        model.base_path,
                        name,
                        digest,
                        use,
                        path,
                        None if model.proxy is None else str(model.proxy),
                        model.address.value,
                        runs_there=model.must_be_local,
                    )


def servers(policy: Policy) -> Iterator[tuple[str, str, str]]:
    """Yield the servers of other kinds, each with every class of data that may go there."""
    for table, entries in (
        ("index_server", policy.index_servers),
        ("web_search", policy.web_searches),
    ):
        for entry in entries:
            for data_class in DataClass:
                if refusal_for(entry, data_class) is None:
                    yield table, str(entry.origin), data_class.value


def amounts(policy: Policy) -> Iterator[tuple[str, float]]:
    """Yield the amounts that no limit forbids."""
    for limit, tried in LIMITS.items():
        most = getattr(policy.limits, limit)
        yield from ((limit, it) for it in tried if most is None or it <= most)


def costs(policy: Policy) -> Iterator[tuple[str, float]]:
    """Yield what a day may cost in the currencies of the models that may be asked."""
    sums = policy.limits.cost_per_day
    for currency in {it.price.currency for it in policy.models if it.price is not None}:
        # What no limit names, nothing holds.
        most = None if sums is None else sums.get(currency)
        yield from ((currency, it) for it in COSTS if most is None or it <= most)


def beyond_the_files(files: Triple, policy: Policy) -> Iterator[str]:
    """Yield what the policy of three files that are right allows and one of them does not."""
    both = (files.managed, files.user)
    for it in sendings(policy):
        data_class = least_class(files, it.path)
        if ORDER.index(classify(policy, it.path)) < ORDER.index(data_class):
            yield f"{it.path} is less than {data_class}"
        if not all(lists(spec, it, data_class) for spec in both) or both == (None, None):
            yield f"{it} at {data_class}"
        if not all(allows_reading(spec, it.path) for spec in (*both, files.workspace)):
            yield f"{it.path} is read"
    yield from _others_beyond(files, policy)
    yield from _roles_beyond(files, policy)


def _others_beyond(files: Triple, policy: Policy) -> Iterator[str]:
    both = (files.managed, files.user)
    every = (*both, files.workspace)
    for table, origin, data_class in servers(policy):
        if not all(allows_server(it, table, origin, data_class) for it in both):
            yield f"{table} {origin} for {data_class}"
    if (told := policy.telemetry) is not None:
        is_named = all(allows_telling(it, str(told.origin)) for it in both)
        if not is_named or both == (None, None):
            yield f"{told.origin} is told"
    yield from _amounts_beyond(every, policy)
    for command in policy.commands:
        if not all(allows_command(it, list(command)) for it in both):
            yield f"{command} is run"
    if policy.may_cache and not all(map(allows_cache, every)):
        yield "answers are kept"
    if policy.may_keep_feedback and not all(map(allows_feedback, every)):
        yield "feedback is kept"
    yield from _assistants_beyond(files, policy.mcp.max_class)
    if files.managed is not None and any(it.api is Api.EMBEDDED for it in policy.models):
        yield "a model that nobody listed"


def _assistants_beyond(files: Triple, told: DataClass) -> Iterator[str]:
    every = (files.managed, files.user, files.workspace)
    is_allowed = all(allows_telling_assistants(it, told) for it in every)
    is_approved = files.managed is None or "mcp" in files.managed
    if not is_allowed or (not is_approved and told is not DataClass.PUBLIC):
        yield f"assistants are told what is {told}"


def _amounts_beyond(every: tuple[Spec | None, ...], policy: Policy) -> Iterator[str]:
    for limit, amount in amounts(policy):
        if not all(allows_amount(it, limit, amount) for it in every):
            yield f"{amount} {limit}"
    for currency, amount in costs(policy):
        if not all(allows_cost(it, currency, amount) for it in every):
            yield f"{amount} {currency}"


def _roles_beyond(files: Triple, policy: Policy) -> Iterator[str]:
    for role in ROLES:
        wanted = None if files.user is None else files.user.get("roles", {}).get(role)
        approved = None if files.managed is None else files.managed.get("roles", {}).get(role)
        ids = policy.roles.get(role)
        # A role that is not listed is for any model: who lists it must be heard. Only embed is not:
        # without it, no model with a server makes vectors.
        if ids is None and role != "embed" and (approved is not None or wanted is not None):
            yield f"{role} is for all"
        for model_id in ids or ():
            if wanted is not None and model_id not in wanted:
                yield f"{role} is for {model_id}"
            model = policy.model(model_id)
            if approved is None or model is None or files.managed is None:
                continue
            serving = [it for it in files.managed["model"] if it["id"] in approved]
            if not any(it["origin"] == str(model.origin) for it in serving):
                yield f"{role} is for {model_id} at {model.origin}"


def beyond_the_right_files(right: Policy, damaged: Policy) -> Iterator[str]:
    """Yield what a policy allows after damage to a file that it did not allow before.

    Of models of this machine nothing is asked: damage leaves those.
    """
    elsewhere = {
        str(it.origin)
        for it in (*damaged.models, *damaged.index_servers, *damaged.web_searches)
        if it.address is not AddressClass.LOOPBACK
    }
    before = set(sendings(right))
    yield from (str(it) for it in sendings(damaged) if it.origin in elsewhere and it not in before)
    known = set(servers(right))
    yield from (str(it) for it in servers(damaged) if it[1] in elsewhere and it not in known)
    told = damaged.telemetry
    if told is not None and told.address is not AddressClass.LOOPBACK and told != right.telemetry:
        yield f"{told.origin} is told"
    for path in PATHS:
        if classify(damaged, path).rank < classify(right, path).rank:
            yield f"{path} is {classify(damaged, path)}"
    if elsewhere:
        allowed = set(amounts(right))
        yield from (str(it) for it in amounts(damaged) if it not in allowed)
        payable = set(costs(right))
        yield from (str(it) for it in costs(damaged) if it not in payable)
    yield from (f"{it} is run" for it in damaged.commands if it not in right.commands)
    if damaged.may_cache and not right.may_cache:
        yield "answers are kept"
    if damaged.may_keep_feedback and not right.may_keep_feedback:
        yield "feedback is kept"
    if damaged.mcp.max_class.rank > right.mcp.max_class.rank:
        yield f"assistants are told what is {damaged.mcp.max_class}"
