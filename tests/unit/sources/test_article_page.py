"""The article within a page."""

from __future__ import annotations

import subprocess
import sys

import pytest

from monitor.errors import FeedUnreadable
from monitor.model.sources import MAX_CONTENT
from monitor.sources.formats.article_page import FAST_FROM_BYTES, read_full_text

URL = "https://news.test/1"
PARAGRAPHS = (
    "North Korea launched two ballistic missiles on Monday morning, the military of the South said in a statement.",
    "They flew some 800 kilometres before they fell into the sea, and nobody was hurt, as far as could be told.",
    "The president called a meeting of his security council, which began at noon and was to last for hours.",
)
MENU = "".join(f'<li><a href="/{i}">Section number {i}</a></li>' for i in range(30))


def page(*paragraphs: str) -> str:
    """An article with the furniture of a news site around it."""
    text = "".join(f"<p>{each}</p>" for each in paragraphs)
    return (
        f"<html><head><title>News</title></head><body><nav><ul>{MENU}</ul></nav><main><article><h1>Missiles</h1>{text}"
        f"</article></main><aside>Most read</aside><footer>Imprint and privacy</footer></body></html>"
    )


def test_the_article_is_found_among_what_stands_around_it() -> None:
    """A line for each paragraph; no menu, no footer."""
    text = read_full_text(page(*PARAGRAPHS).encode(), {"content-type": "text/html; charset=utf-8"}, URL)
    assert [line for line in text.split("\n") if line in PARAGRAPHS] == list(PARAGRAPHS)
    assert "Section number" not in text
    assert "Imprint" not in text


def test_its_character_set_is_the_pages() -> None:
    """As in every page."""
    korean = page(
        *["북한이 월요일 아침 탄도미사일 두 발을 발사했다고 군이 밝혔다. 미사일은 팔백 킬로미터를 날았다."] * 1
    )
    body = korean.replace("<head>", '<head><meta charset="euc-kr">').encode("cp949")
    assert "탄도미사일 두 발을" in read_full_text(body, {"content-type": "text/html"}, URL)


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"%PDF-1.7", "application/pdf"), (b"{}", "application/json"), (b"", "text/html"), (b"\x00", "")],
)
def test_what_is_no_page_is_told(body: bytes, kind: str) -> None:
    """In a line."""
    with pytest.raises(FeedUnreadable):
        read_full_text(body, {"content-type": kind}, URL)


@pytest.mark.parametrize(
    "body",
    [
        "<html><body></body></html>",
        "<div>" * 5_000 + "x",
        "<p" * 200_000,
        "<table><tr><td>" * 3_000,
        page(*["&lt;" * 1_000] * 100),
        page(*[f"{PARAGRAPHS[0]} {number}" for number in range(4_000)]),  # long: the quick way
    ],
)
def test_odd_pages_end_with_what_they_hold(body: str) -> None:
    """Within the bound; the suite's time-out is the judge of the rest."""
    assert len(read_full_text(body.encode(), {}, URL)) <= MAX_CONTENT


def test_a_long_page_is_read_whole() -> None:
    """By the quick way."""
    body = page(*[f"{PARAGRAPHS[1]} That was number {number}." for number in range(3_500)]).encode()
    assert len(body) > FAST_FROM_BYTES
    assert "That was number 100." in read_full_text(body, {}, URL)


def test_a_page_of_too_many_elements_is_not_read() -> None:
    """They would take a gigabyte."""
    with pytest.raises(FeedUnreadable, match="elements; pages with more than 40000 are not read"):
        read_full_text(b"<p>" + b"<b>a</b>" * 50_000, {}, URL)


def test_the_daemon_itself_does_not_load_what_reads_pages() -> None:
    """It takes a second and much memory, which only a worker needs."""
    seen = "import sys, monitor.full_text; print('trafilatura' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", seen], check=True, capture_output=True, text=True).stdout == "False\n"
