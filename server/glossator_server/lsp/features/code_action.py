"""Own `textDocument/codeAction`: the offers of the actions, in the editor's words.

It answers from the tree alone: no I/O, no model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol import types

from glossator_indexer.types import TextChange
from glossator_server.actions.registry import Offer, OfferContext, offers, offers_in_text
from glossator_server.lsp.convert import range_as_sent
from glossator_server.lsp.drifting import quick_fixes
from glossator_server.lsp.fixing import fix_actions, fix_of_lines
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.prompting import is_prompt_file, prompt_commands
from glossator_server.lsp.sending import Delivery, Sent, workspace_edit
from glossator_server.session import OpenDocument


def code_action(
    ls: GlossatorServer, params: types.CodeActionParams
) -> list[types.CodeAction | types.Command]:
    """Return what can be done in a range; nothing for a document that is not open or in step."""
    document = ls.session.documents.get(params.text_document.uri)
    if document is None or not document.is_in_step:
        return []
    only = tuple(params.context.only or ())
    # The empty kind stands for all kinds.
    asked = OfferContext(
        only=() if "" in only else tuple(str(getattr(it, "value", it)) for it in only),
        automatic=params.context.trigger_kind is types.CodeActionTriggerKind.Automatic,
    )
    if is_prompt_file(document.path):
        found_commands = prompt_commands(ls, document) if asked.wants(SOURCE) else ()
        tried = (types.CodeAction(it.title, kind=SOURCE, command=it) for it in found_commands)
        return [_as_fix(ls, it) for it in tried]
    selection = ls.documents.positions(document.uri, document.text).span(params.range)
    snapshot = document.snapshot(ls.session.settings.document)
    if snapshot is None:
        # In a language that is only searched, an instruction in a comment can be done all the same.
        found = offers_in_text(document.text, selection, asked)
    else:
        found = offers(snapshot, selection, asked)
    fixes: list[types.CodeAction] = []
    if asked.wants(QUICK_FIX):
        fixes += (*_answers(ls), *quick_fixes(params, document.version))
    last: list[types.CodeAction] = []
    if asked.wants(QUICK_FIX) and snapshot is not None:
        positions = ls.documents.positions(document.uri, document.text)
        fixes += (_tagged(ls, it) for it in fix_actions(params, snapshot, positions))
        last += (_tagged(ls, it) for it in fix_of_lines(params, snapshot))
    return [
        *(_as_fix(ls, it) for it in fixes),
        *_in_editors_words(ls, found, params, document),
        *(_as_fix(ls, it) for it in last),
    ]


QUICK_FIX = "quickfix"
SOURCE = "source"


def _answers(ls: GlossatorServer) -> Iterator[types.CodeAction]:
    """Offer the answers to what is asked, where the editor shows no questions."""
    for it in ls.questions.possible_answers():
        argument = {"question": it.question, "answer": it.answer}
        command = types.Command(title=it.title, command="glossator.answer", arguments=[argument])
        yield types.CodeAction(it.title, kind=types.CodeActionKind.QuickFix, command=command)


def _tagged(ls: GlossatorServer, fix: types.CodeAction) -> types.CodeAction:
    """Say of a fix that a model writes it, to an editor that wants to know."""
    if ls.editor.tags_generated_actions:
        fix.tags = [types.CodeActionTag.LlmGenerated]
    return fix


def _as_fix(ls: GlossatorServer, fix: types.CodeAction) -> types.CodeAction | types.Command:
    if ls.editor.takes_code_action_literals or fix.command is None:
        return fix
    return fix.command


def _command(offer: Offer, params: types.CodeActionParams, version: int | None) -> types.Command:
    argument = {
        **offer.arguments,
        "uri": params.text_document.uri,
        "version": version,
        "range": range_as_sent(params.range),
    }
    return types.Command(title=offer.title, command=offer.command, arguments=[argument])


def _in_editors_words(
    ls: GlossatorServer,
    found: Sequence[Offer],
    params: types.CodeActionParams,
    document: OpenDocument,
) -> Iterator[types.CodeAction | types.Command]:
    for it in found:
        if it.change is not None:
            if ls.editor.takes_code_action_literals:
                edit = _edit(ls, document, it.change)
                yield types.CodeAction(title=it.title, kind=it.kind, edit=edit)
            continue
        command = _command(it, params, document.version)
        if not ls.editor.takes_code_action_literals:
            yield command
            continue
        # Never isPreferred: a model's words are no editor's first choice.
        tags = [types.CodeActionTag.LlmGenerated] if ls.editor.tags_generated_actions else None
        yield types.CodeAction(title=it.title, kind=it.kind, command=command, tags=tags)


def _edit(ls: GlossatorServer, document: OpenDocument, change: TextChange) -> types.WorkspaceEdit:
    sent = Sent(document.uri, document.version, document.text, (change,))
    return workspace_edit(ls, Delivery(texts=(sent,)))
