"""Own whether what a comment names exists: parameters, error codes, functions, locks.

Pure. It must not judge what is said of them.
"""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass

_WORD = re.compile(r"\w+")
_ERRNOS = frozenset(errno.errorcode.values())
# Names as code writes them: what a reader takes for something that exists.
_MENTION = re.compile(
    r"@(?P<parameter>\w+)"
    r"|\b(?P<called>[A-Za-z_]\w*)\(\)"
    r"|(?P<minus>[-%])?\b(?P<code>E(?:[A-Z][A-Z0-9]{2,}|2BIG))\b"
    r"|\b(?P<name>[A-Za-z]+(?:_\w+)+)\b"
)


@dataclass(frozen=True, slots=True)
class Mentions:
    """How many names a text mentions, and which of them do not exist."""

    count: int
    unknown: tuple[str, ...]

    @property
    def precision(self) -> float:
        """Return the share that exists; 1 where nothing is named: nothing wrong stands there."""
        return 1.0 if not self.count else 1.0 - len(self.unknown) / self.count


def mentions(text: str, own_code: str, file: str) -> Mentions:
    """Look up what a comment names.

    A parameter and an error code have to stand in the code that is described, functions, locks and
    other names anywhere in its file.
    """
    own, known = set(_WORD.findall(own_code)), set(_WORD.findall(file))
    unknown: list[str] = []
    count = 0
    for match in _MENTION.finditer(text):
        kind, name = match.lastgroup, match[match.lastgroup or 0]
        # ERROR and EXPORT are words, as long as no minus says otherwise.
        if kind == "code" and match["minus"] is None and name not in _ERRNOS:
            continue
        count += 1
        if name not in (own if kind in {"parameter", "code"} else known):
            unknown.append(name)
    return Mentions(count, tuple(unknown))
