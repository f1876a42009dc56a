"""Own the judgement of a value by its characters: made by a machine, thought up, or no secret.

Pure; it must not know where the value stands.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from math import log2

_FEWEST_RANDOM = 16
_FEWEST_OF_PASSWORD = 6
_FEWEST_OF_LETTERS = 10


def is_random(value: str) -> bool:
    """Return whether it is long and irregular, as what a machine made is and no name."""
    size = len(value)
    if size < _FEWEST_RANDOM or is_placeholder(value) or "://" in value:
        return False
    if _NAME_WITH_NUMBERS.fullmatch(value) or _is_sequence(value):
        return False
    irregular = _changes(value) >= size * 0.25 or _HEXADECIMAL.fullmatch(value) is not None
    has_digit = any(map(str.isdigit, value))
    return has_digit and irregular and _beyond_words(value) >= 0.35 and entropy(value) >= 3.0


def is_rather_random(value: str) -> bool:
    """Return the same where a name says already that it is a secret: letters alone may do."""
    if len(value) < _FEWEST_RANDOM or is_placeholder(value) or "://" in value:
        return False
    if _NAME_WITH_NUMBERS.fullmatch(value) and not _are_random_letters(value):
        return False
    return _changes(value) >= len(value) * 0.15 and _beyond_words(value) >= 0.5


def is_password(value: str) -> bool:
    """Return whether people would use it as one: no word, no placeholder, no format, no path."""
    if len(value) < _FEWEST_OF_PASSWORD or is_placeholder(value) or "://" in value:
        return False
    if value.startswith(("/", ".", "-")) or _NUMBER_OR_PLACE.fullmatch(value):
        return False
    if _NAME_LIKE.fullmatch(value):
        return _are_random_letters(value)
    letters = sum(it.isalpha() for it in value)
    return 0 < letters < len(value) and _is_varied(value)


def is_bare_password(value: str) -> bool:
    """Return the same for a value without quotes, that could be an expression or a name as well."""
    if len(value) < 8 or _CODE.search(value) or not is_password(value):
        return False
    kinds = sum(any(map(kind, value)) for kind in (str.isupper, str.islower, str.isdigit))
    if kinds == 3 or (kinds == 2 and not _NAME_WITH_NUMBERS.fullmatch(value)):
        return True
    return len(value) >= _FEWEST_OF_LETTERS and _are_random_letters(value)


def is_long_and_mixed(value: str) -> bool:
    """Return whether it has so many kinds of characters that no code and no text looks like it."""
    if len(value) < 20 or is_placeholder(value) or _CODE_BEYOND_DOUBT.search(value):
        return False
    if _NAME_WITH_NUMBERS.fullmatch(value) or "://" in value:
        return False
    digits = sum(it.isdigit() for it in value)
    signs = sum(it in "!@#$%^&*+=~?" for it in value)
    return digits >= 3 and signs >= 4 and entropy(value) >= 4.0


def is_uuid(value: str) -> bool:
    """Return whether it is a UUID that was drawn, not one that was typed."""
    return _UUID.fullmatch(value) is not None and len(set(value)) > 8


def is_placeholder(value: str) -> bool:
    """Return whether it stands for a secret instead of being one."""
    return _PLACEHOLDER.search(value) is not None


def entropy(value: str) -> float:
    """Return the bits a character that a text of these characters has."""
    size = len(value)
    return -sum(it / size * log2(it / size) for it in Counter(value).values())


def _are_random_letters(value: str) -> bool:
    """Return whether letters come as they come, not as in words."""
    return _changes(value) >= len(value) * 0.25 and _beyond_words(value) >= 0.5


def _changes(value: str) -> int:
    """Return how often a digit, a small and a large letter follow another kind."""
    kinds = ["0" if it.isdigit() else "a" if it.islower() else "A" for it in value if it.isalnum()]
    return sum(one != other for one, other in pairwise(kinds))


def _beyond_words(value: str) -> float:
    """Return what share of it belongs to no word."""
    return len(_WORD.sub("", value)) / len(value)


def _is_varied(value: str) -> bool:
    return len(set(value)) >= min(len(value), 12) * 0.5


def _is_sequence(value: str) -> bool:
    """Return whether it goes on as counting does: `0123456789abcdef`."""
    steps = sum(0 <= ord(after) - ord(before) <= 1 for before, after in pairwise(value))
    return steps > len(value) * 0.5


_PLACEHOLDER = re.compile(
    r"(?i)example|changeme|change_me|placeholder|your|x{4}|\*{3}|\.{3}|dummy|sample|redacted"
    r"|^(?:(?:my)?password|passwd|pass|pwd|secret|token|user|none|null|test|foo|bar)\d{0,3}$"
    # Variables, templates and formats.
    r"|\$\{|\$\(|^\$\$?\w+$|\{\w*\}|\{\{|<\w|^%\w+%$|%[-+#0]?\d*(?:\.\d+)?l{0,2}[sdiuxXr](?![a-z0-9])"
    r"|%\(\w"
)
_NUMBER_OR_PLACE = re.compile(r"0x[0-9A-Fa-f]+[uUlL]*|\d[\d.]*[A-Za-z]{0,3}|[\w.-]+:\d{2,5}")
# Words joined as names are.
_NAME_LIKE = re.compile(r"[A-Za-z]+(?:[_.:/,-][A-Za-z]*)*[:=.,;?!]?")
# The same with small numbers: `sha256_generic_v2`, `FOO_BAR_16`.
_NAME_WITH_NUMBERS = re.compile(
    r"(?:[A-Za-z]+\d{0,3}|\d{1,4}[A-Za-z]{0,2})(?:[_.:/,-]+(?:[A-Za-z]+\d{0,3}|\d{1,4}[A-Za-z]{0,2}))*"
)
# What names such as `V1SecretProjection` are made of.
_WORD = re.compile(r"[A-Z]?[a-z]{3,}")
_HEXADECIMAL = re.compile(r"(?:0x)?(?:[0-9a-f]{32,}|[0-9A-F]{32,})")
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CODE = re.compile(r"->|::|[()\[\]{}<>;,]|\w\.[A-Za-z_]\w*(?:\.|$)|^&|^\*")
_CODE_BEYOND_DOUBT = re.compile(r"->|::|\(\)|&&|\|\||==|\w\(\w+\)|\w\[\w+\]")
