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
    """What a symbol is; a PROTOTYPE declares what is defined elsewhere, a TYPEDEF names a type."""

    FUNCTION = "function"
    PROTOTYPE = "prototype"
    METHOD = "method"
    CONSTRUCTOR = "constructor"
    MACRO = "macro"
    STRUCT = "struct"
    UNION = "union"
    ENUM = "enum"
    TYPEDEF = "typedef"
    CLASS = "class"
    INTERFACE = "interface"
    TRAIT = "trait"
    MODULE = "module"
    VARIABLE = "variable"


# A value that is no value, in whatever words a language has for it.
NOTHING = "void"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function or macro, a member of a struct or union, or an enumerator.

    `type` is the declaration's type with its whitespace folded, empty where none is written. `name`
    is as a caller or reader knows it: "..." for C's variadic part, `*args` and `**kwargs` in
    Python, `...rest` in JavaScript, `<T>` for a type parameter (after the others in C++, TypeScript
    and Java), empty for an unnamed parameter. A receiver (`self`, Go's) is none. `default` is the
    text of what it is when a caller leaves it out, None where that is not allowed. `members` holds
    the members of a nested struct or union, in order. `described_inside` is True for a member that
    the declaration itself describes (a comment beside it) or hides (`private:`).
    """

    name: str
    type: str
    members: tuple[Parameter, ...] = ()
    described_inside: bool = False
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as it stands in the text, with its delimiters; a Python docstring with its quotes.

    Line comments that follow each other are one. The first line comes without its indentation.
    """

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """Something that a doc comment can describe.

    `extent` runs from the first token of the declaration (attributes and storage class included) to
    its last, without comments around it; `signature` ends before the body. `return_type` is None
    for what returns nothing by nature (types, macros); a function that returns nothing says
    `NOTHING` in every language, one that returns a value of a type that is not written says "".

    `comment` is the doc comment or other comment that stands directly above, or for Python the
    docstring; a new comment goes to `insertion`, the start of the declaration's first line (Python:
    of the body's, or of an empty line above that of a class), with `indent` before each of its
    lines. `shares_line` says that code stands before `insertion` on its line, so that a comment
    there needs a line end before it, and the code after it a line end and `indent`.

    `container` is what the symbol belongs to, with dots between (`Outer.Inner`). `raises` are the
    exceptions that the declaration declares (Java) or that the symbol's own body raises by name, in
    order; in Rust "Errors", "Panics" and "Safety", the sections that its documentation would have.
    `is_generator`: what it returns comes piece by piece. `is_property`: it is read like a variable.
    `is_async`: its caller gets a promise of what it returns (JavaScript).
    `is_stub`: its body is a placeholder, which says nothing of what others return in its place.
    `is_private`: by the language's own rule or custom only the file, class or package may use it.
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
    shares_line: bool = False
    container: str = ""
    raises: tuple[str, ...] = ()
    is_generator: bool = False
    is_private: bool = False
    is_property: bool = False
    is_async: bool = False
    is_stub: bool = False

    @property
    def qualified_name(self) -> str:
        """Return the name with what it belongs to, as a person would point at it."""
        return f"{self.container}.{self.name}" if self.container else self.name


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """A place where the grammar gave up: an ERROR or a MISSING node."""

    span: Span
    message: str


class ResultUse(StrEnum):
    """What a caller does with a result, in the words in which it is told."""

    IGNORED = "ignores its result"
    NEGATIVE = "tests its result for a negative value"
    ERROR_POINTER = "tests its result with IS_ERR()"
    NO_POINTER = "tests its result for NULL"
    TRUTH = "tests whether its result is zero"
    PASSED_ON = "returns its result"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the tree of a function proves, each in order of appearance and without repeats.

    `constants` are those that it returns as they stand, such as 0, NULL and None. `conditions`
    pairs an error code or an exception with the condition under which alone it is returned or
    raised, where the code says so in one place or two. `locks_held` the caller has to hold; of
    `locks_taken` the `locks_left` are not released. `sleeps` is the call because of which the
    function may sleep. `frees` are parameters that it frees, `frees_sometimes` those of them that
    it frees on some ways only, `referenced` those that it takes a reference to. `allocates` is the
    call that made what it returns, which is the caller's from then on. `uses` says what callers do
    with the result, and how many.
    """

    error_codes: tuple[str, ...] = ()
    callees: tuple[str, ...] = ()
    returns_value: bool = False
    constants: tuple[str, ...] = ()
    conditions: tuple[tuple[str, str], ...] = ()
    locks_held: tuple[str, ...] = ()
    locks_taken: tuple[str, ...] = ()
    locks_left: tuple[str, ...] = ()
    sleeps: str | None = None
    frees: tuple[str, ...] = ()
    frees_sometimes: tuple[str, ...] = ()
    referenced: tuple[str, ...] = ()
    allocates: str | None = None
    uses: tuple[tuple[ResultUse, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DocFields:
    """What a comment says, free of any style: the part that a model or a person writes.

    `parameters` pairs each documented name with its description, in the order written; `raises`
    each exception with when it is raised. `returns` is what a generator yields. `sections` are
    those that nothing else has a place for (Context, Note, Example), by title, in order.
    """

    summary: str
    parameters: tuple[tuple[str, str], ...] = ()
    returns: str | None = None
    details: str | None = None
    raises: tuple[tuple[str, str], ...] = ()
    sections: tuple[tuple[str, str], ...] = ()


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
