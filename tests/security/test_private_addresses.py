"""No source reaches a private address that it is not allowed, however the address is written and whoever names it.

Python's audit events count each attempt to connect, so nothing that the program says of itself is believed. Names are
resolved by the system where that asks nobody (addresses as numbers), else by a resolver that answers as an attacker's.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.model import FetchOutcome, FetchResult, Limits, Source, Validators
from monitor.runtime.workers.pool import Workers
from monitor.sources.http.fetch import Fetcher
from monitor.sources.http.guard import Network, is_public, normalize_ip
from monitor.sources.http.resolver import Resolver
from monitor.sources.polling.backfill import BackFill
from monitor.sources.polling.in_worker import PARSER_SETUP
from monitor.sources.polling.robots import Robots
from tests.support.building import NOON
from tests.support.building import source as built
from tests.support.site import Site, serving

LIMITS = Limits(gap=timedelta(0))
FEED = b"<rss version='2.0'><channel><title>x</title></channel></rss>"

STAND_IN = "127.0.0.9"  # for a public address: tests ask nobody beyond this machine

# Addresses as a name may resolve to them. None is a public one.
ADDRESSES = (
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.254", "100.64.0.1", "100.100.100.200", "100.127.255.254",
    "127.0.0.1", "127.0.0.2", "127.255.255.254", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.254",
    "192.0.0.1", "192.0.0.8", "192.0.0.170", "192.0.2.1", "192.168.0.1", "192.168.255.254", "198.18.0.1",
    "198.19.255.254", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::10.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "100::1",
    "2001::1", "2001:0:a00:1::1", "2001:10::1", "2001:2:0:1::1", "2001:db8::1", "2002:7f00:1::1", "2002:a00:1::1",
    "2002:a9fe:a9fe::", "3fff::1", "5f00::1", "fc00::1", "fd00::1", "fd00:ec2::254", "fe80::1", "fe80::1%1",
    "fec0::1", "ff02::1",
)  # fmt: skip

# Hosts as a URL may write this machine and other private ones. The system reads those as numbers, and asks nobody.
NUMBERS = (
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0.0.1", "017700000001",
    "0177.0.0.1", "0177.1", "127.000.000.001", "0", "0.0.0.0", "00.0.0.0", "0x0", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::1]", "[2001:0:7f00:1::1]", "[fe80::1]",
    "[fe80::1%251]", "[fe80::1%25lo]", "[fd00:ec2::254]", "[ff02::1]", "10.1", "167772161", "0xa9fea9fe",
    "2852039166", "0251.0376.0251.0376", "192.168.1", "user:pass@127.0.0.1",
)  # fmt: skip
WRITTEN = (
    "①②⑦.0.0.1", "127。0。0。1", "127．0．0．1", "１２７.0.0.1", "𝟏𝟐𝟕.0.0.1", "localhost", "LOCALHOST", "localhost.",
    "LocalHost.", "ｌｏｃａｌｈｏｓｔ", "127.0.0.1.", "ⓛocalhost", "metadata.test", "half.test",
)  # fmt: skip
LOOPBACK = [ip_network("127.0.0.1/32")]


class Attacker(AbstractResolver):
    """Answers each name with these addresses: with the first list first, and with the last one from then on."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The next answer."""
        del family
        addresses = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        kinds = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in addresses]
        return [
            ResolveResult(hostname=host, host=each, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for each, kind in zip(addresses, kinds, strict=True)
        ]

    async def close(self) -> None:
        """Nothing is open."""


_attempts: list[list[str]] = []


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if _attempts and event == "socket.connect" and isinstance(args[1], tuple):
        _attempts[-1].append(str(args[1][0]))


sys.addaudithook(_hear)


@contextmanager
def private_attempts() -> Iterator[list[str]]:
    """The private addresses that anything tried to connect to."""
    found: list[str] = []
    _attempts.append([])
    try:
        yield found
    finally:
        found += (each for each in _attempts.pop() if not is_public(normalize_ip(each)))


async def fetch(
    url: str,
    *,
    resolver: AbstractResolver | None = None,
    allow: Sequence[Network] = (),
    allow_for: Mapping[str, Sequence[Network]] = {},
    by: Source | None = None,
) -> FetchResult:
    async with Fetcher(LIMITS, allow, allow_for, resolver=resolver) as fetcher:
        return await fetcher.fetch(url, Validators(), source=by)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as served:
        served.answers["/feed"] = web.Response(body=FEED)
        yield served


def source(id_: str, proxy: str | None = None) -> Source:
    return replace(built(id_), proxy=proxy)


def port_of(site: Site) -> str:
    return site.url.rpartition(":")[2]


def redirect(to: str) -> web.Response:
    return web.Response(status=302, headers={"Location": to})


def test_the_table_is_as_long_as_the_attack_was() -> None:
    """58 addresses and 53 forms."""
    assert (len(set(ADDRESSES)), len({*NUMBERS, *WRITTEN})) == (58, 53)


async def test_a_name_that_leads_to_a_private_address_is_not_followed() -> None:
    """Whatever address it resolves to: the line says what to do if it is meant."""
    with private_attempts() as attempts:
        problems = {each: (await fetch("http://name.test/", resolver=Attacker([each]))).problem for each in ADDRESSES}
    assert attempts == []
    assert {each for each, line in problems.items() if "network.allow in monitor.yaml" not in str(line)} == set()


async def test_no_number_of_a_private_address_is_asked(site: Site) -> None:
    """Whatever the system reads in it, at once."""
    with private_attempts() as attempts:
        async with Fetcher(LIMITS, (), resolver=Resolver()) as fetcher:
            urls = [f"http://{host}:{port_of(site)}/feed" for host in NUMBERS]
            fetched = [await fetcher.fetch(url, Validators()) for url in urls]
    assert (attempts, site.asked) == ([], [])
    assert {each.outcome for each in fetched} == {FetchOutcome.FAILED}


async def test_no_number_of_a_private_address_is_followed(site: Site) -> None:
    """Likewise where a server redirects there. That server is allowed, and nothing else."""
    async with serving(STAND_IN) as begin:
        for number, host in enumerate(NUMBERS):
            begin.answers[f"/{number}"] = redirect(f"http://{host}:{port_of(site)}/feed")
        with private_attempts() as attempts:
            async with Fetcher(LIMITS, [ip_network(f"{STAND_IN}/32")], resolver=Resolver()) as fetcher:
                urls = [f"{begin.url}/{number}" for number in range(len(NUMBERS))]
                fetched = [await fetcher.fetch(url, Validators()) for url in urls]
        assert len(begin.asked) == len(NUMBERS)
    assert attempts == [STAND_IN] * len(NUMBERS)
    assert site.asked == []
    assert {each.outcome for each in fetched} == {FetchOutcome.FAILED}


async def test_no_form_of_a_host_is_asked_where_it_resolves_to_this_machine(site: Site) -> None:
    """Names with odd letters, full stops and endings, with a resolver that answers all of them: with an address that
    may be reached and ones that may not."""
    resolver = Attacker([STAND_IN, "127.0.0.1", "::1"])
    with private_attempts() as attempts:
        async with Fetcher(LIMITS, [ip_network(f"{STAND_IN}/32")], resolver=resolver) as fetcher:
            urls = [f"http://{host}:{port_of(site)}/feed" for host in (*NUMBERS, *WRITTEN)]
            fetched = [await fetcher.fetch(url, Validators()) for url in urls]
    assert set(attempts) == {STAND_IN}
    assert site.asked == []
    assert {each.outcome for each in fetched} == {FetchOutcome.FAILED}


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "①②⑦.0.0.1", "[::ffff:127.0.0.1]"])
async def test_an_allowance_is_for_its_source_only(site: Site, host: str) -> None:
    """That one reaches exactly what it names; another one, and whatever is fetched for no source, reaches nothing."""
    url, allow_for = f"http://{host}:{port_of(site)}/feed", {"intranet": LOOPBACK}
    with private_attempts() as attempts:
        for by in (source("intranet"), source("other"), None):
            await fetch(url, resolver=Resolver(), allow_for=allow_for, by=by)
        await fetch(f"http://127.0.0.2:{port_of(site)}/", allow_for=allow_for, by=source("intranet"))
    assert len(attempts) == len(site.asked) == 1


async def test_a_connection_of_a_source_serves_no_other_one(site: Site) -> None:
    """One fetcher, many requests at once, and the same host with the same name: only the allowed source gets through,
    whether its connection is open just then or the name is in the cache of its session."""
    own, other = source("intranet"), source("other")
    resolver = Attacker(["127.0.0.1"])
    url = f"http://inside.test:{port_of(site)}/feed"
    async with Fetcher(LIMITS, (), {"intranet": LOOPBACK}, resolver=resolver) as fetcher:
        for _ in range(3):
            with private_attempts() as attempts:
                assert (await fetcher.fetch(url, Validators(), source=own)).outcome is FetchOutcome.DOCUMENT
                refused = await fetcher.fetch(url, Validators(), source=other)
            assert attempts == ["127.0.0.1"]
            assert "is a private or special address" in str(refused.problem)
            assert "put {network: '127.0.0.1/32', sources: [other]} into" in str(refused.problem)
    assert len(site.asked) == 3


async def test_an_allowance_that_ends_is_for_no_later_request(site: Site) -> None:
    """One that comes while the fetcher works counts for the next request, and one that goes too."""
    own, other, url = source("intranet"), source("other"), f"{site.url}/feed"
    async with Fetcher(LIMITS, ()) as fetcher:

        async def fetch_for_both() -> list[FetchOutcome]:
            return [(await fetcher.fetch(url, Validators(), source=by)).outcome for by in (own, other)]

        with private_attempts() as before:
            refused = await fetch_for_both()
        fetcher.allow_networks((), {"intranet": LOOPBACK})
        with private_attempts() as attempts:
            granted = await fetch_for_both()
        fetcher.allow_networks((), {})
        with private_attempts() as after:
            again = await fetch_for_both()
    assert (before, attempts, after) == ([], ["127.0.0.1"], [])
    assert refused == again == [FetchOutcome.FAILED] * 2
    assert granted == [FetchOutcome.DOCUMENT, FetchOutcome.FAILED]


async def test_a_redirect_of_another_source_never_reaches_the_allowed_network(site: Site) -> None:
    """Nor does one of the allowed source leave it for another private host."""
    allow_for = {"intranet": LOOPBACK, "other": [ip_network("127.0.0.2/32")]}
    async with serving("127.0.0.2") as outside:
        outside.answers["/feed"] = redirect(f"{site.url}/feed")
        site.answers["/away"] = redirect(f"{outside.url}/feed")
        fetched = await fetch(f"{outside.url}/feed", allow_for=allow_for, by=source("other"))
        away = await fetch(f"{site.url}/away", allow_for=allow_for, by=source("intranet"))
    assert fetched.outcome is away.outcome is FetchOutcome.FAILED
    assert [request.path for request in site.asked] == ["/away"]
    assert len(outside.asked) == 1


async def test_a_name_that_changes_between_check_and_connection_is_refused(site: Site) -> None:
    """Each connection is checked with the addresses that it is made to, and through a proxy the name before."""
    port, allow, turning = port_of(site), [ip_network(f"{STAND_IN}/32")], Attacker([STAND_IN], ["127.0.0.1"])
    with private_attempts() as attempts:
        for _ in range(2):
            fetched = await fetch(f"http://turn.test:{port}/feed", resolver=turning, allow=allow)
        own = source("other", proxy=site.url)
        proxied = await fetch("http://turn.test/", resolver=Attacker(["10.0.0.5"]), allow=LOOPBACK, by=own)
    assert attempts == [STAND_IN]
    assert site.asked == []
    assert "127.0.0.1 is a private or special address" in str(fetched.problem)
    assert "10.0.0.5 is a private or special address" in str(proxied.problem)


async def test_a_proxy_is_reached_by_the_source_that_it_is_allowed_for_only(site: Site) -> None:
    """A private proxy is named like any private host."""
    site.answers["/feed"] = web.Response(body=FEED)
    results = [
        await fetch(
            "http://news.test/feed",
            resolver=Attacker(["93.184.216.34"]),
            allow_for={"intranet": LOOPBACK},
            by=source(name, proxy=site.url),
        )
        for name in ("intranet", "other")
    ]
    assert [each.outcome for each in results] == [FetchOutcome.DOCUMENT, FetchOutcome.FAILED]
    assert len(site.asked) == 1


async def test_robots_txt_and_older_pages_are_for_the_source_too(site: Site) -> None:
    """What one source learned of a private site is kept from another one, which asks nobody; back-fill likewise."""
    site.answers |= {"/robots.txt": web.Response(text=""), "/map.xml": web.Response(body=FEED)}
    own, other = source("intranet"), source("other")
    workers = Workers(1, setup=PARSER_SETUP)
    async with Fetcher(LIMITS, (), {"intranet": LOOPBACK}) as fetcher:
        robots = Robots(fetcher, workers)
        refused = await robots.check(f"{site.url}/page", NOON, other)
        granted = await robots.check(f"{site.url}/page", NOON, own)
        again = await robots.check(f"{site.url}/page", NOON, other)
        assert (refused.granted, granted.granted, again.granted) == (False, True, False)
        assert (refused.refused, granted.refused, again.refused) == ("127.0.0.1", None, "127.0.0.1")
        assert [request.path for request in site.asked] == ["/robots.txt"]
        search = BackFill(fetcher, None, None)  # type: ignore[arg-type]  # nothing comes that could be parsed
        found = await search._fetch_and_parse(_search_of(other), f"{site.url}/map.xml")
    workers.close()
    assert found is None
    assert len(site.asked) == 1


def _search_of(by: Source) -> Any:
    from monitor.sources.polling.backfill import _BackfillSearch

    return _BackfillSearch(by, frozenset())


async def test_a_redirect_to_a_site_whose_robots_txt_is_refused_fails_for_that_address(site: Site) -> None:
    """Also where the refusal comes from the cache."""
    other = source("other")
    async with (
        serving("127.0.0.2") as outside,
        Fetcher(LIMITS, (), {"other": [ip_network("127.0.0.2/32")]}) as fetcher,
    ):
        outside.answers["/feed"] = redirect(f"{site.url}/feed")
        robots = Robots(fetcher, None)  # type: ignore[arg-type]  # nothing comes that could be read
        results = [
            await fetcher.fetch(
                f"{outside.url}/feed", Validators(), source=other, may_follow=robots.redirect_check(other, outside.url)
            )
            for _ in range(2)
        ]
    assert [each.refused for each in results] == ["127.0.0.1"] * 2
    assert site.asked == []
