"""The suite `intent`: what is right without a model, and how often one has to be asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glossator_server.errors import UsageError
from glossator_server.evals.suites import open_suite
from glossator_server.evals.types import SourceKind
from tests.server.evals.suite_runs import lay_out, ran, source_of


async def test_a_model_is_asked_for_the_unsure_ones_alone(tmp_path: Path, own_home: Path) -> None:
    file = tmp_path / "cases.jsonl"
    unsure = "mhh maybe something with that thing"
    cases = (
        {"id": "sure", "text": "document the function ring_push", "intent": "document"},
        {"id": "wrong", "text": "document the function ring_push", "intent": "fix"},
        {"id": "unsure", "text": unsure, "intent": "explain"},
    )
    file.write_text("".join(json.dumps(it) + "\n" for it in cases), "utf-8")
    source = source_of(lay_out(tmp_path / "town"), SourceKind.FILE, file)
    replies = {"intent": [{"json": {"intent": "explain"}, "repeat": True}]}
    found = await ran("intent", source, own_home, replies)
    assert found["sure", "usual"].measures == {"right": 1.0, "asked": 0.0, "sure_right": 1.0}
    assert found["wrong", "usual"].measures == {"right": 0.0, "asked": 0.0, "sure_right": 0.0}
    assert found["unsure", "usual"].measures == {"right": 1.0, "asked": 1.0}


def test_a_repository_has_nothing_to_mine(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no labelled requests to mine"):
        open_suite("intent").cases(source_of(lay_out(tmp_path / "town")))
