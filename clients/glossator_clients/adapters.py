"""Own the adapters of this machine: where they lie, what is known of each, which ones are in use.

It must not train, prove or run one. A file that is not the one that its record names is never
handed out.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import platformdirs

from glossator_clients.errors import ModelUnavailableError
from glossator_clients.model_files import KNOWN_MODELS, sha256_of
from glossator_gate.errors import ConfigurationError, GlossatorError

_LOG = logging.getLogger(__name__)

RECORD_FILE = "adapter.json"
# What the engine can load, the smaller one last.
FORMS = ("f16", "q8_0")
SCHEMA = 1
_PARTS = {"name": str, "role": str, "base": dict, "prompt": dict, "files": dict, "gate": dict}
# In place of a name: the bare model.
NONE = "none"
_SHIPPED = Path(__file__).parent / "shipped_adapters"
_CHOICES = "in-use.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Adapter:
    """A file that teaches one model one task.

    `base` is the sha256 of the model's file, `prompt` that of the prompt file whose words it was
    taught to answer, `sha256` its own. `form` is one of `FORMS`.
    """

    name: str
    role: str
    base: str
    prompt: str
    form: str
    path: Path
    sha256: str
    is_shipped: bool

    @property
    def label(self) -> str:
        """Return what stands behind a model's name: `document@1a2b3c`."""
        return f"{self.role}@{self.sha256[:6]}"

    @property
    def in_words(self) -> str:
        """Return the label, and which adapter it is."""
        return f"{self.label} ({self.name}, {self.form}{', shipped' if self.is_shipped else ''})"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person has chosen for a role; `name` is that of an adapter, or "none"."""

    name: str
    form: str


@dataclass(frozen=True, slots=True)
class InUse:
    """The adapters that are in use for a model, the user's own first; `problems` are sentences."""

    adapters: tuple[Adapter, ...] = ()
    problems: tuple[str, ...] = ()

    def for_role(self, role: str) -> tuple[Adapter, ...]:
        """Return those for a role; which of them serves, the prompt of each request says."""
        return tuple(it for it in self.adapters if it.role == role)


def adapters_folder() -> Path:
    """Return the folder of the user's own adapters, one folder each."""
    return Path(platformdirs.user_data_dir("glossator", appauthor=False)) / "adapters"


def choices_file() -> Path:
    """Return the file that says which adapters this user has chosen, and which before."""
    return adapters_folder() / _CHOICES


def file_of_form(form: str) -> str:
    """Return the name of the file that holds a form of an adapter."""
    return f"adapter-{form}.gguf"


def check_name(name: str) -> None:
    """Raise `ConfigurationError` for what cannot be the name of an adapter."""
    if not _NAME.fullmatch(name) or name == NONE:
        raise ConfigurationError(
            f"{name!r} cannot be the name of an adapter; use small letters, digits, dots, dashes."
        )


def adapters_of(model: str) -> InUse:
    """Return the adapters that are in use with a model of the engine, by the model's name."""
    known = KNOWN_MODELS.get(model)
    return InUse() if known is None else adapters_in_use(known.file_sha256)


def adapters_in_use(base: str) -> InUse:
    """Return what the engine uses with the model whose file has that sha256.

    For each role the user's choice stands before what is shipped; "none" rules out both. One that
    is damaged, or of another model, is a problem, and what serves without it is used.
    """
    found: list[Adapter] = []
    problems: list[str] = []
    choices = chosen()
    for role, choice in choices.items():
        if choice.name != NONE:
            _add(found, problems, lambda it=choice: _proven(it, base), role)
    for folder in shipped_folders():
        record = _record(folder)
        choice = choices.get(str(record.get("role")), Choice("", ""))
        is_there = any(it.is_shipped and it.name == folder.name for it in found)
        ruled_out = choice.name == NONE or is_there
        if record.get("base", {}).get("sha256") == base and not ruled_out:
            # The product was measured with the form that it ships.
            form = next(iter(record.get("files", {})), FORMS[-1])
            _add(found, problems, lambda at=folder, it=form: _opened(at, it, base), None)
    return InUse(tuple(found), tuple(problems))


def named_adapter(name: str, form: str | None, base: str) -> Adapter:
    """Return an adapter by name, the user's own before one that is shipped.

    Without a `form` it is the last of `FORMS` that there is. Raises `ModelUnavailableError` where
    it is not there, damaged, or of another model.
    """
    for folder in (adapters_folder() / name, _SHIPPED / name):
        if (folder / RECORD_FILE).is_file():
            forms = [it for it in FORMS if it in _record(folder).get("files", {})]
            return _opened(folder, form or (forms or [FORMS[-1]])[-1], base)
    raise ModelUnavailableError(
        f"There is no adapter {name}; see `glossator tune list`, or train it with "
        "`glossator tune run`."
    )


def adapter_for_measuring(words: str, base: str) -> Adapter | None:
    """Return the adapter that `NAME`, `NAME:f16` or `NAME:q8_0` means, None for "none"."""
    name, _, form = words.partition(":")
    if name == NONE:
        return None
    check_name(name)
    if form and form not in FORMS:
        raise ConfigurationError(
            f"{form} is no form of an adapter; use {name}:{f', {name}:'.join(FORMS)}, or {name}."
        )
    return named_adapter(name, form or None, base)


def shipped_folders() -> Iterator[Path]:
    """Yield the folders of the adapters that come with the product."""
    for path in sorted(_SHIPPED.glob(f"*/{RECORD_FILE}")):
        yield path.parent


def chosen() -> Mapping[str, Choice]:
    """Return what this user has chosen, by role; a damaged file is as good as none."""
    return {
        role: Choice(str(it[-1]["name"]), str(it[-1]["form"]))
        for role, it in choices_so_far().items()
        if it
    }


def choices_so_far() -> dict[str, list[dict[str, str]]]:
    """Return all choices by role, the newest last; a damaged file is as good as none."""
    try:
        value = json.loads(choices_file().read_text("utf-8"))
        return {
            str(role): [{"name": str(it["name"]), "form": str(it["form"])} for it in made]
            for role, made in value["roles"].items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        _LOG.warning("%s is damaged; choose again with `glossator tune use`", choices_file())
        return {}


def read_record(folder: Path) -> dict[str, Any]:
    """Return what is known of the adapter in a folder.

    Raises `ModelUnavailableError` where that is damaged or of another version.
    """
    record = _record(folder)
    is_whole = all(isinstance(record.get(name), kind) for name, kind in _PARTS.items())
    if record.get("schema") != SCHEMA or not is_whole:
        raise ModelUnavailableError(
            f"The adapter {folder.name} has no usable {RECORD_FILE}; train it again."
        )
    return record


def is_proven(record: Mapping[str, Any], form: str) -> bool:
    """Say whether the very file of a form has passed its gate."""
    try:
        told = record["gate"][form]
        same = told["sha256"] == record["files"][form]["sha256"]
        return bool(told["verdict"] == "passed" and same)
    except (KeyError, TypeError):
        return False


def _proven(choice: Choice, base: str) -> Adapter:
    adapter = named_adapter(choice.name, choice.form, base)
    if not is_proven(_record(adapter.path.parent), choice.form):
        raise ModelUnavailableError(
            f"The adapter {choice.name} has not passed its gate; run `glossator tune gate "
            f"{choice.name}`."
        )
    return adapter


def _add(found: list[Adapter], problems: list[str], open_one: Any, role: str | None) -> None:  # noqa: ANN401
    try:
        adapter = open_one()
    except GlossatorError as trouble:
        problems.append(f"{trouble} It is done without until then.")
        return
    if role in (None, adapter.role):
        found.append(adapter)


def _opened(folder: Path, form: str, base: str) -> Adapter:
    """Return the adapter in a folder, its file checked."""
    record = read_record(folder)
    try:
        file = record["files"][form]
        adapter = Adapter(
            name=folder.name,
            role=str(record["role"]),
            base=str(record["base"]["sha256"]),
            prompt=str(record["prompt"]["sha256"]),
            form=form,
            path=folder / file_of_form(form),
            sha256=str(file["sha256"]),
            is_shipped=folder.parent == _SHIPPED,
        )
    except (KeyError, TypeError) as error:
        raise ModelUnavailableError(
            f"The adapter {folder.name} has no form {form}; train it again, or use another form."
        ) from error
    if not adapter.prompt:
        raise ModelUnavailableError(
            f"The adapter {folder.name} was trained on data that do not name their prompt; export "
            "them with `glossator data export` and train it again."
        )
    if adapter.base != base:
        raise ModelUnavailableError(
            f"The adapter {folder.name} was trained on another model than the one in use; "
            "train one on this model, or choose another with `glossator tune use`."
        )
    if _sha256_now(adapter.path) != adapter.sha256:
        raise ModelUnavailableError(
            f"The adapter file {adapter.path} is damaged; train it again, or choose another with "
            "`glossator tune use`."
        )
    return adapter


def _sha256_now(path: Path) -> str:
    try:
        status = path.stat()
        return _sha256_of_version(path, status.st_mtime_ns, status.st_size, status.st_ino)
    except OSError:
        return ""


@lru_cache(maxsize=32)
def _sha256_of_version(path: Path, *_version: int) -> str:
    """Return the hash of a file as it is now: models are opened more often than files change."""
    return sha256_of(path)


def _record(folder: Path) -> dict[str, Any]:
    try:
        record = json.loads((folder / RECORD_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
