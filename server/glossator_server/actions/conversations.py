"""Own the last conversation of each workspace, a file of this machine that only its owner reads.

It must not decide what of it is asked again.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from glossator_gate.errors import GlossatorError
from glossator_gate.types import DataClass
from glossator_server.actions.questions import Turn
from glossator_server.files import write_report

# A conversation is bounded by its turns; a file that is larger is none of ours.
MOST_BYTES = 400_000
_SCHEMA = 1
_MODE = 0o600

_log = logging.getLogger(__name__)


def last_conversation(root: Path) -> tuple[Turn, ...]:
    """Return the turns of a workspace's last conversation, none where it cannot be read."""
    place = _place(root)
    try:
        if place.stat().st_size > MOST_BYTES:
            return ()
        kept = json.loads(place.read_text("utf-8"))
        if kept["schema"] != _SCHEMA or kept["root"] != str(root):
            return ()
        return tuple(map(_turn, kept["turns"]))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        _log.warning("the last conversation cannot be read (%s)", type(trouble).__name__)
        return ()


def keep_conversation(root: Path, turns: Sequence[Turn]) -> None:
    """Keep a conversation in the place of the last one, of a large one the newest turns.

    That it cannot be kept is only logged.
    """
    text = _written(root, turns)
    while len(text) > MOST_BYTES and turns:
        turns = turns[1:]
        text = _written(root, turns)
    place = _place(root)
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_report(place, text, _MODE)
    except (OSError, GlossatorError) as trouble:
        _log.warning("the conversation is not kept: %s", trouble)


def _written(root: Path, turns: Sequence[Turn]) -> str:
    """Return the file of a conversation, in ASCII: as many bytes as characters."""
    kept = [
        {
            "question": it.question,
            "answer": it.answer,
            "names": list(it.names),
            "data_class": it.data_class.value,
        }
        for it in turns
    ]
    return json.dumps({"schema": _SCHEMA, "root": str(root), "turns": kept}) + "\n"


def _place(root: Path) -> Path:
    name = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    folder = platformdirs.user_state_path("glossator", appauthor=False) / "conversations"
    return folder / f"{name}.json"


def _turn(kept: object) -> Turn:
    if not isinstance(kept, dict) or not isinstance(kept["names"], list):
        raise TypeError
    return Turn(
        str(kept["question"]),
        str(kept["answer"]),
        tuple(map(str, kept["names"])),
        DataClass(kept["data_class"]),
    )
