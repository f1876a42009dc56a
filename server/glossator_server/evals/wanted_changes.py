"""Own the changes that are asked for where the right result is known: what is said, what comes out.

Renames, one more parameter, two parameters swapped: with all callers, in C and Python. Texts go in
and texts come out. It must not edit a file, nor ask a model.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glossator_indexer.types import Symbol, SymbolKind
from glossator_server.evals.functions import SourceFile, functions_of
from glossator_server.evals.transforms import with_argument, with_swapped, with_word

INSTRUCTIONS: Mapping[str, str] = {
    "rename": "Rename the function `{function}` to `{new}`, with all its callers and in every text "
    "that names it.",
    "parameter": "Add the parameter `{parameter}` as the last one of `{function}` and pass "
    "`{argument}` from all callers, tests too. It is not used yet{unused}.",
    "swap": "Swap the first two parameters of `{function}`: in its declaration, its definition and "
    "every call, tests too.",
}
UNUSED: Mapping[str, str] = {
    "c": "; say so with `(void){name};` as a statement of its own",
    "python": "",
}
# A change of more is hours of a model's time.
_MOST_FILES = 6
_OCCURRENCES = range(2, 16)
_PARAMETERS = {"c": ("int flags", "0"), "python": ("flags", "0")}
_LETTERS = 5
_WORD = re.compile(r"\w+")
_PART = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
# Names that other programs know.
_NOT_OURS = re.compile(r"__|main$|test_|Test|setUp|tearDown|__init__")
# What passes an argument by its name, or many at once.
_NAMED = {"c": re.compile(r"(?!)"), "python": re.compile(r"\w\s*=(?!=)|\*")}


@dataclass(frozen=True, slots=True)
class WantedChange:
    """A change of one function, by kind; of the others only the words of its kind say something."""

    kind: str
    function: str
    new: str = ""
    parameter: str = ""
    argument: str = ""
    use: str = ""

    @property
    def instruction(self) -> str:
        """Return what is asked for, as a person would say it."""
        name = re.findall(r"\w+", self.parameter)[-1:] or [""]
        unused = UNUSED["c"].format(name=name[0]) if self.use else ""
        return INSTRUCTIONS[self.kind].format(
            function=self.function,
            new=self.new,
            parameter=self.parameter,
            argument=self.argument,
            unused=unused,
        )

    @property
    def gone(self) -> tuple[str, ...]:
        """Return the words that may stand nowhere any more."""
        return (self.function,) if self.kind == "rename" else ()

    def applied(self, text: str) -> str:
        """Return a text as it should become."""
        match self.kind:
            case "rename":
                return with_word(text, self.function, self.new)
            case "parameter":
                return with_argument(text, self.function, self.parameter, self.argument, self.use)
            case _:
                return with_swapped(text, self.function)

    def as_data(self) -> dict[str, Any]:
        """Return it as a case keeps it."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: it for name, it in values.items() if it}


@dataclass(frozen=True, slots=True)
class Proposed:
    """A change, the file that defines its function and its language, all files that name it."""

    change: WantedChange
    home: str
    language: str
    files: tuple[str, ...]


def proposed_changes(
    files: Iterable[SourceFile], rng: random.Random, *, everywhere: bool
) -> Iterator[Proposed]:
    """Yield changes of functions that stand alone under their names, in an order drawn by a seed.

    Kinds take turns as long as there are functions for each. Without `everywhere`, files that are
    not among these may name a function: then only those count that their own file alone may use.
    """
    used: set[str] = set()
    functions = _functions(files, everywhere=everywhere)
    rng.shuffle(functions)
    waiting = [_of_kind(kind, functions) for kind in INSTRUCTIONS]
    while waiting:
        for it in list(waiting):
            proposed = next((one for one in it if one.change.function not in used), None)
            if proposed is None:
                waiting.remove(it)
                continue
            used.add(proposed.change.function)
            yield proposed


@dataclass(frozen=True, slots=True)
class _Function:
    """A function with the texts of all files that name it."""

    file: SourceFile
    symbol: Symbol
    users: Mapping[str, str]


def _functions(files: Iterable[SourceFile], *, everywhere: bool) -> list[_Function]:
    read = [(it, tuple(functions_of(it))) for it in files]
    words = {it.path: Counter(_WORD.findall(it.source.text)) for it, _ in read}
    texts = {it.path: it.source.text for it, _ in read}
    defined = Counter(symbol.name for _, symbols in read for symbol in symbols)
    found = []
    for file, symbols in read:
        for symbol in symbols if file.is_own else ():
            name = symbol.name
            if defined[name] > 1 or not _is_telling(symbol):
                continue
            if not (everywhere or _is_of_its_file(file, symbol)):
                continue
            users = {path: texts[path] for path, known in words.items() if known[name]}
            count = sum(words[path][name] for path in users)
            if count in _OCCURRENCES and len(users) <= _MOST_FILES:
                found.append(_Function(file, symbol, users))
    return found


def _is_of_its_file(file: SourceFile, symbol: Symbol) -> bool:
    """Say whether no other file can name a function."""
    head = file.source.text[symbol.signature.start : symbol.signature.end]
    return symbol.is_private or (file.path.endswith(".c") and head.startswith("static "))


def _of_kind(kind: str, functions: Sequence[_Function]) -> Iterator[Proposed]:
    for it in functions:
        taken = {word for text in it.users.values() for word in _WORD.findall(text)}
        change = _change(kind, it.file, it.symbol, taken)
        if change is not None and _is_sure(change, list(it.users.values()), it.file.language):
            yield Proposed(change, it.file.path, it.file.language, tuple(it.users))


def _is_telling(symbol: Symbol) -> bool:
    """Say whether a name is nobody else's: not a word of prose, not one that programs look for."""
    bare = symbol.name.strip("_")
    parts = _PART.findall(bare)
    return len(bare) >= _LETTERS and len(parts) > 1 and not _NOT_OURS.match(symbol.name)


def _change(kind: str, file: SourceFile, symbol: Symbol, taken: set[str]) -> WantedChange | None:
    name = symbol.name
    if kind == "rename":
        new = _turned(name)
        return None if new in taken or new == name else WantedChange(kind, name, new=new)
    is_plain = symbol.kind is SymbolKind.FUNCTION and not symbol.container
    if file.language not in _PARAMETERS or not is_plain:
        return None
    names = [it.name for it in symbol.parameters]
    if kind == "swap":
        return WantedChange(kind, name) if len(names) > 1 else None
    parameter, argument = _PARAMETERS[file.language]
    if "flags" in names or any(it.startswith(("*", ".")) for it in names):
        return None
    use = "(void)flags;" if file.language == "c" else ""
    return WantedChange(kind, name, parameter=parameter, argument=argument, use=use)


def _is_sure(change: WantedChange, texts: Sequence[str], language: str) -> bool:
    """Say whether what comes out of a change can be known without a compiler."""
    if change.kind == "rename":
        return True
    word = re.compile(rf"\b{re.escape(change.function)}\b")
    call = re.compile(rf"\b{re.escape(change.function)}\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
    for text in texts:
        calls = call.findall(text)
        # A name without a call is a pointer, a comment or a table: somebody has to look at it.
        if len(calls) != len(word.findall(text)):
            return False
        if any(_NAMED[language].search(it) for it in calls):
            return False
    return any(change.applied(it) != it for it in texts)


def _turned(name: str) -> str:
    """Return a name with its last word first, written as it is."""
    bare = name.strip("_")
    head = name[: len(name) - len(name.lstrip("_"))]
    if "_" in bare:
        parts = bare.split("_")
        return head + "_".join([parts[-1], *parts[:-1]])
    parts = _PART.findall(bare)
    turned = [parts[-1], *parts[:-1]]
    first = turned[0].lower() if bare[0].islower() else turned[0].capitalize()
    return head + first + "".join(it.capitalize() for it in turned[1:])
