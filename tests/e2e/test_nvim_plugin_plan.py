"""A person with our plugin in Neovim reads plans: goes on, discards, mends one, closes it."""

from __future__ import annotations

from pathlib import Path

import pytest

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
from tests.e2e.neovim_plugin import Scene, play

__all__ = ["edit_models"]

pytestmark = [pytest.mark.neovim, pytest.mark.sandbox, pytest.mark.timeout(300)]

FILES = ("client.c", "net.h")


@pytest.fixture
def net(tmp_path: Path, nvim: str) -> Scene:
    root = lay_out_net(tmp_path / "net", {it: BEFORE[it] for it in ("client.c", "net.h")})
    return Scene(nvim, root / "client.c", root)


def test_a_plan_waits_without_blocking_is_asked_about_when_closed_and_can_be_discarded(
    net: Scene, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*FILES)] * 3)
    played = play(
        net,
        f"""
    vim.cmd("Glossator edit {WANTED}")
    nvim.enter("/plan/1/1")
    -- The request is open; all else goes on.
    vim.cmd.wincmd("p")
    nvim.go_to("client_start")
    local hover = nvim.hover()
    nvim.enter("/plan/1/1")
    vim.cmd("%substitute/as wanted/in another way/")
    vim.cmd.quit()
    local question = nvim.question()
    question.answer("Back to the plan")
    local kept = nvim.enter("/plan/1/1")
    vim.cmd.quit()
    nvim.question().answer(nil)
    vim.cmd("Glossator plan")
    nvim.enter("/plan/1/1")
    nvim.press("ZQ")
    nvim.wait_for_progress("end", "discarded")
    -- A second one, and a third beside it.
    nvim.edit(path)
    nvim.progress = {{}}
    vim.cmd("Glossator edit {WANTED}")
    nvim.enter("/plan/1/2")
    vim.cmd.wincmd("p")
    vim.cmd("Glossator edit {WANTED} now")
    nvim.enter("/plan/1/3")
    vim.cmd.quit()
    nvim.question().answer("Discard")
    nvim.wait_for_progress("end", "discarded")
    local other = nvim.enter("/plan/1/2")
    vim.cmd("Glossator! cancel")
    nvim.wait_for_words("not waited for any more")
    nvim.wait("the plan to close", function() return not nvim.window("/plan/1/2") end)
    vim.cmd("Glossator plan")
    return {{ hover = hover, prompt = question.prompt, titles = question.titles, kept = kept,
      other = other, left = #vim.api.nvim_list_wins(), text = nvim.seen(path).text }}
    """,
    )
    seen = played.result
    assert "client_start" in seen["hover"]
    assert seen["titles"] == ["Go on", "Discard", "Back to the plan"]
    assert "in another way" in seen["kept"]
    assert "as wanted" in seen["other"]
    assert seen["left"] == 1
    assert seen["text"] == BEFORE["client.c"].rstrip("\n")
    assert played.said[0].endswith("`:Glossator plan` opens it again.")
    assert played.said[-1] == "Glossator: no plan waits: `:Glossator edit` asks for a change."


def test_a_plan_that_cannot_be_read_comes_back_with_the_reason(
    net: Scene, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*FILES)], edits_of("net.h", "client.c"))
    played = play(
        net,
        f"""
    vim.cmd("Glossator edit {WANTED}")
    local plan = nvim.enter("/plan/1/1")
    vim.cmd("%delete")
    vim.api.nvim_put({{ "No list at all." }}, "c", true, true)
    vim.cmd.wq()
    nvim.wait("the reason", function() return #vim.diagnostic.get() > 0 end)
    local mine = nvim.enter("/plan/1/1")
    local screen = nvim.screen()
    local problem = vim.diagnostic.get(0)[1].message
    vim.api.nvim_buf_set_lines(0, 0, -1, false, nvim.lines(plan))
    nvim.press("ZZ")
    nvim.enter("/after")
    nvim.press("ZZ")
    nvim.wait("the end of the review", function() return #vim.api.nvim_list_tabpages() == 1 end)
    return {{ mine = mine, screen = screen, problem = problem, text = nvim.seen(path).text,
      windows = #vim.api.nvim_list_wins() }}
    """,
    )
    seen = played.result
    assert seen["mine"] == "No list at all."
    assert seen["problem"][:30] in "\n".join(seen["screen"])
    assert seen["text"] == AFTER["client.c"].rstrip("\n")
    assert seen["windows"] == 1
    assert played.said == []


def test_a_plan_of_a_server_that_dies_closes_and_nothing_hangs(
    net: Scene, edit_models: WriteEdits
) -> None:
    edit_models([plan_of(*FILES)])
    played = play(
        net,
        f"""
    vim.cmd("Glossator edit {WANTED}")
    nvim.enter("/plan/1/1")
    vim.cmd.wincmd("p")
    vim.uv.kill(nvim.pid(), "sigkill")
    nvim.wait_for_words("is started again")
    nvim.wait("another server", function()
      return nvim.client() and nvim.client().id > 1 and nvim.client().initialized
    end)
    nvim.go_to("client_start")
    return {{ plan = nvim.window("/plan/1/1"), hover = nvim.hover(),
      buffers = vim.fn.bufnr("glossator://plan/1/1") }}
    """,
    )
    seen = played.result
    assert seen.get("plan") is None
    assert seen["buffers"] == -1
    assert "client_start" in seen["hover"]
    assert any("not waited for any more" in it for it in played.said)


def test_a_model_cannot_set_options_by_a_plan(net: Scene, edit_models: WriteEdits) -> None:
    mean = act(
        "propose_plan",
        title="vim: set tabstop=3 :",
        summary="vim: set shiftwidth=3 :",
        steps=[{"path": "client.c", "change": "vim: set textwidth=3 :"}],
    )
    edit_models([mean])
    played = play(
        net,
        f"""
    vim.o.modeline = true
    vim.cmd("Glossator edit {WANTED}")
    local text = nvim.enter("/plan/1/1")
    vim.cmd("doautocmd BufRead")
    vim.cmd("doautocmd FileType markdown")
    local now = {{ vim.bo.tabstop, vim.bo.shiftwidth, vim.bo.textwidth, vim.bo.modeline }}
    nvim.press("ZQ")
    return {{ text = text, now = now }}
    """,
    )
    assert "vim: set tabstop=3" in played.result["text"]
    assert 3 not in played.result["now"]
    assert played.result["now"][3] is False
