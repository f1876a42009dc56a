"""Own how much an edit of several files may cost, as users may choose it.

It must not know how an edit is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from glossator_server.sampling import SamplingOptions
from glossator_server.setting_keys import Table, whole_number


@dataclass(frozen=True, slots=True)
class EditOptions:
    """How much an edit may cost; `plan_sampling` and `sampling` are those of the two roles.

    `steps` are turns of the model that edits, `seconds` wall time over all, `tokens` prompts and
    answers of all models, `files` how many one edit may change. `reviews` is how often a critic may
    send it back. The prompts are names or paths, empty for the usual ones.
    """

    steps: int = 40
    seconds: int = 900
    tokens: int = 400_000
    files: int = 30
    reviews: int = 2
    plan_sampling: SamplingOptions = field(default_factory=SamplingOptions)
    sampling: SamplingOptions = field(default_factory=SamplingOptions)
    plan_prompt: str = ""
    prompt: str = ""
    critic_prompt: str = ""


EDIT = Table(
    "edit",
    {
        "steps": whole_number(3, 500, "How many turns the model that edits may take."),
        "seconds": whole_number(10, 36_000, "How many seconds one edit may take, checks included."),
        "tokens": whole_number(
            1000,
            50_000_000,
            "How many tokens one edit may cost, with all models.",
        ),
        "files": whole_number(1, 100, "How many files one edit may change."),
        "reviews": whole_number(0, 5, "How often a critic may send an edit back."),
    },
)
