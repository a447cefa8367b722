"""Bodies as servers send them: every coding that is offered, whole or cut off, within bounds."""

from __future__ import annotations

import gzip
import sys
import time
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest

from monitor.errors import FeedUnreadable
from monitor.sources.formats.unpack import unpack
from monitor.sources.http.fetch import ACCEPT_ENCODING

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = "".join(f"<item>{number} 미사일 발사 {number * 7919}</item>" for number in range(5_000)).encode()
MIB = 2**20


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


# By name: the coding, and what makes the body. A function, for whoever only collects tests must not wait for 64 MiB to
# be compressed.
CODED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "gzip": ("gzip", lambda: gzip.compress(TEXT)),
    "its old name": ("x-gzip", lambda: gzip.compress(TEXT)),
    "names have no case": ("GZIP", lambda: gzip.compress(TEXT)),
    "two members": ("gzip", lambda: gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:])),
    "padded with zeros": ("gzip", lambda: gzip.compress(TEXT) + b"\0" * 512),
    "a line end after it": ("gzip", lambda: gzip.compress(TEXT) + b"\n"),
    "deflate as the standard says": ("deflate", lambda: zlib.compress(TEXT)),
    "deflate as some servers read it": ("deflate", lambda: raw_deflate(TEXT)),
    "brotli": ("br", lambda: brotli.compress(TEXT, quality=5)),
    "zstd": ("zstd", lambda: zstd.compress(TEXT)),
    "two frames": ("zstd", lambda: zstd.compress(TEXT[:1000]) + zstd.compress(TEXT[1000:])),
    "none": ("", lambda: TEXT),
    "identity": ("identity", lambda: TEXT),
}
CAN_BE_CUT_OFF = [name for name, (coding, _) in CODED.items() if coding in {"gzip", "deflate", "br", "zstd"}]
BOMBS: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: gzip.compress(b"\0" * 64 * MIB),
    "deflate": lambda: zlib.compress(b"\0" * 64 * MIB),
    "br": lambda: brotli.compress(b"\0" * 64 * MIB, quality=5),
    "zstd": lambda: zstd.compress(b"\0" * 64 * MIB),
}


def decoded(encoding: str, wire: bytes, cap: int = MIB) -> bytes:
    return unpack(wire, {"content-encoding": encoding}, cap)


@pytest.mark.parametrize("case", CODED)
def test_a_body_comes_out_as_it_went_in(case: str) -> None:
    """Whatever the coding."""
    encoding, make = CODED[case]
    assert decoded(encoding, make()) == TEXT


@pytest.mark.parametrize("case", CAN_BE_CUT_OFF)
def test_a_body_that_is_cut_off_is_noticed(case: str) -> None:
    """Half a document is no document, even where its first half reads well."""
    encoding, make = CODED[case]
    whole = make()
    with pytest.raises(FeedUnreadable, match="cut off"):
        decoded(encoding, whole[: len(whole) // 2])


@pytest.mark.parametrize("encoding", BOMBS)
def test_a_bomb_is_stopped_at_the_cap(encoding: str) -> None:
    """64 MiB out of a few bytes: refused, having taken a few times the cap at most."""
    few = BOMBS[encoding]()
    tracemalloc.start()
    try:
        with pytest.raises(FeedUnreadable, match=r"too big: more than 1 MiB when decoded"):
            decoded(encoding, few)
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("text", [b"", b"a"])
@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_small_streams_cost_as_much_as_their_bytes(encoding: str, text: bytes) -> None:
    """A hundred times more of them take a hundred times longer, not ten thousand times."""
    stream = {"gzip": gzip.compress(text, mtime=0), "zstd": zstd.compress(text)}[encoding]

    def seconds_for(count: int) -> float:
        began = time.process_time()
        assert decoded(encoding, stream * count) == text * count
        return time.process_time() - began

    assert seconds_for(100_000) < 1_000 * seconds_for(1_000)


def test_exactly_as_much_as_is_allowed_is_allowed() -> None:
    """The cap is the last size that passes."""
    assert len(decoded("gzip", gzip.compress(b"a" * 1000), cap=1000)) == 1000
    with pytest.raises(FeedUnreadable, match="too big"):
        decoded("gzip", gzip.compress(b"a" * 1001), cap=1000)
    with pytest.raises(FeedUnreadable, match="too big"):
        decoded("", b"a" * 1001, cap=1000)


@pytest.mark.parametrize("encoding", ["compress", "gzip, gzip", "gzip, br", "utf-8"])
def test_codings_that_were_not_asked_for_are_refused(encoding: str) -> None:
    """Bytes that nobody can read never pass for a document."""
    with pytest.raises(FeedUnreadable, match="which we did not request"):
        decoded(encoding, TEXT)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_bodies_that_are_not_what_they_say_are_told(encoding: str) -> None:
    """A server that names a coding and sends plain text."""
    with pytest.raises(FeedUnreadable, match="data that it should be"):
        decoded(encoding, b"<rss version='2.0'><channel></channel></rss>" * 10)


def test_an_empty_body_is_whole_in_every_coding() -> None:
    """Some servers name a coding and send nothing."""
    assert [decoded(encoding.strip(), b"") for encoding in ACCEPT_ENCODING.split(",")] == [b""] * 4


def test_a_document_that_is_a_gzip_file_is_unpacked_within_the_same_bound() -> None:
    """Once: a file within it is what it says it is. Any other document stays as it is."""
    twice = gzip.compress(gzip.compress(TEXT))
    assert unpack(gzip.compress(TEXT), {}, len(TEXT)) == TEXT
    assert unpack(twice, {}, len(TEXT)) == gzip.decompress(twice)
    assert decoded("br", brotli.compress(gzip.compress(TEXT)), len(TEXT)) == TEXT
    with pytest.raises(FeedUnreadable, match="too big: more than"):
        unpack(gzip.compress(TEXT), {}, len(TEXT) - 1)
    with pytest.raises(FeedUnreadable, match="cut off: the compressed data end"):
        unpack(gzip.compress(TEXT)[:-9], {}, len(TEXT))
    with pytest.raises(FeedUnreadable, match="too big: more than"):  # and not a file with padding
        decoded("br", brotli.compress(gzip.compress(b"a") + b"\0" * len(TEXT)), len(TEXT))
