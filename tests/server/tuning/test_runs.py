"""Own the proof that training learns, loses nothing to a break, and says what it cannot do.

A model of two layers is trained: the same code trains the engine's own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from glossator_clients.adapters import adapters_folder
from glossator_server.errors import UsageError
from glossator_server.tuning.bases import find_base, open_tokenizer
from glossator_server.tuning.checkpoints import alone_in
from glossator_server.tuning.conversations import read_set
from glossator_server.tuning.extra import TuningUnavailableError, check_installed
from glossator_server.tuning.options import AnswersTaught, TrainingProgress
from glossator_server.tuning.runs import RunOrders, Trained, train
from glossator_server.tuning.training import TrainingHooks, TrainingStoppedError
from tests.conftest import missing_part
from tests.server.datasets.repositories import little_room
from tests.server.tuning.tiny import OPTIONS, make_data, make_tiny_base

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module", autouse=True)
def _needs_torch() -> None:
    try:
        check_installed()
    except TuningUnavailableError as trouble:
        missing_part("tune", str(trouble))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return make_data(tmp_path / "data")


def trained(base: Path, data: Path, stop_at: int | None = None, **orders: object) -> Trained:
    """Train; where `stop_at` is given, stop after that step."""
    seen: list[TrainingProgress] = []
    hooks = TrainingHooks(seen.append, lambda: stop_at is not None and len(seen) >= stop_at)
    plain = RunOrders(data, "mine", str(base), OPTIONS)
    return train(replace(plain, **orders), hooks)


def weights_of(name: str) -> dict[str, Any]:
    from safetensors.numpy import load_file

    return dict(load_file(adapters_folder() / name / "adapter_model.safetensors"))


def test_it_learns_and_writes_what_peft_reads(base: Path, data: Path) -> None:
    made = trained(base, data, options=replace(OPTIONS, epochs=8, layers=2))
    assert made.loss_after < 0.95 * made.loss_before
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    model = PeftModel.from_pretrained(
        AutoModelForCausalLM.from_pretrained(str(base)), str(made.folder)
    )
    assert model.peft_config["default"].r == 4
    record = json.loads((made.folder / "adapter.json").read_text("utf-8"))
    assert record["training"]["best_loss"] == pytest.approx(made.loss_after)
    assert record["gate"] == {}
    assert sorted(record["files"]) == ["f16", "q8_0"]
    assert not list(made.folder.glob("*.pt"))
    assert record["base"]["name"] == base.name
    texts = {it.name: it.read_bytes() for it in made.folder.iterdir()}
    assert [it for it in texts if str(base).encode() in texts[it]] == []
    assert [it for it in texts if str(data).encode() in texts[it]] == ["trained-from.json"]


def test_a_base_of_the_hubs_own_cache_is_called_as_the_hub_calls_it(tmp_path: Path) -> None:
    folder = tmp_path / "models--Some--Model-1B" / "snapshots" / "0f1e2d"
    folder.mkdir(parents=True)
    (folder / "config.json").touch()
    (folder / "model.safetensors").touch()
    assert find_base(str(folder)).name == "Some/Model-1B"


def test_a_run_that_was_stopped_goes_on_exactly(base: Path, data: Path) -> None:
    trained(base, data, name="whole")
    with pytest.raises(TrainingStoppedError):
        trained(base, data, name="parted", stop_at=3)
    with pytest.raises(TrainingStoppedError):
        trained(base, data, name="parted", stop_at=2, is_resumed=True)
    with pytest.raises(UsageError, match="unfinished; go on with --resume"):
        trained(base, data, name="parted")
    trained(base, data, name="parted", is_resumed=True)
    whole, parted = weights_of("whole"), weights_of("parted")
    assert whole.keys() == parted.keys()
    assert all((whole[it] == parted[it]).all() for it in whole)


def test_a_kill_at_any_instant_loses_no_more_than_a_step(base: Path, data: Path) -> None:
    trained(base, data, name="whole")
    words = (str(base), str(data), "4", "5")
    ended = subprocess.run(
        [sys.executable, "-m", "tests.server.tuning.killed_runs", *words],
        stdout=subprocess.PIPE,
        check=True,
        timeout=100,
    )
    told = json.loads(ended.stdout)
    assert told["status"] == 0
    kept = [it or 0 for it in told["steps"]]
    assert kept == sorted(kept)
    assert kept[-1] > 0
    whole, killed = weights_of("whole"), weights_of("killed")
    assert all((whole[it] == killed[it]).all() for it in whole)
    assert not list((adapters_folder() / "killed").glob("*training-state*"))


def test_an_unfinished_run_of_other_data_is_not_gone_on_with(base: Path, data: Path) -> None:
    with pytest.raises(TrainingStoppedError):
        trained(base, data, stop_at=1)
    with (data / "train.jsonl").open("a") as file:
        file.write((data / "valid.jsonl").read_text("utf-8"))
    with pytest.raises(UsageError, match="other options or data"):
        trained(base, data, is_resumed=True)
    assert trained(base, data, is_restarted=True).steps > 0


def test_a_second_run_of_the_same_name_is_kept_out(base: Path, data: Path) -> None:
    folder = adapters_folder() / "mine"
    folder.mkdir(parents=True)
    with alone_in(folder), pytest.raises(UsageError, match="of mine is under way already"):
        trained(base, data)
    assert list(folder.iterdir()) == []


def test_a_damaged_state_is_told(base: Path, data: Path) -> None:
    with pytest.raises(TrainingStoppedError):
        trained(base, data, stop_at=1)
    state = adapters_folder() / "mine" / "training-state.pt"
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(UsageError, match="damaged; begin anew with --restart"):
        trained(base, data, is_resumed=True)


def test_a_full_disk_is_a_sentence_and_leaves_the_state_before(base: Path, data: Path) -> None:
    with pytest.raises(TrainingStoppedError):
        trained(base, data, stop_at=1)
    folder = adapters_folder() / "mine"
    before = (folder / "training-state.pt").read_bytes()
    with little_room(4096), pytest.raises(UsageError, match="make room"):
        trained(base, data, stop_at=2, is_resumed=True)
    assert (folder / "training-state.pt").read_bytes() == before
    assert [it.name for it in folder.iterdir()] == ["training-state.pt"]


USER = {"role": "user", "content": "a"}


def _without(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def _with(name: str, content: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(content, "utf-8")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_without("train.jsonl"), "cannot be read"),
        (_without("valid.jsonl"), "cannot be read"),
        (_with("train.jsonl", ""), "holds no conversation"),
        (_with("train.jsonl", '{"prompt": "a", "completion": "b"}'), "line 1, is no conversation"),
        (_with("train.jsonl", '{"messages": [{"role": "user", "content": "a"}]}'), "line 1"),
        (_with("train.jsonl", "{"), "line 1"),
        (_with("train.jsonl", '\n{"messages": [{"role": "tool", "content": "a"}]}'), "line 2"),
        (_with("train.jsonl", '{"messages": [{"role": "assistant", "content": "a"}]}'), "line 1"),
        (_with("manifest.json", "{"), "damaged; export the data again"),
        (
            _with(
                "train.jsonl",
                json.dumps({"messages": [USER, {"role": "assistant", "content": "a" * 9000}]}),
            ),
            "only conversations that are too long",
        ),
    ],
)
def test_data_that_cannot_be_learned_are_told(
    base: Path, data: Path, harm: Callable[[Path], object], said: str
) -> None:
    harm(data)
    with pytest.raises(UsageError, match=said):
        trained(base, data)


def test_what_is_no_folder_or_no_base_is_told(base: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no folder; name one"):
        trained(base, data / "none")
    with pytest.raises(UsageError, match="neither a model of the engine"):
        trained(tmp_path, data)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (AnswersTaught.ALL, ["page<|im_end|>", "page it<|im_end|>"]),
        (AnswersTaught.LAST, ["page it<|im_end|>"]),
    ],
)
def test_answers_with_their_ends_are_taught_and_nothing_else(
    base: Path, data: Path, answers: AnswersTaught, expected: list[str]
) -> None:
    tokenizer = open_tokenizer(find_base(str(base)))
    first = read_set(data / "train.jsonl", tokenizer, answers, 500).conversations[0]
    spans: list[list[int]] = [[]]
    for id_, is_taught in zip(first.ids, first.taught, strict=True):
        if is_taught:
            spans[-1].append(id_)
        elif spans[-1]:
            spans.append([])
    assert [tokenizer.decode(it) for it in spans if it] == expected
