"""Own a prompt as it is filled: how its model picks words, what it asks for, its sections of text.

In a section `$name` and `${name}` stand for values. Values are never expanded again, so that code
full of dollar signs stays itself. This module must not read files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from string import Template
from typing import Any

from glossator_clients.types import Reasoning, Sampling
from glossator_server.sampling import SamplingOptions


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """One prompt; `use` names what it is for, `sha256` is that of its file's text.

    `few_shot` counts examples; `budget_tokens` bounds the prompt even where the model would take
    more, because every prompt token costs waiting. Only prompts for comments have the others:
    `body` says whether function bodies are shown; `fields` are the parts of a comment to ask for,
    of which `sentences` each are kept. `trouble` says in one sentence why this one of the product
    stands in for another, which cannot be used.
    """

    name: str
    use: str
    role: str
    schema: str
    sampling: Sampling
    few_shot: int
    budget_tokens: int
    body: bool
    sentences: int
    fields: tuple[str, ...]
    sections: Mapping[str, str]
    sha256: str
    trouble: str = ""

    def fill(self, section: str, values: Mapping[str, str]) -> str:
        """Return a section with its values in place; raises `KeyError` for a value not given."""
        return Template(self.sections[section]).substitute(values).strip()


def with_choices(sampling: Sampling, chosen: SamplingOptions) -> Sampling:
    """Return a prompt's sampling with what the settings choose for its role."""
    values: dict[str, Any] = {
        "temperature": chosen.temperature,
        "top_p": chosen.top_p,
        "max_tokens": chosen.max_tokens,
        "stop": chosen.stop,
        "reasoning": None if chosen.reasoning is None else Reasoning(chosen.reasoning),
    }
    return replace(sampling, **{key: it for key, it in values.items() if it is not None})
