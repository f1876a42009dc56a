"""Own the list of variables of the environment that lead other programs elsewhere.

Nothing in the door reads them; it must not read their values either but to see that they are set.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_REDIRECTING_VARIABLES = (
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "FTP_PROXY", "WS_PROXY", "WSS_PROXY",
    "OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID",
    "OPENAI_PROJECT_ID", "OPENAI_CUSTOM_HEADERS", "OPENAI_API_TYPE", "OPENAI_API_VERSION",
    "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "OLLAMA_HOST", "OLLAMA_API_KEY",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
    "NETRC",
)  # fmt: skip


def ignored_environment() -> list[str]:
    """Return the variables that are set and would redirect other programs; here they do nothing."""
    unread = set(_REDIRECTING_VARIABLES)
    return sorted(name for name, value in os.environ.items() if value and name.upper() in unread)


_IMPORTING = threading.RLock()


@contextmanager
def hidden_environment() -> Iterator[None]:
    """Hide these variables from a library that reads them when it is imported.

    Ollama's SDK makes a client of the environment then, which fails for a proxy that it cannot use,
    and the default TLS context opens the file of SSLKEYLOGFILE. Only for imports: a program that
    another thread starts meanwhile does not get them. Keys stay, because a policy may name one.
    """
    with _IMPORTING:
        names = [it for it in ignored_environment() if not it.upper().endswith("_KEY")]
        hidden = {name: os.environ.pop(name) for name in names}
        try:
            yield
        finally:
            os.environ.update(hidden)
