"""A body off the wire, decoded within bounds.

A few hundred bytes of brotli can unfold into gigabytes, so the caps hold while decoding and not after it. It knows
nothing of HTTP but the names of content encodings, and nothing of character sets.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Protocol, cast

import brotli
from zlib_ng import zlib_ng  # twice as quick as zlib, and most documents come in gzip

from monitor.errors import FetchFailed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPT_ENCODING = "gzip, deflate, br, zstd"  # names only what can be decoded here
GZIP = b"\x1f\x8b\x08"
_InflateError = cast("type[Exception]", zlib_ng.error)  # its own type hint calls it an instance
FRAMES = 1_000  # each costs a new decoder: millions of empty ones, in 5 MiB, would hold up everything for seconds


class BodyDecoder:
    """Takes the chunks of one body and gives it whole. FetchFailed: it is too big, cut off, or not what it says."""

    def __init__(self, encoding: str, *, wire: int, decoded: int) -> None:
        self._wire_cap = wire
        self._cap = decoded
        self._wire = 0
        self._out = bytearray()
        self._coding = _select_coding(encoding)

    def check_announced_length(self, length: int) -> None:
        """What the server says that it will send: too much need not be waited for."""
        if length > self._wire_cap:
            raise FetchFailed(
                f"too big: {_format_size(length)} announced, {_format_size(self._wire_cap)} allowed (limits.wire_bytes)"
            )

    def feed(self, chunk: bytes) -> None:
        self._wire += len(chunk)
        if self._wire > self._wire_cap:
            raise FetchFailed(f"too big: more than {_format_size(self._wire_cap)} were sent (limits.wire_bytes)")
        # One byte more than there is room for: a full buffer then always means "stop", so no input is ever left over;
        # and never 0, which means "no limit" to zlib.
        self._out += self._coding.decode(chunk, self._cap - len(self._out) + 1) if self._coding else chunk
        if len(self._out) > self._cap:
            raise FetchFailed(f"too big: more than {_format_size(self._cap)} when decoded (limits.decoded_bytes)")

    def finish(self) -> bytes:
        if self._coding and self._wire and not self._coding.complete:
            raise FetchFailed(f"cut off: the {self._coding.name} data end before their end; the next poll tries again")
        return bytes(self._out)


def unpack_gzip(document: bytes, most: int) -> bytes:
    """A document that is itself a gzip file, as some sitemaps are, unpacked to at most so many bytes; any other as it
    is. Raises FetchFailed."""
    if not document.startswith(GZIP):
        return document
    body = BodyDecoder("gzip", wire=len(document), decoded=most)
    body.feed(document)
    return body.finish()


class _Coding(Protocol):
    name: str

    @property
    def complete(self) -> bool: ...

    def decode(self, chunk: bytes, room: int) -> bytes: ...


def _select_coding(encoding: str) -> _Coding | None:
    match encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return _Frames("gzip", lambda: zlib_ng.decompressobj(31), b"\x1f")  # 16 + 15: gzip, the largest window
        case "deflate":
            return _Deflate()
        case "br":
            return _Brotli()
        case "zstd":
            return _Frames("zstd", zstd.ZstdDecompressor, b"\x28" + bytes(range(0x50, 0x60)))
        case other:
            raise FetchFailed(f'the server sent Content-Encoding "{other[:40]}", which was not asked for')


def _invalid_data_error(name: str, error: Exception) -> FetchFailed:
    return FetchFailed(f"the body is not the {name} data that it is said to be ({error})")


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Frames:
    """gzip members or zstd frames, one after the other (RFC 1952 section 2.2, RFC 8878 section 3.1).

    What follows the last of them and does not start like another (`starts`: the first bytes that do) is padding,
    which gzip has always ignored.
    """

    def __init__(self, name: str, new: Callable[[], _Decompressor], starts: bytes) -> None:
        self.name = name
        self.complete = False
        self._new = new
        self._starts = starts
        self._ended = 0
        self._decoder: _Decompressor | None = new()

    def decode(self, chunk: bytes, room: int) -> bytes:
        out = b""
        while chunk and self._decoder and len(out) < room:
            if self.complete and chunk[0] not in self._starts:
                self._decoder = None
                break
            try:
                out += self._decoder.decompress(chunk, room - len(out))
            except (_InflateError, zstd.ZstdError) as error:
                raise _invalid_data_error(self.name, error) from None
            self.complete = self._decoder.eof
            if not self.complete:
                break
            self._ended += 1
            if self._ended > FRAMES:
                raise FetchFailed(f"hostile: more than {FRAMES} {self.name} streams in one body")
            chunk = self._decoder.unused_data
            self._decoder = self._new()
        return out


class _Deflate:
    """In both its readings: in the zlib format of RFC 9110 section 8.4.1.2, or raw, as some servers send it."""

    name = "deflate"

    def __init__(self) -> None:
        self._head = b""
        self._decoder: _Decompressor | None = None

    @property
    def complete(self) -> bool:
        return self._decoder is not None and self._decoder.eof

    def decode(self, chunk: bytes, room: int) -> bytes:
        if self._decoder is None:
            self._head += chunk
            if len(self._head) < 2:
                return b""
            chunk = self._head
            has_header = chunk[0] & 0x0F == 8 and int.from_bytes(chunk[:2], "big") % 31 == 0  # RFC 1950 section 2.2
            self._decoder = zlib_ng.decompressobj(15 if has_header else -15)
        try:
            return self._decoder.decompress(chunk, room)
        except _InflateError as error:
            raise _invalid_data_error(self.name, error) from None


class _Brotli:
    """Its limit is soft: it may give up to twice the room, which counts as too big all the same."""

    name = "brotli"

    def __init__(self) -> None:
        self._decoder = brotli.Decompressor()

    @property
    def complete(self) -> bool:
        return bool(self._decoder.is_finished())

    def decode(self, chunk: bytes, room: int) -> bytes:
        try:
            return bytes(self._decoder.process(chunk, output_buffer_limit=room))
        except brotli.error as error:
            raise _invalid_data_error(self.name, error) from None


def _format_size(count: int) -> str:
    return f"{count / 2**20:.3g} MiB" if count >= 2**20 else f"{count} bytes"
