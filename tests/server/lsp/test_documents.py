"""The server's copy of a text is the editor's, whatever the editor does."""

from __future__ import annotations

import pytest
from lsprotocol import types

from glossator_clients.protocol import ChatModel
from glossator_indexer.symbols import all_symbols
from glossator_server.lsp.documents import Documents
from glossator_server.session import Session
from glossator_server.settings import Settings

URI = "file:///a.c"
TEXT = "int add(int a)\n{\n\treturn a;\n}\n"


async def no_model(role: str, preferred: tuple[str, ...]) -> ChatModel:
    raise NotImplementedError(role)


@pytest.fixture
def session() -> Session:
    return Session(Settings(), no_model)


@pytest.fixture
def documents(session: Session) -> Documents:
    return Documents(session)


def opened(uri: str = URI, text: str = TEXT, language: str = "c") -> types.TextDocumentItem:
    return types.TextDocumentItem(uri, language, 1, text)


def change(
    version: int, *events: types.TextDocumentContentChangeEvent, uri: str = URI
) -> types.DidChangeTextDocumentParams:
    document = types.VersionedTextDocumentIdentifier(uri=uri, version=version)
    return types.DidChangeTextDocumentParams(document, list(events))


def insert(line: int, character: int, text: str) -> types.TextDocumentContentChangePartial:
    place = types.Position(line, character)
    return types.TextDocumentContentChangePartial(text=text, range=types.Range(place, place))


def whole(text: str) -> types.TextDocumentContentChangeWholeDocument:
    return types.TextDocumentContentChangeWholeDocument(text)


def names(session: Session) -> list[str]:
    snapshot = session.documents[URI].snapshot()
    assert snapshot is not None
    return [it.name for it in all_symbols(snapshot.source)]


def test_changes_of_one_message_are_made_in_order(documents: Documents, session: Session) -> None:
    documents.open(opened())
    documents.change(
        change(2, insert(0, 0, "\n"), insert(1, 4, "x"), whole(TEXT), insert(0, 4, "y"))
    )
    assert session.documents[URI].text == TEXT.replace("add", "yadd")
    assert session.documents[URI].version == 2


def test_the_tree_follows_the_text(documents: Documents, session: Session) -> None:
    documents.open(opened())
    assert names(session) == ["add"]
    documents.change(change(2, insert(0, 4, "x")))
    documents.change(change(3, insert(0, 4, "y")))
    assert names(session) == ["yxadd"]
    for version in range(4, 104):
        documents.change(change(version, insert(0, 4, "z")))
    assert names(session) == ["z" * 100 + "yxadd"]
    documents.change(change(104, whole("int b(void) { return 1; }\n")))
    assert names(session) == ["b"]


def test_a_version_out_of_order_is_followed_as_it_comes(
    documents: Documents, session: Session
) -> None:
    documents.open(opened())
    documents.change(change(9, insert(0, 4, "x")))
    documents.change(change(3, insert(0, 4, "y")))
    assert (session.documents[URI].version, names(session)) == (3, ["yxadd"])


def test_a_change_of_a_document_that_is_not_open_changes_nothing(
    documents: Documents, session: Session
) -> None:
    documents.change(change(2, insert(0, 0, "x")))
    documents.close(URI)
    assert session.documents == {}


def test_opening_twice_takes_the_new_text(documents: Documents, session: Session) -> None:
    documents.open(opened())
    documents.open(opened(text="int b(void) { return 1; }\n"))
    assert names(session) == ["b"]


def test_a_snapshot_does_not_change(documents: Documents, session: Session) -> None:
    documents.open(opened())
    before = session.documents[URI].snapshot()
    documents.change(change(2, insert(0, 4, "x")))
    assert before is not None
    assert (before.version, before.text) == (1, TEXT)
    assert [it.name for it in all_symbols(before.source)] == ["add"]


def test_out_of_step_lasts_until_the_whole_text_comes(
    documents: Documents, session: Session
) -> None:
    documents.open(opened())
    assert documents.lose_step(URI)
    assert not documents.lose_step(URI)
    documents.change(change(2, insert(0, 4, "x")))
    assert session.documents[URI].snapshot() is None
    documents.change(change(3, whole(TEXT)))
    assert names(session) == ["add"]


@pytest.mark.parametrize(
    ("uri", "language"),
    [
        ("file:///a.c", "c"),
        ("file:///a.h", "cpp"),
        ("file:///a.h", "objective-c"),
        ("file:///a", "c"),
        ("untitled:Untitled-1", "c"),
        ("untitled:new.c", ""),
        ("file:///c%3A/a.c", "plaintext"),
        ("file:///C:/a.c", "c"),
        ("http://[", "c"),
        ("", "c"),
    ],
)
def test_is_taken_for_c(uri: str, language: str, documents: Documents) -> None:
    assert documents.open(opened(uri, language=language)).snapshot() is not None


@pytest.mark.parametrize(
    ("uri", "text", "language"),
    [
        ("file:///a.cc", "", "cpp"),
        ("file:///a.h", "namespace a {\n}\n", "cpp"),
        ("vscode-notebook-cell:/a.ipynb#W0", "", "python"),
        ("untitled:Untitled-1", "", "rust"),
        ("file:///a.tsx", "", "typescript"),
    ],
)
def test_is_taken_for_another_language(
    uri: str, text: str, language: str, documents: Documents
) -> None:
    snapshot = documents.open(opened(uri, text, language)).snapshot()
    assert snapshot is not None
    assert snapshot.source.language.id == language


@pytest.mark.parametrize(
    ("uri", "language"),
    [
        ("vscode-notebook-cell:/a.ipynb#W0", "julia"),
        ("file:///a.pas", "pascal"),
        ("file:///README.md", "markdown"),
        ("", ""),
    ],
)
def test_is_in_no_known_language(uri: str, language: str, documents: Documents) -> None:
    assert documents.open(opened(uri, language=language)).snapshot() is None
