"""Own the proof of what `glossator tune` says and does, as a user calls it."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from glossator_clients import adapters as adapters_module
from glossator_clients.adapters import adapters_in_use, choices_file
from glossator_clients.model_files import models_folder
from glossator_server.cli.dispatch import run
from glossator_server.cli.tune import TARGET_NAMES
from glossator_server.tuning.exports import TARGETS
from tests.server.tuning.adapters import BASE, choose, make_adapter, write_record

Captured = pytest.CaptureFixture[str]


def told(captured: Captured, *words: str) -> tuple[int, str]:
    status = run(words)
    ended = captured.readouterr()
    return status, ended.out + ended.err


def test_one_is_used_and_one_command_goes_back(capsys: Captured) -> None:
    make_adapter("first")
    make_adapter("second")
    assert told(capsys, "tune", "use", "first")[0] == 0
    status, said = told(capsys, "tune", "use", "second", "--form", "f16")
    assert (status, said) == (0, "second (f16) is in use; `glossator tune back` goes back\n")
    assert "in use (f16)" in told(capsys, "tune", "list")[1]
    assert told(capsys, "tune", "back") == (0, "first (q8_0) is in use\n")
    assert told(capsys, "tune", "use", "none")[0] == 0
    assert told(capsys, "tune", "back") == (0, "first (q8_0) is in use\n")
    assert told(capsys, "tune", "back") == (0, "what the product ships is in use\n")
    status, said = told(capsys, "tune", "back")
    assert (status, "nothing to go back from" in said) == (2, True)


@pytest.mark.parametrize(
    ("changes", "words", "said"),
    [
        ({"gate": {}}, [], "has not passed its gate; run `glossator tune gate mine`"),
        (
            {"gate": {"q8_0": {"verdict": "refused", "reasons": ["chrf is worse"], "sha256": ""}}},
            [],
            "was refused by its gate: chrf is worse",
        ),
        (
            {"gate": {"q8_0": {"verdict": "passed", "reasons": [], "sha256": "old"}}},
            ["--form", "q8_0"],
            "has changed since its gate",
        ),
        ({"prompt": {"name": "document-small", "sha256": "old"}}, [], "is not the one that mine"),
        ({"prompt": {"name": "", "sha256": ""}}, [], "do not name their prompt"),
    ],
)
def test_what_is_not_proven_is_not_used(
    capsys: Captured, changes: dict[str, object], words: Sequence[str], said: str
) -> None:
    write_record(make_adapter("mine"), **changes)
    status, sentence = told(capsys, "tune", "use", "mine", *words)
    assert status == 2
    assert said in sentence
    assert not choices_file().exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["use", "nobody"], "There is no adapter nobody"),
        (["gate", "nobody"], "There is no adapter nobody"),
        (["gate"], "Name an adapter, or a prompt with --prompt."),
        (["export", "nobody", "--to", "gguf"], "There is no adapter nobody"),
    ],
)
def test_what_is_not_there_is_told(capsys: Captured, words: Sequence[str], said: str) -> None:
    status, sentence = told(capsys, "tune", *words)
    assert (status, said in sentence) == (2, True)


@pytest.mark.parametrize(
    ("changes", "words", "said"),
    [
        ({"base": {"name": "/models/other", "sha256": ""}}, [], "which the engine does not run"),
        ({}, [], "name that folder with --data"),
        ({}, ["--data", "nowhere"], "cannot be read as training data"),
    ],
)
def test_what_cannot_be_judged_is_told(
    capsys: Captured, changes: dict[str, object], words: Sequence[str], said: str
) -> None:
    write_record(make_adapter("mine"), **changes)
    status, sentence = told(capsys, "tune", "gate", "mine", *words)
    assert (status, said in sentence) == (2, True)


def test_without_what_trains_there_is_one_sentence(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = importlib.util.find_spec

    def without_torch(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "torch" else found(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without_torch)
    status, sentence = told(capsys, "tune", "run", str(tmp_path), "--name", "mine")
    assert status == 2
    assert "pip install 'glossator[tune]'" in sentence
    assert sentence.count("\n") == 1


def test_it_is_handed_on_for_other_programs(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = make_adapter("mine")
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    settings = {"r": 16, "base_model_name_or_path": "/home/somebody/model", "bias": "none"}
    (folder / "adapter_config.json").write_text(json.dumps(settings), "utf-8")
    for to in ("gguf", "vllm"):
        status, said = told(capsys, "tune", "export", "mine", "--to", to)
        assert (status, "f16 of mine has passed its gate" in said) == (0, True)
    assert (tmp_path / "mine-gguf" / "adapter-f16.gguf").read_bytes() == b"mine f16"
    command = (tmp_path / "mine-vllm" / "README.txt").read_text("utf-8")
    assert command == (
        "vllm serve HuggingFaceTB/SmolLM2-135M-Instruct --enable-lora --max-lora-rank 16 "
        "--lora-modules mine=.\n"
    )
    written = json.loads((tmp_path / "mine-vllm" / "adapter_config.json").read_text("utf-8"))
    assert written["base_model_name_or_path"] == "HuggingFaceTB/SmolLM2-135M-Instruct"
    status, said = told(capsys, "tune", "export", "mine", "--to", "gguf")
    assert (status, "is there already" in said) == (2, True)
    # The model is not fetched here: nothing half-written is left.
    assert told(capsys, "tune", "export", "mine", "--to", "ollama")[0] == 4
    assert sorted(it.name for it in tmp_path.iterdir() if "mine" in it.name) == [
        "mine-gguf",
        "mine-vllm",
    ]


def test_one_on_a_folder_says_which_folder_it_needs_and_no_place(
    capsys: Captured, tmp_path: Path
) -> None:
    folder = make_adapter("mine")
    write_record(folder, base={"name": "Some/Model-1B", "sha256": "1a2b"})
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    (folder / "adapter_config.json").write_text('{"r": 16}', "utf-8")
    for to in ("ollama", "vllm"):
        out = tmp_path / to
        assert told(capsys, "tune", "export", "mine", "--to", to, "--out", str(out))[0] == 0
        words = (out / "README.txt").read_text("utf-8")
        assert "Put the folder of Some/Model-1B (weights of sha256 1a2b) here" in words
    assert (tmp_path / "ollama" / "Modelfile").read_text("utf-8").startswith("FROM ./base\n")


def test_the_list_says_that_what_was_chosen_is_not_used(capsys: Captured) -> None:
    write_record(make_adapter("mine"), gate={})
    choose("mine")
    _, said = told(capsys, "tune", "list")
    assert "chosen, not used (q8_0)" in said


def test_nothing_of_it_is_imported_before_it_is_called() -> None:
    probe = (
        "import sys; from glossator_server.cli.dispatch import run\n"
        "try: run(['tune', '--help'])\nexcept SystemExit: pass\n"
        "found = {'torch', 'transformers', 'peft', 'gguf'} & set(sys.modules)\n"
        "sys.exit(', '.join(found) or 0)"
    )
    ended = subprocess.run([sys.executable, "-c", probe], stdout=subprocess.DEVNULL, check=False)
    assert ended.returncode == 0


def test_one_that_is_shipped_is_in_use_is_switched_off_and_named_again(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_file: Path
) -> None:
    models_folder().mkdir(parents=True)
    for file in model_file.parent.glob(f"{model_file.stem}*"):
        (models_folder() / file.name).symlink_to(file)
    make_adapter("ours").rename(tmp_path / "ours")
    (tmp_path / "ours" / "adapter-f16.gguf").unlink()
    record = json.loads((tmp_path / "ours" / "adapter.json").read_text("utf-8"))
    del record["files"]["f16"], record["gate"]["f16"]
    (tmp_path / "ours" / "adapter.json").write_text(json.dumps(record), "utf-8")
    monkeypatch.setattr(adapters_module, "_SHIPPED", tmp_path)

    def listed() -> str:
        return told(capsys, "tune", "list")[1].splitlines()[-1].partition(": ")[2]

    def said_of_models() -> list[bool]:
        words = "(ours, q8_0, shipped)"
        return [words in told(capsys, *it)[1] for it in (("models", "list"), ("doctor",))]

    assert listed() == "q8_0 passed; shipped; in use (q8_0)"
    assert said_of_models() == [True, True]
    assert told(capsys, "tune", "use", "none")[0] == 0
    assert listed() == "q8_0 passed; shipped"
    assert said_of_models() == [False, False]
    assert told(capsys, "tune", "back") == (0, "what the product ships is in use\n")
    assert said_of_models() == [True, True]
    make_adapter("mine")
    assert told(capsys, "tune", "use", "mine")[0] == 0
    assert listed() == "q8_0 passed; shipped"
    assert told(capsys, "tune", "use", "ours")[0] == 0
    assert listed() == "q8_0 passed; shipped; in use (q8_0)"
    assert [it.name for it in adapters_in_use(BASE).adapters] == ["ours"]
    status, said = told(capsys, "tune", "use", "ours", "--form", "f16")
    assert (status, "form f16 of ours" in said) == (2, True)


def test_the_programs_of_the_command_line_are_those_that_can_be_exported_for() -> None:
    assert TARGETS == TARGET_NAMES


def test_a_record_of_which_something_is_missing_is_told(capsys: Captured) -> None:
    folder = make_adapter("mine")
    (folder / "adapter.json").write_text('{"schema": 1, "name": "mine"}', "utf-8")
    for words in (("list",), ("use", "mine"), ("gate", "mine"), ("export", "mine", "--to", "gguf")):
        status, said = told(capsys, "tune", *words)
        assert status == (0 if words == ("list",) else 4)
        assert "has no usable adapter.json; train it again." in said


@pytest.mark.parametrize("name", ["../mine", "/tmp/mine", "a/b"])
def test_what_is_no_name_leads_nowhere(capsys: Captured, name: str) -> None:
    make_adapter("mine")
    for words in (("use", name), ("gate", name), ("export", name, "--to", "gguf")):
        status, said = told(capsys, "tune", *words)
        assert (status, "cannot be the name of an adapter" in said) == (2, True)
