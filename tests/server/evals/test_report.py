"""The page of a measurement: nothing in it can act, everything in it can be read."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from glossator_server.errors import UsageError
from glossator_server.evals.report import html_report, write_html_report
from tests.conftest import missing_part
from tests.server.evals.results import Shape, result

VOID = {"meta", "br", "line", "rect", "circle", "polygon"}
HOSTILE = (
    "</pre></td></style></title><script>alert(1)</script>",
    '"><img src=http://elsewhere.example/x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "]]><!--<base href=http://elsewhere.example/>&lt;b&gt;&#x3c;",
    "@import url(http://elsewhere.example/x.css); expression(alert(1))",
)
JUDGE: dict[str, Any] = {
    "model": "jury",
    "size": {"words": "7 billion parameters, as its name says"},
    "rubric": "1. True.",
    "pairs": 60,
    "inconsistent": 5,
    "unreadable": 1,
    "identical": 2,
    "comparisons": [
        {
            "baseline": "base",
            "configuration": "tuned",
            "pairs": 60,
            "baseline_preferred": 10,
            "configuration_preferred": 35,
            "ties": 15,
            "share": 0.708,
            "low": 0.6,
            "high": 0.8,
        }
    ],
    "position": {"first": 4, "second": 1, "bias": 0.05, "low": -0.02, "high": 0.13},
    "length": {"share": 0.6, "low": 0.45, "high": 0.73, "of": 45, "people": None},
    "agreement": None,
    "judgements": [
        {
            "case": f"{number:04}",
            "baseline": "base",
            "configuration": "tuned",
            "verdict": "configuration",
            "reasons": ["It is true.", ""],
        }
        for number in range(60)
    ],
}


@dataclass
class Node:
    tag: str
    attributes: dict[str, str]
    inside: list[Node] = field(default_factory=list)
    text: str = ""

    def all(self, tag: str) -> list[Node]:
        return [it for it in self.everything() if it.tag == tag]

    def everything(self) -> list[Node]:
        return [self, *(deep for it in self.inside for deep in it.everything())]

    @property
    def words(self) -> str:
        return self.text + "".join(it.words for it in self.inside)


class Reader(HTMLParser):
    """Reads a page into nodes, and fails where its tags do not nest."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Node("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self._open[-1].text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")


def page(data: dict[str, Any]) -> Node:
    reader = Reader()
    reader.feed(html_report(data))
    reader.close()
    return reader.root


PAGES = {
    "two": result(),
    "judged": result(judge=JUDGE),
    "four": result(Shape(names=("a", "b", "c", "d"), gains=(0.1, 0.0, -0.1))),
    "one": result(Shape(names=("base",))),
    "few": result(Shape(cases=3, complete=False)),
    "none": result(Shape(cases=0)),
    "failed": result(Shape(fails=1.0)),
}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_on_the_page_can_act_or_be_fetched(name: str) -> None:
    nodes = page(PAGES[name]).everything()
    assert not {it.tag for it in nodes} & {
        *("script", "link", "iframe", "object", "embed", "img", "image", "base", "form", "input"),
        *("button", "audio", "video", "foreignobject", "use", "animate", "set"),
    }
    for node in nodes:
        for attribute, value in node.attributes.items():
            assert not attribute.startswith("on")
            # The policy would not let it count, and nobody would see why.
            assert attribute not in {"style", "src", "srcset", "action", "xlink:href", "background"}
            assert attribute != "href" or re.fullmatch(r"#[a-z]+", value)


def test_the_policy_of_the_page_allows_its_one_style_and_nothing_else() -> None:
    root = page(result())
    (policy,) = [it for it in root.all("meta") if "http-equiv" in it.attributes]
    (style,) = root.all("style")
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert policy.attributes["content"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"url\(|@import|expression", style.text)


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_models_and_repositories_are_text_whatever_they_hold(text: str) -> None:
    plain = result(judge=JUDGE)
    tags = {it.tag for it in page(plain).everything()}
    raw = json.dumps(plain)
    # Each free text is another one, so that all places are tried.
    for word in ("tuned", "base", "smollm2", "document-small", "doc-1", "ringlog", "ROUGE-L"):
        raw = raw.replace(f'"{word}"', json.dumps(f"{word}{text}"))
    data = json.loads(raw)
    for outcome in data["outcomes"]:
        outcome["text"] = f"{text} {outcome['text']}"
        outcome["expected"] = f"{outcome['expected']} {text}"
        outcome |= {"title": text, "path": text, "language": text, "problem": text}
    data["judge"]["judgements"][0]["reasons"] = [text]
    data["judge"] |= {"rubric": text, "model": text}
    data |= {"suite": text, "started": text, "glossator": text}
    root = page(data)
    assert {it.tag for it in root.everything()} <= tags | {"table", "ins", "del", "p"}
    assert text in root.words
    names = {name for it in root.everything() for name in it.attributes}
    assert names <= {name for it in page(plain).everything() for name in it.attributes}


def test_what_cannot_be_seen_is_spelled_out() -> None:
    data = result()
    data["outcomes"] = data["outcomes"][:2]
    data["outcomes"][0] |= {"title": "a\u202eb\x00c\ud800d\x9be", "problem": "x\u200by"}
    words = page(data).words
    assert "a<U+202E>b<U+0000>c<U+D800>d<U+009B>e" in words
    assert "x<U+200B>y" in words
    assert not re.search("[\u202e\u200b\x00\x9b]", html_report(data))


@pytest.mark.parametrize("name", PAGES)
def test_tables_have_headings_pictures_titles_and_links_their_places(name: str) -> None:
    root = page(PAGES[name])
    for table in root.all("table"):
        assert table.all("caption")[0].words
        heads = table.all("thead")[0].all("th")
        assert heads
        assert all(it.attributes["scope"] == "col" for it in heads)
        for row in table.all("tbody")[0].all("tr"):
            assert [it for it in row.all("th") if it.attributes["scope"] != "rowgroup"], row
    for picture in root.all("svg"):
        assert picture.inside[0].tag == "title"
        assert picture.inside[0].words
        assert picture.attributes["role"] == "img"
    ids = [it.attributes["id"] for it in root.everything() if "id" in it.attributes]
    assert len(ids) == len(set(ids))
    assert {it.attributes["href"][1:] for it in root.all("a")} <= set(ids)
    levels = [int(it.tag[1]) for it in root.everything() if re.fullmatch(r"h\d", it.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert root.all("html")[0].attributes["lang"] == "en"


@pytest.mark.parametrize("name", PAGES)
def test_no_picture_has_a_number_that_is_none(name: str) -> None:
    text = html_report(PAGES[name])
    assert not re.search(r'="(?:nan|inf|-inf|None)"|>(?:nan|inf|None)<', text)


def test_thousands_of_outcomes_stay_a_page_that_can_be_mailed() -> None:
    data = result(Shape(cases=2_000, names=("a", "b", "c", "d"), gains=(0.05, 0.02, 0.0)))
    assert len(html_report(data).encode()) < 2_000_000


def test_texts_without_end_are_cut_and_say_so() -> None:
    data = result(Shape(cases=30))
    for outcome in data["outcomes"]:
        outcome["text"] = "word " * 100_000
    text = html_report(data)
    assert len(text.encode()) < 2_000_000
    assert "495000 more characters are left out" in text


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"schema": 2}, "no result of `glossator eval` of schema 1"),
        ({"configurations": []}, "it has no configurations"),
        ({"scores": {"base": {"rouge_l": {"mean": "much"}}}}, "damaged"),
        ({"outcomes": [{"case": "1"}]}, "configuration"),
        ({"source": None}, "damaged"),
    ],
)
def test_what_is_no_result_is_refused_in_a_sentence(
    change: dict[str, Any], what: str, tmp_path: Path
) -> None:
    there = tmp_path / "pages" / "page.html"
    there.parent.mkdir()
    there.write_text("the page before", "utf-8")
    with pytest.raises(UsageError, match=re.escape(what)):
        write_html_report(result() | change, there)
    assert there.read_text("utf-8") == "the page before"
    assert list(there.parent.iterdir()) == [there]


def test_the_page_is_for_its_user_alone_and_told_where_it_cannot_be_written(
    tmp_path: Path,
) -> None:
    write_html_report(result(), tmp_path / "page.html")
    assert (tmp_path / "page.html").stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="cannot be written"):
        write_html_report(result(), tmp_path / "no" / "page.html")


def test_a_browser_finds_nothing_to_complain_of(tmp_path: Path) -> None:
    import shutil

    chromium = shutil.which("chromium")
    if chromium is None:
        missing_part("chromium", "no chromium: install it")
    from playwright.sync_api import sync_playwright

    write_html_report(result(judge=JUDGE), tmp_path / "page.html")
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        for scheme, width in (("light", 1280), ("dark", 1280), ("light", 360)):
            tab = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
            said: list[str] = []
            asked: list[str] = []
            tab.on("console", lambda it, said=said: said.append(it.text))  # type: ignore[misc]
            tab.on("request", lambda it, asked=asked: asked.append(it.url))  # type: ignore[misc]
            tab.goto((tmp_path / "page.html").as_uri())
            assert said == []
            assert asked == [(tmp_path / "page.html").as_uri()]
            # Wide tables scroll by themselves, the page never sideways.
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (ground == "rgb(21, 24, 27)") == (scheme == "dark")
        browser.close()
