"""One owner a repository, found or started by whoever asks, gone without a trace or a loss."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import shutil
import signal
import socket
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from glossator_indexer.errors import IndexUnavailableError, QueryError
from glossator_indexer.owner import process
from glossator_indexer.owner_client import OwnerPlaces
from glossator_indexer.records import IndexPhase, SearchQuery
from tests.indexer.owner.conftest import MakeClient, eventually, journal, owners_of

COMMON = SearchQuery("common")


async def test_eight_that_start_at_once_get_one_owner(
    places: OwnerPlaces, client_of: MakeClient
) -> None:
    for _ in range(3):
        clients = [client_of() for _ in range(8)]
        await asyncio.gather(*(it.open() for it in clients))
        owners = {it.owner_process for it in clients}
        assert len(owners) == 1
        assert len({it.session for it in clients}) == 8
        await eventually(lambda owners=owners: set(owners_of(places)) == owners)
        # Killed, it leaves its socket and its lock behind for the next eight.
        os.kill(next(iter(owners)) or 0, signal.SIGKILL)
        for client in clients:
            await client.close()


async def test_an_owner_that_was_killed_is_replaced_and_told_what_is_unsaved(
    client_of: MakeClient,
) -> None:
    async with client_of() as client:
        await client.refresh()
        await client.update_buffers({"one.c": "int unsaved;\n", "two.c": "x"})
        await client.update_buffers({"two.c": None})
        killed = client.owner_process
        os.kill(killed or 0, signal.SIGKILL)
        assert [it.path for it in await client.search(SearchQuery("unsaved"))] == ["one.c"]
        await client.refresh()
        assert [it.path for it in await client.search(COMMON)] == ["two.c"]
        assert client.owner_process != killed


async def test_a_question_in_flight_is_asked_again_when_the_owner_is_killed(
    client_of: MakeClient,
) -> None:
    async with client_of(search_seconds=0.5) as client:
        await client.refresh()
        asked = asyncio.create_task(client.search(COMMON))
        await asyncio.sleep(0.2)
        os.kill(client.owner_process or 0, signal.SIGKILL)
        assert isinstance(await asked, list)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
async def test_a_wait_for_a_refresh_goes_on_with_the_next_owner(
    places: OwnerPlaces, client_of: MakeClient, ending: signal.Signals
) -> None:
    async with client_of(files=20, file_seconds=0.05) as client:
        first = client.owner_process or 0
        waiting = asyncio.create_task(client.refresh())
        await eventually(lambda: "refresh begins" in journal(places))
        os.kill(first, ending)
        await waiting
        assert client.owner_process != first


async def test_an_owner_that_ends_when_it_is_found_is_not_noticed(client_of: MakeClient) -> None:
    async with client_of(idle_seconds=60, open_seconds=0.3) as other:
        for _ in range(3):
            os.kill(other.owner_process or 0, signal.SIGTERM)
            async with client_of() as client:
                await client.refresh()
                assert [it.path for it in await client.search(COMMON)] == ["two.c"]
            await other.status()


async def test_many_who_wait_while_paused_leave_room_to_resume(client_of: MakeClient) -> None:
    async with client_of() as client:
        await client.pause()
        waiting = [asyncio.create_task(client.refresh()) for _ in range(100)]
        async with asyncio.timeout(10):
            assert isinstance(await client.search(COMMON), list)
            await client.resume()
            await asyncio.gather(*waiting)


async def test_an_owner_outlives_its_starter_and_ends_when_idle(
    places: OwnerPlaces, client_of: MakeClient
) -> None:
    async with client_of(idle_seconds=0.5) as client:
        owner = client.owner_process or 0
        # Of its own session and group: what ends its starter does not end it.
        assert os.getpgid(owner) == os.getsid(owner) == owner
        assert psutil.Process(owner).cwd() == str(places.run / "empty")
        await client.refresh()
    await eventually(lambda: owners_of(places) == [])
    assert journal(places)[-1] == "closed"
    assert not places.socket.exists()


async def test_a_termination_is_an_orderly_end(places: OwnerPlaces, client_of: MakeClient) -> None:
    async with client_of(files=1000, file_seconds=0.05) as client:
        await eventually(lambda: "refresh begins" in journal(places))
        os.kill(client.owner_process or 0, signal.SIGTERM)
        await eventually(lambda: owners_of(places) == [])
        assert journal(places)[-2:] == ["refresh stopped", "closed"]
        assert "Traceback" not in places.log.read_text()


async def test_an_interrupted_refresh_goes_on_in_the_next_owner(
    places: OwnerPlaces, client_of: MakeClient
) -> None:
    async with client_of(files=20, file_seconds=0.02) as client:
        await eventually(lambda: "refresh begins" in journal(places))
        os.kill(client.owner_process or 0, signal.SIGKILL)
        await client.status()
        await eventually(lambda: "refresh ends" in journal(places))


async def test_shutting_down_ends_the_owner(places: OwnerPlaces, client_of: MakeClient) -> None:
    async with client_of() as client:
        first = client.owner_process
        await client.shutdown()
        await client.status()
        assert client.owner_process != first
        await client.shutdown()
        await eventually(lambda: owners_of(places) == [])


async def test_questions_do_not_wait_for_a_refresh(client_of: MakeClient) -> None:
    async with client_of(files=10_000, file_seconds=0.01) as client:
        await client.update_files(["two.c"])
        async with asyncio.timeout(5):
            assert [it.path for it in await client.search(COMMON)] == ["two.c"]
        assert (await client.status()).progress.phase is not IndexPhase.READY


async def test_a_refresh_steps_back_and_answers_do_not(client_of: MakeClient) -> None:
    async with client_of(files=10_000, file_seconds=0.01) as client:
        await client.search(COMMON)
        owner = client.owner_process or 0
        niceness = {
            os.getpriority(os.PRIO_PROCESS, thread.id) for thread in psutil.Process(owner).threads()
        }
        own = os.getpriority(os.PRIO_PROCESS, owner)
        assert niceness == {own, min(own + 5, 19)}


async def test_progress_is_shown_to_who_watches_at_most_ten_times_a_second(
    client_of: MakeClient,
) -> None:
    async with client_of(files=300, file_seconds=0.005) as client:
        seen = []
        async with asyncio.timeout(30):
            async for progress in client.watch():
                seen.append(progress)
                if progress.phase is IndexPhase.READY:
                    break
        reading = [it for it in seen if it.phase is IndexPhase.READING]
        assert 3 <= len(reading) <= 40
        assert [it.files_done for it in reading] == sorted(it.files_done for it in reading)


async def test_a_pause_stops_the_work_and_resuming_goes_on(
    places: OwnerPlaces, client_of: MakeClient
) -> None:
    async with client_of(files=100, file_seconds=0.02) as client:
        await eventually(lambda: "refresh begins" in journal(places))
        await client.pause()
        await eventually(lambda: "refresh stopped" in journal(places))
        status = await client.status()
        assert status.progress.phase is IndexPhase.PAUSED
        assert any("paused" in it for it in status.problems)
        waiting = asyncio.create_task(client.refresh())
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await client.resume()
        await waiting
        assert (await client.status()).progress.phase is IndexPhase.READY


async def test_a_refresh_takes_in_what_was_written_before_it_was_asked_for(
    places: OwnerPlaces, client_of: MakeClient
) -> None:
    async with client_of() as client:
        await client.refresh()
        for number in range(3):
            (places.root / f"new{number}.c").write_text(f"int fresh{number};\n")
            await client.refresh()
            assert len(await client.search(SearchQuery(f"fresh{number}"))) == 1


async def test_what_no_editor_told_is_found_by_and_by(
    places: OwnerPlaces, client_of: MakeClient
) -> None:
    async with client_of(walk_seconds=0.3) as client:
        await client.refresh()
        (places.root / "new.c").write_text("int untold;\n")
        # One may be under way already that does not see it.
        walks = journal(places).count("refresh ends") + 2
        await eventually(lambda: journal(places).count("refresh ends") >= walks)
        assert len(await client.search(SearchQuery("untold"))) == 1


async def test_unsaved_texts_are_seen_by_their_editor_only_and_forgotten_with_it(
    places: OwnerPlaces, client_of: MakeClient
) -> None:
    async with client_of() as one, client_of() as other:
        await one.update_buffers({"one.c": "int unsaved;\n"})
        unsaved = SearchQuery("unsaved", session=one.session or 0)
        assert len(await one.search(SearchQuery("unsaved"))) == 1
        # Whatever session a query names, it is asked for its own client's.
        assert await other.search(unsaved) == []
        assert (await other.status()).buffers == 1
        await one.close()
        await eventually(lambda: "session ends" in journal(places))
        assert (await other.status()).buffers == 0


async def test_errors_keep_their_sentence_and_failures_have_one(
    places: OwnerPlaces, client_of: MakeClient
) -> None:
    async with client_of() as client:
        with pytest.raises(QueryError, match=r"^The query is empty; say what to look for\.$"):
            await client.search(SearchQuery(""))
        with pytest.raises(IndexUnavailableError, match=r"^The index met an error of its own"):
            await client.search(SearchQuery("break"))
        # The user's words are not in the log.
        assert "ZeroDivisionError" in places.log.read_text()
        assert await client.search(COMMON) is not None


async def test_an_index_that_cannot_be_opened_says_why(client_of: MakeClient) -> None:
    async with client_of(open_error="The disk is full; make room.") as client:
        for _ in range(2):
            for question in (client.search(COMMON), client.refresh()):
                with pytest.raises(IndexUnavailableError, match=r"^The disk is full; make room\.$"):
                    await question


async def test_the_status_is_told_while_the_index_opens(client_of: MakeClient) -> None:
    async with client_of(open_seconds=0.7) as client:
        assert (await client.status()).progress.phase is IndexPhase.OPENING
        # A question waits for it instead.
        assert isinstance(await client.search(COMMON), list)


async def test_an_owner_that_cannot_start_ends_in_one_sentence(
    places: OwnerPlaces, client_of: MakeClient
) -> None:
    places.folder.parent.mkdir(parents=True)
    places.folder.write_text("a file in its place")
    client = client_of()
    for _ in range(2):
        with pytest.raises(IndexUnavailableError, match=r"^[^\n]+\.$"):
            await client.open()


async def test_a_folder_that_belongs_to_nobody_known_is_not_used(
    places: OwnerPlaces, client_of: MakeClient, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    places.run.symlink_to(elsewhere)
    with pytest.raises(IndexUnavailableError, match="not a folder of yours"):
        await client_of().open()


async def test_an_owner_whose_socket_was_removed_ends(
    places: OwnerPlaces, client_of: MakeClient
) -> None:
    async with client_of() as client:
        places.socket.unlink()
        await eventually(lambda: owners_of(places) == [])
        assert isinstance(await client.search(COMMON), list)


async def test_an_owner_that_ends_leaves_the_socket_of_the_next_one(
    places: OwnerPlaces, client_of: MakeClient
) -> None:
    async with client_of() as first:
        before = first.owner_process
        shutil.rmtree(places.run)
        async with client_of() as second:
            after = second.owner_process
            await eventually(lambda: owners_of(places) == [after])
            assert before != after
            assert places.socket.exists()
            assert isinstance(await second.search(COMMON), list)
            assert second.owner_process == after


async def test_an_older_owner_is_replaced_and_a_newer_one_with_clients_is_not(
    places: OwnerPlaces, client_of: MakeClient
) -> None:
    newer = replace(places, version="1.0.1")
    async with client_of() as old, client_of(newer) as new:
        assert new.owner_process is not None
        with pytest.raises(IndexUnavailableError, match=r"Glossator 1\.0\.1 serves the index"):
            await old.search(COMMON)
        assert isinstance(await new.search(COMMON), list)
    # With nobody else left, also an older one gets its turn.
    async with client_of() as old:
        assert isinstance(await old.search(COMMON), list)


async def test_a_cancelled_question_leaves_the_connection_whole(client_of: MakeClient) -> None:
    async with client_of(search_seconds=0.3) as client:
        for _ in range(5):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await client.search(COMMON)
        assert isinstance(await client.search(COMMON), list)


async def test_a_socket_with_a_long_path_is_reached(
    places: OwnerPlaces, client_of: MakeClient
) -> None:
    deep = replace(places, run=places.run / ("d" * 120))
    async with client_of(deep) as client:
        assert isinstance(await client.search(COMMON), list)


async def test_nothing_of_the_repository_is_imported_or_inherited(
    places: OwnerPlaces, client_of: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    (places.root / "json.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.chdir(places.root)
    monkeypatch.setenv("PYTHONPATH", str(places.root))
    monkeypatch.setenv("HTTPS_PROXY", "http://192.0.2.1:1")
    async with client_of() as client:
        inherited = psutil.Process(client.owner_process).environ()
        assert not {"PYTHONPATH", "HTTPS_PROXY"} & set(inherited)
        assert isinstance(await client.search(COMMON), list)


async def test_nobody_else_can_look_into_the_folders(
    places: OwnerPlaces, client_of: MakeClient
) -> None:
    async with client_of():
        modes = {it: it.stat().st_mode & 0o777 for it in (places.folder, places.run, places.socket)}
        assert list(modes.values()) == [0o700, 0o700, 0o600]


async def test_nobody_else_can_read_a_file_whatever_made_it(
    places: OwnerPlaces, client_of: MakeClient
) -> None:
    former = os.umask(0o002)
    try:
        async with client_of() as client:
            await client.refresh()
            # The fake writes its journal as a library would: with the mode that is left to it.
            paths = [*places.folder.rglob("*"), *places.run.rglob("*")]
            modes = {it.name: it.stat().st_mode & 0o777 for it in paths}
    finally:
        os.umask(former)
    assert {"journal", "owner.log"} <= modes.keys()
    assert {name: oct(it) for name, it in modes.items() if it & 0o077} == {}


async def test_the_lock_names_its_holder(places: OwnerPlaces, client_of: MakeClient) -> None:
    async with client_of() as client:
        assert places.lock.read_text() == f"{client.owner_process}\n"


async def test_without_locks_who_listens_is_the_owner(
    places: OwnerPlaces, client_of: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(_descriptor: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    places.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    monkeypatch.setattr(fcntl, "flock", flock)
    lock = process._take_lock(places)
    assert lock is not None
    os.close(lock)
    async with client_of():
        assert await asyncio.to_thread(process._take_lock, places) is None


GREETING = b'\x00\x00\x00\x2a{"hello":{"protocol":1,"version":"1.0.0"}}'
HOSTILE = [
    b"",
    b"\x00",
    b"\xff\xff\xff\xff",
    b"GET / HTTP/1.1\r\n\r\n",
    b"\x00\x00\x00\x02[]",
    b'\x00\x00\x00\x0c{"hello":{}}',
    GREETING,
    GREETING + b"\xff\xff\xff\xff" + b"x" * 1000,
    GREETING + b"\x00\x00\x00\x05{bad}",
    GREETING + b"\x00\x00\x00\x02{}",
    GREETING + b'\x00\x00\x00\x17{"id":1,"call":"close"}',
    GREETING + b'\x00\x00\x00\x21{"id":1,"call":"search","with":[]}'[:37],
    GREETING + b'\x00\x00\x00\x18{"id":1,"call":["x"]   }',
    GREETING + b'\x00\x00\x00\x0e{"cancel":1e9}',
]


async def test_hostile_frames_and_a_thousand_connections_hurt_nobody(
    places: OwnerPlaces, client_of: MakeClient
) -> None:
    async with client_of() as client:
        await client.refresh()
        held: list[socket.socket] = []
        for number in range(1000):
            hostile = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            hostile.settimeout(5)
            try:
                hostile.connect(str(places.socket))
                hostile.sendall(HOSTILE[number % len(HOSTILE)])
            except OSError:
                # Turned away: there are too many.
                hostile.close()
                continue
            held.append(hostile)
        async with asyncio.timeout(10):
            assert [it.path for it in await client.search(COMMON)] == ["two.c"]
        for hostile in held:
            hostile.close()
        async with client_of() as other:
            assert other.owner_process == client.owner_process
        assert "Traceback" not in places.log.read_text()
