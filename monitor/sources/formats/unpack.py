"""Undoes the compression of a document: that which the response names, and that of a document that is itself gzip.

Runs in a worker process: a few hundred bytes can unpack to gigabytes, or keep a decompressor busy for minutes without
any output. Sizes are limited here; time and memory are limited by the worker. Character sets are decoded elsewhere.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Mapping
from typing import Final, Protocol

import brotli

from monitor.errors import FeedUnreadable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GZIP: Final = b"\x1f\x8b\x08"
ZSTD_STARTS: Final = b"\x28" + bytes(range(0x50, 0x60))  # the first byte of a frame, and of one that is skipped
SLICE: Final = 64 * 1024  # bytes: a decompressor copies what comes after the end of its stream


def unpack(body: bytes, headers: Mapping[str, str], max_bytes: int) -> bytes:
    """The document in a body. `headers`: of the response, lower-case names.

    A document that is a gzip file, as some sitemaps are, is unpacked too, once. Raises FeedUnreadable if the document
    has more than `max_bytes`, is cut off, or is not in the coding that the headers name.
    """
    document = _decode(body, headers.get("content-encoding", "").strip().lower(), max_bytes)
    return _decode(document, "gzip", max_bytes) if document.startswith(GZIP) else document


def _decode(body: bytes, coding: str, max_bytes: int) -> bytes:
    try:
        document = _decompress(body, coding, max_bytes) if body else body
    except (zlib.error, brotli.error, zstd.ZstdError) as error:
        raise FeedUnreadable(f"the document is not the {coding} data that it should be ({error})") from None
    if len(document) > max_bytes:
        raise FeedUnreadable(f"too big: more than {_format_size(max_bytes)} when decoded (limits.decoded_bytes)")
    return document


def _decompress(body: bytes, coding: str, max_bytes: int) -> bytes:
    """The decoded body, or its beginning if it has more than `max_bytes`: at least one byte more than that."""
    match coding:
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return _decompress_streams(body, lambda: zlib.decompressobj(31), GZIP[:1], max_bytes)
        case "deflate":
            # In the zlib format of RFC 9110 section 8.4.1.2, or raw, as some servers send it. RFC 1950 section 2.2.
            has_header = body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
            return _decompress_streams(body, lambda: zlib.decompressobj(15 if has_header else -15), b"", max_bytes)
        case "br":
            decoder = brotli.Decompressor()
            document: bytes = decoder.process(body, output_buffer_limit=max_bytes + 1)
            if len(document) <= max_bytes and not decoder.is_finished():
                raise _cut_off()
            return document
        case "zstd":
            return _decompress_streams(body, zstd.ZstdDecompressor, ZSTD_STARTS, max_bytes)
        case other:
            raise FeedUnreadable(f'the server sent Content-Encoding "{other[:40]}", which we did not request')


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def _decompress_streams(body: bytes, new: Callable[[], _Decompressor], starts: bytes, max_bytes: int) -> bytes:
    """Members of gzip or zstd frames, one after the other (RFC 1952 section 2.2, RFC 8878 section 3.1).

    Data after the last one that does not start like another one (`starts`: the possible first bytes) is padding, which
    gzip has always ignored.
    """
    out, decoder, position = bytearray(), new(), 0
    while position < len(body):
        if decoder.eof:
            if body[position] not in starts:
                break
            decoder = new()
        piece = body[position : position + SLICE]
        # There is always room for a byte: no room would mean "no limit" to zlib. Without room, no input is left over.
        out += decoder.decompress(piece, max_bytes - len(out) + 1)
        if len(out) > max_bytes:
            return bytes(out)
        position += len(piece) - len(decoder.unused_data)
    if not decoder.eof:
        raise _cut_off()
    return bytes(out)


def _cut_off() -> FeedUnreadable:
    return FeedUnreadable("cut off: the compressed data end before their end")


def _format_size(count: int) -> str:
    return f"{count / 2**20:.3g} MiB" if count >= 2**20 else f"{count} bytes"
