"""Own what is measured of a doc comment: by rules alone, and beside the one that a person wrote.

Pure; it must not write a comment, nor know where a person's comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from glossator_indexer.styles import Style
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields, Symbol
from glossator_server.actions.states import CommentState, comment_status
from glossator_server.edits import apply_to_source
from glossator_server.evals.measures.meaning import encoder
from glossator_server.evals.measures.mentions import mentions
from glossator_server.evals.measures.words import chrf, length_ratio, rouge_l, told_words
from glossator_server.evals.types import Better, Measure, MeasureKind
from glossator_server.proposal import CommentProposal
from glossator_server.snapshot import Snapshot


def comment_measures() -> tuple[Measure, ...]:
    """Return the measures of a comment; the title of one says which encoder makes it."""
    return (*_CHECKS, *_references(encoder().name))


def checked(
    proposal: CommentProposal, snapshot: Snapshot, symbol: Symbol, style: Style
) -> Mapping[str, float]:
    """Return what rules say of a comment in its place, with no person's words beside it."""
    code = snapshot.text[symbol.extent.start : symbol.extent.end]
    after = apply_to_source(snapshot.source, proposal.edits[0].changes)
    landed = [
        (it, it.comment.text)
        for it in find_symbols(after, symbol.qualified_name)
        if it.comment is not None and style.recognises(it.comment.text)
    ]
    there, comment = min(landed, key=lambda it: abs(it[0].extent.start - symbol.extent.start))
    status = comment_status(there, style, after)
    return {
        "valid": 1.0,
        "first_try": float(proposal.rounds <= 1),
        "mentions": mentions(told_words(proposal.fields), code, snapshot.text).precision,
        "style_findings": float(len(style.check(comment, there))),
        "drift": float(status.state is CommentState.DRIFTED),
    }


def compared(said: DocFields, fields: DocFields) -> Mapping[str, float]:
    """Return how like words are to those of a person, of what the person spoke of."""
    expected, text = told_words(said), told_words(_parts_like(said, fields))
    return {
        "rouge_l": rouge_l(expected, text),
        "chrf": chrf(expected, text),
        "meaning": encoder().likeness(expected, text),
        "length": length_ratio(expected, text),
    }


def _parts_like(said: DocFields, fields: DocFields) -> DocFields:
    """Return the words about what a person spoke of, too: of the rest there is nothing to compare.

    Who leaves a part out is compared with all that the person said.
    """
    told, raised = dict(said.parameters), dict(said.raises)
    return replace(
        fields,
        parameters=tuple(it for it in fields.parameters if it[0] in told),
        returns=fields.returns if said.returns else None,
        raises=tuple(it for it in fields.raises if it[0] in raised),
    )


_CHECKS = (
    Measure(
        "valid",
        "usable comments",
        Better.HIGHER,
        MeasureKind.CHECK,
        "The share of functions that get a comment which passes every check.",
    ),
    Measure(
        "first_try",
        "usable at once",
        Better.HIGHER,
        MeasureKind.CHECK,
        "The share whose first answer is usable, with nothing sent back.",
    ),
    Measure(
        "mentions",
        "names that exist",
        Better.HIGHER,
        MeasureKind.CHECK,
        "The share of the parameters, error codes, functions and locks named that exist.",
        when_failed=None,
    ),
    Measure(
        "style_findings",
        "style findings",
        Better.LOWER,
        MeasureKind.CHECK,
        "What the style's own checker still has to say of a comment, warnings included.",
        unit="a comment",
        when_failed=None,
    ),
    Measure(
        "drift",
        "comments that drift",
        Better.LOWER,
        MeasureKind.CHECK,
        "The share of comments that do not agree with their code.",
        when_failed=None,
    ),
)


def _references(encoder_name: str) -> tuple[Measure, ...]:
    return (
        Measure(
            "rouge_l",
            "words like a person's (ROUGE-L)",
            Better.HIGHER,
            MeasureKind.REFERENCE,
            "How far the words stand in a person's comment too, in that order.",
        ),
        Measure(
            "chrf",
            "letters like a person's (chrF)",
            Better.HIGHER,
            MeasureKind.REFERENCE,
            "The same by pieces of words, so that other forms of a word count.",
        ),
        Measure(
            "meaning",
            f"meaning like a person's ({encoder_name})",
            Better.HIGHER,
            MeasureKind.REFERENCE,
            "The cosine of the two texts' vectors.",
        ),
        Measure(
            "length",
            "as long as a person's",
            Better.HIGHER,
            MeasureKind.REFERENCE,
            "1 where it has as many words, 0.5 where it has half as many or twice as many.",
        ),
    )
