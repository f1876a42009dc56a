"""Own how the head of a C function is read: its name, its parameters and what it returns.

It must not know where the head came from; a head is a run of tokens that ends before `{` or `;`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from glossator_indexer.languages.c_macros import Definer, DefinerLayout, MacroTable
from glossator_indexer.languages.c_words import (
    ADDRESS_SPACES,
    NOT_FUNCTIONS,
    NOT_NAMES,
    QUALIFIERS,
    STORAGE,
    TAGS,
)
from glossator_indexer.symbols.c_declarators import (
    declarator,
    parameters_of,
    without_annotations,
)
from glossator_indexer.symbols.c_tokens import Token, Tokens, closing, spelled, split, top_level
from glossator_indexer.types import Parameter, Span


@dataclass(frozen=True, slots=True)
class FunctionHead:
    """What the head of a function says; `is_typed` is False where it says no type at all."""

    name: str
    name_span: Span
    parameters: tuple[Parameter, ...]
    return_type: str
    is_typed: bool


def function_head(tokens: Tokens, macros: MacroTable) -> FunctionHead | None:
    """Return what `tokens` declare as a function, or None where they declare none."""
    if not tokens:
        return None
    defined = _defined_by_macro(tokens, macros)
    if defined is not None:
        return defined
    plain = without_annotations(tokens, macros)
    if not plain or plain[0].text in NOT_FUNCTIONS:
        return None
    place = _name_place(plain)
    if place is None:
        return None
    at, parameters_at = place
    name = plain[at]
    if name.text in NOT_NAMES | NOT_FUNCTIONS:
        return None
    end = closing(plain, parameters_at)
    opening, ending = plain[parameters_at].start, plain[end].start
    inside = [it for it in tokens if opening < it.start < ending]
    before = _type_before(tokens, plain[:at], name)
    return FunctionHead(
        name=name.text,
        name_span=Span(name.start, name.end),
        parameters=_knr(inside, plain[end + 1 :], macros) or parameters_of(inside, macros),
        return_type=_return_type(before, plain[end + 1 :]),
        is_typed=bool(before),
    )


def _type_before(tokens: Tokens, plain: Tokens, name: Token) -> list[Token]:
    """Return the tokens before the name that say its type, address spaces included."""
    kept = {it.start for it in plain}
    return _without_decorations(
        [
            it
            for it in tokens
            if it.start < name.start
            and (it.start in kept or it.text in ADDRESS_SPACES)
            and it.text not in STORAGE
        ]
    )


def _without_decorations(tokens: list[Token]) -> list[Token]:
    """Drop words such as `INIT` in `int INIT name(...)`: no type has room for them."""
    kept: list[Token] = []
    types = [it for it in tokens if it.is_word and it.text not in QUALIFIERS]
    decorated = not _wraps_type(tokens) and len(types) > 1 and types[0].text.isupper()
    if decorated and tokens[0] is types[0]:
        tokens = tokens[1:] if tokens[1].text != "(" else _without_leading_call(tokens)
    if _wraps_type(tokens):
        return list(tokens[2:-1])
    for token in tokens:
        decorates = token.text.startswith("__") or token.text.isupper()
        decorates = decorates and token.text not in ADDRESS_SPACES
        follows_type = bool(kept) and kept[-1].text not in TAGS | QUALIFIERS | {"("}
        if not (decorates and follows_type and token.is_word):
            kept.append(token)
    return kept


def _wraps_type(tokens: Tokens) -> bool:
    """Tell `DECLARED(type)`, where the macro decorates the type in its brackets."""
    return len(tokens) > 3 and tokens[1].text == "(" and closing(tokens, 1) == len(tokens) - 1


def _without_leading_call(tokens: list[Token]) -> list[Token]:
    """Drop `ATTRIBUTE(1, 2)` before a type; `STACK_OF(X509) *` is all the type that there is."""
    rest = tokens[closing(tokens, 1) + 1 :]
    says_type = any(it.is_word and it.text not in QUALIFIERS for it in rest)
    return rest if says_type else tokens


def _return_type(before: Tokens, after: Tokens) -> str:
    """Return the type before the name; around it, where a pointer to a function is returned."""
    opened = sum((it.text == "(") - (it.text == ")") for it in before)
    if opened <= 0 or not any(it.text == ")" for it in after):
        return spelled([it for it in before if it.text != "("] if opened > 0 else before) or "int"
    closed_at = 0
    for index, token in enumerate(after):
        if token.text not in (")", "(", "["):
            break
        closed_at = index + 1
        if token.text != ")":
            closed_at = closing(after, index) + 1
    return spelled([*before, *after[:closed_at]])


def _name_place(tokens: Tokens) -> tuple[int, int] | None:
    """Return the indexes of the function's name and of the bracket that opens its parameters."""
    candidates = list(_candidates(tokens))
    plain = STORAGE | QUALIFIERS
    first_type = next((at for at, it in enumerate(tokens) if it.text not in plain), len(tokens))
    typed = [it for it in candidates if it[0] > first_type]
    if len(typed) > 1 and _looks_like_annotation(tokens[typed[0][0]]):
        typed = [it for it in typed if not _looks_like_annotation(tokens[it[0]])] or typed
    return next(iter(typed or candidates), None)


def _looks_like_annotation(token: Token) -> bool:
    return token.text.isupper() or token.text.startswith("__")


def _candidates(tokens: Tokens) -> Iterator[tuple[int, int]]:
    for index, token in top_level(tokens):
        if token.text in ("=", "{"):
            return
        if token.text != "(":
            continue
        end = closing(tokens, index)
        inner = tokens[index + 1 : end]
        is_followed = end + 1 < len(tokens) and tokens[end + 1].text in ("(", "[")
        if is_followed and inner and _is_typed_name(tokens, index - 1):
            # `int NAME(x)(int a)`: a macro makes the name; its own is the best that we can say.
            yield index - 1, end + 1
            return
        if is_followed and inner and (inner[0].text == "*" or len(inner) == 1):
            place = _place_in_group(tokens, index + 1, end)
            if place is not None:
                yield place
                return
            if len(inner) == 1 and inner[0].is_word:
                yield index + 1, end + 1
                return
        elif index > 1 and _wraps_parameters(tokens, index):
            yield index - 2, index + 1
        elif index and tokens[index - 1].is_word and tokens[index - 1].text not in NOT_NAMES:
            yield index - 1, index


def _wraps_parameters(tokens: Tokens, index: int) -> bool:
    """Tell `name OF((int a))`, where a macro hides the list from compilers that know none."""
    name, macro = tokens[index - 2], tokens[index - 1]
    if not macro.text.isupper() and not macro.text.startswith("_"):
        return False
    if not name.is_word or name.text in NOT_NAMES or index + 1 >= len(tokens):
        return False
    is_double = tokens[index + 1].text == "("
    return is_double and closing(tokens, index + 1) == closing(tokens, index) - 1


def _is_typed_name(tokens: Tokens, index: int) -> bool:
    """Say whether a word that is no type stands behind a type."""
    return (
        index > 0
        and tokens[index].is_word
        and tokens[index].text not in NOT_NAMES
        and tokens[index - 1].text not in TAGS | STORAGE | QUALIFIERS
    )


def _place_in_group(tokens: Tokens, start: int, end: int) -> tuple[int, int] | None:
    """Find `name(` in `(*name(int a))(int)`; `(*name)(int)` is a variable and has none."""
    for index in range(start, end - 1):
        if tokens[index].is_word and tokens[index + 1].text == "(":
            return (index, index + 1) if tokens[index].text not in NOT_NAMES else None
    return None


def _knr(inside: Tokens, after: Tokens, macros: MacroTable) -> tuple[Parameter, ...]:
    """Return parameters declared between `)` and `{`, in the order of the names in brackets."""
    names = [it.text for it in inside if it.text != ","]
    if (
        not names
        or not after
        or not after[0].is_word
        or not all(len(it) == 1 for it in split(inside, ","))
    ):
        return ()
    declared: dict[str, Parameter] = {}
    for declaration in split(after, ";"):
        for parameter in declared_in(declaration, macros):
            declared[parameter.name] = parameter
    if not declared:
        return ()
    return tuple(declared.get(it, Parameter(it, "int")) for it in names)


def declared_in(declaration: Tokens, macros: MacroTable) -> Iterator[Parameter]:
    """Yield each name that one declaration such as `int a, *b, (*c)(void), d:3` declares."""
    runs = [it for it in split(declaration, ",") if it]
    if not runs:
        return
    first = declarator(_without_bits(runs[0]), macros)
    yield first.as_parameter()
    base = _base_type(runs[0], first.name)
    for run in runs[1:]:
        yield declarator([*base, *_without_bits(run)], macros).as_parameter()


def _base_type(tokens: Tokens, name: Token | None) -> Tokens:
    """Return the part of a declaration that all its declarators share: up to the first star."""
    base: list[Token] = []
    for index, token in top_level(tokens):
        is_group = token.text == "(" and not (index and tokens[index - 1].text.startswith("typeof"))
        if token.text in ("*", "[", ":") or is_group or (name and token.start == name.start):
            break
        end = closing(tokens, index) if token.text in ("(", "{") else index
        base += tokens[index : end + 1]
    return base


def _without_bits(tokens: Tokens) -> Tokens:
    return next((tokens[:at] for at, it in top_level(tokens) if it.text in (":", "=")), tokens)


def _defined_by_macro(tokens: Tokens, macros: MacroTable) -> FunctionHead | None:
    definer = macros.definer(tokens[0].text)
    if definer is None or len(tokens) < 3 or tokens[1].text != "(":
        return None
    runs = split(tokens[2 : closing(tokens, 1)], ",")
    if len(runs[0]) != 1:
        return None
    name = runs[0][0]
    return FunctionHead(
        name=definer.name_prefix + name.text,
        name_span=Span(name.start, name.end),
        parameters=_macro_parameters(definer, runs[1:], macros),
        return_type=definer.return_type,
        is_typed=True,
    )


def _macro_parameters(
    definer: Definer, runs: list[Tokens], macros: MacroTable
) -> tuple[Parameter, ...]:
    if definer.layout is DefinerLayout.NAME_THEN_PARAMETERS:
        return tuple(declarator(run, macros).as_parameter() for run in runs if run)
    pairs = zip(runs[::2], runs[1::2], strict=False)
    return tuple(Parameter(spelled(name), spelled(type_)) for type_, name in pairs)
