"""Own which way each file of a change goes: through the editor, or written by ourselves.

It must not send or write; what neither way can do is said in a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from lsprotocol import types

from glossator_server.change_set import ChangeSet, FileChange
from glossator_server.edits import changes_between
from glossator_server.errors import UsageError
from glossator_server.lsp.language_server import GlossatorServer
from glossator_server.lsp.places import Place, Places
from glossator_server.lsp.sending import Delivery, Sent


@dataclass(frozen=True, slots=True)
class EditorPart:
    """What the editor does with one file; `sent` is None where its text stays as it is."""

    change: FileChange
    sent: Sent | None


@dataclass(slots=True)
class Route:
    """The ways of a set of changes."""

    through_editor: list[EditorPart] = field(default_factory=list)
    on_disk: list[FileChange] = field(default_factory=list)
    creations: list[types.CreateFile] = field(default_factory=list)
    operations: list[types.RenameFile | types.DeleteFile] = field(default_factory=list)

    @property
    def delivery(self) -> Delivery:
        """Return what goes to the editor."""
        texts = tuple(it.sent for it in self.through_editor if it.sent is not None)
        return Delivery(tuple(self.creations), texts, tuple(self.operations))


def route_of(ls: GlossatorServer, changes: ChangeSet) -> Route:
    """Return which way each file goes, for the texts as they are now.

    Raises `UsageError` where an open file would have to move or go and the editor cannot do that.
    """
    route, places = Route(), Places(ls)
    able = ls.editor.file_operations if ls.editor.versions_edits else frozenset()
    for it in changes.files:
        here = places.at(changes.root / (it.moved_from or it.path))
        wanted = _operation(it)
        if wanted is None:
            # What an editor can create it can open as well, and has an undo step for.
            if here.is_open or able:
                route.through_editor.append(EditorPart(it, _sent(here, it)))
            else:
                route.on_disk.append(it)
        elif wanted in able:
            _add_operation(route, changes.root, it, here)
        elif here.is_open:
            raise UsageError(
                f"{here.path.name} is open, and this editor lets no language server {wanted} a "
                "file; close it, and apply the change again."
            )
        else:
            route.on_disk.append(it)
    return route


def _operation(change: FileChange) -> str | None:
    if change.before is None:
        return "create"
    if change.after is None:
        return "delete"
    return "rename" if change.moved_from is not None else None


def _add_operation(route: Route, root: Path, change: FileChange, here: Place) -> None:
    sent = None
    if change.before is None:
        route.creations.append(types.CreateFile(uri=here.uri))
        sent = _sent(here, change)
    elif change.after is None:
        route.operations.append(types.DeleteFile(uri=here.uri))
    else:
        # The text first, because its version is that of the document under its old name.
        sent = _sent(here, change)
        new = (root / change.path).as_uri()
        route.operations.append(types.RenameFile(old_uri=here.uri, new_uri=new))
    route.through_editor.append(EditorPart(change, sent))


def _sent(here: Place, change: FileChange) -> Sent | None:
    before, after = change.before or "", change.after or ""
    changes = changes_between(before, after)
    return Sent(here.uri, here.version, before, changes) if changes else None
