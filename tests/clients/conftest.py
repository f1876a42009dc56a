"""Own the fixtures of these tests; the loopback server is shared with the neighbouring folder."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

# Test modules are imported by path, each alone; what they share is loaded here, once.
if "loopback_server" not in sys.modules:
    spec = importlib.util.spec_from_file_location(
        "loopback_server", Path(__file__).parents[1] / "loopback_server.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["loopback_server"] = module
    spec.loader.exec_module(module)
