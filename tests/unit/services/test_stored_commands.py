"""The commands on a database, called as a console would call them: no command line, no output, values in and out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import DeliveryState, Retention
from monitor.services.commands.articles import ErasureResult, erase_articles, plan_erasure
from monitor.services.commands.db import PruneCounts, prune_database
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.queries.reports import ReportQueries
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import OPERATOR_STATES, Outbox
from tests.support.building import HOUR, MINUTE, NOON, article, claimed, commit, config_of, notice, rule, sources

LATER = NOON + MINUTE


@pytest.fixture
def claims(database: Database) -> Claims:
    """The claims of a daemon that has polled one of two sources, and sent an alert of its only article to the desk."""
    claims = Claims(database, "here:1")
    claims.register_sources(sources("wire", "post"), NOON)
    commit(SerialSection(database), claimed(claims), article(url="https://x.test/1"))
    return claims


def test_deliveries_are_moved_to_another_channel(database: Database) -> None:
    """An alert that the other channel has already is not sent there twice; what was accepted is left alone."""
    desk = Outbox(database, "here:1")
    with SerialSection(database).enter(NOON) as section:
        first = notice(channels=("old", "phone"))
        section.write_notices([first, replace(first, id="n2", dedup_key="notice 2", channels=("old",))], [])
    both, alone = desk.ids(OPERATOR_STATES, "old")
    assert all(state in OPERATOR_STATES for state in desk.move([both, alone], "phone", LATER).values())
    claimed_now = (desk.claim("phone", LATER, HOUR) for _ in range(2))
    assert {sent.alert.id for sent in claimed_now if sent} == {"n1", "n2"}
    assert desk.claim("phone", LATER, HOUR) is None
    states = {each.id: (each.state, each.detail) for each in ReportQueries(database).deliveries([], 9)}
    assert states[both] == (DeliveryState.DISCARDED, f"phone has it: delivery {both + 1}")
    assert states[alone][0] == DeliveryState.SENDING
    assert desk.move([alone], "phone", LATER) == {alone: DeliveryState.SENDING}


def test_a_delivery_that_was_given_up_on_the_other_channel_is_sent_there(database: Database) -> None:
    """To have it once more is what the operator wants; a delivery that is discarded is no reason to discard both."""
    with SerialSection(database).enter(NOON) as section:
        section.write_notices([notice(channels=("old", "phone"))], [])
    desk = Outbox(database, "operator")
    old, phone = desk.ids([DeliveryState.PENDING])
    desk.discard([phone], NOON)
    desk.move([old], "phone", LATER)
    states = {each.id: (each.state, each.detail) for each in ReportQueries(database).deliveries([], 9)}
    assert states[phone][0] == DeliveryState.PENDING
    assert states[old] == (DeliveryState.DISCARDED, f"phone has it: delivery {phone}")


@pytest.mark.usefixtures("claims")
def test_an_erasure_is_previewed_and_then_done(database: Database) -> None:
    """A source that is erased and still in the config goes on being polled: the caller can say so."""
    config = config_of(rule())
    plan = plan_erasure(database, config, "wire")
    assert (plan.is_source, len(plan.articles), plan.alerts, plan.unsent) == (True, 1, 1, 1)
    assert erase_articles(database, config, plan, NOON) == ErasureResult(1, is_still_polled=True)
    assert not plan_erasure(database, config, "https://x.test/1").articles


@pytest.mark.usefixtures("claims")
def test_pruning_counts_first_and_then_deletes(database: Database) -> None:
    """What is still to be delivered stays."""
    retention, later = Retention(), NOON + timedelta(days=5_000)
    assert prune_database(database, retention, later, dry_run=True).articles == 0
    desk = Outbox(database, "operator")
    desk.discard(desk.ids(OPERATOR_STATES, "desk"), NOON)
    expected = PruneCounts(articles=1, alerts=1, fetches=1, known=0)
    assert prune_database(database, retention, later, dry_run=True) == expected
    assert prune_database(database, retention, later) == expected
    assert prune_database(database, retention, later).articles == 0
