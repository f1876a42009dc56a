"""Own what decides whether a task was done: the files that changed, and what runs afterwards.

It runs the project outside the sandbox: what a script may write is known here. It must not know how
the change came about.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.agents.projects import FOREIGN, lay_out
from benchmarks.agents.tasks import Prepared, replaced_once, test_file

_SECONDS = 120
_HAS_MAIN = re.compile(r"^int main\(", re.MULTILINE)
_CASES = re.compile(r"^1\.\.(\d+)$", re.MULTILINE)


def trouble_of(prepared: Prepared, after: Mapping[str, str]) -> str:
    """Return why a tree is not what was asked for, nothing where it is."""
    changed = changed_paths(prepared.project.files, after)
    if beyond := changed - prepared.expected:
        return f"changed {', '.join(sorted(beyond))}"
    if not changed:
        return "changed nothing"
    return trouble_of_words(prepared, after) or trouble_of_runs(prepared, after)


def changed_paths(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """Return the paths that are new, gone, or have another text."""
    return {it for it in before.keys() | after.keys() if before.get(it) != after.get(it)}


def trouble_of_words(prepared: Prepared, after: Mapping[str, str]) -> str:
    """Return what the texts alone show to be missing."""
    fields, kind = prepared.fields, prepared.task.kind
    if kind == "rename":
        word = re.compile(rf"\b{fields['function']}\b")
        left = [path for path, text in after.items() if word.search(text)]
        return f"{fields['function']} still stands in {left[0]}" if left else ""
    if kind == "extract":
        home, before = after.get(fields["home"], ""), prepared.project.files[fields["home"]]
        if home.count(f"{fields['new']}(") < 2:
            return f"{fields['new']} is not there, or not called"
        if home.count(fields["expression"]) != before.count(fields["expression"]):
            return "the expression was not moved"
    if kind == "test" and fields["new"] not in after.get(fields["file"], ""):
        return "the test is not there"
    return ""


def trouble_of_runs(prepared: Prepared, after: Mapping[str, str]) -> str:
    """Return what building and running shows, nothing where all is well."""
    trouble = _run_tests(prepared, after) or _run_probe(prepared, after)
    if trouble or prepared.project.is_foreign:
        return trouble
    if prepared.task.kind == "test":
        return _trouble_of_new_test(prepared, after)
    hidden = hidden_test(prepared)
    return _run_tests(prepared, {**after, **hidden}) if hidden else ""


def hidden_test(prepared: Prepared) -> Mapping[str, str]:
    """Return the project's own tests as they have to pass after the edit, whoever changed them."""
    fields, kind = prepared.fields, prepared.task.kind
    path = test_file(fields["home"])
    text, name = prepared.pristine[path], fields["function"]
    if kind == "rename":
        return {path: re.sub(rf"\b{name}\b", fields["new"], text)}
    if kind in ("extract", "guard", "mend"):
        return {path: text}
    if not re.search(rf"\b{name}\(", text):
        return {}
    if prepared.project.language == "python":
        return {path: _python_shim(kind, name, fields.get("argument", ""), text)}
    if kind == "swap":
        shim = f"#define {name}(a, b, ...) ({name})(b, a __VA_OPT__(,) __VA_ARGS__)"
    else:
        shim = f"#define {name}(...) ({name})(__VA_ARGS__, {fields['argument']})"
    header = Path(fields["home"]).with_suffix(".h").name
    return {path: replaced_once(text, f'#include "{header}"\n', f'#include "{header}"\n{shim}\n')}


def run_in_tree(
    files: Mapping[str, str], command: Sequence[str], folder: str = "."
) -> tuple[int, str]:
    """Return how a command ends in a fresh copy of a tree, and what it writes."""
    with tempfile.TemporaryDirectory(prefix="task-") as name:
        lay_out(files, Path(name))
        # A script may have taken away all that was in it.
        (Path(name) / folder).mkdir(parents=True, exist_ok=True)
        try:
            done = subprocess.run(
                command,
                cwd=Path(name) / folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return 1, "the time was up"
        return done.returncode, done.stdout.decode(errors="replace")


def _python_shim(kind: str, name: str, argument: str, text: str) -> str:
    arguments = "b, a, *rest" if kind == "swap" else f"a, b, *rest, {argument}"
    if kind == "parameter":
        made = f"{name} = lambda *all_: _real(*all_, {argument})"
    else:
        made = f"{name} = lambda a, b, *rest: _real({arguments})"
    return text.replace("\n\n\nclass ", f"\n\n_real = {name}\n{made}\n\n\nclass ", 1)


def _run_tests(prepared: Prepared, files: Mapping[str, str]) -> str:
    project = prepared.project
    if project.is_foreign and project.language == "c":
        return ""
    command: tuple[str, ...] = ("make", "-s", "check", "CFLAGS=-O0 -Werror -Wno-variadic-macros")
    if project.is_foreign:
        command = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider")
        command += ("-k", "not async", "-c", "/dev/null", "--rootdir", ".")
    elif project.language == "python":
        command = (sys.executable, "-m", "unittest", "-q")
    status, said = run_in_tree(files, command, project.folder)
    return "" if status == 0 else f"tests fail: {said.strip()[-400:]}"


def _run_probe(prepared: Prepared, files: Mapping[str, str]) -> str:
    probe, project = prepared.fields.get("probe"), prepared.project
    if probe is None:
        return ""
    if project.language == "python":
        command: tuple[str, ...] = (sys.executable, "-c", probe)
        status, said = run_in_tree(files, command, project.folder)
        return "" if status == 0 else f"the probe fails: {said.strip()[-400:]}"
    folders = FOREIGN[project.name.partition("/")[2]].includes if project.is_foreign else ("",)
    place = "" if project.is_foreign else f"{project.folder}/"
    sources = [
        it.removeprefix(place)
        for it, text in files.items()
        if it.startswith(place)
        and it.endswith(".c")
        and (project.is_foreign or not _HAS_MAIN.search(text))
    ]
    words = [*(f"-I{it or '.'}" for it in folders), "probe.c", *sources, "-lpthread"]
    build = f"gcc -w -std=gnu11 -Werror=implicit-function-declaration -o probe {' '.join(words)}"
    status, said = run_in_tree(
        {**files, f"{place}probe.c": probe}, ("sh", "-c", f"{build} && ./probe"), project.folder
    )
    return "" if status == 0 else f"the probe fails: {said.strip()[-400:]}"


def _trouble_of_new_test(prepared: Prepared, after: Mapping[str, str]) -> str:
    """Return why a new test is none: it does not run, or notices nothing."""
    fields, home = prepared.fields, prepared.fields["home"]
    command: tuple[str, ...] = ("make", "-s", "check")
    if prepared.project.language == "python":
        command = (sys.executable, "-m", "unittest", "-v")
    _, said = run_in_tree(after, command, prepared.project.folder)
    _, before = run_in_tree(prepared.pristine, command, prepared.project.folder)
    if said.count("ok") <= before.count("ok"):
        return "no test more was run"
    # The old tests are out of the way: what notices the fault is the new one.
    broken = {**after, home: replaced_once(after[home], fields["find"], fields["broken"])}
    status, said = run_in_tree(broken, command, prepared.project.folder)
    return "the new test does not notice the fault" if status == 0 else ""
