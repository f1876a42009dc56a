"""Own what the grammar of C++ sees instead of macros that stand where no expression can stand.

Nobody can parse C++ without its macros, and nobody who indexes a repository knows them; but a word
in capitals before a declaration, behind a parameter list or alone on its line adds nothing to it.
It must not change the length of a text, nor where its lines end.
"""

from __future__ import annotations

import re

# `HANDLE` may be a type, `MY_API` and these are not.
_WORD = rb"(?:[A-Z][A-Z0-9]*_[A-Z0-9_]*|INLINE|FORCEINLINE|NOEXCEPT|CONSTEXPR|EXPORT|API)\b"
_ARGUMENTS = rb"(?:\([^()\n]*(?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)[^()\n]*)*\))?"
# Read over first, so that nothing in them is taken for code.
_SKIPPED = (
    rb"//[^\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/|\Z)"
    rb'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.){1,8}\''
    rb"|^[ \t]*\#(?:[^\n\\]|\\[^\n]|\\\n)*"
)
_BEFORE = rb"\b(?P<before>%s%s)(?=\s+(?:[A-Za-z_~]|\[\[)|\s*\n\s*\#)" % (_WORD, _ARGUMENTS)
_BEHIND = (
    rb"(?:\)|\bconst|\boverride|\bfinal|\bnoexcept)\s*\b(?P<behind>%s%s(?:\s+%s%s)*)"
    rb"(?=\s*(?:\{|=|:[^:]|->|(?:const|override|final|noexcept)\b))"
    % (_WORD, _ARGUMENTS, _WORD, _ARGUMENTS)
)
_ALONE = rb"^(?P<alone>%s)[ \t]*$" % _WORD
# Bracketed against macros of these names, which makes a parameter list of the name.
_BRACKETED = rb"\((?P<bracketed>min|max)\)(?=\s*\()"
_MACRO = re.compile(b"|".join((_SKIPPED, _ALONE, _BEHIND, _BEFORE, _BRACKETED)), re.MULTILINE)
_VISIBLE = re.compile(rb"[^\n]")


def masked(source: bytes) -> bytes:
    """Return the text with such macros as blanks."""
    return _MACRO.sub(_blanked, source)


def _blanked(match: re.Match[bytes]) -> bytes:
    name = match.lastgroup
    if name is None:
        return match[0]
    if name == "bracketed":
        return b" " + match[name] + b" "
    before = match.start(name) - match.start()
    after = match.end(name) - match.start()
    whole = match[0]
    return whole[:before] + _VISIBLE.sub(b" ", whole[before:after]) + whole[after:]
