"""Own what can go wrong with a model, as one exception a kind of trouble.

Foreign exceptions become these in each SDK's own module and nowhere else.
"""

from __future__ import annotations

from glossator_gate.errors import GlossatorError


class ModelError(GlossatorError):
    """A model could not answer; `str()` says what to do."""


class ModelUnavailableError(ModelError):
    """The model, its server or its file is not there."""


class ModelTimeoutError(ModelError):
    """The model did not answer within its deadline."""


class IncompleteReplyError(ModelError):
    """The stream ended before the model said that it was done; such text is never used."""


class PromptTooLongError(ModelError):
    """The prompt does not fit the model's context; nothing was cut silently."""


class ModelProtocolError(ModelError):
    """The server answered something that its interface does not allow."""


class WebSearchError(GlossatorError):
    """A web search could not answer; `str()` says what to do."""
