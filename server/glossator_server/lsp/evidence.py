"""Own the one line in which the evidence of a proposal is shown.

It must not judge: what is shown was checked before.
"""

from __future__ import annotations

from glossator_server.proposal import Proposal, Verdict

# Users read what was found out, not the names of checks.
_IN_WORDS = {"only-comments": "code unchanged", "parse": "parses"}


def evidence_in_short(proposal: Proposal) -> str:
    """Return for example `kernel-doc ok, code unchanged; smollm2, 1.9 s`."""
    passed = [it for it in proposal.evidence if it.verdict is Verdict.PASSED]
    style = [f"{it.tool} ok" for it in passed if it.check not in _IN_WORDS]
    others = [_IN_WORDS[it.check] for it in passed if it.check == "only-comments"]
    checks = ", ".join([*style, *others])
    spent = [f"{proposal.seconds:.1f} s"]
    if (speed := proposal.tokens_per_second) is not None:
        spent.append(f"{speed:.0f} tokens/s")
    if proposal.cost is not None:
        spent.append(str(proposal.cost))
    where = proposal.route.split(",")[0]
    return f"{checks}; {proposal.model} ({where}), {', '.join(spent)}"
