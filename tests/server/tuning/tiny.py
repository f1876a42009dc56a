"""Own a tiny model of the Llama kind, as transformers writes it, for tests that train."""

from __future__ import annotations

import json
from pathlib import Path

from glossator_server.tuning.options import TuneOptions

# One core: for so small a model, waiting for each other takes longer than the work.
OPTIONS = TuneOptions(
    threads=1,
    rank=4,
    alpha=8,
    learning_rate=0.02,
    epochs=4,
    step_tokens=300,
    batch_tokens=200,
    evaluations=4,
)
# The shape of ChatML, which SmolLM2 and many others speak.
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] "
    "+ '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def make_tiny_base(folder: Path) -> Path:
    """Write a model of two layers that reads bytes, and its tokenizer."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
    from transformers.utils import logging

    logging.disable_progress_bar()

    words = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    words += sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({word: at for at, word in enumerate(words)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(words[:3])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=words[1], eos_token=words[2], pad_token=words[2]
    )
    fast.chat_template = TEMPLATE
    fast.save_pretrained(str(folder))
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(words),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(str(folder))
    return folder


def make_data(folder: Path, *, count: int = 24) -> Path:
    """Write conversations that can be learned: the answer repeats a word of the question."""
    folder.mkdir()
    names = ["page", "slab", "node", "zone"]
    for file, first, last in (("train", 0, count), ("valid", count, count + 4)):
        lines = []
        for number in range(first, last):
            name = names[number % 4]
            turns = [("system", "Say."), ("user", f"int {name}{number}"), ("assistant", name)]
            turns += [("user", f"int {name}"), ("assistant", f"{name} it")]
            messages = [{"role": role, "content": text} for role, text in turns]
            lines.append(json.dumps({"messages": messages}) + "\n")
        (folder / f"{file}.jsonl").write_text("".join(lines), "utf-8")
    return folder
