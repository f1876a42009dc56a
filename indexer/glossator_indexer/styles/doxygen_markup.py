"""Own how a model's words are kept from being commands, links and tags to Doxygen.

Only words of a model come here: what people wrote may well be markup.
"""

from __future__ import annotations

import re

_REFERENCE = re.compile(r"(?<!\w)@+(?=\S)|@(?=[{}@\\])")
# An even run of backslashes is one that was escaped before.
_COMMAND = re.compile(r"(?<!\\)((?:\\\\)*)\\(?=[A-Za-z@{}~$()\[\]|=-])")
# Doxygen looks for these before it looks at backslashes.
_TOO_EARLY = re.compile(
    r"\\+(?=[{}]|(?:(?:end)?(?:cond|code|verbatim|dot|msc)|image|dotfile|mscfile|diafile)\b)"
)
_SPECIAL = re.compile(
    r"(?<!\\)(?:\$(?=\w)|<(?=[A-Za-z/!?])|&(?=\w+;)|%(?=[A-Za-z_~]))"
    r"|(?<![\\\w&])#(?=[A-Za-z_:])|(?<![\w\\:])::(?=[\w~])"
)


def escaped(text: str) -> str:
    """Return words that mean themselves to Doxygen; what was escaped before stays as it is.

    Code that is set in needs nothing.
    """
    chunks = text.split("\n\n")
    return "\n\n".join(it if _is_code(it) else _escaped(it) for it in chunks)


def _escaped(text: str) -> str:
    text = _COMMAND.sub(r"\1\\\\", _TOO_EARLY.sub("", _REFERENCE.sub("", text)))
    return _SPECIAL.sub(r"\\\g<0>", text)


def _is_code(chunk: str) -> bool:
    """Say whether Markdown reads a chunk as code: set in by four columns."""
    return all(it.startswith("    ") for it in chunk.split("\n"))
