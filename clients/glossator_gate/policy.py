"""Own the decision which models and index servers may be used: what both files allow.

It must not open connections, and no file of a workspace may reach it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy_file import PolicyFile, parse_policy_file
from glossator_gate.types import (
    AddressClass,
    Api,
    DataClass,
    Destination,
    EgressLimits,
    IndexServerEntry,
    ModelEntry,
    Policy,
    PolicyPlaces,
    RefusedModel,
)

BUILTIN_MODEL = ModelEntry("smollm2", Api.EMBEDDED, ("smollm2",), must_be_local=True)

__all__ = [
    "BUILTIN_MODEL",
    "Policy",
    "PolicyPlaces",
    "destination_of",
    "destination_of_server",
    "key_variables",
    "load_policy",
    "resolve_key",
]

# More than any such file has a use for; a larger one is a mistake or an attack.
_LARGEST_FILE = 1024 * 1024
# A whole answer may take this many times the longest silence.
_TOTAL_TO_SILENCE = 15
# How Ollama names what it passes on, under whichever of its interfaces it is asked.
_CLOUD_SUFFIXES = (":cloud", "-cloud")
# Vectors travel in batches of some hundred.
_LARGEST_BATCH = 16 * 1024 * 1024
_CLASS_ORDER = tuple(DataClass)


def load_policy(places: PolicyPlaces) -> Policy:
    """Return the effective policy; trouble with a file narrows it and never raises."""
    managed, managed_problem = _load_managed(places)
    user, user_problem = _load_user(places.user)
    warnings = [user_problem] if user_problem else list(user.problems if user else ())
    if managed_problem is not None:
        warnings.insert(0, managed_problem)
    if managed is None:
        listed = [_Listed(entry, None) for entry in (user.models if user else ())]
        listed.append(_Listed(BUILTIN_MODEL, None))
    elif user is None:
        listed = [_Listed(entry, entry.id) for entry in managed.models]
    else:
        listed = [_narrowed(entry, managed.models) for entry in user.models]
    usable, refused = _sort_out(listed)
    user_roles = user.roles if user else {}
    known = {it.entry.id for it in usable} | {it.entry.id for it in refused}
    wanted = _wanted_roles(user_roles, known)
    roles = _effective_roles(usable, wanted, managed.roles if managed else None)
    warnings += _role_warnings(user_roles, known, places.user)
    embed_problem = user_problem or (_embed_problem(user, known, places.user) if user else None)
    if "embed" not in roles:
        embed_problem = embed_problem or managed_problem
    servers, refusals = _index_servers(user, managed)
    warnings += refusals
    return Policy(
        models=tuple(item.entry for item in usable),
        roles=MappingProxyType(roles),
        refused=tuple(refused),
        warnings=tuple(warnings),
        managed_problem=managed_problem,
        embed_problem=embed_problem,
        managed_in_force=managed is not None,
        index_servers=servers,
    )


def destination_of(entry: ModelEntry) -> Destination:
    """Return where the requests of a usable model go; its key is read here and now.

    Raises `ConfigurationError` where the key cannot be read.
    """
    if entry.origin is None:
        raise ConfigurationError(f"The model {entry.id} has no origin; list one in config.toml.")
    key = None if entry.key is None else resolve_key(entry.key)
    limits = EgressLimits(silence_s=entry.timeout_s, total_s=entry.timeout_s * _TOTAL_TO_SILENCE)
    return Destination(entry.origin, entry.address, key, limits)


def destination_of_server(entry: IndexServerEntry) -> Destination:
    """Return where the requests to a usable index server go; its key is read here and now.

    Raises `ConfigurationError` where the key cannot be read.
    """
    key = None if entry.key is None else resolve_key(entry.key)
    return Destination(entry.origin, entry.address, key, _index_limits(entry.timeout_s))


def key_variables(policy: Policy) -> frozenset[str]:
    """Return the environment variables that hold the keys of what an index may ask."""
    models = (it.key for it in policy.models if "embed" in it.uses)
    keys = (*models, *(it.key for it in policy.index_servers))
    return frozenset(it.removeprefix("env:") for it in keys if it and it.startswith("env:"))


def _index_limits(silence_s: float) -> EgressLimits:
    # An answer is one JSON line: some hundred vectors with their places.
    return EgressLimits(
        silence_s=silence_s,
        total_s=silence_s * _TOTAL_TO_SILENCE,
        request_bytes=_LARGEST_BATCH,
        event_bytes=_LARGEST_BATCH,
        response_bytes=_LARGEST_BATCH,
    )


def resolve_key(reference: str) -> str:
    """Return the key that "env:NAME" or "file:/path" names, or raise `ConfigurationError`."""
    kind, _, place = reference.partition(":")
    if kind == "env" and place:
        key = os.environ.get(place, "")
        hint = f"set the environment variable {place}"
    elif kind == "file" and place.startswith("/"):
        key = _key_file(Path(place))
        hint = f"write the key into {place}"
    elif kind == "keyring":
        raise ConfigurationError(
            "Keys from the system keyring cannot be read by this version: "
            'write key = "file:/path" (mode 0600) or key = "env:NAME".'
        )
    else:
        raise ConfigurationError(
            'A key is never written into the file itself: write key = "file:/path" (mode 0600) '
            'or key = "env:NAME".'
        )
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable():
        raise ConfigurationError(f"The model's key is missing or no plain text: {hint}.")
    return key


def _key_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o077:
                raise ConfigurationError(f"Others can read the key: run chmod 600 {path}.")
            return file.read(_LARGEST_FILE).decode("utf-8", "replace")
    except OSError as error:
        raise ConfigurationError(
            f"The key file {path} cannot be read ({error.strerror}); create it with mode 0600."
        ) from error


def _load_managed(places: PolicyPlaces) -> tuple[PolicyFile | None, str | None]:
    """Return the managed file, or None with the sentence that says what is wrong with it."""
    only = "until an administrator mends it, only models of this machine are used."
    try:
        text = _read_managed(places)
        if text is None:
            return None, None
        parsed = parse_policy_file(text, places.managed)
    except ConfigurationError as error:
        return None, f"The managed policy is not valid: {str(error).rstrip('.')}; {only}"
    problems = [*parsed.problems]
    if any(entry.api is Api.SCRIPTED for entry in parsed.models):
        problems.append(f'{places.managed} lists api = "scripted", which only a user may.')
    if problems:
        return None, f"The managed policy is not valid: {problems[0].rstrip('.')}; {only}"
    return parsed, None


def _read_managed(places: PolicyPlaces) -> str | None:
    path = places.managed
    try:
        folder = path.parent.stat()
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            data = file.read(_LARGEST_FILE + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read ({error.strerror})") from error
    for name, found in ((path.parent, folder), (path, status)):
        if found.st_uid != places.managed_owner or found.st_mode & 0o022:
            raise ConfigurationError(f"{name} must belong to root and be writable by nobody else")
    return _decoded(data, path)


def _load_user(path: Path) -> tuple[PolicyFile | None, str | None]:
    """Return the user's file, None where there is none, and why it cannot be read, if so.

    A file that cannot be read lists nothing.
    """
    try:
        data = path.read_bytes()
        parsed = parse_policy_file(_decoded(data, path), path)
    except FileNotFoundError:
        return None, None
    except OSError as error:
        return PolicyFile(), f"{path} cannot be read ({error.strerror}); mend its permissions."
    except ConfigurationError as error:
        return PolicyFile(), str(error)
    return parsed, None


def _decoded(data: bytes, path: Path) -> str:
    if len(data) > _LARGEST_FILE:
        raise ConfigurationError(f"{path} is larger than {_LARGEST_FILE} bytes; shorten it.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8; save it as UTF-8.") from error


@dataclass(frozen=True, slots=True)
class _Listed:
    """A model that a file lists, with the managed file's id for it, or the reason against it."""

    entry: ModelEntry
    managed_id: str | None
    reason: str | None = None


def _narrowed(entry: ModelEntry, managed: tuple[ModelEntry, ...]) -> _Listed:
    """Return the user's entry with the managed file's limits, or refused where it lists none."""
    for approved in managed:
        names = tuple(name for name in entry.names if name in approved.names)
        same_server = (entry.api, entry.origin, entry.base_path) == (
            approved.api,
            approved.origin,
            approved.base_path,
        )
        if same_server and names:
            return _Listed(_both(entry, approved, names), approved.id)
    return _Listed(
        entry,
        None,
        f"The managed policy does not list {entry.names[0]} at {entry.origin_text}; "
        "ask an administrator to approve it.",
    )


def _both(entry: ModelEntry, approved: ModelEntry, names: tuple[str, ...]) -> ModelEntry:
    contexts = [it for it in (entry.context_tokens, approved.context_tokens) if it is not None]
    return replace(
        entry,
        names=names,
        address=_narrower(entry.address, approved.address),
        must_be_local=entry.must_be_local or approved.must_be_local,
        max_class=min(entry.max_class, approved.max_class, key=_CLASS_ORDER.index),
        uses=tuple(use for use in entry.uses if use in approved.uses),
        key=entry.key or approved.key,
        timeout_s=min(entry.timeout_s, approved.timeout_s),
        context_tokens=min(contexts, default=None),
    )


def _narrower(one: AddressClass, other: AddressClass) -> AddressClass:
    return min(one, other, key=tuple(AddressClass).index)


def _sort_out(listed: list[_Listed]) -> tuple[list[_Listed], list[RefusedModel]]:
    """Part what may be used from what may not; the first of two with one id wins."""
    usable: dict[str, _Listed] = {}
    refused: list[RefusedModel] = []
    for item in listed:
        reason = item.reason or _own_reason(item.entry)
        if reason is not None:
            refused.append(RefusedModel(item.entry, reason))
        else:
            usable.setdefault(item.entry.id, item)
    return list(usable.values()), refused


def _own_reason(entry: ModelEntry) -> str | None:
    """Return why this version cannot use the model, whatever the files agree on."""
    if entry.address is not AddressClass.LOOPBACK:
        return (
            f"{entry.id} is not on this machine, and this version sends code to loopback only; "
            'run the model here and set address = "loopback".'
        )
    if entry.must_be_local and entry.api is Api.OPENAI:
        return (
            f"{entry.id} must be local, but a server of this kind cannot say where its models run; "
            'use api = "ollama" or api = "embedded", or remove must_be_local.'
        )
    # Ollama finds a model by its name in any case.
    passed_on = (name.lower().endswith(_CLOUD_SUFFIXES) for name in entry.names)
    if entry.origin is not None and any(passed_on):
        return (
            f"{entry.id} runs on somebody else's machine: a local server only passes it on; "
            "choose a model that was pulled here."
        )
    if not entry.uses:
        return f"The managed policy leaves {entry.id} no use; ask an administrator."
    return None


def _index_servers(
    user: PolicyFile | None, managed: PolicyFile | None
) -> tuple[tuple[IndexServerEntry, ...], list[str]]:
    """Return the servers that may be used, and a sentence for each that may not."""
    if managed is None:
        listed = user.index_servers if user else ()
    elif user is None:
        listed = managed.index_servers
    else:
        listed = user.index_servers
    usable: list[IndexServerEntry] = []
    refusals: list[str] = []
    for entry in listed:
        approved = entry if managed is None else _approved_server(entry, managed.index_servers)
        if approved is None:
            refusals.append(
                f"The managed policy does not list the index server {entry.id} at {entry.origin}; "
                "ask an administrator to approve it."
            )
        elif approved.address is not AddressClass.LOOPBACK:
            refusals.append(
                f"The index server {entry.id} is not on this machine, and this version sends to "
                'loopback only; forward a local port to it and set address = "loopback".'
            )
        else:
            usable.append(approved)
    return tuple(usable), refusals


def _approved_server(
    entry: IndexServerEntry, managed: tuple[IndexServerEntry, ...]
) -> IndexServerEntry | None:
    """Return the entry with the managed file's limits, None where that lists no such server."""
    approved = next((it for it in managed if it.origin == entry.origin), None)
    if approved is None:
        return None
    return replace(
        entry,
        address=_narrower(entry.address, approved.address),
        max_class=min(entry.max_class, approved.max_class, key=_CLASS_ORDER.index),
        key=entry.key or approved.key,
        timeout_s=min(entry.timeout_s, approved.timeout_s),
    )


def _effective_roles(
    usable: list[_Listed],
    user: Mapping[str, tuple[str, ...]],
    managed: Mapping[str, tuple[str, ...]] | None,
) -> dict[str, tuple[str, ...]]:
    """Return usable ids for each role: in the user's order, among what managed allows."""
    by_id = {item.entry.id: item for item in usable}
    by_managed_id = {item.managed_id: item.entry.id for item in reversed(usable)}
    roles: dict[str, tuple[str, ...]] = {}
    for role in sorted(user.keys() | (managed or {}).keys()):
        approved = None if managed is None else managed.get(role)
        if role in user:
            ids = [it for it in user[role] if it in by_id]
            if approved is not None:
                ids = [it for it in ids if by_id[it].managed_id in approved]
        else:
            ids = [by_managed_id[it] for it in approved or () if it in by_managed_id]
        # A list of which nothing may be used stays empty: no other model takes over unasked.
        roles[role] = tuple(dict.fromkeys(ids))
    return roles


def _wanted_roles(
    roles: Mapping[str, tuple[str, ...]], known: set[str]
) -> dict[str, tuple[str, ...]]:
    """Return the user's roles without those that name no known model: a warning tells of them."""
    return {role: ids for role, ids in roles.items() if any(it in known for it in ids)}


def _role_warnings(roles: Mapping[str, tuple[str, ...]], known: set[str], path: Path) -> list[str]:
    return [
        _unlisted(model_id, role, path)
        for role, ids in roles.items()
        for model_id in ids
        if model_id not in known
    ]


def _embed_problem(user: PolicyFile, known: set[str], path: Path) -> str | None:
    """Return why the user's file does not tell which model is to make vectors, if so."""
    ids = user.roles.get("embed")
    if ids is None:
        return next(iter(user.role_problems), None)
    # What stands behind a slip of the pen is not meant to take its place.
    return _unlisted(ids[0], "embed", path) if ids and ids[0] not in known else None


def _unlisted(model_id: str, role: str, path: Path) -> str:
    return (
        f"{path} names the model {model_id!r} for the role {role!r} but lists no such model; "
        "add a [[model]] with that id."
    )


# --- temporary, replaced by the policy branch
def refusal_for(policy: Policy, entry: ModelEntry, data_class: DataClass) -> str | None:
    if data_class.rank <= entry.max_class.rank:
        return None
    return (
        f"{entry.id} may see {entry.max_class} text at most, and this is {data_class} "
        f"({entry.rule or 'max_class'})."
    )


def classify(policy: Policy, relative_path: str) -> DataClass:
    return DataClass.CONFIDENTIAL


def narrowed_by_workspace(policy: Policy, text: str, path: Path) -> tuple[Policy, tuple[str, ...]]:
    return policy, ()
