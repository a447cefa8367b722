"""What is a miss of a rule, and what is none, in each kind of database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor.services.queries.misses import Miss, MissLimits, MissPeriod, find_misses
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert
from tests.support.building import HOUR, NOON
from tests.support.missing_desk import CLOSE, FAR, Desk, late_story, reported

DAY = timedelta(days=1)
PERIOD = MissPeriod(NOON - DAY, NOON + 2 * DAY)


def misses_of(desk: Desk, period: MissPeriod = PERIOD) -> list[Miss]:
    return [miss for of in find_misses(desk.config, desk.database, period, MissLimits()).misses.values() for miss in of]


def test_a_miss_and_a_late_alert(database: Database, tmp_path: Path) -> None:
    """What was never sent comes first."""
    desk = Desk(tmp_path, database)
    desk.add(late_story())
    desk.add(reported(FAR, NOON + 2 * DAY - HOUR))
    missed, late = misses_of(desk)
    assert (missed.first_seen, missed.late_by, missed.alert) == (NOON + 2 * DAY - HOUR, None, None)
    assert (late.first_seen, late.late_by) == (NOON, 3 * HOUR)
    assert late.alert


def test_what_is_deferred_is_late_and_says_until_when(database: Database, tmp_path: Path) -> None:
    """It is none until it is late."""
    desk = Desk(tmp_path, database, {"once_per: story": "once_per: story, wait_at_least: 6 hours"})
    desk.add(reported(CLOSE))
    assert misses_of(desk, MissPeriod(NOON - DAY, NOON + HOUR)) == []
    (late,) = misses_of(desk, MissPeriod(NOON - DAY, NOON + 2 * HOUR))
    assert late.late_by == 2 * HOUR
    assert late.why.startswith("not sent yet: ")
    assert late.why.endswith("it is sent at 18:00")


@pytest.mark.parametrize("status", ["shadow", "'off'"])
def test_what_a_rule_in_shadow_would_have_sent_is_none(database: Database, tmp_path: Path, status: str) -> None:
    """A rule that is off misses nothing either."""
    desk = Desk(tmp_path, database, {"level: high": f"level: high\nstatus: {status}"})
    desk.add(reported(CLOSE))
    if status != "shadow":
        desk.add(reported(FAR, NOON + DAY))
    assert misses_of(desk) == []


def test_what_was_too_old_says_so(database: Database, tmp_path: Path) -> None:
    """A match that was suppressed is a miss: the rule keeps its reason."""
    desk = Desk(tmp_path, database, {"level: high": "level: high\nmax_age: 1 hour"})
    desk.add(reported(CLOSE), published=NOON - 5 * HOUR)
    (missed,) = misses_of(desk)
    assert missed.why == "suppressed: published 5 hours ago, and max_age is 1 hour"
    assert missed.story


def test_an_edit_by_which_the_rule_matches_ends_the_miss(database: Database, tmp_path: Path) -> None:
    """The rule as it is now would match it; nothing is left to do."""
    desk = Desk(tmp_path, database)
    desk.add(reported(FAR))
    assert len(misses_of(desk)) == 1
    wider = Desk(tmp_path, database, {"within: 4 words": "within: sentence"})
    assert misses_of(wider) == []


def test_articles_that_the_rule_does_not_look_at_are_none(database: Database, tmp_path: Path) -> None:
    """What counts is the first article of a source that it looks at."""
    desk = Desk(tmp_path, database, {"level: high": "level: high\nwhere: {sources: [tribune]}"})
    desk.add(reported(FAR))
    assert misses_of(desk) == []
    only_herald = Desk(tmp_path, database, {"level: high": "level: high\nwhere: {sources: [herald]}"})
    (missed,) = misses_of(only_herald)
    assert (missed.source, missed.first_seen) == ("herald", NOON + timedelta(minutes=20))


def test_what_was_sent_with_another_story_of_the_event_is_none(database: Database, tmp_path: Path) -> None:
    """A story is in one language, and the event in all."""
    changes = {"once_per: story": "once_per: event", "en: [drill, drills]": "en: [drill, drills], fr: [manœuvres]"}
    desk = Desk(tmp_path, database, changes)
    desk.add(reported("Taiwan drills: 37 warships sail off Kaohsiung"))
    french = "Taïwan : manœuvres de 37 navires de guerre au large de Kaohsiung"
    desk.add(reported(french, NOON + 3 * HOUR), language="fr")
    assert find_misses(desk.config, database, PERIOD, MissLimits()).stories == 2
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(alert)).scalar_one() == 1
    assert misses_of(desk) == []


SECOND = """\
---
rule: warships
title: Warships
level: low
match: {all: [{entity: taiwan}, {words: [forty, warships]}]}
"""


def test_what_another_rule_sent_is_none(database: Database, tmp_path: Path) -> None:
    """Only `--all` lists it."""
    desk = Desk(tmp_path, database, {"---\n": f"{SECOND}---\n"})
    desk.add(reported(FAR))
    assert misses_of(desk) == []
    every = find_misses(desk.config, database, PERIOD, MissLimits(all_stories=True))
    assert [miss.rule for of_rule in every.misses.values() for miss in of_rule] == ["drills"]


def test_the_rule_that_is_nearest_has_missed_it(database: Database, tmp_path: Path) -> None:
    """What does not occur, and must not, brings a rule no nearer."""
    farther = SECOND.replace("[forty, warships]}", "[submarine]}, {not: {words: [floods]}}")
    desk = Desk(tmp_path, database, {"---\n": f"{farther}---\n"})
    desk.add(reported(FAR))
    assert [miss.rule for miss in misses_of(desk)] == ["drills"]
    desk.add(reported("Taiwan elects the mayors of its six largest cities", NOON + DAY))
    assert len(misses_of(desk)) == 1


def test_what_only_the_text_says_brings_a_rule_no_nearer(database: Database, tmp_path: Path) -> None:
    """News is in title and lead. A mention is for the daily digest, and no miss."""
    desk = Desk(tmp_path, database)
    padding = " ".join(f"w{number}" for number in range(150))
    desk.add(reported(f"Taiwan elects the mayors of its cities\n{padding} and drills there"))
    desk.add(reported(f"Taiwan buys thirty trains from Japan\n{padding} Taiwan drills go on", NOON + DAY))
    assert misses_of(desk) == []
