"""The tools that judge our comments find faults: one that is planted, and none in a sample.

A benchmark has them judge more; here it is seen that each of them looks at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import dedent

import pytest

from benchmarks.doc_tools.judges import JUDGES, ToolMissingError, judged
from benchmarks.doc_tools.stubs import Commented
from glossator_indexer.languages import language_called
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import find_symbols
from tests.conftest import missing_part
from tests.indexer.styles.test_every_style import SAMPLES


@dataclass(frozen=True, slots=True)
class Fault:
    """A change to a style's sample that a tool has to find."""

    style: str
    tool: str
    right: str
    wrong: str


FAULTS = (
    Fault("doxygen", "doxygen", "@param left", "@param lost"),
    Fault("doxygen", "clang", "@param left", "@param lost"),
    Fault("google", "ruff", "things.\n\n", "things.\n"),
    Fault("google", "pydoclint", "left: ", "lost: "),
    Fault("numpy", "ruff", "Join two", "Joins two"),
    Fault("numpy", "pydoclint", "left : str", "left : int"),
    Fault("rest", "ruff", "Join two", "This joins two"),
    Fault("rest", "pydoclint", ":param left:", ":param lost:"),
    Fault("jsdoc", "eslint-plugin-jsdoc", "left - ", "lost - "),
    Fault("jsdoc", "tsc", "left - ", "lost - "),
    Fault("tsdoc", "@microsoft/tsdoc", "things.", "{@things."),
    Fault("godoc", "gofmt", "// Nothing", "//  Nothing"),
    Fault("godoc", "go vet", "// Nothing", "//go:build Nothing"),
    Fault("godoc", "staticcheck", "// Join joins", "// Joins"),
    Fault("rustdoc", "rustdoc", "Join two", "Join <b>two"),
    Fault("javadoc", "javac", "@param left", "@param lost"),
)


def commented(style: str) -> Commented:
    (sample,) = [it for it in SAMPLES if it.style == style]
    source = parse(sample.code, language_called(sample.language))
    (symbol,) = find_symbols(source, "join")
    if style == "godoc":
        # staticcheck has an opinion on what is exported.
        exported = replace(symbol, name="Join")
        return Commented(exported, sample.comment.replace("join joins", "Join joins"))
    return Commented(symbol, dedent(sample.comment))


def said(style: str, tool: str, comment: Commented) -> list[str]:
    try:
        return JUDGES[style][tool]([comment])
    except ToolMissingError as error:
        missing_part(f"{tool}-judge", str(error))


def test_every_tool_has_its_fault() -> None:
    assert {(it.style, it.tool) for it in FAULTS} == {
        (style, tool) for style, tools in JUDGES.items() for tool in tools
    }


@pytest.mark.parametrize("fault", FAULTS, ids=lambda it: f"{it.style}, {it.tool}")
def test_a_tool_finds_a_fault_and_none_in_a_sample(fault: Fault) -> None:
    good = commented(fault.style)
    assert said(fault.style, fault.tool, good) == []
    bad = good.comment.replace(fault.right, fault.wrong)
    assert bad != good.comment
    assert said(fault.style, fault.tool, Commented(good.symbol, bad))


def test_a_tool_that_is_missing_is_named_and_the_others_judge() -> None:
    def missing(_: Sequence[Commented]) -> list[str]:
        raise ToolMissingError("fetch it")

    told = judged({"one": missing, "two": lambda _: ["a fault"]}, [commented("google")])
    assert told == ({"two": ["a fault"]}, {"one": "fetch it"})
