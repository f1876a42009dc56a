"""Own the preferences of a session: what a user may choose among what the policy allows.

A layer of less authority (workspace file, editor) can only choose preferences; it can name no host,
model, key or command. This module must not know models or editors.
"""

from __future__ import annotations

import re
import reprlib
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from glossator_gate.errors import ConfigurationError
from glossator_indexer.languages import Language, with_annotations

AUTO_STYLE = "auto"
WORKSPACE_FILE = ".glossator.toml"
MAX_CONFIGURATION_BYTES = 1 << 20
_KNOWN = "document.*, index.*, sampling.*, preferred_models, c.annotations"
_MACRO = re.compile(r"[A-Za-z_]\w{0,99}", re.ASCII)
_PROJECT = re.compile(r"\w[\w.-]{0,59}", re.ASCII)
# Of a key that nobody knows: enough to find it.
MAX_SHOWN_CHARACTERS = 80
VECTOR_STORES = ("auto", "exact", "chroma")
# Those whose models write words: what makes vectors or ranks has nothing to sample.
ROLES = (
    "document",
    "fix",
    "critic",
    "plan",
    "edit",
    "ask",
    "intent",
    "summarise",
    "judge",
    "review",
)
# More than any server takes.
MOST_STOPS = 4
OptionsT = TypeVar("OptionsT", "DocumentOptions", "IndexOptions", "SamplingOptions")
REASONING = ("off", "field", "native")


@dataclass(frozen=True, slots=True)
class SamplingOptions:
    """How the model of a role picks its words; None leaves it to the prompt.

    `max_tokens` bounds an answer, thoughts included; `stop` are texts that end it; `reasoning` is
    "off", "field" (thoughts come first in the schema) or "native" (in the model's own channel).
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] | None = None
    reasoning: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentOptions:
    """How doc comments are written.

    `width` counts columns; `max_lines` bounds the lines of prose (lines that the style demands do
    not count); `rounds` is the number of times that a model may be asked for one comment;
    `sampling` is that of the role, from its own table.
    """

    style: str = AUTO_STYLE
    width: int = 80
    max_lines: int | None = None
    rounds: int = 2
    sampling: SamplingOptions = SamplingOptions()


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """Whether and how the repository is indexed.

    `vectors`, `team`, `project` and `idle_minutes` are those of whoever starts the index; `team`
    says whether a team's index is read where the policy lists one, `project` its name there.
    `quality` is what a search of the editor's costs where the search itself does not say.
    """

    enabled: bool = True
    workspace_symbol: bool = False
    vectors: str = "auto"
    team: bool = True
    project: str | None = None
    quality: bool = False
    idle_minutes: int = 10


@dataclass(frozen=True, slots=True)
class Settings:
    """All preferences.

    `preferred_models` are ids of approved models, first choice first; `annotations` are macros of
    the code base that decorate declarations and mean nothing to the grammar; `sampling` has an
    entry for each role that asks for its words in another way than the prompts do.
    """

    sampling: Mapping[str, SamplingOptions] = field(default_factory=dict)
    document: DocumentOptions = field(default_factory=DocumentOptions)
    index: IndexOptions = field(default_factory=IndexOptions)
    preferred_models: tuple[str, ...] = ()
    annotations: tuple[str, ...] = ()

    def narrowed(self, layer: Mapping[str, object]) -> tuple[Settings, tuple[str, ...]]:
        """Return these settings with the layer's preferences, and a sentence per ignored key."""
        ignored: list[str] = []
        settings = self
        for key, value in layer.items():
            match key, value:
                case "document", Mapping():
                    document, sentences = _narrow(self.document, value, _DOCUMENT)
                    settings = replace(settings, document=document)
                    ignored.extend(sentences)
                case "index", Mapping():
                    index, sentences = _narrow(self.index, value, _INDEX)
                    settings = replace(settings, index=index)
                    ignored.extend(sentences)
                case "sampling", Mapping():
                    sampling, sentences = _narrow_sampling(self.sampling, value)
                    settings = replace(settings, sampling=sampling)
                    ignored.extend(sentences)
                case "preferred_models", [*names] if all(isinstance(it, str) for it in names):
                    settings = replace(settings, preferred_models=tuple(map(str, names)))
                case "c", {"annotations": [*names], **others} if not others:
                    macros = {it for it in names if isinstance(it, str) and _MACRO.fullmatch(it)}
                    settings = replace(
                        settings, annotations=tuple(sorted({*self.annotations, *macros}))
                    )
                    ignored += [_no_macro(it) for it in names if it not in macros]
                case _:
                    ignored.append(_ignored(key))
        return settings, tuple(ignored)

    @property
    def documenting(self) -> DocumentOptions:
        """Return how doc comments are written, with how their model picks its words."""
        chosen = self.sampling.get("document", SamplingOptions())
        return replace(self.document, sampling=chosen)

    def language(self, language: Language | None) -> Language | None:
        """Return a language as it reads with the macros of the code base."""
        return None if language is None else with_annotations(language, frozenset(self.annotations))


def load_user_settings(path: Path) -> tuple[Settings, tuple[str, ...]]:
    """Read the preferences of the user's `config.toml`; a missing file means the defaults.

    Tables that belong to the policy are left to it. Raises `ConfigurationError` where the file is
    not TOML.
    """
    table = _read_toml(path)
    keys = ("document", "index", "sampling", "preferred_models", "c")
    own = {key: table[key] for key in keys if key in table}
    return Settings().narrowed(own)


def with_workspace_file(settings: Settings, root: Path) -> tuple[Settings, tuple[str, ...]]:
    """Narrow the settings by the workspace's `.glossator.toml`, where there is one.

    A file that is not TOML is reported among the ignored keys: a repository cannot stop the server.
    """
    path = root / WORKSPACE_FILE
    try:
        table = _read_toml(path)
    except ConfigurationError as trouble:
        return settings, (str(trouble),)
    narrowed, ignored = settings.narrowed(table)
    return narrowed, tuple(f"{path}: {sentence}" for sentence in ignored)


def read_workspace_text(path: Path) -> str:
    """Return the text of a workspace's file, empty where there is none.

    Raises `ConfigurationError` where it cannot be read.
    """
    raw = _read_bytes(path)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as trouble:
        raise ConfigurationError(f"{path} is not UTF-8; save it as UTF-8.") from trouble


def _read_toml(path: Path) -> Mapping[str, object]:
    raw = _read_bytes(path)
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except RecursionError as trouble:
        raise ConfigurationError(f"{path} is nested too deeply; simplify it.") from trouble
    except ValueError as trouble:
        # Not only what tomllib declares: a number of 5,000 digits is one that Python refuses.
        raise ConfigurationError(
            f"{path} is not valid TOML ({trouble}); mend that line."
        ) from trouble


def _read_bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            # A link in a repository may lead to a pipe or a terminal, which would be waited for.
            raise ConfigurationError(f"{path} is not a regular file; remove it.")
        with path.open("rb") as file:
            raw = file.read(MAX_CONFIGURATION_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return b""
    except OSError as trouble:
        raise ConfigurationError(
            f"{path} cannot be read ({trouble.strerror}); mend its permissions or remove it."
        ) from trouble
    if len(raw) > MAX_CONFIGURATION_BYTES:
        raise ConfigurationError(f"{path} is over 1 MiB; shorten it.")
    return raw


@dataclass(frozen=True, slots=True)
class _Key:
    """What a key of a table accepts, and what to say otherwise."""

    accepts: Callable[[object], bool]
    hint: Callable[[], str]


@dataclass(frozen=True, slots=True)
class _Table:
    """The keys of one table of preferences."""

    name: str
    keys: Mapping[str, _Key]


def _narrow(
    options: OptionsT, table: Mapping[str, object], known: _Table
) -> tuple[OptionsT, list[str]]:
    ignored: list[str] = []
    chosen: dict[str, Any] = {}
    for name, value in table.items():
        key = known.keys.get(name)
        if key is None:
            ignored.append(_ignored(f"{known.name}.{name}"))
        elif not key.accepts(value):
            shown = reprlib.repr(value)
            ignored.append(f"{known.name}.{name} cannot be {shown}; {key.hint()}.")
        else:
            chosen[name] = value
    return replace(options, **chosen), ignored


def _narrow_sampling(
    known: Mapping[str, SamplingOptions], tables: Mapping[str, object]
) -> tuple[Mapping[str, SamplingOptions], list[str]]:
    ignored: list[str] = []
    chosen = dict(known)
    for role, table in tables.items():
        if role not in ROLES or not isinstance(table, Mapping):
            ignored.append(
                f"sampling.{role[:MAX_SHOWN_CHARACTERS]} is ignored: write a table for one of the "
                f"roles {', '.join(ROLES)}."
            )
            continue
        values = {
            key: tuple(value) if key == "stop" and isinstance(value, list) else value
            for key, value in table.items()
        }
        options, sentences = _narrow(known.get(role, SamplingOptions()), values, _sampling(role))
        chosen[role] = options
        ignored.extend(sentences)
    return chosen, ignored


def _ignored(key: str) -> str:
    shown = key[:MAX_SHOWN_CHARACTERS]
    return f"{shown} is ignored here: only preferences ({_KNOWN}) can be set."


def _no_macro(name: object) -> str:
    shown = reprlib.repr(name)
    return f"c.annotations cannot hold {shown}; list names of macros, such as MY_API."


def _whole_number(low: int, high: int) -> _Key:
    return _Key(
        # bool is an int to Python, not to a user.
        lambda value: isinstance(value, int) and value is not True and low <= value <= high,
        lambda: f"choose a whole number from {low} to {high}",
    )


def _switch() -> _Key:
    return _Key(lambda value: isinstance(value, bool), lambda: "choose true or false")


def _one_of(names: Callable[[], Sequence[str]]) -> _Key:
    return _Key(lambda value: value in names(), lambda: f"choose one of {', '.join(names())}")


def _style_names() -> list[str]:
    # Imported late: a server starts without them, and their patterns take long to compile.
    from glossator_indexer.styles import STYLES

    return [AUTO_STYLE, *sorted(STYLES)]


def _number(low: float, high: float) -> _Key:
    return _Key(
        lambda value: type(value) in (int, float) and low <= cast("float", value) <= high,
        lambda: f"choose a number from {low:g} to {high:g}",
    )


def _sampling(role: str) -> _Table:
    return _Table(
        f"sampling.{role}",
        {
            "temperature": _number(0, 2),
            "top_p": _number(0.01, 1),
            "max_tokens": _whole_number(16, 100_000),
            "stop": _Key(
                lambda value: (
                    isinstance(value, tuple)
                    and len(value) <= MOST_STOPS
                    and all(isinstance(it, str) and it for it in value)
                ),
                lambda: f"list at most {MOST_STOPS} texts",
            ),
            "reasoning": _one_of(lambda: REASONING),
        },
    )


_LINES = _whole_number(1, 200)
_DOCUMENT = _Table(
    "document",
    {
        "style": _one_of(_style_names),
        # Narrower than 40 columns, long names leave no room for words.
        "width": _whole_number(40, 200),
        "max_lines": _Key(lambda value: value is None or _LINES.accepts(value), _LINES.hint),
        # Published results and ours agree that later rounds bring little.
        "rounds": _whole_number(1, 3),
    },
)
_INDEX = _Table(
    "index",
    {
        "enabled": _switch(),
        "workspace_symbol": _switch(),
        "vectors": _one_of(lambda: VECTOR_STORES),
        "team": _switch(),
        "project": _Key(
            lambda value: isinstance(value, str) and _PROJECT.fullmatch(value) is not None,
            lambda: "choose a name of up to 60 letters, digits, dots, dashes and underscores",
        ),
        "quality": _switch(),
        # A day: who wants it longer wants it always, and a process that nobody uses is a nuisance.
        "idle_minutes": _whole_number(1, 24 * 60),
    },
)
