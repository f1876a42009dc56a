"""Own how a job is shown: work-done progress or the log, one end, one sentence of trouble.

It must not know what a job does.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from glossator_gate.errors import GlossatorError
from glossator_server.lsp.language_server import GlossatorServer

# An editor that does not answer must not keep the work waiting.
CREATE_SECONDS = 5.0

_log = logging.getLogger(__name__)


class JobReport:
    """What a job says while it runs; `token` is None where the editor shows no progress.

    `job` is the number by which the editor knows it, 0 for work that nobody started.
    """

    def __init__(self, ls: GlossatorServer, title: str, token: str | None, job: int = 0) -> None:
        self.job = job
        self._ls = ls
        self._title = title
        self._token = token
        self._percentage: int | None = None
        self._prefix = ""

    def begin(self) -> None:
        """Say that the work begins."""
        if self._token is None:
            self._ls.note(f"{self._title}: started")
        else:
            self._send(types.WorkDoneProgressBegin(title=self._title, cancellable=True))

    def say(self, words: str) -> None:
        """Say what is being done now."""
        message = f"{self._prefix}{words}"
        if self._token is None:
            self._ls.note(f"{self._title}: {message}")
        else:
            self._send(
                types.WorkDoneProgressReport(
                    message=message, percentage=self._percentage, cancellable=True
                )
            )

    def at(self, percentage: int | None, words: str) -> None:
        """Say what is being done now, and how much is done."""
        self._percentage = percentage
        self.say(words)

    def step(self, index: int, count: int, name: str) -> None:
        """Say which of several things is being done, counted from 0."""
        self._percentage = 100 * index // count
        self._prefix = ""
        self.say(f"{name} ({index + 1} of {count})")
        self._prefix = f"{name} ({index + 1} of {count}): "

    def warn(self, sentence: str) -> None:
        """Show the user a sentence that must not be missed."""
        self._ls.say(types.MessageType.Warning, sentence)

    def end(self, words: str) -> None:
        """Say how it ended; called once."""
        if self._token is None:
            self._ls.note(f"{self._title}: {words}")
        else:
            self._send(types.WorkDoneProgressEnd(message=words))

    def _send(
        self,
        value: types.WorkDoneProgressBegin
        | types.WorkDoneProgressReport
        | types.WorkDoneProgressEnd,
    ) -> None:
        self._ls.progress(types.ProgressParams(token=self._token or "", value=value))


async def run_job(
    ls: GlossatorServer,
    number: int,
    title: str,
    work: Callable[[JobReport], Awaitable[str]],
) -> None:
    """Run `work`, which returns how it ended; show its progress and, in one sentence, its trouble.

    Cancelling the task cancels the work, wherever it is.
    """
    # The command is answered first.
    await asyncio.sleep(0)
    token = await create_token(ls, lambda: ls.session.jobs.cancel(number))
    report = JobReport(ls, title, token, number)
    report.begin()
    ending = "failed"
    try:
        ending = await work(report)
    except asyncio.CancelledError:
        ending = "cancelled"
        raise
    except (GlossatorError, JsonRpcException) as trouble:
        ls.say(types.MessageType.Error, str(trouble))
    except Exception as trouble:  # noqa: BLE001 -- a background job: nobody else would tell
        _log.error("%s failed with %s", title, type(trouble).__name__)
        _log.debug("%s failed", title, exc_info=trouble)
        ls.say(types.MessageType.Error, f"{title} failed; the server's log says more.")
    finally:
        report.end(ending)
        if token is not None:
            ls.untie_token(token)


async def create_token(ls: GlossatorServer, cancel: Callable[[], object]) -> str | None:
    """Return the token of a new progress in the editor, None where it shows none.

    `cancel` is called where the editor cancels the progress.
    """
    if not ls.editor.shows_progress:
        return None
    # Fresh for each run: an editor may refuse one that it has seen.
    token = str(uuid.uuid4())
    ls.tie_to_token(token, cancel)
    try:
        async with asyncio.timeout(CREATE_SECONDS):
            await ls.window_work_done_progress_create_async(
                types.WorkDoneProgressCreateParams(token)
            )
    except (TimeoutError, JsonRpcException):
        _log.warning("the editor creates no progress; its log is used instead")
    except asyncio.CancelledError:
        ls.untie_token(token)
        raise
    else:
        return token
    ls.untie_token(token)
    return None
