"""Kill 500 writers and more of changes of several files, and recoverers too: no file is ever torn.

Each run writes a seeded set of edited, new, renamed and deleted files in a process of its own,
which ends itself by SIGKILL before one of the steps that touch the disk (an open, a rename, an
unlink, a new folder), chosen so that every step is met. Every third recovery is killed the same way
and done again. Afterwards the whole tree has to be the one before or the one after, to the byte and
the mode, with no file left beside it.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.changes.journal import open_journals
from glossator_server.changes.writing import recover

KILLS = int(os.environ.get("GLOSSATOR_CHANGE_KILLS", "500"))
_EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod")
# Of these sets the journal is open from about the 34th step on, and few take more than 84. One in
# ten dies before that.
_FIRST_STEP, _STEPS = 34, 50
# So many of the kills are to find a journal that is open.
_SHARE_OPEN = 0.8
_RECOVERY_STEPS = 60
_WRITER = f"""
import os, signal, sys
from pathlib import Path
from benchmarks.change_kills import change_set
from glossator_server.changes.writing import recover, write_changes
what, root, journal, seed, at = sys.argv[1:6]
left = int(at)
def hook(event, arguments):
    global left
    if event in {_EVENTS!r}:
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
changes = change_set(Path(root), int(seed))
sys.addaudithook(hook)
if what == "write":
    write_changes(changes, Path(journal))
else:
    recover(Path(journal))
os._exit(0)
"""


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row a kill, until there were enough."""
    kills, opened, seed = 0, 0, 0
    while kills < KILLS or opened < KILLS * _SHARE_OPEN:
        early, late = seed * 7 % _FIRST_STEP, _FIRST_STEP + seed * 7 % _STEPS
        row = attempt(seed, late if seed % 10 else early)
        kills += row["killed"]
        opened += row["killed"] and row["journal_open"]
        seed += 1
        yield row


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how many were killed, how many with an open journal, and what was wrong after."""
    return {
        "kills": sum(row["killed"] for row in rows),
        "kills_with_open_journal": sum(row["killed"] and row["journal_open"] for row in rows),
        "kills_of_recovery": sum(row["recovery_killed"] for row in rows),
        "rolled_back": sum(row["state"] == "before" for row in rows),
        "completed": sum(row["state"] == "after" for row in rows),
        "wrong": sum(row["state"] not in ("before", "after") for row in rows),
    }


def attempt(seed: int, at: int) -> dict[str, Any]:
    """Write the set of a seed, die before step `at`, recover, and look at what is there."""
    with tempfile.TemporaryDirectory() as scratch:
        root, journal = Path(scratch, "root"), Path(scratch, "journal")
        lay_out(root, seed)
        before = tree_of(root)
        after = _after(Path(scratch, "copy"), seed)
        killed = _run("write", root, journal, seed, at)
        is_open = bool(journal.is_dir() and open_journals(journal))
        recovery_killed = False
        if seed % 3 == 0:
            recovery_killed = _run("recover", root, journal, seed, seed % _RECOVERY_STEPS)
        recover(journal)
        found = tree_of(root)
        state = "before" if found == before else "after" if found == after else "torn"
        if open_journals(journal):
            state = "open"
        return {
            "seed": seed,
            "step": at,
            "killed": killed,
            "journal_open": is_open,
            "recovery_killed": recovery_killed,
            "state": state,
        }


def lay_out(root: Path, seed: int) -> None:
    """Write the files of a seed as they are before the change."""
    rng = random.Random(seed)
    for number in range(rng.randrange(4, 9)):
        path = root / f"d{number % 3}" / f"f{number}.c"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_text(rng), "utf-8", newline="")
        path.chmod(rng.choice([0o644, 0o600, 0o755]))


def change_set(root: Path, seed: int) -> ChangeSet:
    """Return a change of the files of a seed: each is edited, renamed, deleted, or stays."""
    rng = random.Random(seed + 1_000_000)
    files = []
    for path in sorted(it for it in root.rglob("*.c") if it.is_file()):
        name, text = path.relative_to(root).as_posix(), path.read_bytes().decode()
        match rng.randrange(4):
            case 0:
                files.append(FileChange(name, text, text + "int more;\n"))
            case 1:
                files.append(FileChange(f"moved/{name}", text, text + "/**/", moved_from=name))
            case 2:
                files.append(FileChange(name, text, None))
    files += [FileChange(f"new/n{it}.c", None, _text(rng)) for it in range(rng.randrange(1, 4))]
    return ChangeSet(root, tuple(sorted(files, key=lambda it: it.path)))


def tree_of(root: Path) -> dict[str, tuple[int, bytes]]:
    """Return every file and folder below a root with its mode and bytes."""
    return {
        it.relative_to(root).as_posix(): (
            it.stat().st_mode,
            it.read_bytes() if it.is_file() else b"",
        )
        for it in root.rglob("*")
    }


def _after(root: Path, seed: int) -> dict[str, tuple[int, bytes]]:
    """Return the tree that a writer makes that nobody disturbs, worked out apart from it."""
    lay_out(root, seed)
    for it in change_set(root, seed).files:
        origin = root / (it.moved_from or it.path)
        mode = origin.stat().st_mode if origin.exists() else 0o100644
        if it.moved_from is not None or it.after is None:
            origin.unlink()
        if it.after is not None:
            place = root / it.path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(it.after.encode())
            place.chmod(mode & 0o7777)
    found = tree_of(root)
    shutil.rmtree(root)
    return found


def _run(what: str, root: Path, journal: Path, seed: int, at: int) -> bool:
    """Run a writer or a recoverer; return whether it died of the kill."""
    words = [sys.executable, "-c", _WRITER, what, str(root), str(journal), str(seed), str(at)]
    done = subprocess.run(words, capture_output=True, check=False)
    if done.returncode not in (0, -signal.SIGKILL):
        raise RuntimeError(done.stderr.decode())
    return done.returncode == -signal.SIGKILL


def _text(rng: random.Random) -> str:
    end = rng.choice(["\n", "\r\n"])
    return end.join(f"int v{rng.randrange(1000)};" for _ in range(rng.randrange(0, 400)))
