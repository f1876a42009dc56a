"""Own the finding of tools on this machine: by the user's PATH, and never in the workspace.

It must not run one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# As many as the kernel follows.
MOST_LINKS = 40
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/nix/store")


@dataclass(frozen=True, slots=True)
class Program:
    """A tool: where it is, what else must be seen for it to run, the variables that it reads.

    `through` is the interpreter of a script, where the script would look for it by PATH.
    """

    name: str
    path: Path
    readable: tuple[Path, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    through: Path | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words of a command that runs it."""
        return (str(self.path),) if self.through is None else (str(self.through), str(self.path))


class Programs:
    """The tools that may be run over a workspace; each is looked for once."""

    def __init__(self, root: Path, folders: Sequence[Path]) -> None:
        self._folders = [it for it in folders if not _is_inside(it, root)]
        self._root = root
        self._known: dict[str, Program | None] = {}

    def find(self, *names: str) -> Program | None:
        """Return the first tool of some names that is here."""
        found = (self._find(it) for it in names)
        return next((it for it in found if it is not None), None)

    def _find(self, name: str) -> Program | None:
        if name not in self._known:
            self._known[name] = next(self._all(name), None)
        return self._known[name]

    def _all(self, name: str) -> Iterator[Program]:
        for folder in self._folders:
            path = folder / name
            # What a link leads to counts, too: a workspace may be on the way.
            # A shim asks a manager of versions, which asks files of the workspace.
            if folder.name == "shims":
                continue
            if path.is_file() and os.access(path, os.X_OK) and not _is_inside(path, self._root):
                yield Program(name, path, *_needs(path))


def folders_of_path() -> tuple[Path, ...]:
    """Return the folders that hold the user's tools, then the product's own."""
    words = os.environ.get("PATH", "").split(os.pathsep)
    named = [Path(it) for it in words if it.startswith("/")]
    return (*named, Path(sys.executable).parent, Path("/usr/bin"))


def _needs(path: Path) -> tuple[tuple[Path, ...], tuple[tuple[str, str], ...]]:
    """Return the folders and variables without which a tool outside the system does not run."""
    real = path.resolve()
    if _is_system(path) and _is_system(real):
        return _settings_of_java(real), ()
    if path.parent.name == "bin" and (path.parent.parent / "pyvenv.cfg").is_file():
        return _of_venv(path.parent.parent), ()
    home = path.parent.parent
    if home.name == ".cargo":
        rustup = home.parent / ".rustup"
        variables = (("CARGO_HOME", str(home)), ("RUSTUP_HOME", str(rustup)))
        # Not all of the home of cargo: it may hold the keys of registries.
        shown = (*(home / it for it in ("bin", "registry", "git")), rustup)
        return tuple(it for it in shown if it.is_dir()), variables
    prefixes = {part for it in (path, real) for part in _installed(it)}
    return tuple(sorted(it for it in prefixes if not _is_system(it))), ()


def _installed(path: Path) -> tuple[Path, ...]:
    """Return the folders that a tool is installed in: never a whole home, nor all that there is."""
    folder = path.parent
    if folder.name != "bin" or folder.parent in (Path.home(), Path("/")):
        return (folder,)
    if folder.parent == Path.home() / ".local":
        # Beside the tools, `share` holds what is nobody's business.
        return (folder, *(it for it in (folder.parent / "lib",) if it.is_dir()))
    if (folder.parent / "pyvenv.cfg").is_file():
        return _of_venv(folder.parent)
    return (folder.parent,)


def _settings_of_java(real: Path) -> tuple[Path, ...]:
    """Return the folder below /etc where Debian keeps what no program of Java starts without."""
    policy = real.parent.parent / "conf" / "security" / "java.security"
    if not policy.is_file():
        return ()
    folder = policy.resolve().parent.parent
    return () if _is_system(folder) else (folder,)


def _of_venv(venv: Path) -> tuple[Path, ...]:
    """Return a virtual environment and the Python that it was made of."""
    home = ""
    for line in (venv / "pyvenv.cfg").read_text("utf-8", "replace").splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "home":
            home = value.strip()
    base = Path(home).resolve().parent if home else None
    others = [base] if base is not None and not _is_system(base) else []
    return (venv, *others)


def _is_system(path: Path) -> bool:
    return any(path.is_relative_to(it) for it in _SYSTEM)


def _is_inside(path: Path, root: Path) -> bool:
    """Tell whether a path lies in a workspace, or is led through it by a link."""
    for _ in range(MOST_LINKS):
        if path.is_relative_to(root) or path.resolve().is_relative_to(root):
            return True
        if not path.is_symlink():
            return False
        path = Path(os.path.normpath(path.parent.resolve() / path.readlink()))
    return True
