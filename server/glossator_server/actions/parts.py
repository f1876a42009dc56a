"""Own which parts a new comment has: the chosen ones, those of every comment, and its Context.

Pure; an old comment keeps the parts that it has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from glossator_indexer.styles import Wanted
from glossator_indexer.styles.detecting import Conventions
from glossator_indexer.styles.wanted import Need
from glossator_indexer.types import DocFields, Facts
from glossator_server.document_options import DocumentOptions

CONTEXT = "Context"


def chosen_parts(wanted: Wanted, options: DocumentOptions) -> Wanted:
    """Return what somebody has to find words for: the parts that were chosen, not yet told."""
    with_names = "parameters" in options.sections
    return replace(
        wanted,
        names=tuple(it for it in wanted.names if it.need is not Need.TOLD and with_names),
        returns=wanted.returns if "returns" in options.sections else Need.NONE,
        raises=wanted.raises if "raises" in options.sections else (),
    )


def with_sections(
    fields: DocFields, facts: Facts, options: DocumentOptions, conventions: Conventions
) -> DocFields:
    """Return the words with the sections that are fixed, and with what the body proves of context.

    A Context section is written where it was chosen or where the comments around have one.
    """
    fixed = dict(options.fixed_sections)
    told = " ".join(_context(facts))
    if told and CONTEXT not in fixed and (conventions.has_context or "context" in options.sections):
        fixed = {CONTEXT: told} | fixed
    details = fields.details if "details" in options.sections else None
    return replace(fields, details=details, sections=(*fields.sections, *fixed.items()))


def _context(facts: Facts) -> Iterator[str]:
    if facts.sleeps:
        yield "May sleep."
    if facts.locks_held:
        yield f"Caller must hold {_listed(facts.locks_held)}."
    released = [it for it in facts.locks_taken if it not in facts.locks_left]
    if released:
        yield f"Takes and releases {_listed(released)}."
    if facts.locks_left:
        yield f"Takes {_listed(facts.locks_left)} and does not release it."


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return " and ".join(names)
