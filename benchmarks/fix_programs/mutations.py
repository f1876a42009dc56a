"""Small faults put into working code, to find out whether they are noticed and mended.

Owns the ways in which C and Python are broken, one named operator each, and a lexer of its own, so
that nothing here shares a mistake with the product. Text goes in and ranges come out: nothing is
read, run or written. Comments, strings, preprocessor lines, imports, type annotations and
declarations are left alone, for what is broken there is no fault of what the code does. Whether a
mutation changes what a program does is for the program's tests to say.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_LEXERS = {
    "c": re.compile(
        r"""(?P<skip>^[ \t]*\#(?:/\*.*?\*/|\\\n|[^\n])*|//(?:\\\n|[^\n])*|/\*.*?\*/|\\?\s+)
        |(?P<string>(?:u8|[uUL])?"(?:\\.|[^"\\])*"|[uUL]?'(?:\\.|[^'\\])*')
        |(?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)|(?P<name>[A-Za-z_]\w*)
        |(?P<operator><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|&&|\|\||[-+*/%&|^<>=!]=|.)""",
        re.VERBOSE | re.MULTILINE | re.DOTALL,
    ),
    "python": re.compile(
        r"""(?P<newline>\n)|(?P<skip>\#[^\n]*|(?:[^\S\n]|\\\n)+)
        |(?P<string>[rbufRBUF]{0,2}(?:\"{3}(?:\\.|.)*?\"{3}|'{3}(?:\\.|.)*?'{3}
            |"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
        |(?P<number>\.?\d(?:[eE][+-]|[\w.])*)|(?P<name>[^\W\d]\w*)
        |(?P<operator>\*\*=|//=|<<=|>>=|\.\.\.|->|\*\*|//|<<|>>|[-+*/%&|^@<>=!:]=|.)""",
        re.VERBOSE | re.DOTALL,
    ),
}
_OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = frozenset(_OPENING.values())


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _table(text: str) -> dict[str, str]:
    """Read pairs of what is found and what replaces it."""
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


# Words after which a sign has one operand.
_NO_OPERAND = {
    "c": _words("return case else do goto sizeof"),
    "python": _words(
        "return and or not in is if elif else while yield lambda assert await for raise"
    ),
}
_C_CONTROL = _words("if for while switch")
_C_STATEMENTS = _words("return goto break continue case default else do if for while")
_C_TYPES = _words(
    "const static volatile register struct union enum unsigned signed void char short int long "
    "float double bool size_t ssize_t"
)
# What holds these is no place to store to.
_NOT_STORED = _words("( + - / % & | ^ ~ ! < > <= >= != << >> ++ -- ?")
# Functions for which the order of arguments says nothing.
_ANY_ORDER = _words("min max MIN MAX")
_C_STORAGE = _words("static inline extern const")
_PYTHON_DEAD = _words("def class async @ import from global nonlocal")
_PYTHON_HEADERS = _words("if elif else for while try except finally with match case pass")
_INDEX_NAME = re.compile(r"[ijkn]|.*index|pos|position|place|start|end|low|high|left|right")
_WHOLE_NUMBER = re.compile(r"(0[xX][\da-fA-F_]+|\d[\d_]*)([uUlL]*)")


_RELATIONAL = _table("== != != == < > > < <= >= >= <=")
_BOUNDARY = _table("< <= <= < > >= >= >")
_ARITHMETIC = _table("+ - - + * + / * % / // / ** *")
_BITWISE = _table("& | | & ^ | << >> >> <<")
_LOGICAL = _table("&& || || && and or or and")
_JUMPS = _table("break continue continue break")
_STEPS = _table("++ -- -- ++ += -= -= +=")
_ASSIGNMENTS = _table("+= = -= = |= = &= = ^= |= %= /= *= += /= *= //= /= **= *= <<= >>= >>= <<=")
_TRUTHS = _table("0 1 false true true false False True True False")
_NOTHING = {"c": "0", "python": "None"}


@dataclass(frozen=True, slots=True)
class Mutation:
    """One fault: the characters from `start` up to `end` of the source become `replacement`."""

    operator: str
    start: int
    end: int
    replacement: str


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Function:
    """A body, from the token `first` up to `last`; `result` is "void", "value" or "struct"."""

    first: int
    last: int
    result: str


@dataclass(frozen=True, slots=True)
class _Code:
    """What the operators know of a source; statements are simple ones, as ranges of tokens."""

    source: str
    language: str
    tokens: tuple[_Token, ...]
    partners: Mapping[int, int]
    live: Sequence[int]
    statements: tuple[range, ...]
    functions: tuple[_Function, ...]

    def text(self, first: int, last: int) -> str:
        """Return the source of the tokens from `first` up to, but without, `last`."""
        return self.source[self.tokens[first].start : self.tokens[last - 1].end]

    def words(self, where: Sequence[int]) -> list[str]:
        """Return the texts of some tokens."""
        return [self.tokens[index].text for index in where]

    def replaced(self, operator: str, first: int, last: int, replacement: str) -> Mutation:
        """Return the mutation of the tokens from `first` up to, but without, `last`."""
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        return Mutation(operator, start, end, replacement)


def mutations(source: str, language: str) -> tuple[Mutation, ...]:
    """Return every mutation of `source` in the order of its text; `language` is "c" or "python".

    Offsets count characters. The same text always gives the same mutations.
    """
    if language not in _LEXERS:
        raise ValueError(f'name "c" or "python", not {language!r}')
    code = _read(source, language)
    found = [each for operator in _OPERATORS for each in operator(code)]
    return tuple(sorted(found, key=lambda each: (each.start, each.end, each.operator)))


def mutated(source: str, mutation: Mutation) -> str:
    """Return `source` with the fault in it."""
    return source[: mutation.start] + mutation.replacement + source[mutation.end :]


def sample(found: Sequence[Mutation], count: int, seed: int) -> tuple[Mutation, ...]:
    """Return at most `count` mutations, spread over the operators as evenly as they allow."""
    rng = random.Random(seed)
    by_operator: dict[str, list[Mutation]] = {}
    for each in found:
        by_operator.setdefault(each.operator, []).append(each)
    groups = [rng.sample(by_operator[name], len(by_operator[name])) for name in sorted(by_operator)]
    rng.shuffle(groups)
    chosen: list[Mutation] = []
    while groups and len(chosen) < count:
        chosen.extend(group.pop() for group in groups[: count - len(chosen)])
        groups = [group for group in groups if group]
    return tuple(chosen)


def _read(source: str, language: str) -> _Code:
    tokens = _tokens(source, language)
    partners = _partners(tokens)
    if language == "python":
        return _read_python(source, tokens, partners)
    return _read_c(source, tokens, partners)


def _tokens(source: str, language: str) -> tuple[_Token, ...]:
    """Split code into words; line ends of Python count outside of brackets only."""
    result: list[_Token] = []
    depth = 0
    for match in _LEXERS[language].finditer(source):
        kind = match.lastgroup or "skip"
        if kind == "skip" or (kind == "newline" and depth):
            continue
        text = match.group()
        if kind == "operator":
            depth += (text in _OPENING) - (text in _CLOSING)
        result.append(_Token(kind, text, match.start(), match.end()))
    return tuple(result)


def _partners(tokens: Sequence[_Token]) -> dict[int, int]:
    """Return the closing bracket of each opening one, and the other way round."""
    result: dict[int, int] = {}
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind != "operator":
            continue
        if token.text in _OPENING:
            opened.append(index)
        elif token.text in _CLOSING and opened:
            result[index] = opened.pop()
            result[result[index]] = index
    return result


def _read_c(source: str, tokens: tuple[_Token, ...], partners: Mapping[int, int]) -> _Code:
    functions = tuple(_c_functions(tokens, partners))
    every = [s for body in functions for s in _c_statements(tokens, partners, body)]
    dead: set[int] = set()
    for statement in every:
        if _is_declaration(tokens, statement):
            dead.update(_declarator(tokens, statement))
    live = [i for body in functions for i in range(body.first, body.last) if i not in dead]
    statements = tuple(s for s in every if s[0] not in dead)
    return _Code(source, "c", tokens, partners, live, statements, functions)


def _c_functions(tokens: Sequence[_Token], partners: Mapping[int, int]) -> Iterator[_Function]:
    """Yield the functions that a file defines."""
    index, begin = 0, 0
    while index < len(tokens):
        text = tokens[index].text
        if text == "{" and index and tokens[index - 1].text == ")" and index in partners:
            head = [each.text for each in tokens[begin : partners.get(index - 1, index)]]
            yield _Function(index + 1, partners[index], _c_result(head[:-1]))
        if text in _OPENING:
            index = partners.get(index, index)
        index += 1
        if text in "{;":
            begin = index


def _c_result(words: Sequence[str]) -> str:
    """Say what a function returns, by the words before its name."""
    kept = [word for word in words if word not in _C_STORAGE]
    if "*" not in kept and {"struct", "union"} & set(kept):
        return "struct"
    return "void" if kept == ["void"] else "value"


def _c_statements(
    tokens: Sequence[_Token], partners: Mapping[int, int], body: _Function
) -> Iterator[range]:
    """Yield the simple statements of a function."""
    begin = index = body.first
    while index < body.last:
        text = tokens[index].text
        if text == ";":
            if begin < index:
                yield range(begin, index + 1)
            begin = index + 1
        elif text in "([" or (text == "{" and not _opens_block(tokens, partners, index)):
            index = partners.get(index, index)
            if _is_header(tokens, partners, index):
                begin = index + 1
        elif text in ("{", "}", "else", "do") or (text == ":" and _is_label(tokens, begin)):
            begin = index + 1
        index += 1


def _opens_block(tokens: Sequence[_Token], partners: Mapping[int, int], index: int) -> bool:
    before = tokens[index - 1].text
    return before in (";", "{", "}", ":", "else", "do") or _is_header(tokens, partners, index - 1)


def _is_header(tokens: Sequence[_Token], partners: Mapping[int, int], closing: int) -> bool:
    """Say whether the bracket ends what `if`, `for`, `while` or `switch` are about."""
    opening = partners.get(closing, 0)
    return tokens[closing].text == ")" and tokens[opening - 1].text in _C_CONTROL


def _is_label(tokens: Sequence[_Token], begin: int) -> bool:
    return tokens[begin].text in ("case", "default") or tokens[begin + 1].text == ":"


def _is_declaration(tokens: Sequence[_Token], statement: range) -> bool:
    first, second, third = (tokens[i] for i in range(statement[0], statement[0] + 3))
    if first.text in _C_TYPES:
        return True
    if first.kind != "name" or first.text in _C_STATEMENTS:
        return False
    return second.kind == "name" or (
        second.text == "*" and third.kind == "name" and second.end == third.start
    )


def _declarator(tokens: Sequence[_Token], statement: range) -> Iterator[int]:
    """Yield what comes before the first value of a declaration."""
    for index in statement:
        if tokens[index].text == "=":
            return
        yield index


def _read_python(source: str, tokens: tuple[_Token, ...], partners: Mapping[int, int]) -> _Code:
    lines = tuple(_lines(tokens))
    live: list[int] = []
    statements: list[range] = []
    for line in lines:
        first = tokens[line[0]]
        if first.text in _PYTHON_DEAD or all(tokens[i].kind == "string" for i in line):
            continue
        live.extend(_without_annotation(tokens, line))
        if first.text not in _PYTHON_HEADERS and not _is_field(tokens, line):
            statements.append(line)
    functions = tuple(_python_functions(source, tokens, lines))
    return _Code(source, "python", tokens, partners, live, tuple(statements), functions)


def _lines(tokens: Sequence[_Token]) -> Iterator[range]:
    begin = 0
    for index, token in enumerate(tokens):
        if token.kind == "newline":
            if begin < index:
                yield range(begin, index)
            begin = index + 1
    if begin < len(tokens):
        yield range(begin, len(tokens))


def _is_field(tokens: Sequence[_Token], line: range) -> bool:
    """Say whether a line declares a name with a type."""
    return len(line) > 1 and tokens[line[0]].kind == "name" and tokens[line[1]].text == ":"


def _without_annotation(tokens: Sequence[_Token], line: range) -> Iterator[int]:
    """Yield the tokens of a line but for the type of what it assigns to."""
    if tokens[line[0]].text in _PYTHON_HEADERS:
        yield from line
        return
    depth, value = 0, True
    for index in line:
        text = tokens[index].text
        depth += (text in _OPENING) - (text in _CLOSING)
        if depth == 0 and text in (":", "="):
            value = text == "="
        if value:
            yield index


def _python_functions(
    source: str, tokens: Sequence[_Token], lines: Sequence[range]
) -> Iterator[_Function]:
    """Yield the functions with a body; it begins after the docstring."""
    for number, line in enumerate(lines):
        if "def" not in (tokens[i].text for i in line[:2]):
            continue
        depth = _indent(source, tokens[line[0]])
        body: list[range] = []
        for later in lines[number + 1 :]:
            if _indent(source, tokens[later[0]]) <= depth:
                break
            body.append(later)
        if body and all(tokens[i].kind == "string" for i in body[0]):
            body = body[1:]
        if body:
            yield _Function(body[0][0], body[-1][-1] + 1, "value")


def _indent(source: str, token: _Token) -> int:
    return token.start - source.rfind("\n", 0, token.start) - 1


def _is_binary(code: _Code, index: int) -> bool:
    """Say whether the sign at `index` has an operand on both sides."""
    if not 0 < index < len(code.tokens) - 1:
        return False
    before, token, after = code.tokens[index - 1 : index + 2]
    if before.kind in ("operator", "newline") and before.text not in (")", "]", "}"):
        return False
    # A star or an ampersand of C that has no room around it belongs to a pointer.
    spaced = before.end < token.start and token.end < after.start
    pointer = code.language == "c" and token.text in "*&" and not spaced
    return before.text not in _NO_OPERAND[code.language] and not pointer


def _joins_text(code: _Code, index: int) -> bool:
    return "string" in (code.tokens[index - 1].kind, code.tokens[index + 1].kind)


def _signs(code: _Code, operator: str, table: Mapping[str, str]) -> Iterator[Mutation]:
    """Replace operators with two operands by the table."""
    for index in code.live:
        token = code.tokens[index]
        known = token.kind == "operator" and token.text in table
        if known and _is_binary(code, index) and not _joins_text(code, index):
            yield code.replaced(operator, index, index + 1, table[token.text])


def _texts(code: _Code, operator: str, table: Mapping[str, str]) -> Iterator[Mutation]:
    """Replace words and signs by the table, whatever is around them."""
    for index in code.live:
        token = code.tokens[index]
        if token.kind in ("operator", "name") and token.text in table:
            yield code.replaced(operator, index, index + 1, table[token.text])


def _relational(code: _Code) -> Iterator[Mutation]:
    yield from _texts(code, "relational-replaced", _RELATIONAL)


def _boundary(code: _Code) -> Iterator[Mutation]:
    yield from _texts(code, "boundary-shifted", _BOUNDARY)


def _arithmetic(code: _Code) -> Iterator[Mutation]:
    yield from _signs(code, "arithmetic-replaced", _ARITHMETIC)


def _bitwise(code: _Code) -> Iterator[Mutation]:
    yield from _signs(code, "bitwise-replaced", _BITWISE)


def _logical(code: _Code) -> Iterator[Mutation]:
    yield from _texts(code, "logical-swapped", _LOGICAL)


def _jump(code: _Code) -> Iterator[Mutation]:
    yield from _texts(code, "jump-swapped", _JUMPS)


def _step(code: _Code) -> Iterator[Mutation]:
    yield from _texts(code, "step-swapped", _STEPS)


def _assignment(code: _Code) -> Iterator[Mutation]:
    yield from _texts(code, "assignment-replaced", _ASSIGNMENTS)


def _constant(code: _Code) -> Iterator[Mutation]:
    """Make whole numbers larger and smaller by one."""
    for index in code.live:
        match = _WHOLE_NUMBER.fullmatch(code.tokens[index].text)
        if match is None or code.tokens[index - 1].text == "case":
            continue
        digits, suffix = match.groups()
        hexadecimal = digits[:2] in ("0x", "0X")
        octal = code.language == "c" and digits.startswith("0") and not hexadecimal
        value = int(digits, 16 if hexadecimal else 8 if octal else 10)
        for other in (value + 1, value - 1):
            if other >= 0:
                text = f"0x{other:x}" if hexadecimal else f"0{other:o}" if octal else str(other)
                text = str(other) if other < 2 or value == 0 else text
                yield code.replaced("constant-shifted", index, index + 1, text + suffix)


def _conditions(code: _Code) -> Iterator[range]:
    """Yield what `if` and `while` ask, without the brackets of C."""
    for index in code.live:
        if code.tokens[index].text in ("if", "elif", "while"):
            if code.language == "c":
                yield range(index + 2, code.partners.get(index + 1, index + 2))
            elif code.tokens[index - 1].kind == "newline":
                yield range(index + 1, _colon(code, index + 1))


def _colon(code: _Code, index: int) -> int:
    """Return where the header that `index` belongs to ends."""
    while index < len(code.tokens) and code.tokens[index].text != ":":
        index = _after(code, index)
    return index


def _after(code: _Code, index: int) -> int:
    """Return the index after a token, or after all that a bracket holds."""
    is_opening = code.tokens[index].text in _OPENING
    return 1 + (code.partners.get(index, index) if is_opening else index)


def _negate(code: _Code) -> Iterator[Mutation]:
    sign = "!" if code.language == "c" else "not "
    for condition in _conditions(code):
        if condition and code.tokens[condition[0]].text not in ("!", "not"):
            text = code.text(condition[0], condition[-1] + 1)
            changed = f"{sign}({text})"
            yield code.replaced("condition-negated", condition[0], condition[-1] + 1, changed)


def _assign_for_compare(code: _Code) -> Iterator[Mutation]:
    """Write `=` for `==` in C where all that is asked is one comparison of something stored."""
    if code.language != "c":
        return
    for condition in _conditions(code):
        words = code.words(condition)
        place = words.index("==") if "==" in words else 0
        if place and not _NOT_STORED & set(words[:place]) and not {"&&", "||"} & set(words):
            index = condition[place]
            yield code.replaced("comparison-assigned", index, index + 1, "=")


def _remove_negation(code: _Code) -> Iterator[Mutation]:
    for index in code.live:
        if code.tokens[index].text in ("!", "not") and index + 1 < len(code.tokens):
            after = code.tokens[index + 1]
            start = code.tokens[index].start
            yield Mutation("negation-removed", start, after.start, "")


def _delete(code: _Code) -> Iterator[Mutation]:
    replacement = ";" if code.language == "c" else "pass"
    for statement in code.statements:
        yield code.replaced("statement-deleted", statement[0], statement[-1] + 1, replacement)


def _return(code: _Code) -> Iterator[Mutation]:
    """Return something else: the other truth, or nothing."""
    nothing = _NOTHING[code.language]
    for statement in code.statements:
        words = code.words(statement)
        value = [word for word in words[1:] if word != ";"]
        if words[0] != "return" or not value or _returns_struct(code, statement[0]):
            continue
        other = _TRUTHS.get(value[0], nothing) if len(value) == 1 else nothing
        if value not in (["NULL"], ["None"]):
            last = statement[1] + len(value)
            yield code.replaced("return-replaced", statement[1], last, other)


def _returns_struct(code: _Code, index: int) -> bool:
    return any(f.result == "struct" and f.first <= index < f.last for f in code.functions)


def _return_early(code: _Code) -> Iterator[Mutation]:
    for function in code.functions:
        start = code.tokens[function.first].start
        if code.language == "python":
            indent = " " * _indent(code.source, code.tokens[function.first])
            yield Mutation("early-return-inserted", start, start, f"return None\n{indent}")
        elif function.result != "struct" and function.first < function.last:
            text = "return; " if function.result == "void" else "return 0; "
            yield Mutation("early-return-inserted", start, start, text)


def _index(code: _Code) -> Iterator[Mutation]:
    """Look at the next element."""
    for index in code.live:
        if code.tokens[index].text != "[" or not _is_binary(code, index):
            continue
        inner = range(index + 1, code.partners.get(index, index + 1))
        if inner and _is_index(code, index, inner):
            text = code.text(inner[0], inner[-1] + 1)
            yield code.replaced("index-shifted", inner[0], inner[-1] + 1, f"{text} + 1")


def _is_index(code: _Code, opening: int, inner: range) -> bool:
    """Say whether what the brackets hold is a place; in Python it may be a key, slice or type."""
    if code.language == "c":
        return True
    words = code.words(inner)
    if code.tokens[opening - 1].text[:1].isupper() or {":", ",", "("} & set(words):
        return False
    return all(not w[0].isalpha() or _INDEX_NAME.fullmatch(w) for w in words) and (
        "string" not in {code.tokens[i].kind for i in inner}
    )


def _swap_arguments(code: _Code) -> Iterator[Mutation]:
    for index in code.live:
        name, after = code.tokens[index], code.tokens[min(index + 1, len(code.tokens) - 1)]
        if name.kind != "name" or after.text != "(" or after.start != name.end:
            continue
        if name.text in _ANY_ORDER:
            continue
        for one, two in pairwise(_arguments(code, index + 1)):
            texts = code.text(one[0], one[-1] + 1), code.text(two[0], two[-1] + 1)
            if texts[0] != texts[1] and not _is_named(code, one) and not _is_named(code, two):
                between = code.source[code.tokens[one[-1]].end : code.tokens[two[0]].start]
                changed = texts[1] + between + texts[0]
                yield code.replaced("arguments-swapped", one[0], two[-1] + 1, changed)


def _arguments(code: _Code, opening: int) -> Iterator[range]:
    index = begin = opening + 1
    end = code.partners.get(opening, begin)
    while index < end:
        if code.tokens[index].text == ",":
            if begin < index:
                yield range(begin, index)
            begin = index + 1
        index = _after(code, index)
    if begin < end:
        yield range(begin, end)


def _is_named(code: _Code, argument: range) -> bool:
    """Say whether an argument of Python is no plain one: `name=value`, `*rest`, a generator."""
    words = code.words(argument)
    plain = code.language == "c" or (
        "=" not in words[1:2] and words[0] not in ("*", "**") and "for" not in words
    )
    return not plain


def _forget_self(code: _Code) -> Iterator[Mutation]:
    if code.language != "python":
        return
    for index in code.live:
        if code.words(range(index, min(index + 2, len(code.tokens)))) == ["self", "."]:
            yield code.replaced("self-forgotten", index, index + 2, "")


_OPERATORS: tuple[Callable[[_Code], Iterator[Mutation]], ...] = (
    *(_relational, _boundary, _assign_for_compare, _arithmetic, _bitwise, _constant, _logical),
    *(_negate, _remove_negation, _delete, _jump, _step, _assignment, _swap_arguments),
    *(_index, _return, _return_early, _forget_self),
)
