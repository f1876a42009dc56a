"""The Python tool: it calculates, it sees named texts alone, and it gets nowhere else."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.sandbox_arena import BREACH, arena
from benchmarks.sandbox_attempts import ATTEMPTS
from glossator_server.agent.interpreter import (
    LIMITS,
    MOST_CODE_CHARACTERS,
    MOST_FILES,
    MOST_SHOWN_CHARACTERS,
    PythonResult,
    run_python,
)
from glossator_server.errors import SandboxUnavailableError, UsageError
from glossator_server.sandbox import MIB, Limits, Sandbox
from glossator_server.sandbox.opening import open_sandbox
from tests.conftest import missing_part

_SAMPLE = 10
_SHORT = Limits(
    seconds=2.0,
    memory_bytes=64 * MIB,
    processes=16,
    file_bytes=MIB,
    scratch_bytes=8 * MIB,
    output_bytes=50_000,
)
# Split, so that nobody takes this file for one that holds a key.
_KEY = "AKIA" + "Q7ZX3N5V2LKD6TRM"


@pytest.fixture
async def sandbox() -> Sandbox:
    found = open_sandbox()
    if (trouble := (await found.check()).trouble) is not None:
        missing_part("sandbox", trouble)
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "data").mkdir(parents=True)
    (folder / ".env").write_text("TOKEN=hunter2-hunter2\n", "utf-8")
    (folder / "private.txt").write_text("nobody named this file\n", "utf-8")
    return folder


async def run(
    sandbox: Sandbox, root: Path, code: str, files: Mapping[Path, str] | None = None
) -> PythonResult:
    return await run_python(code, root, sandbox, files or {}, _SHORT)


_NOTHING = "[nothing was printed; end with an expression, or print what you want to know]"


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("1 + 1", "2"),
        ("x = 20\ny = 22\nx + y", "42"),
        ("print('said')\n'value'", "said\n'value'"),
        ("None", _NOTHING),
        ("", _NOTHING),
        ("len(str(2 ** 50000))", "15052"),
        ("import statistics\nstatistics.median([1, 5, 9])", "5"),
        ("def f(n):\n    return n and n + f(n - 1)\nf(10)", "55"),
        ("import sys\nsys.exit(0)", _NOTHING),
        ("import sys\nsys.exit(3)", "[It ended with status 3.]"),
        ("import sys\nsys.argv", "['<python>']"),
        ("__name__", "'__main__'"),
        ("print('\u202e\u200b\u001b[2J')", "<U+202E><U+200B><U+001B>[2J"),
        ("import numpy", "ModuleNotFoundError: No module named 'numpy'"),
        ("1 / 0", "    1 / 0\n     ~~^~~\nZeroDivisionError: division by zero"),
        ("x = (", "SyntaxError: '(' was never closed"),
        ("input()", "EOFError: EOF when reading a line"),
        ("def f():\n    f()\nf()", "RecursionError: maximum recursion depth exceeded"),
        ("import os\nos.abort()", "[It ended with status 134.]"),
    ],
)
async def test_a_calculation_says_what_came_of_it(
    sandbox: Sandbox, root: Path, code: str, text: str
) -> None:
    assert (await run(sandbox, root, code)).text.endswith(text)


@pytest.mark.sandbox
async def test_named_texts_lie_at_their_places_and_nothing_else_is_there(
    sandbox: Sandbox, root: Path
) -> None:
    files = {root / "data/a.csv": "1\n2\n", root / "b.txt": f"key = {_KEY}\n"}
    code = "import os\n[os.path.join(d, f) for d, _, fs in os.walk('.') for f in sorted(fs)]"
    assert (await run(sandbox, root, code, files)).output == "['./b.txt', './data/a.csv']\n"
    summed = "sum(map(int, open('data/a.csv')))"
    assert (await run(sandbox, root, summed, files)).output == "3\n"
    backwards = await run(sandbox, root, "open('b.txt').read()[::-1]", files)
    assert _KEY[::-1] not in backwards.text
    assert "redacted"[::-1] in backwards.text


@pytest.mark.sandbox
@pytest.mark.parametrize(
    "code",
    [
        "open(ROOT + '/private.txt').read()",
        "open(ROOT + '/.env').read()",
        "open('.env').read()",
        "open('../private.txt').read()",
        "open('/proc/self/root' + ROOT + '/private.txt').read()",
        "open('/etc/shadow').read()",
        "import os; os.listdir(os.path.dirname(ROOT))",
        "open('new', 'w')",
        "open('/usr/new', 'w')",
        "open('a.txt', 'w')",
        "import os; os.remove('a.txt')",
        "import os; os.chmod('.', 0o777)",
        "import socket; socket.create_connection(('127.0.0.1', PORT), 1)",
        "import os; os.environ['GLOSSATOR_PLANTED']",
        "import subprocess; subprocess.run(['unshare', '-U', 'true'], check=True)",
    ],
)
async def test_attempts_to_see_or_change_something_fail(
    sandbox: Sandbox, root: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setenv("GLOSSATOR_PLANTED", "x")
    before = _contents(root)
    with socket.create_server(("127.0.0.1", 0)) as server:
        head = f"ROOT, PORT = {str(root)!r}, {server.getsockname()[1]}\n"
        result = await run(sandbox, root, f"{head}{code}\nprint('BREACH')", {root / "a.txt": "a"})
    assert "Error" in result.errors
    assert "BREACH" not in result.output
    assert _contents(root) == before


@pytest.mark.sandbox
async def test_attempts_to_break_out_fail(sandbox: Sandbox) -> None:
    chosen = random.Random(7).sample([it for it in ATTEMPTS if not it.writes], _SAMPLE)
    with arena() as place:
        for attempt in chosen:
            place.reset()
            result = await run(sandbox, place.workspace, place.program(attempt))
            assert BREACH not in result.output, attempt
            assert place.harm() == [], attempt


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("while True: pass", "did not end within 2 s"),
        ("import time\ntime.sleep(99)", "did not end within 2 s"),
        ("import os\nwhile True: os.fork()", "Resource temporarily unavailable"),
        ("a = []\nwhile True: a.append(bytearray(1 << 20))", "MemoryError"),
        ("while True: print('y' * 1000)", "printed more than 50,000 bytes"),
        ("import sys\nwhile True: print('y' * 1000, file=sys.stderr)", "more than 50,000 bytes"),
        ("open('/tmp/x', 'wb').write(bytes(2 << 20))", "File too large"),
        ("raise ValueError('x' * 20_000)", "characters are left out here]"),
    ],
)
async def test_what_takes_too_much_is_stopped_and_told(
    sandbox: Sandbox, root: Path, code: str, said: str
) -> None:
    text = (await run(sandbox, root, code)).text
    assert said in text
    assert len(text) < 2 * MOST_SHOWN_CHARACTERS


@pytest.mark.sandbox
async def test_how_much_was_left_out_is_told(sandbox: Sandbox, root: Path) -> None:
    output = (await run(sandbox, root, "print('a' * 9_000 + 'z')")).output
    assert output.startswith("aaa")
    assert output.endswith("az\n")
    left = 9_002 - MOST_SHOWN_CHARACTERS
    assert f"\n[{left:,} characters are left out here; print less]\n" in output
    code = "import sys\nfor it in range(40): print(it, file=sys.stderr)"
    errors = (await run(sandbox, root, code)).errors
    assert errors.startswith("[28 lines are left out here]\n28\n")
    assert errors.endswith("\n39")


@pytest.mark.sandbox
@pytest.mark.parametrize("code", ["x = '\0'", "x = '\ud800'", " " * (MOST_CODE_CHARACTERS + 1)])
async def test_code_that_no_source_holds_is_told(sandbox: Sandbox, root: Path, code: str) -> None:
    assert (await run(sandbox, root, code)).trouble.startswith("The code h")


@pytest.mark.sandbox
async def test_a_python_of_the_workspace_is_not_used(
    sandbox: Sandbox, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = root / "bin" / "python3"
    planted.parent.mkdir()
    planted.write_text("#!/bin/sh\necho planted\n", "utf-8")
    planted.chmod(0o755)
    monkeypatch.setenv("PATH", f"{planted.parent}{os.pathsep}{os.environ['PATH']}")
    assert (await run(sandbox, root, "1")).output == "1\n"


@pytest.mark.parametrize(
    "path", ["../a.txt", "", ".env", "data/x.pem", ".git/config", "data/../../a.txt", "/etc/passwd"]
)
async def test_what_is_no_readable_file_of_the_workspace_is_refused(root: Path, path: str) -> None:
    with pytest.raises(UsageError):
        await run(open_sandbox("other"), root, "1", {root / path: "text"})


async def test_too_many_and_too_long_files_are_refused(root: Path) -> None:
    many = {root / str(it): "" for it in range(MOST_FILES + 1)}
    for files in (many, {root / "long": "x" * 4_000_001}):
        with pytest.raises(UsageError):
            await run(open_sandbox("other"), root, "1", files)


async def test_without_a_sandbox_nothing_is_calculated(root: Path) -> None:
    with pytest.raises(SandboxUnavailableError):
        await run(open_sandbox("other"), root, "1 + 1")


def test_the_limits_are_those_of_a_calculation() -> None:
    assert LIMITS.seconds <= 10
    assert LIMITS.memory_bytes <= 256 * MIB


def _contents(root: Path) -> dict[str, tuple[int, str]]:
    return {
        str(it): (it.stat().st_mode, it.read_text("utf-8") if it.is_file() else "")
        for it in sorted(root.rglob("*"))
    }
