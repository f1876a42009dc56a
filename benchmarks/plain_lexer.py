"""Own an independent view of what is code in a C text: comments gone, spaces folded.

It must share nothing with the product, whose own lexer it is there to doubt.
"""

from __future__ import annotations

import re
import shutil
import subprocess

_TRIGRAPHS = dict(zip("=/'()!<>-", "#\\^[]|{}~", strict=True))
_TRIGRAPH = re.compile(r"\?\?([=/'()!<>-])")
_SPLICE = re.compile(r"\\[ \t\v\f]*(?:\r\n|\r|\n)")
_TOKEN = re.compile(
    r"""
    (?P<comment> /\*.*?(?:\*/|\Z) | //[^\r\n]* )
    | (?P<string> "(?:\\.|[^"\\\r\n])*" | '(?:\\.|[^'\\\r\n])*' )
    | (?P<word> [^\W]+ )
    | (?P<line> \r\n|\r|\n )
    | (?P<space> \s+? )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)


def code_words(text: str) -> list[str]:
    """Return strings, words and marks of a C text in order, without comments.

    The end of a preprocessor line counts, other line ends do not. Trigraphs and spliced lines are
    resolved first, as a strict compiler does.
    """
    text = _TRIGRAPH.sub(lambda match: _TRIGRAPHS[match[1]], text)
    text = _SPLICE.sub("", text)
    words: list[str] = []
    at_line_start, in_directive = True, False
    for match in _TOKEN.finditer(text):
        kind, word = match.lastgroup, match.group()
        if kind == "line":
            if in_directive:
                words.append("\n")
            at_line_start, in_directive = True, False
        elif kind not in {"comment", "space"}:
            in_directive = in_directive or (at_line_start and word == "#")
            at_line_start = False
            words.append(word)
    return words


def compiler_words(text: str) -> list[str] | None:
    """Return the same as gcc's preprocessor sees it, macros unexpanded; None without gcc."""
    gcc = shutil.which("gcc")
    if gcc is None:
        return None
    options = ["-fpreprocessed", "-dD", "-E", "-P", "-w", "-trigraphs", "-x", "c", "-"]
    raw = text.encode("utf-8", "surrogatepass")
    done = subprocess.run([gcc, *options], input=raw, capture_output=True, check=False)
    return done.stdout.decode("utf-8", "replace").split()
