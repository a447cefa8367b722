"""What the daemon says of itself, what of it is a problem, and that it tells the database that it lives."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete

from monitor.alerting.retry import RetryVerdict
from monitor.daemon.health import PATIENCE, SLOW, DaemonHealth, Grade, HealthCheck
from monitor.daemon.progress import LastRun, WorkKind
from monitor.decide import Decision
from monitor.errors import StoreReplaced
from monitor.model import DeliveryState, FetchOutcome, Receipt, ReceiptKind, RunningVersion
from monitor.state import State
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.daemons import DaemonRecord, list_daemons
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.engine.tables import daemon
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from monitor.telemetry.metrics import Metrics
from tests.support.building import HOUR, MINUTE, NOON, article, claimed, commit, polled, sources, to_desk

SECOND = timedelta(seconds=1)
WAITED = PATIENCE.total_seconds()
OWNER = "desk:17:aa"
MORNING = NOON.replace(hour=9)


@dataclass
class Watched:
    """A daemon's health, and what it is made from. Its clocks stand at noon and at 1000 s."""

    database: Database
    last_run: LastRun
    thread: StoreThread
    metrics: Metrics = field(default_factory=Metrics)
    runs: RunningVersion = field(default_factory=lambda: RunningVersion(MORNING, rules=3, sources=2))
    names: tuple[str, ...] = ("wire", "post")

    def __post_init__(self) -> None:
        self.health = DaemonHealth(
            self.database,
            DaemonRecord(self.database, OWNER),
            thread=self.thread,
            last_run=self.last_run,
            metrics=self.metrics,
            running=lambda: self.runs,
            sources=lambda: self.names,
            zone=ZoneInfo("Europe/Berlin"),
        )

    def all(self, now: datetime = NOON, monotonic: float = 1000) -> dict[str, HealthCheck]:
        return {check.name: check for check in self.health.checks(now, monotonic)}

    def poll(self, name: str, at: datetime, outcome: FetchOutcome = FetchOutcome.DOCUMENT) -> None:
        claim = claimed(Claims(self.database, OWNER), name, at)
        with SerialSection(self.database).enter(at) as inside:
            assert inside.commit(polled(claim, at, outcome=outcome), Decision((), State()), to_desk)


def problem(checks: dict[str, HealthCheck]) -> dict[str, str]:
    """What the checks say that are not well; each of them must be a problem."""
    bad = {name: check for name, check in checks.items() if check.grade is not Grade.OK}
    assert {check.grade for check in bad.values()} <= {Grade.PROBLEM}
    return {name: check.message for name, check in bad.items()}


@pytest.fixture
def watched(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """A daemon that knows two sources and has polled neither."""
    Claims(database, OWNER).register_sources(sources("wire", "post"), MORNING)
    thread = StoreThread()
    monkeypatch.setattr("monitor.clock.monotonic", lambda: 1000.0)
    yield Watched(database, LastRun(1000), thread)
    thread.close()


async def test_the_heartbeat_tells_what_runs_and_when_it_turned(watched: Watched) -> None:
    """From the first one on it is known."""
    await watched.health.write_heartbeat()
    (seen,) = list_daemons(watched.database)
    assert (seen.owner, seen.running) == (OWNER, watched.runs)
    watched.last_run.record_run(WorkKind.TICK, 995)
    watched.last_run.record_run(WorkKind.DELIVERY, 935)
    watched.runs = RunningVersion(NOON, rules=4, sources=2)
    await watched.health.write_heartbeat()
    (seen,) = list_daemons(watched.database)
    assert seen.running.rules == 4
    assert seen.ticked_at == seen.seen_at - 5 * SECOND
    assert seen.delivered_at == seen.seen_at - 65 * SECOND


async def test_all_is_well(watched: Watched) -> None:
    """Each check says what it saw, in the zone of the settings."""
    watched.poll("wire", MORNING)
    watched.poll("post", NOON)
    await watched.health.write_heartbeat()
    watched.last_run.record_run(WorkKind.TICK, 998)
    watched.last_run.record_run(WorkKind.DELIVERY, 999)
    found = watched.all()
    assert {check.grade for check in found.values()} == {Grade.OK}
    assert found["database"].message.startswith("the database took the last heartbeat 0 s ago, within 0.")
    assert {name: check.message for name, check in found.items() if name != "database"} == {
        "tick": "the last tick was 2 s ago",
        "delivery": "the last run was 1 s ago",
        "outbox": "nothing waits",
        "sources": "the least recent good poll was at 10:00",
        "files": "running the version of 10:00",
    }


@pytest.mark.parametrize(
    ("still", "problems"),
    [
        (set(), {}),
        # the loop or a lock of ours
        ({WorkKind.TICK}, {"tick": "the last tick was 31 s ago"}),
        ({WorkKind.DELIVERY}, {"delivery": "the last run was 31 s ago"}),
        # all that waits for the database stands still with it
        (
            {WorkKind.TICK, WorkKind.DELIVERY},
            {"tick": "the last tick was 31 s ago", "delivery": "the last run was 31 s ago"},
        ),
    ],
)
def test_a_clockwork_that_stands_still_is_a_problem(
    watched: Watched, still: set[WorkKind], problems: dict[str, str]
) -> None:
    """After 30 s, and not before; it is told from memory, and by its name."""
    assert problem(watched.all(monotonic=1000 + WAITED)) == {}
    for work in set(WorkKind) - still:
        watched.last_run.record_run(work, 1001 + WAITED)
    found = watched.all(monotonic=1001 + WAITED)
    del found["database"]
    assert problem(found) == problems


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (set(), "has not answered"),  # the call itself hangs
        ({WorkKind.CALL}, "has refused everything"),  # a server that is down, say
        (
            {WorkKind.CALL, WorkKind.DATABASE},
            "can be read, and has accepted no write",
        ),  # locked by somebody, or its disk is full
    ],
)
def test_a_database_that_takes_nothing_is_a_problem(watched: Watched, done: set[WorkKind], said: str) -> None:
    """After 30 s without a heartbeat; what it still does is said."""
    for work in (WorkKind.TICK, WorkKind.DELIVERY, *done):
        watched.last_run.record_run(work, 1001 + WAITED)
    assert problem(watched.all(monotonic=1000 + WAITED)) == {}
    assert problem(watched.all(monotonic=1001 + WAITED)) == {"database": f"the database {said} for 31 s; see the log"}


def test_a_database_that_was_replaced_is_a_problem_at_once(watched: Watched) -> None:
    """While the daemon ends, whoever asks is told why."""
    watched.database.replaced = "news.db was deleted"
    assert problem(watched.all()) == {"database": "news.db was deleted"}


async def test_a_database_that_was_overwritten_is_a_problem_at_once(watched: Watched, tmp_path: Path) -> None:
    """It does not know us any more: a SQLite file has another's content. Those who share a database may have forgotten
    who slept for long; it is known again."""
    database = watched.database
    if not database.shared:
        database.backup(tmp_path / "backup.db")
    await watched.health.write_heartbeat()
    await watched.health.write_heartbeat()
    if database.shared:
        with database.writing() as connection:
            connection.execute(delete(daemon))
        await watched.health.write_heartbeat()
        assert [each.owner for each in list_daemons(database)] == [OWNER]
        return
    with closing(sqlite3.connect(tmp_path / "backup.db")) as backup, closing(sqlite3.connect(database.name)) as other:
        backup.backup(other)
    with pytest.raises(StoreReplaced, match="was overwritten with another database while it was in use"):
        await watched.health.write_heartbeat()
    assert "was overwritten" in problem(watched.all())["database"]
    assert list_daemons(database) == []


async def test_a_database_that_is_slow_is_a_warning(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the heartbeat took, its waiting for others included, is said."""
    moments = iter((1000.0, 1000.0 + SLOW.total_seconds() + 1))
    with monkeypatch.context() as patched:
        patched.setattr("monitor.daemon.health.clock.monotonic", lambda: next(moments))
        await watched.health.write_heartbeat()
    said = "the database took the last heartbeat 2 s ago, within 6.000 s"
    assert watched.all(monotonic=1008)["database"] == HealthCheck("database", Grade.WARNING, said)


async def test_sources_that_fail_are_a_warning(watched: Watched) -> None:
    """How many, since when, and how many were not polled yet; the log, `status` and notices name them."""
    assert watched.all()["sources"] == HealthCheck("sources", Grade.OK, "nothing is known of them yet")
    watched.names = ("wire", "post", "new")
    watched.poll("wire", MORNING)
    watched.poll("wire", MORNING + MINUTE, FetchOutcome.FAILED)
    watched.poll("post", MORNING - 24 * HOUR, FetchOutcome.FAILED)
    await watched.health.write_heartbeat()
    said = (
        "2 of 3 sources fail; the oldest since 4 Jan, 10:00; 1 not polled yet; the least recent good poll was at 10:00"
    )
    assert watched.all()["sources"] == HealthCheck("sources", Grade.WARNING, said)


async def test_that_no_poll_goes_well_is_a_problem(watched: Watched) -> None:
    """From the third failure on, and after a minute: with one source as with many; until one is polled well."""
    watched.names = ("wire",)
    watched.poll("wire", NOON)
    for second in (10, 20):
        watched.poll("wire", NOON + second * SECOND, FetchOutcome.FAILED)
    await watched.health.write_heartbeat()
    assert watched.all(NOON + HOUR)["sources"].grade is Grade.WARNING
    watched.poll("wire", NOON + 30 * SECOND, FetchOutcome.FAILED)
    await watched.health.write_heartbeat()
    assert watched.all(NOON + 69 * SECOND)["sources"].grade is Grade.WARNING
    found = watched.all(NOON + 70 * SECOND)["sources"]
    said = "no poll has gone well since 13:00: 3 polls of the source failed (); is this machine's network up?"
    assert found == HealthCheck("sources", Grade.PROBLEM, said)
    watched.names = ("wire", "post")
    watched.poll("post", NOON + MINUTE)
    await watched.health.write_heartbeat()
    assert watched.all(NOON + HOUR)["sources"].grade is Grade.WARNING


async def test_one_source_that_is_down_beside_one_that_is_seldom_polled_is_no_problem(watched: Watched) -> None:
    """It says nothing of the others; that both fail does."""
    watched.names = ("wire", "post")
    for name in watched.names:
        watched.poll(name, NOON)
    for minute in range(1, 60):
        watched.poll("wire", NOON + minute * MINUTE, FetchOutcome.FAILED)
    await watched.health.write_heartbeat()
    assert watched.all(NOON + HOUR)["sources"].grade is Grade.WARNING
    watched.poll("post", NOON + HOUR, FetchOutcome.FAILED)
    await watched.health.write_heartbeat()
    assert watched.all(NOON + HOUR + MINUTE)["sources"].grade is Grade.PROBLEM


async def test_a_channel_whose_oldest_alert_waits_is_a_problem(watched: Watched) -> None:
    """From the 15 minutes on after which a notice tells of it too."""
    commit(SerialSection(watched.database), claimed(Claims(watched.database, OWNER), "wire", NOON), article(), at=NOON)
    await watched.health.write_heartbeat()
    assert watched.all(NOON + 15 * MINUTE)["outbox"] == HealthCheck("outbox", Grade.OK, "deliveries waiting: 1")
    late = watched.all(NOON + 15 * MINUTE + SECOND)["outbox"]
    assert late == HealthCheck("outbox", Grade.PROBLEM, "channel desk: its oldest alert waits since 13:00")
    Outbox(watched.database, OWNER).discard([1], NOON)
    await watched.health.write_heartbeat()
    assert watched.all(NOON + HOUR)["outbox"].grade is Grade.OK


async def test_what_is_dead_is_a_problem_until_it_is_decided(watched: Watched) -> None:
    """It says of which channel, since when and what to do, and is counted; sent again or discarded it is none."""
    commit(SerialSection(watched.database), claimed(Claims(watched.database, OWNER), "wire", NOON), article(), at=NOON)
    outbox = Outbox(watched.database, OWNER)
    for decide in (outbox.retry, outbox.discard):
        sent = outbox.claim("desk", NOON, MINUTE)
        assert sent is not None
        outbox.settle(sent, Receipt(ReceiptKind.REFUSED, "no"), RetryVerdict(DeliveryState.DEAD), NOON)
        await watched.health.write_heartbeat()
        found = watched.all(NOON + MINUTE)["outbox"]
        assert found.grade is Grade.PROBLEM
        assert found.message.startswith(
            "channel desk: 1 delivery is dead since 13:00 (no); repair the channel: the next "
        )
        watched.health.render_metrics([], NOON)
        assert watched.metrics.registry.get_sample_value("news_monitor_outbox_dead") == 1
        decide([sent.id], NOON)
        await watched.health.write_heartbeat()
        assert watched.all(NOON + MINUTE)["outbox"].grade is Grade.OK
        watched.health.render_metrics([], NOON)
        assert watched.metrics.registry.get_sample_value("news_monitor_outbox_dead") == 0


def test_an_edit_with_faults_is_a_warning(watched: Watched) -> None:
    """What runs is good, and the user believes that it is something else."""
    watched.runs = RunningVersion(MORNING, 3, 2, edited_at=NOON, faults=("a.yaml:1:1: what", "a.yaml:2:1: what"))
    said = "running the version of 10:00; your edit of 13:00 has 2 faults"
    assert watched.all()["files"] == HealthCheck("files", Grade.WARNING, said)


async def test_metrics_of_the_moment_are_taken_when_they_are_asked_for(watched: Watched) -> None:
    """Ages grow while the database hangs; each source has its last good poll, and one that has left has none."""
    watched.poll("wire", MORNING)
    watched.poll("post", MORNING, FetchOutcome.FAILED)
    commit(SerialSection(watched.database), claimed(Claims(watched.database, OWNER), "wire", NOON), article(), at=NOON)
    await watched.health.write_heartbeat()
    watched.runs = RunningVersion(MORNING, 3, 2, edited_at=NOON, faults=("a.yaml:1:1: what",))

    def value(name: str, **labels: str) -> float | None:
        return watched.metrics.registry.get_sample_value(name, labels)

    exposed = watched.health.render_metrics(watched.health.checks(NOON + HOUR, 1000), NOON + HOUR)
    assert b'news_monitor_source_last_success_timestamp_seconds{source="post"} 0.0' in exposed
    assert value("news_monitor_source_last_success_timestamp_seconds", source="wire") == NOON.timestamp()
    assert (
        value("news_monitor_sources"),
        value("news_monitor_sources_failing"),
        value("news_monitor_sources_unverified"),
    ) == (
        2,
        1,
        0,
    )
    assert (value("news_monitor_outbox_waiting"), value("news_monitor_outbox_oldest_seconds")) == (1, 3600)
    assert (value("news_monitor_check", check="outbox"), value("news_monitor_check", check="files")) == (2, 1)
    assert (value("news_monitor_config_faults"), value("news_monitor_check", check="tick")) == (1, 0)
    watched.names = ("post",)
    await watched.health.write_heartbeat()
    watched.health.render_metrics([], NOON + HOUR)
    assert value("news_monitor_source_last_success_timestamp_seconds", source="wire") is None
