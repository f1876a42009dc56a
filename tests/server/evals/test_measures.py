"""Measures of words beside the programs that others measure with, and of names beside a reader."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from glossator_server.evals.measures.meaning import encoder
from glossator_server.evals.measures.mentions import mentions
from glossator_server.evals.measures.words import chrf, length_ratio, rouge_l

_SENTENCE = "return the number of pages in foo_bar or -EINVAL (22), not NULL! It's locked: x->y"


def _pairs() -> list[tuple[str, str]]:
    drawn, words = random.Random(5), _SENTENCE.split()
    texts = [" ".join(drawn.choices(words, k=drawn.randrange(1, 30))) for _ in range(80)]
    return list(zip(texts[:40], texts[40:], strict=True))


def test_rouge_is_that_of_rouge_score() -> None:
    scorer = pytest.importorskip("rouge_score.rouge_scorer").RougeScorer(["rougeL"])
    for one, other in _pairs():
        assert rouge_l(one, other) == pytest.approx(scorer.score(one, other)["rougeL"].fmeasure)


def test_chrf_is_that_of_sacrebleu() -> None:
    metric = pytest.importorskip("sacrebleu.metrics").CHRF()
    for one, other in [*_pairs(), ("ab", "abc"), ("a", "b")]:
        theirs = metric.sentence_score(other, [one]).score / 100
        assert chrf(one, other) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("measure", [rouge_l, chrf, length_ratio])
def test_the_same_text_is_1_and_nothing_is_0(measure: Callable[[str, str], float]) -> None:
    assert measure("Zähle die Seiten", "Zähle die Seiten") == pytest.approx(1.0)
    assert measure("Count the pages", "") == 0.0
    assert measure("", "Count the pages") == 0.0


def test_length_is_half_for_half_or_twice_as_many_words() -> None:
    assert length_ratio("a b", "a b c d") == length_ratio("a b c d", "x y") == 0.5


def test_like_meanings_are_nearer_than_others() -> None:
    found = encoder()
    near = found.likeness("free the memory of the list", "release the list's memory")
    assert near > found.likeness("free the memory of the list", "parse a date") + 0.1
    assert found.likeness("", "parse a date") == 0.0
    assert found.name in {"MiniLM", "static embedding"}


OWN = "int take(struct pool *pool) { mutex_lock(&pool->lock); return -ENOSPC; }"
FILE = OWN + "\nstatic DEFINE_MUTEX(pool_mutex);\nvoid give(void);\n"


@pytest.mark.parametrize(
    ("text", "count", "unknown"),
    [
        ("Take a page", 0, ()),
        ("Take from @pool, or -ENOSPC", 2, ()),
        ("Take from @queue", 1, ("queue",)),
        ("Return -ENOMEM, the caller holds pool_mutex", 2, ("ENOMEM",)),
        ("Return EINVAL", 1, ("EINVAL",)),
        ("In case of ERROR or EXPORT", 0, ()),
        ("Undone by give(), not by give_back()", 2, ("give_back",)),
        # A parameter of another function of the file is none of this one.
        ("See @give", 1, ("give",)),
    ],
)
def test_what_is_named_has_to_exist(text: str, count: int, unknown: tuple[str, ...]) -> None:
    found = mentions(text, OWN, FILE)
    assert (found.count, found.unknown) == (count, unknown)
    assert found.precision == (1.0 if not count else 1 - len(unknown) / count)
