"""Own the tool `ask`: a question about the repository, answered by a model with its citations.

Nothing that is more secret than the assistant may be told of goes into the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glossator_clients.protocol import ChatModel
from glossator_gate.types import DataClass
from glossator_server.actions.ask import ask as answered
from glossator_server.actions.questions import Answer as Answered
from glossator_server.actions.questions import AskSources, Citation, Question
from glossator_server.actions.safe_markdown import as_code
from glossator_server.agent.data import shown
from glossator_server.mcp.answers import Answer
from glossator_server.mcp.desk import Inquiry, Report
from glossator_server.mcp.indexing import notices_of, prefix_of, ready_index
from glossator_server.mcp.searching import with_notices


async def ask(inquiry: Inquiry, arguments: Mapping[str, Any]) -> Answer:
    """Answer a question, or say that there is no answer in this code."""
    path = arguments.get("path")
    inner = None if path is None else inquiry.path(path)
    data_class = _class_of(inquiry, inner)

    async def open_model(role: str) -> ChatModel:
        return await inquiry.open_model(role, data_class)

    index = await ready_index(inquiry)
    folder = inquiry.desk.folder
    sources = AskSources(
        folder,
        index,
        open_model,
        inquiry.policy,
        data_class,
        _link,
        prefix_of(inquiry, index),
        asking=inquiry.rules.settings.asking("ask"),
    )
    about: Path | None = None if inner is None else folder / inner
    question = Question(arguments["question"].strip(), about)
    said = await answered(question, sources, _Progress(inquiry.report))
    return _told(said, [*said.notices, *notices_of(await index.status())])


def _class_of(inquiry: Inquiry, inner: str | None) -> DataClass:
    """Return how secret the files may be that are looked at: as others are, if they may be told."""
    asked = inquiry.policy.class_of(None)
    if inner is not None:
        asked = max(asked, inquiry.class_of(inner), key=lambda it: it.rank)
    return min(asked, inquiry.access.data_class, key=lambda it: it.rank)


def _told(said: Answered, notices: list[str]) -> Answer:
    notices = [shown(it) for it in notices]
    data = {
        "answer": said.markdown,
        "is_answered": said.found,
        "citations": [
            {"path": it.path, "start_line": it.start_line, "end_line": it.end_line}
            for it in said.citations
        ],
        "model": said.model,
        "seconds": round(said.seconds, 3),
        "notices": notices,
    }
    # It quotes files, or was said by who read them.
    text = with_notices("ask", said.markdown, notices)
    files = {it.path for it in said.citations} | {it.path for it in said.pieces}
    return Answer(text, data, frozenset(files))


def _link(citation: Citation) -> str:
    return as_code(str(citation))


@dataclass(frozen=True, slots=True)
class _Progress:
    """Tells what is being done; an answer goes out when it is whole."""

    report: Report

    def say(self, words: str) -> None:
        """Tell what is being done now."""
        self.report(words)

    def write(self, markdown: str) -> None:
        """Keep nothing: the answer has it all."""

    def start_over(self) -> None:
        """Take nothing back: nothing was shown."""
