"""A new user's first comment is the shipped adapter's, and evidence says so only where it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glossator_server.prompts.files import product_file
from tests.e2e.command_line import glossator

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]


def _route(file: Path) -> str:
    ended = glossator("document", f"{file.name}::add", "--json", cwd=file.parent)
    (found,) = json.loads(ended.output)["proposals"]
    return str(found["route"])


@pytest.mark.usefixtures("fetched_model")
def test_evidence_names_the_adapter_only_where_it_answered(tmp_path: Path, own_home: Path) -> None:
    file = tmp_path / "desk" / "a.c"
    file.parent.mkdir()
    file.write_text("int add(int left, int right)\n{\n\treturn left + right;\n}\n", "utf-8")
    assert _route(file).startswith("this machine, embedded, smollm2+document@")
    prompts = own_home / "config" / "glossator" / "prompts"
    prompts.mkdir(parents=True)
    text = product_file("document-small").text.replace("## task", "## task\n\nBe brief.")
    (prompts / "document-small.md").write_text(text, "utf-8")
    # It was taught other words than these.
    assert _route(file) == "this machine, embedded, smollm2"
