"""Roman numerals: writing them, reading them and calculating with them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import total_ordering

LARGEST = 3999
PAIRS: tuple[tuple[str, int], ...] = (
    ("M", 1000),
    ("CM", 900),
    ("D", 500),
    ("CD", 400),
    ("C", 100),
    ("XC", 90),
    ("L", 50),
    ("XL", 40),
    ("X", 10),
    ("IX", 9),
    ("V", 5),
    ("IV", 4),
    ("I", 1),
)
VALUES: dict[str, int] = {
    letters: value for letters, value in PAIRS if len(letters) == 1
}


class RomanError(ValueError):
    """A number or a text that has no Roman numeral."""


def to_roman(number: int) -> str:
    """Return the numeral of `number`; raise RomanError outside 1 to 3999."""
    if number < 1 or number > LARGEST:
        raise RomanError(f"{number} is not between 1 and {LARGEST}")
    parts: list[str] = []
    rest = number
    for letters, value in PAIRS:
        count, rest = divmod(rest, value)
        parts.append(letters * count)
    return "".join(parts)


def raw_value(text: str) -> int:
    """Add up the letters of `text`: a smaller one before a larger one is taken away."""
    total = 0
    largest = 0
    for letter in reversed(text):
        if letter not in VALUES:
            raise RomanError(f"{letter!r} is no Roman digit")
        value = VALUES[letter]
        if value < largest:
            total -= value
        else:
            total += value
            largest = value
    return total


def from_roman(text: str) -> int:
    """Return the number that `text` means; only the usual spelling is taken, in any case."""
    cleaned = text.strip().upper()
    if not cleaned:
        raise RomanError("an empty text is no numeral")
    number = raw_value(cleaned)
    if to_roman(number) != cleaned:
        raise RomanError(f"{text!r} is not how {number} is written")
    return number


def is_roman(text: str) -> bool:
    """Say whether `text` is a well-formed numeral."""
    try:
        from_roman(text)
    except RomanError:
        return False
    return True


@total_ordering
@dataclass(frozen=True)
class Roman:
    """A number that shows itself as a numeral."""

    number: int

    @classmethod
    def parse(cls, text: str) -> Roman:
        """Return the Roman that `text` spells."""
        return cls(from_roman(text))

    def __add__(self, other: Roman) -> Roman:
        return Roman(self.number + other.number)

    def __sub__(self, other: Roman) -> Roman:
        return Roman(self.number - other.number)

    def __lt__(self, other: Roman) -> bool:
        return self.number < other.number

    def __str__(self) -> str:
        return to_roman(self.number)
