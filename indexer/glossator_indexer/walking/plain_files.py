"""Own how a small file that says how to walk is read: a plain file, or as if it was not there.

It must not follow a link or wait for anybody.
"""

from __future__ import annotations

import os
import stat


def content_of(place: str, most_bytes: int) -> bytes | None:
    """Return the first bytes of a file; None where it is none or cannot be read."""
    try:
        # A pipe would let us wait for ever.
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        return os.read(descriptor, min(most_bytes, status.st_size))
    except OSError:
        return None
    finally:
        os.close(descriptor)
