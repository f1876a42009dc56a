"""Own an HTTP client for threads that wait: the door of `egress`, on an event loop of its own.

It must not open a connection itself, nor know what is asked of whom.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import CancelledError, Future
from typing import TypedDict, Unpack

import httpx

from glossator_gate.egress import ollama_http_transport
from glossator_gate.errors import EgressError, EgressTimeoutError, EgressUnreachableError
from glossator_gate.types import Destination, Errand


class RequestOptions(TypedDict, total=False):
    """What goes with a request besides its method and URL; it must end within `within_s`."""

    content: bytes
    params: Mapping[str, str | int]
    headers: Mapping[str, str]
    within_s: float


class BlockingHttp:
    """A client that can reach one destination and nothing else; any number of threads may use it.

    Answers come whole. Failures are `EgressError`s and `PolicyError`s; `close` from another thread
    ends the requests under way.
    """

    def __init__(self, destination: Destination, errand: Errand | None = None) -> None:
        """Make a client for a destination; `errand` is that of requests that say none."""
        self._destination = destination
        self._errand = {} if errand is None else errand.headers()
        self._lock = threading.Lock()
        self._is_closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._under_way: set[Future[httpx.Response]] = set()
        # Read by libraries that look at the headers that they would send; the door sets its own.
        self.headers = httpx.Headers()
        self._http = httpx.AsyncClient(
            transport=ollama_http_transport(destination), trust_env=False, follow_redirects=False
        )

    @property
    def total_s(self) -> float:
        """Return how long one exchange may take in all."""
        return self._destination.limits.total_s

    def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> httpx.Response:
        """Send a request and return the whole answer, whatever its status."""
        with self._lock:
            if self._is_closed:
                raise self._closed()
            future = asyncio.run_coroutine_threadsafe(
                self._send(method, url, options), self._running()
            )
            self._under_way.add(future)
        try:
            return future.result()
        except CancelledError as error:
            raise self._closed() from error
        finally:
            with self._lock:
                self._under_way.discard(future)

    def close(self) -> None:
        """End what is under way and let go of the connections."""
        with self._lock:
            self._is_closed = True
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
            under_way = list(self._under_way)
        for future in under_way:
            future.cancel()
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._http.aclose(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(
                target=self._loop.run_forever, name="blocking-http", daemon=True
            )
            self._thread.start()
        return self._loop

    async def _send(self, method: str, url: str, options: RequestOptions) -> httpx.Response:
        origin = self._destination.origin
        try:
            async with asyncio.timeout(options.get("within_s")):
                return await self._http.request(
                    method,
                    url,
                    content=options.get("content"),
                    params=options.get("params"),
                    headers={**self._errand, **options.get("headers", {})},
                )
        except TimeoutError as error:
            raise EgressTimeoutError(
                f"{origin} did not finish in time; try again, or raise its timeout_s in "
                "config.toml."
            ) from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise EgressUnreachableError(
                f"Nothing answers at {origin}; start the server there, or correct its origin in "
                "config.toml."
            ) from error
        except httpx.TimeoutException as error:
            raise EgressTimeoutError(
                f"{origin} fell silent; try again, or raise its timeout_s in config.toml."
            ) from error
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise EgressError(
                f"The exchange with {origin} broke off ({type(error).__name__}); try again."
            ) from error

    def _closed(self) -> EgressError:
        return EgressError(f"The exchange with {self._destination.origin} was ended; ask again.")
