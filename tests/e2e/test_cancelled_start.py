"""A command that is cancelled while it is still being loaded says so in one sentence."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.e2e.command_line import PATIENCE_S, Ended, check_one_sentence

# Ctrl-C, at the very moment in which one module is looked for.
PRESSED = """
import sys

class Pressed:
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Pressed())
from glossator_server.__main__ import main
sys.argv[1:] = {words!r}
main()
"""


@pytest.mark.parametrize(
    ("words", "module"),
    [
        (["eval", "document"], "glossator_server.cli.tune"),
        (["server"], "glossator_server.cli.serve"),
        (["eval", "document", "--prepared"], "glossator_server.evals.measuring"),
        (["prompt", "try", "document", "a.c:1"], "glossator_server.cli.prompt_trials"),
    ],
)
def test_a_command_is_cancelled_while_it_is_loaded(words: list[str], module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", PRESSED.format(module=module, words=words)],
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    ended = Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
    check_one_sentence(ended, 130, "Cancelled")
