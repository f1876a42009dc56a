"""A real headless Neovim has code mended: what a person sees from the error to the undo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.fixing import (
    APPROVAL,
    CURE,
    FAULT,
    FAULTY,
    WriteModels,
    block,
    lay_out_many,
    models,
    store_file,
)
from tests.e2e.neovim import Told, run_in_neovim, run_in_project

__all__ = ["models"]

pytestmark = [pytest.mark.neovim, pytest.mark.sandbox, pytest.mark.timeout(300)]

BROKEN, MENDED = store_file(FAULTY, FAULT), store_file(FAULTY)
LINE = next(it for it in BROKEN.split("\n") if FAULT in it)
RIGHT = block(LINE, LINE.replace(FAULT, CURE))
WRONG = block(LINE, LINE.replace(FAULT, "at < store->size"))
# Long enough for a person, or a test, to do something else meanwhile.
SLOW: dict[str, object] = {"text": RIGHT, "chunk": 8, "delay_s": 0.1}
ENDLESS: dict[str, object] = {"text": RIGHT, "chunk": 1, "delay_s": 60}
# As clangd says it, which is not how gcc does.
MESSAGE = "No member named 'length' in 'struct store'"
TITLE = f"Fix `store_sum_{FAULTY}`: {MESSAGE}"

OPENED = f"""
    local function said(line, message, severity)
      return {{ range = {{ start = {{ line = line, character = 24 }},
        ["end"] = {{ line = line, character = 30 }} }}, severity = severity or 1,
        source = "clang", code = "no_member", message = message }}
    end
    nvim.go_to("{FAULT}")
    nvim.complain({{ said(6, "{MESSAGE}") }})
"""


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return lay_out_many(tmp_path / "store")


def played(nvim: str, path: Path, scenario: str) -> Told:
    """Run a scenario on a file of the project, after what all of them begin with."""
    return run_in_project(nvim, path, path.parent.parent, f"{OPENED}\n{scenario}")


def text(lines: str) -> str:
    return lines.rstrip("\n")


def test_one_key_on_an_error_leads_to_a_checked_change_and_back(
    broken: Path, models: WriteModels, nvim: str
) -> None:
    models(WRONG, RIGHT)
    told = played(
        nvim,
        broken,
        f"""
    local menu = nvim.menu(nvim.for_all_servers())
    nvim.fix("{TITLE}")
    local question = nvim.question()
    local meanwhile = nvim.text()
    local windows = vim.tbl_map(function(it)
      return vim.api.nvim_buf_get_name(vim.api.nvim_win_get_buf(it))
    end, vim.api.nvim_list_wins())
    question.answer("Apply")
    nvim.wait_for_change()
    nvim.wait_for_progress("end")
    local mended = nvim.text()
    nvim.go_to("store_sum_{FAULTY}")
    local hover = nvim.hover()
    vim.cmd.normal({{ "u", bang = true }})
    local undone = nvim.text()
    nvim.go_to("store_sum_{FAULTY}")
    local hover_undone = nvim.hover()
    vim.cmd.redo()
    return {{ menu = menu, prompt = question.prompt, titles = question.titles, windows = windows,
      meanwhile = meanwhile, mended = mended, undone = undone, redone = nvim.text(),
      hover = hover, hover_undone = hover_undone, current = vim.api.nvim_buf_get_name(0) }}
    """,
    )
    seen = told.result
    assert seen["menu"][0] == {"title": TITLE, "kind": "quickfix"}
    assert seen["titles"] == ["Apply", "Discard"]
    assert "gcc ok" in seen["prompt"]
    # The diff stands beside the code, and the cursor stays where it was.
    (diff,) = told.shown
    assert diff in seen["windows"]
    assert seen["current"] == str(broken)
    assert f"+{LINE.replace(FAULT, CURE)}" in Path(diff).read_text("utf-8")
    assert seen["meanwhile"] == seen["undone"] == text(BROKEN)
    assert seen["mended"] == seen["redone"] == text(MENDED)
    assert "checked: gcc ok" in seen["hover"]
    assert "checked:" not in seen["hover_undone"]
    said = [it.get("message", "") for it in told.progress]
    assert any(it.startswith("round 1 of 2") for it in said)
    assert any(it.startswith("round 2 of 2: 1 error → nothing wrong") for it in said)
    assert said[-1].startswith("gcc ok")
    assert told.messages == []


def test_without_another_servers_diagnostics_the_line_itself_can_be_mended(
    broken: Path, models: WriteModels, nvim: str
) -> None:
    # Neovim sends a server only what that server said itself.
    models(RIGHT)
    told = played(
        nvim,
        broken,
        """
    local menu = nvim.menu()
    nvim.act("Fix what checks find on line 7")
    nvim.question().answer("Apply")
    nvim.wait_for_change()
    nvim.wait_for_progress("end")
    local mended = nvim.text()
    nvim.progress = {}
    nvim.go_to("return sum")
    nvim.act("Fix what checks find on line 9")
    nvim.wait_for_progress("end", "nothing was changed")
    return { menu = menu, mended = mended }
    """,
    )
    assert told.result["menu"][-1] == {
        "title": "Fix what checks find on line 7",
        "kind": "quickfix",
    }
    assert told.result["mended"] == text(MENDED)
    (sentence,) = told.messages
    assert sentence.startswith("Nothing is wrong here, as far as")


def test_discard_changes_nothing_and_closing_the_question_keeps_it(
    broken: Path, models: WriteModels, nvim: str
) -> None:
    models(RIGHT)
    told = played(
        nvim,
        broken,
        f"""
    nvim.fix("{TITLE}")
    nvim.question().answer("Discard")
    nvim.wait_for_progress("end", "discarded")
    local discarded = nvim.text()
    nvim.fix("{TITLE}")
    nvim.question().answer(nil)
    nvim.wait_for_progress("end", "waits")
    local closed = nvim.text()
    local id = nvim.progress[#nvim.progress].message:match("proposal (%S+)")
    nvim.progress = {{}}
    nvim.command("glossator.proposal.apply", {{ id = id }})
    nvim.wait_for_change()
    nvim.wait_for_progress("end")
    local again = nvim.command("glossator.proposal.apply", {{ id = id }})
    return {{ discarded = discarded, closed = closed, applied = nvim.text(),
      again = again.err.message, progress = nvim.progress }}
    """,
    )
    seen = told.result
    assert seen["discarded"] == seen["closed"] == text(BROKEN)
    assert seen["applied"] == text(MENDED)
    assert "ask for it again" in seen["again"]
    assert told.messages == []


def test_what_is_typed_elsewhere_is_kept_and_undo_goes_back_to_it(
    broken: Path, models: WriteModels, nvim: str
) -> None:
    models(SLOW)
    told = played(
        nvim,
        broken,
        f"""
    nvim.fix("{TITLE}")
    nvim.wait_for_progress("report", "round 1")
    vim.cmd.normal({{ "ggO/* typed meanwhile */", bang = true }})
    local question = nvim.question()
    vim.cmd.normal({{ "Go/* typed before the answer */", bang = true }})
    local typed = nvim.text()
    vim.cmd("let &undolevels = &undolevels")
    question.answer("Apply")
    nvim.wait_for_change()
    nvim.wait_for_progress("end")
    local mended = nvim.text()
    vim.cmd.normal({{ "u", bang = true }})
    return {{ typed = typed, mended = mended, undone = nvim.text() }}
    """,
    )
    seen = told.result
    assert seen["typed"] == f"/* typed meanwhile */\n{BROKEN}/* typed before the answer */"
    assert seen["mended"] == f"/* typed meanwhile */\n{MENDED}/* typed before the answer */"
    assert seen["undone"] == seen["typed"]
    assert told.messages == []


def test_late_answers_are_told_where_the_change_is_applied(
    broken: Path, models: WriteModels, nvim: str
) -> None:
    models(RIGHT)
    told = played(
        nvim,
        broken,
        f"""
    nvim.tokens = {{}}
    vim.api.nvim_create_autocmd("LspProgress", {{ callback = function(event)
      local token = event.data.params.token
      table.insert(nvim.tokens, {{ token = token, value = event.data.params.value }})
    end }})
    nvim.fix("{TITLE}")
    nvim.question().answer(nil)
    nvim.wait_for_progress("end", "waits")
    local id = nvim.progress[#nvim.progress].message:match("proposal (%S+)")
    vim.cmd.normal({{ "ggO/* typed meanwhile */", bang = true }})
    nvim.progress = {{}}
    nvim.command("glossator.proposal.apply", {{ id = id }})
    nvim.wait_for_progress("end")
    return {{ text = nvim.text(), tokens = nvim.tokens }}
    """,
    )
    assert told.result["text"] == f"/* typed meanwhile */\n{text(MENDED)}"
    ended: set[str] = set()
    for it in told.result["tokens"]:
        assert it["token"] not in ended, it
        if it["value"]["kind"] == "end":
            ended.add(it["token"])
    assert any("checking again" in it["value"].get("message", "") for it in told.result["tokens"])


def test_what_is_typed_over_drops_the_change_with_a_sentence(
    broken: Path, models: WriteModels, nvim: str
) -> None:
    models(RIGHT)
    told = played(
        nvim,
        broken,
        f"""
    nvim.fix("{TITLE}")
    local question = nvim.question()
    nvim.go_to("length")
    vim.cmd.normal({{ "ciwmost", bang = true }})
    question.answer("Apply")
    nvim.wait_for_progress("end")
    return nvim.text()
    """,
    )
    assert told.result == text(BROKEN.replace("length", "most"))
    (sentence,) = told.messages
    assert "ask for the fix again" in sentence
    assert told.progress[-1]["message"] == "failed"


@pytest.mark.parametrize("moment", ["asking", "waiting"])
def test_cancel_ends_it(moment: str, broken: Path, models: WriteModels, nvim: str) -> None:
    models(ENDLESS if moment == "asking" else RIGHT)
    wait = (
        'nvim.wait_for_progress("report", "round 1")'
        if moment == "asking"
        else "local question = nvim.question()"
    )
    answer = "" if moment == "asking" else 'question.answer("Apply")'
    told = played(
        nvim,
        broken,
        f"""
    nvim.fix("{TITLE}")
    {wait}
    nvim.client():exec_cmd({{ title = "Cancel", command = "glossator.cancel" }})
    nvim.wait_for_progress("end", "cancelled")
    {answer}
    nvim.command("glossator.status", {{}})
    local argument = {{ title = "x", command = "glossator.proposal.discard" }}
    return nvim.text()
    """,
    )
    assert told.result == text(BROKEN)
    assert told.messages == []


def test_what_does_not_compile_is_never_shown_and_the_attempt_is_named(
    broken: Path, models: WriteModels, nvim: str
) -> None:
    models(WRONG, WRONG, WRONG)
    told = played(
        nvim,
        broken,
        f"""
    nvim.fix("{TITLE}")
    nvim.wait_for_progress("end", "nothing was changed")
    return {{ text = nvim.text(), questions = #nvim.questions, log = nvim.log }}
    """,
    )
    assert told.result["text"] == text(BROKEN)
    assert told.result["questions"] == 0
    assert told.shown == []
    (sentence,) = told.messages
    assert sentence.startswith("No fix was found for ")
    attempt = Path(sentence.rpartition("The best attempt is in ")[2].rstrip("."))
    assert "at < store->size" in attempt.read_text("utf-8")


FINDINGS = {
    "findings": [
        {
            "quote": "return sum;",
            "severity": "warning",
            "problem": "`sum` can overflow.",
            "fix": "Return `sum` as it fits.",
        },
        {
            "quote": "int sum = 0;",
            "severity": "error",
            "problem": "`sum` is too narrow.",
            "fix": "",
        },
    ]
}


def test_a_review_shows_findings_each_with_its_own_fix(
    broken: Path, models: WriteModels, nvim: str
) -> None:
    path = broken.with_name("sum_7.c")
    path.write_text(store_file(FAULTY, "(void)length, " + CURE).replace("(void)length, ", ""))
    models(
        block("\treturn sum;", "\treturn sum < 0 ? 0 : sum;"),
        critic=({"when": "Review", "text": json.dumps(FINDINGS)}, APPROVAL),  # type: ignore[arg-type]
    )
    told = run_in_neovim(
        nvim,
        path,
        f"""
    local root = "{broken.parent.parent}"
    nvim.keep_questions()
    nvim.open(server, path, root)
    nvim.go_to("int sum")
    nvim.act("Review `store_sum_{FAULTY}`")
    nvim.wait_for_progress("end", "2 findings")
    nvim.wait("findings", function() return #vim.diagnostic.get(0) == 2 end)
    local shown = vim.tbl_map(function(it)
      return {{ it.lnum, it.severity, it.message, it.source }}
    end, vim.diagnostic.get(0))
    nvim.go_to("return sum")
    local menu = nvim.menu({{ context = {{ only = {{ "quickfix" }} }} }})
    nvim.progress = {{}}
    nvim.act(menu[1].title)
    nvim.question().answer("Apply")
    nvim.wait_for_change()
    nvim.wait_for_progress("end")
    nvim.wait("the findings to go", function() return #vim.diagnostic.get(0) == 0 end)
    return {{ shown = shown, menu = menu, text = nvim.text() }}
    """,
        broken.parent.parent.parent,
    )
    seen = told.result
    assert sorted(seen["shown"]) == [
        [4, 1, "`sum` is too narrow.", "glossator"],
        [8, 2, "`sum` can overflow. Return `sum` as it fits.", "glossator"],
    ]
    assert [it["title"] for it in seen["menu"]] == [
        f"Fix `store_sum_{FAULTY}`: `sum` can overflow. Return `sum` as it fits."
    ]
    assert "return sum < 0 ? 0 : sum;" in seen["text"]
    assert told.messages == []


def test_a_diagnostic_of_an_older_text_is_not_mended(
    broken: Path, models: WriteModels, nvim: str
) -> None:
    models(RIGHT)
    told = played(
        nvim,
        broken,
        """
    local uri = vim.uri_from_bufnr(0)
    local old = { uri = uri, version = vim.lsp.util.buf_versions[0],
      diagnostics = { said(6, "No member named 'length' in 'struct store'") } }
    vim.cmd.normal({ "ggO/* typed since */", bang = true })
    local answer = nvim.command("glossator.fix", old)
    return { text = nvim.text(), message = answer.err.message }
    """,
    )
    assert told.result["text"] == f"/* typed since */\n{text(BROKEN)}"
    assert "has changed since the problem was found" in told.result["message"]


def test_a_diagnostic_without_a_usable_range_ends_in_a_sentence(
    broken: Path, models: WriteModels, nvim: str
) -> None:
    models(RIGHT)
    told = played(
        nvim,
        broken,
        f"""
    local function fix(diagnostic)
      nvim.progress = {{}}
      local answer = nvim.command("glossator.fix", {{
        uri = vim.uri_from_bufnr(0), diagnostics = {{ diagnostic }} }})
      if answer.err then
        return answer.err.message
      end
      nvim.wait_for_progress("end")
      return nvim.messages[#nvim.messages]
    end
    local far = said(90000, "{MESSAGE}")
    local negative = said(-1, "{MESSAGE}")
    local none = {{ message = "{MESSAGE}", severity = 1 }}
    return {{ far = fix(far), negative = fix(negative), none = fix(none), text = nvim.text() }}
    """,
    )
    seen = told.result
    assert "cannot be read" in seen["none"]
    assert "cannot be read" in seen["negative"] or "No check here sees" in seen["negative"]
    assert "No check here sees" in seen["far"]
    assert "90001" in seen["far"]
    assert seen["text"] == text(BROKEN)


def test_generated_files_and_lonely_headers_are_told_apart(
    broken: Path, models: WriteModels, nvim: str
) -> None:
    models(RIGHT)
    generated = broken.with_name("made.c")
    generated.write_text("/* Code generated by make_store. DO NOT EDIT. */\n" + BROKEN, "utf-8")
    told = played(
        nvim,
        generated,
        f"""
    nvim.complain({{ said(7, "{MESSAGE}") }})
    nvim.fix("{TITLE}")
    nvim.wait_for_progress("end", "nothing was changed")
    return nvim.text()
    """,
    )
    assert told.result == text(generated.read_text("utf-8"))
    (sentence,) = told.messages
    assert sentence == "made.c says that a program wrote it; mend what it is generated from."


def test_a_header_that_nobody_includes_is_compiled_alone(
    broken: Path, models: WriteModels, nvim: str
) -> None:
    before = block("\treturn left + operand;", "\treturn left + right;")
    header = broken.parent.parent / "include" / "lonely.h"
    code = "static inline int lonely(int left, int right)\n{\n\treturn left + operand;\n}\n"
    header.write_text(code, "utf-8")
    models(before)
    told = run_in_neovim(
        nvim,
        header,
        f"""
    vim.g.c_syntax_for_h = 1
    nvim.keep_questions()
    nvim.open(server, path, "{broken.parent.parent}")
    nvim.go_to("operand")
    nvim.complain({{ {{ range = {{ start = {{ line = 2, character = 15 }},
      ["end"] = {{ line = 2, character = 22 }} }}, severity = 1, source = "clang",
      message = "Use of undeclared identifier 'operand'" }} }})
    nvim.fix("Fix `lonely`")
    local question = nvim.question()
    question.answer("Apply")
    nvim.wait_for_change()
    nvim.wait_for_progress("end")
    return {{ text = nvim.text(), prompt = question.prompt }}
    """,
        broken.parent.parent.parent,
    )
    assert told.result["text"] == text(code.replace("operand", "right"))
    assert "gcc ok" in told.result["prompt"]
    assert "includes" in Path(told.shown[0]).read_text("utf-8")


def test_a_file_of_20000_lines_is_mended_as_any_other(
    broken: Path, models: WriteModels, nvim: str
) -> None:
    models(RIGHT)
    filler = "".join(
        f"int filler_{it}(int left)\n{{\n\treturn left + {it};\n}}\n\n" for it in range(4000)
    )
    head, tail = BROKEN.split("\n\n", 1)
    before = f"{head}\n\n{filler}{tail}"
    broken.write_text(before, "utf-8")
    line = before[: before.index(FAULT)].count("\n")
    assert before.count("\n") > 20000
    told = played(
        nvim,
        broken,
        f"""
    nvim.patience_ms = 120000
    nvim.complain({{ said({line}, "{MESSAGE}") }})
    nvim.fix("{TITLE}")
    nvim.question().answer("Apply")
    nvim.wait_for_change()
    nvim.wait_for_progress("end")
    local mended = nvim.text()
    vim.cmd.normal({{ "u", bang = true }})
    return {{ mended = mended == table.concat(
        vim.split(mended, "\\n"), "\\n") and mended, undone = nvim.text() }}
    """,
    )
    assert told.result["mended"] == text(before.replace(FAULT, CURE))
    assert told.result["undone"] == text(before)
    assert told.messages == []
