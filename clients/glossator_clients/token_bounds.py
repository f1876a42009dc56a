"""Own what can be said of a prompt's size without its tokenizer: a floor and a ceiling.

It must not ask anybody.
"""

from __future__ import annotations

import json
import re

from glossator_clients.types import ChatRequest

# What a chat template writes around a turn (role marks, line ends), and once (a system prompt of
# its own, the start of the answer). Those of models in use need about half of it.
_TEMPLATE_TOKENS_A_MESSAGE = 16
_TEMPLATE_TOKENS = 128
# Templates explain to the model how tools are called.
_TEMPLATE_TOKENS_FOR_TOOLS = 512
# No tokenizer packs more characters of prose or code into a token, seen over a whole prompt, once
# blanks and runs of one character, which can be one token of any length, are taken out.
_MOST_CHARACTERS_A_TOKEN = 8
_RUNS = re.compile(r"(.)\1+", re.DOTALL)
_BLANKS = re.compile(r"\s+")


def most_prompt_tokens(request: ChatRequest) -> int:
    """Return a ceiling: no common tokenizer (byte-level BPE, SentencePiece) makes more tokens.

    Each token of theirs stands for at least one byte of UTF-8; normalisation to NFKC, which could
    lengthen a text, is not what language models do.
    """
    tokens = _TEMPLATE_TOKENS + len(_tools_text(request).encode())
    if request.tools:
        tokens += _TEMPLATE_TOKENS_FOR_TOOLS
    for text in _texts(request):
        tokens += _TEMPLATE_TOKENS_A_MESSAGE + len(text.encode("utf-8", "replace"))
    return tokens


def least_prompt_tokens(request: ChatRequest) -> int:
    """Return a floor, below which a count means that something was left out."""
    dense = (_RUNS.sub(r"\1", _BLANKS.sub("", text)) for text in _texts(request))
    return sum(len(text) for text in dense) // _MOST_CHARACTERS_A_TOKEN


def _texts(request: ChatRequest) -> list[str]:
    texts = []
    for message in request.messages:
        texts.append(message.text)
        texts += [f"{call.id}{call.name}{call.arguments}" for call in message.tool_calls]
    return texts


def _tools_text(request: ChatRequest) -> str:
    if not request.tools:
        return ""
    # Indented as the widest templates write them.
    tools = [
        {"name": it.name, "description": it.description, "parameters": dict(it.parameters)}
        for it in request.tools
    ]
    return json.dumps(tools, indent=4)
