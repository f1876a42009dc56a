"""Own a SearXNG server for tests, written from the documentation of its search API.

https://docs.searxng.org/dev/search_api.html and https://docs.searxng.org/admin/settings/settings_search.html
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.loopback_server import Received, Reply


@dataclass
class FakeSearxng:
    """A server that finds `results` whatever it is asked; `formats` is its setting of that name."""

    results: Sequence[Mapping[str, Any] | object] = ()
    formats: Sequence[str] = ("html", "json")
    unresponsive: Sequence[Sequence[str]] = ()
    path: str = "/search"
    queries: list[str] = field(default_factory=list)

    async def __call__(self, received: Received, reply: Reply) -> None:
        url = urllib.parse.urlsplit(received.path)
        asked = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        if url.path != self.path:
            await reply.whole(404, b"<html>Not found</html>", Content_Type="text/html")
        elif not asked.get("q"):
            await reply.whole(400, b"<html>No query</html>", Content_Type="text/html")
        elif asked.get("format", "html") not in self.formats:
            # As documented for a format that the settings do not list.
            await reply.whole(403, b"<html>Forbidden</html>", Content_Type="text/html")
        else:
            self.queries.append(asked["q"])
            await reply.json(
                {
                    "query": asked["q"],
                    "number_of_results": len(self.results),
                    "results": list(self.results),
                    "answers": [],
                    "corrections": [],
                    "infoboxes": [],
                    "suggestions": [],
                    "unresponsive_engines": list(self.unresponsive),
                }
            )
