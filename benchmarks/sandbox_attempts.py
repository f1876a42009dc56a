"""Own the attempts to break out of the sandbox: small programs that do their harm or fail.

An attempt raises where it is refused; where it gets to its end it has succeeded, unless it ends
with `sys.exit`: then what it did is looked for from outside. `CONTROLLED` ones also run without a
sandbox, where they must succeed; the others would do harm there, or need rights that no ordinary
user has.
"""

from __future__ import annotations

from dataclasses import dataclass

PRELUDE = """\
import ctypes, errno, fcntl, os, platform, resource, signal, socket, stat, struct, subprocess, sys
import tempfile, threading, time
libc = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"
def done(value):
    if value is None or value < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return value
def call(x86, arm, *words):
    return done(libc.syscall(ctypes.c_long(x86 if X86 else arm), *words))
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: `is_controlled` says that it is harmless without a sandbox, and works there."""

    kind: str
    name: str
    code: str
    is_controlled: bool
    writes: bool = False


CONTROLLED: dict[str, dict[str, str]] = {
    "write": {
        "a new file outside": 'open(OUT + "/new", "w").close()',
        "the end of a file outside": 'open(OUT + "/secret", "a").write("x")',
        "a relative way out": 'open("../outside/new", "w").close()',
        "a link that leads out": 'open("link/new", "w").close()',
        "a hard link to the workspace": 'os.link("file", "/tmp/h"); open("/tmp/h", "a").write("x")',
        "through /proc/self/cwd": 'open("/proc/self/cwd/new", "w").close()',
        "through /proc/self/root": 'open("/proc/self/root" + OUT + "/new", "w").close()',
        "moving a file out": 'os.rename("file", OUT + "/file")',
        "a file of the workspace": 'open("file", "w").close()',
        "the mode of a file": 'os.chmod("file", 0o777)',
        "the length of a file": 'os.truncate("file", 0)',
        "removing a file": 'os.unlink("file")',
        "a new folder": 'os.mkdir("new")',
        "planting a link": 'os.symlink("/etc/passwd", "planted")',
        "an extended attribute": 'os.setxattr("file", "user.x", b"1")',
        "the times of a file": 'os.utime("file", (0, 0))',
        "opening for both": 'os.open("file", os.O_RDWR)',
        "planting a socket": 'socket.socket(socket.AF_UNIX).bind(WORKSPACE + "/planted")',
        "planting a pipe": 'os.mkfifo("planted")',
        "a file without a name": 'os.open(".", os.O_TMPFILE | os.O_RDWR)',
        "the host's /tmp": 'open(LEAK, "w").close(); sys.exit()',
    },
    "read": {
        "a secret outside": 'open(OUT + "/secret").read()',
        "a key in the home": 'open(HOME + "/.ssh/id_ed25519").read()',
        "a link that leads out": 'open("link/secret").read()',
        "through /proc/1/root": 'open("/proc/self/root" + OUT + "/secret").read()',
        "the environment": 'os.environ["GLOSSATOR_PROBE_SECRET"]',
        "other environments": """
found = False
for it in os.listdir("/proc"):
    try:
        found = found or b"GLOSSATOR_PROBE_SECRET" in open(f"/proc/{it}/environ", "rb").read()
    except OSError:
        pass
assert found""",
        "processes of the host": 'assert "VICTIM_WORD" in open(f"/proc/{VICTIM}/cmdline").read()',
        "what runs on the machine": 'assert os.listdir("/run")',
        "devices of the machine": 'assert os.listdir("/sys/class")',
        "logs and spools": 'assert os.listdir("/var")',
        "block devices": """
assert [it for it in os.listdir("/dev") if stat.S_ISBLK(os.lstat("/dev/" + it).st_mode)]""",
    },
    "network": {
        "loopback": 'socket.create_connection(("127.0.0.1", PORT), 2)',
        "mapped loopback": 'socket.create_connection(("::ffff:127.0.0.1", PORT), 2)',
        "the address 0": 'socket.create_connection(("0.0.0.0", PORT), 2)',
        "datagrams": """
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"out", ("127.0.0.1", UDP))
sys.exit()""",
        "the shell's": """
subprocess.run(["/bin/bash", "-c", f"echo out >/dev/tcp/127.0.0.1/{PORT}"], check=True)""",
        "interfaces": "assert len(socket.if_nameindex()) > 1",
        "the hypervisor's sockets": "socket.socket(40, socket.SOCK_STREAM)",
        "the kernel's ciphers": "socket.socket(38, socket.SOCK_SEQPACKET)",
        "a socket outside": 'socket.socket(socket.AF_UNIX).connect(OUT + "/socket")',
        "a socket in the workspace": 'socket.socket(socket.AF_UNIX).connect("socket")',
        "an abstract socket": 'socket.socket(socket.AF_UNIX).connect("\\0" + ABSTRACT)',
        "an abstract datagram": """
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"out", "\\0" + ABSTRACT + "-d")""",
    },
    "kernel": {
        "being traced": "done(libc.ptrace(0, 0, 0, 0))",
        "tracing a child": """
child = os.fork() or time.sleep(3)
done(libc.ptrace(16, child, 0, 0)); libc.ptrace(17, child, 0, 0); os.kill(child, 9)""",
        "signals to the host": "os.kill(VICTIM, 0)",
        "the session's keys": "call(250, 219, 0, -3, 0)",
        "a key of one's own": 'call(248, 217, b"user", b"probe", b"x", 1, -2)',
        "a user namespace": "done(libc.unshare(0x10000000))",
        "a child in a user namespace": """
child = call(56, 220, 0x10000011, 0, 0, 0, 0)
child or os._exit(0)""",
        "a user namespace by clone3": """
words = (ctypes.c_uint64 * 8)(0x10000000, 0, 0, 0, 17, 0, 0, 0)
child = call(435, 435, words, 64)
child or os._exit(0)""",
        "a ring of requests": "call(425, 425, 4, ctypes.create_string_buffer(120))",
        "a file in memory": 'os.memfd_create("probe")',
        "System V memory": "done(libc.shmctl(done(libc.shmget(0, 4096, 0o1600)), 0, 0))",
        "System V queues": "done(libc.msgctl(done(libc.msgget(0, 0o1600)), 0, 0))",
        "a program that becomes root": """
words = ["/usr/bin/su", "-c", "true"]
child = subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
time.sleep(0.2)
told = open(f"/proc/{child.pid}/status").read()
child.kill()
assert told.split("Uid:")[1].split()[1] == "0\"""",
        "typing for the terminal": """
main, side = os.openpty()
child = os.fork()
if not child:
    os.setsid()
    fcntl.ioctl(side, 0x540E, 0)
    try:
        fcntl.ioctl(side, 0x5412, b"x")
    except OSError:
        os._exit(1)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0""",
    },
    "limits": {
        "200 processes": """
for _ in range(200):
    os.fork() or (time.sleep(3), os._exit(0))""",
        "200 threads": """
for _ in range(200):
    threading.Thread(target=time.sleep, args=(3,), daemon=True).start()""",
        "600 MB in a process": "x = b'x' * 600_000_000",
        "600 MB in six": """
for _ in range(6):
    if not os.fork():
        x = b"x" * 100_000_000
        time.sleep(2)
        os._exit(0)
time.sleep(1)""",
        "600 MB shared by name": """
import mmap
x = mmap.mmap(-1, 600_000_000)
for at in range(0, 600_000_000, 4096):
    x[at] = 1""",
        "200 MB of files": """
for at in range(20):
    with tempfile.NamedTemporaryFile(delete=False, prefix="glossator-flood-") as file:
        file.write(bytes(10_000_000))""",
        "a huge file": """
with tempfile.NamedTemporaryFile() as file:
    file.truncate(10_000_000_000)""",
        "a flood on the output": 'sys.stdout.write("x" * 3_000_000)',
        "a flood on the errors": """
for _ in range(3000):
    sys.stderr.write("x" * 1000)""",
        "8 seconds": "time.sleep(8)",
        "8 seconds without signals": """
for it in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(it, signal.SIG_IGN)
time.sleep(8)""",
        "a process that stays": """
if not os.fork():
    os.setsid()
    os.fork() and os._exit(0)
    null = os.open("/dev/null", os.O_RDWR)
    for it in range(3):
        os.dup2(null, it)
    os.execv("/usr/bin/sleep", ["sleep", STAYING])
sys.exit()""",
        "a process that holds the output": """
subprocess.Popen(["/usr/bin/sleep", STAYING], start_new_session=True)
sys.exit()""",
        "more files open": """
for _ in range(1100):
    os.open("/dev/null", os.O_RDONLY)""",
    },
}

UNCONTROLLED: dict[str, dict[str, str]] = {
    "write": {
        "/usr": 'open("/usr/local/glossator-probe", "w").close()',
        "the accounts": 'open("/etc/passwd", "a").close()',
        "the top folder": 'open("/glossator-probe", "w").close()',
        "/dev": 'open("/dev/glossator-probe", "w").close()',
        "the host's name": 'open("/proc/sys/kernel/hostname", "w").write("probe")',
        "what is run for a crash": 'open("/proc/sys/kernel/core_pattern", "w").close()',
        "the kernel's emergency keys": 'open("/proc/sysrq-trigger", "w").close()',
        "the kernel's settings": 'open("/sys/kernel/uevent_helper", "w").close()',
        "being spared when memory ends": """
os.write(os.open("/proc/self/oom_score_adj", os.O_WRONLY), b"-1000")""",
        "folders that were left open": """
assert [it for it in range(3, 1024) if os.path.isdir(f"/proc/self/fd/{it}")]""",
    },
    "read": {
        "passwords": 'open("/etc/shadow").read()',
        "root's home": 'assert os.listdir("/root")',
        "homes": 'assert os.listdir("/home")',
        "the kernel's memory": 'open("/proc/kcore", "rb").read(1)',
        "the kernel's log": "done(libc.klogctl(3, ctypes.create_string_buffer(64), 64))",
        "the terminal": 'open("/dev/tty").close()',
    },
    "network": {
        "an address outside": """
try:
    socket.create_connection(("198.51.100.7", 80), 1)
except OSError as trouble:
    if trouble.errno == errno.ENETUNREACH:
        raise""",
        "a name": 'socket.getaddrinfo("example.org", 80)',
        "raw packets": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
        "raw frames": "socket.socket(17, socket.SOCK_RAW)",
    },
    "kernel": {
        "remounting /": 'done(libc.mount(b"none", b"/", 0, 0x20, 0))',
        "remounting the workspace": """
done(libc.mount(b"none", WORKSPACE.encode(), 0, 0x1020, 0))""",
        "unmounting the workspace": "done(libc.umount2(WORKSPACE.encode(), 2))",
        "mounting a new /tmp": 'done(libc.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, 0))',
        "mounting /proc": 'done(libc.mount(b"proc", b"/tmp", b"proc", 0, 0))',
        "mounting the new way": 'call(430, 430, b"tmpfs", 0)',
        "another root": 'os.chroot("/tmp")',
        "the way out of a chroot": """
os.mkdir("/tmp/c"); here = os.open("/", 0); os.chroot("/tmp/c"); os.fchdir(here)""",
        "pivoting": 'call(155, 41, b"/tmp", b"/tmp")',
        "joining a namespace": 'done(libc.setns(os.open("/proc/1/ns/mnt", 0), 0))',
        "becoming root": "os.setuid(0)",
        "becoming root's group": "os.setgroups([0])",
        "a device node": 'os.mknod("/tmp/d", 0o600 | stat.S_IFBLK, os.makedev(8, 0))',
        "tracing the first process": "done(libc.ptrace(16, 1, 0, 0))",
        "killing everybody": "libc.kill(-1, 9); sys.exit()",
        "a program in the kernel": "call(321, 280, 0, ctypes.create_string_buffer(128), 128)",
        "counting events": "call(298, 241, ctypes.create_string_buffer(128), 0, -1, -1, 0)",
        "faults handled here": "call(323, 282, 0)",
        "files by handle": "call(304, 265, -100, ctypes.create_string_buffer(64), 0)",
        "the clock": "time.clock_settime(time.CLOCK_REALTIME, time.time())",
        "the machine's name": 'socket.sethostname("probe")',
        "priority before all others": "os.nice(-20)",
        "real-time priority": "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))",
        "raising a limit": "resource.setrlimit(resource.RLIMIT_NPROC, (99999, 99999))",
    },
    "limits": {
        "a fork bomb": """
while True:
    try:
        os.fork()
    except OSError:
        pass""",
        "a million files": """
for at in range(1_000_000):
    os.mknod(f"/tmp/{at}")""",
        "folders in folders": """
for _ in range(1_000_000):
    os.mkdir("/tmp/d" if not _ else "d"); os.chdir("/tmp/d" if not _ else "d")""",
        "shared memory by name": """
for at in range(20):
    open(f"/dev/shm/{at}", "wb").write(bytes(10_000_000))""",
        "a process that no limit holds": """
for it in filter(str.isdecimal, os.listdir("/proc")):
    for limit in (resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
        if resource.prlimit(int(it), limit) != resource.getrlimit(limit):
            break
    else:
        continue
    break
else:
    raise OSError("all are held")""",
        "a stopped process": "os.kill(os.getpid(), signal.SIGSTOP); time.sleep(8)",
    },
}

COPYING = {
    "a file of the workspace": 'open("file", "w").write("x"); sys.exit()',
    "a link that leads out": 'open("link/new", "w").close()',
    "removing everything": """
subprocess.run(["rm", "-rf", WORKSPACE, OUT]); sys.exit()""",
    "the original": 'open("/.workspace/file", "w").close()',
    "200 MB into the copy": """
for at in range(20):
    open(f"flood{at}", "wb").write(bytes(10_000_000))""",
}

ATTEMPTS = (
    *(
        Attempt(kind, name, code, is_controlled=True)
        for kind, attempts in CONTROLLED.items()
        for name, code in attempts.items()
    ),
    *(
        Attempt(kind, name, code, is_controlled=False)
        for kind, attempts in UNCONTROLLED.items()
        for name, code in attempts.items()
    ),
    *(
        Attempt("copy", name, code, is_controlled=False, writes=True)
        for name, code in COPYING.items()
    ),
)
