"""What an index of the repository knows of a comment is hidden as well: a real one, with copies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from glossator_server.cli.examples import running_indexes
from glossator_server.evals.result import report_of
from glossator_server.evals.types import Configuration
from glossator_server.settings import Settings
from tests.e2e.command_line import glossator
from tests.server.evals.measured import (
    STACK,
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


async def test_an_index_shows_what_others_say_and_not_what_is_hidden(tmp_path: Path) -> None:
    folder = write_stack(tmp_path / "stack")
    for path, text in {"old/s.c": STACK, "older/s.c": STACK, "elsewhere/pile.c": PILE}.items():
        file = folder / path
        file.parent.mkdir(parents=True)
        file.write_text(text)
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
    shown = [message.text for it in scripted.requests for message in it.messages]
    assert any("put there lately" in it for it in shown)
