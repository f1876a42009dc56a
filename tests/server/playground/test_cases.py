"""Cases of files as something to try prompts on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from glossator_server.errors import UsageError
from glossator_server.evals.folder import runs_folder
from glossator_server.playground.cases import CasePlace, place_of_case


def written(folder: Path, *lines: Any) -> Path:  # noqa: ANN401 -- any JSON
    (folder / "a.c").write_text("int a;\n")
    file = folder / "cases.jsonl"
    file.write_text("\n".join(it if isinstance(it, str) else json.dumps(it) for it in lines))
    return file


def test_each_kind_of_case_says_its_place(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        {"id": "own", "path": "a.c", "symbol": "a"},
        {"id": "record", "path": "a.c", "line": 1, "symbol": {"name": "a"}, "kind": "x"},
        {"id": "run", "root": "/etc", "path": "a.c", "data": {"symbol": "a", "line": 3}},
        "",
        {"path": "a.c", "question": "why?"},
    )
    path = tmp_path / "a.c"
    assert place_of_case(file, "own", tmp_path) == CasePlace(path, "a", None)
    assert place_of_case(file, "record", tmp_path) == CasePlace(path, None, 1)
    # Whoever wrote the file says nothing of folders that are not below the workspace.
    assert place_of_case(file, "run", tmp_path) == CasePlace(path, "a", 3)
    assert place_of_case(file, "line-5", tmp_path) == CasePlace(path, None, None, "why?")


@pytest.mark.usefixtures("own_home")
def test_a_case_that_a_run_keeps_names_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int a;\n")
    run = runs_folder() / "document-1"
    run.mkdir(parents=True)
    kept = {"id": "run", "root": str(tmp_path), "path": "a.c", "data": {"symbol": "a"}}
    file = run / "cases.jsonl"
    file.write_text(json.dumps(kept))
    assert place_of_case(file, "run", Path("/elsewhere")).path == tmp_path / "a.c"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"id": "other", "path": "a.c"}, "has no case own; name the `id`"),
        ({"id": "own"}, '"path" is missing'),
        ({"id": "own", "path": "../a.c"}, "must be a path below"),
        ({"id": "own", "path": "b.c"}, "is no file below"),
        ("{", "is no JSON"),
    ],
)
def test_what_is_no_case_is_told(tmp_path: Path, line: object, words: str) -> None:
    file = written(tmp_path, line)
    with pytest.raises(UsageError, match=words):
        place_of_case(file, "own", tmp_path)
