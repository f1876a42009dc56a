"""Own how a kernel-doc comment is read: its name line, its `@names`, its sections, its faults.

It must not know the code that the comment stands above; that is for the rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

KIND_WORDS = ("struct", "union", "enum", "typedef")
JOINED = "\0"
RETURN = "Return"
CONTEXT = "Context"
DESCRIPTION = "Description"

_OPENING = re.compile(r"/\*\*\s*", re.ASCII)
# The kernel's script searches a line for a star and a label, wherever in the line the star is.
_FREE_TEXT = re.compile(r"\*\s*DOC:", re.ASCII)
_LABEL = re.compile(
    r"\*\s*(?P<label>@[.\w]+|(?i:description|context|returns?|notes?|examples?))\s*:"
    r"(?!:)(?P<rest>.*)",
    re.ASCII,
)
_CONTENT = re.compile(r"\s*\* ?(?P<content>.*)", re.ASCII)
_FIRST_WORD = re.compile(r"\s*\*\s*(?P<word>\w+)", re.ASCII)
_PLAIN_NAME = re.compile(r"\s*\*\s*(?P<words>[\w\s]+?)(?:\(\w*\))?\s*(?:[-:].*)?", re.ASCII)
_CALLABLE_NAME = re.compile(
    r"\s*\*\s*(?:\w+\s*\*\s*)?(?:(?P<one>\w+)\s*(?:\(\w*\))?\s*(?:[-:].*)?"
    r"|(?P<many>\w+.*)[-:].*)",
    re.ASCII,
)
_KIND = re.compile(rf"(?P<kind>{'|'.join(KIND_WORDS)})\b\s*(?P<name>\S*)", re.ASCII)
_UNINDENTED = re.compile(r"\s*\*\s?\S", re.ASCII)
_RUN_ON_ENDING = re.compile(r"\*\s*[\w:.]+\*/", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that no code could make right; `rule` and `line` are those of the finding."""

    rule: str
    message: str
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A labelled piece of a comment: a name without its `@`, or a section's title."""

    label: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class NameLine:
    """What the first line of text says: `name` as written, "" for an anonymous enum."""

    name: str
    kind_word: str | None
    summary: str
    line: int


@dataclass(frozen=True, slots=True)
class ScannedComment:
    """A kernel-doc comment, taken apart; `sections` are in order and may repeat a title."""

    name_line: NameLine
    summary: str
    summary_lines: int
    parameters: tuple[Entry, ...]
    sections: tuple[Entry, ...]
    faults: tuple[Fault, ...]


def opens_kernel_doc(comment: str) -> bool:
    """Say whether the comment is kernel-doc for a symbol: `/**` alone on its line, no `DOC:`."""
    lines = logical_lines(comment)
    if len(lines) < 2 or not _OPENING.fullmatch(lines[0].lstrip()):
        return False
    return _FREE_TEXT.search(lines[1]) is None


def logical_lines(comment: str) -> list[str]:
    """Return the lines as C reads them: a backslash at an end takes the next line in.

    The place of a line that was taken in is kept by `JOINED`, so that indices stay true.
    """
    lines = [line.rstrip("\r") for line in comment.split("\n")]
    for index in range(len(lines) - 1, 0, -1):
        before = lines[index - 1].rstrip()
        if before.endswith("\\"):
            lines[index - 1] = before.removesuffix("\\") + lines[index]
            lines[index] = JOINED
    return lines


def read_name_line(line: str, index: int) -> NameLine | Fault:
    """Return what the name line says, or why it is none."""
    if not (first := _FIRST_WORD.match(line)):
        return Fault("bad-name-line", "the first line must begin with the symbol's name", index)
    plain = _PLAIN_NAME.fullmatch(line)
    words = plain["words"] if plain else first["word"]
    if kind := _KIND.match(words):
        name, kind_word = kind["name"], kind["kind"]
    elif callable_name := _CALLABLE_NAME.fullmatch(line):
        name = callable_name["one"] or callable_name["many"]
        name, kind_word = re.sub(r"^define\s+", "", name).rstrip(), None
    else:
        return Fault(
            "bad-name-line", "the first line must be the name, ` - ` and a short description", index
        )
    if not name and kind_word != "enum":
        return Fault("bad-name-line", f"no name follows the word {kind_word}", index)
    dash = re.search(r"[-:](.*)", line)
    return NameLine(name, kind_word, " ".join(dash[1].split()) if dash else "", index)


def scan(comment: str) -> ScannedComment | Fault:
    """Take a comment apart that `opens_kernel_doc` accepts, or say why its name line is none."""
    lines = logical_lines(comment)
    first = read_name_line(lines[1].replace("*/", ""), 1)
    if isinstance(first, Fault):
        return first
    return _Scanner(first, lines).scanned()


@dataclass(slots=True)
class _Scanner:
    """The states of a comment that is being read line by line."""

    name_line: NameLine
    lines: list[str]
    summary: list[str] = field(default_factory=list)
    parameters: list[Entry] = field(default_factory=list)
    sections: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    label: str = DESCRIPTION
    label_line: int = 2
    contents: list[str] = field(default_factory=list)
    in_summary: bool = False
    after_blank: bool = False
    seen_label: bool = False

    def scanned(self) -> ScannedComment:
        """Read every line between the name line and the end."""
        self.in_summary = bool(re.search(r"[-:]", self.lines[1]))
        self.summary = [self.name_line.summary]
        for index, line in enumerate(self.lines[2:], start=2):
            self._feed(line, index)
        if "*/" in self.lines[1] or _LABEL.search(self.lines[-1].rstrip()):
            self._fault("hidden-ending", "the comment must end with `*/` on a line of its own", -1)
        elif _RUN_ON_ENDING.search(self.lines[-1]):
            self._fault("run-on-ending", "put `*/` on a line of its own", len(self.lines) - 1)
        self._flush()
        summary = " ".join(" ".join(self.summary).split())
        return ScannedComment(
            self.name_line,
            summary,
            len(self.summary),
            tuple(self.parameters),
            tuple(self.sections),
            tuple(self.faults),
        )

    def _feed(self, line: str, index: int) -> None:
        self._name_dotted_label(index)
        if self.after_blank and _UNINDENTED.match(line):
            self._store()
            self._begin(DESCRIPTION, "", index)
        if match := _LABEL.search(line):
            self._open_label(match, index)
        elif "*/" in line:
            self._add_content(line.partition("*/")[0].rstrip())
        elif match := _CONTENT.search(line):
            self._add_line(match["content"], index)
        elif line != JOINED:
            self._fault("bad-line", "every line of the comment must begin with a star", index)

    def _open_label(self, match: re.Match[str], index: int) -> None:
        loose_text = self.contents not in ([], [""])
        if loose_text and not self.seen_label:
            self._fault("text-before-names", "describe names before any other text", index)
        self._flush()
        self.seen_label = True
        self.in_summary = False
        self._begin(_canonical(match["label"]), match["rest"].partition("*/")[0].strip(), index)

    def _add_line(self, content: str, index: int) -> None:
        if content == "":
            self._add_blank(index)
        elif self.in_summary:
            self.summary.append(content)
        else:
            self.contents.append(content)

    def _add_blank(self, index: int) -> None:
        self.in_summary = False
        if self.label == CONTEXT:
            self._flush()
            self._begin(DESCRIPTION, "", index)
            return
        self.after_blank = self.label != DESCRIPTION
        self.contents.append("")

    def _add_content(self, line: str) -> None:
        match = _CONTENT.search(line)
        if match and match["content"].strip():
            self._add_line(match["content"], len(self.lines) - 1)

    def _begin(self, label: str, text: str, line: int) -> None:
        self.label, self.label_line, self.after_blank = label, line, False
        self.contents = [text] if text else []

    def _flush(self) -> None:
        if self.label != DESCRIPTION or any(line.strip() for line in self.contents):
            self._store()
        self.contents = []

    def _store(self) -> None:
        """Keep what was read under the label, even where that is nothing."""
        text = "\n".join(line.rstrip() for line in self.contents).strip("\n")
        if self.label.startswith("@") or self.label == CONTEXT:
            text = _dedent_rest(text)
        entry = Entry(self.label.removeprefix("@"), text, self.label_line)
        if self.label.startswith("@"):
            self.parameters.append(entry)
        else:
            self._add_section(entry)

    def _add_section(self, entry: Entry) -> None:
        if entry.label != DESCRIPTION and any(it.label == entry.label for it in self.sections):
            self._fault("duplicate-section", f"the section {entry.label}: stands twice", entry.line)
        self.sections.append(entry)

    def _name_dotted_label(self, index: int) -> None:
        if re.search(r"\w\.\.\.$", self.label):
            self.label = self.label.removesuffix("...")
            self._fault(
                "dotted-variadic", f"describe {self.label} without the dots", max(index - 1, 0)
            )

    def _fault(self, rule: str, message: str, line: int) -> None:
        self.faults.append(Fault(rule, message, line if line >= 0 else len(self.lines) - 1))


def _canonical(label: str) -> str:
    lowered = label.lower()
    if label == "@return" or lowered in {"return", "returns"}:
        return RETURN
    return {"description": DESCRIPTION, "context": CONTEXT}.get(lowered, label)


def _dedent_rest(text: str) -> str:
    """Take the indentation of the second line from every line but the first."""
    first, *rest = text.split("\n")
    filled = [line for line in rest if line.strip()]
    if not filled:
        return text.rstrip()
    margin = len(filled[0]) - len(filled[0].lstrip())
    return "\n".join([first.rstrip(), *(_cut_margin(line, margin) for line in rest)])


def _cut_margin(line: str, margin: int) -> str:
    indent = len(line) - len(line.lstrip())
    return line[min(indent, margin) :].rstrip()
