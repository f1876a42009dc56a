"""Own which language servers are compared, and the C texts on which they are.

It must not start anything.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.kernel_tree import kernel_tree

_BIN = Path(sys.executable).parent

GLOSSATOR = (str(_BIN / "glossator"), "server")
# Without its background index, which would compete for the processor.
CLANGD = (str(_BIN / "clangd"), "--background-index=false", "--log=error")
JEDI = (str(_BIN / "jedi-language-server"),)

# Real files of the kernel, put one after the other until there are enough lines.
_SOURCES = ("mm/page_alloc.c", "mm/memory.c", "mm/vmscan.c", "mm/slub.c")


def kernel_text(lines: int) -> str:
    """Return exactly so many lines of real kernel code."""
    tree = kernel_tree()
    taken: list[str] = []
    for source in _SOURCES:
        taken += (tree / source).read_text("utf-8").splitlines(keepends=True)
        if len(taken) >= lines:
            return "".join(taken[:lines])
    raise RuntimeError(f"the kernel files have fewer than {lines} lines")
