"""Own the last look at what is logged: no secret reaches a file or a terminal through a logger.

It must not decide what is logged, nor where to.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import traceback
from types import TracebackType

from glossator_gate.redaction.replacing import without_secrets

# What a message and its arguments raise that do not fit, or cannot say what they are.
_MISFITS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
# A log line has no use for more, and redacting it would take its time.
_MOST_CHARACTERS = 100_000


class RedactingFilter(logging.Filter):
    """Takes secrets out of records: message, arguments, exception and stack.

    It belongs on handlers: a filter of a logger does not see what loggers below it pass on.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Put the finished message without secrets in the place of its parts; let all pass."""
        try:
            message = record.getMessage()
        except _MISFITS:
            # Logging would print the arguments, as they are.
            message = f"{record.msg} (its arguments do not fit)"
        record.msg, record.args = redacted_line(message), None
        if record.exc_info and not record.exc_text:
            record.exc_text = _FORMATTER.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redacted_line(record.exc_text)
            # A formatter that knows better than the text would print the exception itself.
            record.exc_info = None
        if record.stack_info:
            record.stack_info = redacted_line(record.stack_info)
        return True


def redact_logs() -> None:
    """Have what this process logs, or says in its last words, redacted; call it after set-up.

    All handlers of the root logger are meant, the one for a process without any, and what Python
    prints of exceptions that nobody caught.
    """
    for handler in (*logging.getLogger().handlers, logging.lastResort):
        if handler and not any(isinstance(it, RedactingFilter) for it in handler.filters):
            handler.addFilter(RedactingFilter())
    sys.excepthook = _say_last_words
    threading.excepthook = lambda it: _say_last_words(it.exc_type, it.exc_value, it.exc_traceback)


def _say_last_words(
    kind: type[BaseException], error: BaseException | None, frames: TracebackType | None
) -> None:
    # As Python does: a thread that was asked to end has nothing to say, Ctrl-C is no trouble.
    if issubclass(kind, SystemExit) or sys.stderr is None:
        return
    text = "".join(traceback.format_exception(kind, error, frames))
    with contextlib.suppress(OSError, ValueError):
        print(redacted_line(text), end="", file=sys.stderr, flush=True)  # noqa: T201


def redacted_line(text: str) -> str:
    """Return what may be logged of a text."""
    cut = text[:_MOST_CHARACTERS]
    return without_secrets(cut, lambda what, _: f"<redacted: {what}>")[0]


_FORMATTER = logging.Formatter()
