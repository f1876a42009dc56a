"""Own JSDoc and TSDoc: their tags, what they want of a symbol, how words are kept plain.

Reading and writing is done by the modules for comments with tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from glossator_indexer.styles.judging import Described, error, is_callable, judged
from glossator_indexer.styles.options import RenderOptions
from glossator_indexer.styles.parsed import ParsedDoc, Part
from glossator_indexer.styles.tagged import Dialect, Scanned, parsed, scan
from glossator_indexer.styles.tagged_layout import Spelling, in_order, laid_out
from glossator_indexer.styles.wanted import DocumentedName, Need, Wanted
from glossator_indexer.types import NOTHING, DocFields, Finding, Parameter, Symbol, SymbolKind

_BRACES = r"(?:\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}\s*)?"
_PATH = r"(?:\.\.\.)?[A-Za-z_$][\w$]*(?:\[\])?(?:\.[\w$]+(?:\[\])?)*"
# `name`, `[name]`, `[name=default]`, with a type before it and a dash behind.
_JS_NAME = rf"\s*{_BRACES}\[?\s*(?P<name>{_PATH})\s*(?:=[^\]]*)?\]?(?:\s+-\s+|\s+|\Z)"
_TYPE_NAME = rf"\s*{_BRACES}(?P<name>[A-Za-z_$][\w$]*)(?:\s+-\s+|\s+|\Z)"
_RAISED = r"\s*(?:\{\s*(?P<name>[^{}]+?)\s*\})(?:\s*-\s+|\s+|\Z)"
_SPEAKS_OF_VALUE = re.compile(r"\breturn(?:s|ed|ing)?\b", re.IGNORECASE)
_ROOT = "options"
_OTHER = frozenset(
    [
        "file",
        "fileoverview",
        "overview",
        "license",
        "copyright",
        "module",
        "packageDocumentation",
        "typedef",
        "callback",
        "namespace",
        "event",
        "name",
        "function",
        "func",
        "method",
        "kind",
        "external",
        "inheritdoc",
        "inheritDoc",
        "lends",
        "borrows",
        "mixin",
    ]
)
_CODE = (re.compile(r"^\s*```"), re.compile(r"^\s*```\s*$", re.MULTILINE))
_LEADING = re.compile(r"^(\s*)([@*])", re.MULTILINE)
_TS_MARKUP = re.compile(r"([@{}<>\\`])")
_TS_ESCAPED = re.compile(r"\\([@{}<>\\`])")


def _safe(text: str) -> str:
    return text.replace("*/", "* /")


JSDOC = Dialect(
    id="jsdoc",
    openings=("/**",),
    commands="@",
    parameter=("param", "arg", "argument"),
    type_parameter=("template", "typeParam"),
    returns=("returns", "return"),
    yields=("yields", "yield"),
    raises=("throws", "exception"),
    name=re.compile(_JS_NAME),
    type_name=re.compile(_TYPE_NAME),
    raised=re.compile(_RAISED),
    documents_other=_OTHER,
    fences=(_CODE,),
    # A brace after a tag would be a type, an @ at a line's start a tag.
    escaped=lambda text: _LEADING.sub(r"\1\\\2", _safe(text)).replace("{@", "{\\@"),
    unescaped=lambda text: text.replace("\\@", "@").replace("\\*", "*"),
    summary=("summary", "desc", "description"),
    type_brackets=True,
)
TSDOC = replace(
    JSDOC,
    id="tsdoc",
    type_parameter=("typeParam", "template"),
    name=re.compile(rf"\s*{_BRACES}(?P<name>{_PATH})(?:\s+-\s+|\s+|\Z)"),
    raised=re.compile(r"\s*(?:\{@link\s+(?P<name>[\w.$]+)[^{}]*\})(?:\s*-\s+|\s+|\Z)"),
    escaped=lambda text: _TS_MARKUP.sub(r"\\\1", _safe(text)),
    unescaped=lambda text: _TS_ESCAPED.sub(r"\1", text),
    summary=(),
    details=("remarks",),
)


def parse_jsdoc(comment: str) -> ParsedDoc | None:
    """Return what `comment` says, or None where it describes no symbol in JSDoc's way."""
    return None if comment.startswith("/***") else parsed(comment, JSDOC)


def parse_tsdoc(comment: str) -> ParsedDoc | None:
    """Return what `comment` says, or None where it is no TSDoc: types in braces are JSDoc's."""
    scanned = None if comment.startswith("/***") else scan(comment, TSDOC)
    if scanned is None or _has_types(scanned):
        return None
    return parsed(comment, TSDOC)


def wanted_jsdoc(symbol: Symbol) -> Wanted:
    """Return what a complete JSDoc comment describes; type parameters are TypeScript's business."""
    return _wanted(symbol, (), with_types=False)


def wanted_tsdoc(symbol: Symbol) -> Wanted:
    """Return what a complete TSDoc comment describes."""
    return _wanted(symbol, (), with_types=True)


def check_jsdoc(comment: str, symbol: Symbol) -> tuple[Finding, ...]:
    """Return what is wrong with a JSDoc comment at `symbol`, by line."""
    scanned = scan(comment, JSDOC)
    if scanned is None:
        return (error("not-jsdoc", "this is no comment that jsdoc reads"),)
    # `@template` declares what the code of JavaScript cannot.
    found = _check(scanned, symbol, _wanted(symbol, _roots(scanned, symbol), with_types=False))
    return tuple(it for it in found if not (it.name or "").startswith("<"))


def check_tsdoc(comment: str, symbol: Symbol) -> tuple[Finding, ...]:
    """Return what is wrong with a TSDoc comment at `symbol`, by line."""
    scanned = scan(comment, TSDOC)
    if scanned is None or _has_types(scanned):
        return (error("not-tsdoc", "this is no comment that tsdoc reads"),)
    return _check(scanned, symbol, _wanted(symbol, _roots(scanned, symbol), with_types=True))


def render_jsdoc(fields: DocFields, symbol: Symbol, options: RenderOptions) -> str:
    """Write a JSDoc comment, with types in braces where neither the code nor a habit has none."""
    typed = options.habits.types
    if typed is None:
        is_written = symbol.return_type not in (None, "", NOTHING)
        typed = not is_written and not any(it.type for it in symbol.parameters)
    returns = "@yields " if symbol.is_generator else "@returns "
    spelling = Spelling(
        parameter="@param {name} - ",
        type_parameter="@template {name} ",
        returns=f"{returns}{{{_returned(symbol)}}} " if typed else returns,
        raises="@throws {{{name}}} ",
    )
    words = in_order(fields, wanted_jsdoc(symbol))
    spelled = tuple((_spelled(it, symbol, typed), text) for it, text in words.parameters)
    return laid_out(replace(words, parameters=spelled), symbol, options, JSDOC, spelling)


def render_tsdoc(fields: DocFields, symbol: Symbol, options: RenderOptions) -> str:
    """Write a TSDoc comment; the types are in the code."""
    spelling = Spelling(
        parameter="@param {name} - ",
        type_parameter="@typeParam {name} - ",
        returns="@returns ",
        raises="@throws {{@link {name}}} ",
    )
    words = in_order(fields, wanted_tsdoc(symbol))
    words = replace(words, parameters=tuple((_unspread(n), t) for n, t in words.parameters))
    return laid_out(words, symbol, options, TSDOC, spelling)


def _returned(symbol: Symbol) -> str:
    """Return the type of the value, as far as it is known."""
    known = symbol.return_type or "*"
    if symbol.return_type or symbol.is_generator or not symbol.is_async:
        return known
    return f"Promise<{known}>"


def _wanted(symbol: Symbol, roots: Sequence[str], *, with_types: bool) -> Wanted:
    names = list(_names(symbol, roots, with_types=with_types))
    if not is_callable(symbol):
        names = [it for it in names if it.path.startswith("<")]
    return Wanted(tuple(names), _value(symbol), symbol.raises)


def _names(symbol: Symbol, roots: Sequence[str], *, with_types: bool) -> Iterator[DocumentedName]:
    """Yield what may be described; `roots` are a person's names for what is taken apart."""
    named, unnamed = iter(roots), _names_of_ours(symbol)
    for parameter in symbol.parameters:
        if parameter.name:
            if with_types or not parameter.name.startswith("<"):
                need = Need.WELCOME if parameter.name.startswith("<") else Need.REQUIRED
                need = Need.TOLD if parameter.described_inside else need
                yield DocumentedName(_unspread(parameter.name), need)
            continue
        # Taken apart in the list, a parameter has no name but the one that its comment gives it.
        ours, theirs = next(unnamed), next(named, "")
        root = theirs or ours
        yield DocumentedName(root, Need.REQUIRED)
        # What is left of the object has no name that a caller could use.
        members = [] if with_types else [it.name for it in parameter.members if it.name[0] != "."]
        for name in members:
            yield DocumentedName(f"{root}.{name}", Need.WELCOME if theirs else Need.REQUIRED)


def _roots(scanned: Scanned, symbol: Symbol) -> tuple[str, ...]:
    """Return what a comment calls the parameters that are taken apart in the list, in order."""
    known = {_unspread(it.name) for it in symbol.parameters}
    told = [it.label for it in scanned.entries if it.part is Part.PARAMETER]
    ours = set(_names_of_ours(symbol))
    if len(ours) == 1 and not any("." in it for it in told):
        # Whoever describes it as a whole, under whatever name, has described it.
        ours = set()
    outer = dict.fromkeys(it.partition(".")[0].partition("[")[0] for it in told)
    return tuple(it for it in outer if it not in known and it not in ours and it[0] != "<")


def _names_of_ours(symbol: Symbol) -> Iterator[str]:
    """Yield what we call each parameter that is taken apart in the list: it has no name."""
    count = sum(not it.name for it in symbol.parameters)
    return (_ROOT if at == 1 else f"{_ROOT}{at}" for at in range(1, count + 1))


def _unspread(name: str) -> str:
    """Return a rest parameter as both tools know it, without its dots."""
    return name.removeprefix("...")


def _value(symbol: Symbol) -> Need:
    if not is_callable(symbol) or symbol.kind is SymbolKind.CONSTRUCTOR:
        return Need.NONE
    if symbol.is_property:
        return Need.WELCOME
    returned = symbol.return_type
    if returned is None or symbol.is_generator:
        return Need.WELCOME
    if returned in (NOTHING, f"Promise<{NOTHING}>"):
        # What resolves to nothing may say when it does.
        return Need.NONE if returned == NOTHING else Need.WELCOME
    return Need.REQUIRED


def _check(scanned: Scanned, symbol: Symbol, wanted: Wanted) -> tuple[Finding, ...]:
    described = Described.read(scanned.entries, scanned.texts, _SPEAKS_OF_VALUE)
    found = judged(described, wanted, symbol)
    if any(not it.name for it in symbol.parameters):
        # What is taken apart in the parameter list has a name in the comment only.
        found = tuple(it for it in found if it.rule not in ("stale-parameter", "parameter-order"))
    # `@type` and `@override` say that the rest stands elsewhere.
    if {"type", "override", "inheritDoc", "see"} & set(scanned.tags) and not any(
        it.part is Part.PARAMETER for it in scanned.entries
    ):
        found = tuple(it for it in found if it.rule != "missing-summary")
    return found


def _has_types(scanned: Scanned) -> bool:
    pairs = zip(scanned.entries, scanned.heads, strict=True)
    return any("{" in head and it.part in (Part.PARAMETER, Part.RETURNS) for it, head in pairs)


def _spelled(name: str, symbol: Symbol, typed: bool) -> str:  # noqa: FBT001 -- as it was found out
    """Return a parameter with its type and its default, as JSDoc has them before a dash."""
    if not typed:
        return name
    roots = _names_of_ours(symbol)
    for parameter in symbol.parameters:
        path = _unspread(parameter.name) or next(roots)
        if path == name:
            return _typed(parameter, name)
        for member in parameter.members:
            if f"{path}.{_unspread(member.name)}" == name:
                # With `= {}` behind them, all of them may be left out.
                is_told = member.default is not None or parameter.default != "{}"
                return _typed(member if is_told else replace(member, default=""), name)
    return f"{{*}} {name}"


def _typed(parameter: Parameter, name: str) -> str:
    kind = parameter.type or _type_of_value(parameter.default or "")
    if not parameter.name:
        kind = parameter.type or ("object" if parameter.members else "Array<*>")
    if parameter.name.startswith("..."):
        # The rest of an object is no list of arguments.
        return f"{{{'*' if '.' in name else f'...{kind}'}}} {name}"
    # What it is by default stands in the code.
    return f"{{{kind}}} {name if parameter.default is None else f'[{name}]'}"


def _type_of_value(value: str) -> str:
    """Return the type of a literal, `*` for whatever else."""
    return next((kind for pattern, kind in _LITERALS if pattern.fullmatch(value)), "*")


# TypeScript wants to be told what an array is of.
_LITERALS = (
    (re.compile(r"-?\d[\d_.eExXa-fA-F]*"), "number"),
    (re.compile(r"true|false"), "boolean"),
    (re.compile(r"(['\"`]).*\1", re.DOTALL), "string"),
    (re.compile(r"\[.*\]", re.DOTALL), "Array<*>"),
    (re.compile(r"\{.*\}", re.DOTALL), "object"),
)
