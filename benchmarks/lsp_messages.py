"""Send a server right, wrong and mutilated messages from seeded generators; count its answers.

The generator is made from lsprotocol's types and shares no code with the server. It must not
forgive: a request that is not answered, or twice, and a server that dies are faults.
"""

from __future__ import annotations

import enum
import json
import os
import random
import string
import subprocess
import sys
import tempfile
import threading
import time
import types as python_types
import typing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import attrs
from lsprotocol import types

MESSAGES = 50_000
FRAMES = 10_000
# A session ends in shutdown and exit; then the next one starts with a new process.
SESSION = 2_500
ENDING = frozenset({types.SHUTDOWN, types.EXIT, types.CANCEL_REQUEST})
# Well typed, these may still name a command or an argument that does not exist.
REFUSABLE = frozenset({types.WORKSPACE_EXECUTE_COMMAND})
URI = "file:///messages.c"
TEXT = "int add(int a, int b)\n{\n\treturn a + b;\n}\n"
FROM_EDITOR = tuple(
    method
    for method in types.METHOD_TO_TYPES
    if types.message_direction(method) in ("clientToServer", "both") and method not in ENDING
)
ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 2**31, 2**64, 1e300, "", "x", "\ud800", [], {}, [[]], [None]),
    {"uri": {}},
    "file:///" + "a" * 300,
)


@dataclass(slots=True)
class Expected:
    """What a stretch of messages must be answered with."""

    answers: Counter[str] = field(default_factory=Counter)
    right: set[str] = field(default_factory=set)
    null_answers: int = 0


class Generator:
    """Makes messages; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.expected = Expected()
        self._count = 0

    def message(self) -> bytes:
        """Return the body of some message and note what must come of it."""
        makers: Sequence[Callable[[], object]] = (
            *(self._right,) * 4,
            *(self._wrong,) * 4,
            self._envelope,
            self._response,
            self._not_json,
        )
        made = self.chance.choice(makers)()
        return made if isinstance(made, bytes) else json.dumps(made).encode()

    def request(self, method: str, params: object) -> dict[str, object]:
        """Return a request whose one answer is expected."""
        return {"jsonrpc": "2.0", "id": self._id(), "method": method, "params": params}

    def _id(self) -> int | str:
        self._count += 1
        chosen = self.chance.choice((self._count, f"id {self._count} é"))
        self.expected.answers[json.dumps(chosen)] += 1
        return chosen

    def _right(self) -> object:
        method = self.chance.choice(FROM_EDITOR)
        params_type = types.METHOD_TO_TYPES[method][2]
        params = None if params_type is None else self.value(params_type)
        if types.METHOD_TO_TYPES[method][1] is None:
            return {"jsonrpc": "2.0", "method": method, "params": params}
        message = self.request(method, params)
        if method not in REFUSABLE:
            self.expected.right.add(json.dumps(message["id"]))
        return message

    def _wrong(self) -> object:
        message = self._right()
        assert isinstance(message, dict)
        self.expected.right.discard(json.dumps(message.get("id")))
        self._damage(message)
        return message

    def _damage(self, message: dict[str, Any]) -> None:
        """Replace or drop some value within the params, or all of them."""
        places = list(_places(message["params"]))
        if not places or self.chance.random() < 0.1:
            message["params"] = self.chance.choice(ODD_VALUES)
            return
        holder, key = self.chance.choice(places)
        if self.chance.random() < 0.3:
            del holder[key]
        else:
            holder[key] = self.chance.choice(ODD_VALUES)

    def _envelope(self) -> object:
        """Return a message that is wrong before anybody looks at its params."""
        chosen = self.chance.randrange(7)
        if chosen == 0:
            return {"jsonrpc": "2.0", "method": "$/unknown", "params": [1]}
        if chosen == 1:
            return self.request(self.chance.choice(("$/unknown", "unknown", "exit", "")), None)
        if chosen == 2:
            return {"id": self._id(), "method": "textDocument/hover"}
        if chosen == 3:
            return {"jsonrpc": "2.0", "id": self._id(), "method": self.chance.choice((1, None, []))}
        if chosen == 4:
            return {"jsonrpc": "2.0", "method": "textDocument/hover", "params": {}}
        self.expected.null_answers += 1
        if chosen == 5:
            wrong_id = self.chance.choice((None, True, [], {}))
            return {"jsonrpc": "2.0", "id": wrong_id, "method": "shutdown"}
        return self.chance.choice(([], [self._batched()], 5, "text", None, {}, {"jsonrpc": "2.0"}))

    def _batched(self) -> object:
        return {"jsonrpc": "2.0", "id": 1, "method": "shutdown"}

    def _response(self) -> object:
        body = self.chance.choice(({"result": None}, {"error": {"code": 1, "message": "no"}}))
        wrong_id = self.chance.choice((None, 7, "nobody", [], 1.5))
        return {"jsonrpc": "2.0", "id": wrong_id, **body}

    def _not_json(self) -> object:
        self.expected.null_answers += 1
        return self.chance.choice(
            (b"", b"{", b"nonsense", b"\xff\xfe", b"[" * 5000, b'{"a": NaN}', b"9" * 5000 + b"x")
        )

    def value(self, expected: Any, depth: int = 0) -> Any:  # noqa: ANN401 -- JSON can be anything
        """Return a random JSON value that fits an lsprotocol type."""
        if isinstance(expected, type) and attrs.has(expected):
            return self._object(expected, depth)
        if isinstance(expected, type) and issubclass(expected, enum.Enum):
            return self.chance.choice(list(expected)).value
        origin, arguments = typing.get_origin(expected), typing.get_args(expected)
        if origin in (typing.Union, python_types.UnionType):
            return self.value(self.chance.choice(arguments), depth)
        if origin is typing.Literal:
            return self.chance.choice(arguments)
        if origin is tuple:
            return [self.value(it, depth + 1) for it in arguments]
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {self._text(): self.value(arguments[1], depth + 1) for _ in range(2)}
        if isinstance(origin, type) and issubclass(origin, Sequence):
            count = 0 if depth > 6 else self.chance.randrange(3)
            return [self.value(arguments[0], depth + 1) for _ in range(count)]
        return self._plain(expected)

    def _plain(self, expected: Any) -> Any:  # noqa: ANN401 -- JSON can be anything
        if expected is str:
            return self._text()
        if expected is int:
            return self.chance.choice((0, 1, 7, self.chance.randrange(2**31)))
        if expected is float:
            return self.chance.random()
        if expected is bool:
            return self.chance.random() < 0.5
        if expected in (None, type(None)):
            return None
        if expected is types.LSPObject:
            return {"any": 1}
        return self.chance.choice(({"any": [1]}, "any", 1, None))

    def _object(self, cls: Any, depth: int) -> dict[str, Any]:  # noqa: ANN401 -- attrs classes
        attrs.resolve_types(cls)
        made = {}
        for it in attrs.fields(cls):
            # Deeper down only what must be there, or some types would never end.
            if it.default is attrs.NOTHING or (depth < 6 and self.chance.random() < 0.3):
                name = _camel(it.name)
                # A `kind` that tells siblings apart has one value only: its default.
                is_constant = isinstance(it.default, str)
                made[name] = it.default if is_constant else self.value(it.type, depth + 1)
        return made

    def _text(self) -> str:
        texts = (
            URI,
            "",
            "glossator.status",
            "glossator.cancel",
            "c",
            "é\u2028😀",
            "untitled:a",
            "file:///%zz",
            "\n",
        )
        return self.chance.choice((*texts, "".join(self.chance.choices(string.printable, k=9))))

    def mutilated(self) -> bytes:
        """Return a frame that is broken somewhere, and a good one after it."""
        body = json.dumps({"jsonrpc": "2.0", "id": "mutilated", "method": "unknown", "params": {}})
        frame = bytearray(framed(body.encode()))
        for _ in range(self.chance.randint(1, 3)):
            self._mutilate(frame)
        probe = self.request("unknown", None)
        return bytes(frame) + framed(json.dumps(probe).encode())

    def _mutilate(self, frame: bytearray) -> None:
        place = self.chance.randrange(len(frame) + 1)
        match self.chance.randrange(7):
            case 0:
                frame[place : place + 1] = bytes([self.chance.randrange(256)])
            case 1:
                del frame[place : place + self.chance.randint(1, 30)]
            case 2:
                noise = self.chance.choice(
                    (b"garbage", b"\r\n", b"\n\n", b"\0", b"Content-Length: ")
                )
                frame[place:place] = noise
            case 3:
                frame[:] = frame.replace(b"Content-Length", b"content-length")
            case 4:
                length = self.chance.choice((0, 1, -5, 90, 1000, 2**26 + 1, 10**30))
                frame[:] = b"Content-Length: %d\r\n\r\n" % length + frame.partition(b"\r\n\r\n")[2]
            case 5:
                frame[0:0] = b"Content-Length: 7\r\n"
            case 6:
                frame[0:0] = b"Content-Type: text/plain; charset=latin-1\r\n"


def framed(body: bytes) -> bytes:
    """Return a body with its header."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def _camel(name: str) -> str:
    first, *rest = name.removesuffix("_").split("_")
    return first + "".join(part.title() for part in rest)


def _places(value: object) -> Iterator[tuple[Any, Any]]:
    pairs: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    for key, it in pairs:
        yield value, key
        yield from _places(it)


class Driver:
    """One server process and everything that it says."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environment},
            cwd=environment["XDG_CONFIG_HOME"],
        )
        self.said: list[dict[str, Any]] = []
        self._writing = threading.Lock()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def send(self, data: bytes) -> None:
        """Write bytes as they are."""
        assert self._process.stdin is not None
        with self._writing:
            self._process.stdin.write(data)
            self._process.stdin.flush()

    def end(self) -> int:
        """Close the server's input; return its exit status when it has said all."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            status = self._process.wait(timeout=120)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = -9
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()
        return status

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while header := stream.readline():
            length = int(header.partition(b":")[2])
            assert stream.readline() == b"\r\n"
            message = json.loads(stream.read(length))
            self.said.append(message)
            if "method" in message and "id" in message:
                # An editor that refuses everything is allowed too.
                error = {"code": -32601, "message": "not here"}
                answer = {"jsonrpc": "2.0", "id": message["id"], "error": error}
                threading.Thread(
                    target=self._answer, args=(framed(json.dumps(answer).encode()),)
                ).start()

    def _answer(self, data: bytes) -> None:
        # The server may be gone before it hears the answer.
        try:
            self.send(data)
        except (BrokenPipeError, ValueError):
            return


def server_environment(folder: Path) -> dict[str, str]:
    """Write a configuration with a scripted model; return the environment that names it."""
    script = folder / "script.json"
    reply = {"json": {"summary": "add two numbers"}, "repeat": True}
    script.write_text(json.dumps({"schema": 1, "replies": [reply]}), encoding="utf-8")
    config = folder / "glossator" / "config.toml"
    config.parent.mkdir(exist_ok=True)
    config.write_text(
        f'schema = 1\n[[model]]\nid = "scripted"\napi = "scripted"\nscript = "{script}"\n'
        '[roles]\ndocument = ["scripted"]\n',
        encoding="utf-8",
    )
    names = ("CONFIG", "CACHE", "DATA", "STATE", "RUNTIME")
    return {f"XDG_{it}_{'DIR' if it == 'RUNTIME' else 'HOME'}": str(folder) for it in names}


def run_session(kind: str, count: int, seed: int) -> dict[str, object]:
    """Run one server over `count` messages or frames and compare its answers with what is due."""
    generator = Generator(seed)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-P", "-m", "glossator_server", "server"]
        driver = Driver(command, server_environment(Path(folder)))
        capabilities = {"window": {"workDoneProgress": True}, "workspace": {"applyEdit": True}}
        start = {"processId": os.getpid(), "rootUri": None, "capabilities": capabilities}
        driver.send(_body(generator.request(types.INITIALIZE, start)))
        driver.send(_body({"jsonrpc": "2.0", "method": "initialized", "params": {}}))
        item = {"uri": URI, "languageId": "c", "version": 1, "text": TEXT}
        opened = {"jsonrpc": "2.0", "method": "textDocument/didOpen"}
        driver.send(_body({**opened, "params": {"textDocument": item}}))
        for _ in range(count):
            made = generator.message() if kind == "messages" else generator.mutilated()
            driver.send(framed(made) if kind == "messages" else made)
        driver.send(_body(generator.request(types.SHUTDOWN, None)))
        driver.send(_body({"jsonrpc": "2.0", "method": "exit"}))
        status = driver.end()
    row = {"kind": kind, "seed": seed, "sent": count, "exit_status": status}
    row |= _faults(kind, generator.expected, driver.said)
    return row | {"seconds": round(time.monotonic() - started, 1)}


def _body(message: object) -> bytes:
    return framed(json.dumps(message).encode())


def _faults(kind: str, expected: Expected, said: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    answers = [it for it in said if "method" not in it]
    found = Counter(json.dumps(it["id"]) for it in answers if it["id"] is not None)
    by_id = {json.dumps(it["id"]): it for it in answers}
    # What a mutilated frame holds may be a request with any id.
    known = set(expected.answers)
    null_answers = sum(it["id"] is None for it in answers)
    refused = [
        it for it in expected.right if by_id.get(it, {}).get("error", {}).get("code") == -32602
    ]
    internal = [it for it in answers if it.get("error", {}).get("code") == -32603]
    wrong_nulls = abs(null_answers - expected.null_answers) if kind == "messages" else 0
    return {
        "answers_due": sum(expected.answers.values()),
        "unanswered": sum(expected.answers[it] > found[it] for it in known),
        "answered_twice": sum(expected.answers[it] < found[it] for it in known),
        "null_answers_wrong": wrong_nulls,
        "right_refused": len(refused),
        "internal_errors": len(internal),
        "first": [*refused, *(str(it) for it in internal)][:1],
    }


def rows(
    messages: int = MESSAGES, frames: int = FRAMES, seed: int = 1
) -> Iterable[dict[str, object]]:
    """Yield one row a session."""
    for kind, count in (("messages", messages), ("frames", frames)):
        for begin in range(0, count, SESSION):
            yield run_session(kind, min(SESSION, count - begin), seed + begin)


def summary(found: Sequence[dict[str, Any]]) -> dict[str, object]:
    """Return the sums; everything but the first three shall be 0."""
    faults = (
        *("unanswered", "answered_twice", "null_answers_wrong"),
        *("right_refused", "internal_errors"),
    )
    return {
        "messages": sum(it["sent"] for it in found if it["kind"] == "messages"),
        "frames": sum(it["sent"] for it in found if it["kind"] == "frames"),
        "answers_due": sum(it["answers_due"] for it in found),
        **{name: sum(it[name] for it in found) for name in faults},
        "bad_exits": sum(it["exit_status"] != 0 for it in found),
    }


def main() -> None:
    """Print the figures."""
    found = list(rows())
    for row in found:
        print(row)
    print(summary(found))


if __name__ == "__main__":
    main()
