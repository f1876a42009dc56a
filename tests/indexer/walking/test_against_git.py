"""The walk agrees with git itself on trees and ignore files that nobody thought of."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glossator_indexer.walking import RepositoryWalker, git_repository

FOLDERS = st.sampled_from(["a", "b", "foo", "a b", "é"])
FILES = st.sampled_from(
    ["a.c", "b.c", "foo.h", "x[1].c", "é.c", "a b.c", "#x.c", "!x.c", "\\.c", "ab.c"]
)
PATHS = st.tuples(st.lists(FOLDERS, max_size=3), FILES).map(lambda it: "/".join((*it[0], it[1])))
LETTERS = st.sampled_from(["a", "b", "ab", "foo", "é", ".c", ".h", " ", "\t", "!", "#", "x[1]"])
GLOBS = st.sampled_from(["*", "**", "/", "/**/", "?", "\\*", "\\", "\\ "])
SETS = st.sampled_from(
    ["[ab]", "[!a]", "[^b-z]", "[[:alpha:]]", "[]a]", "[a-", "[a-c.]", "[[:nope:]]"]
)
LINES = st.builds(
    lambda sign, slash, pieces, end: sign + slash + "".join(pieces) + end,
    st.sampled_from(["", "", "!", "#", "\\!"]),
    st.sampled_from(["", "/"]),
    st.lists(LETTERS | GLOBS | SETS, min_size=1, max_size=5),
    st.sampled_from(["", "", "/", " ", "\r", "  ", "\\ "]),
)
IGNORE_FILES = st.dictionaries(
    st.lists(FOLDERS, max_size=2).map("/".join), st.lists(LINES, min_size=1, max_size=5), max_size=3
)


# Where patterns can stand beside `.gitignore`, and what settings may say of that. "own" is relative
# to the work tree.
PATTERN_FILES = st.fixed_dictionaries(
    {it: st.lists(LINES, max_size=2) for it in ("home/one", "home/.config/git/ignore", "tree/own")}
)
EXCLUDES = st.sampled_from(["~/one", "own", "", '"~/"one # why', "~/none", "{home}/one"])
SETTINGS = st.dictionaries(
    st.sampled_from(["system", "home/.config/git/config", "home/.gitconfig", "repository"]),
    EXCLUDES,
    max_size=2,
)


@dataclass(frozen=True, slots=True)
class Planted:
    """A repository in a folder of its own, beside the home folder of its user."""

    base: Path
    tree: Path
    git: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.base / "home"),
            "XDG_CONFIG_HOME": str(self.base / "home/.config"),
            "GIT_CONFIG_SYSTEM": str(self.base / "system"),
        }

    def run(self, *command: str, given: str = "") -> bytes:
        return subprocess.run(
            ["git", *command],
            cwd=self.tree,
            env=self.environment,
            input=given.encode(),
            capture_output=True,
            check=True,
        ).stdout

    def listed(self) -> set[str]:
        out = self.run("ls-files", "-z", "-c", "-o", "--exclude-standard")
        return {os.fsdecode(it) for it in out.split(b"\0") if it}

    def track(self, paths: Iterable[str]) -> None:
        self.run("add", "-f", "--pathspec-from-file=-", given="\n".join(map(literal, paths)))


def literal(path: str) -> str:
    return '":(literal)' + path.replace("\\", "\\\\") + '"'


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Planted]:
    """Return what makes an empty repository: `.git` is its folder, or names it as "worktree"."""

    def planted(layout: str) -> Planted:
        base = Path(tempfile.mkdtemp(dir=tmp_path)).resolve()
        tree = base / "tree"
        common = (base / "main" if layout == "worktree" else tree) / ".git"
        for folder in ("objects", "refs", "info"):
            (common / folder).mkdir(parents=True)
        (common / "HEAD").write_text("ref: refs/heads/main\n", "utf-8")
        if layout == "worktree":
            own = common / "worktrees/one"
            write(own, "HEAD", "ref: refs/heads/one\n")
            write(own, "commondir", "../..\n")
            write(own, "gitdir", f"{tree}/.git\n")
            write(tree, ".git", "gitdir: ../main/.git/worktrees/one\n")
        (base / "home").mkdir()
        made = Planted(base, tree, common)
        monkeypatch.setenv("HOME", made.environment["HOME"])
        monkeypatch.setenv("XDG_CONFIG_HOME", made.environment["XDG_CONFIG_HOME"])
        monkeypatch.setattr(git_repository, "SYSTEM_CONFIG", made.environment["GIT_CONFIG_SYSTEM"])
        return made

    return planted


def write(root: Path, path: str, content: str = "") -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode())


def check_as_git(planted: Planted) -> None:
    root = planted.tree
    everything = {
        (Path(folder) / it).relative_to(root).as_posix()
        for folder, _, names in os.walk(root)
        for it in names
    }
    # What is tracked need not be there.
    expected = {it for it in planted.listed() & everything if it.endswith((".c", ".h"))}
    walker = RepositoryWalker(root)
    assert {it.path for it in walker.walk()} == expected
    assert {it for it in everything if walker.found(it) is not None} == expected


needs_git = pytest.mark.usefixtures("git")
many_examples = settings(
    max_examples=int(os.environ.get("GLOSSATOR_GIT_EXAMPLES", "80")),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@needs_git
@many_examples
@given(
    paths=st.lists(PATHS, min_size=1, max_size=12),
    ignore_files=IGNORE_FILES,
    own=st.lists(LINES, max_size=2),
)
def test_random_trees_are_listed_as_git_lists_them(
    paths: list[str],
    ignore_files: dict[str, list[str]],
    own: list[str],
    plant: Callable[[str], Planted],
) -> None:
    planted = plant("folder")
    plant_files(planted, paths, ignore_files, own)
    check_as_git(planted)


@needs_git
@many_examples
@given(
    paths=st.lists(PATHS, min_size=1, max_size=12),
    ignore_files=IGNORE_FILES,
    hidden=st.sampled_from(["*", "/*", "a", "*.c", "foo/", "a/b"]),
    tracked=st.sets(st.integers(0, 11), min_size=1),
    gone=st.sets(st.integers(0, 11), max_size=1),
    version=st.sampled_from([2, 3, 4]),
    layout=st.sampled_from(["folder", "worktree"]),
    is_split=st.booleans(),
)
def test_what_is_tracked_is_found_whatever_the_rules_say(
    paths: list[str],
    ignore_files: dict[str, list[str]],
    hidden: str,
    tracked: set[int],
    gone: set[int],
    version: int,
    layout: str,
    is_split: bool,  # noqa: FBT001 -- an example of a strategy
    plant: Callable[[str], Planted],
) -> None:
    planted = plant(layout)
    ignore_files[""] = [hidden, *ignore_files.get("", [])]
    plant_files(planted, paths, ignore_files, [])
    planted.run("update-index", "--index-version", str(version))
    chosen = sorted({it for at, it in enumerate(paths) if at in tracked})
    planted.track(chosen[::2])
    if is_split:
        planted.run("update-index", "--split-index")
    planted.track(chosen[1::2])
    if version == 3:
        # Only what is to be added, as git says, needs this version.
        planted.run("add", "-f", "-N", "--", *(f":(literal){it}" for it in chosen[-1:]))
    for path in {it for at, it in enumerate(paths) if at in gone}:
        planted.run("rm", "-q", "--cached", "--ignore-unmatch", "--", f":(literal){path}")
    check_as_git(planted)


@needs_git
@many_examples
@given(
    paths=st.lists(PATHS, min_size=1, max_size=12),
    patterns=PATTERN_FILES,
    said=SETTINGS,
    layout=st.sampled_from(["folder", "worktree"]),
)
def test_patterns_are_read_where_settings_say(
    paths: list[str],
    patterns: dict[str, list[str]],
    said: dict[str, str],
    layout: str,
    plant: Callable[[str], Planted],
) -> None:
    planted = plant(layout)
    plant_files(planted, paths, {}, [])
    for place, lines in patterns.items():
        write(planted.base, place, "\n".join(lines))
    for place, value in said.items():
        file = planted.git / "config" if place == "repository" else planted.base / place
        named = value.format(home=planted.base / "home")
        write(file.parent, file.name, f"[core]\n\tExcludesFile = {named}\n")
    check_as_git(planted)


def plant_files(
    planted: Planted, paths: list[str], ignore_files: dict[str, list[str]], own: list[str]
) -> None:
    for path in paths:
        write(planted.tree, path)
    for folder, lines in ignore_files.items():
        write(planted.tree, f"{folder}/.gitignore".removeprefix("/"), "\n".join(lines))
    write(planted.git, "info/exclude", "\n".join(own))


@needs_git
def test_own_rules_have_the_last_word_over_what_is_tracked(
    plant: Callable[[str], Planted],
) -> None:
    planted = plant("folder")
    paths = ["gen/a.c", "gen/b.c", "gen/b/c.c", "gen/new.c", "out/a.c", "node_modules/a.c", "a.c"]
    rules = {"": ["gen", "out", "a.c"], "gen": ["!new.c"]}
    plant_files(planted, paths, rules, [])
    planted.track(it for it in paths if it != "gen/new.c")
    write(planted.tree, ".glossatorignore", "out\n/gen/b\n!/gen/new.c\n")
    found = {it.path for it in RepositoryWalker(planted.tree).walk()}
    assert found == {"gen/a.c", "gen/b.c", "a.c"}


@needs_git
def test_a_tracked_repository_is_entered_although_a_rule_ignores_it(
    plant: Callable[[str], Planted],
) -> None:
    planted = plant("folder")
    write(planted.tree, ".gitignore", "libs\n")
    for name in ("libs/known", "libs/other"):
        write(planted.tree, f"{name}/.git", "gitdir: nowhere\n")
        write(planted.tree, f"{name}/a.c")
    planted.run("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},libs/known")
    assert [it.path for it in RepositoryWalker(planted.tree).walk()] == ["libs/known/a.c"]
