"""Limits how hard we use one host: connections at a time, and a pause between requests.

There is one connection at a time to a host and port, and a gap between the starts of two requests to one registered
domain (news.example.co.uk and www.example.co.uk have one owner). Hosts in allowed networks, which are the operator's
own, get several connections and no gap. A HostQueue tells which addresses wait for one another, so that it is no use
to start them together. What an address redirects to counts for the host of that address. Otherwise a hostile source
could redirect to slow addresses of another host, whose own sources would have to wait.

This module does not decide when a source is due, and ignores Retry-After.
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
    """Addresses that wait for one another, and how many of them it is useful to start at once."""

    name: str
    capacity: int


@dataclass(slots=True)
class _HostSlots:
    """The connection slots of one host and port, and how many requests hold a slot or wait for one."""

    slots: asyncio.Semaphore
    users: int = 0


class Politeness:
    """Makes requests wait for their turn. For one event loop."""

    def __init__(self, limits: Limits, allow: Sequence[Network]) -> None:
        self._limits = limits
        self._allow = tuple(allow)
        self._slots: dict[tuple[str, int], _HostSlots] = {}
        self._free_at: dict[str, float] = {}
        self._next_cleanup = 0.0  # when to remove past entries of `_free_at` next
        self._queues: dict[str, HostQueue] = {}

    def allow_networks(self, networks: Sequence[Network]) -> None:
        """Treat the hosts in these networks, and no others, as the operator's own from now on."""
        self._allow = tuple(networks)
        self._queues.clear()

    def host_queue(self, url: str) -> HostQueue:
        """The queue of this address; redirects are not known in advance."""
        if url not in self._queues:
            self._queues[url] = self._build_queue(url)
        return self._queues[url]

    def _build_queue(self, url: str) -> HostQueue:
        try:
            address = URL(url)
            host, port = address.host or "", address.port
        except ValueError:  # the fetch will fail, and say why
            return HostQueue(url, 1)
        if is_allowed_host(host, self._allow):
            return HostQueue(f"{host}:{port}", self._limits.per_host)
        return HostQueue(registered_domain(host), 2)  # one request runs, the next one waits for the gap

    @asynccontextmanager
    async def request_slot(self, host: str, port: int, gap: timedelta = timedelta(0)) -> AsyncIterator[None]:
        """Waits for a slot for a request that counts for this host, and holds it within the context.

        `gap`: the least time until the next such request, if it is longer than the usual gap.
        """
        is_allowed = is_allowed_host(host, self._allow)
        slots = self._slots.setdefault(
            (host, port), _HostSlots(asyncio.Semaphore(self._limits.per_host if is_allowed else 1))
        )
        slots.users += 1
        try:
            async with slots.slots:
                if not is_allowed:
                    await self._wait_for_gap(registered_domain(host), max(gap, self._limits.gap))
                yield
        finally:
            slots.users -= 1
            if not slots.users:
                del self._slots[host, port]

    async def _wait_for_gap(self, domain: str, gap: timedelta) -> None:
        now = clock.monotonic()
        if now >= self._next_cleanup:  # once per gap: its cost grows with the number of hosts
            self._free_at = {name: free_at for name, free_at in self._free_at.items() if free_at > now}
            self._next_cleanup = now + self._limits.gap.total_seconds()
        start = max(self._free_at.get(domain, now), now)
        self._free_at[domain] = start + gap.total_seconds()
        await asyncio.sleep(start - now)


@lru_cache(maxsize=10_000)
def registered_domain(host: str) -> str:
    """The domain that the owner registered; the host itself if there is none (an IP address, a bare name)."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return extract_domain(f"http://{host}/") or host
    return host
