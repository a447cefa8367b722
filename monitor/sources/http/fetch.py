"""Fetches one document: HTTP with validators, limits, deadlines and redirects.

Whatever the network or a server does, the result is a `FetchResult`, never an error. A failure is one line that says
what happened and, if somebody can do something about it, what. A document with the same bytes as last time counts as
not modified, whatever the server says. The fetcher does not unpack or parse, keep cookies or decide when to poll again.
Between fetches it remembers only which hosts it asked last (`host_queue`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, metadata
from types import MappingProxyType, TracebackType
from typing import Self

from aiohttp import ClientError, ClientResponse
from aiohttp.abc import AbstractResolver
from multidict import CIMultiDict
from yarl import URL

import monitor
from monitor import clock
from monitor.article_links import WEB_SCHEMES
from monitor.errors import FetchFailed
from monitor.model import FetchOutcome, FetchResult, Limits, Source, Validators
from monitor.sources.http import http_problems
from monitor.sources.http.guard import AddressRefused, Network, check_address, collect_refusals, forget_refusals
from monitor.sources.http.host_queue import HostQueue, Politeness
from monitor.sources.http.resolver import Resolver
from monitor.sources.http.sessions import GuardedSessions
from monitor.sources.http.stalled_requests import StalledRequests
from monitor.url_secrets import find_url_secrets, hide_secrets_in, redact_url

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
FETCH_ERRORS = (FetchFailed, ClientError, OSError, ValueError)  # of one fetch; TimeoutError is an OSError
ACCEPT_ENCODING = "gzip, deflate, br, zstd"  # what `formats.unpack` undoes
MayFollow = Callable[[str], Awaitable[str | None]]  # says why an address may not be fetched; None: it may
PIECE = 16 * 2**10  # bytes of a body; a server that needs more than a second for them has stalled
MAX_STALLED_BYTES = 2**18  # of a longer body no wait counts as stalled, because it is held in memory
REDIRECTS = (301, 302, 303, 307, 308)
PERMANENT = (301, 308)
NO_WEB_ADDRESS = "which is not an http:// or https:// address"
# Headers that are sent to another host too; all others may be credentials.
FORWARDED_HEADERS = ("accept", "accept-language", "user-agent")


class _RedirectRefused(FetchFailed):
    """A server answered with a redirect that nobody can follow. `status`: of its answer."""

    def __init__(self, problem: str, status: int) -> None:
        super().__init__(problem)
        self.status = status


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

    `extra_headers`: sent instead of ours with the same name. `gap`: the least time until the next request in the
    queue, if it is longer than usual. `queue_of`: the address in whose queue it waits. `may_follow`: called for each
    redirect. `networks`: the private ones that it may reach; `secrets`: what is not shown of an address; `address`,
    `shown_address`: the source's own address, and how that is shown.
    """

    validators: Validators
    networks: tuple[Network, ...]
    extra_headers: Mapping[str, str] = field(default_factory=dict)
    proxy: str | None = None
    gap: timedelta = timedelta(0)
    queue_of: str | None = None
    may_follow: MayFollow | None = None
    secrets: frozenset[str] = frozenset()
    address: str | None = None
    shown_address: str = ""

    def show_url(self, url: URL | str) -> str:
        """The address without its secrets, for logs and reports."""
        address = str(url)  # most fetches are of a source's own address, and searching one for secrets takes long
        return self.shown_address if address == self.address else redact_url(address, self.secrets)

    def has_secret(self, text: str, url: URL) -> bool:
        """Whether the text repeats a secret, of the request or of this address."""
        secrets = self.secrets if str(url) == self.address else self.secrets | find_url_secrets(str(url))
        return hide_secrets_in(text, secrets) != text


class Fetcher:
    """Fetches for all sources. An async context manager: it holds the HTTP sessions of the process.

    `allow`, `allow_for`: the private networks that sources may reach (`guard.networks_for`).
    """

    def __init__(
        self,
        limits: Limits,
        allow: Sequence[Network],
        allow_for: Mapping[str, Sequence[Network]] = MappingProxyType({}),
        *,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._limits = limits
        self._resolver = resolver or Resolver()
        headers = {"User-Agent": USER_AGENT, "Accept": ACCEPT, "Accept-Encoding": ACCEPT_ENCODING}
        self._sessions = GuardedSessions(limits, allow, allow_for, self._resolver, headers)
        self._politeness = Politeness(limits, self._sessions.all_networks)
        self.stalled_requests = StalledRequests()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._sessions.close()

    def allow_networks(self, allow: Sequence[Network], allow_for: Mapping[str, Sequence[Network]]) -> None:
        """Let sources reach these private networks from now on, and no others. A fetch that has begun keeps those that
        it began with."""
        self._sessions.allow_networks(allow, allow_for)
        self._politeness.allow_networks(self._sessions.all_networks)

    def networks_for(self, source: Source | None) -> tuple[Network, ...]:
        """The private networks that this source may reach now. What was fetched with some of them is not for a source
        without them."""
        return self._sessions.networks_for(None if source is None else source.id)

    async def fetch(
        self,
        url: str,
        validators: Validators,
        *,
        source: Source | None = None,
        headers: Mapping[str, str] | None = None,
        proxy: str | None = None,
        gap: timedelta = timedelta(0),
        queue_of: str | None = None,
        may_follow: MayFollow | None = None,
    ) -> FetchResult:
        """The result of one GET, without secrets; its validators are those to send next time.

        `source`: that it is for: its proxy is used, its networks may be reached, and its secrets are hidden. `headers`:
        sent instead of ours with the same name. `proxy`: the HTTP proxy to use, without a source. `gap`: the least time
        until the next request in this queue, if it is longer than the usual one. `queue_of`: the address in whose queue
        all its requests wait, those of redirects too (None: `url`). `may_follow`: called with the target of each
        redirect, before it is followed.
        """
        networks = self.networks_for(source)
        request = _FetchRequest(validators, networks, dict(headers or {}), proxy, gap, queue_of, may_follow)
        if source is not None:
            request = replace(request, proxy=source.proxy, secrets=source.secrets)
            request = replace(request, address=source.address, shown_address=source.url)
        if url != request.address:
            request = replace(request, secrets=request.secrets | find_url_secrets(url))
        status: int | None = None
        with collect_refusals(None if source is None else source.id) as refused:
            try:
                return await self._follow(_parse_url(url), request)
            except FETCH_ERRORS as error:
                problem = hide_secrets_in(self._explain_error(error), request.secrets)
                status = error.status if isinstance(error, _RedirectRefused) else None
        return FetchResult(
            FetchOutcome.FAILED,
            request.show_url(url),
            status,
            validators=validators,
            problem=problem,
            refused=str(refused[-1]) if refused else None,
        )

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
        """Follows redirects. Only the time in which we wait for servers counts as total time, not that in the queue.

        All requests take their turn in one queue: a host to which others redirect need not wait for their requests.
        """
        queue = url if request.queue_of is None else _parse_url(request.queue_of)
        seconds_left = self._limits.total.total_seconds()
        # Secrets of an address are neither shown nor stored, so we cannot learn a new address that has some.
        is_permanent = url.user is None
        status = 0  # of the last redirect
        for hop in range(self._limits.redirects + 1):
            if url.scheme not in WEB_SCHEMES or not url.host:
                where = f"{request.show_url(url)[:200]}, {NO_WEB_ADDRESS}"
                raise _RedirectRefused(f"redirects to {where}", status) if hop else FetchFailed(where)
            if request.validators.origin is None:
                request = replace(request, validators=replace(request.validators, origin=origin_of(url)))
            if hop and request.may_follow is not None and (problem := await request.may_follow(str(url))):
                raise FetchFailed(f"redirects to {request.show_url(url)[:200]}: {problem}")
            try:
                async with self._politeness.request_slot(queue.host or "", queue.port or 0, request.gap):
                    began_at = clock.monotonic()
                    with self.stalled_requests.track_request() as on_answer:
                        fetched = await self._request(url, request, seconds_left, on_answer)
                    seconds_left -= clock.monotonic() - began_at
            except FETCH_ERRORS as error:
                if not hop:
                    raise
                shown_url = request.show_url(url.with_query(None))[:200]  # the query may differ at each poll
                raise FetchFailed(f"redirects to {shown_url}: {self._explain_error(error)}") from error
            if isinstance(fetched, FetchResult):
                succeeded = fetched.outcome in {FetchOutcome.DOCUMENT, FetchOutcome.NOT_MODIFIED}
                has_moved = succeeded and hop and is_permanent and request.show_url(url) == str(url)
                return replace(fetched, redirects=hop, moved_to=fetched.url if has_moved else None)
            target, status = fetched
            is_permanent = is_permanent and status in PERMANENT
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
        raise _RedirectRefused(
            f"more than {self._limits.redirects} redirects (limits.redirects), the last to {request.show_url(url)}",
            status,
        )

    async def _request(
        self, url: URL, request: _FetchRequest, seconds: float, on_answer: Callable[[], None]
    ) -> FetchResult | tuple[URL, int]:
        """One request: its result, or the target of a redirect and the status that redirects there. `on_answer` is
        called when the head of the response has arrived."""
        headers = CIMultiDict(request.extra_headers)
        validators = request.validators
        if validators.origin != origin_of(url):  # another server gave them, and they may identify us to it
            validators = Validators(body=validators.body)
        if validators.etag is not None:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified is not None:
            headers["If-Modified-Since"] = validators.last_modified
        deadline = asyncio.timeout(seconds)
        forget_refusals()
        try:
            async with deadline:
                if request.proxy is not None:
                    await self._check_proxied_host(url, request.networks)
                session = self._sessions.session_for(request.networks)
                pending_response = session.get(url, headers=headers, allow_redirects=False, proxy=request.proxy)
                async with pending_response as response:
                    on_answer()
                    forget_refusals()  # a name may have other addresses too
                    if response.status in REDIRECTS and "Location" in response.headers:
                        return resolve_redirect(url, response.headers["Location"]), response.status
                    return await self._build_result(response, request, validators)
        except TimeoutError:
            if deadline.expired():
                raise FetchFailed(http_problems.explain_total_timeout(self._limits)) from None
            raise

    async def _check_proxied_host(self, url: URL, allow: Sequence[Network]) -> None:
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
                "because sources must not reach private networks through a proxy either"
            ) from None
        for entry in resolved:
            try:
                check_address(entry["host"], allow)
            except AddressRefused as error:
                raise FetchFailed(f"{url.host}: {error}") from None

    async def _build_result(self, response: ClientResponse, request: _FetchRequest, sent: Validators) -> FetchResult:
        """The result of a response to a request with the validators `sent`."""
        url, status = request.show_url(response.url), response.status
        headers = http_problems.clean_headers(response)
        if status == HTTPStatus.NOT_MODIFIED and (sent.etag or sent.last_modified):
            return FetchResult(FetchOutcome.NOT_MODIFIED, url, status, headers=headers, validators=request.validators)
        if 200 <= status < 300 and status not in http_problems.WHAT_TO_DO:
            body = await self._read_body(response)
            new_validators = replace(http_problems.validators_from_response(response), body=digest_of(body))
            if request.has_secret(f"{new_validators.etag} {new_validators.last_modified}", response.url):
                new_validators = Validators(body=new_validators.body)  # they would be stored
            if new_validators.etag or new_validators.last_modified:
                new_validators = replace(new_validators, origin=origin_of(response.url))
            # A server may never answer 304, or answer it for another encoding of the document only.
            if new_validators.body == sent.body:
                return FetchResult(FetchOutcome.NOT_MODIFIED, url, status, headers=headers, validators=new_validators)
            return FetchResult(FetchOutcome.DOCUMENT, url, status, body, headers, new_validators)
        return FetchResult(
            FetchOutcome.GONE if status == HTTPStatus.GONE else FetchOutcome.FAILED,
            url,
            status,
            headers=headers,
            validators=request.validators,
            problem=http_problems.explain_status(status),
            retry_after=http_problems.parse_retry_after(headers.get("retry-after"), clock.now()),
        )

    async def _read_body(self, response: ClientResponse) -> bytes:
        """The body as it was sent."""
        max_bytes = self._limits.wire_bytes
        if (response.content_length or 0) > max_bytes:
            raise FetchFailed(f"too big: {response.content_length} bytes announced (limits.wire_bytes: {max_bytes})")
        body = bytearray()
        while not response.content.at_eof():
            piece_end = len(body) + PIECE
            with self.stalled_requests.track_request() if len(body) < MAX_STALLED_BYTES else nullcontext():
                while len(body) < piece_end and (chunk := await response.content.readany()):
                    body += chunk
            if len(body) > max_bytes:
                raise FetchFailed(f"too big: more than {max_bytes} bytes were sent (limits.wire_bytes)")
        return bytes(body)


@lru_cache(maxsize=10_000)
def _parse_url(url: str) -> URL:
    """Cached, because the same addresses are fetched again and again: parsing one costs 25 us, caching it 1 KiB."""
    return URL(url)


def digest_of(body: bytes) -> str:
    """The digest by which we recognise a document: 32 hexadecimal digits."""
    return sha256(body).hexdigest()[:32]  # most processors have instructions for it: half the time of blake2b


def describe_redirect(fetched: FetchResult) -> str:
    """Where redirects led, to append to a line that says what was wrong there; "" if there were none."""
    return f"; the address redirects to {fetched.url}" if fetched.redirects else ""


def origin_of(url: URL) -> str:
    """The scheme, host and port of an address: what a server gave is for this origin only."""
    return str(url.origin())


def resolve_redirect(url: URL, location: str) -> URL:
    """The target of a redirect. Credentials in the address are kept only for the host that they were meant for."""
    target = url.join(URL(location))
    if target.scheme not in WEB_SCHEMES:
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
