"""Own the lists of files that are never written for a model, and of those that are asked for alone.

What runs by itself, or tells programs what to do, is changed by a person's own hand. It reads names
only and must not touch a file.
"""

from __future__ import annotations

import re
from pathlib import Path

from glossator_gate.redaction.unread import is_never_read

# Folders whose files programs obey: version control, editors, continuous integration, assistants.
_FOLDERS = frozenset(
    {
        ".git", ".hg", ".svn", ".jj", ".vscode", ".idea", ".vs", ".zed", ".nvim", ".vim", ".helix",
        ".emacs.d", ".fleet", ".devcontainer", ".github", ".gitlab", ".circleci", ".buildkite",
        ".woodpecker", ".forgejo", ".gitea", ".husky", ".claude", ".cursor", ".continue", ".codex",
        ".gemini", ".aider", ".windsurf", ".ssh", ".gnupg", ".direnv",
    }
)  # fmt: skip
_NAMES = frozenset(
    {
        ".gitattributes", ".gitmodules", ".gitconfig", ".gitignore", ".exrc", ".nvimrc",
        ".nvim.lua", ".vimrc", ".dir-locals.el", ".editorconfig", ".gitlab-ci.yml",
        ".travis.yml", "appveyor.yml",
        "azure-pipelines.yml", "bitbucket-pipelines.yml", "jenkinsfile", ".pre-commit-config.yaml",
        "agents.md", "claude.md", "gemini.md", ".cursorrules", ".windsurfrules", ".clinerules",
        "copilot-instructions.md", ".aider.conf.yml", ".bashrc", ".bash_profile", ".bash_login",
        ".bash_logout", ".profile", ".zshrc", ".zshenv", ".zprofile", ".zlogin", ".kshrc", ".cshrc",
        ".tcshrc", ".login", ".inputrc", ".envrc", ".npmrc", ".pypirc", ".netrc", ".condarc",
        ".glossator.toml", ".glossatorignore", ".mcp.json",
    }
)  # fmt: skip
# What builds obey: a person looks at each change of these.
_BUILD_NAMES = frozenset(
    {
        "makefile", "gnumakefile", "kbuild", "kconfig", "cmakelists.txt", "meson.build",
        "configure", "configure.ac", "configure.in", "setup.py", "setup.cfg", "pyproject.toml",
        "conftest.py", "pytest.ini", "tox.ini", "noxfile.py", "package.json", "build.gradle",
        "build.gradle.kts", "settings.gradle", "pom.xml", "cargo.toml", "build.rs", "go.mod",
        "dockerfile",
        "containerfile", "build.bazel", "workspace", "sitecustomize.py", "usercustomize.py",
        "compile_commands.json", "compile_flags.txt", ".clang-tidy", ".clangd",
    }
)  # fmt: skip
_BUILD_ENDS = (
    ".mk",
    ".mak",
    ".cmake",
    ".sh",
    ".bash",
    ".ps1",
    ".bat",
    ".cmd",
    ".pth",
    ".in",
    ".am",
)
_WORKSPACE = re.compile(r".+\.(?:code-workspace|sublime-project|sublime-workspace)")
# What some file systems take for the name without it, or for another stream of the same file.
_TAIL = re.compile(r"(?:[. ]+|::?\$.*)$")


def is_protected(path: Path) -> bool:
    """Tell whether a file, by the name given or the one that it leads to, is never written."""
    places = (path.absolute(), path.resolve()) if path.exists() else (path.absolute(),)
    return any(_is_protected(it) for it in places)


def needs_confirmation(path: Path) -> bool:
    """Tell whether programs obey a file, so that a person has to agree to its change by itself."""
    name = _plain(path.name)
    return name in _BUILD_NAMES or name.endswith(_BUILD_ENDS)


def _is_protected(path: Path) -> bool:
    parts = [_plain(it) for it in path.parts]
    name = parts[-1]
    return (
        not _FOLDERS.isdisjoint(parts[:-1])
        or name in _FOLDERS
        or name in _NAMES
        or _WORKSPACE.fullmatch(name) is not None
        or is_never_read(name)
    )


def _plain(part: str) -> str:
    # As a file system that knows no case, and drops dots and spaces at the end, would read it.
    return _TAIL.sub("", part.casefold()) or part
