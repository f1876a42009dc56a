"""Own the way to linux-source-6.1 and to its own comment checker.

It must not judge: it finds the tree and returns what `scripts/kernel-doc` said.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_DESCRIBED = re.compile(r"^.*?:\d+: info: Scanning doc for (?:\w+ )?(?P<name>\S+)$")
_WARNING = re.compile(r"^(?P<file>.*?):(?P<line>\d+): (?:warning|error): (?P<message>.*)$")


@dataclass(frozen=True, slots=True)
class KernelDocWarning:
    """One complaint of the kernel's checker; `line` counts from 1."""

    line: int
    message: str


def kernel_tree() -> Path:
    """Return the root of the tree, or end the run with the way to get it."""
    parts = Path(platformdirs.user_cache_dir("glossator-parts"))
    tree = Path(os.environ.get("GLOSSATOR_KERNEL_TREE", parts / "linux-source-6.1"))
    if not (tree / "scripts" / "kernel-doc").is_file():
        raise SystemExit("no kernel tree: run `make parts`, or set GLOSSATOR_KERNEL_TREE")
    return tree


@dataclass(frozen=True, slots=True)
class KernelDocReport:
    """What the checker said of a text; `described` names what it found comments of."""

    warnings: tuple[KernelDocWarning, ...]
    described: tuple[str, ...]


def kernel_doc_report(tree: Path, text: str) -> KernelDocReport:
    """Return what `scripts/kernel-doc -none -v -Werror` says of a C text."""
    with tempfile.NamedTemporaryFile("wb", suffix=".c") as file:
        file.write(text.encode("utf-8", "surrogatepass"))
        file.flush()
        done = subprocess.run(
            [str(tree / "scripts" / "kernel-doc"), "-none", "-v", "-Werror", file.name],
            check=False,
            capture_output=True,
            cwd=tree,
        )
    said = done.stderr.decode("utf-8", "replace").splitlines()
    found = [match for line in said if (match := _WARNING.match(line))]
    # The exit status is the number of warnings, which guards this reading of its output.
    if done.returncode and not found:
        raise RuntimeError(f"kernel-doc ended with {done.returncode} and said {said[-3:]}")
    return KernelDocReport(
        tuple(KernelDocWarning(int(it["line"]), it["message"]) for it in found),
        tuple(match["name"] for line in said if (match := _DESCRIBED.match(line))),
    )
