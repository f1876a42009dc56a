"""Compare the policy of made-up files with a second opinion: never wider, whatever is written.

One row for each thousand triples of managed, user and workspace files, and one for each kind of
damage to one of them. About a minute on one core.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glossator_gate.policy import Policy, classify, load_policy, narrowed_by_workspace
from glossator_gate.types import Classes, ClassLayer, ClassRule, DataClass, PolicyPlaces
from tests.gate.policies_made_up import Triple, damages, toml, triple
from tests.gate.policy_opinion import beyond_the_files, beyond_the_right_files, sendings

TRIPLES = 10_000
DAMAGED = 500
# A large company's policy: so many globs, and a repository's files.
GLOBS = 50
PATHS = 20_000


@dataclass(frozen=True, slots=True)
class Tried:
    """One comparison: how much the policy allowed, and what of it it should not have."""

    kind: str
    allowed: int
    beyond: tuple[str, ...]


class Desk:
    """A folder in which the files of one machine are written and read as they are in use."""

    def __init__(self, folder: Path) -> None:
        managed = folder / "etc" / "policy.toml"
        managed.parent.mkdir(mode=0o755, exist_ok=True)
        self._places = PolicyPlaces(managed, folder / "config.toml", os.getuid())
        self._workspace = folder / ".glossator.toml"

    def triples(self, seeds: Iterable[int]) -> Iterator[Triple]:
        """Yield made-up files."""
        return (triple(random.Random(seed)) for seed in seeds)

    def compared(self, files: Triple, with_files: Triple | None = None) -> Tried:
        """Compare the policy of some files with what these, or others, allow."""
        policy = self.policy(self.texts(files))
        beyond = tuple(beyond_the_files(with_files or files, policy))
        return Tried("triple", sum(1 for _ in sendings(policy)), beyond)

    def texts(self, files: Triple) -> dict[str, bytes]:
        """Return the files as they are written."""
        specs = {"managed": files.managed, "user": files.user, "workspace": files.workspace}
        return {
            name: toml(spec, schema=name != "workspace").encode()
            for name, spec in specs.items()
            if spec is not None
        }

    def policy(self, texts: dict[str, bytes]) -> Policy:
        """Return the policy of files with these bytes."""
        for name, path in (("managed", self._places.managed), ("user", self._places.user)):
            path.unlink(missing_ok=True)
            if name in texts:
                path.write_bytes(texts[name])
                path.chmod(0o644)
        policy = load_policy(self._places)
        if "workspace" in texts:
            text = texts["workspace"].decode("utf-8", "replace")
            policy, _ = narrowed_by_workspace(policy, text, self._workspace)
        return policy


def made_up_triples(folder: Path, seeds: Iterable[int]) -> Iterator[Tried]:
    """Yield the comparison of each seed's triple."""
    desk = Desk(folder)
    return (desk.compared(it) for it in desk.triples(seeds))


def damaged_files(folder: Path, count: int) -> Iterator[Tried]:
    """Yield comparisons with the right files after damage, each kind in its turn, to each file."""
    desk = Desk(folder)
    done = 0
    for seed in range(100_000, 200_000):
        rng = random.Random(seed)
        files = triple(rng)
        texts = desk.texts(files)
        right = desk.policy(texts)
        allowed = sum("127.0.0.1" not in it.origin for it in sendings(right))
        if not allowed:
            # Where nothing may leave, damage has little to widen.
            continue
        # A file that says nothing cannot be damaged.
        name = rng.choice(sorted(name for name, text in texts.items() if b" = " in text))
        for kind, text in damages(rng, texts[name].decode()):
            damaged = desk.policy({**texts, name: text})
            beyond = tuple(beyond_the_right_files(right, damaged))
            yield Tried(f"{name}: {kind}", allowed, beyond)
            done += 1
            if done == count:
                return


def rows() -> Iterator[dict[str, object]]:
    """Yield what was measured."""
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, TRIPLES, 1000):
            tried = list(made_up_triples(Path(folder), range(start, start + 1000)))
            yield {
                "row": "triples",
                "files": len(tried),
                "allowing": sum(it.allowed > 0 for it in tried),
                "allowed": sum(it.allowed for it in tried),
                "wider": sum(bool(it.beyond) for it in tried),
            }
        by_kind: dict[str, list[Tried]] = defaultdict(list)
        for it in damaged_files(Path(folder), DAMAGED):
            by_kind[it.kind].append(it)
    for kind, tried in sorted(by_kind.items()):
        yield {
            "row": "damage",
            "kind": kind,
            "files": len(tried),
            "allowing": sum(it.allowed > 0 for it in tried),
            "wider": sum(bool(it.beyond) for it in tried),
        }
    yield {"row": "speed", "paths_per_second": _paths_per_second()}


def summary(rows: Iterable[dict[str, object]]) -> dict[str, object]:
    """Return the figures of a run."""
    by_row: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_row[str(row["row"])].append(row)
    triples, damage, speed = by_row["triples"], by_row["damage"], by_row["speed"]
    return {
        "triples of files": sum(it["files"] for it in triples),
        "of these, allowing something": sum(it["allowing"] for it in triples),
        "single allowances compared": sum(it["allowed"] for it in triples),
        "wider than their files": sum(it["wider"] for it in triples),
        "damaged files": sum(it["files"] for it in damage),
        "kinds of damage": len(damage),
        "of the damaged, letting something out before": sum(it["allowing"] for it in damage),
        "wider than the right file": sum(it["wider"] for it in damage),
        f"paths classified a second, {GLOBS} globs": round(speed[0]["paths_per_second"]),
    }


def _paths_per_second() -> float:
    globs = [f"**/part{it}*/**" if it % 2 else f"*.kind{it}" for it in range(GLOBS)]
    rules = tuple(ClassRule((it,), DataClass.RESTRICTED) for it in globs)
    policy = Policy((), classes=Classes((ClassLayer(DataClass.INTERNAL, rules),)))
    paths = [f"drivers/net/ethernet/vendor{it % 97}/file{it}.c" for it in range(PATHS)]
    begun = time.perf_counter()
    for path in paths:
        classify(policy, path)
    return PATHS / (time.perf_counter() - begun)
