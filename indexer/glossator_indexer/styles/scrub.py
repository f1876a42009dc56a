"""Own which characters and which markup may stand in a comment.

It must not judge what the words mean; that is for `phrases` and `wording`.
"""

from __future__ import annotations

import html
import re
import unicodedata

_TERMINAL_CODE = re.compile("(?:\x1b\\[|\x9b)[0-9;?]*[ -/]*[@-~]|\x1b.")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# Letters by category, yet drawn as nothing: they hide text from a reader.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc\ufffd") | {
    chr(code) for code in (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10))
}
_MOST_MARKS_ON_A_LETTER = 2
_LONGEST_WORD = 72  # about the longest path or expression that people write without a space

_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_CHAT_TOKEN = re.compile(
    r"<\|[^<>|]{0,40}\|>|</?s>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|<(?:eos|bos|pad|unk)>",
    re.IGNORECASE,
)
_HTML_TAG = re.compile(
    r"</?(?:a|b|i|u|p|br|hr|em|strong|code|pre|tt|ul|ol|li|dl|dt|dd|div|span|table|tr|td|th|h[1-6]"
    r"|img|script|style|sub|sup|blockquote)\b[^<>\n]{0,200}/?>",
    re.IGNORECASE,
)
_HTML_BREAK = re.compile(
    r"<(?:br|p|/p|li|/ul|/ol|hr|div|/div|tr)\b[^<>\n]{0,200}/?>", re.IGNORECASE
)
_FENCE = re.compile(r"[^\S\n]*(?:```+|~~~+)[^\S\n]*[\w+#.-]*[^\S\n]*")
_HEADING = re.compile(r"^[^\S\n]*#{1,6}[^\S\n]+(.*?)#*[^\S\n]*$", re.MULTILINE)
_RULE_LINE = re.compile(r"^[^\S\n]*[-=*_~#^+]{3,}[^\S\n]*$", re.MULTILINE)
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_EMPHASIS = re.compile(r"(?<![\w*)\]])\*(?=\w)([^*\n]+?)(?<=\w)\*(?![\w*])")
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\((?:[^()\n]*)\)")
# `:class:`x``, as reStructuredText writes names.
_ROLE = re.compile(r"(?<![\w:]):[a-z]+(?::[a-z]+)?:`[~!]?([^`<>\n]+?)(?:\s*<[^`\n]*>)?`")
# `{@code x}`, as Java and JavaScript write names.
_INLINE_TAG = re.compile(r"\{@\w+\s+([^{}]*)\}")
_COMMENT_FRAME = re.compile(r"^[^\S\n]*(?:/\*+[!<]*|\*+/?)[^\S\n]*$", re.MULTILINE)
_STARRED_LINE = re.compile(r"^[^\S\n]*(?:/\*+[!<]*|\*+/?)(?=\s|$)", re.MULTILINE)
_REMARK = re.compile(r"/\*+[!<]?[^\S\n]*((?:(?!\*/)[^\n])*?)[^\S\n]*\*+/[^\S\n]*$")
_REMARK_TO_END = r"// \1"
_DELIMITER_WORD = re.compile(r"(?<!\S)(?:/\*+[!<]*|\*+/)(?!\S)")
_SECTION_AFTER_STAR = re.compile(
    r"\*+(?=\s*(?:@[.\w]*|description|context|returns?|notes?|examples?)\s*:)",
    re.ASCII | re.IGNORECASE,
)
_SPACED_COLON = re.compile(
    r"(@[.\w]+|\b(?:description|context|returns?|notes?|examples?))\s+:", re.ASCII | re.IGNORECASE
)


def visible_text(text: str) -> str:
    """Return `text` in characters that can be seen, with `\\n` as the only line end.

    Entities are resolved first, so that nothing hides in them. Control and formatting characters
    (bidirectional ones among them), surrogates, private and unassigned code points are gone.
    """
    for _ in range(3):
        text = html.unescape(text)
    text = _LINE_ENDS.sub("\n", _TERMINAL_CODE.sub("", text))
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if character == "\n":
            kept.append("\n")
        elif character == "\t" or category == "Zs":
            kept.append("    " if character == "\t" else " ")
        elif (
            category[0] != "C" and character not in _INVISIBLE and marks <= _MOST_MARKS_ON_A_LETTER
        ):
            kept.append(character)
    return "".join(kept)


def without_markup(text: str) -> str:
    """Take off what chat models wrap around words: thoughts, tags, fences, headings, emphasis.

    Code inside fences is set in by four spaces and keeps its lines.
    """
    text = _CHAT_TOKEN.sub("", _THOUGHT.sub("", text))
    text = _HTML_TAG.sub("", _HTML_BREAK.sub("\n", text))
    text = _set_in_fenced_code(text)
    text = _HEADING.sub(r"\1", _RULE_LINE.sub("", text))
    text = _INLINE_TAG.sub(r"\1", _ROLE.sub(r"\1", text))
    text = _LINK.sub(r"\1", text)
    text = _EMPHASIS.sub(r"\1", _BOLD.sub(r"\1", text))
    return text.replace("`", "")


def without_hazards(text: str) -> str:
    """Take out what C or the kernel's script would read as more than words.

    Afterwards no line can end or open a comment, splice lines, form a trigraph, or hide a label
    behind a star. The result is the same when it is cleaned again.
    """
    previous = None
    while text != previous:
        previous = text
        text = _DELIMITER_WORD.sub("", text)
        text = text.replace("*/", "* /").replace("/*", "/ *")
        text = re.sub(r"\?{2,}", "?", text)
        text = re.sub(r"\\+(?=\s|$)", "", text)
        text = _SECTION_AFTER_STAR.sub("", text)
        text = _SPACED_COLON.sub(r"\1:", text)
    return text


def without_endless_words(text: str) -> str:
    """Drop words that are longer than any name or path that people write."""
    return re.sub(rf"\S{{{_LONGEST_WORD + 1},}}", "", text)


def scrubbed(text: str) -> str:
    """Return `text` with all of the above, its lines without comment stars and trailing space."""
    text = without_markup(visible_text(text))
    text = without_endless_words(_without_frame(text))
    text = without_hazards(text)
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def _without_frame(text: str) -> str:
    """Take the stars off a comment that came with its frame; elsewhere they are bullets."""
    return _STARRED_LINE.sub("", text) if _COMMENT_FRAME.search(text) else text


def _set_in_fenced_code(text: str) -> str:
    lines: list[str] = []
    inside = False
    for line in text.split("\n"):
        if _FENCE.fullmatch(line):
            inside = not inside
            lines.append("")
        else:
            lines.append(f"    {_REMARK.sub(_REMARK_TO_END, line)}" if inside and line else line)
    return "\n".join(lines)
