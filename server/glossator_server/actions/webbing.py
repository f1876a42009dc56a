"""Own the web search of an agent: there only where the policy names a provider."""

from __future__ import annotations

from glossator_gate.policy import Policy
from glossator_gate.types import DataClass
from glossator_server.agent.running import Ask

MOST_HITS = 8


def web_search_of(policy: Policy, data_class: DataClass) -> Ask | None:
    """Return what searches the web for words of a class, None where the policy has no provider."""
    entry = next(iter(policy.web_searches), None)
    if entry is None:
        return None

    async def search(query: str) -> str:
        from glossator_clients.web_search import search_web

        hits = await search_web(entry, query, MOST_HITS, data_class)
        lines = (f"{it.title}\n{it.url}\n{it.snippet}" for it in hits)
        return "\n\n".join(lines) or "Nothing was found."

    return search
