"""Own how each style's own tool judges comments: above stubs with the names of real symbols.

A stub has the names, parameters and exceptions of a symbol and no code, so that it can be judged
alone. This module must not write comments.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.doc_tools import doxygen
from benchmarks.language_oracles import PARTS
from glossator_indexer.types import NOTHING, Symbol

_GO = PARTS / "root/usr/lib/go-1.19"
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


@dataclass(frozen=True, slots=True)
class Commented:
    """A symbol with a comment that was rendered without indentation."""

    symbol: Symbol
    comment: str


Judge = Callable[[Sequence[Commented]], list[str]]


def ruff(convention: str) -> Judge:
    """Return a judge of docstrings: ruff's pydocstyle rules in a convention."""

    def judge(commented: Sequence[Commented]) -> list[str]:
        lines: list[str] = ['"""Stubs."""', ""]
        for number, it in enumerate(commented):
            names = ", ".join(_python(p.name) for p in it.symbol.parameters)
            head = "async def" if it.symbol.is_generator else "def"
            lines += ["", f"{head} f{number}({names}):", _set_in(it.comment)]
            lines += [f"    raise {name}" for name in it.symbol.raises]
            lines += ["    yield 1" if it.symbol.is_generator else "    return 1", ""]
        path = Path(sys.executable).with_name("ruff")
        # D401 judges the mood of a verb; D413, D407 and their like are in no convention used here.
        command = [str(path), "check", "--isolated", "--select", "D", "--ignore", "D401,D404"]
        command += ["--config", f'lint.pydocstyle.convention="{convention}"']
        command += ["--output-format", "concise", "--no-cache", "-"]
        return _complaints(command, "\n".join(lines) + "\n", r"^-:\d+:\d+: .*")

    return judge


def eslint(commented: Sequence[Commented]) -> list[str]:
    """Judge JSDoc by eslint-plugin-jsdoc's recommended rules."""
    lines: list[str] = []
    for number, it in enumerate(commented):
        names = ", ".join(
            _javascript(p.name, [m.name for m in p.members])
            for p in it.symbol.parameters
            if not p.name.startswith("<") and not p.described_inside
        )
        star = "*" if it.symbol.is_generator else ""
        value = "yield 1;" if it.symbol.is_generator else "return 1;"
        if it.symbol.return_type == NOTHING:
            value = ""
        lines += [it.comment, f"export function{star} f{number}({names}) {{ {value} }}", ""]
    with tempfile.TemporaryDirectory(dir=PARTS) as folder:
        (Path(folder) / "eslint.config.mjs").write_text(_ESLINT, "utf-8")
        (Path(folder) / "stubs.mjs").write_text("\n".join(lines), "utf-8")
        command = ["node", str(PARTS / "node_modules/eslint/bin/eslint.js"), "stubs.mjs"]
        return _complaints(command, "", r"^\s+\d+:\d+\s+.*", folder)


def tsdoc(commented: Sequence[Commented]) -> list[str]:
    """Judge comments by the parser of @microsoft/tsdoc, one by one."""
    comments = json.dumps([it.comment for it in commented])
    command = ["node", "-e", _TSDOC]
    ran = subprocess.run(
        command, input=comments.encode(), capture_output=True, check=True, cwd=PARTS
    )
    return [text for said in json.loads(ran.stdout) for text in said]


def javac(commented: Sequence[Commented]) -> list[str]:
    """Judge Javadoc by the compiler's own doclint, all groups."""
    lines = ["/** Stubs. */", "public final class Stubs {", "/** Makes none. */ private Stubs() {}"]
    raised = {name for it in commented for name in it.symbol.raises}
    plain = {it: f"E{number}" for number, it in enumerate(sorted(raised))}
    for name in plain.values():
        lines.append(f"/** An error. */ public static class {name} extends Exception {{")
        lines.append(f"/** Makes it. */ public {name}() {{}} }}")
    for number, it in enumerate(commented):
        comment = it.comment
        for name in it.symbol.raises:
            comment = comment.replace(f"@throws {name} ", f"@throws {plain[name]} ")
        types = [p.name for p in it.symbol.parameters if p.name.startswith("<")]
        generic = f"<{', '.join(it.strip('<>') for it in types)}> " if types else ""
        names = ", ".join(
            f"Object {p.name}" for p in it.symbol.parameters if not p.name.startswith("<")
        )
        throws = (
            f" throws {', '.join(plain[name] for name in it.symbol.raises)}"
            if it.symbol.raises
            else ""
        )
        kind = "void" if it.symbol.return_type == NOTHING else "Object"
        body = "" if kind == "void" else "return null;"
        lines += [comment, f"public static {generic}{kind} f{number}({names}){throws} {{ {body} }}"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Stubs.java"
        path.write_text("\n".join([*lines, "}", ""]), "utf-8")
        command = [
            "javac",
            "-Xdoclint:all",
            "-Xmaxwarns",
            "9999",
            "-Xmaxerrs",
            "9999",
            "-encoding",
            "utf-8",
        ]
        return _complaints([*command, "-d", folder, str(path)], "", r"^.*Stubs\.java:\d+: .*")


def rustdoc(commented: Sequence[Commented]) -> list[str]:
    """Judge Rust comments by rustdoc and its lints."""
    lines = [
        "//! Stubs.",
        "#![warn(rustdoc::all)]",
        "#![allow(rustdoc::private_intra_doc_links)]",
    ]
    for number, it in enumerate(commented):
        names = ", ".join(f"a{at}: u8" for at, _ in enumerate(it.symbol.parameters))
        lines += [
            it.comment,
            f"pub unsafe fn f{number}({names}) -> Result<(), ()> {{ Ok(()) }}",
            "",
        ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stubs.rs"
        path.write_text("\n".join(lines), "utf-8")
        command = ["rustdoc", "--crate-type", "lib", "--out-dir", folder, str(path)]
        said = _complaints(command, "", r"^(?:warning|error).*")
        tests = ["rustdoc", "--test", "--crate-type", "lib", str(path)]
        ran = subprocess.run(tests, capture_output=True, check=False, timeout=600)
        # Words that became an example would be compiled.
        accidental = re.findall(rb"^test stubs.*", ran.stdout, re.MULTILINE)
    return [*said, *(it.decode() for it in accidental)]


def gofmt(commented: Sequence[Commented]) -> list[str]:
    """Judge Go comments: gofmt leaves them as they are, and go vet has nothing to say."""
    lines = ["// Package stubs has stubs.", "package stubs", ""]
    for number, it in enumerate(commented):
        lines += [
            f"type t{number} int",
            "",
            it.comment,
            f"func (t{number}) {it.symbol.name}() {{}}",
            "",
        ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stubs.go"
        path.write_text("\n".join(lines), "utf-8")
        environment = {**os.environ, "GOROOT": str(_GO), "GOCACHE": folder, "GO111MODULE": "off"}
        formatted = subprocess.run(
            [str(_GO / "bin/gofmt"), "-d", str(path)],
            capture_output=True,
            check=False,
            env=environment,
        )
        diff = formatted.stdout.decode() + formatted.stderr.decode()
        changed = re.findall(r"^[-+](?![-+]).*|^.*\.go:\d+.*", diff, re.MULTILINE)
        vetted = subprocess.run(
            [str(_GO / "bin/go"), "vet", str(path)],
            capture_output=True,
            check=False,
            env=environment,
        )
        said = re.findall(r"stubs\.go:\d+.*", vetted.stderr.decode())
    return [*changed, *said]


def doxygen_stubs(commented: Sequence[Commented]) -> list[str]:
    """Judge by Doxygen, above prototypes."""
    lines: list[str] = ["/** @file */", ""]
    for number, it in enumerate(commented):
        types = [p.name.strip("<>") for p in it.symbol.parameters if p.name.startswith("<")]
        generic = f"template <{', '.join(f'class {t}' for t in types)}> " if types else ""
        names = ", ".join(
            p.name if p.name == "..." else f"int {p.name}"
            for p in it.symbol.parameters
            if p.name and not p.name.startswith("<")
        )
        kind = "void" if it.symbol.return_type == NOTHING else "int"
        lines += [it.comment, f"{generic}{kind} f{number}({names});", ""]
    return [it.message for it in doxygen.complaints({"stubs.hpp": "\n".join(lines)})]


def _complaints(
    command: Sequence[str], stdin: str, pattern: str, folder: str | None = None
) -> list[str]:
    ran = subprocess.run(
        command, input=stdin.encode(), capture_output=True, check=False, timeout=600, cwd=folder
    )
    said = ran.stdout.decode("utf-8", "replace") + ran.stderr.decode("utf-8", "replace")
    return re.findall(pattern, said, re.MULTILINE)


def _set_in(comment: str) -> str:
    lines = comment.split("\n")
    return "\n".join(f"    {it}" if it else it for it in lines)


def _python(name: str) -> str:
    return name


def _javascript(name: str, members: Sequence[str]) -> str:
    return name or (f"{{{', '.join(members)}}}" if members else "[first]")


JUDGES: Mapping[str, Judge] = {
    "google": ruff("google"),
    "numpy": ruff("numpy"),
    "rest": ruff("pep257"),
    "jsdoc": eslint,
    "tsdoc": tsdoc,
    "javadoc": javac,
    "rustdoc": rustdoc,
    "godoc": gofmt,
    "doxygen": doxygen_stubs,
}
