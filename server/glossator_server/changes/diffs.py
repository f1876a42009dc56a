"""Own the diff of a set of changes, as `git apply` and `patch -p1` take it.

Pure; it must not decide what is shown of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.changes.hunks import hunks_of

# What git itself escapes in a name, and then puts it in quotes.
_ESCAPES = {"\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r"}
_ESCAPES |= {'"': '"', "\\": "\\"}


def diff_of(changes: ChangeSet) -> str:
    """Return one unified diff of all files, with git's headers for new, gone and renamed ones."""
    return "".join("".join(_lines(it)) for it in changes.files)


def _lines(change: FileChange) -> Iterator[str]:
    old, new = _quoted("a/", change.moved_from or change.path), _quoted("b/", change.path)
    hunks = [it.text for it in hunks_of(change)]
    yield f"diff --git {old} {new}\n"
    if change.before is None:
        yield "new file mode 100644\n"
    elif change.after is None:
        yield "deleted file mode 100644\n"
    elif change.moved_from is not None:
        yield f"rename from {_quoted('', change.moved_from)}\n"
        yield f"rename to {_quoted('', change.path)}\n"
    if hunks:
        yield f"--- {'/dev/null' if change.before is None else old}{_tab(old)}\n"
        yield f"+++ {'/dev/null' if change.after is None else new}{_tab(new)}\n"
    yield from hunks


def _tab(name: str) -> str:
    # A name with a space in it ends at a tab.
    return "\t" if " " in name else ""


def _quoted(prefix: str, path: str) -> str:
    name = prefix + path
    if not any(it in _ESCAPES or not " " <= it <= "~" for it in name):
        return name
    return '"' + "".join(map(_escaped, name)) + '"'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return f"\\{_ESCAPES[letter]}"
    if " " <= letter <= "~":
        return letter
    return "".join(f"\\{it:03o}" for it in letter.encode("utf-8", "surrogateescape"))
