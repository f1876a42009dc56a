"""Own how figures, lists and durations are written for people.

It must not know what they are of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

_MINUTE, _HOUR = 60, 3600
_CURRENCY = re.compile("[A-Z]{3}")
# A case may cost a thousandth of a cent, and thousands of them count.
_CENTS, _PLACES_OF_CENTS = 0.1, 5
# Of shares and scores the third place is the last that a few hundred cases can tell.
_SCORE_PLACES = 3
_GREAT, _MIDDLING, _TENTH = 100, 10, 0.1


def figure(value: float, unit: str = "") -> str:
    """Return a number as people write it, with its unit; a true minus sign."""
    return _with_unit(_number(value, unit), unit)


def signed(value: float, unit: str = "") -> str:
    """Return a difference with its sign."""
    number = _number(value, unit)
    return _with_unit(number if number.startswith("−") else f"+{number}", unit)


def between(low: float, high: float, unit: str = "") -> str:
    """Return an interval: `0.020 to 0.062`."""
    return f"{_number(low, unit)} to {_number(high, unit)}"


def size(value: float, unit: str = "") -> str:
    """Return how great a difference is, whatever its sign."""
    return figure(abs(value), unit)


def share(value: float) -> str:
    """Return a share from 0 to 1 in per cent."""
    # One in a thousand is worth telling from none.
    places = 0 if value == 0 or abs(value) >= _TENTH else 1
    return f"{100 * value:.{places}f} %"


def duration(seconds: float) -> str:
    """Return seconds in the unit that suits them."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if round(seconds, 1) < _MINUTE:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE}\u202fmin {whole % _MINUTE:02}\u202fs"
    return f"{whole // _HOUR}\u202fh {whole % _HOUR // _MINUTE:02}\u202fmin"


def moment(iso: str) -> str:
    """Return a time of ISO 8601 as people write it, in its own zone; anything else as it is."""
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{at.day} {at:%B %Y, %H:%M} {at.tzname() or ''}".strip()


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return words as a sentence lists them."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return how many there are: `1 case`, `12 cases`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}".replace(",", "\u202f")


def quoted(name: str) -> str:
    """Return a name so that it is told from the sentence that it stands in."""
    return f"“{name}”"


def _number(value: float, unit: str) -> str:
    if _CURRENCY.fullmatch(unit):
        places = 2 if abs(value) >= _CENTS else _PLACES_OF_CENTS
    elif not unit:
        places = _SCORE_PLACES if abs(value) < _MIDDLING else 1
    elif abs(value) >= _GREAT:
        places = 0
    else:
        places = 1 if abs(value) >= _MIDDLING else 2
    text = f"{value:.{places}f}"
    # What rounds to nothing has no sign.
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def _with_unit(number: str, unit: str) -> str:
    return f"{number} {unit}" if unit else number
