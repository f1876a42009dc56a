"""What a search finds, what it may see, and how it says why."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from glossator_indexer.errors import EmbedderError, QueryError
from glossator_indexer.records import EntityKind, Hit, SearchFilters, SearchMode, SearchQuery
from glossator_indexer.search import RankingWeights, Searcher
from tests.indexer.search.repository import Repository, symbols


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("free pages back to the buddy allocator", "free_one_page"),
        ("merge_buddies", "merge_buddies"),
        ("MERGE_BUDDIES", "merge_buddies"),
        ("allocate a socket", "sock_alloc"),
        ("who releases the socket?", "sock_release"),
        ("PageReport.render", "PageReport.render"),
        ("struct zone", "zone"),
        ("what does merge_buddies(zone, order) do", "merge_buddies"),
    ],
)
def test_the_first_hit_is_what_was_meant(repo: Repository, text: str, expected: str) -> None:
    hit = repo.searcher().search(SearchQuery(text))[0]
    assert hit.symbol == expected
    assert not hit.path.startswith("tests/")


def test_a_definition_comes_before_tests_and_declarations(repo: Repository) -> None:
    found = repo.searcher().entities("merge_buddies", 10, 0)
    assert [it.path for it in found] == ["mm/buddy.c", "tests/page_test.c", "mm/zone.h"]
    hits = [it for it in repo.searcher().search(SearchQuery("merge_buddies")) if it.symbol]
    assert hits[0].path == "mm/buddy.c"


def test_the_path_of_a_file_finds_its_chunks(repo: Repository) -> None:
    assert repo.searcher().search(SearchQuery("net/socket.c"))[0].path == "net/socket.c"


_FILTERS = {
    "a folder": (SearchFilters(paths=("mm/",)), {"mm/page_alloc.c", "mm/buddy.c", "mm/zone.h"}),
    "all but a folder": (
        SearchFilters(paths=("!mm/", "!tests/")),
        {"net/socket.c", "tools/report.py"},
    ),
    "a pattern": (SearchFilters(paths=("*.h",)), {"mm/zone.h"}),
    "a language": (SearchFilters(languages=("python",)), {"tools/report.py"}),
    "a kind": (SearchFilters(kinds=(EntityKind.STRUCT,)), {"mm/page_alloc.c"}),
    "a symbol": (SearchFilters(symbol="sock_*"), {"net/socket.c"}),
    "a qualified symbol": (SearchFilters(symbol="PageReport.render"), {"tools/report.py"}),
    "a time": (SearchFilters(changed_since=6.0), {"tools/report.py"}),
    "below a folder": (SearchFilters(folder="net"), {"net/socket.c"}),
    "below what is no folder": (SearchFilters(folder="ne"), set()),
    "nothing that exists": (SearchFilters(paths=("nowhere/",)), set()),
}


@pytest.mark.parametrize(("filters", "paths"), _FILTERS.values(), ids=_FILTERS)
def test_a_filter_lets_through_what_it_names_and_nothing_else(
    repo: Repository, filters: SearchFilters, paths: set[str]
) -> None:
    query = SearchQuery("zone page socket render lines merge", limit=50, filters=filters)
    assert {it.path for it in repo.searcher().search(query)} == paths


def test_a_filter_follows_the_files(repo: Repository) -> None:
    searcher = repo.searcher()
    query = SearchQuery("page zone", limit=50, filters=SearchFilters(paths=("new/",)))
    assert searcher.search(query) == []
    repo.write("new/zone.c", "int page_zone(void)\n{\n\treturn 1;\n}\n")
    assert symbols(searcher.search(query)) == ["page_zone"]


def test_a_filter_that_is_too_long_is_refused_in_a_sentence(repo: Repository) -> None:
    filters = SearchFilters(paths=("*" * 5000,))
    with pytest.raises(QueryError, match="path filter"):
        repo.searcher().search(SearchQuery("page", filters=filters))


def test_a_session_sees_its_own_buffer_in_the_place_of_the_file(repo: Repository) -> None:
    repo.write("net/socket.c", "int sock_teleport(int fd)\n{\n\treturn fd;\n}\n", session=5)
    searcher = repo.searcher()

    def found(text: str, session: int) -> set[str]:
        hits = searcher.search(SearchQuery(text, limit=50, session=session))
        return {it.symbol for it in hits if it.path == "net/socket.c"}

    assert found("sock release teleport", 5) == {"sock_teleport"}
    for other in (0, 6):
        assert found("sock release teleport", other) >= {"sock_release"}
        assert "sock_teleport" not in found("sock release teleport", other)
    assert [it.entity.name for it in searcher.entities("sock_teleport", 5, 5)] == ["sock_teleport"]
    assert searcher.entities("sock_teleport", 5, 0) == []
    assert searcher.entities("sock_release", 5, 5) == []


def test_signals_multiply_and_sum_to_the_score(repo: Repository) -> None:
    for text in ("free pages to the buddy allocator", "merge_buddies", "mm/buddy.c"):
        for hit in repo.searcher().search(SearchQuery(text, open_paths=("mm/buddy.c",))):
            parts = [it for name, it in hit.signals if name.startswith("+")]
            factors = [it for name, it in hit.signals if name.startswith("*")]
            score = sum(float(it) for it in parts) * float(np.prod([float(it) for it in factors]))
            assert hit.score == pytest.approx(score)


def test_hits_come_in_order_and_each_thing_once(repo: Repository) -> None:
    hits = repo.searcher().search(SearchQuery("zone", limit=50))
    assert [it.score for it in hits] == sorted((it.score for it in hits), reverse=True)
    assert len({(it.path, it.start_line) for it in hits}) == len(hits)


class _Silent:
    """An embedder that cannot be reached."""

    name = version = "silent"
    dim = 256

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:  # noqa: ARG002
        raise EmbedderError("The model does not answer; start it.")


def test_what_is_missing_is_said_and_the_rest_answers(repo: Repository) -> None:
    query = SearchQuery("free pages back to the buddy allocator")
    parts = {
        "lexical alone": Searcher(repo, repo.lexical, None, None, repo.read),
        "vectors alone": Searcher(repo, None, repo.vectors, repo.embedder, repo.read),
        "a silent model": Searcher(repo, repo.lexical, repo.vectors, _Silent(), repo.read),
    }
    for name, searcher in parts.items():
        hits = searcher.search(query)
        assert "free_one_page" in symbols(hits)[:3], name
        said = {fact: value for fact, value in hits[0].signals if isinstance(value, str)}
        missing = "words" if name == "vectors alone" else "vectors"
        assert said[missing] in ("not there yet", "cannot be asked"), name
    assert Searcher(repo, None, None, None, repo.read).search(query) == []


class _Contrary:
    """A re-ranker that likes best what holds a word."""

    name = "contrary"

    def __init__(self, word: str) -> None:
        self.word = word

    def score(
        self,
        query: str,  # noqa: ARG002
        keys: Sequence[bytes],
        text_of: Callable[[int], str | None],
    ) -> NDArray[np.float32]:
        if self.word == "fail":
            raise EmbedderError("The model does not answer; start it.")
        texts = [text_of(at) for at in range(len(keys))]
        return np.array([np.nan if it is None else self.word in it for it in texts], np.float32)

    def warm(self, keys: Sequence[bytes], text_of: Callable[[int], str | None]) -> int:
        return sum(bool(text_of(at)) for at in range(len(keys)))


def test_quality_mode_lets_the_transformer_decide_among_the_best(repo: Repository) -> None:
    query = SearchQuery("free pages of a zone", mode=SearchMode.QUALITY)

    def first(word: str) -> str:
        parts = (repo, repo.lexical, repo.vectors, repo.embedder, repo.read)
        weights = RankingWeights(rerank=9.0)
        return Searcher(*parts, _Contrary(word), weights).search(query)[0].symbol

    assert first("order) int size") == "merge_buddies"
    assert first("fail") == repo.searcher().search(SearchQuery("free pages of a zone"))[0].symbol


def test_why_the_transformer_was_not_asked_is_told(repo: Repository) -> None:
    parts = (repo, repo.lexical, repo.vectors, repo.embedder, repo.read)
    query = SearchQuery("free pages of a zone", mode=SearchMode.QUALITY)
    for hit in Searcher(*parts, _Contrary("fail")).search(query):
        assert dict(hit.signals)["transformer"] == "The model does not answer; start it."


def test_what_is_gone_from_the_disk_keeps_its_fast_score(repo: Repository) -> None:
    query = SearchQuery("free pages of a zone")
    parts = (repo, repo.lexical, repo.vectors, repo.embedder)
    careful = Searcher(*parts, lambda *_place: None, _Contrary("x"))
    assert careful.search(replace(query, mode=SearchMode.QUALITY)) == repo.searcher().search(query)


class _Named:
    """A model of the user's that likes texts for a word, and may not see one path."""

    name = "named"

    def __init__(self, word: str, hidden: str = "") -> None:
        self.word = word
        self.hidden = hidden
        self.shown: list[str] = []

    def hides(self, path: str) -> str | None:
        return "It is restricted." if path == self.hidden else None

    def scores(self, query: str, texts: Sequence[str], paths: Sequence[str]) -> NDArray[np.float32]:
        if self.word == "fail":
            raise EmbedderError(f"Nobody answers {query!r}; start it.")
        assert len(texts) == len(paths)
        self.shown += texts
        return np.array([100.0 * (self.word in it) for it in texts], np.float32)

    def close(self) -> None:
        """Nothing is open."""


def _ordered_by(repo: Repository, ranker: _Named) -> list[Hit]:
    parts = (repo, repo.lexical, repo.vectors, repo.embedder, repo.read)
    query = SearchQuery("free pages of a zone", mode=SearchMode.QUALITY)
    return Searcher(*parts, _Contrary("fail"), ranker=ranker).search(query)


def test_a_model_of_the_users_puts_the_best_in_its_order_and_every_score_is_told(
    repo: Repository,
) -> None:
    fast = repo.searcher().search(SearchQuery("free pages of a zone"))
    hits = _ordered_by(repo, _Named("mm/buddy.c"))
    assert fast[0].path != "mm/buddy.c" == hits[0].path
    assert dict(hits[0].signals)["transformer"] == "named"
    assert dict(hits[0].signals)["transformer score"] == 100.0
    # What it likes alike stays in the fast order.
    assert symbols(hits[1:]) == symbols([it for it in fast if it.path != "mm/buddy.c"])
    assert [it.score for it in hits] == pytest.approx([it.score for it in fast])
    for hit in hits:
        parts = [float(it) for name, it in hit.signals if name.startswith("+")]
        factors = [float(it) for name, it in hit.signals if name.startswith("*")]
        assert hit.score == pytest.approx(sum(parts) * float(np.prod(factors)))


def test_what_it_may_not_see_is_not_shown_and_keeps_its_place(repo: Repository) -> None:
    fast = repo.searcher().search(SearchQuery("free pages of a zone"))
    ranker = _Named("mm/buddy.c", hidden=fast[0].path)
    hits = _ordered_by(repo, ranker)
    kept = [at for at, it in enumerate(fast) if it.path == ranker.hidden]
    assert [hits[at].symbol for at in kept] == [fast[at].symbol for at in kept]
    assert not any(ranker.hidden in it for it in ranker.shown)
    signals = dict(hits[0].signals)
    assert signals["transformer"] == (
        "Not shown to named, so that it keeps its place: It is restricted."
    )
    assert "transformer score" not in signals


def test_where_it_does_not_answer_the_fast_order_stays_and_says_why(repo: Repository) -> None:
    fast = repo.searcher().search(SearchQuery("free pages of a zone"))
    hits = _ordered_by(repo, _Named("fail"))
    assert [(it.symbol, it.score) for it in hits] == [(it.symbol, it.score) for it in fast]
    assert "start it." in str(dict(hits[0].signals)["transformer"])


_HOSTILE = {
    "nothing": "",
    "spaces": " \t\n ",
    "only stop words": "what is the of a",
    "control characters": "\x00\x01\x1b[31m page \x7f",
    "syntax of query languages": 'path:* AND (NOT "zone"~2 OR [a TO b] ^9 \\',
    "a long word": "a" * 100_000,
    "a pasted file": "free_pages(zone, order); " * 4_000,
    "a bomb for expressions": "a_" * 30_000 + "!" + "::a" * 10_000,
    "not UTF-8": "caf\udce9 page",
    "other scripts": "страница 页面 ページ 🙂",
    "only marks": "!!! ??? *** :: -> .",
}


@pytest.mark.parametrize("text", _HOSTILE.values(), ids=_HOSTILE)
def test_hostile_queries_are_answered_in_time(repo: Repository, text: str) -> None:
    searcher = repo.searcher()
    began = time.process_time()
    searcher.search(SearchQuery(text))
    searcher.entities(text, 10, 0)
    assert time.process_time() - began < 0.5
