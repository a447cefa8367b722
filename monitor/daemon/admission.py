"""Which of the due sources are polled now.

A poll that waits for its host holds a slot of the daemon. A slow host with many sources would soon hold all slots, and
no other source would be polled. So only as many polls are started as the host can be asked at once; the other sources
stay due. While a server is silent or slow, its poll lends its slot to another poll, so that hanging sources delay
nobody.

Sources of busy hosts wait in memory. So a tick costs as much as the polls that it starts, however many sources wait
for such hosts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from heapq import heappop, heappush

from monitor.sources.http.host_queue import HostQueue

MAX_POLLS_PER_SLOT = 4  # however many servers are silent: each poll holds a connection
# A source can become due at a time that is past: its lease ends, or the commit that sets the time takes long.
# File descriptors. A poll needs one for its socket, another while it tries a second address, and two to look up a name.
# The reserve is for all else that must go on: the database, the log, the workers that read and send, /healthz.
DESCRIPTORS_PER_POLL = 4
DESCRIPTOR_RESERVE = 64
OVERLAP = timedelta(seconds=10)  # of two reads: nearly all commits take less
READ_ALL_EVERY = timedelta(seconds=30)  # for the rest


def count_poll_slots(slots: int, silent: int) -> int:
    """How many polls may run at once while `silent` of them wait for silent servers. Once these servers answer, more
    polls than `slots` may be busy for a moment; then no new poll is started."""
    return min(slots + silent, slots * MAX_POLLS_PER_SLOT)


def count_affordable_polls(polling: int, free: int) -> int:
    """How many polls may run at once while `polling` run and `free` file descriptors are left. One always may."""
    return max(polling + (free - DESCRIPTOR_RESERVE) // DESCRIPTORS_PER_POLL, 1)


class Backlog:
    """The due sources that wait for their poll, as they were read last. `find_queue`: returns the queue in which the
    polls of a source wait; None for a source that is not polled any more."""

    def __init__(self, find_queue: Callable[[str], HostQueue | None]) -> None:
        self._find_queue = find_queue
        self._all_read_at: datetime | None = None
        self._read_at: datetime | None = None
        self._waiting: set[str] = set()
        self._added = 0  # how many were added: the next one's place
        # Heaps of (place, source): what may be polled as far as we know, and for each busy host what waits for it.
        self._ready: list[tuple[int, str]] = []
        self._blocked: defaultdict[HostQueue, list[tuple[int, str]]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._waiting)

    def read_from(self, now: datetime) -> datetime | None:
        """The time after which a source must have become due if it may be missing here. None: any may be missing."""
        if self._all_read_at is None or self._read_at is None:
            return None
        is_recent = self._read_at <= now < self._all_read_at + READ_ALL_EVERY  # the clock may have been set back
        return self._read_at - OVERLAP if is_recent else None

    def replace(self, due: Iterable[str], all_read_at: datetime | None = None) -> None:
        """Hold these sources and no others. `due`: the longest due first; `all_read_at`: when they were read, if they
        are all that are due."""
        self._waiting.clear()
        self._ready.clear()
        self._blocked.clear()
        self._all_read_at = self._read_at = all_read_at
        self._append(due)

    def add(self, due: Iterable[str], now: datetime) -> None:
        """Hold these sources too, behind the others. `due`: what is due since `read_from`, the longest due first."""
        self._read_at = now
        self._append(due)

    def mark_incomplete(self) -> None:
        """Note that any due source may be missing here, or polled by others."""
        self._all_read_at = None

    def _append(self, due: Iterable[str]) -> None:
        for source in due:
            if source not in self._waiting:
                self._waiting.add(source)
                self._ready.append((self._added, source))  # still a heap: no place in it is higher
                self._added += 1

    def admit(self, polling: Collection[str], slots: int) -> list[str]:
        """Take out the sources that may be polled now beside those in `polling`, the longest due first. At most `slots`
        polls run at once, and no more per host than the capacity of its queue."""
        polls_by_host = Counter(queue for source in polling if (queue := self._find_queue(source)))
        self._unblock(polls_by_host)
        admitted: list[str] = []
        while self._ready and len(polling) + len(admitted) < slots:
            place, source = heappop(self._ready)
            queue = self._find_queue(source)
            if queue is not None and polls_by_host[queue] >= queue.capacity:
                heappush(self._blocked[queue], (place, source))
                continue
            self._waiting.remove(source)
            # A source whose poll outlives its lease is due again, but is not polled twice at once.
            if queue is not None and source not in polling:
                polls_by_host[queue] += 1
                admitted.append(source)
        return admitted

    def _unblock(self, polls_by_host: Counter[HostQueue]) -> None:
        """Make as many sources ready as their hosts can be asked at once now."""
        for queue in [queue for queue in self._blocked if polls_by_host[queue] < queue.capacity]:
            blocked = self._blocked[queue]
            for _ in range(min(queue.capacity - polls_by_host[queue], len(blocked))):
                heappush(self._ready, heappop(blocked))
            if not blocked:
                del self._blocked[queue]
