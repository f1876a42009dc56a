"""Own `shutdown`: everything that runs is cancelled, so that `exit` finds nothing to wait for."""

from __future__ import annotations

from glossator_server.lsp.language_server import GlossatorServer


def shutdown(ls: GlossatorServer, params: None) -> None:  # noqa: ARG001 -- the protocol's shape
    """Cancel all jobs; the protocol refuses requests from here on."""
    ls.session.jobs.cancel(None)
    ls.feedback.ending()
