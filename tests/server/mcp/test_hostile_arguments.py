"""Whatever a client sends as arguments: each call has one answer, and nothing hidden is in any."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp.client.client import Client

from glossator_gate.audit import AuditLog
from glossator_gate.policy import load_policy
from glossator_gate.types import PolicyPlaces
from glossator_server.app import open_checker, open_index_client, open_model
from glossator_server.mcp.desk import Desk, Means, Rules
from glossator_server.mcp.serving import make_server
from glossator_server.mcp.tools import TOOLS
from glossator_server.settings import IndexOptions, Settings

_SECRET = "what_nobody_may_be_told"
_NAMES = (
    "a.c", "secret/b.c", "../outside.c", "/etc/passwd", "link.c", "folder", ".env", ".git/config",
    "secret/../a.c", "secret//b.c", "./secret/b.c", "SECRET/b.c", "secret\\b.c", "secret/b.c\0",
    "secret/b.c ", "%2e%2e/outside.c", "file:///etc/passwd", "~/.bashrc", "a.c/../secret/b.c",
)  # fmt: skip
_KEYS = (
    "path", "name", "symbol", "line", "style", "query", "limit", "question", "start_line", "paths",
    "kinds", "_meta", "",
)  # fmt: skip
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(string.printable, max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
_value = st.sampled_from([*_NAMES, _SECRET, "f", 1, 0, -1, 10**30]) | _json


def _fitting(key: str) -> st.SearchStrategy[str]:
    return st.sampled_from(_NAMES) if key == "path" else st.sampled_from([_SECRET, "f"])


# Half of the calls have the arguments that the tool takes, so that more than the schema is tried.
_calls = st.sampled_from(TOOLS).flatmap(
    lambda tool: st.tuples(
        st.just(tool.name),
        st.fixed_dictionaries(
            {it: _fitting(it) for it in tool.takes["required"]},
            optional={
                it: _fitting(it)
                for it, schema in tool.takes["properties"].items()
                if schema.get("type") == "string" and it not in tool.takes["required"]
            },
        )
        | st.dictionaries(st.sampled_from(_KEYS), _value, max_size=4),
    )
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    root = tmp_path / "project"
    (root / "secret").mkdir(parents=True)
    (root / "folder").mkdir()
    (root / ".git").mkdir()
    (root / "a.c").write_text("int f(int a)\n{\n\treturn a;\n}\n", "utf-8")
    hidden = f"int {_SECRET}(void) {{ return 1; }}\n"
    for path in (root / "secret/b.c", root / ".env", root / ".git/config", tmp_path / "outside.c"):
        path.write_text(hidden, "utf-8")
    (root / "link.c").symlink_to(tmp_path / "outside.c")
    config = tmp_path / "config.toml"
    config.write_text(
        "schema = 1\n[[classify]]\nmatch = { path = ['secret/'] }\nclass = 'restricted'\n", "utf-8"
    )
    policy = load_policy(PolicyPlaces(tmp_path / "none" / "policy.toml", config))
    rules = Rules(policy, Settings(index=IndexOptions(enabled=False)), root)
    return Desk(root, Means(lambda: rules, open_model, open_index_client, open_checker))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(call=_calls)
async def test_every_call_has_an_answer_and_nothing_hidden_is_in_any(
    desk: Desk, tmp_path: Path, call: tuple[str, dict[str, Any]]
) -> None:
    name, arguments = call
    async with Client(make_server(desk, TOOLS, AuditLog(tmp_path / "audit"))) as client:
        result = await client.call_tool(name, arguments)
    said = str(result.structured_content) + str([it.text for it in result.content])
    if result.is_error:
        # Who asks for a name is told that it is not there.
        assert "failed within Glossator" not in said
        assert len(said) < 1_000
    else:
        assert _SECRET not in said
        assert "root:" not in said
