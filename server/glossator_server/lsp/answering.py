"""Own the way of an answer into the editor: streamed into its panel, else as a file that it opens.

It must not ask or answer: it says where from and where to.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from glossator_clients.protocol import ChatModel
from glossator_gate.errors import GlossatorError
from glossator_indexer.records import IndexPhase
from glossator_server.actions.questions import Answer, AskReport, AskSources, Citation, Link
from glossator_server.actions.safe_markdown import as_link, safe_line
from glossator_server.lsp.asking import show_file
from glossator_server.lsp.indexing import searchable
from glossator_server.lsp.jobs import JobReport
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.shown_files import write_shown
from glossator_server.lsp.workbenches import index_of, open_texts_of, root_for

if TYPE_CHECKING:
    from glossator_indexer.owner_client import IndexClient

ANSWER = "glossator/answer"
# A first index of the largest repositories takes minutes; then what is there has to do.
_INDEX_SECONDS = 120.0

_numbers = itertools.count(1)
_log = logging.getLogger(__name__)


class EditorAnswer:
    """An answer on its way into an editor: each piece to its panel, if it has one."""

    def __init__(self, ls: GlossatorServer, report: JobReport) -> None:
        self._ls = ls
        self._report = report
        self._sequence = 0

    def say(self, words: str) -> None:
        """Say what is being done now."""
        self._report.say(words)

    def write(self, markdown: str) -> None:
        """Send the next checked piece."""
        self._send(delta=markdown)

    def start_over(self) -> None:
        """Have the panel empty itself."""
        self._send(delta="", startOver=True)

    def end(self, answer: Answer | None) -> None:
        """Say that nothing more comes; None where there is no whole answer."""
        if answer is None:
            self._send(delta="", done=True)
            return
        places = [
            {"path": it.path, "startLine": it.start_line, "endLine": it.end_line}
            for it in answer.citations
        ]
        self._send(
            delta="",
            done=True,
            found=answer.found,
            citations=places,
            notices=list(answer.notices),
            **({"model": answer.model} if answer.model else {}),
        )

    def _send(self, **values: object) -> None:
        if self._ls.editor.panels:
            params = {"job": self._report.job, "seq": self._sequence, **values}
            self._sequence += 1
            self._ls.protocol.notify(ANSWER, params)


async def answered(
    ls: GlossatorServer,
    title: str,
    report: JobReport,
    work: Callable[[AskReport], Awaitable[Answer]],
) -> str:
    """Have a question answered and show the answer; say how it ended."""
    shown = EditorAnswer(ls, report)
    answer: Answer | None = None
    try:
        answer = await work(shown)
    finally:
        shown.end(answer)
    for notice in answer.notices:
        ls.note(notice)
    said = _in_short(answer)
    if ls.editor.panels:
        return said
    name = f"{os.getpid()}-{next(_numbers)}.md"
    path = await asyncio.to_thread(write_shown, "answers", name, as_file(title, answer))
    if path is None:
        return f"{said}; the answer could not be written to a file, the log says why"
    await show_file(ls, path)
    return said if ls.editor.shows_documents else f"{said}: {path}"


def as_file(title: str, answer: Answer) -> str:
    """Return an answer as a Markdown file of its own."""
    lines = [f"# {safe_line(title)}", "", answer.markdown, ""]
    lines += [f"- Note: {safe_line(it)}" for it in answer.notices]
    if answer.model:
        tokens = f"{answer.prompt_tokens} + {answer.completion_tokens} tokens"
        spent = f"{tokens}, {answer.seconds:.1f} s"
        lines += ["", f"By {safe_line(answer.model)} ({safe_line(answer.route)}), {spent}."]
    return "\n".join(lines).rstrip() + "\n"


async def sources_for(ls: GlossatorServer, path: Path | None) -> AskSources:
    """Return what questions are answered from: the folder of a file, the first one without.

    Raises `UsageError` where there is no folder.
    """
    root = root_for(ls, path)
    holds = ls.session.holds(path or root)
    classes = [holds.class_of(None), *([] if path is None else [holds.class_of(path)])]
    data_class = max(classes, key=lambda it: it.rank)

    async def open_model(role: str) -> ChatModel:
        return await ls.session.open_model_for(role, data_class, path or root)

    try:
        indexes = await searchable(ls)
        index, prefix = await index_of(ls, root)
    except GlossatorError as trouble:
        _log.info("a question without an index: %s", trouble)
        indexes, index, prefix = None, None, ""
    documents = list(ls.session.documents.values())
    open_paths = () if indexes is None or index is None else indexes.open_paths(index, documents)
    return AskSources(
        root,
        index,
        open_model,
        holds,
        data_class,
        link_below(root),
        prefix,
        open_texts_of(ls),
        open_paths,
        ls.session.settings.asking("ask"),
        None if index is None else lambda: _made_whole(index),
    )


def link_below(root: Path) -> Link:
    """Return what makes a link that an editor follows of a citation."""

    def link(citation: Citation) -> str:
        uri = (root / citation.path).as_uri()
        return as_link(str(citation), f"{uri}#L{citation.start_line}")

    return link


async def _made_whole(index: IndexClient) -> bool:
    """Wait for an index that is still being made; tell whether it was."""
    status = await index.status()
    if status.progress.phase in {IndexPhase.READY, IndexPhase.PAUSED}:
        return False
    try:
        async with asyncio.timeout(_INDEX_SECONDS):
            await index.refresh()
    except TimeoutError:
        return False
    return True


def _in_short(answer: Answer) -> str:
    if not answer.found:
        return "no answer was found"
    count = len(answer.citations)
    return f"answered, with {count} place{'s' if count != 1 else ''}"
