"""`glossator eval` with the embedded model as it is fetched: what it can do, and what it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.command_line import check_one_sentence, glossator
from tests.server.evals.suite_runs import lay_out

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]


@pytest.mark.usefixtures("fetched_model")
def test_what_the_embedded_model_can_do_is_measured_and_what_not_is_one_sentence(
    tmp_path: Path,
) -> None:
    town = lay_out(tmp_path / "town")
    cases = tmp_path / "cases.jsonl"
    asked = {"text": "mhh maybe something with that thing", "intent": "explain"}
    cases.write_text(json.dumps(asked) + "\n", "utf-8")
    ended = glossator("eval", "intent", "--json", "--quiet", "--cases", cases, cwd=town)
    assert ended.status == 0, ended
    (outcome,) = json.loads(ended.output)["outcomes"]
    assert outcome["measures"]["asked"] == 1.0
    ended = glossator("eval", "edit", "--quiet", "--prepared", "-n", "2", cwd=town)
    check_one_sentence(ended, 4)
    assert "smollm2 is too small to plan an edit; list a larger model" in ended.errors
    ended = glossator("eval", "intent", "--quiet", "--mined", cwd=town)
    assert ended.status == 2, ended
    assert "no labelled requests to mine" in ended.errors
