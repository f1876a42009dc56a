"""Own what becomes of a model's words before they are laid out as a comment.

Whatever comes in, what goes out can stand in a comment; nothing in here asks a model or knows where
the comment will stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from glossator_indexer.styles.phrases import (
    is_babble,
    is_echo,
    is_empty_phrase,
    sentences,
    without_chatter,
    without_loops,
    without_open_end,
)
from glossator_indexer.styles.scrub import scrubbed, without_hazards
from glossator_indexer.styles.wanted import Need, Wanted
from glossator_indexer.styles.wrapping import (
    BULLET,
    chunks,
    is_literal,
    may_begin_line,
    pieces,
    unbulleted,
)
from glossator_indexer.types import DocFields, Symbol

# Longer than any that kernel developers write by hand, shorter than a model that does not stop.
_LONGEST_SUMMARY = 200
_LONGEST_DESCRIPTION = 400
_LONGEST_RETURN = 600
_LONGEST_DETAILS = 2000
_LONGEST_RAW = 8000  # what stands beyond is never kept, and cleaning it would take time

_MOST_PASSES = 4  # what one pass takes off may bring a label, a loop or an empty phrase to light

# Doxygen's, which a model cannot know and which would be noise to other styles.
_DIRECTION = re.compile(r"\[\s*(?:in|out)(?:\s*,?\s*(?:in|out))?\s*\]\s*", re.IGNORECASE)
# JSDoc's, which stands in the code or is written by the style.
_TYPE = re.compile(r"\{[\w.|<>\[\]*?=]+\}\s*(?:[-–—]\s+)?")
_REFERENCE = re.compile(r"@(?=(\w+))", re.ASCII)
_LIST_HEADING = re.compile(
    r"(?:parameters?|params?|arguments?|args|members?|fields|inputs?)\s*:?", re.IGNORECASE
)
_RETURN_LABEL = re.compile(
    r"(?:[@\\:]?returns?(?:\s+values?)?\s*[:\-–—]+|[@\\]returns?\b)\s*", re.IGNORECASE
)
_RETURN_VERB = re.compile(
    r"(?:it |this function |the function )?returns?(?:\s*:|\s+(?!code|value|path))\s*",
    re.IGNORECASE,
)
_TEXT_LABEL = re.compile(
    r"(?:summary|brief|description|details|purpose|function|@brief|\\brief|@details)\s*[:\-–—]+\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Cut:
    """How long a text may be and which labels are taken off its front."""

    longest: int
    labels: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Subject:
    """What the words are about: a symbol by its name, and what is wanted of them."""

    name: str
    wanted: Wanted


def clean_fields(fields: DocFields, symbol: Symbol, wanted: Wanted) -> DocFields:
    """Return what a model wrote in words that may stand in a comment of `symbol`.

    The parameters are those of the code, each once, in its order. What cannot be used is "" for the
    summary and for descriptions, and None for the rest. A value that is described in the details
    moves to `returns` where that is empty.
    """
    subject = _Subject(symbol.name, wanted)
    cleaned = _cleaned(fields, subject)
    for _ in range(_MOST_PASSES):
        again = _cleaned(cleaned, subject)
        if again == cleaned:
            break
        cleaned = again
    return cleaned if wanted.plain is None else _plain(cleaned, wanted.plain)


def _plain(fields: DocFields, plain: Callable[[str], str]) -> DocFields:
    return DocFields(
        plain(fields.summary),
        tuple((name, plain(text)) for name, text in fields.parameters),
        fields.returns and plain(fields.returns),
        fields.details and plain(fields.details),
        tuple((name, plain(text)) for name, text in fields.raises),
        fields.sections,
    )


def _cleaned(fields: DocFields, subject: _Subject) -> DocFields:
    summary, overflow = _summary(fields.summary, subject)
    details, told_return = _details("\n\n".join(filter(None, (overflow, fields.details))), subject)
    returns = None
    if subject.wanted.returns is not Need.NONE:
        returns = _returns(fields.returns or "", subject) or _returns(told_return, subject) or None
    written = _by_path(fields.parameters, subject)
    parameters = tuple(
        (name.path, _description(name.path, written.get(name.path, ""), subject))
        for name in subject.wanted.names
        if name.need is not Need.TOLD
    )
    return DocFields(summary, parameters, returns, details or None, _raises(fields, subject))


def missing_parts(fields: DocFields, wanted: Wanted) -> tuple[str, ...]:
    """Name what a complete comment still needs: `summary`, `@name`s, `Return`."""
    described = {name for name, text in fields.parameters if text}
    return (
        *(() if fields.summary else ("summary",)),
        *(
            f"@{name.path}"
            for name in wanted.names
            if name.need is Need.REQUIRED and name.path not in described
        ),
        *(("Return",) if wanted.returns is Need.REQUIRED and not fields.returns else ()),
    )


def _summary(raw: str, subject: _Subject) -> tuple[str, str]:
    """Return one sentence, and what followed it as details."""
    text = _paragraphs(raw, subject)
    first, _, rest = text.partition("\n\n")
    told = sentences(_flat(first))
    if not told:
        return "", ""
    cut = _Cut(_LONGEST_SUMMARY, lambda it: _without_name(_TEXT_LABEL.sub("", it, 1), subject.name))
    for place, sentence in enumerate(told):
        summary = _polished(sentence, cut, subject)
        if len(re.findall(r"\w+", summary)) > 1:
            return summary, "\n\n".join(filter(None, (" ".join(told[place + 1 :]), rest)))
    return "", ""


def _description(path: str, raw: str, subject: _Subject) -> str:
    text = _flat(_paragraphs(raw, subject))
    short = path.rpartition(".")[2]

    def labels(text: str) -> str:
        text = _TYPE.sub("", _DIRECTION.sub("", text, 1), 1)
        return _without_name(_without_name(text, path), short)

    cut = _Cut(_LONGEST_DESCRIPTION, labels)
    polished = _polished(text, cut, subject)
    bare = re.sub(r"\W", "", polished.lower())
    return "" if bare in {re.sub(r"\W", "", path.lower()), short.lower()} else polished


def _raises(fields: DocFields, subject: _Subject) -> tuple[tuple[str, str], ...]:
    """Return when each exception is raised, of those that the symbol is known to raise."""
    told = {_bare(name): text for name, text in reversed(fields.raises)}
    cut = _Cut(_LONGEST_DESCRIPTION, lambda it: it)
    described = (
        (name, _polished(_flat(_paragraphs(told.get(_bare(name), ""), subject)), cut, subject))
        for name in subject.wanted.raises
    )
    return tuple((name, text) for name, text in described if text)


def _returns(raw: str, subject: _Subject) -> str:
    text = _paragraphs(raw, subject)
    cut = _Cut(_LONGEST_RETURN, lambda it: _RETURN_VERB.sub("", _RETURN_LABEL.sub("", it, 1), 1))
    lead, _, items = text.partition("\n\n")
    if BULLET.match(lead.lstrip()) and not items:
        return "\n".join(_polished_items(lead, subject))
    if items and "\n\n" not in items and BULLET.match(items):
        listed = _polished_items(items, subject)
        opening = _polished(lead, cut, subject).rstrip(".:")
        if opening and listed:
            return "\n\n".join((f"{opening}:", "\n".join(listed)))
    return _polished(_flat(text), cut, subject)


def _details(raw: str, subject: _Subject) -> tuple[str, str]:
    """Return the details without parameter lists, and what they say of the return value."""
    kept: list[str] = []
    told_return = ""
    size = 0
    for chunk in chunks(_paragraphs(raw, subject)):
        if is_literal(chunk):
            text = chunk
        elif (plain := _flat(chunk)) and _RETURN_LABEL.match(plain):
            told_return = told_return or plain
            continue
        else:
            text = _detail_chunk(chunk, subject)
        size += len(text)
        if size > _LONGEST_DETAILS:
            break
        if text:
            kept.append(text)
    if kept and is_literal(kept[-1]) and len(kept) == 1:
        return "", told_return
    return "\n\n".join(kept), told_return


def _detail_chunk(chunk: str, subject: _Subject) -> str:
    if BULLET.match(chunk):
        return "\n".join(_polished_items(chunk, subject))
    if _LIST_HEADING.fullmatch(chunk) or _names_a_parameter(chunk, subject):
        return ""
    cut = _Cut(_LONGEST_DETAILS, lambda it: _TEXT_LABEL.sub("", it, 1))
    return _polished(chunk, cut, subject)


def _polished_items(chunk: str, subject: _Subject) -> list[str]:
    items: list[str] = []
    cut = _Cut(_LONGEST_DESCRIPTION, lambda it: it)
    for line in pieces(chunk.split("\n")):
        body = unbulleted(line)
        mark = line.split(maxsplit=1)[0] if line[0].isdigit() else "-"
        text = _unadorned(body, cut, subject)
        if text and not _names_a_parameter(body, subject):
            items.append(f"{mark} {' '.join(text.split())}")
    return list(dict.fromkeys(items))


def _names_a_parameter(text: str, subject: _Subject) -> bool:
    label = re.match(r"[@\\]?(?:param\s+)?([.\w]+)\s*(?::|\s[-–—]\s)", text, re.ASCII)
    return label is not None and any(label[1] == it.path for it in subject.wanted.names)


def _paragraphs(raw: str, subject: _Subject) -> str:
    """Scrub a text and join its lines: empty lines between paragraphs and lists, code as it is."""
    blocks: list[str] = []
    for chunk in chunks(scrubbed(_beginning(raw))):
        if is_literal(chunk):
            blocks.append(_known_references(chunk, subject))
            continue
        for piece in pieces(_ended_lines(chunk.split("\n"))):
            is_item = BULLET.match(piece) is not None
            text = without_loops(without_chatter(piece)) if not is_item else piece
            if is_item and blocks and BULLET.match(blocks[-1]):
                blocks[-1] += f"\n{_known_references(text, subject)}"
            elif text:
                blocks.append(_known_references(" ".join(text.split()), subject))
    return "\n\n".join(blocks)


def _ended_lines(lines: list[str]) -> list[str]:
    """End each line as a sentence where every one begins like a sentence."""
    if len(lines) < 2 or not all(re.match(r"\s*[A-Z][a-z]", line) for line in lines):
        return lines
    return [line if line.rstrip()[-1] in ".,;:!?" else f"{line.rstrip()}." for line in lines]


def _polished(text: str, cut: _Cut, subject: _Subject) -> str:
    """Return a paragraph that begins with a capital and ends with a full stop, or ""."""
    text = _unadorned(text, cut, subject)
    if not text:
        return ""
    first = text.split(maxsplit=1)[0]
    names = {name.path for name in subject.wanted.names} | {subject.name}
    if re.fullmatch(r"[a-z]+[,;]?", first) and first.rstrip(",;") not in names:
        text = text[0].upper() + text[1:]
    if re.fullmatch(r"\d+", text):
        return text  # with a full stop it would be the number of a list's item
    return text if text[-1] in ".!?:" else f"{text.rstrip(',;')}."


def _unadorned(text: str, cut: _Cut, subject: _Subject) -> str:
    """Take labels and bullets off the front, bound the length, and refuse what says nothing."""
    previous = None
    while text != previous:
        previous = text
        text = unbulleted(cut.labels(text.strip())).strip("\"“”'*|>=~ ")
        text = without_hazards(_safe_beginning(text))
    text = without_open_end(_bounded(text, cut.longest))
    text = _known_references(text, subject)
    if is_empty_phrase(text) or is_echo(text) or is_babble(text) or _is_declaration(text, subject):
        return ""
    return text


def _safe_beginning(text: str) -> str:
    """Turn a label at the front (`Note: ...`) into words."""
    first, _, rest = text.partition(" ")
    if may_begin_line(first):
        return text
    if not rest and first[0].isdigit():
        return first.rstrip(".)")
    label, colon, tail = first.partition(":")
    if colon and label:
        return f"{label.lstrip('@*')} - {tail} {rest}".replace("  ", " ").rstrip(" -")
    return f"{first.lstrip('-+*#•|>=~^.:')} {rest}".strip() if not first[0].isdigit() else rest


def _bounded(text: str, longest: int) -> str:
    """Cut a text that is too long after a sentence, else after a clause, never inside one."""
    if len(text) <= longest:
        return text
    kept = ""
    for sentence in sentences(text):
        if len(kept) + len(sentence) + 1 > longest:
            break
        kept = f"{kept} {sentence}".lstrip()
    beginning = text[:longest]
    return kept or beginning.rpartition("; ")[0] or beginning.rpartition(", ")[0]


def _beginning(raw: str) -> str:
    """Return as much of a flood as is looked at, up to the end of a line or sentence."""
    if len(raw) <= _LONGEST_RAW:
        return raw
    flood = raw[:_LONGEST_RAW]
    end = max(flood.rfind("\n"), flood.rfind(". ") + 1)
    return flood[:end] if end > 0 else flood


def _is_declaration(text: str, subject: _Subject) -> bool:
    """Say whether a text repeats the declaration that the model was shown."""
    name = re.escape(subject.name)
    arguments = r"(?:void|[^()]*[\w*]\s+\**\w+[^()]*)"
    declaration = rf"(?:[\w*]+\s+)*\**{name}\s*\({arguments}(?:\)|\Z)"
    return bool(subject.name and re.match(declaration, text, re.ASCII | re.IGNORECASE))


def _known_references(text: str, subject: _Subject) -> str:
    """Take the `@` off every word that is no name of the symbol."""
    known = {part for name in subject.wanted.names for part in name.path.split(".")}
    return _REFERENCE.sub(lambda match: "@" if match[1] in known else "", text)


def _without_name(text: str, name: str) -> str:
    """Take `name: `, `@name - ` or `name() - ` off the front."""
    kind = r"(?:struct|union|enum|typedef)\s+"
    label = rf"(?:{kind})?[@*&]*{re.escape(name)}(?:\(\))?\s*(?::|\s[-–—]+\s)\s*"
    return re.sub(rf"^{label}", "", text, count=1)


def _by_path(parameters: tuple[tuple[str, str], ...], subject: _Subject) -> dict[str, str]:
    """Sort descriptions by the code's names; the first with any text wins."""
    paths = [name.path for name in subject.wanted.names]
    found: dict[str, str] = {}
    for raw_name, text in parameters:
        bare = _bare(raw_name)
        matching = [it for it in paths if bare in {_bare(it), _bare(it).rpartition(".")[2]}]
        if len(matching) > 1:
            matching = [it for it in paths if _bare(it) == bare]
        if len(matching) == 1 and text.strip():
            found.setdefault(matching[0], text)
    return found


def _bare(name: str) -> str:
    """Return a name without what languages, styles and models put around it."""
    return re.sub(
        r"\s|\[.*\]|[@*&:`\"'<>]|->|^\.\.\.(?=\w)", lambda m: "." if m[0] == "->" else "", name
    )


def _flat(text: str) -> str:
    """Join paragraphs and list items into one paragraph."""
    parts = [unbulleted(piece) for chunk in chunks(text) for piece in pieces(chunk.split("\n"))]
    joined = ""
    for part in parts:
        joined = (
            f"{joined}{' ' if joined.endswith(('.', ':', '!', '?')) else '; '}{part}"
            if joined
            else part
        )
    return joined
