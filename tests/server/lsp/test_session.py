"""Jobs run once, end when told, and forget themselves."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from glossator_clients.protocol import ChatModel
from glossator_gate.types import Policy
from glossator_server.session import Jobs, Remembered, Session
from glossator_server.settings import Settings


async def forever(number: int) -> None:
    del number
    await asyncio.Event().wait()


async def no_model(role: str, preferred: tuple[str, ...]) -> ChatModel:
    raise NotImplementedError(role)


async def test_a_job_with_the_same_key_is_joined() -> None:
    jobs = Jobs()
    first = jobs.start("one", "key", forever)
    assert jobs.start("two", "key", forever) is first
    other = jobs.start("three", "another", forever)
    assert [it.id for it in jobs.running] == [first.id, other.id]
    await jobs.end()


async def test_a_job_that_ends_forgets_itself() -> None:
    jobs = Jobs()

    async def work(number: int) -> None:
        assert number == 1

    await jobs.start("one", "key", work).task
    assert jobs.running == ()
    assert jobs.start("again", "key", work).id == 2
    await jobs.end()


async def test_a_job_that_fails_is_logged_and_forgotten(
    caplog: pytest.LogCaptureFixture,
) -> None:
    jobs = Jobs()

    async def work(number: int) -> None:
        raise ValueError(number)

    await asyncio.wait([jobs.start("one", "key", work).task])
    assert jobs.running == ()
    assert "ValueError" in caplog.text


async def test_cancelling_counts_what_it_cancels() -> None:
    jobs = Jobs()
    first = jobs.start("one", "1", forever)
    second = jobs.start("two", "2", forever)
    assert jobs.cancel(first.id) == 1
    assert jobs.cancel(first.id) == 0
    assert jobs.cancel(99) == 0
    assert jobs.cancel(None) == 1
    await jobs.end()
    assert first.task.cancelled()
    assert second.task.cancelled()


async def test_a_wish_after_a_cancel_is_a_new_job() -> None:
    jobs = Jobs()
    first = jobs.start("one", "key", forever)
    jobs.cancel(first.id)
    assert jobs.start("two", "key", forever) is not first
    await jobs.end()


def test_evidence_goes_with_its_document() -> None:
    session = Session(Settings(), no_model)
    kept = Remembered("code", "comment", "evidence")
    session.remember("a", "f", kept)
    session.remember("b", "f", kept)
    session.forget("a")
    assert session.evidence("a", "f") is None
    assert session.evidence("b", "f") == kept


def test_each_folder_has_its_own_policy(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two, one / "inner"):
        folder.mkdir()
    (one / ".glossator.toml").write_text("[limits]\ntokens_per_day = 5\n[document]\nwidth = 72\n")
    (two / ".glossator.toml").write_text("[cache]\nresponses = false\n")
    (two / "link.c").symlink_to(one / "a.c")
    of_machine = Policy((), may_cache=True)
    session = Session(Settings(), no_model, policy_now=lambda: of_machine)
    folders = (one, two, one / "inner")
    assert session.set_folders({it.as_uri(): it for it in folders}) == ()

    def told(path: Path | None) -> tuple[int | None, bool]:
        policy = session.policy_for(path)
        return policy.limits.tokens_per_day, policy.may_cache

    assert told(one / "a.c") == (5, True)
    assert told(two / "a.c") == (None, False)
    # The innermost folder counts, and a link is bound by both its ends.
    assert told(one / "inner" / "a.c") == (None, True)
    assert told(two / "link.c") == (5, False)
    assert told(tmp_path / "a.c") == told(None) == (None, True)
    together = session.policy_for(one / "a.c", two / "a.c", None)
    assert (together.limits.tokens_per_day, together.may_cache) == (5, False)
    assert len(together.sources) == 2
    # Preferences are those of the first folder.
    assert session.settings.document.width == 72
    (two / ".glossator.toml").write_text("[cache]\nresponses = true\n")
    session.read_workspace_files()
    assert told(two / "a.c") == (None, True)
