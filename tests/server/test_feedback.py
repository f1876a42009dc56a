"""What is kept of offered comments: the lines, the distance, the limits."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from glossator_indexer.styles import STYLES, RenderOptions
from glossator_indexer.styles.detecting import Conventions
from glossator_indexer.types import DocFields, Span, TextChange
from glossator_server import feedback
from glossator_server.feedback import (
    Fate,
    FeedbackStore,
    Finding,
    Moment,
    Offer,
    edit_distance,
    judged,
)
from glossator_server.proposal import CommentProposal, FileEdit
from glossator_server.settings import DocumentOptions, Settings

SECRET = "ghp_" + "a1B2c3D4e5" * 3 + "F6g7H8"


def proposal(comment: str = "/** c */\n", code: str = "int f(void);") -> CommentProposal:
    change = TextChange(Span(0, 0), comment)
    edit = FileEdit("file:///a.c", Path("/a.c"), None, "0" * 64, (change,))
    return CommentProposal(
        title="Document f", symbol="f", edits=(edit,), evidence=(), model="m", route="here",
        fields=DocFields("c"), code=code, options=DocumentOptions(),
        conventions=Conventions(STYLES["kernel-doc"], RenderOptions()), notices=(), rounds=1,
        prompt_tokens=1, completion_tokens=1, seconds=0.1,
    )  # fmt: skip


def test_lines_are_kept_for_their_user_alone(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "state" / "feedback.jsonl", now=lambda: 12.5)
    offer = Offer("editor", "c")
    store.add_offer(proposal(), offer)
    store.add_finding(judged(offer.name, Moment.SAVE, "/** c */", "/** d */"))
    one, other = store.lines()
    assert (one["kind"], one["symbol"], one["comment"], one["at"]) == (
        "offer",
        "f",
        "/** c */",
        12.5,
    )
    assert (other["offer"], other["fate"], other["distance"]) == (offer.name, "edited", 0.125)
    assert (tmp_path / "state" / "feedback.jsonl").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_secrets_are_taken_out_of_every_text(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    store = FeedbackStore(path)
    store.add_offer(proposal(f"/** {SECRET} */", f'char *key = "{SECRET}";'), Offer("editor", "c"))
    store.add_finding(Finding("x", Moment.SAVE, Fate.EDITED, 0.5, f"/* {SECRET} */"))
    assert SECRET not in path.read_text("utf-8")
    assert path.read_text("utf-8").count("<redacted: ") == 3


def test_no_secret_is_cut_in_two(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    store = FeedbackStore(path)
    for kept in range(8, len(SECRET)):
        code = f"{' ' * (20_000 - kept)}{SECRET}"
        store.add_offer(proposal(code=code), Offer("editor", "c"))
    assert SECRET[:8] not in path.read_text("utf-8")


def test_texts_of_any_kind_are_kept(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "feedback.jsonl")
    store.add_offer(proposal("/** \ud800 \u2028 \n */" + "x" * 50_000, "\0"), Offer("editor", "c"))
    (line,) = store.lines()
    assert line["comment"].startswith("/** \ud800 \u2028 \n */")
    assert len(line["comment"]) == 20_000


def test_old_lines_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "_MOST_BYTES", 2000)
    folder = tmp_path / "state"
    store = FeedbackStore(folder / "feedback.jsonl")
    for number in range(100):
        store.add_finding(Finding(str(number), Moment.SAVE, Fate.KEPT, 0.0, "/** c */"))
    assert sum(it.stat().st_size for it in folder.iterdir()) < 3 * 2000
    names = [it["offer"] for it in store.lines()]
    assert names[-1] == "99"
    assert names == [str(it) for it in range(100 - len(names), 100)]
    store.clear()
    assert list(folder.iterdir()) == []
    store.clear()


def test_a_torn_line_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    store = FeedbackStore(path)
    for name in "abc":
        store.add_finding(Finding(name, Moment.SAVE, Fate.GONE, None, None))
        path.write_bytes(path.read_bytes() + b'{"schema": 1, "ki')
    path.write_bytes(b"\xff[]\n7\n" + path.read_bytes())
    assert [it["offer"] for it in store.lines()] == ["a", "b", "c"]


@pytest.mark.parametrize("obstacle", ["folder", "link", "file for a folder"])
def test_where_nothing_can_be_kept_nobody_is_disturbed(tmp_path: Path, obstacle: str) -> None:
    path = tmp_path / "state" / "feedback.jsonl"
    if obstacle == "file for a folder":
        path.parent.write_text("", "utf-8")
    else:
        path.parent.mkdir()
    elsewhere = tmp_path / "elsewhere"
    if obstacle == "folder":
        path.mkdir()
    if obstacle == "link":
        path.symlink_to(elsewhere)
    FeedbackStore(path).add_offer(proposal(), Offer("editor", "c"))
    assert not elsewhere.exists()


def test_the_distance_is_levenshteins() -> None:
    assert edit_distance("", "") == 0
    assert edit_distance("kitten", "sitting") == pytest.approx(3 / 7)
    assert edit_distance("", "abc") == 1
    random_ = random.Random(5)
    for _ in range(200):
        one, other = ("".join(random_.choices("ab", k=random_.randint(0, 9))) for _ in range(2))
        distance = edit_distance(one, other)
        assert 0 <= distance <= 1
        assert distance == edit_distance(other, one)
        assert (distance == 0) == (one == other)


def test_long_texts_are_compared_by_words() -> None:
    one = "word " * 2000
    assert edit_distance(one, one + "x") <= 0.01
    assert edit_distance(one, "other " * 2000) == 1


@pytest.mark.parametrize(
    ("found", "fate"),
    [
        ("/**\n * c\n */", Fate.KEPT),
        ("/**\r\n\t * c\r\n\t */", Fate.KEPT),
        ("/**\n * d\n */", Fate.EDITED),
        (None, Fate.REJECTED),
    ],
)
def test_what_became_of_a_comment(found: str | None, fate: Fate) -> None:
    assert judged("o", Moment.SAVE, "/**\n * c\n */", found).fate is fate


def test_a_layer_can_only_switch_it_off() -> None:
    assert Settings().document.feedback
    off, problems = Settings().narrowed({"document": {"feedback": False}})
    again, more = off.narrowed({"document": {"feedback": True, "width": 72}})
    assert (problems, more) == ((), ())
    assert not off.document.feedback
    assert (again.document.feedback, again.document.width) == (False, 72)


def test_a_line_is_json_in_ascii(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    FeedbackStore(path).add_offer(proposal("/** é😀\u2028 */"), Offer("editor", "c"))
    (line,) = path.read_bytes().splitlines()
    assert line.isascii()
    assert json.loads(line)["comment"] == "/** é😀\u2028 */"
