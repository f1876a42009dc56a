"""Own what an editor shows at a prompt file of the user's: what is wrong in it, and how to try it.

A prompt file is a Markdown file in the user's own folder of prompts; a repository has none. It must
not ask a model.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lsprotocol import types

from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.uris import path_of
from glossator_server.lsp.workspace_files import diagnostics_of_problems
from glossator_server.prompts.files import SUFFIX, judge_prompt, prompts_folder
from glossator_server.session import OpenDocument, SymbolPlace

TRY = "glossator.prompt.try"
_FIRST_LINE = types.Range(types.Position(0, 0), types.Position(0, 0))


def is_prompt_file(path: Path | None) -> bool:
    """Tell whether a path is that of a prompt of the user's."""
    if path is None or path.suffix != SUFFIX:
        return False
    folder = prompts_folder()
    if path.parent == folder:
        return True
    # Of a folder that is reached by a link, editors may say the one name or the other.
    return path.parent.name == folder.name and path.parent.resolve() == folder.resolve()


def problems_of_prompt(ls: GlossatorServer, uri: str) -> list[types.Diagnostic]:
    """Return what is wrong in an open prompt file, each on its line; nothing for any other file."""
    path = path_of(uri)
    document = ls.session.documents.get(uri)
    if path is None or document is None or not is_prompt_file(path):
        return []
    problems = judge_prompt(document.text, path).problems
    return diagnostics_of_problems(ls, document.text, problems, path)


def show_prompt_problems(ls: GlossatorServer, uri: str) -> None:
    """Send what is wrong in an open prompt file to an editor that takes it and does not ask."""
    editor = ls.editor
    if not editor.takes_diagnostics or editor.pulls_diagnostics or not is_prompt_file(path_of(uri)):
        return
    found = problems_of_prompt(ls, uri)
    # Most prompts are right most of the time, and nothing need be said of them.
    if not found and uri not in ls.shown_prompts:
        return
    (ls.shown_prompts.add if found else ls.shown_prompts.discard)(uri)
    ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found))


def remember_symbol(ls: GlossatorServer, uri: str, symbol: str) -> None:
    """Remember what was documented or tried last: prompts are tried on it from here on."""
    place = SymbolPlace(uri, symbol)
    if place == ls.session.last_documented:
        return
    ls.session.last_documented = place
    if any(is_prompt_file(it.path) for it in ls.session.documents.values()):
        ls.refresh_lenses()


def prompt_lenses(ls: GlossatorServer, document: OpenDocument) -> list[types.CodeLens]:
    """Return the lenses of a prompt file, on its first line."""
    commands = prompt_commands(ls, document)
    return [types.CodeLens(range=_FIRST_LINE, command=it) for it in commands]


def prompt_commands(ls: GlossatorServer, document: OpenDocument) -> Iterator[types.Command]:
    """Yield what can be done with a prompt file; nothing for any other, or for a broken one."""
    path = document.path
    if path is None or not is_prompt_file(path):
        return
    template = judge_prompt(document.text, path).template
    if template is None or template.use != "document":
        return
    subject = ls.session.last_documented
    asking = {"uri": document.uri, "ask": True}
    if subject is None:
        yield types.Command("Run on a symbol…", TRY, arguments=[asking])
        return
    target = {"uri": subject.uri, "symbol": subject.symbol}
    meant = {"uri": document.uri, "target": target}
    yield types.Command(f"Run on `{subject.symbol}`", TRY, arguments=[meant])
    compared = meant | {"compare": True}
    yield types.Command("Compare with the product's", TRY, arguments=[compared])
    yield types.Command("Run on another symbol…", TRY, arguments=[asking])
