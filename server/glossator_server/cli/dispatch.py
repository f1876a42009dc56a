"""Own the parser of the command line and the translation of errors into exit statuses."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from glossator_clients.errors import ModelError
from glossator_gate.errors import GlossatorError, PolicyError
from glossator_gate.redaction.logs import redact_logs
from glossator_indexer.errors import EmbedderError, IndexUnavailableError, StoreCorruptError
from glossator_server import __version__
from glossator_server.cli.printing import complain
from glossator_server.cli.status import ExitStatus
from glossator_server.errors import SandboxUnavailableError


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status; every trouble is one sentence on stderr."""
    redact_logs()
    try:
        # What a command imports takes a second, in which it can be cancelled, too.
        parser = _parser(_subcommands(arguments[0] if arguments else ""))
        options = parser.parse_args(arguments)
        status = int(options.run(options))
        # What is still buffered meets a reader who left here, not in the interpreter's last words.
        # Python has no output at all where the caller closed it.
        if sys.stdout is not None:
            sys.stdout.flush()
    except PolicyError as trouble:
        return _fail(str(trouble), ExitStatus.REFUSED_BY_POLICY)
    except ModelError as trouble:
        return _fail(str(trouble), ExitStatus.MODEL_UNAVAILABLE)
    except SandboxUnavailableError as trouble:
        return _fail(str(trouble), ExitStatus.MODEL_UNAVAILABLE)
    except (IndexUnavailableError, StoreCorruptError, EmbedderError) as trouble:
        return _fail(str(trouble), ExitStatus.INDEX_UNAVAILABLE)
    except GlossatorError as trouble:
        return _fail(str(trouble), ExitStatus.USAGE)
    except KeyboardInterrupt:
        return _fail("Cancelled; files that were not finished are as they were.", ExitStatus.SIGINT)
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        _drop_output()
        return ExitStatus.DONE
    except OSError as trouble:
        # Of the output, or of a name that no file can have: all else has its own sentence.
        _drop_output()
        what = trouble.filename or "The output"
        return _fail(f"{what} cannot be used: {trouble.strerror}.", ExitStatus.USAGE)
    return status


def _drop_output() -> None:
    # Python would complain again at exit of what is still buffered.
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _subcommands(word: str) -> tuple[ModuleType, ...]:
    """Return the module of the subcommand that is called, all of them where none is.

    An editor waits for the server to start, and must not wait for what other subcommands import.
    """
    if word == "server":
        from glossator_server.cli import serve

        return (serve,)
    if word == "index-owner":
        from glossator_server.cli import index_owner

        return (index_owner,)
    if word == "mcp":
        from glossator_server.cli import mcp

        return (mcp,)
    from glossator_server.cli import (
        approve,
        ask,
        audit,
        data,
        do,
        doctor,
        document,
        edit,
        explain,
        feedback,
        fix,
        index,
        mcp,
        models,
        policy,
        prompt,
        recover,
        review,
        search,
        serve,
        transcript,
        tune,
    )
    from glossator_server.cli import eval as evaluation

    return (
        *(serve, document, fix, edit, review, ask, explain, do, index, search),
        *(evaluation, prompt, data, tune, models, policy, approve, audit, feedback),
        *(transcript, recover, doctor, mcp),
    )


def _parser(subcommands: Sequence[ModuleType]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="glossator",
        description="Doc comments, fixes, edits and answers from a language model, checked before "
        "you see them, and search that finds code by what it does.",
        epilog="Exit status: 0 done; 1 findings, or nothing passed its checks; 2 wrong usage; "
        "3 refused by policy; 4 no model, no index, or no sandbox.",
    )
    parser.add_argument("--version", action="version", version=f"glossator {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in subcommands:
        module.add_to(commands)
    return parser


def _fail(sentence: str, status: ExitStatus) -> int:
    complain(sentence)
    return status
