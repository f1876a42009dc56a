"""Own one training run from a folder of data to a folder with an adapter in it.

It must not decide whether the adapter is any good: the gate does.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from glossator_clients.adapters import (
    FORMS,
    RECORD_FILE,
    adapters_folder,
    check_name,
    file_of_form,
    shipped_folders,
)
from glossator_clients.model_files import sha256_of
from glossator_server.errors import UsageError
from glossator_server.files import write_report
from glossator_server.tuning.bases import Base, OpenedBase, find_base, open_base
from glossator_server.tuning.checkpoints import TrainingState, alone_in, remove_state, writing
from glossator_server.tuning.choosing import TRAINED_FROM
from glossator_server.tuning.conversations import EncodedSet, read_set
from glossator_server.tuning.exports import published_name
from glossator_server.tuning.lora_gguf import heads_of, write_lora_gguf
from glossator_server.tuning.options import TuneOptions
from glossator_server.tuning.training import (
    PEFT_WEIGHTS,
    Keeping,
    Trainer,
    TrainingHooks,
    TrainingSet,
    unfinished,
)

_PART = ".part-"
# What a folder of data that was not exported by us is taken for.
_ROLE = "document"


@dataclass(frozen=True, slots=True)
class RunOrders:
    """What is to be trained: which data, on which base, under which name.

    `is_resumed` goes on with an unfinished run, `is_restarted` throws it away.
    """

    data: Path
    name: str
    base: str
    options: TuneOptions
    is_resumed: bool = False
    is_restarted: bool = False


@dataclass(frozen=True, slots=True)
class Trained:
    """What a run has made; losses are of the held-out conversations."""

    folder: Path
    steps: int
    tokens: int
    seconds: float
    loss_before: float
    loss_after: float
    device: str
    left_out: int


def train(orders: RunOrders, hooks: TrainingHooks) -> Trained:
    """Train an adapter and write it into its folder; an earlier one of the name is replaced.

    Raises `UsageError` for what cannot be trained, `TrainingStoppedError` where it was stopped.
    """
    check_name(orders.name)
    if orders.name in {it.name for it in shipped_folders()}:
        raise UsageError(f"{orders.name} is the adapter that is shipped; choose another --name.")
    base = find_base(orders.base)
    manifest = _manifest(orders.data)
    folder = adapters_folder() / orders.name
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone_in(folder):
        return _trained(orders, base, manifest, folder, hooks)


def _trained(
    orders: RunOrders, base: Base, manifest: Mapping[str, Any], folder: Path, hooks: TrainingHooks
) -> Trained:
    if orders.is_restarted:
        remove_state(folder)
    opened = open_base(base, orders.options.precision, orders.options.threads)
    train_set, valid_set = _sets(orders, opened)
    keeping = Keeping(folder, _identity(orders, base, train_set, valid_set))
    resumed = unfinished(keeping)
    if resumed is not None and not orders.is_resumed:
        raise UsageError(
            f"The training of {orders.name} is unfinished; go on with --resume, or throw it away "
            "with --restart."
        )
    data = TrainingSet(train_set.conversations, valid_set.conversations)
    trainer = Trainer(opened, data, orders.options, keeping)
    state = trainer.run(resumed, hooks)
    record = _record(orders, base, manifest, state, opened, (train_set, valid_set))
    _write(folder, trainer, orders, record)
    remove_state(folder)
    return Trained(
        folder,
        state.step,
        state.tokens,
        state.elapsed_s,
        state.losses[0][1],
        min(loss for _, loss in state.losses),
        opened.in_words,
        train_set.too_long + valid_set.too_long,
    )


def _sets(orders: RunOrders, opened: OpenedBase) -> tuple[EncodedSet, EncodedSet]:
    it = orders.options
    train_set, valid_set = (
        read_set(orders.data / name, opened.tokenizer, it.answers, it.longest)
        for name in ("train.jsonl", "valid.jsonl")
    )
    return train_set, valid_set


def _identity(orders: RunOrders, base: Base, train_set: EncodedSet, valid_set: EncodedSet) -> str:
    parts = (orders.options.fingerprint(), base.sha256, train_set.sha256, valid_set.sha256)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _manifest(folder: Path) -> Mapping[str, Any]:
    """Return what the export says of its data; a folder of other makers may say nothing."""
    if not folder.is_dir():
        raise UsageError(
            f"{folder} is no folder; name one that `glossator data export` has written."
        )
    path = folder / "manifest.json"
    if not path.is_file():
        return {}
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is damaged; export the data again.") from error
    return manifest if isinstance(manifest, dict) else {}


def _record(
    orders: RunOrders,
    base: Base,
    manifest: Mapping[str, Any],
    state: TrainingState,
    opened: OpenedBase,
    sets: tuple[EncodedSet, EncodedSet],
) -> dict[str, Any]:
    prompt = manifest.get("prompt") or {}
    path = orders.data / "manifest.json"
    train_set, valid_set = sets
    return {
        "schema": 1,
        "name": orders.name,
        "role": manifest.get("role", _ROLE),
        "base": {"name": base.name, "sha256": base.sha256},
        "prompt": {"name": prompt.get("name", ""), "sha256": prompt.get("sha256", "")},
        "data": {
            "manifest_sha256": sha256_of(path) if path.is_file() else "",
            "train": len(train_set.conversations),
            "valid": len(valid_set.conversations),
            "too_long": train_set.too_long + valid_set.too_long,
            "train_sha256": train_set.sha256,
            "valid_sha256": valid_set.sha256,
        },
        "training": {
            "options": asdict(orders.options),
            "device": opened.in_words,
            "steps": state.step,
            "tokens": state.tokens,
            "seconds": round(state.elapsed_s, 1),
            "best_step": state.best_step,
            "best_loss": state.best_loss,
            "losses": state.losses,
        },
        "gate": {},
    }


def _write(folder: Path, trainer: Trainer, orders: RunOrders, record: dict[str, Any]) -> None:
    """Write the adapter's files beside their places, then put them there, the record last."""
    part = folder / f"{_PART}{record['name']}"
    with writing(folder):
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        try:
            trainer.save(part, published_name(record["base"]["name"]))
            write_forms(part, trainer.config, orders.options.alpha)
            record["files"] = {
                form: {"file": file_of_form(form), "sha256": sha256_of(part / file_of_form(form))}
                for form in FORMS
            }
            (folder / RECORD_FILE).unlink(missing_ok=True)
            for path in part.iterdir():
                path.replace(folder / path.name)
            write_report(
                folder / TRAINED_FROM, json.dumps({"folder": str(orders.data.resolve())}) + "\n"
            )
            write_report(folder / RECORD_FILE, json.dumps(record, indent=2) + "\n")
        finally:
            shutil.rmtree(part, ignore_errors=True)


def write_forms(folder: Path, config: Any, alpha: float) -> None:  # noqa: ANN401 -- transformers'
    """Write the files for the engine of the peft weights in a folder."""
    from safetensors.numpy import load_file

    weights = load_file(folder / PEFT_WEIGHTS)
    heads = heads_of(config)
    for form in FORMS:
        write_lora_gguf(folder / file_of_form(form), weights, alpha, heads, form)
