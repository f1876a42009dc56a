"""Own how a comment is brought up to date: only the lines that the code contradicts are touched.

It must not throw away a sentence that still describes something, nor know a style: it sees entries.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from glossator_indexer.styles.frames import spread
from glossator_indexer.styles.parsed import Entry, ParsedDoc, Part
from glossator_indexer.styles.wanted import Need, Wanted, requiring
from glossator_indexer.types import DocFields, Finding, Severity

_SHORT = 2  # so short a name stands in many others by chance
_ALIKE = 0.6  # `new` and `new_entry` are, `flags` and `timeout` are not

# What stands before words: the frame of a comment and white space.
_MARGIN = re.compile(r"[\s*/!]*")
# The same with the mark of a list's item, whichever people use.
_ITEM_MARGIN = re.compile(r"[\s*/!]*(?:[-+]\s+)?")

# What stands in the list below a heading.
_OPENED = {"parameters": Part.PARAMETER, "returns": Part.RETURNS, "raises": Part.RAISES}

Key = tuple[Part, str]


@dataclass(frozen=True, slots=True)
class Update:
    """What is to become of a comment: its words in full, what was renamed, what is stale.

    `is_renamed` says that the symbol itself has another name than its comment says.
    """

    fields: DocFields
    renamed: Mapping[str, str]
    stale: frozenset[Key]
    is_renamed: bool


def planned_update(
    existing: ParsedDoc, fields: DocFields, wanted: Wanted, findings: Iterable[Finding]
) -> Update:
    """Return the words of a comment that keeps what people wrote and adds what is missing.

    From `existing` come the summary, the details, every section and the descriptions of names that
    the code still has; from `fields` (cleaned before) comes only what `existing` lacks. Dropped is
    what the `findings` of its style call stale; but a name passes its description on where it is
    the only one gone and the only new one is spelled alike.
    """
    old = existing.fields
    # What is only advised against may be right: a constructor's parameters above its class.
    found = [it for it in findings if it.severity is Severity.ERROR]
    gone = {it.name for it in found if it.rule == "stale-parameter" and it.name}
    wanted = requiring(wanted, {it.name for it in found if it.rule == "missing-parameter"})
    renamed = _renamed(old, wanted, gone)
    kept: dict[str, str] = {}
    for name, text in old.parameters:
        kept.setdefault(renamed.get(name, name), text)
    offered = dict(fields.parameters)
    parameters = [(it.path, kept.get(it.path) or offered.get(it.path, "")) for it in wanted.names]
    raises = [*old.raises, *(it for it in fields.raises if it[0] not in dict(old.raises))]
    is_void = any(it.rule == "stale-return" for it in found)
    offered_return = None if wanted.returns is Need.NONE else fields.returns
    merged = DocFields(
        summary=old.summary or fields.summary,
        parameters=tuple((name, text) for name, text in parameters if text),
        returns=None if is_void else old.returns or offered_return,
        details=old.details or fields.details,
        raises=tuple(raises),
        sections=old.sections,
    )
    stale = {(Part.PARAMETER, it) for it in gone - renamed.keys()}
    if is_void:
        stale.add((Part.RETURNS, ""))
    is_renamed = any(it.rule == "wrong-name" for it in found)
    return Update(merged, renamed, frozenset(stale), is_renamed)


def updated(
    comment: str,
    update: Update,
    parse: Callable[[str], ParsedDoc | None],
    render: Callable[[DocFields], str],
    indent: str = "",
) -> str:
    """Return the comment with the update carried out, every other line byte for byte as it was.

    Lines that are new are taken from what `render` makes of the whole. A comment that shares lines
    with its delimiters gets lines of its own, with `indent`. Where a comment cannot be changed by
    lines even so, it is written anew.
    """
    fresh = render(update.fields)
    old, new = parse(comment), parse(fresh)
    as_it_was = comment
    if old is not None and not old.entries:
        comment = spread(comment, indent)
        old = parse(comment)
    if old is None or new is None:
        return fresh
    if not old.entries:
        return as_it_was if _says_the_same(old.fields, update) else fresh
    unchanged = comment
    named = _with_own_name(comment, old, new) if update.is_renamed else comment
    named = _with_shared_names(named, parse(named) or old, update)
    if named != comment:
        comment, old = named, parse(named) or old
    blocks = _blocks(comment, old, update.renamed)
    target = _with_margin_of(blocks, _blocks(fresh, new, {}))
    blocks = _reordered(_without_stale(blocks, update.stale), target)
    _insert_missing(blocks, target, _said_before(update.fields, old.fields))
    result = "\n".join([*_head(comment, old), *_lines(blocks), *_tail(comment, old)])
    if not _can_be_read(result, parse):
        labelled = _with_details_of(blocks, target)
        result = "\n".join([*_head(comment, old), *_lines(labelled), *_tail(comment, old)])
        return result if _can_be_read(result, parse) else fresh
    # Lines of its own are no reason to touch a comment in which nothing is wrong.
    return as_it_was if result == unchanged else result


def _can_be_read(comment: str, parse: Callable[[str], ParsedDoc | None]) -> bool:
    read = parse(comment)
    return read is not None and bool(read.entries)


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


def _with_own_name(comment: str, old: ParsedDoc, new: ParsedDoc) -> str:
    """Write the symbol's name where the comment calls it otherwise, on the same line."""
    place = next((it.name for it in old.entries if it.part is Part.SUMMARY), None)
    if place is None or not new.name or old.name == new.name:
        return comment
    return comment[: place.start] + new.name + comment[place.end :]


def _with_shared_names(comment: str, old: ParsedDoc, update: Update) -> str:
    """Write the names of each entry that describes several as the code has them, on its line."""
    order = [name for name, _ in update.fields.parameters]
    shared: dict[int, list[Entry]] = {}
    for entry in old.entries:
        if entry.part is Part.PARAMETER and entry.name is not None:
            shared.setdefault(entry.first, []).append(entry)
    # From the end, so that the places of those before stay right.
    for entries in reversed([it for it in shared.values() if len(it) > 1]):
        places = [it.name for it in entries if it.name is not None]
        names = [it.label for it in entries if (Part.PARAMETER, it.label) not in update.stale]
        names = [update.renamed.get(it, it) for it in names]
        if names and all(it in order for it in names):
            parted = comment[places[0].end : places[1].start]
            written = parted.join(sorted(names, key=order.index))
            if sorted(names, key=order.index) != [it.label for it in entries]:
                comment = comment[: places[0].start] + written + comment[places[-1].end :]
    return comment


def _said_before(new: DocFields, old: DocFields) -> frozenset[Part]:
    """Return the parts of prose that a comment does not get, however its words are laid out."""
    gains = {
        Part.SUMMARY: bool(new.summary) and not old.summary,
        Part.DETAILS: bool(new.details) and not old.details,
    }
    # What nothing else has a place for is a person's own.
    return frozenset({Part.SECTION, *(part for part, gained in gains.items() if not gained)})


def _says_the_same(old: DocFields, update: Update) -> bool:
    """Say whether there is nothing to change in what a comment says."""
    new = update.fields
    return (
        not update.stale
        and not update.renamed
        and not update.is_renamed
        and (old.summary, old.returns, old.details) == (new.summary, new.returns, new.details)
        and dict(old.parameters).keys() >= dict(new.parameters).keys()
        and dict(old.raises).keys() >= dict(new.raises).keys()
    )


@dataclass(slots=True)
class _Block:
    """An entry's lines, and the lines without words that stand before it.

    `goes_with` is the key of another entry without which it has nothing to say.
    """

    key: Key
    gap: list[str]
    lines: list[str]
    goes_with: Key | None = None


def _renamed(old: DocFields, wanted: Wanted, gone: set[str]) -> dict[str, str]:
    """Return which names took the place of others, as far as that is sure.

    It is where two names are more like each other than like any other that came or went. Short
    ones are like many: they count only where nothing else came or went.
    """
    told = dict(old.parameters)
    new = [it.path for it in wanted.names if it.path not in told and it.need is not Need.TOLD]
    is_only_one = len(gone) == len(new) == 1
    likeness = {
        (before, after): alike
        for before in gone
        for after in new
        if (alike := _likeness(before, after)) >= _ALIKE
        and (is_only_one or min(len(before), len(after)) > _SHORT)
    }
    return {
        before: after
        for (before, after), alike in sorted(likeness.items())
        if all(
            other < alike
            for pair, other in likeness.items()
            if pair != (before, after) and (pair[0] == before or pair[1] == after)
        )
    }


def _likeness(old: str, new: str) -> float:
    """Return how alike two names are spelled; one that begins with the other is most like it."""
    ratio = SequenceMatcher(None, old, new).ratio()
    if old.startswith(new) or new.startswith(old):
        return 1 + ratio
    return max(ratio, _ALIKE) if old in new or new in old else ratio


def _blocks(comment: str, parsed: ParsedDoc, renamed: Mapping[str, str]) -> list[_Block]:
    lines = comment.split("\n")
    blocks: list[_Block] = []
    before = parsed.entries[0].first if parsed.entries else 0
    for entry in parsed.entries:
        # Names that share an entry share its lines: the first has them.
        own = lines[max(entry.first, before) : entry.end]
        key, goes_with = (entry.part, entry.label), entry.goes_with
        part, label = goes_with or key
        if part is Part.PARAMETER and label in renamed:
            own = _respelled(comment, entry, own, renamed[label])
            key = key if goes_with else (part, renamed[label])
            goes_with = goes_with and (part, renamed[label])
        gap = lines[before : entry.first]
        if blocks and blocks[-1].key == goes_with:
            blocks[-1].lines += [*gap, *own]
        else:
            blocks.append(_Block(key, gap, own, goes_with))
        before = entry.end
    return blocks


def _respelled(comment: str, entry: Entry, lines: list[str], label: str) -> list[str]:
    """Write another name into an entry's lines, in angle brackets where the old one has them."""
    if entry.name is None:
        return lines
    begin = sum(len(it) + 1 for it in comment.split("\n")[: entry.first])
    start, end = entry.name.start - begin, entry.name.end - begin
    text = "\n".join(lines)
    spelled = label if text[start:end] == entry.label else label.strip("<>")
    return (text[:start] + spelled + text[end:]).split("\n")


def _with_margin_of(blocks: Sequence[_Block], target: list[_Block]) -> list[_Block]:
    """Begin the new lines as the old ones of their kind begin: ` *` and a tab, for example."""
    for is_item in (True, False):
        old = _margin([it for it in blocks if _is_item(it) is is_item])
        new = _margin([it for it in target if _is_item(it) is is_item])
        if old is None and (general := _margin(blocks)) and general.strip():
            # Every line of a frame begins alike.
            old = general
        if old is None or new is None or old == new:
            continue
        for block in (it for it in target if _is_item(it) is is_item):
            block.lines = [
                old + line.removeprefix(new) if line.startswith(new) else line
                for line in block.lines
            ]
    return target


def _is_item(block: _Block) -> bool:
    """Say whether an entry stands in a list below a heading, or would."""
    return block.key[0] in (Part.PARAMETER, Part.RAISES)


def _margin(blocks: Sequence[_Block]) -> str | None:
    """Return how most entries begin, up to their first word; a summary is not like the others."""
    found = Counter(
        match[0]
        for it in blocks
        if it.key[0] is not Part.SUMMARY
        and it.lines
        and (match := (_ITEM_MARGIN if _is_item(it) else _MARGIN).match(it.lines[0]))
        # Rust's headings stand elsewhere than the items of its lists.
        and not it.lines[0].startswith("#", match.end())
    )
    return found.most_common(1)[0][0] if found else None


def _head(comment: str, parsed: ParsedDoc) -> list[str]:
    return comment.split("\n")[: parsed.entries[0].first]


def _tail(comment: str, parsed: ParsedDoc) -> list[str]:
    return comment.split("\n")[parsed.entries[-1].end :]


def _without_stale(blocks: list[_Block], stale: frozenset[Key]) -> list[_Block]:
    kept: list[_Block] = []
    gap: list[str] = []
    for block in blocks:
        repeated = block.key[0] is Part.PARAMETER and any(it.key == block.key for it in kept)
        # What parted the first of a list from the prose parts the next one from it.
        block.gap = max(gap, block.gap, key=len)
        if block.key in stale or block.goes_with in stale or repeated:
            gap = block.gap
        else:
            kept.append(block)
            gap = []
    kept = [it for at, it in enumerate(kept) if not _opens_nothing(kept, at, len(blocks))]
    if kept and kept[0] is not blocks[0]:
        # The lines before the first entry are the comment's head.
        kept[0].gap = []
    return kept


def _opens_nothing(kept: list[_Block], at: int, before: int) -> bool:
    """Say whether a heading has lost all that it opened."""
    if kept[at].key[0] is not Part.HEADING or len(kept) == before:
        return False
    follows = kept[at + 1].key if at + 1 < len(kept) else None
    # A sentence of a person's own may stand in the list.
    return follows is None or (
        follows != (Part.SECTION, "") and follows[0] is not _OPENED[kept[at].key[1]]
    )


def _reordered(blocks: list[_Block], target: Sequence[_Block]) -> list[_Block]:
    """Put the parameters into the code's order, each in a place where one stood."""
    # Where type parameters stand is a matter of taste.
    order = [
        it.key for it in target if it.key[0] is Part.PARAMETER and not it.key[1].startswith("<")
    ]
    places = [at for at, it in enumerate(blocks) if it.key in order]
    sorted_blocks = sorted((blocks[at] for at in places), key=lambda it: order.index(it.key))
    gaps = [blocks[at].gap for at in places]
    result = list(blocks)
    for at, gap, block in zip(places, gaps, sorted_blocks, strict=True):
        block.gap = gap
        result[at] = block
    return result


def _insert_missing(
    blocks: list[_Block], target: Sequence[_Block], said_before: frozenset[Part]
) -> None:
    """Put what is missing behind what stands before it in the target, else before what follows."""
    for at, block in enumerate(target):
        keys = [it.key for it in blocks]
        if block.key in keys or block.key[0] in said_before:
            continue
        before = next((it.key for it in reversed(target[:at]) if it.key in keys), None)
        after = next((it.key for it in target[at + 1 :] if it.key in keys), None)
        if _is_a_parameter(after) and not _is_a_parameter(before):
            # People may have put other parts between the head and the parameters, or behind them.
            before = None if block.key[0] is Part.PARAMETER else before
        added = replace(block, gap=list(block.gap), lines=list(block.lines))
        if before is not None:
            place = keys.index(before) + 1
            added.gap = _gap_between_siblings(blocks, added)
            blocks.insert(place, added)
        elif after is not None:
            place = keys.index(after)
            below = _gap_between_siblings(blocks, replace(block, gap=target[at + 1].gap))
            added.gap, blocks[place].gap = blocks[place].gap, below
            blocks.insert(place, added)
        else:
            blocks.append(added)


def _is_a_parameter(key: Key | None) -> bool:
    return key is not None and key[0] is Part.PARAMETER


def _gap_between_siblings(blocks: list[_Block], added: _Block) -> list[str]:
    """Leave as much room as people left between two entries of the same kind."""
    for above, below in pairwise(blocks):
        if above.key[0] is below.key[0] is added.key[0]:
            return list(below.gap)
    return added.gap


def _lines(blocks: Sequence[_Block]) -> list[str]:
    return [line for block in blocks for line in (*block.gap, *block.lines)]
