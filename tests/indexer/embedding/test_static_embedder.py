"""Own the proof that the embedder of the package loads fast, embeds alike and refuses bad files."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossator_indexer import static_embedder
from glossator_indexer.errors import EmbedderError
from glossator_indexer.static_embedder import Tables, load, load_from, pieces_of, save, words_of

FILE = Path(static_embedder.__file__).with_name("static_embedder.bin")
FREE_PAGES = """mm/page_alloc.c
static void __free_pages_ok(struct page *page, unsigned int order)
{
    __free_one_page(page, pfn, zone, order, migratetype);
}
"""
SEND_MAIL = """net/smtp.c
static int smtp_send_mail(struct connection *conn, const char *recipient)
{
    return write_line(conn, "RCPT TO", recipient);
}
"""


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        ("readHTTPPage_v2", ["read", "http", "page", "v"]),
        ("__free_pages_ok", ["free", "pages", "ok"]),
        ("MAX_ORDER", ["max", "order"]),
        ("größe", ["gr", "öß", "e"]),
        ("_", []),
    ],
)
def test_identifiers_are_split(identifier: str, words: list[str]) -> None:
    assert words_of(identifier) == words


def test_an_unknown_word_is_made_of_the_longest_known_pieces() -> None:
    rows = {"read": 0, "page": 1, "rea": 2, "pages": 3}
    assert pieces_of("readpages", rows) == [0, 3]
    assert pieces_of("xreadx", rows) == [0]
    assert pieces_of("zz", rows) == []


def test_a_question_is_nearest_to_the_code_it_is_about() -> None:
    code = load().encode([FREE_PAGES, SEND_MAIL])
    asked = load().encode(["give pages back to the buddy allocator", "send an e-mail message"])
    assert np.argmax(asked @ code.T, axis=1).tolist() == [0, 1]


def test_vectors_have_length_one_or_none() -> None:
    found = load().encode([FREE_PAGES, "", "{}", "\0" * 50, "x" * 1_000_000])
    assert found.shape == (5, load().dim)
    assert found.dtype == np.float32
    lengths = np.linalg.norm(found, axis=1)
    assert lengths[0] == pytest.approx(1.0, abs=1e-5)
    assert lengths[1:4].tolist() == [0.0, 0.0, 0.0]


def test_no_texts_give_no_vectors() -> None:
    assert load().encode([]).shape == (0, load().dim)


@given(st.lists(st.text(max_size=200), max_size=4))
def test_a_text_has_the_same_vector_in_any_company(texts: list[str]) -> None:
    together = load().encode(texts)
    alone = [load().encode([it])[0] for it in texts]
    assert np.isfinite(together).all()
    assert all(np.array_equal(one, row) for one, row in zip(alone, together, strict=True))


def test_another_process_makes_the_same_vectors() -> None:
    script = (
        "import sys; from glossator_indexer.static_embedder import load;"
        "sys.stdout.buffer.write(load().encode([sys.stdin.read()]).tobytes())"
    )
    made = subprocess.run(
        [sys.executable, "-c", script],
        input=FREE_PAGES.encode(),
        capture_output=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "12345"},
    ).stdout
    assert made == load().encode([FREE_PAGES]).tobytes()


def test_the_file_of_the_package_is_small_and_loads_at_once() -> None:
    assert 8_000_000 < FILE.stat().st_size < 16_000_000
    load_from(FILE)
    began = time.process_time()
    load_from(FILE)
    # An aim of 50 ms on a quiet machine, with room for a busy one.
    assert time.process_time() - began < 0.25


def test_the_version_names_the_rows(tmp_path: Path) -> None:
    rows = np.random.default_rng(1).standard_normal((3, 256)).astype(np.float32)
    versions = set()
    for at, table in enumerate((rows, rows * 1.5, rows)):
        save(tmp_path / f"{at}.bin", Tables(("a", "b", "c"), table, 0.5), {})
        versions.add(load_from(tmp_path / f"{at}.bin").version)
    assert len(versions) == 2


def tiny(folder: Path, dim: int = 256) -> Path:
    path = folder / "tiny.bin"
    rows = np.random.default_rng(1).standard_normal((3, dim)).astype(np.float32)
    save(path, Tables(("free", "page", "mail"), rows, 0.5), {"data": "a test"})
    return path


def test_a_saved_model_embeds_as_its_rows_say(tmp_path: Path) -> None:
    found = load_from(tiny(tmp_path)).encode(["free", "page", "free page"])
    both = found[0] + found[1]
    assert found[0] @ found[0] == pytest.approx(1.0, abs=1e-5)
    assert found[2] @ (both / np.linalg.norm(both)) > 0.95


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[:0],
        lambda raw: raw[:7],
        lambda raw: raw[:-1],
        lambda raw: raw + b"\0",
        lambda raw: b"NOTAFILE" + raw[8:],
        lambda raw: raw[: len(raw) // 2] + b"\xff\x00" + raw[len(raw) // 2 + 2 :],
        lambda raw: raw[:16] + b"[" + raw[17:],
        lambda raw: raw[:8] + b"\xff\xff\xff\xff" + raw[12:],
    ],
    ids=["empty", "short", "cut", "longer", "magic", "flipped", "head", "length"],
)
def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path, damage: object) -> None:
    path = tiny(tmp_path)
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(EmbedderError, match="install Glossator again"):
        load_from(path)


def test_a_model_of_another_width_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="install Glossator again"):
        load_from(tiny(tmp_path, dim=128))


def test_a_whole_file_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tiny(tmp_path)
    raw = path.read_bytes().replace(b'"format": 1', b'"format": 2')
    checksum = zlib.crc32(raw[16:]).to_bytes(4, "little")
    path.write_bytes(raw[:12] + checksum + raw[16:])
    with pytest.raises(EmbedderError, match="not one of this version"):
        load_from(path)


def test_a_missing_file_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="cannot be read"):
        load_from(tmp_path / "nothing.bin")
