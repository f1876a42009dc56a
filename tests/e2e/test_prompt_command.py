"""`glossator prompt`: which prompts there are, a copy to begin with, and what one says of code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glossator_server.prompts.files import product_file, product_names, prompts_folder
from tests.e2e.command_line import check_one_sentence, glossator
from tests.e2e.conftest import WriteScript
from tests.e2e.test_lsp_prompts import MARK, PROMPT, write_prompt

SAILOR = {"summary": "Heave two numbers", "parameters": {"a": "one", "b": "other"}, "returns": "x"}
PLAIN = SAILOR | {"summary": "Add two numbers"}


@pytest.fixture
def source(tmp_path: Path, script: WriteScript) -> Path:
    script({"when": MARK, "json": SAILOR, "repeat": True}, {"json": PLAIN, "repeat": True})
    path = tmp_path / "sum.c"
    path.write_text("int add(int a, int b)\n{\n\treturn a + b;\n}\n")
    return path


def test_prompts_are_listed_copied_and_shown(source: Path) -> None:
    listed = json.loads(glossator("prompt", "list", "--json", cwd=source.parent).output)
    assert {it["name"] for it in listed["prompts"]} == set(product_names())
    assert {it["whose"] for it in listed["prompts"]} == {"product"}
    told = {it["name"]: it["asked_of"] for it in listed["prompts"]}
    # A model that is no small one is asked by the large prompt.
    assert told["document"] == ["scripted"]
    assert told["document-small"] == []
    made = glossator("prompt", "copy", "document", "sailor")
    path = prompts_folder() / "sailor.md"
    assert made.output.splitlines()[0] == f"wrote {path}"
    assert path.read_text() == product_file("document").text
    path.write_text(PROMPT.replace("temperature = 0.2", "temperature = 20"))
    ended = glossator("prompt", "list")
    assert [it.split()[2] for it in ended.output.splitlines() if it.startswith("sailor")] == [
        "broken"
    ]
    assert ended.errors == (
        f"glossator: {path}:4: temperature cannot be 20; choose a number from 0 to 2.\n"
    )
    shown = glossator("prompt", "show", "sailor")
    assert shown.status == 2
    assert shown.output == path.read_text().rstrip("\n") + "\n"
    check_one_sentence(glossator("prompt", "copy", "document", "sailor"), 2, "is there already")


def test_a_prompt_is_tried_and_compared(source: Path) -> None:
    write_prompt(PROMPT)
    target = f"{source}::add"
    ended = glossator("prompt", "try", "sailor", target, "--quiet")
    assert (ended.status, ended.errors) == (0, "")
    assert MARK in ended.output
    assert "-- answer (" in ended.output
    assert '"summary": "Heave two numbers"' in ended.output
    assert "+ * add() - Heave two numbers." in ended.output
    assert "  passed only-comments (glossator" in ended.output
    dry = json.loads(glossator("prompt", "try", "sailor", target, "--dry", "--json").output)
    (exchange,) = dry["exchanges"]
    assert exchange["answer"] is None
    assert sum(it["tokens"] for it in exchange["messages"]) == exchange["prompt_tokens"]
    # A name is text, whatever a table might take it for.
    named = source.parent / "[b]sailor.md"
    named.write_text(PROMPT)
    report = glossator("prompt", "compare", named, "document", target, "--quiet").output
    assert "-- [b]sailor" in report
    assert "   [b]sailor  document\n" in report
    assert "-- document" in report
    assert "add() - Heave two numbers." in report
    assert "add() - Add two numbers." in report
    assert source.read_text().startswith("int add")


def test_a_prompt_for_something_else_does_what_it_is_for(source: Path) -> None:
    target = f"{source}::add"
    told = glossator("prompt", "try", "explain", target, "--dry", "--quiet")
    assert told.status == 0
    assert "Explain add, which is piece 1" in told.output
    check_one_sentence(glossator("prompt", "try", "ask", target), 2, "add --text")
    check_one_sentence(
        glossator("prompt", "try", "summarise", target), 2, "cannot be tried on code"
    )
    check_one_sentence(
        glossator("prompt", "compare", "document", "ask", target), 2, "document is for document"
    )
    check_one_sentence(glossator("prompt", "try", "nothing", target), 2, "no prompt nothing")
    check_one_sentence(glossator("prompt", "try", "document", source), 2, "name one symbol")


def test_a_broken_prompt_is_told_and_comments_are_written_all_the_same(source: Path) -> None:
    path = write_prompt(PROMPT)
    broken = prompts_folder() / "document.md"
    broken.write_text(PROMPT.replace("$code", "$source"))
    ended = glossator("document", f"{source}::add", "--json", "--quiet")
    assert ended.status == 0
    assert ended.errors.startswith(f"glossator: {broken}:")
    (proposal,) = json.loads(ended.output)["proposals"]
    assert "Add two numbers" in proposal["diff"]
    assert "the product's own prompt is used meanwhile" in proposal["notices"][0]
    assert path
    doctor = glossator("doctor")
    assert f"{broken}:" in doctor.output
