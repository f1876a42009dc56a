"""Own the folders of a user who has never been here, for what a benchmark starts.

It must not start anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_VARIABLES = {
    "XDG_CONFIG_HOME": "config",
    "XDG_CACHE_HOME": "cache",
    "XDG_DATA_HOME": "data",
    "XDG_STATE_HOME": "state",
    "XDG_RUNTIME_DIR": "runtime",
}
# An index that somebody brought about ends soon after them.
_IDLE = "GLOSSATOR_INDEX_IDLE_SECONDS"


@contextmanager
def own_home(home: Path) -> Iterator[None]:
    """Have everything that is started meanwhile keep its files under `home`."""
    before = {it: os.environ.get(it) for it in (*_VARIABLES, _IDLE)}
    for variable, folder in _VARIABLES.items():
        (home / folder).mkdir(parents=True, mode=0o700)
        os.environ[variable] = str(home / folder)
    os.environ[_IDLE] = "5"
    try:
        yield
    finally:
        for variable, value in before.items():
            if value is None:
                os.environ.pop(variable, None)
            else:
                os.environ[variable] = value
