"""The state rebuilt from the database decides as the one that lived through everything."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from monitor.decide import decide
from monitor.model import Article, OncePer, RuleStatus
from monitor.store.claims import Claims
from monitor.store.database import Database
from monitor.store.opening import open_database
from monitor.store.section import SerialSection
from tests.building import HOUR, NOON, article, claimed, commit, rule, rules, sources
from tests.conftest import new_database

SOURCES = ("wire", "post")
HEADLINES = (
    "Two missiles fly over the sea",
    "Third missile lands in the sea",
    "Missile news",
)  # the last joins nothing
PAGES = (None, None, "https://x.test/1")


@dataclass(frozen=True)
class Telling:
    """A poll that brings one article, so many hours after the one before, to rules that are live or in shadow; an
    article known already is edited."""

    hours: int
    source: str
    uid: str
    title: str
    page: str | None
    status: RuleStatus = RuleStatus.LIVE


def tellings(draw: st.DrawFn) -> Telling:
    return Telling(
        draw(st.sampled_from([0, 7, 13])),
        draw(st.sampled_from(SOURCES)),
        draw(st.sampled_from("ab")),
        draw(st.sampled_from(HEADLINES)),
        draw(st.sampled_from(PAGES)),
        draw(st.sampled_from([RuleStatus.LIVE, RuleStatus.SHADOW])),
    )


def reader() -> Callable[[Telling, timedelta], Article]:
    """Makes articles as intake would: one first sight for each, and counted versions."""
    known: dict[tuple[str, str], Article] = {}

    def read(told: Telling, after: timedelta) -> Article:
        before = known.get((told.source, told.uid))
        new = article(
            told.uid,
            told.title,
            f"text {0 if before is None else before.version}",
            of=told.source,
            seen=NOON + after if before is None else before.seen,
            version=1 if before is None else before.version + 1,
            canonical=told.page,
        )
        known[told.source, told.uid] = new
        return new

    return read


@pytest.fixture(params=["sqlite", "postgresql"])
def anew(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Database]:
    """Gives one empty database of its kind after the other."""
    numbers = itertools.count()

    def made() -> Database:
        sqlite = request.param == "sqlite"
        opened = open_database(
            f"sqlite:///{tmp_path}/{next(numbers)}.db" if sqlite else new_database(request, "newest")
        )
        opened.upgrade()
        return opened

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
        Telling(13, "post", "a", HEADLINES[1], None),
        Telling(0, "wire", "a", HEADLINES[1], None),
        Telling(7, "post", "b", HEADLINES[1], None),
    ]
)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])  # each has its own database
@given(st.lists(st.composite(tellings)(), min_size=1, max_size=10))
def test_a_rebuilt_state_joins_and_tells_as_the_live_one(anew: Callable[[], Database], history: list[Telling]) -> None:
    """Whatever was committed before, a restart before any poll changes neither its story nor its alerts."""
    with closing(anew()) as database:
        claims = Claims(database, "here:1")
        claims.know(sources(*SOURCES), NOON)
        live, read, after = SerialSection(database), reader(), timedelta(0)
        for told in history:
            after += told.hours * HOUR
            new, now = read(told, after), NOON + after
            both = rules(rule(status=told.status), rule("every", once_per=OncePer.ARTICLE, status=told.status))
            with SerialSection(database).entered(now) as restarted:
                expected = decide([new], both, restarted.state, now)
            assert commit(live, claimed(claims, told.source, now), new, at=now, ruleset=both).judged == expected.judged
