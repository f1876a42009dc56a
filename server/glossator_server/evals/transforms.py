"""Own how a change that was asked for changes a text: words, parameters, arguments.

Pure, and only as clever as tidy code needs. It must not know who asks, nor where a text is from.
"""

from __future__ import annotations

import re
from collections.abc import Callable

LITERALS = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'')


def with_word(text: str, old: str, new: str) -> str:
    """Return a text in which a word has another name."""
    return re.sub(rf"\b{re.escape(old)}\b", new, text)


def with_argument(text: str, function: str, parameter: str, argument: str, use: str) -> str:
    """Return a text in which a function has a parameter more, and its callers an argument.

    `use` is a statement that goes first into the body, nothing for none.
    """

    def change(inside: str, is_declared: bool) -> str:  # noqa: FBT001
        added = parameter if is_declared else argument
        if inside.strip() in ("", "void"):
            return added
        # A comma at the end of a list stays the last of its line.
        bare = inside.rstrip()
        return f"{bare.rstrip(',')}, {added}{inside[len(bare) :]}"

    changed = _with_calls(text, function, change)
    return with_first_statement(changed, function, use) if use else changed


def with_swapped(text: str, function: str) -> str:
    """Return a text in which the first two parameters and arguments have each other's place."""

    def change(inside: str, is_declared: bool) -> str:  # noqa: ARG001, FBT001
        parts = _split(inside)
        if len(parts) < 2:
            return inside
        first, second, *rest = parts
        lead = first[: len(first) - len(first.lstrip())]
        gap = second[: len(second) - len(second.lstrip())]
        return ",".join([lead + second.strip(), gap + first.strip(), *rest])

    return _with_calls(text, function, change)


def with_first_statement(text: str, function: str, statement: str) -> str:
    """Return a text in which the body of a function begins with a statement.

    In Python a docstring stays first.
    """
    found = defined_at(text, function)
    if found is None:
        return text
    start, body, is_python = found
    if not is_python:
        # Declarations come first in the house style of the projects; C does not ask for it.
        return f"{text[:body]}\n\t{statement}{text[body:]}"
    indent = re.match(r" *", text[start:])
    inner = " " * ((len(indent[0]) if indent else 0) + 4)
    docstring = re.compile(rf'\n{inner}r?"""(?:.*?)"""', re.DOTALL).match(text, body)
    at = docstring.end() if docstring else body
    lines = statement.replace("\n", f"\n{inner}")
    return f"{text[:at]}\n{inner}{lines}{text[at:]}"


def defined_at(text: str, function: str) -> tuple[int, int, bool] | None:
    """Return where a function's head starts, its body begins, and whether it is Python's."""
    name = re.escape(function)
    if (
        match := re.search(rf"^\w[\w\s*]*\b{name}\([^;{{]*\)\s*\{{", text, re.MULTILINE)
    ) is not None:
        return match.start(), match.end(), False
    head = re.search(rf"^ *def {name}\(", text, re.MULTILINE)
    if head is None:
        return None
    close = _closing(text, head.end() - 1)
    return head.start(), text.index(":\n", close) + 1, True


def _with_calls(text: str, function: str, change: Callable[[str, bool], str]) -> str:
    """Return a text in which what stands between the parentheses of every use was changed."""
    spots = list(re.finditer(rf"\b{re.escape(function)}\s*\(", text))
    for it in reversed(spots):
        close = _closing(text, it.end() - 1)
        head = text[text.rfind("\n", 0, it.start()) + 1 : it.start()]
        is_declared = head.strip() in ("def", "async def") or _is_type(head)
        inside = change(text[it.end() : close], is_declared)
        text = text[: it.end()] + inside + text[close:]
    return text


def _is_type(head: str) -> bool:
    """Tell whether the words before a name are its type: at the margin, and nothing else."""
    is_plain = re.fullmatch(r"[A-Za-z_][\w\s*]*[\s*]", head) is not None
    return is_plain and head.split(maxsplit=1)[0] not in ("return", "else", "case")


def _closing(text: str, opening: int) -> int:
    depth, at = 0, opening
    while at < len(text):
        literal = LITERALS.match(text, at)
        if literal is not None:
            at = literal.end()
            continue
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if depth == 0:
            return at
        at += 1
    return len(text)


def _split(inside: str) -> list[str]:
    parts, depth, start, at = [], 0, 0, 0
    while at < len(inside):
        literal = LITERALS.match(inside, at)
        if literal is not None:
            at = literal.end()
            continue
        depth += (inside[at] in "([{") - (inside[at] in ")]}")
        if inside[at] == "," and depth == 0:
            parts.append(inside[start:at])
            start = at + 1
        at += 1
    return [*parts, inside[start:]]
