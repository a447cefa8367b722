"""Computes when to poll a source next.

A healthy source keeps a fixed phase (next = planned + interval), spread by its id so that a thousand sources are not
due in one second. Its interval is the one that the user set. It is shorter while the document would otherwise be
replaced between two polls, and longer (if the user allows that) while the source is silent or asks for it. A failing
source is polled less and less often, up to a cap, but never given up.
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
UNREACHABLE_CAP = timedelta(minutes=15)  # no answer at all may be our own network: poll soon after that works again
GONE_PAUSE = timedelta(hours=24)  # 410 means for ever, but people repair their sites
HINT_CAP = timedelta(hours=24)
MIN_INTERVAL = timedelta(minutes=1)
OVERLOAD_PAUSE = timedelta(minutes=1)  # the least pause after a document that was too much work for one poll
OVERLAP = 3  # polls in the time in which a document is replaced: two thirds of it are known then
_RATE_HALF_LIFE = timedelta(hours=3)  # after so long without new entries a source counts as half as busy
_SILENT_AFTER = timedelta(days=2)  # a weekend without news does not count
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)
_NOT_CACHED = re.compile(r"(?:^|[\s,])(?:no-cache|no-store)(?:$|[\s,])", re.IGNORECASE)


def next_poll(
    source: Source,
    fetched: FetchResult,
    stats: SourceStats,
    *,
    planned: datetime,
    now: datetime,
    failures: int,
    is_first_poll: bool,
) -> datetime:
    """The time of the next poll.

    `stats`: as this poll updated them; `planned`: when this poll was due; `failures`: how many in a row, including this
    one.
    """
    if fetched.outcome in {FetchOutcome.GONE, FetchOutcome.FAILED}:
        retry_at = now + _compute_backoff(source, fetched, stats, failures)
        if fetched.outcome is FetchOutcome.GONE or fetched.retry_after is not None:  # the server asks us to stay away
            return _find_next_cron_time(source, retry_at) or retry_at
        return min(retry_at, _find_next_cron_time(source, now) or retry_at)  # the next cron time may be a day away
    if cron_time := _find_next_cron_time(source, now):
        return cron_time
    if is_first_poll:
        return within_interval(source, now)
    interval = compute_poll_interval(source, stats, now)
    missed = max(0, (now - planned) // interval)
    return planned + interval * (missed + 1)


def compute_poll_interval(source: Source, stats: SourceStats, now: datetime) -> timedelta:
    """The time between two polls of a healthy source."""
    safe = _compute_replacement_interval(source, stats, now) * stats.tightened
    fastest = min(source.fastest or MIN_INTERVAL, source.every)
    if safe < source.every:  # a hint is no reason to lose entries
        return _ease_interval(max(safe, fastest), stats)
    longer = max(source.every * _compute_silence_factor(stats, now), stats.hint or source.every)
    return _ease_interval(min(longer, _find_slowest_interval(source)), stats)


def compute_latest_poll(source: Source, stats: SourceStats, now: datetime) -> datetime:
    """The latest time at which a healthy source is polled next, however it was planned."""
    return _find_next_cron_time(source, now) or now + _ease_interval(_find_slowest_interval(source), stats)


def within_interval(source: Source, now: datetime) -> datetime:
    """A time within the interval that begins now, at the source's own phase: a thousand sources are spread over it.

    For a source with `cron`, its next time.
    """
    return _find_next_cron_time(source, now) or now + source.every * _compute_phase(source.id)


def poll_after_overload(source: Source, now: datetime) -> datetime:
    """When to poll again after a document that was too much work for one poll: as soon as usual, since news may be left
    in it, but not so soon that its polls take a notable share of our time."""
    next_at = now + max(source.every, OVERLOAD_PAUSE)
    return min(next_at, _find_next_cron_time(source, now) or next_at)


def rate_at(stats: SourceStats, now: datetime) -> float:
    """The estimated number of new entries an hour: it decreases while nothing new comes."""
    if stats.last_new_at is None or stats.rate <= 0:
        return 0.0
    quiet = max(timedelta(0), now - stats.last_new_at)
    return stats.rate * exp2(-min(quiet / _RATE_HALF_LIFE, 1000))


def parse_poll_hint(headers: Mapping[str, str], feed_hint: timedelta | None, now: datetime) -> timedelta | None:
    """For how long a source asks not to be polled, in whole minutes; None if it does not ask.

    It is the longest time that the server (`headers`, lower-case names) or the feed (ttl, sy:updatePeriod) gives, at
    most a day.
    """
    cache_control = headers.get("cache-control", "")
    hints = [feed_hint or timedelta(0)]
    if not _NOT_CACHED.search(cache_control):
        hints += [timedelta(seconds=int(seconds)) for seconds in _MAX_AGE.findall(cache_control)[:1]]
        expires = _http_date(headers.get("expires"))
        hints += [expires - (_http_date(headers.get("date")) or now)] if expires else []
    longest = min(max(hints), HINT_CAP)
    return timedelta(minutes=ceil(longest / timedelta(minutes=1))) if longest > timedelta(0) else None


def _compute_backoff(source: Source, fetched: FetchResult, stats: SourceStats, failures: int) -> timedelta:
    """How long to wait after a failed poll."""
    if fetched.outcome is FetchOutcome.GONE:
        return max(GONE_PAUSE, fetched.retry_after or GONE_PAUSE)
    cap = UNREACHABLE_CAP if fetched.status is None else BACKOFF_CAP
    backoff = source.every * max(2.0 ** min(failures - 1, 20), stats.eased)
    return max(min(backoff, max(cap, source.every)), fetched.retry_after or timedelta(0))


def _find_slowest_interval(source: Source) -> timedelta:
    return max(source.every, source.slowest or source.every)


def _ease_interval(interval: timedelta, stats: SourceStats) -> timedelta:
    """The interval, longer for a while after the server refused us."""
    return min(interval * stats.eased, max(interval, BACKOFF_CAP))


def _compute_replacement_interval(source: Source, stats: SourceStats, now: datetime) -> timedelta:
    """The interval at which a poll finds two thirds of the document known, at most the source's own."""
    rate = rate_at(stats, now)
    if not stats.entries or rate <= 0:
        return source.every
    return min(source.every, timedelta(hours=min(stats.entries / (OVERLAP * rate), 1e6)))


def _compute_silence_factor(stats: SourceStats, now: datetime) -> float:
    """By what to multiply the interval of a silent source: it doubles after two days, and again every day."""
    last_new_at = stats.last_new_at or stats.since
    days = (now - last_new_at - _SILENT_AFTER) // timedelta(days=1) + 1 if last_new_at else 0
    return exp2(max(0, min(days, 20)))


def _find_next_cron_time(source: Source, after: datetime) -> datetime | None:
    """The next time after this moment by the source's `cron`; None if it has none."""
    if source.cron is None:
        return None
    fire_time = _parse_cron(source.cron, source.zone).get_next_fire_time(None, after + timedelta(microseconds=1))
    # The config loader refuses times that never come (31 February). If one gets here, we still poll the source.
    return fire_time.astimezone(UTC) if fire_time else after + BACKOFF_CAP


@lru_cache(maxsize=1000)
def _parse_cron(cron: str, zone: str) -> CronTrigger:
    return CronTrigger.from_crontab(cron, timezone=zone)


def _http_date(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):  # "0" and "-1" mean at once
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _compute_phase(source_id: str) -> float:
    """The source's own fraction of the interval, from 0.2 to 1."""
    return 0.2 + 0.8 * int.from_bytes(blake2b(source_id.encode(), digest_size=4).digest()) / 2**32
