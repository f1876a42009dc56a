"""What several answers and the code itself say together."""

from __future__ import annotations

from glossator_indexer.facts import facts_of
from glossator_indexer.styles import STYLES
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import DocFields, Facts
from glossator_server.actions.filling import combined, filled_in, proved_raises, proved_return
from tests.server.actions.checks import snapshot_of

SNAPSHOT = snapshot_of(
    "int put(struct box *box, int item, ...)\n{\n\treturn box ? 0 : -EINVAL;\n}\n"
)
(SYMBOL,) = all_symbols(SNAPSHOT.source)
WANTED = STYLES["kernel-doc"].wanted(SYMBOL)
FACTS = facts_of(SNAPSHOT.source, SYMBOL)


def test_the_first_words_stand_and_the_second_fill_their_gaps() -> None:
    first = DocFields("", (("a", ""), ("b", "first b"), ("c", "first c")), None, "first details")
    second = DocFields("Do.", (("a", "other a"), ("b", "other b")), "other return", "other details")
    words = combined(first, second)
    assert dict(words.parameters) == {"a": "other a", "b": "first b", "c": "first c"}
    assert (words.summary, words.returns, words.details) == ("Do.", "other return", "first details")


def test_what_is_filled_in_is_proved_by_the_code_and_noticed() -> None:
    fields = DocFields("Put an item in.", (("box", "Where to."), ("item", "What.")))
    completed = filled_in(fields, SYMBOL, WANTED, FACTS)
    assert completed is not None
    words, notices = completed
    assert dict(words.parameters)["..."] == "Further arguments."
    assert words.returns == "-EINVAL on failure, otherwise a value of type int."
    assert len(notices) == 2


def test_too_little_is_not_filled_up() -> None:
    assert filled_in(DocFields("Put.", (("box", "Where to."),)), SYMBOL, WANTED, FACTS) is None
    assert filled_in(DocFields("", (("box", "A."), ("item", "B."))), SYMBOL, WANTED, FACTS) is None


def test_of_exceptions_the_code_tells_what_the_words_do_not() -> None:
    facts = Facts(conditions=(("KeyError", "name not in items"), ("OSError", "broken")))
    words = DocFields("Take.", raises=(("OSError", "When it broke."),))
    told = proved_raises(words, ("KeyError", "ValueError", "OSError"), facts)
    assert told.raises == (("KeyError", "If name not in items."), ("OSError", "When it broke."))


def test_whose_the_value_is_is_told() -> None:
    (made,) = all_symbols(snapshot_of("char *dup(char *s) { return NULL; }\n").source)
    told = proved_return(made, Facts(constants=("NULL",), allocates="kstrdup"))
    assert told == "A pointer of type char *, which the caller has to free, or NULL."
