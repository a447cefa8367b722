"""When to poll a source next.

A healthy source keeps a fixed phase (next = planned + interval), spread by its id so that a thousand sources do not
fall due in one second. A failing one is asked less and less, up to a cap, and never given up.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.model import Fetched, FetchOutcome, Source

BACKOFF_CAP = timedelta(hours=6)
UNREACHED_CAP = timedelta(minutes=15)  # no answer at all may be our own network: be there soon after it is back
GONE_PAUSE = timedelta(hours=24)  # 410 is meant for good, but people repair their sites


def next_poll(
    source: Source, fetched: Fetched, *, planned: datetime, now: datetime, failures: int, first: bool
) -> datetime:
    """The moment of the next poll. `failures`: how many in a row, this one included; `first`: this was the first."""
    if fetched.outcome is FetchOutcome.GONE:
        return now + GONE_PAUSE
    if fetched.outcome is FetchOutcome.FAILED:
        cap = UNREACHED_CAP if fetched.status is None else BACKOFF_CAP
        wait = min(source.every * 2.0 ** min(failures - 1, 20), max(cap, source.every))
        return now + max(wait, fetched.retry_after or timedelta(0))
    if first:
        return within_interval(source, now)
    missed = max(0, (now - planned) // source.every)
    return planned + source.every * (missed + 1)


def within_interval(source: Source, now: datetime) -> datetime:
    """A moment in the interval that begins now, which is the source's own: a thousand fall due spread over it."""
    return now + source.every * _phase(source.id)


def _phase(source_id: str) -> float:
    """A share of the interval, from 0.2 to 1, that is the source's own."""
    return 0.2 + 0.8 * int.from_bytes(blake2b(source_id.encode(), digest_size=4).digest()) / 2**32
