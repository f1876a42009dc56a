"""Cases: prepared ones are whole, lines that are wrong are named, faults and changes are sure."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from glossator_indexer.languages import language_of_file
from glossator_indexer.parsing import parse, syntax_problems
from glossator_indexer.types import Span
from glossator_server.errors import UsageError
from glossator_server.evals.functions import found_files, read_file
from glossator_server.evals.seeding import seeds_in
from glossator_server.evals.sentences import first_sentence
from glossator_server.evals.suites import open_suite
from glossator_server.evals.types import SourceKind
from glossator_server.evals.wanted_changes import WantedChange, proposed_changes
from glossator_server.settings import Settings
from tests.server.evals.suite_runs import lay_out, source_of

AT_LEAST = {"retrieval": 50, "fix": 40, "edit": 15, "ask": 35, "intent": 500}


@pytest.mark.parametrize(("suite", "fewest"), AT_LEAST.items())
def test_prepared_cases_are_many_and_each_is_whole(suite: str, fewest: int, tmp_path: Path) -> None:
    source = source_of(lay_out(tmp_path / "town"), SourceKind.PREPARED)
    cases = open_suite(suite).cases(replace(source, limit=None))
    assert len(cases) >= fewest
    assert len({it.id for it in cases}) == len(cases)
    few = open_suite(suite).cases(replace(source, limit=5))
    assert len(few) == 5
    assert {it.id for it in few} <= {it.id for it in cases}
    for case in cases:
        assert not case.path or case.file.is_file(), case.id
        if "find" in case.data:
            assert case.file.read_text("utf-8").count(case.data["find"]) == 1, case.id


WRONG = [
    ("retrieval", {"query": "x y"}, '"answers" must name at least one place'),
    ("ask", {"question": " ", "answers": []}, '"question" must be a text that is not empty'),
    ("retrieval", {"qeury": "x"}, "\"qeury\" is not known; did you mean 'query'?"),
    (
        "retrieval",
        {"query": "x", "answers": [{"path": "harbour.c", "symbol": "sink"}]},
        '"symbol" names sink, which is not in harbour.c',
    ),
    (
        "ask",
        {"question": "x", "answers": [{"path": "harbour.c", "start": 3, "end": 900}]},
        '"end" must be a line from 3 to 31, the last one of harbour.c',
    ),
    ("ask", {"question": "x", "answers": [{"path": "../x"}]}, '"path" must be a path below'),
    ("ask", {"question": "x", "answers": {}}, '"answers" must be a list of objects'),
    ("fix", {"find": "x"}, '"path" is missing'),
    ("fix", {"path": "sea.c"}, '"path" names sea.c, which is no file below'),
    (
        "fix",
        {"path": "harbour.c", "find": "berth", "replace": "bed"},
        '"find" stands 19 times in harbour.c, not once',
    ),
    ("fix", {"path": "harbour.c", "replace": "x"}, '"find" is missing: say what is replaced'),
    ("edit", {"instruction": "x"}, '"files" is missing, and so are gone and there'),
    ("edit", {"instruction": "x", "files": "harbour.c"}, '"files" must be a list of texts'),
    ("intent", {"text": "x", "intent": "dance"}, "\"intent\" is 'dance'; choose document, fix"),
]


@pytest.mark.parametrize(("suite", "line", "words"), WRONG)
def test_a_line_that_is_wrong_is_named_with_its_key(
    suite: str, line: dict[str, object], words: str, tmp_path: Path
) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text("\n" + json.dumps(line) + "\n", "utf-8")
    source = source_of(lay_out(tmp_path / "town"), SourceKind.FILE, file)
    with pytest.raises(UsageError) as raised:
        open_suite(suite).cases(source)
    assert str(raised.value).startswith(f"{file}, line 2: {words}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no case; write one JSON object a line"),
        ("{", "line 1 is no JSON"),
        ("[]", "line 1 is no JSON object"),
        ("[" * 100_000, "line 1 is no JSON ("),
        ('{"text": "half of a letter: \\ud83d", "intent": "fix"}', "line 1 is no JSON ("),
        ('{"id": "a", "text": "x", "intent": "fix"}\n' * 2, '"id" is that of line 1, too'),
    ],
)
def test_a_file_that_is_no_list_of_cases_is_refused(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(text, "utf-8")
    source = source_of(lay_out(tmp_path / "town"), SourceKind.FILE, file)
    with pytest.raises(UsageError) as raised:
        open_suite("intent").cases(source)
    assert words in str(raised.value)


CODE = {
    "a.c": "int f(int count)\n{\n\tfor (int at = 0; at < count; at++)\n\t\tg(count, 1);\n}\n",
    "a.py": "def f(count):\n    if count:\n        print(count)\n    else:\n        pass\n",
    "a.js": "function f(count) {\n  if (count) { g(`${count}`, 'it', 1); }\n}\n",
    "a.ts": "function f(count: number) {\n  if (count) { g(count, 'it'); }\n}\n",
    "a.go": "package a\n\nfunc f(count int) {\n\tif count > 0 {\n\t\tg(count, 1)\n\t}\n}\n",
    "a.rs": "fn f(count: i32) {\n    if count > 0 { g(count, 'x'); }\n}\n",
    "A.java": "class A {\n  void f(int count) {\n    if (count > 0) { g(count, 'x'); }\n  }\n}\n",
    "a.cpp": "int f(int count)\n{\n\treturn g(count, 'x');\n}\n",
}


@pytest.mark.parametrize("name", CODE)
def test_a_seeded_fault_is_an_error_of_grammar_a_new_name_or_a_lost_argument(name: str) -> None:
    text = CODE[name]
    language = language_of_file(Path(name), text)
    assert language is not None
    found = [
        it
        for seed in range(8)
        for it in seeds_in(text, language.id, Span(0, len(text)), random.Random(seed))
    ]
    assert {it.operator for it in found} >= {"lost bracket"}
    for it in found:
        after = it.applied(text)
        if it.operator == "misspelt name":
            assert it.replacement not in text
        elif it.operator == "lost argument":
            assert "(count, " in text[: it.start + 2]
            assert not syntax_problems(parse(after, language))
        elif it.operator != "lost bracket":
            assert syntax_problems(parse(after, language)), after


def test_only_changes_whose_result_is_known_are_asked_for(tmp_path: Path) -> None:
    texts = {
        "a.c": "int plain_sum(int one, int two)\n{\n\treturn one + two;\n}\n\n"
        "int table_entry(int one, int two)\n{\n\treturn one - two;\n}\n\n"
        "int other_sum(int one, int two)\n{\n\treturn two + one;\n}\n",
        "b.c": "int use_both(void)\n{\n\tint (*op)(int, int) = table_entry;\n"
        "\treturn plain_sum(1, 2) + op(1, 2) + other_sum(3, 4);\n}\n",
    }
    folder = lay_out(tmp_path / "town", texts)
    source = source_of(folder)
    tree = found_files(folder, source.policy, 7)
    files = [it for found in tree.files if (it := read_file(found, folder, Settings()))]
    wanted: dict[str, set[str]] = {}
    for seed in range(12):
        for it in proposed_changes(files, random.Random(seed), everywhere=True):
            wanted.setdefault(it.change.kind, set()).add(it.change.function)
    # What a pointer leads to can be renamed, but its calls are not all seen.
    assert wanted == {
        "rename": {"plain_sum", "table_entry", "other_sum"},
        "parameter": {"plain_sum", "other_sum"},
        "swap": {"plain_sum", "other_sum"},
    }
    private = list(proposed_changes(files, random.Random(1), everywhere=False))
    assert private == []


CHANGES = [
    (WantedChange("rename", "old_name", new="new_name"), "old_name(1); // old_name, not old_names",
     "new_name(1); // new_name, not old_names"),
    (WantedChange("swap", "f"), "int f(int a, char *b)\n{\n}\nx = f(g(1, 2), \"a, b\");\n",
     "int f(char *b, int a)\n{\n}\nx = f(\"a, b\", g(1, 2));\n"),
    (WantedChange("parameter", "f", parameter="int flags", argument="0", use="(void)flags;"),
     "int f(void)\n{\n\treturn 1;\n}\nx = f();\n",
     "int f(int flags)\n{\n\t(void)flags;\n\treturn 1;\n}\nx = f(0);\n"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "before", "after"), CHANGES)
def test_a_wanted_change_has_one_right_result(
    change: WantedChange, before: str, after: str
) -> None:
    assert change.applied(before) == after
    assert f"`{change.function}`" in change.instruction


SENTENCES = [
    ("Return the number of bits that are set.", "count", "Return the number of bits that are set"),
    ("count() - Number of things, e.g. bits. More.", "count", "Number of things, e.g. bits"),
    ("@brief Tell how many bits there are", "count", "Tell how many bits there are"),
    ("TODO: write some words about it here", "count", ""),
    ("Too short", "count", ""),
    (":param x: what is counted here and there", "count", ""),
]


@pytest.mark.parametrize(("comment", "name", "sentence"), SENTENCES)
def test_the_first_sentence_is_asked_for_without_the_name(
    comment: str, name: str, sentence: str
) -> None:
    assert first_sentence(comment.split("\n"), name) == sentence
