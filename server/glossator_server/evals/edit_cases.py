"""Own the cases of the suite `edit`: changes whose right result is known, or whose marks are named.

Nothing is changed for a case but in what an edit stages. It must not edit anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from glossator_gate.types import DataClass
from glossator_indexer.records import Trust
from glossator_server.errors import UsageError
from glossator_server.evals.case_lines import CaseLine, read_case_lines
from glossator_server.evals.drawing import dice, drawn
from glossator_server.evals.functions import found_files, read_file, repository_of
from glossator_server.evals.reading import prepared_folder
from glossator_server.evals.types import Case, CaseSource, SourceKind
from glossator_server.evals.wanted_changes import WantedChange, proposed_changes
from glossator_server.evals.workspaces import PROGRAMS
from glossator_server.shortening import shortened

SUITE = "edit"
KEYS = ("id", "instruction", "files", "gone", "there")
_PREPARED_KEYS = ("id", "change", "files", "program")
_MOST_TITLE = 80
_OTHERS = frozenset({Trust.VENDORED, Trust.GENERATED})


def edit_cases(source: CaseSource) -> list[Case]:
    """Return the cases of a source; raises `UsageError` where it has none."""
    match source.kind:
        case SourceKind.MINED:
            return _mined(source)
        case SourceKind.FILE if source.file is not None:
            found = list(_listed(read_case_lines(source.file, KEYS), source))
        case _:
            file = prepared_folder(SUITE) / "cases.jsonl"
            found = list(_prepared(read_case_lines(file, _PREPARED_KEYS)))
    return drawn(found, source.limit, source.seed)


def change_of(case: Case) -> WantedChange | None:
    """Return the change whose result is known, None where a case only names marks of it."""
    change = case.data.get("change")
    return None if change is None else WantedChange(**change)


def _prepared(lines: Iterable[CaseLine]) -> Iterator[Case]:
    for line in lines:
        change = WantedChange(**line.values["change"])
        program = line.words("program")
        data = _data(change, line.paths("files", PROGRAMS)) | {"program": program}
        yield Case(
            line.id,
            SUITE,
            shortened(change.instruction, _MOST_TITLE),
            program,
            PROGRAMS,
            data["files"][0],
            program.partition("/")[0],
            data,
            DataClass.PUBLIC,
        )


def _listed(lines: Iterable[CaseLine], source: CaseSource) -> Iterator[Case]:
    for line in lines:
        _, prefix = repository_of(source)
        files = [f"{prefix}{it}" for it in line.paths("files", source.workspace)]
        there = []
        for it in line.objects("there"):
            it.only(("path", "text"))
            there.append({"path": f"{prefix}{it.words('path')}", "text": it.words("text")})
        data = {
            "instruction": line.words("instruction"),
            "files": files,
            "gone": list(line.list_of_words("gone")),
            "there": there,
        }
        if not (files or data["gone"] or there):
            line.wrong("files", "is missing, and so are gone and there: say what has to come out")
        yield _case(source, line.id, data, "")


def _mined(source: CaseSource) -> list[Case]:
    # Callers may lie anywhere in the repository.
    root, prefix = repository_of(source)
    tree = found_files(root, source.policy, source.seed)
    stopped = source.stopped
    wanted = (it for it in tree.files if not stopped.is_set())
    read = (read_file(it, root, source.settings) for it in wanted)
    files = (it for it in read if it is not None and it.trust not in _OTHERS)
    cases: list[Case] = []
    for it in proposed_changes(files, dice(source.seed), everywhere=tree.is_whole):
        if not it.home.startswith(prefix):
            continue
        data = _data(it.change, it.files)
        id_ = f"{it.change.kind}:{it.home}:{it.change.function}"
        cases.append(_case(source, id_, data, it.language))
        if len(cases) == source.limit:
            break
    if not cases:
        raise UsageError(
            f"{source.workspace} has no function that could be renamed or changed with its callers "
            "so that the result is known; use --prepared, or name a file with --cases."
        )
    return cases


def _data(change: WantedChange, files: Iterable[str]) -> dict[str, Any]:
    return {
        "instruction": change.instruction,
        "files": list(files),
        "gone": list(change.gone),
        "there": [],
        "change": change.as_data(),
    }


def _case(source: CaseSource, id_: str, data: Mapping[str, Any], language: str) -> Case:
    root, _ = repository_of(source)
    first = next(iter(data["files"]), "")
    holds = source.policy
    paths: list[Path | None] = [root / it for it in data["files"]]
    data_class = max((holds.class_of(it) for it in (None, *paths)), key=lambda it: it.rank)
    title = shortened(str(data["instruction"]), _MOST_TITLE)
    return Case(id_, SUITE, title, root.name, root, first, language, data, data_class)
