"""Names into addresses, by the system's own resolver, in threads that keep nobody from ending.

The event loop's own way uses an executor, whose threads are waited for at the process's end; a lookup that hangs cannot
be stopped, and may take minutes. It keeps nothing (aiohttp does, for a few seconds), and judges no address (`guard`).
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from threading import Thread

from aiohttp.abc import AbstractResolver, ResolveResult

LOOKUPS = 64  # at once; more names wait. A lookup that nobody waits for any more counts until it ends.
NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class Resolver(AbstractResolver):
    """For one event loop."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(LOOKUPS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[ResolveResult]] = loop.create_future()

        def settle(found: list[ResolveResult] | OSError | UnicodeError) -> None:
            self._places.release()
            if answer.done():  # whoever asked has given up
                return
            if isinstance(found, list):
                answer.set_result(found)
            else:
                answer.set_exception(found)

        def work() -> None:
            found = _look_up_host(host, port, family)
            with suppress(RuntimeError):  # the loop has been closed
                loop.call_soon_threadsafe(settle, found)

        await self._places.acquire()
        Thread(target=work, name=f"resolve {host}", daemon=True).start()
        return await answer

    async def close(self) -> None:
        """Nothing is kept."""


def _look_up_host(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult] | OSError | UnicodeError:
    """What the name stands for, or why that cannot be said (UnicodeError: it is no name)."""
    try:
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        return [
            # getnameinfo writes the zone of a link-local address after it (fe80::1%eth0)
            ResolveResult(
                hostname=host,
                host=socket.getnameinfo(address, socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)[0],
                port=port,
                family=kind,
                proto=protocol,
                flags=NUMERIC,
            )
            for kind, _, protocol, _, address in found
        ]
    except (OSError, UnicodeError) as error:
        return error
