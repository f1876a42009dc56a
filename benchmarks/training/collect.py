"""Own the data that the static embedder learns from: what functions say, as numbers of words.

`python -m benchmarks.training.collect FOLDER` reads linux-source-6.1 without its held-out folders,
and busybox, git and zstd, and writes `pairs.npz` into FOLDER. It trains nothing.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.documented import c_functions
from benchmarks.retrieval_data import (
    PROJECTS,
    TRAINING_PACKAGES,
    source_files,
    source_of,
    training_files,
)
from glossator_indexer.static_embedder import identifiers_of, words_of
from glossator_server.evals.sentences import Documented, normal

# As many names as the header of a chunk has.
_MOST_NAMES = 24
_MOST_SIGNATURE = 300
_LONGEST_CODE = 6000
_SHORTEST_CODE = 60
# A sentence that shares this much of its runs of three words with a query of a test is a copy.
_COPY = 0.5
_CALL = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
_TYPE = re.compile(r"\b(?:struct|enum|union)\s+(\w+)")
_NO_CALLS = frozenset({"if", "for", "while", "switch", "return", "sizeof", "defined"})
PARTS = ("sentence", "comment", "name", "head", "body")


@dataclass(slots=True)
class _Ragged:
    values: array[int] = field(default_factory=lambda: array("i"))
    ends: array[int] = field(default_factory=lambda: array("q"))

    def append(self, ids: Sequence[int]) -> None:
        self.values.extend(ids)
        self.ends.append(len(self.values))


class _Collector:
    """Numbers words as they come and keeps the functions, part by part."""

    def __init__(self, refused: Refused) -> None:
        self.numbers: dict[str, int] = {}
        self.parts = {name: _Ragged() for name in PARTS}
        self.files = array("i")
        self.dropped = 0
        self._refused = refused
        self._split: dict[str, list[int]] = {}

    def take(self, file: int, lines: Sequence[str], it: Documented) -> None:
        """Keep one function, its comment apart from its code."""
        sentence = it.sentence
        if it.name in self._refused.names or self._refused.is_copy(sentence):
            self.dropped += 1
            return
        code = "\n".join(lines[max(it.start_line - 2, it.comment_end) : it.end_line])[
            :_LONGEST_CODE
        ]
        if len(code) < _SHORTEST_CODE:
            return
        head, text = contextual(it.path, code)
        comment = " ".join(lines[it.comment_start - 1 : it.comment_end]) if it.comment_start else ""
        own = {it.name}
        self.parts["sentence"].append(self._ids(sentence, own))
        self.parts["comment"].append(self._ids(comment[:1500], own))
        self.parts["name"].append(self._ids(it.name, set()))
        self.parts["head"].append(self._ids(head, own))
        self.parts["body"].append(self._ids(text, own))
        self.files.append(file)

    def _ids(self, text: str, without: set[str]) -> list[int]:
        found: list[int] = []
        for identifier in identifiers_of(text):
            if identifier in without:
                continue
            ids = self._split.get(identifier)
            if ids is None:
                numbers = self.numbers
                ids = [numbers.setdefault(it, len(numbers)) for it in words_of(identifier[:64])]
                self._split[identifier] = ids
            found.extend(ids)
        return found


@dataclass(frozen=True, slots=True)
class Refused:
    """What tests and development ask for, so that it is not learned by heart."""

    names: frozenset[str]
    shingles: dict[tuple[str, ...], frozenset[int]]

    def is_copy(self, sentence: str) -> bool:
        """Say whether a sentence is nearly one of those that are asked."""
        mine = shingles(sentence)
        if not mine:
            return False
        shared: dict[int, int] = {}
        for it in mine:
            for query in self.shingles.get(it, ()):
                shared[query] = shared.get(query, 0) + 1
        return max(shared.values(), default=0) >= _COPY * len(mine)


def shingles(sentence: str) -> set[tuple[str, ...]]:
    """Return the runs of three words of a sentence."""
    words = normal(sentence).split()
    return {tuple(words[at : at + 3]) for at in range(len(words) - 2)}


def refused() -> Refused:
    """Return the names and sentences of all that is held out."""
    names: set[str] = set()
    found: dict[tuple[str, ...], set[int]] = {}
    number = 0
    for project in PROJECTS.values():
        if project.language != "c":
            continue
        for _, _, functions in c_functions(source_of(project.source), source_files(project)):
            for it in functions:
                if it.sentence:
                    names.add(it.name)
                    number += 1
                    for shingle in shingles(it.sentence):
                        found.setdefault(shingle, set()).add(number)
    return Refused(frozenset(names), {key: frozenset(value) for key, value in found.items()})


def contextual(path: str, code: str) -> tuple[str, str]:
    """Return the first two lines and the whole of a chunk's text below its header.

    As `chunking.contextual_text` makes it, from patterns alone, since the kernel is large.
    """
    signature = " ".join(code.partition("{")[0].split())[:_MOST_SIGNATURE]
    body = code.partition("{")[2]
    calls = [it for it in dict.fromkeys(_CALL.findall(body)) if it not in _NO_CALLS]
    types = list(dict.fromkeys(_TYPE.findall(code)))
    head = f"{path}\n{signature}"
    return head, "\n".join(
        (head, " ".join(calls[:_MOST_NAMES]), " ".join(types[:_MOST_NAMES]), code)
    )


def main() -> int:
    """Collect everything into the folder that the command line names."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    training = _Collector(refused())
    file = 0
    for root, files in sources():
        for _, lines, functions in c_functions(root, files):
            file += 1
            for it in functions:
                training.take(file, lines, it)
        print(
            root.name, len(training.files), "functions", len(training.numbers), "words", flush=True
        )
    print(f"{training.dropped} left out as copies of what is held out")
    arrays = {"words": np.array("\n".join(training.numbers)), "files": np.array(training.files)}
    for name, ragged in training.parts.items():
        arrays[name] = np.array(ragged.values, np.int32)
        arrays[f"{name}_ends"] = np.array(ragged.ends, np.int64)
    np.savez(folder / "pairs.npz", **arrays)
    return 0


def sources() -> Iterator[tuple[Path, list[str]]]:
    """Yield each source that may be learned from, with its files."""
    kernel = source_of("linux-source")
    yield kernel, training_files(kernel)
    for package in TRAINING_PACKAGES:
        root = source_of(package)
        yield root, sorted(str(it.relative_to(root)) for it in root.rglob("*.[ch]"))


if __name__ == "__main__":
    sys.exit(main())
