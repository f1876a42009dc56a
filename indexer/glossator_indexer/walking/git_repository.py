"""Own where the parts of a git repository lie, and which files of patterns its settings name.

It must not match patterns or start git. What the user's and the system's settings say is obeyed. A
repository's own settings came with the repository: all that they may do is name a file of patterns,
inside the repository or in the user's home folder and not among secrets.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from glossator_indexer.walking.exclusions import is_never_entered, is_never_read
from glossator_indexer.walking.git_config import settings_in
from glossator_indexer.walking.git_index import SHA1_BYTES, SHA256_BYTES
from glossator_indexer.walking.plain_files import content_of

SYSTEM_CONFIG = "/etc/gitconfig"
_EXCLUDES = "core.excludesfile"
# Far more than people and programs write.
_MOST_CONFIG_BYTES = 1_000_000
_MOST_LINE_BYTES = 8192
# As deep as git itself follows files that include others.
_MOST_INCLUDED = 10


@dataclass(frozen=True, slots=True)
class GitRepository:
    """What one repository says of itself; `folder` is its work tree.

    `own` is the folder of its index, None where there is no repository; `excludes` are its files of
    patterns that are no `.gitignore`, the weakest first.
    """

    folder: str
    own: str | None
    hash_bytes: int
    excludes: Sequence[str]


def read_repository(folder: str) -> GitRepository:
    """Return what is said of the repository whose work tree is `folder`, which may be none."""
    own = _git_folder(folder)
    common = _common_folder(own) if own else None
    settings = dict(_settings_of(own, common)) if own and common else {}
    excludes = [_excludes_file(folder, settings.get(_EXCLUDES))]
    if common:
        excludes.append(f"{common}/info/exclude")
    is_sha256 = settings.get("extensions.objectformat", "").lower() == "sha256"
    hash_bytes = SHA256_BYTES if is_sha256 else SHA1_BYTES
    return GitRepository(folder, own, hash_bytes, excludes)


def _git_folder(folder: str) -> str | None:
    """Return the folder of a repository's index: `.git`, or where the file `.git` says it is."""
    place = f"{folder}/.git"
    if Path(place).is_dir():
        return place
    line = content_of(place, _MOST_LINE_BYTES)
    if line is None or not line.startswith(b"gitdir: "):
        return None
    return os.path.join(folder, _path_in(line.removeprefix(b"gitdir: ")))  # noqa: PTH118


def _common_folder(own: str) -> str:
    """Return the folder of what all work trees of a repository share."""
    line = content_of(f"{own}/commondir", _MOST_LINE_BYTES)
    return os.path.join(own, _path_in(line)) if line else own  # noqa: PTH118


def _path_in(line: bytes) -> str:
    return os.fsdecode(line.rstrip(b"\r\n"))


def _settings_of(own: str, common: str) -> Iterator[tuple[str, str]]:
    """Yield what a repository's settings say, the strongest last; what they include is not read."""
    shared = settings_in(content_of(f"{common}/config", _MOST_CONFIG_BYTES) or b"")
    yield from shared
    if dict(shared).get("extensions.worktreeconfig", "").lower() in {"true", "yes", "on", "1"}:
        yield from settings_in(content_of(f"{own}/config.worktree", _MOST_CONFIG_BYTES) or b"")


def _excludes_file(folder: str, of_repository: str | None) -> str:
    """Return the file of patterns that holds in all folders of a work tree."""
    if of_repository == "":
        return ""
    if of_repository is not None:
        place = os.path.realpath(_expanded(of_repository, folder))
        if _may_be_named(place, folder):
            return place
    config = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    named: str | None = None
    for place in (SYSTEM_CONFIG, f"{config}/git/config", str(Path.home() / ".gitconfig")):
        for key, value in _with_included(place, ()):
            named = value if key == _EXCLUDES else named
    # The user's own file may well be a link to where the others are kept.
    return os.path.realpath(f"{config}/git/ignore" if named is None else _expanded(named, folder))


def _may_be_named(place: str, folder: str) -> bool:
    home = os.path.realpath(Path.home())
    for allowed in (os.path.realpath(folder), home):
        if allowed != "/" and place.startswith(f"{allowed}/"):
            *folders, name = place[len(allowed) + 1 :].split("/")
            of_git = allowed != home and folders[:1] == [".git"]
            return of_git or not (is_never_read(name) or any(map(is_never_entered, folders)))
    return False


def _with_included(place: str, by: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the settings of a file of the user's or the system's, others where it includes them."""
    real = os.path.realpath(place)
    if real in by or len(by) > _MOST_INCLUDED:
        return
    for key, value in settings_in(content_of(real, _MOST_CONFIG_BYTES) or b""):
        if key == "include.path":
            yield from _with_included(_expanded(value, str(Path(place).parent)), (*by, real))
        else:
            yield key, value


def _expanded(value: str, beside: str) -> str:
    """Return a path of the settings as a whole one."""
    if "\0" in value:
        return ""
    return os.path.join(beside, os.path.expanduser(value))  # noqa: PTH111, PTH118
