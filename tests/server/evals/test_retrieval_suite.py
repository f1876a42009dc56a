"""The suite `retrieval`: comments are hidden, ranks are right, the user's index stays as it was."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path
from threading import Event

import pytest

from glossator_gate.types import DataClass
from glossator_server.app import load_application, open_index_client
from glossator_server.errors import UsageError
from glossator_server.evals.functions import found_files
from glossator_server.evals.hidden_trees import WantedTree, read_tree
from glossator_server.evals.suites import open_suite
from glossator_server.evals.types import Configuration, SourceKind
from glossator_server.evals.workspaces import CopiedFile, Original, open_copy
from tests.server.evals.suite_runs import FILES, lay_out, ran, source_of

LANTERNS = "Polish all brass lanterns until nobody is thirsty"


def test_no_comment_that_is_asked_for_is_left_and_no_line_moves(tmp_path: Path) -> None:
    source = source_of(lay_out(tmp_path / "town"))
    wanted = WantedTree(source.workspace, source.policy, 7)
    tree = read_tree(wanted, source.settings, Event())
    asked = {it.sentence: it.name for _, it in tree.asked()}
    assert asked[LANTERNS] == "harbour_total"
    assert asked["Return the length of the pier that reaches furthest into the sea"]
    texts = {it.path: it.text for it in tree.without_comments()}
    assert not any(it in text for it in asked for text in texts.values())
    assert "lanterns" not in texts["harbour.c"]
    for name, text in FILES.items():
        assert texts[name].count("\n") == text.count("\n")
    assert compile(texts["pier.py"], "pier.py", "exec")


async def test_what_only_a_comment_says_is_not_found_by_words_and_the_users_index_is_not_made(
    tmp_path: Path, own_home: Path
) -> None:
    source = source_of(lay_out(tmp_path / "town"))
    ways = (Configuration("index"), Configuration("words", retrieval=False))
    found = await ran("retrieval", source, own_home, {}, *ways)
    titles = {it.id: it.title for it in open_suite("retrieval").cases(source)}
    (lanterns,) = (it for it, title in titles.items() if title == LANTERNS)
    (moor,) = (it for it, title in titles.items() if title.startswith("Moor the boat"))
    assert found[lanterns, "words"].measures["rr"] == 0.0
    assert found[moor, "words"].measures["rr"] > 0.0
    assert found[moor, "index"].measures == {
        "ndcg": 1.0,
        "rr": 1.0,
        "recall_10": 1.0,
        "recall_100": 1.0,
    }
    assert found[moor, "index"].text.startswith("1. harbour.c:4-13")
    assert found[moor, "index"].expected.startswith("harbour.c:4-13\nint harbour_moor(")
    cache = own_home / "cache" / "glossator"
    assert not list((cache / "evals").iterdir())
    assert not list((cache / "index").iterdir())


async def test_cases_of_a_file_ask_the_users_own_index_from_a_folder_below_its_root(
    tmp_path: Path, own_home: Path
) -> None:
    root = lay_out(tmp_path / "town", {f"port/{name}": text for name, text in FILES.items()})
    file = tmp_path / "cases.jsonl"
    asked = {"query": LANTERNS, "answers": [{"path": "harbour.c", "symbol": "harbour_total"}]}
    file.write_text(json.dumps(asked) + "\n", "utf-8")
    source = source_of(root / "port", SourceKind.FILE, file)
    found = await ran("retrieval", source, own_home, {})
    # Nothing is hidden: the comment is what is found.
    assert found["line-1", "usual"].measures["ndcg"] > 0.5


async def test_a_model_that_is_no_way_to_search_is_refused_before_the_first_case(
    tmp_path: Path, own_home: Path
) -> None:
    source = source_of(lay_out(tmp_path / "town"))
    with pytest.raises(UsageError, match="write model=fast, model=quality, or retrieval=off"):
        await ran("retrieval", source, own_home, {}, Configuration("gpt", model="gpt"))


async def test_copies_of_killed_runs_are_removed_and_those_in_use_stay(
    tmp_path: Path, own_home: Path
) -> None:
    copies = own_home / "cache" / "glossator" / "evals"
    for name in ("copy-killed", "copy-used"):
        (copies / name / "tree").mkdir(parents=True)
        (copies / name / "lock").touch()
    with (copies / "copy-used" / "lock").open() as used:
        fcntl.flock(used, fcntl.LOCK_EX)
        await ran("retrieval", source_of(lay_out(tmp_path / "town")), own_home, {})
        assert [it.name for it in copies.iterdir()] == ["copy-used"]


def test_what_the_policy_never_reads_is_not_copied(tmp_path: Path, own_home: Path) -> None:
    folder = own_home / "config" / "glossator"
    folder.mkdir()
    text = 'schema = 1\n[redact]\ndeny_paths = ["pier.py"]\n'
    (folder / "config.toml").write_text(text, "utf-8")
    source = source_of(lay_out(tmp_path / "town"))
    found = found_files(source.workspace, source.policy, 7).files
    assert [it.path for it in found] == ["harbour.c", "harbour.h"]


async def test_a_copy_is_as_secret_as_what_it_was_made_of(tmp_path: Path, own_home: Path) -> None:
    root = lay_out(tmp_path / "town")
    folder = own_home / "config" / "glossator"
    folder.mkdir()
    (folder / "config.toml").write_text(
        'schema = 1\n[classes]\ndefault = "internal"\n'
        f'[[classify]]\nmatch = {{ repository = ["{root}"], path = ["pier.py"] }}\n'
        'class = "restricted"\n',
        "utf-8",
    )
    source = source_of(root)
    texts = (CopiedFile(name, text) for name, text in FILES.items())
    copy = await open_copy(
        texts, Original(root, source.policy), source.settings.index, open_index_client
    )
    try:
        classes = {it: copy.policy.class_of(copy.root / it) for it in FILES}
        assert classes == {
            "harbour.c": DataClass.INTERNAL,
            "harbour.h": DataClass.INTERNAL,
            "pier.py": DataClass.RESTRICTED,
        }
        # The owner of the index knows the copy alone.
        policy = load_application(copy.root).workspace_policy
        assert policy.class_of(copy.root / "harbour.c") is DataClass.RESTRICTED
        assert copy.root.parent.stat().st_mode & 0o077 == 0
    finally:
        await copy.close()
    assert not copy.root.exists()
