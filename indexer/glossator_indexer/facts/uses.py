"""Own what the callers of a C function do with its result, as far as their next test shows it.

Pure; a caller whose use cannot be told for sure proves nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from glossator_indexer.parsing import Node, ParsedSource, parse, walk
from glossator_indexer.types import NOTHING, ResultUse, Symbol

# More callers say nothing that these do not.
_MOST_CALLERS = 12
# The next test of a variable that holds a result stands near.
_NEAR = 400
_ERROR_POINTER = frozenset({"IS_ERR", "IS_ERR_OR_NULL", "PTR_ERR_OR_ZERO"})
_HINTS = frozenset({"likely", "unlikely", "WARN_ON", "WARN_ON_ONCE", "BUG_ON"})
_TRANSPARENT = frozenset({"parenthesized_expression", "cast_expression"})


def uses_of(
    source: ParsedSource, symbol: Symbol, callers: Sequence[str] = ()
) -> tuple[tuple[ResultUse, int], ...]:
    """Return what callers do with a function's result, the most frequent use first.

    Each of `callers` is the text of a function in another file; what is in the file is found.
    """
    if symbol.return_type in (None, NOTHING):
        return ()
    found = Counter(_uses_in_file(source, symbol))
    for text in callers[:_MOST_CALLERS]:
        called = parse(text, source.language)
        for index in range(len(called.pieces)):
            found.update(_uses(called.root(index), called.pieces[index].text, symbol))
    return tuple(found.most_common())


def _uses_in_file(source: ParsedSource, symbol: Symbol) -> Iterator[ResultUse]:
    call = re.compile(rf"\b{re.escape(symbol.name)}\s*\(")
    seen: dict[int, None] = {}
    for match in call.finditer(source.text):
        if not symbol.extent.start <= match.start() < symbol.extent.end:
            seen[source.index_at(match.start())] = None
        if len(seen) >= _MOST_CALLERS:
            break
    for index in seen:
        yield from _uses(source.root(index), source.pieces[index].text, symbol)


def _uses(root: Node, text: str, symbol: Symbol) -> Iterator[ResultUse]:
    for node in walk(root):
        function = node.child_by_field_name("function") if node.type == "call_expression" else None
        if function is None or text[function.start_byte : function.end_byte] != symbol.name:
            continue
        if (use := _use(node, text, symbol)) is not None:
            yield use


def _use(call: Node, text: str, symbol: Symbol) -> ResultUse | None:
    """Return what becomes of one call's value."""
    below: Node = call
    above = call.parent
    while above is not None and (above.type in _TRANSPARENT or _is_hint(above, text)):
        below, above = above, above.parent
    if above is None:
        return None
    if above.type == "argument_list" and above.parent is not None:
        name = _called(above.parent, text)
        return ResultUse.ERROR_POINTER if name in _ERROR_POINTER else None
    match above.type:
        case "expression_statement":
            return ResultUse.IGNORED
        case "return_statement":
            return ResultUse.PASSED_ON
        case "init_declarator":
            return _later_use(above.child_by_field_name("declarator"), call, text, symbol)
        case "assignment_expression" if above.child_by_field_name("right") == below:
            return _tested_assignment(above, call, text, symbol)
        case "if_statement" | "while_statement" | "unary_expression" | "binary_expression":
            return _tested(above, below, text, symbol)
    return None


def _tested_assignment(assignment: Node, call: Node, text: str, symbol: Symbol) -> ResultUse | None:
    """Return how a variable is tested, in the condition that assigns it or after it."""
    below: Node = assignment
    above = assignment.parent
    while above is not None and above.type == "parenthesized_expression":
        below, above = above, above.parent
    if above is not None and above.type in ("if_statement", "while_statement", "binary_expression"):
        return _tested(above, below, text, symbol)
    return _later_use(assignment.child_by_field_name("left"), call, text, symbol)


def _tested(above: Node, below: Node, text: str, symbol: Symbol) -> ResultUse | None:
    truth = ResultUse.NO_POINTER if "*" in (symbol.return_type or "") else ResultUse.TRUTH
    if above.type == "unary_expression":
        return truth if text[above.start_byte] == "!" else None
    if above.type != "binary_expression":
        return truth if above.child_by_field_name("condition") == below else None
    right = above.child_by_field_name("right")
    operator = above.child_by_field_name("operator")
    if right is None or operator is None or right == below:
        return None
    compared = (operator.type, text[right.start_byte : right.end_byte])
    if compared == ("<", "0"):
        return ResultUse.NEGATIVE
    if compared in (("==", "NULL"), ("!=", "NULL"), ("==", "0"), ("!=", "0")):
        return truth
    # `f(x) && ...`: what stands beside the test does not change it.
    return truth if operator.type in ("&&", "||") else None


def _later_use(target: Node | None, call: Node, text: str, symbol: Symbol) -> ResultUse | None:
    """Return how the variable that took the value is tested next, None where it is not at once."""
    name = "" if target is None else text[target.start_byte : target.end_byte].lstrip("* ")
    if not re.fullmatch(r"[A-Za-z_][\w.>-]*", name):
        return None
    after = text[call.end_byte : call.end_byte + _NEAR]
    variable = rf"{re.escape(name)}\b(?!\s*(?:->|\.|\[))"
    test = re.search(
        rf"\b(?:(?P<error>IS_ERR(?:_OR_NULL)?)\s*\(\s*{variable}"
        rf"|(?:if|while)\s*\((?:\s*(?:un)?likely\s*\()?\s*"
        rf"(?:(?P<not>!)\s*{variable}|{variable}\s*(?:(?P<negative><\s*0\b)"
        rf"|(?P<zero>[!=]=\s*(?:0|NULL)\b)|(?P<bare>\)|&&|\|\|)))"
        rf"|return\s+(?P<returned>{variable})\s*;)",
        after,
    )
    if test is None or re.search(rf"\b{re.escape(name)}\s*=[^=]", after[: test.start()]):
        return None
    if test["error"]:
        return ResultUse.ERROR_POINTER
    if test["negative"]:
        return ResultUse.NEGATIVE
    if test["returned"]:
        return ResultUse.PASSED_ON
    return ResultUse.NO_POINTER if "*" in (symbol.return_type or "") else ResultUse.TRUTH


def _is_hint(node: Node, text: str) -> bool:
    """Say whether a node only wraps a condition: `unlikely(...)` and its argument list."""
    call = node.parent if node.type == "argument_list" else node
    return call is not None and call.type == "call_expression" and _called(call, text) in _HINTS


def _called(call: Node, text: str) -> str:
    function = call.child_by_field_name("function")
    return "" if function is None else text[function.start_byte : function.end_byte]
