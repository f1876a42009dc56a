"""Whether the comments of each style are what its own tool accepts, and stay as people wrote them.

For each style, on code that nobody here wrote: words of a garbage-writing model become comments
that the style's tool judges, above stubs with the names of real symbols, while the code of the
real files is compared token by token; real comments are read and written again; and real
functions are changed in ten ways under their comments, which has to be found and mended.
kernel-doc is judged by `garbage`.
"""

from __future__ import annotations

import random
import re
import sysconfig
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import hostile_text
from benchmarks.doc_tools.judges import IN_PLACE, JUDGES, judged
from benchmarks.doc_tools.stubs import Commented
from benchmarks.kernel_tree import kernel_tree
from benchmarks.language_oracles import PARTS
from glossator_indexer.code_tokens import code_tokens
from glossator_indexer.languages import language_of_file
from glossator_indexer.parsing import ParsedSource, parse
from glossator_indexer.styles import STYLES, Habits, RenderOptions, Style, styles_of
from glossator_indexer.styles.drift import drifted
from glossator_indexer.styles.frames import spread
from glossator_indexer.styles.parsed import Part
from glossator_indexer.styles.updating import planned_update, updated
from glossator_indexer.styles.voice import third_person, voiced
from glossator_indexer.styles.wording import clean_fields, missing_parts
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import NOTHING, DocFields, Parameter, Symbol, SymbolKind

SEED = 11
SYMBOLS = {"doxygen": 2000}
USUAL_SYMBOLS = 600
# With fewer, a percentage says nothing.
FEWEST_FUNCTIONS = 50
COMMENTS = 2500
OPTIONS = RenderOptions(80)
_DOCSTRINGS = frozenset({"google", "numpy", "rest"})
_CALLED = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD})
_LARGEST = 300_000
_SITE = Path(sysconfig.get_path("purelib"))
_STANDARD = Path(sysconfig.get_path("stdlib"))


@dataclass(frozen=True, slots=True)
class _Corpus:
    """Where code is from: folders, and the suffixes of its files."""

    folders: tuple[Path, ...]
    suffixes: frozenset[str]


def _corpora() -> dict[str, _Corpus]:
    node = (PARTS / "node_modules",)
    root = PARTS / "root"
    return {
        "kernel-doc": _Corpus(
            (kernel_tree() / "mm", kernel_tree() / "lib", kernel_tree() / "kernel"),
            frozenset({".c"}),
        ),
        "doxygen": _Corpus((root / "usr/include",), frozenset({".hpp", ".hh", ".h"})),
        "google": _Corpus((_SITE,), frozenset({".py"})),
        "numpy": _Corpus((_SITE / "numpy",), frozenset({".py"})),
        "rest": _Corpus((_SITE, _STANDARD), frozenset({".py"})),
        "jsdoc": _Corpus(node, frozenset({".js", ".mjs"})),
        "tsdoc": _Corpus(node, frozenset({".ts"})),
        "godoc": _Corpus((root / "usr/share/go-1.19/src",), frozenset({".go"})),
        "rustdoc": _Corpus((root / "usr/src",), frozenset({".rs"})),
        "javadoc": _Corpus((PARTS / "java_source",), frozenset({".java"})),
    }


def rows() -> Iterator[dict[str, object]]:
    """Yield a row a style, and a row a complaint."""
    for name, corpus in _corpora().items():
        style = STYLES[name]
        files = list(_files(corpus))
        if not files:
            yield {"style": name, "part": "left out", "why": "its corpus is not fetched"}
            continue
        if name in JUDGES:
            yield from _validity(style, files)
        yield from _round_trip(style, files)
        yield from _drift(style, files)


def summary(found: Sequence[dict[str, object]]) -> dict[str, object]:
    """Return each style's figures by part."""
    told: dict[str, object] = {}
    for row in found:
        if row["part"] in ("validity", "round trip", "drift", "left out"):
            kept = {key: it for key, it in row.items() if key not in ("style", "part")}
            told[f"{row['style']}: {row['part']}"] = kept
    return told


def _files(corpus: _Corpus) -> Iterator[tuple[Path, ParsedSource]]:
    paths = sorted(
        path
        for folder in corpus.folders
        for path in folder.rglob("*")
        if path.suffix in corpus.suffixes and path.is_file() and path.stat().st_size < _LARGEST
    )
    random.Random(SEED).shuffle(paths)
    for path in paths[:3000]:
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        language = language_of_file(path, text)
        if language is not None and "\r" not in text:
            yield path, parse(text, language)


def _validity(
    style: Style, files: Sequence[tuple[Path, ParsedSource]]
) -> Iterator[dict[str, object]]:
    rng = random.Random(SEED)
    commented: list[Commented] = []
    texts: list[tuple[str, str]] = []
    changed = 0
    for _, source in files:
        if len(commented) >= SYMBOLS.get(style.id, USUAL_SYMBOLS) or style not in styles_of(
            source.language.id
        ):
            continue
        chosen = [it for it in all_symbols(source) if _can_be_stubbed(it, style)][:20]
        comments = [(it, _garbage_comment(style, it, rng)) for it in chosen]
        commented += [
            Commented(_bare(it), _garbage_comment(style, _bare(it), rng)) for it in chosen
        ]
        text = source.text
        for symbol, comment in reversed(comments):
            if symbol.comment is None and not symbol.shares_line:
                text = text[: symbol.insertion] + comment + "\n" + text[symbol.insertion :]
        is_same = code_tokens(parse(text, source.language)) == code_tokens(source)
        changed += not is_same
        if is_same:
            # Other ones are refused, never written.
            texts.append((source.text, text))
    complaints, missing = judged(JUDGES[style.id], commented)
    if style.id in IN_PLACE:
        more, lacking = judged(IN_PLACE[style.id], texts)
        complaints |= more
        missing |= lacking
    count = sum(map(len, complaints.values()))
    accepted = round(100 * (1 - min(1, count / max(1, len(commented)))), 2)
    yield {
        "style": style.id,
        "part": "validity",
        "symbols": len(commented),
        "complaints": {tool: len(told) for tool, told in complaints.items()},
        "not_judged_by": missing,
        # Where no tool judged, nothing was accepted either.
        "accepted_percent": accepted if complaints else None,
        "files_with_other_code": changed,
    }
    for tool, told in complaints.items():
        for complaint in told[:20]:
            yield {"style": style.id, "part": "complaint", "tool": tool, "words": complaint[:300]}


def _can_be_stubbed(symbol: Symbol, style: Style) -> bool:
    names = [it.name for it in symbol.parameters]
    is_plain = all(re.fullmatch(r"\*{0,2}\w+|<\w+>|\.\.\.\w*|", it, re.ASCII) for it in names)
    return (
        symbol.kind in _CALLED
        and bool(re.fullmatch(r"\w+", symbol.name, re.ASCII))
        and is_plain
        and len(set(names)) == len(names)
        and not symbol.is_property
        and (style.id != "doxygen" or "" not in names)
        and (style.id != "jsdoc" or not any(it.type for it in symbol.parameters))
        and all(re.fullmatch(r"[\w.]+", it, re.ASCII) for it in symbol.raises)
    )


def _bare(symbol: Symbol) -> Symbol:
    return replace(symbol, indent="", comment=None)


def _garbage_comment(style: Style, symbol: Symbol, rng: random.Random) -> str:
    wanted = style.wanted(symbol)
    raw = DocFields(
        _garbage(rng, _conjugated(rng)),
        tuple((it.path, _garbage(rng)) for it in wanted.names),
        _garbage(rng),
        _garbage(rng),
        tuple((it, _garbage(rng)) for it in wanted.raises),
    )
    words = clean_fields(raw, symbol, wanted)
    if style.id in _DOCSTRINGS:
        # As nobody has a habit here.
        words = voiced(words, Habits(third_person=False))
    # What no answer gives is asked for again; a plain sentence stands for the second answer.
    missing = missing_parts(words, wanted)
    parameters = dict(words.parameters)
    for it in wanted.names:
        if f"@{it.path}" in missing:
            parameters[it.path] = f"{hostile_text.sentence(rng)}."
    words = replace(
        words,
        raises=tuple(
            (it, dict(words.raises).get(it) or f"{hostile_text.sentence(rng)}.")
            for it in wanted.raises
        ),
        summary=words.summary or f"{hostile_text.sentence(rng)}.",
        parameters=tuple(parameters.items()),
        returns=words.returns
        or (f"{hostile_text.sentence(rng)}." if "Return" in missing else None),
    )
    return style.render(words, symbol, OPTIONS)


_SPOILERS = (
    hostile_text.delimiters,
    hostile_text.sections,
    hostile_text.splices,
    hostile_text.control_characters,
    hostile_text.surrogates,
    hostile_text.markup,
    hostile_text.fenced,
    hostile_text.chatter,
    hostile_text.mixture,
)


def _conjugated(rng: random.Random) -> str:
    """Return a sentence that opens as half of all summaries do: "Finds", not "Find"."""
    verb, _, rest = hostile_text.sentence(rng).partition(" ")
    told = third_person(verb.lower())
    return f"{verb if told is None or rng.random() < 0.5 else told.capitalize()} {rest}"


def _garbage(rng: random.Random, words: str = "") -> str:
    text = words or hostile_text.sentence(rng)
    choice = rng.random()
    if choice < 0.2:
        return f"{text}."
    if choice < 0.9:
        return rng.choice(_SPOILERS)(text, rng)
    return rng.choice((hostile_text.noise, hostile_text.placeholder, hostile_text.instruction))(rng)


def _documented(
    style: Style, files: Sequence[tuple[Path, ParsedSource]]
) -> Iterator[tuple[Path, Symbol, str]]:
    count = 0
    for path, source in files:
        if style not in styles_of(source.language.id):
            continue
        for symbol in all_symbols(source):
            comment = symbol.comment
            if comment is None or count >= COMMENTS:
                continue
            parsed = style.parse(comment.text)
            if parsed is not None and (parsed.fields.parameters or parsed.fields.summary):
                count += 1
                yield path, symbol, comment.text


def _round_trip(
    style: Style, files: Sequence[tuple[Path, ParsedSource]]
) -> Iterator[dict[str, object]]:
    counted = Counter[str]()
    for _, symbol, comment in _documented(style, files):
        counted["comments"] += 1
        if drifted(style.check(comment, symbol)):
            counted["drifted"] += 1
            continue
        parsed = style.parse(comment)
        assert parsed is not None
        counted["unchanged"] += (
            _brought_up_to_date(style, symbol, comment, DocFields("")) == comment
        )
        # Wide, so that no line is broken where a person did not.
        again = style.parse(style.render(parsed.fields, symbol, RenderOptions(10_000)).lstrip())
        counted["same words"] += again is not None and _words(again.fields) == _words(parsed.fields)
    valid = counted["comments"] - counted["drifted"]
    yield {
        "style": style.id,
        "part": "round trip",
        "comments": counted["comments"],
        "drifted_percent": _percent(counted["drifted"], counted["comments"]),
        "update_changes_nothing_percent": _percent(counted["unchanged"], valid),
        "same_words_percent": _percent(counted["same words"], valid),
    }


def _words(fields: DocFields) -> tuple[object, ...]:
    """Return what is said, whatever the order of type parameters and however lines are broken."""

    def flat(text: str | None) -> str:
        return " ".join((text or "").split())

    return (
        flat(fields.summary),
        sorted((name, flat(text)) for name, text in fields.parameters if text.strip()),
        flat(fields.returns),
        flat(fields.details),
        [(name, flat(text)) for name, text in fields.raises],
        [(name, flat(text)) for name, text in fields.sections],
    )


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


Mutation = Callable[[Symbol, list[Parameter]], tuple[Symbol, set[str]] | None]


def _with(symbol: Symbol, parameters: Sequence[Parameter]) -> Symbol:
    return replace(symbol, parameters=tuple(parameters))


def _renamed(symbol: Symbol, names: list[Parameter]) -> tuple[Symbol, set[str]]:
    new = replace(names[0], name=f"{names[0].name}_new")
    return _with(symbol, [new, *names[1:]]), {"stale-parameter", "missing-parameter"}


def _replaced(symbol: Symbol, names: list[Parameter]) -> tuple[Symbol, set[str]]:
    new = replace(names[-1], name="zq")
    return _with(symbol, [*names[:-1], new]), {"stale-parameter", "missing-parameter"}


def _added_last(symbol: Symbol, names: list[Parameter]) -> tuple[Symbol, set[str]]:
    return _with(symbol, [*names, replace(names[-1], name="zq")]), {"missing-parameter"}


def _added_first(symbol: Symbol, names: list[Parameter]) -> tuple[Symbol, set[str]]:
    return _with(symbol, [replace(names[0], name="zq"), *names]), {"missing-parameter"}


def _dropped_first(symbol: Symbol, names: list[Parameter]) -> tuple[Symbol, set[str]] | None:
    return None if len(names) < 2 else (_with(symbol, names[1:]), {"stale-parameter"})


def _dropped_last(symbol: Symbol, names: list[Parameter]) -> tuple[Symbol, set[str]]:
    return _with(symbol, names[:-1]), {"stale-parameter"}


def _swapped(symbol: Symbol, names: list[Parameter]) -> tuple[Symbol, set[str]] | None:
    if len(names) < 2:
        return None
    return _with(symbol, [names[1], names[0], *names[2:]]), {"parameter-order"}


def _reversed(symbol: Symbol, names: list[Parameter]) -> tuple[Symbol, set[str]] | None:
    return None if len(names) < 3 else (_with(symbol, names[::-1]), {"parameter-order"})


def _all_gone(symbol: Symbol, names: list[Parameter]) -> tuple[Symbol, set[str]]:
    del names
    return _with(symbol, ()), {"stale-parameter"}


def _void(symbol: Symbol, names: list[Parameter]) -> tuple[Symbol, set[str]] | None:
    del names
    is_void = symbol.return_type in (None, NOTHING)
    after = replace(symbol, return_type=NOTHING, is_generator=False)
    return None if is_void else (after, {"stale-return"})


MUTATIONS: dict[str, Mutation] = {
    "renamed": _renamed,
    "replaced": _replaced,
    "added last": _added_last,
    "added first": _added_first,
    "dropped first": _dropped_first,
    "dropped last": _dropped_last,
    "swapped": _swapped,
    "reversed": _reversed,
    "all gone": _all_gone,
    "returns nothing": _void,
}


def _drift(style: Style, files: Sequence[tuple[Path, ParsedSource]]) -> Iterator[dict[str, object]]:
    counted = Counter[str]()
    rng = random.Random(SEED)
    for _, symbol, comment in _documented(style, files):
        parsed = style.parse(comment)
        told = dict(parsed.fields.parameters) if parsed is not None else {}
        names = [replace(it, described_inside=False) for it in symbol.parameters if it.name]
        spelled = {it.path for it in style.wanted(symbol).names}
        is_whole = bool(told) and told.keys() == spelled and symbol.kind in _CALLED
        if "{@inheritDoc" in comment:
            # It is complete by what it inherits, whatever it leaves out.
            continue
        if not is_whole or any(it.name.startswith(("<", "*", ".")) for it in names):
            continue
        if parsed is None or drifted(style.check(comment, symbol)):
            continue
        name = rng.choice(list(MUTATIONS))
        mutated = MUTATIONS[name](symbol, names)
        if mutated is None or (name == "returns nothing" and not parsed.fields.returns):
            continue
        after, expected = mutated
        rules = {it.rule for it in drifted(style.check(comment, after))}
        counted["functions"] += 1
        counted["found"] += expected <= rules
        counted["findings"] += len(rules)
        counted["right findings"] += len(rules & expected)
        words = DocFields("", tuple((it.path, "What is new.") for it in style.wanted(after).names))
        result = _brought_up_to_date(style, after, comment, words)
        counted["mended"] += not drifted(style.check(result, after))
        counted["kept"] += _kept_lines(style, after, comment, result)
    if counted["functions"] < FEWEST_FUNCTIONS:
        # Go describes no parameter by itself, Rust rarely does.
        return
    yield {
        "style": style.id,
        "part": "drift",
        "functions": counted["functions"],
        "recall_percent": _percent(counted["found"], counted["functions"]),
        "precision_percent": _percent(counted["right findings"], counted["findings"]),
        "mended_percent": _percent(counted["mended"], counted["functions"]),
        "other_lines_kept_percent": _percent(counted["kept"], counted["functions"]),
    }


def _kept_lines(style: Style, symbol: Symbol, before: str, after: str) -> bool:
    """Say whether no line is gone but those of what the code has lost or renamed."""
    parsed = style.parse(before)
    if parsed is not None and not parsed.entries:
        before = spread(before, symbol.indent)
        parsed = style.parse(before)
    assert parsed is not None
    findings = style.check(before, symbol)
    names = {it.name for it in findings if it.rule == "stale-parameter"}
    is_value_gone = any(it.rule == "stale-return" for it in findings)
    dropped = {
        line
        for it in parsed.entries
        # The type of what is gone goes with it.
        for part, label in [it.goes_with or (it.part, it.label)]
        if part is Part.HEADING
        or (part is Part.PARAMETER and label in names)
        or (part is Part.RETURNS and is_value_gone)
        for line in range(it.first, it.end)
    }
    lines = [it for at, it in enumerate(before.split("\n")) if at not in dropped]
    gone = Counter(lines) - Counter(after.split("\n"))
    # A delimiter may have got a line of its own.
    return all(not re.search(r"\w", it) or it.strip(" */") in after for it in gone)


def _brought_up_to_date(style: Style, symbol: Symbol, comment: str, words: DocFields) -> str:
    parsed = style.parse(comment)
    assert parsed is not None
    findings = style.check(comment, symbol)
    update = planned_update(parsed, words, style.wanted(symbol), findings)
    return updated(
        comment,
        update,
        style.parse,
        lambda fields: style.render(fields, symbol, OPTIONS).removeprefix(symbol.indent),
        symbol.indent,
    )
