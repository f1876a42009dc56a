"""Preferences: what each layer may choose, and what it is told otherwise."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from glossator_gate.errors import ConfigurationError
from glossator_gate.types import Policy
from glossator_indexer.languages import language_for_id
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import all_symbols
from glossator_server.setting_keys import KNOWN, ignored_key
from glossator_server.settings import (
    DocumentOptions,
    IndexOptions,
    SamplingOptions,
    Settings,
    load_user_settings,
    preference_schema,
)
from glossator_server.workspace_file import read_workspace


def preferences_in(root: Path) -> tuple[Settings, tuple[str, ...]]:
    found = read_workspace(root, Settings(), Policy(models=()))
    return found.settings, found.sentences


def test_a_layer_chooses_preferences() -> None:
    settings, ignored = Settings().narrowed(
        {
            "document": {"style": "kernel-doc", "width": 72, "max_lines": 2, "rounds": 1},
            "preferred_models": ["b", "a"],
        }
    )
    assert settings.document == DocumentOptions("kernel-doc", 72, 2, 1)
    assert settings.preferred_models == ("b", "a")
    assert ignored == ()


def test_a_layer_chooses_how_the_model_of_a_role_picks_its_words() -> None:
    chosen = {
        "temperature": 0,
        "top_p": 0.5,
        "max_tokens": 900,
        "stop": ["\n\n"],
        "reasoning": "field",
    }
    settings, ignored = Settings().narrowed({"sampling": {"document": chosen}})
    assert ignored == ()
    assert settings.documenting.sampling == SamplingOptions(0, 0.5, 900, ("\n\n",), "field")
    # A later layer chooses again what it names, and nothing else.
    settings, _ = settings.narrowed({"sampling": {"document": {"max_tokens": 100}}})
    assert settings.documenting.sampling == SamplingOptions(0, 0.5, 100, ("\n\n",), "field")


def test_a_prompt_is_chosen_for_each_use() -> None:
    chosen = {"fix": "ours", "critic": "strict", "plan": "p", "edit": "e", "edit-critic": "c"}
    layer = {"prompts": {**chosen, "document": "d", "ask": "a"}}
    settings, ignored = Settings().narrowed(layer)
    assert ignored == ()
    assert (settings.fixing.prompt, settings.fixing.critic_prompt) == ("ours", "strict")
    edit = settings.editing
    assert (edit.plan_prompt, edit.prompt, edit.critic_prompt) == ("p", "e", "c")
    assert settings.documenting.prompt == "d"
    assert settings.asking("ask").prompt("ask") == "a"
    assert settings.asking("ask").prompt("explain") == ""
    # The usual one again.
    settings, _ = settings.narrowed({"prompts": {"fix": ""}})
    assert settings.fixing.prompt == ""


def test_a_prompt_for_comments_may_differ_by_path() -> None:
    override = {"paths": ["drivers/**"], "prompt": "drivers"}
    layer = {"prompts": {"document": "d"}, "document": {"overrides": [override]}}
    options = Settings().narrowed(layer)[0].documenting
    assert options.for_path(Path("/x/drivers/a.c")).prompt == "drivers"
    assert options.for_path(Path("/x/mm/a.c")).prompt == "d"
    # Who tries a prompt tries it everywhere.
    options = Settings().narrowed(layer)[0].with_prompt("document", "/x/tried.md").documenting
    assert options.for_path(Path("/x/drivers/a.c")).prompt == "/x/tried.md"
    assert Settings().with_prompt("ask", "tried").asking("ask").prompt("ask") == "tried"


@pytest.mark.parametrize(
    ("layer", "place"),
    [
        ({"prompts": {"poem": "mine"}}, "prompts.poem"),
        ({"prompts": {"ask": "../mine"}}, "prompts.ask"),
        ({"prompts": {"ask": "/tmp/mine.md"}}, "prompts.ask"),
        ({"prompts": {"ask": 3}}, "prompts.ask"),
        ({"prompts": "mine"}, "prompts"),
        ({"document": {"prompt": "mine.md"}}, "document.prompt"),
    ],
)
def test_no_layer_brings_a_prompt_of_its_own(layer: dict[str, object], place: str) -> None:
    settings, ignored = Settings().narrowed(layer)
    assert settings == Settings()
    assert len(ignored) == 1
    assert ignored[0].startswith(place)


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"document": {"temperature": 3}}, "temperature"),
        ({"document": {"temperature": True}}, "temperature"),
        ({"document": {"top_p": 0}}, "top_p"),
        ({"document": {"max_tokens": 1.5}}, "max_tokens"),
        ({"document": {"stop": ["a", ""]}}, "stop"),
        ({"document": {"stop": ["a"] * 5}}, "stop"),
        ({"document": {"stop": "a"}}, "stop"),
        ({"document": {"reasoning": "loud"}}, "reasoning"),
        ({"document": {"model": "mine"}}, "sampling.document.model"),
        ({"embed": {"temperature": 0}}, "sampling.embed"),
        ({"document": 3}, "sampling.document"),
    ],
)
def test_what_no_sampling_can_be_is_told_and_changes_nothing(
    table: dict[str, object], named: str
) -> None:
    settings, ignored = Settings().narrowed({"sampling": table})
    assert settings.documenting == DocumentOptions()
    assert len(ignored) == 1
    assert named in ignored[0]


def test_a_layer_chooses_how_the_repository_is_indexed() -> None:
    chosen = {
        "enabled": False,
        "workspace_symbol": True,
        "vectors": "exact",
        "team": False,
        "project": "ring-log",
        "quality": True,
        "idle_minutes": 5,
    }
    settings, ignored = Settings().narrowed({"index": chosen})
    assert settings.index == IndexOptions(
        enabled=False,
        workspace_symbol=True,
        vectors="exact",
        team=False,
        project="ring-log",
        quality=True,
        idle_minutes=5,
    )
    assert ignored == ()


@pytest.mark.parametrize(
    "layer",
    [
        {"model": [{"id": "x", "origin": "http://elsewhere"}]},
        {"document": {"width": 10_000}},
        {"document": {"width": True}},
        {"document": {"width": "80"}},
        {"document": {"style": "no-such-style"}},
        {"document": {"command": "rm"}},
        {"document": 1},
        {"preferred_models": [1]},
        {"index": True},
        {"index": {"enabled": 1}},
        {"index": {"vectors": "https://elsewhere"}},
        {"index": {"vectors": []}},
        {"index": {"idle_minutes": 0}},
        {"index": {"project": "../up"}},
        {"index": {"project": ""}},
        {"index": {"idle_minutes": True}},
        {"index": {"folder": "/tmp"}},
        {"key": "secret"},
        {"c": {"definers": ["X"]}},
        {"c": {"annotations": ["not a name"]}},
        {"c": {"annotations": [3]}},
    ],
)
def test_what_a_layer_may_not_say_is_ignored_with_one_sentence(layer: dict[str, object]) -> None:
    settings, ignored = Settings().narrowed(layer)
    assert settings == Settings()
    assert len(ignored) == 1
    assert ignored[0].endswith(".")


def test_every_layer_adds_the_macros_of_its_code() -> None:
    settings, _ = Settings().narrowed({"c": {"annotations": ["LIB_API"]}})
    settings, ignored = settings.narrowed({"c": {"annotations": ["LIB_CALL"]}})
    assert ignored == ()
    language = settings.language(language_for_id("c"))
    assert language is not None
    text = "LIB_API int LIB_CALL f(int a)\n{\n\treturn a;\n}\n"
    (symbol,) = all_symbols(parse(text, language))
    assert (symbol.name, symbol.return_type, symbol.has_syntax_errors) == ("f", "int", False)


def test_a_missing_user_file_means_the_defaults(tmp_path: Path) -> None:
    assert load_user_settings(tmp_path / "none.toml") == (Settings(), ())


@pytest.mark.parametrize(
    ("own", "repository", "holds"),
    [
        ("code", "multi-file", "code"),
        ("always", "code", "always"),
        ("always", "multi-file", "always"),
        ("multi-file", "multi-file", "multi-file"),
        ("multi-file", "code", "code"),
        ("code", "always", "always"),
    ],
)
def test_a_repository_can_have_a_person_asked_more_often_and_never_less(
    own: str, repository: str, holds: str, tmp_path: Path
) -> None:
    (tmp_path / ".glossator.toml").write_text(f'review = "{repository}"\n', "utf-8")
    found = read_workspace(tmp_path, replace(Settings(), review=own), Policy(models=()))
    assert found.settings.review == holds
    assert any("your own choice" in it for it in found.sentences) == (holds != repository)


def test_the_users_file_keeps_its_policy_tables_for_the_policy(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('schema = 1\n[[model]]\nid = "x"\n[document]\nwidth = 100\n')
    settings, ignored = load_user_settings(file)
    assert settings.document.width == 100
    assert ignored == ()


@pytest.mark.parametrize("raw", [b"[document\n", b"\xff\xfe", b"x" * (1 << 21)])
def test_a_broken_user_file_is_named_in_one_sentence(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(raw)
    with pytest.raises(ConfigurationError, match=r"config\.toml .*\.$"):
        load_user_settings(file)


@pytest.mark.parametrize(
    "text",
    ["[[[", "a = " + "[" * 100_000, "a = " + "1" * 5000, "a" * 100_000 + " = 1"],
    ids=["brackets", "depth", "number", "key"],
)
def test_a_broken_workspace_file_stops_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / ".glossator.toml").write_text(text)
    settings, ignored = preferences_in(tmp_path)
    assert settings == Settings()
    assert len(ignored) == 1
    assert len(ignored[0]) < len(str(tmp_path)) + 340


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", [".glossator.toml", "the-target-of-a-link"])
def test_a_workspace_file_that_would_be_waited_for_is_not_read(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    if name != ".glossator.toml":
        (tmp_path / ".glossator.toml").symlink_to(name)
    settings, ignored = preferences_in(tmp_path)
    assert settings == Settings()
    assert "not a regular file" in ignored[0]


def test_a_workspace_file_cannot_add_a_model(tmp_path: Path) -> None:
    (tmp_path / ".glossator.toml").write_text(
        '[[model]]\nid = "evil"\norigin = "http://elsewhere"\n[document]\nwidth = 100\n'
    )
    settings, ignored = preferences_in(tmp_path)
    assert settings.document.width == 100
    assert len(ignored) == 1
    assert "model is ignored" in ignored[0]


def test_a_workspace_file_full_of_mistakes_is_told_of_in_short(tmp_path: Path) -> None:
    (tmp_path / ".glossator.toml").write_text("".join(f"key{it} = 1\n" for it in range(5000)))
    _, sentences = preferences_in(tmp_path)
    assert len(sentences) == 100


def test_a_key_that_nobody_knows_may_have_forbidden_something(tmp_path: Path) -> None:
    (tmp_path / ".glossator.toml").write_text("clasify = 1\n[[model]]\n[edit]\nx = 1\n")
    _, sentences = preferences_in(tmp_path)
    assert ["restricted" in it for it in sentences] == [True, False, False]


def test_whoever_sets_what_is_no_preference_is_told_of_all_that_are() -> None:
    said = ignored_key(("x",)).sentence
    named = {it.partition(".")[0] for it in KNOWN.split(", ")}
    assert KNOWN in said
    assert named == preference_schema().keys()
