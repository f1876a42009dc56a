"""Phrases that the schema's longest length cut off do not reach a comment."""

from __future__ import annotations

import pytest

from glossator_indexer.types import DocFields
from glossator_server.prompts import without_cut_phrases
from glossator_server.prompts.document import MAX_PHRASE_CHARACTERS

LONG = ("It goes on and on. " * 20)[:MAX_PHRASE_CHARACTERS]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("short", "short"),
        ("x" * MAX_PHRASE_CHARACTERS, ""),
        ("x" * (MAX_PHRASE_CHARACTERS - 1) + ".", "x" * (MAX_PHRASE_CHARACTERS - 1) + "."),
        (LONG, LONG[: LONG.rfind(". ") + 1]),
        ("x" * 500, "x" * 500),
    ],
)
def test_a_phrase_keeps_its_whole_sentences(said: str, kept: str) -> None:
    fields = without_cut_phrases(DocFields(said, (("a", said),), said))
    assert (fields.summary, dict(fields.parameters)["a"], fields.returns or "") == (kept,) * 3
