"""The examples for CI do what their page says: their commands are run on a repository."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/check-comments-in-ci.md").read_text("utf-8")
ENVIRONMENT = {
    **os.environ,
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    "GITHUB_BASE_REF": "main",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    **{
        f"GIT_{who}_{what}": "x@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
}
UNDOCUMENTED = "int {}(int a)\n{{\n\treturn a;\n}}\n"


def example(file: str) -> Any:  # noqa: ANN401 -- whatever YAML holds
    match = re.search(
        rf"^```yaml file={re.escape(file)}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE
    )
    assert match is not None
    return yaml.safe_load(match[1])


def run(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    # As a runner does where a step names no shell.
    words = ["bash", "-e", "-c", command]
    return subprocess.run(words, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True)


@pytest.fixture
def repository(tmp_path: Path, git: str) -> Path:
    """Return a repository whose branch adds one file, touches one and deletes one."""
    folder = tmp_path / "repository"
    folder.mkdir()

    def do(*words: str) -> None:
        subprocess.run([git, *words], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)

    do("init", "-q", "-b", "main")
    for name in ("old", "touched", "gone"):
        (folder / f"{name}.c").write_text(UNDOCUMENTED.format(name), "utf-8")
    do("add", ".")
    do("commit", "-qm", "base")
    do("update-ref", "refs/remotes/origin/main", "HEAD")
    (folder / "a new one.c").write_text(UNDOCUMENTED.format("fresh"), "utf-8")
    (folder / "touched.c").write_text("\n" + UNDOCUMENTED.format("touched"), "utf-8")
    (folder / "notes.txt").write_text("words\n", "utf-8")
    do("rm", "-q", "gone.c")
    do("add", ".")
    do("commit", "-qm", "change")
    return folder


def test_the_workflow_reports_what_a_change_touches(repository: Path) -> None:
    steps = example(".github/workflows/comments.yml")["jobs"]["comments"]["steps"]
    (command,) = [it["run"] for it in steps if "glossator document" in it.get("run", "")]
    (upload,) = [it for it in steps if "upload-sarif" in it.get("uses", "")]
    assert upload["if"] == "always()"
    done = run(command, repository)
    assert done.returncode == 1, done.stderr
    log = json.loads((repository / upload["with"]["sarif_file"]).read_text("utf-8"))
    places = [
        it["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for it in log["runs"][0]["results"]
    ]
    assert places == ["a%20new%20one.c", "touched.c"]
    assert "Traceback" not in done.stderr


def test_the_workflow_passes_where_nothing_is_found(repository: Path) -> None:
    steps = example(".github/workflows/comments.yml")["jobs"]["comments"]["steps"]
    (command,) = [it["run"] for it in steps if "glossator document" in it.get("run", "")]
    subprocess.run(["git", "reset", "-q", "--hard", "origin/main"], cwd=repository, check=True)
    assert run(command, repository).returncode == 0


def test_the_hook_checks_the_files_that_it_is_given(repository: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    configured = example(".pre-commit-config.yaml")["repos"][0]["hooks"]
    assert [it["id"] for it in configured] == [hook["id"]]
    assert {"id", "name", "entry", "language"} <= hook.keys()
    # pre-commit puts the names of the files behind the entry.
    done = run(f"{hook['entry']} 'a new one.c' touched.c", repository)
    assert done.returncode == 1
    assert re.findall(r"^(.*?):\d+: missing", done.stdout, re.MULTILINE) == [
        "a new one.c",
        "touched.c",
    ]
    (repository / "empty.c").write_text("", "utf-8")
    assert run(f"{hook['entry']} empty.c", repository).returncode == 0


def test_the_hook_is_asked_for_every_language_that_has_a_style() -> None:
    from glossator_indexer.styles import STYLES

    tags = {"cpp": "c++", "typescript": "ts", "typescriptreact": "tsx", "javascriptreact": "jsx"}
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    languages = {language for style in STYLES.values() for language in style.languages}
    assert {tags.get(it, it) for it in languages} <= set(hook["types_or"])
