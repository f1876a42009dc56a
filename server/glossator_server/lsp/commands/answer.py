"""Own `glossator.answer`: for editors that show no questions and offer the answers in a menu."""

from __future__ import annotations

from collections.abc import Sequence

from glossator_server.errors import UsageError
from glossator_server.lsp.commands.arguments import read_object
from glossator_server.lsp.language_server import GlossatorServer


async def answer(ls: GlossatorServer, arguments: Sequence[object]) -> dict[str, str]:
    """Answer a question that is open; answer with what was chosen."""
    argument = read_object(arguments, frozenset({"question", "answer"}))
    question, chosen = argument.get("question"), argument.get("answer")
    if type(question) is not int or not isinstance(chosen, str):
        raise UsageError("`question` must be a number and `answer` one of its answers.")
    if not ls.questions.answer(question, chosen):
        raise UsageError("This question is not open any more; look at the code actions again.")
    return {"answered": chosen}
