"""Own the state of one editor's session: documents, folders, settings, jobs, evidence.

It lives on the main loop. It must not know the editor's protocol; who works elsewhere gets a
frozen `Snapshot`.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glossator_clients.protocol import ChatModel
from glossator_gate.policy import Policy, policy_of_all
from glossator_gate.types import DataClass
from glossator_indexer.languages import Language
from glossator_indexer.parsing import ParsedSource, parse, reparse
from glossator_indexer.types import TextChange
from glossator_server.errors import SandboxUnavailableError, UsageError
from glossator_server.files import MAX_SOURCE_BYTES, read_snapshot
from glossator_server.policies import WorkspacePolicy
from glossator_server.settings import DocumentOptions, IndexOptions, Settings
from glossator_server.snapshot import Snapshot, lends_nothing
from glossator_server.workspace_file import WorkspaceFile, judge_workspace, read_workspace

if TYPE_CHECKING:
    from glossator_clients.router import Need
    from glossator_indexer.owner_client import IndexClient
    from glossator_server.verify.code_checker import CodeChecker
    from glossator_server.verify.memory import CheckMemory

# A burst of changes this long is cheaper to parse afresh than one by one.
MOST_PENDING_CHANGES = 64

# What a model is wanted for, and the policy that approves it.
OpenModel = Callable[["Need", Policy], Awaitable[ChatModel]]

# A folder and the preferences, to a client of its repository's index that is not yet connected.
OpenIndex = Callable[[Path, IndexOptions], "IndexClient"]

# A workspace folder, the policy and the settings, to what checks its code.
OpenChecker = Callable[[Path, Policy, Settings, "CheckMemory"], Awaitable["CodeChecker"]]

# What is in force where nobody gives one: nothing is allowed.
NO_POLICY = Policy(models=())

# How comments are written where nobody says.
AS_USUAL = DocumentOptions()

_log = logging.getLogger(__name__)


class OpenDocument:
    """A document that the editor owns; parsed when somebody looks, not when somebody types.

    `language` is None where it is in none that Glossator knows; `is_in_step` is False from a
    change that could not be understood until the whole text comes again.
    """

    def __init__(self, snapshot_id: DocumentId, text: str, version: int) -> None:
        self.uri = snapshot_id.uri
        self.path = snapshot_id.path
        self.language = snapshot_id.language
        self.text = text
        self.version = version
        self.is_in_step = True
        # As far as the editor has said; an index reads the text from the disk while it is.
        self.is_saved = True
        self.changed = asyncio.Event()
        self._source: ParsedSource | None = None
        self._pending: list[TextChange] = []

    @property
    def trouble(self) -> str | None:
        """Say in one sentence why nothing can be done with the document, None where it can."""
        if self.language is None:
            return f"{self.uri} is in no language that Glossator knows; open a source file."
        if len(self.text) > MAX_SOURCE_BYTES:
            return f"{self.uri} is over 50 MB, too large for Glossator; split it."
        if "\0" in self.text:
            return f"{self.uri} is a binary file; open a source file."
        if not self.is_in_step:
            return f"{self.uri} is out of step with the editor; close and open it again."
        return None

    def change(self, change: TextChange, after: str) -> None:
        """Note a change and the text after it."""
        self.text = after
        self.is_saved = False
        if self._source is not None:
            self._pending.append(change)

    def replace(self, text: str) -> None:
        """Take a whole new text."""
        self.text = text
        self.is_in_step = True
        self.is_saved = False
        self._source = None
        self._pending.clear()

    def end_changes(self, version: int) -> None:
        """Note that the editor calls the text as it is now `version`, and wake who waits for it."""
        self.version = version
        self.changed.set()
        self.changed = asyncio.Event()

    def snapshot(self, options: DocumentOptions = AS_USUAL) -> Snapshot | None:
        """Return the document as it is now, None where nothing can be done with it.

        `options` say in which style it is commented.
        """
        if self.language is None or self.trouble is not None:
            return None
        if self._source is None or len(self._pending) > MOST_PENDING_CHANGES:
            self._source = parse(self.text, self.language)
        elif self._pending:
            self._source = reparse(self._source, self._pending)
        self._pending.clear()
        style = options.for_path(self.path).style
        return Snapshot(self.uri, self.path, self.version, self._source, style=style)


@dataclass(frozen=True, slots=True)
class DocumentId:
    """What stays the same as long as a document is open; `path` is None for an untitled one."""

    uri: str
    path: Path | None
    language: Language | None


@dataclass(frozen=True, slots=True)
class Job:
    """Work that goes on after its command was answered."""

    id: int
    title: str
    key: str
    task: asyncio.Task[None]


class Jobs:
    """The running jobs; one that ends forgets itself."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._running: dict[int, Job] = {}

    @property
    def running(self) -> tuple[Job, ...]:
        """Return the jobs that nobody has cancelled, oldest first."""
        return tuple(it for it in self._running.values() if not it.task.cancelling())

    def start(self, title: str, key: str, work: Callable[[int], Coroutine[Any, Any, None]]) -> Job:
        """Start `work(id)`; where a job with the same key runs, return that one instead."""
        for job in self.running:
            if job.key == key:
                return job
        number = next(self._ids)
        job = Job(number, title, key, asyncio.create_task(work(number), name=f"job {number}"))
        self._running[number] = job
        job.task.add_done_callback(lambda task: self._ended(number, task))
        return job

    def cancel(self, number: int | None) -> int:
        """Cancel one job, or all for None; return how many there were to cancel."""
        chosen = [it for it in self.running if number in (None, it.id)]
        for job in chosen:
            job.task.cancel()
        return len(chosen)

    async def end(self) -> None:
        """Cancel all and wait until they have let go of their models."""
        self.cancel(None)
        tasks = [job.task for job in self._running.values()]
        if tasks:
            # A job that cleans up for longer would make the editor wait for its own end.
            await asyncio.wait(tasks, timeout=2)

    def _ended(self, number: int, task: asyncio.Task[None]) -> None:
        self._running.pop(number, None)
        if not task.cancelled() and (trouble := task.exception()) is not None:
            _log.error("job %d failed: %s", number, type(trouble).__name__, exc_info=trouble)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the checks said, true as long as code and comment are these.

    `comment` is None where the code alone was checked.
    """

    code: str
    comment: str | None
    evidence: str


@dataclass(frozen=True, slots=True)
class SymbolPlace:
    """A symbol of a document, by its qualified name."""

    uri: str
    symbol: str


class Session:
    """Everything that one editor's session knows."""

    def __init__(
        self,
        settings: Settings,
        open_model: OpenModel,
        open_index: OpenIndex | None = None,
        policy_now: Callable[[], Policy] = lambda: NO_POLICY,
        open_checker: OpenChecker | None = None,
    ) -> None:
        self.settings = settings
        self._policy_now = policy_now
        self._policy = policy_now()
        self.open_index = open_index
        self._open_model = open_model
        self._open_checker = open_checker
        self._checked: dict[Path, CheckMemory] = {}
        self.documents: dict[str, OpenDocument] = {}
        self.last_documented: SymbolPlace | None = None
        self.jobs = Jobs()
        self._user_settings = settings
        self._folders: dict[str, Path] = {}
        self._files: dict[str, WorkspaceFile] = {}
        self._layers: dict[str, Mapping[str, object]] = {}
        self._evidence: dict[tuple[str, str], Remembered] = {}

    async def open_model(
        self,
        role: str,
        snapshot: Snapshot | None = None,
        heard: Callable[[OpenModel], OpenModel] = lambda it: it,
    ) -> ChatModel:
        """Open the model that the router chooses for a role and a text of the snapshot's class.

        Without a snapshot, for what is as secret as the first folder's files are where no rule says
        more. `heard` may put something around the model. Raises a `ModelError` or `PolicyError`.
        """
        from glossator_clients.router import Need

        need = Need(role, self.data_class_of(snapshot), self.settings.preferred_models)
        return await heard(self._open_model)(need, self._holds_around(snapshot).policy)

    async def open_model_for(self, role: str, data_class: DataClass, path: Path) -> ChatModel:
        """Open the model that the router chooses for a role and texts of a class, around a file.

        Raises a `ModelError` or `PolicyError`.
        """
        from glossator_clients.router import Need

        need = Need(role, data_class, self.settings.preferred_models)
        return await self._open_model(need, self.policy_for(path))

    def holds(self, path: Path) -> WorkspacePolicy:
        """Return what holds for a file, with the folder that it really lies in."""
        return self._holds(path)

    def root_of(self, path: Path) -> Path | None:
        """Return the workspace folder that a file really lies in, None where it is in none."""
        return self._holds(path).root

    async def open_checker(self, root: Path, path: Path) -> CodeChecker:
        """Return what checks the code of a folder, under the policy for one of its files.

        Raises `SandboxUnavailableError` where nothing can be run.
        """
        if self._open_checker is None:
            raise SandboxUnavailableError("Nothing is run here; start the server by `glossator`.")
        from glossator_server.verify.memory import CheckMemory

        memory = self._checked.setdefault(root, CheckMemory())
        return await self._open_checker(root, self.policy_for(path), self.settings, memory)

    def data_class_of(self, snapshot: Snapshot | None) -> DataClass:
        """Return how secret a text is, without one what is typed into the editor."""
        if snapshot is None:
            return self._holds_around(None).class_of(None)
        return snapshot.data_class

    @property
    def policy(self) -> Policy:
        """Return the policy of this machine's files as they are now, without any folder's."""
        policy = self._policy_now()
        if policy is not self._policy:
            self._policy = policy
            self._narrow()
        return policy

    @property
    def folders(self) -> Mapping[str, Path]:
        """Return the workspace folders by their URI."""
        return self._folders

    def set_folders(self, folders: Mapping[str, Path]) -> tuple[str, ...]:
        """Take the workspace folders; return a sentence for each setting of theirs left out."""
        self._folders = dict(folders)
        return self._narrow()

    @property
    def workspace_files(self) -> Mapping[str, WorkspaceFile]:
        """Return what holds in each folder by its own file, by the folder's URI."""
        return self._files

    def read_workspace_files(self) -> tuple[str, ...]:
        """Read them anew, because one changed; return a sentence for each key left out."""
        return self._narrow()

    def judge_workspace_file(self, text: str, path: Path) -> WorkspaceFile:
        """Return what a folder's file would do with this text, which may not be saved yet."""
        return judge_workspace(text, path, self._user_settings, self.policy)

    def policy_for(self, *paths: Path | None) -> Policy:
        """Return the policy for a text out of some files: what all their folders allow together.

        A file is in the innermost workspace folder around it, and so is what its link leads to. For
        what lies in none, it is the policy of this machine's files alone.
        """
        policy = self.policy
        folders = dict.fromkeys(it for path in paths for it in self._folders_of(path))
        found = [self._files[uri].policy for uri in folders]
        return policy_of_all(found) if found else policy

    def _folders_of(self, path: Path | None) -> list[str]:
        if path is None:
            return []
        real = _followed(path)
        folders = {uri: it for uri, folder in self._folders.items() if (it := _followed(folder))}
        found = [self._innermost(path, self._folders)]
        found.append(None if real is None else self._innermost(real, folders))
        return [it for it in found if it is not None]

    @staticmethod
    def _innermost(path: Path, folders: Mapping[str, Path]) -> str | None:
        around = [uri for uri, folder in folders.items() if path.is_relative_to(folder)]
        return max(around, key=lambda uri: len(folders[uri].parts), default=None)

    def configure(self, layer: str, values: Mapping[str, object]) -> tuple[str, ...]:
        """Take one of the editor's layers of settings; return a sentence for each key left out."""
        self._layers[layer] = values
        return self._narrow()

    def snapshot(self, uri: str, path: Path | None) -> Snapshot:
        """Return a document that is open, or a file under the workspace folders.

        Raises `UsageError` where it is neither, or nothing can be done with it.
        """
        document = self.documents.get(uri)
        if document is not None:
            snapshot = document.snapshot(self.settings.document)
            if snapshot is None:
                raise UsageError(str(document.trouble))
            return self._admitted(snapshot)
        holds = self._holds(path)
        if path is None or holds.root is None:
            raise UsageError(f"{uri} is not open and in no workspace folder; open it first.")
        holds.check_readable(path)
        return self._admitted(replace(read_snapshot(path, self.settings), uri=uri))

    def remember(self, uri: str, symbol: str, remembered: Remembered) -> None:
        """Keep what the checks said, for the hover."""
        self._evidence[uri, symbol] = remembered

    def evidence(self, uri: str, symbol: str) -> Remembered | None:
        """Return what the checks said last."""
        return self._evidence.get((uri, symbol))

    def forget(self, uri: str) -> None:
        """Let go of a document that was closed."""
        self.documents.pop(uri, None)
        self._evidence = {key: it for key, it in self._evidence.items() if key[0] != uri}

    def _admitted(self, snapshot: Snapshot) -> Snapshot:
        holds = self._holds(snapshot.path)
        holds.check_readable(snapshot.path)
        admitted = holds.admitted(snapshot)
        # Only a file of the workspace has others beside it that may be read.
        return admitted if holds.root is not None else replace(admitted, lends=lends_nothing)

    def _holds_around(self, snapshot: Snapshot | None) -> WorkspacePolicy:
        # What is in no document is about the first folder.
        first = next(iter(self._folders.values()), None)
        return self._holds(first if snapshot is None else snapshot.path)

    def _holds(self, path: Path | None) -> WorkspacePolicy:
        """Return what holds for a file, with the folder that it really lies in."""
        # Links are followed first: a link out of the workspace leads out of it.
        real = None if path is None else _followed(path)
        folders = {uri: it for uri, folder in self._folders.items() if (it := _followed(folder))}
        uri = None if real is None else self._innermost(real, folders)
        return WorkspacePolicy(self.policy_for(path), None if uri is None else folders[uri])

    def _narrow(self) -> tuple[str, ...]:
        settings = self._user_settings
        self._files = {
            uri: read_workspace(folder, settings, self._policy)
            for uri, folder in self._folders.items()
        }
        sentences = tuple(it for one in self._files.values() for it in one.sentences)
        # Preferences are of the whole session: the first folder chooses.
        for file in list(self._files.values())[:1]:
            settings = file.settings
        for values in self._layers.values():
            settings, ignored = settings.narrowed(values)
            sentences += ignored
        self.settings = settings
        return sentences


def _followed(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        # A link that leads to itself leads nowhere.
        return None
