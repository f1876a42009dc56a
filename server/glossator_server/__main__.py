"""Own the entry point of the command `glossator` and of `python -m glossator_server`."""

from __future__ import annotations

import contextlib
import sys

from glossator_gate import backstop, exchanges
from glossator_server.cli import run


def main() -> None:
    """Run the command line and leave with its exit status."""
    # Whatever is loaded from here on connects through the door, or not at all.
    backstop.install()
    try:
        status = run(sys.argv[1:])
    finally:
        # Who does not want to wait for the last of it need not.
        with contextlib.suppress(KeyboardInterrupt):
            exchanges.end_watching()
    sys.exit(status)


if __name__ == "__main__":
    main()
