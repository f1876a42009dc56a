"""Own the edge over pygls: every request is answered exactly once, whatever the editor sends.

It subclasses pygls' protocol and replaces its reading, dispatch and sync; no other module may
depend on pygls' insides, and this one must not know any feature.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import json
import logging
import traceback
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from enum import Enum
from typing import Any, Protocol

import attrs
from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol

from glossator_gate.errors import GlossatorError
from glossator_server.errors import StaleDocumentError, UsageError
from glossator_server.lsp.messages import (
    Invalid,
    MessageId,
    Notification,
    Request,
    Response,
    read_message,
)
from glossator_server.lsp.structure import StructureError, structure

Handler = Callable[[Any], Any]

_log = logging.getLogger(__name__)


class Phase(Enum):
    """Where the session is between the editor's `initialize` and its `exit`."""

    NEW = "new"
    RUNNING = "running"
    SHUT_DOWN = "shut down"


class Listener(Protocol):
    """Who must know of what no handler sees."""

    def notification_refused(self, method: str, params: object) -> None:
        """Learn that a notification's parameters could not be read."""
        ...

    def request_cancelled(self, message_id: MessageId) -> None:
        """Learn that the editor cancels a request that was answered already."""
        ...

    def exit(self, status: int) -> None:
        """Learn that the editor is done."""
        ...


class RequestCancelledError(JsonRpcException):
    """The editor cancelled the request."""

    CODE = types.LSPErrorCodes.RequestCancelled


class EdgeProtocol(LanguageServerProtocol):
    """LSP as the specification has it, for editors that may get it wrong."""

    def __init__(self, server: Any, converter: Any) -> None:  # noqa: ANN401 -- pygls' signature
        super().__init__(server, converter)
        self.phase = Phase.NEW
        self.listener: Listener | None = None
        self._in_flight: dict[tuple[type, MessageId], asyncio.Task[Any]] = {}
        # The loop itself keeps only weak references to tasks.
        self._notified: set[asyncio.Task[Any]] = set()

    def _register_builtin_features(self) -> None:
        """Register nothing: pygls' own handlers would run before ours."""

    def receive(self, body: bytes) -> None:
        """Take the body of one frame; never raises."""
        message = read_message(body)
        match message:
            case Request():
                contextvars.copy_context().run(self._on_request, message)
            case Notification():
                self._on_notification(message)
            case Response():
                self._on_response(message)
            case Invalid():
                _log.warning("an invalid message: %s", message.message)
                self._refuse(message.id, JsonRpcException(message.message, message.code))

    def refuse_frame(self, sentence: str) -> None:
        """Tell the editor that bytes of its stream were no frame."""
        _log.warning("%s", sentence)
        self._refuse(None, JsonRpcException(sentence, types.ErrorCodes.ParseError))

    async def end(self) -> None:
        """Cancel and answer what is still in flight."""
        tasks = list(self._in_flight.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=2)
        for future in self._request_futures.values():
            future.cancel()

    # Requests of the editor.

    def _on_request(self, request: Request) -> None:
        try:
            handler, params = self._prepare(request)
            self._ctx_msg_id.set(request.id)  # type: ignore[arg-type]  # floats are answered too
            result = handler(params)
        except Exception as trouble:  # noqa: BLE001 -- feature dispatch: the request is answered
            self._refuse(request.id, _as_answer(request.method, trouble))
            return
        if inspect.iscoroutine(result):
            task = asyncio.create_task(result)
            self._in_flight[type(request.id), request.id] = task
            task.add_done_callback(lambda it: self._on_done(request, it))
        else:
            self._answer(request, result)

    def _prepare(self, request: Request) -> tuple[Handler, object]:
        """Return the handler of a request and its parameters, or raise what refuses it."""
        method = request.method
        if (type(request.id), request.id) in self._in_flight:
            raise JsonRpcInvalidRequest("A request with this id is still being answered.")
        if self.phase is Phase.SHUT_DOWN:
            raise JsonRpcInvalidRequest("The server was shut down; only exit may follow.")
        if self.phase is Phase.NEW and method != types.INITIALIZE:
            raise JsonRpcServerNotInitialized("The server waits for initialize.")
        if self.phase is Phase.RUNNING and method == types.INITIALIZE:
            raise JsonRpcInvalidRequest("The server is initialized already.")
        handler = self.fm.features.get(method)
        if handler is None or not _is_request(method):
            raise JsonRpcMethodNotFound(f"There is no request {method[:80]!r} here.")
        return handler, _params(method, request.params)

    def _on_done(self, request: Request, task: asyncio.Task[Any]) -> None:
        self._in_flight.pop((type(request.id), request.id), None)
        if task.cancelled():
            self._refuse(request.id, RequestCancelledError("The request was cancelled."))
        elif (trouble := task.exception()) is not None:
            self._refuse(request.id, _as_answer(request.method, trouble))
        else:
            self._answer(request, task.result())

    def _answer(self, request: Request, result: object) -> None:
        if request.method == types.INITIALIZE:
            self.phase = Phase.RUNNING
        elif request.method == types.SHUTDOWN:
            self.phase = Phase.SHUT_DOWN
        self._send_data({"jsonrpc": "2.0", "id": request.id, "result": result})

    def _refuse(self, message_id: MessageId | None, refusal: JsonRpcException) -> None:
        # No `data`: pygls puts tracebacks there.
        error = {"code": int(refusal.code), "message": refusal.message}
        self._send_data({"jsonrpc": "2.0", "id": message_id, "error": error})

    # Notifications and responses of the editor.

    def _on_notification(self, notification: Notification) -> None:
        method = notification.method
        if method == types.EXIT:
            self._exit()
        elif method == types.CANCEL_REQUEST:
            self._cancel(notification.params)
        elif self.phase is not Phase.RUNNING:
            _log.warning("%s is ignored: the server is %s", method[:80], self.phase.value)
        elif (handler := self.fm.features.get(method)) is None or _is_request(method):
            level = logging.DEBUG if method.startswith("$/") else logging.INFO
            _log.log(level, "the notification %r is not known", method[:80])
        else:
            self._notify_handler(handler, notification)

    def _notify_handler(self, handler: Handler, notification: Notification) -> None:
        try:
            params = _params(notification.method, notification.params)
        except JsonRpcInvalidParams as trouble:
            _log.warning("%s is ignored: %s", notification.method, trouble.message)
            if self.listener is not None:
                self.listener.notification_refused(notification.method, notification.params)
            return
        try:
            result = handler(params)
        except Exception as trouble:  # noqa: BLE001 -- feature dispatch: the server goes on
            _log_trouble(notification.method, trouble)
            return
        if inspect.iscoroutine(result):
            task = asyncio.create_task(result)
            self._notified.add(task)
            task.add_done_callback(lambda it: self._on_notified(notification.method, it))

    def _on_notified(self, method: str, task: asyncio.Task[Any]) -> None:
        self._notified.discard(task)
        if not task.cancelled() and (trouble := task.exception()) is not None:
            _log_trouble(method, trouble)

    @property
    def status_at_end(self) -> int:
        """Return the exit status that the specification wants if the session ended now."""
        return 0 if self.phase is Phase.SHUT_DOWN else 1

    def _exit(self) -> None:
        if self.listener is not None:
            self.listener.exit(self.status_at_end)

    def _cancel(self, params: object) -> None:
        message_id = params.get("id") if isinstance(params, dict) else None
        if not isinstance(message_id, int | str | float):
            _log.warning("$/cancelRequest without an id; ignored")
            return
        task = self._in_flight.get((type(message_id), message_id))
        if task is not None:
            task.cancel()
        elif self.listener is not None:
            self.listener.request_cancelled(message_id)

    def _on_response(self, response: Response) -> None:
        message_id = response.id if isinstance(response.id, str) else ""
        future = self._request_futures.pop(message_id, None)
        expected = self._result_types.pop(message_id, None)
        if future is None or future.done():
            _log.warning("a response that nobody waits for; ignored")
            return
        if response.error is not None:
            future.set_exception(_editors_error(response.error))
            return
        try:
            future.set_result(structure(response.result, _result_type(expected)))
        except StructureError as trouble:
            future.set_exception(JsonRpcInternalError(f"The editor's answer is wrong: {trouble}."))

    # What goes to the editor.

    def send_request(
        self,
        method: str,
        params: Any | None = None,  # noqa: ANN401 -- pygls' signature
        callback: Callable[[Any], None] | None = None,
        msg_id: int | str | None = None,
    ) -> Future[Any]:
        """Ask the editor; the future also ends where the editor's answer makes no sense."""
        _log.debug("asking the editor for %s", method)
        return super().send_request(method, params, callback, msg_id)

    async def ask(self, method: str, params: object) -> Any:  # noqa: ANN401 -- any JSON
        """Return the editor's answer to a request of ours; a cancel is passed on to it.

        Raises `JsonRpcException` where the editor refuses.
        """
        message_id = str(uuid.uuid4())
        answer = self.send_request_async(method, params, message_id)
        try:
            return await answer
        except asyncio.CancelledError:
            self._request_futures.pop(message_id, None)
            self.notify(types.CANCEL_REQUEST, types.CancelParams(message_id))
            raise

    def _send_data(self, data: Any) -> None:  # noqa: ANN401 -- pygls' signature
        """Write one whole frame. The only way out."""
        try:
            body = json.dumps(data, default=self._serialize_message).encode("ascii")
        except (AttributeError, TypeError, ValueError, RecursionError) as trouble:
            # pygls looks for the attributes of whatever json does not know.
            _log_trouble("sending", trouble)
            if not (isinstance(data, dict) and "result" in data):
                return
            error = {"code": int(types.ErrorCodes.InternalError), "message": _INTERNAL}
            body = json.dumps({"jsonrpc": "2.0", "id": data["id"], "error": error}).encode("ascii")
        if self.writer is not None:
            self.writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))


_INTERNAL = "Glossator met an error of its own; its log says more."


def _is_request(method: str) -> bool:
    known = types.METHOD_TO_TYPES.get(method)
    return known is not None and known[1] is not None


def _params(method: str, params: object) -> Any:  # noqa: ANN401 -- lsprotocol's types
    expected = types.METHOD_TO_TYPES[method][2]
    if expected is None:
        if params is not None and not isinstance(params, dict | list):
            raise JsonRpcInvalidParams(f"{method} takes no params.")
        return None
    try:
        return structure(params, expected)
    except StructureError as trouble:
        raise JsonRpcInvalidParams(f"The params of {method} are wrong: {trouble}.") from None


def _result_type(response: Any) -> Any:  # noqa: ANN401 -- typing forms have no type
    if response is None:
        return Any
    attrs.resolve_types(response)
    return attrs.fields_dict(response)["result"].type


def _editors_error(error: object) -> JsonRpcException:
    known = error if isinstance(error, dict) else {}
    message = str(known.get("message") or "The editor refused without a reason.")
    # The one code that says something of the editor, and not of this one request.
    if known.get("code") == types.ErrorCodes.MethodNotFound:
        return JsonRpcMethodNotFound(message)
    return JsonRpcInternalError(message)


def _as_answer(method: str, trouble: BaseException) -> JsonRpcException:
    """Return what the editor is told of a handler's exception: one sentence, no detail."""
    match trouble:
        case JsonRpcException():
            return trouble
        case UsageError():
            return JsonRpcInvalidParams(str(trouble))
        case StaleDocumentError():
            return JsonRpcException(str(trouble), types.LSPErrorCodes.ContentModified)
        case GlossatorError():
            return JsonRpcException(str(trouble), types.LSPErrorCodes.RequestFailed)
    _log_trouble(method, trouble)
    return JsonRpcInternalError(_INTERNAL)


def _log_trouble(doing: str, trouble: BaseException) -> None:
    # An exception's message may quote the user's text: the place is logged, the words are not.
    frames = "".join(traceback.format_tb(trouble.__traceback__))
    _log.error("%s failed with %s\n%s", doing, type(trouble).__name__, frames)
    _log.debug("%s failed", doing, exc_info=trouble)
