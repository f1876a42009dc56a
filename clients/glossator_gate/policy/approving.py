"""Own which models both files approve, narrowed to what each of them says, and why not the others.

It must not know roles, classes of paths, or whether a server is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeVar

from glossator_gate.policy.entries import SERVED
from glossator_gate.policy.files import FoundFile
from glossator_gate.types import (
    AddressClass,
    Api,
    DataClass,
    IndexServerEntry,
    ModelEntry,
    RefusedModel,
    TelemetryEntry,
    UsageLimits,
    WebSearchEntry,
)

BUILTIN_MODEL = ModelEntry(
    "smollm2", Api.EMBEDDED, ("smollm2",), must_be_local=True, rule="built-in model"
)

AnyEntry = ModelEntry | IndexServerEntry | WebSearchEntry | TelemetryEntry
Entry = TypeVar("Entry", ModelEntry, IndexServerEntry, WebSearchEntry, TelemetryEntry)

# How Ollama names what it passes on, under whichever of its interfaces it is asked.
_CLOUD_SUFFIXES = (":cloud", "-cloud")
_ADDRESS_ORDER = tuple(AddressClass)


@dataclass(frozen=True, slots=True)
class Listed:
    """A model that a file lists, with the managed file's id for it, or the reason against it."""

    entry: ModelEntry
    managed_id: str | None = None
    reason: str | None = None


def listed_models(managed: FoundFile, user: FoundFile) -> list[Listed]:
    """Return the models of both files in the user's order, with what speaks against each."""
    if managed.file is None:
        listed = [Listed(it, reason=_unsure(it, managed, user)) for it in _models(user)]
        return [*listed, Listed(BUILTIN_MODEL)]
    if user.file is None:
        return [Listed(it, it.id) for it in managed.file.models]
    approved = managed.file.models
    listed = [_narrowed(it, approved) for it in user.file.models]
    return [
        it if it.reason else replace(it, reason=_unsure(it.entry, managed, user)) for it in listed
    ]


def sort_out(
    listed: Iterable[Listed], limits: UsageLimits
) -> tuple[list[Listed], list[RefusedModel]]:
    """Part what may be used from what may not; the first of two with one id wins."""
    usable: dict[str, Listed] = {}
    refused: list[RefusedModel] = []
    for item in listed:
        reason = _own_reason(item.entry) or item.reason or price_refusal(item.entry, limits)
        if reason is not None:
            refused.append(RefusedModel(item.entry, reason))
        else:
            usable.setdefault(item.entry.id, item)
    return list(usable.values()), refused


def price_refusal(entry: ModelEntry, limits: UsageLimits) -> str | None:
    """Return why a model cannot be held to what a day may cost, a sentence; None where it can."""
    price, sums = entry.price, limits.cost_per_day
    if price is None or sums is None or price.currency in sums:
        return None
    named = " and ".join(sums) or "no currency"
    return (
        f"{entry.id} is paid in {price.currency} and limits.cost_per_day is for {named}; add "
        f"{price.currency} to it in every file that limits the cost."
    )


def mistaken(entry: AnyEntry, user: FoundFile) -> str | None:
    """Return why an entry on another machine waits until a mistake in the user's file is mended."""
    problems = user.file.problems if user.file is not None else ()
    if entry.address is AddressClass.LOOPBACK or not problems:
        return None
    return (
        f"{entry.id} is not on this machine, and nobody can tell what a mistake in "
        f"{user.source.path} was to forbid: {problems[0].sentence}"
    )


def way_refusal(entry: AnyEntry) -> str | None:
    """Return why nothing may travel to an entry's place, as a sentence; None where it may."""
    origin = entry.origin
    if origin is None or origin.scheme == "https" or entry.address is not AddressClass.PUBLIC:
        return None
    return (
        f"{entry.id} would be reached through the open network as plain text; write its origin "
        f"with https:// instead of {origin}."
    )


def both_ways(entry: Entry, approved: Entry) -> Entry | str:
    """Return the user's entry with the managed one's limits, or why it goes another way."""
    for name in ("proxy", "ca_file"):
        wanted, allowed = getattr(entry, name), getattr(approved, name)
        if wanted is not None and wanted != allowed:
            instead = "names none" if allowed is None else f"names {allowed}"
            return (
                f"{entry.id} names the {name} {wanted} and the managed policy {instead}; "
                f"remove {name} from its entry."
            )
    return replace(
        entry,
        address=min(entry.address, approved.address, key=_ADDRESS_ORDER.index),
        max_class=_less(entry.max_class, approved.max_class),
        key=entry.key or approved.key,
        timeout_s=min(entry.timeout_s, approved.timeout_s),
        proxy=approved.proxy,
        ca_file=approved.ca_file,
        rule=f"{approved.rule} and {entry.rule}",
    )


def _models(user: FoundFile) -> tuple[ModelEntry, ...]:
    return () if user.file is None else user.file.models


def _unsure(entry: ModelEntry, managed: FoundFile, user: FoundFile) -> str | None:
    """Return why a model on another machine may not be used while a file is broken."""
    if managed.problem is not None and entry.address is not AddressClass.LOOPBACK:
        return f"{entry.id} is not on this machine. {managed.problem}"
    return mistaken(entry, user)


def _narrowed(entry: ModelEntry, managed: tuple[ModelEntry, ...]) -> Listed:
    """Return the user's entry with the managed file's limits, or refused where it lists none."""
    reason = (
        f"The managed policy does not list {entry.names[0]} at {entry.origin_text}; "
        "ask an administrator to approve it."
    )
    for approved in managed:
        same_server = (entry.api, entry.origin, entry.base_path) == (
            approved.api,
            approved.origin,
            approved.base_path,
        )
        digests = _both_digests(entry, approved) if same_server else {}
        if not digests:
            continue
        met = both_ways(entry, approved)
        if not isinstance(met, str):
            return Listed(_both(met, approved, digests), approved.id)
        reason = met
    return Listed(entry, reason=reason)


def _both_digests(entry: ModelEntry, approved: ModelEntry) -> dict[str, str | None]:
    """Return the names that both list, each with the longest beginning of its digest.

    A name that they pin to different digests is not one and the same.
    """
    found: dict[str, str | None] = {}
    for name in entry.names:
        if name not in approved.names:
            continue
        pins = [it.digests[name] for it in (entry, approved) if name in it.digests]
        longest = max(pins, key=len, default=None)
        if all(longest is not None and longest.startswith(it) for it in pins):
            found[name] = longest
    return found


def _both(entry: ModelEntry, approved: ModelEntry, digests: Mapping[str, str | None]) -> ModelEntry:
    contexts = [it for it in (entry.context_tokens, approved.context_tokens) if it is not None]
    is_auto = entry.profile is type(entry.profile).AUTO
    return replace(
        entry,
        names=tuple(digests),
        digests=MappingProxyType({name: it for name, it in digests.items() if it is not None}),
        must_be_local=entry.must_be_local or approved.must_be_local,
        uses=tuple(use for use in entry.uses if use in approved.uses),
        context_tokens=min(contexts, default=None),
        profile=approved.profile if is_auto else entry.profile,
        api_version=entry.api_version or approved.api_version,
        # What a day may cost is not talked down.
        price=approved.price or entry.price,
    )


def _less(one: DataClass, other: DataClass) -> DataClass:
    return min(one, other, key=lambda it: it.rank)


def _own_reason(entry: ModelEntry) -> str | None:
    """Return why the model cannot be used, whatever the files agree on."""
    if (refusal := way_refusal(entry)) is not None:
        return refusal
    if entry.must_be_local and entry.api in SERVED:
        if entry.address is not AddressClass.LOOPBACK:
            return (
                f"{entry.id} must be local, but its address is not of this machine; set address = "
                '"loopback" and run it here, or remove must_be_local.'
            )
        if entry.api is Api.OPENAI:
            return (
                f"{entry.id} must be local, but a server of this kind cannot say where its models "
                'run; use api = "ollama" or api = "embedded", or remove must_be_local.'
            )
    # Ollama finds a model by its name in any case.
    passed_on = (name.lower().endswith(_CLOUD_SUFFIXES) for name in entry.names)
    if entry.origin is not None and any(passed_on):
        return (
            f"{entry.id} runs on somebody else's machine: the server that is named only passes it "
            "on; choose a model that was pulled there."
        )
    if not entry.uses:
        return f"The managed policy leaves {entry.id} no use; ask an administrator."
    return None
