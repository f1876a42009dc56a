"""Own the proof that half of a rename is seen where no compiler of one file sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_gate.policy import load_policy
from glossator_gate.types import DataClass, PolicyPlaces
from glossator_server.agent.access import Access
from glossator_server.agent.leftovers import leftovers
from glossator_server.agent.staging import Staging
from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.policies import WorkspacePolicy

PACKAGE = {
    "pkg/__init__.py": "from .parts import build as build\n",
    "pkg/parts.py": "def build():\n    return 1\n",
    "pkg/shop.py": "from . import parts\n\n\ndef sell():\n    return parts.build()\n",
    "tests/test_parts.py": "from pkg.parts import build\nimport json\njson.dumps(build())\n",
    "lib/a.h": "int start(int n);\nint stop(void);\n",
    "lib/a.c": (
        '#include "a.h"\n\nint start(int n)\n{\n\treturn n;\n}\n\n'
        "int stop(void)\n{\n\treturn 0;\n}\n"
    ),
}
RENAMED = "def made():\n    return 1\n"


def left_after(root: Path, texts: dict[str, str | None], others: tuple[str, ...]) -> list[str]:
    for name, text in PACKAGE.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    policy = load_policy(PolicyPlaces(root / "managed.toml", root / "config.toml"))
    access = Access(root, WorkspacePolicy(policy, root), DataClass.CONFIDENTIAL)
    files = [FileChange(it, PACKAGE.get(it), text) for it, text in texts.items()]
    return list(leftovers(ChangeSet(root, tuple(files)), Staging(access, {}, 30), others))


@pytest.mark.parametrize(
    ("texts", "others", "wanted"),
    [
        (
            {"pkg/parts.py": RENAMED},
            ("pkg/__init__.py", "pkg/shop.py", "tests/test_parts.py"),
            ["pkg/__init__.py takes build", "pkg/shop.py takes build", "tests/test_parts.py takes"],
        ),
        ({"pkg/shop.py": PACKAGE["pkg/shop.py"].replace("build", "made")}, (), ["takes made"]),
        ({"pkg/new.py": "from pkg.parts import made\n"}, (), ["pkg/new.py takes made"]),
        (
            {"lib/a.c": PACKAGE["lib/a.c"].replace("start", "begin")},
            ("lib/a.h",),
            ["lib/a.h declares start, which is defined no longer"],
        ),
        ({"lib/a.c": None}, ("lib/a.h",), ["declares start", "declares stop"]),
    ],
)
def test_what_is_left_without_its_definition_is_told(
    tmp_path: Path, texts: dict[str, str | None], others: tuple[str, ...], wanted: list[str]
) -> None:
    found = left_after(tmp_path, texts, others)
    assert len(found) == len(wanted)
    assert all(words in it for words, it in zip(wanted, found, strict=True))


@pytest.mark.parametrize(
    ("texts", "others"),
    [
        (
            {
                "pkg/parts.py": RENAMED,
                "pkg/__init__.py": "from .parts import made as build\n",
                "pkg/shop.py": PACKAGE["pkg/shop.py"].replace("build", "made"),
                "tests/test_parts.py": "from pkg import build\nbuild()\n",
            },
            (),
        ),
        # A module that makes its names as it runs may have any.
        ({"pkg/parts.py": "globals()['build'] = int\n"}, ("pkg/__init__.py",)),
        ({"pkg/shop.py": "from pkg import parts\nfrom os import nothing_such\n"}, ()),
        ({"pkg/shop.py": "def broken(:\n"}, ()),
        (
            {
                "lib/a.c": PACKAGE["lib/a.c"].replace("start", "begin"),
                "lib/b.c": "int start(int n)\n{\n\treturn n;\n}\n",
            },
            ("lib/a.h",),
        ),
    ],
)
def test_what_is_whole_is_left_alone(
    tmp_path: Path, texts: dict[str, str | None], others: tuple[str, ...]
) -> None:
    assert left_after(tmp_path, texts, others) == []
