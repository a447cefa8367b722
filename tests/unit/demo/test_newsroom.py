"""The demo's newsroom serves real feeds: well-formed, whole, and cheap to ask again."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from aiohttp import ClientSession

from monitor.demo.newsroom import DemoItem, Newsroom, Outlet, load_outlets
from monitor.identity.credits import WireStatus, extract_provenance
from monitor.ingest.dates import parse_date
from monitor.model import Entry
from monitor.sources.formats.read_document import read_document
from monitor.text.days import days_named
from tests.support.building import NOON, article


@pytest.mark.parametrize("outlet", load_outlets(), ids=lambda outlet: outlet.id)
async def test_feeds_parse_to_the_outlets_texts(outlet: Outlet) -> None:
    """What an outlet has written comes out of its feed, word for word: first the old, and with each edition more."""
    newsroom = Newsroom((outlet,))
    items: tuple[DemoItem, ...] = ()
    async with newsroom as origin:
        for edition in outlet.editions:
            items = (*edition, *items)
            entries = await read(f"{origin}/{outlet.id}/feed")
            assert [(entry.title, body(entry)) for entry in entries] == [(item.title, item.text) for item in items]
            assert newsroom.text_count == len(items)
            newsroom.publish()
    assert [entry.link for entry in entries] == [f"{origin}/{outlet.id}{item.path}" for item in items]
    assert {entry.language for entry in entries} == {outlet.language}
    now = datetime.now(UTC)
    for entry, item in zip(entries, items, strict=True):
        published = parse_date(entry.published)
        assert published is not None
        assert abs(now - item.age - published) < timedelta(minutes=1)


async def read(url: str) -> tuple[Entry, ...]:
    """A feed that XML's own parser and ours find nothing wrong with."""
    async with ClientSession() as session, session.get(url) as response:
        document, kind = await response.read(), response.headers["Content-Type"]
    assert ET.fromstring(document).tag.endswith(("rss", "feed"))
    feed = read_document(document, {"content-type": kind}, url)
    assert feed.problem is None
    return feed.entries


def body(entry: Entry) -> str:
    return entry.content or entry.summary


async def test_an_unchanged_feed_is_304() -> None:
    """The daemon's conditional requests are answered as good servers answer them; news changes the tag."""
    outlet = next(each for each in load_outlets() if all(each.editions[:2]))
    newsroom = Newsroom((outlet,))
    async with newsroom as origin, ClientSession() as session:
        url = f"{origin}/{outlet.id}/feed"
        async with session.get(url) as first:
            known = {"If-None-Match": first.headers["ETag"]}
        async with session.get(url, headers=known) as second:
            assert (second.status, await second.read()) == (304, b"")
        newsroom.publish()
        async with session.get(url, headers=known) as third:
            assert third.status == 200


def test_there_are_five_languages_and_nothing_of_the_real_world() -> None:
    """Names say that they are of a demo; ids are unique; no text holds an address."""
    shown = load_outlets()
    assert {outlet.language for outlet in shown} >= {"en", "zh", "ko", "ja", "ru"}
    assert len({outlet.id for outlet in shown}) == len(shown)
    for outlet in shown:
        assert "(demo)" in outlet.name
        assert not any(re.search(r"https?://", item.title + item.text) for items in outlet.editions for item in items)


def test_no_text_and_no_address_names_a_day() -> None:
    """Entries are dated from when the demo starts: a weekday or a date in them would be wrong on all other days."""
    for item in (item for each in load_outlets() for items in each.editions for item in items):
        assert days_named(f"{item.title} {item.text}", NOON) == 0, item.title
        assert re.search(r"/(19|20)\d\d/", item.path) is None


def test_wires_are_credited_and_marked() -> None:
    """As in real feeds: reprints say whose text they are, and titles which update of a report they are."""
    items = [item for each in load_outlets() for items in each.editions for item in items]
    said = [extract_provenance(article(title=item.title, text=item.text)) for item in items]
    assert Counter(each.wire for each in said)["Yonhap"] > 5
    assert {each.wire_status for each in said} >= {WireStatus.FLASH, WireStatus.NUMBERED, WireStatus.CORRECTED}
