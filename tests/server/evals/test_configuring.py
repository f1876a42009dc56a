"""What the words of `--with` mean."""

from __future__ import annotations

import pytest

from glossator_server.errors import UsageError
from glossator_server.evals.configuring import MOST, read_configurations
from glossator_server.evals.types import Configuration


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([], [Configuration("as now")]),
        (["model=local"], [Configuration("local", "local")]),
        (["retrieval=off"], [Configuration("no retrieval", retrieval=False)]),
        (["name=x, model = a/b:7b"], [Configuration("x", "a/b:7b")]),
        (
            ["model=m,prompt=/tmp/terse.md,adapter=none"],
            [Configuration("m, terse, no adapter", "m", "/tmp/terse.md", adapter="none")],
        ),
        (
            ["adapter=mine", "adapter=none"],
            [Configuration("mine", adapter="mine"), Configuration("no adapter", adapter="none")],
        ),
    ],
)
def test_each_word_is_a_configuration(words: list[str], found: list[Configuration]) -> None:
    assert list(read_configurations(words)) == found


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["modle=good"], "did you mean model="),
        (["model"], "KEY=VALUE"),
        (["model="], "KEY=VALUE"),
        ([""], "KEY=VALUE"),
        (["model=a,model=b"], "stands twice"),
        (["retrieval=maybe"], "on or off"),
        (["model=a", "model=a"], "Two configurations are called a"),
        (["name=x,model=a", "name=x,model=b"], "Two configurations are called x"),
        (["name=" + "x" * 41], "shorter name="),
        ([f"name={at}" for at in range(MOST + 1)], "too many"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(words: list[str], said: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_configurations(words)
    assert said in str(raised.value)
    assert str(raised.value).endswith(".")
