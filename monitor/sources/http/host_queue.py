"""How hard one host may be asked: connections at a time, and a pause between requests.

One connection at a time to a host and port, and a gap between the starts of two requests to one registered domain
(news.example.co.uk and www.example.co.uk are of one owner). In allowed networks, which are the operator's own, several
connections and no gap. It says which addresses wait for one another, and so are not worth being begun together. It
does not decide when a source is due, and knows nothing of Retry-After.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from ipaddress import ip_address

from courlan import extract_domain
from yarl import URL

from monitor import clock
from monitor.model import Limits
from monitor.sources.http.guard import Network, is_allowed_host


@dataclass(frozen=True, slots=True)
class HostQueue:
    """Addresses that wait for one another, and how many of them are worth being under way at once."""

    name: str
    capacity: int


@dataclass(slots=True)
class _HostSlots:
    """Of one host and port: who is inside, and how many hold or wait for a place."""

    slots: asyncio.Semaphore
    users: int = 0


class Politeness:
    """Lets requests pass one by one. For one event loop."""

    def __init__(self, limits: Limits, allow: Sequence[Network]) -> None:
        self._limits = limits
        self._allow = tuple(allow)
        self._doors: dict[tuple[str, int], _HostSlots] = {}
        self._free_at: dict[str, float] = {}
        self._look_at = 0.0  # when those that are over are next taken out
        self._lines: dict[str, HostQueue] = {}

    def host_queue(self, url: str) -> HostQueue:
        """Where this address would stand; redirects are not foreseen."""
        if url not in self._lines:
            self._lines[url] = self._line(url)
        return self._lines[url]

    def _line(self, url: str) -> HostQueue:
        try:
            address = URL(url)
            host, port = address.host or "", address.port
        except ValueError:  # it will not be asked for, and that will be told
            return HostQueue(url, 1)
        if is_allowed_host(host, self._allow):
            return HostQueue(f"{host}:{port}", self._limits.per_host)
        return HostQueue(registered_domain(host), 2)  # one is being asked, the next one waits for the gap

    @asynccontextmanager
    async def request_slot(self, host: str, port: int, gap: timedelta = timedelta(0)) -> AsyncIterator[None]:
        """Waits for the turn of a request to this host, which lasts as long as the context. `gap`: what asks after it
        waits at least so long, where that is more than the usual gap."""
        own = is_allowed_host(host, self._allow)
        door = self._doors.setdefault((host, port), _HostSlots(asyncio.Semaphore(self._limits.per_host if own else 1)))
        door.users += 1
        try:
            async with door.slots:
                if not own:
                    await self._pause(registered_domain(host), max(gap, self._limits.gap))
                yield
        finally:
            door.users -= 1
            if not door.users:
                del self._doors[host, port]

    async def _pause(self, domain: str, gap: timedelta) -> None:
        now = clock.monotonic()
        if now >= self._look_at:  # once a gap: at each request it would cost as much as there are hosts
            self._free_at = {name: at for name, at in self._free_at.items() if at > now}
            self._look_at = now + self._limits.gap.total_seconds()
        start = max(self._free_at.get(domain, now), now)
        self._free_at[domain] = start + gap.total_seconds()
        await asyncio.sleep(start - now)


@lru_cache(maxsize=10_000)
def registered_domain(host: str) -> str:
    """What its owner registered; the host itself where there is no such thing (an address, a bare name)."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return extract_domain(f"http://{host}/") or host
    return host
