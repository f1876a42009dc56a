"""Own the voice of a summary: what the code does, not a sentence about "the function".

Pure; it changes the lead of a sentence and must not touch what it says.
"""

from __future__ import annotations

import re
from dataclasses import replace

from glossator_indexer.styles.options import Habits
from glossator_indexer.types import DocFields

_THING = r"(?:function|macro|routine|helper|method|procedure|code|struct|structure|enum)"
_NAME = r"(?:`?\w+`?(?:\(\))?\s+)"
# "The f function ", "This function ", "The function f() ", "f() ", "It ", "Function that ".
_LEAD = rf"(?:(?:the|this|a)\s+(?:{_NAME})?{_THING}\s+|{_THING}\s+(?=that\b|to\b)|it\s+)"
_PADDING = re.compile(
    r"(?:(?:is|was)\s+(?:used|called|designed|intended|meant|responsible)\s+(?:to|for)\s+"
    r"|(?:will|should|can|must)\s+|that\s+|to\s+|be\s+used\s+to\s+"
    r"|allows\s+(?:you|users?|callers?|the\s+\w+)\s+to\s+"
    r"|is\s+an?\s+(?:helper|wrapper|utility)(?:\s+function)?\s+(?:that|to|for)\s+)+",
    re.IGNORECASE,
)
_THIRD_PERSON = re.compile(r"(?P<stem>[A-Za-z]+?)(?P<end>ies|(?<=sh|ch|ss)es|(?<=x|z)es|s)\b")
# A sentence that goes on so says how the code is met, not what it does.
_STATE = re.compile(r"(?:is|are|was|were|has|have|takes|called|function)\b", re.IGNORECASE)


def imperative(summary: str, name: str) -> str:
    """Return a summary that opens with its verb, empty where it only speaks about the function.

    A summary that does not open with the symbol or "the function" is returned as it is: how a code
    base conjugates its verbs is its own affair.
    """
    named = rf"`?{re.escape(name)}`?"
    # A bare name may be a verb that opens the summary: only "is" shows that it is not.
    own = rf"the\s+{named}(?:\(\))?\s+|{named}\(\)\s+|{named}\s+(?=is\b)"
    lead = re.match(rf"(?:{_LEAD}(?:{named}(?:\(\))?\s+)?|{own})", summary, re.IGNORECASE)
    if lead is None or lead.end() == len(summary):
        return summary
    rest = summary[lead.end() :]
    padding = _PADDING.match(rest)
    rest = rest[padding.end() :] if padding else rest
    if _STATE.match(rest) or not rest:
        return ""
    verb = _THIRD_PERSON.match(rest)
    if verb and not rest[: verb.end()].endswith("ss"):
        base = verb["stem"] + ("y" if verb["end"] == "ies" else "")
        rest = base + rest[verb.end() :]
    return rest[:1].upper() + rest[1:]


def voiced(fields: DocFields, habits: Habits) -> DocFields:
    """Return the words in the voice of the comments around, as far as these have one."""
    summary = fields.summary
    if habits.third_person is not None:
        summary = _conjugated(summary, habits.third_person)
    # An abbreviation at the end keeps its stop, as do two sentences.
    if habits.full_stop is False and summary.count(". ") == 0 and not _ABBREVIATED.search(summary):
        summary = summary.removesuffix(".")
    elif habits.full_stop and summary[-1:].isalnum():
        summary += "."
    return replace(fields, summary=summary)


def third_person(word: str) -> str | None:
    """Return a verb as it stands after a name ("returns"), None for what is none."""
    base = _base(word)
    return None if base is None else _third_person(base)


def _conjugated(summary: str, third_person: bool) -> str:  # noqa: FBT001 -- a habit as it was counted
    opening = _FIRST_WORD.match(summary)
    if opening is None:
        return summary
    first, rest = opening[0], summary[opening.end() :]
    base = _base(first.lower())
    if base is None:
        return summary
    verb = _third_person(base) if third_person else base
    return f"{verb.capitalize() if first[:1].isupper() else verb}{rest}"


def _base(word: str) -> str | None:
    """Return a verb without its ending, None for what is no verb that code is described with."""
    if word in _VERBS:
        return word
    return next((it for it in _endings_off(word) if it in _VERBS), None)


def _endings_off(word: str) -> tuple[str, ...]:
    return (word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ies") + "y")


def _third_person(verb: str) -> str:
    if verb.endswith(("s", "sh", "ch", "x", "z", "o")):
        return f"{verb}es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}s"


# No part of a name (`map.keys()`) or of a longer word ("map's", "set-up"), and not all there is.
_FIRST_WORD = re.compile(r"[A-Za-z]+(?![\w'’.(-]|$)")
_ABBREVIATED = re.compile(r"\b(?:etc|e\.g|i\.e|vs|resp)\.$")
# What summaries open with; words that are as often nouns (`set`, `list`) are verbs there too.
_SPELLED = """
    accept access acquire activate add adjust advance align allocate allow analyze append apply
    assert assign attach authenticate begin bind block break build calculate call cancel change
    check choose clamp clean clear clone close collect combine commit compare compile complete
    compose compress compute concatenate configure confirm connect construct consume contain
    convert copy count create cut deactivate decode decrease decrement decrypt defer define
    delete deliver deregister describe deserialize destroy detach detect determine disable
    discard disconnect dispatch display divide do download draw drop dump duplicate emit empty
    enable encode encrypt end enqueue ensure enter enumerate escape establish evaluate execute
    exit expand export extend extract fail fetch fill filter find finish fire fix flatten flip
    flush force format forward free generate get give grab grow handle hash hide hold identify
    ignore implement import increase increment indicate inherit initialise initialize insert
    inspect install interpret invalidate invert invoke issue iterate join keep kill launch leave
    limit link list listen load locate lock log look lookup make map mark match measure merge
    migrate modify monitor mount move multiply negate normalize notify obtain offset open order
    output override pack pad parse pass patch pause perform pick play pop populate post prepare
    prepend preserve prevent print probe process produce propagate provide publish pull purge
    push put query queue raise read rebuild receive reclaim record recover recycle redirect
    reduce refresh register reject release reload remove rename render reopen repeat replace
    reply report represent request require reserve reset resize resolve restart restore resume
    retrieve retry return reverse revert rewind rewrite roll rotate round route run sample save
    scale scan schedule search seek select send separate serialize serve set setup shift show shrink
    shuffle shut signal skip sleep slice sort specify split start stop store strip submit
    subscribe subtract sum suspend swap switch sync synchronize take tear tell terminate test
    toggle trace track transfer transform translate traverse trigger trim truncate try turn undo
    unlink unlock unmap unmount unpack unregister update upgrade upload use validate verify
    visit wait wake walk warn watch wrap write yield zero
"""
_VERBS = frozenset(_SPELLED.split())
