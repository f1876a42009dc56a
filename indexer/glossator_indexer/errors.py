"""Own the exceptions of the indexer; each message is one sentence that says what to do."""

from __future__ import annotations

from glossator_gate.errors import GlossatorError


class UnknownStyleError(GlossatorError):
    """A comment style was asked for that does not exist."""


class IndexUnavailableError(GlossatorError):
    """The index cannot be opened, started or asked; search goes on without it where it can."""


class StoreCorruptError(GlossatorError):
    """A store of the index cannot be read as what it should be; it is to be rebuilt."""


class EmbedderError(GlossatorError):
    """An embedding model is missing, of the wrong shape, or does not answer."""


class QueryError(GlossatorError):
    """A search cannot be understood."""
