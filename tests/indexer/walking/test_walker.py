"""What a walk finds, what it leaves out and what it says of it: trees as data."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from glossator_gate.policy.globs import matcher
from glossator_indexer.errors import IndexUnavailableError
from glossator_indexer.records import FoundFile, Trust
from glossator_indexer.walking import RepositoryWalker, WalkOptions
from glossator_indexer.walking.walker import MOST_PROBLEMS

SOURCE = "int f(void);\n"


def plant(root: Path, tree: dict[str, str]) -> RepositoryWalker:
    for path, content in tree.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
    return RepositoryWalker(root)


def check_found(root: Path, tree: dict[str, str], expected: str) -> None:
    """Check which files are found, by a walk and one by one."""
    walker = plant(root, tree)
    found = walker.walk()
    assert {it.path for it in found} == set(expected.split())
    assert {it for it in tree if walker.found(it) is not None} == set(expected.split())
    assert all(walker.found(it.path) == it for it in found)


def trust(root: Path, tree: dict[str, str]) -> dict[str, Trust]:
    return {it.path: it.trust for it in plant(root, tree).walk()}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({}, "a.c gen/a.c lib/a.c"),
        ({".gitignore": "gen/\n"}, "a.c lib/a.c"),
        ({".gitignore": "/a.c\n"}, "gen/a.c lib/a.c"),
        ({".gitignore": "a.c\n!lib/a.c\n"}, "lib/a.c"),
        ({".gitignore": "*.c\n", "lib/.gitignore": "!a.c\n"}, "lib/a.c"),
        ({".gitignore": "gen\n", ".glossatorignore": "!gen/\nlib\n"}, "a.c gen/a.c"),
        ({".glossatorignore": "a.c\n", "lib/.gitignore": "!a.c\n"}, ""),
        ({"lib/.glossatorignore": "*\n"}, "a.c gen/a.c"),
        # Where there is no repository, what a packager tracks says nothing of what is source.
        ({".gitignore": "/*\n!/debian/\n"}, "a.c gen/a.c lib/a.c"),
        ({".gitignore": "/*\n!/lib/\n", ".git/HEAD": ""}, "lib/a.c"),
    ],
)
def test_rules_of_both_kinds(tmp_path: Path, rules: dict[str, str], expected: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    sources = {"a.c": "", "gen/a.c": "", "lib/a.c": ""}
    check_found(root, {**rules, **sources}, expected)


def test_what_may_hold_secrets_is_never_found_whatever_the_rules_say(tmp_path: Path) -> None:
    secret = [".env.js", "id_rsa.py", "ID_RSA.c", ".git/a.c", ".GIT/a.c", ".ssh/a.c", ".aws/a.py"]
    secret += [".chroma/a.c", "sub/.git/hooks/a.py", "credentials.key"]
    tree = dict.fromkeys(secret, "") | {".glossatorignore": "!*\n!.*\n!**\n", "a.c": ""}
    check_found(tmp_path, tree, "a.c")


def test_what_the_policy_denies_is_never_found_whatever_the_rules_say(tmp_path: Path) -> None:
    tree = {"a.c": "", "vault/b.c": "", "lib/vault/c.c": "", "lib/d_private.c": "", "lib/e.c": ""}
    plant(tmp_path, {**tree, ".glossatorignore": "!vault/\n!*_private.c\n"})
    denied = matcher(("/vault/", "*_private.c", "lib/e.c"))
    walker = RepositoryWalker(tmp_path, WalkOptions(denied=denied))
    assert {it.path for it in walker.walk()} == {"a.c", "lib/vault/c.c"}
    assert {it for it in tree if walker.found(it)} == {"a.c", "lib/vault/c.c"}


def test_what_tools_put_there_is_passed_over_unless_asked_for(tmp_path: Path) -> None:
    tree = dict.fromkeys(
        [
            "node_modules/x/a.js",
            "env/lib/a.py",
            "env/pyvenv.cfg",
            "out/a.c",
            "out/CACHEDIR.TAG",
            "cmake/CMakeCache.txt",
            "cmake/a.c",
            ".hidden/a.c",
            ".hidden.c",
            "a.c",
        ],
        "",
    )
    check_found(tmp_path, tree, "a.c .hidden.c")
    tree[".glossatorignore"] = "!/node_modules/\n!.hidden/\n!out/\n"
    check_found(tmp_path, tree, "a.c .hidden.c .hidden/a.c node_modules/x/a.js out/a.c")


def test_a_repository_inside_another_has_rules_of_its_own(tmp_path: Path) -> None:
    tree = {".git/HEAD": "", ".gitignore": "*.h\n", "sub/.git": "gitdir: elsewhere\n"}
    tree |= {"a.h": "", "a.c": "", "sub/a.h": "", "sub/b.c": "", "sub/.gitignore": "b.c\n"}
    check_found(tmp_path, tree, "a.c sub/a.h")


def test_paths_tell_where_files_come_from(tmp_path: Path) -> None:
    expected = {
        "a.c": Trust.PROJECT,
        "vendor/a.c": Trust.VENDORED,
        "third_party/tests/a.c": Trust.VENDORED,
        "tests/a.c": Trust.TEST,
        "test_a.py": Trust.TEST,
        "a_test.go": Trust.TEST,
        "lib/kunit-test.c": Trust.TEST,
        "b.test.ts": Trust.TEST,
        "jquery.min.js": Trust.GENERATED,
        "a.pb.go": Trust.GENERATED,
        "generated/a.c": Trust.GENERATED,
        "pkg/dist/a.js": Trust.GENERATED,
        "dist/a.js": Trust.PROJECT,
        "latest.c": Trust.PROJECT,
        "contest/a.c": Trust.PROJECT,
    }
    assert trust(tmp_path, {"pkg/package.json": "", **dict.fromkeys(expected, "")}) == expected


def test_links_pipes_sockets_and_loops_are_left_alone(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.c").write_text(SOURCE, "utf-8")
    walker = plant(root, {"src/a.c": SOURCE})
    (root / "loop").symlink_to(root)
    (root / "out").symlink_to(outside)
    (root / "link.c").symlink_to(root / "src/a.c")
    (root / "dangling.c").symlink_to("nowhere")
    os.mkfifo(root / "pipe.c")
    os.mkfifo(root / "script")
    (root / "script").chmod(0o700)
    os.mkfifo(root / "src/.gitignore")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(root / "socket.c"))
    (root / "folder.c").mkdir()
    assert [it.path for it in walker.walk()] == ["src/a.c"]
    for path in ("loop/src/a.c", "out/secret.c", "link.c", "pipe.c", "socket.c", "folder.c"):
        assert walker.found(path) is None


@pytest.mark.parametrize(
    "path", ["", "/", "../a.c", "a/../a.c", "./a.c", "/a.c", "a//b.c", "a\0.c", "no/a.c", "a.c/b.c"]
)
def test_no_other_spelling_of_a_path_is_found(tmp_path: Path, path: str) -> None:
    walker = plant(tmp_path, {"a.c": SOURCE, "a/b.c": SOURCE})
    assert walker.found(path) is None


def test_names_that_are_not_utf8_survive(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/d\xff"
    os.mkdir(folder)  # noqa: PTH102 -- pathlib has no bytes
    Path(os.fsdecode(folder + b"/\xe9.c")).write_text(SOURCE, "utf-8")
    Path(os.fsdecode(folder + b"/\xe8.c")).write_text(SOURCE, "utf-8")
    (tmp_path / ".gitignore").write_bytes(b"\xe8.c\n")
    walker = RepositoryWalker(tmp_path)
    (found,) = walker.walk()
    assert os.fsencode(found.path) == b"d\xff/\xe9.c"
    assert walker.found(found.path) == found


def test_what_is_too_large_is_said(tmp_path: Path) -> None:
    walker = plant(tmp_path, {"a.c": SOURCE})
    for name, size in {"big.c": 200 << 20, "big.py": 5 << 20, "large.h": 24_000_000}.items():
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
    assert [it.path for it in walker.walk()] == ["a.c", "large.h"]
    assert walker.problems == (
        "big.c is not indexed: it has 200 MB, more than 32 MB.",
        "big.py is not indexed: it has 5 MB, more than 4 MB.",
    )
    assert walker.found("big.c") is None


def test_a_path_that_no_sentence_has_room_for_is_shortened(tmp_path: Path) -> None:
    walker = plant(tmp_path, {"/".join(["deep"] * 100) + "/big.c": SOURCE})
    limited = RepositoryWalker(tmp_path, WalkOptions(most_bytes_of_c=1))
    assert len(walker.walk()) == 1
    assert limited.walk() == []
    [problem] = limited.problems
    assert problem.startswith("deep/deep/")
    assert "p/big.c is not indexed" in problem
    assert len(problem) < 300


def test_problems_are_counted_rather_than_listed_without_end(tmp_path: Path) -> None:
    plant(tmp_path, {f"{it}.c": SOURCE for it in range(MOST_PROBLEMS + 7)})
    walker = RepositoryWalker(tmp_path, WalkOptions(most_bytes_of_c=1))
    assert walker.walk() == []
    assert walker.problems[-1] == "7 more files or folders were left out."
    assert len(walker.problems) == MOST_PROBLEMS + 1


def test_a_folder_that_cannot_be_listed_is_said_and_the_others_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walker = plant(tmp_path, {"a.c": SOURCE, "closed/b.c": SOURCE, "open/c.c": SOURCE})
    listing = os.scandir

    def scandir(path: str) -> object:
        # As root, whom no permission stops, there is no other way to be refused.
        if path.endswith("/closed"):
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert [it.path for it in walker.walk()] == ["a.c", "open/c.c"]
    assert walker.problems == ("closed/ cannot be listed: Permission denied.",)


def test_a_root_that_is_gone_is_not_an_empty_repository(tmp_path: Path) -> None:
    walker = RepositoryWalker(tmp_path / "gone")
    with pytest.raises(IndexUnavailableError, match="cannot be read"):
        walker.walk()
    assert walker.found("a.c") is None


def test_open_folders_come_first_and_the_rest_in_order(tmp_path: Path) -> None:
    walker = plant(tmp_path, dict.fromkeys(["a/1.c", "b/1.c", "b/c/1.c", "bb/1.c", "d.c"], ""))
    everything = [it.path for it in walker.walk()]
    assert sorted(everything) == ["a/1.c", "b/1.c", "b/c/1.c", "bb/1.c", "d.c"]
    assert [it.path for it in walker.walk(["b/c", "bb/"])][:2] == ["b/c/1.c", "bb/1.c"]
    assert sorted(it.path for it in walker.walk(["b/c", "bb"])) == sorted(everything)
    assert walker.walk(["", "b"]) == walker.walk()


def test_scripts_without_a_suffix_are_known_by_their_first_line(tmp_path: Path) -> None:
    walker = plant(
        tmp_path,
        {
            "tool": "#!/usr/bin/env python3\n",
            "notes": "#!/usr/bin/python3\n",
            "run": "#!/bin/sh\n",
            "Makefile": "all:\n",
        },
    )
    for name in ("tool", "run"):
        (tmp_path / name).chmod(0o755)
    (found,) = walker.walk()
    assert (found.path, found.language) == ("tool", "python")
    assert walker.found("tool") == found
    assert walker.found("notes") is None


def test_a_record_says_what_the_disk_says(tmp_path: Path) -> None:
    walker = plant(tmp_path, {"src/a.c": SOURCE})
    status = (tmp_path / "src/a.c").stat()
    assert walker.walk() == [
        FoundFile(
            "src/a.c",
            len(SOURCE),
            status.st_mtime_ns,
            status.st_ino,
            "c",
            ctime_ns=status.st_ctime_ns,
        )
    ]


def test_the_users_own_rules_hold_and_may_be_a_link(tmp_path: Path, own_home: Path) -> None:
    rules = tmp_path / "dotfiles"
    rules.write_text("ignored.c\n", "utf-8")
    (own_home / "config" / "git").mkdir()
    (own_home / "config" / "git" / "ignore").symlink_to(rules)
    check_found(tmp_path / "root", {"ignored.c": "", "a.c": ""}, "a.c")


@pytest.mark.timeout(20)
def test_patterns_that_were_made_to_hang_do_not(tmp_path: Path) -> None:
    rules = "*a" * 40 + "b\n" + "**/a/" * 40 + "b\n" + "*?" * 40 + "b/c\n"
    path = "a/" * 60 + "a" * 200 + ".c"
    check_found(tmp_path, {".gitignore": rules, path: ""}, path)


def test_a_folder_of_many_files_is_walked(tmp_path: Path) -> None:
    for number in range(5_000):
        (tmp_path / f"{number}.c").touch()
    assert len(RepositoryWalker(tmp_path).walk()) == 5_000


@pytest.mark.kernel
def test_the_kernel_is_found_whole(kernel_tree: Path) -> None:
    found = {it.path for it in RepositoryWalker(kernel_tree).walk()}
    everything = {
        (Path(folder) / name).relative_to(kernel_tree).as_posix()
        for folder, _, names in os.walk(kernel_tree)
        for name in names
        if name.endswith((".c", ".h")) and not (Path(folder) / name).is_symlink()
    }
    assert len(everything) > 1_000
    # The kernel's own rule for the files of ctags names a folder as well, and git agrees.
    left_out = {"tools/testing/selftests/arm64/tags/tags_test.c"}
    assert everything - found == everything & left_out
