"""Own adapters made for tests: folders as `glossator tune run` writes them, without training."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from glossator_clients.adapters import FORMS, adapters_folder, choices_file, file_of_form
from glossator_clients.model_files import KNOWN_MODELS
from glossator_server.prompts.files import load_template

BASE = KNOWN_MODELS["smollm2"].file_sha256
PROMPT = "document-small"
# SmolLM2's own shape.
LAYERS, WIDTH, HEADS, KEY_HEADS = 30, 576, 9, 3


def make_adapter(name: str, **changes: object) -> Path:
    """Write an adapter that has passed its gate; `changes` are to its record, by key."""
    folder = adapters_folder() / name
    folder.mkdir(parents=True)
    for form in FORMS:
        (folder / file_of_form(form)).write_bytes(f"{name} {form}".encode())
    write_record(folder, **changes)
    return folder


def write_record(folder: Path, **changes: object) -> None:
    """Write the record that fits the files of a folder, but for the changes."""
    files = {
        form: {
            "file": file_of_form(form),
            "sha256": hashlib.sha256((folder / file_of_form(form)).read_bytes()).hexdigest(),
        }
        for form in FORMS
    }
    passed = {form: {"verdict": "passed", "sha256": it["sha256"]} for form, it in files.items()}
    record = {
        "schema": 1,
        "name": folder.name,
        "role": "document",
        "base": {"name": "smollm2", "sha256": BASE},
        "prompt": {"name": PROMPT, "sha256": load_template(PROMPT).sha256},
        "training": {"options": {"rank": 16}},
        "files": files,
        "gate": passed,
        **changes,
    }
    (folder / "adapter.json").write_text(json.dumps(record), "utf-8")


def choose(*names: str, form: str = "q8_0", role: str = "document") -> None:
    """Write that these were chosen, the last one now."""
    choices_file().parent.mkdir(parents=True, exist_ok=True)
    made = [{"name": name, "form": form} for name in names]
    choices_file().write_text(json.dumps({"schema": 1, "roles": {role: made}}), "utf-8")


def random_weights(
    seed: int, strength: float, projections: Mapping[str, tuple[int, int]]
) -> dict[str, Any]:
    """Return peft's names and random matrices of rank 4 for projections of every layer.

    `projections` are paths in a layer with how many numbers go in and come out.
    """
    random = np.random.default_rng(seed)
    weights: dict[str, Any] = {}
    for layer in range(LAYERS):
        for path, (inside, outside) in projections.items():
            name = f"base_model.model.model.layers.{layer}.{path}"
            a = random.standard_normal((4, inside)) / inside**0.5
            b = random.standard_normal((outside, 4)) * strength
            weights[f"{name}.lora_A.weight"] = a.astype(np.float32)
            weights[f"{name}.lora_B.weight"] = b.astype(np.float32)
    return weights
