"""What goes out: no secrets, no more than an assistant reads, nothing without its line of audit."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_gate.audit import AuditLog, lines
from glossator_gate.errors import PolicyError
from glossator_gate.policy import load_policy
from glossator_gate.types import PolicyPlaces
from glossator_server.agent.errors import ToolError
from glossator_server.app import open_checker, open_index_client, open_model
from glossator_server.errors import UsageError
from glossator_server.mcp.answers import Answer
from glossator_server.mcp.desk import Desk, Inquiry, Means, Rules
from glossator_server.mcp.excerpts import excerpt, lines_of_file
from glossator_server.mcp.handing_out import MOST_CHARACTERS, Recipient, TooMuchError, hand_out
from glossator_server.settings import Settings

# Split, so that nobody takes this file for one that holds a key.
_KEY = "AKIA" + "Q7ZX3N5V2LKD6TRM"
_ASSISTANT = Recipient("an assistant", "search_code")
_CONFIG = """
schema = 1
[classes]
default = "internal"
[[classify]]
match = { path = ["secret/**"] }
class = "restricted"
[[classify]]
match = { path = ["own/**"] }
class = "confidential"
[redact]
deny_paths = ["denied/**"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name in ("secret", "own", "denied", ".git"):
        (folder / name).mkdir(parents=True)
        (folder / name / "a.c").write_text("int a;\n", "utf-8")
    for name in ("a.c", ".env", "x.pem"):
        (folder / name).write_text("int a;\n", "utf-8")
    (tmp_path / "outside.c").write_text("int outside;\n", "utf-8")
    (folder / "out.c").symlink_to(tmp_path / "outside.c")
    (folder / "to_secret.c").symlink_to(folder / "secret" / "a.c")
    (folder / "to_env.c").symlink_to(folder / ".env")
    (folder / "loop.c").symlink_to(folder / "loop.c")
    return folder


@pytest.fixture
async def inquiry(root: Path, tmp_path: Path) -> Inquiry:
    config = tmp_path / "config.toml"
    config.write_text(_CONFIG, "utf-8")
    rules = Rules(load_policy(PolicyPlaces(tmp_path / "no" / "policy", config)), Settings(), root)
    means = Means(lambda: rules, open_model, open_index_client, open_checker)
    return await Desk(root, means).inquiry(lambda _: None)


@pytest.mark.parametrize("path", ["a.c", "./a.c", "own/../a.c/../a.c"])
async def test_what_is_no_more_secret_than_the_bound_is_told(inquiry: Inquiry, path: str) -> None:
    if ".." in path:
        # What it would mean is nobody's business to find out.
        with pytest.raises(ToolError):
            inquiry.path(path)
    else:
        assert inquiry.path(path) == "a.c"


@pytest.mark.parametrize(
    "path",
    [
        "secret/a.c", "own/a.c", "denied/a.c", ".git/a.c", ".env", "x.pem", "out.c",
        "to_secret.c", "to_env.c", "../outside.c", "/etc/passwd", "~/a.c", "", " ", "a\0.c",
        "a\n.c", "secret\\a.c", "x" * 5_000, "//etc/passwd", "/", "..",
    ],
)  # fmt: skip
async def test_nothing_is_told_of_what_is_outside_secret_or_denied(
    inquiry: Inquiry, path: str
) -> None:
    with pytest.raises((ToolError, PolicyError)) as caught:
        inquiry.path(path)
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 400 + len(path) * (len(path) < 1_000)


async def test_an_absolute_path_of_the_folder_is_one_of_its_files(
    inquiry: Inquiry, root: Path
) -> None:
    assert inquiry.path(str(root / "a.c")) == "a.c"
    with pytest.raises(PolicyError, match=r"a\.c is confidential"):
        inquiry.path(str(root / "own" / "a.c"))


async def test_a_link_to_itself_is_a_file_that_cannot_be_read(inquiry: Inquiry) -> None:
    with pytest.raises(UsageError):
        inquiry.snapshot(inquiry.path("loop.c"))


async def test_secrets_are_taken_out_wherever_they_stand(inquiry: Inquiry, tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit")
    data = {"hits": [{"code": f"key = {_KEY}", "lines": (1, 2)}], "notices": []}
    answer = Answer(f"text {_KEY}", data, frozenset({"a.c"}))
    handed = hand_out(answer, inquiry, _ASSISTANT, log)
    assert _KEY not in f"{handed}"
    assert handed.data["hits"][0]["lines"] == [1, 2]
    assert "secret was taken out" in handed.data["notices"][0]
    ((_, _, raw, line),) = lines(log.folder)
    assert line is not None
    assert line["glossator.redacted"] == 2
    assert line["glossator.class"] == "internal"
    assert line["glossator.rule"] == "built-in default of [mcp]"
    assert _KEY.encode() not in raw


async def test_what_is_too_large_is_cut_and_told_or_refused(
    inquiry: Inquiry, tmp_path: Path
) -> None:
    log = AuditLog(tmp_path / "audit")
    long = "a line of text\n" * 10_000
    handed = hand_out(Answer(long, {}), inquiry, _ASSISTANT, log)
    assert len(handed.text) <= MOST_CHARACTERS + 100
    assert "more lines are left out; ask for less at once]" in handed.text
    with pytest.raises(TooMuchError):
        hand_out(Answer("", {"code": long * 3}), inquiry, _ASSISTANT, log)
    assert len(list(lines(log.folder))) == 1


async def test_a_name_of_an_assistant_is_bounded_in_the_log(
    inquiry: Inquiry, tmp_path: Path
) -> None:
    log = AuditLog(tmp_path / "audit")
    hand_out(Answer("", {}), inquiry, Recipient("x" * 100_000, "t"), log)
    ((_, _, _, line),) = lines(log.folder)
    assert line is not None
    assert line["glossator.assistant"] == "x" * 80
    assert line["glossator.class"] is None


def test_lines_are_shown_as_they_are_without_secrets_and_with_what_is_hidden(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.c"
    path.write_bytes(f"a\r\nb\u202ec\f\nkey = {_KEY}\n{'x' * 500}\n".encode())
    found = lines_of_file(path)
    assert found[:2] == ["a", "b<U+202E>c\f"]
    assert _KEY not in found[2]
    assert found[3] == "x" * 400 + "[100 more characters are left out]"
    assert len(found) == 4


def test_an_excerpt_says_how_much_is_left_out() -> None:
    part = excerpt(["a", "b", "c", "d"], range(2, 9), 2)
    assert part is not None
    assert (part.start, part.end, part.text, part.left) == (2, 3, "b\nc", 1)
    assert part.numbered == "2\tb\n3\tc\n[1 more lines are left out]"
    assert excerpt(["a"], range(2, 9), 2) is None
