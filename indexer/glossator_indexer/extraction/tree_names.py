"""Own how names are read out of nodes: through declarators, scopes and type arguments.

It must not know which names matter; `tree_entities` asks for those that a query has captured.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from glossator_indexer.languages import TreeLanguage
from glossator_indexer.parsing import Node

_ARGUMENTS = re.compile(r"'\w+\b(?!')|<[^<>]*>|\[[^\[\]]*\]|\([^()]*\)")
_WORDS = re.compile(r"[^\W\d][\w$]*|[$#][\w$]+")
_QUOTES = "\"'`<>"
_OPERATOR = re.compile(r"\boperator\s*(\W)")
_NAMED_INSIDE = frozenset({"template_function", "template_method", "template_type"})
_WRAPPING = frozenset({"reference_declarator", "parenthesized_declarator", "attributed_declarator"})
# Deeper declarators are not written by people.
_MOST_STEPS = 40


class Declared(NamedTuple):
    """What a declarator declares: its name, and the scope that is written before it."""

    name: str
    scope: str


def text_of(source: bytes, node: Node) -> str:
    """Return the text of a node of `source`, whatever bytes it holds."""
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def plain_name(source: bytes, node: Node) -> str:
    """Return a name without quotes around it."""
    text = text_of(source, node)
    if text[:1] in _QUOTES or text[:1] == "[":
        return text.strip(_QUOTES + "[]")
    return text


def declared(source: bytes, declarator: Node) -> Declared:
    """Return what a C-like declarator declares, "" where its name is missing."""
    scopes: list[str] = []
    node = declarator
    for _ in range(_MOST_STEPS):
        inner = _inside(source, node, scopes)
        if inner is None:
            break
        node = inner
    text = text_of(source, node)
    if node.type == "operator_cast":
        text = text.partition("(")[0]
    if node.type.startswith("operator"):
        # `operator ==` and `operator==` are one name, `operator bool` is as it should be.
        text = _OPERATOR.sub(r"operator\1", " ".join(text.split()))
    elif not re.fullmatch(r"~?\s*[\w$]+", text):
        text = ""
    return Declared(text, "::".join(it for it in scopes if it))


def container_name(text: str, language: TreeLanguage) -> str:
    """Return what a written scope or type is called: no arguments, pointers or empty words."""
    stripped = text
    while (shorter := _ARGUMENTS.sub("", stripped)) != stripped:
        stripped = shorter
    words: list[str] = _WORDS.findall(stripped)
    if language.transparent is not None:
        words = [it for it in words if not language.transparent.fullmatch(it)]
    return language.separator.join(it for it in words if it not in ("dyn", "mut", "const"))


def _inside(source: bytes, node: Node, scopes: list[str]) -> Node | None:
    kind = node.type
    if kind == "qualified_identifier":
        scope = node.child_by_field_name("scope")
        if scope is not None:
            scopes.append(_scope_text(source, scope))
        return node.child_by_field_name("name")
    if kind in _NAMED_INSIDE:
        return node.child_by_field_name("name")
    if kind == "operator_cast":
        return None
    inner = node.child_by_field_name("declarator")
    if inner is None and kind in _WRAPPING:
        return next((it for it in node.named_children if it.type != "attribute_declaration"), None)
    return inner


def _scope_text(source: bytes, scope: Node) -> str:
    name = scope.child_by_field_name("name")
    return text_of(source, scope if name is None else name)
