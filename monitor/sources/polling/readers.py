"""Parses documents in worker processes, in batches.

A call to a worker costs as much as parsing a small document whose entries are all known. So a call waits a little for
more documents, and only one worker is used as long as it keeps up: two at once slow each other and the daemon down.

A document must not harm others. If documents wait longer than usual, another worker gets them. If a batch is killed,
dies or fails, each of its documents is parsed again alone, in a fresh process: a document that took over the process
before may have answered well, to spoil the next call. A batch has only a part of the deadline of one document, so that
a hostile document does not delay the rest of its batch for long.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final, TypeVar

from msgspec import Meta

from monitor.errors import FeedUnreadable, WorkerLost
from monitor.model import Feed
from monitor.runtime.workers.messages import MAX_LINE, Line
from monitor.runtime.workers.pool import Workers
from monitor.sources.polling.in_worker import RawDocument, read_document

T = TypeVar("T")

MAX_BATCH: Final = 32  # documents in a call
MIN_BATCH: Final = 8  # documents: fewer are not split between workers, as that would cost more than it saves
MAX_DELAY: Final = 0.1  # s that a document may wait for the active callers: a usual call takes less
MAX_BATCH_SIZE: Final = 1024 * 1024  # bytes: a larger document gets its own call, whose cost hardly matters then
PACKED_FACTOR: Final = 5  # how much larger a document is than its compressed body: that of feeds is 3 to 10
UNKNOWN_FACTOR: Final = 5  # weight of a document without known entries: all of it is parsed and sent back
BATCH_WINDOW: Final = 0.02  # s that a call waits for more documents, as commits do: too short to notice

BATCH_DEADLINE_DIVISOR: Final = 5  # of the deadline of one document; a batch of small ones takes a hundredth of that
MAX_ISOLATED_URLS: Final = 1_000  # addresses whose documents a worker could not handle


@dataclass(eq=False, slots=True)
class _QueuedDocument:
    """A document, the future of its feed, and since when it waits (by the loop's clock).

    `isolated`: it is parsed alone, because a batch with it failed, or an earlier document of its address was too much
    for a worker.
    """

    document: RawDocument
    result: asyncio.Future[Feed]
    queued_at: float
    isolated: bool = False

    @property
    def size(self) -> int:
        """Bytes, weighted by how much work they are."""
        document = self.document
        size = len(document.body) * (PACKED_FACTOR if "content-encoding" in document.headers else 1)
        return size if document.known_digests else size * UNKNOWN_FACTOR


class BatchReader:
    """Has documents parsed by workers. `deadline`: for each document."""

    def __init__(self, workers: Workers, deadline: timedelta) -> None:
        self._workers = workers
        self._deadline = deadline
        self._queue: deque[_QueuedDocument] = deque()
        self._callers = 0  # tasks that send batches to workers, at most one for each worker
        self._delay_timer: asyncio.TimerHandle | None = None  # when one more caller may be needed
        self._isolated_urls: dict[str, None] = {}  # keys only, the latest last
        self._tasks: set[asyncio.Task[None]] = set()  # keeps the tasks alive

    async def read(self, document: RawDocument) -> Feed:
        """The entries that are not known. Raises FeedUnreadable (no feed) or WorkerLost (too much for a worker)."""
        loop = asyncio.get_running_loop()
        queued = _QueuedDocument(
            document, loop.create_future(), loop.time(), isolated=document.url in self._isolated_urls
        )
        self._queue.append(queued)
        if not self._callers:
            self._start_caller()
        self._set_delay_timer()
        return await queued.result

    def _start_caller(self) -> None:
        self._callers += 1
        task = asyncio.create_task(self._run_caller(), name="read documents")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_caller(self) -> None:
        try:
            while self._queue:
                if not self._is_batch_full():
                    await asyncio.sleep(BATCH_WINDOW)
                batch = self._take_batch()
                self._set_delay_timer()
                if batch:
                    await self._parse_batch(batch)
        finally:
            self._callers -= 1

    def _is_batch_full(self) -> bool:
        """Whether waiting longer would not add documents to the next batch."""
        queue = self._queue
        return len(queue) >= MAX_BATCH or queue[0].isolated or sum(queued.size for queued in queue) >= MAX_BATCH_SIZE

    def _set_delay_timer(self) -> None:
        """Sets a timer that adds a caller if the first document waits too long."""
        if self._queue and self._delay_timer is None and self._callers < self._workers.count:
            loop, first = asyncio.get_running_loop(), self._queue[0]
            self._delay_timer = loop.call_at(max(first.queued_at + MAX_DELAY, loop.time()), self._add_caller, first)

    def _add_caller(self, first: _QueuedDocument) -> None:
        self._delay_timer = None
        if first in self._queue and not first.result.done():
            self._start_caller()
        self._set_delay_timer()

    def _take_batch(self) -> list[_QueuedDocument]:
        """The next batch: this caller's share of the queue."""
        self._queue = deque(queued for queued in self._queue if not queued.result.done())  # skips cancelled ones
        share = min(MAX_BATCH, max(MIN_BATCH, -(-len(self._queue) // self._callers)))
        batch: list[_QueuedDocument] = []
        size = 0
        while self._queue and len(batch) < share:
            first = self._queue[0]
            size += first.size
            if batch and (first.isolated or size > MAX_BATCH_SIZE):
                break
            batch.append(self._queue.popleft())
            if first.isolated:
                break
        return batch

    async def _parse_batch(self, batch: Sequence[_QueuedDocument]) -> None:
        if batch[0].isolated:
            await self._parse_alone(batch[0])
            return
        documents = [queued.document for queued in batch]
        deadline = self._deadline if len(batch) == 1 else self._deadline / BATCH_DEADLINE_DIVISOR
        task = await _run_as_task(self._workers.run(read_documents, documents, deadline=deadline))
        if task.exception() is None and len(task.result()) == len(batch):  # a worker may say anything
            for queued, feed in zip(batch, task.result(), strict=True):
                _resolve_future(queued.result, FeedUnreadable(feed) if isinstance(feed, str) else feed)
        else:
            for queued in reversed(batch):
                queued.isolated = True
                self._queue.appendleft(queued)
            while self._callers < self._workers.count:  # one of the documents will take long
                self._start_caller()

    async def _parse_alone(self, queued: _QueuedDocument) -> None:
        call = self._workers.run(read_document, queued.document, deadline=self._deadline, fresh=True)
        task = await _run_as_task(call)
        self._update_isolated_urls(queued.document.url, lost=isinstance(task.exception(), WorkerLost))
        _resolve_future(queued.result, task.exception() or task.result())

    def _update_isolated_urls(self, url: str, *, lost: bool) -> None:
        """Notes whether the document killed its worker: then that of the next poll will do so too."""
        self._isolated_urls.pop(url, None)
        if lost:
            self._isolated_urls[url] = None
            if len(self._isolated_urls) > MAX_ISOLATED_URLS:
                del self._isolated_urls[next(iter(self._isolated_urls))]


async def _run_as_task(call: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    task = asyncio.create_task(call)
    await asyncio.wait((task,))
    return task


def _resolve_future(future: asyncio.Future[Feed], result: Feed | BaseException) -> None:
    if future.done():  # the caller has given up
        return
    if isinstance(result, Feed):
        future.set_result(result)
    else:
        future.set_exception(result)


# --- in the worker process --------------------------------------------------------------------------------------


def read_documents(documents: Sequence[RawDocument]) -> Annotated[list[Feed | Line], Meta(max_length=MAX_BATCH)]:
    """The feed of each document, or the line that says why it is none."""
    return [_read_one(document) for document in documents]


def _read_one(document: RawDocument) -> Feed | str:
    try:
        return read_document(document)
    except FeedUnreadable as error:
        return str(error)[:MAX_LINE]
