"""Own how decisions of people become examples and pairs of a better and a worse answer.

The question is made anew for the offered code, as the product would ask it. It must not read what
was kept (decisions.py) nor write files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from glossator_indexer.styles.wanted import Need
from glossator_server.datasets.decisions import (
    Decision,
    pairs_in,
    record_of,
    words_of_comment,
)
from glossator_server.datasets.examples import Example, ExampleOptions, answer_for, example_of
from glossator_server.datasets.reading import wanted_of
from glossator_server.datasets.records import Record

Around = Callable[[Record], Sequence[Record]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with an answer that a person preferred, and one that they did not."""

    example: Example
    rejected: str


@dataclass(slots=True)
class FromPeople:
    """What decisions gave: what was kept or mended as examples, and the pairs; both in order.

    `counts` says what became of the decisions.
    """

    examples: list[Example] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def from_people(
    decisions: Sequence[Decision], around: Around, options: ExampleOptions
) -> FromPeople:
    """Return the examples and pairs of decisions.

    `around` finds what stands around the same code in the records at hand; where it finds nothing,
    the question has the product's own examples.
    """
    found = FromPeople()
    for it in decisions:
        found.counts[str(it.fate)] += 1
        if it.stands is not None and (example := _example(it, it.stands, around, options)):
            found.examples.append(example)
    for it, better, worse in pairs_in(decisions):
        pair = _pair(it, (better, worse), around, options)
        if pair is None:
            found.counts["cannot be asked anew"] += 1
        elif pair.rejected == pair.example.answer:
            found.counts["differs in no asked part"] += 1
        else:
            found.pairs.append(pair)
    return found


def _pair(
    decision: Decision, comments: tuple[str, str], around: Around, options: ExampleOptions
) -> Pair | None:
    better, worse = comments
    example = _example(decision, better, around, options)
    if example is None:
        return None
    style = example.record.style
    words = words_of_comment(worse, style, decision.language)
    if words is None:
        return None
    return Pair(example, answer_for(words, style, example.wanted, options.template))


def _example(
    decision: Decision, comment: str, around: Around, options: ExampleOptions
) -> Example | None:
    """Return the example that a comment makes for the code of a decision, None where none."""
    code = record_of(decision)
    words = None if code is None else words_of_comment(comment, code.style, decision.language)
    if code is None or words is None:
        return None
    # A person who left a parameter out is not made to speak of it.
    told = {f"@{name}" for name, text in words.parameters if text}
    told |= {"returns"} if words.returns else set()
    asked = wanted_of(code.symbol, code.style)
    parts = [f"@{it.path}" for it in asked.names]
    parts += ["returns"] if asked.returns is Need.REQUIRED else []
    weak = tuple((it, "missing") for it in parts if it not in told)
    record = replace(code, fields=replace(words, sections=()), weak=weak)
    return example_of(record, [it.documented for it in around(record)], options)
