"""Own what tests of fixes share: a small project with a fault, and a model that mends it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import missing_part

BROKEN = """#include "add.h"

int add(int left, int right)
{
\treturn left + operand;
}
"""
MENDED = BROKEN.replace("operand", "right")
WRONG = BROKEN.replace("left + operand", "left - right")
TEST = """#include <stdio.h>
#include "add.h"

int main(void)
{
\tint ok = add(2, 3) == 5;

\tprintf("%s 1 - sum\\n", ok ? "ok" : "not ok");
\treturn !ok;
}
"""
MAKEFILE = "check:\n\t$(CC) -std=c11 -Wall -o /tmp/t add.c test.c && /tmp/t\n"
COMMAND = ("make", "-s", "check")


def lay_out(folder: Path, text: str = BROKEN) -> Path:
    """Write the project; return the path of its broken file."""
    folder.mkdir(exist_ok=True)
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "add.h").write_text("int add(int left, int right);\n", "utf-8")
    (folder / "test.c").write_text(TEST, "utf-8")
    (folder / "Makefile").write_text(MAKEFILE, "utf-8")
    path = folder / "add.c"
    path.write_text(text, "utf-8")
    return path


STORE_HEADER = """#ifndef STORE_H
#define STORE_H

#ifndef STORE_SLOTS
#error "say how many slots a store has"
#endif

struct store {
\tint slots[STORE_SLOTS];
\tint used;
};

#endif
"""
FAULT, CURE = "at < store->length", "at < store->used"
FAULTY = 42


def store_file(number: int, condition: str = CURE) -> str:
    """Return one of the many files of the larger project."""
    return f"""#include "store.h"

int store_sum_{number}(const struct store *store)
{{
\tint sum = 0;

\tfor (int at = 0; {condition}; at++)
\t\tsum += store->slots[at] * {number};
\treturn sum;
}}

int store_first_{number}(const struct store *store)
{{
\treturn store->used ? store->slots[0] : 0;
}}
"""


def lay_out_many(folder: Path, files: int = 100) -> Path:
    """Write a project that only its compile_commands.json explains; return its broken file."""
    for it in (".git", "include", "src"):
        (folder / it).mkdir(parents=True)
    (folder / "include" / "store.h").write_text(STORE_HEADER, "utf-8")
    commands = []
    for number in range(files):
        path = folder / "src" / f"sum_{number}.c"
        path.write_text(store_file(number, FAULT if number == FAULTY else CURE), "utf-8")
        words = f"cc -std=c11 -Wall -Wextra -DSTORE_SLOTS=8 -Iinclude -c src/{path.name}"
        commands.append({"directory": str(folder), "file": f"src/{path.name}", "command": words})
    (folder / "compile_commands.json").write_text(json.dumps(commands), "utf-8")
    return folder / "src" / f"sum_{FAULTY}.c"


def block(before: str, after: str) -> str:
    """Return an answer that changes one line of the broken file."""
    return f"<<<<<<< SEARCH\n{before}\n=======\n{after}\n>>>>>>> REPLACE\n"


RIGHT = block("\treturn left + operand;", "\treturn left + right;")
MINUS = block("\treturn left + operand;", "\treturn left - right;")
APPROVAL = json.dumps({"resolved": True, "approve": True, "problems": [], "advice": "It is right."})

WriteModels = Callable[..., None]


def write_models(home: Path, *, fix: list[object], critic: list[object], tests: bool) -> None:
    """Write a configuration with a scripted model for each role, and the tests' command."""
    folder = home / "config" / "glossator"
    folder.mkdir(exist_ok=True)
    lines = ["schema = 1"]
    for role, replies in (("fix", fix), ("critic", critic)):
        script = home / f"{role}.json"
        script.write_text(json.dumps({"schema": 1, "replies": replies}), "utf-8")
        lines += ["[[model]]", f'id = "{role}er"', 'api = "scripted"', f'script = "{script}"']
    lines += ["[roles]", 'fix = ["fixer"]', 'critic = ["criticer"]', 'review = ["criticer"]']
    lines += ['document = ["fixer"]', 'intent = ["fixer"]', "[index]", "enabled = false"]
    if tests:
        lines += ["[execute]", f"commands = [{json.dumps(list(COMMAND))}]"]
    (folder / "config.toml").write_text("\n".join(lines) + "\n", "utf-8")


def require_tools() -> None:
    """Skip where the sandbox or a compiler is missing."""
    if not Path("/usr/bin/bwrap").exists():
        missing_part("sandbox", "no bubblewrap: install it")
    if not Path("/usr/bin/gcc").exists():
        missing_part("gcc", "no gcc: install it")


@pytest.fixture
def models(own_home: Path) -> WriteModels:
    """Return what writes scripted models for fixes."""
    require_tools()

    def write(*fix: object, critic: tuple[object, ...] = (APPROVAL,), tests: bool = False) -> None:
        replies = [{"text": it} if isinstance(it, str) else it for it in fix]
        verdicts = [{"text": it, "repeat": True} if isinstance(it, str) else it for it in critic]
        write_models(own_home, fix=replies, critic=verdicts, tests=tests)

    return write
