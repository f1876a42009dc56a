"""Comments of people are gone from their files, in every language, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_indexer.parsing import syntax_problems
from glossator_indexer.styles import STYLES
from glossator_indexer.symbols import find_symbols, own_code
from glossator_server.evals.hidden_comments import hidden, without_neighbours
from glossator_server.evals.reading import read_case_file
from glossator_server.evals.suites import open_suite
from glossator_server.evals.types import Case, CaseSource, SourceKind
from glossator_server.evals.workspaces import PREPARED
from glossator_server.settings import Settings
from tests.server.evals.measured import environment

POLICY = environment(Path("/"), {}).policy
CASES = open_suite("document").cases(CaseSource(SourceKind.PREPARED, PREPARED / "document", POLICY))


@pytest.mark.parametrize("case", CASES, ids=lambda it: f"{it.project}-{it.title}")
def test_a_comment_is_gone_and_the_code_is_as_it_was(case: Case) -> None:
    before = read_case_file(case.file, POLICY, Settings())
    style, line = STYLES[case.data["style"]], case.data["line"]
    (symbol,) = (
        it
        for it in find_symbols(before.source, case.data["symbol"])
        if before.text.count("\n", 0, it.name_span.start) + 1 == line
    )
    found = hidden(before, symbol, style)
    assert found is not None
    assert found.comment
    assert found.fields.summary == case.data["expected"]["summary"]
    assert symbol.comment is not None
    assert symbol.comment.text in before.text
    assert symbol.comment.text not in found.snapshot.text
    assert found.symbol.comment is None
    code = own_code(found.snapshot.text, found.symbol).split()
    assert code == own_code(before.text, symbol).split()
    assert len(syntax_problems(found.snapshot.source)) <= len(syntax_problems(before.source))
    # All that stood around it still stands there.
    comment = symbol.comment.span
    rest = before.text[: comment.start] + before.text[comment.end :]
    assert found.snapshot.text.split() == rest.split()
    alone = without_neighbours(found, style)
    assert code == own_code(alone.snapshot.text, alone.symbol).split()
    assert not alone.snapshot.lends(case.file)
    others = [it.data["expected"]["summary"] for it in CASES if it.path == case.path]
    assert not any(it in alone.snapshot.text for it in others)
