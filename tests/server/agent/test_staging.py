"""What an agent may touch, and what becomes of what it changes before anything is written."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from glossator_server.agent.errors import ToolError
from glossator_server.agent.staging import OpenText, Staging
from glossator_server.change_set import FileChange
from tests.server.agent.workspace import NET, access_to, lay_out, staging_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("outside", "utf-8")
    folder = lay_out(tmp_path / "root")
    (folder / "out").symlink_to(tmp_path)
    (folder / "alias.c").symlink_to("src/net.c")
    (folder / "env.txt").symlink_to(".env")
    (folder / ".git" / "config").write_text("[core]", "utf-8")
    return folder


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "/etc/passwd",
        "src/../../secret.txt",
        "out/secret.txt",
        "~/x",
        ".env",
        "./.env",
        "env.txt",
        ".GIT/config",
        ".git/config",
        "src/.git/x",
        "a\0b",
        "a\nb",
        "..\\secret.txt",
        "",
        " ",
        "x" * 500,
    ],
)
def test_nothing_outside_and_nothing_secret_is_read(root: Path, path: str) -> None:
    with pytest.raises(ToolError):
        staging_of(root, [path, "src/net.c"]).read(path)


@pytest.mark.parametrize(
    "path",
    [
        "src/client.c",
        "new.c",
        ".git/hooks/post-commit",
        ".github/workflows/ci.yml",
        "AGENTS.md",
        ".vscode/settings.json",
        "out/new.c",
        "alias.c",
        "../new.c",
        ".glossator.toml",
        ".env",
    ],
)
def test_only_files_of_the_plan_are_changed_and_no_protected_one(root: Path, path: str) -> None:
    allowed = {"src/net.c", path} - {"src/client.c", "new.c"}
    staging = staging_of(root, allowed)
    for change in (
        lambda: staging.create(path, "x"),
        lambda: staging.replace(path, NET.get(path, "x").split("\n")[0], "y"),
        lambda: staging.delete(path),
        lambda: staging.rename("src/net.c", path),
        lambda: staging.rename(path, "src/net.c"),
    ):
        with pytest.raises(ToolError):
            change()
    assert staging.changes.files == ()


def test_while_a_plan_is_made_nothing_is_changed(root: Path) -> None:
    staging = Staging(access_to(root), {}, most_files=10)
    with pytest.raises(ToolError, match="only the plan"):
        staging.delete("src/net.c")


def test_what_is_staged_is_read_and_the_disk_stays(root: Path) -> None:
    staging = staging_of(root, ["src/net.c", "src/new.c", "src/moved.c", "src/client.c"])
    staging.replace("src/net.c", "\treturn port;", "\treturn 0;")
    assert "return 0;" in staging.read("src/net.c")[1]
    staging.create("src/new.c", "int n;")
    staging.rename("src/net.c", "src/moved.c")
    staging.delete("src/client.c")
    files = {it.path: it for it in staging.changes.files}
    assert sorted(files) == ["src/client.c", "src/moved.c", "src/new.c"]
    assert files["src/moved.c"].moved_from == "src/net.c"
    assert files["src/moved.c"].before == NET["src/net.c"]
    assert files["src/new.c"] == FileChange("src/new.c", None, "int n;\n")
    assert files["src/client.c"].after is None
    with pytest.raises(ToolError, match="deleted or renamed"):
        staging.read("src/net.c")
    assert (root / "src/net.c").read_text("utf-8") == NET["src/net.c"]


def test_the_editors_text_counts_and_not_the_disks(root: Path) -> None:
    place = root / "src" / "net.c"
    staging = staging_of(root, ["src/net.c"], {place: OpenText("int unsaved;\n", 7)})
    staging.replace("src/net.c", "int unsaved;", "int changed;")
    (change,) = staging.changes.files
    assert (change.before, change.after, change.version) == ("int unsaved;\n", "int changed;\n", 7)


@pytest.mark.parametrize(
    ("search", "words"),
    [("int nowhere;", "stands nowhere"), ("", "empty"), ("return port;", "stands nowhere")],
)
def test_an_edit_has_to_fit_exactly(root: Path, search: str, words: str) -> None:
    with pytest.raises(ToolError, match=words):
        staging_of(root, ["src/net.c"]).replace("src/net.c", search, "x")


def test_line_ends_stay_those_of_the_file(tmp_path: Path) -> None:
    root = lay_out(tmp_path, {"a.c": "int a;\r\nint b;\r\n"})
    staging = staging_of(root, ["a.c"])
    staging.replace("a.c", "int a;\nint b;", "int c;\nint d;")
    assert staging.changes.files[0].after == "int c;\r\nint d;\r\n"


def test_more_files_than_an_edit_may_change_are_refused(root: Path) -> None:
    names = [f"n{it}.c" for it in range(11)]
    staging = staging_of(root, names)
    for name in names[:10]:
        staging.create(name, "x")
    with pytest.raises(ToolError, match="at most 10 files"):
        staging.create(names[10], "x")


@pytest.mark.parametrize(("first", "second"), [("new", "new/a.c"), ("new/a.c", "new")])
def test_no_path_is_a_file_and_a_folder(root: Path, first: str, second: str) -> None:
    staging = staging_of(root, ["new", "new/a.c"])
    staging.create(first, "x")
    with pytest.raises(ToolError, match="file"):
        staging.create(second, "x")
    assert [it.path for it in staging.changes.files] == [first]


@pytest.mark.parametrize("seed", range(60))
def test_any_order_of_changes_ends_in_what_a_file_system_would_hold(
    tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    names = ["a.c", "b.c", "c.c", "d.c"]
    start = {it: f"{it}\n" for it in names[:3]}
    root = lay_out(tmp_path, start)
    # Where a change would be one too many, nothing of it is done.
    staging = Staging(access_to(root, names), {}, most_files=rng.choice((1, 2, 10)))
    model = dict(start)
    for step in range(12):
        one, other = rng.choice(names), rng.choice(names)
        try:
            match rng.randrange(4):
                case 0:
                    staging.create(one, f"new {step}\n")
                    model[one] = f"new {step}\n"
                case 1:
                    staging.rename(one, other)
                    model[other] = model.pop(one)
                case 2:
                    staging.delete(one)
                    del model[one]
                case 3:
                    old = model.get(one, "nothing\n")
                    staging.replace(one, old.rstrip("\n"), f"edited {step}")
                    model[one] = f"edited {step}\n"
        except ToolError:
            continue
    now = dict(start)
    for path, text in staging.changes.texts().items():
        name = path.name
        if text is None:
            now.pop(name, None)
        else:
            now[name] = text
    assert now == model
    paths = [it.path for it in staging.changes.files]
    assert len(paths) == len(set(paths))
