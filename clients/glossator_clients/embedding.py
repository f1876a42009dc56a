"""Own what all embedding servers have in common: batches, checks of what comes back, and trouble.

It must not know any server's interface, choose models, or open connections but through the gate.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from glossator_clients.errors import (
    ModelError,
    ModelProtocolError,
    ModelUnavailableError,
    PromptTooLongError,
)
from glossator_clients.retries import BusyError, Patience, retry_after_s
from glossator_clients.server_troubles import failed, from_gate, key_refused
from glossator_gate.blocking import BlockingHttp, RequestOptions
from glossator_gate.errors import EgressError, EgressUnreachableError
from glossator_gate.types import Errand

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LOG = logging.getLogger(__name__)

# Who does not say how secret the texts are embeds what is restricted.
EMBEDDINGS = Errand("embeddings", "embed")
# What servers take at once without trouble; more texts bring no more speed.
_TEXTS_A_BATCH = 64
_CHARACTERS_A_BATCH = 256 * 1024
# An answer is one line, of which the door lets a mebibyte pass; numbers take up to 23 characters.
_NUMBERS_A_BATCH = 45_000
# A text that does not fit is cut to its head, which holds the signature, but not below this.
_SHORTEST_CUT = 256
# No tokenizer packs so many characters of code into a token, seen over a whole batch: a lower
# count means that the server has cut something and not said so.
_MOST_CHARACTERS_A_TOKEN = 16
_OK, _TOO_MANY_REQUESTS, _UNAVAILABLE = 200, 429, 503
_KEY_REFUSED = frozenset({401, 403})
_NOT_FOUND = 404
_OVERFLOW = re.compile(
    r"context (length|size|window)|too (long|large|many tokens)"
    r"|max(imum)?[ _](input|sequence|length|tokens)|batch size|must have less than \d+ tokens",
    re.IGNORECASE,
)


class ServerEmbedder(Protocol):
    """A model on a server that turns texts into unit vectors."""

    @property
    def name(self) -> str:
        """Return what people call the model."""
        ...

    @property
    def dim(self) -> int:
        """Return the number of dimensions."""
        ...

    @property
    def version(self) -> str:
        """Return what changes whenever the vectors would, as far as the server says."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text, shape (len(texts), dim); raises a `ModelError`."""
        ...

    def close(self) -> None:
        """End what is under way, also from another thread."""
        ...


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a server answered: a list that should hold a vector a text, and tokens if it says so."""

    vectors: object
    tokens: object


class EmbeddingServer:
    """One model on one server, asked over the gate; `label` is the user's name for it.

    `errand` says what the texts are for and how secret the strictest of them is.
    """

    def __init__(
        self, label: str, origin: str, http: BlockingHttp, errand: Errand = EMBEDDINGS
    ) -> None:
        self.label = label
        self._errand = errand
        self._what = "vectors" if errand.operation == EMBEDDINGS.operation else "scores"
        self.origin = origin
        self._http = http
        self._closed = threading.Event()

    def close(self) -> None:
        """End what is under way."""
        self._closed.set()
        self._http.close()

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        errand: Errand | None = None,
    ) -> dict[str, Any]:
        """Return the JSON object that a request is answered with, or raise a `ModelError`.

        `errand` is for what holds nothing of the texts.
        """
        status, content = self.exchange(method, path, body, errand)
        if status != _OK:
            raise self.refusal(status, content)
        value = self.json_of(content)
        if not isinstance(value, dict):
            raise self.wrong_answer()
        return value

    def exchange(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        errand: Errand | None = None,
    ) -> tuple[int, bytes]:
        """Return status and content of an answer; who is busy is asked again a little later.

        `errand` is for what is another one than usual.
        """
        headers = (errand or self._errand).headers()
        patience = Patience(self._http.total_s)
        while True:
            try:
                return self._exchange(
                    method, path, body, RequestOptions(headers=headers, within_s=patience.left_s)
                )
            except BusyError as busy:
                # Vectors and scores change nothing on the server, so that it may be asked again.
                wait = patience.wait_s(busy)
                if wait is None or self._closed.wait(wait):
                    raise busy.final from busy

    def wrong_answer(self) -> ModelProtocolError:
        """Return the sentence for an answer that is no answer."""
        return ModelProtocolError(
            f"{self.origin} does not answer {self.label} with {self._what}; check its origin, "
            "model and api in config.toml."
        )

    def _exchange(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
        options: RequestOptions,
    ) -> tuple[int, bytes]:
        if body is not None:
            options["content"] = json.dumps(body).encode()
            options["headers"] = {"content-type": "application/json", **options["headers"]}
        try:
            answer = self._http.request(method, self.origin + path, **options)
        except EgressUnreachableError as error:
            raise BusyError(ModelUnavailableError(str(error)), None) from error
        except EgressError as error:
            raise from_gate(error) from error
        if answer.status_code in {_TOO_MANY_REQUESTS, _UNAVAILABLE}:
            raise BusyError.of(self.origin, retry_after_s(answer.headers))
        return answer.status_code, answer.content

    def json_of(self, content: bytes) -> Any:  # noqa: ANN401 -- whatever the JSON holds
        """Return what an answer holds, or raise a `ModelError` where it is no JSON."""
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise self.wrong_answer() from error

    def refusal(self, status: int, content: bytes) -> ModelError:
        """Return what an answer of that status means to the user."""
        words = content.decode("utf-8", "replace")
        _LOG.debug("%s: status %s: %s", self.label, status, words[:500])
        if status in _KEY_REFUSED:
            return key_refused(self.origin, self.label)
        if status == _NOT_FOUND:
            return ModelUnavailableError(
                f"{self.origin} has no model or no such interface for {self.label}; load the model "
                "there, or correct model, api and base_path in config.toml."
            )
        if _OVERFLOW.search(words):
            return PromptTooLongError(
                f"A piece of code does not fit the context of {self.label}; choose a model with a "
                "larger context."
            )
        return failed(self.origin, status)


def embed_all(
    server: EmbeddingServer,
    texts: Sequence[str],
    dim: int | None,
    ask: Callable[[Sequence[str]], Embedded],
) -> NDArray[np.float32]:
    """Return a unit vector a text, asked in batches; `dim` is None where any will do.

    Texts that do not fit the model are cut to their heads. Raises a `ModelError`.
    """
    import numpy as np

    parts = [_embed(server, batch, dim, ask) for batch in _batches(texts, dim)]
    if not parts:
        return np.zeros((0, dim or 0), np.float32)
    if len({part.shape[1] for part in parts}) != 1:
        raise server.wrong_answer()
    return np.concatenate(parts)


def _batches(texts: Sequence[str], dim: int | None) -> Iterator[list[str]]:
    most = max(1, min(_TEXTS_A_BATCH, _NUMBERS_A_BATCH // (dim or 1)))
    batch: list[str] = []
    characters = 0
    for text in texts:
        if batch and (len(batch) == most or characters + len(text) > _CHARACTERS_A_BATCH):
            yield batch
            batch, characters = [], 0
        # Servers refuse an empty text, or answer it with nothing.
        batch.append(text if text.strip() else "(empty)")
        characters += len(text)
    if batch:
        yield batch


def _embed(
    server: EmbeddingServer,
    texts: Sequence[str],
    dim: int | None,
    ask: Callable[[Sequence[str]], Embedded],
) -> NDArray[np.float32]:
    import numpy as np

    try:
        answer = ask(texts)
    except PromptTooLongError:
        if len(texts) == 1 and len(texts[0]) <= _SHORTEST_CUT:
            raise
        answer = None
    if answer is not None and not _was_cut(answer.tokens, texts):
        return _checked(server, answer.vectors, len(texts), dim)
    if len(texts) > 1:
        return np.concatenate([_embed(server, [text], dim, ask) for text in texts])
    _LOG.info("%s: a text of %s characters was cut in half", server.label, len(texts[0]))
    return _embed(server, [texts[0][: len(texts[0]) // 2]], dim, ask)


def _was_cut(tokens: object, texts: Sequence[str]) -> bool:
    if not isinstance(tokens, int) or isinstance(tokens, bool) or tokens <= 0:
        return False
    characters = sum(len(text) for text in texts if len(text) > _SHORTEST_CUT)
    return tokens * _MOST_CHARACTERS_A_TOKEN < characters


def _checked(
    server: EmbeddingServer, vectors: object, count: int, dim: int | None
) -> NDArray[np.float32]:
    """Return unit vectors, or raise where they are too few, too short, or no numbers."""
    import numpy as np

    if not isinstance(vectors, list) or len(vectors) != count:
        raise server.wrong_answer()
    try:
        # What is too large for 32 bits becomes infinite, and is refused below.
        with np.errstate(over="ignore"):
            rows = np.array(vectors, dtype=np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        raise server.wrong_answer() from error
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise server.wrong_answer()
    if dim is not None and rows.shape[1] != dim:
        raise ModelProtocolError(
            f"{server.label} answered with {rows.shape[1]} dimensions where it had {dim}; index "
            "the repository anew, or go back to the former model."
        )
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not bool(np.isfinite(rows).all()) or not bool((lengths > 0).all()):
        raise ModelProtocolError(
            f"{server.label} answered with vectors that have no direction; look at the log of "
            f"{server.origin}, or choose another model."
        )
    unit: NDArray[np.float32] = rows / lengths
    return unit
