"""Names into addresses."""

from __future__ import annotations

import asyncio
import socket
from threading import Event

import pytest

from monitor.sources.http import resolver
from monitor.sources.http.resolver import Resolver
from tests.support.patience import PATIENCE


@pytest.mark.parametrize(
    ("name", "family", "address"),
    [
        ("localhost", socket.AF_INET, "127.0.0.1"),
        ("127.0.0.1", socket.AF_UNSPEC, "127.0.0.1"),
        ("::1", socket.AF_INET6, "::1"),
    ],
)
async def test_a_name_gives_its_addresses(name: str, family: socket.AddressFamily, address: str) -> None:
    """With what a connection needs besides."""
    first = (await Resolver().resolve(name, 8000, family))[0]
    assert (first["hostname"], first["host"], first["port"]) == (name, address, 8000)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("127.0.0.1", socket.gaierror),  # no address of this family
        ("x" * 64 + ".example", UnicodeError),  # no name can be so long
    ],
)
async def test_what_cannot_be_resolved_is_an_error_of_the_lookup(name: str, error: type[Exception]) -> None:
    """The system's own, which aiohttp knows."""
    with pytest.raises(error):
        await Resolver().resolve(name, 80, socket.AF_INET6)


async def test_lookups_that_hang_are_bounded_and_free_their_places_when_they_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Giving up does not free a place, for its thread is still there; the lookup's end does."""
    monkeypatch.setattr(resolver, "MAX_LOOKUPS", 1)
    go, real = Event(), socket.getaddrinfo

    def slow(host: str, port: int, family: int, kind: int, *, flags: int) -> object:
        if host == "slow.test":
            go.wait(PATIENCE)
            host = "127.0.0.1"
        return real(host, port, family, kind, flags=flags)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    lookups = Resolver()
    given_up = asyncio.create_task(lookups.resolve("slow.test"))
    await asyncio.sleep(0)
    given_up.cancel()
    next_one = asyncio.create_task(lookups.resolve("127.0.0.1"))
    await asyncio.sleep(0.1)
    assert not next_one.done()
    go.set()
    assert (await next_one)[0]["host"] == "127.0.0.1"
    assert given_up.cancelled()


async def test_a_lookup_that_gets_no_thread_frees_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or lookups would hang for ever once there had been too many threads for a while."""
    monkeypatch.setattr(resolver, "MAX_LOOKUPS", 1)
    names = Resolver()

    class NoThread:
        def __init__(self, **options: object) -> None:
            del options

        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    with monkeypatch.context() as refused:
        refused.setattr(resolver, "Thread", NoThread)
        with pytest.raises(OSError, match="new thread"):
            await names.resolve("localhost", 80)
    async with asyncio.timeout(PATIENCE):
        assert await names.resolve("127.0.0.1", 80)
