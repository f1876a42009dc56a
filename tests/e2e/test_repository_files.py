"""No file of a repository, no setting of an editor and no variable says where code goes."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from glossator_gate.egress import environment, ignored_environment
from tests.e2e.command_line import Ended, glossator
from tests.e2e.conftest import WriteScript
from tests.e2e.lsp_editor import Announced, StrictEditor, strict_editor
from tests.e2e.repository_files import (
    FILES,
    MODULES,
    RepositoryFile,
    Trap,
    write_all,
    write_file,
)
from tests.fake_ollama import CODER, FakeOllama
from tests.loopback_server import Answer, LoopbackServer, Received, Reply, serving

CODE = "int first(int a)\n{\n\treturn a;\n}\n"
WORDS = {
    "summary": "Return what was given",
    "parameters": {"a": "what is given"},
    "returns": "the very same value",
}
COMMENT = (
    "/**\n * first() - Return what was given.\n * @a: What is given.\n *\n"
    " * Return: The very same value.\n */\n"
)
# As users start it: what `python -P` keeps out must stay out here too.
INSTALLED = Path(sys.executable).with_name("glossator")
OURS = f'api = "ollama"\nmodel = ["{CODER}"]\n'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "one.c").write_text(CODE, "utf-8")
    return folder


@pytest.fixture
async def sink() -> AsyncIterator[LoopbackServer]:
    """Serve where nobody should come; who does is answered like by a server that knows nothing."""

    async def answer(_received: Received, reply: Reply) -> None:
        await reply.json({"error": "nobody should ask"}, 404)

    async with serving(answer) as server:
        yield server


@pytest.fixture
def trap(sink: LoopbackServer, tmp_path: Path) -> Trap:
    return Trap(sink.origin, tmp_path / "marker")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what the command says of a repository with nothing else in it."""
    folder = tmp_path_factory.mktemp("plain")
    (folder / "one.c").write_text(CODE, "utf-8")
    script = folder / "script.json"
    script.write_text(json.dumps({"schema": 1, "replies": [{"json": WORDS}]}), "utf-8")
    (folder / "glossator").mkdir()
    entry = f'api = "scripted"\nscript = "{script}"\n'
    configure(folder / "glossator" / "config.toml", "scripted", entry)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        ended = glossator("document", "--json", "one.c", cwd=folder)
    assert (ended.status, ended.errors) == (0, ""), ended
    return proposal_of(ended)


def configure(path: Path, model_id: str, entry: str, more: str = "") -> None:
    """Write a user's configuration with one model for doc comments."""
    roles = f'[roles]\ndocument = ["{model_id}"]\n[index]\nenabled = false\n'
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'schema = 1\n[[model]]\nid = "{model_id}"\n{entry}{roles}{more}', "utf-8")


def proposal_of(ended: Ended) -> dict[str, Any]:
    """Return the one proposal of a report, without what differs from run to run."""
    report = json.loads(ended.output)
    assert report["skipped"] == []
    (proposal,) = report["proposals"]
    for name in ("seconds", "tokens_per_second", "why"):
        del proposal[name]
    found: dict[str, Any] = proposal
    return found


async def arrivals(sink: LoopbackServer) -> int:
    """Return how many have come: connections are taken in turn, so that ours is the last."""
    reader, writer = await asyncio.open_connection("127.0.0.1", sink.port)
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    assert await reader.read()
    writer.close()
    return sink.connections - 1


async def check_untouched(sink: LoopbackServer, trap: Trap) -> None:
    """Check that nobody has come, and that nothing was run."""
    assert await arrivals(sink) == 0, [it.path for it in sink.requests]
    assert not trap.marker.exists(), trap.marker.read_text("utf-8")


def test_there_are_as_many_files_as_somebody_asked_for() -> None:
    assert len({(it.path, it.text) for it in FILES}) == len({it.id for it in FILES}) == len(FILES)
    assert len(FILES) >= 40
    assert len([it for it in FILES if it.shape]) >= 12


async def test_the_same_words_in_the_users_own_file_do_lead_there(
    repository: Path, sink: LoopbackServer, own_home: Path
) -> None:
    entry = f'api = "openai"\norigin = "{sink.origin}"\nmodel = ["gpt"]\n'
    configure(own_home / "config/glossator/config.toml", "scripted", entry)
    ended = await asyncio.to_thread(glossator, "document", "--json", "one.c", cwd=repository)
    assert ended.status != 0
    assert await arrivals(sink) > 0


@pytest.mark.parametrize("path", MODULES)
async def test_the_modules_are_run_by_who_looks_for_them_there(
    path: str, repository: Path, sink: LoopbackServer, trap: Trap
) -> None:
    (module,) = [it for it in FILES if it.path == path]
    write_file(repository, path, module.text, trap)
    name = path.removesuffix(".py").removesuffix("/__init__")
    code = f"import sys; sys.path.insert(0, '.'); sys.modules.pop('{name}', None); import {name}"
    command = [sys.executable, "-c", code]
    await asyncio.to_thread(subprocess.run, command, cwd=repository, check=True)
    assert trap.marker.read_text("utf-8") == name
    assert await arrivals(sink) == 1


@pytest.mark.parametrize("file", FILES, ids=[it.id for it in FILES])
async def test_a_file_of_the_repository_changes_nothing(
    file: RepositoryFile,
    repository: Path,
    script: WriteScript,
    sink: LoopbackServer,
    trap: Trap,
    plain: dict[str, Any],
) -> None:
    script({"json": WORDS})
    write_file(repository, file.path, file.text, trap)
    ended = await asyncio.to_thread(glossator, "document", "--json", "one.c", cwd=repository)
    assert ended.status == 0, ended
    assert proposal_of(ended) == plain
    check_told(file, ended)
    await check_untouched(sink, trap)


def check_told(file: RepositoryFile, ended: Ended) -> None:
    """Check that what is ignored is told, in one sentence each, and only that."""
    told = ended.errors.splitlines()
    words = file.shape.told if file.shape else ()
    assert len(told) == len(words), told
    for line, word in zip(told, words, strict=True):
        assert line.startswith("glossator: ")
        assert line.endswith(".")
        assert f".glossator.toml: {word} " in line or word in {"TOML", "larger", "deeply"}
        assert word in line
        assert len(line) < 500
    data_class = "restricted" if file.shape and file.shape.is_mistaken else "confidential"
    assert f"may see {data_class} text" in json.loads(ended.output)["proposals"][0]["why"]


async def test_all_of_them_together_change_nothing_for_the_command_line(
    repository: Path, own_home: Path, sink: LoopbackServer, trap: Trap
) -> None:
    write_all(repository, trap)
    async with serving(FakeOllama(pieces=(json.dumps(WORDS),))) as approved:
        entry = f'{OURS}origin = "{approved.origin}"\n'
        configure(own_home / "config/glossator/config.toml", "approved", entry)
        ended = await installed("document", "--json", "one.c", cwd=repository)
        assert ended.status == 0, ended
        assert proposal_of(ended)["edits"][0]["new_text"] == COMMENT
        assert "/api/chat" in {it.path for it in approved.requests}
    ended = await installed("search", "--json", "first", cwd=repository)
    assert ended.status == 0, ended
    assert "one.c" in {it["path"] for it in json.loads(ended.output)}
    await check_untouched(sink, trap)


async def installed(*words: str, cwd: Path) -> Ended:
    """Run the installed command to its end."""

    def run() -> Ended:
        done = subprocess.run(
            [INSTALLED, *words], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, timeout=60
        )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    return await asyncio.to_thread(run)


async def test_all_of_them_together_change_nothing_for_an_editor(
    repository: Path,
    own_home: Path,
    sink: LoopbackServer,
    trap: Trap,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_all(repository, trap)
    monkeypatch.chdir(repository)
    tries = {
        "model": [{"id": "approved", "api": "openai", "origin": sink.origin}],
        "origin": sink.origin,
        "proxy": sink.origin,
        "roles": {"document": ["elsewhere"]},
    }
    announced = Announced(
        types.ClientCapabilities(
            workspace=types.WorkspaceClientCapabilities(apply_edit=True, configuration=True),
        ),
        folders=(repository,),
        options={**tries, "base_url": sink.origin},
        settings={**tries, "key": "env:HOME"},
    )
    async with serving(FakeOllama(pieces=(json.dumps(WORDS),))) as approved:
        entry = f'{OURS}origin = "{approved.origin}"\n'
        configure(own_home / "config/glossator/config.toml", "approved", entry)
        async with strict_editor(announced, (str(INSTALLED), "server")) as editor:
            await editor.initialize()
            await editor.open((repository / "one.c").as_uri(), CODE)
            assert await documented(editor, repository / "one.c") == COMMENT + CODE
            told = await logged(editor)
        assert "/api/chat" in {it.path for it in approved.requests}
    for name in (*tries, "base_url", "key", ".glossator.toml: execute"):
        assert any(f"{name} is ignored" in it for it in told), (name, told)
    await check_untouched(sink, trap)


async def documented(editor: StrictEditor, path: Path) -> str:
    """Have the function documented; return the text that comes of it."""
    argument = {"uri": path.as_uri(), "version": 1, "symbol": "first"}
    params = {"command": "glossator.document", "arguments": [argument]}
    await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)
    return await editor.accept_edit()


async def logged(editor: StrictEditor) -> list[str]:
    """Return what the server writes to the editor's log until the work is done."""
    found: list[str] = []
    while "approved (this machine)" not in "".join(found[-1:]):
        message = await editor.expect(types.WINDOW_LOG_MESSAGE)
        found.append(message["params"]["message"])
    return found


async def openai_server(received: Received, reply: Reply) -> None:
    if not received.path.endswith("/chat/completions"):
        await reply.json({"error": {"message": "no such thing"}}, 404)
        return
    await reply.head(200, Content_Type="text/event-stream")
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    words, end = {"content": json.dumps(WORDS)}, "stop"
    await reply.event(chunk | {"choices": [{"index": 0, "delta": words, "finish_reason": None}]})
    usage = {"prompt_tokens": 400, "completion_tokens": 40, "total_tokens": 440}
    choices = [{"index": 0, "delta": {}, "finish_reason": end}]
    await reply.event(chunk | {"choices": choices, "usage": usage})
    await reply.send(b"data: [DONE]\n\n")


both = pytest.mark.parametrize(
    ("entry", "answer"),
    [
        (OURS, FakeOllama(pieces=(json.dumps(WORDS),))),
        (
            'api = "openai"\nbase_path = "/v1"\nmodel = ["m"]\ncontext_tokens = 8192\n',
            openai_server,
        ),
    ],
    ids=["ollama", "openai"],
)


@both
async def test_no_variable_of_the_environment_leads_elsewhere(
    entry: str,
    answer: Answer,
    repository: Path,
    own_home: Path,
    sink: LoopbackServer,
    trap: Trap,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [*environment._REDIRECTING_VARIABLES]
    names += [it.lower() for it in names if it.endswith("PROXY")]
    for name in names:
        monkeypatch.setenv(name, sink.origin)
    # Through these, other programs would leave the proxy out.
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "elsewhere.example")
    monkeypatch.setenv("SSLKEYLOGFILE", str(trap.marker))
    assert ignored_environment() == sorted(names)
    await check_answered(entry, answer, repository, own_home)
    await check_untouched(sink, trap)


UNREADABLE = {
    # With httpx's own extra missing, whoever reads this fails.
    "ALL_PROXY": "socks5h://127.0.0.1:9",
    "HTTP_PROXY": "no-scheme://[",
    "NO_PROXY": "[::1",
    "OLLAMA_HOST": "http://[",
    "OPENAI_BASE_URL": "http://[",
    "OPENAI_CUSTOM_HEADERS": "no header",
    "SSL_CERT_FILE": "/nowhere/ca.pem",
    "SSL_CERT_DIR": "/nowhere",
    "SSLKEYLOGFILE": "/nowhere/keys.log",
}


@both
async def test_variables_that_nobody_could_use_do_no_harm(
    entry: str,
    answer: Answer,
    repository: Path,
    own_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in UNREADABLE.items():
        monkeypatch.setenv(name, value)
    await check_answered(entry, answer, repository, own_home)


async def check_answered(entry: str, answer: Answer, repository: Path, own_home: Path) -> None:
    """Check that the user's own server documents the function, and sees no key."""
    async with serving(answer) as approved:
        origin = f'origin = "{approved.origin}"\n'
        configure(own_home / "config/glossator/config.toml", "approved", entry + origin)
        ended = await asyncio.to_thread(glossator, "document", "--json", "one.c", cwd=repository)
        assert (ended.status, ended.errors) == (0, ""), ended
        assert proposal_of(ended)["edits"][0]["new_text"] == COMMENT
        assert approved.requests
        assert not any("authorization" in it.headers for it in approved.requests)
