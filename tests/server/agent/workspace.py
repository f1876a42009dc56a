"""Own the small workspaces that tests of the agent work in, and what may be touched in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from glossator_gate.types import DataClass
from glossator_server.agent.access import Access
from glossator_server.agent.staging import OpenText, Staging
from glossator_server.policies import WorkspacePolicy
from glossator_server.session import NO_POLICY

NET = {
    "include/net.h": "int net_connect(const char *host, int port);\n",
    "src/net.c": (
        '#include "net.h"\n\nint net_connect(const char *host, int port)\n{\n\treturn port;\n}\n'
    ),
    "src/client.c": (
        '#include "net.h"\n\nint client(void)\n{\n\treturn net_connect("a", 80);\n}\n'
    ),
    "src/server.c": (
        '#include "net.h"\n\nint server(void)\n{\n\treturn net_connect("b", 81);\n}\n'
    ),
    "compile_flags.txt": "-Iinclude\n-Wall\n",
    ".env": "KEY=hush\n",
    "README.md": "Connect with net_connect.\n",
}


def lay_out(root: Path, files: Mapping[str, str] = NET) -> Path:
    """Write files below a root; return its real path."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")
    (root / ".git").mkdir(exist_ok=True)
    return root.resolve()


def access_to(root: Path, allowed: Iterable[str] | None = None) -> Access:
    """Return what may be touched below a root where no policy says anything."""
    policy = WorkspacePolicy(NO_POLICY, root)
    chosen = None if allowed is None else frozenset(allowed)
    return Access(root, policy, DataClass.RESTRICTED, chosen)


def staging_of(
    root: Path, allowed: Iterable[str], open_texts: Mapping[Path, OpenText] | None = None
) -> Staging:
    """Return a workspace in which some files may be changed."""
    return Staging(access_to(root, allowed), open_texts or {}, most_files=10)
