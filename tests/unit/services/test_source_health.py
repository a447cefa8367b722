"""How a source fares is one word, and it says when a person is needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import SourceTrouble, TroubleKind
from monitor.services.queries.sources import SourceHealth, assess_source
from monitor.store.queries.sources import SourceReport
from tests.support.building import HOUR, MINUTE, NOON, source

DAY = 24 * HOUR


def report(
    ok: timedelta | None, failing: timedelta | None = None, failures: int = 0, articles: int = 1
) -> SourceReport:
    """`ok`: the last good poll, `failing`: the first bad one since, so long ago."""
    last_ok_at, failing_since = (None if ago is None else NOON - ago for ago in (ok, failing))
    problem = "it answered 404" if failures else None
    return SourceReport("wire", NOON, last_ok_at, failing_since, failures, problem, articles)


@pytest.mark.parametrize(
    ("left", "health"),
    [
        (SourceReport("wire"), SourceHealth.UNVERIFIED),  # it was just added
        (report(None), SourceHealth.UNVERIFIED),  # known, and not polled yet
        (report(5 * MINUTE), SourceHealth.FINE),
        (report(50 * MINUTE), SourceHealth.FINE),  # the daemon was restarted
        (report(2 * HOUR), SourceHealth.STALE),  # nobody polls it
        (report(5 * MINUTE, articles=0), SourceHealth.STALE),  # an empty feed
        (report(HOUR, MINUTE, failures=1), SourceHealth.FAILING),
        (report(7 * DAY, 6 * DAY, failures=20), SourceHealth.FAILING),
        (report(8 * DAY, 7 * DAY, failures=20), SourceHealth.DEAD),
        (report(None, MINUTE, failures=1), SourceHealth.FAILING),  # as `status` says
        (report(None, 23 * HOUR, failures=9), SourceHealth.FAILING),
        (report(None, DAY, failures=9), SourceHealth.DEAD),  # a wrong address
    ],
)
def test_one_word_says_how_a_source_fares(left: SourceReport, health: SourceHealth) -> None:
    """A source that was fine gets a week before it counts as dead, one that never was a day."""
    assert assess_source(source(), left, NOON).health is health


def test_a_slow_source_is_stale_after_three_intervals() -> None:
    """What is asked once a day is not missed after an hour."""
    daily = source(every=DAY)
    assert assess_source(daily, report(2 * DAY), NOON).health is SourceHealth.FINE
    assert assess_source(daily, report(4 * DAY), NOON).health is SourceHealth.STALE


def test_it_says_since_when_and_what() -> None:
    """A person sees the cause without another command."""
    told = assess_source(source(), report(2 * HOUR, HOUR, failures=3), NOON)
    assert (told.since, told.problem) == (NOON - HOUR, "it answered 404")
    assert assess_source(source(), report(2 * HOUR), NOON).since == NOON - 2 * HOUR
    assert assess_source(source(), report(MINUTE, articles=0), NOON).since is None  # it never was otherwise


def test_a_source_with_bounds_or_times_of_its_own_is_stale_by_those() -> None:
    """One that is silent and asked once a day, and one that is asked each Monday."""
    slow = replace(source(), slowest=DAY)
    assert assess_source(slow, report(2 * DAY), NOON).health is SourceHealth.FINE
    assert assess_source(slow, report(4 * DAY), NOON).health is SourceHealth.STALE
    weekly = replace(source(), cron="0 8 * * mon")
    assert assess_source(weekly, report(14 * DAY), NOON).health is SourceHealth.FINE
    assert assess_source(weekly, report(15 * DAY), NOON).health is SourceHealth.STALE


def trouble(kind: TroubleKind, *, over: bool = False) -> SourceTrouble:
    return SourceTrouble("wire", kind, NOON - HOUR, NOON - MINUTE, "as nobody expected", NOON if over else None)


@pytest.mark.parametrize(
    ("kinds", "health", "words"),
    [
        ([], SourceHealth.FINE, None),
        ([(TroubleKind.SILENT, False)], SourceHealth.TROUBLED, "silent"),
        ([(TroubleKind.SILENT, True)], SourceHealth.FINE, None),
        (
            [(TroubleKind.GAP, True)],
            SourceHealth.TROUBLED,
            "possible gap",
        ),  # over at the next poll, and shown for a day
        ([(TroubleKind.GAP, True), (TroubleKind.UNDATED, False)], SourceHealth.TROUBLED, "possible gap, undated"),
    ],
)
def test_a_source_that_answers_may_be_troubled(
    kinds: list[tuple[TroubleKind, bool]], health: SourceHealth, words: str | None
) -> None:
    """With the words for it, and since when."""
    troubles = tuple(trouble(kind, over=over) for kind, over in kinds)
    found = assess_source(source(), replace(report(5 * MINUTE), troubles=troubles), NOON)
    assert (found.health, found.problem) == (health, words)
    assert len(found.troubles) == (len(kinds) if words else 0)


def test_what_is_worse_than_a_trouble_is_said_first() -> None:
    """The trouble is told beside it."""
    failing = replace(report(HOUR, MINUTE, failures=1), troubles=(trouble(TroubleKind.SILENT),))
    found = assess_source(source(), failing, NOON)
    assert (found.health, found.problem, len(found.troubles)) == (SourceHealth.FAILING, "it answered 404", 1)
