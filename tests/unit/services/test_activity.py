"""The figures of plots: counted by day and hour of the desk, and by what was measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from operator import attrgetter

import pytest
from sqlalchemy import delete, update

from monitor.errors import InvalidRequest
from monitor.model import AlertKind, Config, MarkVerdict
from monitor.services.queries.activity import Activity, load_activity
from monitor.services.queries.sources import SourceHealth
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, delivery
from monitor.store.marks import Judgement, Marks
from tests.support.building import HOUR, MINUTE, NOON, config_of, rule
from tests.support.busy_desk import SOURCES, fill_database

SECOND = timedelta(seconds=1)


def config(timezone: str = "UTC") -> Config:
    """A desk with two of the three rules: `strikes` has left the files."""
    made = config_of(rule("launch"), rule("floods"))
    known = {name: replace(made.sources["wire"], id=name, name=name.title()) for name in (*SOURCES, "silent")}
    return replace(made, sources=known, settings=replace(made.settings, timezone=timezone))


def load(database: Database, days: int = 4, timezone: str = "UTC", rules: tuple[str, ...] = ()) -> Activity:
    return load_activity(config(timezone), database, NOON, days=days, rules=rules, latest=3)


def test_alerts_by_day_hour_and_rule(database: Database) -> None:
    """Each is counted once: in the whole, with its rule, on its day and at its hour."""
    fill_database(database, NOON)
    found = load(database)
    assert found.days == tuple(date(2026, 1, day) for day in (2, 3, 4, 5))
    assert (found.alerts.count, found.alerts.daily) == (7, (1, 2, 2, 2))
    assert found.alerts.kinds == {AlertKind.NEW: 7}
    assert [(each.id, each.alerts.count) for each in found.rules] == [("launch", 3), ("floods", 3), ("strikes", 1)]
    for counts in (found.alerts.hourly, *(each.alerts.hourly for each in found.rules)):
        assert {len(day) for day in counts} == {24}
    assert [sum(of_rules) for of_rules in zip(*(each.alerts.daily for each in found.rules), strict=True)] == [
        1,
        2,
        2,
        2,
    ]
    assert found.alerts.by_hour[11] == 1  # an hour before noon
    assert found.latest[0].title == "North Korea fires two missiles from Sunan"


def test_a_day_is_one_of_the_desk(database: Database) -> None:
    """In Auckland, noon in London is one o'clock of the next morning; a shorter time leaves out what was before."""
    fill_database(database, NOON)
    found = load(database, days=1, timezone="Pacific/Auckland")
    assert (found.days, found.alerts.by_hour[0], found.alerts.count) == ((date(2026, 1, 6),), 1, 1)


def test_how_soon_alerts_were_sent(database: Database) -> None:
    """From publication and from when we saw the article first, until a channel accepted the message."""
    fill_database(database, NOON)
    found = load(database)
    published, seen = found.alerts.from_publication, found.alerts.from_first_seen
    assert published is not None
    assert seen is not None
    assert (published.count, published.median, published.p90) == (7, 9 * MINUTE + 5 * SECOND, 30 * MINUTE + 3 * SECOND)
    assert (seen.count, seen.median, seen.p90) == (7, 5 * SECOND, 40 * SECOND)
    assert published.by_length == (0, 1, 2, 1, 2, 1, 0, 0)  # within 1, 2, 5, 10, 30, 60 and 180 minutes


def test_a_delay_is_left_out_where_it_is_not_known(database: Database) -> None:
    """Nothing accepted, no date of its own, a digest; a date in the future counts as none passed."""
    fill_database(database, NOON)
    with database.writing() as connection:
        connection.execute(update(delivery).where(delivery.c.id == 1).values(state="dead"))
        connection.execute(update(alert).where(alert.c.rule_id == "strikes").values(kind="digest"))
    found = load(database)
    assert found.alerts.from_first_seen is not None
    assert found.alerts.from_first_seen.count == 5
    assert found.alerts.kinds == {AlertKind.NEW: 6, AlertKind.DIGEST: 1}
    with database.writing() as connection:
        connection.execute(delete(delivery))
    assert load(database).alerts.from_publication is None


def test_noise_by_marks(database: Database) -> None:
    """As `rules list` counts it."""
    fill_database(database, NOON)
    for number, verdict in ((1, MarkVerdict.NOISE), (2, MarkVerdict.GOOD), (3, MarkVerdict.GOOD)):
        Marks(database).mark_matches({number: None}, Judgement(verdict, NOON, "anna"), attrgetter("source"))
    found = load(database)
    assert (found.good, found.noise) == (2, 1)


def test_what_sources_brought(database: Database) -> None:
    """Articles, matches and failed fetches of these days; a source that brought nothing is listed too, the last."""
    fill_database(database, NOON)
    found = {each.id: each for each in load(database).sources}
    assert found.keys() == {*SOURCES, "silent"}
    assert (found["wire"].counts.articles, found["wire"].counts.matches) == (2, 2)
    assert (found["tass"].counts.failures, found["wire"].counts.failures) == (2, 0)
    assert found["silent"].health is SourceHealth.UNVERIFIED
    assert load(database).sources[-1].id == "silent"
    assert sum(each.counts.articles for each in load(database, days=1).sources) == 3


def test_a_source_that_has_left_the_files_is_counted(database: Database) -> None:
    """What it brought is in the archive."""
    fill_database(database, NOON)
    left = replace(config(), sources={})
    found = load_activity(left, database, NOON, days=4)
    assert {each.health for each in found.sources} == {None}
    assert sum(each.counts.articles for each in found.sources) == 8


def test_only_some_rules(database: Database) -> None:
    """Only their alerts; a rule that nobody knows is a mistake; none of another rule is named."""
    fill_database(database, NOON)
    found = load(database, rules=("floods",))
    assert (found.alerts.count, [each.id for each in found.rules]) == (3, ["floods"])
    assert {each.rule for each in found.latest} == {"floods"}
    with pytest.raises(InvalidRequest, match="launch"):
        load(database, rules=("lunch",))


def test_an_empty_archive(database: Database) -> None:
    """Zeros, and nothing that is not known."""
    found = load(database)
    assert (found.alerts.count, found.alerts.daily, found.rules, found.noise) == (0, (0, 0, 0, 0), (), 0)


def test_failures_are_known_as_long_as_they_are_stored(database: Database) -> None:
    """The page must not say that there were none before."""
    assert load(database, days=4).failures_since == NOON - 84 * HOUR
    assert load(database, days=90).failures_since == NOON - timedelta(days=14)
