"""`glossator index` and `glossator search` on real folders, with a real owner behind them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from glossator_clients.model_files import fetchable_names
from glossator_indexer.records import EntityKind, IndexPhase, IndexProgress, IndexStatus
from glossator_indexer.symbols import find_symbols
from glossator_server.cli.examples import running_indexes
from glossator_server.cli.index import LANGUAGE_NAMES, lines_about
from glossator_server.cli.workspaces import client_of
from glossator_server.files import read_snapshot
from glossator_server.settings import IndexOptions, Settings
from tests.e2e.command_line import COMMAND, PATIENCE_S, check_one_sentence, glossator

EXAMPLE = Path(__file__).parents[2] / "examples/ringlog"
HIT_KEYS = ["path", "start_line", "end_line", "symbol", "kind", "score", "signals"]
FROM = ("--workspace",)


@pytest.fixture
def ringlog(tmp_path: Path) -> Iterator[Path]:
    """Return a copy of the example, whose folder must be as it was at the end."""
    folder = tmp_path / "ringlog"
    shutil.copytree(EXAMPLE, folder)
    yield folder
    assert sorted(it.name for it in folder.iterdir()) == sorted(it.name for it in EXAMPLE.iterdir())


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for an example and its index, which tests that change nothing share."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copytree(EXAMPLE, folder / "ringlog")
    for file in (folder / "ringlog").iterdir():
        os.utime(file)
    for name in ("cache", "run"):
        (folder / name).mkdir(mode=0o700)
    return folder


@pytest.fixture
def indexed(places: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(places / "cache"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(places / "run"))
    return places / "ringlog"


def hits(*words: str | Path, cwd: Path) -> list[dict[str, Any]]:
    ended = glossator("search", "--json", *words, cwd=cwd)
    assert ended.status == 0, ended
    found: list[dict[str, Any]] = json.loads(ended.output)
    return found


def index(*words: str | Path, cwd: Path) -> dict[str, Any]:
    ended = glossator("index", "--json", *words, cwd=cwd)
    assert ended.status == 0, ended
    status: dict[str, Any] = json.loads(ended.output)
    return status


def test_a_search_without_an_index_makes_one_and_answers(ringlog: Path) -> None:
    found = hits("append a text to the log", cwd=ringlog)
    assert found
    assert all(list(it) == HIT_KEYS for it in found)
    assert {it["path"] for it in found} <= {it.name for it in ringlog.iterdir()}
    assert all(1 <= it["start_line"] <= it["end_line"] for it in found)
    assert [it["score"] for it in found] == sorted((it["score"] for it in found), reverse=True)
    assert all(it["signals"] for it in found)


def test_a_name_finds_its_definition_first(indexed: Path) -> None:
    (best,) = hits("list_add_tail", "-k", "1", cwd=indexed)
    assert (best["path"], best["symbol"], best["kind"]) == ("list.h", "list_add_tail", "function")
    text = (indexed / "list.h").read_text("utf-8").splitlines()
    assert "list_add_tail" in "\n".join(text[best["start_line"] - 1 : best["end_line"]])


def test_people_see_places_and_code(indexed: Path) -> None:
    ended = glossator("search", "list_add_tail", "-k", "1", "--explain", cwd=indexed)
    first, *rest = ended.output.splitlines()
    assert first.startswith("list.h:")
    assert first.endswith(": function list_add_tail")
    assert any(line.startswith("  score ") for line in rest)
    assert any("list_add_tail(" in line for line in rest)
    elsewhere = glossator("search", "list_add_tail", "-k", "1", *FROM, indexed, cwd=Path("/"))
    assert f"{indexed}/list.h:".lstrip("/") in elsewhere.output


def test_what_changed_is_found_and_what_went_is_not(ringlog: Path) -> None:
    assert index(cwd=ringlog)["files"] == 5
    extra = ringlog / "extra.c"
    extra.write_text("int zebra_crossing(void)\n{\n\treturn 1;\n}\n", "utf-8")
    index(cwd=ringlog)
    assert hits("zebra_crossing", "-k", "1", cwd=ringlog)[0]["path"] == "extra.c"
    extra.unlink()
    index(cwd=ringlog)
    assert "extra.c" not in {it["path"] for it in hits("zebra_crossing", cwd=ringlog)}


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        (["--path", "*.h"], lambda it: it["path"].endswith(".h")),
        (["--path", "list.h", "--path", "main.c"], lambda it: it["path"] in {"list.h", "main.c"}),
        (["--kind", "struct", "--kind", "enum"], lambda it: it["kind"] in {"struct", "enum"}),
        (["--language", "c"], lambda _: True),
        (["--symbol", "list_head"], lambda it: it["symbol"] == "list_head"),
        (["--changed-since", "1h"], lambda _: True),
    ],
    ids=lambda it: " ".join(it) if isinstance(it, list) else "",
)
def test_filters_hold(
    indexed: Path, filters: list[str], holds: Callable[[dict[str, Any]], bool]
) -> None:
    found = hits("list of records in the ring log", *filters, cwd=indexed)
    assert found
    assert all(map(holds, found))


def test_filters_that_nothing_meets_find_nothing(indexed: Path) -> None:
    assert hits("list", "--language", "rust", cwd=indexed) == []
    assert hits("list", "--changed-since", "2100-01-01", cwd=indexed) == []
    assert glossator("search", "list", "--path", "no/", cwd=indexed).output == "nothing found\n"


def test_lines_are_answered_one_by_one(indexed: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "search", "-", "-k", "2"],
        cwd=indexed,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for line, expected in ((b"list_add_tail", 2), (b"", 0), (b"\xff ring log\r", 2)):
        process.stdin.write(line + b"\n")
        process.stdin.flush()
        # Answered before the next line is there.
        assert len(json.loads(process.stdout.readline())) == expected
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert errors.decode().splitlines() == ["glossator: The query is empty; say what to look for."]


def test_a_pause_holds_until_somebody_resumes(ringlog: Path) -> None:
    index(cwd=ringlog)
    assert index("--pause", cwd=ringlog)["phase"] == "paused"
    (ringlog / "extra.c").write_text("int zebra_crossing(void);\n", "utf-8")
    held = glossator("index", cwd=ringlog)
    assert held.status == 4
    assert "paused" in held.errors
    assert "paused" in glossator("search", "list", cwd=ringlog).errors
    assert index("--resume", cwd=ringlog)["files"] == 6
    (ringlog / "extra.c").unlink()


def test_nobody_else_can_read_what_an_index_is_made_of(ringlog: Path, own_home: Path) -> None:
    former = os.umask(0o000)
    try:
        index(cwd=ringlog)
    finally:
        os.umask(former)
    made = [*own_home.glob("cache/glossator/index/**/*"), *own_home.glob("run/glossator/**/*")]
    names = {it.name for it in made}
    assert {"truth.sqlite", "truth.sqlite-wal", "owner.log", "meta.json", "head.json"} <= names
    assert [str(it) for it in made if it.lstat().st_mode & 0o077] == []


def test_a_rebuild_makes_all_anew(ringlog: Path, own_home: Path) -> None:
    before = index(cwd=ringlog)
    (folder,) = (own_home / "cache/glossator/index").iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    # A new folder may get the number of the one before: what lay in that one is gone.
    (folder / "mark").touch()
    after = index("--rebuild", cwd=ringlog)
    assert not (folder / "mark").exists()
    changing = {"updated", "bytes_on_disk"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }


def test_a_rebuild_beside_an_editor_that_asks_all_the_time(ringlog: Path, own_home: Path) -> None:
    index(cwd=ringlog)
    (folder,) = (own_home / "cache/glossator/index").iterdir()
    (folder / "mark").touch()
    ended = threading.Event()

    async def ask() -> None:
        async with client_of(ringlog) as client:
            while not ended.is_set():
                assert (await client.status()).root == str(ringlog)

    asking = threading.Thread(target=lambda: asyncio.run(ask()))
    asking.start()
    try:
        assert index("--rebuild", cwd=ringlog)["files"] == 5
    finally:
        ended.set()
        asking.join()
    assert not (folder / "mark").exists()


def test_the_summary_says_what_is_indexed(indexed: Path) -> None:
    ended = glossator("index", cwd=indexed)
    first, languages, model, *_ = ended.output.splitlines()
    assert first.startswith(f"{indexed}: 5 files, ")
    assert languages == "  c 5"
    assert "on disk" in model
    status = glossator("index", "--status", cwd=indexed).output
    assert status.splitlines()[:2] == [first, languages]


def test_an_index_that_nobody_has_open_is_told_with_its_numbers(indexed: Path) -> None:
    index(cwd=indexed)
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "index-owner" in words and str(indexed) in words:
            process.kill()
            process.wait()
    status = json.loads(glossator("index", "--status", "--json", indexed).output)
    assert status["phase"] != "opening"
    assert status["files"] > 3


def test_a_folder_of_a_repository_means_the_repository(ringlog: Path) -> None:
    repository = ringlog.parent / "repository"
    (repository / ".git").mkdir(parents=True)
    (repository / ".git/HEAD").write_text("ref: refs/heads/main\n", "utf-8")
    shutil.copytree(ringlog, repository / "src")
    assert index(cwd=repository / "src")["root"] == str(repository)
    (best,) = hits("list_add_tail", "-k", "1", cwd=repository / "src")
    assert best["path"] == "src/list.h"
    shown = glossator("search", "list_add_tail", "-k", "1", cwd=repository / "src").output
    assert shown.startswith("list.h:")


def test_a_workspace_bounds_what_is_found(ringlog: Path) -> None:
    repository = ringlog.parent / "bounded"
    (repository / ".git").mkdir(parents=True)
    (repository / ".git/HEAD").write_text("ref: refs/heads/main\n", "utf-8")
    for name in ("src", "src-other"):
        shutil.copytree(ringlog, repository / name)
    found = hits("list_add_tail", "-k", "9", "--workspace", "src", cwd=repository)
    assert found
    assert {str(it["path"]) for it in found} <= {it.name for it in ringlog.iterdir()}


def test_secrets_are_not_shown(ringlog: Path) -> None:
    secret = "".join(chr(ord("A") + it % 26) + str(it % 10) for it in range(20))
    extra = ringlog / "extra.c"
    extra.write_text(f'const char *zebra_token = "{secret}";\n', "utf-8")
    ended = glossator("search", "zebra_token", "-k", "1", cwd=ringlog)
    extra.unlink()
    assert "<redacted: credential>" in ended.output
    assert secret not in ended.output


def test_names_that_are_not_utf8_are_indexed_and_found(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    name = os.fsdecode(b"z\xe9bre\n.c")
    (folder / name).write_text("int zebra_crossing(void)\n{\n\treturn 1;\n}\n", "utf-8")
    (best,) = hits("zebra_crossing", cwd=folder)
    assert best["path"] == name
    shown = glossator("search", os.fsdecode(b"zebra_crossing \xe9"), cwd=folder).output
    assert shown.startswith("z\\udce9bre\\n.c:1: function zebra_crossing\n")


def test_documenting_takes_examples_of_an_index_that_is_up_and_starts_none(
    ringlog: Path, own_home: Path
) -> None:
    async def examples() -> tuple[str, ...]:
        snapshot = replace(read_snapshot(ringlog / "main.c", Settings()), lends=lambda _: True)
        (symbol, *_) = find_symbols(snapshot.source, "main")
        async with running_indexes([ringlog / "main.c"], IndexOptions()) as indexes:
            return (await indexes.with_examples(snapshot, symbol, ())).examples

    assert asyncio.run(examples()) == ()
    assert list((own_home / "run").glob("**/*.sock")) == []
    index(cwd=ringlog)
    assert any("/**" in it for it in asyncio.run(examples()))


def test_documenting_looks_at_callers_in_other_files(ringlog: Path) -> None:
    async def callers() -> tuple[str, ...]:
        snapshot = replace(read_snapshot(ringlog / "ringlog.c", Settings()), lends=lambda _: True)
        symbol = max(find_symbols(snapshot.source, "ringlog_walk"), key=lambda it: it.extent.end)
        async with running_indexes([ringlog / "ringlog.c"], IndexOptions()) as indexes:
            return (await indexes.with_examples(snapshot, symbol, ())).callers

    index(cwd=ringlog)
    found = asyncio.run(callers())
    assert found
    assert all("ringlog_walk(" in it for it in found)


def test_a_folder_without_source_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "notes.txt").write_text("nothing\n", "utf-8")
    assert "holds nothing to index" in glossator("index", cwd=folder).output
    ended = glossator("search", "anything", cwd=folder)
    assert (ended.status, ended.output) == (0, "nothing found\n")
    check_one_sentence(ended, 0, "holds nothing to search")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["index", "/no/such/folder"], "does not exist"),
        (["index", "main.c"], "is a file"),
        (["search", "x", "--workspace", "no"], "does not exist"),
        (["search", ""], "empty"),
        (["search", "  "], "empty"),
        (["search", "x" * 20_000], "shorten"),
        (["search", "x", "-k", "0"], "from 1 to 1000"),
        (["search", "x", "-k", "-3"], "from 1 to 1000"),
        (["search", "x", "-k", "1001"], "from 1 to 1000"),
        (["search", "x", "--kind", "klass"], "there are function, method"),
        (["search", "x", "--language", "cobol"], "there are c, cpp"),
        (["search", "x", "--path", ""], "pattern as in .gitignore"),
        (["search", "x", "--changed-since", "soon"], "no point in time"),
    ],
    ids=lambda it: " ".join(it)[:40] if isinstance(it, list) else "",
)
def test_wrong_usage_is_one_sentence(ringlog: Path, words: list[str], told: str) -> None:
    check_one_sentence(glossator(*words, cwd=ringlog), 2, told)


def test_a_cache_folder_that_cannot_be_used_is_said(
    ringlog: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A file in its place: as root, whom no permission stops, there is no other way.
    blocked = tmp_path / "blocked"
    blocked.write_text("", "utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    for words in (["index"], ["search", "list"]):
        check_one_sentence(glossator(*words, cwd=ringlog), 4, str(blocked))


def test_an_interrupt_ends_a_wait_for_lines(indexed: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "search", "-"],
        cwd=indexed,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"list_add_tail\n")
    process.stdin.flush()
    assert json.loads(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert b"Traceback" not in errors


def test_an_index_that_is_being_opened_has_no_numbers_yet() -> None:
    progress = IndexProgress(IndexPhase.OPENING)
    opening = IndexStatus("/home/me/ringlog", progress, 0, 0, 0, 0, "", "", 0, None)
    assert lines_about(opening) == ["/home/me/ringlog: opening"]


def test_the_doctor_knows_the_index(ringlog: Path) -> None:
    def told() -> str:
        return glossator("doctor", cwd=ringlog).output

    assert f"no index of {ringlog} yet" in told()
    index(cwd=ringlog)
    assert f"index of {ringlog}: 5 files" in told()


@pytest.mark.parametrize("command", ["index", "search"])
def test_the_reference_names_every_option_and_word(command: str) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/command-line.md").read_text("utf-8")
    section = page.partition(f"## `glossator {command}`")[2].partition("\n## ")[0]
    options = set(re.findall(r"--[a-z-]+", glossator(command, "--help").output))
    # Waiting is the default; help and limit go by their short names.
    for option in options - {"--wait", "--help", "--limit"}:
        assert option in section
    words = (*EntityKind, *LANGUAGE_NAMES) if command == "search" else tuple(IndexPhase)
    for word in words:
        assert f"`{word}`" in section


def test_the_reference_names_every_model_that_can_be_fetched() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/command-line.md").read_text("utf-8")
    row = page.partition("| `glossator models fetch")[2].partition("\n")[0]
    assert [it for it in fetchable_names() if f"`{it}`" not in row] == []


@pytest.mark.kernel
def test_a_part_of_the_kernel_is_searched_in_seconds(kernel_tree: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mm"
    shutil.copytree(kernel_tree / "mm", folder)
    begun = time.monotonic()
    found = hits("free pages back to the buddy allocator", "-k", "10", cwd=folder)
    assert time.monotonic() - begun < 30
    assert found
    index(cwd=folder)
    found = hits("free pages back to the buddy allocator", "-k", "5", cwd=folder)
    assert "page_alloc.c" in {it["path"] for it in found}


def test_quality_mode_without_its_model_answers_fast_and_says_what_to_do(indexed: Path) -> None:
    ended = glossator("search", "append an entry", "--quality", "--json", cwd=indexed)
    assert ended.status == 0
    assert re.search(r"^glossator: Quality mode needs its .*: run `.*`; until then", ended.errors)
    assert len(ended.errors.splitlines()) == 1
    fast = hits("append an entry", cwd=indexed)
    assert [it["symbol"] for it in json.loads(ended.output)] == [it["symbol"] for it in fast]
