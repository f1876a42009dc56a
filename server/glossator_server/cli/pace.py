"""Own how fast a run gets on, and what follows from it for the time that is left.

It must not draw or print; the clock is given.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

# One slow symbol among so many moves the estimate little, and a model that is loaded, throttled or
# exchanged is noticed within them.
_REMEMBERED = 24


@dataclass(slots=True)
class Pace:
    """How much is done of what is to be done; totals are known file by file."""

    files: int
    now: Callable[[], float] = time.monotonic
    files_done: int = 0
    symbols_done: int = 0
    _expected: dict[str, int] = field(default_factory=dict)
    _recent: deque[tuple[float, int]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._recent.append((self.now(), 0))

    @property
    def symbols(self) -> int:
        """Return how many symbols there are in the files that somebody has looked into."""
        return sum(self._expected.values())

    @property
    def is_counted(self) -> bool:
        """Tell whether every file has been looked into."""
        return len(self._expected) >= self.files

    def expect(self, file: str, symbols: int) -> None:
        """Note how many symbols of a file are to be done; the last word counts."""
        self._expected[file] = symbols

    def knows(self, file: str) -> bool:
        """Tell whether somebody has looked into a file."""
        return file in self._expected

    def symbol_done(self, tokens: int) -> None:
        """Note that a symbol is done, and how many tokens were written for it."""
        self.symbols_done += 1
        self._recent.append((self.now(), tokens))
        if len(self._recent) > _REMEMBERED:
            self._recent.popleft()

    def file_done(self) -> None:
        """Note that a file is done."""
        self.files_done += 1

    @property
    def seconds_left(self) -> float | None:
        """Return how long the rest takes at the pace of late, None where nobody can know."""
        finished = len(self._recent) - 1
        if not self.is_counted or finished < 1:
            return None
        return self._elapsed() / finished * max(0, self.symbols - self.symbols_done)

    @property
    def tokens_per_second(self) -> float | None:
        """Return how fast tokens are written of late, by all at once."""
        tokens = sum(it for _, it in list(self._recent)[1:])
        elapsed = self._elapsed()
        return tokens / elapsed if tokens and elapsed > 0 else None

    def in_words(self) -> str:
        """Return for example `12/340 symbols, 3/20 files, 2 min left, 41 tokens/s`."""
        more = "" if self.is_counted else "+"
        parts = [
            f"{self.symbols_done}/{self.symbols}{more} symbols",
            f"{self.files_done}/{self.files} files",
        ]
        if (left := self.seconds_left) is not None:
            parts.append(f"{duration(left)} left")
        if (speed := self.tokens_per_second) is not None:
            parts.append(f"{speed:.0f} tokens/s")
        return ", ".join(parts)

    def _elapsed(self) -> float:
        return self._recent[-1][0] - self._recent[0][0]


def duration(seconds: float) -> str:
    """Return a duration as people say it: `40 s`, `12 min`, `3 h 05 min`."""
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d} min"
