"""Own the insides of C's structs, unions and enums: members and enumerators, nested ones included.

It must not look outside the braces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from glossator_indexer.languages.c_macros import MacroTable
from glossator_indexer.symbols.c_declarators import without_annotations
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

# Deeper than people nest, and far from where Python's stack ends.
_DEEPEST = 40


def enumerators(tokens: Tokens) -> tuple[Parameter, ...]:
    """Return the names in an enum's braces."""
    return tuple(Parameter(run[0].text, "") for run in split(tokens, ",") if run and run[0].is_word)


def members(tokens: Tokens, macros: MacroTable) -> tuple[Parameter, ...]:
    """Return the members in the braces of a struct or union, in order."""
    return _Level(macros, 0).members(tokens)


@dataclass(frozen=True, slots=True)
class _Level:
    """The members between one pair of braces, `depth` pairs deep."""

    macros: MacroTable
    depth: int

    def members(self, tokens: Tokens) -> tuple[Parameter, ...]:
        """Return the members, or none where hostile text nests deeper than anybody would."""
        if self.depth > _DEEPEST:
            return ()
        found: list[Parameter] = []
        for declaration in split(tokens, ";"):
            if declaration:
                found += self._declared(declaration)
        return tuple(found)

    def _declared(self, declaration: Tokens) -> Iterator[Parameter]:
        macro = declaration[0].text
        if macro in _GROUPS and len(declaration) > 1:
            # A group adds no name that has to be documented: its members stand for it.
            inside = _behind_commas(declaration, _GROUPS[macro])
            return iter(_Level(self.macros, self.depth + 1).members(inside))
        if macro in _DECLARERS and len(declaration) > 1:
            return _from_macro(declaration)
        brace = next((at for at, it in top_level(declaration) if it.text == "{"), None)
        if brace is None:
            return (it for it in declared_in(declaration, self.macros) if it.name)
        return self._nested(declaration, brace)

    def _nested(self, declaration: Tokens, brace: int) -> Iterator[Parameter]:
        end = closing(declaration, brace)
        head = without_annotations(declaration[:brace], self.macros)
        after = without_annotations(declaration[end + 1 :], self.macros)
        is_enum = any(it.text == "enum" for it in head)
        inside = declaration[brace + 1 : end]
        inner = () if is_enum else _Level(self.macros, self.depth + 1).members(inside)
        if not after:
            if not is_enum:
                yield Parameter("", spelled(head), inner)
            return
        # The head reads as one word, so that its declarators read like those of a plain type.
        start, stop = declaration[0].start, declaration[brace].start
        base = Token(spelled(head) + " ", start, stop, spaced=False)
        for declared in declared_in([base, *after], self.macros):
            yield Parameter(declared.name, " ".join(declared.type.split()), inner)


def _from_macro(declaration: Tokens) -> Iterator[Parameter]:
    at, spelling = _DECLARERS[declaration[0].text]
    arguments = split(declaration[2 : closing(declaration, 1)], ",")
    if at < len(arguments):
        words = [spelled(it) for it in arguments] + ["", ""]
        yield Parameter(words[at], spelling.format(*words))


def _behind_commas(declaration: Tokens, count: int) -> Tokens:
    """Return the arguments of a macro call from the one behind `count` commas on."""
    arguments = declaration[2 : closing(declaration, 1)]
    commas = [at for at, it in top_level(arguments) if it.text == ","]
    return arguments[commas[count - 1] + 1 :] if len(commas) >= count else ()
