"""Own a process that kills training runs while they write where they stand, and has one end.

It only forks and watches: what trains is loaded once, and nothing of it has begun when it forks.
Writes the step that each kill left, and the last run's status, as JSON.

    python -m tests.server.tuning.killed_runs BASE DATA KILLS SEED
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from dataclasses import replace
from pathlib import Path

# Loaded before the forks, which have it then.
import peft  # noqa: F401
import transformers  # noqa: F401

from glossator_clients.adapters import adapters_folder
from glossator_server.tuning.checkpoints import load_state
from glossator_server.tuning.runs import RunOrders, train
from glossator_server.tuning.training import TrainingHooks
from tests.server.tuning.tiny import OPTIONS

NAME = "killed"
# Enough looks at a file for it to be begun, half written, on the disk, or in its place.
_MOST_LOOKS = 400


def main(base: str, data: Path, kills: int, seed: int) -> None:
    """Kill and go on, then let one end."""
    drawn = random.Random(seed)
    steps: list[int | None] = []
    for _ in range(kills):
        _kill(_started(base, data), drawn.randrange(1, 5), drawn.randrange(_MOST_LOOKS))
        state = load_state(adapters_folder() / NAME)
        steps.append(None if state is None else state.step)
    _, status = os.waitpid(_started(base, data), 0)
    json.dump({"steps": steps, "status": os.waitstatus_to_exitcode(status)}, sys.stdout)


def _started(base: str, data: Path) -> int:
    pid = os.fork()
    if pid == 0:
        # So that every step is kept.
        options = replace(OPTIONS, checkpoint_s=0.0)
        orders = RunOrders(data, NAME, base, options, is_resumed=True)
        try:
            train(orders, TrainingHooks(lambda _: None, lambda: False))
            os._exit(0)
        finally:
            os._exit(1)
    return pid


def _kill(pid: int, writes: int, looks: int) -> None:
    """Kill a run while it writes its state for the nth time, so many looks after that began."""
    part = adapters_folder() / NAME / ".training-state.part"
    was_there = False
    while writes or looks:
        if os.waitpid(pid, os.WNOHANG)[0]:
            raise RuntimeError("the run ended before it was killed")
        is_there = part.exists()
        writes -= writes > 0 and is_there and not was_there
        was_there = is_there
        looks -= looks > 0 and not writes
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
