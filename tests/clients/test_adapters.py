"""Own the proof of which adapters are used, and why others are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glossator_clients import adapters as adapters_module
from glossator_clients.adapters import (
    adapter_for_measuring,
    adapters_in_use,
    check_name,
    choices_file,
    file_of_form,
)
from glossator_clients.errors import ModelUnavailableError
from glossator_gate.errors import ConfigurationError
from tests.server.tuning.adapters import BASE, choose, make_adapter, write_record


@pytest.fixture(autouse=True)
def _shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the package hold none."""
    monkeypatch.setattr(adapters_module, "_SHIPPED", tmp_path / "shipped")


def test_what_was_chosen_and_has_passed_is_used() -> None:
    folder = make_adapter("mine")
    choose("mine")
    (adapter,) = adapters_in_use(BASE).adapters
    assert (adapter.name, adapter.form, adapter.role) == ("mine", "q8_0", "document")
    assert adapter.path == folder / file_of_form("q8_0")
    assert adapter.label == f"document@{adapter.sha256[:6]}"


def test_nothing_is_used_unless_somebody_chose_it() -> None:
    make_adapter("mine")
    assert adapters_in_use(BASE) == adapters_module.InUse()


def _truncated(folder: Path) -> None:
    (folder / file_of_form("q8_0")).write_bytes(b"mine")


def _gone(folder: Path) -> None:
    (folder / file_of_form("q8_0")).unlink()


def _without_record(folder: Path) -> None:
    (folder / "adapter.json").write_text("{", "utf-8")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_truncated, "is damaged"),
        (_gone, "is damaged"),
        (_without_record, "has no usable adapter.json"),
        (lambda it: write_record(it, gate={}), "has not passed its gate"),
        (lambda it: write_record(it, gate={"q8_0": {"verdict": "passed"}}), "has not passed"),
        (
            lambda it: write_record(it, gate={"q8_0": {"verdict": "passed", "sha256": "old"}}),
            "has not passed its gate",
        ),
        (lambda it: write_record(it, base={"name": "x", "sha256": "x"}), "another model"),
        (
            lambda it: write_record(it, prompt={"name": "", "sha256": ""}),
            "do not name their prompt",
        ),
        (lambda it: write_record(it, files={}), "has no form q8_0"),
        (lambda it: write_record(it, schema=99), "has no usable"),
        (lambda it: write_record(it, gate=None), "has no usable"),
    ],
)
def test_one_that_cannot_be_trusted_is_a_sentence_and_the_bare_model(
    harm: Callable[[Path], Any], said: str
) -> None:
    folder = make_adapter("mine")
    choose("mine")
    harm(folder)
    found = adapters_in_use(BASE)
    assert found.adapters == ()
    (problem,) = found.problems
    assert said in problem
    assert problem.endswith("It is done without until then.")


def test_damaged_choices_are_as_good_as_none(caplog: pytest.LogCaptureFixture) -> None:
    make_adapter("mine")
    choose("mine")
    choices_file().write_text('{"roles": 3}', "utf-8")
    assert adapters_in_use(BASE).adapters == ()
    assert "glossator tune use" in caplog.text


def test_the_own_one_stands_before_the_shipped_one_and_none_rules_out_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_adapter("mine")
    make_adapter("ours").rename(tmp_path / "ours")
    monkeypatch.setattr(adapters_module, "_SHIPPED", tmp_path)
    assert [it.name for it in adapters_in_use(BASE).adapters] == ["ours"]
    choose("mine")
    assert [it.name for it in adapters_in_use(BASE).adapters] == ["mine", "ours"]
    assert [it.is_shipped for it in adapters_in_use(BASE).adapters] == [False, True]
    choose("mine", "none")
    assert adapters_in_use(BASE).adapters == ()
    choose("none", role="fix")
    assert [it.name for it in adapters_in_use(BASE).adapters] == ["ours"]


def test_one_to_be_measured_needs_no_gate() -> None:
    folder = make_adapter("mine")
    write_record(folder, gate={})
    assert adapter_for_measuring("none", BASE) is None
    found = [adapter_for_measuring(it, BASE) for it in ("mine", "mine:f16")]
    assert [it and it.form for it in found] == ["q8_0", "f16"]
    with pytest.raises(ConfigurationError, match="no form"):
        adapter_for_measuring("mine:q2", BASE)
    with pytest.raises(ModelUnavailableError, match="no adapter other"):
        adapter_for_measuring("other", BASE)


@pytest.mark.parametrize("name", ["", "none", "../x", "A", "a/b", "-a", "a" * 65, "a b"])
def test_what_cannot_be_a_name_is_told(name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the name"):
        check_name(name)
