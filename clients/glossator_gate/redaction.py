"""Own what a secret looks like in code, and put words in its place before a text is kept or sent.

Most texts hold none: they cost searches for literals, and no expression is run. It must not read
files, and never says what the secret was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import log2


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without its secrets, with as many lines as before; `count` says how many there were.

    Without any, `text` is the very object that was given.
    """

    text: str
    count: int


def redact(text: str) -> Redacted:
    """Return a text with `<redacted: what it was>` in the place of each secret.

    Redacting twice changes nothing more. A key that is cut in two by a chunk's border is only
    recognised whole: redact a file's text before it is cut.
    """
    count = 0
    for rule in _RULES:
        for literal in rule.literals:
            if literal in text:
                text, found = _without(text, rule)
                count += found
                break
    if _KEY_BLOCK in text:
        text, found = _without_key_blocks(text)
        count += found
    # The only letter that changes a text's length when it is lowered.
    lowered = (text if text.isascii() else text.replace("\u0130", "I")).lower()
    names = [it for it in _NAMES if it in lowered]
    if "key" in lowered:
        names += [it for it in _KEY_NAMES if it in lowered]
    if names:
        text, found = _without_assigned(text, lowered, names)
        count += found
    return Redacted(text, count)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A kind of secret that shows by itself. The group `secret` is replaced where it passes.

    A pattern begins with letters, by which it is searched many times faster than by what may not
    stand before them: that is looked at afterwards.
    """

    what: str
    literals: tuple[str, ...]
    pattern: re.Pattern[str]
    passes: Callable[[str], bool] = bool


def _placeholder(what: str) -> str:
    return f"<redacted: {what}>"


def _without(text: str, rule: _Rule) -> tuple[str, int]:
    spans = [
        it.span("secret")
        for it in rule.pattern.finditer(text)
        if rule.passes(it["secret"]) and not _is_within_a_word(text, it.start("secret"))
    ]
    return _replaced(text, spans, _placeholder(rule.what)), len(spans)


def _is_within_a_word(text: str, start: int) -> bool:
    before = text[start - 1 : start]
    return before.isalnum() or before in ("_", "-")


def _replaced(text: str, spans: list[tuple[int, int]], replacement: str) -> str:
    if not spans:
        return text
    kept: list[str] = []
    end = 0
    for start, after in spans:
        kept += (text[end:start], replacement)
        end = after
    return "".join((*kept, text[end:]))


def _without_key_blocks(text: str) -> tuple[str, int]:
    """Replace what stands between the marks of private keys, line by line."""
    kept: list[str] = []
    end = count = 0
    begins = list(_KEY_BEGIN.finditer(text))
    # No key holds the beginning of another one: each character is looked at once, whatever comes.
    limits = [*(it.start() for it in begins), len(text)][1:]
    for begin, limit in zip(begins, limits, strict=True):
        close = _KEY_END.search(text, begin.end(), min(limit, begin.end() + MOST_KEY_CHARACTERS))
        after = close.start() if close else _end_of_lines_like_a_key(text, begin.end(), limit)
        body = text[begin.end() : after]
        if not _KEY_LINE.search(body):
            continue
        kept += (text[end : begin.end()], _KEY_PARTS.sub(_key_part, body))
        end = after
        count += 1
    return ("".join((*kept, text[end:])), count) if count else (text, 0)


def _key_part(part: re.Match[str]) -> str:
    return part.group() if part["kept"] else _placeholder("private key")


def _end_of_lines_like_a_key(text: str, start: int, limit: int) -> int:
    """Return where a key ends whose end is missing: at the first line that is none of its own."""
    at = text.find("\n", start, limit)
    while at >= 0:
        following = text.find("\n", at + 1, limit)
        line_end = limit if following < 0 else following
        if not _KEY_LINE.search(text, at, line_end):
            return at
        at = following
    return limit


def _without_assigned(text: str, lowered: str, names: list[str]) -> tuple[str, int]:
    """Replace literals that are given to names such as `password`, where they look like one."""
    spans: dict[tuple[int, int], None] = {}
    for at, name in _named(lowered, names):
        value = _ASSIGNED.match(text, at)
        passes = _is_password if name in _PASSWORD_NAMES else _is_random
        if value is not None and passes(value["secret"]):
            spans[value.span("secret")] = None
    ordered = sorted(spans)
    return _replaced(text, ordered, _placeholder("credential")), len(ordered)


def _named(lowered: str, names: list[str]) -> Iterator[tuple[int, str]]:
    for name in names:
        at = lowered.find(name)
        while at >= 0:
            at += len(name)
            yield at, name
            at = lowered.find(name, at)


def _is_password(value: str) -> bool:
    """Return whether people would use it as one: no word, no placeholder, no format, no path."""
    if _is_placeholder(value) or "://" in value or value.startswith(("/", ".", "-")):
        return False
    letters = sum(it.isalpha() for it in value)
    return 0 < letters < len(value) and not _NAME_LIKE.fullmatch(value) and _varied(value)


def _is_random(value: str) -> bool:
    """Return whether it is long and irregular, as what a machine made is and no name."""
    if len(value) < 16 or _is_placeholder(value) or "://" in value:
        return False
    kinds = ["0" if it.isdigit() else "a" if it.islower() else "A" for it in value if it.isalnum()]
    changes = sum(one != other for one, other in pairwise(kinds))
    irregular = changes >= len(value) * 0.25 or _HEXADECIMAL.fullmatch(value)
    is_of_words = len(_WORD.sub("", value)) < len(value) * 0.35
    return "0" in kinds and bool(irregular) and not is_of_words and _entropy(value) >= 3.0


def _is_placeholder(value: str) -> bool:
    return _PLACEHOLDER.search(value) is not None


def _varied(value: str) -> bool:
    return len(set(value)) >= min(len(value), 12) * 0.5


def _entropy(value: str) -> float:
    """Return the bits a character that a text of these characters has."""
    size = len(value)
    return -sum(it / size * log2(it / size) for it in Counter(value).values())


# The longest keys in use have about 12,000 characters.
MOST_KEY_CHARACTERS = 20_000
_KEY_BLOCK = "PRIVATE KEY"
_KEY_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_KEY_END = re.compile(r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINE = re.compile(r"[A-Za-z0-9+/]{40}")
_KEY_PARTS = re.compile(r"(?P<kept><redacted: private key>|\\[nr])|[A-Za-z0-9+/]{4,}={0,2}")

_PLACEHOLDER = re.compile(
    r"(?i)example|changeme|change_me|placeholder|your|x{4}|\*{3}|\.{3}|dummy|sample|redacted"
    r"|^(?:(?:my)?password|passwd|pass|pwd|secret|token|user|none|null|test|foo|bar)\d{0,3}$|[<>{}$%]"
)
# Words joined as names are.
_NAME_LIKE = re.compile(r"[A-Za-z]+(?:[_.:/,-][A-Za-z]*)*[:=.,;?!]?")
# What names such as `V1SecretProjection` are made of.
_WORD = re.compile(r"[A-Z]?[a-z]{3,}")
# What a URL has in the place of `@` and the like; `%` alone is a format's.
_ESCAPED = re.compile(r"%[0-9A-F]{2}")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{32,}")

# What secrets are called, beginnings and ends left out; those with `key` are rarely searched.
_PASSWORD_NAMES = ("passw", "pwd")
_NAMES = (*_PASSWORD_NAMES, "secret", "token", "credential", "bearer ")
_KEY_NAMES = ("apikey", "api_key", "api-key", "access_key", "accesskey", "private_key")
# From the end of the name: the rest of the name, its type (Go's has no colon), a sign of
# assignment, the literal.
_ASSIGNED = re.compile(
    r"(?:[\w-]{0,40}+[\"'\]]{0,2}+(?:\[\w{0,20}\])?+\s{0,20}+"
    r"(?:(?:(?::\s{0,4}+&?[\w.<>\[\]|]{1,40}+|string)\s{0,4}+)?=>?|:=?|\(|(?<=[ \t]))"
    r"\s{0,20}+[bruLR@]{0,2}[\"'`])?(?P<secret>(?<=[\"'`])[^\s\"'`\\]{6,300}(?=[\"'`])"
    r"|(?<=[Bb]earer )[A-Za-z0-9._~+/-]{16,}+=*)"
)

# Literals are as long and as rare as can be: each of them is searched in every text.
_RULES = (
    _Rule(
        "aws access key",
        ("AKIA", "ASIA"),
        re.compile(r"(?P<secret>A[KS]IA[A-Z2-7]{16})\b"),
    ),
    _Rule("google api key", ("AIza",), re.compile(r"(?P<secret>AIza[\w-]{35})(?![\w-])")),
    _Rule(
        "google oauth secret",
        ("GOCSPX-", "ya29."),
        re.compile(r"(?P<secret>GOCSPX-[\w-]{28}(?![\w-])|ya29\.[\w-]{20,})"),
    ),
    _Rule(
        "azure secret",
        ("8Q~", "AccountKey="),
        re.compile(
            r"(?P<secret>(?<=AccountKey=)[A-Za-z0-9+/]{40,88}={0,2}"
            r"|(?<![\w~.-])[\w~.-]{3}8Q~[\w~.-]{31,34}(?![\w~.-]))"
        ),
    ),
    _Rule(
        "github token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        re.compile(r"(?P<secret>gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255})"),
    ),
    _Rule("gitlab token", ("glpat-",), re.compile(r"(?P<secret>glpat-[\w.-]{20,})")),
    _Rule(
        "slack token",
        ("xox",),
        re.compile(r"(?P<secret>xox[abeoprs]-[A-Za-z0-9-]{10,})"),
        lambda it: any(char.isdigit() for char in it),
    ),
    _Rule(
        "stripe key",
        ("k_live_", "k_test_"),
        re.compile(r"(?P<secret>[sr]k_(?:live|test)_[A-Za-z0-9]{16,})"),
    ),
    _Rule("npm token", ("npm_",), re.compile(r"(?P<secret>npm_[A-Za-z0-9]{36})(?!\w)")),
    _Rule("pypi token", ("pypi-",), re.compile(r"(?P<secret>pypi-[\w-]{50,})")),
    _Rule(
        "hugging face token",
        ("hf_",),
        re.compile(r"(?P<secret>hf_[A-Za-z0-9]{30,})(?!\w)"),
        lambda it: not (it.islower() or it.isupper()),
    ),
    _Rule(
        "api key",
        ("sk-",),
        re.compile(r"(?P<secret>sk-[\w-]{20,})"),
        _is_random,
    ),
    _Rule(
        "json web token",
        (".eyJ",),
        re.compile(r"(?P<secret>eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,})"),
    ),
    _Rule(
        "password in an address",
        ("://",),
        re.compile(r"://[^\s/:@\"'<>]{0,80}:(?P<secret>[^\s/:@\"'<>]{3,200})@[\w.\[-]"),
        lambda it: not _is_placeholder(_ESCAPED.sub("", it)),
    ),
    _Rule(
        "slack webhook",
        ("://hooks.slack.",),
        re.compile(r"://hooks\.slack\.com/services/(?P<secret>T\w{6,}/B\w{6,}/\w{16,})"),
    ),
)
