"""Own the finding of tools on this machine: by the user's PATH, and never in the workspace.

It must not run one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# As many as Linux follows.
_MOST_LINKS = 40
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
    if path.parent == Path.home() / ".local/bin":
        return _of_local(path, real)
    prefixes = {_prefix(path), _prefix(real)}
    return tuple(sorted(it for it in prefixes if not _is_system(it))), ()


def _of_local(path: Path, real: Path) -> tuple[tuple[Path, ...], tuple[tuple[str, str], ...]]:
    """Return what a tool of ~/.local/bin needs: not all of ~/.local, which holds much of a user."""
    local, folder = path.parent.parent, path.parent
    if real.parent != folder.resolve():
        home = real.parent.parent
        is_venv = real.parent.name == "bin" and (home / "pyvenv.cfg").is_file()
        own = _of_venv(home) if is_venv else (_prefix(real),)
        return (folder, *(it for it in own if not _is_system(it))), ()
    try:
        with path.open("rb") as file:
            words = file.readline(300)
    except OSError:
        words = b""
    if not words.startswith(b"#!") or not words[2:].split():
        return (folder,), ()
    interpreter = Path(words[2:].split(maxsplit=1)[0].decode("utf-8", "replace"))
    venv = interpreter.parent.parent
    if interpreter.parent.name == "bin" and (venv / "pyvenv.cfg").is_file():
        return (folder, *_of_venv(venv)), ()
    if b"python" not in words:
        return (folder,), ()
    libraries = sorted(it for it in (local / "lib").glob("python3*") if it.is_dir())
    return (folder, *libraries), (("PYTHONUSERBASE", str(local)),)


def _prefix(path: Path) -> Path:
    """Return the folder that a tool is installed in: never a whole home, nor all that there is."""
    folder = path.parent
    is_too_much = folder.parent in (Path.home(), Path("/"))
    return folder.parent if folder.name == "bin" and not is_too_much else folder


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
    """Tell whether a path lies in a workspace, or a link on the way to it does, or nobody knows."""
    try:
        return _leads_inside(path, root)
    except OSError:
        return True


def _leads_inside(path: Path, root: Path) -> bool:
    real_root = root.resolve()
    for _ in range(_MOST_LINKS):
        # Only the last part may be a link still: what stands before it is where it really is.
        here = path.parent.resolve() / path.name
        seen = (path, here, *_ways(path.parent))
        if any(it.is_relative_to(root) or it.is_relative_to(real_root) for it in seen):
            return True
        if not here.is_symlink():
            return False
        path = here.parent / here.readlink()
    return True


def _ways(path: Path) -> Iterator[Path]:
    """Yield the places that the links among a path's folders lead through, one after another."""
    for _ in range(_MOST_LINKS):
        link = next((it for it in (*reversed(path.parents), path) if it.is_symlink()), None)
        if link is None:
            return
        path = Path(os.path.normpath(link.parent / link.readlink())) / path.relative_to(link)
        yield path
