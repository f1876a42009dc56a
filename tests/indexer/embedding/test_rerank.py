"""Own the proof that the re-ranker remembers safely, and with the real model, that it ranks."""

from __future__ import annotations

import hashlib
import resource
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from glossator_indexer import rerank
from glossator_indexer.errors import EmbedderError
from glossator_indexer.rerank import WIDTH, MiniLm, load, remembered, was_asked
from glossator_indexer.rerank.adapter import Adapter, load_adapter, save_adapter
from glossator_indexer.rerank.encoder import Encoder
from glossator_indexer.rerank.remembered import Remembered
from glossator_indexer.search.shown import shown
from tests.conftest import MODELS, missing_part

TEXTS = [
    "static void __free_pages_ok(struct page *page) { __free_one_page(page, zone); }",
    "static int smtp_send_mail(struct connection *conn) { return write_line(conn); }",
    "static u32 crc32_update(u32 crc, const u8 *data, size_t length) { return crc; }",
]
QUESTION = "give a page of memory back to the allocator"


def key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:16]


def vector(seed: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    it = np.random.default_rng(seed).standard_normal(WIDTH).astype(np.float32)
    return it / np.linalg.norm(it)


def test_names_are_shown_as_words() -> None:
    assert shown("int\tfree_pages(struct sk_buff *skb)\n{ readPage(); }") == (
        "int free pages(struct sk buff skb) read Page()"
    )


def test_what_is_remembered_is_there_again(tmp_path: Path) -> None:
    first = Remembered(tmp_path / "vectors")
    first.add({key("a"): vector(1), key("b"): vector(2)})
    first.close()
    second = Remembered(tmp_path / "vectors")
    assert key("a") in second
    assert key("c") not in second
    assert float(second.vector(key("b")) @ vector(2)) > 0.999
    second.close()


@pytest.mark.parametrize("kept", [0, 5, 403, 404, 405, 807])
def test_a_file_that_breaks_off_keeps_its_whole_records(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "vectors"
    first = Remembered(path)
    first.add({key(str(at)): vector(at) for at in range(2)})
    first.close()
    path.write_bytes(path.read_bytes()[:kept])
    second = Remembered(path)
    assert [key(str(at)) in second for at in range(2)] == [kept >= 404, False]
    second.add({key("new"): vector(9)})
    second.close()
    third = Remembered(path)
    assert key("new") in third
    third.close()


def test_a_flipped_byte_costs_its_record_only(tmp_path: Path) -> None:
    path = tmp_path / "vectors"
    first = Remembered(path)
    first.add({key(str(at)): vector(at) for at in range(3)})
    first.close()
    raw = bytearray(path.read_bytes())
    raw[600] ^= 1
    path.write_bytes(raw)
    second = Remembered(path)
    assert [key(str(at)) in second for at in range(3)] == [True, False, True]
    second.close()


def test_the_file_stays_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "_MOST_REMEMBERED", 10)
    bounded = Remembered(tmp_path / "vectors")
    for at in range(50):
        bounded.add({key(str(at)): vector(at)})
    bounded.close()
    assert (tmp_path / "vectors").stat().st_size <= 2 * 10 * 404
    again = Remembered(tmp_path / "vectors")
    assert key("49") in again
    assert key("1") not in again
    again.close()


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    remembered = Remembered(tmp_path / "missing" / "vectors")
    remembered.add({key("a"): vector(1)})
    assert float(remembered.vector(key("a")) @ vector(1)) > 0.999


def test_a_disk_that_is_full_costs_what_did_not_fit_only(tmp_path: Path) -> None:
    first = Remembered(tmp_path / "vectors")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        first.add({key(str(at)): vector(at) for at in range(5)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    first.add({key("later"): vector(9)})
    assert key("4") in first
    first.close()
    second = Remembered(tmp_path / "vectors")
    assert [key(str(at)) in second for at in range(5)] == [True, True, False, False, False]
    second.add({key("again"): vector(8)})
    second.close()
    third = Remembered(tmp_path / "vectors")
    assert key("again") in third
    third.close()


def test_without_the_model_it_is_said_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rerank, "find_spec", lambda _name: True)
    with pytest.raises(EmbedderError, match="run `glossator models fetch minilm`"):
        load(tmp_path)
    assert not was_asked(tmp_path)


def test_without_the_libraries_it_is_said_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rerank, "find_spec", lambda _name: None)
    with pytest.raises(EmbedderError, match=r"pip install 'glossator\[quality\]'"):
        load(tmp_path)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniLm]:
    folder = MODELS / "minilm"
    pytest.importorskip("onnxruntime")
    if not (folder / "model.safetensors").is_file():
        missing_part("minilm", "no MiniLM: run `glossator models fetch minilm`")
    model = MiniLm(folder, tmp_path_factory.mktemp("cache"))
    yield model
    model.close()


@pytest.mark.rerank
def test_the_text_that_answers_scores_best(model: MiniLm) -> None:
    scores = model.score(QUESTION, [key(it) for it in TEXTS], TEXTS.__getitem__)
    assert scores.shape == (3,)
    assert int(np.argmax(scores)) == 0
    assert model.score(QUESTION, [], TEXTS.__getitem__).shape == (0,)


@pytest.mark.rerank
def test_a_text_that_is_gone_has_no_score_and_is_not_remembered(model: MiniLm) -> None:
    keys = [key("gone"), key("there")]
    scores = model.score(QUESTION, keys, lambda at: None if at == 0 else "there")
    assert np.isnan(scores).tolist() == [True, False]
    again = model.score(QUESTION, keys, lambda _at: "back again")
    assert np.isfinite(again).all()


@pytest.mark.rerank
@pytest.mark.usefixtures("model")
def test_sentences_are_as_alike_as_the_authors_say() -> None:
    published = Encoder(MODELS / "minilm", Adapter("none", {}))
    texts = ["A man is eating food.", "A man is eating a piece of bread.", "A cheetah chases prey."]
    found = published.encode(texts)
    alike = found @ found.T
    assert alike[0, 1] == pytest.approx(0.755, abs=0.05)
    assert alike[0, 2] < 0.3


@pytest.mark.rerank
def test_warmed_texts_are_not_read_again(model: MiniLm) -> None:
    texts = [shown(f"{it} warmed") for it in TEXTS]
    keys = [key(it) for it in texts]
    room = model.warm(keys, texts.__getitem__)
    assert model.warm(keys, _unread) == room
    cold = model.encode(texts) @ model.encode([QUESTION])[0]
    assert np.allclose(model.score(QUESTION, keys, _unread), cold, atol=0.05)


@pytest.mark.rerank
def test_warming_forgets_nothing(model: MiniLm, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [key(it) for it in TEXTS]
    model.score(QUESTION, asked, TEXTS.__getitem__)
    monkeypatch.setattr(remembered, "_MOST_REMEMBERED", 0)
    assert model.warm([key("one too many")], _unread) == 0
    assert np.isfinite(model.score(QUESTION, asked, _unread)).all()


def _unread(at: int) -> str:
    raise AssertionError(f"text {at} is read")


@pytest.mark.rerank
def test_hostile_texts_get_a_score(model: MiniLm) -> None:
    texts = ["", "\0\x01\x02", "x" * 200_000, "\ud800", "日本語" * 5000]
    keys = [key(str(at)) for at in range(len(texts))]
    scores = model.score("\0" * 1000, keys, lambda at: shown(texts[at]))
    assert np.isfinite(scores).all()


@pytest.mark.rerank
@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_damaged_model_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    for file in ("model.safetensors", "tokenizer.json"):
        shutil.copyfile(MODELS / "minilm" / file, tmp_path / file)
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:1000])
    with pytest.raises(EmbedderError, match="models fetch minilm"):
        MiniLm(tmp_path, tmp_path)


def test_the_adapter_of_the_package_is_small_and_whole() -> None:
    found = load_adapter()
    assert sum(it.nbytes for it in found.matrices.values()) < 3_000_000
    assert found.added_to("encoder.layer.5.intermediate.dense").shape == (1536, 384)
    assert not found.added_to("embeddings.word_embeddings").any()


def test_a_saved_adapter_is_what_is_loaded(tmp_path: Path) -> None:
    up, down = np.ones((4, 2), np.float32), np.full((2, 3), 0.5, np.float32)
    save_adapter(tmp_path / "some", {"one.up": up, "one.down": down}, {"steps": "1"})
    found = load_adapter(tmp_path / "some")
    assert np.array_equal(found.added_to("one"), np.ones((4, 3)))
    save_adapter(tmp_path / "other", {"one.up": up, "one.down": down * 2}, {"steps": "1"})
    assert load_adapter(tmp_path / "other").version != found.version


@pytest.mark.parametrize("damage", [lambda raw: raw[:-5], lambda raw: raw[:-5] + b"\1" * 5, None])
def test_a_damaged_adapter_is_refused_with_what_to_do(
    tmp_path: Path, damage: Callable[[bytes], bytes] | None
) -> None:
    path = tmp_path / "some"
    if damage is not None:
        save_adapter(path, {"one.up": np.zeros((4, 2)), "one.down": np.zeros((2, 3))}, {})
        path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(EmbedderError, match="install Glossator again"):
        load_adapter(path)


@pytest.mark.rerank
def test_what_a_former_adapter_made_is_forgotten(model: MiniLm, tmp_path: Path) -> None:
    del model
    former = tmp_path / "minilm-000000000000.vectors"
    former.write_bytes(b"")
    assert was_asked(tmp_path)
    MiniLm(MODELS / "minilm", tmp_path).close()
    assert not former.exists()
    assert was_asked(tmp_path)


@pytest.mark.rerank
def test_what_cannot_be_forgotten_is_no_trouble(model: MiniLm, tmp_path: Path) -> None:
    del model
    # As on a disk that cannot be written any more, a folder is not unlinked.
    (tmp_path / "minilm-000000000000.vectors").mkdir()
    MiniLm(MODELS / "minilm", tmp_path).close()
    assert was_asked(tmp_path)
