"""Own what the end-to-end tests share: a model whose answers the test writes, and VS Code."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.e2e.vscode import CodeServer
    from tests.e2e.vscode_window import Window

WriteScript = Callable[..., None]
OpenWindow = Callable[..., "Window"]

ROOT = Path(__file__).parents[2]
PICTURES = Path(os.environ.get("GLOSSATOR_PICTURES", ROOT / "build/pictures"))
_ENDED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_ENDED] = report.passed
    return report


@pytest.fixture
def script(own_home: Path) -> WriteScript:
    """Return what writes a configuration in which a scripted model answers."""

    def write(*replies: dict[str, object]) -> None:
        path = own_home / "script.json"
        path.write_text(json.dumps({"schema": 1, "replies": replies}), encoding="utf-8")
        folder = own_home / "config" / "glossator"
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(
            f'schema = 1\n[[model]]\nid = "scripted"\napi = "scripted"\nscript = "{path}"\n'
            '[roles]\ndocument = ["scripted"]\n'
            # What it shows would come between what these tests wait for.
            "[index]\nenabled = false\n",
            encoding="utf-8",
        )

    return write


@pytest.fixture(scope="session")
def code_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CodeServer]:
    """Run VS Code with our extension, as `make vsix` packed it, for the whole session."""
    from tests.e2e import vscode

    vscode.require_vscode()
    folder = tmp_path_factory.mktemp("vscode")
    with vscode.code_server(folder, (vscode.built_package(),)) as server:
        yield server


# For a module only: while this browser is driven, no other test may run an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run a browser for the tests of a module."""
    from tests.e2e import vscode

    vscode.require_vscode()
    with vscode.browser() as running:
        yield running


@pytest.fixture
def open_window(
    code_server: CodeServer,
    browser: Browser,
    own_home: Path,  # noqa: ARG001 -- sets the folders of the server
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[OpenWindow]:
    """Return what opens a folder in VS Code, whose server is configured as the test's own."""
    from tests.e2e import vscode

    opened: list[Window] = []

    def opens(
        folder: Path,
        settings: Mapping[str, object] | None = None,
        machine: Mapping[str, object] | None = None,
    ) -> Window:
        program = vscode.write_server(tmp_path / "glossator", os.environ)
        places = {"glossator.path": str(program)} if machine is None else machine
        code_server.write_settings(settings or {}, places)
        window = vscode.open_window(code_server, browser, folder, PICTURES)
        opened.append(window)
        window.wait_until_ready()
        return window

    yield opens
    try:
        if not request.node.stash.get(_ENDED, False):
            name = re.sub(r"\W+", "-", request.node.name)
            _keep(code_server, opened, PICTURES / "failed" / name, request.node)
    finally:
        for window in opened:
            window.close()
        code_server.end_windows()


def _keep(server: CodeServer, windows: Sequence[Window], folder: Path, test: pytest.Item) -> None:
    """Keep what tells why a test failed: pictures and logs."""
    from tests.e2e import vscode

    test.add_report_section("teardown", "VS Code", vscode.keep_logs(server, folder))
    for number, window in enumerate(windows):
        window.picture(str(folder / f"window-{number}"))
