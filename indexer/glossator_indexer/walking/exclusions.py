"""Own what is not worth reading unless `.glossatorignore` says so; the gate says what never is.

It decides by names alone and must not touch the disk.
"""

from __future__ import annotations

import re

from glossator_gate.redaction.unread import is_never_entered, is_never_read

__all__ = ["MARKERS", "is_never_entered", "is_never_read", "is_passed_over"]

# What package managers and interpreters put there.
_DEPENDENCY_FOLDER = re.compile(
    r"node_modules|bower_components|jspm_packages|(?:site|dist)-packages|__py(?:cache|packages)__"
)
# A folder that holds one of these is an environment, a cache or a build, whatever its name.
MARKERS = frozenset(
    ["pyvenv.cfg", "conda-meta", "CACHEDIR.TAG", "CMakeCache.txt", ".ninja_log", ".ninja_deps"]
)


def is_passed_over(name: str) -> bool:
    """Return whether a folder of this name is left out unless somebody asks for it."""
    return name.startswith(".") or _DEPENDENCY_FOLDER.fullmatch(name) is not None
