"""How hard one host may be asked."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from ipaddress import ip_network

import pytest

from monitor.model import Limits
from monitor.sources.http.host_queue import HostQueue, Politeness, registered_domain
from tests.conftest import Elapse

LOOPBACK = [ip_network("127.0.0.0/8")]


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("news.example.co.uk", "example.co.uk"),  # a suffix of two parts
        ("example.org", "example.org"),
        ("a.b.example.go.kr", "example.go.kr"),
        ("192.0.2.1", "192.0.2.1"),  # addresses have no owner's name
        ("2001:db8::1", "2001:db8::1"),
        ("localhost", "localhost"),
        ("feeds.intranet", "feeds.intranet"),  # no public suffix
    ],
)
def test_registered_domain(host: str, domain: str) -> None:
    """What the owner of a host registered."""
    assert registered_domain(host) == domain


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("https://news.example.co.uk/feed", HostQueue("example.co.uk", 2)),  # hosts of one owner share the gap
        ("http://www.example.co.uk:8000/", HostQueue("example.co.uk", 2)),
        ("http://127.0.0.1:8000/a", HostQueue("127.0.0.1:8000", 3)),  # the operator's own: limits.per_host
        ("http://localhost/a", HostQueue("localhost:80", 3)),
        ("http://10.0.0.1/a", HostQueue("10.0.0.1", 2)),  # private, and not allowed
        ("http://[::1/a", HostQueue("http://[::1/a", 1)),  # no address: nobody else is in its way
    ],
)
def test_where_an_address_stands(url: str, line: HostQueue) -> None:
    """Whom it waits for, and how many are worth being under way."""
    assert Politeness(Limits(per_host=3), LOOPBACK).host_queue(url) == line


def test_networks_that_change_count_at_once() -> None:
    """Also for an address that was asked before."""
    politeness = Politeness(Limits(per_host=3), LOOPBACK)
    urls = ("http://127.0.0.1/a", "http://10.0.0.1/a")
    before = [politeness.host_queue(url).capacity for url in urls]
    politeness.allow_networks([ip_network("10.0.0.0/8")])
    assert (before, [politeness.host_queue(url).capacity for url in urls]) == ([3, 2], [2, 3])


async def most_at_once(politeness: Politeness, hosts: list[tuple[str, int]]) -> int:
    """How many of these were inside together, when each leaves only after all that can come have come."""
    inside = most = 0

    async def visit(host: str, port: int) -> None:
        nonlocal inside, most
        async with politeness.request_slot(host, port):
            inside += 1
            most = max(most, inside)
            for _ in range(20):
                await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(visit(*host) for host in hosts))
    return most


@pytest.mark.parametrize(
    ("hosts", "most"),
    [
        ([("a.example", 443)] * 5, 1),  # one host and port
        ([("a.example", 443), ("b.example", 443), ("a.example", 80)], 3),  # others are not in the way
        ([("127.0.0.1", 8000)] * 5, 3),  # the operator's own: limits.per_host
        ([("10.0.0.1", 8000)] * 5, 1),  # private, and not allowed
    ],
)
async def test_connections_at_a_time(hosts: list[tuple[str, int]], most: int) -> None:
    """One to a host and port, several to one in an allowed network."""
    politeness = Politeness(Limits(gap=timedelta(0), per_host=3), LOOPBACK)
    assert await most_at_once(politeness, hosts) == most
    assert politeness._slots == {}


async def test_a_gap_between_requests_to_one_domain(elapse: Elapse) -> None:
    """Hosts of one owner share it; others and allowed networks do not wait."""
    politeness = Politeness(Limits(gap=timedelta(seconds=4)), LOOPBACK)
    started: list[str] = []

    async def visit(host: str) -> None:
        async with politeness.request_slot(host, 443):
            started.append(host)

    hosts = ["a.example.org", "b.example.org", "c.example.org", "d.example.net", "127.0.0.1"]
    visits = asyncio.gather(*map(visit, hosts))
    await elapse(0)
    assert sorted(started) == ["127.0.0.1", "a.example.org", "d.example.net"]
    for host in ("b.example.org", "c.example.org"):
        await elapse(3)
        assert host not in started
        await elapse(1)
        assert started[-1] == host
    await visits


async def test_who_asks_more_gently_is_followed_later(elapse: Elapse) -> None:
    """The longer gap holds for what comes after it, whoever that is."""
    politeness = Politeness(Limits(gap=timedelta(0)), [])
    async with politeness.request_slot("a.example.org", 443, timedelta(seconds=4)):
        pass
    following = asyncio.create_task(politeness.request_slot("b.example.org", 443).__aenter__())
    await elapse(3)
    assert not following.done()
    await elapse(1)
    assert following.done()


async def test_giving_up_the_turn_frees_it() -> None:
    """A fetch that is cancelled while it waits or holds stands in nobody's way."""
    politeness = Politeness(Limits(gap=timedelta(0)), [])

    async def hold() -> None:
        async with politeness.request_slot("a.example", 443):
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(hold()) for _ in range(2)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with politeness.request_slot("a.example", 443):
        assert list(politeness._slots) == [("a.example", 443)]
