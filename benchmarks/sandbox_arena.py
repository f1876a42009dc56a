"""Own the place that attempts to break out are made from, and what they would have done in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.sandbox_attempts import PRELUDE, Attempt
from glossator_server.sandbox.bubblewrap import NOBODY

# Words that are in no other command line of the machine.
VICTIM_WORD, STAYING = f"8675.{os.getpid()}", f"8676.{os.getpid()}"
LEAK = "/tmp/glossator-probe-leak"  # noqa: S108 -- the attempts' own
_SECRET = "GLOSSATOR_PROBE_SECRET"  # noqa: S105 -- a name
_CONTROL_S = 10.0
BREACH = "BREACH"


@dataclass
class Arena:
    """A workspace, a folder beside it that holds secrets, and servers that listen."""

    folder: Path
    victim: subprocess.Popen[bytes]
    servers: dict[str, socket.socket]
    abstract: str
    before: dict[str, str] = field(default_factory=dict)

    @property
    def workspace(self) -> Path:
        """Return the folder that attempts are made in."""
        return self.folder / "workspace"

    def program(self, attempt: Attempt) -> str:
        """Return an attempt's whole program, which says so at its end."""
        words = {
            "OUT": str(self.folder / "outside"),
            "HOME": str(self.folder / "home"),
            "WORKSPACE": str(self.workspace),
            "PORT": self.servers["tcp"].getsockname()[1],
            "UDP": self.servers["udp"].getsockname()[1],
            "ABSTRACT": self.abstract,
            "VICTIM": self.victim.pid,
            "STAYING": STAYING,
            "LEAK": LEAK,
        }
        code = attempt.code.replace("VICTIM_WORD", VICTIM_WORD)
        head = "".join(f"{name} = {value!r}\n" for name, value in words.items())
        return f"{PRELUDE}{head}{code}\nprint({BREACH!r}, flush=True)\n"

    def reset(self) -> None:
        """Make everything as it was before any attempt."""
        for name in ("workspace", "outside", "home"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for name in ("workspace", "outside", "home/.ssh"):
            (self.folder / name).mkdir(parents=True)
        (self.workspace / "file").write_text("as it was\n", "utf-8")
        (self.folder / "outside/secret").write_text("secret\n", "utf-8")
        (self.folder / "home/.ssh/id_ed25519").write_text("secret\n", "utf-8")
        (self.workspace / "link").symlink_to(self.folder / "outside")
        for name in ("outside/socket", "workspace/socket"):
            self._listen(name, socket.SOCK_STREAM, str(self.folder / name))
            (self.folder / name).chmod(0o666)
        if os.geteuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        Path(LEAK).unlink(missing_ok=True)
        for path in Path(LEAK).parent.glob("glossator-flood-*"):
            path.unlink(missing_ok=True)
        self.before = self._contents()

    def harm(self) -> list[str]:
        """Return what has been done from inside, in words; what waited is taken."""
        found = [f"{it} was reached" for it, server in self.servers.items() if _was_reached(server)]
        if self._contents() != self.before:
            found.append("files were changed")
        if Path(LEAK).exists():
            found.append("a file was left in /tmp")
        if self.victim.poll() is not None:
            found.append("a process of the host was ended")
        if staying := list(processes_with(STAYING)):
            found.append("a process was left over")
            for process in staying:
                os.kill(process, 9)
        return found

    def control(self, attempt: Attempt) -> bool:
        """Make an attempt without a sandbox, as an ordinary user, and tell whether it succeeded."""
        self.reset()
        options = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                ["/usr/bin/python3", "-c", self.program(attempt)],
                cwd=self.workspace,
                env={**os.environ, _SECRET: "x"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                **(options if os.geteuid() == 0 else {}),  # type: ignore[arg-type]
            )
            try:
                process.wait(_CONTROL_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            output.seek(0)
            has_said_so = BREACH.encode() in output.read()
        succeeded = bool(self.harm()) or has_said_so
        self.reset()
        return succeeded

    def _contents(self) -> dict[str, str]:
        # Sockets change nothing but by being made anew.
        found: dict[str, str] = {}
        for path in sorted(self.folder.rglob("*")):
            told = path.lstat()
            text = path.read_text("utf-8") if path.is_file() else ""
            times = told.st_mtime_ns if path.is_file() else 0
            found[str(path)] = f"{told.st_mode} {times} {text}"
        return found

    def _listen(self, name: str, kind: int, address: str) -> None:
        if name in self.servers:
            self.servers[name].close()
        server = socket.socket(socket.AF_UNIX, kind)
        server.bind(address)
        if kind == socket.SOCK_STREAM:
            server.listen()
        server.settimeout(0)
        self.servers[name] = server


@contextlib.contextmanager
def arena() -> Iterator[Arena]:
    """Make the place, and take it away."""
    tcp, udp = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    servers = {"tcp": tcp, "udp": udp}
    for server in servers.values():
        server.bind(("127.0.0.1", 0))
        server.settimeout(0)
    tcp.listen()
    who = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    victim = subprocess.Popen(["/usr/bin/sleep", VICTIM_WORD], **who)  # type: ignore[call-overload]
    os.environ[_SECRET] = "x"
    folder = Path(tempfile.mkdtemp(prefix="glossator-arena-"))
    folder.chmod(0o755)
    made = Arena(folder, victim, servers, f"glossator-{folder.name}")
    try:
        made._listen("abstract", socket.SOCK_STREAM, f"\0{made.abstract}")  # noqa: SLF001
        made._listen("abstract datagram", socket.SOCK_DGRAM, f"\0{made.abstract}-d")  # noqa: SLF001
        made.reset()
        yield made
    finally:
        del os.environ[_SECRET]
        victim.kill()
        victim.wait()
        for server in servers.values():
            server.close()
        shutil.rmtree(folder, ignore_errors=True)


def processes_with(word: str) -> Iterator[int]:
    """Yield the processes of the host that have a word in their command line."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if word.encode() in path.read_bytes().split(b"\0"):
                yield int(path.parent.name)


def _was_reached(server: socket.socket) -> bool:
    was_reached = False
    with contextlib.suppress(OSError):
        while True:
            if server.type == socket.SOCK_STREAM:
                server.accept()[0].close()
            else:
                server.recv(64)
            was_reached = True
    return was_reached
