"""Own the faults that are made by mutation, of the programs that have faults written by hand.

It must not know how a fault is mended.
"""

from __future__ import annotations

import random
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.fix_programs.mutations import mutations
from glossator_server.evals.faults import COMMANDS, Fault, written_faults

_SECONDS = 30


def mutants(count: int, seed: int) -> Iterator[Fault]:
    """Yield mutations that the programs' own tests notice, the same ones for a seed.

    Each program has its turn, and each operator as far as it can.
    """
    rng = random.Random(seed)
    programs = list(dict.fromkeys((it.language, it.program) for it in written_faults()))
    pools = {it: _shuffled(*it, rng) for it in programs}
    made = 0
    while made < count and any(pools.values()):
        for program in programs:
            if made >= count:
                return
            while pools[program]:
                fault = pools[program].pop()
                if _is_noticed(fault):
                    made += 1
                    yield fault
                    break


def _shuffled(language: str, program: str, rng: random.Random) -> list[Fault]:
    """Return the mutants of a program in random order, operators that are rare last (so first)."""
    template = next(
        it for it in written_faults() if (it.language, it.program) == (language, program)
    )
    suffix = ".c" if language == "c" else ".py"
    file = f"{program}{suffix}"
    right = (template.folder / file).read_text("utf-8")
    found = [
        replace(
            template,
            id=f"{it.operator}-{it.start}",
            kind="mutation",
            file=file,
            symbol="",
            about="",
            right=right,
            faulty=right[: it.start] + it.replacement + right[it.end :],
            operator=it.operator,
        )
        for it in mutations(right, language)
    ]
    rng.shuffle(found)
    by_operator: dict[str, int] = {}
    ranked = []
    for it in found:
        by_operator[it.operator] = by_operator.get(it.operator, 0) + 1
        ranked.append((by_operator[it.operator], rng.random(), it))
    return [it for _, _, it in sorted(ranked, key=lambda one: one[:2], reverse=True)]


def _is_noticed(fault: Fault) -> bool:
    """Tell whether the program's own tests fail with a fault in it."""
    with tempfile.TemporaryDirectory() as name:
        fault.lay_out(Path(name))
        try:
            done = subprocess.run(
                COMMANDS[fault.language],
                cwd=name,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return True
        return done.returncode != 0
