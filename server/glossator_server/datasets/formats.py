"""Own the shapes of lines that trainers take: examples and pairs, as JSON objects.

It follows the documentation of OpenAI's supervised and preference fine-tuning, and of TRL's
conversational data sets (prompt and completion; prompt, chosen and rejected). It must not choose
examples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from glossator_server.datasets.examples import Example, conversation_of
from glossator_server.datasets.preferences import Pair

Line = dict[str, object]


@dataclass(frozen=True, slots=True)
class Format:
    """How examples and pairs are written; `title` says for whom."""

    title: str
    example: Callable[[Example], Line]
    pair: Callable[[Pair], Line]


def _turns(example: Example) -> list[Line]:
    return [{"role": role, "content": text} for role, text in conversation_of(example)]


def _messages(example: Example) -> Line:
    turns = _turns(example)
    # Only the last answer is to be learned: those before it stand there as examples.
    for turn in turns[:-1]:
        if turn["role"] == "assistant":
            turn["weight"] = 0
    return {"messages": turns}


def _preference(pair: Pair) -> Line:
    *asked, _ = _turns(pair.example)
    return {
        "input": {"messages": asked, "tools": [], "parallel_tool_calls": True},
        "preferred_output": [_answer(pair.example.answer)],
        "non_preferred_output": [_answer(pair.rejected)],
    }


def _completion(example: Example) -> Line:
    *prompt, answer = _turns(example)
    return {"prompt": prompt, "completion": [answer]}


def _chosen(pair: Pair) -> Line:
    *prompt, answer = _turns(pair.example)
    return {"prompt": prompt, "chosen": [answer], "rejected": [_answer(pair.rejected)]}


def _answer(text: str) -> Line:
    return {"role": "assistant", "content": text}


FORMATS: Mapping[str, Format] = {
    "openai": Format("OpenAI's fine-tuning and the services like it", _messages, _preference),
    "trl": Format("TRL's trainers", _completion, _chosen),
}
