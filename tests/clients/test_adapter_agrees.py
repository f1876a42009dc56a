"""Own the proof that the engine computes with an adapter what peft was trained to compute.

An adapter of random numbers on the attention alone: heads that were not turned round would show.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glossator_server.tuning.bases import Base, find_base, open_base, open_tokenizer
from glossator_server.tuning.extra import TuningUnavailableError, check_installed
from glossator_server.tuning.lora_gguf import heads_of, write_lora_gguf
from glossator_server.tuning.options import Precision
from tests.conftest import missing_part
from tests.server.tuning.adapters import HEADS, KEY_HEADS, WIDTH, random_weights

pytestmark = [
    pytest.mark.model,
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]

TURNS = [
    {"role": "system", "content": "You describe C code in short, plain phrases."},
    {
        "role": "user",
        "content": "Document this function:\n\nint page_free(struct page *it)",
    },
]
PROJECTIONS = {
    "self_attn.q_proj": (WIDTH, WIDTH),
    "self_attn.k_proj": (WIDTH, KEY_HEADS * WIDTH // HEADS),
}
# What the engine's own server says of a prompt: its tokens, and the likeliest next ones.
ENGINE = """
import json, sys, urllib.request, xllamacpp
told = json.load(sys.stdin)
params = xllamacpp.CommonParams()
params.model.path, params.n_ctx, params.n_parallel = told["model"], 1024, 1
params.hostnames, params.port, params.warmup, params.verbosity = ["127.0.0.1"], 0, False, 1
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
params.fit_params = False
loras = []
for path in told["adapters"]:
    lora = xllamacpp.CommonAdapterLoraInfo()
    lora.path, lora.scale = path, 0.0
    loras.append(lora)
params.lora_adapters = loras
server = xllamacpp.Server(params)
def post(path, body):
    request = urllib.request.Request(
        server.listening_address + path, json.dumps(body).encode(),
        {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request))
text = post("/apply-template", {"messages": told["turns"]})["prompt"]
found = [post("/tokenize", {"content": it, "add_special": False, "parse_special": True})["tokens"]
         for it in (text, *told["texts"])]
answers = []
for at in range(-1, len(loras)):
    scales = [{"id": it, "scale": float(it == at)} for it in range(len(loras))]
    body = {"prompt": found[0], "n_predict": 1, "n_probs": 300, "lora": scales,
            "cache_prompt": False}
    likely = post("/completion", body)["completion_probabilities"][0]["top_logprobs"]
    answers.append({it["id"]: it["logprob"] for it in likely})
json.dump({"tokens": found, "answers": answers}, sys.stdout)
sys.stdout.flush()
import os; os._exit(0)
"""


@pytest.fixture
def base(model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Base:
    try:
        check_installed()
    except TuningUnavailableError as trouble:
        missing_part("tune", str(trouble))
    pytest.importorskip("xllamacpp", reason="the engine is not installed")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "glossator").mkdir()
    (tmp_path / "glossator" / "models").symlink_to(model_file.parent)
    return find_base("smollm2")


def engine(base: Base, texts: list[str], *adapters: Path) -> dict[str, Any]:
    told = {
        "model": str(base.folder / str(base.file)),
        "adapters": [str(it) for it in adapters],
        "turns": TURNS,
        "texts": texts,
    }
    ended = subprocess.run(
        [sys.executable, "-c", ENGINE],
        input=json.dumps(told).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=300,
    )
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_a_text_is_cut_as_the_engine_cuts_it(base: Base) -> None:
    texts = [
        "naïve → 日本語 🎉 123456 x86_64 0xdead\r\n<|im_end|> ok",
        "\t/*      2) disabling   of swap; 3 pages,  12,345.67 */\n\n\n  int  a[10] = { 0 };",
        "static inline void __init\tfoo_bar2(u8 *p, size_t n)\n{\n\treturn   -EINVAL;\n}\n",
    ]
    found = engine(base, texts)["tokens"]
    tokenizer = open_tokenizer(base)
    whole = tokenizer.apply_chat_template(TURNS, tokenize=False, add_generation_prompt=True)
    ours = [tokenizer(it, add_special_tokens=False)["input_ids"] for it in (whole, *texts)]
    assert ours == found


def test_the_engine_adds_what_peft_adds(base: Base, tmp_path: Path) -> None:
    import torch
    from peft import LoraConfig, get_peft_model, set_peft_model_state_dict

    opened = open_base(base, Precision.FLOAT32, threads=1)
    weights = random_weights(5, 1.0, PROJECTIONS)
    write_lora_gguf(tmp_path / "a.gguf", weights, 8.0, heads_of(opened.model.config), "f16")
    unturned = heads_of(opened.model.config)
    # A kind whose heads llama.cpp does not turn: the same numbers, in rows as they were.
    straight = {**weights}
    write_lora_gguf(tmp_path / "b.gguf", _turned_away(straight), 8.0, unturned, "f16")
    found = engine(base, [], tmp_path / "a.gguf", tmp_path / "b.gguf")
    ids = torch.tensor([found["tokens"][0]])
    with torch.inference_mode():
        bare = torch.log_softmax(opened.model(ids).logits[0, -1].float(), -1)
        names = [it.rsplit(".", 1)[-1] for it in PROJECTIONS]
        model = get_peft_model(opened.model, LoraConfig(r=4, lora_alpha=8, target_modules=names))
        set_peft_model_state_dict(model, {k: torch.from_numpy(v) for k, v in weights.items()})
        tuned = torch.log_softmax(model(ids).logits[0, -1].float(), -1)
    plain, turned, straight_on = found["answers"]
    known = sorted(set(plain) & set(turned) & set(straight_on), key=int)
    moved = [float(tuned[int(it)] - bare[int(it)]) for it in known]
    assert len(known) > 30
    assert np.std(moved) > 0.3
    ours = np.corrcoef(moved, [turned[it] - plain[it] for it in known])[0, 1]
    others = np.corrcoef(moved, [straight_on[it] - plain[it] for it in known])[0, 1]
    # The engine rounds what it multiplies to eight bits, so that not every digit is the same.
    assert ours > 0.9
    assert others < ours - 0.1


def _turned_away(weights: dict[str, Any]) -> dict[str, Any]:
    """Return the weights so that turning them gives them back as they were."""
    away: dict[str, Any] = {}
    for name, array in weights.items():
        count = HEADS if "q_proj" in name else KEY_HEADS
        if "lora_B" in name:
            rows, rank = array.shape
            parts = array.reshape(count, rows // count // 2, 2, rank).swapaxes(1, 2)
            away[name] = parts.reshape(rows, rank)
        else:
            away[name] = array
    return away
