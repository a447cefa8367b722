"""`rules list` and `rules show`: how each rule has done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from monitor.cli.output.sparkline import draw_sparkline
from monitor.store.engine.database import Database
from monitor.store.queries.activity import load_rule_health
from monitor.store.queries.daily_counts import DAYS
from tests.support.building import NOON
from tests.support.commands import read_output, rows
from tests.support.marked_desk import fill

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.chdir(tmp_path)
    database = fill(tmp_path)
    yield database
    database.close()


def test_matches_are_counted_by_day_of_the_desk(database: Database) -> None:
    """NOON is 21:00 in Seoul: four hours later it is the next day there, and still the same day in London. Older ones
    are not counted, and their alerts are the last that were sent."""
    found = load_rule_health(database, ["launch", "floods"], NOON + timedelta(hours=4), "Asia/Seoul")["launch"]
    assert (found.matches, found.mentions, found.alerts, found.updates, found.same) == (2, 0, 2, 0, 0)
    assert found.daily == [0] * (DAYS - 2) + [2, 0]
    assert load_rule_health(database, ["launch"], NOON + timedelta(hours=4), "Europe/London")["launch"].daily[-1] == 2
    assert load_rule_health(database, ["floods"], NOON, "UTC")["floods"].is_silent
    later = load_rule_health(database, ["launch"], NOON + DAYS * DAY, "UTC")["launch"]
    assert (later.matches, later.last_sent_at) == (0, NOON + timedelta(minutes=10))


def test_noisy_rules_come_first_and_then_silent_ones() -> None:
    """Without marks, the rule that matches nothing is first: the matches are older than 30 days."""
    assert [row["rule"] for row in rows("rules", "list")] == ["launch", "floods"]
    read_output("mark", "1", "good")
    read_output("mark", "2", "noise")
    read_output("mark", "3", "missed", "--rule", "floods")
    first, second = rows("rules", "list")
    assert (first["rule"], first["good"], first["noise"], first["noise_share"]) == ("launch", 1, 1, 0.5)
    assert (second["rule"], second["noise_share"], len(second["daily"])) == ("floods", None, DAYS)
    head, line, _ = read_output("rules", "list").splitlines()
    assert head.split()[:4] == ["rule", "level", "status", "matches"]
    assert line.split()[:8] == ["launch", "high", "live", "0", "0", "0", "0", "1"]
    assert "1 of 2" in line


def test_bars_show_counts() -> None:
    """The largest is the highest; a dot is none."""
    assert draw_sparkline([0, 1, 4, 8]) == "·▁▄█"
    assert draw_sparkline([0, 0]) == "··"
    assert draw_sparkline([5]) == "█"


def test_the_number_of_rules_has_no_bound(database: Database) -> None:
    """Databases take only so many values in a statement. The rules that are not asked for stay out."""
    read_output("mark", "1", "good")
    many = ["launch", *(f"rule{number}" for number in range(40))]
    database.close()
    event.listen(database.read, "connect", lambda new, _: new.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 30))
    found = load_rule_health(database, many, NOON + timedelta(hours=4), "UTC")
    assert list(found) == many
    assert (found["launch"].matches, found["launch"].good) == (2, 1)
    assert found["launch"].last_sent_at == NOON + timedelta(minutes=10)
    assert found["rule7"].is_silent
    few = load_rule_health(database, ["floods"], NOON + timedelta(hours=4), "UTC")
    assert list(few) == ["floods"]
