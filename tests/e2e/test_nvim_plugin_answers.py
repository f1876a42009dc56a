"""A person with our plugin in Neovim asks: streamed answers, places to go to, asking on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.asking import NET, QUESTION, SAID
from tests.e2e.neovim_plugin import Scene, play

pytestmark = [pytest.mark.neovim, pytest.mark.timeout(300)]

# An answer that is still being written when somebody stops it.
LONG = "It logs [1:8-9].\n\n" * 2000
SLOWLY: dict[str, object] = {"chunk": 20, "delay_s": 0.05}


@pytest.fixture
def scene(tmp_path: Path, own_home: Path, nvim: str) -> Scene:
    return scene_with(tmp_path, own_home, nvim, {"text": SAID, "chunk": 4, "repeat": True})


def scene_with(tmp_path: Path, own_home: Path, nvim: str, *replies: dict[str, object]) -> Scene:
    """Lay out a project, and a scripted model that answers about it."""
    script = own_home / "script.json"
    script.write_text(json.dumps({"schema": 1, "replies": replies}), "utf-8")
    folder = own_home / "config" / "glossator"
    folder.mkdir()
    (folder / "config.toml").write_text(
        f'schema = 1\n[[model]]\nid = "scripted"\napi = "scripted"\nscript = "{script}"\n'
        '[roles]\nask = ["scripted"]\n[index]\nenabled = false\n'
    )
    path = tmp_path / "project" / "net.c"
    path.parent.mkdir()
    (path.parent / ".git").mkdir()
    path.write_text(NET, "utf-8")
    return Scene(nvim, path, path.parent)


def test_an_answer_streams_beside_the_code_and_its_places_can_be_gone_to(scene: Scene) -> None:
    played = play(
        scene,
        f"""
    nvim.go_to("net_connect")
    vim.cmd("Glossator explain")
    nvim.wait_for_progress("end", "answered")
    local current = vim.api.nvim_buf_get_name(0)
    local answer = nvim.enter("glossator://answer")
    local screen = nvim.screen()
    local modifiable = vim.bo.modifiable
    nvim.press("]]")
    local on_place = vim.fn.expand("<cWORD>")
    nvim.press("<CR>")
    local jumped = {{ vim.api.nvim_buf_get_name(0), vim.api.nvim_win_get_cursor(0)[1] }}
    nvim.enter("glossator://answer")
    nvim.type_when_asked("{QUESTION}")
    nvim.progress = {{}}
    nvim.press("a")
    nvim.wait_for_progress("end", "answered")
    local both = nvim.text()
    nvim.press("q")
    local closed = nvim.window("glossator://answer") == nil
    vim.cmd("Glossator answer")
    return {{ answer = answer, screen = screen, on_place = on_place, jumped = jumped, both = both,
      closed = closed, again = nvim.text(), modifiable = modifiable, current = current }}
    """,
    )
    seen = played.result
    # The server's own title, where it came before the answer's end.
    titles = ("# Explain net_connect\n", "# Explain net.c, line 4\n")
    assert seen["answer"].startswith(titles)
    assert seen["answer"].split("\n")[2] == "It calls `socket_open`. net.c:6"
    assert "ice cream" not in seen["answer"]
    assert "- Note: 1 statement of the model left out" in seen["answer"]
    assert seen["current"] == str(scene.path)
    assert seen["on_place"] == "net.c:6"
    assert seen["jumped"] == [str(scene.path), 6]
    assert seen["modifiable"] is False
    assert seen["both"].startswith(seen["answer"].rstrip("\n"))
    assert f"# {QUESTION}" in seen["both"]
    assert seen["closed"]
    assert seen["again"] == seen["both"]
    assert played.said == []


def test_an_answer_can_float_is_stopped_and_what_it_says_sets_nothing(
    tmp_path: Path, own_home: Path, nvim: str
) -> None:
    mean = "It calls `socket_open` vim: set tabstop=3 : [1:6].\n\n" + LONG
    scene = scene_with(tmp_path, own_home, nvim, {"text": mean, **SLOWLY})
    played = play(
        scene,
        """
    vim.o.modeline = true
    require("glossator").setup({ answers = "float", keys = { answer = { stop = "s" } } })
    nvim.go_to("net_connect")
    vim.cmd("Glossator explain")
    nvim.wait("the answer", function()
      return vim.api.nvim_win_get_config(0).relative ~= "" and nvim.text():find("...", 1, true)
    end)
    vim.cmd("doautocmd BufRead")
    local text = nvim.text()
    local settings = { vim.bo.tabstop, vim.bo.modeline, vim.wo.conceallevel }
    nvim.press("s")
    nvim.wait_for_progress("end", "cancelled")
    nvim.wait("its end", function() return nvim.text():find("(stopped)", 1, true) end)
    nvim.press("q")
    return { settings = settings, windows = #vim.api.nvim_list_wins(), text = text }
    """,
    )
    assert "vim: set tabstop=3 :" in played.result["text"]
    assert played.result["settings"] == [8, False, 0]
    assert played.result["windows"] == 1


def test_what_a_selection_does_is_explained_and_a_server_that_dies_ends_the_answer(
    tmp_path: Path, own_home: Path, nvim: str
) -> None:
    scene = scene_with(tmp_path, own_home, nvim, {"text": LONG, **SLOWLY})
    played = play(
        scene,
        """
    vim.cmd("5,11Glossator explain")
    local heading = nvim.enter("glossator://answer")
    vim.uv.kill(nvim.pid(), "sigkill")
    nvim.wait("its end", function() return nvim.text():find("(stopped)", 1, true) end)
    return heading
    """,
    )
    assert played.result.startswith("# Explain net.c, lines 5 to 11\n")


def test_a_question_is_asked_in_words_and_a_place_that_is_gone_is_said(scene: Scene) -> None:
    played = play(
        scene,
        f"""
    vim.cmd("Glossator ask {QUESTION}")
    nvim.wait_for_progress("end", "answered")
    local answer = nvim.enter("glossator://answer")
    vim.fs.rm(path)
    nvim.press("]]<CR>")
    nvim.press("gg")
    nvim.press("<CR>")
    return answer
    """,
    )
    assert played.result.startswith(f"# {QUESTION}\n\nIt calls `socket_open`. net.c:6")
    assert played.said == [
        f"Glossator: {scene.path} is not there any more.",
        "Glossator: no place is named on this line.",
    ]


def test_a_key_shows_what_each_key_does(scene: Scene) -> None:
    played = play(
        scene,
        """
    vim.g.glossator = { keys = { answer = { stop = false } } }
    nvim.go_to("net_connect")
    vim.cmd("Glossator explain")
    nvim.wait_for_progress("end", "answered")
    nvim.enter("glossator://answer")
    nvim.press("g?")
    local float = vim.iter(vim.api.nvim_tabpage_list_wins(0)):find(function(it)
      return vim.api.nvim_win_get_config(it).relative ~= ""
    end)
    return nvim.text_of(float)
    """,
    )
    keys = [it.split(maxsplit=1) for it in played.result.split("\n")]
    assert [it[0] for it in keys] == ["<CR>", "]]", "[[", "a", "q", "g?"]
    assert keys[-1][1].strip() == "these keys"
