"""Measure the redaction of secrets: speed and false alarms on kernel code, recall on made-up ones.

One row for each folder, one for each kind of secret. Reads 160 MB; about 15 seconds on 2 cores.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.kernel_tree import kernel_tree
from glossator_gate.redaction import redact
from tests.gate.secrets_made_up import key_block, secrets

# The last holds register headers of many megabytes, which are a third of the kernel's bytes.
FOLDERS = (
    "mm",
    "kernel",
    "lib",
    "crypto",
    "drivers/crypto",
    "security/keys",
    "drivers/gpu/drm/amd/include/asic_reg/nbio",
)
SEEDS = range(0, 2_000, 20)


def rows() -> Iterator[dict[str, object]]:
    """Yield what was measured."""
    tree = kernel_tree()
    for folder in FOLDERS:
        yield _folder(tree, folder)
    yield from _recall()


def summary(rows: Iterable[dict[str, object]]) -> dict[str, object]:
    """Return the figures of a run."""
    by_row: dict[str, list[dict[str, Any]]] = {"folder": [], "kind": []}
    for row in rows:
        by_row[str(row["row"])].append(row)
    folders, kinds = by_row["folder"], by_row["kind"]
    size = sum(it["megabytes"] for it in folders)
    return {
        "kernel code, MB": round(size, 1),
        "MB/s on one core": round(size / sum(it["cpu_seconds"] for it in folders), 1),
        "slowest folder, MB/s": round(
            min(it["megabytes"] / it["cpu_seconds"] for it in folders), 1
        ),
        "false alarms": sum(it["secrets"] for it in folders),
        "files": sum(it["files"] for it in folders),
        "recall on made-up secrets": round(
            sum(it["found"] for it in kinds) / sum(it["planted"] for it in kinds), 4
        ),
        "kinds of secrets": len(kinds),
    }


def _folder(tree: Path, folder: str) -> dict[str, object]:
    paths = sorted((tree / folder).rglob("*.[ch]"))
    texts = [it.read_bytes().decode("utf-8", "replace") for it in paths]
    begun = time.process_time()
    secrets_found = sum(redact(it).count for it in texts)
    seconds = time.process_time() - begun
    return {
        "row": "folder",
        "folder": folder,
        "files": len(texts),
        "megabytes": sum(map(len, texts)) / 1e6,
        "cpu_seconds": seconds,
        # The kernel holds none, so that each is a false alarm.
        "secrets": secrets_found,
    }


def _recall() -> Iterator[dict[str, object]]:
    for kind in secrets():
        found = 0
        for seed in SEEDS:
            secret, line = secrets(seed)[kind]
            found += secret not in redact(f"int a;\n{line}\nint b;\n").text
        yield {"row": "kind", "kind": kind, "planted": len(SEEDS), "found": found}
    found = sum(
        redact(key_block("RSA", 20, seed)).text.count("<redacted: private key>") == 20
        for seed in SEEDS
    )
    yield {"row": "kind", "kind": "private key", "planted": len(SEEDS), "found": found}
