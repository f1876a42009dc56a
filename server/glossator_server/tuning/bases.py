"""Own the opening of a base model for training: the engine's own GGUF file, or a local folder.

It must not train, and fetches nothing: what is not on this machine is not there.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glossator_clients.model_files import KNOWN_MODELS, model_path, sha256_of
from glossator_server.errors import UsageError
from glossator_server.tuning.options import Precision

# The engine cuts digits one by one before anything else, as the model was trained; transformers
# reads a GGUF without that, and then joins the spaces before a number otherwise.
_CUTS_DIGITS = frozenset({"smollm"})


@dataclass(frozen=True, slots=True)
class Base:
    """Where a base model lies, and what it is known by: `name` says nothing of the place.

    `file` is a GGUF file in `folder`, None for a folder as transformers writes them. `sha256` is
    that of the weights' file, or of all of them in the order of their names.
    """

    name: str
    folder: Path
    file: str | None
    sha256: str


@dataclass(frozen=True, slots=True)
class OpenedBase:
    """A base model in memory, frozen; `model` is transformers' own, `device` torch's place."""

    base: Base
    model: Any
    tokenizer: Any
    device: str

    @property
    def in_words(self) -> str:
        """Say where and how is computed."""
        return f"{self.device}, {str(self.model.dtype).removeprefix('torch.')}"


def find_base(name: str) -> Base:
    """Return where a base lies: a model that the engine knows, or a local Hugging Face folder.

    Raises `ModelUnavailableError` or `UsageError` where it is not there.
    """
    if name in KNOWN_MODELS:
        path = model_path(name)
        return Base(name, path.parent, path.name, sha256_of(path))
    folder = Path(name).expanduser().resolve()
    weights = sorted(folder.glob("*.safetensors"))
    if not (folder / "config.json").is_file() or not weights:
        raise UsageError(
            f"{name} is neither a model of the engine ({', '.join(KNOWN_MODELS)}) nor a folder "
            "with config.json and *.safetensors; name one of these."
        )
    return Base(_called(folder), folder, None, _sha256_of_all(weights))


def open_tokenizer(base: Base) -> Any:  # noqa: ANN401 -- transformers' own
    """Return the base's tokenizer, which cuts a text as the engine does."""
    _silence()
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(base.folder), **_place(base))
    if base.file is not None and _kind_of_words(base.folder / base.file) in _CUTS_DIGITS:
        from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence

        tokenizer.backend_tokenizer.pre_tokenizer = Sequence(
            [Digits(individual_digits=True), ByteLevel(add_prefix_space=False)]
        )
    if tokenizer.chat_template is None:
        raise UsageError(f"{base.name} has no chat template; choose an instruct model.")
    return tokenizer


def open_base(base: Base, precision: Precision, threads: int | None) -> OpenedBase:
    """Load a base for training, on a GPU where there is one.

    The weights of a GGUF file are what the engine computes with, as plain numbers.
    """
    _silence()
    import torch
    from transformers import AutoModelForCausalLM

    if threads is not None:
        torch.set_num_threads(threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = open_tokenizer(base)
    model = AutoModelForCausalLM.from_pretrained(
        str(base.folder), dtype=torch.float32, **_place(base)
    )
    # Cast once: autocast would cast frozen weights at every step.
    model = model.to(device=device, dtype=_kind(precision, device))
    model.requires_grad_(requires_grad=False)
    model.config.use_cache = False
    return OpenedBase(base, model, tokenizer, device)


def _silence() -> None:
    """Keep bars and advice for programmers from between our lines."""
    # One bar has no switch but this, which is read when its library is imported.
    os.environ["TQDM_DISABLE"] = "1"
    from transformers.utils import logging

    logging.disable_progress_bar()
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")


def _kind(precision: Precision, device: str) -> Any:  # noqa: ANN401 -- torch's own
    import torch

    if precision is Precision.AUTO:
        # With vector instructions alone bfloat16 was slower than float32 (79 of 107 GFLOPS).
        is_fast = device != "cpu" or torch.cpu._is_amx_tile_supported()  # noqa: SLF001
        precision = Precision.BFLOAT16 if is_fast else Precision.FLOAT32
    return torch.bfloat16 if precision is Precision.BFLOAT16 else torch.float32


def _place(base: Base) -> dict[str, Any]:
    # Nobody is asked for what a folder lacks, and no code in it is run.
    place: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    return place if base.file is None else {**place, "gguf_file": base.file}


def _kind_of_words(path: Path) -> str:
    from gguf import GGUFReader

    field = GGUFReader(path).get_field("tokenizer.ggml.pre")
    return "" if field is None else str(field.contents())


def _called(folder: Path) -> str:
    """Return a folder's name, or where it is of the hub's own cache the one that the hub knows."""
    kept = folder.parent.parent.name
    if folder.parent.name == "snapshots" and kept.startswith("models--"):
        return kept.removeprefix("models--").replace("--", "/", 1)
    return folder.name


def _sha256_of_all(paths: list[Path]) -> str:
    if len(paths) == 1:
        return sha256_of(paths[0])
    listed = json.dumps([(it.name, sha256_of(it)) for it in paths])
    return hashlib.sha256(listed.encode()).hexdigest()
