"""Own random answers to the question for a fix, and the judgement of what comes of them.

Shared by a test, which tries some seeds, and a benchmark, which tries thousands.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from glossator_server.edits import apply_changes
from glossator_server.reflection.judging import judge
from glossator_server.reflection.loop import Budget
from tests.server.reflection.marks import MarkChecker, block, mended, task_for

_MARKS = ("@error missing", "@error e", "@warning w", "@fails t", "@lint l", "@hangs", "")
_ANSWERS = 20


async def trouble_of(seed: int) -> str | None:
    """Return what is wrong with what was returned for a seed, None where nothing is.

    Of any answers, what is returned was checked whole, is better, and brings nothing new.
    """
    rng = random.Random(seed)
    before = " ".join(rng.sample(_MARKS, rng.randint(1, 3)))
    lines = [f"\tint x = 1; // {before}", "\tint y = 2;", "\treturn x + y;"]
    text = "".join(["int f(void)\n{\n", *(f"{it}\n" for it in lines), "}\n"])
    done = await mended(
        text, [_answer(lines, rng) for _ in range(_ANSWERS)], budget=Budget(rounds=3)
    )
    if done.best is None:
        return None
    if apply_changes(text, done.best.changes) != done.best.after.text:
        return "what is offered is not the text that was checked"
    checker = MarkChecker()
    task = await task_for(text, checker)
    again = await judge(checker, task, done.best.after)
    if again != done.best.judgement:
        return "what was returned is not what was checked"
    if not again.score.beats(task.original):
        return "what was returned is no better"
    return "what was returned brings something new" if again.introduced else None


def _answer(lines: Sequence[str], rng: random.Random) -> str:
    if rng.random() < 0.2:
        return rng.choice(["no edit", block("nowhere", "x")])
    marks = " ".join(rng.sample(_MARKS, 2))
    blocks = [block(lines[0], f"\tint x = {rng.randint(0, 3)}; // {marks}")]
    others = rng.sample(lines[1:], rng.randint(0, 2))
    blocks += (block(it, f"{it} // {'and more ' * rng.randint(0, 9)}") for it in others)
    return "".join(rng.sample(blocks, len(blocks)))
