"""Own the golden cases of every style: words that become comments, judged ones, outdated ones.

`docs/how-to/add-a-style.md` says what a case looks like.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from glossator_indexer.code_tokens import code_tokens
from glossator_indexer.languages import language_called
from glossator_indexer.parsing import ParsedSource, parse
from glossator_indexer.styles import STYLES, Habits, RenderOptions, Style
from glossator_indexer.styles.drift import drifted
from glossator_indexer.styles.updating import planned_update, updated
from glossator_indexer.styles.wanted import requiring
from glossator_indexer.styles.wording import clean_fields
from glossator_indexer.symbols import all_symbols, symbol_at
from glossator_indexer.types import DocFields, Severity, Symbol
from tests.conftest import Golden

CASES = Path(__file__).parents[2] / "cases"
CURSOR = "<|>"
_PART = re.compile(r"^## (code|language|fields|options|comment|findings)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Case:
    """A golden case, read: code, the symbol that is meant in it, and the words of a model.

    `before` is the file without what comes out.
    """

    style: Style
    source: ParsedSource
    symbol: Symbol
    options: RenderOptions
    said: dict[str, Any]
    before: str

    @property
    def words(self) -> DocFields:
        """Return the words of a model as they may stand in a comment of the symbol."""
        fields = DocFields(
            self.said.get("summary", ""),
            tuple(self.said.get("parameters", {}).items()),
            self.said.get("returns"),
            self.said.get("details"),
            tuple(self.said.get("raises", {}).items()),
        )
        wanted, symbol = self.style.wanted(self.symbol), self.symbol
        if symbol.comment is not None:
            found = self.style.check(symbol.comment.text, symbol)
            wanted = requiring(wanted, {it.name for it in found if it.rule == "missing-parameter"})
        return clean_fields(fields, symbol, wanted)

    def render(self, words: DocFields) -> str:
        """Write a comment of the symbol."""
        return self.style.render(words, self.symbol, self.options)

    def old_comment(self) -> str:
        """Return the comment that stands in the code."""
        assert self.symbol.comment is not None
        return self.symbol.comment.text

    def with_comment(self, comment: str) -> ParsedSource:
        """Return the code with `comment` in the place of the old one, or in its own."""
        text, symbol = self.source.text, self.symbol
        if symbol.comment is not None:
            span = symbol.comment.span
            return parse(text[: span.start] + comment + text[span.end :], self.source.language)
        at = symbol.insertion
        return parse(f"{text[:at]}{comment}\n{text[at:]}", self.source.language)


def cases(group: str) -> list[Path]:
    return sorted(CASES.glob(f"*/{group}/*.txt"))


def style_id(path: Path) -> str:
    return path.parts[-3].replace("_", "-")


def named(path: Path) -> str:
    return f"{style_id(path)}-{path.stem}"


def read(path: Path) -> Case:
    text = path.read_text("utf-8")
    _, *pieces = _PART.split(text)
    parts = dict(zip(pieces[::2], pieces[1::2], strict=True))
    style = STYLES[style_id(path)]
    language = language_called(parts.get("language", style.languages[0]).strip())
    assert language is not None
    above, mark, below = parts["code"].partition(CURSOR)
    source = parse(above + below, language)
    symbol = symbol_at(source, len(above)) if mark else all_symbols(source)[0]
    assert symbol is not None, "no symbol is at the cursor"
    assert mark or len(all_symbols(source)) == 1, "of several symbols, which? Put a cursor there"
    options = json.loads(parts.get("options", "{}"))
    habits = Habits(**options.pop("habits", {}))
    said = json.loads(parts.get("fields", "{}"))
    return Case(
        style,
        source,
        symbol,
        RenderOptions(**options, habits=habits),
        said,
        text.removesuffix(pieces[-1]),
    )


def findings_of(comment: str, case: Case) -> str:
    return "".join(
        f"{it.line} {it.rule} {it.name or '-'}{' (advice)' * (it.severity is Severity.ADVICE)}\n"
        for it in case.style.check(comment, case.symbol)
    )


def brought_up_to_date(case: Case, comment: str, words: DocFields) -> str:
    style, symbol = case.style, case.symbol
    existing = style.parse(comment)
    assert existing is not None, "the comment is none of this style"
    findings = style.check(comment, symbol)
    update = planned_update(existing, words, style.wanted(symbol), findings)

    def render(fields: DocFields) -> str:
        return case.render(fields).removeprefix(symbol.indent)

    return updated(comment, update, style.parse, render, symbol.indent)


def test_every_style_has_cases_of_every_kind() -> None:
    for style in STYLES:
        found = {group: cases(group) for group in ("render", "check", "update")}
        of_style = {group: [it for it in found[group] if style_id(it) == style] for group in found}
        assert all(of_style.values()), style
        assert sum(map(len, of_style.values())) >= 12, style


@pytest.mark.parametrize("path", cases("render"), ids=named)
def test_words_become_the_comment(path: Path, golden: Golden) -> None:
    case = read(path)
    golden(path, case.before, case.render(case.words) + "\n")


@pytest.mark.parametrize("path", cases("render"), ids=named)
def test_a_written_comment_passes_its_own_check_and_reads_back(path: Path) -> None:
    case = read(path)
    comment = case.render(case.words)
    findings = case.style.check(comment.strip(), case.symbol)
    assert [it for it in findings if it.severity is Severity.ERROR] == []
    doc = case.style.parse(comment.strip())
    assert doc is not None
    assert case.render(doc.fields) == comment
    assert code_tokens(case.with_comment(comment)) == code_tokens(case.source)


@pytest.mark.parametrize("path", cases("check"), ids=named)
def test_a_comment_is_judged(path: Path, golden: Golden) -> None:
    case = read(path)
    golden(path, case.before, findings_of(case.old_comment(), case))


@pytest.mark.parametrize("path", cases("update"), ids=named)
def test_an_outdated_comment_is_brought_up_to_date(path: Path, golden: Golden) -> None:
    case = read(path)
    result = brought_up_to_date(case, case.old_comment(), case.words)
    golden(path, case.before, f"{case.symbol.indent}{result}\n")


@pytest.mark.parametrize("path", cases("update"), ids=named)
def test_what_was_brought_up_to_date_fits_and_keeps_what_a_person_wrote(path: Path) -> None:
    case = read(path)
    comment = case.old_comment()
    result = brought_up_to_date(case, comment, case.words)
    assert drifted(case.style.check(result, case.symbol)) == ()
    assert brought_up_to_date(case, result, case.words) == result
    assert code_tokens(case.with_comment(result)) == code_tokens(case.source)
    old, new = case.style.parse(comment), case.style.parse(result)
    assert old is not None
    assert new is not None
    assert (new.fields.details or "").startswith(old.fields.details or "")
    of_others = {it.label for it in old.entries if it.goes_with}
    kept = {it for it in old.fields.sections if it[0] not in of_others}
    assert kept <= set(new.fields.sections)
    assert {text for _, text in new.fields.parameters} >= {
        text for name, text in old.fields.parameters if name in dict(new.fields.parameters)
    }
