"""A row that was damaged stops nothing but what it is about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Table, update
from structlog.testing import capture_logs

from monitor.model import AlertPolicy
from monitor.model.source_stats import SourceStats
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine import damaged_rows
from monitor.store.engine.database import Database
from monitor.store.engine.tables import account, alert, article_features, match, story, waiting
from monitor.store.lifecycle.erasure import ArticleEraser
from monitor.store.queries.matches import MatchFilter, MatchQueries
from monitor.store.queries.sources import load_source_reports
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from monitor.telemetry import LogEvent
from tests.support.building import (
    HOUR,
    MINUTE,
    NOON,
    alerts,
    article,
    claimed,
    commit,
    config_of,
    notice,
    reason_of,
    rule,
    rules,
    sources,
    to_desk,
)

HELD = rules(*(replace(rule(name), alert=AlertPolicy(wait_at_least=HOUR)) for name in ("launch", "other")))
COLUMNS = {
    account.name: account.c.row,
    article_features.name: article_features.c.row,
    story.name: story.c.members,
    waiting.name: waiting.c.hearing,
}


@pytest.mark.parametrize("value", [7, "x", {"level": "loud"}])
@pytest.mark.parametrize("table", [account, article_features, story, waiting], ids=lambda table: table.name)
def test_a_daemon_starts_beside_a_row_that_cannot_be_read(database: Database, table: Table, value: object) -> None:
    """The log says which, once; what comes is decided and committed, and what else waits is told when it is due."""
    claims = Claims(database, "here:1")
    claims.register_sources(sources("wire", "post"), NOON)
    commit(SerialSection(database), claimed(claims), article(), ruleset=HELD)
    key = next(iter(table.primary_key.columns))
    with database.writing() as connection:
        damaged = connection.execute(table.select().order_by(key)).mappings().first()
        assert damaged is not None
        connection.execute(update(table).where(key == damaged[key]).values({COLUMNS[table.name]: value}))
    section, later = SerialSection(database), NOON + 2 * HOUR
    damaged_rows._log_once.cache_clear()  # of this process: another test may have had the same row
    with capture_logs() as logs:
        new = article("b", "A missile of another kind flies", of="post", seen=NOON + MINUTE)
        decision = commit(section, claimed(claims, "post", NOON + MINUTE), new, at=NOON + MINUTE)
        assert alerts(decision)
        with section.enter(later) as inside:
            fallen = inside.decide_due(HELD.rules)
            inside.commit_due(fallen, to_desk)
    said = [(each["event"], each["log_level"], each["row"]) for each in logs]
    assert said == [(LogEvent.ROW_UNREADABLE, "error", f"{table.name} {damaged[key]}")]
    assert len(fallen.released) == 1 + (table is not waiting)


@pytest.mark.parametrize("value", [7, [{"code": "of tomorrow"}], [{"code": "too-old", "age": 1e300}]])
def test_a_reason_that_cannot_be_read_stops_nothing_else(database: Database, value: object) -> None:
    """What else waits is told, other messages are sent, matches are listed, and articles are forgotten without their
    words being left."""
    claims, desk = Claims(database, "here:1"), Outbox(database, "here:1")
    claims.register_sources(sources("wire", "post"), NOON)
    section, ruleset = SerialSection(database), rules(*HELD.rules.values(), rule("at_once"))
    first = article("a", "Missile strike kills 9 in Busan harbour", url="https://x.test/a")
    commit(section, claimed(claims), first, ruleset=ruleset)
    second = article("b", "Missile strike in Busan harbour kills 9", of="post", seen=NOON + MINUTE)
    commit(section, claimed(claims, "post", NOON + MINUTE), second, at=NOON + MINUTE, ruleset=ruleset)
    with section.enter(NOON + MINUTE) as inside:
        inside.write_notices([notice(channels=("desk",))], [])
    with database.writing() as connection:
        connection.execute(update(waiting).where(waiting.c.rule_id == "other").values(reason_parameters=value))
        connection.execute(update(alert).where(alert.c.subject.is_not(None)).values(reason_parameters=value))
        connection.execute(update(match).where(match.c.rule_id == "at_once").values(reason_parameters=value))
    with section.enter(NOON + 2 * HOUR) as inside:
        fallen = inside.decide_due(ruleset.rules)
        inside.commit_due(fallen, to_desk)
    assert [released.alert.rule for released in fallen.released] == ["launch"]
    assert [sent.alert.id for sent in iter(lambda: desk.claim("desk", NOON + 3 * HOUR, HOUR), None)] != []
    listed = {report.rule: reason_of(report) for report in MatchQueries(database).iter_matches(MatchFilter())}
    assert listed["at_once"] == "its reason cannot be read from the database"
    assert "forgotten" not in listed["launch"]
    eraser = ArticleEraser(database, config_of())
    assert sum(eraser.erase(eraser.plan("https://x.test/a"), NOON + 4 * HOUR)) == 1
    (left,) = {reason_of(each) for each in MatchQueries(database).iter_matches(MatchFilter(rules=("at_once",)))}
    assert left == "compared with an article that was forgotten"


@pytest.mark.parametrize("value", ["'[{'", "CAST(x'ffc328' AS TEXT)"], ids=["no JSON", "no UTF-8"])
def test_what_is_no_json_is_no_list_and_no_mapping_either(database: Database, value: str) -> None:
    """SQLite takes any text for JSON, and any bytes for text; PostgreSQL refuses both."""
    if database.shared:
        return
    claims = Claims(database, "here:1")
    claims.register_sources(sources("wire"), NOON)
    commit(SerialSection(database), claimed(claims), article(), ruleset=HELD)
    with database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE account SET row = {value}")
        connection.exec_driver_sql("UPDATE waiting SET hearing = x'00'")
    with SerialSection(database).enter(NOON + 2 * HOUR) as inside:
        assert inside.decide_due(HELD.rules).released == ()


@pytest.mark.parametrize("value", ["'7'", "'[]'", "'[{'"], ids=["a number", "a list", "no JSON"])
def test_a_source_whose_statistics_cannot_be_read_is_polled_with_the_others(database: Database, value: str) -> None:
    """They are learnt again. Only SQLite takes what is no JSON."""
    if database.shared and value == "'[{'":
        return
    claims = Claims(database, "here:1")
    known = sources("wire", "post")
    claims.register_sources(known, NOON)
    with database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE source SET habits = {value} WHERE id = 'wire'")
    claims = Claims(database, "here:1")
    claims.register_sources(known, NOON)
    assert {claim.source: claim.stats for claim in claims.claim_due(known, NOON, lease=HOUR, limit=2)} == dict.fromkeys(
        known, SourceStats()
    )
    assert load_source_reports(database).keys() == known.keys()
