"""Own what an answer costs in money, where the policy names a price.

It must not count tokens, nor remember what was spent.
"""

from __future__ import annotations

from dataclasses import dataclass

from glossator_clients.types import Usage
from glossator_gate.types import Price

_TOKENS_OF_A_PRICE = 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount of money in the currency that the policy names."""

    amount: float
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:.4f} {self.currency}"


def cost_of(usage: Usage, price: Price | None) -> Cost | None:
    """Return what an answer costs, None where there is no price."""
    if price is None:
        return None
    amount = usage.prompt_tokens * price.prompt + usage.completion_tokens * price.completion
    return Cost(amount / _TOKENS_OF_A_PRICE, price.currency)


def added(one: Cost | None, other: Cost | None) -> Cost | None:
    """Return the sum; of two currencies the first is kept, since nobody knows their rate."""
    if one is None or other is None:
        return one or other
    if one.currency != other.currency:
        return one
    return Cost(one.amount + other.amount, one.currency)
