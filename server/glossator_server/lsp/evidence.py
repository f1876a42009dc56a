"""Own the one line in which the evidence of a proposal is shown.

It must not judge: what is shown was checked before.
"""

from __future__ import annotations

from glossator_server.proposal import Evidence, Proposal, Verdict


def evidence_in_short(proposal: Proposal) -> str:
    """Return for example `kernel-doc ok, code unchanged; smollm2, 1.9 s`."""
    in_order = sorted(proposal.evidence, key=lambda it: it.check == "only-comments")
    told = (_in_words(it) for it in in_order)
    # What is said of comments says also what every change has passed.
    checks = ", ".join(dict.fromkeys(it for it in told if it))
    spent = [f"{proposal.seconds:.1f} s"]
    if (speed := proposal.tokens_per_second) is not None:
        spent.append(f"{speed:.0f} tokens/s")
    if proposal.cost is not None:
        spent.append(str(proposal.cost))
    where = proposal.route.split(",")[0]
    return f"{checks}; {proposal.model} ({where}), {', '.join(spent)}"


def _in_words(evidence: Evidence) -> str:
    """Return what users read: what was found out, not the names of checks."""
    passed = evidence.verdict is Verdict.PASSED
    match evidence.check:
        case "parse":
            return ""
        case "only-comments":
            return "code unchanged" if passed else ""
        case "critic":
            return f"{'approved' if passed else 'not approved'} by {evidence.tool}"
        case _:
            return f"{evidence.tool} {'ok' if passed else evidence.after}"
