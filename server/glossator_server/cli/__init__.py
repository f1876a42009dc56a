"""The command line: one module a subcommand, and the exit status that each ends with.

It must only parse, call and print; what is done is decided below.
"""

from glossator_server.cli.dispatch import run

__all__ = ["run"]
