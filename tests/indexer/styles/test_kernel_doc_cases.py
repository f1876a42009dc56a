"""Own the golden cases of kernel-doc: fields that become comments, and comments that are judged.

Each file under `tests/cases/kernel_doc` has parts under `##` headings; the last is what comes out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from glossator_indexer.styles import RenderOptions, kernel_doc, wording
from glossator_indexer.types import DocFields, Severity, Symbol

CASES = Path(__file__).parents[2] / "cases" / "kernel_doc"

SymbolsOf = Callable[[str], tuple[Symbol, ...]]


def cleaned_for(fields: DocFields, symbol: Symbol) -> DocFields:
    """Clean words as a kernel-doc comment of the symbol wants them."""
    return wording.clean_fields(fields, symbol, kernel_doc.wanted(symbol))


def parts_of(case: Path) -> dict[str, str]:
    parts = case.read_text(encoding="utf-8").split("## ")[1:]
    return {name: text for name, _, text in (part.partition("\n") for part in parts)}


def cases(folder: str) -> list[Path]:
    return sorted((CASES / folder).glob("*.txt"))


def rendered(parts: dict[str, str], symbol: Symbol) -> str:
    raw = json.loads(parts["fields"])
    fields = DocFields(
        raw["summary"], tuple(raw["parameters"].items()), raw.get("returns"), raw.get("details")
    )
    options = RenderOptions(**json.loads(parts["options"]))
    return kernel_doc.render(cleaned_for(fields, symbol), symbol, options)


@pytest.mark.parametrize("case", cases("render"), ids=lambda case: case.stem)
def test_fields_become_the_comment(case: Path, symbols_of: SymbolsOf) -> None:
    parts = parts_of(case)
    (symbol,) = symbols_of(parts["code"])
    assert rendered(parts, symbol) + "\n" == parts["comment"]


@pytest.mark.parametrize("case", cases("render"), ids=lambda case: case.stem)
def test_a_rendered_comment_passes_its_own_check_and_reads_back(
    case: Path, symbols_of: SymbolsOf
) -> None:
    parts = parts_of(case)
    (symbol,) = symbols_of(parts["code"])
    comment = rendered(parts, symbol)
    assert kernel_doc.check(comment, symbol) == ()
    parsed = kernel_doc.parse(comment)
    assert parsed is not None
    again = kernel_doc.render(parsed.fields, symbol, RenderOptions(**json.loads(parts["options"])))
    assert again == comment


@pytest.mark.parametrize("case", cases("check"), ids=lambda case: case.stem)
def test_a_comment_is_judged(case: Path, symbols_of: SymbolsOf) -> None:
    parts = parts_of(case)
    (symbol,) = symbols_of(parts["code"])
    assert symbol.comment is not None
    findings = "".join(
        f"{it.line} {it.rule} {it.name or '-'}{' (advice)' * (it.severity is Severity.ADVICE)}\n"
        for it in kernel_doc.check(symbol.comment.text, symbol)
    )
    assert findings == parts["findings"]
