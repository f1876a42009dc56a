"""Own the questions that an editor cannot show: they wait, and its code actions are the answers.

It must not know what a question is about.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from glossator_server.shortening import shortened

# A menu is narrow.
MOST_OF_A_TITLE = 70


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What is asked, what may be answered, and where the answer goes."""

    number: int
    message: str
    answers: tuple[str, ...]
    answered: asyncio.Future[str]


@dataclass(frozen=True, slots=True)
class PossibleAnswer:
    """One answer to an open question, as it stands in a menu."""

    question: int
    answer: str
    title: str


class Questions:
    """What waits for an answer in this session, in the order in which it was asked."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._open: dict[int, OpenQuestion] = {}

    async def ask(self, message: str, answers: Sequence[str]) -> str:
        """Wait until one of the answers is chosen; a cancel takes the question back."""
        number = next(self._numbers)
        answered: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._open[number] = OpenQuestion(number, message, tuple(answers), answered)
        try:
            return await answered
        finally:
            del self._open[number]

    def possible_answers(self) -> Iterator[PossibleAnswer]:
        """Yield what a menu offers."""
        for it in self._open.values():
            for answer in it.answers:
                about = shortened(it.message.partition(": ")[0], MOST_OF_A_TITLE)
                yield PossibleAnswer(it.number, answer, f"{answer} ({about})")

    def answer(self, number: int, answer: str) -> bool:
        """Answer a question; return whether it was open and has such an answer."""
        question = self._open.get(number)
        if question is None or answer not in question.answers or question.answered.done():
            return False
        question.answered.set_result(answer)
        return True
