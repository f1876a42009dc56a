"""Own the ordinary code in which a redaction is a false one: a kernel's C and what Python runs."""

from __future__ import annotations

import random
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from benchmarks.kernel_tree import kernel_tree

C_FOLDERS = ("mm", "kernel", "crypto", "security", "net/ipv4", "net/tls", "fs/cifs", "fs/ext4")
# Enough to see rare mistakes; of Python the files are drawn, with the same seed each time.
MOST_LINES = 400_000


def c_files() -> Iterator[tuple[str, str]]:
    """Yield the names and texts of the kernel's files."""
    tree = kernel_tree()
    for folder in C_FOLDERS:
        for path in sorted((tree / folder).rglob("*.[ch]")):
            yield str(path.relative_to(tree)), _text(path)


def python_files() -> Iterator[tuple[str, str]]:
    """Yield names and texts of the interpreter's library, then of the installed packages."""
    paths = sysconfig.get_paths()
    library, packages = Path(paths["stdlib"]), Path(paths["purelib"])
    for root in (library, packages):
        found = sorted(
            it for it in root.rglob("*.py") if root is packages or "site-packages" not in it.parts
        )
        random.Random(0).shuffle(found)
        lines = 0
        for path in found:
            text = _text(path)
            lines += text.count("\n")
            yield f"{root.name}/{path.relative_to(root)}", text
            if lines > MOST_LINES:
                break


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")
