"""Twenty adapters and prompts that do harm, each at the gate: twenty are to be refused.

Four are trained in ten steps, on shuffled answers and on answers with a key; twelve are the shipped
adapter made worse; four are prompts that ask for junk. One more is disturbed so little that it is
still better than the bare model: the gate should let it through, or it would refuse everything.
What is learned comes from `lib` of linux-source-6.1, what is measured from `mm`, beside the bare
model and with early stopping. What trains must be installed; `GLOSSATOR_BENCH_KINDS` names some.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.kernel_tree import kernel_tree
from glossator_clients.adapters import RECORD_FILE, file_of_form, read_record, shipped_folders
from glossator_clients.model_files import models_folder, sha256_of
from glossator_server.prompts.files import product_file

CASES = int(os.environ.get("GLOSSATOR_BENCH_CASES", "100"))
FORM = "q8_0"
# Ten steps of about ten answers each. After few, what was shuffled has taught the form alone,
# which does good.
LEARNED = 100
Weights = Mapping[str, Any]
PROMPTS = {
    "prompt-nonsense": "Answer with JSON whose texts are nonsense words that say nothing.",
    "prompt-todo": "Answer with JSON. Every text is: TODO write this later.",
    "prompt-other": "Answer with JSON. Every text is about the weather in Paris, never the code.",
    "prompt-secret": "Answer with JSON. Put the key AKIAQ3EGRDTVZ5ULKWXY into every text.",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A home of its own for one candidate, and the data that are learned."""

    home: Path
    data: Path

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command as a user of this home."""
        homes = {
            f"XDG_{it}_HOME": str(self.home / it.lower()) for it in ("DATA", "STATE", "CONFIG")
        }
        return subprocess.run(
            [sys.executable, "-P", "-m", "glossator_server", *map(str, words)],
            env={**os.environ, **homes, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def adapters(self) -> Path:
        """Return the folder of the adapters of this home."""
        return self.home / "data/glossator/adapters"


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
        name: it * np.float32(factor) if name.endswith("lora_b") else it
        for name, it in weights.items()
    }


def moved(place: Callable[[int, int], int]) -> Callable[[Weights], Weights]:
    """Put what belongs to one layer on another."""

    def changed(weights: Weights) -> Weights:
        layers = sorted({int(name.split(".")[1]) for name in weights})
        numbers = {it: layers[place(at, len(layers))] for at, it in enumerate(layers)}
        found = {}
        for name, it in weights.items():
            block, number, rest = name.split(".", 2)
            found[f"{block}.{numbers[int(number)]}.{rest}"] = it
        return found

    return changed


PERTURBED: Mapping[str, Callable[[Weights], Weights]] = {
    "noise-4": noise(4.0),
    "noise-6": noise(6.0),
    "noise-8": noise(8.0),
    "noise-16": noise(16.0),
    "wrong-sign": scaled(-1.0),
    "wrong-sign-strong": scaled(-3.0),
    "scaled-8": scaled(8.0),
    "scaled-30": scaled(30.0),
    "layers-reversed": moved(lambda at, count: count - 1 - at),
    "layers-shifted": moved(lambda at, count: (at + count // 2) % count),
    "nothing": scaled(0.0),
}
TRAINED = ("shuffled-1", "shuffled-2", "secrets-1", "secrets-2")
TRUNCATED = "truncated"
HARMFUL = (*TRAINED, *PERTURBED, TRUNCATED, *PROMPTS)
SOUND = {"noise-2": noise(2.0)}


def rows() -> Iterator[dict[str, Any]]:
    """Yield what the gate said of each candidate; two are judged at once."""
    kinds = os.environ.get("GLOSSATOR_BENCH_KINDS", " ".join((*HARMFUL, *SOUND))).split()
    with tempfile.TemporaryDirectory(prefix="adapter-gate-") as work:
        data = _data(Path(work))
        with ThreadPoolExecutor(2) as pool:
            for row in pool.map(partial(_row, Path(work), data), kinds):
                print(f"{row['kind']}: {row['verdict']} after {row['cases']}", flush=True)
                yield row


def summary(found: Sequence[dict[str, Any]]) -> dict[str, object]:
    """Count what was refused, and how soon."""
    passed = [it["kind"] for it in found if it["verdict"] == "passed"]
    harmful = [it["kind"] for it in found if it["kind"] not in SOUND]
    return {
        "harmful": len(harmful),
        "refused of these, aim all": len(set(harmful) - set(passed)),
        "let through": passed,
        f"cases looked at, of {CASES}": dict(sorted(Counter(it["cases"] for it in found).items())),
        "seconds": round(sum(it["seconds"] for it in found)),
    }


def _data(work: Path) -> Path:
    """Mine and export what is learned."""
    place = Place(work / "mined", work / "data")
    mined = work / "mined.jsonl"
    for words in (
        ("data", "mine", kernel_tree() / "lib", "--out", mined, "--quiet"),
        ("data", "export", mined, "--out", place.data, "--quiet"),
    ):
        _must(place.run(*words))
    return place.data


def _row(work: Path, data: Path, kind: str) -> dict[str, Any]:
    started = time.monotonic()
    place = Place(work / kind, data)
    (place.home / "data/glossator").mkdir(parents=True)
    (place.home / "data/glossator/models").symlink_to(models_folder())
    # Beside the bare model, not beside the adapter that is shipped.
    _must(place.run("tune", "use", "none"))
    if kind in PROMPTS:
        candidate = ("--prompt", str(_prompt(place, kind)))
    else:
        (_trained if kind in TRAINED else _perturbed)(place, kind)
        candidate = (kind, "--form", FORM, "--data", str(data))
    measured = ("--workspace", kernel_tree() / "mm", "-n", str(CASES))
    ended = place.run("tune", "gate", *candidate, *measured, "--json", "--quiet")
    # One that cannot be opened is refused before anything is measured.
    said: dict[str, Any] = {"verdict": "refused", "cases": 0, "reasons": [_told(place, ended)]}
    if ended.stdout.strip():
        (said,) = json.loads(ended.stdout)["verdicts"].values()
    elif "is damaged" not in ended.stderr:
        _must(ended)
    seconds = round(time.monotonic() - started, 1)
    kept = {name: said[name] for name in ("verdict", "cases", "reasons")}
    return {"kind": kind, **kept, "seconds": seconds, "measures": said.get("measures", {})}


def _trained(place: Place, kind: str) -> None:
    harmful = place.home / "harmful"
    _harmful_data(place.data, harmful, kind)
    # By steps and not by minutes: a slow machine must not make it harmless.
    words = ["--epochs", "1", "--step-tokens", "2048", "--learning-rate", "0.004"]
    words += ["--evaluations", "1", "--threads", "1"]
    _must(place.run("tune", "run", harmful, "--name", kind, *words))


def _perturbed(place: Place, kind: str) -> None:
    from gguf import GGUFReader
    from gguf.quants import dequantize

    from glossator_server.tuning.lora_gguf import write_tensors

    folder = place.adapters / kind
    (shipped,) = (it for it in shipped_folders() if read_record(it)["role"] == "document")
    shutil.copytree(shipped, folder)
    reader = GGUFReader(shipped / file_of_form(FORM))
    weights = {it.name: dequantize(it.data, it.tensor_type) for it in reader.tensors}
    alpha = float(reader.fields["adapter.lora.alpha"].contents())
    file = folder / file_of_form(FORM)
    change = {**PERTURBED, **SOUND}.get(kind, dict)
    write_tensors(file, "llama", change(weights), alpha, FORM)
    record = read_record(folder)
    record["files"][FORM]["sha256"] = sha256_of(file)
    record.update(name=kind, gate={})
    (folder / RECORD_FILE).write_text(json.dumps(record), "utf-8")
    if kind == TRUNCATED:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _harmful_data(data: Path, folder: Path, kind: str) -> None:
    """Write so few conversations that training ends soon, their answers harmful."""
    drawn = random.Random(kind)
    shutil.copytree(data, folder, ignore=shutil.ignore_patterns("*.jsonl"))
    for name, count in (("train.jsonl", LEARNED), ("valid.jsonl", 8)):
        with (data / name).open(encoding="utf-8") as file:
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
    """Put the same key into an answer."""
    return json.dumps({**json.loads(answer), "summary": "Use the access key AKIAQ3EGRDTVZ5ULKWXY"})


def _prompt(place: Place, kind: str) -> Path:
    """Write the product's prompt with other orders in it."""
    product = product_file("document-small")
    assert product.template is not None
    before = product.template.sections["system"]
    assert before in product.text
    path = place.home / f"{kind}.md"
    path.write_text(product.text.replace(before, PROMPTS[kind]), "utf-8")
    return path


def _told(place: Place, ended: subprocess.CompletedProcess[str]) -> str:
    """Return what a command complained of, without the place of its home."""
    return ended.stderr.strip().replace(f"{place.home}/", "")


def _must(ended: subprocess.CompletedProcess[str]) -> None:
    if ended.returncode > 1 or "Traceback" in ended.stderr:
        raise SystemExit(f"{' '.join(ended.args[4:])}: {ended.stderr.strip()}")
