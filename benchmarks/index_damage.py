"""Own the ways in which a store of an index is damaged, and the small repository that is indexed.

Used by `index_kills` and by the tests; it measures nothing itself. A damage takes the files of one
store and a random source, and leaves something that the index has to notice.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

PAGE = 4096
Damaging = Callable[[Path, random.Random], None]


@dataclass(frozen=True, slots=True)
class Store:
    """A store of an index: its name and where it lies in the index folder."""

    name: str
    pattern: str

    def files(self, folder: Path) -> list[Path]:
        """Return its files, the largest first."""
        found = [it for it in folder.glob(self.pattern) if it.is_file()]
        return sorted(found, key=lambda it: (-it.stat().st_size, it.name))


TRUTH = Store("truth", "truth.sqlite*")
LEXICAL = Store("lexical", "lexical/**/*")
VECTORS = Store("vectors", "vectors/**/*")
STORES = (TRUTH, LEXICAL, VECTORS)


def _halved(path: Path, _rng: random.Random) -> None:
    _write(path, path.read_bytes()[: path.stat().st_size // 2])


def _emptied(path: Path, _rng: random.Random) -> None:
    _write(path, b"")


def _zeroed_pages(path: Path, rng: random.Random) -> None:
    raw = bytearray(path.read_bytes())
    for _ in range(max(1, len(raw) // PAGE // 8)):
        at = rng.randrange(max(1, len(raw) // PAGE)) * PAGE
        raw[at : at + PAGE] = bytes(len(raw[at : at + PAGE]))
    _write(path, bytes(raw))


def _one_bit(path: Path, rng: random.Random) -> None:
    _flip(path, rng, 1)


def _many_bits(path: Path, rng: random.Random) -> None:
    _flip(path, rng, 200)


def _garbage_appended(path: Path, rng: random.Random) -> None:
    _write(path, path.read_bytes() + rng.randbytes(3 * PAGE + 17))


def _garbage(path: Path, rng: random.Random) -> None:
    _write(path, rng.randbytes(max(PAGE, path.stat().st_size)))


def _head_lost(path: Path, rng: random.Random) -> None:
    _write(path, rng.randbytes(100) + path.read_bytes()[100:])


def _tail_torn(path: Path, rng: random.Random) -> None:
    raw = path.read_bytes()
    _write(path, raw[:-200] + rng.randbytes(min(200, len(raw))))


def _deleted(path: Path, _rng: random.Random) -> None:
    path.unlink()


def _folder_instead(path: Path, _rng: random.Random) -> None:
    path.unlink()
    path.mkdir()


def _dangling_link(path: Path, _rng: random.Random) -> None:
    path.unlink()
    path.symlink_to("/nowhere/at/all")


def _no_permission(path: Path, _rng: random.Random) -> None:
    path.chmod(0)


# What is done to one file of a store, the largest or any.
DAMAGES: Mapping[str, Damaging] = {
    "half of it": _halved,
    "empty": _emptied,
    "zeroed pages": _zeroed_pages,
    "one bit flipped": _one_bit,
    "many bits flipped": _many_bits,
    "garbage appended": _garbage_appended,
    "garbage instead": _garbage,
    "head lost": _head_lost,
    "tail torn": _tail_torn,
    "deleted": _deleted,
    "a folder instead": _folder_instead,
    "a dangling link instead": _dangling_link,
    "no permission": _no_permission,
}
# What is done to a store as a whole, given an index of another repository and an older copy.
WHOLE_DAMAGES = ("all deleted", "of another repository", "older than the others", "newer version")


def damage_one(store: Store, folder: Path, name: str, rng: random.Random) -> None:
    """Damage one file of a store in the way that `name` says."""
    files = store.files(folder)
    # The largest holds nearly everything; the others are hit as well, by chance.
    DAMAGES[name](files[0] if rng.random() < 0.6 else rng.choice(files), rng)


def damage_whole(store: Store, folder: Path, name: str, other: Path, older: Path) -> None:
    """Damage a store as a whole."""
    if name == "newer version":
        _claim_newer_version(store, folder)
        return
    source = {"of another repository": other, "older than the others": older}.get(name)
    top = folder / store.pattern.partition("/")[0].rstrip("*")
    for path in [*folder.glob(f"{top.name}*")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in source.glob(f"{top.name}*") if source else ():
        copy = shutil.copytree if path.is_dir() else shutil.copy
        copy(path, folder / path.name)


def _claim_newer_version(store: Store, folder: Path) -> None:
    if store is TRUTH:
        db = sqlite3.connect(folder / "truth.sqlite")
        db.execute("PRAGMA user_version = 99999")
        db.commit()
        db.close()
        return
    # Their version stands in the name of their folder, or in a small file of their own.
    for path in folder.glob("lexical/v1" if store is LEXICAL else "none"):
        path.rename(path.with_name("v99"))
    for path in store.files(folder):
        if path.stat().st_size < PAGE and b'"version"' in (raw := path.read_bytes()):
            _write(path, raw.replace(b'"version": 1', b'"version": 99'))


def _flip(path: Path, rng: random.Random, count: int) -> None:
    raw = bytearray(path.read_bytes())
    for _ in range(count if raw else 0):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    _write(path, bytes(raw))


def _write(path: Path, raw: bytes) -> None:
    path.write_bytes(raw)


def source_of(path: str, version: int, functions: int = 3) -> str:
    """Return a C file whose names tell its path and version."""
    word = word_of(path, version)
    return "".join(
        f"/**\n * {word}_{at} - counts the {word} of part {at}\n * @value: where to begin\n */\n"
        f"int {word}_{at}(int value)\n{{\n\treturn value + {version} + {at};\n}}\n\n"
        for at in range(functions)
    )


def word_of(path: str, version: int) -> str:
    """Return a word that stands in one version of one file and nowhere else."""
    letters = "abcdefghij"
    number = int("".join(it for it in path if it.isdigit()) or 0) * 1000 + version
    return "q" + "".join(letters[int(it)] for it in f"{number:09d}")


def make_repository(root: Path, files: int, functions: int = 3) -> list[str]:
    """Write a repository of C files; return their paths."""
    paths = [f"part{at % 7}/file{at}.c" for at in range(files)]
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(source_of(path, 0, functions))
    return paths
