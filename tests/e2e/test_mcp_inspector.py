"""`glossator mcp` as the protocol's own inspector sees it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PARTS, missing_part
from tests.e2e.command_line import COMMAND, PATIENCE_S

pytestmark = pytest.mark.inspector


@pytest.fixture
def inspector() -> str:
    """Return the path of the inspector, installed by npm."""
    folder = PARTS / "inspector" / "node_modules" / ".bin"
    program = shutil.which("mcp-inspector", path=f"{folder}:{os.environ['PATH']}")
    if program is None:
        missing_part("inspector", "no mcp-inspector: npm install @modelcontextprotocol/inspector")
    return program


def inspected(inspector: str, folder: Path, *words: str) -> Any:  # noqa: ANN401 -- JSON
    command = [inspector, "--cli", *COMMAND, "mcp", "--workspace", str(folder), *words]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def test_the_inspector_lists_and_calls_tools(inspector: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "twice.c").write_text("int twice(int value)\n{\n\treturn value * 2;\n}\n", "utf-8")
    tools = inspected(inspector, folder, "--method", "tools/list")["tools"]
    assert {"search_code", "find_symbol", "read_symbol", "document", "check"} <= {
        it["name"] for it in tools
    }
    call = ("--method", "tools/call", "--tool-name", "read_symbol")
    arguments = ("--tool-arg", "name=twice", "path=twice.c")
    found = inspected(inspector, folder, *call, *arguments)
    assert found["structuredContent"]["start_line"] == 1
    found = inspected(inspector, folder, *call, "--tool-arg", "name=x", "path=../x")
    assert found["isError"]
