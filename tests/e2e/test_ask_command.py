"""`glossator ask` and `explain` from outside, with a real index and a scripted model."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.asking import NET, QUESTION
from tests.e2e.command_line import COMMAND, PATIENCE_S, check_one_sentence, glossator, started
from tests.e2e.conftest import WriteScript

SAID = "It calls `socket_open` [1:6]. It sells ice cream. On failure it logs [1:8-9]."
ANSWER = "It calls `socket_open`. `src/net.c:6` On failure it logs. `src/net.c:8-9`"
NOT_FOUND = "I could not find an answer in this codebase"


@pytest.fixture
def script(own_home: Path) -> WriteScript:
    """Return what writes a configuration with an index, in which a scripted model answers."""

    def write(*replies: dict[str, object]) -> None:
        path = own_home / "script.json"
        path.write_text(json.dumps({"schema": 1, "replies": replies}), encoding="utf-8")
        folder = own_home / "config" / "glossator"
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(
            f'schema = 1\n[[model]]\nid = "scripted"\napi = "scripted"\nscript = "{path}"\n'
            '[roles]\nask = ["scripted"]\nsummarise = ["scripted"]\n'
        )

    return write


@pytest.fixture
def project(tmp_path: Path, own_home: Path) -> Iterator[Path]:
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "src" / "net.c").write_text(NET, "utf-8")
    yield folder
    for process in psutil.process_iter():
        try:
            cache = process.environ().get("XDG_CACHE_HOME")
            if "index-owner" in process.cmdline() and cache == str(own_home / "cache"):
                process.kill()
        except psutil.Error:
            continue


def test_an_answer_is_plain_markdown_with_its_places(project: Path, script: WriteScript) -> None:
    script({"text": SAID})
    ended = glossator("ask", QUESTION, cwd=project)
    assert ended.status == 0, ended
    assert ended.output == f"{ANSWER}\n"
    assert "looks for what answers it" in ended.errors
    assert "note: 1 statement of the model left out" in ended.errors
    assert "by scripted (" in ended.errors


def test_json_holds_the_answer_and_each_place(project: Path, script: WriteScript) -> None:
    script({"text": SAID})
    ended = glossator("ask", "--json", "--quiet", QUESTION, cwd=project / "src")
    assert ended.status == 0, ended
    found = json.loads(ended.output)
    assert (found["schema"], found["found"], found["answer"]) == (1, True, ANSWER)
    assert found["citations"] == [
        {"path": "src/net.c", "start_line": 6, "end_line": 6},
        {"path": "src/net.c", "start_line": 8, "end_line": 9},
    ]
    assert (found["dropped"], found["model"], found["quoted"]) == (1, "scripted", False)
    assert found["shown"][0]["symbol"] == "net_connect"
    assert ended.errors == ""


def test_what_is_not_there_is_said_with_the_places_and_a_status_of_its_own(
    project: Path, script: WriteScript
) -> None:
    script()
    ended = glossator("ask", "Which Kafka topic holds the invoices of the host?", cwd=project)
    assert ended.status == 1, ended
    assert ended.output.startswith(f"{NOT_FOUND}.\n")
    assert "`src/net.c:3-11` `net_connect`" in ended.output
    ended = glossator("ask", "--json", "How are JPEG images decoded?", cwd=project)
    assert (ended.status, json.loads(ended.output)["found"]) == (1, False)


def test_an_empty_repository_has_no_answer(project: Path, script: WriteScript) -> None:
    script()
    (project / "src" / "net.c").unlink()
    ended = glossator("ask", "--quiet", QUESTION, cwd=project)
    assert (ended.status, ended.output) == (1, f"{NOT_FOUND}.\n")


@pytest.mark.parametrize("place", ["src/net.c:6", "src/net.c::net_connect"])
def test_a_question_can_be_about_a_place(place: str, project: Path, script: WriteScript) -> None:
    script({"text": "It calls `socket_open` [1:6].", "when": "The question was asked at net.c"})
    ended = glossator("ask", "what does this do with a host?", "--at", place, cwd=project)
    assert ended.status == 0, ended
    assert ended.output == "It calls `socket_open`. `src/net.c:6`\n"


def test_a_conversation_goes_on(project: Path, script: WriteScript, own_home: Path) -> None:
    script({"text": SAID}, {"text": "It returns the handle [1:10].", "when": "Earlier in this"})
    assert glossator("ask", QUESTION, cwd=project).status == 0
    ended = glossator("ask", "--continue", "And what does it return?", cwd=project)
    # Each command begins the script anew: what was said before decides which reply fits.
    assert ended.status == 0, ended
    kept = next((own_home / "state" / "glossator" / "conversations").iterdir())
    turns = json.loads(kept.read_text("utf-8"))["turns"]
    assert [it["question"] for it in turns] == [QUESTION, "And what does it return?"]


def test_a_folder_that_is_named_is_all_that_is_looked_at(
    project: Path, script: WriteScript
) -> None:
    script({"text": SAID, "repeat": True})
    (project / "other").mkdir()
    (project / "other" / "unrelated.c").write_text("int unrelated;\n", "utf-8")
    ended = glossator("ask", "--json", QUESTION, "--workspace", "src", cwd=project)
    assert ended.status == 0, ended
    places = {it["path"] for it in json.loads(ended.output)["citations"]}
    assert places == {"net.c"}
    ended = glossator("ask", "--json", QUESTION, "--workspace", "other", cwd=project)
    found = json.loads(ended.output)
    assert (ended.status, found["found"]) == (1, False)
    assert {it["path"] for it in found["citations"]} <= {"unrelated.c"}
    words = ("explain", "src/net.c::net_connect", "--workspace", "other")
    check_one_sentence(glossator(*words, cwd=project), 2, "is not in the workspace")


def test_to_go_on_with_nothing_is_said(project: Path, script: WriteScript) -> None:
    script({"text": SAID})
    ended = glossator("ask", "--continue", QUESTION, cwd=project)
    assert (ended.status, ended.output) == (0, f"{ANSWER}\n")
    assert "no conversation about this repository to go on with" in ended.errors
    again = glossator("ask", "--continue", QUESTION, cwd=project)
    assert "no conversation" not in again.errors


def test_questions_come_a_line_each(project: Path, script: WriteScript) -> None:
    returns = {"text": "It returns the handle [1:10].", "when": "Question: What does"}
    script(returns, {"text": SAID})
    done = subprocess.run(
        [*COMMAND, "ask", "--json", "--quiet", "-"],
        cwd=project,
        input=f"{QUESTION}\n\n???\nWhat does net_connect return?\n".encode(),
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 1, done
    answers = [json.loads(it)["answer"] for it in done.stdout.decode().splitlines()]
    assert answers == [ANSWER, "It returns the handle. `src/net.c:10`"]
    assert b"The question is empty" in done.stderr


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("ask", "--quiet", " "), 2, "question is empty"),
        (("ask", "--quiet", "x" * 10_001), 2, "10000 characters"),
        (("ask", "--quiet", QUESTION, "--workspace", "none"), 2, "does not exist"),
        (("ask", "--quiet", QUESTION, "--at", "src"), 2, "is a folder"),
        (("ask", "--quiet", QUESTION, "--at", "src/none.c:1"), 2, "none.c"),
        (("ask", "--quiet", QUESTION, "--at", "src/net.c:99"), 2, "no line 99"),
        (("ask", "--quiet", QUESTION, "--at", "src/net.c::none"), 2, "no symbol none"),
        (("explain", "--quiet", "src"), 2, "is a folder"),
        (("explain", "--quiet", "none.c"), 2, "no file none.c"),
        (("explain", "--quiet", "src/net.c::none"), 2, "no symbol none"),
    ],
)
def test_bad_input_is_one_sentence(
    words: tuple[str, ...], status: int, said: str, project: Path, script: WriteScript
) -> None:
    script()
    check_one_sentence(glossator(*words, cwd=project), status, said)


def test_without_a_model_or_an_index_the_status_says_so(project: Path, own_home: Path) -> None:
    ended = glossator("ask", "--quiet", QUESTION, cwd=project)
    check_one_sentence(ended, 4, "glossator models fetch")
    folder = own_home / "config" / "glossator"
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text("schema = 1\n[index]\nenabled = false\n")
    ended = glossator("ask", "--quiet", QUESTION, cwd=project)
    check_one_sentence(ended, 4, "no index of this repository")


def test_a_file_that_is_never_read_is_refused(project: Path, script: WriteScript) -> None:
    script()
    (project / ".env").write_text("KEY=hush\n")
    ended = glossator("explain", "--quiet", ".env", cwd=project)
    assert ended.status in {2, 3}
    assert "hush" not in ended.output + ended.errors


def test_code_is_explained(project: Path, script: WriteScript) -> None:
    script({"text": "- It calls `socket_open` [1:6].\n- It lies.", "when": "Explain net_connect"})
    ended = glossator("explain", "src/net.c:8", cwd=project)
    assert ended.status == 0, ended
    assert ended.output == "- It calls `socket_open`. `src/net.c:6`\n"


def test_a_cancel_while_it_streams_ends_it_at_once(project: Path, script: WriteScript) -> None:
    if sys.platform == "win32":
        pytest.skip("signals")
    script({"text": "It opens it [1].\n\n" * 50, "delay_s": 0.5})
    with started(["ask", QUESTION], project) as process:
        assert process.stdout is not None
        assert process.stdout.read(8) == b"It opens"
        process.send_signal(2)
        _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert b"Cancelled" in errors
    assert b"Traceback" not in errors
