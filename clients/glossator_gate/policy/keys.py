"""Own the way from a reference to a key: the system's keyring, a private file, a variable.

It must not keep a key, and no message of it holds one.
"""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy.files import LARGEST_FILE, read_regular_file

# Long enough to type the keyring's password.
_KEYRING_PATIENCE_S = 30.0


def resolve_key(reference: str) -> str:
    """Return the key that a reference names ("keyring:service/name", "file:/path", "env:NAME").

    Raises `ConfigurationError` where there is none.
    """
    kind, _, place = reference.partition(":")
    if kind == "env" and place:
        key = os.environ.get(place, "")
        hint = f"set the environment variable {place}"
    elif kind == "file" and place.startswith("/"):
        key = _key_file(Path(place))
        hint = f"write the key into {place}"
    elif kind == "keyring" and all(place.partition("/")):
        key = _from_keyring(place)
        service, _, name = place.partition("/")
        hint = f"store it with `keyring set {service} {name}`"
    else:
        raise ConfigurationError(
            'A key is never written into the file itself: write key = "keyring:service/name", '
            '"file:/path" (mode 0600) or "env:NAME".'
        )
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable():
        raise ConfigurationError(f"The model's key is missing or no plain text: {hint}.")
    return key


def _key_file(path: Path) -> str:
    status: list[os.stat_result] = []
    data = read_regular_file(path, status)
    if data is None:
        raise ConfigurationError(f"The key file {path} is not there; create it with mode 0600.")
    if stat.S_IMODE(status[0].st_mode) & 0o077:
        raise ConfigurationError(f"Others can read the key: run chmod 600 {path}.")
    return data[:LARGEST_FILE].decode("utf-8", "replace")


def _from_keyring(place: str) -> str:
    service, _, name = place.partition("/")
    try:
        import keyring
        import keyring.errors
    except ImportError as error:
        raise ConfigurationError(
            "Keys from the system's keyring need the keyring library: run pip install "
            "'glossator[keyring]'."
        ) from error
    found: list[str | None] = []
    trouble: list[BaseException] = []

    def ask() -> None:
        try:
            found.append(keyring.get_password(service, name))
        except (keyring.errors.KeyringError, OSError, RuntimeError) as error:
            trouble.append(error)

    # A locked keyring asks for its password, and nobody may be there to type it.
    asking = threading.Thread(target=ask, name="keyring", daemon=True)
    asking.start()
    asking.join(_KEYRING_PATIENCE_S)
    if trouble or not found:
        why = type(trouble[0]).__name__ if trouble else "it does not answer"
        raise ConfigurationError(
            f"The system's keyring cannot be asked for {place} ({why}): unlock it, or write "
            'key = "file:/path" (mode 0600).'
        )
    return found[0] or ""
