"""Own the proof that the gate refuses adapters that do harm, on the engine with the small model.

`benchmarks/adapter_gate.py` has twenty, trained ones too, made from a good one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glossator_clients.adapters import FORMS, file_of_form
from glossator_server.cli.dispatch import run
from glossator_server.tuning.lora_gguf import Heads, write_lora_gguf
from tests.server.tuning.adapters import (
    HEADS,
    KEY_HEADS,
    LAYERS,
    WIDTH,
    make_adapter,
    random_weights,
    write_record,
)

pytestmark = [pytest.mark.model, pytest.mark.long, pytest.mark.timeout(600)]

FORM = "q8_0"
DOWN = {"mlp.down_proj": (1536, WIDTH)}


def nothing() -> dict[str, Any]:
    return random_weights(1, 0.0, DOWN)


def slightly_wrong() -> dict[str, Any]:
    return random_weights(2, 0.03, DOWN)


HARMFUL = {it.__name__.replace("_", "-"): it for it in (nothing, slightly_wrong)}


@pytest.mark.usefixtures("fetched_model")
@pytest.mark.parametrize("name", HARMFUL)
def test_what_does_harm_is_refused_and_cannot_be_used(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    pytest.importorskip("gguf", reason="the extra `tune` is not installed")
    folder = make_adapter(name)
    weights = {key: np.asarray(it, np.float32) for key, it in HARMFUL[name]().items()}
    for form in FORMS:
        shape = Heads("llama", LAYERS, HEADS, KEY_HEADS)
        write_lora_gguf(folder / file_of_form(form), weights, 4.0, shape, form)
    write_record(folder, gate={})
    data = tmp_path / "data"
    data.mkdir()
    for file in ("train.jsonl", "valid.jsonl"):
        (data / file).touch()
    words = ("--form", FORM, "--data", str(data), "--prepared", "-n", "3", "--json", "--quiet")
    # What does no harm beside the adapter that is shipped might do some to the bare model.
    assert run(["tune", "use", "none"]) == 0
    capsys.readouterr()
    status = run(["tune", "gate", name, *words])
    (verdict,) = json.loads(capsys.readouterr().out)["verdicts"].values()
    assert (status, verdict["verdict"]) == (1, "refused")
    assert verdict["reasons"]
    assert run(["tune", "use", name]) == 2
    assert "was refused by its gate" in capsys.readouterr().err
