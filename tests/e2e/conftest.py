"""Own what the end-to-end tests share: a model whose answers the test writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

WriteScript = Callable[..., None]


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
