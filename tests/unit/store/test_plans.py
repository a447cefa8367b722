"""What is asked every second looks through no table that grows, whatever figures SQLite keeps of its tables."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, update

from monitor.model import FOR_GOOD, AlertPolicy, DeliveryState, OncePer, Retention, RuleStatus
from monitor.model.hashing import uid_hash
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.engine.tables import account, alert, article_version, delivery, known
from monitor.store.engine.tables import article as articles
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.store.queries.ages import find_held_by_channel, find_pending_by_channel, source_ages
from monitor.store.queries.articles import ArticleQueries
from monitor.store.queues.claims import Claims
from monitor.store.queues.full_text_queue import FullTextQueue
from monitor.store.queues.outbox import Outbox
from tests.conftest import new_database, newest_url
from tests.support.building import (
    HEADLINE,
    HOUR,
    MINUTE,
    NOON,
    article,
    claimed,
    decide_in,
    polled,
    rule,
    rules,
    send_to,
    sources,
    to_desk,
)

OTHERS = [f"other-{number}" for number in range(100)]
GROWING = {
    "account", "alert", "article", "article_features", "article_version", "cluster_key", "delivery", "event", "fetch",
    "known", "match", "story", "story_article", "waiting",
}  # fmt: skip


@pytest.fixture
def database(newest_file: Path, tmp_path: Path) -> Iterator[Database]:
    """With some news, most of it told, counted while no page was wanted."""
    opened = open_database(f"sqlite:///{shutil.copyfile(newest_file, tmp_path / 'news.db')}")
    claims, section = Claims(opened, "here:1"), SerialSection(opened)
    claims.register_sources(sources("wire", "post"), NOON)
    brought = [article(f"a{number}", f"North Korea fires missile number {number}") for number in range(50)]
    claim = claimed(claims)
    with section.enter(NOON) as inside:
        inside.commit(
            polled(claim),
            decide_in(inside, brought, rules(rule(once_per=OncePer.ARTICLE))),
            send_to("desk", *OTHERS),
        )
    with opened.writing() as connection:
        told = delivery.c.channel.in_(OTHERS)
        connection.execute(update(delivery).where(told).values(state=DeliveryState.ACCEPTED, ended_at=NOON))
    for _ in opened.reclaim_space():
        pass
    yield opened
    opened.close()


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """The statements that are run within, with their values."""
    found: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        found.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_turns_look_through_no_table_that_grows(database: Database) -> None:
    """A tick, a look at what is to be sent and at what has waited, one for pages, a heartbeat."""
    claims, outbox, section = Claims(database, "here:1"), Outbox(database, "here:1"), SerialSection(database)
    later = NOON + HOUR
    with asked() as found:
        claims.find_due(later, since=NOON)
        claims.claim_due(claims.find_due(later), later, lease=MINUTE, limit=64)
        assert outbox.find_due(later).channels == ["desk"]
        FullTextQueue(database).find_due(later)
        with section.enter(later) as inside:
            inside.load_ops_facts(later)
        source_ages(database, ["wire", "post"])
        find_pending_by_channel(database, NOON)
        find_held_by_channel(database, NOON)
    assert len(dict(found)) >= 10
    assert scans(database, found) == {}


def scans(database: Database, found: Sequence[tuple[str, Any]]) -> dict[str, str]:
    """The statements that look through a table that grows, each with the step of its plan that does."""
    looked: dict[str, str] = {}
    with database.reading() as connection:
        for statement, values in found:
            one = values[0] if isinstance(values, list) else values  # of several rows that are written together
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", one):
                if row.detail.startswith("SCAN ") and row.detail.split()[1] in GROWING:
                    looked[statement] = row.detail
    return looked


def test_a_commit_looks_through_no_table_that_grows(database: Database) -> None:
    """Whatever it loads: stories and events by their keys, what was told of subjects, what waits, the last hour."""
    claims, section, later = Claims(database, "here:1"), SerialSection(database), NOON + MINUTE
    capped = AlertPolicy(most_an_hour=3)
    ruleset = rules(
        rule(once_per=OncePer.EVENT), rule("shadow", status=RuleStatus.SHADOW), replace(rule("capped"), alert=capped)
    )
    claim = claimed(claims, at=later)
    brought = [article(f"b{number}", f"North Korea fires missile number {number}", seen=later) for number in range(5)]
    brought.append(article("a1", "North Korea fires missile number 1, says Seoul", seen=NOON, version=2))
    with asked() as found, section.enter(later, [claim]) as inside:
        assert inside.commit(polled(claim, later), decide_in(inside, brought, ruleset), to_desk)
        inside.commit_due(inside.decide_due(ruleset.rules), to_desk)
    loaded = [(statement, values) for statement, values in found if statement.startswith("SELECT")]
    assert {"cluster_key", "article_features", "story", "account", "waiting"} <= {
        name
        for name in GROWING
        for statement, _ in loaded
        if f"FROM {name}" in statement or f"JOIN {name}" in statement
    }
    assert len(loaded) <= 17
    assert scans(database, [each for each in found if not each[0].startswith("BEGIN")]) == {}


MANY = 2000  # deliveries that a channel has accepted, and that wait for it


def make_unused_database(request: pytest.FixtureRequest, path: Path) -> str:
    """Its URL. What PostgreSQL has learnt of the rows of an earlier test would change its plans."""
    return newest_url(request, path) if request.param == "sqlite" else new_database(request, "newest")


@pytest.fixture
def busy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """With a burst that waits for a channel which has accepted many before, and counted."""
    opened = open_database(make_unused_database(request, tmp_path / "news.db"))
    told = [
        {
            "id": f"a{number}", "dedup_key": f"{number}", "kind": "problem", "at": NOON, "level": "low",
            "subject": "config", "title": "t", "sentence": "s", "marks": [],
            "reason_parameters": [{"code": "sentence", "words": "r"}],
        }
        for number in range(2 * MANY)
    ]  # fmt: skip
    waits = {"channel": "desk", "priority": 3, "not_before": NOON, "state": DeliveryState.PENDING, "ended_at": None}
    was_sent = {**waits, "state": DeliveryState.ACCEPTED, "ended_at": NOON}
    with opened.writing() as connection:
        connection.execute(insert(alert), told)
        rows = [{"alert_id": each["id"], **(was_sent if n < MANY else waits)} for n, each in enumerate(told)]
        connection.execute(insert(delivery), rows)
    for _ in opened.reclaim_space():
        pass
    yield opened
    opened.close()


@pytest.mark.parametrize("busy", ["sqlite", "postgresql"], indirect=True)
def test_a_claim_sorts_nothing_however_much_waits(busy: Database) -> None:
    """It takes the first row of its index: of a burst of any size each costs the same."""
    with asked() as found:
        assert Outbox(busy, "here:1").claim("desk", NOON, MINUTE) is not None
    (claiming,) = ((said, values) for said, values in found if "ORDER BY delivery.priority" in said)
    explain = "EXPLAIN QUERY PLAN" if busy.kind == "SQLite" else "EXPLAIN"
    with busy.writing() as connection:
        steps = [" ".join(map(str, row)) for row in connection.exec_driver_sql(f"{explain} {claiming[0]}", claiming[1])]
    assert any("ix_delivery_next" in step for step in steps), steps
    assert not any("TEMP B-TREE" in step or "Sort" in step or "Seq Scan" in step for step in steps), steps


ADDRESS = "https://x.test/{}"


@pytest.fixture
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """With many articles, alerts and records of an old time that are kept for good, and counted."""
    opened = open_database(make_unused_database(request, tmp_path / "news.db"))
    Claims(opened, "here:1").register_sources(sources("wire"), NOON)
    texts = {"title": HEADLINE, "digest": "d", "version": 1}
    numbers = range(1, 2 * MANY)
    stored = [
        {
            **texts, "id": number, "source_id": "wire", "uid": f"guid {number}", "url": f"http://www.x.test/{number}",
            "canonical": ADDRESS.format(number), "published_at": NOON, "dated": True, "seen_at": NOON,
            "baseline": False,
        }
        for number in numbers
    ]  # fmt: skip
    versions = [
        {**texts, "article_id": number, "at": NOON, "text": "", "canonical": ADDRESS.format(number)}
        for number in numbers
    ]
    left = [
        {
            "source_id": "wire", "uid_hash": uid_hash(f"left {number}"), "version": 1, "digest": "d", "seen_at": NOON,
            "baseline": False, "forgotten": False, "left_at": NOON,
        }
        for number in numbers
    ]  # fmt: skip
    told = [
        {
            "id": f"a{number}", "dedup_key": f"{number}", "kind": "new", "at": NOON, "level": "low", "title": "t",
            "rule_id": "launch", "article_id": number, "sentence": "s", "marks": [], "reason_parameters": [],
        }
        for number in numbers
    ]  # fmt: skip
    subjects = [
        {"key": f"{number}", "rule_id": "launch", "alert_id": f"a{number}", "heard_at": NOON, "row": {}}
        for number in numbers
    ]
    with opened.writing() as connection:
        for table, rows in (
            (articles, stored), (article_version, versions), (known, left), (alert, told), (account, subjects),
        ):  # fmt: skip
            connection.execute(insert(table), rows)
    for _ in opened.reclaim_space():
        pass
    if opened.kind != "SQLite":
        with opened.writing() as connection:
            connection.exec_driver_sql("ANALYZE")
    yield opened
    opened.close()


def steps_of(database: Database, found: Sequence[tuple[str, Any]]) -> list[str]:
    """The steps of the plans of these statements."""
    explain = "EXPLAIN QUERY PLAN" if database.kind == "SQLite" else "EXPLAIN"
    with database.reading() as connection:
        return [
            " ".join(map(str, row))
            for statement, values in found
            if statement.lstrip().startswith("SELECT")
            for row in connection.exec_driver_sql(f"{explain} {statement}", values)
        ]


def whole_reads(steps: Sequence[str]) -> list[str]:
    """The steps that read the whole of a table with articles, or of one of its indexes."""
    return [step for step in steps if re.search(r"(SCAN|Seq Scan on) (article|article_version|known)\b", step)]


@pytest.mark.parametrize("archive", ["sqlite", "postgresql"], indirect=True)
def test_an_address_is_looked_up_by_indexes(archive: Database) -> None:
    """However many articles there are, and however it is written: in no table is each row read."""
    for name in ("http://www.x.test/77", "https://x.test/77?utm_source=x", "guid 77"):
        with asked() as found:
            assert [each.article.uid for each in ArticleQueries(archive).find(name)] == ["guid 77"]
        assert whole_reads(steps_of(archive, found)) == []
    with asked() as found:
        assert ArticleQueries(archive).find("left 77") == []
        assert ArticleQueries(archive).explain_missing("left 77") is not None
    assert whole_reads(steps_of(archive, found)) == []


@pytest.mark.parametrize("archive", ["sqlite", "postgresql"], indirect=True)
def test_the_retention_looks_for_old_rows_by_indexes(archive: Database) -> None:
    """What leaves with its article or alert is not looked at each hour while that is kept."""
    kept = Retention(articles=FOR_GOOD, alerts=FOR_GOOD)
    with asked() as found:
        for _ in ArchivePruner(archive, kept).prune_slices(NOON + 1000 * HOUR):
            pass
    steps = " ".join(steps_of(archive, [each for each in found if "account" in each[0] or "FROM alert" in each[0]]))
    assert "ix_account_heard_at" in steps
    assert "ix_alert_alone" in steps
