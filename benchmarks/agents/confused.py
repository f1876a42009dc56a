"""Own the scripts that are confused: they err in one known way each, as models do.

Like the right ones they see what the tools tell, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass

from benchmarks.agents import right
from benchmarks.agents.conversation import Act, MakeScript, Say, Script
from benchmarks.agents.reading import block_between, listed_in, whole_text

# Of these every task with callers has one.
HALF = "half of the callers"
_FOR_EVER = 1000


@dataclass(frozen=True, slots=True)
class Player:
    """What plays a planner and an editor."""

    name: str
    plan: MakeScript
    edit: MakeScript


def players() -> tuple[Player, ...]:
    """Return every confused player."""
    edits = (Player(name, right.plan, make) for name, make in _EDITS.items())
    plans = (Player(name, make, right.edit) for name, make in _PLANS.items())
    return (*edits, *plans)


def _wrong_search(opening: str) -> Script:
    paths = yield from right.paths_to_change(right.asked_in(opening))
    for path in paths * 3:
        yield Act("edit_file", {"path": path, "search": "no line says this", "replace": "x"})
    yield Act("finish", {"summary": "All is changed."})


def _malformed(opening: str) -> Script:  # noqa: ARG001
    yield '{"tool": "read_file", "arguments": {"path": '
    yield "```json\n{'tool': 'finish'}\n```"
    yield '{"tool": "finish", "arguments": "done"'
    while True:
        yield "{"


def _unknown_tools(opening: str) -> Script:  # noqa: ARG001
    yield Act("write_file", {"path": "a.c", "content": "int x;"})
    yield Act("bash", {"command": "sed -i s/a/b/ *"})
    while True:
        yield Act("apply_patch", {"patch": "--- a\n+++ b\n"})


def _repeats(opening: str) -> Script:
    paths = yield from right.paths_to_change(right.asked_in(opening))
    while True:
        yield Act("read_file", {"path": paths[0]})


def _never_finishes(opening: str) -> Script:
    paths = yield from right.paths_to_change(right.asked_in(opening))
    for at in range(_FOR_EVER):
        yield Act("grep", {"pattern": f"number{at}", "glob": paths[0]})


def _wrong_file(opening: str) -> Script:
    wanted = yield from right.paths_to_change(right.asked_in(opening))
    told = yield Act("list_files", {})
    for path in [it for it in listed_in(told) if it not in wanted][:4]:
        text = yield from whole_text(path)
        block = block_between(text, f"{text}changed = 1\n")
        if block is not None:
            yield Act("edit_file", {"path": path, "search": block[0], "replace": block[1]})
        yield Act("rename_file", {"path": path, "to": f"{path}.old"})
        yield Act("delete_file", {"path": path})
    yield Act("finish", {"summary": "Other files are changed."})


def _at_once(opening: str) -> Script:  # noqa: ARG001
    yield Act("finish", {"summary": "Nothing was left to be done."})
    while True:
        yield Act("finish", {"summary": "It is done."})


def _half(opening: str) -> Script:
    """Change the first file only, and of that only what defines the name."""
    asked = right.asked_in(opening)
    paths = yield from right.paths_to_change(asked)
    yield from right.change_files(paths[:1], right.change_of(asked))
    yield Act("run_check", {})
    while True:
        yield Act("finish", {"summary": "Every caller is changed."})


def _prose(opening: str) -> Script:  # noqa: ARG001
    yield "I will now look at the file and change it as you asked."
    while True:
        yield "The change is made. Is there anything else?"


def _wrong_types(opening: str) -> Script:  # noqa: ARG001
    yield Act("read_file", {"path": 5, "start_line": "one"})
    yield Act("edit_file", {"path": ["a.c"], "search": None, "replace": {}})
    while True:
        yield Act("finish", {"text": "no summary", "force": True})


def _undoes(opening: str) -> Script:
    paths = yield from right.paths_to_change(right.asked_in(opening))
    text = yield from whole_text(paths[0])
    block = block_between(text, text.replace("\n", "\n\n", 1))
    if block is not None:
        yield Act("edit_file", {"path": paths[0], "search": block[0], "replace": block[1]})
        yield Act("edit_file", {"path": paths[0], "search": block[1], "replace": block[0]})
    yield Act("finish", {"summary": "It was better before."})


def _hole(opening: str) -> Script:
    """Leave a place to be filled in where code was."""
    paths = yield from right.paths_to_change(right.asked_in(opening))
    text = yield from whole_text(paths[0])
    lines = text.split("\n")
    middle = len(lines) // 2
    mark = "# ... existing code ..." if paths[0].endswith(".py") else "/* ... existing code ... */"
    block = block_between(text, "\n".join([*lines[:middle], mark, ""]))
    if block is not None:
        yield Act("edit_file", {"path": paths[0], "search": block[0], "replace": block[1]})
    while True:
        yield Act("finish", {"summary": "The rest stays as it is."})


def _does_not_parse(opening: str) -> Script:
    paths = yield from right.paths_to_change(right.asked_in(opening))
    text = yield from whole_text(paths[0])
    block = block_between(text, f"{text}\nint (((\n")
    if block is not None:
        yield Act("edit_file", {"path": paths[0], "search": block[0], "replace": block[1]})
    yield Act("run_check", {})
    while True:
        yield Act("finish", {"summary": "It compiles."})


def _stops_talking(opening: str) -> Script:
    asked = right.asked_in(opening)
    paths = yield from right.paths_to_change(asked)
    yield from right.change_files(paths[:1], right.change_of(asked))


def _too_much(opening: str) -> Script:
    """Plan to change every file there is."""
    wanted = yield from right.paths_to_change(right.asked_in(opening))
    told = yield Act("list_files", {})
    paths = dict.fromkeys([*listed_in(told), *wanted])
    yield _proposed(dict.fromkeys(paths, "tidy up"))


def _no_steps(opening: str) -> Script:  # noqa: ARG001
    while True:
        yield _proposed({})


def _no_such_files(opening: str) -> Script:  # noqa: ARG001
    while True:
        yield _proposed({"src/main.c": "change it", "include/main.h": "change it"})


def _plans_nothing(opening: str) -> Script:  # noqa: ARG001
    while True:
        yield "First I would look at the code, and then I would change it."


def _edits_at_once(opening: str) -> Script:
    """Change files while only a plan is wanted."""
    asked = right.asked_in(opening)
    paths = yield from right.paths_to_change(asked)
    yield from right.change_files(paths, right.change_of(asked))
    yield Act("finish", {"summary": "No plan is needed."})
    yield _proposed(dict.fromkeys(paths, "as asked"))


def _proposed(steps: Mapping[str, str]) -> Act:
    listed = [{"path": path, "change": change} for path, change in steps.items()]
    words = {"title": "What was asked", "summary": "As it was asked."}
    return Act("propose_plan", {**words, "steps": listed})


_EDITS: Mapping[str, Callable[[str], Generator[Say, str, None]]] = {
    "wrong search": _wrong_search,
    "malformed": _malformed,
    "unknown tools": _unknown_tools,
    "repeats itself": _repeats,
    "never finishes": _never_finishes,
    "wrong file": _wrong_file,
    "finishes at once": _at_once,
    HALF: _half,
    "prose": _prose,
    "wrong types": _wrong_types,
    "undoes it": _undoes,
    "leaves a hole": _hole,
    "does not parse": _does_not_parse,
    "stops talking": _stops_talking,
}
_PLANS: Mapping[str, Callable[[str], Generator[Say, str, None]]] = {
    "plans too much": _too_much,
    "plans no step": _no_steps,
    "plans files that are not there": _no_such_files,
    "plans nothing": _plans_nothing,
    "edits instead of planning": _edits_at_once,
}
