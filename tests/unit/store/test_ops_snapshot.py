"""What the operator may have to be told of, as it stands in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert, select

from monitor.alerting.retry import RetryVerdict
from monitor.decide import Decision
from monitor.model import (
    Channel,
    DeadAlerts,
    DeliveryState,
    FailingSource,
    FetchOutcome,
    NoticeState,
    OncePer,
    OpsObservation,
    Receipt,
    ReceiptKind,
    RunningVersion,
    SourceTrouble,
    StalledChannel,
    TroubleKind,
)
from monitor.state import State
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.channel_addresses import record_channel_addresses
from monitor.store.engine.database import Database
from monitor.store.engine.tables import channel_address, daemon
from monitor.store.queries.ops_snapshot import load_ops_facts
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from tests.support.building import (
    HOUR,
    MINUTE,
    NOON,
    article,
    claimed,
    commit,
    notice,
    polled,
    rule,
    rules,
    sources,
    to_desk,
)

BUSY = Receipt(ReceiptKind.TRY_LATER, "the server answered 503")


def seen(database: Database, now: datetime = NOON) -> OpsObservation:
    with database.reading() as connection:
        return load_ops_facts(connection, now)


def told(database: Database, *subjects: str) -> None:
    """The operator was told of these, at noon."""
    with SerialSection(database).enter(NOON) as inside:
        inside.write_notices([], [NoticeState(subject, NOON, NOON) for subject in subjects])


def poll(database: Database, outcome: FetchOutcome, at: datetime) -> None:
    claims = Claims(database, "here:1:aa")
    claims.register_sources(sources("wire", "post"), NOON)
    claim = claimed(claims, at=at)
    with SerialSection(database).enter(at) as inside:
        assert inside.commit(polled(claim, at, outcome=outcome), Decision((), State()), to_desk)


def alerted(database: Database, *uids: str) -> None:
    """An alert for each of these, on the desk, at noon."""
    claims = Claims(database, "here:1:aa")
    claims.register_sources(sources("wire"), NOON)
    commit(
        SerialSection(database),
        claimed(claims),
        *(article(uid) for uid in uids),
        ruleset=rules(rule(once_per=OncePer.ARTICLE)),
    )


def tried(database: Database, channel: str, at: datetime, state: DeliveryState) -> None:
    outbox = Outbox(database, "here:1:aa")
    sent = outbox.claim(channel, at, MINUTE)
    assert sent is not None
    outbox.settle(sent, BUSY, RetryVerdict(state, at + 100 * HOUR), at)


def test_an_empty_database_has_nothing_to_tell(database: Database) -> None:
    """No source, no channel, no daemon."""
    assert seen(database) == OpsObservation()


def test_a_source_that_fails_is_seen_from_its_first_failure_on(database: Database) -> None:
    """One that works is not; of one that the operator was told of, the last good poll."""
    poll(database, FetchOutcome.DOCUMENT, NOON)
    assert seen(database) == OpsObservation()
    for minutes in (10, 20):
        poll(database, FetchOutcome.FAILED, NOON + minutes * MINUTE)
    assert seen(database).failing_sources == (FailingSource("wire", NOON + 10 * MINUTE, NOON + 25 * MINUTE, None),)
    told(database, "source wire", "channel wire")
    poll(database, FetchOutcome.DOCUMENT, NOON + HOUR)
    after = seen(database)
    assert (after.failing_sources, after.last_well_at) == ((), {"source wire": NOON + HOUR})


def test_a_channel_is_seen_by_what_waits_for_it(database: Database) -> None:
    """How many, since when, and what it answered; of one that the operator was told of, the last acceptance."""
    alerted(database, "a", "b", "c")
    assert seen(database).stalled_channels == (StalledChannel("desk", NOON, 3, None, None, NOON),)
    tried(database, "desk", NOON + MINUTE, DeliveryState.RETRY)
    assert seen(database).stalled_channels == (StalledChannel("desk", NOON, 3, BUSY.detail, NOON + MINUTE, NOON),)
    told(database, "channel desk", "channel other", "source desk")
    assert seen(database).last_well_at == {}
    for minutes in (2, 3):
        tried(database, "desk", NOON + minutes * MINUTE, DeliveryState.ACCEPTED)
        assert seen(database).last_well_at == {"channel desk": NOON + minutes * MINUTE}


def test_an_attempt_that_a_dead_daemon_began_keeps_its_start(database: Database) -> None:
    """The start of the next daemon ends it; that says nothing about the channel."""
    alerted(database, "a")
    outbox = Outbox(database, "here:1:aa")
    assert outbox.claim("desk", NOON, MINUTE) is not None
    assert [channel.tried_at for channel in seen(database).stalled_channels] == [None]
    assert outbox.release_all(NOON + HOUR) == 1
    assert [channel.tried_at for channel in seen(database).stalled_channels] == [NOON]


def test_alerts_that_were_given_up_are_counted_and_notices_are_not(database: Database) -> None:
    """A notice that cannot be told must not be the reason of another one."""
    alerted(database, "a", "b")
    with SerialSection(database).enter(NOON) as inside:
        assert len(inside.write_notices([notice(channels=("desk", "phone"))], [])) == 1
    for minutes in (1, 2, 3):
        tried(database, "desk", NOON + minutes * MINUTE, DeliveryState.DEAD)
    tried(database, "phone", NOON + 4 * MINUTE, DeliveryState.DEAD)
    assert seen(database).dead_alerts == (DeadAlerts("desk", 2, NOON + 2 * MINUTE),)


def test_a_notice_that_waits_is_a_message_that_waits(database: Database) -> None:
    """A channel that only the operator uses can fail too."""
    with SerialSection(database).enter(NOON) as inside:
        inside.write_notices([notice(channels=("phone",))], [])
    assert seen(database).stalled_channels == (StalledChannel("phone", NOON, 1, None),)


def test_what_runs_is_what_the_living_daemons_say(database: Database) -> None:
    """Not one that has stopped, nor one that was not seen lately."""
    rows: list[dict[str, object]] = []
    for owner, at, stopped in (("alive", NOON, None), ("gone", NOON - HOUR, None), ("ended", NOON, NOON)):
        running = RunningVersion(at, len(rows), 1, edited_at=NOON - MINUTE, faults=("x",))
        row = {"owner": owner, "version": "1", "started_at": at, "seen_at": at, "stopped_at": stopped}
        rows.append({**row, "running": running.to_row()})
    with database.writing() as connection:
        connection.execute(insert(daemon), rows)
    assert [each.rules for each in seen(database).running] == [0]


def test_the_troubles_of_sources_are_seen_and_when_they_were_over(database: Database) -> None:
    """Those that are over too: a gap is over before anybody looks. Of what the operator was told, when it was over."""
    claims = Claims(database, "here:1:aa")
    claims.register_sources(sources("wire"), NOON)
    gap = SourceTrouble("wire", TroubleKind.GAP, NOON - MINUTE, NOON, "all new")
    silent = SourceTrouble("wire", TroubleKind.SILENT, NOON, NOON, "nothing new")
    later = NOON + MINUTE
    for at, left in ((NOON, {"opened_troubles": (gap, silent)}), (later, {"closed_troubles": (gap.kind, silent.kind)})):
        traces = replace(polled(claimed(claims, at=at), at), **left)
        with SerialSection(database).enter(at) as inside:
            assert inside.commit(traces, Decision((), State()), to_desk)
        if at == NOON:
            assert seen(database).source_troubles == (gap, silent)
            told(database, "silent wire")
            assert seen(database).last_well_at == {}
    after = seen(database)
    assert after.source_troubles == (replace(gap, over_at=later), replace(silent, over_at=later))
    assert after.last_well_at == {"silent wire": later}
    much_later = seen(database, NOON + 99 * HOUR)
    assert (much_later.source_troubles, much_later.last_well_at) == ((), {"silent wire": later})


def test_the_addresses_of_channels_are_kept_without_their_secrets(database: Database) -> None:
    """Those of the config replace those of the same name; those of a removed channel stay."""
    first = [Channel("desk", "ntfys://token@ntfy.test/topic"), Channel("mail", "mailto://a:pass@x.test")]
    record_channel_addresses(database, first)
    moved = Channel("desk", "json://x.test")
    record_channel_addresses(database, [moved])
    assert seen(database).channel_addresses == {"desk": moved.address, "mail": first[1].address}
    with database.reading() as connection:
        stored = {(row.kind, row.checksum) for row in connection.execute(select(channel_address))}
    assert {kind for kind, _ in stored} == {"json", "mailto"}
    assert all(0 <= checksum < 256 for _, checksum in stored)
