"""A real headless Neovim asks about its code: what a person sees, with a panel and without."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.asking import NET, SAID
from tests.e2e.neovim import Told, run_in_project

pytestmark = [pytest.mark.neovim, pytest.mark.timeout(300)]


@pytest.fixture
def code(tmp_path: Path, own_home: Path) -> Path:
    """Lay out a project, and a scripted model that answers about it."""
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
    return path


def played(nvim: str, path: Path, scenario: str) -> Told:
    return run_in_project(nvim, path, path.parent, scenario)


def test_a_key_on_a_function_opens_its_explanation_beside_it(code: Path, nvim: str) -> None:
    told = played(
        nvim,
        code,
        """
    nvim.go_to("net_connect")
    local menu = nvim.menu()
    nvim.act("Explain `net_connect`")
    nvim.wait_for_progress("end", "answered")
    nvim.wait("the file", function() return nvim.shown[1] end)
    return { menu = menu, text = nvim.seen(nvim.shown[1]), code = nvim.seen(path),
      current = vim.api.nvim_buf_get_name(0) }
    """,
    )
    assert {"title": "Explain `net_connect`", "kind": "source"} in told.result["menu"]
    text = told.result["text"]["text"]
    assert text.startswith("# Explain net_connect\n\nIt calls `socket_open`. [net")
    assert f"(<{code.as_uri()}#L6>)" in text
    assert "ice cream" not in text
    assert "1 statement of the model left out" in text
    assert told.result["code"] == {"text": NET.rstrip("\n"), "modified": False}
    assert told.result["current"] == str(code)
    assert told.messages == []


def test_an_answer_streams_to_a_plugin_that_has_a_panel(code: Path, nvim: str) -> None:
    told = played(
        nvim,
        code,
        """
    local client = nvim.client()
    client:stop()
    nvim.wait("the end", function() return client:is_stopped() end)
    local pieces = {}
    vim.lsp.config("glossator", {
      init_options = { panels = true },
      handlers = { ["glossator/answer"] = function(_, params) table.insert(pieces, params) end },
    })
    vim.cmd.edit()
    nvim.wait("the server", function()
      return nvim.client() and nvim.client().id ~= client.id and nvim.client().initialized
    end)
    nvim.command("glossator.ask", { text = "How does net_connect open a connection to a host?",
      uri = vim.uri_from_fname(path), symbol = "net_connect" })
    nvim.wait("the answer", function() return #pieces > 0 and pieces[#pieces].done end)
    return pieces
    """,
    )
    pieces = told.result
    assert [it["seq"] for it in pieces] == list(range(len(pieces)))
    text = "".join(it["delta"] for it in pieces)
    assert text.startswith("It calls `socket_open`. [net")
    assert "- It logs." in text
    assert told.shown == []
