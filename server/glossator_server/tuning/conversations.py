"""Own the reading of chat JSONL, and the tokens of a conversation with the turns to be learned.

It must not import what trains: a tokenizer is handed in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from glossator_server.errors import UsageError
from glossator_server.tuning.options import AnswersTaught

_ROLES = frozenset({"system", "user", "assistant"})


class Tokenizer(Protocol):
    """What is needed of a tokenizer of transformers that knows its chat template."""

    # The types that transformers itself gives these are wider.
    def apply_chat_template(self, conversation: Any, /, **options: Any) -> Any:  # noqa: ANN401
        """Return the text of a conversation."""
        ...

    def __call__(self, text: str, /, **options: Any) -> Any:  # noqa: ANN401
        """Return the tokens of a text and the span of characters of each."""
        ...


Turn = Mapping[str, str]
Conversation = tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A conversation as tokens; `taught[i]` says that token `i` is one that the model writes."""

    ids: tuple[int, ...]
    taught: tuple[bool, ...]

    @property
    def answer_tokens(self) -> int:
        """Return how many tokens a loss is taken of."""
        return sum(self.taught)


@dataclass(frozen=True, slots=True)
class EncodedSet:
    """The conversations of a file; those over the longest length are counted, not cut."""

    conversations: tuple[Encoded, ...]
    too_long: int
    sha256: str


def read_set(path: Path, tokenizer: Tokenizer, answers: AnswersTaught, longest: int) -> EncodedSet:
    """Return a file's conversations as tokens.

    Raises `UsageError` where the file is missing, empty, or not chat JSONL.
    """
    raw = _bytes_of(path)
    every = [
        encoded(conversation, tokenizer, answers) for conversation in _conversations(path, raw)
    ]
    kept = tuple(it for it in every if len(it.ids) <= longest)
    if not kept:
        what = "only conversations that are too long" if every else "no conversation"
        raise UsageError(f"{path} holds {what}; export data with `glossator data export`.")
    return EncodedSet(kept, len(every) - len(kept), hashlib.sha256(raw).hexdigest())


def encoded(conversation: Conversation, tokenizer: Tokenizer, answers: AnswersTaught) -> Encoded:
    """Return a conversation as the tokens that the engine would read and write.

    The end of a turn is taught too: a model that does not learn it never stops.
    """
    text = _rendered(tokenizer, conversation, is_asking=False)
    spans = list(_answer_spans(conversation, tokenizer, text))
    if answers is AnswersTaught.LAST:
        spans = spans[-1:]
    tokens = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    offsets: Sequence[tuple[int, int]] = tokens["offset_mapping"]
    taught = tuple(
        any(start <= low and high <= end for start, end in spans) for low, high in offsets
    )
    return Encoded(tuple(tokens["input_ids"]), taught)


def _answer_spans(
    conversation: Conversation, tokenizer: Tokenizer, text: str
) -> Iterator[tuple[int, int]]:
    """Yield where each answer with its end mark stands in the text."""
    for index, turn in enumerate(conversation):
        if turn["role"] != "assistant":
            continue
        before = _rendered(tokenizer, conversation[:index], is_asking=True)
        after = _rendered(tokenizer, conversation[: index + 1], is_asking=False)
        if not text.startswith(before) or not text.startswith(after):
            raise UsageError(
                "The base model's chat template rewrites earlier turns, so its answers cannot be "
                "told apart; choose another base."
            )
        # What the template puts between turns is not written by the model.
        yield len(before), len(after.rstrip())


def _rendered(tokenizer: Tokenizer, conversation: Conversation, *, is_asking: bool) -> str:
    from jinja2 import TemplateError

    try:
        text = tokenizer.apply_chat_template(
            [dict(it) for it in conversation], tokenize=False, add_generation_prompt=is_asking
        )
    except TemplateError as error:
        raise UsageError(
            f"The base model's chat template does not take a conversation ({error}); let questions "
            "and answers take turns, or choose another base."
        ) from error
    return str(text)


def _conversations(path: Path, raw: bytes) -> Iterator[Conversation]:
    for number, line in enumerate(raw.splitlines(), 1):
        if not line.strip():
            continue
        try:
            turns = json.loads(line)["messages"]
            conversation = tuple({"role": it["role"], "content": it["content"]} for it in turns)
        except (ValueError, KeyError, TypeError) as error:
            raise _malformed(path, number) from error
        if not _is_taught(conversation):
            raise _malformed(path, number)
        yield conversation


def _is_taught(conversation: Conversation) -> bool:
    fits = all(it["role"] in _ROLES and isinstance(it["content"], str) for it in conversation)
    is_answered = any(it["role"] == "assistant" for it in conversation)
    return fits and is_answered and conversation[0]["role"] != "assistant"


def _malformed(path: Path, line: int) -> UsageError:
    return UsageError(
        f"{path}, line {line}, is no conversation with an answer; "
        'each line must be {"messages": [{"role": ..., "content": ...}, ...]}.'
    )


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}); name a folder that `glossator data export` "
            "has written."
        ) from error
