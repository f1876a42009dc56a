"""Functions of real code as the index finds them and as another parser of each language does.

Samples only; `benchmarks/extents_languages.py` compares more.
"""

from __future__ import annotations

import pytest

from benchmarks.extents_languages import compared, sample, summary
from benchmarks.language_oracles import Oracle, oracles
from tests.conftest import missing_part

FILES = 40
LEAST_PERCENT = 99.5
# Which macros a build defines decides what C++ is; the rest of it is compared in the benchmark.
LEAST_OF_CPP = 97.0


@pytest.mark.parametrize("oracle", oracles(), ids=lambda it: it.language)
def test_functions_have_the_extents_that_another_parser_sees(oracle: Oracle) -> None:
    if not oracle.is_here():
        missing_part("oracles", f"no {oracle.tool}: run benchmarks/oracles/fetch.sh")
    files = 12 if oracle.language == "cpp" else FILES
    found = list(compared(oracle, sample(oracle.files(), files)))
    figures = summary(found)[oracle.language]
    assert isinstance(figures, dict)
    least = LEAST_OF_CPP if oracle.language == "cpp" else LEAST_PERCENT
    assert figures["exact_percent"] >= least, [it for it in found if it["row"] == "differs"][:10]
