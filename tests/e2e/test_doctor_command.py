"""`glossator doctor`: a line for each thing that was looked at, also where looking fails."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command_line import COMMAND, PATIENCE_S, glossator
from tests.e2e.conftest import WriteScript


def checks() -> tuple[int, list[dict[str, Any]]]:
    ended = glossator("doctor", "--json")
    assert ended.errors == ""
    found: list[dict[str, Any]] = json.loads(ended.output)["checks"]
    return ended.status, found


def test_a_sound_installation_needs_no_mending(script: WriteScript) -> None:
    script()
    status, found = checks()
    assert status == 0
    assert "broken" not in {it["health"] for it in found}
    assert any("model scripted" in it["what"] and it["health"] == "ok" for it in found)
    assert "scripted" in glossator("doctor").output


def test_what_fixes_are_checked_with_is_told(script: WriteScript) -> None:
    script()
    _, found = checks()
    told = [it for it in found if "sandbox" in it["what"]]
    assert [it["health"] for it in told] in (["ok"], ["warning"])
    if told[0]["health"] == "ok":
        assert any(it["what"].startswith("fixes are checked with") for it in found)
    else:
        assert "nothing is run without a sandbox" in told[0]["mend"]


def test_without_a_model_the_mend_is_named() -> None:
    status, found = checks()
    assert status == 1
    (broken,) = (it for it in found if it["health"] == "broken")
    assert "no model" in broken["what"]
    assert "glossator models fetch" in broken["mend"]


def test_a_place_that_cannot_be_looked_at_does_not_hide_the_others(
    tmp_path: Path, script: WriteScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    script()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ("x" * 300)))
    status, found = checks()
    assert status == 1
    assert next(it for it in found if it["health"] == "broken")["mend"]
    assert any("model scripted" in it["what"] for it in found)


def test_a_working_directory_that_is_gone_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    words = ["sh", "-c", 'rmdir "$PWD" && exec "$@"', "sh", *COMMAND, "doctor"]
    done = subprocess.run(words, cwd=folder, capture_output=True, timeout=PATIENCE_S, check=False)
    assert b"this folder cannot be looked at" in done.stdout
    assert b"None" not in done.stdout
