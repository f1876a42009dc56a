"""The store that the reference shows in full keeps every promise of a store of vectors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.indexer.stores.vector_store_conformance import VectorStoreConformance

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "vector-stores.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def _example() -> dict[str, Any]:
    """Return what the page's Python blocks define, one after the other."""
    names: dict[str, Any] = {"__name__": __name__}
    for block in re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    ):
        exec(compile(block, str(PAGE), "exec"), names)  # noqa: S102 -- our own page
    return names


TestPlainVectors: type[VectorStoreConformance] = _example()["TestPlainVectors"]
