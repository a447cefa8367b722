"""Bodies off the wire: every coding that is offered, whole or cut off, within bounds."""

from __future__ import annotations

import gzip
import sys
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest

from monitor.errors import FetchFailed
from monitor.sources.http.decoder import ACCEPT_ENCODING, MAX_FRAMES, BodyDecoder, unpack_gzip

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


def decoded(encoding: str, wire: bytes, step: int = 65_536, cap: int = MIB) -> bytes:
    body = BodyDecoder(encoding, max_wire=MIB, max_decoded=cap)
    for start in range(0, len(wire), step):
        body.feed(wire[start : start + step])
    return body.finish()


@pytest.mark.parametrize("step", [1, 1_000, 2**20])
@pytest.mark.parametrize("case", CODED)
def test_a_body_comes_out_as_it_went_in(case: str, step: int) -> None:
    """Whatever the coding and however the wire cuts it."""
    encoding, make = CODED[case]
    assert decoded(encoding, make(), step) == TEXT


@pytest.mark.parametrize("case", CAN_BE_CUT_OFF)
def test_a_body_that_is_cut_off_is_noticed(case: str) -> None:
    """Half a document is no document, even where its first half reads well."""
    encoding, make = CODED[case]
    whole = make()
    with pytest.raises(FetchFailed, match="cut off"):
        decoded(encoding, whole[: len(whole) // 2])


@pytest.mark.parametrize("encoding", BOMBS)
def test_a_bomb_is_stopped_at_the_cap(encoding: str) -> None:
    """64 MiB out of a few bytes: refused, having taken a few times the cap at most."""
    few = BOMBS[encoding]()
    tracemalloc.start()
    try:
        with pytest.raises(FetchFailed, match=r"too big: more than 1 MiB when decoded"):
            decoded(encoding, few)
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("step", [100, MIB])
@pytest.mark.parametrize(
    ("encoding", "frame", "text"),
    [
        ("gzip", gzip.compress(b"", mtime=0), b""),
        ("gzip", gzip.compress(b"a", mtime=0), b"a"),
        ("zstd", zstd.compress(b""), b""),
        ("zstd", b"\x50\x2a\x4d\x18\0\0\0\0", b""),  # a skippable frame that holds nothing
    ],
)
def test_frames_are_counted(encoding: str, frame: bytes, text: bytes, step: int) -> None:
    """Empty ones add nothing to any size and cost a decoder each: so many are allowed in one body, and no more."""
    assert decoded(encoding, frame * MAX_FRAMES, step) == text * MAX_FRAMES
    with pytest.raises(FetchFailed, match="hostile: more than 1000"):
        decoded(encoding, frame * (MAX_FRAMES + 1), step)


def test_exactly_as_much_as_is_allowed_is_allowed() -> None:
    """The cap is the last size that passes."""
    assert len(decoded("gzip", gzip.compress(b"a" * 1000), cap=1000)) == 1000
    with pytest.raises(FetchFailed, match="too big"):
        decoded("gzip", gzip.compress(b"a" * 1001), cap=1000)
    with pytest.raises(FetchFailed, match="too big"):
        decoded("", b"a" * 1001, cap=1000)


def test_the_wire_has_a_cap_of_its_own() -> None:
    """Bytes are counted as they come, and an announcement is believed."""
    body = BodyDecoder("gzip", max_wire=10, max_decoded=MIB)
    with pytest.raises(FetchFailed, match=r"limits\.wire_bytes"):
        body.feed(gzip.compress(TEXT))
    with pytest.raises(FetchFailed, match="2 MiB announced"):
        BodyDecoder("", max_wire=MIB, max_decoded=MIB).check_announced_length(2 * MIB)


@pytest.mark.parametrize("encoding", ["compress", "gzip, gzip", "gzip, br", "utf-8"])
def test_codings_that_were_not_asked_for_are_refused(encoding: str) -> None:
    """Bytes that nobody can read never pass for a document."""
    with pytest.raises(FetchFailed, match="which we did not request"):
        BodyDecoder(encoding, max_wire=MIB, max_decoded=MIB)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_bodies_that_are_not_what_they_say_are_told(encoding: str) -> None:
    """A server that names a coding and sends plain text."""
    with pytest.raises(FetchFailed, match="data that it should be"):
        decoded(encoding, b"<rss version='2.0'><channel></channel></rss>" * 10)


def test_an_empty_body_is_whole_in_every_coding() -> None:
    """Some servers name a coding and send nothing."""
    assert [decoded(encoding.strip(), b"") for encoding in ACCEPT_ENCODING.split(",")] == [b""] * 4


def test_a_document_that_is_a_gzip_file_is_unpacked_within_the_same_bound() -> None:
    """Once: a file within it is what it says it is. Any other document stays as it is."""
    assert unpack_gzip(gzip.compress(TEXT), len(TEXT)) == TEXT
    assert unpack_gzip(TEXT, 1) == TEXT
    twice = gzip.compress(gzip.compress(TEXT))
    assert unpack_gzip(twice, len(TEXT)) == gzip.decompress(twice)
    with pytest.raises(FetchFailed, match="too big: more than"):
        unpack_gzip(gzip.compress(TEXT), len(TEXT) - 1)
    with pytest.raises(FetchFailed, match="cut off: the gzip data end"):
        unpack_gzip(gzip.compress(TEXT)[:-9], len(TEXT))
