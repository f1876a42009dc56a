"""Own the filter of system calls that programs in the sandbox run behind.

Namespaces hide what is outside; the filter takes away the doors of the kernel that they leave open:
key rings and virtual sockets, which are not of any namespace, memory that nobody counts, new
namespaces, and what compilers and tests never ask for. It must not decide what a program may read.

Not covered on purpose: which addresses a program connects to (there is no network to connect to),
and anything that depends on what a pointer points to, which no filter can see.
"""

from __future__ import annotations

import errno
import struct
from dataclasses import dataclass

# `struct sock_filter` and the few instructions that are needed, of linux/filter.h.
_INSTRUCTION = struct.Struct("=HBBI")
_LOAD, _JUMP_EQUAL, _JUMP_SET, _JUMP_GREATER, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
# `struct seccomp_data`: the call's number, the processor's architecture, the low halves of words.
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
# Numbers from here on are those of x32, a second way to say every call.
_X32 = 0x40000000

# Time is left out: CLONE_NEWTIME shares its bit with the signal that `clone` sends.
_NEW_NAMESPACES = 0x7E020000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
# Internet and netlink only. Unix sockets in the workspace would lead out of it, to servers of the
# same user; `socketpair`, which is all that most programs need, is another call.
_FAMILIES = (2, 10, 16)


@dataclass(frozen=True, slots=True)
class _Machine:
    """An architecture, and the numbers of calls that fail, and of those that seem not there."""

    audit: int
    clone: int
    socket: int
    ioctl: int
    refused: tuple[int, ...]
    absent: tuple[int, ...]


# In both: ptrace, process_vm_readv, process_vm_writev, kcmp, keyctl, add_key, request_key, mount,
# umount2, pivot_root, chroot, setns, unshare, bpf, perf_event_open, userfaultfd, shmget, shmat,
# msgget, semget, mq_open, kexec_load, kexec_file_load, init_module, finit_module, delete_module,
# reboot, swapon, swapoff, acct, quotactl, syslog, settimeofday, clock_settime, adjtimex,
# clock_adjtime, sethostname, setdomainname, open_by_handle_at, name_to_handle_at, fanotify_init,
# vhangup; and x86's iopl, ioperm, modify_ldt.
_X86_REFUSED = (
    *(101, 310, 311, 312, 250, 248, 249, 165, 166, 155, 161, 308, 272, 321, 298, 323, 29, 30),
    *(68, 64, 240, 246, 320, 175, 313, 176, 169, 167, 168, 163, 179, 103, 164, 227, 159, 305),
    *(170, 171, 304, 303, 300, 153, 172, 173, 154),
)
_ARM_REFUSED = (
    *(117, 270, 271, 272, 219, 217, 218, 40, 39, 41, 51, 268, 97, 280, 241, 282, 194, 196),
    *(186, 190, 180, 104, 294, 105, 273, 106, 142, 224, 225, 89, 60, 116, 170, 112, 171, 266),
    *(161, 162, 265, 264, 262, 58),
)
# One number everywhere: io_uring_*, open_tree to fspick, clone3 (whose flags lie behind a pointer),
# pidfd_getfd, process_madvise, mount_setattr, quotactl_fd, memfd_secret.
_NEW_CALLS = (425, 426, 427, 428, 429, 430, 431, 432, 433, 435, 438, 440, 442, 443, 447)

_MACHINES = {
    # memfd_create is among the absent: what lies in such files is counted nowhere.
    "x86_64": _Machine(0xC000003E, 56, 41, 16, _X86_REFUSED, (*_NEW_CALLS, 319)),
    "aarch64": _Machine(0xC00000B7, 220, 198, 29, _ARM_REFUSED, (*_NEW_CALLS, 279)),
}


def is_known(machine: str) -> bool:
    """Tell whether there is a filter for a processor, by the name that `uname -m` gives it."""
    return machine in _MACHINES


def seccomp_filter(machine: str) -> bytes:
    """Return the filter as the kernel wants it; raises `KeyError` for an unknown processor."""
    known = _MACHINES[machine]
    code = [
        *(_load(_ARCHITECTURE), _step(_JUMP_EQUAL, known.audit, 1, 0), _answer(_KILL)),
        _load(_NUMBER),
    ]
    if machine == "x86_64":
        code += [_step(_JUMP_GREATER, _X32, 0, 1), _answer(_KILL)]
    for number in known.refused:
        code += [_step(_JUMP_EQUAL, number, 0, 1), _answer(_REFUSE | errno.EPERM)]
    for number in known.absent:
        code += [_step(_JUMP_EQUAL, number, 0, 1), _answer(_REFUSE | errno.ENOSYS)]
    code += _argument(known.clone, _FIRST, [_step(_JUMP_SET, _NEW_NAMESPACES, 0, 1)])
    for request in (_TIOCSTI, _TIOCLINUX):
        code += _argument(known.ioctl, _SECOND, [_step(_JUMP_EQUAL, request, 0, 1)])
    # Past all families that may be had lies the refusal.
    jumps = [_step(_JUMP_EQUAL, it, len(_FAMILIES) - at, 0) for at, it in enumerate(_FAMILIES)]
    code += _argument(known.socket, _FIRST, jumps)
    return b"".join([*code, _answer(_ALLOW)])


def _argument(number: int, offset: int, tests: list[bytes]) -> list[bytes]:
    """Refuse a call by one of its words; what follows finds the call's number loaded again."""
    block = [_load(offset), *tests, _answer(_REFUSE | errno.EPERM), _load(_NUMBER)]
    return [_step(_JUMP_EQUAL, number, 0, len(block)), *block]


def _load(offset: int) -> bytes:
    return _step(_LOAD, offset)


def _answer(action: int) -> bytes:
    return _step(_RETURN, action)


def _step(code: int, word: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return _INSTRUCTION.pack(code, if_true, if_false, word)
