"""Own the copy of a text that grammars read: ASCII of the same length, a byte a character.

It must not know any language.
"""

from __future__ import annotations

import codecs

_FILLER = "glossator-ascii"


def as_ascii(text: str) -> bytes:
    """Return the text with a stand-in of one byte for whatever is not ASCII."""
    return text.encode("ascii", errors=_FILLER)


def _fill(error: UnicodeError) -> tuple[str, int]:
    """Stand in for what is not ASCII: a blank for a blank, else part of an identifier."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    beyond = error.object[error.start : error.end]
    return "".join(_stand_in(it) for it in beyond), error.end


def _stand_in(character: str) -> str:
    # A form feed is a blank that no grammar takes for indentation.
    if character == "\ufeff":
        return "\f"
    return " " if character.isspace() else "_"


codecs.register_error(_FILLER, _fill)
