"""An upgrade makes no known entry a new one: identities are computed from what the feed gave, whatever is shown."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.ingest.entry_identity import assign_uids
from monitor.ingest.fingerprints import fingerprint_entries, pack_fingerprints
from monitor.ingest.new_articles import KnownArticle, build_fallback_identities, select_new_articles
from monitor.model import Entry, Feed, Selectors, Source
from monitor.model.hashing import digest_texts
from monitor.sources.formats.read_document import read_document
from monitor.sources.formats.web_page import read_page
from tests.support.building import MINUTE

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SOURCE = Source("wire", "https://news.example/feed", "Wire", 5 * MINUTE)
# As feeds have them: marks of direction in Arabic, Persian and Hebrew, blanks without a width in Korean and Thai.
SIGNS = "\u200e\u200f\u061c\u200b\u200c\u200d\u2060\ufeff\u00ad\U000e0067\U000e007f\u202e\u2069\x9b\x85\u2028\u3000"
FLAG = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
TITLES = (
    f"کره\u200cشمالی{SIGNS} موشک",
    f"북한\u200b 미사일{SIGNS}",
    f"{FLAG} \u200fسكوتلندا\u200f 👩\u200d💻",
    f"plain{SIGNS}",
)
LINK = f"https://www.news.example/a{SIGNS}/%s?utm_source=rss&x={SIGNS}"


def rss(number: int, title: str) -> str:
    guid = f"<guid>g{SIGNS}{number}</guid>" if number % 2 else ""
    text = f"<description>{title}&lt;p&gt;{SIGNS}text&amp;#8206;&lt;/p&gt;</description>"
    return f"<item>{guid}<title>{title}</title><link>{LINK % number}</link>{text}</item>"


def item(number: int, title: str) -> dict[str, str]:
    return {
        "id": f"g{SIGNS}{number}",
        "url": LINK % number,
        "title": f"{title}\x1b\r",
        "content_text": f"{title}\r\n{SIGNS}\0",
    }


def url(number: int, title: str) -> str:
    news = f"<news:news><news:title>{title}</news:title></news:news>"
    return f"<url><loc>{(LINK % number).replace('&', '&amp;')}</loc>{news}</url>"


def article(number: int, title: str) -> str:
    return f"<article><h2>{title}</h2><a href='{LINK % number}'>more</a><p>{SIGNS}text {title}</p></article>"


def read(kind: str) -> Feed:
    entries = [*enumerate(TITLES)]
    if kind == "rss":
        items = "".join(rss(*each) for each in entries).replace("&x=", "&amp;x=")
        return read_document(f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), {}, SOURCE.url)
    if kind == "json":
        feed = {"version": "https://jsonfeed.org/version/1.1", "items": [item(*each) for each in entries]}
        return read_document(json.dumps(feed).encode(), {}, SOURCE.url)
    if kind == "sitemap":
        urls = "".join(url(*each) for each in entries)
        return read_document(f"<urlset xmlns:news='n'>{urls}</urlset>".encode(), {}, SOURCE.url)
    body = f"<html><body>{''.join(article(*each) for each in entries)}</body></html>".encode()
    return read_page(
        body, {"content-type": "text/html; charset=utf-8"}, SOURCE.url, Selectors("article", "h2", text="p")
    )


def told_apart_by(entries: tuple[Entry, ...]) -> str:
    """All that tells entries apart, in one digest: uids, fingerprints, and the digests of their words."""
    uids = assign_uids(entries)
    marks = pack_fingerprints(
        fingerprint_entries([replace(entry, slice=bytes([number] * 12)) for number, entry in enumerate(entries)])
    )
    words = [f"{each.link} {each.digest}" for each in build_fallback_identities(entries, uids).values()]
    return digest_texts(*uids, marks.hex(), *words)


@pytest.mark.parametrize(
    ("kind", "before"),
    [
        ("rss", "9a3de263a3cb3f1bd3163a917a104bd6"),
        ("json", "98055f137a6632d36ce31e2f92fe63ee"),
        ("sitemap", "7b901e6dad539899132bc9ccc7403023"),
        ("page", "4ffd03af3ef4279962d01c66e959a830"),
    ],
)
def test_identities_are_those_of_the_versions_before(kind: str, before: str) -> None:
    """As commit 3f10d00 computed them, before what is shown was cleaned of what nobody sees."""
    assert told_apart_by(read(kind).entries) == before


@pytest.mark.parametrize("kind", ["rss", "json", "sitemap", "page"])
def test_what_is_kept_of_an_entry_is_known_by_it_again(kind: str) -> None:
    """Its words are clean, and the same entry makes no new version of it."""
    entries = read(kind).entries
    uids = assign_uids(entries)
    first = select_new_articles(SOURCE, entries, uids, {}, now=NOW, baseline=False).articles
    known = {each.uid: KnownArticle(each.version, each.digest, each.seen) for each in first}
    assert len(first) == len(TITLES)
    assert not any(
        sign in f"{each.title}{each.text}{each.url}" for each in first for sign in "\u200e\u200b\u202e\x9b\u2028"
    )
    assert first[0].title.startswith("کره\u200cشمالی")  # the joiner shapes a word of Persian
    assert select_new_articles(SOURCE, entries, uids, known, now=NOW, baseline=False).articles == ()
