"""The database: its schema, and who may open it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta, timezone
from operator import attrgetter
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import DateTime, delete, insert, inspect, literal, make_url, select, text, update

from monitor.alerting.pending import build_pending_alert, candidate_to_row
from monitor.errors import StoreFailed, StoreLocked, StoreRefused, StoreReplaced, StoreSchemaTooNew, StoreSchemaTooOld
from monitor.identity import ArticleFeatures
from monitor.matching import RuleSet, compile_rules
from monitor.model import (
    Alert,
    DeliveryState,
    Entity,
    Level,
    MarkVerdict,
    Notice,
    OncePer,
    Outcome,
    PendingKind,
    Reason,
    Term,
)
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.daemons import list_daemons
from monitor.store.engine.database import Database, alembic_config, list_revisions
from monitor.store.engine.opening import open_database
from monitor.store.engine.search_tables import INDEX_TABLE
from monitor.store.engine.sqlite import SqliteDatabase
from monitor.store.engine.store_thread import is_database_unusable
from monitor.store.engine.tables import alert, article_features, cluster_key, daemon, fetch, metadata, source, waiting
from monitor.store.engine.tables import article as articles
from monitor.store.engine.tables import match as matches
from monitor.store.engine.tables import story as stories
from monitor.store.engine.timestamp_column import UtcDateTime
from monitor.store.marks import Judgement, Marks
from monitor.store.queries.matches import MatchFilter, MatchQueries
from monitor.store.queries.reports import ReportQueries
from monitor.store.queries.sources import load_source_reports
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from monitor.store.queues.stored_alerts import read_alert
from monitor.store.state.pending_rows import pending_alert_from_row
from monitor.wording.reasons import reason_in_words
from tests.building import (
    MINUTE,
    NOON,
    alert_of,
    alerts,
    article,
    claimed,
    commit,
    hearing,
    reason_of,
    rule,
    rules,
    sources,
)
from tests.conftest import new_database
from tests.patience import PATIENCE
from tests.statements import statements


def at(path: Path) -> Database:
    return open_database(f"sqlite:///{path}")


def run(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("moment", [NOON, NOON + timedelta(microseconds=7), NOON.replace(year=987)])
def test_a_moment_is_written_as_the_database_itself_writes_it(database: Database, moment: datetime) -> None:
    with database.reading() as connection:
        written = literal(moment.astimezone(timezone(timedelta(hours=9))), UtcDateTime)
        same = connection.execute(select(written == literal(moment.replace(tzinfo=None), DateTime))).scalar_one()
    assert same


def test_the_migrations_build_what_the_tables_say(database: Database) -> None:
    """There is nothing that Alembic would still change. The search index is not in the metadata."""
    options = {"compare_type": True, "compare_server_default": True, "render_as_batch": True}
    with database.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={**options, "include_name": lambda name, kind, _: (name, kind) != (INDEX_TABLE, "table")}
        )
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    """Each start upgrades; what stands in the database stays."""
    with database.writing() as connection:
        connection.execute(source.insert().values(id="s", url="u", next_at=NOON))
    database.upgrade()
    with database.reading() as connection:
        assert connection.execute(select(source.c.id)).scalars().all() == ["s"]


def test_many_rows_are_written_by_few_statements(tmp_path: Path) -> None:
    """SQLite's last 128 statements are kept, and each number of rows is another one: of a thousand rows it would be a
    MiB for as long as the daemon runs."""
    database = at(tmp_path / "monitor.db")
    database.upgrade()
    rows = [{"id": f"s{number:03}", "url": "https://x.test/", "next_at": NOON} for number in range(260)]
    with statements(database) as said, database.writing() as connection:
        made = connection.execute(insert(source).returning(source.c.id), rows).scalars().all()
    assert sorted(made) == [row["id"] for row in rows]
    inserts = [each for each in said if each.startswith("INSERT")]
    assert (len(inserts), len(set(inserts))) == (6, 2)
    database.close()


UPGRADE = """
import sys
from monitor.store.engine.opening import open_database
database = open_database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
database.upgrade()
database.close()
"""


def upgraded_by_three(url: str) -> list[tuple[str, int | None]]:
    """What three processes that upgrade at the same moment say, and how they end."""
    processes = [run(UPGRADE, url) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [(process.communicate(timeout=PATIENCE)[1], process.returncode) for process in processes]


def test_three_processes_may_upgrade_at_once(empty_url: str) -> None:
    """On an empty database one builds the schema, and the others wait and find it built."""
    assert upgraded_by_three(empty_url) == [("", 0)] * 3
    opened = open_database(empty_url)
    with opened.reading() as connection:
        assert connection.execute(select(source.c.id)).scalars().all() == []
    opened.close()


def test_three_processes_may_upgrade_an_old_database_at_once(old_url: str) -> None:
    """One upgrades it, after a copy; nothing in it is lost or doubled."""
    assert upgraded_by_three(old_url) == [("", 0)] * 3
    opened = open_database(old_url)
    with opened.reading() as connection:
        assert connection.execute(select(source.c.id).order_by(source.c.id)).scalars().all() == ["dead", "en", "ko"]
    opened.close()


def test_an_upgrade_keeps_a_copy_of_what_was_there(old_url: str) -> None:
    """SQLite's beside the file, PostgreSQL's in a schema of its own; both as they were."""
    opened = open_database(old_url)
    opened.upgrade()
    if opened.shared:
        with opened.reading() as connection:
            found = connection.exec_driver_sql(
                f"SELECT version_num FROM before_{list_revisions()[-1]}.alembic_version"
            ).scalar_one()
    else:
        copy = old_url.removeprefix("sqlite:///") + f".before-{list_revisions()[-1]}"
        with closing(sqlite3.connect(copy)) as connection:
            (found,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert found == "0001"
    opened.close()


def test_a_copy_survives_a_power_cut(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes reach the disk before its name does, and its name before anything is upgraded."""
    opened, copy, synced = open_database(kept(tmp_path, request, "part-1.sqlite")), tmp_path / "copy.db", []
    fsync = os.fsync

    def noted(opened: int) -> None:
        synced.append((os.fstat(opened).st_ino, copy.exists()))
        fsync(opened)

    monkeypatch.setattr(os, "fsync", noted)
    opened.backup(copy)
    assert synced == [(copy.stat().st_ino, False), (tmp_path.stat().st_ino, True)]
    opened.close()


KILLED = """
import os, sys
from alembic import op
from monitor.store.engine.opening import open_database
create = op.create_table
def killed(name, *rest):
    if name == sys.argv[2]:
        os.kill(os.getpid(), 9)
    return create(name, *rest)
op.create_table = killed
open_database(sys.argv[1]).upgrade()
"""


@pytest.mark.parametrize("table", ["daemon", "waiting"])
def test_an_upgrade_that_is_killed_changes_nothing(old_url: str, table: str) -> None:
    """Among the first of its steps or the last; the next start finds the old database, and upgrades it."""
    killed = run(KILLED, old_url, table)
    killed.communicate(timeout=PATIENCE)
    assert killed.returncode == -9
    opened = open_database(old_url)
    with pytest.raises(StoreSchemaTooOld, match=r"schema 0001\): `news-monitor db upgrade`"):
        opened.require_schema()
    opened.upgrade()
    opened.require_schema()
    with opened.reading() as connection:
        assert connection.execute(select(source.c.id)).scalars().all()
    opened.close()


@pytest.mark.parametrize("damage", ["DROP TABLE alembic_version", "DELETE FROM alembic_version"])
def test_a_database_that_does_not_say_its_version_is_not_called_empty(database: Database, damage: str) -> None:
    """What is there is named, and what to do; neither a command nor an upgrade changes it."""
    with database.write.begin() as connection:
        connection.execute(text(damage))
    says = (
        r"has tables \(account, alert, article \.\.\.\), but alembic_version is missing or empty, .*: restore a backup"
    )
    for attempt in (database.require_schema, database.upgrade):
        with pytest.raises(StoreFailed, match=says):
            attempt()


def test_an_empty_database_says_who_fills_it(empty_url: str) -> None:
    """There is nothing to restore."""
    opened = open_database(empty_url)
    with pytest.raises(StoreFailed, match="has no tables yet: `news-monitor run` creates them"):
        opened.require_schema()
    opened.close()


@pytest.mark.parametrize(
    ("part", "counts", "deliveries"),
    [
        ("part-1.sqlite", {"articles": 6, "matches": 3, "stories": 3, "alerts": 2}, {"accepted": 2}),
        ("part-2.sqlite", {"articles": 3, "matches": 2, "stories": 3, "alerts": 2}, {"accepted": 2}),
        ("part-2.postgresql", {"articles": 3, "matches": 2, "stories": 3, "alerts": 2}, {"accepted": 2}),
        ("part-3.sqlite", {"articles": 3, "matches": 2, "stories": 3, "alerts": 2}, {"accepted": 2}),
        ("part-3.postgresql", {"articles": 3, "matches": 2, "stories": 3, "alerts": 2}, {"accepted": 2}),
    ],
)
def test_nothing_of_a_finished_part_is_lost(
    tmp_path: Path, request: pytest.FixtureRequest, part: str, counts: dict[str, int], deliveries: dict[str, int]
) -> None:
    """Its database, kept as it was written then (`tests/keep.py`), is upgraded with all that it holds."""
    opened = open_database(kept(tmp_path, request, part))
    opened.upgrade()
    report = ReportQueries(opened)
    assert report.counts() == {**counts, "merges": 0, "splits": 0}
    found = {state: n for state, n in report.delivery_counts().items() if n}
    assert found == {**deliveries, "retry": 1, "sending": 1}
    assert {name: each.failures for name, each in load_source_reports(opened).items()} == {"en": 0, "ko": 0, "dead": 2}
    waiting = Outbox(opened, "test").claim("bad", NOON + timedelta(days=3650), timedelta(minutes=3))
    assert waiting is not None
    assert alert_of(waiting).rule == "north-korea-missile-launch"
    for match in MatchQueries(opened).iter_matches(MatchFilter()):
        known = match.outcome is Outcome.SENT or part.startswith("part-3")  # before, only the alert said it
        assert match.level == ("critical" if known else None)
    with opened.reading() as connection:
        times = connection.execute(select(source.c.failing_since, source.c.polled_at).order_by(source.c.id)).all()
    assert [row.failing_since is not None for row in times] == [True, False, False]
    assert all(row.polled_at is not None for row in times)
    opened.close()


def test_what_waits_at_an_upgrade_has_its_place_by_its_level(empty_url: str) -> None:
    """Also what is dead, as it may be sent again; the highest goes first."""
    opened = open_database(empty_url)
    upgraded_to(opened, "0005")
    with opened.writing() as connection:
        for number, level in enumerate(Level):
            connection.exec_driver_sql(
                "INSERT INTO alert (id, dedup_key, kind, at, level, subject, title, reason, sentence, marks) VALUES "
                f"('{level}', '{level}', 'problem', '2026-01-05', '{level}', 'config', 't', 'r', 's', '[]')"
            )
            connection.exec_driver_sql(
                f"INSERT INTO delivery (alert_id, channel, state, not_before) VALUES ('{level}', 'desk', "
                f"'{'dead' if number % 2 else 'retry'}', '2026-01-05')"
            )
    opened.upgrade()
    outbox = Outbox(opened, "test")
    outbox.retry(outbox.ids([DeliveryState.DEAD]), NOON)
    claims = [outbox.claim("desk", NOON, timedelta(minutes=3)) for _ in Level]
    assert [claim and claim.alert.level for claim in claims] == list(reversed(Level))
    opened.close()


SENTENCES = {
    "told: “fires” in the title; the first that r hears of this story": (Outcome.SENT, Reason.FIRST),
    "waits: the first that r hears of this story, 5 minutes later; it is told at 06:05": (
        Outcome.DEFERRED,
        Reason.HOLD,
    ),
    "waits: update: new fact: 900 km; no update before 09:02": (Outcome.DEFERRED, Reason.COOLDOWN),
    "waits: only mentioned, deeper in the text than its lead; mentions go out together at 08:00": (
        Outcome.DEFERRED,
        Reason.MENTION,
    ),
    "waits: its source could not be polled from 01:00 to 03:00; what was missed is told together": (
        Outcome.DEFERRED,
        Reason.CATCH_UP,
    ),
    "waits: the first; r has sent 3 within the hour; the rest is told together": (Outcome.DEFERRED, Reason.RATE_LIMIT),
    "waits: r has told this story at 06:02 (S1); as one names no place, it is listed in the digest at 08:00": (
        Outcome.DEFERRED,
        Reason.IN_DOUBT,
    ),
    "held: r has told this story already (S9e749e7933e7d892)": (Outcome.SUPPRESSED, Reason.ALREADY_SENT),
    "held: r has told this story at 06:02 (S0); the same headline": (Outcome.SUPPRESSED, Reason.ALREADY_SENT),
    "held: this event waits to be told at 06:05 (E0)": (Outcome.SUPPRESSED, Reason.ALREADY_DEFERRED),
    "held: published 3 days ago, and max_age is 12 hours": (Outcome.SUPPRESSED, Reason.TOO_OLD),
    "held: published 3 days ago, and came with its source's past (a first poll), where 12 hours count": (
        Outcome.SUPPRESSED,
        Reason.BACKLOG,
    ),
    "held: it came with its source's past (a first poll), and has no date of its own": (
        Outcome.SUPPRESSED,
        Reason.UNDATED,
    ),
    "held: only mentioned, deeper in the text than its lead, and r has told it since": (
        Outcome.SUPPRESSED,
        Reason.MENTION,
    ),
    "held: it was withdrawn while it waited to be told": (Outcome.SUPPRESSED, Reason.WITHDRAWN),
    "held: The Times says more, and is told with it": (Outcome.SUPPRESSED, Reason.SUPERSEDED),
    "held: r was put in shadow while it waited": (Outcome.SUPPRESSED, Reason.SHADOW),
    "held: in words that nobody knows any more": (Outcome.SUPPRESSED, Reason.UNKNOWN),
}


def test_sentences_of_earlier_versions_become_codes(empty_url: str) -> None:
    """And stay what they were."""
    opened = open_database(empty_url)
    upgraded_to(opened, "0007")
    with opened.writing() as connection:
        for statement in (
            "INSERT INTO source (id, url, next_at) VALUES ('wire', 'https://x.test', '2026-01-05')",
            """INSERT INTO article (id, source_id, uid, version, title, published_at, dated, seen_at, baseline, digest)
            VALUES (1, 'wire', 'a', 1, 't', '2026-01-05', true, '2026-01-05', false, 'd')""",
            """INSERT INTO article_version (article_id, version, at, title, text, digest)
            VALUES (1, 1, '2026-01-05', 't', '', 'd')""",
        ):
            connection.exec_driver_sql(statement)
        written = text(
            "INSERT INTO match (article_id, article_version, rule_id, rule_version, kind, evidence, at, decision) "
            "VALUES (1, 1, :rule, 'v', 'news', '[]', '2026-01-05', :decision)"
        )
        connection.execute(written, [{"rule": f"r{n}", "decision": said} for n, said in enumerate(SENTENCES)])
    opened.upgrade()
    found = {
        f"{each.outcome.legacy_word}: {reason_of(each)}": (each.outcome, each.reason_code)
        for each in MatchQueries(opened).iter_matches(MatchFilter())
    }
    assert found == SENTENCES
    opened.close()


def test_pages_that_could_not_be_read_have_their_address_in_a_column(empty_url: str) -> None:
    """Earlier versions wrote it before the problem. A problem of a poll stays as it is."""
    opened = open_database(empty_url)
    upgraded_to(opened, "0015")
    problems = ("page https://x.test/1?a=b:c: HTTP 404: gone", "page after page: no feed", "HTTP 503")
    with opened.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO source (id, url, next_at) VALUES ('wire', 'https://x.test', '2026-01-05')"
        )
        written = text(
            'INSERT INTO "fetch" (source_id, at, outcome, entries, "new", problem) '
            "VALUES ('wire', '2026-01-05', 'failed', 0, 0, :problem)"
        )
        connection.execute(written, [{"problem": problem} for problem in problems])
    opened.upgrade()
    with opened.reading() as connection:
        rows = connection.execute(select(fetch.c.page_url, fetch.c.problem).order_by(fetch.c.id)).all()
    assert rows == [
        ("https://x.test/1?a=b:c", "HTTP 404: gone"),
        (None, "page after page: no feed"),
        (None, "HTTP 503"),
    ]
    opened.close()


def test_sentences_of_alerts_and_pending_alerts_stay(empty_url: str) -> None:
    """Those of notices, and of the lines of a digest, too."""
    opened = open_database(empty_url)
    upgraded_to(opened, "0008")
    line = {
        "rule": "r", "rule_title": "R", "level": "high", "story": "S1", "event": None, "source": "wire", "uid": "a",
        "title": "t", "url": None, "sentence": "s", "reason": "“fires” in the title; only mentioned",
    }  # fmt: skip
    candidate = candidate_to_row(build_pending_alert(PendingKind.HOLD, hearing(), (), NOON, NOON))
    with opened.writing() as connection:
        for statement in (
            "INSERT INTO source (id, url, next_at) VALUES ('wire', 'https://x.test', '2026-01-05')",
            """INSERT INTO article (id, source_id, uid, version, title, published_at, dated, seen_at, baseline, digest)
            VALUES (1, 'wire', 'a', 1, 't', '2026-01-05', true, '2026-01-05', false, 'd')""",
            """INSERT INTO article_version (article_id, version, at, title, text, digest)
            VALUES (1, 1, '2026-01-05', 't', '', 'd')""",
            "INSERT INTO story (id, title, opened_at, last_at) VALUES ('S1', 't', '2026-01-05', '2026-01-05')",
            """INSERT INTO alert (id, dedup_key, kind, at, level, subject, title, reason, sentence, marks) VALUES
            ('n1', 'n1', 'problem', '2026-01-05', 'high', 'config', 't', 'rules are broken', 's', '[]')""",
        ):
            connection.exec_driver_sql(statement)
        connection.execute(
            text(
                "INSERT INTO alert (id, dedup_key, kind, at, level, rule_id, title, story_id, article_id, "
                "article_version, reason, sentence, marks, items) VALUES ('a1', 'a1', 'digest', '2026-01-05', 'high', "
                "'r', 'R', 'S1', 1, 1, '1 story, only mentioned', 's', '[]', :items)"
            ),
            {"items": json.dumps([line])},
        )
        connection.execute(
            text(
                "INSERT INTO waiting (id, kind, rule_id, key, article_id, since, due, why, hearing) VALUES "
                "('w1', 'hold', 'launch', 'k', 1, '2026-01-05', '2026-01-05', 'the \"first\" of its story', :hearing)"
            ),
            {"hearing": json.dumps(candidate)},
        )
    opened.upgrade()
    with opened.reading() as connection:
        notice, digest = read_alert(connection, "n1"), read_alert(connection, "a1")
        pending = pending_alert_from_row(connection.execute(select(waiting)).one())
    assert isinstance(notice, Notice)
    assert isinstance(digest, Alert)
    assert notice.reason == "rules are broken"
    assert (reason_of(digest), [reason_of(item) for item in digest.items]) == (
        "1 story, only mentioned",
        ["“fires” in the title; only mentioned"],
    )
    assert reason_in_words(pending.why) == 'the "first" of its story'
    opened.close()


def test_matches_of_an_earlier_version_can_be_marked(empty_url: str) -> None:
    """Its database has no marks, and takes them after the upgrade."""
    opened = open_database(empty_url)
    upgraded_to(opened, "0009")
    with opened.writing() as connection:
        for statement in (
            "INSERT INTO source (id, url, next_at) VALUES ('wire', 'https://x.test', '2026-01-05')",
            """INSERT INTO article (id, source_id, uid, version, title, published_at, dated, seen_at, baseline, digest)
            VALUES (1, 'wire', 'a', 1, 't', '2026-01-05', true, '2026-01-05', false, 'd')""",
            """INSERT INTO article_version (article_id, version, at, title, text, digest)
            VALUES (1, 1, '2026-01-05', 'Missiles', '', 'd')""",
            """INSERT INTO match (article_id, article_version, rule_id, rule_version, kind, evidence, at)
            VALUES (1, 1, 'launch', 'v', 'news', '[]', '2026-01-05')""",
        ):
            connection.exec_driver_sql(statement)
    opened.upgrade()
    Marks(opened).mark_matches({1: None}, Judgement(MarkVerdict.GOOD, NOON, "ann"), attrgetter("source"))
    [marked] = Marks(opened).iter_articles()
    assert (marked.article.title, marked.verdicts) == ("Missiles", {"launch": "good"})
    opened.close()


def test_odd_sentences_do_not_stop_an_upgrade(tmp_path: Path) -> None:
    """Bytes, which SQLite takes for text, no UTF-8, and characters that JSON writes otherwise."""
    opened = open_database(f"sqlite:///{tmp_path}/news.db")
    upgraded_to(opened, "0008")
    odd = ["x'00ff'", "CAST(x'ffc328' AS TEXT)", "'{x} %s \"' || char(0, 7, 27, 8232)", "'{\"code\": 1}'", "''"]
    values = ", ".join(
        f"('n{n}', 'n{n}', 'problem', '2026-01-05', 'high', 'config', 't', {sentence}, 's', '[]')"
        for n, sentence in enumerate(odd)
    )
    with opened.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO alert (id, dedup_key, kind, at, level, subject, title, reason, sentence, marks) "
            f"VALUES {values}"
        )
    opened.upgrade()
    found = []
    with opened.reading() as connection:
        for n in range(2, len(odd)):
            message = read_alert(connection, f"n{n}")
            assert isinstance(message, Notice)
            found.append(message.reason)
    assert found == ['{x} %s "\0\x07\x1b\u2028', '{"code": 1}', ""]
    opened.close()


@pytest.mark.parametrize("part", ["part-1.sqlite", "part-2.postgresql", "part-3.sqlite"])
def test_the_number_of_a_match_that_left_is_never_given_again(
    tmp_path: Path, request: pytest.FixtureRequest, part: str
) -> None:
    """Not even that of the newest, by which SQLite would go on: `why 17` of an old message must not tell of another."""
    opened = open_database(kept(tmp_path, request, part))
    opened.upgrade()
    with opened.writing() as connection:
        newest = connection.execute(select(matches).order_by(matches.c.id.desc())).first()
        assert newest is not None
        connection.execute(delete(matches).where(matches.c.id == newest.id))
        row = {column.key: newest._mapping[column] for column in matches.c if column.key != "id"}
        assert connection.execute(insert(matches).values(row).returning(matches.c.id)).scalar_one() == newest.id + 1
    opened.close()


PARTS = ["part-1.sqlite", "part-2.postgresql", "part-3.sqlite", "part-3.postgresql"]


@pytest.fixture(
    scope="module",
    params=[pytest.param((part, before), id=f"{part}-{before}") for before in (None, "0004") for part in PARTS],
)
def upgraded_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database of a finished part that was upgraded, at once or by way of a revision. Nobody writes to
    it: tests copy it."""
    part, before = request.param
    url = kept(tmp_path_factory.mktemp("upgraded"), request, part)
    opened = open_database(url)
    if before is not None:
        upgraded_to(opened, before)
    opened.upgrade()
    opened.close()
    return url


@pytest.mark.parametrize("once_per", OncePer)
def test_what_was_told_before_an_upgrade_is_not_told_again(
    tmp_path: Path, request: pytest.FixtureRequest, upgraded_url: str, once_per: OncePer
) -> None:
    """By a rule that tells stories, and by one that told stories then and tells events now; from every revision. One
    that tells every article has not told this one."""
    opened = open_database(copied(upgraded_url, tmp_path, request))
    with opened.reading() as connection:
        asked = select(alert.c.rule_id, alert.c.at, articles.c.title).join(articles).order_by(alert.c.at)
        told = connection.execute(asked).first()
    assert told is not None
    again = rules(rule(told.rule_id, told.title.split()[:1], once_per=once_per))
    claims = Claims(opened, "here:1")
    claims.register_sources(sources("other"), told.at)
    serial, page = SerialSection(opened), article(title=told.title, of="other", seen=told.at + MINUTE)
    decision = commit(serial, claimed(claims, "other", told.at), page, at=told.at + MINUTE, ruleset=again)
    assert bool(alerts(decision)) is (once_per is OncePer.ARTICLE)
    assert [judged.join_reason for judged in decision.article_decisions] == ["the same headline"]
    opened.close()


def test_an_upgrade_works_out_what_identity_knows_of_the_last_days(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Of each version that a rule hit, once; so stories go on as if they had always been kept so. The rules are asked
    for only then: whose entities are known."""
    asked: list[str] = []

    def known_rules() -> RuleSet:
        asked.append("once")
        return compile_rules((), {"missile": Entity("missile", "weapon", "missile", (Term("미사일", "ko"),))})

    opened = open_database(kept(tmp_path, request, "part-3.sqlite"))
    opened.upgrade(rules=known_rules)
    opened.upgrade(rules=known_rules)
    assert asked == ["once"]
    with opened.reading() as connection:
        hit = connection.execute(select(matches.c.article_id, matches.c.article_version).distinct()).all()
        known = connection.execute(select(article_features)).all()
        keys = connection.execute(select(cluster_key)).all()
        members = connection.execute(select(stories.c.members).where(stories.c.members.is_not(None))).scalars().all()
    assert sorted((row.article_id, row.version) for row in known) == sorted(map(tuple, hit))
    assert sorted(tuple(each[:2]) for some in members for each in some) == sorted(map(tuple, hit))
    assert {row.key for row in keys if row.scope == ""} == {
        key for row in known for key in ArticleFeatures.from_row(row.row).index_keys
    }
    assert "name:entity:missile" in {row.key for row in keys}
    opened.close()


def upgraded_to(opened: Database, revision: str) -> None:
    """As an older version of this program would have left it."""
    config = alembic_config()
    with opened.migrating() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def kept(folder: Path, request: pytest.FixtureRequest, part: str) -> str:
    """The URL of a database as a finished part left it."""
    script = (Path(__file__).parents[2] / "data" / f"{part}.sql").read_text(encoding="utf-8")
    if part.endswith("postgresql"):
        url = new_database(request, "template0")
        filled = open_database(url)
        with filled.writing() as postgres:
            postgres.exec_driver_sql(script.replace("%", "%%"))
        filled.close()
        return url
    with closing(sqlite3.connect(folder / "news.db")) as connection:
        connection.executescript(script)
    return f"sqlite:///{folder / 'news.db'}"


def copied(url: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a copy of a database that nobody has open."""
    if not url.startswith("sqlite"):
        return new_database(request, make_url(url).database or "")
    shutil.copy(url.removeprefix("sqlite:///"), folder / "news.db")
    return f"sqlite:///{folder / 'news.db'}"


@pytest.fixture
def old_url(empty_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A database of the first part, of each kind. Part 1 knew only SQLite: the other has its schema and its sources."""
    if empty_url.startswith("sqlite"):
        return kept(tmp_path, request, "part-1.sqlite")
    opened = open_database(empty_url)
    upgraded_to(opened, "0001")
    with opened.writing() as connection:
        for name in ("en", "ko", "dead"):
            connection.exec_driver_sql(f"INSERT INTO source (id, url, next_at) VALUES ('{name}', '{name}', now())")
    opened.close()
    return empty_url


def test_a_newer_database_is_refused(database: Database) -> None:
    """An older program never writes into what it does not understand."""
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreSchemaTooNew, match=r"was written by a newer news-monitor \(schema 9999\): install"):
        database.upgrade()


HOLD = """
import sys
from monitor.store.engine.opening import open_database
with open_database(sys.argv[1]).hold_exclusively():
    print("taken", flush=True)
    sys.stdin.readline()
"""


def test_a_database_that_was_made_anew_is_seen(empty_url: str) -> None:
    """By its numbers or its files, once a daemon holds it; and what it was asked to write is not written."""
    database = open_database(empty_url)
    database.upgrade()
    database.require_not_replaced()
    with database.hold_exclusively():
        database.require_not_replaced()
        database.require_not_replaced()
        with database.writing() as connection:
            names = inspect(connection).get_table_names()
        make_anew(database, names)
        with pytest.raises(StoreReplaced, match="start it again, and it uses the database that it then finds") as seen:
            database.require_not_replaced()
        assert database.replaced == str(seen.value)
    database.close()
    fresh = open_database(empty_url)
    with fresh.hold_exclusively():
        assert fresh.upgrade()
        fresh.require_not_replaced()
    fresh.close()


def test_a_log_that_is_not_there_yet_may_come(database: Database) -> None:
    """SQLite makes it when a transaction first reads or writes, and deletes it when the last process ends."""
    with database.hold_exclusively():
        with database.reading():
            pass
        for _ in range(2):
            with database.writing() as connection:
                connection.execute(update(source).values(token=7))
    assert database.replaced is None


def test_a_file_that_cannot_be_looked_at_was_not_replaced(tmp_path: Path) -> None:
    """Its disk fails, or a link was led in a circle: that may pass."""
    file, link = tmp_path / "news.db", tmp_path / "link.db"
    made = at(file)
    made.upgrade()
    made.close()
    link.symlink_to(file)
    database = at(link)
    with database.hold_exclusively():
        with database.writing():
            pass
        link.unlink()
        link.symlink_to(link)
        with pytest.raises(StoreFailed, match=r"^cannot look at .*link\.db: \w") as seen:
            database.require_not_replaced()
        assert not isinstance(seen.value, StoreReplaced)
        link.unlink()
        link.symlink_to(file)
        database.require_not_replaced()
    assert database.replaced is None
    database.close()


def make_anew(database: Database, names: list[str]) -> None:
    """Take away what is in it, as `dropdb` and `createdb` or a deleted file do."""
    if isinstance(database, SqliteDatabase):
        database.path.unlink()
        return
    other = open_database(database.write.url.render_as_string(hide_password=False))
    with other.write.begin() as connection:
        for name in names:
            connection.exec_driver_sql(f'DROP TABLE "{name}" CASCADE')
    other.close()


def test_rows_that_hold_nonsense_are_told_in_one_line(tmp_path: Path) -> None:
    """Another program's, or damaged: no traceback."""
    database = at(tmp_path / "news.db")
    database.upgrade()
    with database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO daemon (owner, version, started_at, seen_at, running) VALUES ('x', '1', 'then', 'then', '{}')"
        )
    with pytest.raises(StoreRefused, match=r"^[^\n]+ has a value that cannot be read [^\n]+$"):
        list_daemons(database)
    with pytest.raises(StoreRefused, match="'then' is not a time"), database.writing() as connection:
        connection.execute(select(daemon.c.seen_at)).all()
    database.close()


def test_a_value_that_is_too_long_for_an_index_is_refused_and_no_outage(request: pytest.FixtureRequest) -> None:
    """Who writes it is told so: it would wait in vain for PostgreSQL to recover, and so would all behind it."""
    database = open_database(new_database(request, "newest"))
    long = "".join(map(chr, range(0x4E00, 0x4E00 + 6_000)))  # no compression makes it short
    with pytest.raises(StoreRefused, match="index row"), database.writing() as connection:
        connection.execute(insert(daemon).values(owner=long, version="1", started_at=NOON, seen_at=NOON, running={}))
    assert list_daemons(database) == []
    database.close()


def test_a_server_that_is_read_only_for_a_while_is_an_outage(request: pytest.FixtureRequest) -> None:
    """As during a failover: what was to be written waits, and no source and no message is blamed."""
    url = new_database(request, "newest")
    database = open_database(f"{url}?options=-c%20default_transaction_read_only%3Don")
    claims = Claims(database, "here:1")
    with pytest.raises(StoreFailed, match="read-only transaction") as raised:
        claims.register_sources(sources("wire"), NOON)
    assert is_database_unusable(raised.value)
    database.close()


def test_an_error_of_who_reads_is_no_error_of_the_database(database: Database) -> None:
    """It ends where errors of ours do, with its traceback."""
    with pytest.raises(ValueError, match=r"^invalid literal"), database.reading() as connection:
        int(connection.execute(select(literal("x"))).scalar_one())


def test_a_second_daemon_is_refused(tmp_path: Path) -> None:
    """It is told which process holds the database; when that one is gone, however it went, the next may have it."""
    database = at(tmp_path / "news.db")
    holder = run(HOLD, f"sqlite:///{tmp_path / 'news.db'}")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "taken\n"
    with (
        pytest.raises(StoreLocked, match=rf"in use by another news-monitor \(process {holder.pid}\)"),
        database.hold_exclusively(),
    ):
        pass
    holder.kill()
    holder.communicate(timeout=PATIENCE)
    with database.hold_exclusively():
        assert (tmp_path / "news.db.lock").read_text() == str(os.getpid())


@pytest.mark.parametrize(
    "content",
    [
        b"this is a letter, not a database" * 100,
        b"SQLite format 3\x00" + b"\xff" * 5000,  # the right beginning, and rubbish
    ],
)
def test_a_file_that_is_no_database_is_told_in_one_line(tmp_path: Path, content: bytes) -> None:
    """It is left as it is, and the line names it."""
    path = tmp_path / "news.db"
    path.write_bytes(content)
    database = at(path)
    with pytest.raises(StoreFailed, match=r"^[^\n]*news\.db: [^\n]+$"):
        database.upgrade()
    database.close()
    assert path.read_bytes() == content


def test_another_programs_database_is_told_in_one_line(tmp_path: Path) -> None:
    """A database that already has a table `article` is not ours."""
    with sqlite3.connect(tmp_path / "news.db") as other:
        other.execute("CREATE TABLE article (id)")
    other.close()
    database = at(tmp_path / "news.db")
    with pytest.raises(StoreFailed, match=r"^[^\n]*news\.db has tables [^\n]+$"):
        database.upgrade()
    database.close()


@pytest.mark.parametrize(
    ("below", "what"),
    [("file/news.db", "file is not a folder"), ("link/news.db", "link is a link that leads nowhere"), ("folder", "")],
)
def test_a_path_that_cannot_be_a_database_is_told_in_one_line(tmp_path: Path, below: str, what: str) -> None:
    """Below what is no folder, or a folder itself: one line, and no traceback."""
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "unmounted")
    database = at(tmp_path / below)
    with pytest.raises(StoreFailed, match=r"^[^\n]+$"):
        database.upgrade()
    if below != "folder":
        with pytest.raises(StoreFailed, match=rf"^[^\n]*{what}; fix it[^\n]*$"), database.hold_exclusively():
            pass
    database.close()


def test_of_a_databases_folders_only_the_last_is_made(tmp_path: Path) -> None:
    """Where more are missing, the path is mistyped, and a new database would hide the one that it meant."""
    database = at(tmp_path / "lbi" / "news" / "monitor" / "news.db")
    for enter in (database.hold_exclusively, database.migrating):
        with pytest.raises(StoreFailed, match=rf"^[^\n]*there is no folder {tmp_path / 'lbi'}; make it, or"), enter():
            pass
    database.close()
    assert list(tmp_path.iterdir()) == []
    made = at(tmp_path / "data" / "news.db")
    made.upgrade()
    made.close()
    assert (tmp_path / "data" / "news.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://user:tr0ub4dor@db/news",
        "sqlite://",  # in memory: lost at the end
        "sqlite:///:memory:",
        "news.db",  # no URL
        "",
    ],
)
def test_other_databases_are_refused_in_one_line(url: str) -> None:
    """What cannot be used is told at once, without its password."""
    with pytest.raises(StoreFailed, match="sqlite:///PATH") as refused:
        open_database(url)
    assert "tr0ub4dor" not in str(refused.value)


def test_reading_never_writes(database: Database) -> None:
    """The engine that answers questions cannot change the answers."""
    with pytest.raises(Exception, match=r"readonly|read-only"), database.reading() as connection:
        connection.execute(update(source).values(token=1))


def test_moments_come_back_in_utc(database: Database) -> None:
    """Whatever zone a moment was given in, it is the same moment, aware, in UTC."""
    seoul = NOON.astimezone(timezone(timedelta(hours=9)))
    with database.writing() as connection:
        connection.execute(source.insert().values(id="s", url="u", next_at=seoul))
    with database.reading() as connection:
        found: datetime = connection.execute(select(source.c.next_at)).scalar_one()
    assert found == NOON
    assert found.utcoffset() == timedelta(0)


def test_the_names_of_the_migrations_say_what_alembic_says() -> None:
    """So that Alembic need not be loaded to know that there is nothing to migrate."""
    scripts = ScriptDirectory.from_config(alembic_config())
    assert list_revisions() == [script.revision for script in reversed([*scripts.walk_revisions()])]
