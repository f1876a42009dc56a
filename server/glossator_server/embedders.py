"""Own the choice of the embedder of an index: the one that the policy names, else the package's.

It must not open a server's model that the policy does not name, nor let one that is away at the
moment cost the vectors that it made.
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from glossator_clients.search_models import open_embedder
from glossator_gate.errors import ConfigurationError, GlossatorError
from glossator_gate.types import Policy
from glossator_indexer.errors import EmbedderError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from glossator_clients.embedding import ServerEmbedder
    from glossator_indexer.ports import Embedder

_LOG = logging.getLogger(__name__)
_REMEMBERED = "embedder.json"


@dataclass(frozen=True, slots=True)
class ChosenEmbedder:
    """An embedder; `in_workers` loads the same one in another process, None where none can.

    `former` finds an embedder by name and version, for vectors that were made before the change.
    `trouble` says what has to be mended before it makes any vector, if so.
    """

    embedder: Embedder
    in_workers: Callable[[], Embedder] | None
    former: Callable[[str, str], Embedder | None]
    trouble: str | None = None


def choose_embedder(policy: Policy, folder: Path) -> ChosenEmbedder:
    """Return the embedder of the index in `folder`.

    A server's model that answered once is remembered there: while its server is away, or the
    configuration does not tell which model it is, the index opens with the vectors that it made,
    and only new text waits for it.
    """
    from glossator_indexer import static_embedder

    def former(name: str, version: str) -> Embedder | None:
        with contextlib.suppress(EmbedderError):
            static = static_embedder.load()
            if (name, version) == (static.name, static.version):
                return static
        return _former_of_server(policy, name, version)

    served = _served(policy, folder)
    if served is not None:
        return ChosenEmbedder(served, None, former, policy.embed_problem)
    try:
        return ChosenEmbedder(static_embedder.load(), static_embedder.load, former)
    except EmbedderError as error:
        _LOG.warning("%s", error)
        return ChosenEmbedder(UnreadableEmbedder(str(error)), None, former)


def _former_of_server(policy: Policy, name: str, version: str) -> Embedder | None:
    """Return a server's model that is still listed, though no role names it any more."""
    for entry in policy.models:
        if "embed" not in entry.uses or entry.name != name:
            continue
        alone = replace(policy, roles=MappingProxyType({"embed": (entry.id,)}))
        try:
            opened = open_embedder(alone)
        except GlossatorError as error:
            _LOG.warning("%s", error)
            continue
        if opened is not None and opened.version == version:
            return opened
        if opened is not None:
            opened.close()
    return None


def _served(policy: Policy, folder: Path) -> Embedder | None:
    place = folder / _REMEMBERED

    def reopen() -> ServerEmbedder | None:
        if policy.embed_problem is not None:
            raise ConfigurationError(policy.embed_problem)
        return open_embedder(policy)

    try:
        opened = reopen()
    except GlossatorError as error:
        _LOG.warning("%s", error)
        remembered = _remembered(place)
        return None if remembered is None else LateEmbedder(remembered, reopen)
    if opened is None:
        # Where the configuration cannot be read one day, this is what it had said.
        with contextlib.suppress(OSError):
            place.unlink(missing_ok=True)
        return None
    known = ModelIdentity(opened.name, opened.dim, opened.version)
    _remember(place, known)
    return opened


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """What keys the vectors of a model."""

    name: str
    dim: int
    version: str


class UnreadableEmbedder:
    """The package's model where its file is damaged: words answer alone, vectors wait for it.

    It has a version of its own, so that the vectors of the file that was whole are kept.
    """

    def __init__(self, sentence: str) -> None:
        from glossator_indexer.static_embedder import DIMENSIONS, NAME

        self.name, self.dim, self.version = NAME, DIMENSIONS, "unreadable"
        self._sentence = sentence

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:  # noqa: ARG002 -- makes none
        """Raise `EmbedderError`, which says what to do."""
        raise EmbedderError(self._sentence)


class LateEmbedder:
    """A server's model that is away at the moment, known from the last time; asked again later."""

    def __init__(self, known: ModelIdentity, reopen: Callable[[], ServerEmbedder | None]) -> None:
        self.name = known.name
        self.dim = known.dim
        self.version = known.version
        self._reopen = reopen
        self._lock = threading.Lock()
        self._opened: ServerEmbedder | None = None

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text; raises a `GlossatorError` while the server is away."""
        with self._lock:
            if self._opened is None:
                opened = self._reopen()
                if opened is None or ModelIdentity(opened.name, opened.dim, opened.version) != (
                    ModelIdentity(self.name, self.dim, self.version)
                ):
                    if opened is not None:
                        opened.close()
                    raise EmbedderError(
                        f"The model {self.name} is another one than before; run `glossator index "
                        "--rebuild`."
                    )
                self._opened = opened
        return self._opened.encode(texts)


def _remember(place: Path, known: ModelIdentity) -> None:
    words = json.dumps({"name": known.name, "dim": known.dim, "version": known.version})
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = place.with_suffix(".new")
        beside.write_text(words, "utf-8")
        beside.replace(place)
    except OSError as error:
        _LOG.warning("%s cannot be written (%s)", place, error.strerror)


def _remembered(place: Path) -> ModelIdentity | None:
    try:
        found = json.loads(place.read_text("utf-8"))
        return ModelIdentity(str(found["name"]), int(found["dim"]), str(found["version"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
