"""When a machine is to be spared: what its power supplies say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from glossator_indexer.owner.quiet import reason_to_be_quiet

MAINS_ON = {"type": "Mains", "online": "1"}
MAINS_OFF = {"type": "Mains", "online": "0"}
DRAINING = {"type": "Battery", "status": "Discharging"}
FULL = {"type": "Battery", "status": "Full"}
BATTERY = "Indexing goes slowly because the machine runs on its battery."
MOUSE = {"type": "Battery", "status": "Discharging", "scope": "Device"}


@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ([], None),
        ([MAINS_ON, FULL], None),
        ([MAINS_ON, DRAINING], None),
        ([MAINS_OFF, DRAINING], BATTERY),
        ([DRAINING], BATTERY),
        ([FULL], None),
        ([MOUSE], None),
        ([MAINS_OFF, MOUSE], None),
        ([{"type": "Battery"}], None),
    ],
)
def test_a_battery_that_runs_down_is_spared(
    supplies: list[dict[str, str]],
    expected: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    for number, supply in enumerate(supplies):
        folder = tmp_path / f"SUPPLY{number}"
        folder.mkdir()
        for name, word in supply.items():
            (folder / name).write_text(f"{word}\n")
    assert reason_to_be_quiet(tmp_path) == expected


def test_a_busy_machine_is_spared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (1000.0, 0.0, 0.0))
    assert reason_to_be_quiet(tmp_path / "none") == (
        "Indexing goes slowly because the machine is busy."
    )
