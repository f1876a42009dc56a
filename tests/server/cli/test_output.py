"""What a terminal is told at the end of a run."""

from __future__ import annotations

import pytest

from glossator_server.cli.output import TerminalPrinter
from glossator_server.cli.summary import Summary


def test_files_that_cannot_be_used_are_not_called_commented(
    capsys: pytest.CaptureFixture[str],
) -> None:
    TerminalPrinter().end(Summary(files=2, unusable=2))
    told = capsys.readouterr().out
    assert "2 unusable" in told
    assert "every symbol" not in told
    TerminalPrinter().end(Summary(files=2))
    assert "every symbol has a comment" in capsys.readouterr().out
