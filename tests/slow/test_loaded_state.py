"""A state that is loaded by key for each commit decides as one that holds everything that has ever happened."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from monitor.alerting.case import DecisionContext, PollGap
from monitor.alerting.pending import candidate_to_row
from monitor.cases import prepare_articles
from monitor.decide import Decision, DueDecision, decide_articles, decide_due
from monitor.matching import RuleSet, compile_rules
from monitor.model import (
    AlertPolicy,
    AnyOf,
    Article,
    Entity,
    Named,
    OncePer,
    RuleStatus,
    Term,
    UpdateTrigger,
    Words,
)
from monitor.state import State
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.queues.claims import Claims
from monitor.store.state.state_loader import PreparedPoll
from tests.conftest import newest_url
from tests.support.building import HOUR, MINUTE, NOON, article, claimed, decide_in, polled, rule, sources, to_desk

SOURCES = ("wire", "post", "echo")
DEEP = f"{'word ' * 70}a missile"  # beyond the lead: a mention
HEADLINES = (
    "Two missiles fly over the sea",
    "Third missile lands in the sea",
    "Missile news",
    "A quiet day",
    "Kim watches missile fly from Wonsan",
    "Missile lands off Busan as Lee speaks",
    "Kim and Lee speak of missile off Wonsan and Busan",
    "김정은, 원산서 미사일 발사 참관",
    "이재명, 부산서 미사일 회의",
)  # the third joins nothing, the fourth only mentions; the others name persons and places, in two languages
PERSONS = {
    name: Entity(name, "person", name, (Term(name, "en"), Term(korean, "ko")))
    for name, korean in (("Kim", "김정은"), ("Lee", "이재명"))
}
PLACES = Words((Term("Wonsan", "en"), Term("Busan", "en"), Term("원산", "ko"), Term("부산", "ko")))
WORDS = ("missile", "missiles", "*미사일")
PAGES = (None, None, "https://x.test/1")


@dataclass(frozen=True)
class Telling:
    """A poll that brings one article, so many minutes after the one before, to rules that are live or in shadow; an
    article known already is edited. `killed`: as many it counts; `missed`: it comes late, for its source was not
    polled."""

    minutes: int
    source: str
    uid: str
    title: str
    page: str | None
    status: RuleStatus = RuleStatus.LIVE
    killed: int = 0
    missed: bool = False


def tellings(draw: st.DrawFn) -> Telling:
    return Telling(
        draw(st.sampled_from([0, 5, 20, 61, 7 * 60, 13 * 60])),
        draw(st.sampled_from(SOURCES)),
        draw(st.sampled_from("ab")),
        draw(st.sampled_from(HEADLINES)),
        draw(st.sampled_from(PAGES)),
        draw(st.sampled_from([RuleStatus.LIVE, RuleStatus.LIVE, RuleStatus.SHADOW])),
        draw(st.sampled_from([0, 3, 9])),
        draw(st.sampled_from([False, False, True])),
    )


def desk(status: RuleStatus) -> RuleSet:
    """Rules that tell stories, events and articles: with updates, holds and a cap; events also by place, and
    such as last."""
    again = AlertPolicy(again_if=frozenset(UpdateTrigger), more_publishers=2)
    event = AlertPolicy(once_per=OncePer.EVENT, wait_at_least=10 * MINUTE, again_if=frozenset({UpdateTrigger.NEW_FACT}))
    capped = AlertPolicy(once_per=OncePer.ARTICLE, most_an_hour=1)
    by_place = AlertPolicy(once_per=OncePer.EVENT, by=("where",), wait_at_least=10 * MINUTE)
    lasting = AlertPolicy(once_per=OncePer.EVENT, by=("where",), event_lasts=96 * HOUR)
    policies = {"launch": again, "events": event, "every": capped, "places": by_place, "lasting": lasting}
    made = [replace(rule(name, WORDS, status=status), alert=policy) for name, policy in policies.items()]
    named = [
        replace(each, condition=AnyOf((each.condition, Named("where", PLACES)))) if each.alert.by else each
        for each in made
    ]
    return compile_rules(named, {}, known=PERSONS)


def reader() -> Callable[[Telling, datetime], Article]:
    """Makes articles as intake would: one first sight for each, and counted versions."""
    known: dict[tuple[str, str], Article] = {}

    def read(told: Telling, now: datetime) -> Article:
        before = known.get((told.source, told.uid))
        version = 1 if before is None else before.version + 1
        new = article(
            told.uid,
            told.title,
            text(told.killed, version),
            of=told.source,
            seen=now if before is None else before.seen,
            published=now - 2 * HOUR if told.missed else now,
            version=version,
            canonical=told.page,
        )
        new = replace(new, language="ko" if told.title > "가" else "en")
        known[told.source, told.uid] = new
        return new

    return read


def text(killed: int, version: int) -> str:
    """Of an article; with less than none it says nothing of interest."""
    return f"Version {version}." if killed < 0 else f"{killed} people were killed, says version {version}. {DEEP}"


def around(told: Telling, now: datetime) -> DecisionContext:
    """What is known of the poll."""
    return DecisionContext(poll_gap=PollGap(now - 5 * HOUR, now) if told.missed else None)


def judged(decision: Decision) -> list[object]:
    """What was decided, but for the texts of what waited."""
    every = [decided for each in decision.article_decisions for decided in each.decisions]
    moved = [(candidate_to_row(each.before), each.outcome) for decided in every for each in decided.pending_changes]
    return [
        [replace(each, decisions=()) for each in decision.article_decisions],
        [replace(each, pending_changes=()) for each in every],
        moved,
    ]


def said(fallen: DueDecision) -> list[object]:
    """What falls due, but for the texts, which stand in their tables."""
    moved = [(each.before.id, each.after and (each.after.id, each.after.due), each.outcome) for each in fallen.changes]
    alerts = [replace(each.alert, article=replace(each.alert.article, text="")) for each in fallen.released]
    return [alerts, [[waited.id for waited in each.pending] for each in fallen.released], moved]


@pytest.fixture(params=["sqlite", "postgresql"])
def anew(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Database]:
    """Gives one empty database of its kind after the other."""
    numbers = itertools.count()

    def made() -> Database:
        return open_database(newest_url(request, tmp_path / f"{next(numbers)}.db"))

    return made


# What would have been told in shadow is told when the rule is live, and neither is said twice.
@example(
    [
        Telling(0, "wire", "a", HEADLINES[0], None, status)
        for status in (RuleStatus.SHADOW, RuleStatus.SHADOW, RuleStatus.LIVE, RuleStatus.LIVE, RuleStatus.SHADOW)
    ]
)
# An old article takes a younger one's headline: its telling is of its first sight.
@example(
    [
        Telling(0, "wire", "a", HEADLINES[0], None),
        Telling(13 * 60, "post", "a", HEADLINES[1], None),
        Telling(0, "wire", "a", HEADLINES[1], None),
        Telling(7 * 60, "post", "b", HEADLINES[1], None),
    ]
)
# An old article is edited, and shows nothing new of its event: that does not make it the latest.
@example(
    [
        Telling(0, "wire", "a", HEADLINES[0], None),
        Telling(13 * 60, "wire", "a", HEADLINES[0], None),
        Telling(13 * 60, "wire", "b", HEADLINES[0], None),
        Telling(0, "wire", "a", HEADLINES[0], None),
        Telling(0, "wire", "a", HEADLINES[0], None),
    ]
)
# Where an edit names another place it is another event, also while that of the earlier version waits to be told.
@example(
    [
        Telling(0, "wire", "a", HEADLINES[4], None),
        Telling(0, "wire", "a", HEADLINES[5], None),
        Telling(5, "post", "a", HEADLINES[6], None),
        Telling(5, "echo", "a", HEADLINES[8], None),
        Telling(20, "post", "b", HEADLINES[7], None),
        Telling(20, "wire", "a", HEADLINES[4], None),
    ]
)
# A version that no rule hits is of no story, and its words join nothing.
@example(
    [
        Telling(0, "wire", "a", HEADLINES[0], None),
        Telling(5, "post", "a", HEADLINES[3], None, killed=-1),
        Telling(5, "wire", "a", HEADLINES[3], None, killed=-1),
        Telling(5, "post", "b", HEADLINES[3], None),
    ]
)
# each has its own database
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.composite(tellings)(), min_size=1, max_size=10))
def test_a_loaded_state_joins_and_tells_as_a_complete_one(anew: Callable[[], Database], history: list[Telling]) -> None:
    """Whatever was committed before, by whichever daemon: the same stories, events and alerts, and the same falls
    due."""
    with closing(anew()) as database:
        claims = Claims(database, "here:1")
        claims.register_sources(sources(*SOURCES), NOON)
        complete, read, now = State(), reader(), NOON
        daemons = itertools.cycle([SerialSection(database), SerialSection(database)])
        for told in history:
            now += told.minutes * MINUTE
            ruleset, new = desk(told.status), [read(told, now)]
            expected_due = decide_due(ruleset.rules, complete, now)
            with next(daemons).enter(now) as inside:
                fallen = inside.decide_due(ruleset.rules)
                inside.commit_due(fallen, to_desk)
            assert said(fallen) == said(expected_due)
            complete = expected_due.state.commit()
            expected = decide_articles(new, ruleset, complete, now, around(told, now))
            claim = claimed(claims, told.source, now)
            with next(daemons).enter(now) as inside:
                decision = decide_in(inside, new, ruleset, around(told, now))
                assert inside.commit(polled(claim, now), decision, to_desk)
            assert judged(decision) == judged(expected)
            complete = expected.state.commit()


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.composite(tellings)(), min_size=2, max_size=12))
def test_polls_that_share_a_commit_are_decided_on_one_after_the_other(
    anew: Callable[[], Database], history: list[Telling]
) -> None:
    """What is loaded for all of them together is what each would have found, had it come alone."""
    with closing(anew()) as database:
        claims = Claims(database, "here:1")
        claims.register_sources(sources(*SOURCES), NOON)
        ruleset, read, complete = desk(RuleStatus.LIVE), reader(), State()
        brought = [(told, read(told, NOON)) for told in history]
        expected: list[object] = []
        for told, new in brought:
            decision = decide_articles([new], ruleset, complete, NOON, around(told, NOON))
            expected.append(judged(decision))
            complete = decision.state.commit()
        polls = [PreparedPoll(prepare_articles([new], ruleset), around(told, NOON)) for told, new in brought]
        with SerialSection(database).enter(NOON) as inside:
            assert [judged(each) for each in inside.decide(polls, ruleset)] == expected
