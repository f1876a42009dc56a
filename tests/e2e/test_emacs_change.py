"""A real Emacs has code mended and changed, and asks about it: what a person sees, and the keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.asking import NET, SAID
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
from tests.e2e.emacs import Emacs, lisp, running_emacs
from tests.e2e.fixing import APPROVAL, BROKEN, MENDED, RIGHT, WriteModels, lay_out, models

__all__ = ["edit_models", "models"]

pytestmark = [pytest.mark.emacs, pytest.mark.sandbox, pytest.mark.timeout(300)]

FINDING = {
    "quote": "return left + operand;",
    "severity": "error",
    "problem": "`operand` is nothing.",
    "fix": "",
}
CHECKED = "\tif (!host)\n\t\treturn 0;\n\treturn"
THREE = ("net.h", "client.c", "notes.txt")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "add")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    # Without the second caller, so that three files are all that there is to change.
    return lay_out_net(tmp_path / "net", {it: BEFORE[it] for it in THREE})


def with_checks() -> list[dict[str, object]]:
    """Return the turns that have both functions of the client look at their host first."""
    ends = ("connect(host);", "connect(host) && connect(host);")
    return [
        act("edit_file", path="client.c", search=f"\treturn {it}", replace=f"{CHECKED} {it}")
        for it in ends
    ]


def ask_for_edit(editor: Emacs, path: Path) -> None:
    """Open a file and ask for the change by the how-to's key."""
    editor.open(path)
    editor.press("C-c g e")
    editor.answer(WANTED)


def shown_file(editor: Emacs, ending: str) -> Path:
    """Wait until a window shows a file of the server's, and return it."""
    form = f'(seq-find (lambda (it) (string-suffix-p "{ending}" it)) (drive-files))'
    return Path(editor.wait(f"a {ending} in a window", form))


def test_an_error_is_mended_after_a_look_at_the_diff(
    broken: Path, models: WriteModels, emacs: str
) -> None:
    models(RIGHT, RIGHT)
    with running_emacs(emacs, broken.parent) as editor:
        editor.open(broken)
        editor.go_to("operand")
        editor.act("Fix what checks find on line 5")
        question = editor.question()
        assert "gcc ok" in question.prompt
        assert question.choices == ["Apply", "Discard"]
        diff = shown_file(editor, ".diff")
        assert "+\treturn left + right;" in diff.read_text("utf-8")
        assert editor.text() == BROKEN
        editor.answer("Apply")
        assert editor.wait_for_text("left + right") == MENDED
        editor.undo()
        assert editor.text() == BROKEN


def test_a_review_marks_its_findings_until_they_are_mended(
    broken: Path, models: WriteModels, emacs: str
) -> None:
    findings = json.dumps({"findings": [FINDING]})
    models(RIGHT, critic=({"when": "Review", "text": findings}, APPROVAL))  # type: ignore[arg-type]
    with running_emacs(emacs, broken.parent) as editor:
        editor.open(broken)
        editor.go_to("int add")
        editor.act("Review `add`")
        marked = "(let ((found (drive-diagnostics))) (and (= 1 (length found)) found))"
        (shown,) = editor.wait("the finding", marked)
        assert shown["line"] == 5
        assert "`operand` is nothing." in shown["text"]
        editor.go_to("return left")
        (title, *_) = editor.menu()
        assert title.startswith("Fix `add`: `operand` is nothing.")
        editor.act(title)
        editor.answer("Apply")
        assert editor.wait_for_text("left + right") == MENDED
        editor.wait("nothing marked", "(and (= 0 (length (drive-diagnostics))) t)")


def test_discard_changes_nothing(broken: Path, models: WriteModels, emacs: str) -> None:
    models(RIGHT)
    with running_emacs(emacs, broken.parent) as editor:
        editor.open(broken)
        editor.go_to("operand")
        editor.act("Fix what checks find on line 5")
        editor.answer("Discard")
        editor.said("discarded; nothing was changed")
        assert editor.text() == BROKEN


def test_leaving_the_question_keeps_the_change_and_hangs_nothing(
    broken: Path, models: WriteModels, emacs: str
) -> None:
    models(RIGHT)
    with running_emacs(emacs, broken.parent) as editor:
        editor.open(broken)
        editor.go_to("operand")
        editor.act("Fix what checks find on line 5")
        editor.leave_question()
        said = editor.said("nothing was changed yet; proposal")
        assert editor.text() == BROKEN
        id_ = said.split("proposal ")[1].split(" ")[0]
        editor.look(f'(glossator-run "glossator.proposal.apply" :id "{id_}")')
        assert editor.wait_for_text("left + right") == MENDED


def test_a_plan_is_read_then_files_are_taken_one_by_one(
    project: Path, edit_models: WriteEdits, emacs: str
) -> None:
    edit_models([plan_of(*THREE)], edits_of(*THREE))
    with running_emacs(emacs, project) as editor:
        ask_for_edit(editor, project / "client.c")
        assert "Add timeout_ms to connect" in editor.question().prompt
        assert "A limit for connect." in shown_file(editor, ".md").read_text("utf-8")
        editor.answer("Go on")
        assert "Choose..." in editor.question().choices
        assert "timeout_ms" in shown_file(editor, ".diff").read_text("utf-8")
        editor.answer("Choose...")
        for path in sorted(THREE):
            question = editor.answer("Leave" if path == "notes.txt" else "Take")
            assert path in question.prompt
        assert editor.wait_for_text("100)") == AFTER["client.c"]
        # What is not open is written, where an editor makes no files.
        editor.said("2 files: gcc ok")
        assert (project / "net.h").read_text() == AFTER["net.h"]
        assert (project / "notes.txt").read_text() == BEFORE["notes.txt"]
        editor.undo()
        assert editor.text() == BEFORE["client.c"]


def test_one_hunk_is_taken_and_another_left(
    project: Path, edit_models: WriteEdits, emacs: str
) -> None:
    # With a value of its own, what is left still builds.
    new_notes = AFTER["notes.txt"]
    edit_models([plan_of("client.c", "notes.txt")], [*with_checks(), *edits_of("notes.txt")])
    with running_emacs(emacs, project) as editor:
        ask_for_edit(editor, project / "client.c")
        editor.answer("Go on")
        editor.answer("Choose...")
        editor.answer("By hunk")
        assert "+\tif (!host)" in shown_file(editor, ".diff").read_text("utf-8")
        editor.answer("Take")
        editor.answer("Leave")
        assert "notes.txt" in editor.answer("Take").prompt
        text = editor.wait_for_text("if (!host)")
        assert text.count("if (!host)") == 1
        editor.wait("the notes", f"(file-exists-p {lisp(project / 'notes.txt')})")
        editor.said("2 files: gcc ok")
    assert (project / "notes.txt").read_text() == new_notes


def test_files_are_made_renamed_and_deleted(
    project: Path, edit_models: WriteEdits, emacs: str
) -> None:
    moved = BEFORE["net.h"]
    edit_models(
        [plan_of("client.c", "limits.txt", "notes.txt")],
        [
            act("create_file", path="limits.txt", text="Limits are in ms.\n"),
            act("delete_file", path="notes.txt"),
            act("finish", summary="moved"),
        ],
    )
    with running_emacs(emacs, project) as editor:
        ask_for_edit(editor, project / "client.c")
        for title in ("Go on", "Apply all", "Take"):
            editor.answer(title)
        editor.said("Glossator: ")
        editor.wait("the new file", f'(file-exists-p "{project}/limits.txt")')
    assert not (project / "notes.txt").exists()
    assert (project / "limits.txt").read_text() == "Limits are in ms.\n"
    assert (project / "net.h").read_text() == moved


def test_what_is_typed_while_it_is_asked_is_kept(
    project: Path, edit_models: WriteEdits, emacs: str
) -> None:
    edit_models([plan_of("client.c", "net.h")], edits_of("net.h", "client.c"))
    path = project / "client.c"
    with running_emacs(emacs, project) as editor:
        ask_for_edit(editor, path)
        editor.answer("Go on")
        editor.question()
        # As a person does who goes to the code's window and comes back.
        code = f"(get-buffer-window (find-buffer-visiting {lisp(path)}))"
        # Eglot tells the server when nobody has typed for half a second.
        typed = '(goto-char 1) (insert "/* Typed. */\\n") (eglot--signal-textDocument/didChange)'
        editor.look(f"(with-selected-window {code} {typed})")
        editor.answer("Apply all")
        assert editor.wait_for_text("100)") == "/* Typed. */\n" + AFTER["client.c"]


def test_an_instruction_comment_is_carried_out(
    project: Path, edit_models: WriteEdits, emacs: str
) -> None:
    edit_models([plan_of("client.c", "net.h")], edits_of("net.h", "client.c"))
    path = project / "client.c"
    path.write_text(f"// glossator: {WANTED}\n{BEFORE['client.c']}")
    with running_emacs(emacs, project) as editor:
        editor.open(path)
        (title,) = [it for it in editor.menu() if it.startswith("Do: ")]
        editor.act(title)
        editor.answer("Go on")
        editor.answer("Apply all")
        assert editor.wait_for_text("100)") == AFTER["client.c"]


def test_a_question_opens_its_answer_as_a_file(tmp_path: Path, own_home: Path, emacs: str) -> None:
    script = own_home / "script.json"
    replies = [{"text": SAID, "chunk": 4, "repeat": True}]
    script.write_text(json.dumps({"schema": 1, "replies": replies}), "utf-8")
    folder = own_home / "config" / "glossator"
    folder.mkdir()
    (folder / "config.toml").write_text(
        f'schema = 1\n[[model]]\nid = "scripted"\napi = "scripted"\nscript = "{script}"\n'
        '[roles]\nask = ["scripted"]\n[index]\nenabled = false\n'
    )
    path = tmp_path / "project" / "net.c"
    path.parent.mkdir()
    path.write_text(NET, "utf-8")
    with running_emacs(emacs, path.parent) as editor:
        editor.open(path)
        editor.go_to("net_connect")
        editor.press("C-c g q")
        editor.answer("How does net_connect open a connection to a host?")
        editor.said("answered")
        first = shown_file(editor, ".md")
        assert "It calls `socket_open`." in first.read_text("utf-8")
        assert f"(<{path.as_uri()}#L6>)" in first.read_text("utf-8")
        code = f"(get-buffer-window (find-buffer-visiting {lisp(path)}))"
        editor.look(f"(ignore (delete-other-windows {code}))")
        editor.go_to("net_connect")
        editor.forget_messages()
        editor.act("Explain `net_connect`")
        editor.said("answered")
        assert shown_file(editor, ".md").read_text("utf-8").startswith("# Explain net_connect")


def test_status_says_which_model_answers(broken: Path, models: WriteModels, emacs: str) -> None:
    models(RIGHT)
    with running_emacs(emacs, broken.parent) as editor:
        editor.open(broken)
        editor.press("C-c g s")
        editor.said("Glossator: fixer, this machine")
