"""Own the diff of a set of changes, as `git apply` and `patch -p1` take it.

Pure; it must not decide what is shown of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.edits import unified_diff


def diff_of(changes: ChangeSet) -> str:
    """Return one unified diff of all files, with git's headers for new, gone and renamed ones."""
    return "".join("".join(_lines(it)) for it in changes.files)


def _lines(change: FileChange) -> Iterator[str]:
    old, new = change.moved_from or change.path, change.path
    diff = unified_diff(new, change.before or "", change.after or "")
    hunks = diff.partition("@@")[2]
    yield f"diff --git a/{old} b/{new}\n"
    if change.before is None:
        yield "new file mode 100644\n"
    elif change.after is None:
        yield "deleted file mode 100644\n"
    elif old != new:
        yield f"rename from {old}\nrename to {new}\n"
    if hunks:
        yield "--- /dev/null\n" if change.before is None else f"--- a/{old}\n"
        yield "+++ /dev/null\n" if change.after is None else f"+++ b/{new}\n"
        yield f"@@{hunks}"
