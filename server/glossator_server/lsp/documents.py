"""Own document sync: what the editor says of its texts becomes the session's open documents.

The editor's text is the only truth; this module must not read files.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import PurePath

from lsprotocol import types

from glossator_indexer.languages import Language, language_for_id, language_of_file
from glossator_indexer.types import TextChange
from glossator_server.lsp.convert import PositionMap
from glossator_server.lsp.uris import name_of, path_of
from glossator_server.session import DocumentId, OpenDocument, Session

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Synced:
    """An open document and where its lines start."""

    document: OpenDocument
    positions: PositionMap


class Documents:
    """The open documents as the editor's messages change them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._synced: dict[str, _Synced] = {}
        self.encoding = types.PositionEncodingKind.Utf16

    def open(self, item: types.TextDocumentItem) -> OpenDocument:
        """Take a document over from the editor, also one that was open already."""
        if item.uri in self._synced:
            _log.warning("didOpen for a document that is open; its text is taken as new")
        language = self._session.settings.language(_language(item))
        identity = DocumentId(item.uri, path_of(item.uri), language)
        document = OpenDocument(identity, item.text, item.version)
        self._synced[item.uri] = _Synced(document, PositionMap(item.text, self.encoding))
        self._session.documents[item.uri] = document
        return document

    def change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Make the changes in order, each in the text that the one before it left."""
        uri, version = params.text_document.uri, params.text_document.version
        synced = self._synced.get(uri)
        if synced is None:
            _log.warning("didChange for a document that is not open; ignored")
            return
        if version <= synced.document.version:
            # The order of arrival is what counts; the number is what the editor will compare.
            _log.warning("didChange from version %d to %d", synced.document.version, version)
        for event in params.content_changes:
            self._apply(synced, event)
        synced.document.end_changes(version)

    def close(self, uri: str) -> None:
        """Hand a document back to the editor."""
        if self._synced.pop(uri, None) is None:
            _log.warning("didClose for a document that is not open; ignored")
        document = self._session.documents.get(uri)
        self._session.forget(uri)
        if document is not None:
            # Who waits for a change shall look again and find the document closed.
            document.end_changes(document.version)

    def lose_step(self, uri: str) -> bool:
        """Note that a change was not understood; return whether that is news."""
        synced = self._synced.get(uri)
        if synced is None or not synced.document.is_in_step:
            return False
        synced.document.is_in_step = False
        return True

    def positions(self, uri: str, text: str) -> PositionMap:
        """Return the map between positions and offsets of a text: the live one, or a new one."""
        synced = self._synced.get(uri)
        if synced is not None and synced.positions.text == text:
            return synced.positions
        return PositionMap(text, self.encoding)

    def _apply(self, synced: _Synced, event: types.TextDocumentContentChangeEvent) -> None:
        if isinstance(event, types.TextDocumentContentChangeWholeDocument):
            synced.positions = PositionMap(event.text, self.encoding)
            synced.document.replace(event.text)
        elif synced.document.is_in_step:
            change: TextChange = synced.positions.change(event.range, event.text)
            synced.positions.apply(change)
            synced.document.change(change, synced.positions.text)


def _language(item: types.TextDocumentItem) -> Language | None:
    # Editors call every header C++ by default; its text says what it is.
    path = path_of(item.uri) or PurePath(name_of(item.uri))
    return language_of_file(path, item.text) or language_for_id(item.language_id)
