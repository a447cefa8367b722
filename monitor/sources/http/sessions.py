"""The HTTP sessions of the fetcher: one for each set of private networks that sources may reach.

A connection is opened and used within one session, so none that was opened for a source with an allowance can serve the
request of a source without it. Each session has a guard of its own, which knows only its networks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver

from monitor.model import Limits
from monitor.sources.http.guard import Guard, Network, networks_for

_FRAMING = 2**20  # bytes that may come beside twice the document: headers, TLS, the sizes of chunks


class GuardedSessions:
    """Sessions by what they may reach. `allow` and `allow_for`: as in `networks_for`. Every session sends these
    `headers`."""

    def __init__(
        self,
        limits: Limits,
        allow: Sequence[Network],
        allow_for: Mapping[str, Sequence[Network]],
        resolver: AbstractResolver,
        headers: Mapping[str, str],
    ) -> None:
        self._limits = limits
        self.allow_networks(allow, allow_for)
        self._resolver = resolver
        self._headers = dict(headers)
        self._sessions: dict[tuple[Network, ...], ClientSession] = {}
        self._is_closed = False

    def allow_networks(self, allow: Sequence[Network], allow_for: Mapping[str, Sequence[Network]]) -> None:
        """Let sources reach these private networks from now on, and no others."""
        self._for_all = tuple(allow)
        self._by_source = {source: networks_for(source, allow, allow_for) for source in allow_for}

    def networks_for(self, source_id: str | None) -> tuple[Network, ...]:
        """The private networks that this source may reach now; None: what is fetched for no source."""
        return self._by_source.get(source_id, self._for_all) if source_id is not None else self._for_all

    @property
    def all_networks(self) -> tuple[Network, ...]:
        """The private networks that any source may reach."""
        return tuple(dict.fromkeys([*self._for_all, *(each for some in self._by_source.values() for each in some)]))

    def session_for(self, networks: tuple[Network, ...]) -> ClientSession:
        """The session for requests that may reach these private networks. For the event loop in which it is called.
        Raises RuntimeError once they are closed: nobody would close a new one."""
        if self._is_closed:
            raise RuntimeError("the HTTP sessions are closed")
        if (session := self._sessions.get(networks)) is None:
            session = self._sessions[networks] = self._open_session(networks)
        return session

    def _open_session(self, networks: tuple[Network, ...]) -> ClientSession:
        guard = Guard(networks, 2 * self._limits.wire_bytes + _FRAMING)
        return ClientSession(
            # Between polls an idle connection only costs memory: each one is closed after its response.
            connector=TCPConnector(
                force_close=True, limit=0, resolver=self._resolver, socket_factory=guard.socket_factory
            ),
            headers=self._headers,
            timeout=ClientTimeout(
                total=None,  # the fetcher has its own, over all redirects
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

    async def close(self) -> None:
        """Close all sessions, for good."""
        self._is_closed = True
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()
