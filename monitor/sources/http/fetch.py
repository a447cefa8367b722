"""Fetches one document: HTTP with validators, limits, deadlines and redirects.

Whatever the network or a server does, the result is a `FetchResult`, never an error. A failure is one line that says
what happened and, if somebody can do something about it, what. A document with the same bytes as last time counts as
not modified, whatever the server says. The fetcher does not parse, keep cookies or decide when to poll again. Between
fetches it remembers only which hosts it asked last (`host_queue`).
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
FETCH_ERRORS = (FetchFailed, ClientError, OSError, ValueError)  # of one fetch; TimeoutError is an OSError
MayFollow = Callable[[str], Awaitable[str | None]]  # says why an address may not be fetched; None: it may
REDIRECTS = (301, 302, 303, 307, 308)
PERMANENT = (301, 308)
NO_WEB_ADDRESS = "which is no http:// or https:// address"
# Headers that are sent to another host too; all others may be credentials.
FORWARDED_HEADERS = ("accept", "accept-language", "user-agent")


def user_agent() -> str:
    """The User-Agent header, for operators of servers: the program, its version, and its web page if it has one."""
    try:
        project_urls = metadata("news-monitor").get_all("Project-URL") or []
    except PackageNotFoundError:  # not installed
        project_urls = []
    # each URL follows its label and a comma
    homepage = next((f"; +{project_url.rpartition(', ')[2]}" for project_url in project_urls), "")
    return f"news-monitor/{monitor.__version__} (reads news feeds for its user{homepage})"


USER_AGENT = user_agent()


@dataclass(frozen=True, slots=True)
class _FetchRequest:
    """How to fetch an address.

    `extra_headers`: sent instead of ours with the same name. `gap`, `max_bytes`: stricter limits than usual, for the
    time until the next request to the same domain, and for the body. `may_follow`: called for each redirect.
    """

    validators: Validators
    extra_headers: Mapping[str, str] = field(default_factory=dict)
    proxy: str | None = None
    gap: timedelta = timedelta(0)
    max_bytes: int | None = None
    may_follow: MayFollow | None = None


class Fetcher:
    """Fetches for all sources. An async context manager: it holds the only HTTP session of the process."""

    def __init__(self, limits: Limits, allow: Sequence[Network], *, resolver: AbstractResolver | None = None) -> None:
        self._limits = limits
        self._allow = tuple(allow)
        self._resolver = resolver or Resolver()
        self._politeness = Politeness(limits, allow)
        self.stalled_requests = StalledRequests()
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            # Between polls an idle connection only costs memory: each one is closed after its response.
            connector=TCPConnector(
                force_close=True, limit=0, resolver=self._resolver, socket_factory=Guard(self._allow).socket_factory
            ),
            headers={"User-Agent": USER_AGENT, "Accept": ACCEPT, "Accept-Encoding": ACCEPT_ENCODING},
            timeout=ClientTimeout(
                total=None,  # we have our own, over all redirects
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
        max_bytes: int | None = None,
        may_follow: MayFollow | None = None,
    ) -> FetchResult:
        """The result of one GET; its validators are those to send next time.

        `headers`: sent instead of ours with the same name. `proxy`: the HTTP proxy to use. `gap`, `max_bytes`: the
        least time until the next request to this domain, and the most decoded bytes, if they are stricter than the
        limits. `may_follow`: called with the target of each redirect, before it is followed.
        """
        try:
            address = _parse_url(url)
            url = redact_url(address)
            return await self._follow(
                address, _FetchRequest(validators, dict(headers or {}), proxy, gap, max_bytes, may_follow)
            )
        except FETCH_ERRORS as error:
            problem = self._explain_error(error)
        return FetchResult(FetchOutcome.FAILED, url, validators=validators, problem=problem)

    def _explain_error(self, error: Exception) -> str:
        """Why there is no response, in a line for a person."""
        match error:
            case FetchFailed():
                return str(error)
            case TimeoutError():
                return http_problems.explain_timeout(error, self._limits)
            case ClientError() | OSError():
                return http_problems.explain_client_error(error)
            case _:  # yarl, idna or aiohttp refuse the address or a header
                return f"cannot be fetched: {http_problems.error_to_line(error)}"

    def host_queue(self, url: str) -> HostQueue:
        """The queue of addresses in which a fetch of this one waits."""
        return self._politeness.host_queue(url)

    async def _follow(self, url: URL, request: _FetchRequest) -> FetchResult:
        """Follows redirects. Only the time in which we wait for servers counts as total time, not that in the queue."""
        seconds_left = self._limits.total.total_seconds()
        # We do not show credentials in an address, so we cannot learn a new address in place of one that has some.
        is_permanent = url.user is None
        for hop in range(self._limits.redirects + 1):
            if url.scheme not in SCHEMES or not url.host:
                raise FetchFailed(f"{'redirects to ' if hop else ''}{redact_url(url)[:200]}, {NO_WEB_ADDRESS}")
            if hop and request.may_follow is not None and (problem := await request.may_follow(str(url))):
                raise FetchFailed(f"redirects to {redact_url(url)[:200]}: {problem}")
            try:
                async with self._politeness.request_slot(url.host, url.port or 0, request.gap):
                    began_at = clock.monotonic()
                    with self.stalled_requests.track_request() as on_answer:
                        fetched = await self._request(url, request, seconds_left, on_answer)
                    seconds_left -= clock.monotonic() - began_at
            except FETCH_ERRORS as error:
                if not hop:
                    raise
                shown_url = redact_url(url.with_query(None))[:200]  # the query may differ at each poll
                raise FetchFailed(f"redirects to {shown_url}: {self._explain_error(error)}") from error
            if isinstance(fetched, FetchResult):
                succeeded = fetched.outcome in {FetchOutcome.DOCUMENT, FetchOutcome.NOT_MODIFIED}
                return replace(fetched, moved_to=fetched.url) if succeeded and hop and is_permanent else fetched
            target, hop_is_permanent = fetched
            is_permanent = is_permanent and hop_is_permanent
            forwarded = {
                name: value
                for name, value in request.extra_headers.items()
                if may_forward_credentials(url, target) or name.lower() in FORWARDED_HEADERS
            }
            is_permanent, request, url = (
                is_permanent and forwarded == request.extra_headers,
                replace(request, extra_headers=forwarded),
                target,
            )
        raise FetchFailed(
            f"more than {self._limits.redirects} redirects (limits.redirects), the last to {redact_url(url)}"
        )

    async def _request(
        self, url: URL, request: _FetchRequest, seconds: float, on_answer: Callable[[], None]
    ) -> FetchResult | tuple[URL, bool]:
        """One request: its result, or the target of a redirect and whether that is permanent. `on_answer` is called
        when the head of the response has arrived."""
        assert self._session is not None, "a Fetcher is used within its context"
        headers = CIMultiDict(request.extra_headers)
        if request.validators.etag is not None:
            headers["If-None-Match"] = request.validators.etag
        if request.validators.last_modified is not None:
            headers["If-Modified-Since"] = request.validators.last_modified
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                if request.proxy is not None:
                    await self._check_proxied_host(url)
                pending_response = self._session.get(url, headers=headers, allow_redirects=False, proxy=request.proxy)
                async with pending_response as response:
                    on_answer()
                    if response.status in REDIRECTS and "Location" in response.headers:
                        return resolve_redirect(url, response.headers["Location"]), response.status in PERMANENT
                    return await self._build_result(response, request)
        except TimeoutError:
            if deadline.expired():
                raise FetchFailed(http_problems.explain_total_timeout(self._limits)) from None
            raise

    async def _check_proxied_host(self, url: URL) -> None:
        """Refuses private addresses that we would reach through a proxy. Raises FetchFailed.

        This is weaker than the guard's own check: the proxy resolves the name again, perhaps to another address, and
        the guard sees only the proxy's own address.
        """
        assert url.host is not None
        try:
            resolved = await self._resolver.resolve(url.host, url.port or 0)
        except OSError as error:
            reason = http_problems.error_to_line(error)
            raise FetchFailed(
                f"the name {url.host} is not found in DNS ({reason}); we look it up before we use the proxy, "
                "because a source may not reach private networks through a proxy either"
            ) from None
        for entry in resolved:
            if problem := reason_if_address_refused(entry["host"], self._allow):
                raise FetchFailed(f"{url.host}: {problem}")

    async def _build_result(self, response: ClientResponse, request: _FetchRequest) -> FetchResult:
        url, status, headers = redact_url(response.url), response.status, http_problems.clean_headers(response)
        validators = request.validators
        if status == HTTPStatus.NOT_MODIFIED and (validators.etag or validators.last_modified):
            return FetchResult(FetchOutcome.NOT_MODIFIED, url, status, headers=headers, validators=validators)
        if 200 <= status < 300 and status not in http_problems.WHAT_TO_DO:
            body = await self._read_body(response, headers.get("content-encoding", ""), request.max_bytes)
            new_validators = replace(http_problems.validators_from_response(response), body=digest_of(body))
            # A server may never answer 304, or answer it for another encoding of the document only.
            if new_validators.body == validators.body:
                return FetchResult(FetchOutcome.NOT_MODIFIED, url, status, headers=headers, validators=new_validators)
            return FetchResult(FetchOutcome.DOCUMENT, url, status, body, headers, new_validators)
        return FetchResult(
            FetchOutcome.GONE if status == HTTPStatus.GONE else FetchOutcome.FAILED,
            url,
            status,
            headers=headers,
            validators=validators,
            problem=http_problems.explain_status(status),
            retry_after=http_problems.parse_retry_after(headers.get("retry-after"), clock.now()),
        )

    async def _read_body(self, response: ClientResponse, encoding: str, max_bytes: int | None) -> bytes:
        wire, decoded = self._limits.wire_bytes, self._limits.decoded_bytes
        if max_bytes is not None and max_bytes < decoded:
            decoded = max_bytes
        body = BodyDecoder(encoding, max_wire=wire, max_decoded=decoded)
        body.check_announced_length(response.content_length or 0)
        async for chunk in response.content.iter_any():
            body.feed(chunk)
        return unpack_gzip(body.finish(), decoded)


@lru_cache(maxsize=10_000)
def _parse_url(url: str) -> URL:
    """Cached, because the same addresses are fetched again and again: parsing one costs 25 us, caching it 1 KiB."""
    return URL(url)


def digest_of(body: bytes) -> str:
    """The digest by which we recognise a document: 32 hexadecimal digits."""
    return sha256(body).hexdigest()[:32]  # most processors have instructions for it: half the time of blake2b


def describe_redirect(url: str, fetched: FetchResult) -> str:
    """Where redirects led, to append to a line that says what was wrong there; "" if there were none."""
    return "" if fetched.url in {url, redact_url(URL(url))} else f"; the address redirects to {fetched.url}"


def resolve_redirect(url: URL, location: str) -> URL:
    """The target of a redirect. Credentials in the address are kept only for the host that they were meant for."""
    target = url.join(URL(location))
    if target.scheme not in SCHEMES:
        return target
    return (
        target.with_user(url.user).with_password(url.password)
        if may_forward_credentials(url, target)
        else target.with_user(None)
    )


def may_forward_credentials(url: URL, target: URL) -> bool:
    """Whether credentials for one address may be sent to the other: the same host and port, or http to https."""
    upgrade = (url.scheme, url.port, target.scheme, target.port) == ("http", 80, "https", 443)
    return url.host == target.host and (upgrade or (url.scheme, url.port) == (target.scheme, target.port))


def redact_url(url: URL) -> str:
    """The address without credentials, for logs and reports."""
    return str(url.with_user(None) if url.user is not None else url)
