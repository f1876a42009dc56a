"""Own the command line of Bubblewrap: from what a job sees to the words that show it only that.

Pure but for `known_host`, which looks which programs and folders this machine has. It must not
run anything.

Everything is made anew: user, processes, network, mounts, host name, message queues. The workspace
and `/usr` are read-only, the rest of the file system is not there. Files that do not exist yet
cannot be mounted on a read-only folder: an empty folder is laid over theirs, with what was in it
bound back, or, where that would be many mounts, the workspace is copied as for a job that writes.
The copy lies in memory, in a file system of limited size that is gone with the last process, so
that nothing has to be removed, not even after a crash.

Not covered: how much processor time is used within the wall time, what a program finds out from
`/proc/cpuinfo` and the like, and named pipes in the workspace that another program of the same user
reads: read-only mounts let them be written.
"""

from __future__ import annotations

import math
import os
import platform
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from glossator_server.sandbox.jobs import MIB, Limits, SandboxJob
from glossator_server.sandbox.seccomp import seccomp_filter
from glossator_server.sandbox.viewing import Shadow, View

# Never the caller's PATH, which a workspace may have had a hand in.
PROGRAM_FOLDERS = ("/usr/bin", "/usr/local/bin", "/bin")
PATH = "/usr/local/bin:/usr/bin:/bin"
HOME = "/tmp/home"  # noqa: S108 -- inside, where /tmp is the sandbox's own
LOCALE = "C.UTF-8"
# Older ones cannot limit the size of a file system.
LEAST_VERSION = (0, 7, 0)
_DISABLES_USERNS = (0, 8, 0)
# Debian's `nobody`, and everybody's.
NOBODY = 65534
_OPEN_FILES = 1024
_SHARED_MEMORY = 64 * MIB
# Where a job that writes finds what was copied; nothing else is called so.
_ORIGINAL, _LAID_OVER = "/.workspace", "/.files"
# Merged into /usr on most systems, folders of their own on some.
_BESIDE_USR = ("bin", "lib", "lib32", "lib64", "libx32", "sbin")
# The first process, which everything inside can write the memory of: it is limited like all others,
# outlives the command by its status alone, and buries whoever has lost their parent. Who is left
# alone by a server that was killed ends with the time they had.
_FIRST = """\
/usr/bin/timeout --foreground --signal=KILL {seconds} "$@"
exit $?
"""
# What cannot be read is not copied; what does not fit ends the run. `exec` replaces the shell, so
# that the command never sees these words.
_COPYING = """\
{{ tar -C /.workspace --exclude=.git {excluded} -cf - . 2>/dev/null
}} | tar -C {root} --no-same-owner -xpf - 2>/dev/null \
&& cp -R /.files/. {root}/ 2>/dev/null || {{ echo {mark} >&2; exit 1; }}
exec "$@"
"""

Keep = Callable[[bytes], int]


@dataclass(frozen=True, slots=True)
class Host:
    """What this machine has: the program, its version, who runs it, the links beside `/usr`.

    `drops` says that the server is root, and that the sandbox is run as nobody for it.
    """

    program: str
    version: tuple[int, ...]
    machine: str
    drops: bool
    beside_usr: tuple[tuple[str, str | None], ...]

    @property
    def user(self) -> tuple[int, int]:
        """Return the user and the group as which the sandbox is run."""
        return (NOBODY, NOBODY) if self.drops else (os.getuid(), os.getgid())


def system_program(name: str, folders: tuple[str, ...] = PROGRAM_FOLDERS) -> str | None:
    """Return the path of a program of the system's, None where it has none."""
    found = (Path(it, name) for it in folders)
    return next((str(it) for it in found if it.is_file() and os.access(it, os.X_OK)), None)


def known_host(program: str, version: tuple[int, ...]) -> Host:
    """Return what is known of this machine."""
    beside: list[tuple[str, str | None]] = []
    for name in _BESIDE_USR:
        path = Path("/", name)
        if path.is_symlink():
            beside.append((f"/{name}", str(path.readlink())))
        elif path.is_dir():
            beside.append((f"/{name}", None))
    return Host(program, version, platform.machine(), os.geteuid() == 0, tuple(beside))


def command_line(
    job: SandboxJob, view: View, host: Host, keep: Keep, status: int, mark: str
) -> tuple[str, ...]:
    """Return the words of the whole command.

    `keep` puts bytes where the program can read them and returns the file descriptor, `status` is
    that of a pipe on which Bubblewrap tells how it went, and `mark` is printed on the error output
    where the workspace is too large to be copied.
    """
    options = [*_base(host, job.limits, keep), "--json-status-fd", str(status)]
    options += _environment(job)
    options += _shown(job, view, keep)
    options += ["--remount-ro", "/", "--chdir", str(view.cwd)]
    packed = keep(b"".join(it.encode("utf-8", "surrogateescape") + b"\0" for it in options))
    inner = [host.program, "--args", str(packed), "--", *_started(job, view, mark)]
    return (*_outer(view, host), *inner)


def _outer(view: View, host: Host) -> Iterator[str]:
    """Become nobody first: limits on processes do not bind root, whatever namespace it is in."""
    if not host.drops:
        return
    if view.covers or view.opened:
        yield from (host.program, "--dev-bind", "/", "/", "--die-with-parent")
        for cover in view.covers:
            yield from ("--perms", "0755", "--tmpfs", str(cover))
        # Made by a bind alone, they could be entered by root only.
        for folder in (view.root, *view.readable):
            for parent in reversed(folder.parents):
                if any(parent.is_relative_to(it) and parent != it for it in view.covers):
                    yield from ("--perms", "0755", "--dir", str(parent))
        opened = {it.folder: it for it in view.opened}
        for folder in sorted({view.root, *view.readable}):
            if folder in opened:
                yield from ("--perms", "0755", "--tmpfs", str(folder))
                yield from _entries(opened[folder])
            elif any(folder.is_relative_to(it) for it in view.covers):
                yield from ("--ro-bind", str(folder), str(folder))
        yield from ("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--")
    who = str(NOBODY)
    yield from ("/usr/bin/setpriv", "--reuid", who, "--regid", who, "--clear-groups", "--")


def _base(host: Host, limits: Limits, keep: Keep) -> Iterator[str]:
    """Yield the options that are the same for every job."""
    yield from ("--unshare-all", "--unshare-user")
    if host.version >= _DISABLES_USERNS:
        yield "--disable-userns"
    yield from ("--cap-drop", "ALL", "--die-with-parent", "--new-session", "--hostname", "sandbox")
    # Bubblewrap's own first process would be bound by no limit of ours.
    yield "--as-pid-1"
    yield from ("--seccomp", str(keep(seccomp_filter(host.machine))))
    yield from ("--tmpfs", "/", "--ro-bind", "/usr", "/usr")
    for path, link in host.beside_usr:
        yield from ("--ro-bind", path, path) if link is None else ("--symlink", link, path)
    uid, gid = host.user
    accounts = {
        "/etc/passwd": f"sandbox:x:{uid}:{gid}::{HOME}:/bin/sh\n",
        "/etc/group": f"sandbox:x:{gid}:\n",
        "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
    }
    for path, text in accounts.items():
        yield from ("--perms", "0444", "--file", str(keep(text.encode())), path)
    for path in ("/etc/ld.so.cache", "/etc/alternatives"):
        yield from ("--ro-bind-try", path, path)
    yield from ("--proc", "/proc", "--dev", "/dev", "--perms", "1777")
    yield from ("--size", str(min(_SHARED_MEMORY, limits.scratch_bytes)), "--tmpfs", "/dev/shm")  # noqa: S108
    yield from ("--remount-ro", "/dev", "--perms", "1777")
    yield from ("--size", str(limits.scratch_bytes), "--tmpfs", "/tmp", "--dir", HOME)  # noqa: S108


def _environment(job: SandboxJob) -> Iterator[str]:
    yield "--clearenv"
    fixed = {"PATH": PATH, "HOME": HOME, "LANG": LOCALE}
    for name, value in {**job.environment, **fixed}.items():
        yield from ("--setenv", name, value)


def _shown(job: SandboxJob, view: View, keep: Keep) -> Iterator[str]:
    """Yield what shows the folders and the texts, a folder before those below it."""
    for folder in sorted({view.root, *view.readable}):
        if folder == view.root and view.is_copy:
            yield from ("--ro-bind", str(view.root), _ORIGINAL)
            yield from ("--size", str(job.limits.scratch_bytes), "--tmpfs", str(view.root))
            yield from ("--dir", str(view.cwd), "--dir", _LAID_OVER)
        else:
            yield from ("--ro-bind", str(folder), str(folder))
    if view.is_copy:
        yield from _laid_over(view, keep)
        return
    for shadow in view.shadows:
        yield from ("--perms", "0755", "--tmpfs", str(shadow.folder))
        yield from _entries(shadow)
    for path, text in view.added.items():
        yield from ("--perms", "0644", "--file", _kept(keep, text), str(path))
    for path, (mode, text) in view.changed.items():
        yield from ("--perms", f"{mode:04o}", "--ro-bind-data", _kept(keep, text), str(path))
    for shadow in view.shadows:
        yield from ("--remount-ro", str(shadow.folder))


def _laid_over(view: View, keep: Keep) -> Iterator[str]:
    """Put the texts where the copying finds them."""
    texts = {**view.changed, **{path: (0o644, text) for path, text in view.added.items()}}
    for path, (mode, text) in texts.items():
        place = Path(_LAID_OVER, path.relative_to(view.root))
        yield from ("--perms", f"{mode | 0o200:04o}", "--file", _kept(keep, text), str(place))


def _entries(shadow: Shadow) -> Iterator[str]:
    for it in shadow.entries:
        if it.link is None:
            yield from ("--ro-bind-try", str(it.path), str(it.path))
        else:
            yield from ("--symlink", it.link, str(it.path))


def _started(job: SandboxJob, view: View, mark: str) -> Iterator[str]:
    """Yield what is run inside as the first process: what copies, what sets limits, what waits."""
    limits = job.limits
    limited = ["/usr/bin/prlimit", f"--nproc={limits.processes}", f"--fsize={limits.file_bytes}"]
    limited += ["--core=0", f"--nofile={_OPEN_FILES}"]
    if limits.fences_memory:
        limited.append(f"--data={limits.memory_bytes}")
    if view.is_copy:
        # Folders below that are shown as they are need no copy, files that go get none.
        left_out = (*view.readable, *view.removed)
        below = [it.relative_to(view.root) for it in left_out if it.is_relative_to(view.root)]
        excluded = shlex.join(f"--exclude=./{_pattern(str(it))}" for it in below)
        root = shlex.quote(str(view.root))
        yield from ("/bin/sh", "-c", _COPYING.format(root=root, mark=mark, excluded=excluded), "sh")
    # The server ends a run first, as long as there is a server.
    first = _FIRST.format(seconds=math.ceil(limits.seconds) + 1)
    yield from (*limited, "--", "/bin/sh", "-c", first, "sh", *job.argv)


def _pattern(path: str) -> str:
    # To tar the words are patterns.
    return "".join(f"\\{it}" if it in "*?[]\\" else it for it in path)


def _kept(keep: Keep, text: str) -> str:
    return str(keep(text.encode("utf-8", "surrogateescape")))
