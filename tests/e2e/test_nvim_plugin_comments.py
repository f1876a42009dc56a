"""A person with our plugin in Neovim has code documented: code of others, undo, drift, trouble."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from tests.conftest import missing_part
from tests.e2e.conftest import WriteScript
from tests.e2e.neovim_plugin import Scene, play

pytestmark = [pytest.mark.neovim, pytest.mark.timeout(300)]

PARAMETERS = {
    "heap": "the items, the least of them first",
    "pos": "where the item stands that may be too great",
    "__x": "a number that stays as it is",
    "text": "what to count in",
}
WORDS = {"summary": "Say what this is for", "parameters": PARAMETERS, "returns": "what was found"}
REPLY: dict[str, object] = {"json": WORDS, "repeat": True}
ENDLESS: dict[str, object] = {"json": WORDS, "chunk": 1, "delay_s": 60}

COUNT = '''def count(text):
    """Count.

    Args:
        words: what to count in
    """
    return len(text.split())


def words(text):
    return len(text.split())


def letters(text):
    return len(text)
'''


def scene_of(folder: Path, nvim: str, name: str, text: str) -> Scene:
    root = folder / "project"
    (root / ".git").mkdir(parents=True)
    path = root / name
    path.write_text(text, "utf-8")
    return Scene(nvim, path, root)


@pytest.fixture
def count(tmp_path: Path, nvim: str) -> Scene:
    return scene_of(tmp_path, nvim, "count.py", COUNT)


DOCUMENTED = """
    local before = nvim.text()
    nvim.go_to("{place}")
    vim.cmd("Glossator document")
    nvim.wait_for_change()
    nvim.wait_for_progress("end")
    local documented = nvim.text()
    vim.cmd.normal({{ "u", bang = true }})
    vim.cmd("Glossator evidence")
    return {{ before = before, documented = documented, undone = nvim.seen(path).text,
      evidence = nvim.text() }}
"""


def test_python_that_others_wrote_is_documented_and_undone_in_one_step(
    tmp_path: Path, nvim: str, script: WriteScript
) -> None:
    script(REPLY)
    library = Path(sysconfig.get_path("stdlib")) / "heapq.py"
    scene = scene_of(tmp_path, nvim, "heapq.py", library.read_text("utf-8"))
    played = play(scene, DOCUMENTED.format(place="def _siftup("))
    seen = played.result
    assert "Say what this is for" in seen["documented"]
    assert seen["undone"] == seen["before"] == library.read_text("utf-8").rstrip("\n")
    assert seen["evidence"].startswith("# ")
    assert "applied\nscripted, on this machine" in seen["evidence"]
    assert "- modified heapq.py" in seen["evidence"]
    assert "- ok parse (tree-sitter-python " in seen["evidence"]
    assert played.said == []


def test_c_that_others_wrote_is_documented_and_undone_in_one_step(
    tmp_path: Path, nvim: str, script: WriteScript
) -> None:
    script(REPLY)
    headers = sorted(Path("/usr/include").glob("*/bits/uintn-identity.h"))
    if not headers:
        missing_part("gcc", "no headers of the C library: install gcc and libc6-dev")
    scene = scene_of(tmp_path, nvim, "identity.h", headers[0].read_text("utf-8"))
    played = play(scene, DOCUMENTED.format(place="__uint16_identity ("))
    seen = played.result
    assert "Say what this is for" in seen["documented"]
    assert seen["undone"] == seen["before"] == headers[0].read_text("utf-8").rstrip("\n")
    assert played.said == []


def test_a_drifted_comment_is_brought_up_to_date_and_the_rest_of_the_file_documented(
    count: Scene, script: WriteScript
) -> None:
    script(REPLY)
    played = play(
        count,
        """
    vim.cmd("Glossator! update")
    nvim.wait_for_change()
    nvim.wait_for_progress("end")
    local updated = nvim.text()
    nvim.progress = {}
    vim.cmd("Glossator documentAll")
    nvim.wait_for_progress("end")
    return { updated = updated, all = nvim.text() }
    """,
    )
    updated, everything = played.result["updated"], played.result["all"]
    assert "words: what" not in updated
    assert "def words(text):\n    return" in updated
    assert "def words(text):\n    return" not in everything
    assert played.said == []


def test_a_text_that_is_typed_in_meanwhile_is_kept(count: Scene, script: WriteScript) -> None:
    script({"json": WORDS, "chunk": 8, "delay_s": 0.05, "repeat": True})
    played = play(
        count,
        """
    nvim.go_to("def words")
    vim.cmd("Glossator document")
    nvim.wait_for_progress("begin")
    nvim.go_to("def words")
    vim.cmd.normal({ "wcwnumbers", bang = true })
    nvim.wait_for_progress("end", "nothing was changed")
    return nvim.text()
    """,
    )
    assert played.result == COUNT.replace("def words", "def numbers").rstrip("\n")
    (sentence,) = played.said
    assert sentence.startswith("Glossator: No comment was written for words: ")


def test_a_job_is_cancelled_by_its_number_or_with_all_others(
    count: Scene, script: WriteScript
) -> None:
    script(ENDLESS, ENDLESS, ENDLESS)
    played = play(
        count,
        """
    local function start(place)
      nvim.go_to(place)
      nvim.progress = {}
      vim.cmd("Glossator document")
      nvim.wait_for_progress("begin")
    end
    start("def words")
    local line
    nvim.wait("the statusline", function()
      line = require("glossator").status()
      return line:find("Document words", 1, true)
    end)
    local jobs
    nvim.wait("completion", function()
      vim.cmd("Glossator status")
      jobs = vim.fn.getcompletion("Glossator cancel ", "cmdline")
      return #jobs > 0
    end)
    vim.cmd("Glossator cancel " .. jobs[1])
    nvim.wait_for_progress("end", "cancelled")
    start("def words")
    start("def letters")
    vim.cmd("Glossator cancel")
    local question = nvim.question()
    question.answer(nil)
    nvim.progress = {}
    vim.cmd("Glossator! cancel")
    nvim.wait("both ends", function()
      return #vim.tbl_filter(function(it) return it.message == "cancelled" end, nvim.progress) == 2
    end)
    vim.cmd("Glossator cancel")
    nvim.wait_for_words("nothing to cancel")
    return { line = line, jobs = jobs, prompt = question.prompt, text = nvim.text() }
    """,
    )
    seen = played.result
    assert seen["line"].startswith("scripted (local) | Document words")
    assert len(seen["jobs"]) == 1
    assert seen["prompt"] == "Cancel:"
    assert seen["text"] == COUNT.rstrip("\n")
    assert played.said == ["Glossator: there is nothing to cancel."]


def test_without_a_model_one_sentence_says_what_to_do(count: Scene, own_home: Path) -> None:
    folder = own_home / "config" / "glossator"
    folder.mkdir()
    (folder / "config.toml").write_text(
        "schema = 1\n[roles]\ndocument = []\n[index]\nenabled = false\n", "utf-8"
    )
    played = play(
        count,
        """
    nvim.go_to("def words")
    vim.cmd("Glossator document")
    nvim.wait_for_progress("end", "failed")
    nvim.wait("the status", function() return require("glossator").status_view() end)
    return { line = require("glossator").status(), text = nvim.text() }
    """,
    )
    (sentence,) = played.said
    assert sentence.startswith("Glossator: ")
    assert "\n" not in sentence
    assert played.result["line"].startswith("no model")
    assert played.result["text"] == COUNT.rstrip("\n")


def test_what_is_said_in_words_is_done(count: Scene, script: WriteScript) -> None:
    script(REPLY)
    played = play(
        count,
        """
    nvim.go_to("def words")
    nvim.type_when_asked("document this function")
    vim.cmd("Glossator do")
    nvim.wait_for_change()
    nvim.wait_for_progress("end")
    return nvim.text()
    """,
    )
    assert "Say what this is for" in played.result
    assert played.said == []


def test_odd_characters_and_line_ends_stay_where_they_are(
    tmp_path: Path, nvim: str, script: WriteScript
) -> None:
    script(REPLY)
    odd = 'SMILE = "😀é\tü"\r\n\r\n\r\ndef words(text):\r\n\treturn "😀" in text  # 😀\r\n'
    scene = scene_of(tmp_path, nvim, "odd.py", "")
    scene.path.write_bytes(odd.encode())
    played = play(
        scene,
        """
    nvim.go_to("in text")
    vim.cmd("5,5Glossator document")
    nvim.wait_for_change()
    nvim.wait_for_progress("end")
    vim.cmd("silent write")
    """,
    )
    written = scene.path.read_bytes().decode()
    head, tail = odd.split("\treturn")
    assert written.startswith(head)
    assert written.endswith("\treturn" + tail)
    assert "Say what this is for" in written
    assert written.count("\r\n") == written.count("\n")
    assert played.said == []


def test_each_project_has_a_server_of_its_own(
    count: Scene, tmp_path: Path, script: WriteScript
) -> None:
    script(REPLY)
    other = tmp_path / "other" / "more.py"
    (other.parent / ".git").mkdir(parents=True)
    other.write_text(COUNT, "utf-8")
    played = play(
        count,
        f"""
    local first = nvim.client()
    nvim.edit("{other}")
    nvim.wait("the other server", function() return nvim.client() and nvim.client().initialized end)
    local second = nvim.client()
    nvim.go_to("def words")
    vim.cmd("Glossator document")
    nvim.wait_for_change()
    nvim.wait_for_progress("end")
    first:stop()
    nvim.wait("its end", function() return first:is_stopped() end)
    nvim.wait("the statusline", function() return require("glossator").status():find("local") end)
    return {{ roots = {{ first.root_dir, second.root_dir }}, text = nvim.text(),
      untouched = nvim.seen(path).text }}
    """,
    )
    seen = played.result
    assert seen["roots"] == [str(count.root), str(other.parent)]
    assert "Say what this is for" in seen["text"]
    assert seen["untouched"] == COUNT.rstrip("\n")
    assert played.said == []
