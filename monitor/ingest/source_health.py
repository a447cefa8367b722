"""What a poll says of its source: what is to be learnt of it, and what is not as it should be.

It is asked after every poll, and most polls teach nothing: then it gives the habits back as they were. It knows what
was seen only; what is told to whom, `alerting` says.
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
    SourceKind,
    SourceStats,
    SourceTrouble,
    TroubleKind,
)
from monitor.model.source_stats import MOVED_AFTER_POLLS

GAP_LEAST = 5  # fewer entries may all be new without anything being lost
IN_A_ROW = 3  # so many polls that are ill-formed, or whose new entries have no date
MOVED_AFTER = timedelta(hours=24)
BURST_LEAST = 10
BURST_TIMES = 3  # so many times what a source ever had at once, and what its rate explains
SILENT_LEAST = timedelta(hours=6)
_YOUNG = timedelta(days=8)  # no weekend was seen yet
_YOUNG_LIMIT = timedelta(days=3)
_HISTORY = timedelta(days=3)
_ARRIVALS = 5  # from so few nobody can say what is usual
_TIGHTEST = 1 / 16
_LOOSENED = 1.1  # seven good documents take back what one gap halved
_REFUSED = (403, 429)
_EASED = 4.0
_OVERLAP_WEIGHT = 0.1
_RATE_HALF = timedelta(hours=3)
_QUIET_HALF = timedelta(days=60)
_MINUTES = timedelta(minutes=4)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

CHURNED = "its guids change while its articles stay: they are known by their links from now on"

_Learnt = dict[str, Any]  # habits by their names: to replace them costs more than to find out what to replace
_Evidence = Mapping[TroubleKind, str | None]  # what a poll showed: a line for a person; None: that it is over


@dataclass(frozen=True, slots=True)
class PollObservation:
    """One poll, as far as it says something of its source.

    `entries`: how many the document held, `known`: how many of them were known, by their slice or their uid; `new`: the
    articles that nobody had, in their first version; `ill_formed`: what was wrong with the document; `hint`: how long
    its source asks to be left alone; `moved`: where permanent redirects alone led; `at_home`: the source's own
    address was asked, though another was learnt; `churned`: its guids change while
    its articles do not; `failures`: how many in a row, this one included; `looked`: where was looked for what may have
    been missed, and what was found; `left`: how many entries wait for the next poll.
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

    @property
    def previous_poll_at(self) -> datetime:
        """The good poll before the one that this document came with first, as far as it is known."""
        return self.claim.news_since or self.claim.planned - self.source.every

    @property
    def is_on_time(self) -> bool:
        """Whether what was missed was missed by the interval: not by us, who were away, nor by a source that failed."""
        planned = max(self.claim.planned - self.previous_poll_at, timedelta(minutes=1))
        ours = self.claim.failures == 0 and self.claim.stats.left_late is None
        return ours and self.now - self.claim.planned <= planned


@dataclass(frozen=True, slots=True)
class Burst:
    """Many more new entries than usual. `old`: the uids of those that are to be held, as nothing says that they are
    news; the others have a date of their own after the poll before."""

    backlog_uids: frozenset[str]


@dataclass(frozen=True, slots=True)
class HealthUpdate:
    """What a poll leaves: the habits, the troubles that it showed, those that it showed to be over, and what is to be
    held."""

    stats: SourceStats
    opened_troubles: tuple[SourceTrouble, ...] = ()
    closed_troubles: tuple[TroubleKind, ...] = ()
    burst: Burst | None = None


def assess(seen: PollObservation) -> HealthUpdate:
    """What is to be learnt from this poll, on top of what its claim knew."""
    before = _start_stats(seen)
    outcome = seen.fetched.outcome
    if outcome in {FetchOutcome.FAILED, FetchOutcome.GONE}:
        evidence: _Evidence = {}
        if outcome is FetchOutcome.GONE:
            evidence = {TroubleKind.GONE: "it answers 410: it says that it is gone for good"}
        return _build_health_update(seen, _after_a_failure(seen, before), evidence)
    burst = _detect_burst(seen, before)
    learnt, evidence = before, _find_evidence_in_good_poll(seen, before)
    if outcome is FetchOutcome.DOCUMENT:
        learnt = _learn_from_document(seen, before, burst)
        evidence = {**evidence, **_find_evidence_in_document(seen, before, learnt, burst)}
    learnt = _learn_redirect(seen, learnt)
    if learnt.eased > 1:
        learnt = replace(learnt, eased=max(1.0, learnt.eased / 2))
    return _build_health_update(seen, learnt, evidence, burst)


def _build_health_update(
    seen: PollObservation, habits: SourceStats, evidence: _Evidence, burst: Burst | None = None
) -> HealthUpdate:
    """With what the evidence says. What lasts is told to last only where a document shows it again."""
    shown = {kind: detail for kind, detail in evidence.items() if detail is not None}
    over = tuple(kind for kind, detail in evidence.items() if detail is None and kind in habits.troubled)
    if shown or over:  # most polls show nothing
        habits = replace(habits, troubled=frozenset((habits.troubled | shown.keys()) - set(over)))
    opened = tuple(
        SourceTrouble(seen.source.id, kind, _find_trouble_start(kind, seen, habits), seen.now, detail)
        for kind, detail in shown.items()
    )
    return HealthUpdate(habits, opened, over, burst)


def _find_trouble_start(kind: TroubleKind, seen: PollObservation, habits: SourceStats) -> datetime:
    if kind is TroubleKind.GAP:
        return seen.previous_poll_at
    return (habits.last_new_at or seen.now) if kind is TroubleKind.SILENT else seen.now


def _start_stats(seen: PollObservation) -> SourceStats:
    """The habits; of a source that was never polled well, or not since habits are kept, they begin now."""
    habits = seen.claim.stats
    if habits.since is not None or seen.fetched.outcome in {FetchOutcome.FAILED, FetchOutcome.GONE}:
        return habits
    return replace(habits, since=seen.now, last_new_at=seen.now)


def _after_a_failure(seen: PollObservation, habits: SourceStats) -> SourceStats:
    if seen.fetched.status in _REFUSED and seen.fetched.retry_after is None:
        habits = replace(habits, eased=max(_EASED, habits.eased))
    gone = seen.fetched.outcome is FetchOutcome.GONE
    if habits.moved_polls >= MOVED_AFTER_POLLS and (gone or seen.failures >= IN_A_ROW):  # back to the old address
        habits = _forget_redirect(habits)
    return habits


def _learn_redirect(seen: PollObservation, habits: SourceStats) -> SourceStats:
    """With what is to be learnt of a permanent redirect: the third poll counts a day after the first only."""
    learnt = habits.moved_polls >= MOVED_AFTER_POLLS
    if learnt and (
        seen.moved_to == habits.moved_to or (seen.moved_to is None and not seen.asked_original_address)
    ):  # it holds
        return replace(habits, moved_asked=seen.now) if seen.claim.rechecks_old_address else habits
    if habits.moved_to is None and seen.moved_to is None:
        return habits
    if seen.moved_to is None or seen.moved_to == seen.source.url:
        return _forget_redirect(habits)
    if seen.moved_to != habits.moved_to or habits.moved_since is None:
        return replace(_forget_redirect(habits), moved_to=seen.moved_to, moved_since=seen.now, moved_polls=1)
    if habits.moved_polls == MOVED_AFTER_POLLS - 1 and seen.now - habits.moved_since < MOVED_AFTER:
        return habits
    return replace(habits, moved_polls=habits.moved_polls + 1)


def _forget_redirect(habits: SourceStats) -> SourceStats:
    """With the source's own address."""
    return replace(habits, moved_to=None, moved_since=None, moved_polls=0, moved_asked=None)


def _learn_from_document(seen: PollObservation, habits: SourceStats, burst: Burst | None) -> SourceStats:
    """With what a document teaches. An archive that comes at once is no sign of a busy source."""
    learnt: _Learnt = {
        "entries": seen.entries,
        "hint": seen.hint,
        "read_as": seen.source.read_as,
        "ill_formed": min(habits.ill_formed + 1, IN_A_ROW) if seen.ill_formed else 0,
        "distrusts_guids": habits.distrusts_guids or seen.guids_churned,
    }
    learnt |= stats_of_left_entries(seen.claim, seen.entries_left, seen.now)
    if seen.claim.is_first_poll:
        learnt["rate"] = _rate_by_dates(seen.new, seen.now)
    elif not seen.guids_churned:
        if seen.entries:
            learnt |= _learn_from_known(seen, habits)
        if seen.new:
            learnt |= _learn_from_new(seen, habits, burst)
    return replace(habits, **learnt)


def stats_of_left_entries(claim: Claim, left: int, now: datetime) -> dict[str, Any]:
    """The habits that say how many entries a poll leaves to the next one, which is to judge them as this one would."""
    if not left:
        return {"left": 0, "left_since": None, "left_late": None}
    unpolled = claim.unpolled_window(now)
    since = claim.news_since or claim.planned
    return {"left": left, "left_since": since, "left_late": unpolled[1] if unpolled else None}


def _learn_from_new(seen: PollObservation, habits: SourceStats, burst: Burst | None) -> _Learnt:
    came = len(seen.new) - (len(burst.backlog_uids) if burst else 0)
    return {
        "last_new_at": seen.now,
        "rate": _update_rate(seen, habits, came),
        "arrivals": habits.arrivals + 1,
        "most": max(habits.most, len(seen.new)),
        "quiet": _update_longest_quiet(seen, habits),
        "undated": 0 if _has_dates(seen) else min(habits.undated + 1, IN_A_ROW),
    }


def _learn_from_known(seen: PollObservation, habits: SourceStats) -> _Learnt:
    share = min(1.0, seen.known / seen.entries)
    lately = round(habits.overlap + _OVERLAP_WEIGHT * (share - habits.overlap), 3)
    tightened = habits.tightened
    if _has_gap(seen) and seen.is_on_time:
        tightened = max(_TIGHTEST, tightened / 2)
    elif share >= 2 / 3:
        tightened = min(1.0, round(tightened * _LOOSENED, 4))
    return {"overlap": lately, "tightened": tightened}


def _update_rate(seen: PollObservation, habits: SourceStats, came: int) -> float:
    """It follows what rises at once, and what falls slowly: what is asked too often loses nothing."""
    since = max(seen.now - (habits.last_new_at or seen.previous_poll_at), timedelta(seconds=30))
    now = came / (since / timedelta(hours=1))
    weight = 0.5 if now > habits.rate else 1 - 0.5 ** (since / _RATE_HALF)
    return round(habits.rate + weight * (now - habits.rate), 3)


def _rate_by_dates(articles: Sequence[Article], now: datetime) -> float:
    """What the dates of a first document say of its source's rate: its younger half came within so long."""
    ages = sorted(now - article.published for article in articles if article.dated)
    if len(ages) < GAP_LEAST:
        return 0.0
    half = len(ages) // 2
    return round(half / max(ages[half] / timedelta(hours=1), 0.1), 3)


def _update_longest_quiet(seen: PollObservation, habits: SourceStats) -> timedelta:
    """The longest usual quiet: what was seen of this one, unless a longer one is not yet forgotten. A silence counts as
    long as it was none: one flatline must not pass for usual."""
    last = habits.last_new_at or seen.now
    quiet = max(timedelta(0), (seen.now if seen.is_on_time else seen.previous_poll_at) - last)
    quiet = min(quiet, quiet_limit(habits, seen.now) or quiet)
    kept = habits.quiet * 0.5 ** (max(timedelta(0), seen.now - last) / _QUIET_HALF)
    return timedelta(seconds=round(max(quiet, kept).total_seconds()))


def _find_evidence_in_good_poll(seen: PollObservation, habits: SourceStats) -> dict[TroubleKind, str | None]:
    """What an answer without a document says too: that nothing is new, and nothing was lost."""
    evidence: dict[TroubleKind, str | None] = dict.fromkeys((TroubleKind.GONE, TroubleKind.GAP, TroubleKind.BURST))
    if seen.new:
        evidence[TroubleKind.SILENT] = None
    elif TroubleKind.SILENT not in habits.troubled and habits.last_new_at is not None:
        limit, quiet = quiet_limit(habits, seen.now), seen.now - habits.last_new_at
        if limit is not None and quiet > limit:
            usual = f"it was rarely quiet for more than {_format_duration(habits.quiet)}"
            evidence[TroubleKind.SILENT] = f"nothing new for {_format_duration(quiet)}; {usual}"
    return evidence


def quiet_limit(habits: SourceStats, now: datetime) -> timedelta | None:
    """How long a source may be without anything new before that is silence; None: too little is known of it.

    Twice as long as it ever was, and more where few arrivals were seen: of five the longest pause says little.
    """
    if habits.since is None or now - habits.since < _HISTORY or habits.arrivals < _ARRIVALS:
        return None
    least = _YOUNG_LIMIT if now - habits.since < _YOUNG else SILENT_LEAST
    return max(least, habits.quiet * (2 + 10 / habits.arrivals))


def _find_evidence_in_document(
    seen: PollObservation, before: SourceStats, learnt: SourceStats, burst: Burst | None
) -> _Evidence:
    evidence: dict[TroubleKind, str | None] = {}
    if _has_gap(seen):
        looked = f"; looked for what was missed: {seen.backfill_report}" if seen.backfill_report else ""
        evidence[TroubleKind.GAP] = f"none of its {seen.entries} entries was there at the poll before{looked}"
    if burst is not None:
        usual = (
            f"where {max(before.most, 1)} were the most so far; {len(burst.backlog_uids)} without a fresh date are held"
        )
        evidence[TroubleKind.BURST] = f"{len(seen.new)} new entries at once, {usual}"
    if not seen.ill_formed:
        evidence[TroubleKind.UNREADABLE] = None
    elif learnt.ill_formed >= IN_A_ROW and seen.entries:
        evidence[TroubleKind.UNREADABLE] = seen.ill_formed
    if seen.new and not seen.guids_churned and not seen.claim.is_first_poll:
        if _has_dates(seen):
            evidence[TroubleKind.UNDATED] = None
        elif learnt.undated >= IN_A_ROW:
            evidence[TroubleKind.UNDATED] = "none of its new entries has a date that can be true"
    if seen.guids_churned:
        evidence[TroubleKind.GUIDS] = CHURNED
    return evidence


def _has_gap(seen: PollObservation) -> bool:
    """Whether entries may have come and gone between two polls: nothing of a document is known any more."""
    unlike = seen.entries >= GAP_LEAST and seen.known == 0 and not seen.claim.is_first_poll and not seen.guids_churned
    return unlike and seen.claim.stats.entries > 0  # before an empty document nothing could be known


def _has_dates(seen: PollObservation) -> bool:
    """Whether its dates are as they can be: a page for which nobody said where a date stands has none."""
    page = seen.source.kind is SourceKind.PAGE and not (seen.source.select and seen.source.select.date)
    return page or any(article.dated for article in seen.new)


def _detect_burst(seen: PollObservation, habits: SourceStats) -> Burst | None:
    """What of these is to be held; None: they are not more than can be, or their dates say that they are news."""
    if seen.claim.is_first_poll or seen.guids_churned or not seen.new:
        return None
    # What a burst has left for the next polls belongs to it, however few they are. All else that goes on like that is
    # no burst any more: a storm of news must not be held for as long as it lasts.
    if not (TroubleKind.BURST in habits.troubled and habits.left) and not _is_unusual(seen, habits):
        return None
    fresh = _select_fresh_uids(seen)
    earlier = [article for article in seen.new if article.dated and article.uid not in fresh]
    if _has_gap(seen) and len(earlier) <= len(seen.new) / 2:  # it was replaced, and its dates do not say by its archive
        return None
    old = frozenset(article.uid for article in seen.new) - fresh
    return Burst(old) if old else None


def _is_unusual(seen: PollObservation, habits: SourceStats) -> bool:
    """Whether so many new entries at once are more than what its source ever had, and what its rate explains."""
    if len(seen.new) < BURST_LEAST or habits.arrivals < _ARRIVALS:
        return False
    hours = max(timedelta(0), seen.now - seen.previous_poll_at) / timedelta(hours=1)
    return len(seen.new) > BURST_TIMES * max(habits.most, habits.rate * hours)


def _select_fresh_uids(seen: PollObservation) -> frozenset[str]:
    """What came after the poll before by a date of its own. One minute that most of them carry is no date: somebody has
    moved his archive. Where the poll before is minutes ago all news is of one minute, and it must be one moment. A day
    without a time counts until it ends: what carries today's counts as of now, and is no stamp (`latest_of`)."""
    cut = timedelta(minutes=1) if seen.now - seen.previous_poll_at >= _MINUTES else timedelta(microseconds=1)
    stamps = {article.uid: article.published - (article.published - _EPOCH) % cut for article in seen.new}
    counts = Counter(stamps[each.uid] for each in seen.new if each.dated and each.published != each.seen)
    most = max(len(seen.new), BURST_LEAST) / 2  # of the few that a burst has left, one minute says nothing
    stamped = {stamp for stamp, count in counts.items() if count > most}
    dated = (article for article in seen.new if article.dated and article.published > seen.previous_poll_at)
    return frozenset(article.uid for article in dated if stamps[article.uid] not in stamped)


def _format_duration(length: timedelta) -> str:
    """About how long, for a person."""
    hours = length / timedelta(hours=1)
    if hours >= 72:
        return f"{hours / 24:.0f} days"
    return f"{hours:.0f} hours" if hours >= 2 else f"{max(1, length // timedelta(minutes=1))} minutes"
