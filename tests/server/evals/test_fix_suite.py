"""The suite `fix`: faults are made in the text alone, and checks say whether they are mended."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from glossator_server.evals.suites import open_suite
from glossator_server.evals.types import Case, SourceKind
from tests.e2e.fixing import require_tools
from tests.e2e.scripted_roles import Reply
from tests.server.evals.suite_runs import HARBOUR, HEADER, lay_out, ran, source_of

pytestmark = pytest.mark.sandbox


def answer(case: Case, becomes: str) -> Reply:
    """Return a model's answer that replaces the fault of a case."""
    block = f"<<<<<<< SEARCH\n{case.data['replace']}\n=======\n{becomes}\n>>>>>>> REPLACE\n"
    return {"text": block, "repeat": True}


async def test_a_mined_fault_is_mended_or_not_and_the_disk_stays_as_it_is(
    tmp_path: Path, own_home: Path
) -> None:
    require_tools()
    town = lay_out(tmp_path / "town", {"harbour.c": HARBOUR, "harbour.h": HEADER})
    source = source_of(town)
    cases = open_suite("fix").cases(source)
    assert cases == open_suite("fix").cases(source)
    case = cases[0]
    replies = {"fix": [answer(case, case.data["find"])]}
    (found,) = (await ran("fix", source, own_home, replies, only=[case])).values()
    assert {name: found.measures[name] for name in ("fixed", "never_worse", "same")} == {
        "fixed": 1.0,
        "never_worse": 1.0,
        "same": 1.0,
    }
    assert f"+{case.data['find'].split(chr(10))[0]}" in found.text.split("\n")
    wrong = case.data["replace"].replace("harbour", "harbor")
    replies = {"fix": [answer(case, wrong)]}
    (found,) = (await ran("fix", source, own_home, replies, only=[case])).values()
    assert found.measures == {"fixed": 0.0, "never_worse": 1.0, "same": 0.0}
    assert (town / "harbour.c").read_text("utf-8") == HARBOUR


async def test_a_prepared_fault_that_only_tests_see_is_judged_by_its_tests(
    tmp_path: Path, own_home: Path
) -> None:
    require_tools()
    source = source_of(lay_out(tmp_path / "town"), SourceKind.PREPARED)
    cases = {it.id: it for it in open_suite("fix").cases(replace(source, limit=None))}
    case = next(it for it in cases.values() if it.data["kind"] == "off-by-one")
    replies = {"fix": [answer(case, case.data["find"])]}
    (found,) = (await ran("fix", source, own_home, replies, only=[case])).values()
    assert (found.measures["fixed"], found.measures["same"]) == (1.0, 1.0)
    assert found.measures["rounds"] == 1.0


async def test_a_fault_that_no_check_sees_counts_nowhere(tmp_path: Path, own_home: Path) -> None:
    require_tools()
    file = tmp_path / "cases.jsonl"
    fault = {"path": "harbour.c", "find": "\tint total = 0;", "replace": "\tint total = 7;"}
    file.write_text(json.dumps(fault) + "\n", "utf-8")
    source = source_of(lay_out(tmp_path / "town"), SourceKind.FILE, file)
    (found,) = (await ran("fix", source, own_home, {"fix": []})).values()
    assert found.measures == {}
    assert found.problem is None
    assert "no check on this machine notices the fault" in found.checks[0]


async def test_of_a_folder_below_the_repository_compilers_see_what_lies_above(
    tmp_path: Path, own_home: Path
) -> None:
    require_tools()
    code = HARBOUR.replace('"harbour.h"', '"../harbour.h"')
    town = lay_out(tmp_path / "town", {"harbour.h": HEADER, "port/harbour.c": code})
    source = source_of(town / "port")
    case = open_suite("fix").cases(source)[0]
    assert (case.root, case.path) == (town, "port/harbour.c")
    replies = {"fix": [answer(case, case.data["find"])]}
    (found,) = (await ran("fix", source, own_home, replies, only=[case])).values()
    assert found.measures["same"] == 1.0, found.checks


async def test_what_a_compiler_says_only_when_it_reads_on_is_not_called_new(
    tmp_path: Path, own_home: Path
) -> None:
    require_tools()
    # What a linter says of the first line is hidden by the fault in the fourth.
    code = "import colorsys\n\n\ndef longest(piers):\n    return max(piers)\n"
    file = tmp_path / "cases.jsonl"
    fault = {"path": "pier.py", "find": "(piers):", "replace": "(piers)"}
    file.write_text(json.dumps(fault) + "\n", "utf-8")
    source = source_of(lay_out(tmp_path / "town", {"pier.py": code}), SourceKind.FILE, file)
    (case,) = open_suite("fix").cases(source)
    block = "<<<<<<< SEARCH\ndef longest(piers)\n=======\ndef longest(piers):\n>>>>>>> REPLACE\n"
    replies = {"fix": [{"text": block, "repeat": True}]}
    (found,) = (await ran("fix", source, own_home, replies, only=[case])).values()
    assert (found.measures["fixed"], found.measures["never_worse"]) == (1.0, 1.0), found
