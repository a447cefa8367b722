"""Fetching from real servers on loopback: what comes, what goes wrong, and that nothing goes where it should not."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest
import trustme
from aiohttp import web

import monitor
from monitor import clock
from monitor.model import FetchOutcome, FetchResult, Limits, Source, Validators
from monitor.sources.http import stalled_requests
from monitor.sources.http.fetch import MAX_STALLED_BYTES, PIECE, Fetcher, digest_of
from monitor.sources.http.guard import Network
from tests.support.patience import LONG
from tests.support.site import Site, serving, wired

LOOPBACK: list[Network] = [ip_network("127.0.0.0/8")]
PATIENT = Limits(connect=LONG, idle=LONG, total=LONG)
NONE = Validators()
FEED = b"<rss version='2.0'><channel><title>x</title></channel></rss>"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as served:
        yield served


async def fetch(
    url: str,
    validators: Validators = NONE,
    limits: Limits = PATIENT,
    allow: list[Network] = LOOPBACK,
    headers: dict[str, str] | None = None,
) -> FetchResult:
    async with Fetcher(limits, allow) as fetcher:
        return await fetcher.fetch(url, validators, headers=headers or {})


async def problem_of(url: str, limits: Limits = PATIENT, allow: list[Network] = LOOPBACK) -> str:
    fetched = await fetch(url, Validators(etag='"kept"'), limits, allow)
    assert fetched.outcome is FetchOutcome.FAILED
    assert fetched.body == b""
    assert fetched.validators == Validators(etag='"kept"')
    assert fetched.problem
    assert "\n" not in fetched.problem
    return fetched.problem


async def test_the_address_of_a_source_is_not_searched_for_secrets_at_each_fetch(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are known since it was loaded; those of any other address are looked for."""
    searched: list[str] = []

    def search(url: str, *_: object) -> frozenset[str]:
        searched.append(url)
        return frozenset()

    monkeypatch.setattr("monitor.sources.http.fetch.find_url_secrets", search)
    monkeypatch.setattr("monitor.sources.http.fetch.redact_url", search)
    site.answers["/feed"] = web.Response(body=FEED)
    shown, full = f"{site.url}/feed?token=***", f"{site.url}/feed?token=s3cret"
    source = Source("a", shown, "a", timedelta(minutes=5), full_url=full, secrets=frozenset({"s3cret"}))
    async with Fetcher(PATIENT, LOOPBACK) as fetcher:
        fetched = await fetcher.fetch(full, NONE, source=source)
        assert (fetched.outcome, fetched.url, searched) == (FetchOutcome.DOCUMENT, shown, [])
        await fetcher.fetch(f"{full}2", NONE, source=source)
    assert set(searched) == {f"{full}2"}


async def test_no_session_is_opened_after_the_end(site: Site) -> None:
    """Nobody would close it."""
    async with Fetcher(PATIENT, LOOPBACK) as fetcher:
        pass
    with pytest.raises(RuntimeError, match="sessions are closed"):
        await fetcher.fetch(f"{site.url}/feed", NONE)
    assert site.asked == []


# --- what comes ---------------------------------------------------------------------------------------------------


async def test_a_document_comes_with_its_headers_and_validators(site: Site) -> None:
    """Header names are lower case, validators are word for word, and the address is where it came from."""
    given = {"ETag": 'W/"a-1"', "Last-Modified": "yesterday, or so", "Content-Type": "text/xml", "X-Many": "one"}
    site.answers["/feed"] = web.Response(body=FEED, headers=given)
    fetched = await fetch(f"{site.url}/feed")
    assert (fetched.outcome, fetched.status, fetched.body) == (FetchOutcome.DOCUMENT, 200, FEED)
    assert fetched.url == f"{site.url}/feed"
    assert fetched.validators == Validators('W/"a-1"', "yesterday, or so", digest_of(FEED), site.url)
    assert fetched.headers["content-type"] == "text/xml"
    assert fetched.headers["x-many"] == "one"
    assert fetched.problem is None


async def test_the_request_is_honest_and_complete(site: Site) -> None:
    """Who asks, both validators as they were given, only encodings that can be read, and no cookies."""
    site.answers["/feed"] = web.Response(status=304, headers={"Set-Cookie": "a=b"})
    async with Fetcher(PATIENT, LOOPBACK) as fetcher:
        for _ in range(2):
            fetched = await fetcher.fetch(f"{site.url}/feed", Validators('W/"a-1"', "yesterday, or so"))
    asked = site.asked[1].headers
    assert asked["User-Agent"].startswith(f"news-monitor/{monitor.__version__} (")
    assert asked["If-None-Match"] == 'W/"a-1"'
    assert asked["If-Modified-Since"] == "yesterday, or so"
    assert asked["Accept-Encoding"] == "gzip, deflate, br, zstd"
    assert "Cookie" not in asked
    assert fetched.outcome is FetchOutcome.NOT_MODIFIED
    assert fetched.validators == Validators('W/"a-1"', "yesterday, or so", None, site.url)


async def test_own_headers_of_a_source_win(site: Site) -> None:
    """A source may bring a login or another name, in whatever case it writes them."""
    site.answers["/feed"] = web.Response(body=FEED)
    await fetch(f"{site.url}/feed", headers={"user-agent": "mine", "Authorization": "Bearer x"})
    assert site.asked[0].headers.getall("User-Agent") == ["mine"]
    assert site.asked[0].headers["Authorization"] == "Bearer x"


async def test_a_body_is_not_unpacked_here(site: Site) -> None:
    """What a stranger compressed is for a worker; its header says what was done to it."""
    packed = gzip.compress(FEED)
    site.answers["/feed"] = web.Response(body=packed, headers={"Content-Encoding": "gzip"})
    fetched = await fetch(f"{site.url}/feed")
    assert (fetched.body, fetched.headers["content-encoding"]) == (packed, "gzip")


async def test_validators_that_cannot_be_sent_back_are_none() -> None:
    """An ETag of raw bytes would break the next request."""
    async with wired(b'HTTP/1.1 200 OK\r\nETag: "\xff\xfe"\r\nX: \xff\r\nContent-Length: 1\r\n\r\nx') as wire:
        fetched = await fetch(f"http://127.0.0.1:{wire.port}/")
    assert fetched.outcome is FetchOutcome.DOCUMENT
    assert fetched.validators == Validators(body=digest_of(b"x"))
    assert fetched.headers["x"].encode()


# --- redirects ----------------------------------------------------------------------------------------------------


def redirect(to: str, status: int = 302) -> web.Response:
    return web.Response(status=status, headers={"Location": to})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(site: Site, status: int) -> None:
    """Of every kind, relative ones too; the address is the last one."""
    site.answers |= {"/a/old": redirect("../new?x=1", status), "/new": web.Response(body=FEED)}
    fetched = await fetch(f"{site.url}/a/old")
    assert (fetched.body, fetched.url) == (FEED, f"{site.url}/new?x=1")


async def test_redirects_have_an_end(site: Site) -> None:
    """As many as the limit says, and no more."""
    site.answers |= {f"/{number}": redirect(f"/{number + 1}") for number in range(9)}
    assert "more than 3 redirects" in await problem_of(f"{site.url}/0", replace(PATIENT, redirects=3))
    assert len(site.asked) == 4


@pytest.mark.parametrize("to", ["ftp://127.0.0.1/x", "file:///etc/passwd", "javascript:alert(1)"])
async def test_redirects_to_what_is_no_web_address_are_refused(site: Site, to: str) -> None:
    """Only http and https, at every hop."""
    site.answers["/"] = redirect(to)
    assert "http" in await problem_of(f"{site.url}/")
    assert len(site.asked) == 1


async def test_credentials_stay_with_their_host() -> None:
    """A redirect within the host keeps them, one to another host loses them, and no address shows them."""
    async with serving() as mine, serving("127.0.0.2") as other:
        mine.answers |= {"/": redirect("/here"), "/here": redirect(f"{other.url}/there")}
        other.answers["/there"] = web.Response(status=403)
        with_login = mine.url.replace("//", "//user:secret@") + "/"
        fetched = await fetch(with_login, headers={"X-Key": "secret", "Accept-Language": "ko"})
    assert [request.headers.get("Authorization", "")[:5] for request in mine.asked] == ["Basic", "Basic"]
    assert [request.headers.get("X-Key") for request in mine.asked] == ["secret", "secret"]
    (last,) = other.asked
    assert "secret" not in str(last.headers)
    assert "Authorization" not in last.headers
    assert last.headers["Accept-Language"] == "ko"
    assert fetched.url == f"{other.url}/there"


async def test_a_failure_shows_no_credentials() -> None:
    """Addresses go into logs."""
    fetched = await fetch("http://user:secret@127.0.0.1:1/feed")
    assert "secret" not in repr(fetched)


# --- what servers refuse ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "outcome", "line"),
    [
        (204, FetchOutcome.FAILED, "204 No Content: "),
        (302, FetchOutcome.FAILED, "302 Found: the server redirects without saying where to"),
        (304, FetchOutcome.FAILED, "304 Not Modified: "),  # though we have nothing yet
        (403, FetchOutcome.FAILED, "403 Forbidden: the server refuses us"),
        (404, FetchOutcome.FAILED, "404 Not Found: the address is wrong or the feed has moved"),
        (410, FetchOutcome.GONE, "410 Gone: "),
        (500, FetchOutcome.FAILED, "500 Internal Server Error: the server has trouble"),
    ],
)
async def test_statuses_without_a_document(site: Site, status: int, outcome: FetchOutcome, line: str) -> None:
    """Each is told with what to do."""
    site.answers["/feed"] = web.Response(status=status)
    fetched = await fetch(f"{site.url}/feed")
    assert (fetched.outcome, fetched.status, fetched.retry_after) == (outcome, status, None)
    assert fetched.problem is not None
    assert fetched.problem.startswith(line)


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_told(site: Site, status: int) -> None:
    """How long the server asked us to stay away."""
    site.answers["/feed"] = web.Response(status=status, headers={"Retry-After": "120"})
    assert (await fetch(f"{site.url}/feed")).retry_after == timedelta(seconds=120)


# --- what goes wrong on the way -----------------------------------------------------------------------------------


async def test_a_server_that_drips_is_stopped_by_the_total_time() -> None:
    """A byte now and then keeps the idle limit quiet, not the total one."""
    began, limits = clock.monotonic(), replace(PATIENT, total=timedelta(seconds=1.2))
    async with wired(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", drip=0.05) as wire:
        assert "not done after 1.2 s (limits.total)" in await problem_of(f"http://127.0.0.1:{wire.port}/", limits)
    assert clock.monotonic() - began >= 1.2


BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
MUCH = MAX_STALLED_BYTES + PIECE


@pytest.mark.parametrize(
    ("sent", "body", "drip", "silent"),
    [
        (b"", 0, None, True),
        (b"HTTP/1.1 200 OK\r\n", 0, None, True),  # its head has begun, and says nothing yet
        (BODY, 3, None, True),
        (BODY, 3, 0.1, True),
        (BODY, MUCH, None, False),
        (BODY, MUCH, 0.1, False),
    ],
)
async def test_who_answers_slowly_is_silent_until_much_is_held_in_memory(
    sent: bytes, body: int, drip: float | None, silent: bool
) -> None:
    """Its place may be lent (`sources.http.stalled_requests`), whether nothing more comes or a byte now and then."""
    async with wired(sent + b"a" * body, leave_open=True, drip=drip) as wire, Fetcher(PATIENT, LOOPBACK) as fetcher:
        asking: asyncio.Task[object] = asyncio.create_task(fetcher.fetch(f"http://127.0.0.1:{wire.port}/", NONE))
        await asyncio.sleep(stalled_requests.STALLED_AFTER + 0.3)
        assert fetcher.stalled_requests.count_among([asking]) == silent
        asking.cancel()
        await asyncio.wait([asking])
        assert fetcher.stalled_requests.count_among([asking]) == 0


async def test_a_server_that_falls_silent_is_told_apart() -> None:
    """Before its answer and within it."""
    limits = replace(PATIENT, idle=timedelta(seconds=0.4))
    for sent in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc"):
        async with wired(sent, leave_open=True) as wire:
            assert "silent for 0.4 s (limits.idle)" in await problem_of(f"http://127.0.0.1:{wire.port}/", limits)


async def test_a_connection_that_is_not_taken_is_told_apart() -> None:
    """A host that drops packets: here a listener whose queue is full."""
    limits = replace(PATIENT, connect=timedelta(seconds=0.3))
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for waiting in (first, second):  # the kernel takes one more than the queue is long
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        assert "no connection within 0.3 s (limits.connect)" in await problem_of(url, limits)


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        (b"", "closed the connection without an answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>", "cut off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n", "cut off"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "not valid HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", "not valid HTTP"),  # a header without end
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5_000 + b"\r\n", "not valid HTTP"),  # headers without end
        (b"HTTP/1.1 302 Found\r\nLocation: http://[\xff\r\nContent-Length: 0\r\n\r\n", "cannot be fetched"),
    ],
)
async def test_broken_answers_are_told(sent: bytes, line: str) -> None:
    """Whatever a server sends, one line says what was wrong with it."""
    async with wired(sent) as wire:
        assert line in await problem_of(f"http://127.0.0.1:{wire.port}/")


async def test_bodies_that_are_too_big_are_stopped(site: Site) -> None:
    """As they are sent, or as they are announced."""

    async def endless(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b"x" * 1_000)
        return response

    site.answers |= {
        "/endless": endless,
        "/long": web.Response(body=b"x" * 20_000),
    }
    limits = Limits(wire_bytes=10_000)
    assert "were sent (limits.wire_bytes)" in await problem_of(f"{site.url}/endless", limits)
    assert "announced" in await problem_of(f"{site.url}/long", limits)


@pytest.mark.parametrize(
    ("head", "repeated"),
    [
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        (b"", b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1;" + b"a" * 6_000 + b"\r\n \r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0" * 6_000),
    ],
)
async def test_what_comes_beside_the_body_has_an_end(head: bytes, repeated: bytes) -> None:
    """Interim answers, and the framing of chunks."""
    async with wired(head + repeated * (8 * 2**20 // len(repeated)), leave_open=True) as wire:
        line = await problem_of(f"http://127.0.0.1:{wire.port}/", replace(PATIENT, wire_bytes=10_000))
    assert "the server sent more than 1068576 bytes for one document" in line


async def test_tls_that_cannot_be_trusted_is_told() -> None:
    """A certificate of nobody that we know, and no TLS at all."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    async with serving(tls=context) as site:
        assert "TLS: the certificate of 127.0.0.1 is not trusted" in await problem_of(f"{site.url}/")
    async with wired(b"HTTP/1.1 400 Bad Request\r\n\r\n") as wire:
        assert "TLS: no secure connection" in await problem_of(f"https://127.0.0.1:{wire.port}/")


@pytest.mark.parametrize(
    ("url", "line"),
    [
        (f"http://{'.'.join(['a' * 60] * 5)}/", "is not found in DNS"),  # longer than DNS asks for, so nobody is asked
        ("http://127.0.0.1:1/feed", "no connection to 127.0.0.1:1: Connection refused"),
        ("ftp://example.org/feed", "not an http:// or https:// address"),
        ("feed.xml", "not an http:// or https:// address"),
        ("", "not an http:// or https:// address"),
        ("http://[::1/feed", "cannot be fetched"),
        ("http://127.0.0.1:99999/feed", "cannot be fetched"),
        (f"http://{'a' * 70}.example/feed", "cannot be fetched"),  # a label longer than DNS has
    ],
)
async def test_addresses_that_lead_nowhere_are_told(url: str, line: str) -> None:
    """Whatever stands in a sources file."""
    assert line in await problem_of(url)


async def test_headers_that_cannot_be_sent_are_told(site: Site) -> None:
    """A line end in a header would be another header."""
    fetched = await fetch(f"{site.url}/", headers={"X-Key": "a\r\nX-Other: b"})
    assert fetched.outcome is FetchOutcome.FAILED
    assert site.asked == []


async def test_a_fetch_can_be_cancelled(site: Site) -> None:
    """The daemon stops without waiting for slow servers."""
    asked = asyncio.Event()

    async def never(_request: web.BaseRequest) -> web.StreamResponse:
        asked.set()
        await asyncio.Event().wait()
        return web.Response()

    site.answers["/"] = never
    async with Fetcher(PATIENT, LOOPBACK) as fetcher:
        task = asyncio.create_task(fetcher.fetch(f"{site.url}/", NONE))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


# --- where nothing goes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",  # written out
        "localhost",  # a name
        "[::1]",  # the other loopback
        "[::ffff:127.0.0.1]",  # mapped into IPv6
        "0x7f000001",  # as C libraries read addresses
        "127.1",
        "2130706433",
        "017700000001",
        "0.0.0.0",  # which connects to this host
    ],
)
async def test_private_addresses_are_refused_before_connecting(host: str) -> None:
    """However they are written; nobody connected."""
    async with wired(b"") as wire:
        line = await problem_of(f"http://{host}:{wire.port}/", allow=[])
    assert wire.connections == 0
    assert "network.allow in monitor.yaml" in line or "not an address" in line


async def test_a_redirect_into_a_private_network_is_refused(site: Site) -> None:
    """The address of the source is allowed, the one that it leads to is not."""
    async with wired(b"") as wire:
        site.answers["/"] = redirect(f"http://127.0.0.2:{wire.port}/")
        line = await problem_of(f"{site.url}/", allow=[ip_network("127.0.0.1/32")])
    assert wire.connections == 0
    assert line.startswith(f"redirects to http://127.0.0.2:{wire.port}/: no connection to 127.0.0.2:{wire.port}: ")
    assert "127.0.0.2 is a private or special address" in line


async def test_what_a_redirect_leads_to_is_named_where_it_fails(site: Site) -> None:
    """Nobody would look for it at the address of the source; what may be another at each poll is left out."""
    async with wired(b"") as wire:
        site.answers["/"] = redirect(f"http://127.0.0.1:{wire.port}/feed?token=17")
        line = await problem_of(f"{site.url}/")
    assert line == f"redirects to http://127.0.0.1:{wire.port}/feed: the server closed the connection without an answer"
