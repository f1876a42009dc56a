"""Own the way to the parsers that our extents are compared with, and to code to compare them on.

It must not judge: an oracle says which functions a file holds, in the words of its own language.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

HERE = Path(__file__).parent / "oracles"
# `oracles/fetch.sh` fills it.
PARTS = Path(platformdirs.user_cache_dir("glossator-parts")) / "oracles"
_ROOT = PARTS / "root"
_C_INCLUDE = ("/usr/include/c++/12", "/usr/include/x86_64-linux-gnu/c++/12", "/usr/include")


@dataclass(frozen=True, slots=True)
class Place:
    """A function as a tool sees it; lines count from 1 and both belong to it."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Oracle:
    """An independent parser of one language.

    `files()` yields code as people wrote it. `reported(paths)` yields the functions of each file;
    what the parser rejects is left out.
    """

    language: str
    tool: str
    needs: tuple[Path, ...]
    files: Callable[[], Iterable[Path]]
    reported: Callable[[Sequence[Path]], Iterator[tuple[Path, list[Place]]]]

    def is_here(self) -> bool:
        """Tell whether the tool and the code are installed."""
        return all(it.exists() for it in self.needs)


def shown(path: Path) -> str:
    """Return a file's path below what it came with, which is the same on every machine."""
    roots = (
        _ROOT,
        PARTS,
        *map(Path, (sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"))),
    )
    around = [it for it in roots if path.is_relative_to(it)]
    innermost = max(around, key=lambda it: len(it.parts), default=Path(path.anchor))
    return path.relative_to(innermost).as_posix()


def oracles() -> tuple[Oracle, ...]:
    """Return one oracle a language."""
    node = ["node", str(HERE / "typescript_extents.cjs")]
    modules = {"NODE_PATH": str(PARTS / "node_modules")}
    go = _ROOT / "usr/share/go-1.19/src"
    rust = _ROOT / "usr/src/rustc-1.63.0"
    cpp = [str(PARTS / "venv/bin/python"), str(HERE / "cpp_extents.py")]
    include = [
        *(str(_ROOT / it) for it in ("usr/include", "usr/include/eigen3", *_GTEST)),
        *_gcc_headers(),
    ]
    return (
        Oracle("python", "ast of the standard library", (), _python_files, _python_functions),
        Oracle(
            "javascript",
            "the parser of TypeScript",
            (PARTS / "node_modules",),
            lambda: _node_files(".js", ".mjs", ".cjs", ".jsx"),
            _program(node, modules),
        ),
        Oracle(
            "typescript",
            "the parser of TypeScript",
            (PARTS / "node_modules",),
            lambda: _node_files(".ts", ".tsx", ".mts"),
            _program(node, modules),
        ),
        Oracle(
            "go",
            "go/ast",
            (PARTS / "go_extents", go),
            lambda: go.rglob("*.go"),
            _program([str(PARTS / "go_extents")]),
        ),
        Oracle(
            "rust",
            "syn",
            (PARTS / "rust_extents", rust),
            lambda: (it for part in ("library", "compiler") for it in (rust / part).rglob("*.rs")),
            _program([str(PARTS / "rust_extents")]),
        ),
        Oracle(
            "java",
            "com.sun.source",
            (PARTS / "java", PARTS / "java_source"),
            lambda: (PARTS / "java_source").rglob("*.java"),
            _program(["java", "-cp", str(PARTS / "java"), "JavaExtents"]),
        ),
        Oracle(
            "cpp",
            "libclang",
            (PARTS / "venv/bin/python", _ROOT / "usr/src/googletest"),
            _cpp_files,
            _program([*cpp, *include]),
        ),
    )


_GTEST = tuple(
    f"usr/src/googletest/{it}"
    for it in ("googletest/include", "googletest", "googlemock/include", "googlemock")
)
_CPP_FOLDERS = (
    "usr/src/googletest",
    "usr/include/fmt",
    "usr/include/spdlog",
    "usr/include/nlohmann",
    "usr/include/rapidjson",
    "usr/include/eigen3/Eigen",
    "usr/include/catch2",
)


def _program(
    command: Sequence[str], environment: dict[str, str] | None = None
) -> Callable[[Sequence[Path]], Iterator[tuple[Path, list[Place]]]]:
    def reported(paths: Sequence[Path]) -> Iterator[tuple[Path, list[Place]]]:
        done = subprocess.run(
            command,
            check=True,
            capture_output=True,
            input="".join(f"{it}\n" for it in paths).encode(),
            env={**os.environ, **(environment or {})},
        )
        # Only line feeds end a line: names may hold what Unicode calls a line separator.
        for line in done.stdout.decode("utf-8", "replace").split("\n"):
            if line:
                said = json.loads(line)
                yield Path(said["path"]), [Place(*it) for it in said["functions"]]

    return reported


def _python_files() -> Iterator[Path]:
    standard = Path(sysconfig.get_path("stdlib"))
    for path in standard.rglob("*.py"):
        if "site-packages" not in path.parts[len(standard.parts) :]:
            yield path
    yield from Path(sysconfig.get_path("purelib")).rglob("*.py")


def _python_functions(paths: Sequence[Path]) -> Iterator[tuple[Path, list[Place]]]:
    for path in paths:
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            continue
        yield (
            path,
            [
                Place(
                    it.name,
                    min([it.lineno, *(above.lineno for above in it.decorator_list)]),
                    it.end_lineno or it.lineno,
                )
                for it in ast.walk(tree)
                if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef)
            ],
        )


def _node_files(*suffixes: str) -> Iterator[Path]:
    for path in (PARTS / "node_modules").rglob("*"):
        # What a compiler emits (`.d.ts`) or squeezes is no code as people wrote it.
        written = ".min." not in path.name and ".d." not in path.name
        if written and path.suffix in suffixes and path.is_file():
            yield path


def _cpp_files() -> Iterator[Path]:
    for folder in _CPP_FOLDERS:
        for path in (_ROOT / folder).rglob("*"):
            if path.suffix in (".h", ".hpp", ".cc", ".cpp") and path.is_file():
                yield path


def _gcc_headers() -> list[str]:
    """Return where GCC keeps the headers that libclang's wheel lacks."""
    return [*_C_INCLUDE, *map(str, sorted(Path("/usr/lib/gcc").glob("*/*/include")))]
