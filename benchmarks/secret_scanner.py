"""Own the independent scanner: what Yelp's detect-secrets finds in a text, with its defaults.

It must not know what we find.
"""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path


def scanned(text: str, suffix: str) -> frozenset[str]:
    """Return the secrets that it finds in a file of this text."""
    from detect_secrets.core.scan import scan_file
    from detect_secrets.settings import default_settings

    logging.getLogger("detect_secrets").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder, default_settings():
        path = Path(folder, f"sample{suffix}")
        path.write_text(text, "utf-8")
        return frozenset(it.secret_value for it in scan_file(str(path)) if it.secret_value)
