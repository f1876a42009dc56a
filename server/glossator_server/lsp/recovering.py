"""Own what is done about changes that an earlier writer left half written, before new ones begin.

It must not write anything but what their journal says.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from glossator_gate.errors import GlossatorError
from glossator_server.changes.journal import journal_folder
from glossator_server.changes.writing import recover
from glossator_server.lsp.language_server import GlossatorServer


async def recover_writes(ls: GlossatorServer, root: Path) -> None:
    """Take back what was half written below a root, and say so in the editor's log.

    What cannot be recovered now is said there too: it stands in the way of a new writer only.
    """
    folder = journal_folder()
    if not folder.is_dir():
        return
    try:
        found = await asyncio.to_thread(recover, folder, root)
    except GlossatorError as trouble:
        ls.note(str(trouble))
        return
    for it in found:
        files = ", ".join(it.paths)
        ls.note(f"An earlier change of {files} was not written to its end; it was {it.outcome}.")
        if ls.indexing is not None:
            ls.indexing.files_changed(root / path for path in it.paths)
