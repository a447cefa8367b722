"""Resolves names with the system's own resolver, in threads that do not delay the end of the process.

The event loop's own resolver uses an executor, and the process waits for the executor's threads when it ends. A lookup
that hangs cannot be stopped, and may take minutes. Nothing is cached here (aiohttp caches for a few seconds), and no
address is refused here (`guard` does that).
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from threading import Thread

from aiohttp.abc import AbstractResolver, ResolveResult

MAX_LOOKUPS = 64  # at once; more names wait. A cancelled lookup counts until it ends.
NUMERIC_FLAGS = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class Resolver(AbstractResolver):
    """For one event loop."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(MAX_LOOKUPS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        result: asyncio.Future[list[ResolveResult]] = loop.create_future()

        def set_result(resolved: list[ResolveResult] | OSError | UnicodeError) -> None:
            self._slots.release()
            if result.done():  # the caller has given up
                return
            if isinstance(resolved, list):
                result.set_result(resolved)
            else:
                result.set_exception(resolved)

        def run_lookup() -> None:
            resolved = _look_up_host(host, port, family)
            with suppress(RuntimeError):  # the loop has been closed
                loop.call_soon_threadsafe(set_result, resolved)

        await self._slots.acquire()
        try:
            Thread(target=run_lookup, name=f"resolve {host}", daemon=True).start()
        except RuntimeError as error:  # there may be no more threads
            self._slots.release()
            raise OSError(str(error)) from None
        return await result

    async def close(self) -> None:
        """Does nothing: there is nothing to close."""


def _look_up_host(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult] | OSError | UnicodeError:
    """The addresses of the name, or the error (UnicodeError: it is not a valid name)."""
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
                flags=NUMERIC_FLAGS,
            )
            for kind, _, protocol, _, address in found
        ]
    except (OSError, UnicodeError) as error:
        return error
