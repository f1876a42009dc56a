"""Own what a change of names leaves behind that no compiler of one file sees.

In Python an import of a name that its module does not have, in C a declaration of a function that
is defined no longer. Only what a set of changes brings about counts. It must not run anything.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from glossator_indexer.languages import language_of_file
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import all_symbols
from glossator_indexer.types import SymbolKind
from glossator_server.agent.errors import ToolError
from glossator_server.agent.staging import Staging
from glossator_server.change_set import ChangeSet

_C_ENDS = (".c", ".h")
# A module that makes names as it runs has more of them than its text shows.
_MAKES_NAMES = re.compile(r"__getattr__|import \*|globals\(\)|setattr\(|sys\.modules")


def leftovers(changes: ChangeSet, staging: Staging, others: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence for each name that is left without its definition.

    `others` are the paths of unchanged files that use names whose declaration changes.
    """
    after = {it.path: it.after for it in changes.files if it.after is not None}
    before = {it.moved_from or it.path: it.before for it in changes.files if it.before is not None}
    texts = _Texts(staging, before.keys(), after)
    were = _Texts(staging, after.keys(), before)
    found = dict.fromkeys(
        sentence
        for path in dict.fromkeys((*after, *others))
        if path.endswith(".py")
        for key, sentence in _lacking(path, texts)
        if key not in {known for known, _ in _lacking(path, were)}
    )
    return (*found, *_undefined(before, after, others, texts))


class _Texts:
    """The texts of a workspace in one state, read when they are asked for."""

    def __init__(self, staging: Staging, gone: Iterable[str], known: Mapping[str, str]) -> None:
        self._staging = staging
        self._known: dict[str, str | None] = {**dict.fromkeys(gone), **known}

    def of(self, path: str) -> str | None:
        if path not in self._known:
            try:
                self._known[path] = self._staging.read(path)[1]
            except ToolError:
                self._known[path] = None
        return self._known[path]


def _lacking(path: str, texts: _Texts) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield what a Python file takes from modules of the workspace that do not have it."""
    for module, name in _taken(path, texts):
        text = texts.of(module)
        if text is None or re.search(rf"\b{re.escape(name)}\b", text) or _MAKES_NAMES.search(text):
            continue
        if _is_submodule(module, name, texts):
            continue
        yield (module, name), f"{path} takes {name} from {module}, which does not have it"


def _taken(path: str, texts: _Texts) -> Iterator[tuple[str, str]]:
    """Yield the modules, by path, and names that a Python file imports or reads from modules."""
    try:
        tree = ast.parse(texts.of(path) or "")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        module = _module(path, node.level, node.module or "", texts)
        for it in node.names:
            inner = _module(path, node.level, f"{node.module or ''}.{it.name}".strip("."), texts)
            if inner is not None and not inner.endswith("__init__.py"):
                modules[it.asname or it.name] = inner
            elif module is not None and it.name != "*":
                yield module, it.name
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name)) if name in modules:
                yield modules[name], node.attr
            case _:
                pass


def _module(path: str, level: int, name: str, texts: _Texts) -> str | None:
    """Return the path of a module as a file imports it, None where it is none of the workspace."""
    folder = PurePosixPath(path).parent
    inner = name.replace(".", "/")
    places = [folder, *folder.parents]
    for place in places[level - 1 : level] if level else places:
        for end in (f"{inner}.py", f"{inner}/__init__.py") if inner else ("__init__.py",):
            found = str(place / end)
            if texts.of(found) is not None:
                return found
    return None


def _is_submodule(module: str, name: str, texts: _Texts) -> bool:
    folder = PurePosixPath(module).parent
    ends = (f"{name}.py", f"{name}/__init__.py")
    return module.endswith("__init__.py") and any(
        texts.of(str(folder / it)) is not None for it in ends
    )


def _undefined(
    before: Mapping[str, str], after: Mapping[str, str], others: Sequence[str], texts: _Texts
) -> Iterator[str]:
    """Yield what C declares although its definition went with the changes."""
    were = {name for path, text in before.items() for name in _functions(path, text, "defined")}
    now = {*after, *(it for it in others if it.endswith(_C_ENDS))}
    state = {path: texts.of(path) or "" for path in sorted(now)}
    are = {name for path, text in state.items() for name in _functions(path, text, "defined")}
    for path, text in state.items():
        for name in sorted(_functions(path, text, "declared") & (were - are)):
            yield f"{path} declares {name}, which is defined no longer"


def _functions(path: str, text: str, how: str) -> set[str]:
    """Return the functions that a file of C defines for others, or declares."""
    language = language_of_file(PurePosixPath(path), text) if path.endswith(_C_ENDS) else None
    if language is None:
        return set()
    kind = SymbolKind.FUNCTION if how == "defined" else SymbolKind.PROTOTYPE
    return {it.name for it in all_symbols(parse(text, language)) if it.kind is kind}
