"""What an index of the repository knows of a comment is hidden as well: a real one, with copies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from glossator_indexer.styles import STYLES
from glossator_indexer.symbols import find_symbols
from glossator_server.cli.examples import running_indexes
from glossator_server.evals.hidden_comments import hidden
from glossator_server.evals.reading import read_case_file
from glossator_server.evals.result import report_of
from glossator_server.evals.suites.document import with_examples
from glossator_server.evals.types import Configuration
from glossator_server.settings import Settings
from tests.e2e.command_line import glossator
from tests.server.evals.measured import (
    STACK,
    WORDS,
    as_people_said,
    check_hidden,
    environment,
    ignore,
    measurement,
    model,
    write_stack,
)

PILE = """\
/**
 * stack_pushed() - Tell whether something was put there lately.
 * @stack: The stack that is asked.
 *
 * Return: 1 where it was.
 */
int stack_pushed(struct stack *stack)
{
\treturn stack->used > stack->before;
}
"""


# An old copy under other names, and one that says the same of the same names in other words.
RENAMED = re.sub(r"stack_(push|clear|drain)\b", r"stack_\1_old", STACK)
REWORDED = (
    STACK.replace("Put an item on top of the pile", "Lay a thing uppermost")
    .replace("Throw away whatever lies there", "Leave nothing behind")
    .replace("Hand every item over to a visitor", "Show all there is")
    .replace("The stack that", "The pile that")
)
TOLD = {"stack_push": "uppermost", "stack_clear": "nothing behind", "stack_drain": "all there is"}


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True)
        file.write_text(text)


async def test_an_index_shows_what_others_say_and_not_what_is_hidden(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    files = {"old/s.c": STACK, "older/s.c": STACK, "elsewhere/pile.c": PILE}
    write_files(folder, files | {"reworded/s.c": REWORDED})
    assert glossator("index", "--json", folder).status == 0
    scripted = model("m", as_people_said())
    holds = environment(folder, {"m": scripted})
    async with running_indexes([folder / "any"], Settings().index) as indexes:
        assert indexes.clients
        holds = replace(holds, indexes=indexes)
        async with measurement(holds, Configuration("on", "m")) as found:
            report = report_of(await found.run(ignore))
            assert found.folder.record()["index"]
    assert report["complete"]
    check_hidden(scripted)
    for name, words in TOLD.items():
        asked = [it for it in scripted.requests if f" {name}(" in it.messages[-1].text]
        assert asked
        assert not any(words in message.text for it in asked for message in it.messages)
    shown = [message.text for it in scripted.requests for message in it.messages]
    assert any("put there lately" in it for it in shown)


async def test_an_index_shows_no_copy_under_another_name(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    write_files(folder, {"renamed/s.c": RENAMED, "elsewhere/pile.c": PILE})
    assert glossator("index", "--json", folder).status == 0
    snapshot = read_case_file(folder / "stack.c", environment(folder, {}).policy, Settings())
    async with running_indexes([folder / "any"], Settings().index) as indexes:
        for name, words in WORDS.items():
            (symbol,) = find_symbols(snapshot.source, name)
            found = hidden(snapshot, symbol, STYLES["kernel-doc"])
            assert found is not None
            shown = (await with_examples(found, indexes)).snapshot
            assert any("put there lately" in it for it in shown.examples)
            assert not any(str(words["summary"]) in it for it in (*shown.examples, *shown.callers))
