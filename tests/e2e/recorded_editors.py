"""Own the editors that no package brings: what each says of itself, and which requests it knows.

A file in `profiles` holds the capabilities of an editor as its public source announces them, where
that stands, and which requests of a server's it does not know: facts, nobody's code.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types
from pytest_lsp import client_capabilities

from tests.e2e.lsp_editor import CONVERTER, Announced, Json, StrictEditor

PROFILES = Path(__file__).with_name("profiles")
# Of a package's; what else it has is tried in the editors themselves.
VS_CODE = "visual-studio-code"
NAMES = (*sorted(it.stem for it in PROFILES.glob("*.json")), VS_CODE)


@dataclass(frozen=True, slots=True)
class RecordedEditor:
    """What an editor announces, and the requests that it refuses as unknown."""

    name: str
    capabilities: types.ClientCapabilities
    unknown: frozenset[str]

    def announced(self, *folders: Path) -> Announced:
        """Return what it says of itself with these folders open."""
        return Announced(self.capabilities, folders, name=self.name)

    @property
    def shows_documents(self) -> bool:
        """Tell whether it opens a file that a server wants to show."""
        window = self.capabilities.window
        return bool(window and window.show_document and window.show_document.support)

    @property
    def asks(self) -> bool:
        """Tell whether it asks for diagnostics, so that none are sent unasked."""
        document = self.capabilities.text_document
        return bool(document and document.diagnostic)

    @property
    def asks_again(self) -> bool:
        """Tell whether it can be told to ask for diagnostics again."""
        workspace = self.capabilities.workspace
        refresh = workspace.diagnostics if workspace else None
        return bool(refresh and refresh.refresh_support)

    async def answer(self, editor: StrictEditor, uri: str, answer: str) -> str:
        """Answer the server's next question as its user would; return the question.

        Where questions are unknown, the code actions of the file of `uri` have the answers.
        """
        request = await editor.expect(types.WINDOW_SHOW_MESSAGE_REQUEST)
        message: str = request["params"]["message"]
        titles = [it["title"] for it in request["params"]["actions"]]
        assert answer in titles
        if types.WINDOW_SHOW_MESSAGE_REQUEST not in self.unknown:
            await editor.answer(request, {"title": answer})
            return message
        await editor.refuse(request)
        assert await editor.expect_sentence() == f"{message} The code actions have the answers."
        offered = (await code_actions(editor, uri))[: len(titles)]
        assert [it["title"].split(" (")[0] for it in offered] == titles
        await run(editor, offered[titles.index(answer)]["command"])
        return message

    async def shown(self, editor: StrictEditor) -> Path | None:
        """Open the file that the server wants to show; None where the editor opens none."""
        if not self.shows_documents:
            return None
        request = await editor.expect(types.WINDOW_SHOW_DOCUMENT)
        await editor.answer(request, {"success": True})
        return Path(request["params"]["uri"].removeprefix("file://"))


def recorded_editor(name: str) -> RecordedEditor:
    """Return the editor of a profile."""
    if name == VS_CODE:
        return RecordedEditor("Visual Studio Code", client_capabilities(name), frozenset())
    profile = json.loads((PROFILES / f"{name}.json").read_text("utf-8"))
    return RecordedEditor(
        profile["clientInfo"]["name"],
        CONVERTER.structure(profile["capabilities"], types.ClientCapabilities),
        frozenset(profile["unknownRequests"]),
    )


async def code_actions(editor: StrictEditor, uri: str, text: str = "") -> list[Json]:
    """Return the code actions at the first place of a text in a file."""
    whole = editor.texts[uri][1]
    at = editor.position(whole, whole.index(text))
    params = {
        "textDocument": {"uri": uri},
        "range": {"start": at, "end": at},
        "context": {"diagnostics": [], "triggerKind": 1},
    }
    found: list[Json] = await editor.ask(types.TEXT_DOCUMENT_CODE_ACTION, params)
    return found


async def run(editor: StrictEditor, command: Json) -> object:
    """Run the command of a code action."""
    params = {"command": command["command"], "arguments": command.get("arguments", [])}
    return await editor.ask(types.WORKSPACE_EXECUTE_COMMAND, params)


async def progress(editor: StrictEditor) -> str:
    """Create the server's next progress; return its token."""
    created = await editor.expect(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
    await editor.answer(created, None)
    token: str = created["params"]["token"]
    return token
