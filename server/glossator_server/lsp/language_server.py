"""Own `GlossatorServer`: one editor's session together with what the editor can do.

It must not know single features; they know it, as `ls`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from glossator_server import __version__
from glossator_server.lsp.capabilities import EditorCapabilities
from glossator_server.lsp.documents import Documents
from glossator_server.lsp.feedback import Feedback
from glossator_server.lsp.findings import Findings
from glossator_server.lsp.messages import MessageId
from glossator_server.lsp.parent import is_alive, watch
from glossator_server.lsp.proposals import Proposals
from glossator_server.lsp.protocol import EdgeProtocol
from glossator_server.lsp.questions import Questions
from glossator_server.session import Job, Session
from glossator_server.settings import Settings

if TYPE_CHECKING:
    from glossator_server.lsp.drifting import DriftShower
    from glossator_server.lsp.indexing import Indexing

_log = logging.getLogger(__name__)


class GlossatorServer(LanguageServer):
    """The parameter `ls` of every feature and command."""

    protocol: EdgeProtocol

    def __init__(self, session: Session) -> None:
        super().__init__(
            "glossator",
            __version__,
            protocol_cls=EdgeProtocol,
            converter_factory=default_converter,
        )
        self.session = session
        self.documents = Documents(session)
        self.editor = EditorCapabilities()
        self.feedback = Feedback(session)
        self.proposals = Proposals()
        self.questions = Questions()
        self.findings = Findings()
        self.editor_name = ""
        self.ignored_settings: tuple[str, ...] = ()
        # Set by whoever serves: what ends the process, from any thread's point of view.
        self.ended: asyncio.Future[int] | None = None
        # None until `initialized`, where nothing can be indexed, and where it is switched off.
        self.indexing: Indexing | None = None
        # Set once it is known whether there is one.
        self.got_ready = asyncio.Event()
        self.announced_symbols = False
        self.registered: set[str] = set()
        # Files that the editor shows problems of.
        self.shown_workspace_files: set[Path] = set()
        self.shown_prompts: set[str] = set()
        self._noted: set[str] = set()
        self._drift: DriftShower | None = None
        self._watch: asyncio.Task[None] | None = None
        self._cancels_by_token: dict[int | str, Callable[[], object]] = {}
        self._jobs_by_request: dict[MessageId, int] = {}
        self.protocol.listener = self

    @property
    def drift(self) -> DriftShower:
        """Return what shows drift, which is imported when the first document is opened."""
        if self._drift is None:
            from glossator_server.lsp.drifting import DriftShower

            self._drift = DriftShower(self)
        return self._drift

    def refresh_diagnostics(self) -> None:
        """Have an editor that asks for diagnostics ask again."""
        if self.editor.refreshes_diagnostics and self.got_ready.is_set():
            self.workspace_diagnostic_refresh(None, lambda _: None)

    def settings_changed(self, former: Settings) -> None:
        """Have what follows from other settings than the former ones be seen."""
        now = self.session.settings
        if now.document != former.document:
            self.drift.all_changed()
        if now.code_lens != former.code_lens:
            self.refresh_lenses()
        if self.indexing is not None:
            self.indexing.follow()

    def refresh_lenses(self) -> None:
        """Have the editor ask for its lenses again, where it can be told."""
        if self.editor.refreshes_lenses:
            self.workspace_code_lens_refresh(None, lambda _: None)

    def say(self, kind: types.MessageType, sentence: str) -> None:
        """Show the user one sentence."""
        self.window_show_message(types.ShowMessageParams(kind, sentence))

    def note(self, sentence: str) -> None:
        """Write one sentence to the editor's own log of the server."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Info, sentence))

    def note_ignored_settings(self, sentences: Iterable[str]) -> None:
        """Tell the user which settings were left out."""
        for sentence in sentences:
            # Each layer that changes reads all layers anew; once is enough.
            if sentence in self._noted:
                continue
            self._noted.add(sentence)
            self.window_log_message(types.LogMessageParams(types.MessageType.Warning, sentence))

    def tie_to_token(self, token: int | str, cancel: Callable[[], object]) -> None:
        """Let the editor cancel work by the token of its progress."""
        self._cancels_by_token[token] = cancel

    def untie_token(self, token: int | str) -> None:
        """Forget a token whose progress has ended."""
        self._cancels_by_token.pop(token, None)

    def tie_to_request(self, job: Job) -> None:
        """Let the editor cancel a job by the id of the request that started it."""
        message_id = self.protocol.msg_id
        if message_id is not None:
            self._jobs_by_request[message_id] = job.id
            job.task.add_done_callback(lambda _: self._jobs_by_request.pop(message_id, None))

    def cancel_token(self, token: int | str) -> None:
        """Cancel the work that a token belongs to."""
        cancel = self._cancels_by_token.get(token)
        if cancel is None:
            _log.info("a cancel for progress that has ended; ignored")
        else:
            cancel()

    def request_cancelled(self, message_id: MessageId) -> None:
        """Cancel the job that an answered request started."""
        job = self._jobs_by_request.get(message_id)
        if job is not None:
            self.session.jobs.cancel(job)

    def notification_refused(self, method: str, params: object) -> None:
        """Stop trusting a document whose change could not be read."""
        if method != types.TEXT_DOCUMENT_DID_CHANGE or not isinstance(params, dict):
            return
        document = params.get("textDocument")
        uri = document.get("uri") if isinstance(document, dict) else None
        if isinstance(uri, str) and self.documents.lose_step(uri):
            self.say(
                types.MessageType.Warning,
                f"A change of {uri} could not be understood; close and open the file again.",
            )

    def watch_parent(self, process_id: int | None) -> None:
        """End when the editor's process dies.

        A process that cannot be seen now is one of another machine or container, not a dead one.
        """
        self.process_id = process_id
        if process_id is not None and process_id > 0 and is_alive(process_id):
            self._watch = asyncio.create_task(watch(process_id, self._orphaned))

    def stop_watching(self) -> None:
        """Stop looking at the editor's process."""
        if self._watch is not None:
            self._watch.cancel()

    def _orphaned(self) -> None:
        _log.warning("the editor's process is gone; ending")
        self.exit(1)

    def exit(self, status: int) -> None:
        """End the process with a status; the first to say so counts."""
        if self.ended is not None and not self.ended.done():
            self.ended.set_result(status)
