"""Documents that wait for a worker come to it together, and each answers for itself alone."""

from __future__ import annotations

import asyncio
import gzip
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar, TypeVarTuple

import msgspec
import pytest

from bench.world import costly
from monitor.errors import FeedUnreadable, WorkerLost
from monitor.model import Entry, Feed, Limits, Receipt, ReceiptKind
from monitor.model.sources import MAX_CONTENT, MAX_ENTRIES, MAX_NAMES, MAX_POLL_HINT, MAX_TITLE
from monitor.runtime.workers import messages
from monitor.runtime.workers.pool import Workers
from monitor.runtime.workers.serve import WorkerSetup
from monitor.sources.formats.read_document import preload_parsers
from monitor.sources.polling import readers
from monitor.sources.polling.in_worker import RawDocument, read_document
from monitor.sources.polling.readers import MAX_BATCH_SIZE, BatchReader, read_documents
from tests.security.lying_parser import row_of
from tests.support.patience import LONG

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

URL = "https://news.example.org/feed"
SHORT = timedelta(seconds=2.5)
# Ill-formed, so that feedparser goes through its tags one by one: much longer than SHORT, in which the others are read.
HOSTILE = RawDocument(b"<rss><channel><item>" + b"<a/>" * (MAX_BATCH_SIZE // 5), {}, URL, frozenset([b"of another"]))


class Counted(Workers):
    """Workers that count their calls, and the most that they had at once."""

    calls = peak = _now = 0

    def __init__(self, count: int) -> None:
        super().__init__(count, setup=WorkerSetup(None))
        self.called = asyncio.Event()

    async def run(
        self,
        function: Callable[[*Ts], T],
        *args: *Ts,
        deadline: timedelta,
        fresh: bool = False,
        background: bool = False,
    ) -> T:
        self.calls += 1
        self.called.set()
        self._now += 1
        self.peak = max(self.peak, self._now)
        try:
            return await super().run(function, *args, deadline=deadline, fresh=fresh, background=background)
        finally:
            self._now -= 1


def document(number: int, size: int = 0) -> RawDocument:
    item = f"<item><guid>{number}</guid><title>Launch {number}</title></item>"
    return RawDocument(f"<rss version='2.0'><channel>{item}{' ' * size}</channel></rss>".encode(), {}, URL)


@asynccontextmanager
async def warm(count: int) -> AsyncIterator[Counted]:
    workers = Counted(count)
    await workers.warm(preload_parsers)
    yield workers
    workers.close()


@pytest.fixture
async def workers() -> AsyncIterator[Counted]:
    async with warm(1) as workers:
        yield workers


@pytest.fixture
async def two() -> AsyncIterator[Counted]:
    async with warm(2) as workers:
        yield workers


async def test_what_waits_comes_together(workers: Counted) -> None:
    """Up to 32 of them in a call, each with the answer that is its own."""
    readers, documents = BatchReader(workers, LONG), [document(number) for number in range(72)]
    feeds = await asyncio.gather(*map(readers.read, documents))
    assert feeds == [read_document(each) for each in documents]
    assert workers.calls == 3


async def test_one_worker_is_called_while_it_keeps_up(two: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much waits."""
    monkeypatch.setattr("monitor.sources.polling.readers.MAX_DELAY", 60)
    readers = BatchReader(two, LONG)
    await asyncio.gather(*(readers.read(document(number)) for number in range(72)))
    assert (two.calls, two.peak) == (3, 1)


async def test_what_a_document_holds_up_is_taken_to_another_worker(two: Counted) -> None:
    """Also where nothing comes after it."""
    readers = BatchReader(two, LONG)
    hostile = asyncio.create_task(readers.read(HOSTILE))
    await two.called.wait()
    came = await asyncio.gather(*(readers.read(document(number)) for number in range(4)))
    assert came == [read_document(document(number)) for number in range(4)]
    assert not hostile.done()
    assert (two.calls, two.peak) == (2, 2)
    two.close()
    with pytest.raises(WorkerLost):
        await hostile


async def test_what_is_known_of_each_is_its_own(workers: Counted) -> None:
    """And how many of its entries are read."""
    readers, first, second = BatchReader(workers, LONG), document(1), document(2)
    known = frozenset(read_document(first).slices)
    one, other, none = await asyncio.gather(
        readers.read(first._replace(known_digests=known)),
        readers.read(second._replace(known_digests=known)),
        readers.read(second._replace(max_entries=0)),
    )
    assert [len(one.entries), len(other.entries), len(none.entries), none.entries_left] == [0, 1, 0, 1]


async def test_a_document_that_is_no_feed_is_told_by_itself(workers: Counted) -> None:
    readers = BatchReader(workers, LONG)
    page, feed = await asyncio.gather(
        readers.read(RawDocument(b"<html>", {}, URL)), readers.read(document(1)), return_exceptions=True
    )
    assert isinstance(page, FeedUnreadable)
    assert "HTML page" in str(page)
    assert feed == read_document(document(1))
    assert workers.calls == 1


@pytest.mark.parametrize("place", [0, 2, 4])
async def test_a_hostile_document_is_lost_alone(workers: Counted, place: int) -> None:
    """Wherever it stands among others, these are read."""
    documents = [document(number) for number in range(4)]
    documents.insert(place, HOSTILE)
    readers = BatchReader(workers, SHORT)
    came = await asyncio.gather(*map(readers.read, documents), return_exceptions=True)
    assert isinstance(came.pop(place), WorkerLost)
    assert came == [read_document(document(number)) for number in range(4)]
    assert workers.calls == 1 + len(documents)


async def test_what_was_lost_before_comes_with_no_other(workers: Counted) -> None:
    """A hostile document is there at every poll; once it is another one, it shares calls again."""
    readers = BatchReader(workers, SHORT)
    elsewhere = HOSTILE._replace(url="https://other.example.org/feed")
    with pytest.raises(WorkerLost):
        await readers.read(elsewhere)
    for expected in (3, 1):
        workers.calls = 0
        mended = document(1)._replace(url=elsewhere.url)
        await asyncio.gather(*map(readers.read, (document(0), mended, document(2))))
        assert workers.calls == expected


async def test_a_document_does_not_pay_for_the_one_before_it(workers: Counted) -> None:
    """Which took the process over, and let its own call end well."""
    await workers.run(spoil_the_next_call, deadline=LONG)
    assert await BatchReader(workers, SHORT).read(document(1)) == read_document(document(1))


def spoil_the_next_call() -> None:
    messages.decode_call = lambda _: time.sleep(3600)  # type: ignore[assignment, return-value]


async def test_an_id_of_two_million_digits_ends_no_process(workers: Counted) -> None:
    """Its entry is stored under a digest of it."""
    body = b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": %s, "url": "/a"}]}' % (b"1" * 2_000_000)
    process = await workers.run(os.getpid, deadline=LONG)
    feed = await BatchReader(workers, LONG).read(RawDocument(body, {}, URL))
    assert len(feed.entries[0].guid or "") < 200
    assert await workers.run(os.getpid, deadline=LONG) == process


async def test_a_big_document_has_a_call_of_its_own(workers: Counted) -> None:
    readers = BatchReader(workers, LONG)
    sizes = (0, 0, MAX_BATCH_SIZE, 0, 0)
    await asyncio.gather(*(readers.read(document(number, size)) for number, size in enumerate(sizes)))
    assert workers.calls == 3


@pytest.mark.parametrize(("known", "calls"), [(HOSTILE.known_digests, 1), (frozenset(), 3)])
async def test_first_documents_come_few_at_a_time(workers: Counted, known: frozenset[bytes], calls: int) -> None:
    """All of their entries are read and come back, of many feeds at once when a daemon begins."""
    readers, documents = BatchReader(workers, LONG), [document(number, MAX_BATCH_SIZE // 20) for number in range(8)]
    await asyncio.gather(*(readers.read(each._replace(known_digests=known)) for each in documents))
    assert workers.calls == calls


async def test_a_document_that_nobody_waits_for_is_not_read(workers: Counted) -> None:
    """Those beside it are, and those that come later."""
    readers = BatchReader(workers, SHORT)
    first, given_up = asyncio.create_task(readers.read(document(1))), asyncio.create_task(readers.read(HOSTILE))
    await asyncio.sleep(0)
    given_up.cancel()
    assert await first == read_document(document(1))
    assert await readers.read(document(2)) == read_document(document(2))
    assert workers.calls == 2


async def test_workers_that_are_closed_are_told_to_all_that_wait(workers: Counted) -> None:
    readers = BatchReader(workers, LONG)
    workers.close()
    came = await asyncio.gather(*(readers.read(document(number)) for number in range(12)), return_exceptions=True)
    assert all(isinstance(each, WorkerLost) for each in came)


@pytest.mark.parametrize("kind", ["nested lists", "nested blocks"])
async def test_nested_markup_takes_no_worker(workers: Counted, kind: str) -> None:
    """Ten entries of it are read within the usual deadline; a tree of each would take half a minute."""
    body = gzip.decompress(costly.document(kind, 0, 0))
    feed = await BatchReader(workers, Limits().parse).read(RawDocument(body, {}, URL))
    assert len(feed.entries) == costly.ENTRIES


async def test_a_worker_that_answers_for_fewer_documents_loses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have been taken over. Each document is read again alone."""
    monkeypatch.setattr(readers, "read_documents", lose_all)
    async with warm(1) as workers:
        reader = BatchReader(workers, LONG)
        feeds = await asyncio.gather(*(reader.read(document(number)) for number in range(3)))
        assert [feed.entries[0].guid for feed in feeds] == ["0", "1", "2"]


def lose_all(documents: Sequence[RawDocument]) -> list[Feed | str]:
    del documents
    return []


@pytest.mark.parametrize(
    "entry",
    [{"title": "x" * (MAX_TITLE + 1)}, {"content": "\ufdfa" * (MAX_CONTENT + 1)}, {"tags": ["x"] * (MAX_NAMES + 1)}],
    ids=["title", "content", "tags"],
)
def test_a_feed_is_believed_within_the_limits_of_the_readers_only(entry: Mapping[str, object]) -> None:
    """What a worker sends is not bounded by what it was given to read, if it was taken over."""
    lists = [[row_of(Entry, title="x")], [row_of(Entry, **entry)], [row_of(Entry)] * (MAX_ENTRIES + 1)]
    for expected, entries in zip((True, False, False), lists, strict=True):
        reply = msgspec.msgpack.encode(messages.Returned(1, [row_of(Feed, entries=entries)]))
        if expected:
            assert messages.decode_result(reply, 1, read_documents)
        else:
            with pytest.raises(messages.ReplyInvalid, match="of length <="):
                messages.decode_result(reply, 1, read_documents)


def test_a_worker_cannot_put_off_the_next_poll_for_ever() -> None:
    """Neither with a hint of a feed, nor with what the server of a channel is said to ask for."""
    assert Feed((), poll_hint=timedelta.max).poll_hint == MAX_POLL_HINT
    assert Receipt(ReceiptKind.TRY_LATER, "x" * 10**6, retry_after=timedelta.max).retry_after == timedelta(days=7)
