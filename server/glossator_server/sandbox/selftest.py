"""Own the question whether the sandbox holds here: it is asked to break out, and must fail.

It must not repair anything; what it finds is told in one sentence.
"""

from __future__ import annotations

import os
import shlex
import tempfile
from dataclasses import replace
from pathlib import Path

from glossator_server.errors import SandboxUnavailableError, UsageError
from glossator_server.sandbox.jobs import MIB, Ending, Limits, SandboxJob, SandboxResult
from glossator_server.sandbox.running import BubblewrapRunner

_PROCESSES = 12
_LIMITS = Limits(
    seconds=20.0,
    memory_bytes=256 * MIB,
    processes=_PROCESSES,
    scratch_bytes=8 * MIB,
    file_bytes=MIB,
)
# Held in memory by a process and by a file: both have to be counted for the limit to be seen.
_GREEDY_LIMITS = replace(
    _LIMITS,
    memory_bytes=40 * MIB,
    scratch_bytes=32 * MIB,
    file_bytes=32 * MIB,
    fences_memory=False,
)
_GREEDY = "head -c 25165824 /dev/zero >/tmp/held; held=$(tr '\\0' x </tmp/held); sleep 10"
_DONE = "all were tried"
_BREACH = "breach: "
# Each line prints what has been breached. Built-in words of the shell as far as there are any: a
# probe that fails because its program is missing would prove nothing.
_SCRIPT = r"""
told() { echo "breach: $1"; }
[ "$(cat text)" = "laid over" ] || told "files are not laid over the workspace's"
for it in / /usr/ /etc/ /dev/ /proc/ ./; do
    ( : >"$it.glossator-probe" ) 2>/dev/null && told "$it can be written"
done
( : >text ) 2>/dev/null && told "files of the workspace can be written"
[ -e CANARY ] && told "files outside of the workspace can be seen"
for it in /root/* /home/* /run/* /var/* /sys/*; do
    [ -e "$it" ] && [ "$it" != KEPT ] && told "$it can be seen"
done
for it in NAMESPACES; do
    name=${it%%=*}
    [ "$(readlink "/proc/self/ns/$name")" = "${it#*=}" ] && told "the $name namespace is shared"
done
while read -r name rest; do
    case $name in Inter-*|face|lo:) ;; *) told "the network $name can be reached" ;; esac
done </proc/net/dev
while read -r name value; do
    case $name in
        CapPrm:|CapEff:|CapBnd:) [ "$value" = 0000000000000000 ] || told "there are capabilities" ;;
        NoNewPrivs:) [ "$value" = 1 ] || told "privileges can be gained" ;;
        Seccomp:) [ "$value" = 2 ] || told "system calls are not filtered" ;;
    esac
done </proc/self/status
mount -o remount,rw / 2>/dev/null && told "/ can be remounted"
unshare --user true 2>/dev/null && told "new user namespaces can be made"
tr '\0' '\n' </proc/1/environ | grep -Ev '^(PATH|HOME|LANG|PWD|OLDPWD|SHLVL|_)=' | grep -q . \
    && told "the server's environment can be read"
while read -r limit name soft hard rest; do
    case "$limit $name" in "Max processes")
        [ "$soft $hard" = "PROCESSES PROCESSES" ] || told "the first process is not limited" ;;
    esac
done </proc/1/limits
i=0
( while [ $i -lt FORKS ]; do sleep 9 & i=$((i+1)); done
    told "processes are not limited" ) 2>/dev/null
echo "all were tried"
"""


async def trouble_of(runner: BubblewrapRunner) -> str | None:
    """Run the probes and return None where all failed, else one sentence that says what to do."""
    with (
        tempfile.TemporaryDirectory(prefix="glossator-probe-") as folder,
        tempfile.NamedTemporaryFile(prefix="glossator-canary-") as canary,
    ):
        root = Path(folder)
        try:
            trouble = _breach(await runner.run(_job(root, canary.name)))
            # Memory is asked for only where something holds what asks for it.
            if trouble is None:
                trouble = _unwatched(await runner.run(_greedy_job(root)))
        except (SandboxUnavailableError, UsageError, OSError) as failure:
            return (
                f"Bubblewrap does not work here ({str(failure)[:300].rstrip('.')}); allow user "
                "namespaces for it, for example outside of a container; nothing is run without a "
                "sandbox."
            )
    return trouble


def _breach(result: SandboxResult) -> str | None:
    found = [it for it in result.output.splitlines() if it.startswith(_BREACH)]
    if found:
        return (
            f"The sandbox does not hold ({found[0].removeprefix(_BREACH)}); update bubblewrap and "
            "the kernel; nothing is run without a sandbox."
        )
    if result.ending is not Ending.EXITED or _DONE not in result.output:
        return (
            "The sandbox's self-test did not end "
            f"({result.errors.strip()[:200] or result.ending}); install coreutils and util-linux; "
            "nothing is run without a sandbox."
        )
    return None


def _unwatched(greedy: SandboxResult) -> str | None:
    if greedy.ending is Ending.TOO_MUCH_MEMORY:
        return None
    return (
        "The memory of what runs in the sandbox cannot be watched here; mount /proc so that "
        "processes can be seen by their own user; nothing is run without a sandbox."
    )


def _greedy_job(root: Path) -> SandboxJob:
    return SandboxJob(("/bin/sh", "-c", _GREEDY), root, root, limits=_GREEDY_LIMITS)


def _job(root: Path, canary: str) -> SandboxJob:
    text = root / "text"
    text.write_text("as it was\n", "utf-8")
    return SandboxJob(
        argv=("/bin/sh", "-c", _script(canary, root)),
        root=root,
        cwd=root,
        files={text: "laid over\n"},
        limits=_LIMITS,
    )


def _script(canary: str, root: Path) -> str:
    names = ("user", "mnt", "pid", "net", "ipc", "uts")
    own = " ".join(shlex.quote(f"{it}={os.readlink(f'/proc/self/ns/{it}')}") for it in names)  # noqa: PTH115
    # Where temporary files lie below such a folder, the way to them can be seen.
    kept = next((f"/{'/'.join(root.parts[1:3])}" for _ in root.parts[2:]), "/")
    script = _SCRIPT.replace("CANARY", shlex.quote(canary)).replace("KEPT", shlex.quote(kept))
    script = script.replace("NAMESPACES", own).replace("PROCESSES", str(_PROCESSES))
    return script.replace("FORKS", str(_PROCESSES + 4))
