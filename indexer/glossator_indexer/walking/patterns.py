"""Own the patterns of `.gitignore`: how a line is read, and what it matches, byte for byte as git.

It must not touch the disk. Texts in here hold one character a byte (Latin-1), because git matches
bytes: `?` is half of an `é`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

# What a line may need at most; git has no limit, but longer ones are no patterns for people.
MOST_PATTERN_CHARACTERS = 4096
_GLOB_SPECIALS = frozenset("*?[\\")
# The parts of a pattern that are no expression by themselves; those never look like these.
_STAR, _SLASH, _ANY_FOLDERS = "*", "/", "**/"
_CLASSES: dict[str, Callable[[str], bool]] = {
    "alnum": lambda it: it.isascii() and it.isalnum(),
    "alpha": lambda it: it.isascii() and it.isalpha(),
    "blank": lambda it: it in " \t",
    "cntrl": lambda it: it < " " or it == "\x7f",
    "digit": lambda it: it in "0123456789",
    "graph": lambda it: "!" <= it <= "~",
    "lower": lambda it: "a" <= it <= "z",
    "print": lambda it: " " <= it <= "~",
    "punct": lambda it: "!" <= it <= "~" and not it.isalnum(),
    "space": lambda it: it in " \t\n\v\f\r",
    "upper": lambda it: "A" <= it <= "Z",
    "xdigit": lambda it: it in "0123456789abcdefABCDEF",
}
_EVERYTHING = frozenset({"[^/]*", ".*"})
_BYTES = tuple(map(chr, range(256)))


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """One line. `regex` reads a name alone, or where `is_path` the path below the file's folder."""

    regex: str
    is_path: bool
    folders_only: bool
    includes: bool


class IgnoreRules:
    """The rules of one file, the last that matches decides."""

    __slots__ = ("_ordered", "_screens")

    def __init__(self, rules: Sequence[IgnoreRule]) -> None:
        """Prepare one expression a kind, by which nearly all names are passed over at once."""
        self._ordered = [(re.compile(it.regex, re.DOTALL), it) for it in reversed(rules)]
        self._screens = tuple(
            _screen([it.regex for it in rules if it.is_path is is_path])
            for is_path in (False, True)
        )

    def verdict(self, name: str, path: str, *, is_folder: bool) -> bool | None:
        """Return True for ignored, False for included again, None where no rule matches.

        `path` is relative to the folder of the rules, `name` its last part; both as `git_text`.
        """
        names, paths = self._screens
        if not ((names and names(name)) or (paths and paths(path))):
            return None
        for expression, rule in self._ordered:
            if rule.folders_only and not is_folder:
                continue
            if expression.fullmatch(path if rule.is_path else name):
                return not rule.includes
        return None


def _screen(regexes: list[str]) -> Callable[[str], re.Match[str] | None] | None:
    if not regexes:
        return None
    return re.compile("|".join(f"(?:{it})" for it in regexes), re.DOTALL).fullmatch


def git_text(name: str) -> str:
    """Return a name of the disk as patterns see it."""
    return name if name.isascii() else os.fsencode(name).decode("latin-1")


@lru_cache(maxsize=4096)
def read_rules(content: bytes) -> IgnoreRules | None:
    """Return the rules of an ignore file, None where it has none; no line is ever an error."""
    rules = _rules(content)
    return IgnoreRules(rules) if rules else None


@lru_cache(maxsize=64)
def read_rules_but_those_for_everything(content: bytes) -> IgnoreRules | None:
    """Return the rules of an ignore file without those that ignore whatever is there.

    `/*` with some exceptions says what a packager tracks; where there is no repository, it would
    leave nothing to read.
    """
    rules = [it for it in _rules(content) if it.includes or it.regex not in _EVERYTHING]
    return IgnoreRules(rules) if rules else None


def _rules(content: bytes) -> list[IgnoreRule]:
    text = content.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    return [it for it in map(_rule, text.split("\n")) if it is not None]


def _rule(line: str) -> IgnoreRule | None:
    pattern = _without_trailing_spaces(line.removesuffix("\r"))
    if pattern.startswith("#") or len(pattern) > MOST_PATTERN_CHARACTERS:
        return None
    includes = pattern.startswith("!")
    pattern = pattern[includes:]
    folders_only = pattern.endswith("/")
    pattern = pattern[: len(pattern) - folders_only]
    is_path = "/" in pattern
    if not (pattern := pattern.removeprefix("/") if is_path else pattern):
        return None
    parts = _parts(pattern, is_path=is_path)
    if parts is None:
        return None
    return IgnoreRule(_regex(parts), is_path, folders_only, includes)


def _without_trailing_spaces(line: str) -> str:
    """Cut the spaces at the end, but for one behind a backslash."""
    kept = line.rstrip(" ")
    if kept != line:
        backslashes = len(kept) - len(kept.rstrip("\\"))
        if backslashes % 2:
            kept += " "
    return kept


def _parts(pattern: str, *, is_path: bool) -> list[str] | None:
    """Return a pattern as expressions and marks, None where it can never match."""
    # Git compares what stands before the first special character by itself, so that a `**` behind
    # it begins a folder even without a slash.
    literal = next((at for at, it in enumerate(pattern) if it in _GLOB_SPECIALS), len(pattern))
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        start, char = at, pattern[at]
        at += 1
        if char == "*":
            while pattern[at : at + 1] == "*":
                at += 1
            begins = start == literal or parts[-1] in (_SLASH, _ANY_FOLDERS)
            following = pattern[at : at + 1] or "end"
            if not is_path or at - start == 1 or not begins or following not in ("/", "end"):
                parts.append(_STAR)
            elif following == "end":
                parts.append(".*")
            else:
                parts.append(_ANY_FOLDERS)
                at += 1
        elif char == "?":
            parts.append("[^/]")
        elif char == "[":
            read = _set(pattern, at)
            if read is None:
                return None
            parts.append(read[0])
            at = read[1]
        elif char == "\\" and at == len(pattern):
            return None
        else:
            literal_char = pattern[at] if char == "\\" else char
            at += char == "\\"
            parts.append(_SLASH if literal_char == "/" else re.escape(literal_char))
    return parts


def _set(pattern: str, at: int) -> tuple[str, int] | None:
    """Return the expression of a bracket and where it ends; None where it never does."""
    negated = pattern[at : at + 1] in ("!", "^")
    at += negated
    members: set[str] = set()
    previous = ""
    first = True
    while first or pattern[at : at + 1] != "]":
        first = False
        read = _set_item(pattern, at, previous)
        if read is None:
            return None
        chars, at, previous = read
        members.update(chars)
    matched = set(_BYTES) - members if negated else members
    matched.discard("/")
    inside = "".join(re.escape(it) for it in sorted(matched))
    return (f"[{inside}]" if inside else "(?!)"), at + 1


def _set_item(pattern: str, at: int, previous: str) -> tuple[Iterable[str], int, str] | None:
    """Read one item of a bracket: what it adds, where the next begins, what a range may begin."""
    char = pattern[at : at + 1]
    if char == "-" and previous and pattern[at + 1 : at + 2] not in ("", "]"):
        at += 2 if pattern[at + 1] == "\\" else 1
        if at >= len(pattern):
            return None
        return map(chr, range(ord(previous), ord(pattern[at]) + 1)), at + 1, ""
    if char == "[" and pattern[at + 1 : at + 2] == ":":
        end = pattern.find("]", at + 2)
        if end < 0:
            return None
        if end > at + 2 and pattern[end - 1] == ":":
            test = _CLASSES.get(pattern[at + 2 : end - 1])
            return None if test is None else (filter(test, _BYTES), end + 1, "")
    at += char == "\\"
    if at >= len(pattern):
        return None
    return pattern[at], at + 1, pattern[at]


def _regex(parts: list[str]) -> str:
    """Return the expression of a whole pattern.

    All but the last of what stands between stars is atomic: the leftmost place where it fits is as
    good as any other, and no pattern can make the search exponential.
    """
    first, *others = (
        "/".join(map(_segment, _split(it, _SLASH))) for it in _split(parts, _ANY_FOLDERS)
    )
    if not others:
        return first
    *middle, last = others
    inner = "".join(f"(?>(?:[^/]*+/)*?{it})" for it in middle)
    return f"{first}{inner}(?:[^/]*+/)*{last}"


def _segment(parts: list[str]) -> str:
    """Return the expression of what stands between two slashes."""
    first, *others = map("".join, _split(parts, _STAR))
    if not others:
        return first
    *middle, last = others
    inner = "".join(f"(?>[^/]*?{it})" for it in middle)
    return f"{first}{inner}[^/]*{last}"


def _split(parts: list[str], mark: str) -> list[list[str]]:
    split: list[list[str]] = [[]]
    for part in parts:
        if part == mark:
            split.append([])
        else:
            split[-1].append(part)
    return split
