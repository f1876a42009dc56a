"""Own the doc comments of Go and Rust: paragraphs of prose under line comments, with few sections.

They describe no parameter by itself; it must not know code beyond the symbol.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent, indent

from glossator_indexer.styles.frames import Framed, framed
from glossator_indexer.styles.judging import error
from glossator_indexer.styles.options import RenderOptions
from glossator_indexer.styles.parsed import Entry, ParsedDoc, Part
from glossator_indexer.styles.prose import one_line, within_lines
from glossator_indexer.styles.tagged_layout import framed_lines, text_width
from glossator_indexer.styles.voice import third_person
from glossator_indexer.styles.wanted import DocumentedName, Need, Wanted
from glossator_indexer.styles.wrapping import Measure, chunks, flow, is_literal, wrap
from glossator_indexer.types import DocFields, Finding, Severity, Symbol, SymbolKind

_GO_NAME = re.compile(r"(?:(?:A|An|The)\s+)?(?P<name>[A-Za-z_]\w*)\b")
_HEADING = re.compile(r"#{1,3} +(?P<title>\S.*?)\s*#*$")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_FENCES = re.compile(r"^[ \t]*(?:`{3,}|~{3,}).*\n?", re.MULTILINE)
_ARGUMENT = re.compile(r"\s*[*-]\s+`(?P<name>\w+)`\s*(?:[-–:]+\s*)?")
# As people write an item, and as gofmt sets it in.
_GO_ITEM = re.compile(r" {0,3}(?P<mark>[-*+•]|\(?\d{1,2}[.)])\s+")
_ARGUMENTS = frozenset({"arguments", "parameters"})
# `HTTPClient` is two words.
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_RUST_SECTIONS = frozenset({"errors", "panics", "safety"})
# Brackets would be links, angles tags, and an indented line a test.
_RUST_MARKUP = re.compile(r"(?<!\\)([\[\]<>])")
_RUST_ESCAPED = re.compile(r"\\([\[\]<>`*_#\\])")
_BARE_ADDRESS = re.compile(r"(?<![<(])\bhttps?://[^\s<>]*[^\s<>.,;:!?)]")
_WHOLE = re.compile(r"(`[^`]*`|(?<!\\)<https?://[^\s<>]+>)")
# Code that nobody has run: as text, rustdoc shows it and makes no test of it.
_RUST_CODE = re.compile(r"```text\n(?P<code>.*?)\n```", re.DOTALL)
_TELLS_TRUTH = re.compile(
    r"(?:(?:checks?|tests?|determines?|says?|tells?|returns?) (?:whether|if)|returns? true if)\s",
    re.IGNORECASE,
)
_CALLED = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.PROTOTYPE})


def parse_go(comment: str) -> ParsedDoc | None:
    """Return what `comment` says, or None where it is none that Go's tools show."""
    frame = _go_frame(comment)
    if frame is None:
        return None
    entries, texts = _paragraphs(frame)
    if not entries:
        return None
    # A tab before code is as wide as four blanks.
    fields = _fields(entries, [it.replace("\n\t", "\n    ") for it in texts])
    match = _GO_NAME.match(fields.summary)
    name = match["name"] if match else ""
    if match is not None and entries:
        start = frame.lines[entries[0].first].find(name)
        span = frame.span(entries[0].first, start, start + len(name))
        first = entries[0]
        entries[0] = Entry(first.part, first.label, first.first, first.end, span)
    return ParsedDoc(name, None, fields, tuple(entries) if frame.closes_alone else ())


def wanted_go(symbol: Symbol) -> Wanted:
    """Return what a complete comment describes: all of it is prose."""
    del symbol
    return Wanted()


def check_go(comment: str, symbol: Symbol) -> tuple[Finding, ...]:
    """Return what is wrong with a Go comment (go.dev/doc/comment; staticcheck's ST1020 to ST1022).

    A comment that opens with another name than the symbol's has been overtaken by a renaming, where
    that name looks like one (it has a capital inside, a digit, or an underscore) and a verb
    follows.
    """
    doc = parse_go(comment)
    if doc is None:
        return (error("not-godoc", "this is no comment that Go shows"),)
    if not doc.fields.summary:
        return (error("missing-summary", "the comment does not say what this is"),)
    if doc.name == symbol.name or symbol.kind is SymbolKind.VARIABLE:
        return ()
    message = f"the comment speaks of {doc.name}, the code of {symbol.name}"
    is_other = (
        _looks_like_a_name(doc.name)
        and _is_like(doc.name, symbol.name)
        and re.match(rf"(?:\w+\s+)?{doc.name}\s+[a-z]+s\b", doc.fields.summary) is not None
    )
    severity = Severity.ERROR if is_other else Severity.ADVICE
    return (Finding("wrong-name", message, 0, doc.name, severity),)


def render_go(fields: DocFields, symbol: Symbol, options: RenderOptions) -> str:
    """Write the whole comment, which opens with the symbol's name."""
    width = text_width(symbol, options)
    summary = _opened_by_name(fields.summary, symbol)
    words = within_lines(DocFields(summary, details=_go_details(fields)), width, options.max_lines)
    body = wrap(one_line(words.summary), Measure(width)) if words.summary else []
    if words.details:
        body += ["", *_go_plain(flow(words.details, width))]
    for title, text in fields.sections:
        body += ["", *wrap(f"{title}: {one_line(text)}", Measure(width))]
    return framed_lines(body or [symbol.name], symbol, "//")


def parse_rust(comment: str) -> ParsedDoc | None:
    """Return what `comment` says, or None where it is none that rustdoc shows."""
    if comment.startswith(("////", "/***", "//!", "/*!")):
        return None
    frame = framed(comment)
    if frame is None or frame.opening not in ("///", "/**"):
        return None
    entries, texts = _rust_entries(frame)
    if not entries:
        return None
    plain = [_RUST_ESCAPED.sub(r"\1", _RUST_CODE.sub(_set_in, it)) for it in texts]
    own_lines = frame.closes_alone and (frame.opening == "///" or not frame.lines[0])
    return ParsedDoc("", None, _fields(entries, plain), tuple(entries) if own_lines else ())


def wanted_rust(symbol: Symbol) -> Wanted:
    """Return what a complete comment describes: errors, panics and safety in sections."""
    # Only who has begun a list of arguments goes on with it.
    names = tuple(DocumentedName(it.name, Need.TOLD) for it in symbol.parameters if it.name)
    return Wanted(names, Need.NONE, symbol.raises)


def check_rust(comment: str, symbol: Symbol) -> tuple[Finding, ...]:
    """Return what is wrong with a Rust comment; a list of arguments has to fit the code."""
    doc = parse_rust(comment)
    if doc is None:
        return (error("not-rustdoc", "this is no comment that rustdoc shows"),)
    findings: list[Finding] = []
    if not doc.fields.summary:
        findings.append(error("missing-summary", "the comment does not say what this is"))
    told = [name for name, _ in doc.fields.parameters]
    names = [it.name for it in symbol.parameters if it.name]
    if told and symbol.kind in _CALLED:
        for name in told:
            if name not in names:
                message = f"{name} is described, but {symbol.name} has no such argument"
                findings.append(error("stale-parameter", message, 0, name))
        for name in names:
            if name not in told and not name.startswith("_"):
                message = f"{name} of {symbol.name} is not described"
                findings.append(error("missing-parameter", message, 0, name))
        kept = [it for it in told if it in names]
        if kept != sorted(kept, key=names.index):
            findings.append(error("parameter-order", "the arguments stand in another order"))
    return tuple(findings)


def render_rust(fields: DocFields, symbol: Symbol, options: RenderOptions) -> str:
    """Write the whole comment; arguments only where they were described before."""
    width = text_width(symbol, options)
    words = within_lines(fields, width, options.max_lines)
    body = wrap(_rust_plain(one_line(words.summary)), Measure(width)) if words.summary else []
    if words.details and words.details.strip():
        body += ["", *_rust_details(words.details, width)]
    for title, text in _rust_sections(fields, symbol):
        body += ["", f"# {title}", "", *_unindented(flow(text, width))]
    return framed_lines(body or ["-"], symbol, "///")


def _rust_sections(fields: DocFields, symbol: Symbol) -> Iterator[tuple[str, str]]:
    names = [it.name for it in symbol.parameters]
    described = [it for it in fields.parameters if it[0] in names]
    if described:
        yield "Arguments", "\n".join(f"* `{n}` - {_rust_plain(one_line(t))}" for n, t in described)
    for title, text in fields.raises:
        yield title, _rust_plain(text)
    for title, text in fields.sections:
        yield title, text


def _go_frame(comment: str) -> Framed | None:
    frame = framed(comment)
    return frame if frame is not None and frame.opening in ("//", "/*") else None


def _fields(entries: list[Entry], texts: list[str]) -> DocFields:
    said = list(zip(entries, texts, strict=True))
    return DocFields(
        summary=one_line(next((text for it, text in said if it.part is Part.SUMMARY), "")),
        parameters=tuple((it.label, text) for it, text in said if it.part is Part.PARAMETER),
        details="\n\n".join(text for it, text in said if it.part is Part.DETAILS) or None,
        raises=tuple((it.label, text) for it, text in said if it.part is Part.RAISES),
        sections=tuple((it.label, text) for it, text in said if it.part is Part.SECTION),
    )


def _paragraphs(frame: Framed) -> tuple[list[Entry], list[str]]:
    """Return the first paragraph as the summary and the rest as details."""
    lines = frame.lines
    filled = [at for at, it in enumerate(lines) if it.strip()]
    if not filled:
        return [], []
    first, last = filled[0], filled[-1] + 1
    stop = next((at for at in range(first, last) if not lines[at].strip()), last)
    entries = [Entry(Part.SUMMARY, "", first, stop)]
    texts = ["\n".join(lines[first:stop])]
    details = next((at for at in range(stop, last) if lines[at].strip()), None)
    if details is not None:
        entries.append(Entry(Part.DETAILS, "", details, last))
        texts.append("\n".join(lines[details:last]))
    return entries, texts


def _rust_entries(frame: Framed) -> tuple[list[Entry], list[str]]:
    """Return the prose before the first heading, then a section for each heading."""
    lines = frame.lines
    heads = list(_headings(lines))
    before = Framed(
        frame.opening,
        tuple("" if heads and at >= heads[0][0] else it for at, it in enumerate(lines)),
        frame.columns,
        frame.closes_alone,
        frame.lengths,
    )
    entries, texts = _paragraphs(before)
    for place, (line, title) in enumerate(heads):
        end = heads[place + 1][0] if place + 1 < len(heads) else len(lines)
        while end > line + 1 and not lines[end - 1].strip():
            end -= 1
        if title.lower() in _ARGUMENTS and _add_arguments(frame, line, end, entries, texts):
            continue
        part = Part.RAISES if title.lower() in _RUST_SECTIONS else Part.SECTION
        entries.append(Entry(part, title, line, end))
        texts.append("\n".join(lines[line + 1 : end]).strip("\n"))
    return entries, texts


def _headings(lines: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    in_code = False
    for at, line in enumerate(lines):
        if _FENCE.match(line):
            in_code = not in_code
        match = _HEADING.match(line)
        if match is not None and not in_code:
            yield at, match["title"]


def _add_arguments(
    frame: Framed, line: int, end: int, entries: list[Entry], texts: list[str]
) -> bool:
    """Read a list of arguments; False where it is none."""
    lines = frame.lines
    begins = [at for at in range(line + 1, end) if _ARGUMENT.match(lines[at])]
    if not begins:
        return False
    entries.append(Entry(Part.HEADING, "parameters", line, line + 1))
    texts.append("")
    for place, begin in enumerate(begins):
        stop = begins[place + 1] if place + 1 < len(begins) else end
        while stop > begin + 1 and not lines[stop - 1].strip():
            stop -= 1
        match = _ARGUMENT.match(lines[begin])
        if match is None:
            continue
        span = frame.span(begin, match.start("name"), match.end("name"))
        entries.append(Entry(Part.PARAMETER, match["name"], begin, stop, span))
        more = [it.strip() for it in lines[begin + 1 : stop]]
        texts.append("\n".join([lines[begin][match.end() :], *more]))
    return True


def _looks_like_a_name(word: str) -> bool:
    return bool(re.search(r"[a-z][A-Z]|\d|_|^[A-Z]{2}", word))


def _is_like(one: str, other: str) -> bool:
    """Say whether two names share a word: what was renamed rarely changes altogether."""
    words = [set(map(str.lower, _WORDS.findall(it))) for it in (one, other)]
    return bool(words[0] & words[1])


def _opened_by_name(summary: str, symbol: Symbol) -> str:
    """Return a sentence that opens with the symbol's name, as Go's tools index it."""
    text = one_line(summary)
    if symbol.return_type == "bool":
        # What Go's own documentation says of a function that returns a truth.
        text = _TELLS_TRUTH.sub("Reports whether ", text, 1)
    if not text or re.match(rf"(?:(?:A|An|The)\s+)?{re.escape(symbol.name)}\b", text):
        return text
    first = re.split(r"\W", text, maxsplit=1)[0]
    verb = third_person(first.lower())
    # "Record of a queue" may be a noun, "Represents a queue" is none.
    if verb is not None and (symbol.kind in _CALLED or verb == first.lower()):
        return f"{symbol.name} {verb}{text[len(first) :]}".rstrip()
    article = re.match(r"(?:A|An|The)\s", text)
    lowered = text[0].lower() + text[1:] if article or text[1:2].islower() else text
    if article or symbol.kind not in _CALLED:
        return f"{symbol.name} is {lowered}"
    # Linters want a space behind the name (staticcheck's ST1020).
    return f"{symbol.name} - {lowered}"


def _go_details(fields: DocFields) -> str | None:
    """Return the details, with what is said of the value and the parameters as sentences."""
    parts = [fields.details or ""]
    if fields.returns and fields.returns.strip():
        returned = one_line(fields.returns).removeprefix("Returns ")
        parts.append(f"It returns {returned[0].lower()}{returned[1:]}")
    return "\n\n".join(it for it in parts if it.strip()) or None


def _go_plain(lines: list[str]) -> list[str]:
    """Write lists and code as gofmt would, and no line as a heading.

    To gofmt all that is set in is one list or one piece of code, as it begins, up to the next
    words at the margin: a list below code stays at the margin, code below a list is of its item.
    """
    plain: list[str] = []
    below = ""
    for chunk in "\n".join(lines).split("\n\n"):
        written, below = _go_chunk(chunk.split("\n"), below)
        plain += ["", *written] if plain else written
    return plain


def _go_chunk(lines: list[str], below: str) -> tuple[list[str], str]:
    """Return the lines of a chunk below "code", a "list" or "", and what it is itself."""
    is_set_in = all(it.startswith("  ") for it in lines)
    if is_set_in and _GO_ITEM.match(lines[0].lstrip()):
        lines = dedent("\n".join(lines)).split("\n")
    elif is_set_in and below != "list":
        return [f"\t{it}".rstrip() for it in dedent("\n".join(lines)).split("\n")], "code"
    if below == "code" and _GO_ITEM.match(lines[0]):
        return [it.strip() for it in lines], ""
    written: list[str] = []
    in_list = below == "list" and lines[0].startswith("  ")
    for line in lines:
        item = _GO_ITEM.match(line)
        in_list = item is not None or (in_list and line.startswith("  "))
        if item is not None:
            mark = "-" if item["mark"][0] in "-*+•" else f"{item['mark'].strip('().')}."
            written.append(f"{'  - ' if mark == '-' else f' {mark} '}{line[item.end() :]}")
        elif in_list:
            written.append(f"    {line.strip()}")
        elif line.startswith("  "):
            written += [""] if written and not written[-1].startswith("\t") else []
            written.append("\t" + line.removeprefix("    ").rstrip())
        else:
            written.append(f"\\{line}" if line.startswith("# ") else line)
    ends_in_code = "code" if written[-1].startswith("\t") else ""
    return written, "list" if in_list else ends_in_code


def _rust_details(details: str, width: int) -> list[str]:
    """Lay out prose, and code between fences."""
    lines: list[str] = []
    for chunk in chunks(details):
        if is_literal(chunk):
            lines += ["", "```text", *_without_fences(dedent(chunk)), "```"]
        else:
            lines += ["", *_unindented(flow(_rust_plain(chunk), width))]
    return lines[1:]


def _without_fences(code: str) -> list[str]:
    return _FENCES.sub("", code.replace("*/", "* /")).rstrip("\n").split("\n")


def _set_in(code: re.Match[str]) -> str:
    return indent(code["code"], "    ")


def _unindented(lines: list[str]) -> list[str]:
    """Take off what would make code of a line of words; lists keep their margins."""
    return [f"  {it.lstrip()}" if it.startswith("    ") else it for it in lines]


def _rust_plain(text: str) -> str:
    # What a fence holds would be compiled and run as a test.
    safe = _FENCES.sub("", text.replace("*/", "* /"))
    kept = _WHOLE.split(safe)
    for at in range(0, len(kept), 2):
        words = _RUST_MARKUP.sub(r"\\\1", kept[at])
        kept[at] = _BARE_ADDRESS.sub(lambda it: f"<{it[0]}>", words)
    joined = "".join(kept)
    return re.sub(r"^(\s*)([#>+])", r"\1\\\2", joined, flags=re.MULTILINE)
