"""Names that are looked up, and the context of a place."""

from __future__ import annotations

import pytest

from glossator_indexer.records import (
    ChunkRecord,
    EntityKind,
    FileRecord,
    PieceRole,
    PiecesQuery,
    Trust,
)
from glossator_indexer.search.importance import importance
from glossator_indexer.search.places import Spot
from tests.indexer.search.repository import Repository


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("free_pages", ["free_pages", "free_pages"]),
        ("free_pages()", ["free_pages", "free_pages"]),
        ("free_", ["free_pages", "free_one_page", "free_pages"]),
        ("pageFree", ["free_pages"]),
        ("PageReport.render", ["render"]),
        ("render", ["render", "render"]),
        ("Other.render", []),
        ("nothing_of_that_name", []),
    ],
)
def test_names_are_looked_up(repo: Repository, name: str, expected: list[str]) -> None:
    found = [it.entity.name for it in repo.searcher().entities(name, 10, 0)]
    assert found[: len(expected)] == expected or set(expected) <= set(found)
    assert bool(found) == bool(expected)


def test_the_context_of_a_place_has_each_role(repo: Repository) -> None:
    query = PiecesQuery("mm/page_alloc.c", 11, "make a socket")
    pieces = repo.searcher().pieces(query)
    by_role: dict[PieceRole, list[str]] = {}
    for it in pieces:
        by_role.setdefault(it.role, []).append(f"{it.path}:{it.symbol}")
    assert by_role[PieceRole.DEFINITION][0] in ("mm/page_alloc.c:zone", "mm/buddy.c:merge_buddies")
    assert "mm/buddy.c:merge_buddies" in by_role[PieceRole.DEFINITION]
    assert by_role[PieceRole.CALLER] == ["mm/page_alloc.c:free_pages"]
    assert "net/socket.c:sock_alloc" in (
        by_role[PieceRole.EXAMPLE] + by_role.get(PieceRole.HIT, [])
    )
    assert "mm/page_alloc.c:free_one_page" not in {it for found in by_role.values() for it in found}
    assert all(it.text for it in pieces)
    assert [it.role for it in pieces] == sorted(
        (it.role for it in pieces), key=list(PieceRole).index
    )


def test_the_text_of_a_piece_is_that_of_its_lines(repo: Repository) -> None:
    [piece] = repo.searcher().pieces(
        PiecesQuery("mm/page_alloc.c", 17, roles=(PieceRole.DEFINITION,), limit_per_role=1)
    )
    assert piece.text.startswith(("/**\n * free_one_page", "struct zone"))


def test_a_session_gets_the_context_of_its_buffer(repo: Repository) -> None:
    repo.write(
        "net/socket.c", "int sock_alloc(void)\n{\n\treturn merge_buddies(0, 1);\n}\n", session=5
    )
    query = PiecesQuery("net/socket.c", 3, roles=(PieceRole.DEFINITION,), session=5)
    assert [it.symbol for it in repo.searcher().pieces(query)] == ["merge_buddies"]


def test_a_place_that_is_not_indexed_has_no_context(repo: Repository) -> None:
    assert repo.searcher().pieces(PiecesQuery("nowhere.c", 3)) == []
    assert repo.searcher().pieces(PiecesQuery("mm/buddy.c", 3000)) == []
    assert repo.searcher().pieces(PiecesQuery()) == []


def test_importance_follows_references_and_open_files() -> None:
    def spot(path: str, *calls: str) -> Spot:
        chunk = ChunkRecord(EntityKind.FUNCTION, -1, 1, 2, b"", calls)
        return Spot(1, 0, 0, FileRecord(path, "c", Trust.PROJECT, b"", (), (chunk,)))

    definitions = {"a": spot("a.c", "shared"), "b": spot("b.c", "shared"), "shared": spot("c.c")}
    wanted = dict.fromkeys(definitions, 1.0)
    ranks = importance(definitions, wanted, ())
    assert ranks["shared"] > ranks["a"] == pytest.approx(ranks["b"])
    assert sum(ranks.values()) == pytest.approx(1.0)
    opened = importance(definitions, wanted, ("b.c",))
    assert opened["b"] > opened["a"]
    assert importance({}, {}, ()) == {}
