"""Documents read in worker processes, those that wait for one several at a time.

A call to a worker costs as much as reading a small document of which all is known. So a call waits a little for more
documents to bring, and one worker is called as long as it keeps up: two at once get in each other's way, and in the
daemon's. What one document does to its worker it alone answers for: others that wait longer than usual are taken to
another worker, and a call of several that is killed, dies or breaks is taken apart, and each of its documents read
again by itself. Together they have a part of the time that one has, so that a hostile one does not hold up those
beside it for long.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, NamedTuple, TypeVar

from monitor.errors import FeedUnreadable, WorkerLost
from monitor.model import Feed
from monitor.runtime.workers import Workers
from monitor.sources.polling.in_worker import read_document

T = TypeVar("T")

AT_ONCE: Final = 32  # documents
FEW: Final = 8  # are not shared between workers: that would cost more than it saves time
HELD_UP: Final = 0.1  # s: a call of usual documents takes less
TOGETHER: Final = 1024 * 1024  # bytes: one that is big has a call of its own, which costs little beside it
WHOLE: Final = 5  # so many times its bytes: of a document of which nothing is known all is read, and all comes back
COMPANY: Final = 0.02  # s that a call waits for others to share it, as commits do: nobody notices

PART: Final = 5  # of the deadline of one: so small ones take a hundredth of it
REMEMBERED: Final = 1_000  # addresses whose documents were too much for a worker


class RawDocument(NamedTuple):
    """What `read_document` is given."""

    body: bytes
    headers: Mapping[str, str]
    url: str
    known_digests: frozenset[bytes] = frozenset()
    max_entries: int | None = None


@dataclass(eq=False, slots=True)
class _QueuedDocument:
    """A document, what will come of it, and since when it waits (on the loop's clock). `alone`: it is read with no
    other: it was lost together with others, or what stood at its address before was too much for a worker."""

    document: RawDocument
    result: asyncio.Future[Feed]
    queued_at: float
    isolated: bool = False

    @property
    def size(self) -> int:
        """Bytes, as far as they are work."""
        return len(self.document.body) * (1 if self.document.known_digests else WHOLE)


class BatchReader:
    """Has documents read. `deadline`: of each."""

    def __init__(self, workers: Workers, deadline: timedelta) -> None:
        self._workers = workers
        self._deadline = deadline
        self._waiting: deque[_QueuedDocument] = deque()
        self._calling = 0  # tasks that take what waits, at most as many as there are workers
        self._held_up: asyncio.TimerHandle | None = None  # when there may have to be one more of them
        self._lost: dict[str, None] = {}  # addresses
        self._tasks: set[asyncio.Task[None]] = set()  # nothing else holds them

    async def read(self, document: RawDocument) -> Feed:
        """The entries that are not known. FeedUnreadable: it is no feed; WorkerLost: it was too much for a worker."""
        loop = asyncio.get_running_loop()
        waiting = _QueuedDocument(document, loop.create_future(), loop.time(), isolated=document.url in self._lost)
        self._waiting.append(waiting)
        if not self._calling:
            self._call()
        self._watch()
        return await waiting.result

    def _call(self) -> None:
        self._calling += 1
        task = asyncio.create_task(self._calls(), name="read documents")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _calls(self) -> None:
        try:
            while self._waiting:
                if not self._enough():
                    await asyncio.sleep(COMPANY)
                taken = self._taken()
                self._watch()
                if taken:
                    await self._read(taken)
        finally:
            self._calling -= 1

    def _enough(self) -> bool:
        """Whether a call is full with what waits, as far as others may share it."""
        waiting = self._waiting
        return len(waiting) >= AT_ONCE or waiting[0].isolated or sum(each.size for each in waiting) >= TOGETHER

    def _watch(self) -> None:
        """What waits shall not wait long for the workers that are called now."""
        if self._waiting and self._held_up is None and self._calling < self._workers.count:
            loop, first = asyncio.get_running_loop(), self._waiting[0]
            self._held_up = loop.call_at(max(first.queued_at + HELD_UP, loop.time()), self._help, first)

    def _help(self, first: _QueuedDocument) -> None:
        self._held_up = None
        if first in self._waiting and not first.result.done():
            self._call()
        self._watch()

    def _taken(self) -> list[_QueuedDocument]:
        """What one call brings: its share of what waits."""
        self._waiting = deque(each for each in self._waiting if not each.result.done())  # some have been given up
        share = min(AT_ONCE, max(FEW, -(-len(self._waiting) // self._calling)))
        taken: list[_QueuedDocument] = []
        size = 0
        while self._waiting and len(taken) < share:
            first = self._waiting[0]
            size += first.size
            if taken and (first.isolated or size > TOGETHER):
                break
            taken.append(self._waiting.popleft())
            if first.isolated:
                break
        return taken

    async def _read(self, taken: Sequence[_QueuedDocument]) -> None:
        if len(taken) > 1:
            documents = [each.document for each in taken]
            reading = await _run_as_task(self._workers.run(read_documents, documents, deadline=self._deadline / PART))
            if reading.exception() is None:
                for each, read in zip(taken, reading.result(), strict=True):
                    _resolve_future(each.result, read)
            else:
                for each in reversed(taken):
                    each.isolated = True
                    self._waiting.appendleft(each)
                while self._calling < self._workers.count:  # one of them will take long
                    self._call()
        else:
            alone = await _run_as_task(self._workers.run(read_document, *taken[0].document, deadline=self._deadline))
            self._remember(taken[0].document.url, lost=isinstance(alone.exception(), WorkerLost))
            _resolve_future(taken[0].result, alone.exception() or alone.result())

    def _remember(self, url: str, *, lost: bool) -> None:
        """A document that takes its worker from it does so at every poll."""
        self._lost.pop(url, None)
        if lost:
            self._lost[url] = None
            if len(self._lost) > REMEMBERED:
                del self._lost[next(iter(self._lost))]


async def _run_as_task(call: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    task = asyncio.create_task(call)
    await asyncio.wait((task,))
    return task


def _resolve_future(came: asyncio.Future[Feed], read: Feed | BaseException) -> None:
    if came.done():  # nobody waits for it any more
        return
    if isinstance(read, Feed):
        came.set_result(read)
    else:
        came.set_exception(read)


# --- in the process ---------------------------------------------------------------------------------------------


def read_documents(documents: Sequence[RawDocument]) -> list[Feed | FeedUnreadable]:
    """What each is, or why it is no feed."""
    return [_read_one(document) for document in documents]


def _read_one(document: RawDocument) -> Feed | FeedUnreadable:
    try:
        return read_document(*document)
    except FeedUnreadable as error:
        return error
