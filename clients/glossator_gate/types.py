"""Own the frozen data of the gate: origins, models as the policy lists them, and limits.

It must not read files, resolve names or open connections.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from glossator_gate.errors import ConfigurationError

DEFAULT_PORTS = {"http": 80, "https": 443}


class Api(StrEnum):
    """Which interface a model's server speaks."""

    OLLAMA = "ollama"
    OPENAI = "openai"
    EMBEDDED = "embedded"
    SCRIPTED = "scripted"


class AddressClass(StrEnum):
    """Where a model's address may lie."""

    LOOPBACK = "loopback"
    PRIVATE = "private"
    PUBLIC = "public"


class DataClass(StrEnum):
    """How secret a text is, from the least to the most."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"

    @property
    def rank(self) -> int:
        """Return the place in the order, 0 for what anybody may see."""
        return _CLASS_ORDER.index(self)


_CLASS_ORDER = tuple(DataClass)


def strictest(classes: Iterable[DataClass]) -> DataClass:
    """Return the strictest class of a text's parts; what has no parts is as strict as can be."""
    return max(classes, key=lambda it: it.rank, default=DataClass.RESTRICTED)


# Only what all readers of URLs read alike: `urlsplit` drops tabs and takes "x[::1]" for "::1", and
# each library makes something else of letters beyond ASCII.
_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?/?",
    re.ASCII | re.IGNORECASE,
)
_LAST_PORT = 65535
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII | re.IGNORECASE)
_LONGEST_NAME = 253
# "0177.0.0.1" and "2130706433" are addresses to some resolvers, and not the same one to all.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII | re.IGNORECASE)


def _is_host(name: str | None, address: str | None) -> bool:
    """Return whether this is a name, an IPv4 address in its one spelling, or an IPv6 address."""
    if name is None:
        return address is not None and _is_address(ipaddress.IPv6Address, address)
    *_, last = labels = name.removesuffix(".").split(".")
    if _NUMBER.fullmatch(last):
        return _is_address(ipaddress.IPv4Address, name)
    return len(name) <= _LONGEST_NAME and all(map(_LABEL.fullmatch, labels))


def _is_address(kind: Callable[[str], object], text: str) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port, exact; the host is lower-case and an IPv6 address has no brackets."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Origin:
        """Return the origin that `text` names, or raise `ConfigurationError` where it is none."""
        match = _ORIGIN.fullmatch(text)
        port = int(match["port"] or DEFAULT_PORTS[match["scheme"].lower()]) if match else 0
        if match is None or port > _LAST_PORT or not _is_host(match["name"], match["address"]):
            raise ConfigurationError(
                f"{text!r} is no origin: write scheme, host and port as in "
                "http://127.0.0.1:11434, and a name in other letters in its xn-- form."
            )
        host = match["name"] or match["address"]
        return cls(match["scheme"].lower(), host.lower(), port)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


BUILTIN_ORIGIN = "built-in"


class ServerProfile(StrEnum):
    """Whose server speaks OpenAI's interface: each has its known differences."""

    AUTO = "auto"
    OPENAI = "openai"
    AZURE = "azure"
    VLLM = "vllm"
    TGI = "tgi"
    LLAMA_CPP = "llama.cpp"
    MLC = "mlc"


# Of a price, and of a limit, that names none.
DEFAULT_CURRENCY = "USD"


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, in the currency that the file names."""

    prompt: float
    completion: float
    currency: str = DEFAULT_CURRENCY


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model that may be used: what both files agree on.

    `id` is the user's name for it. `origin` is None for what has no server of its own (embedded,
    scripted). `names` are the server's exact names, the first one preferred. `key` is a reference
    such as "env:NAME", never the key itself. `timeout_s` is the longest silence of the server.
    `idle_s` is how long it stays loaded without work; `threads` are for the embedded engine alone.
    `digests` holds the only digest that a name may have (hexadecimal, its beginning at least), for
    names that are pinned. `proxy` is the one way to the server, where the policy names one, and
    `ca_file` who vouches for it. `rule` says which entry of which file allows the model, and
    `requests_per_min` how often all of the user's programs together may ask. `adapter` is no key of
    a file: a measurement sets it to the name of an adapter of the embedded model, or to "none";
    None leaves it to what is in use.
    """

    id: str
    api: Api
    names: tuple[str, ...]
    origin: Origin | None = None
    base_path: str = ""
    address: AddressClass = AddressClass.LOOPBACK
    must_be_local: bool = False
    max_class: DataClass = DataClass.RESTRICTED
    uses: tuple[str, ...] = ("chat",)
    key: str | None = None
    timeout_s: float = 60.0
    context_tokens: int | None = None
    idle_s: float | None = None
    threads: int | None = None
    script: Path | None = None
    digests: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    profile: ServerProfile = ServerProfile.AUTO
    api_version: str | None = None
    price: Price | None = None
    proxy: Origin | None = None
    ca_file: Path | None = None
    rule: str = ""
    requests_per_min: int | None = None
    adapter: str | None = None

    @property
    def name(self) -> str:
        """Return the preferred name."""
        return self.names[0]

    @property
    def origin_text(self) -> str:
        """Return the origin as people read it."""
        return BUILTIN_ORIGIN if self.origin is None else str(self.origin)


@dataclass(frozen=True, slots=True)
class IndexServerEntry:
    """A Chroma server that may hold a team's index: what both files agree on.

    `key` is a reference as in a model's entry. `timeout_s` is the longest silence of the server.
    """

    id: str
    origin: Origin
    address: AddressClass = AddressClass.LOOPBACK
    max_class: DataClass = DataClass.RESTRICTED
    key: str | None = None
    timeout_s: float = 30.0
    proxy: Origin | None = None
    ca_file: Path | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class WebSearchEntry:
    """A web search that the agent's tool may ask: what both files agree on.

    `api` is "searxng". What is sent are the words of a query, of at most `max_class`.
    """

    id: str
    origin: Origin
    base_path: str = ""
    address: AddressClass = AddressClass.LOOPBACK
    max_class: DataClass = DataClass.PUBLIC
    key: str | None = None
    timeout_s: float = 10.0
    proxy: Origin | None = None
    ca_file: Path | None = None
    rule: str = ""
    requests_per_min: int | None = None


@dataclass(frozen=True, slots=True)
class TelemetryEntry:
    """The collector that is told of every exchange: what both files agree on.

    What is told is what the audit log holds, and no text: `max_class` is no key of the file.
    """

    origin: Origin
    id: str = "telemetry"
    address: AddressClass = AddressClass.LOOPBACK
    max_class: DataClass = DataClass.PUBLIC
    key: str | None = None
    timeout_s: float = 5.0
    proxy: Origin | None = None
    ca_file: Path | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class ClassRule:
    """What a path's class is where one of the globs (as in `.gitignore`) names it.

    `repositories` are globs of absolute folders: where there are any, the rule is for what lies in
    one of those. `rule` says which entry of which file this is.
    """

    paths: tuple[str, ...]
    data_class: DataClass
    repositories: tuple[str, ...] = ()
    rule: str = ""


@dataclass(frozen=True, slots=True)
class ClassLayer:
    """How one file classifies: the strictest of its rules that fit, else its default."""

    default: DataClass
    rules: tuple[ClassRule, ...] = ()
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Classes:
    """How paths are classified: as strictly as the strictest layer, of one file each, says."""

    layers: tuple[ClassLayer, ...] = (ClassLayer(DataClass.CONFIDENTIAL, rule="built in"),)

    @property
    def are_one(self) -> bool:
        """Tell whether all files are of the same class."""
        return not any(it.rules for it in self.layers)


@dataclass(frozen=True, slots=True)
class McpBound:
    """The strictest class of a file of which another assistant is told anything, and by which rule.

    The assistant's model is none of the policy's: nobody knows what else sees what it is told.
    """

    max_class: DataClass = DataClass.PUBLIC
    rule: str = "no policy"


@dataclass(frozen=True, slots=True)
class UsageLimits:
    """What all of the user's programs together may spend; None where nothing limits it.

    `cost_per_day` is by currency: nobody knows the rate of two, and in one that is not among them
    nothing may be spent.
    """

    requests_per_min: int | None = None
    tokens_per_day: int | None = None
    cost_per_day: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class RefusedModel:
    """A model that a file lists and that may not be used, with the reason as one sentence."""

    entry: ModelEntry
    reason: str


class FileState(StrEnum):
    """How a policy file was found."""

    READ = "read"
    ABSENT = "absent"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class PolicySource:
    """A file that the policy is made of, `layer` being managed, user or workspace."""

    layer: str
    path: Path
    state: FileState


@dataclass(frozen=True, slots=True)
class PolicyPlaces:
    """Where the two files are, fixed at start; `managed_owner` is who must own the managed one."""

    managed: Path
    user: Path
    managed_owner: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """The effective policy.

    `models` are the usable ones in the user's order; `roles` maps a role to ids of usable models in
    order of preference. `index_servers` are those that a team's index may be on. `managed_problem`
    says what is wrong with the managed file, if anything: then only models of this machine are
    usable. `embed_problem` says why nobody knows which model is to make vectors, if so: a file or a
    role cannot be read, or names a model that is not listed. `warnings` are sentences for the user.
    `deny_paths` are globs of files that are never read, `commands` the argument lists that may run.
    `may_cache` says whether answers may be kept on disk, `may_keep_feedback` whether what became of
    comments may, `mcp` what other assistants are told, `names_models` whether some file lists a
    model, so that none is looked for. `sources` are the files that were looked at.
    """

    models: tuple[ModelEntry, ...]
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    refused: tuple[RefusedModel, ...] = ()
    warnings: tuple[str, ...] = ()
    managed_problem: str | None = None
    embed_problem: str | None = None
    managed_in_force: bool = False
    index_servers: tuple[IndexServerEntry, ...] = ()
    web_searches: tuple[WebSearchEntry, ...] = ()
    telemetry: TelemetryEntry | None = None
    classes: Classes = field(default_factory=Classes)
    deny_paths: tuple[str, ...] = ()
    commands: tuple[tuple[str, ...], ...] = ()
    limits: UsageLimits = field(default_factory=UsageLimits)
    may_cache: bool = True
    may_keep_feedback: bool = True
    mcp: McpBound = field(default_factory=McpBound)
    names_models: bool = False
    sources: tuple[PolicySource, ...] = ()

    def model(self, model_id: str) -> ModelEntry | None:
        """Return the usable model of that id."""
        return next((entry for entry in self.models if entry.id == model_id), None)


@dataclass(frozen=True, slots=True)
class EgressLimits:
    """What one exchange may cost: seconds and bytes.

    `silence_s` is the longest wait for the next byte, `total_s` for the whole answer. An event is
    what lies between two line ends of a stream, or a whole body that has none.
    """

    connect_s: float = 5.0
    silence_s: float = 60.0
    total_s: float = 900.0
    request_bytes: int = 8 * 1024 * 1024
    event_bytes: int = 1024 * 1024
    response_bytes: int = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Destination:
    """The one origin that a transport may reach, how, and with which key.

    `id` is the user's name for what is there and `rule` what allows it: both for the audit.
    `max_class` bounds what may be sent; `requests_per_min` how often. `key_header` is the header
    that the key goes into, with "Bearer " before it where that is "authorization".
    """

    origin: Origin
    address: AddressClass = AddressClass.LOOPBACK
    key: str | None = field(default=None, repr=False)
    limits: EgressLimits = field(default_factory=EgressLimits)
    id: str = ""
    rule: str = ""
    max_class: DataClass = DataClass.RESTRICTED
    key_header: str = "authorization"
    proxy: Origin | None = None
    ca_file: Path | None = None
    requests_per_min: int | None = None


ERRAND_HEADER = "x-glossator-errand"


@dataclass(frozen=True, slots=True)
class Errand:
    """Why something is sent: for the audit line, and to compare classes at the door.

    `operation` is OpenTelemetry's `gen_ai.operation.name` (chat, embeddings, ...) or one of ours
    (metadata, rerank, web_search, telemetry). Model clients hand it to the door as a header of the
    request that never leaves; a request with a body and without an errand counts as restricted.
    """

    operation: str
    role: str | None = None
    data_class: DataClass = DataClass.RESTRICTED

    def headers(self) -> dict[str, str]:
        """Return the header that tells the door."""
        return {ERRAND_HEADER: f"{self.operation};{self.role or ''};{self.data_class}"}

    @classmethod
    def of_header(cls, value: str) -> Errand:
        """Return the errand that a header names; raises `ValueError` where it names none."""
        operation, role, data_class = value.split(";")
        return cls(operation, role or None, DataClass(data_class))
