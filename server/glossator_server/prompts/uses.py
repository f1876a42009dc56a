"""Own what a prompt may be for: its role, its schema, its sections, and what each of them is told.

It must not read files, nor fill prompts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from glossator_clients.types import ModelInfo
from glossator_server.settings import PROMPT_USES

# Of a prompt for comments; each takes as many as its front matter says. More never helped any.
MOST_EXAMPLES = 8
# The parts of a doc comment that a prompt may ask for.
FIELDS = ("summary", "parameters", "returns", "raises", "details")


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a prompt: `needs` are placeholders that it has to hold, `knows` others.

    Only an `optional` one may be left out.
    """

    needs: tuple[str, ...] = ()
    knows: tuple[str, ...] = ()
    optional: bool = False

    @property
    def values(self) -> tuple[str, ...]:
        """Return all placeholders that it may hold."""
        return self.needs + self.knows


@dataclass(frozen=True, slots=True)
class Use:
    """What a prompt is for; the models of its role are asked.

    `schema` names the form of the answer, empty for free text. `small` is the product's prompt for
    models that can only fill in forms; where it is empty, all models share the one named as the
    use.
    """

    name: str
    role: str
    schema: str
    sections: Mapping[str, Section]
    small: str = ""

    @property
    def says(self) -> str:
        """Return in a phrase what is asked for."""
        return PROMPT_USES[self.name]

    def own_prompt(self, model: ModelInfo | None) -> str:
        """Return the name of the product's prompt for a model."""
        is_small = model is not None and model.api == "embedded"
        return self.small if self.small and is_small else self.name


_CONTEXT = Section(needs=("text",), knows=("title",))
_VERDICT = "verdict"

USES: Mapping[str, Use] = {
    it.name: it
    for it in (
        Use(
            "document",
            "document",
            "doc-fields",
            {
                "system": Section(knows=("language",)),
                "wishes": Section(needs=("wishes",)),
                "example": Section(needs=("code",), knows=("kind",)),
                "task": Section(needs=("code",), knows=("kind", "facts", "language", "name")),
                "facts": Section(needs=("facts",), optional=True),
                "repair": Section(needs=("reasons",)),
            },
            small="document-small",
        ),
        Use(
            "fix",
            "fix",
            "search-replace",
            {
                "system": Section(knows=("language", "name")),
                "context": _CONTEXT,
                "task": Section(needs=("code", "problems", "wish"), knows=("name",)),
                "wish": Section(needs=("wish",)),
                "again": Section(needs=("reasons",)),
            },
            small="fix-small",
        ),
        Use(
            "critic",
            "critic",
            _VERDICT,
            {
                "system": Section(knows=("language",)),
                "task": Section(needs=("problems", "diff", "checks")),
            },
        ),
        Use(
            "edit-critic",
            "critic",
            _VERDICT,
            {
                "system": Section(),
                "task": Section(needs=("instruction", "plan", "diff", "checks")),
            },
        ),
        Use(
            "plan",
            "plan",
            "action",
            {
                "system": Section(needs=("protocol",)),
                "protocol": Section(needs=("tools",)),
                "task": Section(needs=("instruction", "place")),
                "place": Section(needs=("where", "code")),
                "found": Section(needs=("hits",)),
            },
        ),
        Use(
            "edit",
            "edit",
            "action",
            {
                "system": Section(needs=("protocol",)),
                "protocol": Section(needs=("tools",)),
                "task": Section(needs=("instruction", "plan")),
                "refused": Section(needs=("reasons",)),
            },
        ),
        Use(
            "ask",
            "ask",
            "",
            {
                "system": Section(),
                "pieces": Section(needs=("pieces",)),
                "conversation": Section(needs=("turns",)),
                "task": Section(needs=("question",), knows=("place",)),
                "place": Section(needs=("where",)),
            },
        ),
        Use(
            "explain",
            "ask",
            "",
            {
                "system": Section(),
                "pieces": Section(needs=("pieces",)),
                "task": Section(needs=("what",), knows=("others",)),
                "whole": Section(needs=("what", "pieces")),
            },
        ),
        Use(
            "review",
            "review",
            "findings",
            {
                "system": Section(knows=("language",)),
                "context": _CONTEXT,
                "task": Section(needs=("code",), knows=("name",)),
            },
        ),
        Use(
            "intent",
            "intent",
            "intent",
            {
                "system": Section(),
                "task": Section(needs=("text",), knows=("first", "second")),
            },
        ),
        Use(
            "summarise",
            "summarise",
            "",
            {"system": Section(), "task": Section(needs=("turns",))},
        ),
        Use(
            "judge",
            "judge",
            "preference",
            {
                "system": Section(needs=("rubric",), knows=("what",)),
                "rubric": Section(),
                "task": Section(needs=("task", "first", "second")),
            },
        ),
    )
}
