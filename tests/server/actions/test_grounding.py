"""What a comment names has to exist in the code that it describes."""

from __future__ import annotations

import pytest

from glossator_indexer.facts import facts_of
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
    return grounded(fields, symbol, source, facts_of(source, symbol))


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
