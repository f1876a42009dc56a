"""Own the way from a result's JSON to the page, and its file.

It must not decide what the page says.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from glossator_server.evals.report.page import report_page
from glossator_server.evals.report.reading import read_result
from glossator_server.files import write_report


def html_report(data: Mapping[str, Any]) -> str:
    """Return the page for a result's JSON; raises `UsageError` where that is none."""
    return report_page(read_result(data))


def write_html_report(data: Mapping[str, Any], path: Path) -> None:
    """Write the page in one step, so that whoever waits for it finds all of it or none.

    It holds code, so that only its user can read it unless the file was there before. Raises
    `UsageError` where the result is none or the file cannot be written.
    """
    write_report(path, html_report(data), None if path.exists() else 0o600)
