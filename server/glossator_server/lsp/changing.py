"""Own how a checked change of one or more files gets into the editor: all of it, or nothing.

What is applied is what was checked: where a text has moved on, the change is checked anew in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from glossator_gate.errors import GlossatorError
from glossator_indexer.symbols import all_symbols, own_code
from glossator_indexer.types import Span
from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.changes.writing import journal_folder, write_changes
from glossator_server.edits import apply_changes, changes_between
from glossator_server.errors import StaleDocumentError, UsageError
from glossator_server.lsp.asking import ask, named
from glossator_server.lsp.evidence import evidence_in_short
from glossator_server.lsp.jobs import JobReport
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.moving import moved_changes
from glossator_server.lsp.places import Place, Places
from glossator_server.lsp.proposals import Failing, OfferedChange
from glossator_server.lsp.recovering import recover_writes
from glossator_server.lsp.routing import EditorPart, Route, route_of
from glossator_server.lsp.sending import Sent, deliver, has_arrived, holds
from glossator_server.proposal import Proposal
from glossator_server.session import Remembered

MOST_ATTEMPTS = 3
# Editors keep what was typed last to themselves for a moment (Neovim 150 ms), and Neovim does not
# look at the version of an edit of a text that was not changed before.
SETTLING_SECONDS = 0.25
TAKE_BACK, KEEP = "Take it back", "Keep it"


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Which files have their part of a change; `trouble` is why others have not, if it is known.

    `sent` are the texts of those that are missing, as they went out.
    """

    arrived: tuple[FileChange, ...]
    missing: tuple[FileChange, ...]
    trouble: str | None
    sent: tuple[Sent, ...] = ()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A change as it was sent, which way, and what came of it."""

    offered: OfferedChange
    route: Route
    outcome: _Outcome


async def apply_change(ls: GlossatorServer, offered: OfferedChange, report: JobReport) -> str:
    """Have a change applied; say what was found out about it.

    Raises `StaleDocumentError` where a text changed in what the change is about, or will not
    stand still; `UsageError` where the editor refuses.
    """
    if offered.apply is not None:
        return await offered.apply()
    await asyncio.sleep(SETTLING_SECONDS)
    await recover_writes(ls, offered.changes.root)
    attempts: list[_Attempt] = []
    try:
        return await _attempted(ls, offered, report, attempts)
    except (StaleDocumentError, UsageError):
        # That nothing was changed is only so where nothing has arrived since, either.
        late = _with_late(ls, attempts[-1]) if attempts else None
        if late is None:
            raise
    return await _ended(ls, late)


async def _attempted(
    ls: GlossatorServer, offered: OfferedChange, report: JobReport, attempts: list[_Attempt]
) -> str:
    """Have a change applied, in several attempts if need be; those that failed are noted."""
    for _ in range(MOST_ATTEMPTS):
        if attempts and (late := _with_late(ls, attempts[-1])) is not None:
            attempts.clear()
            return await _ended(ls, late)
        offered = await _brought_up_to_date(ls, offered, report)
        route = route_of(ls, offered.changes)
        if _is_outdated(ls, offered.changes):
            continue  # It moved on while it was checked.
        outcome = await _in_one_go(ls, offered.proposal, offered.changes.root, route)
        if outcome.arrived or not outcome.missing:
            attempts.clear()
            return await _ended(ls, _Attempt(offered, route, outcome))
        attempts.append(_Attempt(offered, route, outcome))
        _check_worth_another_try(ls, offered, outcome)
    names = _names(offered.changes.files)
    raise StaleDocumentError(
        f"{names} changes too fast for {offered.proposal.what}; pause and ask for the "
        f"{offered.noun} again."
    )


async def _ended(ls: GlossatorServer, attempt: _Attempt) -> str:
    """Say how an attempt ended of which something has arrived."""
    if attempt.outcome.missing:
        return await _half_done(ls, attempt.offered, attempt.outcome)
    _remember(ls, attempt.offered)
    return _told(ls, attempt.offered, attempt.route)


def _with_late(ls: GlossatorServer, attempt: _Attempt) -> _Attempt | None:
    """Return an attempt with what arrived later than it was waited for, None where nothing did."""
    outcome, places, late = attempt.outcome, Places(ls), []
    sent = {it.uri: it for it in outcome.sent}
    for change in outcome.missing:
        here = places.at(attempt.offered.changes.root / change.path)
        one = sent.get(here.uri)
        if one is not None and here.text not in (None, one.before) and holds(here.text or "", one):
            late.append(change)
    if not late:
        return None
    missing = tuple(it for it in outcome.missing if it not in late)
    return replace(attempt, outcome=replace(outcome, arrived=tuple(late), missing=missing))


async def _brought_up_to_date(
    ls: GlossatorServer, offered: OfferedChange, report: JobReport
) -> OfferedChange:
    """Return a change as one of the texts as they are now, checked again where they are others."""
    places = Places(ls)
    files = tuple(_moved(places, offered, it) for it in offered.changes.files)
    if files == offered.changes.files:
        return offered
    changes = replace(offered.changes, files=files)
    texts = [(it.before, it.after) for it in files]
    if texts == [(it.before, it.after) for it in offered.changes.files]:
        return offered.narrowed(changes)
    report.say("checking again: the text has changed")
    checked = await offered.again(changes)
    what = offered.proposal.what
    if isinstance(checked, Failing):
        raise StaleDocumentError(
            f"In the text as it is now {what} no longer passes its checks ({checked.reason}); ask "
            f"for the {offered.noun} again."
        )
    proposal = replace(checked, title=offered.proposal.title)
    return replace(offered, proposal=proposal, changes=changes)


def _moved(places: Places, offered: OfferedChange, change: FileChange) -> FileChange:
    root, again = offered.changes.root, f"ask for the {offered.noun} again."
    here = places.at(root / (change.moved_from or change.path))
    if change.moved_from is not None and places.at(root / change.path).text is not None:
        raise StaleDocumentError(f"There is a file {change.path} meanwhile; {again}")
    if here.text == change.before:
        return replace(change, version=here.version)
    if change.before is None:
        raise StaleDocumentError(f"There is a file {change.path} meanwhile; {again}")
    if here.text is None:
        raise StaleDocumentError(f"The file {change.path} is gone meanwhile; {again}")
    return _moved_text(here, change, f"{offered.proposal.what} would go", again)


def _moved_text(here: Place, change: FileChange, where: str, again: str) -> FileChange:
    before, now = change.before or "", here.text or ""
    wanted = None if change.after is None else changes_between(before, change.after)
    moved = None if wanted is None else moved_changes(wanted, before, now)
    if moved is None:
        raise StaleDocumentError(
            f"The text of {change.path} changed where {where}, so that it would not be what was "
            f"checked; {again}"
        )
    return replace(change, before=now, after=apply_changes(now, moved), version=here.version)


def _is_outdated(ls: GlossatorServer, changes: ChangeSet) -> bool:
    places = Places(ls)
    return any(
        places.at(changes.root / (it.moved_from or it.path)).text != it.before
        for it in changes.files
    )


async def _in_one_go(ls: GlossatorServer, proposal: Proposal, root: Path, route: Route) -> _Outcome:
    """Do all of it, also where somebody cancels in between: half of a change is none."""
    doing = asyncio.create_task(_carried_out(ls, proposal, root, route))
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        if not route.on_disk:
            doing.cancel()
        # Waiting for it does not cancel it, should somebody cancel again.
        await asyncio.wait([doing])
        raise


async def _carried_out(
    ls: GlossatorServer, proposal: Proposal, root: Path, route: Route
) -> _Outcome:
    parts = route.through_editor
    trouble = None
    if parts:
        trouble = await deliver(ls, proposal, route.delivery)
    is_refused = trouble is not None
    found = await asyncio.gather(*(_is_there(ls, root, it, is_refused=is_refused) for it in parts))
    arrived = [part.change for part, is_there in zip(parts, found, strict=True) if is_there]
    missing = [part.change for part, is_there in zip(parts, found, strict=True) if not is_there]
    if missing or not route.on_disk:
        sent = tuple(it.sent for it in parts if it.sent is not None and it.change in missing)
        return _Outcome(tuple(arrived), (*missing, *route.on_disk), trouble, sent)
    try:
        own = ChangeSet(root, tuple(route.on_disk))
        await asyncio.to_thread(write_changes, own, journal_folder())
    except GlossatorError as failure:
        return _Outcome(tuple(arrived), tuple(route.on_disk), str(failure).rstrip("."))
    if ls.indexing is not None:
        ls.indexing.files_changed(root / it.path for it in route.on_disk)
    return _Outcome((*arrived, *route.on_disk), (), None)


async def _is_there(ls: GlossatorServer, root: Path, part: EditorPart, *, is_refused: bool) -> bool:
    """Tell whether a file has become what it was to be, as far as that can be seen."""
    change, sent = part.change, part.sent
    here = Places(ls).at(root / change.path)
    if change.after is None:
        return here.text is None
    if change.before is None or change.moved_from is not None:
        # An editor writes a new file's text when a person saves it.
        return here.text is not None and (not is_refused or here.text == change.after)
    if sent is None:
        return True
    if here.is_open and not await has_arrived(ls, sent):
        return False
    if sent.uri in ls.session.documents:
        return True
    if sent.version is not None:
        # Closed since: what a person saved of it counts.
        text = Places(ls).at(root / change.path).text
        return text is not None and holds(text, sent)
    return not is_refused or here.text == change.after


def _check_worth_another_try(
    ls: GlossatorServer, offered: OfferedChange, outcome: _Outcome
) -> None:
    """Raise `UsageError` where nothing has moved on, so that it would end the same way again."""
    if _is_outdated(ls, offered.changes):
        return
    what = offered.proposal.what
    if outcome.trouble is not None:
        raise UsageError(f"The editor did not apply {what}: {outcome.trouble}; run it again.")
    raise UsageError(
        f"The editor said that it applied {what}, but its text does not show it; look, and run the "
        "command again where it is not there."
    )


async def _half_done(ls: GlossatorServer, offered: OfferedChange, outcome: _Outcome) -> str:
    """Say which files have not got their part, and take the others back where a person says so."""
    lost, got = _names(outcome.missing), _names(outcome.arrived)
    why = f" ({outcome.trouble})" if outcome.trouble else ""
    question = (
        f"{lost} did not take its part of the change{why}, but {got} did. Take it back there?"
    )
    if await ask(ls, question, (TAKE_BACK, KEEP)) != TAKE_BACK:
        raise UsageError(
            f"Only a part of the change is applied, in {got}; undo it there, or make the rest of "
            f"it in {lost} yourself."
        )
    # What arrived while somebody thought about it goes back as well.
    late = {it.uri for it in outcome.sent if _holds_now(ls, it)}
    root = offered.changes.root
    too = [it for it in outcome.missing if Places(ls).at(root / it.path).uri in late]
    left = await _taken_back(ls, offered, (*outcome.arrived, *too))
    if left:
        raise UsageError(f"The change of {_names(left)} could not be taken back; undo it there.")
    raise StaleDocumentError(
        f"Nothing was changed, because {lost} did not take its part{why}; ask for the "
        f"{offered.noun} again."
    )


def _holds_now(ls: GlossatorServer, sent: Sent) -> bool:
    document = ls.session.documents.get(sent.uri)
    return document is not None and holds(document.text, sent)


async def _taken_back(
    ls: GlossatorServer, offered: OfferedChange, done: Sequence[FileChange]
) -> tuple[FileChange, ...]:
    """Undo a part of a change by an edit; return what could not be undone."""
    root = offered.changes.root
    proposal = replace(offered.proposal, title=f"Take back: {offered.proposal.title}")
    for _ in range(MOST_ATTEMPTS):
        places = Places(ls)
        undone = {it: _inverse(places.at(root / it.path), it) for it in done}
        back = tuple(it for it in undone.values() if it is not None)
        if not back:
            break
        outcome = await _in_one_go(ls, proposal, root, route_of(ls, ChangeSet(root, back)))
        # What somebody typed in at that moment can go at the next.
        done = [it for it, one in undone.items() if one is None or one in outcome.missing]
        if not done:
            break
    return tuple(done)


def _inverse(here: Place, change: FileChange) -> FileChange | None:
    """Return what takes a change back in the text as it is now, None where it has moved on."""
    if change.after is None:
        return replace(change, before=None, after=change.before, version=None)
    if here.text is None:
        return None
    if change.before is None:
        # What an editor has not saved yet is an empty file.
        is_ours = here.text in (change.after, "")
        return replace(change, before=here.text, after=None) if is_ours else None
    wanted = changes_between(change.after, change.before)
    moved = moved_changes(wanted, change.after, here.text)
    if moved is None:
        return None
    return FileChange(
        path=change.moved_from or change.path,
        before=here.text,
        after=apply_changes(here.text, moved),
        moved_from=change.path if change.moved_from is not None else None,
        version=here.version,
    )


def _told(ls: GlossatorServer, offered: OfferedChange, route: Route) -> str:
    for notice in _on_disk(route):
        ls.note(notice)
    files = offered.changes.files
    count = f"{len(files)} files: " if len(files) > 1 else ""
    return count + evidence_in_short(offered.proposal)


def _on_disk(route: Route) -> list[str]:
    return [f"{it.path} was written to the disk; it is not open." for it in route.on_disk]


def _names(files: Sequence[FileChange]) -> str:
    return named(list(dict.fromkeys(it.path for it in files)))


def _remember(ls: GlossatorServer, offered: OfferedChange) -> None:
    """Keep what the checks said, for the hover of everything that changed."""
    told = evidence_in_short(offered.proposal)
    for change in offered.changes.files:
        here = Places(ls).at(offered.changes.root / change.path)
        document = ls.session.documents.get(here.uri)
        after = None if document is None else document.snapshot(ls.session.settings.document)
        if after is None or after.text != change.after:
            continue
        spans = _changed_spans(change.before or "", after.text)
        for it in all_symbols(after.source):
            if any(one.start < it.extent.end and it.extent.start < one.end for one in spans):
                checked = Remembered(own_code(after.text, it), None, told)
                ls.session.remember(here.uri, it.qualified_name, checked)


def _changed_spans(before: str, after: str) -> list[Span]:
    """Return where two texts differ, in the second one; of what is gone the character behind it."""
    spans, moved = [], 0
    for it in changes_between(before, after):
        start = it.span.start + moved
        spans.append(Span(start, start + max(1, len(it.new_text))))
        moved += len(it.new_text) - (it.span.end - it.span.start)
    return spans
