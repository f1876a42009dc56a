"""A rule in a report of a review names its tool once."""

from __future__ import annotations

import pytest

from glossator_server.cli.review import rule_of
from glossator_server.verify.problems import Gravity, Problem, Stage


@pytest.mark.parametrize(
    ("tool", "rule", "told"),
    [
        ("clang-tidy", "clang-analyzer-core.DivideZero", "clang-analyzer-core.DivideZero"),
        ("clang-tidy", "bugprone-infinite-loop", "clang-tidy-bugprone-infinite-loop"),
        ("gcc", "-Wunused", "gcc-Wunused"),
        ("gcc", "", "gcc"),
    ],
)
def test_a_rule_names_its_tool_once(tool: str, rule: str, told: str) -> None:
    assert rule_of(Problem(Stage.LINT, tool, Gravity.WARNING, rule, "m")) == told
