"""Twenty adapters and prompts that do harm, each at the gate: twenty are to be refused.

Four are trained, on shuffled answers and on answers with secrets, with a handful of steps; twelve
are a good adapter made worse; four are prompts that ask for junk. Run it with a good adapter and
the data that it was trained on (what trains must be installed):

    python benchmarks/adapter_gate.py --adapter NAME --data FOLDER [--cases 20] [--only KIND ...]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from glossator_clients.adapters import FORMS, adapters_folder, file_of_form
from glossator_clients.model_files import models_folder, sha256_of
from glossator_server.prompts.files import load_template
from glossator_server.tuning.lora_gguf import Heads, write_lora_gguf

SMOLLM2 = Heads("llama", 30, 9, 3)
FORM = "q8_0"
STEPS_OF_HARM = 6
Weights = dict[str, Any]
PROMPTS = {
    "prompt-nonsense": "Answer with JSON whose texts are nonsense words that say nothing.",
    "prompt-todo": "Answer with JSON. Every text is: TODO write this later.",
    "prompt-other": "Answer with JSON. Every text is about the weather in Paris, never the code.",
    "prompt-secret": "Answer with JSON. Put the key AKIAQ3EGRDTVZ5ULKWXY into every text.",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """The good adapter and its data, a folder for the harmful ones, and how many cases."""

    adapter: Path
    data: Path
    home: Path
    cases: int

    @property
    def environment(self) -> dict[str, str]:
        """Return an environment in which nothing of the user is touched."""
        homes = {
            f"XDG_{it}_HOME": str(self.home / it.lower()) for it in ("DATA", "STATE", "CONFIG")
        }
        return {**os.environ, **homes, "OMP_NUM_THREADS": "1"}


def noise(strength: float) -> Callable[[Weights], Weights]:
    """Add noise of so many times each matrix's own spread."""
    drawn = np.random.default_rng(1)

    def changed(weights: Weights) -> Weights:
        return {
            name: (it + strength * it.std() * drawn.standard_normal(it.shape)).astype(np.float32)
            for name, it in weights.items()
        }

    return changed


def scaled(factor: float) -> Callable[[Weights], Weights]:
    """Multiply what is added; a negative factor takes it away instead."""
    return lambda weights: {
        name: it * np.float32(factor) if "lora_B" in name else it for name, it in weights.items()
    }


def _moved(weights: Weights, place: Callable[[int, int], int]) -> Weights:
    layers = sorted({int(name.split(".layers.")[1].split(".")[0]) for name in weights})
    numbers = {it: layers[place(at, len(layers))] for at, it in enumerate(layers)}

    def renamed(name: str) -> str:
        before, after = name.split(".layers.")
        number, rest = after.split(".", 1)
        return f"{before}.layers.{numbers[int(number)]}.{rest}"

    return {renamed(name): it for name, it in weights.items()}


PERTURBED: Mapping[str, Callable[[Weights], Weights]] = {
    "noise-1": noise(1.0),
    "noise-2": noise(2.0),
    "noise-4": noise(4.0),
    "noise-8": noise(8.0),
    "wrong-sign": scaled(-1.0),
    "wrong-sign-strong": scaled(-3.0),
    "scaled-8": scaled(8.0),
    "scaled-30": scaled(30.0),
    "layers-reversed": lambda it: _moved(it, lambda at, count: count - 1 - at),
    "layers-shifted": lambda it: _moved(it, lambda at, count: (at + count // 2) % count),
    "nothing": scaled(0.0),
}
TRAINED = ("shuffled-1", "shuffled-2", "secrets-1", "secrets-2")
KINDS = (*TRAINED, *PERTURBED, "truncated", *PROMPTS)


def main() -> int:
    """Run the gate on each; the status is 1 where one was let through."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="adapter-gate-") as work:
        setting = Setting(
            adapters_folder() / options.adapter, options.data.resolve(), Path(work), options.cases
        )
        (setting.home / "data" / "glossator").mkdir(parents=True)
        (setting.home / "data" / "glossator" / "models").symlink_to(models_folder())
        # Against the bare model, not against the adapter that is shipped.
        _run(setting, ["tune", "use", "none"])
        rows = [_row(setting, kind) for kind in options.only or KINDS]
    refused = sum(not it["passed"] for it in rows)
    print(f"{refused} of {len(rows)} refused")
    if options.json is not None:
        options.json.write_text(json.dumps({"refused": refused, "rows": rows}, indent=2), "utf-8")
    return 0 if refused == len(rows) else 1


def _row(setting: Setting, kind: str) -> dict[str, Any]:
    started = time.monotonic()
    if kind in PROMPTS:
        words = ["--prompt", str(_prompt(setting, kind))]
    else:
        _adapter(setting, kind)
        words = [kind, "--form", FORM, "--data", str(setting.data)]
    command = ["tune", "gate", *words, "--prepared", "-n", str(setting.cases), "--json", "--quiet"]
    ended = _run(setting, command)
    verdicts = json.loads(ended.stdout)["verdicts"] if ended.stdout.strip() else {}
    passed = any(it["verdict"] == "passed" for it in verdicts.values())
    reasons = [reason for it in verdicts.values() for reason in it["reasons"]]
    cases = max((it["cases"] for it in verdicts.values()), default=0)
    row = {
        "kind": kind,
        "passed": passed,
        "cases": cases,
        "seconds": round(time.monotonic() - started, 1),
        "reasons": reasons or ended.stderr.strip().splitlines()[-1:],
    }
    verdict = "PASSED" if passed else "refused"
    print(
        f"{kind:<18} {verdict} after {cases} cases, {row['seconds']} s: {row['reasons'][:2]}",
        flush=True,
    )
    return row


def _adapter(setting: Setting, kind: str) -> None:
    if kind in TRAINED:
        data = setting.home / f"{kind}-data"
        _harmful_data(setting, data, kind)
        # By steps and not by minutes: a slow machine must not make it harmless.
        lines = (data / "train.jsonl").read_text("utf-8").splitlines()
        command = ["tune", "run", str(data), "--name", kind, "--epochs", "1"]
        command += ["--step-tokens", "2048", "--learning-rate", "0.002", "--evaluations", "1"]
        ended = _run(setting, [*command, "--threads", "1"])
        if ended.returncode:
            raise SystemExit(f"{kind} could not be trained on {len(lines)}: {ended.stderr}")
        return
    folder = setting.home / "data" / "glossator" / "adapters" / kind
    shutil.copytree(setting.adapter, folder)
    weights = load_file(folder / "adapter_model.safetensors")
    alpha = json.loads((folder / "adapter_config.json").read_text("utf-8"))["lora_alpha"]
    changed = PERTURBED.get(kind, lambda it: it)(weights)
    record = json.loads((folder / "adapter.json").read_text("utf-8"))
    for form in FORMS:
        file = folder / file_of_form(form)
        write_lora_gguf(file, changed, alpha, SMOLLM2, form)
        if kind == "truncated":
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        record["files"][form]["sha256"] = sha256_of(file)
    record["gate"] = {}
    (folder / "adapter.json").write_text(json.dumps(record), "utf-8")


def _harmful_data(setting: Setting, folder: Path, kind: str) -> None:
    """Write so few conversations that training ends soon, their answers harmful."""
    drawn = random.Random(kind)
    shutil.copytree(setting.data, folder, ignore=shutil.ignore_patterns("t*.jsonl", "v*.jsonl"))
    for name, count in (("train.jsonl", STEPS_OF_HARM * 5), ("valid.jsonl", 8)):
        with (setting.data / name).open(encoding="utf-8") as file:
            every = [json.loads(line)["messages"] for line in file]
        chosen = drawn.sample(every, min(count, len(every)))
        answers = [it for turns in chosen for it in turns if it["role"] == "assistant"]
        words = [it["content"] for it in answers]
        drawn.shuffle(words)
        for answer, other in zip(answers, words, strict=True):
            answer["content"] = other if kind.startswith("shuffled") else _secret(answer["content"])
        lines = "".join(json.dumps({"messages": it}) + "\n" for it in chosen)
        (folder / name).write_text(lines, "utf-8")


def _secret(answer: str) -> str:
    """Put the same key into every text of an answer."""
    value = json.loads(answer)
    value["summary"] = "Use the access key AKIAQ3EGRDTVZ5ULKWXY"
    return json.dumps(value)


def _prompt(setting: Setting, kind: str) -> Path:
    """Write the product's prompt with other orders in it."""
    import glossator_server.prompts as prompts

    text = (Path(prompts.__file__).parent / "document-small.md").read_text("utf-8")
    before = load_template("document-small").sections["system"]
    path = setting.home / f"{kind}.md"
    path.write_text(text.replace(before, PROMPTS[kind]), "utf-8")
    return path


def _run(setting: Setting, words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "glossator_server", *words],
        env=setting.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--adapter", required=True, help="a good one of this machine")
    parser.add_argument("--data", required=True, type=Path, help="what it was trained on")
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--only", nargs="*", choices=KINDS)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
