"""When to poll a source next.

A healthy source keeps a fixed phase (next = planned + interval), spread by its id so that a thousand sources do not
fall due in one second. Its interval is the one that the user gave, shorter while its document would otherwise be
replaced between two polls, and longer (if the user allows that) while it is silent or asks for it. A failing one is
asked less and less, up to a cap, and never given up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from hashlib import blake2b
from math import ceil, exp2

from apscheduler.triggers.cron import CronTrigger

from monitor.model import FetchOutcome, FetchResult, Source, SourceStats

BACKOFF_CAP = timedelta(hours=6)
UNREACHED_CAP = timedelta(minutes=15)  # no answer at all may be our own network: be there soon after it is back
GONE_PAUSE = timedelta(hours=24)  # 410 is meant for good, but people repair their sites
HINT_CAP = timedelta(hours=24)
FASTEST = timedelta(minutes=1)
OVERLOADED = timedelta(minutes=1)  # so much later at least where a document was too much work for one poll
OVERLAP = 3  # a document is polled so often while it is replaced once: two thirds of it are known then
_HALF = timedelta(hours=3)  # so long without anything new, and a source counts as half as busy
_SILENT_AFTER = timedelta(days=2)  # a weekend without news is no silence
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)
_NOT_CACHED = re.compile(r"(?:^|[\s,])(?:no-cache|no-store)(?:$|[\s,])", re.IGNORECASE)


def next_poll(
    source: Source,
    fetched: FetchResult,
    habits: SourceStats,
    *,
    planned: datetime,
    now: datetime,
    failures: int,
    first: bool,
) -> datetime:
    """The moment of the next poll. `habits`: with what this poll taught; `failures`: how many in a row, this one
    included; `first`: this was the first."""
    if fetched.outcome in {FetchOutcome.GONE, FetchOutcome.FAILED}:
        again = now + _compute_backoff(source, fetched, habits, failures)
        if fetched.outcome is FetchOutcome.GONE or fetched.retry_after is not None:  # we are asked to stay away
            return _find_next_cron_time(source, again) or again
        return min(again, _find_next_cron_time(source, now) or again)  # its own next time may be a day away
    if fires := _find_next_cron_time(source, now):
        return fires
    if first:
        return within_interval(source, now)
    wait = compute_poll_interval(source, habits, now)
    missed = max(0, (now - planned) // wait)
    return planned + wait * (missed + 1)


def compute_poll_interval(source: Source, habits: SourceStats, now: datetime) -> timedelta:
    """How long a source that is well waits from poll to poll."""
    safe = _compute_replacement_interval(source, habits, now) * habits.tightened
    fastest = min(source.fastest or FASTEST, source.every)
    if safe < source.every:  # a hint is no reason to lose entries
        return _ease_interval(max(safe, fastest), habits)
    wished = max(source.every * _compute_silence_factor(habits, now), habits.hint or source.every)
    return _ease_interval(min(wished, _find_slowest_interval(source)), habits)


def compute_latest_poll(source: Source, habits: SourceStats, now: datetime) -> datetime:
    """When a source that is well is polled at the latest, whenever it was planned."""
    return _find_next_cron_time(source, now) or now + _ease_interval(_find_slowest_interval(source), habits)


def within_interval(source: Source, now: datetime) -> datetime:
    """A moment in the interval that begins now, which is the source's own: a thousand fall due spread over it. Of one
    that is polled at times of its own, the next of them."""
    return _find_next_cron_time(source, now) or now + source.every * _compute_phase(source.id)


def poll_after_overload(source: Source, now: datetime) -> datetime:
    """When a source is polled again whose document was too much work for one poll: as soon as usual, since news may be
    left of it, but not so soon that its polls take a notable share of our time."""
    again = now + max(source.every, OVERLOADED)
    return min(again, _find_next_cron_time(source, now) or again)


def rate_at(habits: SourceStats, now: datetime) -> float:
    """How many new entries an hour a source has now, by what is known: less and less while nothing new comes."""
    if habits.last_new_at is None or habits.rate <= 0:
        return 0.0
    quiet = max(timedelta(0), now - habits.last_new_at)
    return habits.rate * exp2(-min(quiet / _HALF, 1000))


def parse_poll_hint(headers: Mapping[str, str], feed_hint: timedelta | None, now: datetime) -> timedelta | None:
    """How long a source asks to be left alone, in whole minutes: the longest of what its server (`headers`, lower
    case) and its feed (ttl, sy:updatePeriod) say, at most a day; None: they ask for nothing."""
    caching = headers.get("cache-control", "")
    wishes = [feed_hint or timedelta(0)]
    if not _NOT_CACHED.search(caching):
        wishes += [timedelta(seconds=int(each)) for each in _MAX_AGE.findall(caching)[:1]]
        expires = _http_date(headers.get("expires"))
        wishes += [expires - (_http_date(headers.get("date")) or now)] if expires else []
    longest = min(max(wishes), HINT_CAP)
    return timedelta(minutes=ceil(longest / timedelta(minutes=1))) if longest > timedelta(0) else None


def _compute_backoff(source: Source, fetched: FetchResult, habits: SourceStats, failures: int) -> timedelta:
    """How long a source that failed is left alone."""
    if fetched.outcome is FetchOutcome.GONE:
        return max(GONE_PAUSE, fetched.retry_after or GONE_PAUSE)
    cap = UNREACHED_CAP if fetched.status is None else BACKOFF_CAP
    wait = source.every * max(2.0 ** min(failures - 1, 20), habits.eased)
    return max(min(wait, max(cap, source.every)), fetched.retry_after or timedelta(0))


def _find_slowest_interval(source: Source) -> timedelta:
    return max(source.every, source.slowest or source.every)


def _ease_interval(wait: timedelta, habits: SourceStats) -> timedelta:
    """Longer for a while after it refused us."""
    return min(wait * habits.eased, max(wait, BACKOFF_CAP))


def _compute_replacement_interval(source: Source, habits: SourceStats, now: datetime) -> timedelta:
    """The interval at which a poll finds two thirds of the document known, but not longer than the source's own."""
    rate = rate_at(habits, now)
    if not habits.entries or rate <= 0:
        return source.every
    return min(source.every, timedelta(hours=min(habits.entries / (OVERLAP * rate), 1e6)))


def _compute_silence_factor(habits: SourceStats, now: datetime) -> float:
    """What the interval of a silent source is multiplied by: twice as long after two days, and again each day."""
    last = habits.last_new_at or habits.since
    days = (now - last - _SILENT_AFTER) // timedelta(days=1) + 1 if last else 0
    return exp2(max(0, min(days, 20)))


def _find_next_cron_time(source: Source, after: datetime) -> datetime | None:
    """The next of the source's own times after this moment; None if it has none."""
    if source.cron is None:
        return None
    found = _parse_cron(source.cron, source.zone).get_next_fire_time(None, after + timedelta(microseconds=1))
    # A time that never comes (the 31st of February) is refused where it is read; whatever comes, nobody is given up.
    return found.astimezone(UTC) if found else after + BACKOFF_CAP


@lru_cache(maxsize=1000)
def _parse_cron(cron: str, zone: str) -> CronTrigger:
    return CronTrigger.from_crontab(cron, timezone=zone)


def _http_date(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):  # "0" and "-1" mean: at once
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _compute_phase(source_id: str) -> float:
    """A share of the interval, from 0.2 to 1, that is the source's own."""
    return 0.2 + 0.8 * int.from_bytes(blake2b(source_id.encode(), digest_size=4).digest()) / 2**32
