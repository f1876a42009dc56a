"""Own how tests use a real Emacs as a person does: set up as the how-to says, and by keys.

What Emacs shows is looked up through `emacsclient`, with the functions of the driver beside this
file; nothing is done through it that a person does with keys.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import pty
import re
import shlex
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.command_line import COMMAND

DRIVER = Path(__file__).with_name("emacs_driver.el")
HOW_TO = Path(__file__).parents[2] / "docs/how-to/emacs.md"
BLOCKS = re.compile(r"^```elisp\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# What takes longer than this on a busy machine does not come.
PATIENCE_S = 40.0
# Between two looks at what a person would see.
LOOK_S = 0.03
# Somebody whose key had no effect presses it again.
QUIT_S = 3.0
MOST_QUITS = 5
# The end of what eglot noted of what passed between it and the server.
EVENTS = (
    "(when-let ((server (eglot-current-server)))"
    " (with-current-buffer (jsonrpc-events-buffer server)"
    " (buffer-substring-no-properties (max 1 (- (point-max) 4000)) (point-max))))"
)
ROWS_AND_COLUMNS = (40, 120)
KEYS = {"RET": "\r", "TAB": "\t", "SPC": " ", "ESC": "\x1b", "C-SPC": "\0", "C-/": "\x1f"}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked in the minibuffer: the words, what stands there already, and the choices."""

    prompt: str
    given: str
    choices: list[str]


@dataclass(frozen=True, slots=True)
class Emacs:
    """A running Emacs; `end` is the person's end of its terminal, `screen` all that it showed."""

    process: subprocess.Popen[bytes]
    end: int
    screen: bytearray
    socket: Path

    def press(self, keys: str) -> None:
        """Press keys as Emacs's manual writes them, `C-x C-s` or `M-x`; other words are typed."""
        os.write(self.end, "".join(_key(it) for it in keys.split()).encode())

    def type(self, text: str) -> None:
        """Type a text, whatever keys mean where it goes."""
        quoted = re.sub(r"[^\w]", lambda it: f"\x11{it[0]}", text)
        os.write(self.end, quoted.encode())

    def command(self, name: str) -> None:
        """Run a command by its name."""
        self.press("M-x")
        self.wait(
            "the command's name to be asked for",
            '(string-prefix-p "M-x" (or (plist-get (drive-question) :prompt) ""))',
        )
        self.press(f"{name} RET")

    def look(self, form: str) -> Any:  # noqa: ANN401 -- any JSON
        """Return what a form of Emacs Lisp gives, in the buffer that a person looks at."""
        told = subprocess.run(
            ["emacsclient", "-s", str(self.socket), "--eval", f"(drive-in-window {form})"],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert told.returncode == 0, (form, told.stderr, told.stdout)
        return json.loads(base64.b64decode(told.stdout.strip().strip('"')))

    def wait(self, what: str, form: str) -> Any:  # noqa: ANN401 -- any JSON
        """Wait until a form gives something; return that."""
        end = time.monotonic() + PATIENCE_S
        while True:
            if (found := self.look(form)) not in (None, False):
                return found
            assert time.monotonic() < end, (
                f"waited in vain for {what}; asked: {self.look('(drive-question)')}; "
                f"said: {self.messages()}; text: {self.text()[-2000:]}; "
                f"between: {self.look(EVENTS)}"
            )
            time.sleep(LOOK_S)

    def open(self, path: Path) -> None:
        """Visit a file and wait for its server."""
        self.visit(path)
        self.wait("the server", "(and (eglot-current-server) t)")

    def visit(self, path: Path) -> None:
        """Visit a file."""
        self.press("C-x C-f")
        self._replace(self.question().given, str(path))
        self.press("RET")
        self.wait("the file", f"(equal buffer-file-name {lisp(path)})")

    def go_to(self, text: str) -> None:
        """Put the cursor on the first place where a text stands."""
        self.look(f"(drive-go-to {lisp(text)})")

    def menu(self) -> list[str]:
        """Return the titles of the code actions at the cursor."""
        found: list[str] = self.look("(drive-menu)")
        return found

    def act(self, title: str) -> None:
        """Choose a code action at the cursor."""
        self.press("C-c g a")
        assert title in self.answer(title).choices

    def question(self) -> Question:
        """Wait until something is asked in the minibuffer."""
        found = self.wait("a question", "(drive-question)")
        return Question(found["prompt"], found["given"], found.get("choices") or [])

    def answer(self, title: str) -> Question:
        """Give an answer to the next question; return the question."""
        question = self.question()
        self._replace(question.given, title)
        self.press("RET")
        return question

    def leave_question(self) -> None:
        """Press `C-g` at the next question until nothing is asked any more.

        One that meets Emacs while it does something else ends that, and not the question.
        """
        self.question()
        for _ in range(MOST_QUITS):
            self.press("C-g")
            end = time.monotonic() + QUIT_S
            while time.monotonic() < end:
                if not self.look("(drive-question)"):
                    return
                time.sleep(LOOK_S)
        raise AssertionError("C-g does not leave the question")

    def _replace(self, given: str, text: str) -> None:
        if given:
            # Where there is nothing to delete, Emacs drops what was typed ahead.
            self.press("C-a C-k")
        self.type(text)

    def text(self, path: Path | None = None) -> str:
        """Return the text of the buffer that a person looks at, or of a file's."""
        found: str = self.look(f"(drive-text {lisp(path) if path else ''})")
        return found

    def wait_for_text(self, part: str) -> str:
        """Wait until the buffer has a part; return all of it."""
        self.wait(f"the text {part!r}", f"(and (string-search {lisp(part)} (drive-text)) t)")
        return self.text()

    def hover(self) -> str:
        """Return what eldoc tells of the place at the cursor."""
        self.wait("all changes to be sent", "(and (not eglot--recent-changes) t)")
        self.look('(ignore (when (get-buffer "*eldoc*") (kill-buffer "*eldoc*")))')
        self.command("eldoc")
        found: str = self.wait("the hover", "(drive-document)")
        return found

    def said(self, words: str) -> str:
        """Wait until the echo area says some words; return the message."""
        found: str = self.wait(f"the message {words!r}", f"(drive-said {lisp(words)})")
        return found

    def messages(self) -> list[str]:
        """Return what the echo area said so far."""
        found: list[str] = self.look("(vconcat (reverse drive-messages))")
        return found

    def forget_messages(self) -> None:
        """Forget what the echo area said so far."""
        self.look("(setq drive-messages nil)")

    def undo(self) -> None:
        """Take the last step back."""
        tick = self.look("(buffer-chars-modified-tick)")
        self.press("C-/")
        self.wait("the undo", f"(/= {tick} (buffer-chars-modified-tick))")


@contextlib.contextmanager
def running_emacs(
    program: str,
    project: Path,
    *,
    blocks: int | None = None,
    server: Sequence[str] = COMMAND,
) -> Iterator[Emacs]:
    """Start Emacs in a project, set up by the first `blocks` of the how-to, all unless given.

    `server` is what is run where the how-to says `glossator`.
    """
    # Beside the project: what lies in it is the project's.
    scene = project.parent / "scene"
    environment = own_user(scene, server, blocks)
    socket = scene / "socket" / "emacs"
    # Emacs takes no socket's folder that others may look into.
    socket.parent.mkdir(mode=0o700, exist_ok=True)
    place = f"server-socket-dir {lisp(socket.parent)} server-name {lisp(socket.name)}"
    start = f"(progn (setq {place}) (server-start))"
    command = [program, "-nw", "-l", str(DRIVER), "--eval", start]
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", *ROWS_AND_COLUMNS, 0, 0))
    # Emacs opens /dev/tty, which is a terminal only where it is the session's own.
    process = subprocess.Popen(
        ["setsid", "--ctty", *command],
        cwd=project,
        env=environment,
        stdin=its,
        stdout=its,
        stderr=its,
    )
    os.close(its)
    screen = bytearray()
    reader = threading.Thread(target=_read_all, args=(ours, screen), daemon=True)
    reader.start()
    try:
        _wait_until_it_listens(process, socket, screen)
        yield Emacs(process, ours, screen, socket)
    finally:
        _end(process, socket)
        reader.join(5)
        os.close(ours)


def own_user(scene: Path, server: Sequence[str], blocks: int | None = None) -> dict[str, str]:
    """Lay out a home with the how-to's `init.el`; return the environment of its user."""
    settings = scene / "user" / ".emacs.d"
    settings.mkdir(parents=True, exist_ok=True)
    lines = BLOCKS.findall(HOW_TO.read_text("utf-8"))[:blocks]
    (settings / "init.el").write_text("".join(lines), "utf-8")
    # Else each fresh user's Emacs compiles its own libraries meanwhile.
    (settings / "early-init.el").write_text(
        "(setq native-comp-deferred-compilation nil)\n", "utf-8"
    )
    programs = scene / "bin"
    programs.mkdir(exist_ok=True)
    program = programs / "glossator"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(server)} "$@"\n', "utf-8")
    program.chmod(0o755)
    return {
        **os.environ,
        "HOME": str(settings.parent),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "TERM": "xterm",
    }


def lisp(text: str | Path) -> str:
    """Return a string as Emacs Lisp writes it, which reads JSON's escapes."""
    return json.dumps(str(text), ensure_ascii=False)


def _key(name: str) -> str:
    if name in KEYS:
        return KEYS[name]
    if name.startswith("M-"):
        return f"\x1b{name[2:]}"
    if name.startswith("C-"):
        return chr(ord(name[2:].upper()) & 0x1F)
    return name


def _wait_until_it_listens(
    process: subprocess.Popen[bytes], socket: Path, screen: bytearray
) -> None:
    end = time.monotonic() + PATIENCE_S
    client = ["emacsclient", "-s", str(socket), "--eval", "t"]
    while not socket.exists() or subprocess.run(client, capture_output=True).returncode != 0:
        assert process.poll() is None, bytes(screen).decode("utf-8", "replace")
        assert time.monotonic() < end, bytes(screen).decode("utf-8", "replace")
        time.sleep(LOOK_S)


def _end(process: subprocess.Popen[bytes], socket: Path) -> None:
    leave = "(let (kill-emacs-query-functions) (ignore-errors (eglot-shutdown-all)) (kill-emacs))"
    command = ["emacsclient", "-s", str(socket), "--eval", leave]
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(command, capture_output=True, timeout=20, check=False)
        process.wait(5)
    if process.poll() is None:
        process.kill()
        process.wait()


def _read_all(end: int, screen: bytearray) -> None:
    # A program that is not read from stops; at its end the reading fails.
    with contextlib.suppress(OSError):
        while read := os.read(end, 65536):
            screen += read
