"""Whether programs get out of the sandbox: attempts at it, as root and as an ordinary user.

Each attempt that does no lasting harm is made without a sandbox as well, where it has to succeed:
one that fails everywhere would prove nothing. Beside them, what becomes of jobs where Bubblewrap is
missing or broken, and what a start in the sandbox costs. Needs Linux, bubblewrap and
`/usr/bin/python3`. About five minutes on 2 cores.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.sandbox_arena import BREACH, Arena, arena
from benchmarks.sandbox_attempts import ATTEMPTS, Attempt
from glossator_server.errors import SandboxUnavailableError
from glossator_server.sandbox import MIB, Ending, Limits, SandboxJob
from glossator_server.sandbox.bubblewrap import NOBODY
from glossator_server.sandbox.opening import BubblewrapSandbox

STARTS = 100
LIMITS = Limits(
    seconds=3.0,
    memory_bytes=256 * MIB,
    processes=64,
    file_bytes=64 * MIB,
    scratch_bytes=64 * MIB,
    output_bytes=200_000,
)
# What a kept promise not to run looks like, by how Bubblewrap is broken.
_BROKEN = {
    "missing": None,
    "fails": "#!/bin/sh\n[ \"$1\" = --version ] && echo 'bubblewrap 0.8.0' && exit\nexit 1\n",
    "runs without a sandbox": """#!/bin/sh
[ "$1" = --version ] && echo 'bubblewrap 0.8.0' && exit
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
""",
    "is too old": "#!/bin/sh\necho 'bubblewrap 0.4.1'\n",
    "is something else": "#!/bin/sh\necho hello\n",
}

Row = dict[str, object]


def rows() -> Iterator[Row]:
    """Yield a row an attempt and user, one a broken Bubblewrap, and one a start."""
    yield from everything()
    if os.geteuid() == 0:
        yield from as_nobody(everything)


def everything() -> list[Row]:
    """Return all rows of the user that runs this."""
    with arena() as place:
        found = asyncio.run(attempted(place, ATTEMPTS))
    return [*found, *asyncio.run(refused()), *asyncio.run(started())]


def summary(found: Sequence[Row]) -> dict[str, object]:
    """Count the breaches, and say what a start costs."""
    attempts = [it for it in found if it["what"] == "attempt"]
    broken = [it for it in found if it["what"] == "broken"]
    starts = [it for it in found if it["what"] == "start"]
    figures: dict[str, object] = {
        "attempts": len(ATTEMPTS),
        "attempted": len(attempts),
        "breaches": sum(bool(it["breach"]) for it in attempts),
        "breached": [f"{it['kind']}: {it['name']}" for it in attempts if it["breach"]],
        "controlled": sum(it["control"] is not None for it in attempts),
        "controls that did not succeed": sorted(
            {f"{it['kind']}: {it['name']}" for it in attempts if it["control"] is False}
        ),
        "jobs refused without a sandbox that holds": sum(bool(it["refused"]) for it in broken),
        "of": len(broken),
    }
    for user in sorted({str(it["user"]) for it in starts}):
        mine = [it for it in starts if it["user"] == user]
        inside = statistics.median(float(str(it["inside_ms"])) for it in mine)
        bare = statistics.median(float(str(it["bare_ms"])) for it in mine)
        figures[f"`true` started by {user}"] = {
            "inside_ms": round(inside, 1),
            "bare_ms": round(bare, 1),
            "ratio": round(inside / bare, 1),
        }
    return figures


async def attempted(place: Arena, attempts: Sequence[Attempt]) -> list[Row]:
    """Make attempts, in the sandbox and where that is harmless without."""
    sandbox = BubblewrapSandbox()
    if (trouble := (await sandbox.check()).trouble) is not None:
        raise SystemExit(trouble)
    return [await _attempted(place, sandbox, it) for it in attempts]


async def _attempted(place: Arena, sandbox: BubblewrapSandbox, attempt: Attempt) -> Row:
    control = place.control(attempt) if attempt.is_controlled else None
    place.reset()
    job = SandboxJob(
        argv=("/usr/bin/python3", "-c", place.program(attempt)),
        root=place.workspace,
        cwd=place.workspace,
        writes=attempt.writes,
        limits=LIMITS,
    )
    result = await sandbox.run(job)
    harm = place.harm()
    # A limit ends a run between two looks: what was written meanwhile is cut, the run has failed.
    was_ended = attempt.kind == "limits" and result.ending is not Ending.EXITED
    if BREACH in result.output and not was_ended:
        harm.append("it says so")
    said = result.errors.strip().splitlines()[-1:]
    return {
        "what": "attempt",
        "user": user(),
        "kind": attempt.kind,
        "name": attempt.name,
        "control": control,
        "breach": ", ".join(harm),
        "ending": result.ending.value,
        "status": result.status,
        "said": said[0][:160] if said else "",
        "seconds": round(result.seconds, 3),
    }


def _folders(folder: Path) -> tuple[Path, Path]:
    root, programs = folder / "workspace", folder / "programs"
    root.mkdir()
    programs.mkdir()
    return root, programs


def _exists(path: Path) -> bool:
    return path.exists()


async def refused() -> list[Row]:
    """Ask for jobs where there is no Bubblewrap that holds; each would leave a file behind."""
    found: list[Row] = []
    for name, script in _BROKEN.items():
        with tempfile.TemporaryDirectory() as folder:
            root, programs = _folders(Path(folder))
            _write_program(programs / "bwrap", script)
            sandbox = BubblewrapSandbox((str(programs),))
            mark = Path(folder, "ran")
            was_refused, said = False, ""
            try:
                await sandbox.run(SandboxJob(("/usr/bin/touch", str(mark)), root, root))
            except SandboxUnavailableError as trouble:
                was_refused, said = True, str(trouble)
            is_kept = was_refused and not _exists(mark)
            row: Row = {"what": "broken", "user": user(), "name": name, "refused": is_kept}
            found.append({**row, "said": said})
    return found


async def started() -> list[Row]:
    """Start `true` with and without a sandbox, in turns."""
    sandbox = BubblewrapSandbox()
    await sandbox.check()
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        job = SandboxJob(("/usr/bin/true",), Path(folder), Path(folder))
        for _ in range(STARTS):
            begun = time.perf_counter()
            await sandbox.run(job)
            inside = time.perf_counter() - begun
            begun = time.perf_counter()
            await (await asyncio.create_subprocess_exec("/usr/bin/true")).wait()
            bare = time.perf_counter() - begun
            row: Row = {"what": "start", "user": user(), "inside_ms": inside * 1000}
            found.append({**row, "bare_ms": bare * 1000})
    return found


def user() -> str:
    """Return as whom this is run."""
    return {0: "root", NOBODY: "nobody"}.get(os.geteuid(), "an ordinary user")


def as_nobody(function: Callable[[], list[Row]]) -> list[Row]:
    """Return what a function returns to a child that has become an ordinary user.

    Forked rather than started: the interpreter may lie where that user may not go.
    """
    with tempfile.TemporaryFile() as answer:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                os.setgroups([])
                os.setresgid(NOBODY, NOBODY, NOBODY)
                os.setresuid(NOBODY, NOBODY, NOBODY)
                os.environ["HOME"] = "/nonexistent"
                answer.write(json.dumps(function()).encode())
                answer.flush()
                status = 0
            except BaseException:  # noqa: BLE001 -- a child that was forked must not go on
                traceback.print_exc()
            finally:
                os._exit(status)
        if os.waitpid(child, 0)[1] != 0:
            raise RuntimeError("the ordinary user's part has failed")
        answer.seek(0)
        found: list[Row] = json.loads(answer.read())
        return found


def _write_program(path: Path, script: str | None) -> None:
    if script is not None:
        path.write_text(script, "utf-8")
        path.chmod(0o755)
