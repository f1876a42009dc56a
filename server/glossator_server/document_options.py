"""Own how doc comments are to be written: what a user may choose, for all files or by their path.

It must not know a style beyond its name; what is left open is learned from the code around.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy import check_glob, matcher
from glossator_server.sampling import SamplingOptions
from glossator_server.setting_keys import (
    Key,
    Table,
    one_of,
    one_of_these,
    or_none,
    prompt_name,
    schema_of,
    some_of,
    switch,
    whole_number,
    words,
)

AUTO_STYLE = "auto"
SECTIONS: Mapping[str, str] = {
    "parameters": "Each parameter, once and in order.",
    "returns": "What is returned.",
    "raises": "What is raised or thrown.",
    "details": "What a caller has to know beyond the summary.",
    "context": "What calls prove of locks and sleep.",
}
# What is written where nobody chooses; a Context section only where the code around has them.
USUAL_SECTIONS = ("parameters", "returns", "raises", "details")
DRIFT: Mapping[str, str] = {
    "open": "In the files that are open.",
    "workspace": "In all files of the workspace.",
    "off": "Nowhere.",
}
OPENINGS = ("/**", "/*!", "///", "//!")
# Enough for house rules; every word of it is paid for with each comment.
LONGEST_INSTRUCTIONS = 2000
MOST_OVERRIDES = 50
USUAL_WIDTH = 80


# As the prompt file says.
AS_PROMPTED = SamplingOptions()


@dataclass(frozen=True, slots=True)
class Override:
    """Choices for the files that some globs name."""

    paths: tuple[str, ...]
    chosen: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class DocumentOptions:
    """How doc comments are written.

    `width` counts columns; `max_lines` bounds the lines of prose (lines that the style demands do
    not count); `rounds` is the number of times that a model may be asked for one comment;
    `sections` are the parts that are written; `prose` is the language of the words, None the code's
    own; `instructions` are wishes that go to the model; `opening` to `third_person` are what is
    learned from the code around where they are None or empty; `fixed_sections` are sections that
    every comment gets, by title; `assisted_by` says whether the text of a commit's trailer is told.
    `drift` says where drifted comments are shown in an editor: in "open" files, in the whole
    "workspace", or "off". `feedback` says whether it is kept on this machine what became of a
    comment, which any layer can switch off and none on again. `sampling` is that of the role, from
    its own table. `prompt` is the name or the path of the prompt, empty for the model's usual one.
    """

    style: str = AUTO_STYLE
    width: int | None = None
    max_lines: int | None = None
    rounds: int = 2
    sections: tuple[str, ...] = USUAL_SECTIONS
    prose: str | None = None
    instructions: str = ""
    opening: str = ""
    command: str = ""
    summary_below: bool | None = None
    full_stop: bool | None = None
    third_person: bool | None = None
    fixed_sections: tuple[tuple[str, str], ...] = ()
    assisted_by: bool = False
    drift: str = "open"
    feedback: bool = True
    overrides: tuple[Override, ...] = ()
    sampling: SamplingOptions = AS_PROMPTED
    prompt: str = ""

    def with_prompt(self, prompt: str) -> DocumentOptions:
        """Return the options with one prompt for all files, whatever is chosen by path."""
        overrides = tuple(
            replace(it, chosen=tuple(pair for pair in it.chosen if pair[0] != "prompt"))
            for it in self.overrides
        )
        return replace(self, prompt=prompt, overrides=overrides)

    def for_path(self, path: Path | None) -> DocumentOptions:
        """Return the options with the choices for a file; later overrides win."""
        if path is None or not self.overrides:
            return self
        # A glob is for the path below the workspace, wherever that is: any end of the path will do.
        parts = path.absolute().parts[1:]
        ends = ["/".join(parts[at:]) for at in range(len(parts))]
        chosen: dict[str, Any] = {}
        for override in self.overrides:
            names = matcher(override.paths)
            if any(names(it) for it in ends):
                chosen |= dict(override.chosen)
        return replace(self, **chosen)


def _style_names() -> list[str]:
    # Imported late: a server starts without them, and their patterns take long to compile.
    from glossator_indexer.styles import STYLES

    return [AUTO_STYLE, *sorted(STYLES)]


def _or_empty(key: Key) -> Key:
    """Let None stand for what is not set, where that is an empty word."""
    return replace(or_none(key), taken=lambda it: it or "")


def _are_fixed_sections(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(title, str) and title.isidentifier() and isinstance(text, str) and text.strip()
        for title, text in value.items()
    )


_CHOICES: Mapping[str, Key] = {
    "style": one_of(
        _style_names,
        "The style of comments; `auto` is that of the code around.",
    ),
    # Narrower than 40 columns, long names leave no room for words.
    "width": or_none(whole_number(40, 200, "Columns; as wide as the comments around, unless set.")),
    "max_lines": or_none(
        whole_number(
            1,
            200,
            "Lines of prose; what the style demands does not count.",
        )
    ),
    # Published results and ours agree that later rounds bring little.
    "rounds": whole_number(1, 3, "How often a model may be asked for one comment."),
    "sections": some_of(SECTIONS, "The parts of a comment that are written."),
    "prose": or_none(
        words(
            40,
            "The language of the words; that of the code around, unless set.",
        )
    ),
    "instructions": words(
        LONGEST_INSTRUCTIONS, "Wishes that go to the model, such as `Say units.`"
    ),
    "opening": _or_empty(
        one_of(lambda: OPENINGS, "How a comment begins, where its style leaves it open.")
    ),
    "command": _or_empty(
        one_of(lambda: ("@", "\\"), "What stands before a command of Doxygen, such as `@param`.")
    ),
    "summary_below": or_none(switch("Whether the summary stands on the line below the opening.")),
    "full_stop": or_none(switch("Whether a summary ends with a full stop.")),
    "third_person": or_none(switch('Whether a summary says "Returns" and not "Return".')),
    "fixed_sections": Key(
        _are_fixed_sections,
        lambda: 'write a table of titles and texts, such as {Context = "Any context."}',
        lambda: {
            "type": "object",
            "additionalProperties": {"type": "string", "minLength": 1},
        },
        "Sections that every comment gets, by title.",
        lambda value: tuple(value.items()),
    ),
    "prompt": prompt_name("The prompt that asks for the words; the usual one, unless set."),
    "drift": one_of_these(
        DRIFT, "Where an editor shows comments that no longer agree with their code."
    ),
    "assisted_by": switch("Whether the text of an `Assisted-by:` trailer for a commit is told."),
}


def _are_overrides(value: object) -> bool:
    if not isinstance(value, list) or len(value) > MOST_OVERRIDES:
        return False
    return all(isinstance(it, Mapping) and _is_override(it) for it in value)


def _is_override(table: Mapping[str, object]) -> bool:
    chosen = {name: value for name, value in table.items() if name != "paths"}
    if not all(name in _CHOICES and _CHOICES[name].accepts(it) for name, it in chosen.items()):
        return False
    paths = table.get("paths")
    if not isinstance(paths, list) or not paths or not all(isinstance(it, str) for it in paths):
        return False
    try:
        for glob in paths:
            check_glob(glob)
    except ConfigurationError:
        return False
    return True


def _override(table: Mapping[str, Any]) -> Override:
    chosen = ((name, _CHOICES[name].taken(it)) for name, it in table.items() if name != "paths")
    return Override(tuple(table["paths"]), tuple(chosen))


def _override_schema() -> dict[str, Any]:
    item = schema_of(Table("overrides", _CHOICES), "Choices for some files.")
    globs = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    item["properties"]["paths"] = {**globs, "description": "The files, named as in `.gitignore`."}
    return {"type": "array", "items": {**item, "required": ["paths"]}, "maxItems": MOST_OVERRIDES}


DOCUMENT = Table(
    "document",
    {
        **_CHOICES,
        # Not by path: who switched it off has switched it off everywhere.
        "feedback": switch("Whether it is kept on this machine what became of comments."),
        "overrides": Key(
            _are_overrides,
            lambda: "write tables with paths (globs) and keys of [document]",
            _override_schema,
            "The same choices for some files, named as in `.gitignore`; later ones win.",
            lambda value: tuple(map(_override, value)),
        ),
    },
)
