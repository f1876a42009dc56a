"""Own the question for a fix: which code a model is shown, what is wrong in it, what helps to know.

It must not ask a model, nor check anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from glossator_clients.types import ChatRequest, ModelInfo, Packing
from glossator_gate.types import Errand
from glossator_indexer.records import ContextPiece
from glossator_server.actions.background import background_of
from glossator_server.actions.excerpts import excerpt_around
from glossator_server.actions.targeting import FixWish
from glossator_server.fix_options import FixOptions
from glossator_server.prompts.fix import FixPrompt, FixSubject, fix_prompt, is_small
from glossator_server.reflection.judging import FixTask, sentence
from glossator_server.snapshot import Snapshot
from glossator_server.verify.problems import Stage

ROLE = "fix"
# A small model reads a few lines, and chooses among fewer.
SMALL_LINES_AROUND = 6
SMALL_CHOICES = 3


@dataclass(slots=True)
class FixQuestion:
    """What the question for a fix is made of, for whichever model answers; each is made once."""

    snapshot: Snapshot
    wish: FixWish
    task: FixTask
    lines: tuple[int, ...]
    pieces: tuple[ContextPiece, ...]
    root: Path
    options: FixOptions
    _made: dict[tuple[str, int | None], FixPrompt | None] = field(default_factory=dict)

    def request(self, info: ModelInfo) -> ChatRequest | None:
        """Return the first request for a model, None where none fits."""
        prompt = self._prompt(info)
        if prompt is None:
            return None
        return replace(
            prompt.request,
            errand=Errand("chat", ROLE, self.snapshot.data_class),
            packing=Packing(info, self.request),
        )

    def notices(self, info: ModelInfo) -> tuple[str, ...]:
        """Return what was left out of that request."""
        prompt = self._prompt(info)
        return () if prompt is None else prompt.notices

    def _prompt(self, info: ModelInfo) -> FixPrompt | None:
        # All that a prompt depends on; headers are read for it.
        key = (info.api, info.context_tokens)
        if key not in self._made:
            options = self.options
            self._made[key] = fix_prompt(
                self._subject(info), info, options.sampling, options.prompt
            )
        return self._made[key]

    def _subject(self, info: ModelInfo) -> FixSubject:
        """Return what a model is shown."""
        problems = tuple(map(sentence, self.task.targets))
        if is_small(info):
            return self._small_subject(problems)
        excerpts = [it for it in self.task.baseline if it.stage is Stage.TESTS and it.excerpt]
        told = [f"the end of what the tests wrote:\n{it.excerpt}" for it in excerpts]
        if not any(it.stage is Stage.TESTS for it in self.task.targets):
            told = []
        excerpt = excerpt_around(self.snapshot.source, self.lines or self._wished_lines())
        return FixSubject(
            language=self.snapshot.source.language.id,
            name=self.task.name,
            code=excerpt.text,
            problems=(*problems, *told),
            wish=self.wish.text,
            background=background_of(self.snapshot, excerpt.spans, self.pieces, self.root),
        )

    def _wished_lines(self) -> tuple[int, ...]:
        return () if self.wish.lines is None else (self.wish.lines.start,)

    def _small_subject(self, problems: tuple[str, ...]) -> FixSubject:
        every = self.snapshot.text.split("\n")
        at = (self.lines or self._wished_lines() or (1,))[0] - 1
        near = range(max(0, at - SMALL_LINES_AROUND), min(len(every), at + SMALL_LINES_AROUND + 1))
        # The line itself, then those before it: an error shows where it is noticed, or after.
        choices = sorted(near, key=lambda it: (abs(it - at), it > at))[:SMALL_CHOICES]
        lines = [every[it].rstrip("\r") for it in choices]
        return FixSubject(
            language=self.snapshot.source.language.id,
            name=self.task.name,
            code="\n".join(every[it].rstrip("\r") for it in near),
            problems=problems[:1],
            wish=self.wish.text,
            lines=tuple(it for it in lines if it.strip() and every.count(it) == 1),
        )
