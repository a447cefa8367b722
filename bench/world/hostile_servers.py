"""Servers that mean harm, or behave as if they did: below HTTP, on loopback, each at a path of its own.

Nothing here is reached by a name or an address beyond 127/8. ALLOWED is what a daemon is to be allowed to reach; the
rest of 127/8 stands for a private network: PRIVATE is in it, and counts who connects.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import zlib
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Network
from itertools import count

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ALLOWED = "127.64.0.0/10"
HOST = "127.64.0.1"  # where the hostile ones stand
PRIVATE = "127.0.0.1"
MIB = 2**20
BOMB = 1024 * MIB
WORD = "zeppelin"

# Addresses that are private or special, as a source or a redirect may write them. They are only given to the check.
FORMS = (
    "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1",  # RFC 1918
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3",  # this machine
    "169.254.169.254", "100.64.0.1", "100.100.100.200",  # link-local, where clouds keep passwords; carrier-grade NAT
    "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",  # of protocols, tests and examples
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",  # to many, reserved, to all
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1",  # the same in IPv6
    "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::10.0.0.1",  # IPv4 within IPv6
    "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:a00:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "3fff::1",
)  # fmt: skip
# The same machine as a URL may write it: the resolver of the system reads them all. Each leads to PRIVATE or nowhere.
LITERALS = ("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1.", "[::ffff:127.0.0.1]")
NAMES = ("localhost", "LOCALHOST", "localhost.")

# A case answers a writer; the last argument is its name.
Talk = Callable[["Hostile", StreamWriter, str], Awaitable[None]]


@dataclass
class Hostile:
    """What they share: where they listen, and what has been seen of whoever came."""

    port: int = 0
    private_hits: int = 0
    asked: dict[str, int] = field(default_factory=dict)
    bomb: int = BOMB

    def url(self, case: str) -> str:
        """Where a case is to be asked for."""
        if case.startswith("literal "):
            return f"http://{case.removeprefix('literal ')}:{self.port}/private"
        if case.startswith("name "):
            return f"http://{case.removeprefix('name ')}:{self.port}/private"
        return f"http://{HOST}:{self.port}/{case.replace(' ', '-')}"


async def _send(writer: StreamWriter, body: bytes, *headers: str, length: int | None = None) -> None:
    said = (f"Content-Length: {len(body) if length is None else length}", "Content-Type: application/rss+xml", *headers)
    writer.write("\r\n".join(("HTTP/1.1 200 OK", "Connection: close", *said, "", "")).encode() + body)
    await writer.drain()


async def _huge(hostile: Hostile, writer: StreamWriter, case: str) -> None:
    del hostile, case
    await _send(writer, b"<rss><channel>", length=50 * MIB)
    for _ in range(50):
        writer.write(b" " * MIB)
        await writer.drain()


async def _huge_unannounced(hostile: Hostile, writer: StreamWriter, case: str) -> None:
    del hostile, case
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<rss><channel>")
    for _ in range(50):
        writer.write(b" " * MIB)
        await writer.drain()


async def _endless(hostile: Hostile, writer: StreamWriter, case: str) -> None:
    del hostile, case
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"4000\r\n" + b" " * 0x4000 + b"\r\n")
        await writer.drain()


def _pieces(size: int) -> Iterator[bytes]:
    piece = bytes(MIB)
    for _ in range(size // MIB):
        yield piece


@cache
def bomb(coding: str, size: int) -> bytes:
    """So many zeros, in this content coding."""
    if coding == "gzip":
        packed = zlib.compressobj(1, wbits=31)
        return b"".join(packed.compress(piece) for piece in _pieces(size)) + packed.flush()
    if coding == "br":
        tight = brotli.Compressor(quality=1)
        return bytes(b"".join(tight.process(piece) for piece in _pieces(size)) + tight.finish())
    packer = zstd.ZstdCompressor(level=1)
    return b"".join(packer.compress(piece) for piece in _pieces(size)) + packer.flush()


async def _bomb(hostile: Hostile, writer: StreamWriter, case: str) -> None:
    coding = case.rpartition(" ")[2]
    await _send(writer, await asyncio.to_thread(bomb, coding, hostile.bomb), f"Content-Encoding: {coding}")


def _documents(document: Callable[[], bytes]) -> Talk:
    made = cache(document)

    async def talk(hostile: Hostile, writer: StreamWriter, case: str) -> None:
        del hostile, case
        await _send(writer, made())

    return talk


def _rss(inside: str, before: str = "") -> bytes:
    return f"<?xml version='1.0'?>{before}<rss version='2.0'><channel><title>x</title>{inside}</channel></rss>".encode()


def _many_entries() -> bytes:
    return _rss("".join(f"<item><title>t{n}</title></item>" for n in range(100_000)))


def _laughs() -> bytes:
    entities = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    return _rss("<item><title>&l9;</title></item>", f"<!DOCTYPE rss [<!ENTITY l0 'ha'>{entities}]>")


def _external() -> bytes:
    return _rss(
        "<item><guid>x</guid><title>&x;</title></item>", "<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>"
    )


def _deep() -> bytes:
    return _rss("<item>" + "<a>" * 100_000 + "</a>" * 100_000 + "</item>")


def _comments() -> bytes:
    return _rss("<item><title>x</title><description>" + "<!--" * (MIB // 4) + "</description></item>")


async def _loop(hostile: Hostile, writer: StreamWriter, case: str) -> None:
    await _redirected(writer, hostile.url(case))


async def _redirected(writer: StreamWriter, to: str) -> None:
    writer.write(f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
    await writer.drain()


async def _to_private(hostile: Hostile, writer: StreamWriter, case: str) -> None:
    del case
    await _redirected(writer, f"http://{PRIVATE}:{hostile.port}/private")


async def _drip(hostile: Hostile, writer: StreamWriter, case: str) -> None:
    del hostile, case
    await _send(writer, b"<rss>", length=1_000_000)
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(1)


async def _silent(hostile: Hostile, writer: StreamWriter, case: str) -> None:
    del hostile, writer, case
    await asyncio.sleep(3600)


async def _reset(hostile: Hostile, writer: StreamWriter, case: str) -> None:
    del hostile, case
    await _send(writer, b"<rss>", length=1_000)
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # closing then is a reset
    writer.transport.abort()


_turn = count()


async def _restless(hostile: Hostile, writer: StreamWriter, case: str) -> None:
    del hostile, case
    asked = next(_turn)
    items = "".join(
        f"<item><guid isPermaLink='false'>{asked}-{n}</guid><link>http://news.example/{n}</link>"
        f"<title>A {WORD} over town {n}</title><description>It was seen in town {n}.</description></item>"
        for n in range(10)
    )
    await _send(writer, _rss(items))


CASES: dict[str, Talk] = {
    "50 MB": _huge,
    "50 MB unannounced": _huge_unannounced,
    "endless": _endless,
    "bomb gzip": _bomb,
    "bomb br": _bomb,
    "bomb zstd": _bomb,
    "100,000 entries": _documents(_many_entries),
    "billion laughs": _documents(_laughs),
    "external entity": _documents(_external),
    "100,000 levels": _documents(_deep),
    "1 MB of comments": _documents(_comments),
    "redirect loop": _loop,
    "redirect to private": _to_private,
    "1 byte a second": _drip,
    "silent": _silent,
    "reset": _reset,
    "changing guids": _restless,
}
ELSEWHERE = (*(f"name {name}" for name in NAMES), *(f"literal {literal}" for literal in LITERALS))
_BY_PATH = {case.replace(" ", "-"): (case, talk) for case, talk in CASES.items()}


@asynccontextmanager
async def serving(hostile: Hostile) -> AsyncIterator[Hostile]:
    """All of them at HOST, and PRIVATE at the same port."""
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: StreamReader, writer: StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode()[1:]
                case, answer = _BY_PATH[path.replace("%2C", ",")]
                hostile.asked[case] = hostile.asked.get(case, 0) + 1
                await answer(hostile, writer, case)
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()

    def private(reader: StreamReader, writer: StreamWriter) -> None:
        del reader
        hostile.private_hits += 1
        writer.close()

    def connected(reader: StreamReader, writer: StreamWriter) -> None:
        talks.add(asyncio.create_task(talk(reader, writer)))

    async with await asyncio.start_server(connected, HOST, 0) as server:
        hostile.port = server.sockets[0].getsockname()[1]
        async with await asyncio.start_server(private, PRIVATE, hostile.port):
            try:
                yield hostile
            finally:
                for task in talks:
                    task.cancel()
                await asyncio.gather(*talks, return_exceptions=True)


def allowed() -> list[IPv4Network]:
    """What may be reached, for the check."""
    return [IPv4Network(ALLOWED)]
