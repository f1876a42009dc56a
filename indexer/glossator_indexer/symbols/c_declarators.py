"""Own how C spells one declared thing: a parameter, a member, a typedef's name, a function's head.

It works on tokens alone, so that macros which no grammar knows do no harm; it must not know files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from glossator_indexer.languages.c_macros import MacroTable
from glossator_indexer.languages.c_words import NOT_NAMES, QUALIFIERS, STORAGE, TAGS, TYPEOF
from glossator_indexer.symbols.c_tokens import Token, Tokens, closing, spelled, split, top_level
from glossator_indexer.types import Parameter


@dataclass(frozen=True, slots=True)
class Declarator:
    """A declared name with the tokens of its type around it; `name` is None where there is none."""

    name: Token | None
    type: Tokens
    parameters: Tokens | None = None

    def as_parameter(self) -> Parameter:
        """Return it as the rest of the house knows it."""
        return Parameter(self.name.text if self.name else "", spelled(self.type))


def without_annotations(tokens: Tokens, macros: MacroTable) -> list[Token]:
    """Return the tokens less attributes, annotation macros and their arguments."""
    kept: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        following = tokens[index + 1].text if index + 1 < len(tokens) else ""
        if token.is_word and following == "(" and macros.is_annotation_call(token.text):
            index = closing(tokens, index + 1) + 1
            continue
        if token.is_word and following != "(" and macros.is_annotation(token.text):
            index += 1
            continue
        if token.text == "[" and following == "[":
            index = closing(tokens, index) + 1
            continue
        kept.append(token)
        index += 1
    return kept


def declarator(tokens: Tokens, macros: MacroTable) -> Declarator:
    """Return what `tokens`, one declaration without `;` and initialiser, declares."""
    plain = without_annotations(tokens, macros)
    name = _name(plain)
    if name is None:
        return Declarator(None, tokens, None)
    following = next((at for at, it in enumerate(plain) if it.start > name.start), len(plain))
    parameters: Tokens | None = None
    if following < len(plain) and plain[following].text == ")":
        following += 1
    if following < len(plain) and plain[following].text == "(":
        parameters = plain[following + 1 : closing(plain, following)]
    return Declarator(name, _around(tokens, name), parameters)


def _around(tokens: Tokens, name: Token) -> list[Token]:
    """Return the tokens less the name, whose space goes to what follows it."""
    around: list[Token] = []
    after_name = False
    for token in tokens:
        if token.start == name.start:
            after_name = True
            continue
        spaced = token.spaced or name.spaced
        around.append(replace(token, spaced=spaced) if after_name and token.text in "[(" else token)
        after_name = False
    return around


def parameters_of(tokens: Tokens, macros: MacroTable) -> tuple[Parameter, ...]:
    """Return the parameters between the brackets of a prototype or a definition."""
    runs = [it for it in split(tokens, ",") if it]
    if len(runs) == 1 and spelled(runs[0]) == "void":
        return ()
    return tuple(_parameter(run, macros) for run in runs)


def _parameter(tokens: Tokens, macros: MacroTable) -> Parameter:
    if len(tokens) == 1 and tokens[0].text == "...":
        return Parameter("...", "")
    tokens = [it for it in tokens if it.text != "register"]
    return declarator(tokens, macros).as_parameter()


def _name(tokens: Tokens) -> Token | None:
    """Return the token that a declaration names, by C's rule from the inside out."""
    words: list[Token] = []
    after_tag = False
    for index, token in top_level(tokens):
        if token.text == "(":
            before = tokens[index - 1] if index else None
            inner = tokens[index + 1 : closing(tokens, index)]
            if before is not None and before.text in TYPEOF | {"_Alignas", "__attribute__"}:
                continue
            if _is_declarator_group(tokens, index, inner, words):
                return _name_in_group(inner)
            if _is_type_by_macro(tokens, index):
                continue
            break
        if token.text in ("[", ":", "="):
            break
        if token.text == "{":
            after_tag = False
            words.append(token)
            continue
        if token.text == "*":
            words.append(token)
        elif token.is_word and after_tag:
            after_tag = False
            words.append(Token("{", token.start, token.end, token.spaced))
        elif token.is_word and token.text not in QUALIFIERS | STORAGE:
            after_tag = token.text in TAGS
            words.append(token)
    return _last_name(words, tokens)


def _last_name(words: list[Token], tokens: Tokens) -> Token | None:
    """Return the last word where something before it says the type."""
    if not words or not words[-1].is_word or words[-1].text in NOT_NAMES:
        return None
    has_type = len(words) > 1 or any(it.text in TYPEOF for it in tokens)
    return words[-1] if has_type else None


def _is_type_by_macro(tokens: Tokens, index: int) -> bool:
    """Tell `STACK_OF(X509) *name` from what has parameters: a name or a star follows."""
    end = closing(tokens, index)
    if not index or not tokens[index - 1].text.isupper() or end + 1 >= len(tokens):
        return False
    return tokens[end + 1].is_word or tokens[end + 1].text == "*"


def _is_declarator_group(tokens: Tokens, index: int, inner: Tokens, words: list[Token]) -> bool:
    """Tell `(*name)(...)` and `(name)(...)` from a list of parameters."""
    if not inner:
        return False
    starts = [it.text for it in inner[:3]]
    if starts[0] in ("*", "^"):
        return True
    if len(starts) > 1 and starts[1] == "*" and inner[0].is_word and len(inner) > 2:
        # A calling convention may stand before the star; a type would end the list's first entry.
        return bool(words) and inner[0].text.isupper() and inner[0].text not in NOT_NAMES
    end = closing(tokens, index)
    is_followed = end + 1 < len(tokens) and tokens[end + 1].text == "("
    if len(inner) == 2 and inner[0].text.isupper() and inner[1].is_word:
        # `(APIENTRYP name)(...)`: the macro brings the star along.
        return is_followed and bool(words)
    return len(inner) == 1 and inner[0].is_word and is_followed and inner[0].text not in NOT_NAMES


def _name_in_group(inner: Tokens) -> Token | None:
    """Return the name in `(*name)`, however deep; no recursion, for hostile text has no end."""
    while True:
        words: list[Token] = []
        deeper: Tokens | None = None
        for index, token in top_level(inner):
            if token.text == "(" and not words:
                deeper = inner[index + 1 : closing(inner, index)]
            if token.text in ("(", "["):
                break
            if token.is_word and token.text not in QUALIFIERS:
                words.append(token)
        if deeper is None:
            return words[-1] if words else None
        inner = deeper
