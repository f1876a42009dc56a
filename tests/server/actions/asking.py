"""Own what tests of questions share: a workspace, an index of it, and what is answered from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from glossator_clients.protocol import ChatModel
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_clients.types import ModelInfo
from glossator_gate.types import DataClass
from glossator_indexer.languages import language_of_file
from glossator_indexer.parsing import parse
from glossator_indexer.records import (
    ContextPiece,
    EntityKind,
    EntityRecord,
    FoundEntity,
    Hit,
    PieceRole,
    PiecesQuery,
    SearchQuery,
    Trust,
)
from glossator_indexer.symbols import all_symbols
from glossator_server.actions.questions import AskSources, Citation
from glossator_server.actions.support import content_words
from glossator_server.edits import lines_of_span
from glossator_server.policies import WorkspacePolicy
from glossator_server.session import NO_POLICY
from tests.server.agent.workspace import lay_out

FILES = {
    "src/net.c": """#include "net.h"

/* Open a connection to a host; returns a handle, or -1. */
int net_connect(const char *host, int port)
{
\tint handle = socket_open(host, port);

\tif (handle < 0)
\t\tlog_failure(host);
\treturn handle;
}

/* Close a connection. */
void net_close(int handle)
{
\tsocket_close(handle);
}
""",
    "src/retry.py": '''def retry(times, work):
    """Call some work again until it succeeds.

    More words.
    """
    for attempt in range(times):
        if work():
            return attempt
    return None
''',
    "secret/keys.c": "/* Open a connection with the master key. */\nint key_connect(void);\n",
    ".env": "CONNECTION=hush\n",
}


@dataclass
class FakeIndex:
    """An index that finds the symbols of some files by the words they share with a question."""

    root: Path
    paths: Sequence[str] = ("src/net.c", "src/retry.py")
    transformer: bool = False
    asked: list[SearchQuery] = field(default_factory=list)

    async def search(self, query: SearchQuery) -> list[Hit]:
        """Return what shares words, most first."""
        self.asked.append(query)
        words = set(content_words(query.text))
        found: list[Hit] = []
        for path, name, first, last, text in self._symbols():
            shared = len(words & set(content_words(f"{text} {name}"))) / max(1, len(words))
            signals = (("transformer score", shared),) if self.transformer else ()
            if shared:
                found.append(Hit(path, first, last, name, EntityKind.FUNCTION, shared, signals))
        return sorted(found, key=lambda it: -it.score)[: query.limit]

    async def pieces(self, query: PiecesQuery) -> list[ContextPiece]:
        """Return the other symbols of a file."""
        return [
            ContextPiece(
                PieceRole.NEIGHBOUR, path, first, last, name, EntityKind.FUNCTION,
                Trust.PROJECT, 1.0, text,
            )
            for path, name, first, last, text in self._symbols()
            if path == query.path and not first <= (query.line or 0) <= last
        ]  # fmt: skip

    async def entities(self, name: str, limit: int = 50) -> list[FoundEntity]:
        """Return what bears a name."""
        return [
            FoundEntity(path, EntityRecord(found, EntityKind.FUNCTION, "", first, last, ""), 1.0)
            for path, found, first, last, _ in self._symbols()
            if found == name
        ][:limit]

    def _symbols(self) -> Sequence[tuple[str, str, int, int, str]]:
        found = []
        for path in self.paths:
            text = (self.root / path).read_text("utf-8")
            language = language_of_file(Path(path), text)
            assert language is not None
            for it in all_symbols(parse(text, language)):
                lines = lines_of_span(text, it.extent)
                comment = "" if it.comment is None else it.comment.text
                first = (
                    lines.start - comment.count("\n") - (1 if comment and path[-1] == "c" else 0)
                )
                body = "\n".join(text.split("\n")[first - 1 : lines.stop - 1])
                found.append((path, it.name, first, lines.stop - 1, body))
        return found


@dataclass
class Watcher:
    """Remembers what an answer was shown as."""

    said: list[str] = field(default_factory=list)
    shown: str = ""
    pieces: list[str] = field(default_factory=list)
    starts: int = 1

    def say(self, words: str) -> None:
        """Remember the words."""
        self.said.append(words)

    def write(self, markdown: str) -> None:
        """Remember the piece."""
        self.shown += markdown
        self.pieces.append(markdown)

    def start_over(self) -> None:
        """Forget what was shown."""
        self.shown = ""
        self.starts += 1


SMALL = ModelInfo("small", "embedded", "small", "built-in", 2048, local=True)


def small_model(*replies: str | ScriptedReply) -> ScriptedModel:
    """Return a model whose words nobody could trust."""
    return ScriptedModel(replies, SMALL)


def link(citation: Citation) -> str:
    """Return a citation in parentheses."""
    return f"({citation})"


def sources_of(
    root: Path, *models: ChatModel, data_class: DataClass = DataClass.RESTRICTED
) -> AskSources:
    """Lay out the workspace and return what questions about it are answered from."""
    real = lay_out(root, FILES)
    left = list(models)

    async def open_model(role: str) -> ChatModel:
        assert role in {"ask", "summarise"}
        return left.pop(0)

    policy = WorkspacePolicy(NO_POLICY, real)
    return AskSources(real, FakeIndex(real), open_model, policy, data_class, link)


def with_index(sources: AskSources, index: FakeIndex | None) -> AskSources:
    """Return the sources with another index."""
    return replace(sources, index=index)
