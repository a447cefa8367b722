"""What a poll says of its source: habits are learnt, and troubles are seen and seen to be over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.ingest.source_health import Burst, HealthUpdate, PollObservation, assess, quiet_limit
from monitor.model import (
    Article,
    Claim,
    FetchOutcome,
    FetchResult,
    Selectors,
    Source,
    SourceStats,
    SourceTrouble,
    TroubleKind,
)
from tests.support.building import HOUR, MINUTE, NOON, article, source

DAY = 24 * HOUR
EVERY = 5 * MINUTE
NEW = "https://new.test/feed"
# A source of some weeks, with two new entries an hour, of thirty in its document, and quiet at night.
SETTLED = SourceStats(NOON - 20 * DAY, NOON - EVERY, rate=2.0, arrivals=500, entries=30, most=4, quiet=8 * HOUR)


def claim(
    habits: SourceStats = SETTLED, *, now: datetime = NOON, last_ok: datetime | None = None, **other: Any
) -> Claim:
    """Due now; polled well an interval ago."""
    return Claim("wire", "u", 1, now, is_first_poll=False, stats=habits, last_ok=last_ok or now - EVERY, **other)


def fetched(outcome: FetchOutcome = FetchOutcome.DOCUMENT, status: int = 200) -> FetchResult:
    return FetchResult(outcome, "u", status)


def new(
    count: int, *, published: datetime = NOON - MINUTE, dated: bool = True, apart: timedelta = MINUTE / 4
) -> list[Article]:
    """Articles that nobody had, the youngest first."""
    return [article(f"n{i}", published=published - i * apart, dated=dated) for i in range(count)]


def poll(
    habits: SourceStats = SETTLED,
    *,
    entries: int = 30,
    articles: Sequence[Article] = (),
    known: int | None = None,
    now: datetime = NOON,
    of: Source | None = None,
    **other: Any,
) -> HealthUpdate:
    """A document; known is what is not new, unless it is said."""
    made = other.pop("claim", None) or claim(habits, now=now)
    knew = entries - len(articles) if known is None else known
    other.setdefault("fetched", fetched())
    return assess(PollObservation(of or source(), made, now=now, entries=entries, known=knew, new=articles, **other))


def unchanged(habits: SourceStats = SETTLED, *, now: datetime = NOON) -> HealthUpdate:
    """304."""
    return assess(PollObservation(source(), claim(habits, now=now), fetched(FetchOutcome.NOT_MODIFIED, 304), now))


def kinds(found: HealthUpdate) -> list[TroubleKind]:
    return [trouble.kind for trouble in found.opened_troubles]


def test_a_poll_that_brings_nothing_teaches_nothing() -> None:
    """Thousands an hour are like that: none of them writes habits."""
    assert unchanged() == HealthUpdate(SETTLED)
    assert poll() == HealthUpdate(SETTLED)


def test_the_first_poll_begins_the_habits() -> None:
    """Its document is no news, and no burst; its dates give the rate to begin with."""
    archive = new(30, apart=6 * MINUTE)
    found = poll(SourceStats(), articles=archive, claim=Claim("wire", "u", 1, NOON), hint=HOUR)
    assert (found.opened_troubles, found.burst) == ((), None)
    begun = replace(found.stats, rate=0.0)
    assert begun == SourceStats(since=NOON, last_new_at=NOON, entries=30, hint=HOUR)
    assert found.stats.rate == pytest.approx(10, rel=0.05)
    undated = poll(SourceStats(), articles=new(30, dated=False), claim=Claim("wire", "u", 1, NOON))
    assert (undated.stats.rate, undated.opened_troubles) == (0.0, ())


def test_a_source_that_was_known_before_habits_were_begins_at_its_next_poll() -> None:
    """Whatever that answers; one that fails has nothing to begin with."""
    assert unchanged(SourceStats()).stats == SourceStats(since=NOON, last_new_at=NOON)
    found = poll(SourceStats(), articles=new(30), known=0)
    assert (found.stats.since, kinds(found)) == (NOON, [])  # what its last document held is not known
    failed = assess(
        PollObservation(source(), claim(SourceStats()), fetched(FetchOutcome.FAILED, 503), NOON, failures=1)
    )
    assert failed == HealthUpdate(SourceStats())


@pytest.mark.parametrize("outcome", FetchOutcome)
def test_a_refused_address_is_known_until_the_next_poll(outcome: FetchOutcome) -> None:
    """However that ends, unless it is refused an address too."""
    refused = replace(SETTLED, refused="10.0.0.5")
    failed = replace(fetched(FetchOutcome.FAILED), refused="10.0.0.5")
    assert poll(fetched=failed, failures=1).stats == refused
    assert poll(refused, fetched=failed, failures=2).stats == refused
    assert poll(refused, fetched=fetched(outcome)).stats.refused is None


def test_new_entries_are_learnt_from() -> None:
    """How many come, how often, how long none came."""
    before = replace(SETTLED, last_new_at=NOON - 9 * HOUR)
    learnt = poll(before, articles=new(6)).stats
    assert (learnt.last_new_at, learnt.arrivals, learnt.most, learnt.quiet) == (NOON, 501, 6, 9 * HOUR)
    assert learnt.overlap == pytest.approx(0.98)
    assert learnt.rate < before.rate


def test_the_rate_rises_at_once_and_falls_slowly() -> None:
    """What is asked too often loses nothing."""
    risen = poll(articles=new(10)).stats  # ten in five minutes are 120 an hour
    assert risen.rate == pytest.approx(61)
    now = NOON + HOUR
    fallen = poll(risen, articles=new(1), now=now).stats
    assert 45 < fallen.rate < 55


@pytest.mark.parametrize(
    ("entries", "known", "habits", "claimed", "gap"),
    [
        (30, 0, SETTLED, {}, True),
        (30, 1, SETTLED, {}, False),  # one is enough
        (5, 0, SETTLED, {}, True),
        (4, 0, SETTLED, {}, False),  # so few may all be new
        (30, 0, replace(SETTLED, entries=0), {}, False),  # the document before was empty
        (30, 0, SETTLED, {"failures": 3}, True),  # lost all the same, if not by our interval
        (0, 0, SETTLED, {}, False),
    ],
)
def test_a_document_without_anything_known_is_a_possible_gap(
    entries: int, known: int, habits: SourceStats, claimed: dict[str, Any], gap: bool
) -> None:
    """With the window in which entries may have come and gone unseen."""
    found = poll(habits, entries=entries, known=known, articles=new(entries - known), claim=claim(habits, **claimed))
    if not gap:
        assert TroubleKind.GAP not in kinds(found)
        return
    (trouble,) = found.opened_troubles
    detail = f"none of its {entries} entries was there at the poll before"
    assert trouble == SourceTrouble("wire", TroubleKind.GAP, NOON - EVERY, NOON, detail)
    assert TroubleKind.GAP in found.stats.troubled


def test_a_gap_halves_the_interval_and_good_documents_take_it_back() -> None:
    """Again and again, to a sixteenth; what we or the source missed by failing says nothing of the interval."""
    habits, factors = SETTLED, []
    for _ in range(6):
        habits = poll(habits, known=0, articles=new(30)).stats
        factors.append(habits.tightened)
    assert factors == [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 16, 1 / 16]
    good = 0
    while habits.tightened < 1:
        habits = poll(habits, articles=new(2)).stats
        good += 1
    assert good == pytest.approx(30, abs=2)
    hardly = poll(replace(SETTLED, tightened=0.5), known=10, articles=new(20)).stats
    assert hardly.tightened == 0.5  # a third known is close to a gap
    failed = claim(failures=2, last_ok=NOON - DAY)
    away = replace(claim(), planned=NOON - HOUR, last_ok=NOON - HOUR - EVERY)
    for late in (failed, away):
        assert poll(known=0, articles=new(30), claim=late).stats.tightened == 1


def test_a_gap_is_over_when_something_is_known_again() -> None:
    """Or when nothing has changed since; not at a poll that fails."""
    habits = poll(known=0, articles=new(30)).stats
    for after in (poll(habits, articles=new(1)), unchanged(habits)):
        assert (after.closed_troubles, after.stats.troubled) == ((TroubleKind.GAP,), frozenset())
    failed = assess(PollObservation(source(), claim(habits), fetched(FetchOutcome.FAILED, 503), NOON, failures=1))
    assert (failed.closed_troubles, failed.stats) == ((), habits)


def test_silence_is_noticed_when_nothing_comes_for_much_longer_than_ever() -> None:
    """At a poll like any other, once; over when something new comes."""
    limit = quiet_limit(SETTLED, NOON)
    assert limit is not None
    assert 16 * HOUR < limit < 17 * HOUR
    before = NOON - EVERY + limit
    assert unchanged(SETTLED, now=before).stats == SETTLED
    found = unchanged(SETTLED, now=before + MINUTE)
    detail = "nothing new for 16 hours; it was rarely quiet for more than 8 hours"
    assert found.opened_troubles == (SourceTrouble("wire", TroubleKind.SILENT, NOON - EVERY, before + MINUTE, detail),)
    later = unchanged(found.stats, now=before + DAY)
    assert later == HealthUpdate(found.stats)
    back = poll(found.stats, articles=new(1), now=before + 9 * DAY)
    assert back.closed_troubles == (TroubleKind.SILENT,)
    assert back.stats.quiet == limit  # one flatline is not usual


@pytest.mark.parametrize(
    ("habits", "limit"),
    [
        (SourceStats(), None),
        (replace(SETTLED, since=NOON - 2 * DAY), None),  # too young
        (replace(SETTLED, arrivals=4), None),  # too few
        (replace(SETTLED, since=NOON - 7 * DAY), 3 * DAY),  # its first weekend may be to come
        (replace(SETTLED, quiet=MINUTE), 6 * HOUR),  # a busy one may rest
        (replace(SETTLED, quiet=7 * DAY, arrivals=5), 28 * DAY),  # of five pauses the longest says little
        (replace(SETTLED, quiet=7 * DAY, arrivals=100), 14.7 * DAY),
    ],
)
def test_what_counts_as_silence_is_learnt(habits: SourceStats, limit: timedelta | None) -> None:
    """From its own pauses, and never from little."""
    assert quiet_limit(habits, NOON) == limit


def test_our_own_absence_is_not_a_quiet_source() -> None:
    """Of the time in which nobody looked nothing is learnt."""
    before = replace(SETTLED, quiet=HOUR, last_new_at=NOON - 2 * DAY - 2 * EVERY)
    away = replace(claim(before), planned=NOON - 2 * DAY, last_ok=NOON - 2 * DAY - EVERY)
    assert poll(before, articles=new(3), claim=away).stats.quiet < HOUR


@pytest.mark.parametrize(
    ("name", "bad", "good", "detail"),
    [
        (TroubleKind.UNREADABLE, {"ill_formed": "line 3"}, {}, "line 3"),
        (
            TroubleKind.UNDATED,
            {"articles": new(2, dated=False)},
            {"articles": new(1) + new(1, dated=False)},
            "none of its new entries has a date that can be true",
        ),
    ],
)
def test_what_is_wrong_three_times_in_a_row_is_trouble(
    name: TroubleKind, bad: dict[str, Any], good: dict[str, Any], detail: str
) -> None:
    """Not once, nor twice; and over at the first that is right."""
    habits = SETTLED
    for times in (1, 2, 3, 4):
        found = poll(habits, **bad)
        assert [trouble.detail for trouble in found.opened_troubles] == ([detail] if times >= 3 else [])
        habits = found.stats
    assert habits.troubled == {name}
    quiet = unchanged(habits)
    assert quiet == HealthUpdate(habits)  # it says nothing of that
    right = poll(habits, **good)
    assert (right.closed_troubles, right.stats.troubled) == ((name,), frozenset())


def test_a_page_without_dates_is_not_undated() -> None:
    """Nobody said where in it a date stands."""
    page = replace(source(), kind="page", settings=Selectors("li"))
    dated = replace(page, settings=Selectors("li", date="time"))
    habits = replace(SETTLED, undated=3)
    assert kinds(poll(habits, articles=new(1, dated=False), of=page)) == []
    assert kinds(poll(habits, articles=new(1, dated=False), of=dated)) == [TroubleKind.UNDATED]


def test_a_source_that_says_that_it_is_gone_is_told_so() -> None:
    """Over at its next good answer."""
    gone = assess(PollObservation(source(), claim(), fetched(FetchOutcome.GONE, 410), NOON, failures=1))
    assert kinds(gone) == [TroubleKind.GONE]
    assert unchanged(gone.stats).closed_troubles == (TroubleKind.GONE,)


def test_guids_that_churn_are_distrusted_for_good() -> None:
    """Of that poll neither a gap nor a burst is said: everything in it only seems new."""
    found = poll(known=0, articles=new(30, published=NOON - DAY), guids_churned=True)
    assert (kinds(found), found.burst) == ([TroubleKind.GUIDS], None)
    assert found.stats == replace(SETTLED, distrusts_guids=True, troubled=frozenset({TroubleKind.GUIDS}))
    after = poll(found.stats, articles=new(1))
    assert (after.stats.distrusts_guids, after.closed_troubles) == (True, ())


def uids(articles: Sequence[Article]) -> frozenset[str]:
    return frozenset(each.uid for each in articles)


OLD = new(40, published=NOON - 3 * DAY)
UNDATED = new(40, dated=False)
STAMPED = new(40, apart=timedelta(0))
TODAY = new(40, published=NOON, apart=timedelta(0))  # of the day, without a time: as of now, when they are seen


@pytest.mark.parametrize(
    ("articles", "known", "habits", "held"),
    [
        (OLD, 10, SETTLED, uids(OLD)),  # an archive
        (UNDATED, 10, SETTLED, uids(UNDATED)),
        (STAMPED, 10, SETTLED, uids(STAMPED)),  # it was moved, and dated by the minute of that
        ([*new(10), *OLD[10:]], 10, SETTLED, uids(OLD[10:])),  # what is fresh among it passes
        (
            [*STAMPED[:30], *new(40, published=NOON - 2 * MINUTE, apart=MINUTE / 40)[30:]],
            10,
            SETTLED,
            uids(STAMPED[:30]),
        ),
        (new(40, apart=MINUTE / 20), 10, SETTLED, None),  # a news storm: two minutes, each with some of them
        (TODAY, 10, SETTLED, None),  # a ministry that writes only the day
        ([*TODAY[:25], *OLD[25:]], 10, SETTLED, uids(OLD[25:])),
        (OLD[:9], 10, SETTLED, None),  # nine are no burst
        (OLD[:12], 10, SETTLED, None),  # it has had four at once
        (OLD, 10, replace(SETTLED, most=14), None),
        (OLD, 10, replace(SETTLED, rate=200.0), None),  # sixteen are usual in five minutes
        (OLD, 10, replace(SETTLED, arrivals=4), None),  # what is usual is not known yet
        (UNDATED, 0, SETTLED, None),  # its document was replaced: a gap
        (OLD, 0, SETTLED, uids(OLD)),  # by what is older than the poll before: no gap, an archive
    ],
)
def test_many_more_new_entries_than_ever_are_held_unless_their_dates_are_fresh(
    articles: Sequence[Article], known: int, habits: SourceStats, held: frozenset[str] | None
) -> None:
    """What a source never had is told before it is believed; a real storm is not silenced."""
    found = poll(habits, articles=articles, known=known, entries=known + len(articles))
    assert found.burst == (Burst(held) if held is not None else None)
    assert (TroubleKind.BURST in kinds(found)) is (held is not None)
    if held is not None:
        told = {trouble.kind: trouble.detail for trouble in found.opened_troubles}[TroubleKind.BURST]
        assert told.startswith(f"{len(articles)} new entries at once, where 4 were the most so far; {len(held)} ")
        assert TroubleKind.BURST in unchanged(found.stats).closed_troubles


@pytest.mark.parametrize(("apart", "held"), [(timedelta(seconds=1), False), (timedelta(0), True)])
def test_what_comes_within_a_minute_of_the_poll_before_has_one_minute(apart: timedelta, held: bool) -> None:
    """That is no stamp: a storm at a source that is asked every minute passes; what has one moment does not."""
    storm = new(20, published=NOON - MINUTE / 2, apart=apart)
    often = claim(last_ok=NOON - MINUTE)
    assert (poll(articles=storm, claim=often).burst is not None) is held


def test_what_our_absence_explains_is_no_burst() -> None:
    """Two days of news after two days away."""
    away = replace(claim(), planned=NOON - 2 * DAY, last_ok=NOON - 2 * DAY - EVERY)
    assert poll(articles=UNDATED, entries=50, claim=away).burst is None


def test_what_a_burst_leaves_for_the_next_polls_belongs_to_it() -> None:
    """An archive that is taken piece by piece is held to its end; what comes later is judged by what is usual then."""
    habits = SETTLED
    for left in (60, 40, 20):
        found = poll(habits, articles=OLD, entries=1000, entries_left=left)
        assert found.burst == Burst(uids(OLD))
        habits = found.stats
    last = poll(habits, articles=OLD[:5], entries=1000)
    assert last.burst == Burst(uids(OLD[:5]))
    rest = poll(last.stats, articles=OLD[:5], entries=1000)
    assert (rest.burst, rest.closed_troubles) == (None, (TroubleKind.BURST,))
    assert poll(rest.stats, articles=OLD, entries=1000).burst is None


def test_the_few_that_a_burst_leaves_may_be_of_one_minute() -> None:
    """They are what came last of it, and no stamp: what has a date of its own is news, what has none is held."""
    habits = poll(articles=OLD, entries=1000, entries_left=2).stats
    last = [new(2)[1], OLD[0]]
    assert poll(habits, articles=last, entries=1000).burst == Burst(uids(OLD[:1]))


@pytest.mark.parametrize(
    ("came", "late"),
    [(claim(), None), (claim(failures=1), NOON), (replace(claim(), planned=NOON - HOUR), NOON)],
    ids=["on time", "after failures", "after an absence"],
)
def test_what_a_poll_leaves_is_news_since_the_poll_before_it(came: Claim, late: datetime | None) -> None:
    """To the last piece, and as late as its first; then nothing of it is kept."""
    before, now = came.last_ok, NOON
    for left in (2, 1):
        learnt = poll(came.stats, articles=new(1), now=now, entries_left=left, claim=came).stats
        assert (learnt.left, learnt.left_since, learnt.left_late) == (left, before, late)
        assert SourceStats.of_row(learnt.to_row()) == learnt
        came, now = claim(learnt, now=now + EVERY), now + EVERY
        assert (came.news_since, came.unpolled_window(now)) == (before, late and (before, late))
    learnt = poll(came.stats, articles=new(1), now=now, claim=came).stats
    assert (learnt.left, learnt.left_since, learnt.left_late) == (0, None, None)
    assert claim(learnt, now=now + EVERY).unpolled_window(now + EVERY) is None


def test_an_archive_does_not_make_a_source_busy() -> None:
    """It is not asked every minute for a day; what comes as often again is no burst the next time."""
    learnt = unchanged(poll(articles=OLD, entries=50).stats).stats
    assert learnt.rate <= SETTLED.rate
    assert poll(learnt, articles=OLD, entries=50).burst is None


def test_a_refusal_eases_the_pace_for_a_while() -> None:
    """429 or 403 without a wish of its own: four times, then half of that with each good poll."""
    for status, retry_after, eased in ((429, None, 4), (403, None, 4), (429, HOUR, 1), (503, None, 1)):
        answer = replace(fetched(FetchOutcome.FAILED, status), retry_after=retry_after)
        found = assess(PollObservation(source(), claim(), answer, NOON, failures=1))
        assert found.stats.eased == eased
    after, factors = replace(SETTLED, eased=4.0), []
    for _ in range(3):
        after = unchanged(after).stats
        factors.append(after.eased)
    assert factors == [2, 1, 1]


BEGUN = SourceStats(since=NOON, last_new_at=NOON)


def redirected(habits: SourceStats, now: datetime, moved: str | None = NEW, *, at_home: bool = False) -> SourceStats:
    answer = fetched(FetchOutcome.NOT_MODIFIED, 304)
    return assess(
        PollObservation(source(), claim(habits, now=now), answer, now, moved_to=moved, asked_original_address=at_home)
    ).stats


def test_a_permanent_redirect_is_learnt_after_a_day() -> None:
    """Three polls, the third a day after the first; the polls between them write nothing."""
    first = redirected(BEGUN, NOON)
    second = redirected(first, NOON + EVERY)
    assert second.moved_polls == 2
    assert redirected(second, NOON + DAY - EVERY) == second
    third = redirected(second, NOON + DAY)
    assert (second.address("u"), third.address("u")) == ("u", NEW)
    assert redirected(third, NOON + 2 * DAY, None) == third  # asked there, it answers there


@pytest.mark.parametrize(
    ("moved", "after"),
    [
        (None, (None, 0)),  # it answers at its own address again
        (source().url, (None, 0)),
        ("https://third.test/feed", ("https://third.test/feed", 1)),
    ],
)
def test_a_redirect_that_does_not_hold_is_forgotten(moved: str | None, after: tuple[str | None, int]) -> None:
    """Another target begins anew."""
    habits = redirected(redirected(redirected(BEGUN, NOON), NOON + EVERY), NOON + DAY - EVERY, moved)
    assert (habits.moved_to, habits.moved_polls) == after


@pytest.mark.parametrize(
    ("moved", "at_home", "after"),
    [
        (NEW, True, (NEW, 3, NOON)),  # it redirects as before
        (None, False, (NEW, 3, NOON)),  # it does not answer, and the new one does
        (None, True, (None, 0, None)),  # it answers itself
        ("https://third.test/feed", True, ("https://third.test/feed", 1, None)),
    ],
)
def test_the_old_address_is_believed_when_it_is_asked_again(
    moved: str | None, at_home: bool, after: tuple[str | None, int, datetime | None]
) -> None:
    """A week after it was asked last; until then nothing is written."""
    habits = replace(BEGUN, moved_to=NEW, moved_since=NOON - 9 * DAY, moved_polls=3, moved_asked=NOON - 7 * DAY)
    learnt = redirected(habits, NOON, moved, at_home=at_home)
    assert (learnt.moved_to, learnt.moved_polls, learnt.moved_asked) == after
    early = replace(habits, moved_asked=NOON - 6 * DAY)
    assert redirected(early, NOON, None) == early


def test_an_address_that_was_learnt_and_fails_is_given_up_for_the_sources_own() -> None:
    """After three failures: whoever moved may have moved again."""
    habits = replace(BEGUN, moved_to=NEW, moved_since=NOON - 9 * DAY, moved_polls=3)

    def after(failures: int) -> SourceStats:
        answer = fetched(FetchOutcome.FAILED, 404)
        return assess(PollObservation(source(), claim(habits), answer, NOON, failures=failures)).stats

    assert (after(2), after(3)) == (habits, BEGUN)
    again = redirected(habits, NOON, source().url)
    assert again.moved_to is None


def test_a_storm_is_held_for_one_poll_at_most() -> None:
    """Of a source without dates too: what comes again and again, poll by poll, is what it brings now."""
    first = poll(articles=UNDATED, entries=50)
    assert first.burst is not None
    assert poll(first.stats, articles=UNDATED, entries=50, now=NOON + 5 * MINUTE).burst is None
