"""Own the proof of what an adapter is compared with: whatever answers where it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glossator_clients import adapters as adapters_module
from glossator_server.tuning.gating import orders_for_adapter
from tests.server.tuning.adapters import choose, make_adapter


@pytest.fixture
def learned(tmp_path: Path) -> Path:
    """Return a folder of data that hold one answer."""
    folder = tmp_path / "data"
    folder.mkdir()
    answer = {"role": "assistant", "content": json.dumps({"summary": "Free a page"})}
    for name in ("train.jsonl", "valid.jsonl"):
        (folder / name).write_text(json.dumps({"messages": [answer]}) + "\n", "utf-8")
    return folder


def baseline(learned: Path) -> str | None:
    """Return the adapter of what the adapter `mine` is compared with."""
    first, second = orders_for_adapter("mine", ("q8_0",), learned).configurations
    assert second.adapter == "mine:q8_0"
    return first.adapter


def test_it_is_compared_with_what_is_in_use_and_with_the_bare_model_where_nothing_is(
    learned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_adapter("mine")
    make_adapter("other")
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    monkeypatch.setattr(adapters_module, "_SHIPPED", shipped)
    assert baseline(learned) == "none"
    make_adapter("ours").rename(shipped / "ours")
    assert baseline(learned) == "ours:f16"
    choose("other")
    assert baseline(learned) == "other:q8_0"
    # One that is in use already is never compared with itself.
    choose("mine")
    assert baseline(learned) == "ours:f16"
    choose("none")
    assert baseline(learned) == "none"


@pytest.mark.parametrize(
    "changes", [{"role": "fix"}, {"prompt": {"name": "document", "sha256": "0" * 64}}]
)
def test_what_answers_something_else_is_not_in_its_way(
    learned: Path, changes: dict[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(adapters_module, "_SHIPPED", tmp_path / "none")
    make_adapter("mine")
    make_adapter("other", **changes)
    choose("other", role=str(changes.get("role", "document")))
    assert baseline(learned) == "none"
