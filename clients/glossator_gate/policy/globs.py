"""Own what a glob of the policy names: paths as in `.gitignore`, without the words that take back.

A repository may write globs and paths, both as hostile as can be: matching takes no more time than
the length of the path squared, which the regular expressions of libraries do not promise.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from glossator_gate.errors import ConfigurationError

LONGEST_GLOB = 500
_ANY_DEPTH = "**"
# Behind it, a part of a path has ended.
_END_OF_PART = r"(?=/|\Z)"

Matcher = Callable[[str], bool]


def check_glob(glob: str) -> str:
    """Return the glob, or raise `ConfigurationError` where it names nothing or takes back."""
    if len(glob) > LONGEST_GLOB:
        raise ConfigurationError(f"has a glob of more than {LONGEST_GLOB} characters; shorten it")
    if glob.startswith("!"):
        raise ConfigurationError(
            f'cannot hold {glob!r}: what is named once is not taken back; remove the "!"'
        )
    if set("\\\n\r\0") & set(glob) or glob.startswith("#") or glob != glob.strip():
        raise ConfigurationError(f"cannot hold {glob!r}: write a glob such as **/payments/**")
    if not glob.strip("/"):
        raise ConfigurationError(f"cannot hold {glob!r}, which names nothing; write ** for all")
    _expression(glob)
    return glob


@lru_cache(maxsize=256)
def matcher(globs: tuple[str, ...]) -> Matcher:
    """Return what tells whether any of the globs names a path or a folder that it lies in.

    Paths have `/` between their parts and none before the first.
    """
    if not globs:
        return lambda _: False
    match = re.compile("|".join(map(_expression, globs)), re.DOTALL).match
    return lambda path: match(path) is not None


def _expression(glob: str) -> str:
    """Return the regular expression of a glob, to be matched from a path's beginning."""
    parts = [it for it in glob.split("/") if it]
    # Without a slash before its end, a glob is for any depth.
    if "/" not in glob.rstrip("/"):
        parts.insert(0, _ANY_DEPTH)
    # What lies in a folder, not the folder: at least one more part.
    is_content = glob.endswith("/") or (parts[-1] == _ANY_DEPTH and set(parts) != {_ANY_DEPTH})
    expression, runs = "", _runs(parts)
    for number, (is_anywhere, run) in enumerate(runs):
        together = "/".join(map(_part, run)) + _END_OF_PART
        # The first place that fits leaves most of the path to what follows: it is never left again.
        expression += f"(?>(?:[^/]+/)*?{together})" if is_anywhere else together
        if number < len(runs) - 1:
            expression += "/"
    if is_content:
        expression += "/." if runs else "[^/]+/."
    return f"(?:{expression})"


def _runs(parts: list[str]) -> list[tuple[bool, list[str]]]:
    """Return the parts between the `**`, with whether one stands before them."""
    runs: list[tuple[bool, list[str]]] = []
    is_anywhere, run = False, list[str]()
    for part in (*parts, _ANY_DEPTH):
        if part != _ANY_DEPTH:
            run.append(part)
            continue
        if run:
            runs.append((is_anywhere, run))
        is_anywhere, run = True, []
    return runs


def _part(part: str) -> str:
    """Return the expression of what stands between two slashes."""
    pieces = [""]
    at = 0
    while at < len(part):
        if part[at] == "*":
            if at == 0 or part[at - 1] != "*":
                pieces.append("")
            at += 1
        elif part[at] == "[":
            expression, at = _choice(part, at)
            pieces[-1] += expression
        else:
            pieces[-1] += "[^/]" if part[at] == "?" else re.escape(part[at])
            at += 1
    first, *others = pieces
    if not others:
        return first
    *between, last = others
    # As above: the first place that fits is the only one looked at.
    inner = "".join(f"(?>[^/]*?{it})" for it in between)
    return f"{first}{inner}[^/]*{last}" if last else f"{first}{inner}[^/]*+"


def _choice(part: str, at: int) -> tuple[str, int]:
    """Return the expression of `[...]` and where it ends."""
    begin = at + 1
    is_negated = part[begin : begin + 1] in {"!", "^"}
    begin += is_negated
    # A bracket that comes first is one of the characters.
    end = part.find("]", begin + 1)
    if end < 0:
        raise ConfigurationError(f'cannot hold {part!r}: its "[" has no end; add "]"')
    inside = re.sub(r"[\\\[\]^&~|]", r"\\\g<0>", part[begin:end])
    expression = f"(?!/)[{'^' if is_negated else ''}{inside}]"
    try:
        re.compile(expression)
    except re.error as error:
        raise ConfigurationError(
            f'cannot hold {part!r}: its "[...]" means nothing; write it as [a-z]'
        ) from error
    return expression, end + 1
