"""The index is read as git itself reads it, and nothing that stands in it does harm."""

from __future__ import annotations

import os
import random
import struct
import subprocess
from pathlib import Path

import pytest

from glossator_indexer.walking.git_index import (
    SHA1_BYTES,
    SHA256_BYTES,
    TrackedFiles,
    _bits,
    _names_of,
)

# Names that share much and little with those before them, deep ones among them.
NAMES = [f"{'deep/' * (it % 60)}{'x' * (it * 7 % 300 % 250)}{it}.c" for it in range(400)]
GONE = NAMES[3::5]
LATE = [f"late/{it}.c" for it in range(70)]


def git(folder: Path, *command: str, given: str = "") -> bytes:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", *command],
        cwd=folder,
        env=environment,
        input=given.encode(),
        check=True,
        capture_output=True,
    )
    return done.stdout


def entries(names: list[str], kind: str) -> str:
    blob = "1" * (40 if kind == "sha1" else 64)
    return "".join(f"100644 {blob} 0\t{it}\n" for it in names)


def check_as_git(folder: Path, hash_bytes: int) -> None:
    names = {os.fsdecode(it) for it in git(folder, "ls-files", "-z").split(b"\0") if it}
    tracked = TrackedFiles(f"{folder}/.git", hash_bytes)
    assert {it for it in {*NAMES, *LATE} if tracked.has(it)} == names
    folders = {it.rpartition("/")[0] for it in names} - {""}
    assert all(tracked.has_below(it) for it in folders)
    assert not tracked.has_below("dee")
    assert not tracked.has_below("later")
    assert not tracked.has("")


@pytest.mark.usefixtures("git")
@pytest.mark.parametrize("version", ["2", "4"])
@pytest.mark.parametrize("kind", ["sha1", "sha256"])
def test_all_versions_are_read_whole_and_split(tmp_path: Path, version: str, kind: str) -> None:
    hash_bytes = SHA1_BYTES if kind == "sha1" else SHA256_BYTES
    git(tmp_path, "init", "-q", f"--object-format={kind}")
    git(tmp_path, "update-index", "--index-version", version)
    git(tmp_path, "update-index", "--index-info", given=entries(NAMES, kind))
    assert (tmp_path / ".git/index").read_bytes()[7] == int(version)
    check_as_git(tmp_path, hash_bytes)
    git(tmp_path, "update-index", "--split-index")
    check_as_git(tmp_path, hash_bytes)
    git(tmp_path, "update-index", "--force-remove", "--stdin", given="\n".join(GONE))
    git(tmp_path, "update-index", "--index-info", given=entries(LATE + NAMES[:9:2], kind))
    assert len(list((tmp_path / ".git").glob("sharedindex.*"))) == 1
    check_as_git(tmp_path, hash_bytes)


def test_an_index_that_is_none_tracks_nothing(tmp_path: Path) -> None:
    assert not TrackedFiles(str(tmp_path)).has("a.c")
    os.mkfifo(tmp_path / "index")
    assert not TrackedFiles(str(tmp_path)).has("a.c")
    assert not TrackedFiles("\0").has_below("a")


@pytest.mark.usefixtures("git")
@pytest.mark.timeout(60)
@pytest.mark.parametrize("version", ["2", "4"])
def test_no_damage_of_an_index_does_harm(tmp_path: Path, version: str) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "update-index", "--index-version", version)
    git(tmp_path, "update-index", "--index-info", given=entries(NAMES[:40], "sha1"))
    git(tmp_path, "update-index", "--split-index")
    git(tmp_path, "update-index", "--force-remove", "--stdin", given="\n".join(NAMES[3:9]))
    whole = (tmp_path / ".git/index").read_bytes()
    random_numbers = random.Random(7)
    for _ in range(400):
        damaged = bytearray(whole[: random_numbers.randrange(len(whole) + 1)])
        for _ in range(random_numbers.randrange(4) if damaged else 0):
            damaged[random_numbers.randrange(len(damaged))] = random_numbers.choice(
                (0, 1, 127, 255)
            )
        (tmp_path / ".git/index").write_bytes(damaged)
        _names_of.cache_clear()
        TrackedFiles(f"{tmp_path}/.git").has_below("deep")


def test_names_that_would_fill_the_memory_are_no_names(tmp_path: Path) -> None:
    # Each name is the one before it and a byte more.
    entry = b"\0" * 62 + b"\0" + b"a\0"
    count = 40_000
    content = struct.pack(">4sII", b"DIRC", 4, count) + entry * count + b"\0" * 20
    (tmp_path / "index").write_bytes(content)
    assert not TrackedFiles(str(tmp_path)).has("a")


def test_a_bitmap_is_read_as_far_as_there_are_entries() -> None:
    # A run of 64 zeros, then words of ones for far more entries than there are.
    words = [1 << 1 | 200_000 << 33, *[(1 << 64) - 1] * 200_000]
    bitmap = struct.pack(f">II{len(words)}Q", 0, len(words), *words)
    assert max(_bits(bitmap, 100)) < 200
