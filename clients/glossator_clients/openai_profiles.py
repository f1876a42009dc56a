"""Own what is known of the servers that speak OpenAI's interface: one table, a row for each.

It must not ask a server; `detection` does. Sources: OpenAI's and Azure's API references; the
protocol files of vLLM (`entrypoints/openai`), of TGI (`router/src/lib.rs`) and of MLC
(`protocol/openai_api_protocol.py`); llama.cpp's `tools/server/README.md`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType

from glossator_gate.types import ModelEntry, ServerProfile

DEFAULT_BASE_PATH = "/v1"
# Names of OpenAI's models that think; only these take `reasoning_effort`.
_THINKING_NAMES = re.compile(r"^(o\d|gpt-[5-9]|gpt-oss)", re.IGNORECASE)


# The hosts of others begin with a dot: each customer has one.
_HOSTS = {
    "api.openai.com": ServerProfile.OPENAI,
    ".openai.azure.com": ServerProfile.AZURE,
    ".services.ai.azure.com": ServerProfile.AZURE,
}


class SchemaWay(Enum):
    """How a schema is put into a request."""

    JSON_SCHEMA = auto()
    GUIDED_JSON = auto()
    OBJECT_WITH_VALUE = auto()
    OBJECT_WITH_SCHEMA = auto()
    OBJECT_WITH_SCHEMA_TEXT = auto()
    JSON_OBJECT = auto()
    PROMPT_ONLY = auto()


class Tokenizer(Enum):
    """Whose endpoint counts tokens."""

    NONE = auto()
    VLLM = auto()
    TGI = auto()
    LLAMA_CPP = auto()


class ContextSource(Enum):
    """Where a server says how much context a model has."""

    NONE = auto()
    MODELS = auto()
    INFO = auto()
    PROPS = auto()


_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Traits:
    """What a kind of server takes and tells.

    `schema_ways` go from the strictest to the weakest. `no_thinking` and `thinking` are options
    that ask a model (not) to think, `efforts` the values of `reasoning_effort` that mean "hardly",
    which only models that think take. `with_tools` goes along wherever tools do.
    """

    schema_ways: tuple[SchemaWay, ...] = (
        SchemaWay.JSON_SCHEMA,
        SchemaWay.JSON_OBJECT,
        SchemaWay.PROMPT_ONLY,
    )
    no_thinking: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    thinking: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    efforts: tuple[str, ...] = ()
    always: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    with_tools: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    takes_tools: bool | None = None
    schema_with_tools: bool = True
    most_stops: int | None = None
    widest_top_p: float | None = None
    tokenizer: Tokenizer = Tokenizer.NONE
    context: ContextSource = ContextSource.NONE


_OPENAI = Traits(
    # The models before gpt-5.1 know no "none", those before gpt-5 no "minimal".
    efforts=("none", "minimal", "low"),
    with_tools={"parallel_tool_calls": True},
    takes_tools=True,
    most_stops=4,
)

PROFILES: Mapping[ServerProfile, Traits] = {
    # Whoever it is: nothing that is not in the interface.
    ServerProfile.AUTO: Traits(),
    ServerProfile.OPENAI: _OPENAI,
    ServerProfile.AZURE: _OPENAI,
    ServerProfile.VLLM: Traits(
        schema_ways=(SchemaWay.JSON_SCHEMA, SchemaWay.GUIDED_JSON, SchemaWay.PROMPT_ONLY),
        no_thinking={"chat_template_kwargs": {"enable_thinking": False}},
        thinking={"chat_template_kwargs": {"enable_thinking": True}},
        tokenizer=Tokenizer.VLLM,
        context=ContextSource.MODELS,
    ),
    ServerProfile.TGI: Traits(
        # Its grammar calls the schema "value", and it takes a grammar or tools, not both.
        schema_ways=(SchemaWay.OBJECT_WITH_VALUE, SchemaWay.PROMPT_ONLY),
        takes_tools=True,
        schema_with_tools=False,
        most_stops=4,
        # It refuses 1.0, which would mean the same as saying nothing.
        widest_top_p=0.999,
        tokenizer=Tokenizer.TGI,
        context=ContextSource.INFO,
    ),
    ServerProfile.LLAMA_CPP: Traits(
        schema_ways=(
            SchemaWay.JSON_SCHEMA,
            SchemaWay.OBJECT_WITH_SCHEMA,
            SchemaWay.PROMPT_ONLY,
        ),
        no_thinking={"chat_template_kwargs": {"enable_thinking": False}},
        thinking={"chat_template_kwargs": {"enable_thinking": True}, "reasoning_format": "auto"},
        # The head of a prompt is often that of the one before.
        always={"cache_prompt": True},
        # One call at a time is its default.
        with_tools={"parallel_tool_calls": True},
        tokenizer=Tokenizer.LLAMA_CPP,
        context=ContextSource.PROPS,
    ),
    ServerProfile.MLC: Traits(
        # Its schema is a text, and it refuses a conversation with an earlier tool call in it.
        schema_ways=(SchemaWay.OBJECT_WITH_SCHEMA_TEXT, SchemaWay.PROMPT_ONLY),
        takes_tools=False,
    ),
}


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Which server it is, as the model's entry says it; `always` goes along with each request."""

    base_path: str = DEFAULT_BASE_PATH
    profile: ServerProfile = ServerProfile.AUTO
    api_version: str | None = None
    always: Mapping[str, object] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server's interface begins, and what every request of it carries."""

    path: str
    root: str
    query: Mapping[str, str]


def server_options(entry: ModelEntry) -> ServerOptions:
    """Return which server an entry names; some hosts say it without being asked."""
    profile = entry.profile
    if profile is ServerProfile.AUTO and entry.origin is not None:
        host = entry.origin.host
        known = (it for name, it in _HOSTS.items() if host == name or host.endswith(name))
        profile = next(known, profile)
    return ServerOptions(entry.base_path, profile, entry.api_version)


def endpoint_of(options: ServerOptions, name: str) -> Endpoint:
    """Return where the chat of the model called `name` is; Azure has a path for each model."""
    path = options.base_path
    query = {} if options.api_version is None else {"api-version": options.api_version}
    if options.profile is ServerProfile.AZURE and path == DEFAULT_BASE_PATH:
        # Without a version it is Azure's newer interface, which is OpenAI's under another path.
        path = f"/openai/deployments/{name}" if query else "/openai/v1"
    return Endpoint(path, path.removesuffix("/v1"), query)


def thinks(name: str) -> bool:
    """Say whether OpenAI calls a model so that thinks."""
    return _THINKING_NAMES.match(name) is not None
