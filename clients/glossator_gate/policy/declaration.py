"""Own the one list of all tables and keys of the policy files: the reader and the schema use it.

It must not read files, nor say what the values mean for anything that is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from glossator_gate.policy import kinds
from glossator_gate.policy.kinds import Kind
from glossator_gate.types import AddressClass, Api, DataClass, ServerProfile

SCHEMA = 1
FEWEST_CONTEXT_TOKENS = 256


class Layer(StrEnum):
    """Whose file it is."""

    MANAGED = "managed"
    USER = "user"
    WORKSPACE = "workspace"


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what its value may be, and what it says, as editors show it."""

    name: str
    kind: Kind
    says: str
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file; `is_list` where it is written `[[name]]`, as often as one likes.

    `is_for_all` where the file of a workspace may hold it, because it can only narrow.
    """

    name: str
    says: str
    keys: tuple[Key, ...]
    is_list: bool = False
    is_for_all: bool = False

    @property
    def heading(self) -> str:
        """Return the table's head as it is written."""
        return f"[[{self.name}]]" if self.is_list else f"[{self.name}]"

    def key(self, name: str) -> Key | None:
        """Return the key of that name."""
        return next((it for it in self.keys if it.name == name), None)


_SERVER_KEYS = (
    Key(
        "address",
        kinds.member_of(AddressClass),
        "Where every address of the host must lie: on this machine, in a private network, or "
        "anywhere. What is not on this machine needs https, except a private address whose "
        "origin is written with http.",
    ),
    Key(
        "max_class",
        kinds.member_of(DataClass),
        "The strictest class of data that may be sent. Without it: restricted on this machine, "
        "public everywhere else.",
    ),
    Key(
        "key",
        kinds.key_reference(),
        'Where the key is: "keyring:service/name", "file:/path" (mode 0600) or "env:NAME".',
    ),
    Key("timeout_s", kinds.seconds(), "The longest silence of the server, in seconds."),
    Key("proxy", kinds.origin("http"), "The one proxy that leads to the server; needs https."),
    Key("ca_file", kinds.absolute_path(), "The certificates that vouch for the server; PEM."),
)

_ID = Key("id", kinds.text(), "The name by which roles and people call it.", is_required=True)

_ORIGIN = Key(
    "origin", kinds.origin("http", "https"), "Scheme, host and port, exact: http://127.0.0.1:11434."
)

MODEL = Table(
    "model",
    "A model that may be used. Both files must list it with the same api, origin and name.",
    (
        _ID,
        Key("api", kinds.member_of(Api), "The interface of its server.", is_required=True),
        _ORIGIN,
        Key("base_path", kinds.base_path(), 'What stands before the interface\'s paths: "/v1".'),
        Key(
            "model",
            kinds.names(),
            "The server's exact names, the preferred one first; name@sha256:DIGEST pins what an "
            "Ollama server has under the name.",
        ),
        Key("must_be_local", kinds.switch(), "Whether the server must say that it runs it itself."),
        Key("uses", kinds.words("chat", "embed", "rerank"), "What the model may be asked for."),
        *_SERVER_KEYS,
        Key(
            "profile",
            kinds.member_of(ServerProfile),
            'Whose server speaks OpenAI\'s interface; "auto" finds out.',
        ),
        Key("api_version", kinds.text(r"^[\w.-]+$"), "The version that Azure is asked for."),
        Key("price", kinds.price(), "What a million tokens cost."),
        Key(
            "context_tokens",
            kinds.count(FEWEST_CONTEXT_TOKENS),
            "How many tokens prompt and answer may have together.",
        ),
        Key("idle_s", kinds.seconds(), "How long the embedded engine stays without work."),
        Key("threads", kinds.count(1), "How many threads the embedded engine uses."),
        Key("script", kinds.absolute_path(), "The replies of a scripted model, for tests."),
    ),
    is_list=True,
)

INDEX_SERVER = Table(
    "index_server",
    "A Chroma server that may hold a team's index.",
    (
        _ID,
        Key("api", kinds.one_of("chroma"), "What the server is.", is_required=True),
        Key(_ORIGIN.name, _ORIGIN.kind, _ORIGIN.says, is_required=True),
        *_SERVER_KEYS,
    ),
    is_list=True,
)

WEB_SEARCH = Table(
    "web_search",
    "A web search that the agent's tool may ask; without one there is no such tool.",
    (
        _ID,
        Key("api", kinds.one_of("searxng"), "What the server is.", is_required=True),
        Key(_ORIGIN.name, _ORIGIN.kind, _ORIGIN.says, is_required=True),
        Key("base_path", kinds.base_path(), "Where SearXNG lies on the server."),
        *_SERVER_KEYS,
    ),
    is_list=True,
)

TELEMETRY = Table(
    "telemetry",
    "The OpenTelemetry collector that is told of each exchange what the audit log says of it.",
    (
        Key(
            "otlp",
            kinds.origin("http", "https"),
            "The collector's scheme, host and port for OTLP over HTTP: http://127.0.0.1:4318.",
            is_required=True,
        ),
        *(it for it in _SERVER_KEYS if it.name != "max_class"),
    ),
)

CLASSES = Table(
    "classes",
    "How secret it is what no [[classify]] names.",
    (Key("default", kinds.member_of(DataClass), "The class; confidential without it."),),
    is_for_all=True,
)

# The one value that is a table of its own.
MATCH = Table(
    "match",
    "What the class is for.",
    (
        Key("path", kinds.globs(), "Globs as in .gitignore, of paths in a workspace folder."),
        Key("repository", kinds.globs(), "Globs of the absolute paths of workspace folders."),
    ),
)

CLASSIFY = Table(
    "classify",
    "The class of some paths; where several fit, the strictest counts.",
    (
        Key("class", kinds.member_of(DataClass), "How secret it is.", is_required=True),
        Key("match", kinds.Kind(lambda value: value, {}), MATCH.says, is_required=True),
    ),
    is_list=True,
    is_for_all=True,
)

ROLE_NAMES = (
    "ask", "critic", "document", "edit", "embed", "fix", "intent", "judge", "plan", "rerank",
    "review", "summarise",
)  # fmt: skip

ROLES = Table(
    "roles",
    "Which models serve which role, by their ids in order of preference.",
    tuple(Key(it, kinds.ids(), f"The models for the role {it}.") for it in ROLE_NAMES),
)

EXECUTE = Table(
    "execute",
    "What may be run, in the sandbox only.",
    (
        Key("sandbox", kinds.one_of("required"), "Nothing is ever run without the sandbox."),
        Key("commands", kinds.argument_lists(), "The commands, each a list of its words."),
    ),
)

REDACT = Table(
    "redact",
    "What is never read.",
    (
        Key(
            "deny_paths", kinds.globs(), "Globs as in .gitignore, in addition to the built-in ones."
        ),
    ),
    is_for_all=True,
)

LIMITS = Table(
    "limits",
    "What all of a user's programs together may spend.",
    (
        Key("requests_per_min", kinds.count(1), "Requests to all models and searches in a minute."),
        Key("tokens_per_day", kinds.count(1), "Tokens of prompts and answers in a day."),
        Key(
            "cost_per_day",
            kinds.money(),
            "Money in a day: { EUR = 5 }, or a number of USD. A model whose price is in a currency "
            "that is not among them is refused.",
        ),
    ),
    is_for_all=True,
)

CACHE = Table(
    "cache",
    "What is kept on disk.",
    (
        Key("responses", kinds.switch(), "Whether answers of models may be kept."),
        Key("feedback", kinds.switch(), "Whether it may be kept what became of comments."),
    ),
    is_for_all=True,
)

MCP = Table(
    "mcp",
    "What other assistants are answered that ask Glossator's MCP server.",
    (
        Key(
            "max_class",
            kinds.member_of(DataClass, DataClass.RESTRICTED),
            "The strictest class of a file of which they are told anything. Their models are not "
            "this policy's: what is restricted they are never told. Without it: public where there "
            "is a managed file, else the default of [classes], confidential at most.",
        ),
    ),
    is_for_all=True,
)

TABLES = (
    CLASSES, CLASSIFY, MODEL, INDEX_SERVER, WEB_SEARCH, TELEMETRY, ROLES, EXECUTE, REDACT, LIMITS,
    CACHE, MCP,
)  # fmt: skip

# Preferences, which other parts of Glossator read; their keys are those parts' business.
PREFERENCES = frozenset({
    "ask", "c", "document", "edit", "embed", "fix", "index", "preferred_models", "prompts",
    "review", "sampling", "search",
})  # fmt: skip

# What the policy reads of the file of a workspace.
WORKSPACE_TABLES = frozenset({"schema", *(it.name for it in TABLES if it.is_for_all)})

# What only the managed and the user's file may say: a mistake elsewhere, but no slip of the pen.
AUTHORITY_TABLES = frozenset(it.name for it in TABLES if not it.is_for_all)
