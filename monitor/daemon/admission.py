"""Which of the due sources are polled now.

A poll that waits for its host holds a slot of the daemon. A slow host with many sources would soon hold all slots, and
no other source would be polled. So only as many polls are started as the host can be asked at once; the other sources
stay due. While a server is silent, its poll lends its slot to another poll, so that hanging sources delay nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable

from monitor.sources.http.host_queue import HostQueue

MAX_POLLS_PER_SLOT = 4  # however many servers are silent: each poll holds a connection


def count_poll_slots(slots: int, silent: int) -> int:
    """How many polls may run at once while `silent` of them wait for silent servers. Once these servers answer, more
    polls than `slots` may be busy for a moment; then no new poll is started."""
    return min(slots + silent, slots * MAX_POLLS_PER_SLOT)


def admit_sources(
    due: Iterable[str], polling: Collection[str], host_queue_for: Callable[[str], HostQueue], *, slots: int
) -> list[str]:
    """The due sources, in their order, that may be polled now beside those in `polling`. At most `slots` polls run at
    once, and no more per host than the capacity of its queue (`host_queue_for`)."""
    polls_by_host = Counter(host_queue_for(source).name for source in polling)
    admitted: list[str] = []
    for source in due:
        if len(polling) + len(admitted) >= slots:
            break
        queue = host_queue_for(source)
        # A source whose poll outlives its lease is due again, but is not polled twice at once.
        if source not in polling and polls_by_host[queue.name] < queue.capacity:
            polls_by_host[queue.name] += 1
            admitted.append(source)
    return admitted
