"""Own the proof that a web search sends what it may, and that its results are nothing but data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from glossator_clients.errors import WebSearchError
from glossator_clients.web_search import MOST_HITS, WebHit, plain_text, search_web
from glossator_gate.errors import PolicyError
from glossator_gate.types import DataClass, Origin, WebSearchEntry
from tests.fake_searxng import FakeSearxng
from tests.loopback_server import Answer, LoopbackServer, Received, Reply, serving

PUBLIC = DataClass.PUBLIC


@asynccontextmanager
async def searxng(
    answer: Answer, base: str = ""
) -> AsyncIterator[tuple[LoopbackServer, WebSearchEntry]]:
    async with serving(answer) as server:
        yield server, WebSearchEntry("web", Origin.parse(server.origin), base, timeout_s=0.5)


def result(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 -- whatever a server may send
    return {"title": "A title", "url": "https://a.test/x", "content": "Words.", "engine": "e"} | (
        fields
    )


async def found(*results: object, limit: int = 5) -> list[WebHit]:
    async with searxng(FakeSearxng(results)) as (_, entry):
        return await search_web(entry, "kfree null", limit, PUBLIC)


async def test_results_come_in_order_and_no_more_than_wanted() -> None:
    many = [result(url=f"https://a.test/{number}") for number in range(40)]
    assert await found(*many, limit=2) == [
        WebHit("A title", "https://a.test/0", "Words."),
        WebHit("A title", "https://a.test/1", "Words."),
    ]
    assert len(await found(*many, limit=1000)) == MOST_HITS
    assert await found() == []
    assert len(await found(result(), result(title="Again"))) == 1


async def test_only_the_words_are_sent_and_secrets_are_not() -> None:
    server = FakeSearxng()
    async with searxng(server) as (seen, entry):
        secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
        await search_web(entry, f"  why does\x00 {secret}\n fail\u202e? & x=y#z", 3, PUBLIC)
    assert secret not in server.queries[0]
    assert server.queries[0].startswith("why does ")
    assert server.queries[0].endswith("fail? & x=y#z")
    assert [it.method for it in seen.requests] == ["GET"]
    assert set(seen.requests[0].headers) <= {
        "accept", "accept-encoding", "connection", "host", "user-agent",
    }  # fmt: skip


async def test_the_base_path_is_kept() -> None:
    server = FakeSearxng(path="/searxng/search")
    async with searxng(server, "/searxng") as (_, entry):
        await search_web(entry, "a", 3, PUBLIC)
    assert server.queries == ["a"]


@pytest.mark.parametrize("data_class", [*DataClass][1:])
async def test_words_of_a_stricter_class_never_leave(data_class: DataClass) -> None:
    async with searxng(FakeSearxng()) as (server, entry):
        with pytest.raises(PolicyError, match="refused"):
            await search_web(entry, "int secret;", 3, data_class)
        # Who does not say how secret the words are sends what is restricted.
        with pytest.raises(PolicyError, match="restricted"):
            await search_web(entry, "int secret;", 3)
        assert server.connections == 0


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("<b>Sun</b> &amp; <script>alert(1)</script>moon", "Sun & alert(1) moon"),
        ("&lt;img src=x onerror=a&gt;x", "x"),
        ("&amp;lt;b&amp;gt;x", "x"),
        ("if (a < b && c > d)", "if (a < b && c > d)"),
        ("a\x1b[31m\x07b", "a[31mb"),
        ("x\u202e\u2066evil\u2069\u200b\ufeff", "xevil"),
        ("tag\U000e0041\U000e0042\ufe0f\U000e0100", "tag"),
        ("blank\u3164\u2800", "blank"),
        ("line\u2028two\r\n\tthree", "line two three"),
        ("é\ud800", "é"),
        ("x" * 600, "x" * 499 + "…"),
        ("<" * 9000, "<" * 499 + "…"),
        ("<a " * 3000, ("<a " * 3000)[:499].rstrip() + "…"),
    ],
)
def test_a_text_is_what_a_person_would_see_of_it(text: str, seen: str) -> None:
    assert plain_text(text, 500) == seen


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.test/x?q=1&r=2#top", "https://a.test/x?q=1&r=2#top"),
        ("http://a.test", "http://a.test"),
        ("https://bücher.test/ä b", "https://xn--bcher-kva.test/%C3%A4%20b"),
        ("https://a.test/%41", "https://a.test/%41"),
        ("https://a.test/\u202e\x1b", "https://a.test/%E2%80%AE%1B"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("data:text/html,x", None),
        ("command:glossator.do", None),
        ("https://user:pass@a.test/", None),
        ("https://", None),
        ("//a.test/x", None),
        ("https://[::1", None),
        ("https://a.test/" + "x" * 3000, None),
        ("", None),
        (None, None),
        (3, None),
    ],
)
async def test_only_plain_web_addresses_are_kept(url: object, kept: str | None) -> None:
    assert [it.url for it in await found(result(url=url))] == ([] if kept is None else [kept])


async def test_results_of_any_shape_do_no_harm() -> None:
    hits = await found(3, None, [], {}, result(title=None, content=["x"]), result(title={"a": 1}))
    assert hits == [WebHit("https://a.test/x", "https://a.test/x", "")]


async def _list(_received: Received, reply: Reply) -> None:
    await reply.json([1])


async def _page(_received: Received, reply: Reply) -> None:
    await reply.whole(200, b"<html></html>", Content_Type="text/html")


async def _stall(_received: Received, reply: Reply) -> None:
    await reply.hang()


async def _flood(_received: Received, reply: Reply) -> None:
    await reply.whole(200, b"x" * 6_000_000)


async def _redirect(_received: Received, reply: Reply) -> None:
    await reply.whole(302, b"", Location="https://elsewhere.test/")


async def _busy(_received: Received, reply: Reply) -> None:
    await reply.json({}, 429)


async def _failed(_received: Received, reply: Reply) -> None:
    await reply.json({}, 500)


async def _reset(_received: Received, reply: Reply) -> None:
    await reply.head(Content_Length="100")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (FakeSearxng(formats=("html",)), "search.formats in its settings.yml"),
        (FakeSearxng(unresponsive=[["duckduckgo", "CAPTCHA"]]), "did not answer"),
        (FakeSearxng(path="/elsewhere"), "404"),
        (_list, "base_path"),
        (_page, "base_path"),
        (_stall, "."),
        (_flood, "larger"),
        (_redirect, "redirect"),
        (_busy, "wait a little"),
        (_failed, "500"),
        (_reset, "broke off"),
    ],
)
async def test_trouble_becomes_one_sentence(answer: Answer, told: str) -> None:
    async with searxng(answer) as (_, entry):
        with pytest.raises(WebSearchError, match=told) as caught:
            await search_web(entry, "words", 3, PUBLIC)
        assert str(caught.value).endswith(".")


async def test_a_server_that_is_not_there_is_named() -> None:
    async with searxng(FakeSearxng()) as (_, entry):
        pass
    with pytest.raises(WebSearchError, match="Nothing answers"):
        await search_web(entry, "words", 3, PUBLIC)


async def test_nothing_to_search_for_is_said() -> None:
    async with searxng(FakeSearxng()) as (server, entry):
        with pytest.raises(WebSearchError, match="nothing to search"):
            await search_web(entry, " \u200b\n", 3, PUBLIC)
        assert server.connections == 0
