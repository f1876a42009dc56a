"""Own how words that are too long for a line are shown: their beginning, and that there is more.

Pure; it must not decide how long a line is.
"""

from __future__ import annotations


def shortened(words: str, most: int) -> str:
    """Return words on one line of at most so many characters; `…` says where there are more."""
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
