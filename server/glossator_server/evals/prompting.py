"""Own which prompts a configuration asks with: chosen for their use, and told by their hashes.

It must not read prompt files itself, nor fill a prompt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from glossator_clients.types import ModelInfo
from glossator_server.errors import UsageError
from glossator_server.prompts.files import load_template, template_for
from glossator_server.prompts.uses import USES
from glossator_server.settings import Settings


@dataclass(frozen=True, slots=True)
class PromptUsed:
    """A prompt by its name and the SHA-256 of its file's text."""

    name: str
    sha256: str


def with_prompt(settings: Settings, name_or_path: str, roles: Sequence[str]) -> Settings:
    """Return the settings that ask with a prompt for what it is for.

    Raises `ConfigurationError` where there is no such prompt or something is wrong with it,
    `UsageError` where none of the roles is asked with it.
    """
    template = load_template(name_or_path)
    if template.role not in roles:
        raise UsageError(
            f"The prompt {template.name} is for {template.use}, which this suite does not ask; "
            f"choose one for {' or '.join(_uses(roles)) or 'another suite'}."
        )
    return settings.with_prompt(template.use, name_or_path)


def prompts_used(settings: Settings, infos: Mapping[str, ModelInfo]) -> Mapping[str, PromptUsed]:
    """Return the prompts by what they are for, as the models of the roles are asked with them."""
    found: dict[str, PromptUsed] = {}
    for use in USES.values():
        if (info := infos.get(use.role)) is not None:
            chosen = settings.prompts.get(use.name, "")
            if use.name == "document":
                chosen = settings.documenting.prompt
            template = template_for(use.name, chosen, info)
            found[use.name] = PromptUsed(template.name, template.sha256)
    return found


def _uses(roles: Sequence[str]) -> list[str]:
    return [it.name for it in USES.values() if it.role in roles]
