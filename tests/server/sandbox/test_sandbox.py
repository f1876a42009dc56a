"""The sandbox on this machine: what programs in it cannot do, and that none runs without it."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

import pytest

from benchmarks.sandbox_arena import arena
from benchmarks.sandbox_attempts import ATTEMPTS
from benchmarks.sandbox_probes import attempted, refused
from glossator_server.errors import SandboxUnavailableError, UsageError
from glossator_server.sandbox import MIB, Ending, Limits, SandboxJob
from glossator_server.sandbox.approvals import Approvals
from glossator_server.sandbox.opening import BubblewrapSandbox, open_sandbox
from tests.conftest import missing_part

pytestmark = pytest.mark.sandbox
_SAMPLE = 20
_SERVER = """
import asyncio
from pathlib import Path
from glossator_server.sandbox import Limits, SandboxJob
from glossator_server.sandbox.opening import BubblewrapSandbox
root = Path({root!r})
job = SandboxJob(("sleep", "{seconds}"), root, root, limits=Limits(seconds=3.0))
asyncio.run(BubblewrapSandbox().run(job))
"""


@pytest.fixture
def sandbox() -> BubblewrapSandbox:
    found = BubblewrapSandbox()
    if found.state.trouble is not None:
        missing_part("sandbox", found.state.trouble)
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "a.txt").write_text("as it was", "utf-8")
    return root


async def test_attempts_to_get_out_fail(sandbox: BubblewrapSandbox) -> None:
    assert sandbox.state.is_usable
    chosen = random.Random(6).sample(ATTEMPTS, _SAMPLE)
    with arena() as place:
        rows = await attempted(place, chosen)
    assert [it["name"] for it in rows if it["breach"]] == []


async def test_without_a_bubblewrap_that_holds_nothing_runs() -> None:
    rows = await refused()
    assert rows
    assert [it for it in rows if not it["refused"]] == []


@pytest.mark.parametrize("platform", ["darwin", "win32", "freebsd14"])
async def test_other_systems_refuse(platform: str, project: Path) -> None:
    found = open_sandbox(platform)
    assert not found.state.is_usable
    with pytest.raises(SandboxUnavailableError):
        await found.run(SandboxJob(("true",), project, project))


async def test_texts_are_laid_over_files_and_the_files_stay(
    sandbox: BubblewrapSandbox, project: Path
) -> None:
    path = project / "a.txt"
    job = SandboxJob(("cat", "a.txt"), project, project, {path: "as it would be"})
    assert (await sandbox.run(job)).output == "as it would be"
    assert _text(path) == "as it was"


@pytest.mark.parametrize("writes", [False, True])
async def test_a_file_that_goes_is_not_there_and_a_new_one_is(
    sandbox: BubblewrapSandbox,
    project: Path,
    writes: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    inner = project / "in"
    inner.mkdir()
    (inner / "b [1].txt").write_text("b", "utf-8")
    (inner / "c.txt").write_text("c", "utf-8")
    files = {inner / "b [1].txt": None, inner / "new" / "d.txt": "d", project / "none.txt": None}
    job = SandboxJob(("find", ".", "-type", "f"), project, project, files, writes=writes)
    found = sorted((await sandbox.run(job)).output.split("\n"))
    assert [it for it in found if it] == ["./a.txt", "./in/c.txt", "./in/new/d.txt"]
    assert _text(inner / "b [1].txt") == "b"


async def test_what_writes_gets_a_copy(sandbox: BubblewrapSandbox, project: Path) -> None:
    words = ("sh", "-c", "echo new > a.txt; echo b > b.txt; cat a.txt b.txt new.txt")
    files = {project / "new.txt": "c\n"}
    result = await sandbox.run(SandboxJob(words, project, project, files, writes=True))
    assert result.output == "new\nb\nc\n"
    assert _text(project / "a.txt") == "as it was"
    assert [it.name for it in _entries(project)] == ["a.txt"]


@pytest.mark.parametrize(
    ("words", "ending"),
    [
        (("sleep", "50"), Ending.TIMED_OUT),
        (("sh", "-c", "sleep 50 & sleep 50"), Ending.TIMED_OUT),
        (("yes",), Ending.TOO_MUCH_OUTPUT),
    ],
)
async def test_limits_end_a_run(
    sandbox: BubblewrapSandbox, project: Path, words: tuple[str, ...], ending: Ending
) -> None:
    limits = Limits(seconds=1.0, output_bytes=10_000)
    result = await sandbox.run(SandboxJob(words, project, project, limits=limits))
    assert result.ending is ending
    assert result.status is None
    assert len(result.output) <= 10_000


async def test_a_cancelled_run_leaves_nothing(sandbox: BubblewrapSandbox, project: Path) -> None:
    await sandbox.check()
    seconds = "86399.25"
    task = asyncio.create_task(sandbox.run(SandboxJob(("sleep", seconds), project, project)))
    while not _running(seconds):  # noqa: ASYNC110 -- nobody tells of another process
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not _running(seconds)


async def test_a_run_that_is_cancelled_at_any_instant_of_its_start_ends_and_leaves_nothing(
    sandbox: BubblewrapSandbox, project: Path
) -> None:
    await sandbox.check()
    seconds = "86399.125"
    rng = random.Random(3)
    for _ in range(60):
        task = asyncio.create_task(sandbox.run(SandboxJob(("sleep", seconds), project, project)))
        # While one program starts the next, which is in nobody's list of children yet.
        await asyncio.wait([task], timeout=rng.uniform(0, 0.03))
        task.cancel()
        async with asyncio.timeout(30):
            with pytest.raises(asyncio.CancelledError):
                await task
        assert not _running(seconds)


async def test_every_process_inside_is_limited(sandbox: BubblewrapSandbox, project: Path) -> None:
    limits = Limits(processes=24, file_bytes=4096, memory_bytes=64 * MIB)
    words = ("sh", "-c", "cat /proc/[0-9]*/limits")
    result = await sandbox.run(SandboxJob(words, project, project, limits=limits))
    told = {tuple(it.split()[:5]) for it in result.output.splitlines()}
    assert {it for it in told if it[:2] == ("Max", "processes")} == {
        ("Max", "processes", "24", "24", "processes")
    }
    assert {it[3:] for it in told if it[:3] == ("Max", "file", "size")} == {("4096", "4096")}
    assert {it[3:] for it in told if it[:3] == ("Max", "data", "size")} == {
        (str(64 * MIB), str(64 * MIB))
    }


async def test_a_killed_server_leaves_no_run_beyond_its_time(
    sandbox: BubblewrapSandbox, project: Path
) -> None:
    await sandbox.check()
    seconds = "86399.75"
    code = _SERVER.format(root=str(project), seconds=seconds)
    server = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    while not _running(seconds):  # noqa: ASYNC110 -- nobody tells of another process
        await asyncio.sleep(0.01)
    server.kill()
    await server.wait()
    async with asyncio.timeout(30):
        while _running(seconds):  # noqa: ASYNC110 -- as above
            await asyncio.sleep(0.1)


async def test_a_job_outside_of_its_workspace_is_refused(
    sandbox: BubblewrapSandbox, project: Path
) -> None:
    with pytest.raises(UsageError):
        await sandbox.run(SandboxJob((), project, project))
    with pytest.raises(UsageError):
        await sandbox.run(SandboxJob(("a\0b",), project, project))


def test_an_approval_is_of_the_words_and_of_the_files_that_they_name(
    tmp_path: Path, project: Path
) -> None:
    approvals = Approvals(tmp_path / "approvals.toml")
    argv = ("make", "check")
    (project / "Makefile").write_text("check:\n", "utf-8")
    assert approvals.refusal(project, argv) is not None
    approvals.approve(project, argv)
    assert approvals.refusal(project, argv) is None
    assert approvals.refusal(project, ("make", "all")) is not None
    assert approvals.refusal(tmp_path, argv) is not None
    (project / "Makefile").write_text("check:\n\techo other\n", "utf-8")
    assert "Makefile" in str(approvals.refusal(project, argv))
    approvals.approve(project, argv)
    approvals.revoke(project, argv)
    assert approvals.refusal(project, argv) is not None


@pytest.mark.parametrize("text", ["[[[", "approvals = 3", "\x00"])
def test_a_broken_file_of_approvals_approves_nothing(
    tmp_path: Path, project: Path, text: str
) -> None:
    path = tmp_path / "approvals.toml"
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    assert Approvals(path).refusal(project, ("true",)) is not None


def test_a_file_of_approvals_that_others_may_write_approves_nothing(
    tmp_path: Path, project: Path
) -> None:
    path = tmp_path / "approvals.toml"
    Approvals(path).approve(project, ("true",))
    assert Approvals(path).refusal(project, ("true",)) is None
    path.chmod(0o666)
    assert Approvals(path).refusal(project, ("true",)) is not None


def _text(path: Path) -> str:
    return path.read_text("utf-8")


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def _running(word: str) -> bool:
    for it in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if it.read_text("utf-8", "replace") == f"sleep\0{word}\0":
                return True
        except OSError:
            continue
    return False
