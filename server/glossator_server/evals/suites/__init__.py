"""The suites, one module each, imported when one is run.

Each module has `create() -> Suite`; none knows another.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from glossator_server.evals.types import Suite

SUITES: Mapping[str, str] = MappingProxyType(
    {
        "document": "doc comments, beside those that people wrote",
    }
)


def open_suite(name: str) -> Suite:
    """Return the suite of that name, which is one of `SUITES`."""
    suite: Suite = import_module(f"{__name__}.{name}").create()
    return suite
