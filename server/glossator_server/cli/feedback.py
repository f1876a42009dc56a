"""Own `glossator feedback`: what this machine has kept of offered comments, for its user."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from glossator_server.cli.printing import visible
from glossator_server.cli.status import ExitStatus
from glossator_server.errors import UsageError
from glossator_server.feedback import FeedbackStore
from glossator_server.files import write_report


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommands to the parser."""
    parser = commands.add_parser("feedback", help="what became of offered comments; never sent")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    show = actions.add_parser("show", help="print what was kept, oldest first")
    show.add_argument("--json", action="store_true", help="print the lines as they were written")
    show.set_defaults(run=run_show)
    export = actions.add_parser("export", help="write it into a file that only you can read")
    export.add_argument("file", metavar="FILE", type=Path, help="where to; a JSON object a line")
    export.set_defaults(run=run_export)
    clear = actions.add_parser("clear", help="remove all of it")
    clear.set_defaults(run=run_clear)


def run_show(options: argparse.Namespace) -> int:
    """Print each line in words, and a sum; or the JSON."""
    found = _lines(FeedbackStore())
    if options.json:
        for line in found:
            print(json.dumps(line))
        return ExitStatus.DONE
    symbols = {str(it.get("offer")): it.get("symbol") for it in found if it.get("kind") == "offer"}
    for line in found:
        print(visible(_in_words(line, symbols)))
    fates = Counter(
        f"{it.get('fate')} at {it.get('moment')}" for it in found if it.get("kind") == "finding"
    )
    sums = ", ".join(f"{count} {fate}" for fate, count in sorted(fates.items()))
    print(visible(f"{len(symbols)} offered{f'; {sums}' if sums else ''}"))
    return ExitStatus.DONE


def run_export(options: argparse.Namespace) -> int:
    """Write all lines into a file, in one step."""
    found = _lines(FeedbackStore())
    # It holds code: others on this machine have no business in it.
    write_report(options.file, "".join(json.dumps(it) + "\n" for it in found), 0o600)
    print(visible(f"{len(found)} lines in {options.file}"))
    return ExitStatus.DONE


def run_clear(options: argparse.Namespace) -> int:  # noqa: ARG001 -- the shape of a subcommand
    """Remove all lines."""
    store = FeedbackStore()
    try:
        store.clear()
    except OSError as trouble:
        raise UsageError(f"{trouble.filename} cannot be removed: {trouble.strerror}.") from trouble
    print("nothing is kept any more")
    return ExitStatus.DONE


def _lines(store: FeedbackStore) -> list[Mapping[str, Any]]:
    try:
        return list(store.lines())
    except OSError as trouble:
        raise UsageError(f"{trouble.filename} cannot be read: {trouble.strerror}.") from trouble


def _in_words(line: Mapping[str, Any], symbols: Mapping[str, Any]) -> str:
    when = _moment(line.get("at"))
    if line.get("kind") == "offer":
        return f"{when} offered {line.get('symbol')} by {line.get('model')} ({line.get('where')})"
    distance = line.get("distance")
    far = f", distance {distance}" if line.get("fate") == "edited" else ""
    symbol = symbols.get(str(line.get("offer")), "?")
    return f"{when}   {symbol}: {line.get('fate')} at {line.get('moment')}{far}"


def _moment(at: object) -> str:
    try:
        time = datetime.fromtimestamp(at if isinstance(at, int | float) else 0, UTC)
        return f"{time.astimezone():%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return "at no time"
