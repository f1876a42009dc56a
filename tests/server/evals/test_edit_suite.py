"""The suite `edit`: what is staged is compared with what is known to be right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glossator_server.evals.edit_cases import change_of
from glossator_server.evals.suites import open_suite
from glossator_server.evals.types import Case, SourceKind
from tests.e2e.editing import act, plan_of, replace_in
from tests.e2e.fixing import require_tools
from tests.e2e.scripted_roles import Reply
from tests.server.evals.suite_runs import HARBOUR, HEADER, lay_out, ran, source_of

pytestmark = pytest.mark.sandbox

CALLER = """#include "harbour.h"

int town_evening(struct harbour *harbour)
{
\treturn harbour_moor(harbour, 3) < 0 ? -1 : harbour_total(harbour);
}
"""
TOWN = {"harbour.c": HARBOUR, "harbour.h": HEADER, "town.c": CALLER}


def turns(case: Case, texts: dict[str, str], word: str | None = None) -> dict[str, list[Reply]]:
    """Return what planner and editor do for a case; `word` is put for the new name of a rename."""
    change = change_of(case)
    assert change is not None
    editing: list[Reply] = []
    for path in case.data["files"]:
        after = change.applied(texts[path])
        if word is not None:
            after = after.replace(change.new, word)
        editing += replace_in(path, texts[path], after)
    finish = act("finish", summary="done")
    return {"plan": [plan_of(*case.data["files"])], "edit": [*editing, finish]}


async def test_a_mined_rename_is_right_only_under_the_name_that_was_asked_for(
    tmp_path: Path, own_home: Path
) -> None:
    require_tools()
    town = lay_out(tmp_path / "town", TOWN)
    source = source_of(town)
    cases = open_suite("edit").cases(source)
    assert cases == open_suite("edit").cases(source)
    case = next(it for it in cases if it.data["change"]["kind"] == "rename")
    found = (await ran("edit", source, own_home, turns(case, TOWN), only=[case])).popitem()[1]
    assert found.measures | {"steps": 0.0} == {
        "right": 1.0,
        "shown": 1.0,
        "planned": 1.0,
        "kept": 1.0,
        "steps": 0.0,
    }
    assert found.measures["steps"] >= 2.0
    said = turns(case, TOWN, "something_else")
    found = (await ran("edit", source, own_home, said, only=[case])).popitem()[1]
    assert (found.measures["right"], found.measures["shown"]) == (0.0, 1.0)
    assert "is not as it should be" in found.checks[0]
    assert {it.name: it.read_text("utf-8") for it in town.glob("*.[ch]")} == TOWN


async def test_a_prepared_change_may_be_written_otherwise_where_its_tests_pass(
    tmp_path: Path, own_home: Path
) -> None:
    require_tools()
    source = source_of(lay_out(tmp_path / "town"), SourceKind.PREPARED)
    case = next(
        it
        for it in open_suite("edit").cases(source)
        if it.data["change"].get("use") and len(it.data["files"]) == 1
    )
    path = case.data["files"][0]
    texts = {path: (case.root / path).read_text("utf-8")}
    change = change_of(case)
    assert change is not None
    after = change.applied(texts[path]).replace(change.use, f"{change.use} /* not yet */ ;")
    texts_after = dict(zip(texts, [after], strict=True))
    block = act("edit_file", path=path, **_whole(texts[path], texts_after[path]))
    replies = {"plan": [plan_of(path)], "edit": [block, act("finish", summary="done")]}
    found = (await ran("edit", source, own_home, replies, only=[case])).popitem()[1]
    assert (found.measures["right"], found.measures["kept"]) == (1.0, 1.0), found.checks


async def test_marks_of_a_file_decide_where_nobody_knows_the_texts(
    tmp_path: Path, own_home: Path
) -> None:
    require_tools()
    file = tmp_path / "cases.jsonl"
    text = "int town_evening(struct harbour *harbour, int hour)"
    asked = {
        "instruction": "Add a parameter hour to town_evening.",
        "files": ["town.c"],
        "there": [{"path": "town.c", "text": text}],
    }
    file.write_text(json.dumps(asked) + "\n", "utf-8")
    source = source_of(lay_out(tmp_path / "town", TOWN), SourceKind.FILE, file)
    for becomes, right in ((text, 1.0), (text.replace("hour)", "minute)"), 0.0)):
        head = "int town_evening(struct harbour *harbour)"
        edit = act("edit_file", path="town.c", search=head, replace=becomes)
        last = CALLER.split("\n")[4]
        name = becomes[:-1].rsplit(" ", 1)[1]
        use = act("edit_file", path="town.c", search=last, replace=f"\t(void){name};\n{last}")
        finish = act("finish", summary="done")
        replies = {"plan": [plan_of("town.c")], "edit": [edit, use, finish]}
        found = (await ran("edit", source, own_home, replies)).popitem()[1]
        assert (found.measures["shown"], found.measures["right"]) == (1.0, right), found


def test_callers_of_a_folder_are_looked_for_in_the_whole_repository(tmp_path: Path) -> None:
    texts = {f"port/{name}": TOWN[name] for name in ("harbour.c", "harbour.h")}
    texts["town.c"] = CALLER.replace('"harbour.h"', '"port/harbour.h"')
    source = source_of(lay_out(tmp_path / "town", texts) / "port")
    cases = open_suite("edit").cases(source)
    assert {it.path.partition("/")[0] for it in cases} == {"port"}
    assert all("town.c" in it.data["files"] for it in cases if "moor" in it.title)
    assert any("town.c" in it.data["files"] for it in cases)


def _whole(before: str, after: str) -> dict[str, str]:
    """Return the search and the replacement that lead from a text to another, as whole lines."""
    old, new = before.split("\n"), after.split("\n")
    head = next(at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
    tail = next(at for at, (a, b) in enumerate(zip(old[::-1], new[::-1], strict=False)) if a != b)
    lines = slice(max(0, head - 1), len(old) - tail + 1)
    return {
        "search": "\n".join(old[lines]),
        "replace": "\n".join(new[lines.start : len(new) - tail + 1]),
    }
