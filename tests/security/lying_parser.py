"""A parser that was taken over by documents that say `lie: NAME`, and lies to the daemon in that way (`LIES`). It
reads all others as usual."""

from __future__ import annotations

import os
import re
import stat
import struct
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from functools import partial
from typing import Any, Final

import msgspec

from monitor.model import Entry, Feed
from monitor.model.sources import MAX_ENTRIES, MAX_NAMES
from monitor.runtime.workers import messages
from monitor.sources.formats import read_document

MIB: Final = 2**20
FORGED: Final = '\n{"event": "forged", "level": "critical"}\x1b[2J\u202e'
_LIE: Final = re.compile(rb"lie: ([a-z ]+)")
_HONEST: Final = read_document.read_document


def take_over() -> None:
    """Put the lying parser in place of the honest one."""
    read_document.read_document = _read_or_lie  # type: ignore[assignment]


def _read_or_lie(body: bytes, headers: Mapping[str, str], *args: Any) -> Feed:
    if lie := _LIE.search(body):
        send, number = _find_call()
        try:
            LIES[lie[1].decode().strip()](send, number)
        except ConnectionError:  # the daemon has seen enough
            os._exit(1)
        time.sleep(3600)
    return _HONEST(body, headers, *args)


def _find_call() -> tuple[Callable[[bytes], object], int]:
    """The way to the daemon, and the number of its call."""
    (connection,) = (fd for fd in range(3, 30) if _is_socket(fd))
    frame = sys._getframe()
    while frame.f_code.co_name != "_answer":
        assert frame.f_back is not None
        frame = frame.f_back
    return partial(_send_all, connection), frame.f_locals["number"]


def _is_socket(descriptor: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
    except OSError:
        return False


def _send_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


# --- the lies ---------------------------------------------------------------------------------------------------

Lie = Callable[[Callable[[bytes], object], int], object]
LIES: Final[dict[str, Lie]] = {}


def _lie(make: Lie) -> Lie:
    LIES[make.__name__.replace("_", " ")] = make
    return make


def _frame(message: bytes) -> bytes:
    return len(message).to_bytes(messages.HEADER) + message


def _returned(number: int, value: bytes) -> bytes:
    """A reply with this MessagePack as its value."""
    return _frame(msgspec.msgpack.encode(messages.Returned(number, msgspec.Raw(value))))


def row_of(type_: type, **values: object) -> list[object]:
    """The fields of a dataclass as a reply has them, with its own values where none is given."""
    defaults = {each.name: each.default for each in fields(type_)}
    return list({**defaults, **values}.values())


def _feed(number: int, *more: object, **values: object) -> bytes:
    feed = row_of(Feed, **{"entries": [], **values})
    return _returned(number, msgspec.msgpack.encode([*feed, *more]))


@_lie
def sixty_megabytes(send: Callable[[bytes], object], number: int) -> None:
    """Of empty lists, each of which becomes an object."""
    send(_returned(number, b"\xdd" + struct.pack(">I", 60 * MIB) + b"\x90" * 60 * MIB))


@_lie
def empty_lists(send: Callable[[bytes], object], number: int) -> None:
    """As many as its call allows."""
    size = 900_000
    send(_returned(number, b"\xdd" + struct.pack(">I", size) + b"\x90" * size))


@_lie
def unknown_fields(send: Callable[[bytes], object], number: int) -> None:
    """A feed with fields that no feed has, nested as deep as may be."""
    send(_feed(number, msgspec.Raw(b"\x91" * 900_000 + b"\xc0")))


@_lie
def many_names(send: Callable[[bytes], object], number: int) -> None:
    """The most objects that the type allows."""
    entry = msgspec.Raw(
        msgspec.msgpack.encode(row_of(Entry, authors=["\u0101"] * MAX_NAMES, tags=["\u0101"] * MAX_NAMES))
    )
    send(_feed(number, entries=[entry] * min(MAX_ENTRIES, 1_000_000 // len(bytes(entry)))))


@_lie
def more_names(send: Callable[[bytes], object], number: int) -> None:
    send(_feed(number, entries=[row_of(Entry, authors=["a"] * (MAX_NAMES + 1))]))


@_lie
def byte_by_byte(send: Callable[[bytes], object], number: int) -> None:
    """As fast as it can, within what its call allows."""
    del number
    send((900_000).to_bytes(messages.HEADER))
    while True:
        send(b"x")


@_lie
def a_long_announcement(send: Callable[[bytes], object], number: int) -> None:
    del number
    send((2**62).to_bytes(messages.HEADER) + b"x")


@_lie
def an_announcement_and_silence(send: Callable[[bytes], object], number: int) -> None:
    del number
    send((900_000).to_bytes(messages.HEADER) + b"x")


@_lie
def a_thousand_replies(send: Callable[[bytes], object], number: int) -> None:
    """To this call, and to all that may come."""
    send(b"".join(_feed(number + later) for later in range(1_000)))


@_lie
def a_huge_count(send: Callable[[bytes], object], number: int) -> None:
    send(_feed(number, entries_left=2**63))


@_lie
def a_negative_count(send: Callable[[bytes], object], number: int) -> None:
    send(_feed(number, entries_skipped=-1))


@_lie
def not_a_number(send: Callable[[bytes], object], number: int) -> None:
    send(_feed(number, poll_hint=float("nan")))


@_lie
def the_longest_hint(send: Callable[[bytes], object], number: int) -> None:
    send(_feed(number, poll_hint="P999999999999999D"))


@_lie
def the_same_key_again_and_again(send: Callable[[bytes], object], number: int) -> None:
    """Each time with many entries. A decoder that took them would take seconds."""
    pair = b"\xa7entries\xdc\x07\xd0" + b"\x80" * 2_000
    send(_returned(number, b"\xde\x01\x90" + pair * 400))


@_lie
def half_of_a_pair(send: Callable[[bytes], object], number: int) -> None:
    send(_feed(number, title=msgspec.Raw(b"\xa3\xed\xa0\x80")))


@_lie
def a_long_title(send: Callable[[bytes], object], number: int) -> None:
    send(_feed(number, title="x" * 900_000))


@_lie
def a_long_problem(send: Callable[[bytes], object], number: int) -> None:
    send(_feed(number, problem="x" * 900_000))


@_lie
def a_forged_title(send: Callable[[bytes], object], number: int) -> None:
    """Within all bounds: it lies about the document only, and its text is made safe to show."""
    send(_feed(number, title=FORGED, problem=FORGED, entries=[row_of(Entry, guid=FORGED, link=FORGED, title=FORGED)]))


@_lie
def a_broken_link(send: Callable[[bytes], object], number: int) -> None:
    send(
        _feed(
            number,
            entries=[
                row_of(Entry, guid="a", title="t", link="http://["),
                row_of(Entry, guid="\0", title="u", language="\0-\n"),
            ],
            older_page_url="http://[",
            problem="a broken link",
        )
    )


@_lie
def a_short_digest(send: Callable[[bytes], object], number: int) -> None:
    entry = row_of(Entry, guid="a", title="t", slice=b"x")
    send(_feed(number, entries=[entry], slices=[b"x", b""], problem="a short digest"))


@_lie
def a_long_error(send: Callable[[bytes], object], number: int) -> None:
    send(_frame(msgspec.msgpack.encode(["Failed", number, "FeedUnreadable", "x" * 900_000])))


@_lie
def a_forged_error(send: Callable[[bytes], object], number: int) -> None:
    send(_frame(msgspec.msgpack.encode(["Failed", number, "FeedUnreadable", f"no feed{FORGED}"])))


@_lie
def an_unknown_error(send: Callable[[bytes], object], number: int) -> None:
    send(_frame(msgspec.msgpack.encode(["Failed", number, "x" * 900_000, "line"])))


def make_documents() -> Iterable[tuple[str, bytes]]:
    """Each lie with a document that has the parser tell it."""
    return ((name, f"<rss version='2.0'><!-- lie: {name} --></rss>".encode()) for name in LIES)
