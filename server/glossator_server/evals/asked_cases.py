"""Own the cases that are made of what people say of functions: sentences to search by, questions.

The same for `retrieval` and for `ask`, but for the words. It must not search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glossator_gate.types import DataClass
from glossator_server.errors import UsageError
from glossator_server.evals.case_lines import CaseLine, read_case_lines
from glossator_server.evals.drawing import drawn
from glossator_server.evals.hidden_trees import ReadTree, WantedTree, read_tree
from glossator_server.evals.places import answer, answers_of_line
from glossator_server.evals.reading import prepared_folder
from glossator_server.evals.types import Case, CaseSource, SourceKind
from glossator_server.evals.workspaces import PROGRAMS
from glossator_server.shortening import shortened

# Where nobody says how many: minutes.
MOST_MINED = 200
_MOST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Asking:
    """How a suite asks: its name, the key of its words in a file, what it makes of a sentence.

    `needs_answer` says whether a case without any right answer means nothing.
    """

    suite: str
    key: str
    worded: Callable[[str], str]
    needs_answer: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of a line of a file of cases."""
        return ("id", self.key, "answers")


# Told the folder, the seed and the files of a tree that was read.
Keep = Callable[[Path, int, ReadTree], None]


def asked_cases(source: CaseSource, asking: Asking, keep: Keep) -> list[Case]:
    """Return the cases of a source; raises `UsageError` where it has none.

    A tree that has to be read for them is handed on, so that it is read once.
    """
    match source.kind:
        case SourceKind.MINED:
            return _mined(source, asking, keep)
        case SourceKind.FILE if source.file is not None:
            lines = read_case_lines(source.file, asking.keys)
            found = list(_listed(lines, source, asking, source.workspace))
        case _:
            file = prepared_folder(asking.suite) / "cases.jsonl"
            found = list(_listed(read_case_lines(file, asking.keys), source, asking, PROGRAMS))
    return drawn(found, source.limit, source.seed)


def _listed(
    lines: Iterable[CaseLine], source: CaseSource, asking: Asking, root: Path
) -> Iterator[Case]:
    for line in lines:
        answers = answers_of_line(line, root, source.settings)
        if asking.needs_answer and not answers:
            line.wrong("answers", "must name at least one place")
        data = {asking.key: line.words(asking.key), "answers": answers}
        yield _case(line.id, root, data, source, asking)


def _mined(source: CaseSource, asking: Asking, keep: Keep) -> list[Case]:
    wanted = WantedTree(source.workspace, source.policy, source.seed)
    tree = read_tree(wanted, source.settings, source.stopped)
    keep(source.workspace, source.seed, tree)
    asked = drawn(list(tree.asked()), source.limit or MOST_MINED, source.seed)
    if not asked:
        raise UsageError(
            f"{source.workspace} has no function with a comment of a sentence to ask for; name a "
            "file with --cases, or use --prepared."
        )
    cases = []
    for file, it in asked:
        data = {
            asking.key: asking.worded(it.sentence),
            "answers": [answer(it.path, it.start_line, it.end_line)],
            "hidden": source.seed,
        }
        id_ = f"{it.path}:{it.start_line}"
        cases.append(_case(id_, source.workspace, data, source, asking, file.language))
    return cases


def _case(
    id_: str,
    root: Path,
    data: dict[str, Any],
    source: CaseSource,
    asking: Asking,
    language: str = "",
) -> Case:
    # Comments of prepared programs are hidden, too.
    if root == PROGRAMS:
        data["hidden"] = source.seed
    first = data["answers"][0]["path"] if data["answers"] else ""
    title = shortened(data[asking.key], _MOST_TITLE)
    data_class = DataClass.PUBLIC
    if root != PROGRAMS:
        # A question can be answered from any file, and is as secret as the strictest may be.
        data_class = source.policy.class_of(root / first if first else None)
    return Case(id_, asking.suite, title, root.name, root, first, language, data, data_class)
