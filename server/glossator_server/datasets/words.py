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
_KERNEL_DOC = (
    (re.compile(r"(?<![\w&])&(?=(?:struct|union|enum|typedef)\s|[A-Za-z_]\w)"), ""),
    (re.compile(r"(?<![\w%])%(?=-?[A-Za-z_0-9])"), ""),
    (re.compile(r"``(.+?)``", re.DOTALL), r"\1"),
)
_DOXYGEN = (
    (re.compile(r"^\s*\[\s*(?:in|out)(?:\s*,?\s*(?:in|out))?\s*\]\s*"), ""),
    (re.compile(r"[@\\](?:c|p|a|e|b|em|ref|link|endlink|n|brief|short)\b[ \t]*"), ""),
    (re.compile(r"</?\w{1,10}(?:\s[^<>]*)?/?>"), ""),
)
_REST = (
    (re.compile(r":[\w:.+-]+:`(?:[^`<]*<)?[~!]?(?:[\w.]+\.)?([^`<>.]+)>?`"), r"\1"),
    (re.compile(r"``(.+?)``", re.DOTALL), r"\1"),
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
    r"[@\\](?:param|return|see|sa|note|deprecated|code|verbatim|todo|internal|retval|copydoc|brief)\b"
    r"|\{@|</?\w+>|https?://|\.\. \w+::|^\s*[|+][-=|+]|\$\w+\$|\uFFFD|<redacted:"
)
_BULLET = re.compile(r"\s*\n\s*(?:[-*+o•]|\d+[.)])\s+")
_LEADING_BULLET = re.compile(r"^\s*(?:[-*+•]|[-–—:]+)\s+")
_NOTHING_SAID = re.compile(
    r"\W*(?:todo|fixme|xxx|tbd|tba|\?+|\.\.\.|internal(?: use)?(?: only)?|for internal use(?: only)?"
    r"|not used|unused|none|n/?a|no description(?: provided)?|undocumented|see (?:above|below|code)"
    r"|private|reserved|same as above|ditto|dummy)\W*",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\b(?:TODO|FIXME|XXX|TBD)\b")
_WORD = re.compile(r"[A-Za-z]+")
# What a description may have besides the name and the type without saying any more.
_FILLERS = frozenset(
    "a an the of to for pointer ptr struct structure parameter param argument arg value function"
    " this given specified is in on variable object instance handle its it".split()
)
# Words that stand in nearly every sentence of their language and in no English one.
_OTHER_LANGUAGES = frozenset(
    "der die das und ist nicht ein eine einen wird werden auf mit fuer von dem den zur zum oder"
    " le la les des du une est et pour dans sur avec qui que par ne pas cette ce"
    " el los las una para con del se por como si no es lo y o e il gli che di per non sono"
    " het een van voor niet wordt os uma em ao da dos".split()
) - frozenset("a die den des no on par per par con sur as is es ne la le se os e o y do si lo da em di"
              " ce van est non el il et".split())
_ENGLISH = frozenset(
    "the a an of to in is for and or if on with from by that this it be are was as at not whether"
    " which when into returns return given no all".split()
)
_FEWEST_FOREIGN = 2
_MOST_FOREIGN_LETTERS = 0.1


def plain_fields(fields: DocFields, style: str) -> DocFields:
    """Return people's words without markup, each part on one line."""
    rules = _MARKUP.get(style, ())

    def plain(text: str) -> str:
        for pattern, put in rules:
            text = pattern.sub(put, text)
        text = _LEADING_BULLET.sub("", _BULLET.sub("; ", text.strip("\n")))
        return " ".join(text.split()).replace(":; ", ": ")

    return _each(fields, plain)


def troubles_of(fields: DocFields, symbol: Symbol) -> Iterator[str]:
    """Yield why plain words are no example to learn from, each reason at most once a part."""
    types = {it.name: it.type for it in symbol.parameters}
    yield from _troubles(fields.summary, symbol.qualified_name, symbol.return_type or "")
    for name, text in fields.parameters:
        yield from _troubles(text, name, types.get(name, ""))
    if fields.returns:
        yield from _troubles(fields.returns, "", "")
    if not is_english(" ".join(_texts(fields))):
        yield "language"


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


def _troubles(text: str, name: str, type_text: str) -> Iterator[str]:
    if not text or _NOTHING_SAID.fullmatch(text) or _PLACEHOLDER.search(text):
        yield "placeholder"
    elif is_trivial(text, name, type_text):
        yield "trivial"
    elif is_empty_phrase(text) or is_babble(text) or is_echo(text):
        yield "says-nothing"
    elif _LEFT_OVER.search(text):
        yield "markup"
    elif without_open_end(text) != text:
        yield "broken-off"


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
