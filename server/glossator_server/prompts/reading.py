"""Own the reading of a prompt file's text: a TOML front matter between `+++` lines, then sections.

A section starts at a line `## name`. Everything that is wrong is found at once, each with its line;
this module must not look for files.
"""

from __future__ import annotations

import re
import reprlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Any

from glossator_clients.types import Reasoning, Sampling
from glossator_gate.policy import FileProblem, ProblemKind, broken_file, with_lines
from glossator_server.prompts.templates import PromptTemplate
from glossator_server.prompts.uses import FIELDS, MOST_EXAMPLES, USES, Section, Use
from glossator_server.setting_keys import Key, one_of, switch, whole_number
from glossator_server.settings import SAMPLING

_FENCE = "+++"
_SECTION = re.compile(r"## (?P<name>[a-z-]+)[ \t]*")
_MOST_BUDGET_TOKENS = 1_000_000


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A prompt as its file has it: `path` is None for one of the product.

    `template` is None where `problems`, each with its line, say why it cannot be used.
    """

    name: str
    path: Path | None
    text: str
    template: PromptTemplate | None
    problems: tuple[FileProblem, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return the problems as sentences that name the file and the line."""
        where = self.path or f"The prompt {self.name}"
        return tuple(
            f"{where}: {it.sentence}" if it.line is None else f"{where}:{it.line}: {it.sentence}"
            for it in self.problems
        )


def read_prompt(name: str, text: str, path: Path | None, use: str | None = None) -> PromptFile:
    """Return a prompt by its file's text; `use` is what it has to be for, where its name says so.

    Line ends may be those of any system.
    """
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    parts = _parts(plain)
    if isinstance(parts, FileProblem):
        return PromptFile(name, path, text, None, (parts,))
    known = USES.get(str(parts.head.get("use", parts.head.get("role"))))
    problems = [*_head_problems(parts.head, parts.toml, known, use)]
    sections = list(_sections(parts))
    problems += _section_problems(parts, sections, known)
    if problems or known is None:
        return PromptFile(name, path, text, None, tuple(sorted(problems, key=_line)))
    texts = {it.name: it.text for it in sections}
    return PromptFile(name, path, text, _template(name, parts.head, known, texts, digest))


@dataclass(frozen=True, slots=True)
class _Parts:
    """What stands between the fences, and the body with the number of its first line."""

    toml: str
    head: Mapping[str, Any]
    body: str
    first_line: int


@dataclass(frozen=True, slots=True)
class _Part:
    """A section as it stands; `line` is that of its heading."""

    name: str
    text: str
    line: int


def _parts(text: str) -> _Parts | FileProblem:
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        what = f"it has no front matter; start it with a line {_FENCE}, then keys, then {_FENCE}."
        return FileProblem(what, ProblemKind.BROKEN_FILE, line=1)
    end = next((at for at, it in enumerate(lines[1:], 1) if it.rstrip() == _FENCE), None)
    if end is None:
        what = f"its front matter has no end; put a line {_FENCE} after the last key."
        return FileProblem(what, ProblemKind.BROKEN_FILE, line=1)
    # The fence's own line stands for the one that a comment would: lines count as in the file.
    toml = "\n".join(["", *lines[1:end]])
    try:
        head = tomllib.loads(toml)
    except (tomllib.TOMLDecodeError, RecursionError) as trouble:
        return broken_file(f"its front matter is not TOML ({trouble}); mend it.", toml)
    return _Parts(toml, head, "\n".join(lines[end + 1 :]), end + 2)


def _head_problems(
    head: Mapping[str, Any], toml: str, use: Use | None, named_use: str | None
) -> tuple[FileProblem, ...]:
    found = tuple(_key_problems(head))
    # A key that cannot be read fits nothing anyway.
    if use is not None and not found:
        found = tuple(_fit_problems(head, use, named_use))
    # A key that is missing is told where the keys begin.
    return tuple(replace(it, line=it.line or 1) for it in with_lines(found, toml))


def _key_problems(head: Mapping[str, Any]) -> Iterator[FileProblem]:
    """Yield what is wrong with each key by itself, and which are missing."""
    for name, value in head.items():
        key = FRONT_MATTER.get(name)
        if key is None:
            what = f"{name} is no key of a prompt; remove it ({', '.join(FRONT_MATTER)} are)."
            yield FileProblem(what, ProblemKind.UNKNOWN_KEY, (name,))
        elif not key.accepts(value):
            yield _wrong(name, f"{name} cannot be {reprlib.repr(value)}; {key.hint()}.")
    for name in _REQUIRED:
        if name not in head:
            yield _wrong(name, f"{name} is missing; {FRONT_MATTER[name].hint()}.")


def _fit_problems(
    head: Mapping[str, Any], use: Use, named_use: str | None
) -> Iterator[FileProblem]:
    """Yield which keys do not go together."""
    if named_use is not None and use.name != named_use:
        what = (
            f"a prompt of this name takes the place of the product's, which is for {named_use}, "
            f"and this one is for {use.name}; give the file another name."
        )
        yield _wrong("use" if "use" in head else "role", what)
        return
    if head["role"] != use.role:
        what = f"role cannot be {reprlib.repr(head['role'])}; the models of {use.role} are asked "
        yield _wrong("role", f'{what}for {use.name}: write role = "{use.role}".')
    if head["schema"] != use.schema:
        what = f"schema cannot be {reprlib.repr(head['schema'])}; answers for {use.name} are read "
        yield _wrong("schema", f'{what}by one form: write schema = "{use.schema}".')
    if use.name != "document":
        for name in _FOR_COMMENTS:
            if name in head:
                what = f"{name} means nothing in a prompt for {use.name}; remove it."
                yield FileProblem(what, ProblemKind.UNKNOWN_KEY, (name,))


def _sections(parts: _Parts) -> Iterator[_Part]:
    name, line, texts = "", parts.first_line, list[str]()
    for number, text in enumerate(parts.body.split("\n"), parts.first_line):
        if (match := _SECTION.fullmatch(text)) is None:
            texts.append(text)
            continue
        if name or any(map(str.strip, texts)):
            yield _Part(name, "\n".join(texts).strip("\n"), line)
        name, line, texts = match["name"], number, []
    if name or any(map(str.strip, texts)):
        yield _Part(name, "\n".join(texts).strip("\n"), line)


def _section_problems(
    parts: _Parts, sections: Sequence[_Part], use: Use | None
) -> Iterator[FileProblem]:
    seen: set[str] = set()
    for part in sections:
        if not part.name:
            what = "text before the first section is never sent; move it below a line ## system."
            yield FileProblem(what, ProblemKind.WRONG_VALUE, line=part.line)
        elif part.name in seen:
            what = f"there are two sections ## {part.name}; join them."
            yield FileProblem(what, ProblemKind.WRONG_VALUE, line=part.line)
        elif use is not None:
            yield from _text_problems(part, use.sections.get(part.name), use, parts)
        seen.add(part.name)
    for name, section in () if use is None else use.sections.items():
        if not section.optional and name not in seen:
            what = f"the section ## {name} is missing; a prompt for {use.name if use else ''} has "
            yield FileProblem(f"{what}one.", ProblemKind.WRONG_VALUE, line=_last_line(parts))


def _text_problems(
    part: _Part, section: Section | None, use: Use, parts: _Parts
) -> Iterator[FileProblem]:
    """Yield what is wrong in one section of a prompt for some use."""
    if section is None:
        what = (
            f"a prompt for {use.name} has no section ## {part.name}; it has "
            f"{_listed(list(use.sections))} (### is no section, but text)."
        )
        yield FileProblem(what, ProblemKind.UNKNOWN_KEY, line=part.line)
        return
    held = set()
    # Blank lines below the heading are not sent, and do count.
    start = _line_of_text(part, parts)
    for match in Template.pattern.finditer(part.text):
        line = start + part.text.count("\n", 0, match.start())
        name = match["named"] or match["braced"]
        if match["invalid"] is not None:
            what = f"a $ in ## {part.name} begins no placeholder; write $$ for a dollar sign."
            yield FileProblem(what, ProblemKind.WRONG_VALUE, line=line)
        elif name is not None and name not in section.values:
            knows = _listed([f"${it}" for it in section.values]) or "no placeholder"
            what = f"${name} is unknown in ## {part.name}, which knows {knows}; write $$ for a $."
            yield FileProblem(what, ProblemKind.WRONG_VALUE, line=line)
        held.add(name)
    for name in section.needs:
        if name not in held:
            what = f"## {part.name} does not hold ${name}; put it where it is to be shown."
            yield FileProblem(what, ProblemKind.WRONG_VALUE, line=part.line)


def _template(
    name: str, head: Mapping[str, Any], use: Use, texts: Mapping[str, str], digest: str
) -> PromptTemplate:
    sampling = Sampling(
        temperature=float(head["temperature"]),
        top_p=float(head["top_p"]),
        max_tokens=head["max_tokens"],
        stop=tuple(head.get("stop", ())),
        seed=head.get("seed"),
        reasoning=Reasoning(head.get("reasoning", Reasoning.OFF.value)),
    )
    return PromptTemplate(
        name=name,
        use=use.name,
        role=use.role,
        schema=use.schema,
        sampling=sampling,
        few_shot=head.get("few_shot", 0),
        budget_tokens=head["budget_tokens"],
        body=head.get("body", True),
        sentences=head.get("sentences", 1),
        fields=tuple(head.get("fields", FIELDS)),
        sections=texts,
        sha256=digest,
    )


def _wrong(name: str, sentence: str) -> FileProblem:
    return FileProblem(sentence, ProblemKind.WRONG_VALUE, (name,))


def _line(problem: FileProblem) -> int:
    return problem.line or 0


def _last_line(parts: _Parts) -> int:
    return parts.first_line + parts.body.rstrip("\n").count("\n")


def _line_of_text(part: _Part, parts: _Parts) -> int:
    lines = parts.body.split("\n")
    at = part.line - parts.first_line + 1
    while at < len(lines) and not lines[at]:
        at += 1
    return parts.first_line + at


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _text(hint: str) -> Key:
    return Key(lambda it: isinstance(it, str), lambda: hint, lambda: {"type": "string"})


def _roles() -> list[str]:
    return sorted({it.role for it in USES.values()})


FRONT_MATTER: Mapping[str, Key] = {
    "role": one_of(_roles, "Whose models are asked."),
    "use": one_of(lambda: list(USES), "What it is for; the role, unless said."),
    "schema": _text("name the form of the answer"),
    **SAMPLING.keys,
    "seed": whole_number(0, 2**31 - 1, "The same seed may give the same words again."),
    "few_shot": whole_number(0, MOST_EXAMPLES, "How many commented neighbours are shown."),
    "budget_tokens": whole_number(100, _MOST_BUDGET_TOKENS, "The longest prompt."),
    "body": switch("Whether the body of a function is shown."),
    "sentences": whole_number(1, 20, "How many sentences of each part are kept."),
    "fields": Key(
        lambda it: isinstance(it, list) and "summary" in it and all(x in FIELDS for x in it),
        lambda: f"list summary and any of {', '.join(FIELDS[1:])}",
        lambda: {"type": "array"},
    ),
}
_REQUIRED = ("role", "schema", "temperature", "top_p", "max_tokens", "budget_tokens")
_FOR_COMMENTS = ("few_shot", "body", "sentences", "fields")
