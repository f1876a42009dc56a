"""`glossator edit`, `transcript` and `recover` from outside: plan, checks, files, what stops."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from benchmarks.change_kills import tree_of
from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.changes.journal import Contents, journal_folder, open_journal
from tests.e2e.command_line import check_one_sentence, glossator, started
from tests.e2e.editing import (
    AFTER,
    BEFORE,
    WANTED,
    WriteEdits,
    act,
    edit_models,
    edits_of,
    lay_out_net,
    plan_of,
)

__all__ = ["edit_models"]
ALL = tuple(BEFORE)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return lay_out_net(tmp_path / "project")


def texts_of(project: Path) -> dict[str, str]:
    found = (it for it in sorted(project.iterdir()) if it.is_file())
    return {it.name: it.read_bytes().decode() for it in found}


def test_a_change_is_printed_with_its_plan_and_evidence_and_nothing_written(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models(plan=[plan_of(*ALL)], edit=edits_of(*ALL))
    ended = glossator("edit", WANTED, cwd=project)
    assert ended.status == 0, ended
    assert "- `client.c`: as wanted, in client.c" in ended.errors
    for name in ALL:
        assert f"diff --git a/{name} b/{name}\n" in ended.output
    assert "passed compile (gcc" in ended.output
    assert texts_of(project) == BEFORE


def test_it_is_written_where_that_is_wanted(project: Path, edit_models: WriteEdits) -> None:
    edit_models(plan=[plan_of(*ALL)], edit=edits_of(*ALL))
    ended = glossator("edit", "--write", "--quiet", WANTED, cwd=project)
    assert ended.status == 0, ended
    assert texts_of(project) == AFTER


def test_a_plan_is_printed_changed_and_given_back(project: Path, edit_models: WriteEdits) -> None:
    edit_models(plan=[plan_of(*ALL)])
    ended = glossator("edit", "--plan-only", "--quiet", WANTED, cwd=project)
    assert ended.status == 0, ended
    plan = project.parent / "plan.md"
    plan.write_text(ended.output.replace("- `notes.txt`: as wanted, in notes.txt\n", ""), "utf-8")
    edit_models(plan=[], edit=edits_of(*ALL))
    ended = glossator("edit", "--plan", plan, "--write", WANTED, cwd=project)
    assert ended.status == 0, ended
    assert texts_of(project) == AFTER | {"notes.txt": BEFORE["notes.txt"]}


def test_half_of_the_callers_is_not_offered(project: Path, edit_models: WriteEdits) -> None:
    finish = act("finish", summary="done")
    edit_models(plan=[plan_of(*ALL)], edit=[*edits_of("net.h", "client.c"), finish, finish, finish])
    ended = glossator("edit", "--write", "--quiet", WANTED, cwd=project)
    assert ended.status == 1, ended
    assert "server.c, line 5: too few arguments to function" in ended.errors
    assert "what was staged, which may not be applied" in ended.output
    assert texts_of(project) == BEFORE


def test_a_file_that_the_plan_does_not_name_stays(project: Path, edit_models: WriteEdits) -> None:
    edit_models(plan=[plan_of("notes.txt")], edit=edits_of("notes.txt", "client.c"))
    ended = glossator("edit", "--write", "--json", "--quiet", WANTED, cwd=project)
    assert ended.status == 0, ended
    (proposal,) = json.loads(ended.output)["proposals"]
    assert [it["path"] for it in proposal["files"]] == ["notes.txt"]
    assert texts_of(project)["client.c"] == BEFORE["client.c"]


def test_files_are_made_renamed_and_taken_away(project: Path, edit_models: WriteEdits) -> None:
    paths = ("notes.txt", "docs/notes.md", "docs/new.md", "server.c")
    turns = [
        act("rename_file", path="notes.txt", to="docs/notes.md"),
        act("create_file", path="docs/new.md", text="# New"),
        act("delete_file", path="server.c"),
        act("finish", summary="moved"),
    ]
    edit_models(plan=[plan_of(*paths)], edit=turns)
    words = ("--write", "--quiet", "--confirm", "server.c", "tidy up")
    ended = glossator("edit", *words, cwd=project)
    assert ended.status == 0, ended
    assert "rename from notes.txt\n" in ended.output
    assert sorted(texts_of(project)) == ["client.c", "net.h"]
    assert (project / "docs" / "notes.md").read_text("utf-8") == BEFORE["notes.txt"]
    assert (project / "docs" / "new.md").read_text("utf-8") == "# New\n"


def test_a_file_that_goes_is_asked_for_by_name(project: Path, edit_models: WriteEdits) -> None:
    turns = [act("delete_file", path="server.c"), act("finish", summary="s")]
    edit_models(plan=[plan_of("server.c")], edit=turns)
    ended = glossator("edit", "--write", "--quiet", "tidy up", cwd=project)
    assert ended.status == 2, ended
    assert "server.c would go" in ended.errors
    assert texts_of(project) == BEFORE


def test_a_build_file_is_asked_for_by_name(project: Path, edit_models: WriteEdits) -> None:
    turns = [act("create_file", path="Makefile", text="all:"), act("finish", summary="s")]
    edit_models(plan=[plan_of("Makefile")], edit=turns)
    ended = glossator("edit", "--write", "--quiet", "add a Makefile", cwd=project)
    assert ended.status == 2, ended
    assert "add --confirm Makefile" in ended.errors
    assert not (project / "Makefile").exists()
    edit_models(plan=[plan_of("Makefile")], edit=turns)
    words = ("--write", "--quiet", "--confirm", "Makefile", "add a Makefile")
    assert glossator("edit", *words, cwd=project).status == 0
    assert (project / "Makefile").read_text("utf-8") == "all:\n"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["edit", ""], 2, "instruction is empty"),
        (["edit", "x" * 20_000], 2, "shorten it"),
        (["edit", WANTED, "--workspace", "none"], 2, "does not exist"),
        (["edit", WANTED, "--at", "none.c:1"], 2, "none.c"),
        (["edit", WANTED, "--at", ".env"], 2, ".env"),
        (["edit", WANTED, "--plan", "none.md"], 2, "none.md does not exist"),
        (["edit", WANTED, "--plan", "net.h"], 2, "no heading"),
        (["transcript", "show", "net.h"], 2, "no transcript"),
        (["transcript", "replay", "none.jsonl"], 2, "cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(
    project: Path, edit_models: WriteEdits, words: list[str], status: int, said: str
) -> None:
    edit_models()
    (project / ".env").write_text("KEY=1\n", "utf-8")
    check_one_sentence(glossator(*words, cwd=project), status, said)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ([plan_of()], "it cannot be done"),
        ([plan_of("../out.c")] * 3 + [plan_of()], "it cannot be done"),
        (["words"] * 3, "nothing that can be done"),
        ([plan_of(".git/config")] * 4, "round in circles"),
    ],
)
def test_without_a_plan_nothing_is_changed(
    project: Path, edit_models: WriteEdits, plan: list[object], said: str
) -> None:
    edit_models(plan=[{"text": it} if isinstance(it, str) else it for it in plan])
    ended = glossator("edit", "--write", "--quiet", WANTED, cwd=project)
    assert ended.status == 1, ended
    assert said in ended.errors
    assert texts_of(project) == BEFORE


def test_a_transcript_is_listed_shown_and_replayed(project: Path, edit_models: WriteEdits) -> None:
    edit_models(plan=[plan_of(*ALL)], edit=edits_of(*ALL))
    assert glossator("edit", "--quiet", WANTED, cwd=project).status == 0
    listed = glossator("transcript", "list").output.splitlines()
    assert [it.split()[1] for it in listed] == ["plan:", "edit:"]
    name = listed[1].split()[0]
    assert "-> edit_file:\n   net.h is changed." in glossator("transcript", "show", name).output
    edit_models()
    ended = glossator("transcript", "replay", name, cwd=project)
    assert ended.status == 0, ended
    assert ended.output.endswith("The same changes as then.\n")
    (project / "notes.txt").write_text("other\n", "utf-8")
    ended = glossator("transcript", "replay", name, cwd=project)
    assert ended.status == 1, ended
    assert "others than then" in ended.errors


def test_an_interrupt_leaves_everything_as_it_is(project: Path, edit_models: WriteEdits) -> None:
    slow = act("finish", summary="s") | {"delay_s": 60}
    edit_models(plan=[plan_of(*ALL)], edit=[slow])
    process = started(["edit", "--write", WANTED], project)
    assert process.stderr is not None
    for line in process.stderr:
        if b"server.c" in line:
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert b"Cancelled" in errors
    assert texts_of(project) == BEFORE


def test_what_is_half_written_stands_in_the_way_before_a_model_is_asked(
    project: Path, edit_models: WriteEdits
) -> None:
    edit_models(plan=[{"error": "unavailable"}])
    changes = ChangeSet(project, (FileChange("notes.txt", BEFORE["notes.txt"], "x"),))
    contents: Contents = {"notes.txt": (BEFORE["notes.txt"].encode(), b"x", 0o644)}
    open_journal(journal_folder(), changes, contents)
    check_one_sentence(glossator("edit", "--write", WANTED, cwd=project), 2, "glossator recover")


def test_nothing_half_written_is_said(project: Path, edit_models: WriteEdits) -> None:
    edit_models()
    before = tree_of(project)
    assert glossator("recover", cwd=project).output == "Nothing was left half written.\n"
    assert json.loads(glossator("recover", "--json").output) == {"recovered": []}
    assert tree_of(project) == before


def test_an_interpreter_calculates_with_named_files_and_sees_no_others(
    project: Path, edit_models: WriteEdits
) -> None:
    code = "import os; print(open('notes.txt').read().strip(), sorted(os.listdir('.')), 6 * 7)"
    turns = [
        act("python", code=code, files=["notes.txt"]),
        act("python", code="open('client.c')"),
        act("python", code="1", files=[".env"]),
        *edits_of("notes.txt"),
    ]
    (project / ".env").write_text("KEY=hush\n", "utf-8")
    edit_models(plan=[plan_of("notes.txt")], edit=turns)
    assert glossator("edit", "--quiet", WANTED, cwd=project).status == 0
    name = glossator("transcript", "list").output.splitlines()[-1].split()[0]
    shown = glossator("transcript", "show", name).output
    assert "connect(host) opens a connection. ['notes.txt'] 42" in shown
    assert "FileNotFoundError" in shown
    assert "Not done: .env may hold secrets and is never read." in shown
