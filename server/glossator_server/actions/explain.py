"""Own the action "explain": what a symbol or some lines do, with the lines that say so.

What is too long for one question is explained piece by piece, and then as a whole. It must not
change anything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from glossator_clients.errors import PromptTooLongError
from glossator_clients.protocol import ChatModel
from glossator_clients.types import ChatRequest, ModelInfo, Packing
from glossator_gate.types import Errand
from glossator_indexer.languages import language_of_file
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import all_symbols
from glossator_server.actions.answers import AnswerFilter
from glossator_server.actions.ask import (
    NOT_FOUND,
    ROLE,
    Passed,
    left_out_notice,
    not_asked_notice,
    shown_piece,
    stream_checked,
)
from glossator_server.actions.ask_retrieval import Looking
from glossator_server.actions.citations import Shown, unique
from glossator_server.actions.questions import (
    Answer,
    AskReport,
    AskSources,
    Citation,
    Piece,
)
from glossator_server.actions.safe_markdown import as_code
from glossator_server.actions.small_answers import outline
from glossator_server.errors import UsageError
from glossator_server.prompts.ask import AskPrompt, explain_prompt, whole_prompt
from glossator_server.prompts.fix import is_small
from glossator_server.reflection.loop import Spending

# One question explains about as much as a person reads at once.
MOST_PART_LINES = 150
MOST_PART_CHARACTERS = 9_000
# A file with more parts is no selection any more; the rest is said to be left out.
MOST_PARTS = 24
MOST_AROUND = 6


@dataclass(frozen=True, slots=True)
class ExplainTarget:
    """What is to be explained: a symbol of a file, some lines of it (from 1), or all of it."""

    path: Path
    symbol: str = ""
    lines: range | None = None


async def explain(target: ExplainTarget, sources: AskSources, report: AskReport) -> Answer:
    """Explain code; the explanation is shown block by block as it is borne out.

    Raises `UsageError` where there is no code, a `ModelError` or `PolicyError` where no model may
    or can explain it.
    """
    started = time.monotonic()
    looking = Looking(sources)
    code = await asyncio.to_thread(looking.whole, target.path, target.lines, target.symbol)
    if not any(it.strip() for it in code.lines):
        raise UsageError(f"There is no code to explain in {code.path}; name another place.")
    parts = await asyncio.to_thread(parts_of, code)
    model = await sources.open_model(ROLE)
    try:
        work = _Explaining(target, code, parts[:MOST_PARTS], sources, report, model)
        if left := parts[MOST_PARTS:]:
            work.notices.append(f"lines {left[0].start_line} to {code.end_line} left out: too long")
        answer = await work.answer(looking)
        answer = replace(answer, notices=(*answer.notices, *looking.told()))
    finally:
        await model.close()
    return replace(answer, seconds=time.monotonic() - started)


def parts_of(code: Piece) -> list[Piece]:
    """Return code in pieces that fit one question each, cut between symbols where it can be."""
    if len(code.lines) <= MOST_PART_LINES and len(code.text) <= MOST_PART_CHARACTERS:
        return [code]
    starts = _starts(code)
    parts: list[Piece] = []
    at = 0
    while at < len(code.lines):
        most = _fitting(code.lines, at)
        # Where the rest is longer than a part, it ends before the last symbol that begins in it.
        inside = [it for it in starts if at < it <= most]
        end = inside[-1] if inside and most < len(code.lines) else most
        lines = code.lines[at:end]
        if any(it.strip() for it in lines):
            parts.append(replace(code, start_line=code.start_line + at, lines=lines))
        at = end
    return parts


def _starts(code: Piece) -> list[int]:
    """Return at which lines (from 0) symbols begin, their comments included."""
    text = code.text
    language = language_of_file(Path(code.path), text)
    if language is None:
        return [at for at, it in enumerate(code.lines) if at and not code.lines[at - 1].strip()]
    found = set()
    for it in all_symbols(parse(text, language)):
        start = it.extent.start if it.comment is None else it.comment.span.start
        found.add(text.count("\n", 0, min(start, it.extent.start)))
    return sorted(found)


def _fitting(lines: Sequence[str], at: int) -> int:
    size, end = 0, at
    while end < len(lines) and end - at < MOST_PART_LINES:
        size += len(lines[end]) + 1
        if size > MOST_PART_CHARACTERS and end > at:
            break
        end += 1
    return end


@dataclass
class _Explaining:
    """One explanation on its way; owns what was spent and what became of it."""

    target: ExplainTarget
    code: Piece
    parts: Sequence[Piece]
    sources: AskSources
    report: AskReport
    model: ChatModel
    spending: Spending = field(default_factory=Spending)
    notices: list[str] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    shown: list[Piece] = field(default_factory=list)
    written: str = ""
    dropped: int = 0

    async def answer(self, looking: Looking) -> Answer:
        """Return the checked explanation."""
        if is_small(self.model.info):
            return self._outlined()
        try:
            await self._explained(looking)
        except PromptTooLongError:
            if not is_small(self.model.info):
                raise
            # The router has nobody else left.
            self._start_over()
            return self._outlined()
        return self._answer(unique(self.citations))

    def _outlined(self) -> Answer:
        said = outline(self.parts, self.sources.link)
        self._write(said.markdown)
        self.notices.append(not_asked_notice(self.model.info))
        return self._answer(said.citations, said.quoted)

    def _start_over(self) -> None:
        self.written, self.dropped = "", 0
        self.citations.clear()
        self.shown.clear()
        self.report.start_over()

    async def _explained(self, looking: Looking) -> None:
        """Explain part by part, and then the whole."""
        explained: list[tuple[Piece, str]] = []
        for number, part in enumerate(self.parts):
            if len(self.parts) > 1:
                self.report.say(f"explains {part.citation} ({number + 1} of {len(self.parts)})")
            passed = await self._part(part, looking)
            if passed is not None and passed.markdown:
                explained.append((part, passed.markdown))
        if len(explained) > 1:
            await self._whole(explained)

    async def _part(self, part: Piece, looking: Looking) -> Passed | None:
        around = await looking.around(part, MOST_AROUND)
        pieces = [part, *around]
        what = (
            self.target.symbol
            if len(self.parts) == 1 and self.target.symbol
            else str(part.citation)
        )
        texts = [shown_piece(at, it) for at, it in enumerate(pieces, 1)]
        prompt = explain_prompt(what, texts, self.model.info, self.sources.asking)
        if prompt is None:
            self.notices.append(f"{part.citation} does not fit {self.model.info.id}")
            return None
        if left := len(pieces) - prompt.shown:
            self.notices.append(f"{left} of {len(around)} pieces around {part.citation} left out")
        self.shown += pieces[: prompt.shown]
        heading = "" if len(self.parts) == 1 else f"**{as_code(str(part.citation))}**\n\n"
        return await self._asked(prompt, Shown(pieces[: prompt.shown]), heading)

    async def _whole(self, explained: Sequence[tuple[Piece, str]]) -> None:
        """Say what the parts are together; each sentence names a part."""
        self.report.say("sums up")
        texts = [f"[{at}] {text}" for at, (_, text) in enumerate(explained, 1)]
        what = self.target.symbol or self.code.path
        prompt = whole_prompt(what, texts, self.model.info, self.sources.asking)
        if prompt is None:
            self.notices.append("there is no summary: the parts do not fit the prompt")
            return
        if left := len(texts) - prompt.shown:
            self.notices.append(f"the summary is without the last {left} of {len(texts)} parts")
        await self._asked(
            prompt, Shown([it for it, _ in explained[: prompt.shown]]), "**In short**\n\n"
        )

    async def _asked(self, prompt: AskPrompt, shown: Shown, heading: str) -> Passed:
        report = _Headed(self, heading)
        request = self._request(prompt)

        def letting() -> AnswerFilter:
            return AnswerFilter(shown, self.sources.link)

        passed = await stream_checked(self.model, request, letting, report, self.spending)
        self.citations += passed.filter.citations
        self.dropped += passed.filter.dropped
        return passed

    def _request(self, prompt: AskPrompt) -> ChatRequest:
        errand = Errand("chat", ROLE, self.sources.data_class)
        request = replace(prompt.request, errand=errand)

        def anew(info: ModelInfo) -> ChatRequest | None:
            return None if is_small(info) else request

        return replace(request, packing=Packing(self.model.info, anew))

    def _write(self, markdown: str) -> None:
        self.written += markdown
        self.report.write(markdown)

    def _answer(self, citations: tuple[Citation, ...], quoted: tuple[Piece, ...] = ()) -> Answer:
        found = bool(self.written)
        if not found:
            where = self.sources.link(self.code.citation)
            self._write(f"{NOT_FOUND}.\n\nThe code that was looked at: {where}")
        info: ModelInfo = self.model.info
        spent = self.spending
        return Answer(
            self.written,
            citations,
            found=found,
            pieces=tuple(self.shown),
            model=info.id if spent.calls else "",
            route=info.route if spent.calls else "",
            prompt_tokens=spent.prompt_tokens,
            completion_tokens=spent.completion_tokens,
            cost=spent.cost,
            notices=(*self.notices, *left_out_notice(self.dropped)),
            dropped=self.dropped,
            quoted=quoted,
        )


class _Headed:
    """Shows a part of an explanation under its heading, once there is something to show."""

    def __init__(self, work: _Explaining, heading: str) -> None:
        self._work = work
        self._before = work.written
        self._heading = heading
        self._is_begun = False

    def say(self, words: str) -> None:
        """Pass on what is being done."""
        self._work.report.say(words)

    def write(self, markdown: str) -> None:
        """Show the next piece."""
        if not self._is_begun:
            gap = "\n\n" if self._before else ""
            markdown = f"{gap}{self._heading}{markdown}"
            self._is_begun = True
        self._work._write(markdown)  # noqa: SLF001 -- its own other half

    def start_over(self) -> None:
        """Take back this part, and show the others again."""
        self._work.written = self._before
        self._is_begun = False
        self._work.report.start_over()
        if self._before:
            self._work.report.write(self._before)
