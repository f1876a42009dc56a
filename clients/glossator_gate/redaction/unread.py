"""Own the names of files that are never read, whatever the policy says.

It decides by names alone and must not touch the disk.
"""

from __future__ import annotations

import re

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
