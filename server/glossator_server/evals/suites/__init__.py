"""The kinds of task that can be measured, one module each, imported when one is run.

Each module has `create() -> Suite`. A suite runs the product's own path; it must not know another
one, nor how runs are kept, compared or shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from glossator_server.evals.types import Suite

SUITES: Mapping[str, str] = MappingProxyType(
    {
        "document": "doc comments, beside those that people wrote",
        "retrieval": "functions, found by what people say of them",
        "fix": "faults, mended or left as they are",
        "edit": "changes across files, beside what they should be",
        "ask": "questions, answered with the lines that say so",
        "intent": "what a free text asks for",
    }
)


def open_suite(name: str) -> Suite:
    """Return the suite of that name, which is one of `SUITES`, for one run."""
    suite: Suite = import_module(f"{__name__}.{name}").create()
    return suite
