"""Own the projects that edits are tried on: programs of ours, and packages that others wrote.

A project is a mapping of paths to texts. Its names are permuted by a seed, so that no script can
know one beforehand: folders, files, and the identifiers that a task is about. It must not know the
tasks.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from benchmarks.source_packages import unpacked
from glossator_server.evals.workspaces import PROGRAMS

_LEFT_OUT = frozenset({"faults.toml", "__pycache__", ".pytest_cache"})
_NEIGHBOURS = 2
# What the tests of packages need and nobody here has.
_NOT_HERE = ("freezegun", "from test_itsdangerous")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CONSONANTS = "bdfgklmnprstvz"
_VOWELS = "aeiou"


@dataclass(frozen=True, slots=True)
class Foreign:
    """A package whose sources are fetched: what of it is used, and the words to be permuted.

    `includes` are the folders of headers, `without` the files that are left out: for other
    machines, or a second way to do the same.
    """

    distribution: str
    sha256: str
    folders: tuple[tuple[str, str], ...]
    stems: tuple[str, ...]
    language: str
    includes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """A tree as texts by path, the folder whose tests are its own, and its language.

    `stems` are the names of its folders and files that a permutation may change.
    """

    name: str
    language: str
    files: Mapping[str, str]
    folder: str
    stems: tuple[str, ...]

    @property
    def is_foreign(self) -> bool:
        """Tell whether others wrote it."""
        return self.name.startswith("foreign/")


FOREIGN: Mapping[str, Foreign] = {
    "iniconfig": Foreign(
        "iniconfig==2.3.1",
        "67f4b9c50da0dedf52af349e7749a80a9057a5031199791b906c3bb3ae878960",
        (("src/iniconfig", "iniconfig"), ("testing", "")),
        ("iniconfig", "_parse", "test_iniconfig"),
        "python",
    ),
    "itsdangerous": Foreign(
        "itsdangerous==2.2.0",
        "e0050c0b7da1eea53ffaf149c0cfbb5c6e2e2b69c4bef22c81fa6eb73e5f6173",
        (("src/itsdangerous", "itsdangerous"), ("tests/test_itsdangerous", "tests")),
        # Names of the others are salts of signatures, too.
        ("url_safe", "exc", "_json", "test_signer", "test_encoding"),
        "python",
    ),
    "blinker": Foreign(
        "blinker==1.9.0",
        "b4ce2265a7abece45e7cc896e98dbebe6cead56bcf805a3d23136d145f5445bf",
        (("src/blinker", "blinker"), ("tests", "tests")),
        ("blinker", "_utilities", "test_signals", "test_symbol"),
        "python",
    ),
    "argon2": Foreign(
        "argon2-cffi-bindings==26.2.0",
        "f21ab89bb9850f32b9ca038d9961424bb0d3669d579cbbbfed068cffa6fc0643",
        (("extras/libargon2/src", "src"), ("extras/libargon2/include", "include")),
        ("encoding", "thread", "core"),
        "c",
        ("include", "src"),
        ("opt.c", "bench.c", "genkat.c", "genkat.h", "run.c", "test.c"),
    ),
    "hiredis": Foreign(
        "hiredis==3.5.0",
        "c227592cc56b7df247abe4755c26723965be68972be2149fa441ac33d82131ba",
        (("vendor/hiredis", "client"),),
        ("sds", "sdsalloc", "read", "dict"),
        "c",
        ("client",),
        ("test.c", "ssl.c", "sockcompat.c"),
    ),
}


def own_project(language: str, program: str, names: Sequence[str], rng: random.Random) -> Project:
    """Return a program of ours, with some beside it that have nothing to do with it or `names`."""
    word = re.compile(rf"\b(?:{'|'.join(names)})\b") if names else re.compile(r"(?!)")
    others = [
        it.name
        for it in sorted((PROGRAMS / language).iterdir())
        if (it / "faults.toml").is_file()
        and it.name != program
        and not any(word.search(file.read_text("utf-8")) for file in it.glob("*.[chp]*"))
    ]
    chosen = [program, *rng.sample(others, _NEIGHBOURS)]
    files = {
        f"{name}/{it.name}": it.read_text("utf-8")
        for name in chosen
        for it in sorted((PROGRAMS / language / name).iterdir())
        if it.is_file() and it.name not in _LEFT_OUT
    }
    files["README.md"] = "# Small parts\n\nEach folder is a part of its own, with its tests.\n"
    stems = tuple(dict.fromkeys(f"{head}{it}" for it in chosen for head in ("", "test_")))
    return Project(f"{language}/{program}", language, files, program, stems)


def foreign_project(name: str) -> Project:
    """Return a package that others wrote, or end the run where it cannot be had."""
    chosen = FOREIGN[name]
    root = unpacked(chosen.distribution, chosen.sha256, "edit_projects")
    files: dict[str, str] = {}
    for source, target in chosen.folders:
        for it in sorted((root / source).rglob("*")):
            if it.suffix in (".c", ".h", ".py") and it.is_file() and not it.is_symlink():
                path = PurePosixPath(target, it.relative_to(root / source).as_posix())
                text = it.read_text("utf-8")
                if it.name not in chosen.without and not any(word in text for word in _NOT_HERE):
                    files[str(path)] = text
    if chosen.includes:
        files["compile_flags.txt"] = "".join(f"-I{it}\n" for it in chosen.includes)
    return Project(f"foreign/{name}", chosen.language, files, ".", chosen.stems)


def permuted(
    project: Project, words: Iterable[str], rng: random.Random
) -> tuple[Project, Mapping[str, str]]:
    """Return a project under other names, and what each word has become.

    A word is one identifier; where it names a file or a folder, that has the new name, too.
    """
    taken = {it for text in project.files.values() for it in _WORD.findall(text)}
    renamed: dict[str, str] = {}
    for word in dict.fromkeys((*words, *project.stems)):
        if word.startswith("test_") and word[5:] in renamed:
            renamed[word] = f"test_{renamed[word[5:]]}"
            continue
        while (made := _like(word, rng)) in taken:
            pass
        taken.add(made)
        renamed[word] = made
    files = {
        "/".join(_renamed_part(it, renamed) for it in path.split("/")): reworded(text, renamed)
        for path, text in project.files.items()
    }
    stems = tuple(renamed.get(it, it) for it in project.stems)
    folder = renamed.get(project.folder, project.folder)
    return Project(project.name, project.language, files, folder, stems), renamed


def reworded(text: str, renamed: Mapping[str, str]) -> str:
    """Return a text in which whole words have their new names."""
    return _WORD.sub(lambda it: renamed.get(it[0], it[0]), text)


def lay_out(files: Mapping[str, str], root: Path) -> None:
    """Write the files of a project below a folder."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(text)


def _like(word: str, rng: random.Random) -> str:
    """Return a new word of the same shape: leading underscores, capitals, a test's prefix."""
    bare = word.lstrip("_")
    head = word[: len(word) - len(bare)]
    if bare.startswith("test_"):
        return f"{head}test_{_invented(rng)}"
    made = _invented(rng)
    if bare.isupper():
        return head + made.upper()
    return head + ("".join(it.title() for it in made.split("_")) if bare[0].isupper() else made)


def _invented(rng: random.Random) -> str:
    def part() -> str:
        return "".join(rng.choice(_CONSONANTS) + rng.choice(_VOWELS) for _ in range(3))

    return f"{part()}_{part()}"


def _renamed_part(part: str, renamed: Mapping[str, str]) -> str:
    stem, dot, suffix = part.partition(".")
    return renamed.get(stem, stem) + dot + suffix
