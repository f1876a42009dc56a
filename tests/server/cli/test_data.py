"""What `glossator data` says of input that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_server.cli import run
from glossator_server.cli.data import FORMAT_NAMES
from glossator_server.datasets.formats import FORMATS
from tests.server.datasets.repositories import repository


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("mine nowhere --out data.jsonl", "does not exist"),
        ("mine ringlog --out nowhere/data.jsonl", "cannot be written"),
        ("mine ringlog ringlog/src --project one --out data.jsonl", "--project"),
        ("export none.jsonl --out export", "cannot be read"),
        ("export ringlog/src/ring.c --out export", "ring.c:1 cannot be used"),
        ("export --out export", "data mine"),
        ("export --feedback --out export", "No record passes"),
        ("export --feedback --out export --prompt ask", "name one for document"),
        ("export --feedback --out export --prompt none", "no prompt none"),
        ("show ringlog/src/ring.c", "cannot be used"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(
    tmp_path: Path,
    words: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    repository(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert run(["data", *words.split()]) == 2
    output, errors = capsys.readouterr()
    (line,) = errors.splitlines()
    assert output == ""
    assert line.startswith("glossator: ")
    assert line.endswith(".")
    assert told in line
    assert not (tmp_path / "export").exists()


def test_the_formats_of_the_command_line_are_those_that_can_be_written() -> None:
    assert tuple(FORMATS) == FORMAT_NAMES
