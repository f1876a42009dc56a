"""Own the proof that the adapters in the package are whole, proven, and fit what they go with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glossator_clients.adapters import adapters_in_use, is_proven, read_record, shipped_folders
from glossator_clients.model_files import KNOWN_MODELS
from glossator_server.prompts.files import load_template
from tests.docs.test_figures import ABSOLUTE

SHIPPED = list(shipped_folders())


def test_a_new_user_has_one_for_comments_that_is_sound() -> None:
    in_use = adapters_in_use(KNOWN_MODELS["smollm2"].file_sha256)
    assert in_use.problems == ()
    (adapter,) = in_use.for_role("document")
    assert adapter.is_shipped


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda it: it.name)
def test_it_has_passed_its_gate_and_fits_the_prompt_that_is_used(folder: Path) -> None:
    record = read_record(folder)
    assert record["name"] == folder.name
    assert all(is_proven(record, form) for form in record["files"])
    # Where this fails, the prompt was changed: the adapter is never applied any more.
    assert record["prompt"]["sha256"] == load_template(record["prompt"]["name"]).sha256


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda it: it.name)
def test_only_what_is_needed_goes_along_and_no_place_of_a_machine(folder: Path) -> None:
    record = read_record(folder)
    forms = {f"adapter-{form}.gguf" for form in record["files"]}
    assert {it.name for it in folder.iterdir()} == {"adapter.json", "data-card.md", *forms}
    told = json.dumps(record) + (folder / "data-card.md").read_text("utf-8")
    assert not ABSOLUTE.search(told)
