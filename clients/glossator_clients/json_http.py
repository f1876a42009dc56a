"""Own short exchanges of JSON with one server: through the door, whole answers, trouble in words.

It must not know any server's interface, and not choose where to go.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from glossator_clients.errors import (
    IncompleteReplyError,
    ModelError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from glossator_clients.server_troubles import from_gate
from glossator_gate.egress import ollama_http_transport
from glossator_gate.errors import EgressError
from glossator_gate.types import Destination, Errand

_LOG = logging.getLogger(__name__)

OK = 200


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """A whole answer; `value` is None where it is no JSON."""

    status: int
    value: Any
    text: str


class JsonHttp:
    """One server, asked over the door; `label` is the user's name for what is there.

    `transport` is one that leads to the destination, for whoever has it already.
    """

    def __init__(
        self,
        label: str,
        destination: Destination,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.label = label
        self.origin = str(destination.origin)
        self._http = httpx.AsyncClient(
            transport=transport or ollama_http_transport(destination),
            trust_env=False,
            follow_redirects=False,
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def get(
        self, path: str, errand: Errand, query: Mapping[str, str] | None = None
    ) -> JsonAnswer:
        """Return what the server answers, whatever its status; raises a `ModelError`."""
        return await self._exchange("GET", path, errand, None, query)

    async def post(self, path: str, errand: Errand, body: Mapping[str, object]) -> JsonAnswer:
        """Return what the server answers, whatever its status; raises a `ModelError`."""
        return await self._exchange("POST", path, errand, body, None)

    async def _exchange(
        self,
        method: str,
        path: str,
        errand: Errand,
        body: Mapping[str, object] | None,
        query: Mapping[str, str] | None,
    ) -> JsonAnswer:
        try:
            answer = await self._http.request(
                method, self.origin + path, headers=errand.headers(), json=body, params=query
            )
        except EgressError as error:
            raise from_gate(error) from error
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            _LOG.debug("%s: %r", self.label, error)
            raise self._broken(error) from error
        return JsonAnswer(answer.status_code, _value(answer.content), answer.text)

    def _broken(self, error: Exception) -> ModelError:
        match error:
            case httpx.ConnectError() | httpx.ConnectTimeout():
                return ModelUnavailableError(
                    f"Nothing answers at {self.origin}; start the server of {self.label} there, "
                    "or correct its origin in config.toml."
                )
            case httpx.TimeoutException():
                return ModelTimeoutError(
                    f"{self.label} fell silent; try again, or raise its timeout_s in config.toml."
                )
            case _:
                return IncompleteReplyError(
                    f"The connection to {self.label} broke off before the end of its answer; "
                    "try again."
                )


def _value(content: bytes) -> Any:  # noqa: ANN401 -- whatever the JSON holds
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
