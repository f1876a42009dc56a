"""Own how tests run a suite: a small repository, scripted models by role, the product's means."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from glossator_server.app import load_application, open_checker, open_index_client, open_model
from glossator_server.cli.workspaces import workspace_root
from glossator_server.evals.lines import case_line, case_of
from glossator_server.evals.opened import Environment, OpenedConfiguration
from glossator_server.evals.suites import open_suite
from glossator_server.evals.types import (
    Case,
    CaseResult,
    CaseSource,
    Configuration,
    Means,
    SourceKind,
)
from glossator_server.indexes import Indexes
from tests.e2e.scripted_roles import Reply, write_roles

HARBOUR = """#include "harbour.h"

/* Moor the boat at the first free berth of the quay. */
int harbour_moor(struct harbour *harbour, int boat)
{
\tfor (int berth = 0; berth < harbour->count; berth++) {
\t\tif (harbour->berths[berth] == 0) {
\t\t\tharbour->berths[berth] = boat;
\t\t\treturn berth;
\t\t}
\t}
\treturn -1;
}

/* Polish all brass lanterns until nobody is thirsty. */
int harbour_total(const struct harbour *harbour)
{
\tint total = 0;

\tfor (int berth = 0; berth < harbour->count; berth++)
\t\ttotal += harbour->berths[berth] != 0;
\treturn total;
}

/* See above: polish all brass lanterns until nobody is thirsty, says the master. */
void harbour_clear(struct harbour *harbour)
{
\tfor (int berth = 0; berth < harbour->count; berth++)
\t\tharbour->berths[berth] = 0;
}
"""
HEADER = """struct harbour {
\tint count;
\tint berths[8];
};

int harbour_moor(struct harbour *harbour, int boat);
int harbour_total(const struct harbour *harbour);
void harbour_clear(struct harbour *harbour);
"""
PIER = '''"""Piers, in Python."""


def longest_pier(lengths):
    """Return the length of the pier that reaches furthest into the sea."""
    return max(lengths, default=0)


def shortest(lengths):
    return min(lengths, default=0)
'''
FILES = {"harbour.c": HARBOUR, "harbour.h": HEADER, "pier.py": PIER}


def lay_out(folder: Path, texts: Mapping[str, str] | None = None) -> Path:
    """Write a repository; return its folder."""
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n", "utf-8")
    for name, text in (FILES if texts is None else texts).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def source_of(
    workspace: Path, kind: SourceKind = SourceKind.MINED, file: Path | None = None
) -> CaseSource:
    """Return the source of cases that the user's own configuration gives."""
    application = load_application(workspace_root(workspace))
    return CaseSource(
        kind, workspace, application.workspace_policy, application.settings, file, limit=20
    )


async def ran(
    suite_name: str,
    source: CaseSource,
    home: Path,
    replies: Mapping[str, Sequence[Reply]],
    *configurations: Configuration,
    only: Sequence[Case] | None = None,
) -> dict[tuple[str, str], CaseResult]:
    """Run the cases of a source, as a resumed run has them; return results by case and name."""
    write_roles(home, replies, index="true")
    drawn = open_suite(suite_name).cases(source) if only is None else only
    cases = [case_of(case_line(it), it.data_class) for it in drawn]
    application = load_application(workspace_root(source.workspace))
    means = Means(open_index_client, open_checker)
    environment = Environment(
        application.workspace_policy,
        application.settings,
        open_model,
        means,
        Indexes(open_index_client),
    )
    suite = open_suite(suite_name)
    found: dict[tuple[str, str], CaseResult] = {}
    with tempfile.TemporaryDirectory() as scratch:
        subjects = [
            OpenedConfiguration(it, application.settings, environment, Path(scratch))
            for it in configurations or (Configuration("usual"),)
        ]
        try:
            await suite.open(cases, subjects)
            for case in cases:
                for subject in subjects:
                    found[case.id, subject.configuration.name] = await suite.run(case, subject)
        finally:
            await suite.close()
            for subject in subjects:
                await subject.close()
    return found
