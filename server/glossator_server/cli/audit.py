"""Own `glossator audit`: what left, where to and by which rule, and whether the log is whole."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from glossator_gate.audit import default_folder, lines
from glossator_gate.audit_check import verify
from glossator_server.cli.moments import moment
from glossator_server.cli.printing import complain, visible
from glossator_server.cli.status import ExitStatus
from glossator_server.errors import UsageError


def add_to(commands: Any) -> None:  # noqa: ANN401 -- argparse keeps the type private
    """Add the subcommands to the parser."""
    parser = commands.add_parser("audit", help="what left this machine, and whether the log holds")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    show = actions.add_parser("show", help="print the lines of the audit log")
    show.add_argument("--since", metavar="T", help="2026-01-31, 2026-01-31T14:00, or 90m, 2h, 3d")
    show.set_defaults(run=run_show)
    check = actions.add_parser("verify", help="tell whether each line is there and as written")
    check.set_defaults(run=run_verify)
    for action in (show, check):
        action.add_argument("--folder", type=Path, help="another folder than this user's")
        action.add_argument("--json", action="store_true", help="print JSON")


def run_show(options: argparse.Namespace) -> int:
    """Print the log, oldest first: a line of words each, or the JSON as it is written."""
    since = None if options.since is None else moment(options.since)
    for name, number, raw, line in _lines(options.folder):
        if line is None:
            complain(f"{name}:{number} is no line of the log; run `glossator audit verify`.")
            continue
        if since is not None and _time(line) < since:
            continue
        if options.json:
            print(raw.decode("utf-8", "replace"))
        else:
            print(visible(_in_words(line)))
    return ExitStatus.DONE


def run_verify(options: argparse.Namespace) -> int:
    """Say whether the log is whole; the status is 1 where it is not."""
    folder = options.folder or default_folder()
    try:
        verdict = verify(folder)
    except OSError as trouble:
        raise UsageError(f"{trouble.filename} cannot be read: {trouble.strerror}.") from trouble
    if options.json:
        report = {
            "schema": 1,
            "folder": str(folder),
            "lines": verdict.lines,
            "files": verdict.files,
            "torn": verdict.torn,
            "whole": verdict.is_whole,
            "flaws": [
                {"file": it.file, "line": it.line, "sentence": it.sentence} for it in verdict.flaws
            ],
        }
        print(json.dumps(report, indent=2))
    else:
        for flaw in verdict.flaws:
            print(visible(flaw.sentence))
        torn = f", {verdict.torn} left unfinished by a kill" if verdict.torn else ""
        ending = "each follows the one before it" if verdict.is_whole else "not as it was written"
        print(f"{verdict.lines} lines in {verdict.files} files{torn}: {ending}")
    return ExitStatus.DONE if verdict.is_whole else ExitStatus.FINDINGS


def _lines(folder: Path | None) -> list[tuple[str, int, bytes, dict[str, Any] | None]]:
    try:
        return list(lines(folder or default_folder()))
    except OSError as trouble:
        raise UsageError(f"{trouble.filename} cannot be read: {trouble.strerror}.") from trouble


def _time(line: Mapping[str, Any]) -> float:
    try:
        return datetime.fromisoformat(str(line.get("time"))).timestamp()
    except ValueError:
        return 0.0


def _in_words(line: Mapping[str, Any]) -> str:
    """Return for example `10:02:11 chat document -> http://127.0.0.1:8080 coder, 8,192 bytes`."""
    at = datetime.fromtimestamp(_time(line), UTC).astimezone()
    kind = line.get("kind")
    if kind == "answer":
        status = line.get("http.response.status_code", "none")
        size, seconds = line.get("glossator.bytes"), line.get("glossator.seconds", "?")
        of = line.get("glossator.line")
        return f"{at:%Y-%m-%d %H:%M:%S}   answer to line {of}: {status}, {size} bytes, {seconds} s"
    if kind == "mcp":
        return f"{at:%Y-%m-%d %H:%M:%S} {_told_in_words(line)}"
    what = [str(line.get("gen_ai.operation.name") or kind)]
    what += [str(it) for it in (line.get("glossator.role"), line.get("glossator.class")) if it]
    where = f"{line.get('url.scheme')}://{line.get('server.address')}:{line.get('server.port')}"
    redacted = line.get("glossator.redacted")
    more = f", {redacted} secrets taken out" if redacted else ""
    size = line.get("glossator.bytes")
    rule = f" by {line['glossator.rule']}" if line.get("glossator.rule") else ""
    name = line.get("gen_ai.request.model") or line.get("glossator.destination") or ""
    return f"{at:%Y-%m-%d %H:%M:%S} {' '.join(what)} -> {where} {name}, {size} bytes{more}{rule}"


def _told_in_words(line: Mapping[str, Any]) -> str:
    """Return for example `mcp read_symbol confidential -> a client, 812 bytes of 1 files`."""
    what = ["mcp", *(line.get(it) for it in ("glossator.tool", "glossator.class"))]
    redacted = line.get("glossator.redacted")
    more = f", {redacted} secrets taken out" if redacted else ""
    size, files = line.get("glossator.bytes"), line.get("glossator.files")
    words = " ".join(str(it) for it in what if it)
    whose = f"{line.get('glossator.assistant')}, {size} bytes of {files} files{more}"
    return f"{words} -> {whose} by {line.get('glossator.rule')}"
