"""Own how a page is put together from elements, so that no text can ever become markup.

It must not know what is shown: texts go in as texts, and only `element` makes tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from glossator_server.agent.data import shown

Element = ET.Element
Part = Element | str | None

# HTML knows no escape for these, and a browser would put its own mark in their place.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def element(tag: str, *parts: Part | Iterable[Part], **attributes: str | float | None) -> Element:
    """Return an element with its content; texts are escaped, attributes of None are left out.

    `class_` is spelled with its underscore at the end; any other `_` in a name stands for `-`.
    """
    made = Element(tag)
    for name, value in attributes.items():
        if value is not None:
            made.set(name.rstrip("_").replace("_", "-"), plain(_written(value)))
    for part in parts:
        if part is None or isinstance(part, str | Element):
            _append(made, part)
        else:
            for it in part:
                _append(made, it)
    return made


def plain(text: str) -> str:
    """Return a text with what cannot be seen, or turns letters round, spelled out."""
    return _CONTROL.sub(lambda it: f"<U+{ord(it.group()):04X}>", shown(text))


def document(root: Element) -> str:
    """Return the text of a whole page, whose root is its `html` element."""
    return "<!DOCTYPE html>\n" + ET.tostring(root, "unicode", method="html") + "\n"


def _append(parent: Element, part: Part) -> None:
    if part is None:
        return
    if isinstance(part, Element):
        parent.append(part)
        return
    text = plain(part)
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _written(value: str | float) -> str:
    # A picture needs no more than hundredths of a pixel, and hundreds of bars need to be short.
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
