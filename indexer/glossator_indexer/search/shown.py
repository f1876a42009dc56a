"""Own the text that a transformer reads of a chunk: its beginning, with names as words.

Orders that put the words of names, calls or comments first were measured on the kernel, and none
was better than the code as it stands. It must not run a model.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from glossator_indexer.search.places import Spot

# Path, first line, last line, and the session whose buffers are seen; None where it is gone.
ReadText = Callable[[str, int, int, int], str | None]

# Whoever changes what is shown gives it a new number: what is remembered was made of the old text.
_RECIPE = b"1"
# The model has room for some 60 words.
MOST_LINES = 40
_MOST_CHARACTERS = 500
_KEY_BYTES = 16

# Names are words to a model of English.
_SEAM = re.compile(r"_+|(?<=[a-z0-9])(?=[A-Z])")
_NOISE = re.compile(r"[^\w\s.,:()'-]+")


def key_of_shown(spot: Spot) -> bytes:
    """Return what changes whenever the text that is shown of a chunk would."""
    return hashlib.sha256(_RECIPE + spot.chunk.hash).digest()[:_KEY_BYTES]


def shown_of(spot: Spot, read_text: ReadText) -> str | None:
    """Return what the model reads of a chunk, None where its file is gone."""
    chunk = spot.chunk
    last = min(chunk.end_line, chunk.start_line + MOST_LINES)
    text = read_text(spot.record.path, chunk.start_line, last, spot.session)
    return None if text is None else shown(text)


def shown(text: str) -> str:
    """Return the beginning of a text as the model reads it."""
    plain = _NOISE.sub(" ", text[: 2 * _MOST_CHARACTERS])
    return " ".join(_SEAM.sub(" ", plain).split())[:_MOST_CHARACTERS]
