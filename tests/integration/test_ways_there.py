"""The ways to a document: through a proxy, over permanent redirects, past names that lie; and the document that is the
same as last time.

Addresses beyond 127.0.0.0/8 are only ever given to the check: what stands for them here is a proxy on loopback, which
would be asked for them if the check let them pass.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from ipaddress import ip_network

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor import clock
from monitor.model import FetchOutcome, FetchResult, Limits, Source, Validators
from monitor.sources.http.fetch import Fetcher, digest_of
from monitor.sources.http.guard import Network
from tests.support.patience import PATIENCE
from tests.support.site import Site, serving, wired

LOOPBACK: list[Network] = [ip_network("127.0.0.0/8")]
ONE: list[Network] = [ip_network("127.0.0.1/32")]
NONE = Validators()
FEED = b"<rss version='2.0'><channel><title>x</title></channel></rss>"


class Names(AbstractResolver):
    """Answers for names as it is told, each answer once and the last one for ever."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self._answers = {name.replace("_", "."): each for name, each in answers.items()}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """What stands next for it; an address written out stands for itself."""
        del family
        several = self._answers.get(host, [[host]])
        found = several.pop(0) if len(several) > 1 else several[0]
        return [
            ResolveResult(
                hostname=host,
                host=each,
                port=port,
                family=socket.AF_INET6 if ":" in each else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for each in found
        ]

    async def close(self) -> None:
        """Nothing is kept."""


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as served:
        yield served


async def fetch(
    url: str,
    validators: Validators = NONE,
    *,
    allow: list[Network] = LOOPBACK,
    names: Names | None = None,
    proxy: str | None = None,
) -> FetchResult:
    async with Fetcher(Limits(), allow, resolver=names) as fetcher:
        return await fetcher.fetch(url, validators, proxy=proxy)


def redirect(to: str, status: int = 302) -> web.Response:
    return web.Response(status=status, headers={"Location": to})


# --- the same document --------------------------------------------------------------------------------------------


async def test_the_same_bytes_are_not_modified(site: Site) -> None:
    """A server that never says so is believed by its bytes, however they are packed; what it says anew is kept."""
    site.answers["/feed"] = web.Response(body=FEED, headers={"ETag": '"1"'})
    first = await fetch(f"{site.url}/feed")
    assert first.outcome is FetchOutcome.DOCUMENT
    assert first.validators == Validators('"1"', None, digest_of(FEED), site.url)
    site.answers["/feed"] = web.Response(body=FEED, headers={"ETag": '"2"'})
    second = await fetch(f"{site.url}/feed", first.validators)
    assert (second.outcome, second.status, second.body) == (FetchOutcome.NOT_MODIFIED, 200, b"")
    assert second.validators == Validators('"2"', None, digest_of(FEED), site.url)
    site.answers["/feed"] = web.Response(body=FEED + b" ")
    assert (await fetch(f"{site.url}/feed", second.validators)).outcome is FetchOutcome.DOCUMENT


async def test_a_304_that_nobody_asked_for_is_a_failure(site: Site) -> None:
    """With nothing but the digest of a document no server was asked whether it has changed."""
    site.answers["/feed"] = web.Response(status=304)
    assert (await fetch(f"{site.url}/feed", Validators(body="ab"))).outcome is FetchOutcome.FAILED


async def test_validators_go_to_the_server_that_gave_them_only(site: Site) -> None:
    """Behind a redirect another server gets none of them, and the server that redirects gets none of that one's."""
    async with serving("127.0.0.2") as other:
        site.answers["/feed"] = web.Response(body=FEED, headers={"ETag": '"site"', "Last-Modified": "today"})
        other.answers["/feed"] = web.Response(body=FEED + b" ", headers={"ETag": '"other"'})
        first = await fetch(f"{site.url}/feed")
        site.answers["/feed"] = redirect(f"{other.url}/feed", 301)
        second = await fetch(f"{site.url}/feed", first.validators)
        other.answers["/feed"] = web.Response(status=304)
        third = await fetch(f"{site.url}/feed", second.validators)
    sent = [[request.headers.get("If-None-Match") for request in each.asked] for each in (site, other)]
    assert sent == [[None, '"site"', None], [None, '"other"']]
    assert "If-Modified-Since" not in other.asked[0].headers
    assert second.validators == Validators('"other"', None, digest_of(FEED + b" "), other.url)
    assert (second.outcome, third.outcome) == (FetchOutcome.DOCUMENT, FetchOutcome.NOT_MODIFIED)
    assert third.validators == second.validators


async def test_a_304_of_a_server_that_was_sent_no_validators_is_a_failure(site: Site) -> None:
    """It was not asked whether anything has changed, whatever another server gave."""
    async with serving("127.0.0.2") as other:
        other.answers["/feed"] = web.Response(status=304)
        site.answers["/feed"] = redirect(f"{other.url}/feed")
        fetched = await fetch(f"{site.url}/feed", Validators('"site"', None, None, site.url))
    assert fetched.outcome is FetchOutcome.FAILED


# --- where it has moved -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hops", "moved"),
    [
        ([], False),  # it is where it was
        ([301], True),
        ([308], True),
        ([301, 308, 301], True),
        ([302], False),
        ([307], False),
        ([301, 302], False),  # one that is not for good is enough
        ([302, 301], False),
    ],
)
async def test_where_a_document_has_moved_for_good(site: Site, hops: list[int], moved: bool) -> None:
    """Told only where every redirect on the way was permanent."""
    for number, status in enumerate(hops):
        site.answers[f"/{number}"] = redirect(f"/{number + 1}", status)
    site.answers[f"/{len(hops)}"] = web.Response(body=FEED)
    fetched = await fetch(f"{site.url}/0")
    assert fetched.outcome is FetchOutcome.DOCUMENT
    assert fetched.moved_to == (f"{site.url}/{len(hops)}" if moved else None)


async def test_no_move_is_learnt_of_failures_and_of_logins(site: Site) -> None:
    """An address without a document is nobody's new one, and one with a login cannot be written down."""
    site.answers |= {"/old": redirect("/lost", 301), "/older": redirect("/new", 301), "/new": web.Response(body=FEED)}
    assert (await fetch(f"{site.url}/old")).moved_to is None
    assert (await fetch(f"{site.url.replace('//', '//user:secret@')}/older")).moved_to is None


# --- through a proxy ----------------------------------------------------------------------------------------------


async def test_a_source_is_asked_through_its_proxy() -> None:
    """The proxy gets the whole address, and the login that is meant for it; the source's server is not connected to."""
    async with serving("127.0.0.2") as proxy, wired(b"") as wire:
        proxy.answers["/feed"] = web.Response(body=FEED)
        through = proxy.url.replace("//", "//user:secret@")
        fetched = await fetch(f"http://127.0.0.1:{wire.port}/feed", proxy=through)
    assert (fetched.outcome, fetched.body) == (FetchOutcome.DOCUMENT, FEED)
    assert wire.connections == 0
    (asked,) = proxy.asked
    assert asked.raw_path == f"http://127.0.0.1:{wire.port}/feed"
    assert asked.headers["Proxy-Authorization"].startswith("Basic ")


async def test_a_proxy_that_does_not_do_its_work_is_told() -> None:
    """Who is at fault, and no password."""
    fetched = await fetch("http://127.0.0.1:9/feed", proxy="http://user:secret@127.0.0.2:1")
    assert fetched.problem == "no connection to the proxy 127.0.0.2:1: Connection refused"
    async with wired(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n") as wire:
        fetched = await fetch("https://127.0.0.2:9/feed", proxy=f"http://127.0.0.1:{wire.port}")
    assert fetched.problem == "the proxy does not connect us: 407 Proxy Authentication Required"
    assert "secret" not in repr(fetched)


async def test_the_proxy_itself_must_be_permitted() -> None:
    """A private one is one of the operator's networks, and named there."""
    async with wired(b"") as wire:
        fetched = await fetch(
            "http://news.test/feed",
            allow=[],
            names=Names(news_test=[["93.184.216.34"]]),
            proxy=f"http://127.0.0.1:{wire.port}",
        )
    assert wire.connections == 0
    assert fetched.problem is not None
    assert "127.0.0.1 is a private or special address" in fetched.problem


async def test_a_name_that_is_not_found_is_told_before_the_proxy_is_asked() -> None:
    """What cannot be checked is not asked for."""
    async with serving() as proxy:
        name = ".".join(["a" * 60] * 5)  # longer than DNS asks for, so nobody is asked
        fetched = await fetch(f"http://{name}/", proxy=proxy.url)
    assert proxy.asked == []
    assert fetched.problem is not None
    assert "is not found in DNS" in fetched.problem


# What must not be reached, as an address can write it.
FORMS = [
    "127.0.0.2",  # written out
    "127.2",  # short
    "2130706434",  # one number
    "0x7f000002",  # in hexadecimal
    "0x7f.0.0.0x2",  # and in parts
    "017700000002",  # in octal
    "0177.0.0.2",  # and in parts
    "127。0。0。2",  # with the full stops of China and Japan
    "①②⑦.0.0.2",  # with digits that fold into others
    "[::1]",  # the other loopback
    "[::ffff:127.0.0.2]",  # mapped into IPv6
    "[::ffff:7f00:2]",  # the same in hexadecimal
    "[::127.0.0.2]",  # compatible with IPv6, as once was meant
    "[64:ff9b::7f00:2]",  # NAT64
    "[64:ff9b:1::7f00:2]",  # a local NAT64
    "[2002:7f00:2::1]",  # 6to4
    "[2001:0:7f00:2::1]",  # Teredo
    "[fe80::1]",  # link-local
    "[fe80::1%25lo]",  # and with its zone
    "[fc00::1]",  # unique local
    "[fd00:ec2::254]",  # a metadata service
    "[ff02::1]",  # multicast
    "[::]",  # this host
    "0.0.0.0",  # this host
    "0",  # and short
    "10.1.2.3",  # private
    "172.16.0.1",  # private
    "192.168.1.1",  # private
    "100.64.0.1",  # carrier-grade NAT
    "169.254.169.254",  # the metadata service of clouds
    "0xa9fea9fe",  # the same as one number
    "224.0.0.1",  # multicast
    "255.255.255.255",  # broadcast
    "localhost",  # a name
    "inside.test",  # a name that leads to a private address
    "half.test",  # and one that leads to a public and to a private one
]
NAMES = {"localhost": [["127.0.0.2"]], "inside_test": [["10.0.0.5"]], "half_test": [["93.184.216.34", "10.0.0.5"]]}


class Known(Names):
    """Those names as they are told; all others as the system knows them, which asks nobody for addresses."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Told or known."""
        if host in self._answers:
            return await super().resolve(host, port, family)
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
        self._answers[host] = [[str(address[0]) for *_, address in found]]
        return await super().resolve(host, port, family)


@pytest.mark.parametrize("host", FORMS)
@pytest.mark.parametrize("redirected", [False, True], ids=["at once", "redirected"])
async def test_what_must_not_be_reached_is_not_reached_through_a_proxy(site: Site, host: str, redirected: bool) -> None:
    """However it is written, and at whatever hop: the proxy is not asked for it."""
    site.answers["/begin"] = redirect(f"http://{host}/secret")
    url = f"{site.url}/begin" if redirected else f"http://{host}/secret"
    fetched = await fetch(url, allow=ONE, names=Known(**NAMES), proxy=site.url)
    assert fetched.outcome is FetchOutcome.FAILED
    assert [request.path for request in site.asked] == ["/begin"] * redirected
    assert fetched.problem is not None
    assert "network.allow in monitor.yaml" in fetched.problem or "not found in DNS" in fetched.problem


# --- names that change their mind ---------------------------------------------------------------------------------


async def test_a_name_that_resolves_otherwise_the_second_time_is_refused(site: Site) -> None:
    """What was checked is what is connected to: the second answer is looked at like the first."""
    port = site.url.rpartition(":")[2]
    site.answers["/feed"] = web.Response(body=FEED)
    names = Names(rebinding_test=[["127.0.0.1"], ["127.0.0.2"]])
    async with wired(b"") as wire:
        first = await fetch(f"http://rebinding.test:{port}/feed", allow=ONE, names=names)
        second = await fetch(f"http://rebinding.test:{wire.port}/feed", allow=ONE, names=names)
    assert (first.outcome, second.outcome) == (FetchOutcome.DOCUMENT, FetchOutcome.FAILED)
    assert second.problem is not None
    assert "127.0.0.2 is a private or special address" in second.problem
    assert wire.connections == 0


async def test_of_a_name_with_several_addresses_only_the_permitted_are_tried(site: Site) -> None:
    """A server that can be reached is not lost for a stray address beside it."""
    port = site.url.rpartition(":")[2]
    site.answers["/feed"] = web.Response(body=FEED)
    names = Names(several_test=[["127.0.0.2", "127.0.0.1"]])
    fetched = await fetch(f"http://several.test:{port}/feed", allow=ONE, names=names)
    assert (fetched.outcome, fetched.body) == (FetchOutcome.DOCUMENT, FEED)


async def test_a_refused_address_is_named_only_if_the_fetch_fails_for_it(site: Site) -> None:
    """Not if the name has another address that answers, nor if a later request fails for another reason."""
    port = site.url.rpartition(":")[2]
    names = Names(half_test=[["10.0.0.5", "127.0.0.1"]], inside_test=[["10.0.0.5"]])
    site.answers |= {
        "/busy": web.Response(status=503),
        "/inside": redirect("http://inside.test/"),
        "/closed": redirect("http://127.0.0.1:9/"),
    }
    urls = ["http://inside.test/", *(f"http://half.test:{port}/{path}" for path in ("inside", "busy", "closed"))]
    results = [await fetch(url, allow=ONE, names=names) for url in urls]
    assert {each.outcome for each in results} == {FetchOutcome.FAILED}
    assert [each.refused for each in results] == ["10.0.0.5", "10.0.0.5", None, None]


# --- whose queue --------------------------------------------------------------------------------------------------


async def test_a_redirect_delays_no_other_source_of_the_host_that_it_leads_to(site: Site) -> None:
    """It counts for the host that redirects: its target may take as long as it likes."""
    asked, released = asyncio.Event(), asyncio.Event()

    async def slow(request: web.BaseRequest) -> web.StreamResponse:
        del request
        asked.set()
        await released.wait()
        return web.Response(body=FEED)

    site.answers |= {"/slow": slow, "/feed": web.Response(body=FEED)}
    async with serving() as hostile, Fetcher(Limits(per_host=1), LOOPBACK) as fetcher:
        hostile.answers["/feed"] = redirect(f"{site.url}/slow")
        redirected = asyncio.create_task(fetcher.fetch(f"{hostile.url}/feed", NONE))
        await asyncio.wait_for(asked.wait(), PATIENCE)
        fetched = await fetcher.fetch(f"{site.url}/feed", NONE)
        assert (fetched.outcome, redirected.done()) == (FetchOutcome.DOCUMENT, False)
        waiting = asyncio.create_task(fetcher.fetch(f"{hostile.url}/feed", NONE))
        moved = asyncio.create_task(fetcher.fetch(f"{site.url}/feed", NONE, queue_of=hostile.url))
        await fetcher.fetch(f"{site.url}/feed", NONE)
        assert not waiting.done()  # the host that redirects has one slot
        assert not moved.done()
        released.set()
        for each in await asyncio.gather(redirected, waiting, moved):
            assert each.outcome is FetchOutcome.DOCUMENT


async def test_a_redirect_does_not_push_the_gap_of_the_domain_that_it_leads_to(site: Site) -> None:
    """It waits for the gap of its own domain, and so do those that follow it there."""
    port = site.url.rpartition(":")[2]
    names = Names(a_test=[["127.0.0.1"]], b_test=[["127.0.0.1"]])
    site.answers |= {"/feed": web.Response(body=FEED), "/old": redirect(f"http://b.test:{port}/feed")}
    limits = Limits(gap=timedelta(seconds=1))
    async with Fetcher(limits, LOOPBACK, resolver=names) as fetcher:

        async def seconds_for(url: str) -> float:
            began = clock.monotonic()
            assert (await fetcher.fetch(url, NONE)).outcome is FetchOutcome.DOCUMENT
            return clock.monotonic() - began

        assert await seconds_for(f"http://a.test:{port}/old") >= 0.9  # two requests of a.test
        assert await seconds_for(f"http://b.test:{port}/feed") < 0.7
        assert await seconds_for(f"http://a.test:{port}/feed") >= 0.5


# --- what is not stored -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["ETag", "Last-Modified"])
async def test_a_validator_that_repeats_a_secret_is_not_kept(site: Site, header: str) -> None:
    """It would be stored, and shown. The document is still recognised."""

    async def echo(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=FEED, headers={header: f'"{request.path_qs}"'})

    site.answers |= {"/feed": echo, "/old": redirect(f"{site.url}/feed?api_key=s3cret-of-a-redirect")}
    secret = f"{site.url}/feed?token=s3cret-word"
    shown, secrets = f"{site.url}/feed?token=***", frozenset({"s3cret-word"})
    source = Source("a", shown, "a", timedelta(minutes=5), full_url=secret, secrets=secrets)
    async with Fetcher(Limits(), LOOPBACK) as fetcher:
        for url in (secret, f"{site.url}/old"):
            assert (await fetcher.fetch(url, NONE, source=source)).validators == Validators(body=digest_of(FEED))
        plain = await fetcher.fetch(f"{site.url}/feed", NONE, source=source)
    assert '"/feed"' in {plain.validators.etag, plain.validators.last_modified}
