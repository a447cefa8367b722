"""`sources show` and `entities show`: one thing with all that is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from monitor.config.loading.load import load_config_files
from monitor.matching.live import compile_live
from monitor.services.queries.entities import show_entity
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import fetch, source
from monitor.store.queries.daily_counts import DAYS, DailyCounts
from monitor.store.queries.sources import load_source_details, load_source_reports
from monitor.store.queues.claims import Claims
from tests.support.building import HOUR, MINUTE, NOON, article, claimed, commit, sources
from tests.support.commands import run_in
from tests.support.newest import make_newest
from tests.support.whole import write_config

FILES = """\
rule: launch
title: Launches
level: high
match: {all: [{entity: {in: the-koreas}}, {words: {ko: [발사]}}]}
---
rule: by-list
title: By a list
level: low
match: {list: states}
---
rule: floods
title: Floods
level: low
match: {words: [flood]}
---
entity: north-korea
kind: country
name: North Korea
in: [the-koreas]
sure: {ko: [북한], en: [North Korea]}
maybe: {words: {ko: [북]}, counts_if: {sure_name_seen: in the article}}
never: {en: [North Korea Street]}
---
entity: pyongyang
kind: place
name: Pyongyang
lies_in: north-korea
sure: {en: [Pyongyang]}
---
list: states
entities: [north-korea]
words: {en: [Ruritania]}
"""
DAY = 24 * HOUR
TOKEN = "k3J9x7Qp2Lm8Vt5Zr1"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Database]:
    """Two sources: `wire` has had two articles, of which two rules have matched one; `quiet` was not polled yet."""
    (tmp_path / "mine.yaml").write_text(FILES, encoding="utf-8")
    addresses = {"wire": f"https://wire.test/feed?token={TOKEN}", "quiet": "https://quiet.test/feed"}
    write_config(tmp_path, addresses, rules="mine.yaml", entities="mine.yaml")
    config = tmp_path / "monitor.yaml"
    text = config.read_text(encoding="utf-8").replace("entities: ['mine.yaml']\n", "")
    config.write_text(text, encoding="utf-8")
    loaded = load_config_files(config, {}).config
    ruleset = compile_live(loaded.rules.values(), loaded.entities, loaded.lists)
    database = make_newest(tmp_path / "monitor.db")
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire"), NOON)
    commit(
        section, claimed(claims), article("a", "북한 미사일 발사"), article("b", "Ferries run late"), ruleset=ruleset
    )
    with database.writing() as connection:
        values = {"etag": f'W/"{TOKEN}"', "last_modified": "Mon, 05 Jan 2026 12:00:00 GMT"}
        connection.execute(update(source).where(source.c.id == "wire").values(**values))
        row = {"source_id": "wire", "at": NOON + HOUR, "outcome": "failed", "status": 503, "entries": 0, "new": 0}
        connection.execute(fetch.insert().values(**row, problem="the server is busy"))
        page = row | {"at": NOON + HOUR + MINUTE, "status": 404, "page_url": "https://wire.test/1"}
        connection.execute(fetch.insert().values(**page, problem="not found"))
    yield database
    database.close()


def test_a_source_is_shown_with_what_it_has_brought(archive: Database) -> None:
    """On each of 30 days of the desk, with its last polls."""
    assert load_source_reports(archive)["wire"].articles == 2
    activity = load_source_details(archive, "wire", NOON + DAY, "UTC")
    assert activity.articles.counts == [0] * (DAYS - 2) + [2, 0]
    assert activity.matches.counts == [0] * (DAYS - 2) + [2, 0]
    assert [(poll.at, poll.status, poll.problem, poll.page_url) for poll in activity.polls[:2]] == [
        (NOON + HOUR + MINUTE, 404, "not found", "https://wire.test/1"),
        (NOON + HOUR, 503, "the server is busy", None),
    ]


def test_days_are_those_of_the_desk() -> None:
    """With a change of the clocks among them; what a clock that runs ahead says counts as today."""
    now = NOON.replace(month=4, day=10)
    days = DailyCounts.until(now, "Europe/Berlin")
    days.add_all([days.since, days.since + 23 * HOUR + 59 * MINUTE, days.since + DAY, now + 2 * DAY])
    assert (days.counts[0], days.counts[1], days.counts[-1], days.total) == (2, 1, 1, 4)


@pytest.mark.usefixtures("archive")
def test_sources_show_tells_no_secret(tmp_path: Path) -> None:
    """Neither the address nor the validators show it; what is not stored is left out."""
    shown = run_in(tmp_path, "sources", "show", "wire")
    assert (shown.code, TOKEN in shown.out) == (0, False)
    for part in (
        "source      wire: Wire",
        "pace        every 5 seconds",
        "token=***",
        "Last-Modified Mon, 05 Jan 2026 12:00:00 GMT",
        "failed (503), 0 entries, 0 new, the server is busy",
        "failed (404), https://wire.test/1, not found",
    ):
        assert part in shown.out
    [row] = (run_in(tmp_path, "sources", "show", "wire", "--json")).rows
    assert TOKEN not in str(row)
    assert len(row["daily_articles"]) == len(row["daily_matches"]) == DAYS
    quiet = run_in(tmp_path, "sources", "show", "quiet")
    assert "state       unverified: not polled yet" in quiet.out
    wrong = run_in(tmp_path, "sources", "show", "wires")
    assert (wrong.code, wrong.err) == (2, "there is no source 'wires'; did you mean 'wire'?\n")


def test_an_entity_is_shown_with_the_rules_that_use_it(archive: Database, tmp_path: Path) -> None:
    """By a group or a list, too. What lies in it is no use of it. Its matches are those that have a name of it."""
    loaded = load_config_files(tmp_path / "monitor.yaml", {})
    assert loaded.faults == ()
    usage = show_entity(loaded, archive, "north-korea", NOON + DAY)
    assert usage.rules == ("launch", "by-list")
    assert usage.matches is not None
    assert usage.matches.counts == [0] * (DAYS - 2) + [2, 0]
    other = show_entity(loaded, archive, "pyongyang", NOON + DAY)
    assert other.rules == ()
    assert other.matches is not None
    assert other.matches.total == 0
