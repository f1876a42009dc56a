"""Own the frozen data in which the indexer speaks of code and of doc comments.

Every offset counts code points from the start of the text; nothing in here does anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range `[start, end)` of code points."""

    start: int
    end: int

    def __contains__(self, offset: int) -> bool:
        return self.start <= offset < self.end


@dataclass(frozen=True, slots=True)
class TextChange:
    """A replacement of `span` (in the text before it) by `new_text`."""

    span: Span
    new_text: str


class SymbolKind(StrEnum):
    """What a symbol is, in C's words."""

    FUNCTION = "function"
    PROTOTYPE = "prototype"
    MACRO = "macro"
    STRUCT = "struct"
    UNION = "union"
    ENUM = "enum"
    TYPEDEF = "typedef"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function or macro, a member of a struct or union, or an enumerator.

    `type` is the declaration's type with its whitespace folded, empty for macros and enumerators.
    `name` is "..." for the variadic part, and empty for an unnamed parameter.
    `members` holds the members of a nested struct or union, in order. `described_inside` is True
    for a member that the declaration itself describes (a comment beside it) or hides (`private:`).
    """

    name: str
    type: str
    members: tuple[Parameter, ...] = ()
    described_inside: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as it stands in the text, with its delimiters."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """Something that a doc comment can describe.

    `extent` runs from the first token of the declaration (attributes and storage class included)
    to its last, without comments around it; `signature` ends before the body. `return_type` is None
    for what returns nothing by nature (types, macros); a function returning nothing says "void".
    `comment` is the doc comment or other comment that stands directly above; a new comment goes to
    `insertion`, the start of the declaration's first line, with `indent` before each of its lines.
    """

    name: str
    kind: SymbolKind
    extent: Span
    name_span: Span
    signature: Span
    body: Span | None
    parameters: tuple[Parameter, ...]
    return_type: str | None
    comment: Comment | None
    insertion: int
    indent: str
    has_syntax_errors: bool = False


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """A place where the grammar gave up: an ERROR or a MISSING node."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the tree of a function proves, each in order of appearance and without repeats.

    `constants` are those that it returns as they stand, such as 0, NULL and true.
    """

    error_codes: tuple[str, ...] = ()
    callees: tuple[str, ...] = ()
    returns_value: bool = False
    constants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocFields:
    """What a comment says, free of any style: the part that a model or a person writes.

    `parameters` pairs each documented name with its description, in the order written.
    """

    summary: str
    parameters: tuple[tuple[str, str], ...] = ()
    returns: str | None = None
    details: str | None = None


class Severity(StrEnum):
    """Whether a finding breaks the style's rules or only advises."""

    ERROR = "error"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a comment.

    `rule` is stable and machine-readable; `line` counts from 0 within the comment; `name` is the
    parameter or symbol that it is about.
    """

    rule: str
    message: str
    line: int = 0
    name: str | None = None
    severity: Severity = Severity.ERROR
