"""Own which tools judge the comments of each style, and with which settings.

A judge says only what a comment adds: what its tool says of the bare stubs too is the code's. Where
a tool is missing, the judge says so by `ToolMissingError`. This module must not write comments.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from shutil import which
from typing import TypeVar

from benchmarks.doc_tools import doxygen, stubs
from benchmarks.doc_tools.stubs import Commented
from benchmarks.language_oracles import PARTS

_GO = PARTS / "root/usr/lib/go-1.19"
_ENVIRONMENT = PARTS / "venv/bin"
_CLANG = Path(__file__).parent.parent / "oracles/clang_documentation.py"
_TSDOC = """
const {TSDocParser} = require('@microsoft/tsdoc');
const comments = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const said = comments.map(it => new TSDocParser().parseString(it).log.messages.map(m => m.text));
console.log(JSON.stringify(said));
"""
_ESLINT = """
import jsdoc from 'eslint-plugin-jsdoc';
export default [jsdoc.configs['flat/recommended'], {rules: {
  'jsdoc/no-undefined-types': 'off', 'jsdoc/require-jsdoc': 'off', 'jsdoc/valid-types': 'error',
  'jsdoc/tag-lines': ['error', 'never', {startLines: 1}], 'jsdoc/reject-any-type': 'off',
  'jsdoc/reject-function-type': 'off'}}];
"""


class ToolMissingError(Exception):
    """The tool of a judge is not there; the message says what to do."""


Judge = Callable[[Sequence[Commented]], list[str]]
# Of the texts of real files, each as it was and with comments.
InPlaceJudge = Callable[[Sequence[tuple[str, str]]], list[str]]
Judged = TypeVar("Judged")


def judged(
    judges: Mapping[str, Callable[[Sequence[Judged]], list[str]]], given: Sequence[Judged]
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return each tool's complaints, and why a tool has judged nothing."""
    complaints: dict[str, list[str]] = {}
    missing: dict[str, str] = {}
    for tool, judge in judges.items():
        try:
            complaints[tool] = judge(given)
        except ToolMissingError as error:
            missing[tool] = str(error)
    return complaints, missing


def ruff(convention: str, commented: Sequence[Commented]) -> list[str]:
    """Judge docstrings by every rule of pydocstyle that the convention knows."""
    command = [*_ruff(convention), "-"]
    return _complaints(command, stubs.python(commented), r"^-:\d+:\d+: (.*)")


def _ruff(convention: str) -> list[str]:
    command = [str(Path(sys.executable).with_name("ruff")), "check", "--isolated", "--select", "D"]
    command += ["--config", f'lint.pydocstyle.convention="{convention}"']
    return [*command, "--output-format", "concise", "--no-cache"]


# Whether every argument and every value has a type is the code's matter: we repeat those that there
# are, and NumPy's sections of values have to name one.
_WHO_HAS_TYPES = re.compile(r"DOC(106|107|108|109|110|111)\b|DOC203.*annotation has 0 type")
_PYDOCLINT = {
    "google": ("--arg-type-hints-in-docstring=False", "--check-return-types=False"),
    "numpy": ("--arg-type-hints-in-docstring=True", "--check-return-types=True"),
    "sphinx": (
        "--arg-type-hints-in-docstring=False",
        "--check-return-types=False",
        # As Sphinx reads them: `:param args:`.
        "--omit-stars-when-documenting-varargs=True",
    ),
}


def pydoclint(style: str, commented: Sequence[Commented]) -> list[str]:
    """Judge docstrings against signatures, short ones too; types as the code has them."""
    program = _fetched(_ENVIRONMENT / "pydoclint", "python")
    options = (
        f"--check-yield-types={style == 'numpy'}",
        "--skip-checking-short-docstrings=False",
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stubs.py"
        # numpydoc's guide asks for "optional", which pydoclint takes for a part of the type.
        text = re.sub(r"(?m)^( +\S+ : .*), optional$", r"\1", stubs.python(commented))
        path.write_text(text, "utf-8")
        settings = Path(folder) / "none.toml"
        settings.write_text("[tool.pydoclint]\n", "utf-8")
        command = [program, "-q", f"--style={style}", *options, f"--config={settings}"]
        command += ["--ignore-underscore-only-args=False", *_PYDOCLINT[style], str(path)]
        said = _complaints(command, "", r"^\s+\d+: (DOC\d+:.*)", folder)
    settled = {_function(it) for it in said if _is_of_private_arguments(it)}
    return [
        it
        for it in said
        if not _WHO_HAS_TYPES.match(it)
        and not (re.match(r"DOC10[123]", it) and _function(it) in settled)
    ]


def _is_of_private_arguments(said: str) -> bool:
    """Say whether only `_names` are told or left out against pydoclint's one setting for all."""
    listed = said.partition("Arguments in ")[2]
    names = re.findall(r"(?<=[\[ ])\*{0,2}(\w+): (?!\[)", listed)
    return said.startswith("DOC103") and bool(names) and all(it.startswith("_") for it in names)


def _function(said: str) -> str:
    return said.partition("`")[2].partition("`")[0]


def eslint(commented: Sequence[Commented]) -> list[str]:
    """Judge JSDoc by eslint-plugin-jsdoc's recommended rules."""
    program = _fetched(PARTS / "node_modules/eslint/bin/eslint.js", "node")
    with tempfile.TemporaryDirectory(dir=PARTS) as folder:
        (Path(folder) / "eslint.config.mjs").write_text(_ESLINT, "utf-8")
        (Path(folder) / "stubs.mjs").write_text(stubs.javascript(commented), "utf-8")
        return _complaints(["node", program, "stubs.mjs"], "", r"^\s+\d+:\d+\s+(.*)", folder)


def tsc(commented: Sequence[Commented]) -> list[str]:
    """Judge JSDoc by what TypeScript's `checkJs` reads in it, strictly."""
    program = _fetched(PARTS / "node_modules/typescript/bin/tsc", "node")
    options = {"checkJs": True, "noEmit": True, "strict": True, "target": "es2022", "types": []}
    settings = {"compilerOptions": {**options, "module": "esnext"}, "files": ["stubs.mjs"]}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tsconfig.json").write_text(json.dumps(settings), "utf-8")

        def said(text: str) -> list[str]:
            (Path(folder) / "stubs.mjs").write_text(text, "utf-8")
            return _complaints(["node", program], "", r"^stubs\.mjs\(\d+,\d+\): (.*)", folder)

        return _added(said(stubs.javascript(_bare(commented))), said(stubs.javascript(commented)))


def tsdoc(commented: Sequence[Commented]) -> list[str]:
    """Judge comments by the parser of @microsoft/tsdoc, one by one."""
    _fetched(PARTS / "node_modules/@microsoft/tsdoc/package.json", "node")
    comments = json.dumps([it.comment for it in commented])
    command = [_installed("node", "nodejs"), "-e", _TSDOC]
    return [text for said in json.loads(_answer(command, comments, PARTS)) for text in said]


def javac(commented: Sequence[Commented]) -> list[str]:
    """Judge Javadoc by the compiler's own doclint, all groups."""
    program = _installed("javac", "default-jdk-headless")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Stubs.java"
        path.write_text(stubs.java(commented), "utf-8")
        command = [program, "-Xdoclint:all", "-Xmaxwarns", "9999", "-Xmaxerrs", "9999"]
        command += ["-encoding", "utf-8", "-d", folder, str(path)]
        return _complaints(command, "", r"^.*Stubs\.java:\d+: (.*)")


def rustdoc(commented: Sequence[Commented]) -> list[str]:
    """Judge Rust comments by rustdoc and its lints; words must not have become an example."""
    program = _installed("rustdoc", "rustc")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stubs.rs"
        path.write_text(stubs.rust(commented), "utf-8")
        command = [program, "--crate-type", "lib", "--out-dir", folder, str(path)]
        said = _complaints(command, "", r"^(?:warning|error).*")
        tests = [program, "--test", "--crate-type", "lib", str(path)]
        return [*said, *_complaints(tests, "", r"^test stubs.*")]


def gofmt(commented: Sequence[Commented]) -> list[str]:
    """Judge Go comments: gofmt leaves them as they are."""
    return _go(commented, [_fetched(_GO / "bin/gofmt", "go"), "-d"], _CHANGED)


_CHANGED = r"^[-+](?![-+]).*|^.*\.go:\d+.*"


def go_vet(commented: Sequence[Commented]) -> list[str]:
    """Judge Go comments by `go vet`."""
    return _go(commented, [_fetched(_GO / "bin/go", "go"), "vet"], r"stubs\.go:\d+:\d+: (.*)")


def staticcheck(commented: Sequence[Commented]) -> list[str]:
    """Judge Go comments by all checks, those of comments (ST1020 to ST1022) included."""
    program = _fetched(PARTS / "root/usr/bin/go-staticcheck", "go")
    _fetched(_GO / "bin/go", "go")
    said = partial(_go, command=[program, "-checks", "all"], pattern=r"^.*stubs\.go:\d+:\d+: (.*)")
    return _added(said(_bare(commented)), said(commented))


def _go(commented: Sequence[Commented], command: Sequence[str], pattern: str) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stubs.go"
        path.write_text(stubs.go(commented), "utf-8")
        environment = {
            **os.environ,
            "GOROOT": str(_GO),
            "GOCACHE": folder,
            "GO111MODULE": "off",
            "XDG_CACHE_HOME": folder,
            "PATH": f"{_GO / 'bin'}:{os.environ['PATH']}",
        }
        return _complaints([*command, str(path)], "", pattern, folder, environment)


def doxygen_itself(commented: Sequence[Commented]) -> list[str]:
    """Judge by Doxygen, above prototypes."""
    _installed("doxygen", "doxygen")
    return [it.message for it in doxygen.complaints({"stubs.hpp": stubs.cpp(commented)})]


def clang(commented: Sequence[Commented]) -> list[str]:
    """Judge by clang's -Wdocumentation, pedantic: in C what can be declared there, else in C++.

    Each comment alone: clang names an unknown command once a file.
    """
    texts = {"c": dict[str, str](), "c++": dict[str, str]()}
    for number, it in enumerate(commented):
        language = "c" if stubs.is_c(it) else "c++"
        texts[language][f"stub{number}.h"] = stubs.cpp([it])
    return [
        complaint
        for language, files in texts.items()
        for told in _clang_documentation(files, ["-x", language]).values()
        for complaint in told
    ]


def _clang_documentation(
    texts: Mapping[str, str], options: Sequence[str]
) -> Mapping[str, list[str]]:
    """Return what -Wdocumentation says of each text, by its name."""
    python = _fetched(_ENVIRONMENT / "python", "cpp")
    command = [python, str(_CLANG), *options]
    told: dict[str, list[str]] = json.loads(_answer(command, json.dumps(texts), PARTS))
    return told


def ruff_in_place(convention: str, texts: Sequence[tuple[str, str]]) -> list[str]:
    """Judge docstrings where they stand, in classes and functions of real files."""
    command = [*_ruff(convention), "."]
    found: list[list[str]] = []
    for version in zip(*texts, strict=True):
        with tempfile.TemporaryDirectory() as folder:
            for number, text in enumerate(version):
                (Path(folder) / f"file{number}.py").write_text(text, "utf-8")
            found.append(_complaints(command, "", r"^file\d+\.py:\d+:\d+: (D.*)", folder))
    return _added(*found)


def clang_in_place(texts: Sequence[tuple[str, str]]) -> list[str]:
    """Judge by -Wdocumentation where comments stand, whatever headers are missing there."""
    before, after = (
        _clang_documentation({f"file{at}.h": it for at, it in enumerate(version)}, ["-x", "c++"])
        for version in zip(*texts, strict=True)
    )
    return [it for path, told in after.items() for it in _added(before[path], told)]


IN_PLACE: Mapping[str, Mapping[str, InPlaceJudge]] = {
    "doxygen": {"clang, in the files": clang_in_place},
    "google": {"ruff, in the files": partial(ruff_in_place, "google")},
    "numpy": {"ruff, in the files": partial(ruff_in_place, "numpy")},
    "rest": {"ruff, in the files": partial(ruff_in_place, "pep257")},
}


def _bare(commented: Sequence[Commented]) -> list[Commented]:
    return [replace(it, comment="") for it in commented]


def _added(before: Sequence[str], after: Sequence[str]) -> list[str]:
    return list((Counter(after) - Counter(before)).elements())


def _fetched(path: Path, oracle: str) -> str:
    if not path.exists():
        advice = f"run benchmarks/oracles/fetch.sh {oracle}"
        raise ToolMissingError(f"{path.name} is not there: {advice}")
    return str(path)


def _installed(program: str, package: str) -> str:
    path = which(program)
    if path is None:
        raise ToolMissingError(f"{program} is not there: apt-get install {package}")
    return path


def _answer(command: Sequence[str], stdin: str, folder: Path) -> str:
    ran = subprocess.run(
        command, input=stdin.encode(), capture_output=True, check=False, timeout=600, cwd=folder
    )
    if ran.returncode != 0:
        said = ran.stderr.decode("utf-8", "replace").strip()
        raise ToolMissingError(f"{Path(command[0]).name} failed: {said[-200:]}")
    return ran.stdout.decode("utf-8")


def _complaints(
    command: Sequence[str],
    stdin: str,
    pattern: str,
    folder: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> list[str]:
    try:
        ran = subprocess.run(
            command,
            input=stdin.encode(),
            capture_output=True,
            check=False,
            timeout=600,
            cwd=folder,
            env=environment,
        )
    except FileNotFoundError as error:
        raise ToolMissingError(f"{command[0]} is not there") from error
    said = ran.stdout.decode("utf-8", "replace") + ran.stderr.decode("utf-8", "replace")
    found = re.findall(pattern, said, re.MULTILINE)
    if ran.returncode != 0 and not found:
        # A tool that fails and names no line has judged nothing.
        raise ToolMissingError(f"{Path(command[0]).name} failed: {said.strip()[-200:]}")
    return found


JUDGES: Mapping[str, Mapping[str, Judge]] = {
    "doxygen": {"doxygen": doxygen_itself, "clang": clang},
    "google": {"ruff": partial(ruff, "google"), "pydoclint": partial(pydoclint, "google")},
    "numpy": {"ruff": partial(ruff, "numpy"), "pydoclint": partial(pydoclint, "numpy")},
    "rest": {"ruff": partial(ruff, "pep257"), "pydoclint": partial(pydoclint, "sphinx")},
    "jsdoc": {"eslint-plugin-jsdoc": eslint, "tsc": tsc},
    "tsdoc": {"@microsoft/tsdoc": tsdoc},
    "godoc": {"gofmt": gofmt, "go vet": go_vet, "staticcheck": staticcheck},
    "rustdoc": {"rustdoc": rustdoc},
    "javadoc": {"javac": javac},
}
