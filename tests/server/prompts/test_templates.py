"""Prompt files: the shipped ones are whole, and a wrong one is named."""

from __future__ import annotations

import pytest

from glossator_gate.errors import ConfigurationError
from glossator_server.prompts import load_template
from glossator_server.prompts.templates import parse_template

HEAD = (
    '+++\nrole = "document"\nschema = "doc-fields"\ntemperature = 0.1\ntop_p = 1.0\n'
    'max_tokens = 10\nstop = ["x"]\nfew_shot = 2\nbudget_tokens = 100\n'
    'body = true\nsentences = 1\nfields = ["summary"]\n+++\n'
)


@pytest.mark.parametrize("name", ["document", "document-small"])
def test_shipped_prompts_have_every_section_that_is_used(name: str) -> None:
    template = load_template(name)
    assert {"system", "example", "task", "repair"} <= set(template.sections)
    assert template.role == "document"


def test_values_are_never_expanded_again() -> None:
    template = parse_template("x", HEAD + "## task\n$code and ${facts}\n")
    values = {"code": 'printf("$facts ${code}")', "facts": "f"}
    assert template.fill("task", values) == 'printf("$facts ${code}") and f'


def test_sections_are_cut_at_their_headings() -> None:
    template = parse_template("x", HEAD + "## one\nfirst\n## two\nsecond\n### not a heading\n")
    assert dict(template.sections) == {"one": "first", "two": "second\n### not a heading"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("## task\n", "front matter"),
        (HEAD.replace("temperature = 0.1\n", ""), "temperature"),
        (HEAD.replace("0.1", '"hot"'), "hot"),
        (HEAD.replace("+++\nrole", "+++\n[role"), "front matter"),
    ],
)
def test_a_wrong_prompt_is_named_with_its_fault(text: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        parse_template("mine", text)
