"""From records and decisions to files for trainers: the product's own question, and no leak."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_clients.types import ModelInfo
from glossator_indexer.symbols import find_symbols
from glossator_server.actions.document import document_symbol
from glossator_server.datasets.decisions import Decision, decisions_in
from glossator_server.datasets.examples import ExampleOptions
from glossator_server.datasets.exporting import Exported, ExportOptions, export
from glossator_server.datasets.formats import FORMATS
from glossator_server.datasets.splitting import Split, SplitOptions
from glossator_server.errors import UsageError
from glossator_server.feedback import Fate, FeedbackStore, Finding, Moment, Offer
from glossator_server.files import read_snapshot
from glossator_server.prompts import load_template
from glossator_server.settings import DocumentOptions, Settings
from tests.server.datasets import trainers
from tests.server.datasets.repositories import RING, little_room, mined, repository

SMALL = ModelInfo("small", "embedded", "small", "", None, local=True)
ALL_LEARNED = SplitOptions(valid_share=0.0, test_share=0.0)


def options(**more: Any) -> ExportOptions:  # noqa: ANN401 -- any of its fields
    chosen = ExportOptions(ExampleOptions(load_template("document-small"), SMALL), ALL_LEARNED)
    return replace(chosen, **more)


def exported(data: Path, chosen: ExportOptions) -> tuple[Exported, Path]:
    out = data.parent / "export"
    return export([data], out, chosen, lambda _: None), out


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(it) for it in path.read_text("utf-8").splitlines()]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    mined(tmp_path / "data.jsonl", repository(tmp_path))
    return tmp_path / "data.jsonl"


async def test_the_question_is_the_one_that_the_product_asks(tmp_path: Path) -> None:
    folder = repository(tmp_path)
    mined(tmp_path / "data.jsonl", folder)
    _, out = exported(tmp_path / "data.jsonl", options())
    path = folder / "src" / "ring.c"
    begin = RING.index("/**\n * ring_push")
    path.write_text(RING[:begin] + RING[RING.index("int ring_push") :], "utf-8")
    snapshot = replace(read_snapshot(path, Settings()), lends=lambda _: True)
    (symbol,) = find_symbols(snapshot.source, "ring_push")
    model = ScriptedModel([ScriptedReply(json.dumps({"summary": "Append"}), repeat=True)], SMALL)
    await document_symbol(snapshot, symbol, model, DocumentOptions(), lambda _: None)
    asked = model.requests[0].messages
    learned = next(it for it in lines(out / "train.jsonl") if "ring_push" in _last_question(it))
    told = [(it["role"], it["content"]) for it in learned["messages"][:-1]]
    assert told == [(str(it.author), it.text) for it in asked]
    assert json.loads(learned["messages"][-1]["content"]) == {
        "summary": "append one record to the ring",
        "parameters": {"ring": "where the record goes", "record": "bytes that are copied"},
        "returns": "0 on success, -ENOSPC if the ring is full.",
    }


def _last_question(line: dict[str, Any]) -> str:
    return str([it for it in line["messages"] if it["role"] == "user"][-1]["content"])


@pytest.mark.parametrize("name", FORMATS)
def test_lines_are_as_trainers_document_them(data: Path, name: str) -> None:
    _, out = exported(data, options(format=name, decisions=(decision(Fate.EDITED),)))
    examples, pairs = lines(out / "train.jsonl"), lines(out / "preferences.jsonl")
    assert (len(examples), len(pairs)) == (4, 1)
    for line in examples:
        jsonschema.validate(line, trainers.EXAMPLES[name])
    for line in pairs:
        jsonschema.validate(line, trainers.PAIRS[name])


def test_only_the_last_answer_is_to_be_learned(data: Path) -> None:
    _, out = exported(data, options())
    for line in lines(out / "train.jsonl"):
        *before, last = [it for it in line["messages"] if it["role"] == "assistant"]
        assert all(it["weight"] == 0 for it in before)
        assert "weight" not in last


def test_what_a_weak_part_says_is_not_asked_for(data: Path) -> None:
    _, out = exported(data, options())
    drop = next(it for it in lines(out / "train.jsonl") if "ring_drop" in _last_question(it))
    assert json.loads(drop["messages"][-1]["content"]) == {
        "summary": "forget the oldest record of a ring",
        "parameters": {"ring": "what loses its oldest record"},
        "returns": "true if there was one.",
    }


def test_what_is_held_out_is_tested_with_and_never_learned_nor_shown(data: Path) -> None:
    chosen = options(splits=SplitOptions(hold_out=("/src/walk",), valid_share=0.0))
    found, out = exported(data, chosen)
    assert (found.examples[Split.TRAIN], found.examples[Split.TEST]) == (2, 1)
    assert "walk_" not in (out / "train.jsonl").read_text("utf-8")
    assert "walk_next" in (out / "test.jsonl").read_text("utf-8")


def test_projects_stay_together_and_copies_are_on_one_side(tmp_path: Path) -> None:
    folders = [repository(tmp_path, name) for name in ("first", "second", "third")]
    other = RING.replace("ring", "pipe").replace("append one", "push yet another")
    (folders[2] / "src" / "pipe.c").write_text(other, "utf-8")
    # Mined one by one, nothing is known yet of the copies in the others.
    files = [tmp_path / f"{it.name}.jsonl" for it in folders]
    for file, folder in zip(files, folders, strict=True):
        mined(file, folder)
    chosen = options(splits=SplitOptions(valid_share=0.3, test_share=0.3))
    found = export(files, tmp_path / "export", chosen, lambda _: None)
    questions = {
        split: {_last_question(it) for it in lines(tmp_path / "export" / f"{split}.jsonl")}
        for split in Split
    }
    assert not questions[Split.TRAIN] & (questions[Split.TEST] | questions[Split.VALID])
    assert found.left_out["near-duplicate of another split"] > 0
    assert sum(found.examples.values()) == 5


def test_the_manifest_says_what_stayed_together_beside_what_is_held_out(tmp_path: Path) -> None:
    files = []
    for name in ("first", "second", "third"):
        folder = repository(tmp_path, name)
        files.append(tmp_path / f"{name}.jsonl")
        mined(files[-1], folder)
    chosen = options(splits=SplitOptions(hold_out=("third/**",), valid_share=0.3))
    found = export(files, tmp_path / "export", chosen, lambda _: None)
    # Two projects are too few to divide.
    assert found.unit == "file"


def test_licences_are_kept_and_dropped(data: Path) -> None:
    assert exported(data, options(licences=("MIT",)))[0].examples[Split.TRAIN] == 2
    assert exported(data, options(without=("MIT",)))[0].examples[Split.TRAIN] == 1
    with pytest.raises(UsageError, match="No record passes"):
        exported(data, options(licences=("GPL*",)))


def test_short_comments_and_tests_are_let_in_where_somebody_asks(tmp_path: Path) -> None:
    folder = repository(tmp_path, tests__pipe=RING.replace("ring", "pipe"))
    short = 'def left(ring):\n    """Counts what still fits."""\n    return ring.size - ring.used\n'
    (folder / "src" / "left.py").write_text(short, "utf-8")
    mined(tmp_path / "data.jsonl", folder)
    usual, _ = exported(tmp_path / "data.jsonl", options())
    assert (usual.left_out["short"], usual.left_out["test"]) == (1, 2)
    more, _ = exported(tmp_path / "data.jsonl", options(let_in=frozenset({"short", "test"})))
    assert more.examples[Split.TRAIN] == usual.examples[Split.TRAIN] + 3


def test_the_manifest_and_the_card_say_what_is_in_the_files(data: Path) -> None:
    found, out = exported(data, options(decisions=(decision(Fate.KEPT),)))
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    template = load_template("document-small")
    assert manifest["prompt"] == {"name": "document-small", "sha256": template.sha256}
    assert manifest["splits"]["train"]["examples"] == len(lines(out / "train.jsonl"))
    assert manifest["licences"] == {"MIT": 2, "Apache-2.0": 1, "own": 1}
    assert manifest["left_out"] == {"placeholder": 1}
    card = (out / "data-card.md").read_text("utf-8")
    for told in ("| train | 4 |", "| MIT | 2 |", "| placeholder | 1 |", "Known limits"):
        assert told in card
    assert found.decisions["kept"] == 1


def test_a_folder_that_is_no_export_stays_as_it_is(data: Path) -> None:
    out = data.parent / "export"
    out.mkdir()
    (out / "own.txt").write_text("mine", "utf-8")
    with pytest.raises(UsageError, match="name another folder"):
        exported(data, options())
    assert [it.name for it in out.iterdir()] == ["own.txt"]


def test_the_manifest_of_another_program_makes_a_folder_no_export(data: Path) -> None:
    out = data.parent / "export"
    out.mkdir()
    (out / "manifest.json").write_text('{"name": "an extension", "version": "1"}', "utf-8")
    with pytest.raises(UsageError, match="was not exported to before"):
        exported(data, options())
    assert [it.name for it in out.iterdir()] == ["manifest.json"]


def test_what_somebody_put_into_an_export_is_not_taken_away(data: Path) -> None:
    _, out = exported(data, options())
    before = sorted(it.name for it in out.iterdir())
    (out / "notes.md").write_text("mine", "utf-8")
    with pytest.raises(UsageError, match=r"holds notes\.md, too"):
        exported(data, options())
    (out / "notes.md").unlink()
    link = out.with_name("link")
    link.symlink_to(out)
    export([data], link, options(format="trl"), lambda _: None)
    assert link.is_symlink()
    assert sorted(it.name for it in out.iterdir()) == before
    assert "completion" in lines(out / "train.jsonl")[0]
    assert [it.name for it in out.parent.iterdir() if it.name.startswith(".")] == []


@pytest.mark.parametrize("room", [0, 2000])
def test_a_full_disk_is_a_sentence_and_leaves_the_export_before(data: Path, room: int) -> None:
    _, out = exported(data, options())
    before = {it.name: it.read_bytes() for it in out.iterdir()}
    with little_room(room), pytest.raises(UsageError, match="cannot be written"):
        exported(data, options(format="trl"))
    assert {it.name: it.read_bytes() for it in out.iterdir()} == before
    assert [it.name for it in out.parent.iterdir() if it.name.startswith(".")] == []


CODE = "int count_left(struct ring *ring)\n{\n\treturn ring->size - ring->used;\n}"


def comment(summary: str, ring: str, returns: str) -> str:
    return f"/**\n * count_left - {summary}\n * @ring: {ring}\n *\n * Return: {returns}\n */"


OFFERED = comment("count left", "the ring", "The count.")
MENDED = comment("say how many records still fit", "where they would go", "How many.")


def decision(fate: Fate, stands: str | None = MENDED, offer: str = "a") -> Decision:
    if fate is not Fate.EDITED:
        stands = None if fate is Fate.REJECTED else OFFERED
    return Decision(offer, "c", "count_left", CODE, OFFERED, fate, stands)


def test_an_edit_is_a_pair_and_an_example(data: Path) -> None:
    found, out = exported(data, options(decisions=(decision(Fate.EDITED),)))
    (pair,) = lines(out / "preferences.jsonl")
    better = json.loads(pair["preferred_output"][0]["content"])
    worse = json.loads(pair["non_preferred_output"][0]["content"])
    assert (better["summary"], worse["summary"]) == ("say how many records still fit", "count left")
    assert list(better) == list(worse)
    assert found.pairs == 1
    assert pair["input"]["messages"][-1]["content"].endswith("int count_left(struct ring *ring)")
    assert "still fit" in (out / "train.jsonl").read_text("utf-8")


def test_what_was_kept_is_better_than_what_was_rejected_for_the_same_code(data: Path) -> None:
    other = replace(decision(Fate.KEPT, offer="b"), offered=MENDED, stands=MENDED)
    found, _ = exported(data, options(decisions=(decision(Fate.REJECTED), other)))
    assert found.pairs == 1
    alone, _ = exported(data, options(decisions=(decision(Fate.REJECTED),)))
    assert alone.pairs == 0


def test_a_comment_that_cannot_be_asked_for_anew_is_counted(data: Path) -> None:
    broken = replace(decision(Fate.EDITED), code="int count_left(")
    found, _ = exported(data, options(decisions=(broken,)))
    assert (found.pairs, found.decisions["cannot be asked anew"]) == (0, 1)


async def test_decisions_are_read_from_what_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.c"
    path.write_text(CODE + "\n", "utf-8")
    snapshot = read_snapshot(path, Settings())
    words = {
        "summary": "Say how many records fit",
        "parameters": {"ring": "The ring"},
        "returns": "The number",
    }
    model = ScriptedModel([json.dumps(words)])
    (symbol,) = find_symbols(snapshot.source, "count_left")
    outcome = await document_symbol(snapshot, symbol, model, DocumentOptions(), lambda _: None)
    store = FeedbackStore(tmp_path / "feedback.jsonl")
    store.add_offer(outcome, Offer("editor", "c", "first"))  # type: ignore[arg-type]
    assert decisions_in(store.lines()) == []
    store.add_finding(Finding("first", Moment.SAVE, Fate.KEPT, 0.0, None))
    store.add_finding(Finding("first", Moment.CLOSE, Fate.EDITED, 0.4, MENDED))
    (found,) = decisions_in(store.lines())
    assert (found.fate, found.stands, found.symbol) == (Fate.EDITED, MENDED, "count_left")
    assert found.code == CODE


async def test_secrets_in_offered_code_are_in_no_export(data: Path, tmp_path: Path) -> None:
    key = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
    path = tmp_path / "a.c"
    path.write_text(CODE.replace("return", f'log_it("{key}");\n\treturn') + "\n", "utf-8")
    snapshot = read_snapshot(path, Settings())
    words = {"summary": "count left", "parameters": {"ring": "the ring"}, "returns": "The count"}
    (symbol,) = find_symbols(snapshot.source, "count_left")
    outcome = await document_symbol(
        snapshot, symbol, ScriptedModel([json.dumps(words)]), DocumentOptions(), lambda _: None
    )
    store = FeedbackStore(tmp_path / "feedback.jsonl")
    store.add_offer(outcome, Offer("editor", "c", "first"))  # type: ignore[arg-type]
    mended = MENDED.replace("would go", f"would go with {key}")
    store.add_finding(Finding("first", Moment.SAVE, Fate.EDITED, 0.4, mended))
    template = replace(load_template("document-small"), body=True)
    chosen = options(
        examples=ExampleOptions(template, SMALL), decisions=tuple(decisions_in(store.lines()))
    )
    found, out = exported(data, chosen)
    assert found.pairs == 1
    written = "".join(it.read_text("utf-8") for it in out.iterdir())
    assert "redacted" in written
    assert key not in written
