"""The plugin and its server in Neovim: set-up, packages, a server that is missing or dies."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.command_line import COMMAND
from tests.e2e.conftest import WriteScript
from tests.e2e.neovim_plugin import PLUGIN, Scene, play

pytestmark = [pytest.mark.neovim, pytest.mark.timeout(300)]

CODE = "def words(text):\n    return len(text.split())\n"


@pytest.fixture
def scene(tmp_path: Path, nvim: str, script: WriteScript) -> Scene:
    script(
        {
            "json": {
                "summary": "Say what this is for",
                "parameters": {"text": "what to read"},
                "returns": "how many there are",
            },
            "repeat": True,
        }
    )
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    path = root / "count.py"
    path.write_text(CODE, "utf-8")
    return Scene(nvim, path, root)


def lua(value: object) -> str:
    return json.dumps(value)


def words(command: tuple[str, ...]) -> str:
    return "{ " + ", ".join(map(lua, command)) + " }"


LOADED = """
    vim.tbl_filter(function(it) return vim.startswith(it, "glossator") end,
      vim.tbl_keys(package.loaded))
"""


def test_it_is_a_package_that_costs_nothing_before_it_is_needed(scene: Scene) -> None:
    site = scene.root.parent / "site"
    start = site / "pack" / "any" / "start"
    start.mkdir(parents=True)
    (start / "glossator").symlink_to(PLUGIN)
    set_up = (
        f"vim.opt.packpath:prepend({lua(str(site))})\n"
        f"vim.g.glossator_cmd = {words((*COMMAND, 'server'))}\n"
        'vim.lsp.enable("glossator")\n'
    )
    played = play(
        replace(scene, set_up=set_up, opens=False),
        f"""
    local at_start = {LOADED}
    local clients = #vim.lsp.get_clients()
    local completed = vim.fn.getcompletion("Glossator ed", "cmdline")
    vim.cmd.edit(root .. "/notes.txt")
    local still = #vim.lsp.get_clients()
    vim.cmd.edit(path)
    nvim.wait("the server", function() return nvim.client() and nvim.client().initialized end)
    return {{ at_start = at_start, clients = clients, still = still, completed = completed }}
    """,
    )
    assert played.result == {"at_start": [], "clients": 0, "still": 0, "completed": ["edit"]}
    assert played.said == []


def test_who_does_not_wait_for_the_server_is_served_all_the_same(scene: Scene) -> None:
    played = play(
        replace(scene, opens=False),
        """
    vim.notify = function(text) table.insert(nvim.notified, { text = text }) end
    nvim.edit(path)
    nvim.wait("the start", function()
      return #vim.lsp.get_clients({ _uninitialized = true }) > 0
    end)
    vim.cmd("Glossator document")
    nvim.wait_for_change()
    return nvim.text()
    """,
    )
    assert "Say what this is for" in played.result
    assert played.said == ["Glossator: the server is starting; what you asked for follows."]


@pytest.mark.parametrize(
    ("set_up", "environment", "expected"),
    [
        ("", {"PATH": "/nowhere"}, "there is no program `glossator`: install it (pip install"),
        (
            'vim.g.glossator_cmd = "/nowhere/glossator"',
            {},
            "vim.g.glossator_cmd names `/nowhere/glossator`, which cannot be run: correct it",
        ),
        ("", {"GLOSSATOR_SERVER": "/nowhere/glossator"}, "$GLOSSATOR_SERVER names `/nowhere"),
        ("vim.g.glossator_cmd = 5", {}, "vim.g.glossator_cmd must be the path of a program"),
    ],
    ids=["nowhere", "wrong setting", "wrong variable", "no path"],
)
def test_a_missing_program_is_said_once_in_one_sentence(
    scene: Scene, set_up: str, environment: dict[str, str], expected: str
) -> None:
    enabled = f"vim.opt.rtp:prepend({lua(str(PLUGIN))})\n{set_up}\nvim.lsp.enable('glossator')\n"
    played = play(
        replace(scene, set_up=enabled, environment=environment, opens=False),
        """
    vim.notify = function(text) table.insert(nvim.notified, { text = text }) end
    vim.cmd.edit(path)
    vim.cmd.edit(root .. "/other.py")
    local opened = #nvim.notified
    vim.cmd("Glossator document")
    return opened
    """,
    )
    assert played.result == 1
    assert len(played.said) == 2
    assert all(it.startswith(f"Glossator: {expected}") for it in played.said), played.said
    assert played.vim == ""


def test_what_cannot_be_done_here_is_said_with_what_can(scene: Scene) -> None:
    played = play(
        scene,
        """
    vim.cmd("Glossator stop")
    nvim.wait("the end", function() return #vim.lsp.get_clients() == 0 end)
    vim.cmd("Glossator document")
    vim.lsp.enable("glossator")
    nvim.wait("the server", function() return nvim.client() and nvim.client().initialized end)
    vim.cmd.edit(root .. "/notes.txt")
    vim.cmd("Glossator document")
    vim.cmd("Glossator frobnicate")
    vim.cmd("Glossator document this")
    vim.cmd("Glossator cancel soon")
    vim.cmd("Glossator index")
    vim.cmd("Glossator show")
    vim.cmd("Glossator apply 7")
    vim.cmd("Glossator accept")
    vim.cmd("Glossator answer")
    vim.cmd("Glossator evidence")
    """,
    )
    starts = [
        "it is not enabled: put `vim.lsp.enable('glossator')` into your init.lua.",
        'files of the type "text" are not read: open one of c, cpp, python, ',
        "there is no `frobnicate`: `:Glossator <Tab>` shows what there is.",
        '`document` takes nothing after it, not "this".',
        '"soon" is not the number of a job.',
        "`index` takes `pause` or `resume`.",
        "nothing waits for you.",
        'no proposal "7" waits',
        "no review is open here",
        "there is no answer yet",
        "there were no proposals yet",
    ]
    assert len(played.said) == len(starts), played.said
    for said, start in zip(played.said, starts, strict=True):
        assert said.startswith(f"Glossator: {start}")


def test_a_server_that_keeps_dying_is_left_alone_until_it_is_asked_for(scene: Scene) -> None:
    played = play(
        scene,
        """
    local last = 0
    local function alive()
      nvim.wait("a server", function()
        local client = nvim.client()
        return client and client.id > last and client.initialized
      end)
      last = nvim.client().id
    end
    alive()
    for _ = 1, 3 do
      vim.uv.kill(nvim.pid(), "sigkill")
      alive()
    end
    vim.uv.kill(nvim.pid(), "sigkill")
    nvim.wait_for_words("stopped 4 times in a row")
    local left = #vim.lsp.get_clients()
    vim.cmd("Glossator restart")
    alive()
    vim.cmd("Glossator log")
    return { left = left, log = nvim.text(), status = require("glossator").status() }
    """,
    )
    seen = played.result
    assert seen["left"] == 0
    assert "the server has ended" in seen["log"]
    assert "`:Glossator restart` starts it again." in played.said[-2] + played.said[-1]


def test_a_program_that_is_no_server_is_not_started_for_ever(scene: Scene) -> None:
    enabled = (
        f"vim.opt.rtp:prepend({lua(str(PLUGIN))})\n"
        f"vim.g.glossator_cmd = {words((sys.executable, '-c', 'print(1); raise SystemExit(3)'))}\n"
        "vim.lsp.enable('glossator')\n"
    )
    played = play(
        replace(scene, set_up=enabled, opens=False),
        """
    vim.notify = function(text) table.insert(nvim.notified, { text = text }) end
    vim.cmd.edit(path)
    nvim.wait_for_words("stopped 4 times in a row")
    return #vim.lsp.get_clients()
    """,
    )
    assert played.result == 0
