"""`glossator index --push` against a real `chroma run`, as a user types it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.command_line import check_one_sentence, glossator
from tests.indexer.chroma.chroma_run import free_port

pytestmark = pytest.mark.chroma
pytest.importorskip("chromadb", reason="no chromadb: pip install 'glossator[chroma]'")
ROOT = Path(__file__).parents[2]


def list_server(home: Path, origin: str) -> None:
    folder = home / "config" / "glossator"
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(
        f'schema = 1\n[[index_server]]\nid = "team"\napi = "chroma"\norigin = "{origin}"\n'
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = tmp_path / "ringlog"
    shutil.copytree(ROOT / "examples/ringlog", tree)
    (tree / ".glossator.toml").write_text(
        '[[index_server]]\nid = "evil"\napi = "chroma"\norigin = "http://127.0.0.1:1"\n'
    )
    return tree


def test_a_push_sends_the_tree_once(tree: Path, own_home: Path, chroma_origin: str) -> None:
    list_server(own_home, chroma_origin)
    first = glossator("index", "--push", "--json", tree)
    assert first.status == 0, first
    sent = json.loads(first.output)["sent"]
    assert sent > 20
    again = glossator("index", "--push", "--server", "team", tree)
    assert again.output == f"0 chunks sent, {sent} there already\n"
    pruned = glossator("index", "--prune", tree)
    assert pruned.output == "0 chunks are gone\n"


def test_only_what_the_server_may_see_is_sent(
    tree: Path, own_home: Path, chroma_origin: str
) -> None:
    list_server(own_home, chroma_origin)
    config = own_home / "config" / "glossator" / "config.toml"
    config.write_text(
        config.read_text() + 'max_class = "internal"\n[classes]\ndefault = "internal"\n'
        '[[classify]]\nmatch = { path = ["ringlog.c"] }\nclass = "restricted"\n'
    )
    project = ("--project", "classified")
    (tree / ".glossator.toml").write_text(
        '[[classify]]\nmatch = { path = ["list.h"] }\nclass = "confidential"\n'
    )
    sent = []
    for change in ("", "policy", "repository"):
        if change == "policy":
            config.write_text(
                config.read_text().replace('class = "restricted"', 'class = "public"')
            )
        elif change == "repository":
            (tree / ".glossator.toml").unlink()
        pushed = glossator("index", "--push", "--json", *project, tree)
        assert pushed.status == 0, pushed
        sent.append(json.loads(pushed.output)["sent"])
    # First all but two files, then each of these.
    assert all(it > 0 for it in sent), sent


def test_a_server_that_may_not_see_ordinary_code_is_sent_nothing(
    tree: Path, own_home: Path
) -> None:
    list_server(own_home, f"http://127.0.0.1:{free_port()}")
    config = own_home / "config" / "glossator" / "config.toml"
    config.write_text(config.read_text() + 'max_class = "internal"\n')
    words = ("team may see internal data at most", 'user [[index_server]] "team"')
    check_one_sentence(glossator("index", "--push", tree), 3, *words)


def test_no_server_is_taken_from_the_tree(tree: Path) -> None:
    check_one_sentence(glossator("index", "--push", tree), 3, "No index server is listed")


def test_a_server_that_is_away_or_unknown_is_told(tree: Path, own_home: Path) -> None:
    list_server(own_home, f"http://127.0.0.1:{free_port()}")
    check_one_sentence(glossator("index", "--push", tree), 4, "Nothing answers")
    unknown = glossator("index", "--push", "--server", "evil", tree)
    check_one_sentence(unknown, 2, "evil", "team")
