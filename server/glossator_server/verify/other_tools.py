"""Own the checks of JavaScript, TypeScript, Go, Rust and Java, by the compiler of each.

It must not run anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from glossator_indexer.types import Span, TextChange
from glossator_server.sandbox import MIB, Limits, SandboxResult
from glossator_server.verify.problems import Gravity, Problem, Stage
from glossator_server.verify.programs import Program, Programs
from glossator_server.verify.tools import (
    HintRun,
    NoResultError,
    Question,
    ToolRun,
    last_line,
    place,
    problems_by_line,
)

# A compiler of a whole project takes longer, and more processes, than one of a file.
_LIMITS = Limits(seconds=180, processes=256, memory_bytes=4096 * MIB, scratch_bytes=1024 * MIB)
# A folder of the sandbox's own.
_SCRATCH = "/tmp"  # noqa: S108
_NODE = re.compile(
    r"^(?P<path>/[^\n]*):(?P<line>\d+)\n.*?^(?P<message>\w*Error: [^\n]*)",
    re.MULTILINE | re.DOTALL,
)
# A module's imports and exports stand alone at the beginning of a line.
_MODULE = re.compile(r"^(?:import\b(?!\s*[(.])|export\b)", re.MULTILINE)
# `--check` passes whatever is a module unless its name says so.
_CHECK_MODULE = """
const [path, copy] = [process.argv[1], "/tmp/checked.mjs"];
require("fs").copyFileSync(path, copy);
const run = require("child_process").spawnSync;
const done = run(process.execPath, ["--check", copy], { encoding: "utf8" });
process.stderr.write(done.stderr.replaceAll(copy, path));
process.exit(done.status === null ? 1 : done.status);
"""
_TSC = re.compile(
    r"^(?P<path>[^\n]+?)\((?P<line>\d+),(?P<column>\d+)\): (?P<kind>error|warning) "
    r"(?P<rule>TS\d+): (?P<message>.*)$",
    re.MULTILINE,
)
_PLACED = re.compile(
    r"^(?P<vet>vet: )?(?P<path>[^\s:#][^:\n]*\.go):(?P<line>\d+)(?::(?P<column>\d+))?: "
    r"(?P<message>.*)$",
    re.MULTILINE,
)


def javascript_runs(question: Question, programs: Programs) -> list[ToolRun]:
    """Return node's own check of the syntax."""
    node = programs.find("node")
    path = question.subject.path
    if node is None or path.suffix == ".jsx":
        return []
    argv = ("-e", _CHECK_MODULE, str(path)) if _is_module(question) else ("--check", str(path))

    def read(result: SandboxResult) -> list[Problem]:
        match = _NODE.search(result.errors)
        if match is not None and "Unexpected token '<'" in match["message"]:
            raise NoResultError("it holds JSX, which node cannot read")
        if result.status != 0 and match is None:
            raise NoResultError(f"it failed: {last_line(result.errors)}")
        if match is None:
            return []
        error = Gravity.ERROR
        where = place(match["path"], path.parent)
        line = int(match["line"])
        return [Problem(Stage.COMPILE, "node", error, "", match["message"], where, line)]

    return [ToolRun(Stage.COMPILE, node, argv, read, path.parent, limits=_LIMITS)]


def _is_module(question: Question) -> bool:
    """Tell whether a file is an ECMAScript module: by its name, its package, or what it says."""
    path, root = question.subject.path, question.subject.root
    if path.suffix in (".mjs", ".cjs"):
        return path.suffix == ".mjs"
    for folder in (it for it in path.parents if it.is_relative_to(root)):
        if (package := folder / "package.json").is_file():
            try:
                said = json.loads(package.read_text("utf-8", "replace"))
            except ValueError:
                break
            if isinstance(said, dict) and said.get("type") == "module":
                return True
            break
    return _MODULE.search(question.text) is not None


def typescript_runs(question: Question, programs: Programs) -> list[ToolRun]:
    """Return the run of tsc, over the project of the nearest tsconfig.json where there is one."""
    tsc, node = programs.find("tsc"), programs.find("node")
    path, root = question.subject.path, question.subject.root
    if tsc is None or node is None:
        return []
    around = (it for it in path.parents if it.is_relative_to(root))
    project = next((it for it in around if (it / "tsconfig.json").is_file()), None)
    target = (str(path),) if project is None else ("-p", str(project))
    folder = project or path.parent

    def read(result: SandboxResult) -> list[Problem]:
        found = [
            Problem(
                Stage.COMPILE,
                "tsc",
                Gravity.ERROR if it["kind"] == "error" else Gravity.WARNING,
                it["rule"],
                it["message"],
                place(it["path"], folder),
                int(it["line"]),
                int(it["column"]),
            )
            for it in _TSC.finditer(result.output)
        ]
        if result.status != 0 and not found:
            raise NoResultError(f"it failed: {last_line(result.output or result.errors)}")
        return found

    argv = ("--noEmit", "--pretty", "false", "--skipLibCheck", *target)
    return [ToolRun(Stage.COMPILE, _through(tsc, node), argv, read, folder, limits=_LIMITS)]


def go_runs(question: Question, programs: Programs) -> list[ToolRun]:
    """Return `go vet` of the package, or gofmt's parse where there is no module."""
    go = programs.find("go")
    path = question.subject.path
    if go is None:
        return []

    def read(result: SandboxResult) -> list[Problem]:
        found = [
            Problem(
                Stage.COMPILE,
                "go",
                # What does not compile is told after "vet:", or about other folders.
                Gravity.WARNING if not it["vet"] and it["path"].startswith("./") else Gravity.ERROR,
                "",
                it["message"],
                place(it["path"], path.parent),
                int(it["line"]),
                int(it["column"] or 0),
            )
            for it in _PLACED.finditer(result.errors)
        ]
        if result.status != 0 and not found:
            raise NoResultError(f"it failed: {last_line(result.errors)}")
        return found

    around = (it for it in path.parents if it.is_relative_to(question.subject.root))
    module = next((it for it in around if (it / "go.mod").is_file()), path.parent)
    mode = "vendor" if (module / "vendor" / "modules.txt").is_file() else "mod"
    variables = (("GOFLAGS", f"-mod={mode}"), ("GOPROXY", "off"), ("GOCACHE", f"{_SCRATCH}/go"))
    environment = (*variables, ("GOTOOLCHAIN", "local"), ("GO111MODULE", "auto"))
    return [
        ToolRun(
            Stage.COMPILE, go, ("vet", "."), read, path.parent, limits=_LIMITS,
            environment=environment,
        )
    ]  # fmt: skip


def rust_runs(question: Question, programs: Programs) -> list[ToolRun]:
    """Return `cargo check` of the crate, or rustc over the file where there is none."""
    path, root = question.subject.path, question.subject.root
    around = (it for it in path.parents if it.is_relative_to(root))
    crate = next((it for it in around if (it / "Cargo.toml").is_file()), None)
    program = programs.find("cargo" if crate is not None else "rustc")
    if program is None:
        return []
    folder = crate or path.parent
    if crate is None:
        argv: tuple[str, ...] = (
            *(
                "--edition=2021",
                "--emit=metadata",
                "--crate-type=lib",
                "-o",
                f"{_SCRATCH}/out.rmeta",
            ),
            *("--error-format=json", str(path)),
        )
    else:
        argv = ("check", "--offline", "--message-format=json", f"--target-dir={_SCRATCH}/target")

    def read(result: SandboxResult) -> list[Problem]:
        found = list(_rust_problems(f"{result.output}\n{result.errors}", folder))
        if result.status != 0 and not found:
            raise NoResultError(f"it failed: {last_line(result.errors)}")
        return found

    writes = crate is not None
    return [ToolRun(Stage.COMPILE, program, argv, read, folder, limits=_LIMITS, writes=writes)]


def rust_hint_runs(question: Question, programs: Programs) -> list[HintRun]:
    """Return the run of Rust's compiler in which it says what it would change."""
    path, text = question.subject.path, question.text

    def hints_of(run: ToolRun) -> HintRun:
        return HintRun(run, lambda done: _rust_hints(done, run.cwd, path, text))

    return [hints_of(it) for it in rust_runs(question, programs)]


def java_runs(question: Question, programs: Programs) -> list[ToolRun]:
    """Return javac over the file, with the sources of its source folder."""
    javac = programs.find("javac")
    path = question.subject.path
    if javac is None:
        return []
    package = re.search(r"^\s*package\s+([\w.]+)\s*;", question.text, re.MULTILINE)
    depth = len(package[1].split(".")) if package else 0
    source = path.parents[depth] if depth < len(path.parents) else path.parent
    argv = (
        "-proc:none",
        "-Xlint:all",
        "-d",
        f"{_SCRATCH}/out",
        "-sourcepath",
        str(source),
        str(path),
    )

    def read(result: SandboxResult) -> list[Problem]:
        text = re.sub(
            r"^([^\n]+?\.java:\d+): (?!error|warning)",
            r"\1: error: ",
            result.errors,
            flags=re.MULTILINE,
        )
        found = problems_by_line(text, Stage.COMPILE, "javac", path.parent)
        if result.status != 0 and not found:
            raise NoResultError(f"it failed: {last_line(result.errors)}")
        return found

    return [ToolRun(Stage.COMPILE, javac, argv, read, source, limits=_LIMITS)]


def _through(script: Program, node: Program) -> Program:
    """Return a script that is run by node, which sees what both need."""
    readable = tuple(dict.fromkeys((*script.readable, *node.readable)))
    is_script = b"node" in script.path.read_bytes()[:80].split(b"\n")[0]
    through = node.path if is_script else None
    return Program(script.name, script.path, readable, script.environment, through)


def _rust_messages(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if isinstance(said, dict):
            yield said["message"] if isinstance(said.get("message"), dict) else said


def _rust_hints(
    result: SandboxResult, folder: Path, path: Path, text: str
) -> Iterator[tuple[TextChange, ...]]:
    content = text.encode("utf-8", "surrogatepass")
    try:
        yield from _rust_changes(result, folder, path, content)
    except (TypeError, LookupError, AttributeError, ValueError):
        # Whoever says something else suggests nothing more.
        return


def _rust_changes(
    result: SandboxResult, folder: Path, path: Path, content: bytes
) -> Iterator[tuple[TextChange, ...]]:
    for message in _rust_messages(f"{result.output}\n{result.errors}"):
        for child in message.get("children") or ():
            spans = child.get("spans") or ()
            parts = [it for it in spans if it.get("suggested_replacement") is not None]
            is_usable = all(
                it.get("suggestion_applicability") in ("MachineApplicable", "MaybeIncorrect")
                and place(it["file_name"], folder) == path
                for it in parts
            )
            if parts and is_usable:
                yield tuple(_rust_change(it, content) for it in parts)


def _rust_change(part: dict[str, Any], content: bytes) -> TextChange:
    start, end = (
        len(content[: int(part[it])].decode("utf-8", "ignore")) for it in ("byte_start", "byte_end")
    )
    return TextChange(Span(start, end), str(part["suggested_replacement"]))


def _rust_problems(text: str, folder: Path) -> list[Problem]:
    found = []
    for message in _rust_messages(text):
        spans = [it for it in message.get("spans") or () if it.get("is_primary")]
        if message.get("level") not in ("error", "warning") or not spans:
            continue
        code = (message.get("code") or {}).get("code") or ""
        found.append(
            Problem(
                Stage.COMPILE,
                "rustc",
                Gravity.ERROR if message["level"] == "error" else Gravity.WARNING,
                code,
                str(message.get("message", "")),
                place(spans[0]["file_name"], folder),
                int(spans[0]["line_start"]),
                int(spans[0]["column_start"]),
            )
        )
    return found
