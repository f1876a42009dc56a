"""Own the transcript of an agent: what was asked, answered and done, a line each, to be read again.

Secrets are taken out before anything is written. It must not decide what happens next.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from glossator_clients.types import ChatReply, ToolCall
from glossator_gate.redaction import Redaction
from glossator_server.errors import UsageError

SCHEMA = 1
MOST_KEPT = 50
MOST_BYTES = 50_000_000

_NUMBERS = itertools.count(1)
_log = logging.getLogger(__name__)


class Transcript:
    """One run's entries, in order; written as they come where a folder is given."""

    def __init__(self, folder: Path | None = None) -> None:
        # What was a secret in one entry is one in all that follow, whatever stands around it there.
        self._secrets = Redaction()
        self.entries: list[dict[str, Any]] = []
        self.path = None if folder is None else _new_file(folder)

    def add(self, kind: str, **values: object) -> None:
        """Add an entry, its texts without secrets."""
        entry = {"kind": kind, **{key: self._redacted(it) for key, it in values.items()}}
        self.entries.append(entry)
        if self.path is None:
            return
        try:
            with self.path.open("a", encoding="utf-8", errors="surrogatepass") as file:
                file.write(json.dumps(entry) + "\n")
        except OSError as trouble:
            _log.warning("the transcript cannot be written: %s", trouble.strerror)
            self.path = None

    def sealed(self, text: str) -> str:
        """Return a text without its secrets, those of all entries too."""
        return self._secrets.sealed(text)

    def add_reply(self, role: str, reply: ChatReply) -> None:
        """Add an answer of a model."""
        calls = [{"name": it.name, "arguments": it.arguments} for it in reply.tool_calls]
        self.add("reply", role=role, model=reply.model, text=reply.text, tool_calls=calls)

    def _redacted(self, value: object) -> object:
        match value:
            case str():
                return self.sealed(value)
            case Mapping():
                return {str(key): self._redacted(it) for key, it in value.items()}
            case list() | tuple():
                return [self._redacted(it) for it in value]
            case _:
                return value


def read_transcript(path: Path) -> tuple[dict[str, Any], ...]:
    """Return the entries of a transcript; raises `UsageError` where it is none."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"{path} is too long to be a transcript of an edit.")
        lines = path.read_text("utf-8", "surrogatepass").splitlines()
    except (OSError, UnicodeDecodeError) as trouble:
        raise UsageError(f"{path} cannot be read as a transcript; name a .jsonl file.") from trouble
    entries = list(_entries(lines))
    if not entries or entries[0].get("kind") != "begin" or entries[0].get("schema") != SCHEMA:
        raise UsageError(f"{path} is no transcript of an edit; see `glossator transcript list`.")
    return tuple(entries)


def replies_of(entries: tuple[dict[str, Any], ...], role: str) -> tuple[ChatReply, ...]:
    """Return the answers that the model of a role gave, in order."""
    found = (it for it in entries if it.get("kind") == "reply" and it.get("role") == role)
    return tuple(
        ChatReply(str(it.get("text", "")), None, str(it.get("model", "")), tuple(calls_of(it)))
        for it in found
    )


def calls_of(entry: Mapping[str, Any]) -> Iterator[ToolCall]:
    """Yield the tool calls of an answer's entry."""
    calls = entry.get("tool_calls")
    for at, it in enumerate(calls if isinstance(calls, list) else []):
        if isinstance(it, Mapping):
            yield ToolCall(f"call_{at}", str(it.get("name", "")), str(it.get("arguments", "")))


def _entries(lines: list[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            # The last line of a run that was killed, or what we never wrote.
            continue
        if isinstance(entry, dict):
            yield entry


def _new_file(folder: Path) -> Path | None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stamp = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{next(_NUMBERS):03d}"
        path = folder / f"{stamp}.jsonl"
        path.touch(mode=0o600, exist_ok=False)
        for old in sorted(folder.glob("*.jsonl"))[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
    except OSError as trouble:
        _log.warning("no transcript can be written: %s", trouble.strerror)
        return None
    return path
