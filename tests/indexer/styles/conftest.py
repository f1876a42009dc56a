"""Own how the tests of comment styles get at symbols and at the kernel's own checker."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path, PurePath

import pytest

from glossator_indexer.languages import language_for_path
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Parameter, Span, Symbol, SymbolKind

NOWHERE = Span(0, 0)


# The line, from 1, and the first line of words of each warning.
KernelDoc = Callable[[Path], list[tuple[int, str]]]


@pytest.fixture(scope="session")
def kernel_doc_script(kernel_tree: Path) -> KernelDoc:
    """Return a function that runs the kernel's checker over a file, in verbose mode."""

    def run(file: Path) -> list[tuple[int, str]]:
        command = [
            "perl",
            str(kernel_tree / "scripts/kernel-doc"),
            "-none",
            "-v",
            "-Werror",
            str(file),
        ]
        outcome = subprocess.run(command, capture_output=True, check=False, timeout=110)
        words = outcome.stderr.decode("utf-8", "replace")
        found = re.findall(
            rf"^{re.escape(str(file))}:(\d+): (?:warning|error): (.*)$", words, re.MULTILINE
        )
        return [(int(number), message) for number, message in found]

    return run


@pytest.fixture(scope="session")
def function() -> Callable[..., Symbol]:
    """Return a maker of functions: `function("f", "a", "b", returns="int")`."""

    def make(name: str, *parameters: str, returns: str = "void") -> Symbol:
        return Symbol(
            name=name,
            kind=SymbolKind.FUNCTION,
            extent=NOWHERE,
            name_span=NOWHERE,
            signature=NOWHERE,
            body=NOWHERE,
            parameters=tuple(Parameter(it, "int") for it in parameters),
            return_type=returns,
            comment=None,
            insertion=0,
            indent="",
        )

    return make


@pytest.fixture(scope="session")
def symbols_of() -> Callable[[str], tuple[Symbol, ...]]:
    """Return a function that finds the symbols of a piece of C."""
    c = language_for_path(PurePath("some.h"))
    assert c is not None
    return lambda code: all_symbols(parse(code, c))
