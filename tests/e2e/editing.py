"""Own what tests of edits share: a small project, and models that plan and change it by script."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from tests.e2e.fixing import APPROVAL, require_tools

HEADER = """#ifndef NET_H
#define NET_H

static inline int connect(const char *host)
{
\treturn host[0] != '\\0';
}

#endif
"""
CLIENT = """#include "net.h"

int client_start(const char *host)
{
\treturn connect(host);
}

/*
 * What follows is far enough away
 * from what stands above
 * that a diff shows both
 * in hunks of their own,
 * with some lines
 * before and after
 * each of them.
 */
int client_again(const char *host)
{
\treturn connect(host) && connect(host);
}
"""
SERVER = """#include "net.h"

int server_ping(void)
{
\treturn connect("localhost");
}
"""
NOTES = "connect(host) opens a connection.\n"
WANTED = "add a timeout_ms parameter to connect and pass it from all callers"

NEW_HEADER = HEADER.replace("const char *host)", "const char *host, int timeout_ms)").replace(
    "return host[0] != '\\0';", "return timeout_ms >= 0 && host[0] != '\\0';"
)
NEW_CLIENT = CLIENT.replace("connect(host)", "connect(host, 100)")
NEW_SERVER = SERVER.replace('"localhost")', '"localhost", 100)')
NEW_NOTES = "connect(host, timeout_ms) opens a connection.\n"

BEFORE = {"client.c": CLIENT, "net.h": HEADER, "notes.txt": NOTES, "server.c": SERVER}
AFTER = {
    "client.c": NEW_CLIENT,
    "net.h": NEW_HEADER,
    "notes.txt": NEW_NOTES,
    "server.c": NEW_SERVER,
}

Action = dict[str, object]
WriteEdits = Callable[..., None]


def lay_out_net(folder: Path, texts: Mapping[str, str] = BEFORE) -> Path:
    """Write the project; return its folder."""
    folder.mkdir()
    (folder / ".git").mkdir()
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())
    return folder


def act(tool: str, **arguments: object) -> Action:
    """Return one turn of the agent's model."""
    return {"json": {"tool": tool, "arguments": arguments}}


def plan_of(*paths: str, title: str = "Add timeout_ms to connect") -> Action:
    """Return the planner's last turn."""
    steps = [{"path": it, "change": f"as wanted, in {it}"} for it in paths]
    return act("propose_plan", title=title, summary="A limit for connect.", steps=steps)


def replace_in(path: str, before: str, after: str) -> list[Action]:
    """Return the turns that lead from one text of a file to another, line by line."""
    pairs = zip(before.split("\n"), after.split("\n"), strict=True)
    changed = [(old, new) for old, new in pairs if old != new]
    return [act("edit_file", path=path, search=old, replace=new) for old, new in changed]


def edits_of(*paths: str) -> list[Action]:
    """Return the turns that change these files as wanted, and end."""
    turns = [turn for it in paths for turn in replace_in(it, BEFORE[it], AFTER[it])]
    return [*turns, act("finish", summary="connect has a limit")]


def write_edit_models(
    home: Path, plan: Sequence[object], edit: Sequence[object], critic: Sequence[object]
) -> None:
    """Write a configuration with a scripted model for each role of an edit."""
    folder = home / "config" / "glossator"
    folder.mkdir(exist_ok=True)
    lines = ["schema = 1"]
    for role, replies in (("plan", plan), ("edit", edit), ("critic", critic)):
        script = home / f"{role}.json"
        script.write_text(json.dumps({"schema": 1, "replies": replies}), "utf-8")
        lines += ["[[model]]", f'id = "{role}er"', 'api = "scripted"', f'script = "{script}"']
    lines += ["[roles]", 'plan = ["planer"]', 'edit = ["editer"]', 'critic = ["criticer"]']
    lines += ['intent = ["planer"]', "[index]", "enabled = false"]
    (folder / "config.toml").write_text("\n".join(lines) + "\n", "utf-8")


@pytest.fixture
def edit_models(own_home: Path) -> WriteEdits:
    """Return what writes scripted models for edits."""
    require_tools()

    def write(
        plan: Sequence[object] = (),
        edit: Sequence[object] = (),
        critic: Sequence[object] = ({"text": APPROVAL, "repeat": True},),
    ) -> None:
        write_edit_models(own_home, plan, edit, critic)

    return write
