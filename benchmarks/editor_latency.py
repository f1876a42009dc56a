"""How long real editors wait for us: from a request to our answer, or to the begin of a progress.

The editors send what they send by themselves; a pipe between them and the server notes the times. A
request is `after an edit` where the change was the last thing that the editor said before it. The
index is on, as it is for everybody. About 8 minutes; VS Code needs `make editors vsix`.
"""

from __future__ import annotations

import _pydecimal
import argparse
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.editor_rounds import Opened, use_emacs, use_neovim, vs_code
from benchmarks.figures import percentile
from benchmarks.own_home import own_home
from benchmarks.recording_proxy import Passed, read_recording
from benchmarks.servers import kernel_text

AIM_MS = 30.0
JOB_COMMANDS = tuple(f"glossator.{it}" for it in ("document", "fix", "ask", "edit"))
_FUNCTION = re.compile(
    r"^(?:def |[a-z][\w *]*\b)(?P<name>\w+)\([^;{}()]*\)(?:\n\{|:$)", re.MULTILINE
)


def rows() -> Iterator[dict[str, object]]:
    """Yield one row a request: editor, file, what was asked, milliseconds."""
    # Before the folders change in which the kernel is looked for.
    files = list(_files())
    with tempfile.TemporaryDirectory() as folder, own_home(Path(folder) / "home"):
        _write_models(Path(folder) / "home")
        for editor, use in (("Neovim", use_neovim), ("Emacs", use_emacs)):
            yield from _rows_of(editor, use, Path(folder), files)
        with vs_code(Path(folder) / "vscode") as use:
            yield from _rows_of("VS Code", use, Path(folder), files)


def _rows_of(
    editor: str, use: Callable[[Opened], None], folder: Path, files: Sequence[tuple[str, str]]
) -> Iterator[dict[str, object]]:
    for name, text in files:
        path = folder / editor / f"{name}.scene" / "project" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
        functions = [it["name"] for it in _FUNCTION.finditer(text)]
        opened = Opened(path, functions, folder / f"{editor}-{name}.jsonl")
        use(opened)
        lines = text.count("\n")
        for row in measured(read_recording(opened.log)):
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
            begun = _begin_after(passed, it) if it.word in JOB_COMMANDS else None
            if begun is not None:
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


def _files() -> Iterator[tuple[str, str]]:
    """Yield names and texts."""
    for name, lines in (("short.c", 400), ("long.c", 5000), ("huge.c", 20000)):
        yield name, kernel_text(lines)
    yield "middle.py", Path(argparse.__file__).read_text("utf-8")
    yield "long.py", Path(_pydecimal.__file__).read_text("utf-8")


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
