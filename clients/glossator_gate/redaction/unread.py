"""Own the files that are never read: by names that say so, and by the policy's own list.

It decides by names and paths alone and must not touch the disk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from glossator_gate.errors import ConfigurationError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

# Nothing brings these back. Matched without case: on some disks `.ENV` is `.env`.
_NEVER_FOLDER = re.compile(
    r"\.(?:git|hg|svn|bzr|jj|pijul|chroma|glossator|terraform|ssh|aws|azure|gcloud|kube|docker"
    r"|gnupg|password-store)"
)
_NEVER_NAME = re.compile(
    r"\.env(?:rc|\..*)?|.*\.env|.*\.(?:pem|key|p8|p12|pfx|jks|keystore|kdbx?|ppk|asc|gpg|ovpn)"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?(?:[._-].*)?|\.netrc|_netrc|\.pgpass|\.npmrc|\.pypirc"
    r"|\.git-credentials|\.htpasswd|\.my\.cnf|\.dockercfg|\.vault-token|credentials(?:\.json)?"
    r"|\.s3cfg|\.boto|\.dockerconfigjson|kubeconfig|.*\.(?:agekey|tfstate)(?:\.backup)?"
    r"|chroma\.sqlite3",
)


def is_never_read(name: str) -> bool:
    """Return whether a file of this name may hold secrets, whatever it is."""
    return _NEVER_NAME.fullmatch(name.lower()) is not None


def is_never_entered(name: str) -> bool:
    """Return whether a folder of this name holds secrets or the insides of a tool."""
    return _NEVER_FOLDER.fullmatch(name.lower()) is not None


class DenyList:
    """The policy's `[redact] deny_paths`: patterns as in .gitignore, relative to the root.

    What they name is never read, whatever else says so; the case of letters does not matter.
    """

    def __init__(self, *lists: Sequence[str]) -> None:
        """Take the patterns of each policy file: what one of them forbids, none allows again.

        Raises `ConfigurationError` where a pattern cannot be read.
        """
        self._specs = [_spec_of(it) for it in lists if it]

    def forbids(self, path: str | PurePath) -> bool:
        """Return whether a file may not be read; of a folder, ended by `/`, whether all in it.

        `path` is relative to the root of the workspace, its parts joined by `/`.
        """
        if not self._specs:
            return False
        text = (path.as_posix() if isinstance(path, PurePath) else path).lower()
        return any(it.match_file(text) for it in self._specs)


def _spec_of(patterns: Sequence[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(it.lower() for it in patterns)
    except ValueError as error:
        raise ConfigurationError(
            "deny_paths has a pattern that is none of .gitignore's; mend it."
        ) from error
