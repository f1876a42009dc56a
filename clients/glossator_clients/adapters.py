"""Own the adapters of this machine: where they lie, what is known of each, which one is used.

It must not train, prove or run one; whoever reads a record here has checked nothing of the file.
"""

from __future__ import annotations

import re
from pathlib import Path

import platformdirs

from glossator_gate.errors import ConfigurationError

RECORD_FILE = "adapter.json"
# What the engine can load, the smaller one last.
FORMS = ("f16", "q8_0")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def adapters_folder() -> Path:
    """Return the folder of the user's own adapters, one folder each."""
    return Path(platformdirs.user_data_dir("glossator", appauthor=False)) / "adapters"


def file_of_form(form: str) -> str:
    """Return the name of the file that holds a form of an adapter."""
    return f"adapter-{form}.gguf"


def check_name(name: str) -> None:
    """Raise `ConfigurationError` for what cannot be the name of an adapter."""
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name!r} cannot be the name of an adapter; use small letters, digits, dots, dashes."
        )
