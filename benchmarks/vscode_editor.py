"""How our extension feels in VS Code: its activation, a key until it is drawn, and our answers.

Each is beside something else in the same run: activation beside other language extensions of the
same window, keys beside an extension that is activated by the same file and does nothing. The two
editors take turns. What the server answers is timed by a pipe in front of it, so that the time is
the server's and not the editor's own wait of a quarter of a second before it asks.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from benchmarks.editor_latency import measured
from benchmarks.figures import percentile
from benchmarks.kernel_tree import kernel_tree
from benchmarks.own_home import own_home
from benchmarks.recording_proxy import read_recording, recording_program
from tests.e2e.scripted_roles import write_roles
from tests.e2e.vscode import (
    CodeServer,
    browser,
    built_package,
    code_server,
    open_window,
    write_server,
)
from tests.e2e.vscode_window import Window, until

ROUNDS = 4
KEYS = 150
# About as fast as a person who types without looking: eight keys a second.
BETWEEN_KEYS_MS = 120
SOURCE = "mm/page_alloc.c"
# Functions of it that nobody has described.
UNDOCUMENTED = ("bad_page", "set_buddy_order", "free_page_is_bad", "prep_new_page", "nr_pcp_high")
# Our name for an extension that has our activation event and an empty `activate`.
NOTHING = "nothing"
OTHERS = ("JSON Language Features", "JavaScript and TypeScript Language Features")
# Notes, for each key, how long it took until a frame with a changed line had been drawn: Monaco
# changes its lines in an animation frame, and a message is taken after that frame.
NOTE_KEYS = """() => {
  const lines = document.querySelector(".editor-group-container.active .monaco-editor .view-lines");
  const drawn = new MessageChannel();
  let pressed = null;
  window.keysDrawn = [];
  drawn.port1.onmessage = ({ data }) => window.keysDrawn.push(performance.now() - data);
  addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
  new MutationObserver(() => {
    if (pressed === null) return;
    drawn.port2.postMessage(pressed);
    pressed = null;
  }).observe(lines, { childList: true, subtree: true, characterData: true });
}"""
# A model that never says a word: what is measured is when the work begins.
SILENT = {"text": "never", "chunk": 1, "delay_s": 60, "repeat": True}


def rows() -> Iterator[dict[str, Any]]:
    """Yield one row a key, an activation and an answer."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="glossator-vscode-")))
        source = (kernel_tree() / SOURCE).read_text("utf-8")
        stack.enter_context(own_home(folder / "home"))
        write_roles(folder / "home", {"document": [SILENT]}, index="true")
        chromium = stack.enter_context(browser())
        packages = {NOTHING: _do_nothing(folder / "nothing.vsix"), "glossator": built_package()}
        servers = {
            name: stack.enter_context(code_server(folder / name, (package,)))
            for name, package in packages.items()
        }
        for number in range(-1, ROUNDS):
            for name, server in servers.items():
                project = _lay_out(folder / f"{name}-{number}", source)
                found = list(_one_window(server, chromium, project))
                # The first round fills caches, and counts for nobody.
                if number >= 0:
                    yield from ({"extension": name, "round": number, **it} for it in found)


def summary(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the percentiles of keys, of activations and of our answers."""
    figures: dict[str, Any] = {"rounds": ROUNDS, "file": SOURCE}
    for name in (NOTHING, "glossator"):
        keys = [it["ms"] for it in found if it["kind"] == "key" and it["extension"] == name]
        figures[f"key to screen, {name}"] = _spread(keys)
    for kind in ("activation", "answer"):
        mine = [it for it in found if it["kind"] == kind]
        for what in sorted({it["what"] for it in mine}):
            figures[f"{kind}, {what}"] = _spread([it["ms"] for it in mine if it["what"] == what])
    return figures


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "count": len(values),
        "p50_ms": round(percentile(values, 0.5), 1),
        "p95_ms": round(percentile(values, 0.95), 1),
    }


def _one_window(server: CodeServer, chromium: Browser, folder: Path) -> Iterator[dict[str, Any]]:
    log = folder / "recording.jsonl"
    program = write_server(folder / "glossator", os.environ)
    recorded = recording_program(folder / "recorded", log, [str(program)])
    server.write_settings({}, {"glossator.path": str(recorded)})
    window = open_window(server, chromium, folder / "code", folder)
    try:
        window.wait_until_ready()
        for name in ("page_alloc.c", "other.json", "other.ts"):
            window.open(name)
        yield from ({"kind": "activation", **it} for it in _activations(window))
        window.open("page_alloc.c")
        if log.is_file():
            window.status("· local")
            _ask(window)
        yield from ({"kind": "key", "ms": it} for it in _typed(window))
        if log.is_file():
            yield from ({"kind": "answer", **it} for it in measured(read_recording(log)))
    finally:
        window.close()
        server.end_windows()


def _typed(window: Window) -> list[float]:
    window.go_to("static inline bool prepare_alloc_pages")
    window.press("End", "Enter")
    window.page.evaluate(NOTE_KEYS)
    for number in range(KEYS):
        window.press("abcdefgh_ "[number % 10])
        until("the key is drawn", lambda: _drawn(window) > number)  # noqa: B023 -- used at once
        window.page.wait_for_timeout(BETWEEN_KEYS_MS)
    drawn: list[float] = window.page.evaluate("() => window.keysDrawn")
    return drawn


def _drawn(window: Window) -> int:
    count: int = window.page.evaluate("() => window.keysDrawn.length")
    return count


def _activations(window: Window) -> Iterator[dict[str, Any]]:
    """Yield how long each extension's own start took, as the editor tells it."""
    window.command("Developer: Show Running Extensions")
    entries = window.page.locator(".runtime-extensions-editor .extension")
    entries.first.wait_for()
    for text in entries.all_inner_texts():
        title = text.strip().splitlines()[0]
        time = re.search(r"(?:Activation|Startup Activation): (\d+)ms", text)
        if time and title in (*OTHERS, "Glossator", NOTHING):
            yield {"what": title, "ms": int(time[1])}
    window.press("Escape")
    entries.first.wait_for(state="hidden")


def _ask(window: Window) -> None:
    """Have hovers, menus and comments asked for, as a person does."""
    for name in UNDOCUMENTED:
        window.go_to(f"{name}(")
        window.hover()
        window.press("Escape", "Escape")
        window.act(f"Document `{name}`")
        window.press_button(f"Document {name}", "Cancel")
        window.status("cancelled")


def _lay_out(folder: Path, source: str) -> Path:
    code = folder / "code"
    code.mkdir(parents=True)
    (code / "page_alloc.c").write_text(source, "utf-8")
    (code / "other.json").write_text("{}\n", "utf-8")
    (code / "other.ts").write_text("export const one = 1;\n", "utf-8")
    return folder


def _do_nothing(path: Path) -> Path:
    """Write a VSIX whose extension is activated by the same files, and does nothing."""
    package = {
        "name": NOTHING,
        "displayName": NOTHING,
        "publisher": NOTHING,
        "version": "0.0.1",
        "engines": {"vscode": "^1.100.0"},
        "main": "./main.js",
        "activationEvents": ["onLanguage:c"],
    }
    manifest = (
        '<?xml version="1.0" encoding="utf-8"?>\n<PackageManifest Version="2.0.0"'
        ' xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">\n<Metadata>'
        f'<Identity Language="en-US" Id="{NOTHING}" Version="0.0.1" Publisher="{NOTHING}"/>'
        f"<DisplayName>{NOTHING}</DisplayName></Metadata>\n<Installation>"
        '<InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>\n<Dependencies/>'
        '<Assets><Asset Type="Microsoft.VisualStudio.Code.Manifest"'
        ' Path="extension/package.json" Addressable="true"/></Assets>\n</PackageManifest>\n'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("extension.vsixmanifest", manifest)
        archive.writestr("extension/package.json", json.dumps(package))
        archive.writestr("extension/main.js", "exports.activate = () => {};\n")
    return path
