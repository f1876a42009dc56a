"""Own the voice of a summary: what the code does, not a sentence about "the function".

Pure; it changes the lead of a sentence and must not touch what it says.
"""

from __future__ import annotations

import re

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
