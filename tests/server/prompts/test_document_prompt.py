"""What a model is shown of the code around: examples answer what is asked, and no more."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from glossator_clients.types import Author, ModelInfo
from glossator_indexer.neighbourhood import documented_symbols
from glossator_indexer.styles import STYLES, Wanted
from glossator_indexer.styles.wanted import Need
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import Facts
from glossator_server.prompts import PromptSubject, document_prompt
from glossator_server.prompts.document import tokens_of
from glossator_server.settings import SamplingOptions
from tests.server.actions.checks import snapshot_of

STYLE = STYLES["kernel-doc"]
SNAPSHOT = snapshot_of(
    """\
/**
 * ring_put() - Put an item in.
 * @ring: The ring.
 *
 * Return: 0, or -ENOSPC.
 */
int ring_put(struct ring *ring);

int ring_get(struct ring *ring)
{
	return 0;
}
"""
)
(SYMBOL,) = find_symbols(SNAPSHOT.source, "ring_get")
ALL = STYLE.wanted(SYMBOL)


@pytest.mark.parametrize(
    ("wanted", "parts"),
    [
        (ALL, {"summary", "parameters", "returns"}),
        (replace(ALL, names=()), {"summary", "returns"}),
        (replace(ALL, returns=Need.NONE), {"summary", "parameters"}),
        (Wanted(), {"summary"}),
    ],
)
def test_an_example_answers_what_is_asked_and_no_more(wanted: Wanted, parts: set[str]) -> None:
    subject = PromptSubject(
        language="c",
        symbol=SYMBOL,
        wanted=wanted,
        signature="int ring_get(struct ring *ring)",
        body="",
        facts=Facts(),
        neighbours=documented_symbols(SNAPSHOT.source, STYLE),
    )
    model = ModelInfo("small", "embedded", "small", "here", 2048, local=True)
    prompt = document_prompt(subject, model, SamplingOptions())
    assert prompt is not None
    shown = [it.text for it in prompt.request.messages if it.author is Author.ASSISTANT]
    assert [set(json.loads(it)) for it in shown] == [parts]
    assert prompt.request.schema is not None
    assert set(prompt.request.schema["properties"]) == parts  # type: ignore[call-overload]


@pytest.mark.parametrize("long_lines", [1, 2, 5])
def test_a_body_that_does_not_fit_is_cut_to_its_end(long_lines: int) -> None:
    # What is dropped first, in the middle, is shorter than the mark that takes its place.
    long = ["\t" + "one_more_of_them(ring); " * 8] * long_lines
    subject = PromptSubject(
        language="c",
        symbol=SYMBOL,
        wanted=ALL,
        signature="int ring_get(struct ring *ring)",
        body="\n".join(["\n{", *long, "", "", *long, *long, "}"]),
        facts=Facts(),
        neighbours=(),
    )
    for context in range(1200, 2400, 60):
        model = ModelInfo("any", "openai", "any", "here", context, local=True)
        prompt = document_prompt(subject, model, SamplingOptions())
        assert prompt is None or tokens_of(prompt.request.messages) <= context
