"""Own the handing on of an adapter: as the engine's file, for Ollama, for vLLM.

It must not start any of them: each folder says in a file what to do with it.

Sources: Ollama's description of a Modelfile; vLLM's `lora/peft_helper.py` for what it takes of
`adapter_config.json`, and its `--max-lora-rank` for the ranks that there are.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from glossator_clients.adapters import RECORD_FILE, file_of_form, is_proven, read_record
from glossator_clients.model_files import KNOWN_MODELS, model_path
from glossator_server.errors import UsageError
from glossator_server.prompts.files import load_template
from glossator_server.tuning.checkpoints import writing
from glossator_server.tuning.choosing import folder_of

PEFT_FILES = ("adapter_config.json", "adapter_model.safetensors")
# What vLLM has kernels for.
_VLLM_RANKS = (8, 16, 32, 64, 128, 256)
# SmolLM2's own template, in Ollama's language.
_CHATML = (
    "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n"
    "{{ end }}<|im_start|>assistant\n"
)


def export(name: str, to: str, out: Path, form: str) -> Path:
    """Write an adapter into a new folder for what is to run it; return that folder.

    Raises `UsageError` where the folder is there already or cannot be written.
    """
    folder = folder_of(name)
    record = read_record(folder)
    if out.exists():
        raise UsageError(f"{out} is there already; name a new folder with --out.")
    with writing(out.parent):
        # Beside its place, so that it is whole once it is there.
        part = out.with_name(f".{out.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        try:
            _TARGETS[to](folder, record, part, form)
            shutil.copy(folder / RECORD_FILE, part)
            part.replace(out)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return out


def proven_words(name: str, form: str) -> str:
    """Say whether what is exported has passed its gate; the weights of peft are those of f16."""
    record = read_record(folder_of(name))
    if is_proven(record, form):
        return f"{form} of {name} has passed its gate"
    return f"{form} of {name} has not passed its gate: nothing says that it helps"


def modelfile(record: Mapping[str, Any], base: str, adapter: str) -> str:
    """Return Ollama's recipe for the base with the adapter, asked as the engine asks it."""
    lines = [f"FROM {base}", f"ADAPTER {adapter}"]
    if record["prompt"]["name"]:
        sampling = load_template(record["prompt"]["name"]).sampling
        lines += [
            f"PARAMETER temperature {sampling.temperature:g}",
            f"PARAMETER top_p {sampling.top_p:g}",
            f"PARAMETER num_predict {sampling.max_tokens}",
        ]
    lines.append("PARAMETER num_ctx 8192")
    if record["base"]["name"] in KNOWN_MODELS:
        lines += [f'TEMPLATE """{_CHATML}"""', 'PARAMETER stop "<|im_end|>"']
    return "\n".join(lines) + "\n"


def vllm_command(record: Mapping[str, Any], base: str) -> str:
    """Return the command that serves the base with the adapter under the adapter's name."""
    rank = int(record["training"]["options"]["rank"])
    room = next((it for it in _VLLM_RANKS if it >= rank), rank)
    return (
        f"vllm serve {base} --enable-lora --max-lora-rank {room} "
        f"--lora-modules {record['name']}=.\n"
    )


def published_name(base: str) -> str:
    """Return what a base is called where others look for it; a folder is its own name."""
    known = KNOWN_MODELS.get(base)
    return base if known is None else known.source.partition(",")[0]


def _as_gguf(folder: Path, record: Mapping[str, Any], part: Path, form: str) -> None:
    file = file_of_form(form)
    shutil.copy(folder / file, part)
    base = record["base"]["name"]
    (part / "README.txt").write_text(
        f"{record['name']}: a LoRA adapter for {base} (sha256 {record['base']['sha256']}), as "
        f"llama.cpp reads it.\n\nllama-server -m BASE.gguf --lora {file}\n",
        "utf-8",
    )


def _for_ollama(folder: Path, record: Mapping[str, Any], part: Path, form: str) -> None:
    base, file = str(record["base"]["name"]), file_of_form(form)
    shutil.copy(folder / file, part)
    words = f"ollama create {record['name']} -f Modelfile\n"
    if base in KNOWN_MODELS:
        path = model_path(base)
        shutil.copy(path, part)
        place = f"./{path.name}"
    else:
        place = "./base"
        words = f"{_which_folder(record, 'base')}\n\n{words}"
    (part / "Modelfile").write_text(modelfile(record, place, f"./{file}"), "utf-8")
    (part / "README.txt").write_text(words, "utf-8")


def _for_vllm(folder: Path, record: Mapping[str, Any], part: Path, form: str) -> None:  # noqa: ARG001 -- peft's weights have one form
    settings, weights = PEFT_FILES
    shutil.copy(folder / weights, part)
    base = published_name(str(record["base"]["name"]))
    config = json.loads((folder / settings).read_text("utf-8"))
    config["base_model_name_or_path"] = base
    (part / settings).write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    words = vllm_command(record, base)
    if record["base"]["name"] not in KNOWN_MODELS:
        words = f"{_which_folder(record, base)}\n\n{words}"
    (part / "README.txt").write_text(words, "utf-8")


def _which_folder(record: Mapping[str, Any], place: str) -> str:
    told = record["base"]
    return f"Put the folder of {told['name']} (weights of sha256 {told['sha256']}) here as {place}."


_TARGETS: Mapping[str, Callable[[Path, Mapping[str, Any], Path, str], None]] = {
    "gguf": _as_gguf,
    "ollama": _for_ollama,
    "vllm": _for_vllm,
}
TARGETS = tuple(_TARGETS)
