"""Own `glossator server`, the language server on standard input and output or a loopback port."""

from __future__ import annotations

import argparse
from typing import Any

from glossator_server.app import load_application, run_server, run_tcp_server
from glossator_server.errors import UsageError


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommand to the parser."""
    parser = commands.add_parser("server", help="the language server, for editors")
    parser.add_argument("--tcp", metavar="HOST:PORT", help="listen there instead (loopback only)")
    parser.add_argument("--stdio", action="store_true", help="the default, which some editors name")
    # Editors that speak vscode-languageclient pass their process id; initialize says it too.
    parser.add_argument("--clientProcessId", type=int, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until the editor leaves."""
    application = load_application()
    if options.tcp is None:
        return run_server(application)
    host, _, port = options.tcp.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise UsageError("--tcp takes HOST:PORT, for example 127.0.0.1:7999.")
    return run_tcp_server(application, host.strip("[]"), int(port))
