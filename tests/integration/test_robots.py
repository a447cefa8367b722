"""Robots.txt, asked for from real servers on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from aiohttp import web

from monitor.model import Limits
from monitor.runtime.workers.pool import Workers
from monitor.sources.http.fetch import Fetcher
from monitor.sources.polling.in_worker import PARSER_SETUP
from monitor.sources.polling.robots import CACHE_TIME, DEADLINE, GAP, MAX_GAP, Robots, RobotsPermission
from tests.support.site import Site, serving

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers(1, setup=PARSER_SETUP)
    yield made
    made.close()


@asynccontextmanager
async def asking(workers: Workers) -> AsyncIterator[tuple[Site, Robots]]:
    async with serving() as site, Fetcher(Limits(), [ip_network("127.0.0.0/8")]) as fetcher:
        yield site, Robots(fetcher, workers)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("", True),  # nothing in it
        ("User-agent: *\nDisallow: /private/", True),  # another part of the site
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /*.html$", False),  # a pattern
        ("User-agent: *\nDisallow: /\nAllow: /news/", True),  # the longer one counts
        ("User-agent: GPTBot\nDisallow: /", True),  # somebody else
        ("User-agent: news-monitor\nDisallow: /\n\nUser-agent: *\nAllow: /", False),  # us
        ("User-agent: News-Monitor\nAllow: /\n\nUser-agent: *\nDisallow: /", True),  # us, in another case
        ("\ufeffUser-agent: *\r\nDisallow: /", False),  # as Windows writes it
        ("<html><title>Not found</title></html>", True),  # a page in its place
    ],
)
async def test_what_robots_txt_says_is_done(workers: Workers, text: str, given: bool) -> None:
    """Our own group, or else the one for all."""
    async with asking(workers) as (site, robots):
        site.answers["/robots.txt"] = web.Response(body=text.encode())
        leave = await robots.check(f"{site.url}/news/1.html", NOW)
    assert leave.granted is given
    assert not leave.retry_later
    assert given or "robots.txt forbids this page to programs" in str(leave.problem)


@pytest.mark.parametrize(
    ("status", "leave"),
    [
        (404, True),  # there is none
        (403, True),  # and none for us (RFC 9309 section 2.3.1.3)
        (410, True),
        (204, True),
        (500, False),  # nobody knows what it would say
        (503, False),
        (429, False),  # a client's error, but one that asks for patience
    ],
)
async def test_a_site_without_one_and_a_site_in_trouble(workers: Workers, status: int, leave: bool) -> None:
    """Without one all is allowed; while it cannot be fetched, nothing is, and the problem says so."""
    async with asking(workers) as (site, robots):
        site.answers["/robots.txt"] = web.Response(status=status)
        got = await robots.check(f"{site.url}/news/1.html", NOW)
    assert got.granted is leave
    assert got.retry_later is not leave
    assert leave or f"cannot be fetched ({status} " in str(got.problem)


async def test_a_server_that_is_not_there_gives_no_leave(workers: Workers) -> None:
    """For now."""
    async with asking(workers) as (_, robots):
        got = await robots.check("http://127.0.0.1:1/news/1.html", NOW)
    assert got.retry_later
    assert "Connection refused" in str(got.problem)


async def test_it_is_kept_for_a_day_and_trouble_for_minutes(workers: Workers) -> None:
    """Of each origin by itself."""
    async with asking(workers) as (site, robots):
        site.answers["/robots.txt"] = web.Response(body=b"User-agent: *\nDisallow: /b")
        times = [NOW, NOW + CACHE_TIME / 2, NOW + CACHE_TIME, NOW + CACHE_TIME]
        assert [
            (await robots.check(f"{site.url}/{page}", now)).granted for page, now in zip("abab", times, strict=True)
        ] == [
            True,
            False,
            True,
            False,
        ]
        assert len(site.asked) == 2
        site.answers["/robots.txt"] = web.Response(status=503)
        assert (await robots.check(f"{site.url}/b", NOW + 2 * CACHE_TIME)).retry_later
        site.answers["/robots.txt"] = web.Response(status=404)
        assert (await robots.check(f"{site.url}/b", NOW + 2 * CACHE_TIME + timedelta(minutes=9))).retry_later
        assert (await robots.check(f"{site.url}/b", NOW + 2 * CACHE_TIME + timedelta(minutes=11))).granted


@pytest.mark.parametrize(
    ("delay", "gap"),
    [
        ("", GAP),
        ("1", GAP),
        ("5.5", timedelta(seconds=5.5)),
        ("3600", MAX_GAP),
        ("nan", GAP),
        ("-3", GAP),
        ("1e999", GAP),
    ],
)
async def test_a_crawl_delay_is_kept_up_to_a_bound(workers: Workers, delay: str, gap: timedelta) -> None:
    """And never less than the usual gap."""
    async with asking(workers) as (site, robots):
        site.answers["/robots.txt"] = web.Response(body=f"User-agent: *\nCrawl-delay: {delay}\nAllow: /".encode())
        assert await robots.check(f"{site.url}/a", NOW) == RobotsPermission(crawl_delay=gap)


async def test_a_hostile_one_costs_no_more_than_its_deadline(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of groups that share thousands of rules multiply; the pages are left alone for now, which is told."""
    monkeypatch.setattr("monitor.sources.polling.robots.DEADLINE", DEADLINE)  # as it is for users
    groups = "".join(f"User-agent: x{number}\n" for number in range(17_000))
    async with asking(workers) as (site, robots):
        site.answers["/robots.txt"] = web.Response(body=(groups + "Disallow: /a\n" * 15_000).encode())
        leave = await robots.check(f"{site.url}/b", NOW)
    assert leave.retry_later  # a busy machine may be the reason too
    assert "robots.txt could not be read here (" in str(leave.problem)


async def test_only_so_much_of_it_counts(workers: Workers) -> None:
    """What stands behind the first 500 KiB is not looked at (RFC 9309 section 2.5), and what is kept has a bound."""
    async with asking(workers) as (site, robots):
        long = b"User-agent: *\nAllow: /a\n" + b"# nothing\n" * 60_000 + b"Disallow: /b\n"
        site.answers["/robots.txt"] = web.Response(body=long)
        assert (await robots.check(f"{site.url}/b", NOW)).granted
        assert robots._size == 500 * 1024
        for number in range(2, 50):
            await robots.check(f"{site.url.replace('127.0.0.1', f'127.0.0.{number}')}/b", NOW)
        assert robots._size == 500 * 1024


async def test_what_is_no_address_is_told_by_whoever_fetches_it(workers: Workers) -> None:
    """Nothing is asked for it."""
    async with asking(workers) as (_, robots):
        assert (await robots.check("http://[::1", NOW)).granted
        assert (await robots.check("news", NOW)).granted
