"""Own how a comment is brought up to date: only the lines that the code contradicts are touched.

It must not throw away a sentence that still describes something, nor know a style: it sees entries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from glossator_indexer.styles.parsed import ParsedDoc, Part
from glossator_indexer.styles.wanted import Need, Wanted
from glossator_indexer.types import DocFields, Span

_ALIKE = 0.6  # `new` and `new_entry` are, `flags` and `timeout` are not

# What the code calls by a name of its own; an exception or a title is the writer's.
_NAMED_BY_CODE = frozenset({Part.SUMMARY, Part.PARAMETER})

Key = tuple[Part, str]


@dataclass(frozen=True, slots=True)
class Update:
    """What is to become of a comment: its words in full, and which names were renamed to what."""

    fields: DocFields
    renamed: dict[str, str]


def planned_update(existing: ParsedDoc, fields: DocFields, wanted: Wanted) -> Update:
    """Return the words of a comment that keeps what people wrote and adds what is missing.

    From `existing` come the summary, the details, every section and the descriptions of names that
    the code still has; from `fields` (cleaned before) comes only what `existing` lacks. Dropped is
    the description of a name that the code lacks, and of a value where none is returned; a name
    passes its description on where it is the only one gone and the only new one is spelled
    alike.
    """
    old = existing.fields
    renamed = _renamed(old, wanted)
    kept: dict[str, str] = {}
    for name, text in old.parameters:
        kept.setdefault(renamed.get(name, name), text)
    offered = dict(fields.parameters)
    parameters = [(it.path, kept.get(it.path) or offered.get(it.path, "")) for it in wanted.names]
    raises = [*old.raises, *(it for it in fields.raises if it[0] not in dict(old.raises))]
    returns = None if wanted.returns is Need.NONE else old.returns or fields.returns
    merged = DocFields(
        summary=old.summary or fields.summary,
        parameters=tuple((name, text) for name, text in parameters if text),
        returns=returns,
        details=old.details or fields.details,
        raises=tuple(raises),
        sections=old.sections,
    )
    return Update(merged, renamed)


def updated(
    comment: str,
    update: Update,
    parse: Callable[[str], ParsedDoc | None],
    render: Callable[[DocFields], str],
) -> str:
    """Return the comment with the update carried out, every other line byte for byte as it was.

    Lines that are new are taken from what `render` makes of the whole. Where a comment cannot be
    changed by lines (it stands on one, or is read in another way than it was written), it is
    written anew.
    """
    fresh = render(update.fields)
    old, new = parse(comment), parse(fresh)
    if old is None or new is None or not old.entries or not new.entries:
        return comment if old and new and _says_all(old, new, update) else fresh
    if _says_all(old, new, update):
        return comment
    target = _blocks(fresh, new, {})
    blocks = _renamed_blocks(_blocks(comment, old, update.renamed), target)
    blocks = _reordered(_without_stale(blocks, target), target)
    _insert_missing(blocks, target)
    for attempt in (blocks, _with_details_of(blocks, target)):
        result = "\n".join([*_head(comment, old), *_lines(attempt), *_tail(comment, old)])
        read = parse(result)
        if read is not None and read.entries:
            return result
    return fresh


def _says_all(old: ParsedDoc, new: ParsedDoc, update: Update) -> bool:
    """Say whether an update has nothing to do."""
    is_called_the_same = old.name == new.name and not update.renamed
    return is_called_the_same and _says(old.fields) == _says(update.fields)


def _says(fields: DocFields) -> DocFields:
    """Return the words in an order in which those that say the same are equal."""
    named = dict(reversed(fields.parameters))
    told = sorted(dict(fields.parameters), key=lambda it: it.startswith("<"))
    return replace(fields, parameters=tuple((it, named[it]) for it in told if named[it]))


@dataclass(slots=True)
class _Block:
    """An entry's lines, and the lines without words that stand before it."""

    key: Key
    gap: list[str]
    lines: list[str]
    name: Span | None
    """Where the label stands, within `lines` joined by line feeds."""


def _renamed(old: DocFields, wanted: Wanted) -> dict[str, str]:
    """Return the one name that took the place of another, as far as that is sure."""
    told = list(dict(old.parameters))
    paths = [it.path for it in wanted.names]
    gone = [it for it in told if it not in paths]
    new = [it.path for it in wanted.names if it.path not in told and it.need is not Need.TOLD]
    if len(gone) != 1 or len(new) != 1:
        return {}
    return {gone[0]: new[0]} if _alike(gone[0], new[0]) else {}


def _alike(old: str, new: str) -> bool:
    return old in new or new in old or SequenceMatcher(None, old, new).ratio() >= _ALIKE


def _blocks(comment: str, parsed: ParsedDoc, renamed: dict[str, str]) -> list[_Block]:
    lines = comment.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    blocks: list[_Block] = []
    before = parsed.entries[0].first
    for entry in parsed.entries:
        name = entry.name
        if name is not None:
            shift = starts[entry.first]
            name = Span(name.start - shift, name.end - shift)
        label = entry.label
        if entry.part is Part.PARAMETER:
            label = renamed.get(label, label)
        block = _Block(
            (entry.part, label),
            lines[before : entry.first],
            lines[entry.first : entry.end],
            name,
        )
        blocks.append(block)
        before = entry.end
    return blocks


def _head(comment: str, parsed: ParsedDoc) -> list[str]:
    return comment.split("\n")[: parsed.entries[0].first]


def _tail(comment: str, parsed: ParsedDoc) -> list[str]:
    return comment.split("\n")[parsed.entries[-1].end :]


def _renamed_blocks(blocks: list[_Block], target: Sequence[_Block]) -> list[_Block]:
    """Write the names anew where the comment spells them otherwise than the code does."""
    spellings = {it.key: _spelling(it) for it in reversed(target)}
    for block in blocks:
        spelling = spellings.get(block.key)
        if block.name is None or not spelling or block.key[0] not in _NAMED_BY_CODE:
            continue
        text = "\n".join(block.lines)
        if text[block.name.start : block.name.end] != spelling:
            text = text[: block.name.start] + spelling + text[block.name.end :]
            block.lines = text.split("\n")
    return blocks


def _spelling(block: _Block) -> str:
    if block.name is None:
        return ""
    return "\n".join(block.lines)[block.name.start : block.name.end]


def _with_details_of(blocks: list[_Block], target: Sequence[_Block]) -> list[_Block]:
    """Return the blocks with the details as `render` lays them out.

    What stood before them may have told where they begin; a label has to where it is gone.
    """
    laid_out = [it for it in target if it.key[0] is Part.DETAILS]
    result: list[_Block] = []
    for block in blocks:
        if block.key[0] is not Part.DETAILS:
            result.append(block)
        elif laid_out:
            result += [replace(laid_out[0], gap=block.gap), *laid_out[1:]]
            laid_out = []
    return result


def _without_stale(blocks: list[_Block], target: Sequence[_Block]) -> list[_Block]:
    wanted = {it.key for it in target}
    kept: list[_Block] = []
    for block in blocks:
        part = block.key[0]
        stale = part in (Part.PARAMETER, Part.RETURNS, Part.HEADING) and block.key not in wanted
        repeated = part is Part.PARAMETER and any(it.key == block.key for it in kept)
        if not stale and not repeated:
            kept.append(block)
    if kept and kept[0] is not blocks[0]:
        # The lines before the first entry are the comment's head.
        kept[0].gap = []
    return kept


def _reordered(blocks: list[_Block], target: Sequence[_Block]) -> list[_Block]:
    """Put the parameters into the code's order, each in a place where one stood.

    Parameters of types keep their places among each other: where they stand is a matter of taste.
    """
    result = list(blocks)
    for is_of_types in (True, False):
        order = [
            it.key
            for it in target
            if it.key[0] is Part.PARAMETER and it.key[1].startswith("<") is is_of_types
        ]
        places = [at for at, it in enumerate(result) if it.key in order]
        sorted_blocks = sorted((result[at] for at in places), key=lambda it: order.index(it.key))
        gaps = [result[at].gap for at in places]
        for at, gap, block in zip(places, gaps, sorted_blocks, strict=True):
            block.gap = gap
            result[at] = block
    return result


def _insert_missing(blocks: list[_Block], target: Sequence[_Block]) -> None:
    """Put what is missing behind what stands before it in the target, else before what follows."""
    for at, block in enumerate(target):
        keys = [it.key for it in blocks]
        if block.key in keys:
            continue
        before = next((it.key for it in reversed(target[:at]) if it.key in keys), None)
        after = next((it.key for it in target[at + 1 :] if it.key in keys), None)
        added = replace(block, gap=list(block.gap), lines=list(block.lines))
        if before is not None:
            place = keys.index(before) + 1
            added.gap = _gap_between_siblings(blocks, added)
            blocks.insert(place, added)
        elif after is not None:
            place = keys.index(after)
            added.gap, blocks[place].gap = blocks[place].gap, target[at + 1].gap
            blocks.insert(place, added)
        else:
            blocks.append(added)


def _gap_between_siblings(blocks: list[_Block], added: _Block) -> list[str]:
    """Leave as much room as people left between two entries of the same kind."""
    for above, below in pairwise(blocks):
        if above.key[0] is below.key[0] is added.key[0]:
            return list(below.gap)
    return added.gap


def _lines(blocks: Sequence[_Block]) -> list[str]:
    return [line for block in blocks for line in (*block.gap, *block.lines)]
