"""Own the survey of how a repository is commented, for `glossator doctor`: counted, not judged.

It looks at a sample of the files that may be read, and at most for a few seconds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from glossator_indexer.styles.detecting import habits_of, style_among
from glossator_indexer.styles.options import Habits
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import Symbol
from glossator_indexer.walking import generated_by_content
from glossator_server.actions.conventions import width_of
from glossator_server.actions.states import is_documented_kind
from glossator_server.app import Application
from glossator_server.cli.printing import visible
from glossator_server.errors import UsageError
from glossator_server.files import read_snapshot, sources_by_path

# What a person waits for in a report; more files change the shares by little.
MOST_SECONDS = 3.0
MOST_FILES = 150


@dataclass(slots=True)
class _Counted:
    """What was seen in one language."""

    symbols: int = 0
    documented: int = 0
    comments: list[str] = field(default_factory=list)


def lines_of_survey(folder: Path, application: Application) -> Iterator[str]:
    """Yield a line for each language of the folder: what share is documented, and in which way."""
    policy = application.workspace_policy
    paths = [it for it in sources_by_path(folder).paths if policy.may_be_read(it)]
    # Evenly spread, and the same each time, so that two reports can be compared.
    looked_at = paths[:: -(-len(paths) // MOST_FILES) or 1]
    counted: dict[str, _Counted] = {}
    end = time.monotonic() + MOST_SECONDS
    for path in looked_at:
        if time.monotonic() > end:
            break
        _count(path, application, counted)
    for language, found in sorted(counted.items()):
        if found.symbols:
            yield visible(f"comments in {language}: {_in_words(language, found)}")


def _count(path: Path, application: Application, counted: dict[str, _Counted]) -> None:
    try:
        source = read_snapshot(path, application.settings).source
    except UsageError:
        # Whoever wants it documented is told what is wrong with the file.
        return
    if generated_by_content(source.text):
        return
    found = counted.setdefault(source.language.id, _Counted())
    for symbol in all_symbols(source):
        if symbol.comment is not None:
            found.comments.append(symbol.comment.text)
        if _counts(symbol):
            found.symbols += 1
            found.documented += symbol.comment is not None


def _counts(symbol: Symbol) -> bool:
    return bool(symbol.name) and is_documented_kind(symbol) and not symbol.is_private


def _in_words(language: str, found: _Counted) -> str:
    share = f"{found.documented} of {found.symbols} documented"
    style = style_among(found.comments, language)
    if style is None:
        return share
    written = [it for it in found.comments if style.recognises(it)]
    habits = habits_of(written, style)
    told = [share, style.title, f"{width_of(written, language)} columns", *_habits(habits)]
    return ", ".join(told)


def _habits(habits: Habits) -> Iterator[str]:
    if habits.opening:
        yield f"opened by {habits.opening}"
    if habits.command:
        yield f"commands with {habits.command}"
    if habits.summary_below is not None:
        yield "summary below the opening" if habits.summary_below else "summary beside the opening"
    if habits.third_person is not None:
        yield '"Returns"' if habits.third_person else '"Return"'
    if habits.full_stop is not None:
        yield "with full stop" if habits.full_stop else "no full stop"
