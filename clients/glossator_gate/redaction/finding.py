"""Own the search: one pass for all literals over a text, then a closer look where one stands.

A text without any costs that pass. The automaton is a library's (ahocorasick_rs): searching
literals one by one would cost as many passes as there are, and an expression of them all is slower.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from operator import itemgetter

import ahocorasick_rs

from glossator_gate.redaction import blocks, named
from glossator_gate.redaction.joined import Spans, goes_on, joined
from glossator_gate.redaction.rules import RULES, Rule

PRIVATE_KEY = "private key"
CREDENTIAL = "credential"
# What a text for good has in the place of a secret, and a conversation that gets it back.
PLACEHOLDER = re.compile(r"<redacted: [a-z0-9. -]{1,40}>|<secret:[a-z0-9.-]{1,40}:\d{1,6}>")


@dataclass(frozen=True, slots=True)
class Found:
    """A secret: what it is, and where its parts stand, in order."""

    what: str
    places: Spans


def find(text: str) -> list[Found]:
    """Return the secrets of a text in the order in which they stand; none overlaps another."""
    # The only letter that changes a text's length when it is lowered.
    lowered = (text if text.isascii() else text.replace("\u0130", "I")).lower()
    automaton, meanings = _automaton()
    try:
        hits = automaton.find_matches_as_indexes(lowered, overlapping=True)
    except UnicodeEncodeError:
        # Half a pair of surrogates, which editors and broken files may hold, is no text to it.
        lowered = lowered.encode("utf-8", "replace").decode()
        hits = automaton.find_matches_as_indexes(lowered, overlapping=True)
    if not hits:
        return []
    # What stands for a secret is none, whatever its words are.
    taken = [it.span() for it in PLACEHOLDER.finditer(text)] if "<" in text else []
    found: list[Found] = []
    runs = named.Runs()
    for kind, start, end in hits:
        if taken and _is_within(taken, start):
            continue
        found += _looked_at(text, meanings[kind], (start, end), runs)
    return _apart(found)


# A literal stands for a rule, for a name beside which values are looked at, or for a key block.
_Meaning = Rule | str | None


@cache
def _automaton() -> tuple[ahocorasick_rs.AhoCorasick, tuple[tuple[_Meaning, ...], ...]]:
    meanings: dict[str, list[_Meaning]] = {it: [None] for it in blocks.LITERALS}
    for name in named.LITERALS:
        meanings.setdefault(name, []).append(name)
    for rule in RULES:
        for literal in rule.literals:
            meanings.setdefault(literal, []).append(rule)
    automaton = ahocorasick_rs.AhoCorasick(
        meanings, implementation=ahocorasick_rs.Implementation.DFA
    )
    return automaton, tuple(map(tuple, meanings.values()))


def _looked_at(
    text: str, meanings: tuple[_Meaning, ...], hit: tuple[int, int], runs: named.Runs
) -> Iterator[Found]:
    start, end = hit
    for meaning in meanings:
        if isinstance(meaning, str):
            what, places = CREDENTIAL, named.value_of(text, meaning, end, runs)
        elif meaning is None:
            what, places = PRIVATE_KEY, blocks.key_block(text, start)
        else:
            what, places = meaning.what, _by_rule(text, meaning, start)
        if places:
            yield Found(what, places)


def _by_rule(text: str, rule: Rule, at: int) -> Spans:
    for before in rule.before:
        start = at - before
        if start < 0 or not (rule.inside_words or _may_begin(text, start)):
            continue
        match = rule.pattern.match(text, start)
        end = match.end() if match else _RUN.match(text, start).end()  # type: ignore[union-attr]
        if text[end : end + 1] in _QUOTES and goes_on(text, end):
            whole = joined(text, start, end)
            match = rule.pattern.match(whole.text)
            span = _passing(rule, match)
            if span:
                return whole.places(*span)
        elif span := _passing(rule, match):
            return (span,)
    return ()


def _is_within(spans: list[tuple[int, int]], at: int) -> bool:
    index = bisect_right(spans, at, key=itemgetter(0)) - 1
    return index >= 0 and at < spans[index][1]


def _passing(rule: Rule, match: re.Match[str] | None) -> tuple[int, int] | None:
    if match is None:
        return None
    span = match.span("secret") if "secret" in rule.pattern.groupindex else match.span()
    return span if rule.passes(match.string[slice(*span)]) else None


def _may_begin(text: str, start: int) -> bool:
    """Return whether a token may begin here: after no letter, digit, `_` or `-` of another word."""
    before = text[start - 1 : start]
    if not (before.isalnum() or before in ("_", "-")):
        return True
    # What a string, an address or a diff puts in front.
    return _ESCAPE.match(text, max(0, start - 6), start) is not None


def _apart(found: list[Found]) -> list[Found]:
    """Return what was found in order; what overlaps is one secret."""
    found.sort(key=lambda it: it.places[0][0])
    kept: list[Found] = []
    for it in found:
        if kept and it.places[0][0] < kept[-1].places[-1][1]:
            before = kept.pop()
            # The kind that is known says more.
            what = it.what if before.what == CREDENTIAL else before.what
            kept.append(Found(what, _united(before.places, it.places)))
        else:
            kept.append(it)
    return kept


def _united(one: Spans, other: Spans) -> Spans:
    places: list[tuple[int, int]] = []
    for start, end in sorted((*one, *other)):
        if places and start < places[-1][1]:
            places[-1] = (places[-1][0], max(end, places[-1][1]))
        else:
            places.append((start, end))
    return tuple(places)


_QUOTES = ('"', "'", "`")
_RUN = re.compile(r"[^\s\"'`<>\\]{0,200}+")
_ESCAPE = re.compile(
    r".{0,5}(?:\\[nrt]|%[0-9A-Fa-f]{2}|\\u00[0-9a-f]{2}|^[-+])\Z", re.DOTALL | re.MULTILINE
)
