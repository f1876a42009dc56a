"""Prompt files: the shipped ones are whole, and what is wrong is told on its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_gate.policy import ROLE_NAMES
from glossator_server.prompts.files import product_file, product_names
from glossator_server.prompts.reading import PromptFile, read_prompt
from glossator_server.prompts.uses import USES
from glossator_server.settings import PROMPT_USES

OWN = product_file("document").text
HEAD, BODY = OWN.split("+++\n", 2)[1:]


def with_head(change: str, into: str, *, to: str = HEAD) -> str:
    assert change in to
    return f"+++\n{to.replace(change, into)}+++\n{BODY}"


def with_body(change: str, into: str) -> str:
    assert change in BODY
    return f"+++\n{HEAD}+++\n{BODY.replace(change, into, 1)}"


def read(text: str) -> PromptFile:
    return read_prompt("mine", text, Path("/etc/mine.md"))


def line_of(words: str, text: str) -> int:
    return text[: text.index(words)].count("\n") + 1


@pytest.mark.parametrize("name", product_names())
def test_shipped_prompts_are_whole(name: str) -> None:
    file = product_file(name)
    assert file.sentences == ()
    assert file.template is not None
    use = USES[file.template.use]
    assert name in {use.name, use.small}
    assert use.role in ROLE_NAMES


def test_every_use_has_a_prompt_and_a_setting() -> None:
    names = {it for use in USES.values() for it in (use.name, use.small) if it}
    assert names == set(product_names())
    assert set(USES) == set(PROMPT_USES)


def test_values_are_never_expanded_again() -> None:
    template = read(
        with_body("Document this $kind:\n\n$code\n$facts", "${kind}: $code $$")
    ).template
    assert template is not None
    values = {"code": 'printf("$facts ${code}")', "kind": "f"}
    assert template.fill("task", values) == 'f: printf("$facts ${code}") $'


def test_sections_are_cut_at_their_headings() -> None:
    template = read(
        with_body("The people whose", "### Wishes\n## Wishes of people\nThe people whose")
    )
    assert template.template is not None
    wishes = template.template.sections["wishes"]
    assert wishes.startswith("### Wishes\n## Wishes of people\nThe people whose")


@pytest.mark.parametrize("text", [OWN.replace("\n", "\r\n"), f"\ufeff{OWN}", OWN + "\n\n"])
def test_how_a_file_was_saved_does_not_matter(text: str) -> None:
    file = read(text)
    assert file.sentences == ()
    assert file.template is not None
    assert file.template.sections == read(OWN).template.sections  # type: ignore[union-attr]


WRONG = {
    "nothing": ("", "it has no front matter; start it with a line +++", "+++"),
    "no end": ("+++\nrole = 1\n## system\n", "its front matter has no end", "+++"),
    "no TOML": (with_head("top_p = 0.95", "top_p = ="), "is not TOML", "top_p"),
    "missing key": (with_head("temperature = 0.2\n", ""), "temperature is missing", "+++"),
    "wrong number": (
        with_head("temperature = 0.2", "temperature = 3"),
        "temperature cannot be 3; choose a number from 0 to 2",
        "temperature",
    ),
    "wrong type": (with_head("= 700", '= "700"'), "max_tokens cannot be '700'", "max_tokens"),
    "wrong list": (
        with_head("few_shot = 3", 'stop = "x"\nfew_shot = 3'),
        "stop cannot be 'x'; list at most 4 texts",
        "stop",
    ),
    "not a table": (with_head('role = "document"', "role = {a = 1}"), "role cannot be {", "role"),
    "too many examples": (with_head("few_shot = 3", "few_shot = 99"), "from 0 to 8", "few_shot"),
    "unknown key": (
        with_head("few_shot = 3", "fewshot = 3"),
        "fewshot is no key of a prompt; remove it (role, use,",
        "fewshot",
    ),
    "unknown role": (with_head('role = "document"', 'role = "poet"'), "choose one of ask,", "role"),
    "unknown use": (
        with_head('role = "document"\n', 'role = "document"\nuse = "poem"\n'),
        "use cannot be 'poem'; choose one of document,",
        "use",
    ),
    "use of another role": (
        with_head('role = "document"\n', 'role = "fix"\nuse = "document"\n'),
        'write role = "document"',
        "role",
    ),
    "another schema": (
        with_head("doc-fields", "findings"),
        'write schema = "doc-fields"',
        "schema",
    ),
    "unknown field": (with_head('"raises"', '"throws"'), "list summary and any of", "fields ="),
    "unknown section": (
        with_body("## facts", "## evidence"),
        "a prompt for document has no section ## evidence",
        "## evidence",
    ),
    "two sections": (
        with_body("## facts", "## task\n$code\n## facts"),
        "there are two sections ## task",
        "## task\n$code\n## facts",
    ),
    "text before": (with_body("## system", "You write.\n## system"), "never sent", "You write."),
    "unknown placeholder": (
        with_body("$facts", "$evidence"),
        "$evidence is unknown in ## task, which knows $code, $kind, $facts",
        "$evidence",
    ),
    "no placeholder": (
        with_body("wish:\n$wishes", "wish"),
        "## wishes does not hold $wishes",
        "## wishes",
    ),
    "a dollar": (with_body("$facts", "for 5 $ only"), "write $$ for a dollar", "for 5 $ only"),
}


@pytest.mark.parametrize(("text", "words", "place"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_line(text: str, words: str, place: str) -> None:
    file = read(text)
    assert file.template is None
    assert len(file.problems) == 1, file.sentences
    assert words in file.problems[0].sentence
    line = line_of(place, text) if place in text else 1
    assert file.sentences[0].startswith(f"/etc/mine.md:{line}: ")
    assert file.sentences[0].endswith(".")


def test_a_missing_section_is_told_at_the_end() -> None:
    text = with_body(BODY[BODY.index("## repair") :], "")
    file = read(text)
    assert [it.sentence for it in file.problems] == [
        "the section ## repair is missing; a prompt for document has one."
    ]
    assert file.problems[0].line == text.rstrip("\n").count("\n") + 1


def test_everything_wrong_is_told_at_once_in_order() -> None:
    text = with_head("0.95", "0").replace("$facts", "$evidence").replace("## wishes", "## wish")
    lines = [it.line for it in read(text).problems]
    assert lines == [5, 25, 38, 39, 40, 43]
