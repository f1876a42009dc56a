"""Own how it is told what models did and cost today.

It must not count: what is told was kept with each answer.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glossator_gate.usage import ModelUsage


def spent_today() -> tuple[ModelUsage, ...]:
    """Return what each model did today, costliest first."""
    # A database is opened by who asks for it, not by whoever may ask.
    from glossator_gate.usage import UsageStore

    store = UsageStore()
    try:
        # Nobody makes a database only to find nothing in it.
        return store.day() if store.path.exists() else ()
    finally:
        store.close()


def in_words(usage: ModelUsage) -> str:
    """Return for example `coder: 12 answers, 7,320 + 768 tokens, 41 tokens/s, 0.0031 EUR`."""
    parts = [
        f"{usage.answers} answer{'s' if usage.answers > 1 else ''}",
        f"{usage.prompt_tokens:,} + {usage.completion_tokens:,} tokens",
    ]
    if (speed := usage.tokens_per_second) is not None:
        parts.append(f"{speed:.0f} tokens/s")
    if usage.cost is not None:
        parts.append(f"{usage.cost:.4f} {usage.currency}")
    return f"{usage.model}: {', '.join(parts)}"


def as_json(usage: ModelUsage) -> dict[str, object]:
    """Return it for programs."""
    speed = usage.tokens_per_second
    return {
        **asdict(usage),
        "seconds": round(usage.seconds, 3),
        "tokens_per_second": None if speed is None else round(speed, 1),
    }
