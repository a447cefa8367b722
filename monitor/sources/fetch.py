"""One document off the network: HTTP with validators, bounds, deadlines and redirects.

Whatever the network or a server does ends as a `Fetched`, never as an error: each failure is one line that says what
happened and, where somebody can do something, what. It does not parse, keep cookies, use proxies, decide when to ask
again, or remember anything between fetches but whom it asked last (`politeness`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import TracebackType
from typing import Self

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from multidict import CIMultiDict
from yarl import URL

import monitor
from monitor import clock
from monitor.errors import FetchFailed
from monitor.model import Fetched, FetchOutcome, Limits, Validators
from monitor.sources import answers
from monitor.sources.decoder import ACCEPT_ENCODING, Body
from monitor.sources.guard import SCHEMES, Guard, Network
from monitor.sources.politeness import Line, Politeness
from monitor.sources.resolve import Resolver

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
USER_AGENT = f"news-monitor/{monitor.__version__}"
REDIRECTS = (301, 302, 303, 307, 308)
NO_WEB_ADDRESS = "which is no http:// or https:// address"
# What goes along to another host; all other headers may be credentials.
HARMLESS = ("accept", "accept-language", "user-agent")


class Fetcher:
    """Fetches for all sources. An async context manager: it holds the one HTTP session of the process."""

    def __init__(self, limits: Limits, allow: Sequence[Network]) -> None:
        self._limits = limits
        self._allow = tuple(allow)
        self._politeness = Politeness(limits, allow)
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            # At polling intervals an idle connection is only memory: each one is closed after its answer.
            connector=TCPConnector(
                force_close=True, limit=0, resolver=Resolver(), socket_factory=Guard(self._allow).socket_factory
            ),
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

    async def fetch(self, url: str, validators: Validators, *, headers: Mapping[str, str] | None = None) -> Fetched:
        """What one GET brings; its validators are what to send next time. `headers` go along, in place of ours."""
        try:
            address = URL(url)
            url = shown(address)
            return await self._follow(address, validators, dict(headers or {}))
        except FetchFailed as error:
            problem = str(error)
        except TimeoutError as error:
            problem = answers.timed_out(error, self._limits)
        except (ClientError, OSError) as error:
            problem = answers.not_answered(error)
        except ValueError as error:  # an address or header that cannot be sent, says yarl, idna or aiohttp
            problem = f"cannot be asked for: {answers.one_line(error)}"
        return Fetched(FetchOutcome.FAILED, url, validators=validators, problem=problem)

    def line(self, url: str) -> Line:
        """Which other addresses a fetch of this one waits for."""
        return self._politeness.line(url)

    async def _follow(self, url: URL, validators: Validators, own: Mapping[str, str]) -> Fetched:
        """From redirect to redirect. The total time runs while a server has the word, not while others are let pass."""
        left = self._limits.total.total_seconds()
        for hop in range(self._limits.redirects + 1):
            if url.scheme not in SCHEMES or not url.host:
                raise FetchFailed(f"{'redirects to ' if hop else ''}{shown(url)[:200]}, {NO_WEB_ADDRESS}")
            async with self._politeness.turn(url.host, url.port or 0):
                began = clock.monotonic()
                fetched = await self._ask(url, validators, own, left)
                left -= clock.monotonic() - began
            if isinstance(fetched, Fetched):
                return fetched
            own = {
                name: value for name, value in own.items() if keeps_secrets(url, fetched) or name.lower() in HARMLESS
            }
            url = fetched
        raise FetchFailed(f"more than {self._limits.redirects} redirects (limits.redirects), the last to {shown(url)}")

    async def _ask(self, url: URL, validators: Validators, own: Mapping[str, str], seconds: float) -> Fetched | URL:
        """One request: what it brought, or where it redirects to."""
        assert self._session is not None, "a Fetcher is used within its context"
        headers = CIMultiDict({"User-Agent": USER_AGENT, "Accept": ACCEPT, "Accept-Encoding": ACCEPT_ENCODING})
        headers.update(own)
        if validators.etag is not None:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified is not None:
            headers["If-Modified-Since"] = validators.last_modified
        request = self._session.get(url, headers=headers, allow_redirects=False)
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline, request as response:
                if response.status in REDIRECTS and "Location" in response.headers:
                    return target(url, response.headers["Location"])
                return await self._answer(response, validators)
        except TimeoutError:
            if deadline.expired():
                raise FetchFailed(answers.too_slow(self._limits)) from None
            raise

    async def _answer(self, response: ClientResponse, validators: Validators) -> Fetched:
        url, status, headers = shown(response.url), response.status, answers.headers(response)
        if status == HTTPStatus.NOT_MODIFIED and validators != Validators():
            return Fetched(FetchOutcome.NOT_MODIFIED, url, status, headers=headers, validators=validators)
        if 200 <= status < 300 and status not in answers.WHAT_TO_DO:
            body = await self._read(response, headers.get("content-encoding", ""))
            return Fetched(FetchOutcome.DOCUMENT, url, status, body, headers, answers.validators(response))
        return Fetched(
            FetchOutcome.GONE if status == HTTPStatus.GONE else FetchOutcome.FAILED,
            url,
            status,
            headers=headers,
            validators=validators,
            problem=answers.problem(status),
            retry_after=answers.retry_after(headers.get("retry-after"), clock.now()),
        )

    async def _read(self, response: ClientResponse, encoding: str) -> bytes:
        body = Body(encoding, wire=self._limits.wire_bytes, decoded=self._limits.decoded_bytes)
        body.announced(response.content_length or 0)
        async for chunk in response.content.iter_any():
            body.feed(chunk)
        return body.whole()


def target(url: URL, location: str) -> URL:
    """Where a redirect leads. Credentials in the address stay with the host that they were meant for."""
    to = url.join(URL(location))
    if to.scheme not in SCHEMES:
        return to
    return to.with_user(url.user).with_password(url.password) if keeps_secrets(url, to) else to.with_user(None)


def keeps_secrets(url: URL, to: URL) -> bool:
    """Whether credentials for one address may go to the other: the same host and port, or its https side."""
    upgrade = (url.scheme, url.port, to.scheme, to.port) == ("http", 80, "https", 443)
    return url.host == to.host and (upgrade or (url.scheme, url.port) == (to.scheme, to.port))


def shown(url: URL) -> str:
    """The address without credentials: it goes into logs and reports."""
    return str(url.with_user(None) if url.user is not None else url)
