"""How well free text is sorted into intents: accuracy held out, confusion, models asked, speed.

The held-out utterances were written by somebody who had seen neither rules nor examples. Examples
whose character trigrams overlap by more than half with those of one of them are taken out, and the
weights learned anew without, before anything is measured: the row `example` names each. What ships
knows them all; its figure is told beside. Where a model for the role `intent` is at hand (the
fetched smollm2), the unsure rest is asked of it as well. Two minutes, needs scipy.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.figures import milliseconds
from benchmarks.training.train_intent import learned
from glossator_clients.protocol import ChatModel
from glossator_clients.router import Need
from glossator_gate.errors import GlossatorError
from glossator_gate.types import DataClass
from glossator_server.evals.workspaces import PREPARED
from glossator_server.intent import Intent, IntentGuess, classify
from glossator_server.intent.asking import classify_with_model
from glossator_server.intent.classifier import Classifier
from glossator_server.intent.examples import Example, read_examples
from glossator_server.intent.linear import LinearClassifier, load_weights

HELD_OUT = PREPARED / "intent" / "cases.jsonl"
MOST_OVERLAP = 0.5
RESAMPLES = 2_000
SEED = 7
ROUNDS = 5
LOADS = 5
# A process of its own each time: what an editor or a command line waits for at the first text.
_LOAD = """
import time
started = time.perf_counter()
from glossator_server.intent import classify
classify("where is main")
print(time.perf_counter() - started)
"""


def rows() -> Iterator[dict[str, object]]:
    """Yield one row an example that is too near, one an utterance, one a start."""
    held_out, examples = read_examples(HELD_OUT), read_examples()
    far: list[Example] = []
    trigrams = [_trigrams(it.text) for it in held_out]
    for it in examples:
        mine = _trigrams(it.text)
        overlap, nearest = max((_overlap(mine, theirs), at) for at, theirs in enumerate(trigrams))
        if overlap <= MOST_OVERLAP:
            far.append(it)
            continue
        print(f"taken out ({overlap:.2f}): {it.text!r} is like {held_out[nearest].text!r}")
        yield {"what": "example", "text": it.text, "overlap": round(overlap, 3)}
    strict = _classifier_of(tuple(far))
    guesses = [strict.classify(it.text) for it in held_out]
    decided = asyncio.run(_asked(held_out, guesses))
    for it, guess, (model, by_model) in zip(held_out, guesses, decided, strict=True):
        yield {
            "what": "utterance",
            "text": it.text,
            "speaker": it.speaker,
            "carrier": it.carrier,
            "intent": it.intent,
            "guess": guess.intent,
            "confidence": guess.confidence,
            "needs_model": guess.needs_model,
            "decided_by": guess.decided_by,
            "model": model,
            "by_model": by_model,
            "shipped_guess": classify(it.text).intent,
            "seconds": _seconds(it.text),
        }
    for _ in range(LOADS):
        done = subprocess.run(
            [sys.executable, "-P", "-c", _LOAD], check=True, capture_output=True, text=True
        )
        yield {"what": "load", "seconds": float(done.stdout)}


def summary(found: Sequence[dict[str, Any]]) -> dict[str, object]:
    """Return accuracy with its interval, per intent, without and with a model, and speed."""
    kept = [it for it in found if it["what"] == "utterance"]
    sure = [it for it in kept if not it["needs_model"]]
    figures: dict[str, object] = {
        "examples": len(read_examples()),
        "examples taken out as too near": sum(it["what"] == "example" for it in found),
        "held out": len(kept),
        "accuracy, no model": _share_with_interval([_is_right(it) for it in kept]),
        "need a model": round(1 - len(sure) / len(kept), 4),
        "accuracy where none is needed": _share_with_interval([_is_right(it) for it in sure]),
    }
    if models := {it["model"] for it in kept if it["model"]}:
        name = f"accuracy with {', '.join(sorted(models))} asked for the rest"
        figures[name] = _share_with_interval([it["by_model"] == it["intent"] for it in kept])
    figures["accuracy of what ships, near examples included"] = _share_with_interval(
        [it["shipped_guess"] == it["intent"] for it in kept]
    )
    for carrier in ("command", "comment"):
        mine = [_is_right(it) for it in kept if it["carrier"] == carrier]
        figures[f"accuracy, {carrier}"] = round(sum(mine) / max(1, len(mine)), 4)
    for intent in Intent:
        mine = [_is_right(it) for it in kept if it["intent"] == intent]
        figures[f"recall of {intent}"] = round(sum(mine) / max(1, len(mine)), 4)
    figures["confusion, meant: taken for"] = _confusion(kept)
    figures["one text"] = milliseconds([it["seconds"] for it in kept])
    figures["load"] = milliseconds([it["seconds"] for it in found if it["what"] == "load"])
    return figures


def _confusion(kept: Sequence[dict[str, Any]]) -> dict[str, dict[str, int]]:
    confused = Counter((str(it["intent"]), str(it["guess"])) for it in kept)
    return {
        str(meant): {str(taken): confused[str(meant), str(taken)] for taken in Intent}
        for meant in Intent
    }


def _classifier_of(examples: tuple[Example, ...]) -> Classifier:
    """Return the classifier as it ships, but for the examples; its confidence is measured alike."""
    shipped = load_weights()
    weights = learned(examples, shipped.sharpness, shipped.threshold)
    return Classifier(LinearClassifier(weights), examples)


def _is_right(row: dict[str, Any]) -> bool:
    return bool(row["guess"] == row["intent"])


def _share_with_interval(right: Sequence[bool]) -> dict[str, float]:
    """Return a share with its 95 % bootstrap interval."""
    if not right:
        return {"share": 0.0, "low": 0.0, "high": 0.0}
    rng = random.Random(SEED)
    shares = sorted(sum(rng.choices(right, k=len(right))) / len(right) for _ in range(RESAMPLES))
    low, high = shares[int(0.025 * RESAMPLES)], shares[int(0.975 * RESAMPLES)]
    return {
        "share": round(sum(right) / len(right), 4),
        "low": round(low, 4),
        "high": round(high, 4),
    }


async def _asked(
    held_out: Sequence[Example], guesses: Sequence[IntentGuess]
) -> list[tuple[str | None, Intent]]:
    """Return for each guess which model decided it, if any, and the intent that came of it."""
    try:
        model = await _open_model()
    except GlossatorError as trouble:
        print(f"no model is asked: {trouble}")
        return [(None, guess.intent) for guess in guesses]
    decided: list[tuple[str | None, Intent]] = []
    try:
        for it, guess in zip(held_out, guesses, strict=True):
            if not guess.needs_model:
                decided.append((None, guess.intent))
                continue
            known = await classify_with_model(guess, it.text, model, DataClass.PUBLIC)
            decided.append((model.info.id, known.intent))
    finally:
        await model.close()
    return decided


async def _open_model() -> ChatModel:
    from glossator_clients.model_files import model_path
    from glossator_server.app import load_application

    application = load_application()
    model = await application.open_model(Need("intent", DataClass.PUBLIC))
    if model.info.api == "embedded":
        model_path(model.info.name)
    return model


def _seconds(text: str) -> float:
    begun = time.perf_counter()
    for _ in range(ROUNDS):
        classify(text)
    return (time.perf_counter() - begun) / ROUNDS


def _trigrams(text: str) -> frozenset[str]:
    padded = f"  {' '.join(text.lower().split())}  "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)
