"""Own the reading of an answer's citations, and whether they are what they claim to be.

Citations are read from the answer as it is shown and looked up in the files again. It must not know
how an answer is made.
"""

from __future__ import annotations

import re
from pathlib import Path

from glossator_server.actions.questions import Answer, Citation

# No word of an answer can be taken for one.
_MARKED = re.compile(r"\u27e6(?P<path>[^\u27e7]+?):(?P<start>\d+)(?:-(?P<end>\d+))?\u27e7")


def marked(citation: Citation) -> str:
    """Mark a citation, for `cited_in`; a `Link` of questions."""
    return f"\u27e6{citation}\u27e7"


def cited_in(answer: Answer) -> list[Citation]:
    """Return what an answer cites, in order; nothing where it says that there is no answer."""
    return [
        Citation(it["path"], int(it["start"]), int(it["end"] or it["start"]))
        for it in _MARKED.finditer(answer.markdown if answer.found else "")
    ]


def plain_text(answer: Answer) -> str:
    """Return an answer as people read it."""
    return _MARKED.sub(lambda it: f"`{it[0][1:-1]}`", answer.markdown)


def is_valid(cited: Citation, root: Path, answer: Answer) -> bool:
    """Say whether cited lines exist in the file, and stood in the prompt or are quoted."""
    start, end = cited.start_line, cited.end_line
    file = root / cited.path
    if not file.is_file() or not 1 <= start <= end:
        return False
    if end > len(file.read_text("utf-8", "replace").split("\n")):
        return False
    return any(
        it.path == cited.path and it.start_line <= start and end <= it.end_line
        for it in (*answer.pieces, *answer.quoted)
    )
