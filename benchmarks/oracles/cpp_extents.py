"""Print, for each file named on standard input, what functions libclang finds in it, as JSON.

It runs in an environment of its own, with the folders to include from as arguments.
"""

from __future__ import annotations

import json
import re
import sys

from clang import cindex

KINDS = {
    cindex.CursorKind.FUNCTION_DECL,
    cindex.CursorKind.CXX_METHOD,
    cindex.CursorKind.CONSTRUCTOR,
    cindex.CursorKind.DESTRUCTOR,
    cindex.CursorKind.CONVERSION_FUNCTION,
    cindex.CursorKind.FUNCTION_TEMPLATE,
}
MACRO_LINE = re.compile(r"\s*[A-Z][A-Z0-9]*_[A-Z0-9_]*\s*(\([^()]*(\([^()]*\)[^()]*)*\))?\s*")


def functions(cursor: cindex.Cursor, path: str) -> list[tuple[str, int, int]]:
    """Return the functions with a body that are written in the file itself, not by a macro."""
    found = []
    for node in cursor.get_children():
        file = node.location.file
        if file is not None and file.name != path:
            continue
        if node.kind in KINDS and node.is_definition():
            start, end = node.extent.start, node.extent.end
            # A constructor of a template is called after the template with its parameters.
            name = re.sub(r"^(?!operator)(~?\w+)<.*", r"\1", node.spelling)
            text = SOURCE[start.offset : end.offset]
            # What a macro makes has the macro's place, which does not end in a brace.
            if text.endswith(b"}") and name.encode() in text:
                found.append((name, first_line(start.line), end.line))
        if node.kind not in KINDS:
            found += functions(node, path)
    return found


def first_line(line: int) -> int:
    """Return where a function begins with the macros above it, of which clang knows no place."""
    while line > 1 and MACRO_LINE.fullmatch(LINES[line - 2]):
        line -= 1
    return line


index = cindex.Index.create()
options = ["-x", "c++", "-std=c++17", *(f"-I{it}" for it in sys.argv[1:])]
for line in sys.stdin:
    path = line.rstrip("\n")
    unit = index.parse(path, options)
    SOURCE = open(path, "rb").read()  # noqa: SIM115, PTH123 - as short as the file
    LINES = SOURCE.decode("utf-8", "replace").split("\n")
    # A header that is missing hides what depends on it; such a file proves nothing.
    if any(it.severity >= cindex.Diagnostic.Error for it in unit.diagnostics):
        continue
    print(json.dumps({"path": path, "functions": functions(unit.cursor, path)}), flush=True)
