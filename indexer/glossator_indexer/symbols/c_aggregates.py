"""Own the insides of C's structs, unions and enums: members and enumerators, nested ones included.

It must not look outside the braces.
"""

from __future__ import annotations

from collections.abc import Iterator

from glossator_indexer.languages.c_macros import MacroTable
from glossator_indexer.symbols.c_declarators import TAGS, without_annotations
from glossator_indexer.symbols.c_functions import declared_in
from glossator_indexer.symbols.c_tokens import Token, Tokens, closing, spelled, split, top_level
from glossator_indexer.types import Parameter

# Macros that wrap members in a group, with the count of arguments before the members.
_GROUPS = {"struct_group": 1, "struct_group_attr": 2, "struct_group_tagged": 2, "__struct_group": 3}
# Macros that declare one member: where its name stands among the arguments, and what type it has.
_DECLARERS = {
    "DECLARE_BITMAP": (0, "unsigned long [{1}]"),
    "DECLARE_HASHTABLE": (0, "struct hlist_head [1 << ({1})]"),
    "DECLARE_KFIFO": (0, "{1} *"),
    "DECLARE_KFIFO_PTR": (0, "{1} *"),
    "DECLARE_FLEX_ARRAY": (1, "{0} []"),
    "__DECLARE_FLEX_ARRAY": (1, "{0} []"),
    "DECLARE_PHY_INTERFACE_MASK": (0, "unsigned long [PHY_INTERFACE_MODE_MAX]"),
    "__ETHTOOL_DECLARE_LINK_MODE_MASK": (0, "unsigned long [__ETHTOOL_LINK_MODE_MASK_NBITS]"),
}


def enumerators(tokens: Tokens) -> tuple[Parameter, ...]:
    """Return the names in an enum's braces."""
    return tuple(Parameter(run[0].text, "") for run in split(tokens, ",") if run and run[0].is_word)


def members(tokens: Tokens, macros: MacroTable) -> tuple[Parameter, ...]:
    """Return the members in the braces of a struct or union, in order."""
    found: list[Parameter] = []
    for declaration in split(tokens, ";"):
        if declaration:
            found += _declared(declaration, macros)
    return tuple(found)


def _declared(declaration: Tokens, macros: MacroTable) -> Iterator[Parameter]:
    macro = declaration[0].text
    if macro in _GROUPS or macro in _DECLARERS:
        yield from _from_macro(declaration, macros)
        return
    brace = next((at for at, it in top_level(declaration) if it.text == "{"), None)
    if brace is None:
        yield from (it for it in declared_in(declaration, macros) if it.name)
        return
    yield from _nested(declaration, brace, macros)


def _from_macro(declaration: Tokens, macros: MacroTable) -> Iterator[Parameter]:
    macro = declaration[0].text
    if len(declaration) < 2 or declaration[1].text != "(":
        return
    arguments = split(declaration[2 : closing(declaration, 1)], ",")
    if macro in _GROUPS:
        # A group adds no name of its own to what has to be documented: its members stand for it.
        inside: list[Token] = []
        for argument in arguments[_GROUPS[macro] :]:
            inside += argument
        yield from members(_with_commas(declaration, arguments, _GROUPS[macro]) or inside, macros)
        return
    at, spelling = _DECLARERS[macro]
    if at < len(arguments):
        words = [spelled(it) for it in arguments] + ["", ""]
        yield Parameter(words[at], spelling.format(*words))


def _with_commas(declaration: Tokens, arguments: list[Tokens], skipped: int) -> Tokens:
    """Return the tokens from the first member on, commas between declarators included."""
    if skipped >= len(arguments) or not arguments[skipped]:
        return ()
    first = arguments[skipped][0].start
    end = closing(declaration, 1)
    return [it for it in declaration[2:end] if it.start >= first]


def _nested(declaration: Tokens, brace: int, macros: MacroTable) -> Iterator[Parameter]:
    end = closing(declaration, brace)
    head = without_annotations(declaration[:brace], macros)
    after = without_annotations(declaration[end + 1 :], macros)
    tag = next((it.text for it in head if it.text in TAGS), "struct")
    inside = declaration[brace + 1 : end]
    inner = () if tag == "enum" else members(inside, macros)
    if not after:
        if tag != "enum":
            yield Parameter("", spelled(head), inner)
        return
    # The head reads as one word, so that its declarators read like those of a plain type.
    base = Token(spelled(head) + " ", declaration[0].start, declaration[brace].start, spaced=False)
    for declared in declared_in([base, *after], macros):
        yield Parameter(declared.name, " ".join(declared.type.split()), inner)
