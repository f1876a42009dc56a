"""Own how text that nobody vouches for is put before a model: labelled, fenced, nothing hidden.

Pure; it must not decide what is shown.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

# What is drawn as nothing, or turns the order of letters round, and can carry words unseen.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
_VARIATION_SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x1810))
_HIDDEN = _BLANK | {chr(it) for it in _VARIATION_SELECTORS}
# Old C has form feeds between its functions, which are no harm to anybody.
_USUAL = frozenset("\t\n\f")
_BEGIN = re.compile(r"^--- data (?P<mark>[0-9a-f]{12}) from ", re.MULTILINE)


def shown(text: str) -> str:
    """Return a text with everything that cannot be seen spelled out, `\\n` as its line end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text
    return "".join(it if _is_seen(it) else f"<U+{ord(it):04X}>" for it in text)


def as_data(source: str, text: str) -> str:
    """Return a text between two lines that say where it comes from and that it is data.

    The lines bear a hash of the text, so that nothing in it can be taken for its end.
    """
    inner = shown(text)
    mark = hashlib.sha256(inner.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    label = " ".join(shown(source).split())
    return f"--- data {mark} from {label} ---\n{inner}\n--- end of data {mark} ---"


def cut(text: str, most: int, hint: str) -> str:
    """Return at most so many characters of a text, whole lines, with what to do about the rest.

    What is cut in the middle of data has the end of that data all the same.
    """
    if len(text) <= most:
        return text
    kept = text[:most].rpartition("\n")[0] or text[:most]
    left = text.count("\n") - kept.count("\n")
    return f"{kept}{_open_end(kept)}\n[{left} more lines are left out; {hint}]"


def _open_end(text: str) -> str:
    """Return the end of the first data that has none, empty where all have."""
    for begin in _BEGIN.finditer(text):
        end = f"\n--- end of data {begin['mark']} ---"
        if end not in text[begin.end() :]:
            return end
    return ""


def _is_seen(letter: str) -> bool:
    if letter in _USUAL:
        return True
    return unicodedata.category(letter) not in _HIDDEN_CATEGORIES and letter not in _HIDDEN
