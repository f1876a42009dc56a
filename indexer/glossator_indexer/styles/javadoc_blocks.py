"""Own the HTML in which Javadoc has paragraphs, lists and code, and how it is read back.

It must not know tags of Javadoc's own (`@param`).
"""

from __future__ import annotations

import re

from glossator_indexer.styles.wrapping import BULLET, chunks, flow, is_literal

# Each stands for a tag while the words around it are escaped; no text that was cleaned holds one.
_TAGS = {
    "\ue000": "<p>",
    "\ue001": "<ul>",
    "\ue002": "</ul>",
    "\ue003": "<ol>",
    "\ue004": "</ol>",
    "\ue005": "<pre>",
    "\ue006": "</pre>",
}
_PARAGRAPH, _LIST, _END_LIST, _NUMBERS, _END_NUMBERS, _CODE, _END_CODE = _TAGS
_LISTS = re.compile(rf"{_LIST}.*?{_END_LIST}|{_NUMBERS}.*?{_END_NUMBERS}", re.DOTALL)
_EMPTY_BELOW = re.compile(rf"(?<=[{_LIST}{_NUMBERS}{_CODE}])\n[ \t]*\*(?=\n)")
_EMPTY_ABOVE = re.compile(rf"\n[ \t]*\*(?=\n[ \t]*\* [{_END_LIST}{_END_NUMBERS}{_END_CODE}])")
_ITEM = re.compile(rf"^([ \t]*\* ){BULLET.pattern}", re.MULTILINE)
_MORE = re.compile(r"^([ \t]*\* ) {2,3}(?=\S)", re.MULTILINE)
_INDENT = " " * len("  <li>")
_PARAGRAPH_TAG = re.compile(r"(\A|\n\n)\s*<[pP]>\s*")
_WRITTEN_LIST = re.compile(
    r"<(?P<kind>[uo])l>\n(?P<items>(?:[ \t]*<li>.*\n(?:[ \t]+(?!<).*\n)*)+)</(?P=kind)l>",
    re.IGNORECASE,
)
_WRITTEN_CODE = re.compile(r"<pre>\n(?P<code>(?:(?:[ ]{2}.*)?\n)+)</pre>", re.IGNORECASE)
_WRITTEN_ITEM = re.compile(r"\s*<li>\s*|\s*</li>\s*\Z", re.IGNORECASE)


def marked_blocks(details: str, width: int) -> str:
    """Return prose with a mark where each paragraph, list and stretch of code begins and ends."""
    blocks: list[str] = []
    for chunk in chunks(details):
        if is_literal(chunk):
            blocks += [_CODE, chunk, _END_CODE]
        elif BULLET.match(chunk):
            is_numbered = chunk.lstrip("(")[0].isdigit()
            opening, closing = (_NUMBERS, _END_NUMBERS) if is_numbered else (_LIST, _END_LIST)
            blocks += [opening, "\n".join(flow(chunk, width - len(_INDENT))), closing]
        else:
            blocks.append(_PARAGRAPH + chunk)
    return "\n\n".join(blocks)


def with_tags(comment: str) -> str:
    """Return a comment that was laid out with tags for its marks."""
    text = _EMPTY_ABOVE.sub("", _EMPTY_BELOW.sub("", comment))
    text = _LISTS.sub(lambda it: _ITEM.sub(r"\1  <li>", _MORE.sub(rf"\1{_INDENT}", it[0])), text)
    for mark, tag in _TAGS.items():
        text = text.replace(mark, tag)
    return text


def read_blocks(details: str) -> str:
    """Return the words of details without tags, as far as they are written in the simplest way."""
    text = _WRITTEN_LIST.sub(_read_list, details)
    text = _WRITTEN_CODE.sub(lambda it: it["code"].rstrip("\n"), text)
    return _PARAGRAPH_TAG.sub(r"\1", text)


def _read_list(found: re.Match[str]) -> str:
    items: list[str] = []
    for line in found["items"].rstrip("\n").split("\n"):
        words = _WRITTEN_ITEM.sub("", line)
        if words != line and line.lstrip()[:1] == "<":
            mark = f"{len(items) + 1}." if found["kind"] in "oO" else "-"
            items.append(f"{mark} {words}")
        else:
            items[-1] += f" {words.strip()}"
    return "\n".join(items)
