"""Own the composition: the one place where places, policy, settings, models and server meet.

It must not decide anything that a lower module can decide.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from glossator_clients.protocol import ChatModel
from glossator_gate.policy import Policy, PolicyPlaces, is_denied, key_variables, load_policy
from glossator_gate.telemetry import follow, missing_part
from glossator_server import __version__
from glossator_server.errors import SandboxUnavailableError, UsageError
from glossator_server.policies import CurrentPolicy, WorkspacePolicy
from glossator_server.settings import IndexOptions, Settings, load_user_settings
from glossator_server.workspace_file import WORKSPACE_FILE, read_workspace

if TYPE_CHECKING:
    from glossator_clients.factory import Shared
    from glossator_clients.router import Need
    from glossator_indexer.owner_client import IndexClient, OwnerPlaces
    from glossator_indexer.ports import RepositoryIndex, VectorStore
    from glossator_indexer.team import TeamIndex
    from glossator_server.embedders import ChosenEmbedder
    from glossator_server.sandbox import Sandbox
    from glossator_server.sandbox.approvals import Approvals
    from glossator_server.sandbox.jobs import SandboxState
    from glossator_server.session import OpenModel, Session
    from glossator_server.teams import LateTeam
    from glossator_server.verify.code_checker import CodeChecker
    from glossator_server.verify.memory import CheckMemory

MANAGED_POLICY = Path("/etc/glossator/policy.toml")


@dataclass(frozen=True, slots=True)
class Application:
    """What every command needs; `problems` are sentences about configuration that was ignored.

    `heard` may put something around each model that is opened.
    """

    policy: Policy
    settings: Settings
    problems: tuple[str, ...]
    workspace: Path | None = None
    heard: Callable[[OpenModel], OpenModel] = lambda it: it

    @property
    def workspace_policy(self) -> WorkspacePolicy:
        """Return what holds for the files of the workspace."""
        return WorkspacePolicy(self.policy, self.workspace)

    async def open_model(self, need: Need) -> ChatModel:
        """Open the model that the router chooses among the approved ones.

        Raises a `ModelError` where none can serve, a `PolicyError` where none may.
        """
        return await self.heard(open_model)(need, self.policy)


async def open_model(need: Need, policy: Policy) -> ChatModel:
    """Open the model that the router chooses among those that a policy approves.

    Raises a `ModelError` where none can serve, a `PolicyError` where none may.
    """
    follow(policy.telemetry)
    # The SDKs take most of a second to import: only who asks a model pays for it.
    from glossator_clients.factory import open_model as open_routed

    return await open_routed(need, policy, _shared())


@cache
def _shared() -> Shared:
    """Return what all models of this process share."""
    from glossator_clients.factory import Shared
    from glossator_clients.response_cache import ResponseCache
    from glossator_gate.usage import UsageStore

    answers = Path(platformdirs.user_cache_dir("glossator")) / "answers"
    return Shared(UsageStore(), ResponseCache(answers, __version__))


def policy_places() -> PolicyPlaces:
    """Return the places of the policy files, fixed before anything of a workspace is read."""
    return PolicyPlaces(managed=MANAGED_POLICY, user=user_config())


def user_config() -> Path:
    """Return the place of the user's own configuration."""
    return Path(platformdirs.user_config_dir("glossator")) / "config.toml"


def load_application(workspace: Path | None = None) -> Application:
    """Read policy and settings, as they hold in a workspace folder where one is given.

    Raises `ConfigurationError` where the user's file is not TOML.
    """
    policy = load_policy(policy_places())
    settings, problems = load_user_settings(user_config())
    problems = (*policy.warnings, *problems)
    if (problem := missing_part(policy)) is not None:
        problems = (*problems, problem)
    problems += _prompt_problems()
    follow(policy.telemetry)
    if workspace is not None:
        found = read_workspace(workspace, settings, policy)
        policy, settings = found.policy, found.settings
        problems += found.sentences
    return Application(policy, settings, problems, workspace)


def _prompt_problems() -> tuple[str, ...]:
    """Return a sentence for each prompt of the user's that cannot be used."""
    if not user_config().with_name("prompts").is_dir():
        # Most people have none, and pay nothing for those who do.
        return ()
    from glossator_server.prompts.files import prompt_problems

    return prompt_problems()


def index_places(root: Path) -> OwnerPlaces:
    """Return where the index of a repository and its owner are found.

    Raises `IndexUnavailableError` where there is no such folder.
    """
    from glossator_indexer.owner_client import places_of

    cache = Path(platformdirs.user_cache_dir("glossator"))
    places = places_of(root, cache, runtime := _runtime(), __version__)
    if runtime is not None or _is_writable(cache):
        return places
    # The owner checks that it is this user's own.
    return replace(places, run=Path(tempfile.gettempdir()) / f"glossator-{os.getuid()}")


def owner_command(root: Path, options: IndexOptions | None = None) -> tuple[str, ...]:
    """Return the command that starts the owner of a repository's index."""
    chosen = options or IndexOptions()
    # -P: what lies in the folder that it starts in is never imported.
    return (
        *(sys.executable, "-P", "-m", "glossator_server", "index-owner"),
        *("--vectors", chosen.vectors, "--idle-minutes", str(chosen.idle_minutes)),
        *(() if chosen.team else ("--no-team",)),
        *((f"--project={chosen.project}",) if chosen.project else ()),
        *("--", str(root)),
    )


def open_index_client(folder: Path, options: IndexOptions) -> IndexClient:
    """Return a client of the index of the repository that a folder lies in, not yet connected.

    Raises `IndexUnavailableError` where there is no such folder.
    """
    from glossator_indexer.errors import IndexUnavailableError
    from glossator_indexer.owner_client import IndexClient
    from glossator_indexer.walking.roots import repository_root

    places = index_places(repository_root(folder))
    if places.root in (Path(places.root.anchor), Path.home().resolve()):
        raise IndexUnavailableError(f"{places.root} is not indexed; open a project's own folder.")
    # An owner inherits nothing but what it needs.
    return IndexClient.connect_or_start(
        places,
        owner_command(places.root, options),
        lambda: key_variables(load_policy(policy_places())),
    )


def run_index_owner(root: Path, options: IndexOptions, idle_seconds: float) -> int:
    """Own the index of a repository until nobody needs it; return the exit status.

    Raises `IndexUnavailableError` where it cannot be begun.
    """
    from glossator_indexer.owner import OwnerOptions, serve

    places = index_places(root)
    return serve(places, lambda it: _open_index(it, options), OwnerOptions(idle_seconds))


def _open_index(places: OwnerPlaces, options: IndexOptions) -> RepositoryIndex:
    """Put an index together; everything heavy is imported here, when clients can connect."""
    from glossator_indexer.index import IndexParts, TruthVectors, open_index
    from glossator_indexer.walking import RepositoryWalker, WalkOptions
    from glossator_server.embedders import choose_embedder
    from glossator_server.outdated import end_when_outdated
    from glossator_server.rerankers import LateReranker, named_ranker

    def open_vectors(folder: Path, dim: int, truth: TruthVectors) -> VectorStore:
        from glossator_indexer.chroma_store import ChosenVectors, VectorChoice
        from glossator_indexer.vectors import ExactVectors

        exact = ExactVectors(folder, dim)
        return ChosenVectors(exact, folder / "chroma", dim, truth, VectorChoice(options.vectors))

    files = policy_places()
    policy = end_when_outdated(
        (files.managed, files.user, places.root / WORKSPACE_FILE),
        lambda: read_workspace(places.root, Settings(), load_policy(files)).policy,
    )
    follow(policy.telemetry)
    chosen = choose_embedder(policy, places.folder)
    ranker = named_ranker(policy, places.root)
    parts = IndexParts(
        walker=RepositoryWalker(places.root, WalkOptions(denied=lambda it: is_denied(policy, it))),
        embedder=chosen.embedder,
        worker_embedder=chosen.in_workers,
        former_embedder=chosen.former,
        # What the policy names takes the place of the one that can be fetched.
        reranker=LateReranker(places.folder) if ranker is None else None,
        ranker=ranker,
        open_vectors=open_vectors,
        team=_team(policy, options, places.root, chosen),
        embedder_trouble=chosen.trouble,
    )
    return open_index(places.folder, places.root, parts)


def _team(
    policy: Policy, options: IndexOptions, root: Path, chosen: ChosenEmbedder
) -> LateTeam | None:
    """Return the team's index, None where it is not wanted or vectors are made faster here."""
    from glossator_indexer.index.parts import model_key
    from glossator_server.teams import LateTeam, check_questions, chosen_server, open_team

    if not options.team or not policy.index_servers or chosen.in_workers is not None:
        return None
    server, model = chosen_server(policy, None), model_key(chosen.embedder)

    def opened() -> TeamIndex:
        check_questions(server, policy)
        return open_team(server, options.project or root.name, model)

    return LateTeam(opened)


def _is_writable(folder: Path) -> bool:
    """Tell whether a folder, or what it is to be made in, can be written."""
    try:
        nearest = next(it for it in (folder, *folder.parents) if it.exists())
    except OSError:
        # What holds it may not be looked into.
        return False
    return os.access(nearest, os.W_OK | os.X_OK)


def _runtime() -> Path | None:
    """Return the user's runtime folder; a login without session variables has the usual one."""
    named = os.environ.get("XDG_RUNTIME_DIR", "")
    folder = Path(named) if named else Path(f"/run/user/{os.getuid()}")
    is_ours = folder.is_absolute() and folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    return folder if is_ours else None


def run_server(application: Application) -> int:
    """Serve an editor on standard input and output until it leaves; return the exit status."""
    with _no_collection():
        from glossator_server.lsp.server import create_server, serve_stdio

        session = _session(application)
        server = create_server(session)
    return serve_stdio(server)


def run_tcp_server(application: Application, host: str, port: int) -> int:
    """Serve one editor on a loopback port until it leaves; return the exit status."""
    with _no_collection():
        from glossator_server.lsp.server import create_server, serve_tcp

        session = _session(application)
        server = create_server(session)
    return serve_tcp(server, host, port)


def run_mcp_server(folder: Path, root: Path) -> None:
    """Answer another assistant of a folder on standard input and output until it hangs up.

    `root` is the folder whose own file narrows policy and settings. Raises `UsageError` where the
    protocol's SDK is not installed.
    """
    if find_spec("mcp") is None:
        raise UsageError(
            "The MCP server needs its extra; install it with pip install 'glossator[mcp]'."
        )
    from glossator_server.mcp.desk import Desk, Means, Rules
    from glossator_server.mcp.serving import serve

    def rules() -> Rules:
        application = load_application(root)
        return Rules(application.policy, application.settings, root)

    serve(Desk(folder, Means(rules, open_model, open_index_client, open_checker)))


def _session(application: Application) -> Session:
    from glossator_server.session import Session

    return Session(
        application.settings,
        open_model,
        open_index_client,
        CurrentPolicy(policy_places()).now,
        open_checker,
    )


@contextmanager
def _no_collection() -> Iterator[None]:
    """Make what lives as long as the process, without looking for garbage in it.

    The protocol's hundreds of classes would be searched again and again while they are imported (a
    quarter of the time), and later with every full collection, while somebody types.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


async def open_checker(
    root: Path, policy: Policy, settings: Settings, memory: CheckMemory | None = None
) -> CodeChecker:
    """Return what checks the code of a workspace, in the sandbox of this machine.

    A `memory` holds what earlier checkers of the workspace found.

    Raises `SandboxUnavailableError` where there is none that holds.
    """
    from glossator_server.verify.code_checker import CodeChecker, TestCommands
    from glossator_server.verify.programs import Programs, folders_of_path

    sandbox = _sandbox()
    if (state := await sandbox.check()).trouble is not None:
        raise SandboxUnavailableError(state.trouble)
    approvals = open_approvals()
    refusals = {it: approvals.refusal(root, it) for it in policy.commands}
    tests = TestCommands(
        tuple(argv for argv, refusal in refusals.items() if refusal is None),
        settings.fix.test_seconds,
        tuple(it for it in refusals.values() if it is not None),
        is_told=policy.classes.are_one,
    )
    return CodeChecker(sandbox, Programs(root, folders_of_path()), tests, memory)


async def sandbox_state() -> SandboxState:
    """Return whether compilers, linters and tests can be run on this machine; it is tested."""
    return await _sandbox().check()


@cache
def _sandbox() -> Sandbox:
    """Return the sandbox of this process, which is tested once."""
    from glossator_server.sandbox.opening import open_sandbox

    return open_sandbox()


def open_approvals() -> Approvals:
    """Return which commands of which project a person approved on this machine."""
    from glossator_server.sandbox.approvals import Approvals

    state = platformdirs.user_state_path("glossator", appauthor=False)
    return Approvals(state / "approvals.toml")
