"""Own how a right script changes a text beyond calls: new functions, operators.

Pure, and only as clever as the projects of the benchmark need. It must not know any tool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from glossator_server.evals.transforms import LITERALS, defined_at

_FLIPS = (
    ("<=", "<"), (">=", ">"), ("==", "!="), ("!=", "=="), ("&&", "||"), ("||", "&&"),
    ("-=", "+="), ("+=", "-="), ("<", "<="), (">", ">="), ("<=", ">="), (">=", "<="),
)  # fmt: skip
_OPERATORS = re.compile(r"->|<<|>>|<=|>=|==|!=|&&|\|\||-=|\+=|<|>")


def with_new_function(text: str, before: str, code: str) -> str:
    """Return a text with a function in front of another one and of its comment."""
    found = defined_at(text, before)
    if found is None:
        return text
    start, _, is_python = found
    comment = re.compile(r"(?:^[ \t]*(?:/\*(?:[^*]|\*(?!/))*\*/|//[^\n]*)\n)\Z", re.MULTILINE)
    if not is_python and (above := comment.search(text[:start])) is not None:
        start = above.start()
    gap = "\n\n" if is_python else "\n"
    return f"{text[:start]}{code.rstrip()}\n{gap}{text[start:]}"


def function_range(text: str, function: str) -> range | None:
    """Return where a function stands, from its head to its end."""
    found = defined_at(text, function)
    if found is None:
        return None
    start, body, is_python = found
    if not is_python:
        end = text.find("\n}", body)
        return range(start, len(text) if end < 0 else end + 2)
    indent = re.match(r" *", text[start:])
    width = len(indent[0]) if indent else 0
    end_of = re.compile(rf"\n(?! {{{width + 1}}}|\n|\Z)")
    match = end_of.search(text, body)
    return range(start, len(text) if match is None else match.start())


def flipped(text: str, span: range) -> Iterator[str]:
    """Yield a text with one operator of a range turned into its neighbour, comparisons first."""
    part = text[span.start : span.stop]
    spaces = LITERALS.sub(lambda it: " " * len(it[0]), part)
    found = list(_OPERATORS.finditer(spaces))
    for old, new in _FLIPS:
        for it in found:
            if it[0] == old:
                at = span.start + it.start()
                yield text[:at] + new + text[at + len(old) :]
