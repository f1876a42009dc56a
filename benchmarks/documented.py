"""Own finding what people documented: functions with their comment, by tools that are not ours.

Universal Ctags says where C functions are, Python's own `ast` where Python's are; the first
sentence of a comment is read as `glossator eval` reads it. Nothing of the indexer is used, since it
is what is measured.
"""

from __future__ import annotations

import ast
import subprocess
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from glossator_server.evals.sentences import Documented, first_sentence

# Between a comment and the name: a return type, attributes, a macro or two.
_MOST_LINES_BEFORE_THE_NAME = 4


def c_functions(
    root: Path, files: Sequence[str]
) -> Iterator[tuple[str, list[str], list[Documented]]]:
    """Yield each C file with its lines and all its functions, documented or not."""
    for path, places in _tagged(root, files):
        lines = (root / path).read_text("utf-8", "replace").split("\n")
        yield path, lines, [_c_function(path, lines, *place) for place in places]


def python_functions(
    root: Path, files: Iterable[str]
) -> Iterator[tuple[str, list[str], list[Documented]]]:
    """Yield each Python file with its lines and its functions and methods."""
    for path in files:
        text = (root / path).read_text("utf-8", "replace")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        nodes = (
            it for it in ast.walk(tree) if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef)
        )
        yield path, text.split("\n"), [_python_function(path, it) for it in nodes]


def _tagged(root: Path, files: Sequence[str]) -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    with tempfile.NamedTemporaryFile("w", suffix=".list") as listed:
        listed.write("\n".join(files))
        listed.flush()
        command = ["ctags", "--languages=C", "--langmap=C:.c.h", "--kinds-C=f", "--fields=ne"]
        said = subprocess.run(
            [*command, "--excmd=number", "--sort=no", "-f", "-", "-L", listed.name],
            cwd=root,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ).stdout.decode("utf-8", "replace")
    path, places = "", list[tuple[str, int, int]]()
    for line in said.splitlines():
        name, file, _, *fields = line.split("\t")
        values = dict(field.split(":", 1) for field in fields if ":" in field)
        if file != path:
            if places:
                yield path, places
            path, places = file, []
        if "end" in values and not name.isupper() and not name.startswith(("SYSCALL_", "DEFINE_")):
            places.append((name, int(values["line"]), int(values["end"])))
    if places:
        yield path, places


def _c_function(path: str, lines: Sequence[str], name: str, start: int, end: int) -> Documented:
    begin, stop = _comment_above(lines, start)
    sentence = first_sentence(lines[begin - 1 : stop], name) if begin else ""
    return Documented(path, name, start, end, begin, stop, sentence)


def _comment_above(lines: Sequence[str], name_line: int) -> tuple[int, int]:
    """Return the lines of the comment that ends above a declaration, (0, 0) where there is none."""
    at = name_line - 1  # the line above the name, as a line number
    for _ in range(_MOST_LINES_BEFORE_THE_NAME):
        line = lines[at - 1].strip() if at else ""
        if line.endswith("*/"):
            begin = at
            while begin > 1 and "/*" not in lines[begin - 1]:
                begin -= 1
            return (begin, at) if lines[begin - 1].lstrip().startswith("/*") else (0, 0)
        if line.startswith("//"):
            begin = at
            while begin > 1 and lines[begin - 2].lstrip().startswith("//"):
                begin -= 1
            return begin, at
        if not line or line.startswith("#") or line.endswith(("}", ";", "\\", ":")):
            return 0, 0
        at -= 1
    return 0, 0


def _python_function(path: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Documented:
    first = node.body[0]
    end = node.end_lineno or node.lineno
    if not (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        return Documented(path, node.name, node.lineno, end, 0, 0, "")
    sentence = first_sentence(first.value.value.split("\n"), node.name)
    last = first.end_lineno or first.lineno
    return Documented(path, node.name, node.lineno, end, first.lineno, last, sentence)
