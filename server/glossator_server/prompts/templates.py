"""Own the prompt files: a TOML front matter between `+++` lines, then named sections of text.

A section starts at a line `## name`; in it `$name` and `${name}` stand for values. Values are never
expanded again, so that code full of dollar signs stays itself.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from glossator_clients.types import Reasoning, Sampling
from glossator_gate.errors import ConfigurationError
from glossator_server.settings import SamplingOptions

_FRONT_MATTER = re.compile(
    r"\A\+\+\+\n(?P<toml>.*?)^\+\+\+\n(?P<body>.*)\Z", re.DOTALL | re.MULTILINE
)
_SECTION = re.compile(r"^## (?P<name>[a-z-]+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """One prompt file.

    `few_shot` counts examples; `budget_tokens` bounds the prompt even where the model would take
    more, because every prompt token costs waiting. Only prompts for comments have the others:
    `body` says whether function bodies are shown; `fields` are the parts of a comment to ask for,
    of which `sentences` each are kept.
    """

    name: str
    role: str
    schema: str
    sampling: Sampling
    few_shot: int
    budget_tokens: int
    body: bool
    sentences: int
    fields: tuple[str, ...]
    sections: Mapping[str, str]

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


@cache
def load_template(name: str) -> PromptTemplate:
    """Load a prompt of the product by name; raises `ConfigurationError` where it is malformed."""
    text = (files(__package__) / f"{name}.md").read_text("utf-8")
    return parse_template(name, text)


def parse_template(name: str, text: str) -> PromptTemplate:
    """Read a prompt file's text; raises `ConfigurationError` naming what is wrong."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        raise ConfigurationError(
            f"The prompt {name} has no front matter; start it with a +++ line."
        )
    try:
        head = tomllib.loads(match["toml"])
        sampling = Sampling(
            temperature=float(head["temperature"]),
            top_p=float(head["top_p"]),
            max_tokens=int(head["max_tokens"]),
            stop=tuple(head.get("stop", ())),
            seed=head.get("seed"),
        )
        return PromptTemplate(
            name=name,
            role=head["role"],
            schema=head["schema"],
            sampling=sampling,
            few_shot=int(head.get("few_shot", 0)),
            budget_tokens=int(head["budget_tokens"]),
            body=bool(head.get("body", True)),
            sentences=int(head.get("sentences", 1)),
            fields=tuple(head.get("fields", ())),
            sections=_sections(match["body"]),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as trouble:
        raise ConfigurationError(
            f"The front matter of the prompt {name} is wrong ({trouble}); mend that key."
        ) from trouble


def _sections(body: str) -> dict[str, str]:
    starts = list(_SECTION.finditer(body))
    ends = [start.start() for start in starts[1:]] + [len(body)]
    return {
        start["name"]: body[start.end() : end].strip("\n")
        for start, end in zip(starts, ends, strict=True)
    }
