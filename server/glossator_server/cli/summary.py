"""Own the sum of a run of `glossator document`: what came of it, and what it cost.

Pure: it must not print.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from glossator_clients.costs import Cost
from glossator_server.cli.pace import duration
from glossator_server.proposal import Outcome, Skipped
from glossator_server.snapshot import Snapshot


@dataclass(slots=True)
class Summary:
    """Sums over all outcomes; `costs` has an amount for each currency of the policy's prices.

    Tokens, cost and seconds of the model are those of comments that were offered.
    """

    files: int = 0
    written: int = 0
    unusable: int = 0
    documented: int = 0
    updated: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    costs: dict[str, float] = field(default_factory=dict)

    def add(self, outcome: Outcome, snapshot: Snapshot) -> None:
        """Count an outcome; the snapshot is the text that it was made for."""
        if isinstance(outcome, Skipped):
            self.skipped[outcome.cause] += 1
            return
        if any(
            snapshot.text[it.span.start : it.span.end].strip() for it in outcome.edits[0].changes
        ):
            self.updated += 1
        else:
            self.documented += 1
        self.prompt_tokens += outcome.prompt_tokens
        self.completion_tokens += outcome.completion_tokens
        if outcome.cost is not None:
            known = self.costs.get(outcome.cost.currency, 0.0)
            self.costs[outcome.cost.currency] = known + outcome.cost.amount

    @property
    def offered(self) -> int:
        """Return how many comments passed their checks."""
        return self.documented + self.updated

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield what a table shows: names and values."""
        files = [f"{self.files}"]
        if self.written:
            files.append(f"{self.written} written")
        if self.unusable:
            files.append(f"{self.unusable} unusable")
        yield "files", ", ".join(files)
        yield "documented", str(self.documented)
        yield "updated", str(self.updated)
        causes = ", ".join(f"{count} {cause}" for cause, count in self.skipped.most_common())
        total = self.skipped.total()
        yield "skipped", f"{total} ({causes})" if causes else "0"
        yield "tokens", f"{self.prompt_tokens:,} + {self.completion_tokens:,}"
        yield "time", duration(self.seconds)
        for currency, amount in sorted(self.costs.items()):
            yield "cost", str(Cost(amount, currency))

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            "files": self.files,
            "written": self.written,
            "unusable": self.unusable,
            "documented": self.documented,
            "updated": self.updated,
            "skipped": {str(cause): count for cause, count in sorted(self.skipped.items())},
            "tokens": {"prompt": self.prompt_tokens, "completion": self.completion_tokens},
            "seconds": round(self.seconds, 3),
            "costs": [asdict(Cost(it, currency)) for currency, it in sorted(self.costs.items())],
        }
