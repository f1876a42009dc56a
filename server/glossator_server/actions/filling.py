"""Own the completion of a draft: the best words of several rounds, and what the code says itself.

Only words that the declaration or the body prove are ever filled in, and each is reported.
"""

from __future__ import annotations

from dataclasses import replace

from glossator_indexer.styles.wanted import Need, Wanted
from glossator_indexer.types import DocFields, Facts, Parameter, Symbol, SymbolKind

# With more than half of the descriptions missing, a comment says nothing that the code does not.
MAX_FILLED_SHARE = 0.5


def combined(first: DocFields, second: DocFields) -> DocFields:
    """Return the first words, with the second where the first are silent."""
    known = dict(second.parameters) | {name: text for name, text in first.parameters if text}
    return DocFields(
        summary=first.summary or second.summary,
        parameters=tuple(known.items()),
        returns=first.returns or second.returns,
        details=first.details or second.details,
        raises=tuple((dict(second.raises) | dict(first.raises)).items()),
    )


def proved_return(symbol: Symbol, facts: Facts) -> str | None:
    """Say what the body proves of the value, None where that is no more than its type."""
    failure = ", ".join(facts.error_codes)
    if failure and "0" in facts.constants:
        return f"0 on success, {failure} on failure."
    if failure:
        return f"{failure} on failure, otherwise a value of type {symbol.return_type}."
    if symbol.return_type == "bool":
        return "True or false."
    owned = ", which the caller has to free" if facts.allocates else ""
    if "NULL" in facts.constants:
        return f"A pointer of type {symbol.return_type}{owned}, or NULL."
    return f"A new {symbol.return_type}{owned}." if owned else None


def proved_raises(fields: DocFields, raised: tuple[str, ...], facts: Facts) -> DocFields:
    """Say of each exception that the words are silent about when it is raised, if that is proved.

    The order is that of the code.
    """
    told = {name: f"If {condition}." for name, condition in facts.conditions} | dict(fields.raises)
    return replace(fields, raises=tuple((it, told[it]) for it in raised if it in told))


RETURN_NOTICE = "the return section says only what the code shows"
RAISES_NOTICE = "of some exceptions only the code's own condition is told"


def filled_in(
    fields: DocFields, symbol: Symbol, wanted: Wanted, facts: Facts
) -> tuple[DocFields, tuple[str, ...]] | None:
    """Complete the words from the declaration, with a notice; None where too little is there."""
    names = [it.path for it in wanted.names if not it.path.startswith("<")]
    described = {name: text for name, text in fields.parameters if text}
    missing = [name for name in names if name not in described]
    if not fields.summary or len(missing) > MAX_FILLED_SHARE * max(1, len(names)):
        return None
    types = _types_by_name(symbol.parameters)
    for name in missing:
        told = _from_type(name, types.get(name, ""), symbol)
        if told is None:
            return None
        described[name] = told
    notices = [f"@{name} says only what the declaration says" for name in missing]
    returns = fields.returns
    if wanted.returns is Need.REQUIRED and not returns:
        returns = proved_return(symbol, facts) or _from_return_type(symbol)
        notices.append(RETURN_NOTICE)
    parameters = tuple((it.path, described[it.path]) for it in wanted.names if it.path in described)
    return replace(fields, parameters=parameters, returns=returns), tuple(notices)


def _types_by_name(parameters: tuple[Parameter, ...], prefix: str = "") -> dict[str, str]:
    types: dict[str, str] = {}
    for parameter in parameters:
        name = f"{prefix}{parameter.name}"
        types[name] = parameter.type
        inner = f"{name}." if parameter.name else prefix
        types |= _types_by_name(parameter.members, inner)
    return types


def _from_return_type(symbol: Symbol) -> str:
    return f"A value of type {symbol.return_type}." if symbol.return_type else "The result."


def _from_type(name: str, type_text: str, symbol: Symbol) -> str | None:
    """Return what the declaration says of a parameter, None where it says nothing."""
    if name == "...":
        return "Further arguments."
    if type_text:
        return f"Of type {type_text}."
    # The arguments of a macro never have a type, and its comment has to name them all the same.
    return "An argument as it stands in the code." if symbol.kind is SymbolKind.MACRO else None
