"""Own the scripts that do what was asked: one for each kind of task, for any project and any names.

They read the instruction and what the tools tell, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence

from benchmarks.agents.conversation import Act, Say, Script
from benchmarks.agents.reading import block_between, is_clean, paths_in, whole_text
from benchmarks.agents.transforms import flipped, function_range, with_new_function
from glossator_server.evals.transforms import (
    with_argument,
    with_first_statement,
    with_swapped,
    with_word,
)

_Change = Callable[[str, str], str]

RENAME = re.compile(r"Rename the function `(?P<function>\w+)` to `(?P<new>\w+)`")
PARAMETER = re.compile(
    r"Add the parameter `(?P<parameter>[^`]+)` as the last one of `(?P<function>\w+)` and pass "
    r"`(?P<argument>[^`]+)`(?P<rest>[^.]*\.[^.]*\.)"
)
SWAP = re.compile(r"Swap the first two parameters of `(?P<function>\w+)`")
EXTRACT = re.compile(
    r"In `(?P<function>\w+)`, move the expression `(?P<expression>[^`]+)` into a new function "
    r"before it, `(?P<signature>[^`]+)`, and call it there as `(?P<call>[^`]+)`\. The new function "
    r"returns `(?P<returned>[^`]+)`"
)
GUARD = re.compile(
    r"Add error handling to `(?P<function>\w+)`: first of all, where `(?P<condition>[^`]+)`, it "
    r"does `(?P<statement>[^`]+)`"
)
TEST = re.compile(
    r"Add a test named `(?P<new>\w+)` to `(?P<file>[^`]+)`, which checks that `(?P<claim>[^`]+)`"
)
MEND = re.compile(
    r"A test of `(?P<file>[^`]+)` fails because one operator in `(?P<function>\w+)` is wrong"
)
_CASES = re.compile(
    r"^static const struct \{\n\tconst char \*\w+;\n\tbool \(\*\w+\)\(void\);\n\} cases\[\] = \{\n",
    re.MULTILINE,
)
_KINDS = (RENAME, PARAMETER, SWAP, EXTRACT, GUARD, TEST, MEND)


def asked_in(opening: str) -> re.Match[str]:
    """Return what the instruction of a conversation asks for, by its kind."""
    for it in _KINDS:
        if (match := it.search(opening)) is not None:
            return match
    raise ValueError("no instruction of the benchmark")


def plan(opening: str) -> Script:
    """Look for the files that have to change, and propose them."""
    asked = asked_in(opening)
    paths = yield from paths_to_change(asked)
    steps = [{"path": it, "change": f"do in {it} what was asked"} for it in paths]
    words = {"title": "What was asked", "summary": "It is done where it is to be done."}
    yield Act("propose_plan", {**words, "steps": steps})


def edit(opening: str) -> Script:
    """Change the files, check them, and finish."""
    asked = asked_in(opening)
    paths = yield from paths_to_change(asked)
    if asked.re is MEND:
        yield from _mend(asked["function"], paths[0])
    else:
        yield from change_files(paths, change_of(asked))
        yield Act("run_check", {})
    yield Act("finish", {"summary": "Done as it was asked."})


def paths_to_change(asked: re.Match[str]) -> Generator[Say, str, list[str]]:
    """Find the files that an instruction is about, by asking the tools."""
    if asked.re is TEST:
        return [asked["file"]]
    function = asked["function"]
    if asked.re in (RENAME, PARAMETER, SWAP):
        told = yield Act("find_references", {"name": function})
        return paths_in(told)
    told = yield Act("find_symbol", {"name": function})
    found = [it for it in paths_in(told) if not it.endswith(".h")]
    return found[:1]


def change_files(paths: Sequence[str], change: _Change) -> Generator[Say, str, None]:
    """Read each file and replace what a change makes of it."""
    for path in paths:
        before = yield from whole_text(path)
        block = block_between(before, change(path, before))
        if block is not None:
            search, replacement = block
            yield Act("edit_file", {"path": path, "search": search, "replace": replacement})


def change_of(asked: re.Match[str]) -> _Change:
    """Return how an instruction changes the text of a path."""
    words = asked.groupdict()
    if asked.re is RENAME:
        return lambda _, text: with_word(text, words["function"], words["new"])
    if asked.re is PARAMETER:
        use = re.search(r"say so with `([^`]+)`", words["rest"])
        statement = use[1] if use else ""
        return lambda _, text: with_argument(
            text, words["function"], words["parameter"], words["argument"], statement
        )
    if asked.re is SWAP:
        return lambda _, text: with_swapped(text, words["function"])
    if asked.re is EXTRACT:
        return lambda path, text: _extracted(path, text, words)
    if asked.re is GUARD:
        return lambda path, text: with_first_statement(text, words["function"], _guard(path, words))
    if asked.re is MEND:
        # Which operator it is, no instruction tells.
        return lambda _, text: text
    return lambda path, text: _with_test(path, text, words["new"], words["claim"])


def _extracted(path: str, text: str, words: dict[str, str]) -> str:
    body = f"{words['signature']}\n    return {words['returned']}"
    if not path.endswith(".py"):
        body = f"{words['signature']}\n{{\n\treturn {words['returned']};\n}}"
    span = function_range(text, words["function"])
    if span is None:
        return text
    inside = text[span.start : span.stop].replace(words["expression"], words["call"], 1)
    text = text[: span.start] + inside + text[span.stop :]
    return with_new_function(text, words["function"], body)


def _guard(path: str, words: dict[str, str]) -> str:
    if path.endswith(".py"):
        return f"if {words['condition']}:\n    {words['statement']}"
    return f"if ({words['condition']})\n\t\t{words['statement']};"


def _with_test(path: str, text: str, name: str, claim: str) -> str:
    if path.endswith(".py"):
        code = f"\n    def {name}(self):\n        self.assertTrue({claim})\n"
        at = text.find("\n\n\nif __name__")
        at = len(text) if at < 0 else at
        return f"{text[:at].rstrip()}\n{code}{text[at:]}"
    code = f"static bool {name}(void)\n{{\n\tCHECK({claim});\n\treturn true;\n}}\n\n"
    table = _CASES.search(text)
    if table is None:
        return text
    row = f'\t{{ "what was asked for holds", {name} }},\n'
    return text[: table.start()] + code + table[0] + row + text[table.end() :]


def _mend(function: str, path: str) -> Generator[Say, str, None]:
    """Turn one operator after the other until the checks are clean."""
    broken = yield from whole_text(path)
    span = function_range(broken, function)
    now = broken
    for candidate in flipped(broken, span or range(0)):
        block = block_between(now, candidate)
        if block is None:
            continue
        yield Act("edit_file", {"path": path, "search": block[0], "replace": block[1]})
        now = candidate
        told = yield Act("run_check", {})
        if is_clean(told):
            return
