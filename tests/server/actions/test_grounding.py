"""What a comment names has to exist in the code that it describes."""

from __future__ import annotations

import pytest

from glossator_indexer.facts import facts_of, with_uses
from glossator_indexer.languages import language_for_id
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields
from glossator_server.actions.grounding import Grounded, grounded

CODE = """\
static void helper(void) {}

int f(int a)
{
\tif (a < 0)
\t\treturn -EINVAL;
\thelper();
\treturn 0;
}

int g(void) { return -ENOMEM; }
"""


def held(fields: DocFields, code: str = CODE) -> Grounded:
    language = language_for_id("c")
    assert language is not None
    source = parse(code, language)
    (symbol,) = find_symbols(source, "f")
    facts = with_uses(facts_of(source, symbol), source, symbol, ())
    return grounded(fields, symbol, source, facts)


def test_no_two_parameters_are_the_same_thing() -> None:
    told = (("a", "The list to work on."), ("b", "the list to work on"), ("c", "Unused."))
    words = held(DocFields("Do it.", (*told, ("d", "Unused.")))).fields
    assert [text for _, text in words.parameters] == [
        "The list to work on.",
        "",
        "Unused.",
        "Unused.",
    ]


def ground(words: str) -> str | None:
    return held(DocFields("Do it.", returns=words)).fields.returns


@pytest.mark.parametrize(
    "words",
    [
        "0 on success, -EINVAL for a negative value",
        "what helper() left behind, or an error",
        "zero, an EXPORT of the value",
        "0, or a negative error code",
    ],
)
def test_words_that_speak_of_the_code_stay(words: str) -> None:
    assert ground(words) == words


@pytest.mark.parametrize(
    "words",
    [
        "-ENOSPC when every slot is taken",
        "-ENOMEM when memory is short",
        "0, or what kmalloc() returns",
        "0, or NULL when there is none",
        "the new record",
    ],
)
def test_words_that_name_what_is_not_there_go(words: str) -> None:
    assert ground(words) is None


LOCKING = """\
int f(struct box *box)
{
\tmutex_lock(&box->lock);
\tkfree(box);
\treturn 0;
}
"""


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("It never sleeps.", "it may sleep, because it calls mutex_lock()"),
        ("It can be called from interrupt context.", "it may sleep"),
        ("It works without any locks.", "it takes box->lock"),
        ("It does not free the box.", "it frees box"),
        ("It calls unlock_all() last.", "unlock_all() is not in this file"),
        ("It gives -EAGAIN when busy.", "-EAGAIN is not among its error codes"),
    ],
)
def test_a_sentence_that_the_code_contradicts_goes_with_the_reason(
    sentence: str, reason: str
) -> None:
    words = held(DocFields("Shut it.", details=f"The box is closed. {sentence}"), LOCKING)
    assert words.fields.details == "The box is closed."
    assert len(words.reasons) == 1
    assert reason in words.reasons[0]


OWNING = """\
char *f(struct box *box)
{
\tget_device(&box->dev);
\treturn kstrdup(box->name, GFP_KERNEL);
}
"""


@pytest.mark.parametrize(
    ("sentence", "stays"),
    [
        ("The caller must free the copy.", True),
        ("The caller must not free the copy.", False),
        ("The copy should not be freed.", False),
        ("Return a borrowed pointer.", False),
        ("Take a reference to the box.", True),
        ("Does not take a reference to the box.", False),
    ],
)
def test_what_is_said_of_whose_something_is_has_to_be_true(sentence: str, *, stays: bool) -> None:
    kept = held(DocFields("Do it.", details=sentence), OWNING).fields.details
    assert kept == (sentence if stays else None)


def test_the_value_is_what_callers_take_it_for() -> None:
    code = (
        "int f(int a) { return g(a); }\n"
        "int h(void)\n{\n\tif (f(2) < 0)\n\t\treturn 1;\n\treturn 0;\n}\n"
    )
    assert held(DocFields("Do.", returns="true if it worked"), code).fields.returns is None
    words = "0 if it worked, negative if not"
    assert held(DocFields("Do.", returns=words), code).fields.returns == words


def test_an_exception_that_is_nowhere_in_the_file_is_not_named() -> None:
    language = language_for_id("python")
    assert language is not None
    source = parse("def f(a):\n    raise KeyError(a)\n", language)
    (symbol,) = find_symbols(source, "f")
    words = DocFields("Do it.", details="May raise KeyError. It raises a ValueError for 0.")
    found = grounded(words, symbol, source, facts_of(source, symbol))
    assert found.fields.details == "May raise KeyError."
    assert found.reasons == ("ValueError is not in this file",)
