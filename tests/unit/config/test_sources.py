"""What a source may say of itself, and what cannot be meant."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.config.sources import Usual, sources
from monitor.config.yaml12 import parse
from monitor.errors import Faulty
from monitor.model import Selectors, Source, SourceKind

USUAL = Usual(timedelta(minutes=5), zone="Asia/Seoul")


def read(keys: str) -> Source:
    text = f"sources: [{{id: a, url: 'https://a.example/feed', {keys}}}]"
    ((_, source),) = sources(parse(text, "s.yaml")[0], USUAL)
    return source


def test_a_source_says_how_it_is_read_and_when() -> None:
    """All its keys reach the model; a schedule is meant in the zone of monitor.yaml."""
    page = read("kind: page, select: {entry: li}, cron: '*/2 6-22 * * mon-fri', full_text: true")
    assert (page.kind, page.select, page.full_text) == (SourceKind.PAGE, Selectors("li"), True)
    assert (page.cron, page.zone) == ("*/2 6-22 * * mon-fri", "Asia/Seoul")
    paced = read("fastest: 1 m, every: 10 m, slowest: 1 h, proxy: 'http://127.0.0.1:3128'")
    assert (paced.fastest, paced.every, paced.slowest) == tuple(timedelta(minutes=n) for n in (1, 10, 60))
    assert (paced.proxy, paced.kind) == ("http://127.0.0.1:3128", SourceKind.FEED)


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ("kind: page", "a page has no entries of itself"),
        ("kind: sitemap", "'sitemap' is told by looking at the document"),
        ("kind: JSON-Feed", "'JSON-Feed' is told by looking at the document"),
        ("select: {entry: li}", "select is for pages"),
        ("kind: page, select: {entry: 'li['}", "is no CSS selector"),
        ("cron: '* * *'", "is no schedule"),
        ("cron: '61 * * * *'", "is no schedule"),
        ("cron: '0 0 30 2 *'", "is a time that never comes"),
        ("cron: '0 8 * * *', every: 5 m", "every and cron stand together"),
        ("cron: '0 8 * * *', fastest: 1 m", "fastest and cron stand together"),
        ("every: 10 m, slowest: 5 m", "'every' is longer than 'slowest'"),
        ("fastest: 20 m, every: 10 m", "'fastest' is longer than 'every'"),
        ("fastest: 20 m, slowest: 10 m", "'fastest' is longer than 'slowest'"),
        ("every: 1 s", "cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_refused(keys: str, what: str) -> None:
    """In one line that says what, before anything is polled."""
    with pytest.raises(Faulty) as refused:
        read(keys)
    (fault,) = refused.value.faults
    assert what in fault.what
    assert fault.meant
