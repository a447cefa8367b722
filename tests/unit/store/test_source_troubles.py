"""What was learnt of sources, and their troubles, as polls leave them in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from monitor.decide import Decision
from monitor.model import (
    FetchOutcome,
    FetchResult,
    Retention,
    SourceStats,
    SourceTrouble,
    TroubleKind,
    Validators,
)
from monitor.state import State
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine import tables
from monitor.store.engine.database import Database
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.store.queries.sources import load_source_reports
from monitor.store.queues.claims import Claims
from tests.support.building import HOUR, MINUTE, NOON, claimed, polled, source, sources, to_desk

GAP, SILENT = TroubleKind.GAP, TroubleKind.SILENT
LEARNT = SourceStats(since=NOON, last_new_at=NOON, rate=2.5, entries=30, overlap=0.9, troubled=frozenset({GAP}))


@pytest.fixture
def claims(database: Database) -> Claims:
    """The claims of a process that knows two sources."""
    made = Claims(database, "here:1")
    made.register_sources(sources("wire", "post"), NOON)
    return made


def trouble(
    kind: TroubleKind = GAP, at: datetime = NOON, *, detail: str = "all new", over_at: datetime | None = None
) -> SourceTrouble:
    """Of the wire, with a window of five minutes."""
    return SourceTrouble("wire", kind, at - 5 * MINUTE, at, detail, over_at)


def poll(database: Database, claims: Claims, at: datetime = NOON, **left: Any) -> None:
    """A poll of the wire that left this."""
    traces = replace(polled(claimed(claims, at=at), at), **left)
    with SerialSection(database).enter(at) as inside:
        assert inside.commit(traces, Decision((), State()), to_desk)


def kept(database: Database) -> tuple[SourceTrouble, ...]:
    return load_source_reports(database)["wire"].troubles


def test_what_was_learnt_comes_with_the_next_claim(database: Database, claims: Claims) -> None:
    """So do the time of the last good poll, and the digest of the document."""
    validators = Validators('"e"', "now", "abc")
    answer = FetchResult(FetchOutcome.DOCUMENT, "u", 200, validators=validators)
    poll(database, claims, stats=LEARNT, fetched=answer)
    claim = claimed(claims, at=NOON + HOUR)
    assert (claim.stats, claim.last_ok, claim.validators) == (LEARNT, NOON, validators)
    assert load_source_reports(database)["wire"].overlap == 0.9
    other = claimed(claims, "post")
    assert (other.stats, other.last_ok, other.validators.body) == (SourceStats(), None, None)


def test_a_failed_poll_keeps_what_was_learnt(database: Database, claims: Claims) -> None:
    """Whatever it taught itself is added."""
    poll(database, claims, stats=LEARNT)
    failed = FetchResult(FetchOutcome.FAILED, "u", 429)
    poll(database, claims, NOON + HOUR, fetched=failed, failures=1, stats=replace(LEARNT, eased=4.0))
    claim = claimed(claims, at=NOON + 2 * HOUR)
    assert (claim.stats, claim.last_ok) == (replace(LEARNT, eased=4.0), NOON)
    assert claim.validators.etag == '"e"'


def test_another_address_is_learnt_anew(database: Database, claims: Claims) -> None:
    """And what was wrong at the old one is over."""
    document = FetchResult(FetchOutcome.DOCUMENT, "u", 200, validators=Validators(body="abc"))
    poll(database, claims, stats=LEARNT, opened_troubles=(trouble(), trouble(SILENT)), fetched=document)
    claims.register_sources({"wire": replace(source(), url="https://elsewhere.test/feed")}, NOON + HOUR)
    claim = claimed(claims, at=NOON + HOUR)
    assert (claim.stats, claim.validators.body) == (SourceStats(), None)
    assert {each.over_at for each in kept(database)} == {NOON + HOUR}


def test_a_source_that_may_wait_longer_is_let_wait(database: Database, claims: Claims) -> None:
    """One that is asked less while it is silent, or while it refuses us, is not asked at every start of ours."""

    def planned(**bounds: Any) -> datetime:
        claims.register_sources({"wire": replace(source(), **bounds)}, NOON)
        next_at = load_source_reports(database)["wire"].next_at
        assert next_at is not None
        return next_at

    poll(database, claims, stats=SourceStats(eased=4.0), next_at=NOON + 20 * MINUTE)
    assert planned() == NOON + 20 * MINUTE
    poll(database, claims, stats=SourceStats(), next_at=NOON + HOUR)
    assert planned(slowest=HOUR) == NOON + HOUR
    poll(database, claims, stats=SourceStats(), next_at=NOON + 20 * HOUR)
    assert planned(cron="0 8 * * *") == NOON + 20 * HOUR
    assert planned(cron="0 13 * * *") == NOON + HOUR
    assert planned() <= NOON + 5 * MINUTE


def test_a_trouble_that_lasts_keeps_its_beginning(database: Database, claims: Claims) -> None:
    """What is said of it is of its last time; over, it is kept, and begins anew when it comes again."""
    later = NOON + HOUR
    poll(database, claims, opened_troubles=(trouble(),))
    poll(database, claims, later, opened_troubles=(trouble(at=later, detail="again"), trouble(SILENT, later)))
    first = replace(trouble(at=later, detail="again"), since=NOON - 5 * MINUTE)
    assert kept(database) == (first, trouble(SILENT, later))
    poll(database, claims, later + MINUTE, closed_troubles=(GAP,))
    assert kept(database) == (replace(first, over_at=later + MINUTE), trouble(SILENT, later))
    poll(database, claims, later + 2 * MINUTE, closed_troubles=(GAP,))  # it was over already
    assert kept(database)[0].over_at == later + MINUTE
    poll(database, claims, later + HOUR, opened_troubles=(trouble(at=later + HOUR),))
    assert kept(database) == (trouble(SILENT, later), trouble(at=later + HOUR))


def test_a_poll_that_was_taken_over_leaves_no_trouble(database: Database, claims: Claims) -> None:
    """It is fenced off as all that it brings."""
    old = claimed(claims)
    claimed(claims, at=NOON + HOUR)
    with SerialSection(database).enter(NOON + HOUR) as inside:
        left = replace(polled(old), opened_troubles=(trouble(),), stats=LEARNT)
        assert not inside.commit(left, Decision((), State()), to_desk)
    assert kept(database) == ()


def test_troubles_that_are_over_go_with_the_evidence_of_fetches(database: Database, claims: Claims) -> None:
    """What lasts stays, however old it is."""
    poll(database, claims, opened_troubles=(trouble(), trouble(SILENT)))
    poll(database, claims, NOON + HOUR, closed_troubles=(GAP,))
    days = timedelta(days=1)
    pruning = ArchivePruner(database, Retention(articles=90 * days, alerts=730 * days, fetches=14 * days))

    def left(now: datetime) -> list[TroubleKind]:
        list(pruning.prune_slices(now))
        return [each.kind for each in kept(database)]

    assert left(NOON + 14 * days) == [GAP, SILENT]
    assert left(NOON + 14 * days + 2 * HOUR) == [SILENT]


def test_kinds_of_another_version_are_left_alone(database: Database, claims: Claims) -> None:
    """A database that a later version has written can be read."""
    poll(database, claims, opened_troubles=(trouble(), trouble(SILENT)), stats=LEARNT)
    with database.writing() as connection:
        connection.execute(update(tables.trouble).where(tables.trouble.c.kind == GAP).values(kind="haunted"))
        connection.execute(update(tables.source).values(habits={"of": "another version"}))
    assert [each.kind for each in kept(database)] == [SILENT]
    assert claimed(claims, at=NOON + HOUR).stats == SourceStats()
    with database.reading() as connection:
        assert len(connection.execute(select(tables.trouble)).all()) == 2
