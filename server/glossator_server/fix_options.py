"""Own how much a fix may cost, as users may choose it.

It must not know how a fix is made.
"""

from __future__ import annotations

from dataclasses import dataclass

from glossator_server.sampling import SamplingOptions
from glossator_server.setting_keys import Table, whole_number

# As the prompt file says.
AS_PROMPTED = SamplingOptions()


@dataclass(frozen=True, slots=True)
class FixOptions:
    """How much a fix may cost; `sampling` is that of the role, from its own table.

    `prompt` and `critic_prompt` are names or paths of prompts, empty for the usual ones.

    `rounds` are those of asking and checking, `seconds` is wall time over all of them, `tokens`
    counts prompts and answers of all models. `test_seconds` is how long one command of tests may
    take.
    """

    rounds: int = 2
    seconds: int = 180
    tokens: int = 100_000
    test_seconds: int = 60
    sampling: SamplingOptions = AS_PROMPTED
    prompt: str = ""
    critic_prompt: str = ""


FIX = Table(
    "fix",
    {
        # Published results and ours agree that later rounds bring little.
        "rounds": whole_number(1, 3, "How often a model may try to mend one problem."),
        "seconds": whole_number(5, 3600, "How many seconds one fix may take, checks included."),
        "tokens": whole_number(
            1000, 10_000_000, "How many tokens one fix may cost, with all models."
        ),
        "test_seconds": whole_number(1, 3600, "How many seconds one command of tests may take."),
    },
)
