"""Own `Plan`: what an edit is going to do, as a text that a person reads, changes and agrees to.

The paths in its list of files are the only ones that may be changed. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glossator_server.agent.data import shown
from glossator_server.errors import UsageError

MOST_FILES = 100
MOST_CHARACTERS = 50_000
FILES_HEADING = "## Files"
_NOTE = "Only the files in this list are changed. Change the plan as you like."
_TITLE = re.compile(r"^#[ \t]+(?P<title>\S.*)$", re.MULTILINE)
_HEADING = re.compile(r"^##[ \t]+files[ \t]*$", re.MULTILINE | re.IGNORECASE)
_MARK = re.compile(r"^([ \t]*)#", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]*[-*+][ \t]+(?:\[[ xX]?\][ \t]+)?(?P<rest>\S.*)$")
_PATH = re.compile(r"`(?P<path>[^`]+)`")


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as Markdown; `files` are the paths below the root that may be changed."""

    title: str
    text: str
    files: tuple[str, ...]


def plan_text(title: str, summary: str, steps: Sequence[Mapping[str, Any]]) -> str:
    """Return a plan as Markdown; each step names a `path` and what is to `change` in it."""
    # A heading in prose could be taken for that of the list.
    prose = _MARK.sub(r"\1\\#", shown(summary).strip())
    lines = [f"# {_one_line(title)}", "", prose, "", FILES_HEADING, "", _NOTE, ""]
    lines += [f"- `{it['path']}`: {_one_line(str(it.get('change', '')))}" for it in steps]
    return "\n".join(lines).replace("\n\n\n", "\n\n").rstrip() + "\n"


def read_plan(text: str) -> Plan:
    """Return the plan that a text is; raises `UsageError` where it says not what to do, or where.

    Every path in backticks in the list below the heading "Files" counts.
    """
    if len(text) > MOST_CHARACTERS:
        raise UsageError(f"The plan has more than {MOST_CHARACTERS} characters; shorten it.")
    text = text.replace("\r\n", "\n")
    title = _TITLE.search(text)
    heading = _HEADING.search(text)
    if heading is None:
        raise UsageError(f'The plan has no heading "{FILES_HEADING}"; put it above the files.')
    files = tuple(dict.fromkeys(_paths(text[heading.end() :])))
    if not files:
        raise UsageError(
            f'The plan names no file below "{FILES_HEADING}"; add lines such as - `src/a.c`: ...'
        )
    if len(files) > MOST_FILES:
        raise UsageError(f"The plan names {len(files)} files; name at most {MOST_FILES}.")
    return Plan("Edit" if title is None else title["title"].strip(), text, files)


def _paths(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if line.startswith("#"):
            return
        item = _ITEM.match(line)
        if item is None:
            continue
        # What stands behind the colon is prose, which may speak of other files.
        head = item["rest"].split("`:", 1)[0] + ("`" if "`:" in item["rest"] else "")
        for it in _PATH.finditer(head):
            yield it["path"].strip().removeprefix("./")


def _one_line(text: str) -> str:
    return " ".join(shown(text).replace("`", "'").split()) or "..."
