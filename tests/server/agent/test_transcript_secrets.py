"""Own the proof that what was a secret once is one wherever it stands later in a transcript."""

from __future__ import annotations

from pathlib import Path

from glossator_server.agent.transcript import Transcript

# Made up, and of no known form: only what stands around it tells.
PASSWORD = "tr0ub4dor-Zx9-quiet-harbour"


def test_a_secret_without_what_tells_it_is_taken_out_too(tmp_path: Path) -> None:
    transcript = Transcript(tmp_path)
    transcript.add("result", said=f'password = "{PASSWORD}"')
    transcript.add("reply", text=f"It is {PASSWORD}.", calls=[{"arguments": {"text": PASSWORD}}])
    assert transcript.path is not None
    assert PASSWORD not in transcript.path.read_text("utf-8")
    assert PASSWORD not in transcript.sealed(f"A plan about {PASSWORD}")
    assert transcript.sealed("A plan about nothing") == "A plan about nothing"
