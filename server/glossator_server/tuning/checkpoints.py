"""Own the file in which an unfinished training run stands, from which it goes on after a kill.

It must not know how training works: it keeps what it is given.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glossator_server.errors import UsageError

_NAME = "training-state.pt"
_PART = ".training-state.part"


@dataclass(slots=True)
class TrainingState:
    """All that a run needs to go on exactly: `weights`, `best` and `moments` are torch's own.

    `losses` are those of the held-out conversations, with the step after which they were measured.
    `epoch` and `step_of_epoch` say which step comes next. `elapsed_s` is time spent training.
    """

    identity: str
    step: int = 0
    epoch: int = 0
    step_of_epoch: int = 0
    elapsed_s: float = 0.0
    tokens: int = 0
    best_loss: float | None = None
    best_step: int = 0
    without_gain: int = 0
    losses: list[tuple[int, float]] = field(default_factory=list)
    weights: dict[str, Any] = field(default_factory=dict)
    best: dict[str, Any] = field(default_factory=dict)
    moments: dict[str, Any] = field(default_factory=dict)


def save_state(folder: Path, state: TrainingState) -> None:
    """Write the state in one step: a kill leaves the one before, or this one.

    Raises `UsageError` where the disk has no room.
    """
    import torch

    # Through memory, so that a full disk is an OSError and not the library's own trouble.
    buffer = io.BytesIO()
    torch.save({it: getattr(state, it) for it in TrainingState.__slots__}, buffer)
    part = folder / _PART
    with writing(folder):
        try:
            with part.open("wb") as file:
                file.write(buffer.getbuffer())
                file.flush()
                os.fsync(file.fileno())
            part.replace(folder / _NAME)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise


def load_state(folder: Path) -> TrainingState | None:
    """Return the state of an unfinished run, None where there is none.

    Raises `UsageError` where the file is damaged. Nothing in it is executed.
    """
    import torch

    path = folder / _NAME
    if not path.is_file():
        return None
    try:
        kept = torch.load(path, map_location="cpu", weights_only=True)
        return TrainingState(**kept)
    except (
        OSError,
        RuntimeError,
        TypeError,
        ValueError,
        EOFError,
        pickle.UnpicklingError,
    ) as error:
        raise UsageError(f"{path} is damaged; begin anew with --restart.") from error


def remove_state(folder: Path) -> None:
    """Remove the state of a run that is done or given up."""
    for name in (_NAME, _PART):
        (folder / name).unlink(missing_ok=True)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other runs out of an adapter's folder: two would write one state and one adapter.

    Raises `UsageError` where one is under way.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as trouble:
            raise UsageError(
                f"The training of {folder.name} is under way already; wait for it, or take another "
                "--name."
            ) from trouble
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Tell a full disk and missing permissions in words."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written ({error.strerror}); make room or mend its permissions, "
            "and go on with --resume."
        ) from error
