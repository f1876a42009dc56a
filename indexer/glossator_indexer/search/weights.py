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

    # Deeper lists bring candidates that no signal lifts into the first ten.
    depth: int = 100
    # What is further behind after fusion is lifted by no signal; each costs time.
    most_considered: int = 120
    # What the last of a list has in common with all that is in no list; lists of words fall
    # steeply at first, vectors are all alike.
    words_floor: float = 0.7
    vectors_floor: float = 0.9
    # `alloc` for a question that says allocate: nearly as good as the word itself.
    short_forms: float = 0.7

    # Words of a question stand in names before they stand in bodies.
    fields: FieldWeights = field(
        default_factory=lambda: FieldWeights(name_words=1.0, path_words=0.3, header=0.5, body=1.0)
    )
    # What each list counts for a question in words.
    words: float = 1.0
    vectors: float = 0.4
    # The same for a name: its definition is what is wanted, likeness is a guess.
    words_for_name: float = 1.0
    vectors_for_name: float = 0.3
    exact_name: float = 4.0
    # A name that is only declared where it stands is the second best answer.
    declared_name: float = 1.0

    # Share of the words of a chunk's name that the question has.
    name_coverage: float = 0.1
    # A question about the words of a path means what is in that file.
    path_coverage: float = 0.05
    # What a hit calls is sometimes what was meant; damped, since it is a guess. What calls a hit
    # brought nothing: callers are many, and few of them are about the same.
    callees: float = 0.05
    callers: float = 0.0
    # So many of the best hits speak for what they call.
    graph_seeds: int = 8
    # A file with several hits is about the matter.
    same_file: float = 0.01

    # Factors.
    definition: float = 1.0
    declaration: float = 0.6
    documented: float = 1.0
    file_head: float = 0.5
    macro: float = 0.8
    variable: float = 0.7
    test: float = 0.7
    vendored: float = 0.7
    generated: float = 0.4
    open_file: float = 1.1
    team: float = 0.9

    # Quality mode: so many of the best are read by the transformer, and its cosine counts so
    # often. Half as many more brought next to nothing, and take longer than a question may.
    rerank_depth: int = 16
    rerank: float = 3.0

    # A documented thing is an example for its likeness in name and declaration, not in body.
    example_fields: FieldWeights = field(
        default_factory=lambda: FieldWeights(name_words=2.0, path_words=0.3, header=1.0, body=0.0)
    )
    # People write the comments of one file alike.
    example_nearby: float = 1.5


DEFAULT_WEIGHTS = RankingWeights()
