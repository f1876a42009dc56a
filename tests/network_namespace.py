"""Own a network of its own for a command: nothing in it leads out, and every packet is recorded.

A namespace of the kernel's with one way out that ends in a second namespace, where nobody listens.
Linux, root, iproute2 and tcpdump are needed. It must not judge what was recorded: tests do that.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

INSIDE = "198.18.7.1"
OUTSIDE = "198.18.7.2"
_READY_S = 10.0
# `IP 198.18.7.1.44178 > 203.0.113.9.80: ...`, as tcpdump -n prints it.
_PACKET = re.compile(r"IP6? (?P<source>\S+) > (?P<target>[^:\s]+(?::[0-9a-f:]*)?\S*?):(?:\s|$)")


def missing() -> str | None:
    """Return what is missing for such a network here, None where it can be had."""
    if os.geteuid() != 0:
        return "only root makes network namespaces"
    for program in ("ip", "tcpdump"):
        if shutil.which(program) is None:
            return f"no {program}: install iproute2 and tcpdump"
    name = f"glossator-probe-{secrets.token_hex(3)}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode != 0:
        return "the kernel makes no network namespace here"
    subprocess.run(["ip", "netns", "del", name], check=True)
    return None


@dataclass
class Capture:
    """The packets that left by the one way out, as lines of tcpdump's, once the block has ended."""

    packets: tuple[str, ...] = ()

    def targets(self) -> set[str]:
        """Return where packets went: address and port with a dot between."""
        return {it["target"] for line in self.packets if (it := _PACKET.search(line))}


@dataclass(frozen=True)
class Network:
    """A namespace that commands are run in."""

    name: str

    def run(self, command: Sequence[str], **options: object) -> subprocess.CompletedProcess[str]:
        """Run a command in it and return how it ended, with what it printed."""
        return subprocess.run(
            ["ip", "netns", "exec", self.name, *command],
            capture_output=True,
            text=True,
            **options,  # type: ignore[call-overload]
        )


@contextmanager
def network() -> Iterator[Network]:
    """Make a namespace with loopback and one way out that nobody answers on."""
    mark = secrets.token_hex(3)
    inner, outer = f"gl-in-{mark}", f"gl-out-{mark}"
    for name in (inner, outer):
        _ip("netns", "add", name)
    try:
        way, end = f"v{mark}", f"w{mark}"
        _ip("link", "add", way, "netns", inner, "type", "veth", "peer", "name", end, "netns", outer)
        # What the kernel says by itself (neighbours, routers) is not what is looked for.
        for name in (inner, outer):
            _in(name, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1")
            _in(name, "ip", "link", "set", "lo", "up")
        _in(inner, "ip", "address", "add", f"{INSIDE}/30", "dev", way)
        _in(inner, "ip", "link", "set", way, "up", "arp", "off")
        _in(outer, "ip", "link", "set", end, "up", "arp", "off")
        _in(inner, "ip", "route", "add", "default", "via", OUTSIDE, "dev", way)
        yield Network(inner)
    finally:
        for name in (inner, outer):
            _ip("netns", "del", name)


@contextmanager
def recorded(inside: Network, folder: Path) -> Iterator[Capture]:
    """Record every packet that leaves a namespace other than by loopback."""
    capture, file = Capture(), folder / f"{inside.name}.pcap"
    (way,) = [it for it in _interfaces(inside) if it != "lo"]
    tcpdump = subprocess.Popen(
        ["ip", "netns", "exec", inside.name, "tcpdump", "-i", way, "-U", "-Z", "root", "-w", file],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert tcpdump.stderr is not None
        end = time.monotonic() + _READY_S
        while "listening on" not in tcpdump.stderr.readline():
            assert tcpdump.poll() is None, "tcpdump ended at once"
            assert time.monotonic() < end, "tcpdump does not listen"
        yield capture
        # A last packet of our own, so that all before it are in the file.
        inside.run(["bash", "-c", f"echo end >/dev/udp/{OUTSIDE}/9"])
        while "198.18.7.2.9:" not in (read := _read(file)):
            assert time.monotonic() < end + 600, "the last packet is not recorded"
            time.sleep(0.05)
        capture.packets = tuple(it for it in read.splitlines() if f"{OUTSIDE}.9:" not in it)
    finally:
        tcpdump.send_signal(signal.SIGINT)
        tcpdump.communicate()


def _interfaces(inside: Network) -> list[str]:
    listed = inside.run(["ip", "-br", "link"]).stdout
    return [line.split()[0].split("@")[0] for line in listed.splitlines()]


def _read(file: Path) -> str:
    return subprocess.run(["tcpdump", "-nr", file], capture_output=True, text=True).stdout


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def _in(name: str, *words: str) -> None:
    subprocess.run(["ip", "netns", "exec", name, *words], check=True, capture_output=True)
