"""Own the action "document": from a symbol to a checked doc comment, or the reason why not.

It must not know the editor, nor apply anything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from glossator_clients.costs import Cost, added, cost_of
from glossator_clients.errors import IncompleteReplyError, PromptTooLongError
from glossator_clients.protocol import ChatModel, complete
from glossator_clients.types import ChatReply, ChatRequest, ModelInfo, Packing
from glossator_gate.types import Errand
from glossator_indexer.facts import with_uses
from glossator_indexer.parsing import syntax_problems
from glossator_indexer.retrieval import DocumentedSymbol
from glossator_indexer.styles.names import unnameable_parameters
from glossator_indexer.styles.voice import imperative, voiced
from glossator_indexer.styles.wording import clean_fields
from glossator_indexer.symbols import find_symbols, own_code
from glossator_indexer.types import DocFields, Span, Symbol
from glossator_server.actions.borrowing import Foreign, foreign_words, without_borrowed
from glossator_server.actions.conventions import conventions_of, habits_at
from glossator_server.actions.filling import (
    RAISES_NOTICE,
    RETURN_NOTICE,
    combined,
    filled_in,
    proved_raises,
    proved_return,
)
from glossator_server.actions.grounding import grounded
from glossator_server.actions.neighbours import documented_around, neighbours_of
from glossator_server.actions.placing import Placed, Site, place, site_of
from glossator_server.actions.reuse import (
    reused_descriptions,
    without_known,
    words_of_relatives,
)
from glossator_server.actions.states import CommentState, comment_status
from glossator_server.edits import file_edit
from glossator_server.prompts import (
    PromptSubject,
    UnreadableReplyError,
    document_prompt,
    first_sentences,
    read_fields,
    repair_messages,
    template_for,
    without_cut_phrases,
)
from glossator_server.proposal import CommentProposal, Outcome, SkipCause, Skipped
from glossator_server.settings import DocumentOptions
from glossator_server.snapshot import Snapshot
from glossator_server.verify import failures

Report = Callable[[str], None]

ROLE = "document"


async def document_symbol(
    snapshot: Snapshot,
    symbol: Symbol,
    model: ChatModel,
    options: DocumentOptions,
    report: Report,
) -> Outcome:
    """Ask the model for the words of a doc comment, and offer the comment only if it passes.

    An answer that cannot be used, or a comment that fails its checks, goes back once with the
    reasons (`options.rounds` in all). A comment that has drifted keeps its sentences; where it
    lacks none, the model is not asked. Raises a `ModelError` where the model cannot answer at all.
    """
    started = time.monotonic()
    options = options.for_path(snapshot.path)
    conventions = await asyncio.to_thread(conventions_of, snapshot, options)
    site = await asyncio.to_thread(site_of, snapshot, symbol, options, conventions)
    refusal = await asyncio.to_thread(_refusal, site)
    if refusal is not None:
        return refusal
    facts = await asyncio.to_thread(
        with_uses, site.facts, snapshot.source, symbol, snapshot.callers
    )
    site = replace(site, facts=facts)
    draft = _Draft()
    try:
        placed = await _write(site, model, draft, report)
    except PromptTooLongError:
        placed = None
    if placed is None:
        reason = f"the declaration of {symbol.name} alone does not fit the model's context."
        return _skipped(site, SkipCause.PROMPT_TOO_LONG, reason)
    if isinstance(placed, Skipped):
        return placed
    return _proposal(site, model, draft, placed, time.monotonic() - started)


def place_again(proposal: CommentProposal, snapshot: Snapshot) -> Outcome:
    """Place a proposal's words in a newer text of the same document, checked anew.

    Where the symbol itself changed meanwhile, the words are stale and nothing is proposed.
    """
    same = [
        it
        for it in find_symbols(snapshot.source, proposal.symbol)
        if own_code(snapshot.text, it) == proposal.code
    ]
    if not same:
        reason = f"{proposal.symbol} changed while its comment was written; ask again."
        return Skipped(snapshot.path, proposal.symbol, SkipCause.STALE, reason)
    # Branches of the preprocessor may hold the very same code twice: one may have its comment.
    sites = [site_of(snapshot, it, proposal.options, proposal.conventions) for it in same]
    sites.sort(key=lambda it: abs(it.symbol.insertion - proposal.edits[0].changes[0].span.start))
    site = next((it for it in sites if _refusal(it) is None), sites[0])
    if (refusal := _refusal(site)) is not None:
        return refusal
    placed = place(site, proposal.fields)
    if reasons := failures(placed.evidence):
        return _skipped(site, SkipCause.FAILED_CHECKS, "; ".join(reasons))
    edit = file_edit(snapshot, [placed.change])
    return replace(proposal, edits=(edit,), evidence=placed.evidence)


@dataclass(slots=True)
class _Draft:
    """The words gathered so far and what they cost; owned by one run of the action.

    `cuts` are the notices of the prompt that was asked last; `known` are words of people, `foreign`
    those that a small model would only repeat.
    """

    cuts: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    known: DocFields = field(default_factory=lambda: DocFields(""))
    foreign: Foreign | None = None
    sentences: int = 1
    fields: DocFields = field(default_factory=lambda: DocFields(""))
    has_failed: bool = False
    rounds: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    answer_seconds: float = 0.0
    cost: Cost | None = None
    answered_by: str = ""

    def count(self, reply: ChatReply, info: ModelInfo, seconds: float) -> None:
        if info.api == "embedded":
            # Whether an adapter answered hangs on the prompt, too.
            self.answered_by = reply.model
        self.answer_seconds += seconds
        if reply.usage is not None:
            self.prompt_tokens += reply.usage.prompt_tokens
            self.completion_tokens += reply.usage.completion_tokens
            self.cost = added(self.cost, cost_of(reply.usage, info.price))


async def _write(
    site: Site, model: ChatModel, draft: _Draft, report: Report
) -> Placed | Skipped | None:
    """Gather words until the comment passes or the rounds are used up; None: no prompt fits."""
    around = await asyncio.to_thread(documented_around, site.snapshot, site.style)
    _take_known_words(site, draft, around, model.info)
    if not site.lacks(draft.fields):
        placed = await asyncio.to_thread(place, site, draft.fields)
        if not failures(placed.evidence):
            return placed
    subject = await asyncio.to_thread(_subject, site, draft, around)
    if model.info.api == "embedded":
        # The next one that is not shown is as like the code as the last one that is.
        shown = template_for(ROLE, site.options.prompt, model.info).few_shot + 1
        draft.foreign = foreign_words(site.symbol, subject.neighbours[:shown])
    request = _request(site, subject, draft, model.info)
    if request is None:
        return None
    reasons: list[str] = []
    while draft.rounds < site.options.rounds:
        draft.rounds += 1
        report(f"{model.info.id} writes{'' if draft.rounds == 1 else ', once more'}")
        try:
            answer, reasons = await _ask(site, model, request, draft)
        except PromptTooLongError:
            if draft.rounds == 1:
                raise
            # The prompt fitted; what did not is the answer that went back with it.
            draft.rounds -= 1
            break
        if not reasons:
            report("checking")
            placed = await asyncio.to_thread(place, site, draft.fields)
            reasons = failures(placed.evidence)
            if not reasons:
                return placed
            draft.has_failed = True
        template = template_for(ROLE, site.options.prompt, model.info)
        request = repair_messages(_asked_of(request, model.info), answer, reasons, template)
    return await asyncio.to_thread(_last_resort, site, draft, reasons)


def _take_known_words(
    site: Site, draft: _Draft, around: Sequence[DocumentedSymbol], info: ModelInfo
) -> None:
    """Take the words that people wrote for the same things elsewhere, as far as they are true.

    A small model is not asked for what a near relative says already: it would say it worse.
    """
    if info.api == "embedded":
        known = words_of_relatives(site.symbol, site.asked, around)
    else:
        known = DocFields("", reused_descriptions(site.symbol, site.asked, around))
    held = grounded(known, site.symbol, site.snapshot.source, site.facts)
    draft.fields = draft.known = held.fields
    told = [name for name, text in draft.known.parameters if text]
    told += ["the value"] if draft.known.returns else []
    if told:
        draft.notices += (f"described as in the code around: {', '.join(told)}",)


def _request(
    site: Site, subject: PromptSubject, draft: _Draft, info: ModelInfo
) -> ChatRequest | None:
    """Return the question as it fits a model, and any that takes over; None where none fits it.

    Who takes over gets the question alone: answers that were sent back were not its own.
    """
    options = site.options
    prompt = document_prompt(subject, info, options.sampling, options.prompt)
    if prompt is None:
        return None
    draft.cuts, draft.sentences = prompt.notices, prompt.sentences
    return replace(
        prompt.request,
        errand=Errand("chat", ROLE, site.snapshot.data_class),
        packing=Packing(info, lambda other: _request(site, subject, draft, other)),
    )


def _asked_of(request: ChatRequest, info: ModelInfo) -> ChatRequest:
    """Return the request as the model that answered got it, which may have taken over."""
    packing = request.packing
    made = None if packing is None or packing.made_for == info else packing.anew(info)
    return made or request


async def _ask(
    site: Site, model: ChatModel, request: ChatRequest, draft: _Draft
) -> tuple[str, list[str]]:
    """Ask once, add the usable words to the draft; return the answer and what is still wanting."""
    began = time.monotonic()
    try:
        reply = await complete(model, request)
    except IncompleteReplyError:
        return "", ["it broke off before its end"]
    draft.count(reply, model.info, time.monotonic() - began)
    try:
        said = first_sentences(without_cut_phrases(read_fields(reply.text)), draft.sentences)
    except UnreadableReplyError as trouble:
        return reply.text, [str(trouble)]
    said = replace(said, summary=imperative(said.summary, site.symbol.name))
    cleaned = clean_fields(said, site.symbol, site.asked)
    held = grounded(cleaned, site.symbol, site.snapshot.source, site.facts)
    fields = voiced(held.fields, habits_at(site.symbol, site.conventions))
    if draft.foreign is not None:
        code = _text(site.snapshot, site.symbol.extent)
        fields = without_borrowed(fields, code, draft.foreign)
    if draft.has_failed:
        draft.fields = combined(fields, draft.fields)
    else:
        # Where words were merely missing, the first ones stand: later rounds are asked hotter.
        draft.fields = combined(draft.fields, fields)
    _take_what_is_proved(site, draft)
    lacking = [f"{part} is missing" for part in site.lacks(draft.fields)]
    # Why a sentence was taken out helps to write the one that is missing.
    return reply.text, [*lacking, *held.reasons] if lacking else []


def _take_what_is_proved(site: Site, draft: _Draft) -> None:
    """Let the code speak where the model was silent about exceptions or about the value alone."""
    proved = proved_raises(draft.fields, site.asked.raises, site.facts)
    if proved.raises != draft.fields.raises and RAISES_NOTICE not in draft.notices:
        draft.notices += (RAISES_NOTICE,)
    draft.fields = proved
    if site.lacks(draft.fields) != ("Return",):
        return
    if returns := proved_return(site.symbol, site.facts):
        draft.fields = replace(draft.fields, returns=returns)
        draft.notices += (RETURN_NOTICE,)


def _last_resort(site: Site, draft: _Draft, reasons: list[str]) -> Placed | Skipped:
    """Complete a draft that lacks only what the declaration says itself, or give up."""
    if draft.has_failed:
        return _skipped(site, SkipCause.FAILED_CHECKS, "; ".join(reasons))
    completed = filled_in(draft.fields, site.symbol, site.asked, site.facts)
    if completed is None:
        return _skipped(site, SkipCause.NO_USABLE_TEXT, "; ".join(reasons))
    draft.fields, notices = completed
    draft.notices += notices
    placed = place(site, draft.fields)
    if reasons := failures(placed.evidence):
        return _skipped(site, SkipCause.FAILED_CHECKS, "; ".join(reasons))
    return placed


def _refusal(site: Site) -> Skipped | None:
    symbol = site.symbol
    if site.style.id == "kernel-doc" and (unnamed := unnameable_parameters(symbol)):
        reason = f"parameter {unnamed[0]} of {symbol.name} has no name; name it and ask again."
        return _skipped(site, SkipCause.UNNAMED_PARAMETER, reason)
    if not _is_readable(site):
        language = site.snapshot.source.language.id
        reason = f"the declaration of {symbol.name} cannot be read as {language}: finish the edit"
        reason += (
            ", or list its macros as c.annotations in the settings." if language == "c" else "."
        )
        return _skipped(site, SkipCause.SYNTAX_ERROR, reason)
    status = comment_status(symbol, site.style, site.snapshot.source)
    if status.state is CommentState.PRESENT:
        reason = f"{symbol.name} has a comment that agrees with its declaration."
        return _skipped(site, SkipCause.ALREADY_DOCUMENTED, reason)
    if status.state is CommentState.OTHER_STYLE:
        reason = f"{symbol.name} has a doc comment in another style than {site.style.id}."
        return _skipped(site, SkipCause.ALREADY_DOCUMENTED, reason)
    return None


def _is_readable(site: Site) -> bool:
    signature = site.symbol.signature
    # Between its parentheses and its body a K&R head declares its parameters. The grammar often
    # stumbles there, the reader of heads does not.
    if site.symbol.body is not None and _text(site.snapshot, signature).rstrip().endswith(";"):
        return True
    return not any(
        problem.span.start < signature.end and signature.start <= problem.span.end
        for problem in syntax_problems(site.snapshot.source)
    )


def _subject(site: Site, draft: _Draft, around: Sequence[DocumentedSymbol]) -> PromptSubject:
    symbol, snapshot = site.symbol, site.snapshot
    return PromptSubject(
        language=snapshot.source.language.id,
        symbol=symbol,
        wanted=without_known(site.asked, draft.known),
        signature=_text(snapshot, symbol.signature),
        body=_text(snapshot, Span(symbol.signature.end, symbol.extent.end)),
        facts=site.facts,
        neighbours=neighbours_of(snapshot, symbol, around),
        wishes=_wishes(site.options),
    )


def _wishes(options: DocumentOptions) -> str:
    language = f"Write all words in {options.prose}." if options.prose else ""
    return "\n".join(filter(None, (language, options.instructions)))


def _proposal(
    site: Site, model: ChatModel, draft: _Draft, placed: Placed, seconds: float
) -> CommentProposal:
    info = model.info
    asked = replace(info, name=draft.answered_by or info.name)
    return CommentProposal(
        title=f"Document {site.symbol.name}",
        symbol=site.symbol.qualified_name,
        edits=(file_edit(site.snapshot, [placed.change]),),
        evidence=placed.evidence,
        model=info.id if draft.rounds else "none",
        route=asked.route if draft.rounds else "no words were wanting",
        why=info.why if draft.rounds else "",
        fields=draft.fields,
        code=own_code(site.snapshot.text, site.symbol),
        assisted_by=site.options.assisted_by,
        options=site.options,
        conventions=site.conventions,
        notices=draft.cuts + draft.notices,
        rounds=draft.rounds,
        prompt_tokens=draft.prompt_tokens,
        completion_tokens=draft.completion_tokens,
        answer_seconds=draft.answer_seconds,
        cost=draft.cost,
        seconds=seconds,
    )


def _skipped(site: Site, cause: SkipCause, reason: str) -> Skipped:
    return Skipped(site.snapshot.path, site.symbol.qualified_name, cause, reason)


def _text(snapshot: Snapshot, span: Span) -> str:
    return snapshot.text[span.start : span.end]
