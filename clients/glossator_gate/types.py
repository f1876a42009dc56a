"""Own the frozen data of the gate: origins, models as the policy lists them, and limits.

It must not read files, resolve names or open connections.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
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


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port, exact; the host is lower-case and an IPv6 address has no brackets."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Origin:
        """Return the origin that `text` names, or raise `ConfigurationError` where it is none."""
        mistake = ConfigurationError(
            f"{text!r} is no origin: write scheme, host and port as in http://127.0.0.1:11434."
        )
        try:
            parts = urllib.parse.urlsplit(text)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise mistake from error
        extra = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
        if parts.scheme not in DEFAULT_PORTS or not host or extra or port == 0:
            raise mistake
        return cls(parts.scheme, host.lower(), port or DEFAULT_PORTS[parts.scheme])

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


BUILTIN_ORIGIN = "built-in"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model that may be used: what both files agree on.

    `id` is the user's name for it. `origin` is None for what has no server of its own (embedded,
    scripted). `names` are the server's exact names, the first one preferred. `key` is a reference
    such as "env:NAME", never the key itself. `timeout_s` is the longest silence of the server.
    `idle_s` (how long it stays without work) and `threads` are for the embedded engine alone.
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


@dataclass(frozen=True, slots=True)
class RefusedModel:
    """A model that a file lists and that may not be used, with the reason as one sentence."""

    entry: ModelEntry
    reason: str


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
    """

    models: tuple[ModelEntry, ...]
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    refused: tuple[RefusedModel, ...] = ()
    warnings: tuple[str, ...] = ()
    managed_problem: str | None = None
    embed_problem: str | None = None
    managed_in_force: bool = False
    index_servers: tuple[IndexServerEntry, ...] = ()

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
    """The one origin that a transport may reach, and with which key."""

    origin: Origin
    address: AddressClass = AddressClass.LOOPBACK
    key: str | None = field(default=None, repr=False)
    limits: EgressLimits = field(default_factory=EgressLimits)
