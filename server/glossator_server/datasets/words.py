"""Own people's words as examples: plain of a style's markup, and whether they say anything.

Pure; it must not change what is said, nor know where the words come from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from glossator_indexer.retrieval import words_of
from glossator_indexer.styles.phrases import is_babble, is_echo, is_empty_phrase, without_open_end
from glossator_indexer.types import DocFields, Symbol

# &struct foo, &foo->bar, %NULL, ``literal``; what is no reference (a & b, 50%) stays.
_OWN_NAME = (re.compile(r"^\s*\w+\s*\(\s*\)\s*(?::|--?\s|–)\s*"), "")
_KERNEL_DOC = (
    _OWN_NAME,
    (re.compile(r"(?<![\w&])&(?=(?:struct|union|enum|typedef)\s|[A-Za-z_]\w)"), ""),
    (re.compile(r"(?<![\w%])%(?=-?[A-Za-z_0-9])"), ""),
    (re.compile(r"``(.+?)``", re.DOTALL), r"\1"),
)
_DOXYGEN = (
    _OWN_NAME,
    (re.compile(r"^\s*\[\s*(?:in|out)(?:\s*,?\s*(?:in|out))?\s*\]\s*"), ""),
    (re.compile(r"[@\\](?:c|p|a|e|b|em|ref|link|endlink|n|brief|short)\b[ \t]*"), ""),
    (re.compile(r"</?\w{1,10}(?:\s[^<>]*)?/?>"), ""),
)
_REST = (
    # A directive reaches to the end, as far as it matters to a phrase.
    (re.compile(r"\s*\.\. [\w-]+::.*", re.DOTALL), ""),
    (re.compile(r":[\w:.+-]+:`(?:[^`<]*<)?[~!]?(?:[\w.]+\.)?([^`<>.]+)>?`"), r"\1"),
    (re.compile(r"``(.+?)``", re.DOTALL), r"\1"),
)
# `Theme: A new theme instance.`: the code says the type.
_GOOGLE_TYPE = re.compile(r"^~?[\w.]+(?:\[[^]:]*\])?(?:, optional)?:\s+(?=\S)")
_TYPE_OF_A_PROPERTY = re.compile(
    r"^(?:int|str|bool|float|bytes|list|dict|tuple|set|Optional|List|Dict|Tuple)(?:\[[^:]*\])?: "
)
_ECMASCRIPT = ((re.compile(r"\{@\w+\s+([^{}|]*?)(?:\s*\|[^{}]*)?\}"), r"\1"),)
_JAVADOC = (
    (re.compile(r"\{@\w+\s+#?([^{}]*?)\}"), r"\1"),
    (re.compile(r"</?\w{1,10}(?:\s[^<>]*)?/?>"), ""),
)
_RUST = ((re.compile(r"\[(`[^`\]]+`)\](?:\([^)]*\)|\[[^\]]*\])?"), r"\1"),)
_MARKUP = {
    "kernel-doc": _KERNEL_DOC,
    "doxygen": _DOXYGEN,
    "google": _REST,
    "numpy": _REST,
    "rest": _REST,
    "jsdoc": _ECMASCRIPT,
    "tsdoc": _ECMASCRIPT,
    "javadoc": _JAVADOC,
    "rustdoc": _RUST,
    "godoc": _RUST,
}
# What is left of a markup that nobody took off, of a table or of code is no sentence.
_LEFT_OVER = re.compile(
    r"^\w+ : \w|^[*=#~_-]{4,}"
    r"|[@\\](?:param|return|see|sa|note|deprecated|code|verbatim|todo|internal|retval)\b"
    r"|[@\\](?:copydoc|brief)\b"
    r"|\{@|</?\w+>|https?://|\.\. \w+::|^\s*[|+][-=|+]|\$\w+\$|\uFFFD|<redacted:"
)
_BULLET = re.compile(r"[,;]?\s*\n\s*(?:[-*+o•]|\d+[.)])\s+")
_LEADING_BULLET = re.compile(r"\s*(?:[-*+•]|[-–—:]+)\s+")
# A line that begins with a value and what it means: `-ENOMEM - no memory`, `NULL if ...`.
_VALUE_LINE = re.compile(
    r"[,;]?[ \t]*\n\s*(?=[%'\"]*(?:-?\s?E[A-Z]{2,}\w*|[A-Z][A-Z0-9_]{2,}|-?\d+|true|false)['\"]*"
    r"\s*(?:[-–:=]|if\b|on\b|when\b|for\b|in case\b|otherwise\b)\s*\S)"
)
# "Returns 0 on success.", up to the end of its paragraph: what follows is of the value too.
_TOLD_VALUE = re.compile(
    r"(?:^|(?<=\.)\s+|\n\s*\n)\s*(?:(?:it|this(?: function| routine)?|the function|this will)\s+)?"
    r"(?i:returns?)(?: values?| codes?)?(?:\s*(?::|[–-](?=\s))|\s)\s*"
    r"(?P<value>(?!to\b|from\b|code\b|value\b|path\b)[^\s].*?)\s*(?=\n\s*\n|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_PARAGRAPH_GAP = re.compile(r"\n[ \t]*\n")
# A summary whose second line was lost ends with one of these.
_LEADS_ON = re.compile(r"[,;(:–-]$|\b(?:a|an|and|as|by|for|from|if|in|into|of|on|or|the|to|with)$")
_NOTHING_SAID = re.compile(
    r"\W*(?:todo|fixme|xxx|tbd|tba|\?+|\.\.\.|(?:for )?internal(?: use)?(?: only)?"
    r"|not used|unused|none|n/?a|no description(?: provided)?|undocumented|see (?:above|below|code)"
    r"|private|reserved|same as above|ditto|dummy)\W*",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\b(?:TODO|FIXME|XXX|TBD)\b")
_WORD = re.compile(r"[A-Za-z]+")
# What a description may have besides the name and the type without saying any more.
_FILLERS = frozenset(
    re.findall(
        r"\w+",
        "a an the of to for pointer ptr struct structure parameter param argument arg value"
        " function this given specified is in on variable object instance handle its it",
    )
)
# The commonest words of other languages that are no words of code or of English.
_OTHER_LANGUAGES = frozenset(
    re.findall(
        r"\w+",
        "der die das und ist nicht ein eine einen wird werden auf mit fuer von dem zur zum oder"
        " les des du une pour dans sur avec qui que pas cette los las una para del como gli che di"
        " sono het een voor niet wordt os uma ao dos",
    )
)
_ENGLISH = frozenset(
    re.findall(
        r"\w+",
        "the a an of to in for and or if on with from by that this it be are was as at not whether"
        " which when into returns return given no all",
    )
)
_FEWEST_FOREIGN = 2
_MOST_FOREIGN_LETTERS = 0.1


def plain_fields(fields: DocFields, style: str) -> DocFields:
    """Return people's words without markup, each part on one line."""
    rules = _MARKUP.get(style, ())

    def plain(text: str) -> str:
        for pattern, put in rules:
            text = pattern.sub(put, text)
        text = _VALUE_LINE.sub("; ", _BULLET.sub("; ", text.strip("\n")))
        text = text[bullet.end() :] if (bullet := _LEADING_BULLET.match(text)) else text
        return " ".join(text.split()).replace(":; ", ": ")

    def first_paragraph(text: str) -> str:
        # What stands below an empty line is about more than the one part.
        return plain(_PARAGRAPH_GAP.split(text.strip(), maxsplit=1)[0])

    told = _with_told_value(fields)
    plain_words = replace(
        _each(told, first_paragraph), details=plain(told.details) if told.details else None
    )
    if style != "google":
        return plain_words
    returns = plain_words.returns and _GOOGLE_TYPE.sub("", plain_words.returns)
    summary = _TYPE_OF_A_PROPERTY.sub("", plain_words.summary)
    return replace(plain_words, summary=summary, returns=returns)


def _with_told_value(fields: DocFields) -> DocFields:
    """Return the words with the value as it is told among the details, where nothing else tells."""
    if fields.returns or not fields.details:
        return fields
    told = _TOLD_VALUE.search(fields.details)
    if told is None:
        return fields
    rest = f"{fields.details[: told.start()]}\n\n{fields.details[told.end() :]}".strip()
    return replace(fields, returns=told["value"], details=rest or None)


def weak_parts(fields: DocFields, symbol: Symbol) -> Iterator[tuple[str, str]]:
    """Yield the parts of plain words that teach nothing, each with the reason.

    A part is "summary", "returns" or `@name`.
    """
    types = {it.name: it.type for it in symbol.parameters}
    told = [("summary", fields.summary, symbol.qualified_name, symbol.return_type or "")]
    told += [(f"@{name}", text, name, types.get(name, "")) for name, text in fields.parameters]
    told += [("returns", fields.returns, "", "")] if fields.returns else []
    if _LEADS_ON.search(fields.summary):
        yield "summary", "broken-off"
    for part, text, name, type_text in told:
        if (trouble := _trouble(text, name, type_text)) is not None:
            yield part, trouble


def is_trivial(text: str, name: str, type_text: str) -> bool:
    """Say whether a description only repeats the name or the type of what it describes."""
    said = {it.lower() for it in _WORD.findall(text)} - _FILLERS
    known = words_of(name) | words_of(type_text)
    return not said - known


def is_english(text: str) -> bool:
    """Say whether words are English, as far as letters and the commonest words tell."""
    letters = [it for it in text if it.isalpha()]
    foreign = sum(not it.isascii() for it in letters)
    if foreign > len(letters) * _MOST_FOREIGN_LETTERS:
        return False
    words = [it.lower() for it in _WORD.findall(text)]
    other = sum(it in _OTHER_LANGUAGES for it in words)
    return other < _FEWEST_FOREIGN or other <= sum(it in _ENGLISH for it in words)


def _trouble(text: str, name: str, type_text: str) -> str | None:
    """Return why words teach nothing, None where they do."""
    if not text or _NOTHING_SAID.fullmatch(text) or _PLACEHOLDER.search(text):
        return "placeholder"
    if is_trivial(text, name, type_text):
        return "trivial"
    if is_empty_phrase(text) or is_babble(text) or is_echo(text):
        return "says-nothing"
    if _LEFT_OVER.search(text):
        return "markup"
    return "broken-off" if without_open_end(text) != text else None


def _each(fields: DocFields, change: Callable[[str], str]) -> DocFields:
    return replace(
        fields,
        summary=change(fields.summary),
        parameters=tuple((name, change(text)) for name, text in fields.parameters),
        returns=change(fields.returns) if fields.returns else None,
        details=change(fields.details) if fields.details else None,
        raises=tuple((name, change(text)) for name, text in fields.raises),
        sections=(),
    )


def _texts(fields: DocFields) -> Iterator[str]:
    yield fields.summary
    yield from (text for _, text in fields.parameters)
    yield from filter(None, (fields.returns, fields.details))
