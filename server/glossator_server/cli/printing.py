"""Own what a terminal is sent of names and texts that others wrote: nothing but characters to read.

It must not import what draws: every subcommand starts with it.
"""

from __future__ import annotations

import re
import sys

# What moves the cursor, sets a title, turns the order of letters round, or is no character at all.
_UNREADABLE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """Return one line of text with everything that a terminal would obey spelled out."""
    return _UNREADABLE.sub(lambda it: it.group().encode("unicode_escape").decode("ascii"), text)


def complain(sentence: str) -> None:
    """Print one sentence of trouble on standard error."""
    print(f"glossator: {visible(sentence)}", file=sys.stderr)
