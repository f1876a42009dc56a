"""Own the reading of the managed and the user's policy file from their places.

It must not decide what is usable; where a file cannot be trusted it says so.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy.declaration import Layer
from glossator_gate.policy.reading import UNREADABLE, PolicyFile, parse_policy_file
from glossator_gate.types import Api, FileState, PolicyPlaces, PolicySource

# More than any such file has a use for; a larger one is a mistake or an attack.
LARGEST_FILE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file as it was found; `file` is None where there is none, or it is broken and `problem`
    says how. `remains` is what can be read of a broken one: it narrows, and allows nothing."""

    source: PolicySource
    file: PolicyFile | None = None
    problem: str | None = None
    remains: PolicyFile | None = None


def load_managed(places: PolicyPlaces) -> FoundFile:
    """Return the managed file; any mistake in it makes it a broken one."""
    path = places.managed
    try:
        text = _read_managed(places)
        parsed = None if text is None else parse_policy_file(text, path, Layer.MANAGED)
    except ConfigurationError as error:
        return _broken(path, str(error), UNREADABLE)
    if parsed is None:
        return FoundFile(PolicySource(Layer.MANAGED, path, FileState.ABSENT))
    problems = [it.sentence for it in parsed.problems]
    if any(entry.api is Api.SCRIPTED for entry in parsed.models):
        problems.append(f'{path} lists api = "scripted", which only a user may.')
    if problems:
        return _broken(path, problems[0], parsed)
    return FoundFile(PolicySource(Layer.MANAGED, path, FileState.READ), parsed)


def load_user(path: Path) -> FoundFile:
    """Return the user's file; one that cannot be read lists nothing."""
    try:
        data = read_regular_file(path)
        if data is None:
            return FoundFile(PolicySource(Layer.USER, path, FileState.ABSENT))
        parsed = parse_policy_file(decoded(data, path), path)
    except ConfigurationError as error:
        source = PolicySource(Layer.USER, path, FileState.BROKEN)
        return FoundFile(source, UNREADABLE, str(error))
    return FoundFile(PolicySource(Layer.USER, path, FileState.READ), parsed)


def read_regular_file(path: Path, status: list[os.stat_result] | None = None) -> bytes | None:
    """Return a file's bytes, at most one more than it may have, None where there is none.

    Raises `ConfigurationError` for what cannot be read. `status` takes that of the open file.
    """
    try:
        # A pipe or a terminal would be waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            os.close(descriptor)
            raise ConfigurationError(f"{path} is not a regular file; remove it.")
        with os.fdopen(descriptor, "rb") as file:
            if status is not None:
                status.append(found)
            return file.read(LARGEST_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read ({error.strerror}); mend its permissions."
        ) from error


def decoded(data: bytes, path: Path) -> str:
    """Return the text of a file, or raise `ConfigurationError` where it is none or too long."""
    if len(data) > LARGEST_FILE:
        raise ConfigurationError(f"{path} is larger than {LARGEST_FILE} bytes; shorten it.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8; save it as UTF-8.") from error


def _broken(path: Path, why: str, remains: PolicyFile) -> FoundFile:
    sentence = (
        f"The managed policy is not valid: {why.rstrip('.')}; until an administrator mends it, "
        "only models of this machine are used."
    )
    source = PolicySource(Layer.MANAGED, path, FileState.BROKEN)
    return FoundFile(source, None, sentence, remains)


def _read_managed(places: PolicyPlaces) -> str | None:
    path = places.managed
    status: list[os.stat_result] = []
    data = read_regular_file(path, status)
    if data is None:
        return None
    try:
        folder = path.parent.stat()
    except OSError as error:
        raise ConfigurationError(f"{path.parent} cannot be read ({error.strerror})") from error
    for name, found in ((path.parent, folder), (path, status[0])):
        if found.st_uid != places.managed_owner or found.st_mode & 0o022:
            raise ConfigurationError(f"{name} must belong to root and be writable by nobody else")
    return decoded(data, path)
