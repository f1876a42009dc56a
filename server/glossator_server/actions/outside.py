"""Own what an agent reaches outside of its files: an interpreter in the sandbox, a web search.

Each is there only where machine and policy allow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from glossator_gate.policy import Policy
from glossator_gate.types import DataClass
from glossator_server.agent.interpreter import run_python
from glossator_server.agent.running import RunPython, SearchWeb
from glossator_server.sandbox import Sandbox

MOST_HITS = 8


def python_in(sandbox: Sandbox, root: Path) -> RunPython:
    """Return what runs Python in a sandbox, with texts of the workspace that are given it."""

    async def run(code: str, texts: Mapping[str, str]) -> str:
        files = {root / path: text for path, text in texts.items()}
        return (await run_python(code, root, sandbox, files)).text

    return run


def web_search_of(policy: Policy, data_class: DataClass) -> SearchWeb | None:
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
