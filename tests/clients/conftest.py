"""Own the fixtures of these tests; the servers are shared with the neighbouring folders."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

# Test modules are imported by path, each alone; what they share is loaded here, once.
for name in ("loopback_server", "fake_ollama", "fake_searxng", "tiny_gguf"):
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            name, Path(__file__).parents[1] / f"{name}.py"
        )
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
