"""Own a pipe between an editor and its language server that notes when each message passed.

It must not change or hold back a byte. It is a program of its own, without an import of ours, so
that any editor can start it in the server's place: `python recording_proxy.py LOG COMMAND...`.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Passed:
    """One message: when it had come in full, in nanoseconds, from whom, and what is kept of it.

    `word` is the kind of a progress, or the name of a command.
    """

    at_ns: int
    sender: str
    method: str | None
    id: int | str | None
    word: str | None
    size: int


def recording_command(log: Path, command: Sequence[str]) -> list[str]:
    """Return the command that an editor starts instead of `command`."""
    return [sys.executable, "-P", str(Path(__file__).resolve()), str(log), *command]


def recording_program(path: Path, log: Path, command: Sequence[str]) -> Path:
    """Write an executable that records, for an editor that is told a path, and return that path.

    Further words of the editor's go to the server.
    """
    words = shlex.join(recording_command(log, command))
    path.write_text(f'#!/bin/sh\nexec {words} "$@"\n', "utf-8")
    path.chmod(0o700)
    return path


def read_recording(log: Path) -> list[Passed]:
    """Return what passed, in the order of time."""
    lines = log.read_text("utf-8").splitlines()
    return sorted((Passed(**json.loads(it)) for it in lines), key=lambda it: it.at_ns)


def main() -> int:
    """Start the server and pass everything on until it ends; return its exit status."""
    log, *command = sys.argv[1:]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with Path(log).open("a", encoding="utf-8") as file:
        lock = threading.Lock()

        def note(at_ns: int, sender: str, body: bytes) -> None:
            line = json.dumps({"at_ns": at_ns, "sender": sender, "size": len(body), **_kept(body)})
            with lock:
                file.write(f"{line}\n")
                file.flush()

        def pass_on(sender: str, source: BinaryIO, target: BinaryIO) -> None:
            try:
                for raw, body in _frames(source):
                    at_ns = time.monotonic_ns()
                    target.write(raw)
                    target.flush()
                    # Afterwards, so that nobody waits for the log.
                    note(at_ns, sender, body)
                target.close()
            except (BrokenPipeError, ValueError):
                # One of the two is gone, and the other will see it.
                return

        # Not sys.stdin: the interpreter would wait at its end for the thread that reads it.
        editor = os.fdopen(os.dup(0), "rb")
        assert server.stdin is not None
        assert server.stdout is not None
        to_server = threading.Thread(
            target=pass_on, args=("editor", editor, server.stdin), daemon=True
        )
        to_server.start()
        pass_on("server", server.stdout, sys.stdout.buffer)
        return server.wait()


def _frames(source: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield each message as it came, and its body."""
    head = b""
    while line := source.readline():
        head += line
        if line.rstrip():
            continue
        (length,) = (
            int(it.partition(b":")[2])
            for it in head.lower().splitlines()
            if it.startswith(b"content-length")
        )
        body = source.read(length)
        yield head + body, body
        head = b""


def _kept(body: bytes) -> dict[str, object]:
    """Return what tells one message from another: no text of anybody's."""
    message: Json = json.loads(body)
    params = message.get("params")
    word = None
    if isinstance(params, Mapping):
        value = params.get("value")
        word = value.get("kind") if isinstance(value, Mapping) else params.get("command")
    return {"method": message.get("method"), "id": message.get("id"), "word": word}


if __name__ == "__main__":
    sys.exit(main())
