"""Own the preferences of a session: what a user may choose among what the policy allows.

A layer of less authority (workspace file, editor) can only choose preferences; it can name no host,
model, key or command. This module must not know models or editors.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from glossator_gate.policy import ROLE_NAMES, decoded, parse_toml, read_regular_file
from glossator_indexer.languages import Language, with_annotations
from glossator_server.document_options import AUTO_STYLE, DOCUMENT, DocumentOptions
from glossator_server.edit_options import EDIT, EditOptions
from glossator_server.fix_options import FIX, FixOptions
from glossator_server.sampling import AskingOptions, SamplingOptions
from glossator_server.setting_keys import (
    MAX_SHOWN_CHARACTERS,
    IgnoredKey,
    Key,
    Table,
    ignored_key,
    narrow,
    number,
    one_of_these,
    or_none,
    prompt_name,
    schema_of,
    switch,
    whole_number,
    words_schema,
)

WORKSPACE_FILE = ".glossator.toml"
_PREFERENCES = (
    "document",
    "fix",
    "edit",
    "review",
    "code_lens",
    "index",
    "sampling",
    "prompts",
    "preferred_models",
    "c",
)
_MACRO = re.compile(r"[A-Za-z_]\w{0,99}", re.ASCII)
_PROJECT = re.compile(r"\w[\w.-]{0,59}", re.ASCII)
VECTOR_STORES: Mapping[str, str] = {
    "auto": "What fits the size of the repository.",
    "exact": "The store that compares with every vector.",
    "chroma": "Chroma, which needs the extra `chroma`.",
}
# Those whose models write words: what makes vectors or ranks has nothing to sample.
ROLES = tuple(it for it in ROLE_NAMES if it not in {"embed", "rerank"})
# What models are asked for, each by a prompt of its own.
PROMPT_USES: Mapping[str, str] = {
    "document": "the words of a doc comment",
    "fix": "a change that mends what is wrong",
    "critic": "a verdict on a fix",
    "plan": "the plan of an edit",
    "edit": "the changes of an edit",
    "edit-critic": "a verdict on an edit",
    "ask": "the answer to a question about the repository",
    "explain": "what a piece of code does",
    "review": "the defects in a piece of code",
    "intent": "the intent of free text",
    "summarise": "a conversation in fewer words",
    "judge": "which of two texts is better, when a measurement asks a judge",
}
# More than any server takes.
MOST_STOPS = 4
REASONING: Mapping[str, str] = {
    "off": "Nowhere.",
    "field": "In a field that comes before the answer.",
    "native": "Where the model does it by itself.",
}
# From the one that asks most to the one that asks least.
REVIEWS: Mapping[str, str] = {
    "always": "All of them, comments too.",
    "code": "Fixes and edits; comments are applied at once.",
    "multi-file": "Edits; a fix is applied as soon as it is checked.",
}


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
    entry for each role that asks for its words in another way than the prompts do, and `prompts` a
    name for each use that is asked for by another prompt than the usual one. `review` says
    which changes an editor shows before it applies them: "always" all, "code" all but comments,
    or only "multi-file" ones.
    """

    sampling: Mapping[str, SamplingOptions] = field(default_factory=dict)
    prompts: Mapping[str, str] = field(default_factory=dict)
    document: DocumentOptions = field(default_factory=DocumentOptions)
    fix: FixOptions = field(default_factory=FixOptions)
    edit: EditOptions = field(default_factory=EditOptions)
    review: str = "code"
    code_lens: bool = False
    index: IndexOptions = field(default_factory=IndexOptions)
    preferred_models: tuple[str, ...] = ()
    annotations: tuple[str, ...] = ()

    def narrowed(self, layer: Mapping[str, object]) -> tuple[Settings, tuple[str, ...]]:
        """Return these settings with the layer's preferences, and a sentence per ignored key."""
        settings, ignored = self.narrowed_in_detail(layer)
        return settings, tuple(it.sentence for it in ignored)

    def narrowed_in_detail(
        self, layer: Mapping[str, object]
    ) -> tuple[Settings, tuple[IgnoredKey, ...]]:
        """Return what `narrowed` does, with the place of each key that is ignored."""
        ignored: list[IgnoredKey] = []
        settings = self
        for key, value in layer.items():
            match key, value:
                case "document", Mapping():
                    document, sentences = narrow(self.document, value, DOCUMENT)
                    kept = document.feedback and self.document.feedback
                    document = replace(document, feedback=kept)
                    settings = replace(settings, document=document)
                    ignored.extend(sentences)
                case "fix", Mapping():
                    fix, sentences = narrow(self.fix, value, FIX)
                    settings = replace(settings, fix=fix)
                    ignored.extend(sentences)
                case "edit", Mapping():
                    edit, sentences = narrow(self.edit, value, EDIT)
                    settings = replace(settings, edit=edit)
                    ignored.extend(sentences)
                case "review", str() if value in REVIEWS:
                    settings = replace(settings, review=value)
                case "code_lens", bool():
                    settings = replace(settings, code_lens=value)
                case "index", Mapping():
                    index, sentences = narrow(self.index, value, _INDEX)
                    settings = replace(settings, index=index)
                    ignored.extend(sentences)
                case "sampling", Mapping():
                    sampling, sentences = _narrow_sampling(self.sampling, value)
                    settings = replace(settings, sampling=sampling)
                    ignored.extend(sentences)
                case "prompts", Mapping():
                    prompts, sentences = _narrow_prompts(self.prompts, value)
                    settings = replace(settings, prompts=prompts)
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
                    ignored.append(ignored_key((key,)))
        return settings, tuple(ignored)

    @property
    def fixing(self) -> FixOptions:
        """Return how much a fix may cost, with how its models are asked."""
        return replace(
            self.fix,
            sampling=self.sampling.get("fix", SamplingOptions()),
            prompt=self.prompts.get("fix", ""),
            critic_prompt=self.prompts.get("critic", ""),
        )

    @property
    def editing(self) -> EditOptions:
        """Return how much an edit may cost, with how its models are asked."""
        return replace(
            self.edit,
            plan_sampling=self.sampling.get("plan", SamplingOptions()),
            sampling=self.sampling.get("edit", SamplingOptions()),
            plan_prompt=self.prompts.get("plan", ""),
            prompt=self.prompts.get("edit", ""),
            critic_prompt=self.prompts.get("edit-critic", ""),
        )

    @property
    def documenting(self) -> DocumentOptions:
        """Return how doc comments are written, with how their model is asked."""
        chosen = self.sampling.get("document", SamplingOptions())
        prompt = self.document.prompt or self.prompts.get("document", "")
        return replace(self.document, sampling=chosen, prompt=prompt)

    def asking(self, role: str) -> AskingOptions:
        """Return how the model of a role is asked that has no options of its own."""
        return AskingOptions(self.sampling.get(role, SamplingOptions()), self.prompts)

    def with_prompt(self, use: str, prompt: str) -> Settings:
        """Return the settings with one prompt for a use, by name or path, whatever is chosen."""
        chosen = replace(self, prompts={**self.prompts, use: prompt})
        if use != "document":
            return chosen
        return replace(chosen, document=self.document.with_prompt(prompt))

    def language(self, language: Language | None) -> Language | None:
        """Return a language as it reads with the macros of the code base."""
        return None if language is None else with_annotations(language, frozenset(self.annotations))


def load_user_settings(path: Path) -> tuple[Settings, tuple[str, ...]]:
    """Read the preferences of the user's `config.toml`; a missing file means the defaults.

    Tables that belong to the policy are left to it. Raises `ConfigurationError` where the file is
    not TOML.
    """
    data = read_regular_file(path)
    table = {} if data is None else parse_toml(decoded(data, path), path)
    return Settings().narrowed({key: table[key] for key in _PREFERENCES if key in table})


def preference_schema() -> dict[str, Any]:
    """Return the preferences as properties of a JSON Schema, for editors."""
    names = {"type": "array", "items": {"type": "string"}}
    return {
        "document": schema_of(DOCUMENT, "How doc comments are written."),
        "fix": schema_of(FIX, "How much a fix may cost."),
        "edit": schema_of(EDIT, "How much an edit of several files may cost."),
        "review": {
            **words_schema(REVIEWS),
            "description": "Which changes are shown before an editor applies them.",
        },
        "code_lens": {
            "type": "boolean",
            "description": "Whether an editor shows what can be done as lenses above declarations.",
        },
        "index": schema_of(_INDEX, "Whether and how the repository is indexed."),
        "sampling": {
            "type": "object",
            "description": "How the model of each role picks its words.",
            "properties": {it: schema_of(SAMPLING, f"For the role `{it}`.") for it in ROLES},
            "additionalProperties": False,
        },
        "prompts": schema_of(PROMPTS, "Which prompt asks for what, where not the usual one."),
        "preferred_models": {
            **names,
            "description": "Ids of models that are approved anyway, first choice first.",
        },
        "c": {
            "type": "object",
            "description": "What C code of yours needs to be read.",
            "properties": {
                "annotations": {
                    **names,
                    "description": "Your macros that decorate declarations, such as `LIB_API`.",
                }
            },
            "additionalProperties": False,
        },
    }


def _narrow_sampling(
    known: Mapping[str, SamplingOptions], tables: Mapping[str, object]
) -> tuple[Mapping[str, SamplingOptions], list[IgnoredKey]]:
    ignored: list[IgnoredKey] = []
    chosen = dict(known)
    for role, table in tables.items():
        if role not in ROLES or not isinstance(table, Mapping):
            what = (
                f"sampling.{role[:MAX_SHOWN_CHARACTERS]} is ignored: write a table for one of the "
                f"roles {', '.join(ROLES)}."
            )
            ignored.append(IgnoredKey(what, ("sampling", role)))
            continue
        options, left_out = narrow(known.get(role, SamplingOptions()), table, SAMPLING)
        chosen[role] = options
        ignored += [
            IgnoredKey(it.sentence.replace("sampling.", f"sampling.{role}.", 1), it.place)
            for it in left_out
        ]
    return chosen, ignored


def _narrow_prompts(
    known: Mapping[str, str], table: Mapping[str, object]
) -> tuple[Mapping[str, str], list[IgnoredKey]]:
    chosen, ignored = dict(known), list[IgnoredKey]()
    for use, name in table.items():
        key = PROMPTS.keys.get(use)
        if key is None:
            what = f"prompts.{use[:MAX_SHOWN_CHARACTERS]} is ignored: choose a prompt for one of "
            ignored.append(IgnoredKey(f"{what}{', '.join(PROMPT_USES)}.", ("prompts", use)))
        elif key.accepts(name):
            chosen[use] = str(name)
        else:
            what = f"prompts.{use} cannot be {reprlib.repr(name)}; {key.hint()}."
            ignored.append(IgnoredKey(what, ("prompts", use)))
    return chosen, ignored


def _no_macro(name: object) -> IgnoredKey:
    shown = reprlib.repr(name)
    what = f"c.annotations cannot hold {shown}; list names of macros, such as MY_API."
    return IgnoredKey(what, ("c", "annotations"))


_INDEX = Table(
    "index",
    {
        "enabled": switch("Whether the editor has the repository indexed."),
        "workspace_symbol": switch("Whether workspace symbols are answered, beside other servers."),
        "vectors": one_of_these(VECTOR_STORES, "Which store of vectors answers searches."),
        "team": switch("Whether the team's index is read, where the policy lists a server."),
        "project": or_none(
            Key(
                lambda value: isinstance(value, str) and _PROJECT.fullmatch(value) is not None,
                lambda: "choose a name of up to 60 letters, digits, dots, dashes and underscores",
                lambda: {"type": "string", "pattern": f"^{_PROJECT.pattern}$"},
                "The name of the repository in the team's index; that of its folder, unless set.",
            )
        ),
        "quality": switch("Whether the editor's searches rank their best hits again."),
        # A day: who wants it longer wants it always, and a process that nobody uses is a nuisance.
        "idle_minutes": whole_number(1, 24 * 60, "How many minutes an index stays up unused."),
    },
)
PROMPTS = Table("prompts", {it: prompt_name(f"For {says}.") for it, says in PROMPT_USES.items()})
SAMPLING = Table(
    "sampling",
    {
        "temperature": number(0, 2, "How freely words are picked; 0 always picks the likeliest."),
        "top_p": number(0.01, 1, "The share of likely words that are picked from."),
        "max_tokens": whole_number(16, 100_000, "The longest answer, thoughts included."),
        "stop": Key(
            lambda value: (
                isinstance(value, list)
                and len(value) <= MOST_STOPS
                and all(isinstance(it, str) and it for it in value)
            ),
            lambda: f"list at most {MOST_STOPS} texts",
            lambda: {
                "type": "array",
                "items": {"type": "string", "minLength": 1},
                "maxItems": MOST_STOPS,
            },
            "Texts that end an answer.",
            tuple,
        ),
        "reasoning": one_of_these(REASONING, "Where a model thinks before it answers."),
    },
)

__all__ = [
    "AUTO_STYLE",
    "DocumentOptions",
    "IgnoredKey",
    "IndexOptions",
    "SamplingOptions",
    "Settings",
    "load_user_settings",
    "preference_schema",
]
