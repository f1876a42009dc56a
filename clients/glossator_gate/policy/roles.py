"""Own which models serve which role: in the user's order, among what the managed file allows.

It must not choose among them: what a request needs decides that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from glossator_gate.policy.approving import Listed
from glossator_gate.policy.files import FoundFile
from glossator_gate.policy.reading import PolicyFile
from glossator_gate.types import RefusedModel


@dataclass(frozen=True, slots=True)
class Roles:
    """Usable ids for each role, and what is wrong with the user's.

    `embed_problem` says why nobody knows which model is to make vectors, if so.
    """

    effective: dict[str, tuple[str, ...]]
    warnings: tuple[str, ...]
    embed_problem: str | None

    @classmethod
    def of(
        cls,
        usable: Sequence[Listed],
        refused: Sequence[RefusedModel],
        managed: FoundFile,
        user: FoundFile,
    ) -> Roles:
        """Return the roles that two files give to the models that may be used."""
        path, file = user.source.path, user.file or PolicyFile()
        known = {it.entry.id for it in usable} | {it.entry.id for it in refused}
        # Those that name no known model are left out: a warning tells of them.
        wanted = {role: ids for role, ids in file.roles.items() if not ids or set(ids) & known}
        allowed = None if managed.file is None else managed.file.roles
        effective = _effective(usable, wanted, allowed)
        problem = user.problem or _embed_problem(file, known, path)
        if "embed" not in effective:
            problem = problem or managed.problem
        warnings = (
            _unlisted(model_id, role, path)
            for role, ids in file.roles.items()
            for model_id in ids
            if model_id not in known
        )
        return cls(effective, tuple(warnings), problem)


def _effective(
    usable: Sequence[Listed],
    user: Mapping[str, tuple[str, ...]],
    managed: Mapping[str, tuple[str, ...]] | None,
) -> dict[str, tuple[str, ...]]:
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
        if role == "embed" and role in user and not user[role]:
            # Without the role no server makes vectors, and that is what was asked for.
            continue
        # A list of which nothing may be used stays empty: no other model takes over unasked.
        roles[role] = tuple(dict.fromkeys(ids))
    return roles


def _embed_problem(file: PolicyFile, known: set[str], path: Path) -> str | None:
    """Return why the user's file does not tell which model is to make vectors, if so."""
    ids = file.roles.get("embed")
    if ids is None:
        return next((it.sentence for it in file.role_problems), None)
    # What stands behind a slip of the pen is not meant to take its place.
    return _unlisted(ids[0], "embed", path) if ids and ids[0] not in known else None


def _unlisted(model_id: str, role: str, path: Path) -> str:
    return (
        f"{path} names the model {model_id!r} for the role {role!r} but lists no such model; "
        "add a [[model]] with that id."
    )
