"""Own values beside names such as `password`: assigned, passed, configured, logged.

It must not know what tokens of providers look like.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import unquote

from glossator_gate.redaction.entropy import (
    is_bare_password,
    is_long_and_mixed,
    is_password,
    is_random,
    is_rather_random,
    is_uuid,
)
from glossator_gate.redaction.joined import Spans, goes_on, joined

# What secrets are called, beginnings and ends left out.
PASSWORD_NAMES = ("pass", "pwd")
SECRET_NAMES = ("secret", "token", "credential")
WEAK_NAMES = ("key", "auth", "dsn", "cookie", "session", "jwt", "_pat")
LITERALS = (*PASSWORD_NAMES, *SECRET_NAMES, *WEAK_NAMES)

_FEWEST_OF_WEAK = 20
# More of a value tells nothing new.
_MOST_JUDGED = 400
# In a thousand characters; an address with more parameters of such names is not seen.
_MOST_VALUES = 8


class Runs:
    """What was looked at of the text without blanks and quotes that a search is in.

    No such run has many values beside names. One that is made of names only would be judged again
    from each of them on: a megabyte took minutes.
    """

    __slots__ = ("_end", "_left")

    def __init__(self) -> None:
        self._end = self._left = 0

    def allow(self, text: str, start: int) -> bool:
        """Return whether a value that begins here is looked at."""
        if start >= self._end:
            self._end = _STRETCH.match(text, start).end()  # type: ignore[union-attr]
            self._left = _MOST_VALUES
        self._left -= 1
        return self._left >= 0


def value_of(text: str, name: str, end: int, runs: Runs) -> Spans:
    """Return where the secret stands that is given to a name which ends at `end`, if one is.

    `name` is that of `LITERALS` which stands there.
    """
    found = _ASSIGNED.match(text, end)
    if found is None:
        return ()
    judge = _judge(text, name, end)
    if judge is None or not _belongs(text, name, end, found):
        return ()
    if found["quoted"] is not None:
        return _of_literal(text, found.span("quoted"), judge)
    start = found.end()
    if not runs.allow(text, start):
        return ()
    if judge is _is_password_or_random and not _is_constant(text, end, start):
        judge = _is_bare_password
    for bare, judged in ((_RUN, is_long_and_mixed), (_BARE, _outside_expressions(judge))):
        places = _of_run(text, start, bare, judged)
        if places:
            return places
    return ()


def _belongs(text: str, name: str, end: int, found: re.Match[str]) -> bool:
    """Return whether what was found is the name's value and not only its neighbour."""
    if found["blank"] is not None:
        # "Pass `check=True`" is prose.
        return name != "pass" or text[end : end + 1].isalpha()
    # Of a list of words the second one is no value of the first.
    return found["comma"] is None or _FIRST.search(text, max(0, end - 60), end) is not None


def is_named_secret(name: str, value: str) -> bool:
    """Return whether a value is a secret beside such a name, as in a table of both."""
    lowered = name.lower()
    for literal in LITERALS:
        at = lowered.rfind(literal)
        if at >= 0:
            judge = _judge(lowered, literal, at + len(literal))
            if judge is not None and judge(value):
                return " " not in value
    return False


_Judge = Callable[[str], bool]


def _judge(text: str, name: str, end: int) -> _Judge | None:
    """Return what has to be true of a value beside this name; None where it is another word."""
    if name in PASSWORD_NAMES:
        return _is_password_or_random if _PASSWORD.match(text, end - len(name)) else None
    if name in SECRET_NAMES or (name == "key" and _SECRET_KEY.search(text, max(0, end - 24), end)):
        return _is_secret
    if name == "_pat" and not _END_OF_WORD.match(text, end):
        return None
    return _is_weakly_named_secret


def _is_password_or_random(value: str) -> bool:
    return is_password(value) or is_random(value)


def _is_secret(value: str) -> bool:
    return is_random(value) or is_uuid(value) or is_rather_random(value)


def _is_weakly_named_secret(value: str) -> bool:
    return len(value) >= _FEWEST_OF_WEAK and not is_uuid(value) and is_random(value)


def _is_bare_password(value: str) -> bool:
    return is_bare_password(value) or is_random(value)


def _is_constant(text: str, end: int, start: int) -> bool:
    """Return whether `DB_PASSWORD=` or the like stands there: what follows is no variable."""
    return " =" not in text[end:start] and bool(_CONSTANT.search(text, max(0, end - 40), end))


def _outside_expressions(judge: _Judge) -> _Judge:
    return lambda it: judge(it) and not _EXPRESSION.search(it)


def _of_run(text: str, start: int, bare: re.Pattern[str], judged: _Judge) -> Spans:
    """Return where a value without quotes of its own stands; it may end with the literal."""
    value = bare.match(text, start)
    end = value.end() if value else _FRAGMENT.match(text, start).end()  # type: ignore[union-attr]
    if text[end : end + 1] in ('"', "'", "`") and goes_on(text, end):
        whole = joined(text, start, end)
        value = bare.match(whole.text)
        if value is not None and judged(_decoded(value.group()[:_MOST_JUDGED])):
            return whole.places(*value.span())
    elif value is not None and text[end : end + 1] not in _OPENING:
        return (value.span(),) if judged(_decoded(value.group()[:_MOST_JUDGED])) else ()
    return ()


def _of_literal(text: str, span: tuple[int, int], judge: _Judge) -> Spans:
    start, end = span
    if goes_on(text, end):
        whole = joined(text, start, end)
        return whole.parts if _judged(whole.text, judge) else ()
    return (span,) if _judged(text[start:end], judge) else ()


def _judged(value: str, judge: _Judge) -> bool:
    return judge(value) or is_long_and_mixed(value)


def _decoded(value: str) -> str:
    """Return what a value means that a URL or XML holds."""
    if "%" in value:
        value = unquote(value)
    return html.unescape(value) if "&" in value else value


_PASSWORD = re.compile(
    r"(?i)pwd|passw|pass[_-]?(?:phrase|code)"
    r"|(?:(?<![a-z])|(?<=db)|(?<=pg)|(?<=sql)|(?<=smtp)|(?<=user)|(?<=root)|(?<=admin))pass(?![a-z])"
    r"|(?-i:(?<=[a-z0-9])Pass(?![a-z]))"
)
_FIRST = re.compile(r"[({\[]\s{0,20}[\"'][\w.-]{1,40}\Z")
_SECRET_KEY = re.compile(
    r"(?i)(?:api|access|secret|private|account|auth|master|admin|sign(?:ing)?|encryption|storage"
    r"|shared|license|service|deploy|subscription|app(?:lication)?)[_.-]?key\Z"
)
# A value that ends here is what is called or indexed.
_OPENING = ("(", "[", "{")
_END_OF_WORD = re.compile(r"(?![A-Za-z0-9])")
_CONSTANT = re.compile(r"(?<![a-z])[A-Z][A-Z0-9_]*\Z")
_EXPRESSION = re.compile(r"->|::|\(")

_QUOTE = r"(?:\\{0,4}[\"'`]|&quot;|&\#3[49];|%2[27]|\\u0022)"
# What may stand in a literal: no white space, no quote; `&` and `%` where they begin none.
_IN_LITERAL = r"(?:[^\s\"'`\\&%<]|&(?!quot;|\#3[49];)|%(?!2[27])|\\(?=[/u])(?!u0022))"
# From the end of the name: the rest of the name, a quote or bracket, its type (Go's has no colon),
# a sign of assignment; or what else joins a name and a value.
_ASSIGNED = re.compile(
    rf"(?:\w|[.-](?![>.])){{0,60}}+(?:\[\w{{0,20}}\])?+"
    r"(?:"
    # key = "value", key: str = "value", "key": "value", key => value, key%3Dvalue
    rf"{_QUOTE}?\]?[ \t]{{0,20}}+"
    r"(?:(?::[ \t]{0,4}+&?[\w.<>\[\]|]{1,40}+|string)[ \t]{0,4}+(?==[^=]))?"
    rf"(?:=>|:=|[?+]=|=(?!=)|:(?!:)|%3[AaDd])[ \t]{{0,20}}+"
    # setenv("KEY", "value"), {"name": "KEY", "value": "value"}, <add key="KEY" value="value"/>
    rf"|{_QUOTE}[ \t]{{0,4}},?\s{{0,20}}+{_QUOTE}?value{_QUOTE}?[ \t]{{0,4}}[:=][ \t]{{0,4}}"
    rf"|(?P<comma>){_QUOTE}[ \t]{{0,4}},\s{{0,20}}+(?={_QUOTE})"
    # - name: KEY, and the value in the next line
    r"|[\"']?[ \t]{0,4}\r?\n[ \t]{0,20}value:[ \t]{0,4}"
    # <key>value</key>, <property name="key">value</property>
    r"|[\"']?>(?=[^\s<])"
    rf"|\((?={_QUOTE})"
    r"|(?P<blank>)(?:[ \t]|%20){1,20}+"
    r")"
    r"(?:\(\s{0,20}(?=[\"'`]))?(?:\\?\r?\n[ \t]{0,40}(?=[\"'`]))?"
    rf"(?:[bfruLR@]{{0,2}}{_QUOTE}(?:(?i:bearer|basic|token|ssws|bot|apikey)[ ])?"
    rf"(?P<quoted>{_IN_LITERAL}{{1,4000}}+)(?={_QUOTE})"
    r"|(?:(?i:bearer|basic|token|ssws|bot|apikey)(?:[ ]|%20))?(?=[^\s\"'`\\<>]))"
)
# Up to white space, quotes and brackets of XML.
_RUN = re.compile(r"[^\s\"'`\\<>]{20,400}+")
_STRETCH = re.compile(r"[^\s\"'`\\<>]{0,1000}+")
_FRAGMENT = re.compile(r"[^\s\"'`\\<>]{0,400}+")
# Without what ends a value in code, addresses and lists.
_BARE = re.compile(r"[^\s\"'`\\<>(){}\[\],;|&=$*][^\s\"'`\\<>(){}\[\],;|&=]{5,4000}+={0,2}")
