"""Own the words of an utterance: identifiers masked, politeness dropped, typing slips mended.

Pure; it must not know intents.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# ruff: noqa: E501 -- patterns that are cut in the middle are harder to read

# What nobody reads to the end says what it wants in its first lines and its last.
MOST_CHARACTERS = 1_000
MOST_CLAUSES = 12
IDENTIFIER, PATH, NUMBER, ERROR_CODE, LITERAL = "<id>", "<path>", "<num>", "<err>", "<lit>"

_COMMENT_MARKS = re.compile(r"^\s*(?:/\*+|//+!?|#+|--|;+|<!--|%+|\*)\s*|\s*(?:\*/|-->)\s*$")
_PREFIX = re.compile(r"^\s*(?:todo|fixme|xxx|glossator)\b\s*:?\s+", re.IGNORECASE)
_TOKEN = re.compile(
    r"(?P<err>\b[A-Z]{1,4}\d{3,5}\b|\berror\[E\d+\]|\b\w*(?:Error|Exception|Warning)\b:?|-W[a-z][\w-]+|0x[0-9a-fA-F]+)"
    r"|(?P<tag>[@\\](?:param|returns?|throws|since|deprecated|example|brief|retval|see|raises|note)\b)"
    r"|(?P<path>~?(?:[\w.@-]*/)+[\w.*-]+|\b[\w-]+\.(?:c|h|cc|cpp|hpp|py|js|jsx|ts|tsx|go|rs|java|md|css|html|json|ya?ml|toml|sql|sh)\b)"
    r"|(?P<lit>`[^`]{1,80}`|\"[^\"]{1,80}\")"
    r"|(?P<id>[A-Za-z_]\w*\(\)?|\b[A-Za-z]\w*_\w*|\b_\w+|\b[a-z]+\d*[A-Z]\w*|\b(?:[A-Z][a-z0-9]+){2,}\b"
    r"|\b\w+(?:(?:\.|::|->)\w+)+)"
    r"|(?P<num>\d[\d.,:]*\w?)"
    r"|(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*)"
    r"|(?P<sign>[?!.,:;=<>(){}\[\]&|*+/%^$#@~-]+)",
)
_CLAUSE_ENDS = re.compile(r"[.,;:!?](?=\s|$)|\s[–—-]+\s|\n|\b(?:and|but|so|because|since|then)\b")
_MASKS = {"err": ERROR_CODE, "path": PATH, "lit": LITERAL, "id": IDENTIFIER, "num": NUMBER}
# Written like code, yet words of the trade.
_WORDS_LIKE_CODE = """
javascript typescript github gitlab jsdoc tsdoc godoc javadoc docstring todo todos json graphql
postgresql mysql macos ios openai chatgpt powerpoint linkedin youtube vscode pycharm iphone
nullpointer kernel-doc
"""
_NO_IDENTIFIERS = frozenset(_WORDS_LIKE_CODE.split())
# A request is the same with and without them; what comes after them leads.
_POLITE = re.compile(
    r"^(?:(?:please|pls|plz|kindly|hey|hi|hello|ok|okay|so|and|now|also|just|then|well|hmm|um|btw|bitte"
    r"|can (?:you|u|we|someone|somebody)|could (?:you|u|we|someone)|would you(?: mind| please)?|will you"
    r"|i(?:'d| would) (?:like|want|love) (?:you )?to(?= (?!know|see|understand))|i (?:want|need) (?:you )?to(?= (?!know|see|understand))"
    r"|you (?:should|must|need to|have to)|(?:it|that)(?:'d| would) be (?:nice|great|cool) (?:if you could|to)"
    r"|help me(?: to)?(?= (?!understand))|go ahead and|try to|to|maybe|perhaps)\b[\s,:]*)+"
)
_SPELLED = {
    "wat": "what", "wht": "what", "whats": "what's", "wheres": "where's", "hows": "how's", "whos": "who's",
    "y": "why", "u": "you", "r": "are", "pls": "please", "plz": "please", "thx": "thanks", "im": "i'm",
    "func": "function", "fn": "function", "fns": "functions", "funcs": "functions", "w/": "with",
    "fxi": "fix", "gti": "git", "hwo": "how", "teh": "the", "tihs": "this", "fnd": "find", "hte": "the",
    "doesnt": "doesn't", "isnt": "isn't", "wont": "won't", "didnt": "didn't", "cant": "can't",
    "dont": "don't", "shouldnt": "shouldn't", "wasnt": "wasn't", "params": "parameters",
    "param": "parameter", "args": "arguments", "arg": "argument", "repo": "repo", "diff": "difference",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Utterance:
    """A text as words: `words` in lower case with masks, `core` without the polite beginning.

    `clauses` are its parts between full stops, commas and the like, each without such a beginning.
    """

    text: str
    words: tuple[str, ...]
    core: tuple[str, ...]
    clauses: tuple[tuple[str, ...], ...]


def read_utterance(text: str, speller: Speller) -> Utterance:
    """Return the words of a text."""
    text = unicodedata.normalize("NFKC", _shortened(text))
    text = _PREFIX.sub("", _COMMENT_MARKS.sub("", text).strip()).replace("’", "'")
    words = tuple(_words(text, speller)) or ("",)
    parts = (_core(tuple(_words(it, speller))) for it in _CLAUSE_ENDS.split(text))
    clauses = tuple(it for it in parts if it)
    if len(clauses) > MOST_CLAUSES:
        half = MOST_CLAUSES // 2
        clauses = (*clauses[:half], *clauses[-half:])
    return Utterance(text, words, _core(words), clauses)


def _core(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_POLITE.sub("", " ".join(words)).split()) or words


def _shortened(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    half = MOST_CHARACTERS // 2
    return f"{text[:half]} {text[-half:]}"


def _words(text: str, speller: Speller) -> Iterable[str]:
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup or "word", match.group()
        lower = token.lower()
        if kind in {"id", "err"} and lower.rstrip("(:") in _NO_IDENTIFIERS:
            kind = "word"
        if kind == "word":
            if not lower.isascii() and not lower.isalpha():
                yield lower
            elif _is_ideographic(lower):
                yield from _pairs(lower)
            else:
                yield speller.mended(_SPELLED.get(lower, lower))
        elif kind == "tag":
            yield lower
        elif kind == "sign":
            yield from (it for it in dict.fromkeys(lower) if it in "?!:;=<%&")
        else:
            yield _MASKS[kind]


def _is_ideographic(word: str) -> bool:
    return any("\u3040" <= it <= "\u9fff" or "\uac00" <= it <= "\ud7a3" for it in word)


def _pairs(word: str) -> Iterable[str]:
    # Written without gaps: each two signs stand for a word.
    if len(word) == 1:
        yield word
    for at in range(len(word) - 1):
        yield word[at : at + 2]


class Speller:
    """Mends one slip in a word that nobody knows: a letter missing, doubled, wrong or swapped."""

    def __init__(self, known: Mapping[str, int]) -> None:
        self._known = known
        self._near: dict[str, list[str]] = defaultdict(list)
        for word in known:
            if len(word) >= 4 and word.isalpha():
                for shorter in _with_one_less(word):
                    self._near[shorter].append(word)

    def mended(self, word: str) -> str:
        """Return the known word that is meant, the word itself where none is near."""
        if word in self._known or len(word) < 4 or not word.isalpha() or not word.isascii():
            return word
        stems = [word.removesuffix(it) for it in ("s", "ed", "ing", "es", "d") if word.endswith(it)]
        if any(it in self._known or f"{it}e" in self._known for it in stems):
            return word
        near = {*self._near.get(word, ())}
        for shorter in _with_one_less(word):
            if shorter in self._known and len(shorter) >= 3:
                near.add(shorter)
            near.update(self._near.get(shorter, ()))
        near = {it for it in near if _is_one_slip(word, it)}
        # Of several the one that people use most.
        return max(near, key=lambda it: (self._known[it], it), default=word)


def _with_one_less(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _is_one_slip(word: str, meant: str) -> bool:
    if word[0] != meant[0] and {word[0], word[1]} != {meant[0], meant[1]}:
        return False
    if len(word) != len(meant):
        return True
    wrong = [at for at in range(len(word)) if word[at] != meant[at]]
    if len(wrong) == 1:
        return len(word) >= 5
    first, *others = wrong
    if others != [first + 1]:
        return False
    return word[first] == meant[first + 1] and word[first + 1] == meant[first]
