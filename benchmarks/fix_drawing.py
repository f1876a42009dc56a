"""Own a simulated model that mends a fault with a known probability, and else errs in eight ways.

What it answers is drawn from a seed and kept, so that what should have come of it is known. It must
not look at what the product does with an answer.
"""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from glossator_clients.types import ChatEvent, ChatRequest, Finished, ModelInfo, TextDelta, Usage
from glossator_indexer.languages import language_for_path
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import all_symbols
from glossator_server.evals.faults import Fault, written_faults

RIGHT = "right"
KINDS = (
    "no-parse",
    "no-compile",
    "new-warning",
    "breaks-a-test",
    "unrelated",
    "deletes",
    "placeholder",
    "wrong-anchor",
)


@dataclass(slots=True)
class DrawingModel:
    """A chat model that draws each answer: right with probability `p`, else one of the kinds.

    `drawn` are the kinds of its answers, in order.
    """

    fault: Fault
    p: float
    rng: random.Random
    drawn: list[str] = field(default_factory=list)

    @property
    def info(self) -> ModelInfo:
        """Say what is known of the model without asking it."""
        return ModelInfo("drawing", "scripted", "drawing", "built-in", 100_000, local=True)

    async def close(self) -> None:
        """Hold nothing."""

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent]:  # noqa: ARG002
        """Yield the next drawn answer."""
        kind = RIGHT if self.rng.random() < self.p else self.rng.choice(KINDS)
        answer = answer_of(self.fault, kind, self.rng)
        if answer is None:
            # This program has no place for that mistake.
            kind = "unrelated"
            answer = answer_of(self.fault, kind, self.rng) or ""
        self.drawn.append(kind)
        yield TextDelta(answer)
        yield Finished(Usage(100, 50), "drawing")


def answer_of(fault: Fault, kind: str, rng: random.Random) -> str | None:
    """Return an answer of a kind, None where the program has no place for it."""
    faulty, right = fault.faulty, fault.right
    match kind:
        case "right":
            return block_for(faulty, right)
        case "no-parse":
            return block_for(faulty, _at_fault(fault, "((\n"))
        case "no-compile":
            line = "not_declared_here = = 1;\n" if fault.language == "c" else "return = 1\n"
            return block_for(faulty, _at_fault(fault, line))
        case "new-warning":
            return _maybe(faulty, _in_body(fault, right, rng, _UNUSED[fault.language]))
        case "breaks-a-test":
            return _maybe(faulty, _other_fault(fault, rng))
        case "unrelated":
            return _maybe(faulty, _in_body(fault, faulty, rng, _IDLE[fault.language]))
        case "deletes":
            return _maybe(faulty, _without_body(fault))
        case "placeholder":
            mark = "/* ... existing code ... */" if fault.language == "c" else "# ... existing code"
            return block_for(faulty, _at_fault(fault, f"{mark}\n"))
        case _:
            block = block_for(faulty, right)
            head, rest = block.split("\n", 1)
            return f"{head}\nthis line stands nowhere in the file\n{rest}"


_UNUSED = {"c": "int unused_number = 1;", "python": "import colorsys"}
_IDLE = {"c": ";", "python": "pass"}


def block_for(before: str, after: str) -> str:
    """Return one block of search and replace that leads from a text to another."""
    old, new = before.split("\n"), after.split("\n")
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    while not _stands_once(old, head, tail):
        if head == 0 and tail == 0:
            break
        head, tail = max(0, head - 1), max(0, tail - 1)
    search = "\n".join(old[head : len(old) - tail])
    replace = "\n".join(new[head : len(new) - tail])
    return f"<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE\n"


def _stands_once(lines: list[str], head: int, tail: int) -> bool:
    wanted = lines[head : len(lines) - tail]
    if not any(it.strip() for it in wanted):
        return False
    size = len(wanted)
    found = sum(lines[at : at + size] == wanted for at in range(len(lines) - size + 1))
    return found == 1


def _maybe(before: str, after: str | None) -> str | None:
    return None if after is None or after == before else block_for(before, after)


def _at_fault(fault: Fault, line: str) -> str:
    """Return the right text with a line put in where the fault was."""
    old, new = fault.faulty.split("\n"), fault.right.split("\n")
    at = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(new) - 1)
    indent = new[at][: len(new[at]) - len(new[at].lstrip())]
    return "\n".join([*new[: at + 1], indent + line.rstrip("\n"), *new[at + 1 :]])


def _in_body(fault: Fault, text: str, rng: random.Random, statement: str) -> str | None:
    """Return a text with a statement at the beginning of some function."""
    language = language_for_path(fault.folder / fault.file)
    assert language is not None
    lines = text.split("\n")
    places = []
    for symbol in all_symbols(parse(text, language)):
        if symbol.body is None or symbol.return_type is None:
            continue
        first = text.count("\n", 0, symbol.body.start)
        if fault.language == "c" and lines[first].strip() == "{":
            places.append((first + 1, "\t"))
        elif fault.language == "python":
            last = text.count("\n", 0, symbol.extent.end)
            indent = lines[last][: len(lines[last]) - len(lines[last].lstrip())]
            body = lines[first + 1] if not lines[first].strip() else lines[first]
            indent = body[: len(body) - len(body.lstrip())] or indent
            places.append((first, indent))
    if not places:
        return None
    at, indent = rng.choice(places)
    return "\n".join([*lines[:at], indent + statement, *lines[at:]])


def _other_fault(fault: Fault, rng: random.Random) -> str | None:
    """Return the right text with another fault in it, one that tests alone notice."""
    others = [
        it
        for it in written_faults()
        if (it.language, it.program, it.file) == (fault.language, fault.program, fault.file)
        and it.id != fault.id
        and it.kind not in ("compile-error", "warning", "syntax-error", "name-error")
        and it.faulty != fault.faulty
    ]
    return rng.choice(others).faulty if others else None


def _without_body(fault: Fault) -> str | None:
    """Return the faulty text with the function of the fault emptied."""
    language = language_for_path(fault.folder / fault.file)
    assert language is not None
    text = fault.faulty
    place = next((n for n, (a, b) in enumerate(zip(text, fault.right, strict=False)) if a != b), 0)
    for symbol in all_symbols(parse(text, language)):
        if symbol.body is None or place not in symbol.extent or symbol.return_type is None:
            continue
        empty = "{\n\treturn 0;\n}" if fault.language == "c" else "return None"
        return text[: symbol.body.start] + empty + text[symbol.body.end :]
    return None
