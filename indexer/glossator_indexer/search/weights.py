"""Own every number that ranking uses, each with its reason.

They were fitted on folders of the kernel that no test asks about; nothing else may rank by a number
of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from glossator_indexer.lexical import FieldWeights


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """What each signal counts; 0 switches a part off, 1 a factor."""

    # The constant of reciprocal rank fusion: large enough that rank 1 does not drown all else.
    rank_constant: float = 60.0
    # Deeper lists bring candidates that no signal lifts into the first ten.
    depth: int = 100
    by_score: bool = True
    words_floor: float = 0.0
    vectors_floor: float = 0.9
    short_forms: float = 0.7

    # Words of a question stand in names before they stand in bodies.
    fields: FieldWeights = field(
        default_factory=lambda: FieldWeights(name_words=1.0, path_words=0.3, header=0.5, body=1.0)
    )
    # What each list counts for a question in words.
    words: float = 1.0
    vectors: float = 1.0
    # The same for a name: its definition is what is wanted, likeness is a guess.
    words_for_name: float = 1.0
    vectors_for_name: float = 0.3
    exact_name: float = 4.0
    # A name that is only declared where it stands is the second best answer.
    declared_name: float = 1.0

    # Share of the words of a chunk's name that the question has.
    name_coverage: float = 0.3
    # A question about the words of a path means what is in that file.
    path_coverage: float = 0.1
    # What a hit calls, or is called by, is often what was meant; damped, since it is a guess.
    callees: float = 0.1
    callers: float = 0.1
    # So many of the best hits speak for what they call.
    graph_seeds: int = 8
    # A file with several hits is about the matter.
    same_file: float = 0.02

    # Factors.
    definition: float = 1.0
    declaration: float = 0.6
    documented: float = 1.0
    file_head: float = 0.7
    macro: float = 0.8
    variable: float = 0.9
    test: float = 0.7
    vendored: float = 0.7
    generated: float = 0.4
    open_file: float = 1.1
    team: float = 0.9

    # Quality mode: so many of the best are read by the transformer, which counts so much.
    rerank_depth: int = 50
    rerank: float = 1.0

    # A documented thing is an example for its likeness in name and declaration, not in body.
    example_fields: FieldWeights = field(
        default_factory=lambda: FieldWeights(name_words=2.0, path_words=0.3, header=1.0, body=0.0)
    )
    # People write the comments of one file alike.
    example_nearby: float = 1.5


DEFAULT_WEIGHTS = RankingWeights()
