"""Own the comparison of our kernel-doc rules with the kernel's script, on the kernel's own code."""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from glossator_indexer.languages import language_for_path
from glossator_indexer.styles import RenderOptions, kernel_doc, wording
from glossator_indexer.types import DocFields, Severity, Symbol, SymbolKind

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(300)]

SEED = 6_1
FILES = 60
FOLDERS = ("mm", "lib", "kernel", "fs", "net/core", "include/linux", "drivers/base", "sound/core")

# What the script says, as the rule of ours that means the same. Its words on comments beside the
# members of a struct are not in here: they are about other comments.
RULES = (
    (r"Function parameter or member '([^']*)' not described", "missing-parameter"),
    (r"Enum value '([^']*)' not described", "missing-parameter"),
    (r"Excess function parameter '([^']*)'", "stale-parameter"),
    (r"Excess enum value '([^']*)'", "stale-parameter"),
    (r"No description found for return()", "missing-return"),
    (r"duplicate section()", "duplicate-section"),
    (r"contents before()", "text-before-names"),
    (r"missing initial short()", "missing-summary"),
    (r"suspicious ending()", "run-on-ending"),
    (r"bad line()", "bad-line"),
    (r"Variable macro()", "dotted-variadic"),
    (r"(?:This comment starts|Cannot understand|wrong kernel-doc id)()", "bad-name-line"),
    (r"(?:expecting prototype|cannot understand function|Cannot parse)()", "wrong-name"),
)
# Beyond these the script stops looking, or looks at something else.
FATAL = ("bad-name-line", "wrong-name")
OURS_ALONE = frozenset(
    {"duplicate-parameter", "parameter-order", "unknown-reference", "stale-return"}
    | {"empty-description", "empty-section", "comment-delimiter"}
)
WITHOUT_EXCESS = {SymbolKind.STRUCT, SymbolKind.UNION, SymbolKind.TYPEDEF}

SymbolsOf = Callable[[str], tuple[Symbol, ...]]
Complaints = frozenset[tuple[str, str]]


def cleaned_for(fields: DocFields, symbol: Symbol) -> DocFields:
    """Clean words as a kernel-doc comment of the symbol wants them."""
    return wording.clean_fields(fields, symbol, kernel_doc.wanted(symbol))


def missing_for(fields: DocFields, symbol: Symbol) -> tuple[str, ...]:
    """Name what a kernel-doc comment of the symbol still wants."""
    return wording.missing_parts(fields, kernel_doc.wanted(symbol))


@dataclass(frozen=True)
class Documented:
    """A documented symbol, and the lines from its comment to the next."""

    symbol: Symbol
    comment: str
    first_line: int
    end_line: int


def sampled_files(tree: Path, suffix: str) -> list[Path]:
    files = sorted(it for folder in FOLDERS for it in (tree / folder).rglob(f"*{suffix}"))
    random.Random(SEED).shuffle(files)
    return files


def documented_symbols(text: str, symbols_of: SymbolsOf) -> Iterator[Documented]:
    starts = [found.start() for found in re.finditer(r"^/\*\*\s*$", text, re.MULTILINE)]
    lines = [text.count("\n", 0, start) + 1 for start in starts] + [10**9]
    for symbol in symbols_of(text):
        comment = symbol.comment
        if comment and comment.span.start in starts and kernel_doc.parse(comment.text) is not None:
            at = starts.index(comment.span.start)
            yield Documented(symbol, comment.text, lines[at], lines[at + 1])


def settled(complaints: set[tuple[str, str]]) -> Complaints:
    for rule in FATAL:
        if any(it[0] == rule for it in complaints):
            return frozenset({(rule, "")})
    return frozenset(complaints)


def our_complaints(it: Documented) -> Complaints:
    found = set()
    for finding in kernel_doc.check(it.comment, it.symbol):
        if finding.rule == "unlabelled-return":
            # The script finds no value described where no section does it, we find a sentence.
            found.add(("missing-return", ""))
        if finding.severity is Severity.ADVICE or finding.rule in OURS_ALONE:
            continue
        if finding.rule == "stale-parameter" and it.symbol.kind in WITHOUT_EXCESS:
            continue
        rule = "wrong-name" if finding.rule == "wrong-kind" else finding.rule
        named = finding.name if rule.endswith("-parameter") else ""
        found.add((rule, named or ""))
    return settled(found)


def script_complaints(it: Documented, warnings: list[tuple[int, str]]) -> Complaints:
    found = set()
    for line, message in warnings:
        if it.first_line < line < it.end_line:
            for pattern, rule in RULES:
                if match := re.match(pattern, message):
                    found.add((rule, match[1]))
    return settled(found)


def test_our_findings_agree_with_the_script_on_the_kernels_comments(
    kernel_tree: Path,
    kernel_doc_script: Callable[[Path], list[tuple[int, str]]],
    symbols_of: SymbolsOf,
) -> None:
    compared, disagreements = 0, []
    files = sampled_files(kernel_tree, ".c")[: FILES * 3] + sampled_files(kernel_tree, ".h")[:FILES]
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        documented = list(documented_symbols(text, symbols_of))
        warnings = kernel_doc_script(file) if documented else []
        for it in documented:
            compared += 1
            ours, theirs = our_complaints(it), script_complaints(it, warnings)
            if ours != theirs:
                place = f"{file.relative_to(kernel_tree)}:{it.first_line} {it.symbol.name}"
                disagreements.append(
                    f"{place}: ours {set(ours - theirs)}, script {set(theirs - ours)}"
                )
    report = "\n".join(disagreements)
    assert compared > 300, compared
    assert len(disagreements) <= compared * 0.01, f"{len(disagreements)} of {compared}:\n{report}"


HOSTILE = (
    "*/ int evil; /*", "/**", "\nReturn: x", "\n@buf: x", " * note: x", "*note: x", "\\\n", "??/\n",
    "&#42;/", "\u202e", "\x00", "\n\n", "```c\nf(); /* x */\n```", "- @x: y\n", "* Return: z\n",
    "TODO", "the list is freed ", "takes the lock of every entry ", "zero on success ", "é漢字 ",
    "DOC: x", "\nDescription:", "\nExample:\n", "\nContext : x", "<br>", "@return: x", "a\\",
)  # fmt: skip
PLAIN = "What it says."


def hostile_text(chance: random.Random) -> str:
    return "".join(chance.choice(HOSTILE) for _ in range(chance.choice([0, 2, 6, 15])))


def hostile_fields(symbol: Symbol, chance: random.Random) -> DocFields:
    """Return cleaned hostile words; what cleaning took away is filled in, to lay all out."""
    names = tuple((it.name, hostile_text(chance)) for it in symbol.parameters)
    raw = DocFields(hostile_text(chance), names, hostile_text(chance), hostile_text(chance))
    return completed(cleaned_for(raw, symbol), symbol)


def completed(fields: DocFields, symbol: Symbol) -> DocFields:
    missing = missing_for(fields, symbol)
    return DocFields(
        fields.summary or PLAIN,
        tuple((name, text or PLAIN) for name, text in fields.parameters),
        PLAIN if "Return" in missing else fields.returns,
        fields.details,
    )


def functions_of(tree: Path, symbols_of: SymbolsOf) -> Iterator[tuple[Symbol, str]]:
    for file in sampled_files(tree, ".c")[:FILES]:
        text = file.read_text(encoding="utf-8", errors="replace")
        for symbol in symbols_of(text):
            if symbol.kind is SymbolKind.FUNCTION and symbol.indent == "":
                signature = text[symbol.insertion : symbol.signature.end]
                if "#" not in signature and "/*" not in signature:
                    yield symbol, signature


def test_hostile_words_above_real_functions_add_no_warning_and_no_token(
    kernel_tree: Path,
    kernel_doc_script: Callable[[Path], list[tuple[int, str]]],
    symbols_of: SymbolsOf,
    tmp_path: Path,
) -> None:
    chance = random.Random(SEED)
    plain, hostile, bare = [], [], []
    for symbol, signature in functions_of(kernel_tree, symbols_of):
        body = f"{signature}\n{{\n}}\n\n"
        options = RenderOptions(chance.choice([50, 80]), chance.choice([None, 2]))
        dull = completed(cleaned_for(DocFields(PLAIN), symbol), symbol)
        plain.append(kernel_doc.render(dull, symbol, options) + "\n" + body)
        words = hostile_fields(symbol, chance)
        hostile.append(kernel_doc.render(words, symbol, options) + "\n" + body)
        bare.append(body)
    assert len(bare) > 500
    counted = {}
    for name, pieces in (("plain.c", plain), ("hostile.c", hostile)):
        file = tmp_path / name
        file.write_text("".join(pieces), encoding="utf-8")
        # The script misreads some declarations; that is the same whatever stands above them.
        counted[name] = warned_pieces(pieces, kernel_doc_script(file))
    assert counted["hostile.c"] == counted["plain.c"]
    c = language_for_path(Path("some.c"))
    assert c is not None
    assert c.code_tokens("".join(hostile)) == c.code_tokens("".join(bare))


def warned_pieces(pieces: list[str], warnings: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return the number of the piece and the words of each warning."""
    starts = [1]
    for piece in pieces:
        starts.append(starts[-1] + piece.count("\n"))
    return [(bisect_right(starts, line) - 1, message) for line, message in warnings]
