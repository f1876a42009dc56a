"""Own what an editor with panels is told beside LSP: proposals as data, plans as a request.

An editor that announced no panels is told none of it, and must miss nothing: what it is asked and
shown instead is written elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from glossator_server.agent.plans import Plan
from glossator_server.change_set import FileChange
from glossator_server.changes.hunks import Hunk, hunks_of
from glossator_server.errors import UsageError
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.places import place_of
from glossator_server.lsp.proposals import OfferedChange
from glossator_server.lsp.uris import path_of
from glossator_server.proposal import CommentProposal, Proposal

PROPOSAL = "glossator/proposal"
PLAN = "glossator/plan"


class ProposalState(StrEnum):
    """How a proposal stands."""

    WAITING = "waiting"
    APPLIED = "applied"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class ProposalNews:
    """That a proposal stands in some way now; `id` is None where nothing of it waits."""

    id: str | None
    state: ProposalState
    job: int | None = None


@dataclass(frozen=True, slots=True)
class PlanQuestion:
    """A plan that a person is to agree to; `path` is where it is written down, if it is."""

    job: int
    plan: Plan
    path: Path | None


def tell_of_change(ls: GlossatorServer, news: ProposalNews, offered: OfferedChange) -> None:
    """Tell an editor with panels how a change of code stands."""
    if not ls.editor.panels:
        return
    changes = offered.changes
    files = [
        {
            "path": it.path,
            "uri": (changes.root / it.path).as_uri(),
            "change": _kind(it),
            "movedFrom": it.moved_from,
            "before": it.before,
            "after": it.after,
            "hunks": [_hunk(one) for one in hunks_of(it)],
            "confirm": it.path in offered.confirm,
            "along": it.path in offered.along,
        }
        for it in changes.files
    ]
    _tell(
        ls,
        news,
        offered.proposal,
        {
            "noun": offered.noun,
            "byParts": offered.apply is None,
            "files": files,
            "told": list(offered.told),
        },
    )


def tell_of_comment(ls: GlossatorServer, proposal: CommentProposal, job: int) -> None:
    """Tell an editor with panels of a comment that was applied."""
    if not ls.editor.panels:
        return
    uri = proposal.edits[0].uri
    path = path_of(uri)
    _, name = (None, uri) if path is None else place_of(ls, path)
    file: dict[str, object] = {
        "path": name,
        "uri": uri,
        "change": "modified",
        "movedFrom": None,
        "before": None,
        "after": None,
        "hunks": [],
        "confirm": False,
        "along": False,
    }
    news = ProposalNews(None, ProposalState.APPLIED, job)
    _tell(ls, news, proposal, {"noun": "comment", "byParts": False, "files": [file], "told": []})


async def plan_from_panel(
    ls: GlossatorServer, question: PlanQuestion, problem: str | None
) -> str | None:
    """Return the text of a plan as a person left it in the editor, None where it is discarded.

    There is no time-out: the plan stays open in a panel. A cancel takes the question back.
    Raises `UsageError` where the answer is none.
    """
    plan, path = question.plan, question.path
    params = {
        "job": question.job,
        "title": plan.title,
        "text": plan.text,
        "files": list(plan.files),
        "uri": None if path is None else path.as_uri(),
        "problem": problem,
    }
    answer = await ls.protocol.ask(PLAN, params)
    if answer is None:
        return None
    text = answer.get("text") if isinstance(answer, Mapping) else None
    if not isinstance(text, str):
        raise UsageError("The editor's answer to the plan has no text; ask for the edit again.")
    return text


def _tell(
    ls: GlossatorServer, news: ProposalNews, proposal: Proposal, more: dict[str, object]
) -> None:
    params = {
        "id": news.id,
        "job": news.job,
        "state": news.state.value,
        "title": proposal.title,
        **more,
        "evidence": [asdict(it) for it in proposal.evidence],
        "notices": list(proposal.notices),
        "model": proposal.model,
        "route": proposal.route,
        "local": proposal.stayed_here,
        "rounds": proposal.rounds,
        "seconds": round(proposal.seconds, 3),
        "promptTokens": proposal.prompt_tokens,
        "completionTokens": proposal.completion_tokens,
        "cost": None if proposal.cost is None else str(proposal.cost),
    }
    ls.protocol.notify(PROPOSAL, params)


def _kind(change: FileChange) -> str:
    if change.before is None:
        return "created"
    if change.after is None:
        return "deleted"
    return "modified" if change.moved_from is None else "renamed"


def _hunk(hunk: Hunk) -> dict[str, object]:
    return {
        "number": hunk.number,
        "before": {"start": hunk.before.start, "count": len(hunk.before)},
        "after": {"start": hunk.after.start, "count": len(hunk.after)},
        "added": hunk.added,
        "deleted": hunk.deleted,
    }
