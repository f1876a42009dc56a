"""Own the finding of a repository's functions, with where they stand and what is said of them.

Files are those that the index would read; it must not index, nor change anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from glossator_gate.policy import is_denied
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.languages import language_of_file
from glossator_indexer.parsing import ParsedSource, parse
from glossator_indexer.records import FoundFile, Trust
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Comment, Span, Symbol, SymbolKind
from glossator_indexer.walking import RepositoryWalker, WalkOptions, generated_by_content
from glossator_server.edits import lines_of_span
from glossator_server.errors import UsageError
from glossator_server.evals.drawing import dice
from glossator_server.evals.sentences import Documented, first_sentence
from glossator_server.evals.types import CaseSource
from glossator_server.files import read_source
from glossator_server.policies import WorkspacePolicy
from glossator_server.settings import Settings

# A copy of more takes minutes to index; whole folders are drawn from a larger repository.
MOST_FILES = 1_000
FUNCTIONS = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR})
_QUOTES = re.compile(r"""^[rRuUbB]{0,2}(?:\"{3}|'{3}|"|')|(?:\"{3}|'{3}|"|')$""")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a repository that was read; `path` is below the root, `trust` what it says."""

    path: str
    source: ParsedSource
    trust: Trust

    @property
    def language(self) -> str:
        """Return the id of its language."""
        return self.source.language.id

    @property
    def is_own(self) -> bool:
        """Say whether people of the project wrote it, and no test of theirs."""
        return self.trust is Trust.PROJECT and not generated_by_content(self.source.text)


@dataclass(frozen=True, slots=True)
class FoundTree:
    """The files of a tree in order of their paths; `is_whole` where none had to be left out."""

    files: tuple[FoundFile, ...]
    is_whole: bool = True


def repository_of(source: CaseSource) -> tuple[Path, str]:
    """Return the root of the repository, and where the workspace lies below it, with a `/`."""
    root = source.policy.root or source.workspace
    inner = source.workspace.relative_to(root).as_posix()
    return root, "" if inner == "." else f"{inner}/"


def found_files(folder: Path, holds: WorkspacePolicy, seed: int) -> FoundTree:
    """Return the files below a folder that may be read, by their paths below it.

    `holds` is the policy of the repository that it lies in. Of a large one they are those of some
    folders, the same for a seed. Raises `UsageError` where it cannot be read.
    """
    found = sorted(_walked(folder, holds), key=lambda it: it.path)
    if len(found) <= MOST_FILES:
        return FoundTree(tuple(found))
    folders: dict[str, list[FoundFile]] = {}
    for it in found:
        folders.setdefault(it.path.rpartition("/")[0], []).append(it)
    names = sorted(folders)
    dice(seed).shuffle(names)
    kept: list[FoundFile] = []
    for name in names:
        if len(kept) + len(folders[name]) <= MOST_FILES:
            kept += folders[name]
    return FoundTree(tuple(sorted(kept, key=lambda it: it.path)), is_whole=False)


def _walked(folder: Path, holds: WorkspacePolicy) -> Iterator[FoundFile]:
    root = folder if holds.root is None else holds.root
    inner = "" if folder == root else f"{folder.relative_to(root).as_posix()}/"
    walker = RepositoryWalker(root, WalkOptions(denied=lambda it: is_denied(holds.policy, it)))
    try:
        # A folder that git ignores is walked all the same: somebody named it.
        found = walker.walk() if not inner else walker.below(inner.rstrip("/"))
        if found is None:
            found, inner = RepositoryWalker(folder).walk(), ""
    except (IndexUnavailableError, OSError) as trouble:
        raise UsageError(f"{folder} cannot be read; name a folder that can.") from trouble
    for it in found:
        path = it.path.removeprefix(inner)
        if holds.may_be_read(folder / path):
            yield replace(it, path=path)


def read_file(found: FoundFile, root: Path, settings: Settings) -> SourceFile | None:
    """Read and cut up a file; None where it cannot be read."""
    path = root / found.path
    try:
        text = read_source(path)
    except UsageError:
        return None
    language = settings.language(language_of_file(path, text))
    return None if language is None else SourceFile(found.path, parse(text, language), found.trust)


def functions_of(file: SourceFile) -> Iterator[Symbol]:
    """Yield the functions of a file that have a body."""
    return (it for it in all_symbols(file.source) if it.kind in FUNCTIONS and it.body is not None)


def documented_in(file: SourceFile) -> list[Documented]:
    """Return the functions of a file with the comments that can be hidden, lines from 1."""
    return [_documented(file, it) for it in functions_of(file)]


def _documented(file: SourceFile, symbol: Symbol) -> Documented:
    text, comment = file.source.text, symbol.comment
    lines = lines_of_span(text, symbol.extent)
    place = (file.path, symbol.name, lines.start, lines.stop - 1)
    if comment is None or not _stands_alone(text, comment.span):
        return Documented(*place, 0, 0, "")
    said = lines_of_span(text, comment.span)
    sentence = first_sentence(_words_of(comment, file.language), symbol.name)
    return Documented(*place, said.start, said.stop - 1, sentence)


def _words_of(comment: Comment, language: str) -> Sequence[str]:
    text = comment.text
    if language == "python":
        text = _QUOTES.sub("", _QUOTES.sub("", text))
    return text.split("\n")


def _stands_alone(text: str, span: Span) -> bool:
    """Say whether nothing but the comment is on its lines, so that these can go."""
    before = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    after = text[span.end :].split("\n", 1)[0]
    return not before.strip() and not after.strip()
