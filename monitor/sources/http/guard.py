"""Checks which addresses a source may reach: the guard against feeds that point into private networks (SSRF).

It runs at the moment of connecting, for each address that a name resolved to and after each redirect, so nothing can
change between check and connection. It resolves no names. With a proxy it sees only the proxy, so there the fetcher
looks the name up and calls `check_address` first, which is weaker.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from monitor.model import Settings

if TYPE_CHECKING:  # aiohttp takes a tenth of a second to import, and commands that check addresses do without it
    from _typeshed import WriteableBuffer
    from aiohttp import AddrInfoType

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

# The only part of IPv6 that is assigned to the public Internet (RFC 4291 section 2.4, IANA). All else is private,
# special, or hides an IPv4 address: ::/96, 64:ff9b::/96 and ::ffff:0:0:0/96 are global in Python's tables.
PUBLIC_IPV6 = IPv6Network("2000::/3")
# Within it: 6to4 hides an IPv4 address too (RFC 3056), and 3fff::/20 is for documentation (RFC 9637).
NOT_PUBLIC_IPV6 = (IPv6Network("2002::/16"), IPv6Network("3fff::/20"))

# For protocols, not for hosts (RFC 6890); some of it is global in older Pythons.
NOT_PUBLIC_IPV4 = IPv4Network("192.0.0.0/24")

APPLIED_AT_ONCE = "a daemon that runs applies that within seconds"
_ANY_ID = "ID"  # is written where the id of the source is not known


@dataclass(frozen=True, slots=True)
class _Refusals:
    source_id: str
    addresses: list[Address]


_REFUSALS: ContextVar[_Refusals | None] = ContextVar("refusals", default=None)


class AddressRefused(OSError):
    """The address may not be reached. An OSError, because aiohttp passes those on from a connection attempt."""


class _BoundedSocket(socket.socket):
    """Fails once it has received more than `max_bytes`: interim answers and the framing of chunks have no limit of
    their own, and cost as much as a body."""

    def __init__(self, family: int, kind: int, protocol: int, max_bytes: int) -> None:
        super().__init__(family, kind, protocol)
        self._max_bytes = self._bytes_left = max_bytes

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        received = super().recv(bufsize, flags)
        self._count(len(received))
        return received

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        received = super().recv_into(buffer, nbytes, flags)
        self._count(received)
        return received

    def _count(self, received: int) -> None:
        self._bytes_left -= received
        if self._bytes_left < 0:
            raise OSError(f"the server sent more than {self._max_bytes} bytes for one document")


class Guard:
    """Refuses sockets to addresses that are neither public nor in one of the `allow` networks. `max_bytes`: how much
    may come over one of them."""

    def __init__(self, allow: Sequence[Network], max_bytes: int) -> None:
        self._allow = tuple(allow)
        self._max_bytes = max_bytes

    def socket_factory(self, addr_info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = addr_info
        check_address(str(address[0]), self._allow)
        return _BoundedSocket(family, kind, protocol, self._max_bytes)


@contextmanager
def collect_refusals(source_id: str | None) -> Iterator[list[Address]]:
    """While something is fetched for a source, what says that an address is refused names the source. Yields the
    addresses that the last request was refused."""
    refusals = _Refusals(_ANY_ID if source_id is None else source_id, [])
    token = _REFUSALS.set(refusals)
    try:
        yield refusals.addresses
    finally:
        _REFUSALS.reset(token)


def forget_refusals() -> None:
    """The addresses that were refused so far are not why the fetch fails: a server has answered, or the next request
    begins."""
    if (refusals := _REFUSALS.get()) is not None:
        refusals.addresses.clear()


def repeat_refusal(ip: str) -> None:
    """The fetch fails because this address was refused before, for something that it needs."""
    if (refusals := _REFUSALS.get()) is not None:
        refusals.addresses.append(normalize_ip(ip))


def check_address(ip: str, allow: Sequence[Network]) -> None:
    """Raises AddressRefused, with what to do, if a source may not reach this address."""
    refusals = _REFUSALS.get()
    problem = reason_if_address_refused(ip, allow, _ANY_ID if refusals is None else refusals.source_id)
    if problem is None:
        return
    if refusals is not None:
        refusals.addresses.append(normalize_ip(ip))
    raise AddressRefused(problem)


def reason_if_address_refused(ip: str, allow: Sequence[Network], source_id: str = _ANY_ID) -> str | None:
    """Why this address may not be reached, and what to do, in a line for a person; None: it may be reached."""
    address = normalize_ip(ip)
    if is_in_networks(address, allow) or is_public(address):
        return None
    as_written = "" if str(address) == ip else f" (written {ip})"
    return (
        f"{address}{as_written} is a private or special address, which sources must not reach; "
        f"{explain_allowance(address, source_id)}"
    )


def explain_allowance(address: Address, source_id: str = _ANY_ID) -> str:
    """What lets a source reach a private address."""
    item = write_allowance(address, source_id)
    return f"if it is meant, put {item} into the list network.allow in monitor.yaml; {APPLIED_AT_ONCE}"


def is_allowed_now(refused: str | None, source_id: str, settings: Settings) -> bool:
    """Whether these settings let a source reach the address that its last poll was refused (None: it was not)."""
    networks = networks_for(source_id, settings.allow, settings.allow_for)
    return refused is not None and is_in_networks(normalize_ip(refused), networks)


def write_allowance(address: Address, source_id: str) -> str:
    """The item of the list network.allow that lets this source reach this address."""
    return f"{{network: '{ip_network(address)}', sources: [{source_id}]}}"


def is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and (
        address not in PUBLIC_IPV6 or any(address in network for network in NOT_PUBLIC_IPV6)
    ):
        return False
    if address in NOT_PUBLIC_IPV4:
        return False
    # Not `is_private`: 100.64.0.0/10 (carrier-grade NAT) is neither private nor global in Python's tables.
    return address.is_global and not address.is_multicast


def is_allowed_host(host: str, allow: Sequence[Network]) -> bool:
    """Whether a host is in an allowed network, as far as we know without DNS: it is an IP address or "localhost".

    Other names of hosts there can be reached too, but as slowly as public hosts.
    """
    try:
        return is_in_networks(normalize_ip("127.0.0.1" if host == "localhost" else host), allow)
    except ValueError:
        return False


def refused_host(host: str, allow: Sequence[Network]) -> Address | None:
    """The IP address of the host, if it may not be reached; None if it may, or if the host is a name: names are checked
    when we connect."""
    try:
        address = normalize_ip("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        return None
    return None if is_in_networks(address, allow) or is_public(address) else address


@lru_cache(maxsize=10_000)
def normalize_ip(ip: str) -> Address:
    """The address without its zone (fe80::1%eth0), and as IPv4 if it is an IPv4-mapped one."""
    address = ip_address(ip.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def networks_for(
    source_id: str | None, allow: Sequence[Network], allow_for: Mapping[str, Sequence[Network]]
) -> tuple[Network, ...]:
    """The private networks that a source may reach (None: what is fetched for no source). `allow`: those that all
    sources may reach; `allow_for`: by the id of a source, those that it may reach besides."""
    return (*allow, *(allow_for.get(source_id, ()) if source_id is not None else ()))


def is_in_networks(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
