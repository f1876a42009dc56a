"""Own how a test writes a configuration in which each role has a scripted model of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

Reply = Mapping[str, object]
# What intent and critics say where a test has nothing of its own to say of them.
APPROVED = {"resolved": True, "approve": True, "problems": [], "advice": "It is right."}
DEFAULTS: Mapping[str, Sequence[Reply]] = {"critic": ({"json": APPROVED, "repeat": True},)}


def write_roles(home: Path, replies: Mapping[str, Sequence[Reply]], index: str = "false") -> None:
    """Write the user's configuration: these replies, by role, and whether there is an index."""
    folder = home / "config" / "glossator"
    folder.mkdir(exist_ok=True)
    lines = ["schema = 1"]
    roles = {**DEFAULTS, **replies}
    for role, script in roles.items():
        path = home / f"{role}.json"
        path.write_text(json.dumps({"schema": 1, "replies": list(script)}), "utf-8")
        lines += ["[[model]]", f'id = "{role}-model"', 'api = "scripted"', f'script = "{path}"']
    lines += ["[roles]", *(f'{role} = ["{role}-model"]' for role in roles)]
    # What it shows would come between what most tests wait for.
    lines += ["[index]", f"enabled = {index}"]
    (folder / "config.toml").write_text("\n".join(lines) + "\n", "utf-8")
