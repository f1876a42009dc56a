"""Own the fixtures of these tests, and the servers that they share."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from glossator_clients.openai_client import model

HERE = Path(__file__).parent
# Test modules are imported by path, each alone; what they share is loaded here, once.
SHARED = {
    "loopback_server": HERE.parent / "loopback_server.py",
    "fake_servers": HERE / "fake_servers.py",
}
for name, path in SHARED.items():
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)


@pytest.fixture(autouse=True)
def _nothing_is_known_of_servers() -> None:
    """Forget what was learnt of a server that another test had at the same port."""
    model._servers.clear()
    model._learnt.clear()
