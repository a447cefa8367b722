"""Which of the sources that are due are polled now.

A poll that waits at its host's door holds a slot of the daemon: a slow host with many sources would soon hold them all,
and nobody else would be polled. So only as many are begun as the host can be asked at once; the others stay due. And
while a server is silent, the slot of its poll is lent: hanging sources keep nobody waiting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable

from monitor.sources.http.host_queue import HostQueue

MOST = 4  # times as many polls as there are slots may be under way, whatever is silent: each holds a connection


def count_poll_slots(slots: int, silent: int) -> int:
    """How many polls may be under way, when the servers of so many are silent. What these do once they are answered may
    be more than the slots for a moment; then nothing new is begun."""
    return min(slots + silent, slots * MOST)


def admit_sources(
    due: Iterable[str], polling: Collection[str], line_of: Callable[[str], HostQueue], *, slots: int
) -> list[str]:
    """Of the sources that are due, in their order, those that fit beside the ones that are being polled."""
    taken = Counter(line_of(source).name for source in polling)
    chosen: list[str] = []
    for source in due:
        if len(polling) + len(chosen) >= slots:
            break
        line = line_of(source)
        # A poll that outlives its lease is due again, and not begun a second time.
        if source not in polling and taken[line.name] < line.capacity:
            taken[line.name] += 1
            chosen.append(source)
    return chosen
