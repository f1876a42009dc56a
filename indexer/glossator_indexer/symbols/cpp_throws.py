"""Own which exceptions a C++ function throws by name where its caller can see them.

It reads the tree of one body; what functions that are called throw is not looked at.
"""

from __future__ import annotations

import re

from glossator_indexer.parsing import Node, ParsedSource
from glossator_indexer.symbols.texts import folded
from glossator_indexer.symbols.tree_frames import FrameNodes, first_named, frame_of

_OTHERS = frozenset(
    {"lambda_expression", "class_specifier", "struct_specifier", "function_definition"}
)
_TEMPLATE_ARGUMENTS = re.compile(r"\s*<.*>\s*\Z", re.DOTALL)
# `throw make_error(x)` calls a function: what it returns is not known here.
_TYPE = re.compile(
    r"(?:::)?(?:\w+::)*(?!(?:make|create|get|to|as|last|new|build|wrap)_)"
    r"(?:[A-Z]\w*|\w*(?:error|exception|failure|fault)|bad_\w+|invalid_argument|out_of_range)"
    r"|(?:::)?std::(?:\w+::)*\w+"
)


def thrown(source: ParsedSource, body: Node) -> tuple[str, ...]:
    """Return the types that are thrown outside of any `try`, each once, in order."""

    def name_of(node: Node) -> str | None:
        return None if _is_guarded(node, body) else _thrown_type(source, node)

    nodes = FrameNodes("", frozenset(), "throw_statement", _OTHERS, name_of)
    frame = frame_of(source, body, nodes)
    return tuple(frame.raised)


def _is_guarded(node: Node, body: Node) -> bool:
    """Say whether a `try` around a statement may catch what it throws; a handler's own does not."""
    above = node.parent
    while above is not None and above.id != body.id:
        outer = above.parent
        if above.type == "compound_statement" and outer and outer.type == "try_statement":
            return True
        above = outer
    return False


def _thrown_type(source: ParsedSource, node: Node) -> str | None:
    value = first_named(node)
    made = None
    if value is not None and value.type == "call_expression":
        made = value.child_by_field_name("function")
    elif value is not None and value.type == "compound_literal_expression":
        made = value.child_by_field_name("type")
    if made is None or value is None:
        return None
    name = _TEMPLATE_ARGUMENTS.sub("", folded(source.text[made.start_byte : made.end_byte]))
    is_type = value.type != "call_expression" or _TYPE.fullmatch(name) is not None
    return name if is_type and re.fullmatch(r"[\w:]+", name) else None
