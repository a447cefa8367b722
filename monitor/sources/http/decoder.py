"""Decompresses the body of a response, with limits.

A few hundred bytes of brotli can unpack to gigabytes, so the limits are checked while decoding. Of HTTP, it knows only
the names of content encodings. Character sets are decoded elsewhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Protocol, cast

import brotli
from zlib_ng import zlib_ng  # twice as fast as zlib, and most documents are in gzip

from monitor.errors import FetchFailed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPT_ENCODING = "gzip, deflate, br, zstd"  # only what we can decode here
GZIP = b"\x1f\x8b\x08"
_InflateError = cast("type[Exception]", zlib_ng.error)  # its type hint says that it is an instance
MAX_FRAMES = 1_000  # each needs a new decoder: millions of empty ones, in 5 MiB, would block the event loop for seconds


class BodyDecoder:
    """Takes the chunks of one body and returns it decoded. Raises FetchFailed if it is too big, cut off or invalid."""

    def __init__(self, encoding: str, *, max_wire: int, max_decoded: int) -> None:
        self._max_wire = max_wire
        self._max_decoded = max_decoded
        self._wire_bytes = 0
        self._decoded = bytearray()
        self._coding = _select_coding(encoding)

    def check_announced_length(self, length: int) -> None:
        """Raises FetchFailed if the announced length is too big already."""
        if length > self._max_wire:
            raise FetchFailed(
                f"too big: {_format_size(length)} announced, {_format_size(self._max_wire)} allowed (limits.wire_bytes)"
            )

    def feed(self, chunk: bytes) -> None:
        self._wire_bytes += len(chunk)
        if self._wire_bytes > self._max_wire:
            raise FetchFailed(f"too big: more than {_format_size(self._max_wire)} were sent (limits.wire_bytes)")
        # One byte more than the limit: a full buffer then always means "stop", so no input is ever left over. It is
        # never 0, which means "no limit" to zlib.
        self._decoded += (
            self._coding.decode(chunk, self._max_decoded - len(self._decoded) + 1) if self._coding else chunk
        )
        if len(self._decoded) > self._max_decoded:
            raise FetchFailed(
                f"too big: more than {_format_size(self._max_decoded)} when decoded (limits.decoded_bytes)"
            )

    def finish(self) -> bytes:
        if self._coding and self._wire_bytes and not self._coding.complete:
            raise FetchFailed(f"cut off: the {self._coding.name} data end before their end; the next poll tries again")
        return bytes(self._decoded)


def unpack_gzip(document: bytes, max_bytes: int) -> bytes:
    """Unpacks a document that is itself a gzip file, as some sitemaps are; returns any other one unchanged.

    Raises FetchFailed if it has more than `max_bytes` when unpacked, or is invalid.
    """
    if not document.startswith(GZIP):
        return document
    body = BodyDecoder("gzip", max_wire=len(document), max_decoded=max_bytes)
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
            raise FetchFailed(f'the server sent Content-Encoding "{other[:40]}", which we did not request')


def _invalid_data_error(name: str, error: Exception) -> FetchFailed:
    return FetchFailed(f"the body is not the {name} data that it should be ({error})")


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Frames:
    """gzip members or zstd frames, one after the other (RFC 1952 section 2.2, RFC 8878 section 3.1).

    Data after the last one that does not start like another one (`starts`: the possible first bytes) is padding, which
    gzip has always ignored.
    """

    def __init__(self, name: str, new: Callable[[], _Decompressor], starts: bytes) -> None:
        self.name = name
        self.complete = False
        self._new = new
        self._starts = starts
        self._frame_count = 0
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
            self._frame_count += 1
            if self._frame_count > MAX_FRAMES:
                raise FetchFailed(f"hostile: more than {MAX_FRAMES} {self.name} streams in one body")
            chunk = self._decoder.unused_data
            self._decoder = self._new()
        return out


class _Deflate:
    """Deflate in both forms: in the zlib format of RFC 9110 section 8.4.1.2, or raw, as some servers send it."""

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
    """Brotli. Its limit is soft: it may return up to twice the room, which is too big all the same."""

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
