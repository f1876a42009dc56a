"""Functions of real code as the index finds them and as another parser of each language does.

Samples only; `benchmarks/extents_languages.py` compares more.
"""

from __future__ import annotations

import pytest

from benchmarks.extents_languages import compared, sample, summary
from benchmarks.language_oracles import Oracle, oracles
from tests.conftest import missing_part

FILES = 25
# libclang takes seconds for each file.
FILES_OF_CPP = 4
LEAST_PERCENT = 99.5


@pytest.mark.parametrize("oracle", oracles(), ids=lambda it: it.language)
def test_functions_have_the_extents_that_another_parser_sees(oracle: Oracle) -> None:
    if not oracle.is_here():
        reason = f"no {oracle.tool}: run benchmarks/oracles/fetch.sh"
        missing_part(f"{oracle.language}-oracle", reason)
    files = FILES_OF_CPP if oracle.language == "cpp" else FILES
    found = list(compared(oracle, sample(oracle.files(), files)))
    figures = summary(found)[oracle.language]
    assert isinstance(figures, dict)
    assert figures["functions"] > 10
    assert figures["exact_percent"] >= LEAST_PERCENT, [
        it for it in found if it["row"] == "differs"
    ][:10]
