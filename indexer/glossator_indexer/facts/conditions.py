"""Own the question under which condition alone something happens in a function.

It knows statements as C's grammar and those modelled on it name them, no language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from glossator_indexer.parsing import Node

# A longer condition is no help to a reader.
_LONGEST_CONDITION = 60
# More than two read like code.
_MOST_PLACES = 2
# Between an `if` and the function stand only these where nothing else decides.
_DECIDES_NOTHING = frozenset(
    {
        "assignment_expression",
        "block",
        "call_expression",
        "compound_statement",
        "declaration",
        "expression_statement",
        "init_declarator",
        "labeled_statement",
        "return_expression",
        "return_statement",
        "statement_block",
        "statement_list",
        "unary_expression",
        "with_statement",
    }
)


def deciding_condition(node: Node, body: Node, text: str) -> str | None:
    """Return the one condition that decides about a statement, None where it is none or several.

    `text` is what the tree was made of; the condition comes with its white space folded.
    """
    above = _above(node, body)
    if above is None or above.type not in ("if_statement", "if_expression"):
        return None
    condition = above.child_by_field_name("condition")
    branch = above.child_by_field_name("consequence")
    if condition is None or branch is None:
        return None
    if not branch.start_byte <= node.start_byte < branch.end_byte:
        return None
    if _above(above, body) is not None:
        return None
    found = " ".join(text[condition.start_byte : condition.end_byte].split())
    if condition.type in ("parenthesized_expression", "condition_clause"):
        found = found[1:-1].strip()
    return found if len(found) <= _LONGEST_CONDITION else None


def proved_conditions(
    places: Iterable[tuple[str, str | None]],
) -> Mapping[str, str]:
    """Return when each thing happens, of pairs of a thing and the condition of one place of it.

    A thing with a place without a condition, or with more places than anybody reads, is left out.
    """
    found: dict[str, list[str | None]] = {}
    for name, condition in places:
        found.setdefault(name, []).append(condition)
    return {
        name: " or ".join(dict.fromkeys(it for it in conditions if it is not None))
        for name, conditions in found.items()
        if None not in conditions and len(set(conditions)) <= _MOST_PLACES
    }


def is_unconditional(node: Node, body: Node) -> bool:
    """Tell whether nothing but an early return keeps a function from doing something."""
    return _above(node, body) is None


def _above(node: Node, body: Node) -> Node | None:
    """Return what decides about a node within a function's body, None where nothing does."""
    above = node.parent
    while above is not None and above.id != body.id and above.type in _DECIDES_NOTHING:
        above = above.parent
    return None if above is None or above.id == body.id else above
