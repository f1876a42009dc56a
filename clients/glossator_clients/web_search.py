"""Own the web search for the agent's tool: a query to SearXNG, and what comes back, as plain data.

It must not follow what it finds, and nothing that a page says is more than text.
"""

from __future__ import annotations

import html
import re
import unicodedata
import urllib.parse
from dataclasses import dataclass
from typing import Any

from glossator_clients.errors import ModelError, WebSearchError
from glossator_clients.json_http import OK, JsonAnswer, JsonHttp
from glossator_gate.errors import PolicyError
from glossator_gate.policy import destination_of_web_search
from glossator_gate.redaction import redact
from glossator_gate.types import DataClass, Errand, WebSearchEntry

# What a model can use of one search, and what a list for people shows.
MOST_HITS = 20
_LONGEST_QUERY = 400
_LONGEST_TITLE = 200
_LONGEST_SNIPPET = 500
_LONGEST_URL = 2000
_FORBIDDEN, _TOO_MANY_REQUESTS = 403, 429
_TAG = re.compile(r"<[!/?a-zA-Z][^<>]{0,2000}>")
# Letters and marks that are drawn as nothing and can carry words that nobody sees; the rest of
# what cannot be seen has a category of its own.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
_VARIATION_SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x1810))
_INVISIBLE = _BLANK | {chr(it) for it in _VARIATION_SELECTORS}
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True)
class WebHit:
    """One result: plain text of bounded length and an http(s) address."""

    title: str
    url: str
    snippet: str


async def search_web(
    entry: WebSearchEntry,
    query: str,
    limit: int,
    data_class: DataClass = DataClass.RESTRICTED,
) -> list[WebHit]:
    """Return at most `limit` results, the best first.

    Secrets are taken out of the query, and one of a stricter class than the policy allows is not
    sent: `PolicyError`. Raises `WebSearchError` where the server cannot answer.
    """
    if data_class.rank > entry.max_class.rank:
        raise PolicyError(
            f"A search for words that are {data_class} was refused: {entry.id} may get what is at "
            f"most {entry.max_class}; search with words of your own."
        )
    words = " ".join(plain_text(redact(query).text, _LONGEST_QUERY).split())
    if not words:
        raise WebSearchError("There is nothing to search for; write some words.")
    http = JsonHttp(entry.id, destination_of_web_search(entry))
    try:
        answer = await http.get(
            f"{entry.base_path}/search",
            Errand("web_search", data_class=data_class),
            {"q": words, "format": "json"},
        )
    except ModelError as error:
        raise WebSearchError(str(error)) from error
    finally:
        await http.close()
    return _hits(entry, answer, min(limit, MOST_HITS))


def plain_text(text: str, longest: int) -> str:
    """Return what a person would see of a text: no markup, nothing invisible, on one line, cut."""
    # Markup may be written in entities, once or several times over.
    for _ in range(3):
        bare = html.unescape(_TAG.sub(" ", text))
        if bare == text:
            break
        text = bare
    text = unicodedata.normalize("NFC", _TAG.sub(" ", text))
    seen = "".join(" " if it.isspace() else "" if _is_invisible(it) else it for it in text)
    line = " ".join(seen.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _is_invisible(character: str) -> bool:
    return character in _INVISIBLE or unicodedata.category(character) in _INVISIBLE_CATEGORIES


def _hits(entry: WebSearchEntry, answer: JsonAnswer, limit: int) -> list[WebHit]:
    if answer.status != OK:
        raise WebSearchError(_refusal(entry, answer.status))
    results = answer.value.get("results") if isinstance(answer.value, dict) else None
    if not isinstance(results, list):
        raise WebSearchError(
            f"{entry.origin} does not answer {entry.id} as SearXNG does; "
            "check its origin and base_path in config.toml."
        )
    if not results and answer.value.get("unresponsive_engines"):
        raise WebSearchError(
            f"The search engines behind {entry.origin} did not answer; try again later, "
            "or look at its log."
        )
    hits: dict[str, WebHit] = {}
    for result in results:
        hit = _hit(result)
        if hit is not None and len(hits) < limit:
            hits.setdefault(hit.url, hit)
    return list(hits.values())


def _refusal(entry: WebSearchEntry, status: int) -> str:
    if status == _FORBIDDEN:
        return (
            f"{entry.origin} does not give {entry.id} its results as JSON; add json to "
            "search.formats in its settings.yml, or let this machine pass its limiter."
        )
    if status == _TOO_MANY_REQUESTS:
        return f"{entry.origin} takes no more searches at the moment; wait a little and try again."
    return f"{entry.origin} failed with status {status}; look at its log, then try again."


def _hit(result: Any) -> WebHit | None:  # noqa: ANN401 -- whatever the JSON holds
    """Return a result as data, None where it leads nowhere."""
    if not isinstance(result, dict):
        return None
    url = _web_address(result.get("url"))
    if url is None:
        return None
    title, snippet = (_text(result.get(name)) for name in ("title", "content"))
    return WebHit(
        plain_text(title, _LONGEST_TITLE) or url, url, plain_text(snippet, _LONGEST_SNIPPET)
    )


def _text(value: object) -> str:
    # Beyond this nothing is shown; markup around it may be several times as long.
    return value[: 20 * _LONGEST_SNIPPET] if isinstance(value, str) else ""


def _web_address(value: object) -> str | None:
    """Return an http(s) address without a user in it, in plain ASCII; None for anything else."""
    if not isinstance(value, str) or len(value) > _LONGEST_URL:
        return None
    try:
        parts = urllib.parse.urlsplit(value.strip())
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc:
        return None
    try:
        netloc = parts.netloc.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    quoted = [
        urllib.parse.quote(it, safe="/%?&=+,;:@!$'()*~-._#[]")
        for it in (parts.path, parts.query, parts.fragment)
    ]
    return urllib.parse.urlunsplit((parts.scheme, netloc, *quoted))
