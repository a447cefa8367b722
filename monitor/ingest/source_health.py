"""Updates a source's stats from a poll, and finds the troubles that the poll shows.

It runs after every poll. Most polls change nothing: then it returns the stats as they were. It reports only what it
observed; `monitor.notices` decides which notices are sent, and to whom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.model import (
    Article,
    Claim,
    FetchOutcome,
    FetchResult,
    Source,
    SourceStats,
    SourceTrouble,
    TroubleKind,
)
from monitor.model.source_stats import MOVED_AFTER_POLLS

MIN_GAP_ENTRIES = 5  # fewer entries may all be new although nothing was lost
POLLS_IN_A_ROW = 3  # of polls that are ill-formed, or whose new entries have no date, before that is a trouble
MOVED_AFTER = timedelta(hours=24)
MIN_BURST_ENTRIES = 10
BURST_FACTOR = 3  # times the most new entries that the source ever had at once, and times what its rate explains
MIN_SILENCE = timedelta(hours=6)
_YOUNG_AGE = timedelta(days=8)  # of what we know of a source: a weekend may not be in it yet
_MIN_SILENCE_OF_YOUNG = timedelta(days=3)
_MIN_HISTORY = timedelta(days=3)
_MIN_ARRIVALS = 5  # from fewer we cannot tell what is usual
_MIN_TIGHTENED = 1 / 16
_LOOSEN_FACTOR = 1.1  # seven good documents undo the halving after one gap
_REFUSAL_STATUSES = (403, 429)
_EASED_AFTER_REFUSAL = 4.0
_OVERLAP_WEIGHT = 0.1
_RATE_HALF_LIFE = timedelta(hours=3)
_QUIET_HALF_LIFE = timedelta(days=60)
_COARSE_STAMPS_FROM = timedelta(minutes=4)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

CHURNED = "its guids change while its articles stay: they are known by their links from now on"

_StatsChanges = dict[str, Any]  # SourceStats fields by name: collected first, since each `replace` is costly
_Evidence = Mapping[TroubleKind, str | None]  # what a poll showed: a line for a person; None: the trouble is over


@dataclass(frozen=True, slots=True)
class PollObservation:
    """What one poll shows about its source.

    `failures`: how many polls failed in a row, including this one; `entries`: how many the document has; `known`: how
    many of them were known, by slice or uid; `new`: articles in their first version; `ill_formed`: what was wrong with
    the document; `hint`: for how long the source asks not to be polled; `moved_to`: where a chain of permanent
    redirects led; `asked_original_address`: the poll asked the source's own address, although another one was learnt;
    `guids_churned`: its guids change while its articles do not; `backfill_report`: where we looked for entries that may
    have been missed, and what we found; `entries_left`: how many entries are left to the next poll;
    `title`: of the document.
    """

    source: Source
    claim: Claim
    fetched: FetchResult
    now: datetime
    failures: int = 0
    entries: int = 0
    known: int = 0
    new: Sequence[Article] = ()
    ill_formed: str | None = None
    hint: timedelta | None = None
    moved_to: str | None = None
    asked_original_address: bool = False
    guids_churned: bool = False
    backfill_report: str | None = None
    entries_left: int = 0
    title: str | None = None

    @property
    def previous_poll_at(self) -> datetime:
        """When the last good poll before this document was, as far as it is known."""
        return self.claim.news_since or self.claim.planned - self.source.every

    @property
    def is_on_time(self) -> bool:
        """Whether only the interval can have caused a gap: neither we were late, nor did the source fail."""
        planned = max(self.claim.planned - self.previous_poll_at, timedelta(minutes=1))
        ours = self.claim.failures == 0 and self.claim.stats.left_late is None
        return ours and self.now - self.claim.planned <= planned


@dataclass(frozen=True, slots=True)
class Burst:
    """Many more new entries than usual. `backlog_uids`: the entries to suppress, because nothing shows that they are
    news; the others have their own date after the last poll."""

    backlog_uids: frozenset[str]


@dataclass(frozen=True, slots=True)
class HealthUpdate:
    """The result of a poll: new stats, troubles that it showed, troubles that are over, and a burst to suppress."""

    stats: SourceStats
    opened_troubles: tuple[SourceTrouble, ...] = ()
    closed_troubles: tuple[TroubleKind, ...] = ()
    burst: Burst | None = None


def assess(poll: PollObservation) -> HealthUpdate:
    """The source's stats after this poll, and the troubles that it opens or closes."""
    stats_before = _start_stats(poll)
    outcome = poll.fetched.outcome
    if outcome in {FetchOutcome.FAILED, FetchOutcome.GONE}:
        evidence: _Evidence = {}
        if outcome is FetchOutcome.GONE:
            evidence = {TroubleKind.GONE: "it answers 410: it says that it is gone for good"}
        return _build_health_update(poll, _update_after_failure(poll, stats_before), evidence)
    burst = _detect_burst(poll, stats_before)
    new_stats, evidence = stats_before, _find_evidence_in_good_poll(poll, stats_before)
    if outcome is FetchOutcome.DOCUMENT:
        new_stats = _learn_from_document(poll, stats_before, burst)
        evidence = {**evidence, **_find_evidence_in_document(poll, stats_before, new_stats, burst)}
    new_stats = _learn_redirect(poll, new_stats)
    if poll.fetched.validators.origin != new_stats.validators_origin:
        new_stats = replace(new_stats, validators_origin=poll.fetched.validators.origin)
    if new_stats.eased > 1:
        new_stats = replace(new_stats, eased=max(1.0, new_stats.eased / 2))
    return _build_health_update(poll, new_stats, evidence, burst)


def _build_health_update(
    poll: PollObservation, stats: SourceStats, evidence: _Evidence, burst: Burst | None = None
) -> HealthUpdate:
    """Turns the evidence into troubles. One that lasts is reported again only if a document shows it again."""
    shown = {kind: detail for kind, detail in evidence.items() if detail is not None}
    closed = tuple(kind for kind, detail in evidence.items() if detail is None and kind in stats.troubled)
    if shown or closed:  # most polls show nothing
        stats = replace(stats, troubled=frozenset((stats.troubled | shown.keys()) - set(closed)))
    opened = tuple(
        SourceTrouble(poll.source.id, kind, _find_trouble_start(kind, poll, stats), poll.now, detail)
        for kind, detail in shown.items()
    )
    return HealthUpdate(stats, opened, closed, burst)


def _find_trouble_start(kind: TroubleKind, poll: PollObservation, stats: SourceStats) -> datetime:
    if kind is TroubleKind.GAP:
        return poll.previous_poll_at
    return (stats.last_new_at or poll.now) if kind is TroubleKind.SILENT else poll.now


def _start_stats(poll: PollObservation) -> SourceStats:
    """The stats before this poll, with the address that it was refused. They begin now if there are none, unless the
    poll failed."""
    stats = poll.claim.stats
    if stats.refused != poll.fetched.refused:
        stats = replace(stats, refused=poll.fetched.refused)
    if stats.since is not None or poll.fetched.outcome in {FetchOutcome.FAILED, FetchOutcome.GONE}:
        return stats
    return replace(stats, since=poll.now, last_new_at=poll.now)


def _update_after_failure(poll: PollObservation, stats: SourceStats) -> SourceStats:
    if poll.fetched.status in _REFUSAL_STATUSES and poll.fetched.retry_after is None:
        stats = replace(stats, eased=max(_EASED_AFTER_REFUSAL, stats.eased))
    gone = poll.fetched.outcome is FetchOutcome.GONE
    if stats.moved_polls >= MOVED_AFTER_POLLS and (gone or poll.failures >= POLLS_IN_A_ROW):
        stats = _forget_redirect(stats)
    return stats


def _learn_redirect(poll: PollObservation, stats: SourceStats) -> SourceStats:
    """The stats with this poll's permanent redirect. The third poll counts only a day after the first."""
    is_learnt = stats.moved_polls >= MOVED_AFTER_POLLS
    if is_learnt and (poll.moved_to == stats.moved_to or (poll.moved_to is None and not poll.asked_original_address)):
        return replace(stats, moved_asked=poll.now) if poll.claim.rechecks_old_address else stats
    if stats.moved_to is None and poll.moved_to is None:
        return stats
    if poll.moved_to is None or poll.moved_to == poll.source.url:
        return _forget_redirect(stats)
    if poll.moved_to != stats.moved_to or stats.moved_since is None:
        return replace(_forget_redirect(stats), moved_to=poll.moved_to, moved_since=poll.now, moved_polls=1)
    if stats.moved_polls == MOVED_AFTER_POLLS - 1 and poll.now - stats.moved_since < MOVED_AFTER:
        return stats
    return replace(stats, moved_polls=stats.moved_polls + 1)


def _forget_redirect(stats: SourceStats) -> SourceStats:
    """The stats without a learnt address: the source's own is polled again."""
    return replace(stats, moved_to=None, moved_since=None, moved_polls=0, moved_asked=None)


def _learn_from_document(poll: PollObservation, stats: SourceStats, burst: Burst | None) -> SourceStats:
    """The stats after a new document. An archive that arrives at once does not make a source busy."""
    changes: _StatsChanges = {
        "entries": poll.entries,
        "hint": poll.hint,
        "read_as": poll.source.read_as,
        "ill_formed": min(stats.ill_formed + 1, POLLS_IN_A_ROW) if poll.ill_formed else 0,
        "distrusts_guids": stats.distrusts_guids or poll.guids_churned,
        "title": None if poll.source.is_named else poll.title or stats.title,
    }
    changes |= stats_of_left_entries(poll.claim, poll.entries_left, poll.now)
    if poll.claim.is_first_poll:
        changes["rate"] = _rate_by_dates(poll.new, poll.now)
    elif not poll.guids_churned:
        if poll.entries:
            changes |= _learn_from_known(poll, stats)
        if poll.new:
            changes |= _learn_from_new(poll, stats, burst)
    return replace(stats, **changes)


def stats_of_left_entries(claim: Claim, left: int, now: datetime) -> dict[str, Any]:
    """The stats of entries left to the next poll, with which that decides on them as this poll would have."""
    if not left:
        return {"left": 0, "left_since": None, "left_late": None}
    unpolled = claim.unpolled_window(now)
    since = claim.news_since or claim.planned
    return {"left": left, "left_since": since, "left_late": unpolled[1] if unpolled else None}


def _learn_from_new(poll: PollObservation, stats: SourceStats, burst: Burst | None) -> _StatsChanges:
    news_count = len(poll.new) - (len(burst.backlog_uids) if burst else 0)
    return {
        "last_new_at": poll.now,
        "rate": _update_rate(poll, stats, news_count),
        "arrivals": stats.arrivals + 1,
        "most": max(stats.most, len(poll.new)),
        "quiet": _update_longest_quiet(poll, stats),
        "undated": 0 if _has_dates(poll) else min(stats.undated + 1, POLLS_IN_A_ROW),
    }


def _learn_from_known(poll: PollObservation, stats: SourceStats) -> _StatsChanges:
    share = min(1.0, poll.known / poll.entries)
    overlap = round(stats.overlap + _OVERLAP_WEIGHT * (share - stats.overlap), 3)
    tightened = stats.tightened
    if _has_gap(poll) and poll.is_on_time:
        tightened = max(_MIN_TIGHTENED, tightened / 2)
    elif share >= 2 / 3:
        tightened = min(1.0, round(tightened * _LOOSEN_FACTOR, 4))
    return {"overlap": overlap, "tightened": tightened}


def _update_rate(poll: PollObservation, stats: SourceStats, news_count: int) -> float:
    """New entries per hour. It rises at once and falls slowly: a poll too many loses nothing."""
    elapsed = max(poll.now - (stats.last_new_at or poll.previous_poll_at), timedelta(seconds=30))
    current_rate = news_count / (elapsed / timedelta(hours=1))
    weight = 0.5 if current_rate > stats.rate else 1 - 0.5 ** (elapsed / _RATE_HALF_LIFE)
    return round(stats.rate + weight * (current_rate - stats.rate), 3)


def _rate_by_dates(articles: Sequence[Article], now: datetime) -> float:
    """New entries per hour, estimated from the dates in a first document: from the age of its younger half."""
    ages = sorted(now - article.published for article in articles if article.dated)
    if len(ages) < MIN_GAP_ENTRIES:
        return 0.0
    half = len(ages) // 2
    return round(half / max(ages[half] / timedelta(hours=1), 0.1), 3)


def _update_longest_quiet(poll: PollObservation, stats: SourceStats) -> timedelta:
    """The longest usual pause: the one that ends now, or an earlier and longer one, which counts less with time.

    A pause counts up to the limit from which it is a silence: one outage must not look usual.
    """
    last_new_at = stats.last_new_at or poll.now
    quiet = max(timedelta(0), (poll.now if poll.is_on_time else poll.previous_poll_at) - last_new_at)
    quiet = min(quiet, quiet_limit(stats, poll.now) or quiet)
    remembered = stats.quiet * 0.5 ** (max(timedelta(0), poll.now - last_new_at) / _QUIET_HALF_LIFE)
    return timedelta(seconds=round(max(quiet, remembered).total_seconds()))


def _find_evidence_in_good_poll(poll: PollObservation, stats: SourceStats) -> dict[TroubleKind, str | None]:
    """The evidence of any good answer, also of one without a document: nothing is new, and nothing was lost."""
    evidence: dict[TroubleKind, str | None] = dict.fromkeys((TroubleKind.GONE, TroubleKind.GAP, TroubleKind.BURST))
    if poll.new:
        evidence[TroubleKind.SILENT] = None
    elif TroubleKind.SILENT not in stats.troubled and stats.last_new_at is not None:
        limit, quiet = quiet_limit(stats, poll.now), poll.now - stats.last_new_at
        if limit is not None and quiet > limit:
            usual = f"it was rarely quiet for more than {_format_duration(stats.quiet)}"
            evidence[TroubleKind.SILENT] = f"nothing new for {_format_duration(quiet)}; {usual}"
    return evidence


def quiet_limit(stats: SourceStats, now: datetime) -> timedelta | None:
    """For how long a source may have nothing new before that is a silence; None: we know too little of it.

    Twice its longest usual pause, and more after few arrivals: the longest of five pauses says little.
    """
    if stats.since is None or now - stats.since < _MIN_HISTORY or stats.arrivals < _MIN_ARRIVALS:
        return None
    minimum = _MIN_SILENCE_OF_YOUNG if now - stats.since < _YOUNG_AGE else MIN_SILENCE
    return max(minimum, stats.quiet * (2 + 10 / stats.arrivals))


def _find_evidence_in_document(
    poll: PollObservation, stats_before: SourceStats, new_stats: SourceStats, burst: Burst | None
) -> _Evidence:
    evidence: dict[TroubleKind, str | None] = {}
    if _has_gap(poll):
        backfill = f"; looked for what was missed: {poll.backfill_report}" if poll.backfill_report else ""
        evidence[TroubleKind.GAP] = f"none of its {poll.entries} entries was there at the poll before{backfill}"
    if burst is not None:
        suppressed = f"{len(burst.backlog_uids)} without a fresh date are suppressed"
        usual = f"where {max(stats_before.most, 1)} were the most so far; {suppressed}"
        evidence[TroubleKind.BURST] = f"{len(poll.new)} new entries at once, {usual}"
    if not poll.ill_formed:
        evidence[TroubleKind.UNREADABLE] = None
    elif new_stats.ill_formed >= POLLS_IN_A_ROW and poll.entries:
        evidence[TroubleKind.UNREADABLE] = poll.ill_formed
    if poll.new and not poll.guids_churned and not poll.claim.is_first_poll:
        if _has_dates(poll):
            evidence[TroubleKind.UNDATED] = None
        elif new_stats.undated >= POLLS_IN_A_ROW:
            evidence[TroubleKind.UNDATED] = "none of its new entries has a date that can be true"
    if poll.guids_churned:
        evidence[TroubleKind.GUIDS] = CHURNED
    return evidence


def _has_gap(poll: PollObservation) -> bool:
    """Whether entries may have come and gone between two polls: the document has no known entry."""
    all_new = (
        poll.entries >= MIN_GAP_ENTRIES and poll.known == 0 and not poll.claim.is_first_poll and not poll.guids_churned
    )
    return all_new and poll.claim.stats.entries > 0  # after an empty document nothing can be known


def _has_dates(poll: PollObservation) -> bool:
    """Whether new entries have dates, where they can: a page without a selector for dates has none."""
    return not poll.source.gives_dates or any(article.dated for article in poll.new)


def _detect_burst(poll: PollObservation, stats: SourceStats) -> Burst | None:
    """The burst; None: there are as many new entries as usual, or their dates show that they are news."""
    if poll.claim.is_first_poll or poll.guids_churned or not poll.new:
        return None
    # Entries that a burst left to the next polls belong to it, however few they are. Otherwise a burst ends with its
    # poll: a storm of news must not be suppressed for as long as it lasts.
    if not (TroubleKind.BURST in stats.troubled and stats.left) and not _is_unusual(poll, stats):
        return None
    fresh = _select_fresh_uids(poll)
    old_dated = [article for article in poll.new if article.dated and article.uid not in fresh]
    if _has_gap(poll) and len(old_dated) <= len(poll.new) / 2:  # replaced, and the dates do not show that by an archive
        return None
    backlog = frozenset(article.uid for article in poll.new) - fresh
    return Burst(backlog) if backlog else None


def _is_unusual(poll: PollObservation, stats: SourceStats) -> bool:
    """Whether there are many more new entries than the source ever had at once, and than its rate explains."""
    if len(poll.new) < MIN_BURST_ENTRIES or stats.arrivals < _MIN_ARRIVALS:
        return False
    hours = max(timedelta(0), poll.now - poll.previous_poll_at) / timedelta(hours=1)
    return len(poll.new) > BURST_FACTOR * max(stats.most, stats.rate * hours)


def _select_fresh_uids(poll: PollObservation) -> frozenset[str]:
    """The uids of the articles whose own date is after the last poll.

    A minute that most of the articles share is no date: somebody has moved an archive. If the last poll was less than
    four minutes ago, all news may share a minute, so there they must share the exact time. A date without a time counts
    until the end of its day: today's counts as now, and is not such a stamp (`parse_latest_date`).
    """
    resolution = (
        timedelta(minutes=1) if poll.now - poll.previous_poll_at >= _COARSE_STAMPS_FROM else timedelta(microseconds=1)
    )
    stamps = {article.uid: article.published - (article.published - _EPOCH) % resolution for article in poll.new}
    counts = Counter(stamps[article.uid] for article in poll.new if article.dated and article.published != article.seen)
    threshold = max(len(poll.new), MIN_BURST_ENTRIES) / 2  # if a burst left only a few, a shared minute shows nothing
    stamped = {stamp for stamp, count in counts.items() if count > threshold}
    fresh = (article for article in poll.new if article.dated and article.published > poll.previous_poll_at)
    return frozenset(article.uid for article in fresh if stamps[article.uid] not in stamped)


def _format_duration(length: timedelta) -> str:
    """A duration in words for a person, rounded."""
    hours = length / timedelta(hours=1)
    if hours >= 72:
        return f"{hours / 24:.0f} days"
    return f"{hours:.0f} hours" if hours >= 2 else f"{max(1, length // timedelta(minutes=1))} minutes"
