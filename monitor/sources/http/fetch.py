"""One document off the network: HTTP with validators, bounds, deadlines and redirects.

Whatever the network or a server does ends as a `Fetched`, never as an error: each failure is one line that says what
happened and, where somebody can do something, what. A document whose bytes are those of the last time is not modified,
whatever the server says. It does not parse, keep cookies, decide when to ask again, or remember anything between
fetches but whom it asked last (`politeness`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, metadata
from types import TracebackType
from typing import Self

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver
from multidict import CIMultiDict
from yarl import URL

import monitor
from monitor import clock
from monitor.errors import FetchFailed
from monitor.model import FetchOutcome, FetchResult, Limits, Validators
from monitor.sources.http import http_problems
from monitor.sources.http.decoder import ACCEPT_ENCODING, BodyDecoder, unpack_gzip
from monitor.sources.http.guard import SCHEMES, Guard, Network, reason_if_address_refused
from monitor.sources.http.host_queue import HostQueue, Politeness
from monitor.sources.http.resolver import Resolver
from monitor.sources.http.stalled_requests import StalledRequests

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
FAILURES = (FetchFailed, ClientError, OSError, ValueError)  # of asking for an address; TimeoutError is an OSError
MayFollow = Callable[[str], Awaitable[str | None]]  # why an address may not be asked for; None: it may
REDIRECTS = (301, 302, 303, 307, 308)
PERMANENT = (301, 308)
NO_WEB_ADDRESS = "which is no http:// or https:// address"
# What goes along to another host; all other headers may be credentials.
HARMLESS = ("accept", "accept-language", "user-agent")


def user_agent() -> str:
    """Who asks, for whoever runs the server: the program, its version, and where it is explained if it has a page."""
    try:
        pages = metadata("news-monitor").get_all("Project-URL") or []
    except PackageNotFoundError:  # run from its files
        pages = []
    # each is written as its label, a comma and its address
    about = next((f"; +{page.rpartition(', ')[2]}" for page in pages), "")
    return f"news-monitor/{monitor.__version__} (reads news feeds for its user{about})"


USER_AGENT = user_agent()


@dataclass(frozen=True, slots=True)
class _FetchRequest:
    """What is asked for, and how: `own` headers go along in place of ours. `gap`, `most`: stricter bounds than usual,
    from this request to the next one to the same domain, and of the body's bytes. `leave`: asked of
    each redirect."""

    validators: Validators
    extra_headers: Mapping[str, str] = field(default_factory=dict)
    proxy: str | None = None
    gap: timedelta = timedelta(0)
    max_bytes: int | None = None
    may_follow: MayFollow | None = None


class Fetcher:
    """Fetches for all sources. An async context manager: it holds the one HTTP session of the process."""

    def __init__(self, limits: Limits, allow: Sequence[Network], *, resolver: AbstractResolver | None = None) -> None:
        self._limits = limits
        self._allow = tuple(allow)
        self._resolver = resolver or Resolver()
        self._politeness = Politeness(limits, allow)
        self.stalled_requests = StalledRequests()
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            # At polling intervals an idle connection is only memory: each one is closed after its answer.
            connector=TCPConnector(
                force_close=True, limit=0, resolver=self._resolver, socket_factory=Guard(self._allow).socket_factory
            ),
            headers={"User-Agent": USER_AGENT, "Accept": ACCEPT, "Accept-Encoding": ACCEPT_ENCODING},
            timeout=ClientTimeout(
                total=None,  # ours, over all redirects
                connect=self._limits.connect.total_seconds(),
                sock_read=self._limits.idle.total_seconds(),
            ),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_line_size=8190,
            max_field_size=8190,
            max_headers=128,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(
        self,
        url: str,
        validators: Validators,
        *,
        headers: Mapping[str, str] | None = None,
        proxy: str | None = None,
        gap: timedelta = timedelta(0),
        most: int | None = None,
        leave: MayFollow | None = None,
    ) -> FetchResult:
        """What one GET brings; its validators are what to send next time. `headers` go along, in place of ours.

        `proxy`: the HTTP proxy to ask through. `gap`, `most`: at least so long until the next request to this domain,
        at most so many decoded bytes, where that is stricter than the limits. `leave`: asked of where a redirect leads,
        before it is followed.
        """
        try:
            address = _parse_url(url)
            url = redact_url(address)
            return await self._follow(address, _FetchRequest(validators, dict(headers or {}), proxy, gap, most, leave))
        except FAILURES as error:
            problem = self._problem(error)
        return FetchResult(FetchOutcome.FAILED, url, validators=validators, problem=problem)

    def _problem(self, error: Exception) -> str:
        """Why there is no answer."""
        match error:
            case FetchFailed():
                return str(error)
            case TimeoutError():
                return http_problems.explain_timeout(error, self._limits)
            case ClientError() | OSError():
                return http_problems.explain_client_error(error)
            case _:  # an address or header that cannot be sent, says yarl, idna or aiohttp
                return f"cannot be asked for: {http_problems.error_to_line(error)}"

    def host_queue(self, url: str) -> HostQueue:
        """Which other addresses a fetch of this one waits for."""
        return self._politeness.host_queue(url)

    async def _follow(self, url: URL, asked: _FetchRequest) -> FetchResult:
        """From redirect to redirect. The total time runs while a server has the word, not while others are let pass."""
        left = self._limits.total.total_seconds()
        # Credentials in an address are not shown, so an address that had some cannot be learnt anew.
        settled = url.user is None
        for hop in range(self._limits.redirects + 1):
            if url.scheme not in SCHEMES or not url.host:
                raise FetchFailed(f"{'redirects to ' if hop else ''}{redact_url(url)[:200]}, {NO_WEB_ADDRESS}")
            if hop and asked.may_follow is not None and (problem := await asked.may_follow(str(url))):
                raise FetchFailed(f"redirects to {redact_url(url)[:200]}: {problem}")
            try:
                async with self._politeness.request_slot(url.host, url.port or 0, asked.gap):
                    began = clock.monotonic()
                    with self.stalled_requests.track_request() as spoken:
                        fetched = await self._ask(url, asked, left, spoken)
                    left -= clock.monotonic() - began
            except FAILURES as error:
                if not hop:
                    raise
                there = redact_url(url.with_query(None))[:200]  # a query may be another one at each poll
                raise FetchFailed(f"redirects to {there}: {self._problem(error)}") from error
            if isinstance(fetched, FetchResult):
                here = fetched.outcome in {FetchOutcome.DOCUMENT, FetchOutcome.NOT_MODIFIED}
                return replace(fetched, moved_to=fetched.url) if here and hop and settled else fetched
            to, permanent = fetched
            settled = settled and permanent
            own = {
                name: value
                for name, value in asked.extra_headers.items()
                if may_forward_credentials(url, to) or name.lower() in HARMLESS
            }
            settled, asked, url = settled and own == asked.extra_headers, replace(asked, extra_headers=own), to
        raise FetchFailed(
            f"more than {self._limits.redirects} redirects (limits.redirects), the last to {redact_url(url)}"
        )

    async def _ask(
        self, url: URL, asked: _FetchRequest, seconds: float, spoken: Callable[[], None]
    ) -> FetchResult | tuple[URL, bool]:
        """One request: what it brought, or where it redirects to and whether for good. `spoken` is called when the head
        of the answer is there."""
        assert self._session is not None, "a Fetcher is used within its context"
        headers = CIMultiDict(asked.extra_headers)
        if asked.validators.etag is not None:
            headers["If-None-Match"] = asked.validators.etag
        if asked.validators.last_modified is not None:
            headers["If-Modified-Since"] = asked.validators.last_modified
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                if asked.proxy is not None:
                    await self._check(url)
                request = self._session.get(url, headers=headers, allow_redirects=False, proxy=asked.proxy)
                async with request as response:
                    spoken()
                    if response.status in REDIRECTS and "Location" in response.headers:
                        return resolve_redirect(url, response.headers["Location"]), response.status in PERMANENT
                    return await self._answer(response, asked)
        except TimeoutError:
            if deadline.expired():
                raise FetchFailed(http_problems.explain_total_timeout(self._limits)) from None
            raise

    async def _check(self, url: URL) -> None:
        """Refuse what a proxy would reach for us. This is weaker than the guard's own check: the proxy resolves the
        name again, perhaps to another address, and only its own address is seen by the guard when it is connected to.
        """
        assert url.host is not None
        try:
            found = await self._resolver.resolve(url.host, url.port or 0)
        except OSError as error:
            why = http_problems.error_to_line(error)
            raise FetchFailed(
                f"the name {url.host} is not found in DNS ({why}); it is looked up here before the proxy is asked, "
                "because a source may not reach private networks through it either"
            ) from None
        for each in found:
            if line := reason_if_address_refused(each["host"], self._allow):
                raise FetchFailed(f"{url.host}: {line}")

    async def _answer(self, response: ClientResponse, asked: _FetchRequest) -> FetchResult:
        url, status, headers = redact_url(response.url), response.status, http_problems.clean_headers(response)
        validators = asked.validators
        if status == HTTPStatus.NOT_MODIFIED and (validators.etag or validators.last_modified):
            return FetchResult(FetchOutcome.NOT_MODIFIED, url, status, headers=headers, validators=validators)
        if 200 <= status < 300 and status not in http_problems.WHAT_TO_DO:
            body = await self._read(response, headers.get("content-encoding", ""), asked.max_bytes)
            given = replace(http_problems.validators_from_response(response), body=digest_of(body))
            if given.body == validators.body:  # the server never says so, or says it of another form of the same
                return FetchResult(FetchOutcome.NOT_MODIFIED, url, status, headers=headers, validators=given)
            return FetchResult(FetchOutcome.DOCUMENT, url, status, body, headers, given)
        return FetchResult(
            FetchOutcome.GONE if status == HTTPStatus.GONE else FetchOutcome.FAILED,
            url,
            status,
            headers=headers,
            validators=validators,
            problem=http_problems.explain_status(status),
            retry_after=http_problems.parse_retry_after(headers.get("retry-after"), clock.now()),
        )

    async def _read(self, response: ClientResponse, encoding: str, most: int | None) -> bytes:
        wire, decoded = self._limits.wire_bytes, self._limits.decoded_bytes
        if most is not None and most < decoded:
            decoded = most
        body = BodyDecoder(encoding, wire=wire, decoded=decoded)
        body.check_announced_length(response.content_length or 0)
        async for chunk in response.content.iter_any():
            body.feed(chunk)
        return unpack_gzip(body.finish(), decoded)


@lru_cache(maxsize=10_000)
def _parse_url(url: str) -> URL:
    """Kept, because the same are asked for again and again: taking one apart costs 25 us, keeping it 1 KiB."""
    return URL(url)


def digest_of(body: bytes) -> str:
    """By what a document is recognised: 32 hexadecimal digits."""
    return sha256(body).hexdigest()[:32]  # most processors of today have instructions for it: half the time of blake2b


def describe_redirect(url: str, fetched: FetchResult) -> str:
    """Where redirects have led, to be added to a line that says what was wrong there; "" if they did not."""
    return "" if fetched.url in {url, redact_url(URL(url))} else f"; the address redirects to {fetched.url}"


def resolve_redirect(url: URL, location: str) -> URL:
    """Where a redirect leads. Credentials in the address stay with the host that they were meant for."""
    to = url.join(URL(location))
    if to.scheme not in SCHEMES:
        return to
    return (
        to.with_user(url.user).with_password(url.password) if may_forward_credentials(url, to) else to.with_user(None)
    )


def may_forward_credentials(url: URL, to: URL) -> bool:
    """Whether credentials for one address may go to the other: the same host and port, or its https side."""
    upgrade = (url.scheme, url.port, to.scheme, to.port) == ("http", 80, "https", 443)
    return url.host == to.host and (upgrade or (url.scheme, url.port) == (to.scheme, to.port))


def redact_url(url: URL) -> str:
    """The address without credentials: it goes into logs and reports."""
    return str(url.with_user(None) if url.user is not None else url)
