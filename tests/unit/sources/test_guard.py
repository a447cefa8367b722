"""Which addresses a source may reach."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_network

import pytest

from monitor.model import Settings
from monitor.sources.http.guard import (
    AddressRefused,
    Guard,
    Network,
    check_address,
    collect_refusals,
    is_allowed_host,
    is_allowed_now,
    networks_for,
    reason_if_address_refused,
)

REFUSED = [
    "127.0.0.1",  # loopback
    "127.255.255.254",  # loopback is a /8
    "0.0.0.0",  # this host
    "10.1.2.3",  # private
    "172.16.0.1",  # private
    "192.168.1.1",  # private
    "100.64.0.1",  # carrier-grade NAT: neither private nor global in Python's tables
    "169.254.169.254",  # link-local: the metadata service of clouds
    "192.0.0.8",  # of protocols
    "192.0.2.1",  # documentation
    "198.18.0.1",  # benchmarks
    "203.0.113.9",  # documentation
    "224.0.0.1",  # multicast, though global
    "240.0.0.1",  # reserved
    "255.255.255.255",  # broadcast
    "::",  # this host
    "::1",  # loopback
    "fe80::1",  # link-local
    "fe80::1%eth0",  # link-local with its zone
    "fc00::1",  # unique local
    "fd00:ec2::254",  # unique local: a metadata service
    "fec0::1",  # site-local, abandoned, yet routed
    "ff02::1",  # multicast, though global
    "2001:db8::1",  # documentation
    "3fff::1",  # documentation
    "::127.0.0.1",  # IPv4 hidden in ::/96
    "::ffff:127.0.0.1",  # IPv4 mapped
    "::ffff:a00:1",  # IPv4 mapped, in hexadecimal
    "::ffff:0:127.0.0.1",  # IPv4 translated (SIIT)
    "64:ff9b::7f00:1",  # IPv4 hidden by NAT64
    "64:ff9b:1::a00:1",  # IPv4 hidden by a local NAT64
    "2002:7f00:1::1",  # IPv4 hidden by 6to4
    "2001:0:a00:1::1",  # Teredo
]
PUBLIC = [
    "93.184.216.34",
    "1.1.1.1",
    "2606:4700:4700::1111",
    "::ffff:93.184.216.34",  # IPv4 mapped, and public
    "2a00:1450:4001:80b::200e",
]


@pytest.mark.parametrize("address", REFUSED)
def test_private_and_special_addresses_are_refused_with_what_to_do(address: str) -> None:
    """The line names the address, says why, and names the key that would permit it."""
    line = reason_if_address_refused(address, ())
    assert line is not None
    assert address in line or address.partition("%")[0] in line
    assert "private" in line
    assert "network.allow in monitor.yaml" in line


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    """What stands on the public Internet may be reached."""
    assert reason_if_address_refused(address, ()) is None


@pytest.mark.parametrize(
    ("address", "network", "passes"),
    [
        ("10.1.2.3", "10.0.0.0/8", True),  # in it
        ("11.1.2.3", "10.0.0.0/8", True),  # public anyway
        ("192.168.1.1", "10.0.0.0/8", False),  # another private network
        ("::ffff:10.1.2.3", "10.0.0.0/8", True),  # compared as the IPv4 address that it is
        ("::1", "127.0.0.0/8", False),  # the other loopback is another network
        ("::1", "::1/128", True),
        ("fe80::1%eth0", "fe80::/10", True),  # the zone does not count
        ("64:ff9b::a00:1", "10.0.0.0/8", False),  # not unwrapped: a translator stands between
        ("64:ff9b::a00:1", "64:ff9b::/96", True),
    ],
)
def test_allowed_networks_win(address: str, network: str, passes: bool) -> None:
    """The operator's own networks may be reached, and no others with them."""
    assert (reason_if_address_refused(address, [ip_network(network)]) is None) is passes


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("localhost", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("intranet", False),  # where a name leads is not known before it is resolved
        ("example.org", False),
        ("2130706433", False),  # no address as Python reads it
    ],
)
def test_allowed_hosts_are_those_written_as_addresses(host: str, allowed: bool) -> None:
    """Pace may be relaxed only where the name itself says that it is the operator's own network."""
    loopback: list[Network] = [ip_network("127.0.0.0/8")]
    assert is_allowed_host(host, loopback) is allowed


@pytest.mark.parametrize("address", REFUSED)
def test_a_refusal_is_over_when_the_settings_allow_its_address(address: str) -> None:
    """What a poll collects is what a later edit is compared with; other networks do not count."""
    with collect_refusals("wire") as refused, pytest.raises(AddressRefused, match=r"sources: \[wire\]"):
        check_address(address, ())
    (found,) = refused
    settings = Settings("UTC", "", {}, {}, allow_for={"wire": (ip_network(found),)})
    assert is_allowed_now(str(found), "wire", settings)
    assert not is_allowed_now(str(found), "post", settings)
    assert not is_allowed_now(str(found), "wire", replace(settings, allow_for={}))
    assert not is_allowed_now(None, "wire", settings)


def test_refusals_are_collected_while_a_source_is_polled() -> None:
    """Each poll collects its own, also those of the tasks that it starts."""

    async def poll(name: str) -> list[str]:
        async def connect() -> None:
            with suppress(AddressRefused):
                check_address(f"10.0.0.{name}", ())

        with collect_refusals(name) as refused:
            await asyncio.gather(connect(), connect())
        return [str(address) for address in refused]

    async def both() -> list[list[str]]:
        return list(await asyncio.gather(poll("1"), poll("2")))

    assert asyncio.run(both()) == [["10.0.0.1"] * 2, ["10.0.0.2"] * 2]
    with pytest.raises(AddressRefused, match=r"sources: \[ID\]"):
        check_address("10.0.0.1", ())


def test_a_source_may_reach_its_own_networks_and_those_for_all() -> None:
    """What is fetched for no source may reach those for all."""
    all_, own = ip_network("10.0.0.0/8"), ip_network("127.0.0.0/8")
    wanted: dict[str, list[Network]] = {"intranet": [own]}
    reached = [networks_for(id_, [all_], wanted) for id_ in ("intranet", "other", None)]
    assert reached == [(all_, own), (all_,), (all_,)]


def test_socket_factory_refuses_before_there_is_a_socket() -> None:
    """Refusal is an OSError, which aiohttp carries through; an allowed address gets its socket."""
    info = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", 80))
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1"):
        Guard([], 1).socket_factory(info)
    with Guard([ip_network("127.0.0.0/8")], 1).socket_factory(info) as made:
        assert made.family == socket.AF_INET
