"""No secret reaches a log, not in arguments, exceptions or last words."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from glossator_gate.redaction.logs import RedactingFilter
from tests.gate.secrets_made_up import base62

SECRET = "ghp" + "_" + base62(36, 9)


class _Silent:
    def __str__(self) -> str:
        raise ValueError(SECRET)


def _fail() -> None:
    try:
        dict[str, str]()[SECRET]
    except KeyError as error:
        raise RuntimeError(f"no {SECRET} here") from error


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(RedactingFilter())
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger = logging.getLogger("tests.redacted")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    yield logger, written
    logger.removeHandler(handler)
    logger.propagate = True


def test_messages_and_arguments_are_redacted(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    logger.warning("asked with %s in %d ms", {"Authorization": SECRET}, 12)
    logger.warning("asked with %(key)s", {"key": SECRET})
    logger.info(SECRET)
    assert SECRET not in written.getvalue()
    assert "in 12 ms" in written.getvalue()
    assert written.getvalue().count("<redacted: github token>") == 3


def test_exceptions_and_their_causes_are_redacted(
    log: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, written = log
    try:
        _fail()
    except RuntimeError:
        logger.exception("it failed", stack_info=True)
    text = written.getvalue()
    assert SECRET not in text
    assert "RuntimeError: no <redacted: github token> here" in text
    assert "KeyError" in text


@pytest.mark.parametrize("arguments", [(SECRET,), (_Silent(), 1), ()])
def test_arguments_that_do_not_fit_show_nothing(
    log: tuple[logging.Logger, io.StringIO],
    arguments: tuple[object, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    logger, written = log
    logger.warning("%s and %s", *arguments)
    assert SECRET not in written.getvalue() + capsys.readouterr().err
    assert "%s and %s" in written.getvalue()


_PROGRAM = """
import logging, sys, threading
from glossator_gate.redaction.logs import redact_logs
redact_logs()
secret = "ghp" + "_" + sys.argv[1]
logging.getLogger("quiet").warning("nobody set logging up: %s", secret)
def fail():
    raise OSError(secret)
thread = threading.Thread(target=fail)
thread.start()
thread.join()
raise ValueError(secret)
"""


def test_last_words_of_a_process_are_redacted() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, base62(36, 9)], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert SECRET not in done.stderr
    assert done.stderr.count("<redacted: github token>") == 3
    assert "ValueError: <redacted: github token>" in done.stderr
