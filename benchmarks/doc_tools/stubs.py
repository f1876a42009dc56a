"""Own the stubs that comments are judged above: declarations with the names of real symbols.

A stub has the names, parameters and exceptions of a symbol and no code, so that it can be judged
alone; an empty comment leaves it bare. This module must not write comments, nor judge them.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Sequence
from dataclasses import dataclass

from glossator_indexer.types import NOTHING, Parameter, Symbol


@dataclass(frozen=True, slots=True)
class Commented:
    """A symbol with a comment that was rendered without indentation."""

    symbol: Symbol
    comment: str


def python(commented: Sequence[Commented]) -> str:
    """Return functions that raise, return and are annotated as the symbols are."""
    lines: list[str] = ['"""Stubs."""', "", "from __future__ import annotations", ""]
    for number, it in enumerate(commented):
        symbol = it.symbol
        names = ", ".join(_annotated(p) for p in symbol.parameters)
        result = "None" if symbol.return_type == NOTHING else symbol.return_type
        if symbol.is_generator and not re.match(r"\W*(Async)?(Iter|Generator)", result or ""):
            # pydoclint knows generators by their annotation, and no other name for one.
            result = "Iterator[object]"
        arrow = f" -> {' '.join(result.split())}" if result and _is_type(result) else ""
        lines += ["", f"def f{number}({names}){arrow}:"]
        lines += [_set_in(it.comment)] if it.comment else []
        lines += [f"    raise {name}" for name in symbol.raises]
        if symbol.is_generator:
            lines.append("    yield 1")
        elif symbol.return_type == NOTHING:
            lines.append("    pass")
        else:
            lines.append("    return 1")
        lines.append("")
    return "\n".join(lines) + "\n"


def _annotated(parameter: Parameter) -> str:
    if not parameter.type or not _is_type(parameter.type):
        return parameter.name
    return f"{parameter.name}: {' '.join(parameter.type.split())}"


def _is_type(text: str) -> bool:
    try:
        ast.parse(" ".join(text.split()), mode="eval")
    except SyntaxError:
        return False
    return True


def javascript(commented: Sequence[Commented]) -> str:
    """Return a module of functions; what they throw is declared."""
    raised = {name for it in commented for name in it.symbol.raises}
    own = (it for it in raised if "." not in it and not hasattr(builtins, it) and it not in _THROWN)
    lines = [f"class {name} extends Error {{}}" for name in sorted(own)]
    for number, it in enumerate(commented):
        names = ", ".join(
            _with_default(p)
            for p in it.symbol.parameters
            if not p.name.startswith("<") and not p.described_inside
        )
        star = "*" if it.symbol.is_generator else ""
        wait = "async " if it.symbol.is_async else ""
        value = "yield 1;" if it.symbol.is_generator else "return 1;"
        if it.symbol.return_type == NOTHING:
            value = ""
        lines += [it.comment] if it.comment else []
        lines += [f"export {wait}function{star} f{number}({names}) {{ {value} }}", ""]
    return "\n".join(lines)


_THROWN = frozenset({"Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError"}) | {
    "TypeError", "URIError", "AggregateError", "DOMException",
}  # fmt: skip


def _with_default(parameter: Parameter) -> str:
    name = parameter.name
    if not name:
        members = ", ".join(map(_with_default, parameter.members))
        name = f"{{{members}}}" if members else "[first]"
    default = parameter.default
    if default is None:
        return name
    # What is called or named there is not in the stub; of this the compiler knows no type.
    is_literal = re.fullmatch(r"\[\]|\{\}|-?\d+|true|false|'\w*'|\"\w*\"", default)
    return f"{name} = {default if is_literal else 'JSON.parse(String())'}"


def java(commented: Sequence[Commented]) -> str:
    """Return a class with a static method for each symbol and a class for each exception."""
    lines = ["/** Stubs. */", "public final class Stubs {", "/** Makes none. */ private Stubs() {}"]
    raised = {name for it in commented for name in it.symbol.raises}
    plain = {it: f"E{number}" for number, it in enumerate(sorted(raised))}
    for name in plain.values():
        lines.append(f"/** An error. */ public static class {name} extends Exception {{")
        lines.append(f"/** Makes it. */ public {name}() {{}} }}")
    for number, it in enumerate(commented):
        comment = it.comment
        for name in it.symbol.raises:
            comment = comment.replace(f"@throws {name} ", f"@throws {plain[name]} ")
        types = [p.name for p in it.symbol.parameters if p.name.startswith("<")]
        generic = f"<{', '.join(it.strip('<>') for it in types)}> " if types else ""
        names = ", ".join(
            f"Object {p.name}" for p in it.symbol.parameters if not p.name.startswith("<")
        )
        throws = (
            f" throws {', '.join(plain[name] for name in it.symbol.raises)}"
            if it.symbol.raises
            else ""
        )
        kind = "void" if it.symbol.return_type == NOTHING else "Object"
        body = "" if kind == "void" else "return null;"
        lines += [comment, f"public static {generic}{kind} f{number}({names}){throws} {{ {body} }}"]
    return "\n".join([*lines, "}", ""])


def rust(commented: Sequence[Commented]) -> str:
    """Return unsafe functions that may fail, so that every section has its place."""
    lines = [
        "//! Stubs.",
        "#![warn(rustdoc::all)]",
        "#![allow(rustdoc::private_intra_doc_links)]",
    ]
    for number, it in enumerate(commented):
        names = ", ".join(f"a{at}: u8" for at, _ in enumerate(it.symbol.parameters))
        lines += [
            it.comment,
            f"pub unsafe fn f{number}({names}) -> Result<(), ()> {{ Ok(()) }}",
            "",
        ]
    return "\n".join(lines)


def go(commented: Sequence[Commented]) -> str:
    """Return methods of types of their own, so that their names may be the same."""
    lines = ["// Package stubs has stubs.", "package stubs", ""]
    for number, it in enumerate(commented):
        lines += [f"type T{number} int", ""]
        lines += [it.comment] if it.comment else []
        lines += [f"func (T{number}) {it.symbol.name}() {{}}", ""]
    return "\n".join(lines)


def cpp(commented: Sequence[Commented]) -> str:
    """Return prototypes, in C where no symbol has type parameters."""
    lines: list[str] = ["/** @file */", ""]
    for number, it in enumerate(commented):
        types = [p.name.strip("<>") for p in it.symbol.parameters if p.name.startswith("<")]
        generic = f"template <{', '.join(f'class {t}' for t in types)}> " if types else ""
        names = ", ".join(
            p.name if p.name == "..." else f"int {p.name}"
            for p in it.symbol.parameters
            if p.name and not p.name.startswith("<")
        )
        kind = "void" if it.symbol.return_type == NOTHING else "int"
        lines += [it.comment] if it.comment else []
        lines += [f"{generic}{kind} f{number}({names});", ""]
    return "\n".join(lines)


def is_c(it: Commented) -> bool:
    """Say whether the symbol can be declared in C."""
    names = [p.name for p in it.symbol.parameters]
    return not any(name.startswith("<") for name in names) and names != ["..."]


def _set_in(comment: str) -> str:
    lines = comment.split("\n")
    return "\n".join(f"    {it}" if it else it for it in lines)
