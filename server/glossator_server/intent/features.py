"""Own what the classifier sees of an utterance: phrases of words, of concepts, and parts of words.

Pure; it must not know what the features mean for an intent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from glossator_server.intent.rules import fired
from glossator_server.intent.words import Utterance

_CONCEPTS = Path(__file__).with_name("concepts.txt")
_ENDINGS = ("s", "es", "d", "ed", "ing", "'s")


@cache
def concepts_by_word() -> Mapping[str, tuple[str, ...]]:
    """Return the concepts of each word of the list."""
    found: dict[str, tuple[str, ...]] = {}
    text = "\n".join(
        line for line in _CONCEPTS.read_text("utf-8").splitlines() if not line.startswith("#")
    )
    for paragraph in text.split("\n\n"):
        name, _, words = paragraph.strip().partition(":")
        for word in words.split():
            found[word.strip('"')] = (*found.get(word.strip('"'), ()), name)
    return found


def concepts_of(word: str) -> tuple[str, ...]:
    """Return the concepts of a word, or of its stem."""
    known = concepts_by_word()
    if word in known:
        return known[word]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word[: -len(ending)]
            for it in (stem, f"{stem}e", stem[:-1] if stem[-1:] == stem[-2:-1] else stem):
                if it in known:
                    return known[it]
    return ()


def features_of(utterance: Utterance) -> dict[str, float]:
    """Return the weight of each feature."""
    found: dict[str, float] = {}

    def add(kind: str, names: Iterator[str], weight: float) -> None:
        unique = list(dict.fromkeys(names))
        # Long texts have more of everything; the sum of squares is one whatever the length.
        scale = weight / max(1, len(unique)) ** 0.5
        for name in unique:
            found[f"{kind}{name}"] = scale

    words, core = utterance.words, utterance.core
    concepts = [concepts_of(it) for it in core]
    skeleton = [
        it[0] if it else (w if w in _KEPT else "_") for w, it in zip(core, concepts, strict=True)
    ]
    add("w1 ", iter(words), 2.2)
    add("w2 ", _runs(["^", *core, "$"], 2), 1.5)
    add("w3 ", _runs(["^", *core, "$"], 3), 0.8)
    add("k2 ", _runs(["^", *skeleton, "$"], 2), 1.0)
    add("k3 ", _runs(["^", *skeleton, "$"], 3), 0.6)
    add("k4 ", _runs(["^", *skeleton, "$"], 4), 0.6)
    present = sorted({it for those in concepts for it in those})
    add("c ", iter(present), 2.2)
    lead = skeleton[0]
    add("l ", (f"{lead} {it}" for it in present), 1.0)
    add("p ", (f"{a} {b}" for at, a in enumerate(present) for b in present[at + 1 :]), 0.8)
    add("g ", _parts(words), 2.4)
    add("s ", _shape(utterance), 0.8)
    add("e ", _endings(core), 0.8)
    rules = fired(core)
    add("r ", (it.name for it in rules), 2.0)
    add("R ", (f"{a.name} {b.name}" for at, a in enumerate(rules) for b in rules[at + 1 :]), 0.5)
    if len(utterance.clauses) > 1:
        add("t ", _of_clauses(utterance), 1.5)
    if not rules:
        found["r none"] = 1.0
    return found


# What stands for itself in a phrase of concepts; other words without a concept are `_` there.
_KEPT_WORDS = """
a an the i you he she it me my your of in on for to with from by at as into than if when and or but
not any all every each some other same another more less too very no please up out get gets
? ! : ; = < % <id> <path> <num> <err> <lit>
"""
_KEPT = frozenset(_KEPT_WORDS.split())


def _of_clauses(utterance: Utterance) -> Iterator[str]:
    """Yield how each part of a long request begins and what speaks from it, the last told apart."""
    last = len(utterance.clauses) - 1
    for at, clause in enumerate(utterance.clauses):
        concepts = concepts_of(clause[0])
        heads = (clause[0], *concepts, *(it.name for it in fired(clause)))
        yield from (
            f"{where} {it}"
            for it in heads
            for where in (("last", "any") if at == last else ("any",))
        )


def _runs(words: Sequence[str], length: int) -> Iterator[str]:
    return (" ".join(words[at : at + length]) for at in range(len(words) - length + 1))


def _parts(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if word.isalpha():
            padded = f"<{word}>"
            for length in (3, 4, 5):
                yield from (padded[at : at + length] for at in range(len(padded) - length + 1))


def _endings(core: Sequence[str]) -> Iterator[str]:
    """Yield how the first words end: somebody who reports says what a thing does or did."""
    for at, word in enumerate(core[:4]):
        if word.isalpha() and len(word) > 3:
            ending = next((it for it in ("ing", "ed", "ss", "s", "ly") if word.endswith(it)), "-")
            yield f"{at} {ending}"
            yield f"{at} {ending} {word in _KEPT or bool(concepts_of(word))}"


def _shape(utterance: Utterance) -> Iterator[str]:
    words, core = utterance.words, utterance.core
    yield f"length {min(len(core), 4) if len(core) < 5 else 5 + min(len(core) // 5, 5)}"
    yield f"first {core[0]}"
    yield f"last {words[-1] if words[-1] not in '?!' else words[-2:][0]}"
    if "?" in words:
        yield "asks"
    for mask in ("<id>", "<path>", "<err>", "<lit>", "<num>"):
        if mask in words:
            yield mask
    yield "polite" if len(core) < len(words) else "plain"
