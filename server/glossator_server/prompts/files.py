"""Own where prompts come from: the product's own files, and those in the user's folder.

A file of the user's is read again when it has changed. This module must not choose for whom a
prompt is, nor write.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import platformdirs

from glossator_clients.types import ModelInfo
from glossator_gate.errors import ConfigurationError
from glossator_gate.policy import FileProblem, ProblemKind, decoded, read_regular_file
from glossator_server.prompts.reading import PromptFile, read_prompt
from glossator_server.prompts.templates import PromptTemplate
from glossator_server.prompts.uses import USES
from glossator_server.setting_keys import is_prompt_name

SUFFIX = ".md"
PRODUCT = "product:"
_log = logging.getLogger(__name__)
_read: dict[Path, tuple[tuple[int, int, int], PromptFile]] = {}


def prompts_folder() -> Path:
    """Return the folder of the user's own prompts, which need not be there."""
    return Path(platformdirs.user_config_dir("glossator")) / "prompts"


@cache
def product_names() -> tuple[str, ...]:
    """Return the names of the product's own prompts, sorted."""
    found = files(__package__).iterdir()
    return tuple(sorted(it.name.removesuffix(SUFFIX) for it in found if it.name.endswith(SUFFIX)))


@cache
def product_file(name: str) -> PromptFile:
    """Return one of the product's own prompts."""
    text = (files(__package__) / f"{name}{SUFFIX}").read_text("utf-8")
    return read_prompt(name, text, None)


def product_prompt(name: str) -> PromptTemplate:
    """Return one of the product's own prompts, ready to be filled."""
    return _whole(product_file(name))


def prompt_of(name: str) -> PromptFile | None:
    """Return the prompt of a name, the user's before the product's; None where there is none."""
    if not is_prompt_name(name):
        return None
    path = prompts_folder() / f"{name}{SUFFIX}"
    return file_at(path) or (product_file(name) if name in product_names() else None)


def file_at(path: Path) -> PromptFile | None:
    """Return the prompt that a file holds, None where there is no such file."""
    try:
        status = path.stat()
        signature = (status.st_mtime_ns, status.st_size, status.st_ino)
    except (OSError, ValueError):
        signature = None
    known = _read.get(path)
    if known is not None and known[0] == signature:
        return known[1]
    try:
        data = read_regular_file(path)
        found = None if data is None else judge_prompt(decoded(data, path), path)
    except ConfigurationError as trouble:
        what = str(trouble).removeprefix(f"{path} ")
        broken = FileProblem(what, ProblemKind.BROKEN_FILE)
        return PromptFile(path.stem, path, "", None, (broken,))
    if found is not None and signature is not None:
        _read[path] = (signature, found)
    return found


def judge_prompt(text: str, path: Path) -> PromptFile:
    """Return the prompt that a file would be with this text, which may not be saved yet."""
    name = path.name.removesuffix(SUFFIX)
    replaces = path.parent == prompts_folder() and name in product_names()
    use = _whole(product_file(name)).use if replaces else None
    return read_prompt(name, text, path, use)


def user_files() -> tuple[PromptFile, ...]:
    """Return the prompts in the user's folder, sorted by name; one that cannot be used says why."""
    return tuple(_user_files())


def _user_files() -> Iterator[PromptFile]:
    try:
        paths = sorted(prompts_folder().glob(f"*{SUFFIX}"))
    except OSError:
        return
    for path in paths:
        name = path.name.removesuffix(SUFFIX)
        if name.startswith("."):
            # Editors put copies of what they have open beside it.
            continue
        if not is_prompt_name(name):
            what = "a prompt's name has small letters, digits, - and _ alone; rename the file."
            yield PromptFile(name, path, "", None, (FileProblem(what, ProblemKind.BROKEN_FILE),))
        elif (found := file_at(path)) is not None:
            yield found


def load_template(name_or_path: str) -> PromptTemplate:
    """Return a prompt by its name, the user's before the product's, or by the path of its file.

    `product:NAME` is the product's own, whatever stands in the user's folder. Raises
    `ConfigurationError` where there is none, or something is wrong with it.
    """
    own = name_or_path.removeprefix(PRODUCT)
    if own != name_or_path and own in product_names():
        return replace(product_prompt(own), name=name_or_path)
    if is_prompt_name(name_or_path):
        found = prompt_of(name_or_path)
        where = f"in {prompts_folder()}"
    else:
        found, where = file_at(Path(name_or_path)), "there"
    if found is None:
        raise ConfigurationError(
            f"There is no prompt {name_or_path} {where}; see glossator prompt list."
        )
    return _whole(found)


def template_for(use: str, chosen: str, model: ModelInfo | None = None) -> PromptTemplate:
    """Return the prompt for a use and a model: the one chosen by name or path, else the usual one.

    Where that one cannot be used, it is the product's own, whose `trouble` says so.
    """
    own = USES[use].own_prompt(model)
    try:
        template = load_template(chosen or own)
    except ConfigurationError as error:
        trouble = str(error).rstrip(".")
    else:
        if template.use == use:
            return template
        trouble = f"The prompt {template.name} is for {template.use} and not for {use}"
    trouble = f"{trouble}; the product's own prompt is used meanwhile."
    _log.warning("%s", trouble)
    return replace(product_prompt(own), trouble=trouble)


def prompt_problems() -> tuple[str, ...]:
    """Return a sentence for each prompt in the user's folder that cannot be used."""
    return tuple(it.sentences[0] for it in user_files() if it.problems)


def _whole(file: PromptFile) -> PromptTemplate:
    if file.template is None:
        raise ConfigurationError(file.sentences[0])
    return file.template
