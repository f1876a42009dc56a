"""Own what is asked of the words that a model writes, whatever they are."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glossator_indexer.styles import RenderOptions, kernel_doc, wording
from glossator_indexer.types import DocFields, Severity, Symbol

MakeFunction = Callable[..., Symbol]

HAZARDS = (
    "*/", "/*", "/**", "*\u200b/", "&#42;/", "&amp;#42;/", "*<b>/", "\\\n", "\\", "??/\n",
    "???/", "\x00", "\x1b[31m", "\u202e", "\ufeff", "\ud800", "\u2028", "\x85", "\r", "\x0c",
    "@a: x", "@b:", "\n@...: x", "\nReturn: x", "\nReturns : x", "*note: x", "\n * @a: x",
    "Description:", "\nDOC: x", "* item\n", "- item\n", "1. item\n", "- Note: x\n", "```c\n",
    "```\n", "`x`", "**bold**", "<br>", "<think>hm", "<|im_end|>", "TODO", "N/A",
    "Sure, here is the comment: ", '{"summary": "x"}', "@foo", "%NULL", "\n    @a: code\n",
    "\n    Return: code\n", "list of entries ", "takes the lock ", "\t", ": ", "a" * 200,
)  # fmt: skip
texts = st.lists(
    st.one_of(st.sampled_from(HAZARDS), st.text(max_size=8), st.sampled_from(["the list ", "is "])),
    max_size=12,
).map("".join)
replies = st.builds(
    DocFields,
    summary=texts,
    parameters=st.tuples(
        st.tuples(st.sampled_from(["a", "@a", "a:"]), texts), st.tuples(st.just("b"), texts)
    ),
    returns=st.none() | texts,
    details=st.none() | texts,
)
widths = st.sampled_from([RenderOptions(40), RenderOptions(80), RenderOptions(60, max_lines=2)])
thorough = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])


def cleaned_for(fields: DocFields, symbol: Symbol) -> DocFields:
    """Clean words as a kernel-doc comment of the symbol wants them."""
    return wording.clean_fields(fields, symbol, kernel_doc.wanted(symbol))


def missing_for(fields: DocFields, symbol: Symbol) -> tuple[str, ...]:
    """Name what a kernel-doc comment of the symbol still wants."""
    return wording.missing_parts(fields, kernel_doc.wanted(symbol))


@thorough
@given(reply=replies, options=widths)
def test_whatever_a_model_says_the_comment_is_valid(
    function: MakeFunction, reply: DocFields, options: RenderOptions
) -> None:
    symbol = function("f", "a", "b", returns="int")
    cleaned = cleaned_for(reply, symbol)
    comment = kernel_doc.render(cleaned, symbol, options)
    body = comment.removeprefix("/**").removesuffix("*/")
    assert "*/" not in body
    assert "/*" not in body
    assert "??" not in body
    assert not any(line.endswith("\\") for line in body.split("\n"))
    assert not any(unicodedata.category(it)[0] == "C" and it != "\n" for it in body)
    comment.encode("utf-8")
    if not missing_for(cleaned, symbol):
        found = kernel_doc.check(comment, symbol)
        assert [it for it in found if it.severity is Severity.ERROR] == []


@thorough
@given(reply=replies)
def test_clean_words_stay_as_they_are(function: MakeFunction, reply: DocFields) -> None:
    symbol = function("f", "a", "b", returns="int")
    cleaned = cleaned_for(reply, symbol)
    assert cleaned_for(cleaned, symbol) == cleaned


@pytest.mark.parametrize(
    "summary",
    [
        "", "...", "TODO", "N/A", "string", "<summary>", "A brief description of the function.",
        "Description here", "Lorem ipsum dolor sit amet", "Sure, here is the comment:", "f", "f()",
        "I'm sorry, but I cannot help with that.", '{"summary": "Does it"}', "a a a a a a a a a",
        "kxj#qz w3$%r q(*&^ e]{e", "You are an expert C developer", "\u200b\u202e",
        "!!!! ???? ....",
    ],
)  # fmt: skip
def test_a_summary_that_says_nothing_is_refused(function: MakeFunction, summary: str) -> None:
    symbol = function("f")
    cleaned = cleaned_for(DocFields(summary), symbol)
    assert cleaned.summary == ""
    assert "summary" in missing_for(cleaned, symbol)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("f() - frees the list", "Frees the list."),
        ("f: frees the list.", "Frees the list."),
        ("**Frees** the `list`", "Frees the list."),
        ("Sure! Frees the list. I hope this helps!", "Frees the list."),
        ("Frees the list. Frees the list. Frees the list.", "Frees the list."),
        ("frees the list and frees the list and frees the list and", "Frees the list."),
        ("frees the list (that is to say (the one", "Frees the list."),
        ("frees the list (if any), then the", "Frees the list (if any), then."),
        ("Frees every entry whose size is &lt; 4", "Frees every entry whose size is < 4."),
        ("list_head of the queue is freed", "list_head of the queue is freed."),
        ("Gibt die Liste frei, wenn sie leer ist", "Gibt die Liste frei, wenn sie leer ist."),
        ("/**\n * Frees the list\n */", "Frees the list."),
        ("<think>What does it do?</think>Frees the list", "Frees the list."),
    ],
)  # fmt: skip
def test_usable_words_survive(function: MakeFunction, written: str, kept: str) -> None:
    assert cleaned_for(DocFields(written), function("f")).summary == kept


def test_the_declaration_is_no_description_of_itself(function: MakeFunction) -> None:
    declaration = "static int f(struct list_head *a)"
    echoed = DocFields(f"Document this function. {declaration}", (("a", declaration),), declaration)
    cleaned = cleaned_for(echoed, function("f", "a", returns="int"))
    assert cleaned == DocFields("", (("a", ""),))


def test_lines_that_read_like_sentences_are_made_sentences(function: MakeFunction) -> None:
    reply = DocFields("Frees the list\nTakes the lock of each entry")
    cleaned = cleaned_for(reply, function("f"))
    assert (cleaned.summary, cleaned.details) == (
        "Frees the list.",
        "Takes the lock of each entry.",
    )


def test_descriptions_find_their_parameter_whatever_its_spelling(function: MakeFunction) -> None:
    reply = DocFields(
        "Move it.", (("`*new`", "the new one"), ("@old:", "@old: the old one"), ("x", "gone"))
    )
    cleaned = cleaned_for(reply, function("f", "old", "new"))
    assert cleaned.parameters == (("old", "The old one."), ("new", "The new one."))


def test_what_the_details_say_of_the_value_becomes_the_return_section(
    function: MakeFunction,
) -> None:
    reply = DocFields("Count it.", details="Walks the list.\n\nReturns: the number of entries")
    cleaned = cleaned_for(reply, function("f", returns="int"))
    assert cleaned.details == "Walks the list."
    assert cleaned.returns == "The number of entries."


def test_names_that_do_not_exist_lose_their_mark(function: MakeFunction) -> None:
    reply = DocFields("Move @old to @elsewhere.", (("old", "What to move to @elsewhere"),))
    cleaned = cleaned_for(reply, function("f", "old"))
    assert cleaned.summary == "Move @old to elsewhere."


def test_missing_parts_are_named(function: MakeFunction) -> None:
    symbol = function("f", "a", "b", "...", returns="int")
    cleaned = cleaned_for(DocFields("Do it once.", (("a", "A number"),)), symbol)
    assert missing_for(cleaned, symbol) == ("@b", "Return")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece", ["- ", "*", "[(", "a->", "/* ", "**", "note:", "<a ", "(a ", "\\"]
)
def test_no_flood_of_marks_takes_long_to_clean(function: MakeFunction, piece: str) -> None:
    flood = piece * (100_000 // len(piece))
    reply = DocFields(flood, (("a", flood),), flood, flood)
    assert missing_for(cleaned_for(reply, function("f", "a")), function("f"))


def test_a_flood_of_text_is_bounded(function: MakeFunction) -> None:
    flood = " ".join(f"Sentence number {count} says something else." for count in range(9999))
    cleaned = cleaned_for(DocFields(flood, (("a", flood),), flood, flood), function("f", "a"))
    assert cleaned.summary == "Sentence number 0 says something else."
    assert len(cleaned.parameters[0][1]) <= 400
    assert len(cleaned.details or "") <= 2000
