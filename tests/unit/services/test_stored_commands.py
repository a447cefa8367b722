"""The commands on a database, called as a console would call them: no command line, no output, values in and out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from monitor.errors import InvalidRequest
from monitor.model import Channel, DeliveryState, Retention, RouteStep, Settings
from monitor.services.commands.articles import ErasureResult, erase_articles, plan_erasure
from monitor.services.commands.db import PruneCounts, prune_database
from monitor.services.commands.outbox import (
    DeliveryChange,
    DeliverySelection,
    discard_deliveries,
    move_deliveries,
    retry_deliveries,
)
from monitor.services.commands.sources import retry_sources
from monitor.services.commands.stories import merge_stories, split_story
from monitor.services.queries.outbox import list_deliveries
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine import tables
from monitor.store.engine.database import Database
from monitor.store.queries.stories import StoryQueries
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from tests.building import HOUR, MINUTE, NOON, article, claimed, commit, config_of, notice, rule, sources
from tests.outbreaks import THAILAND, VIETNAM, Desk, story_of

SETTINGS = Settings("UTC", "", {}, {"default": ()})
PHONE = Settings("UTC", "", {"phone": Channel("phone", "json://127.0.0.1")}, {"default": (RouteStep("phone"),)})


@pytest.fixture
def claims(database: Database) -> Claims:
    """The claims of a daemon that has polled one of two sources, and sent an alert of its only article to the desk."""
    claims = Claims(database, "here:1")
    claims.register_sources(sources("wire", "post"), NOON)
    commit(SerialSection(database), claimed(claims), article(url="https://x.test/1"))
    return claims


@pytest.mark.usefixtures("claims")
def test_deliveries_are_retried_and_discarded(database: Database) -> None:
    """Each is returned once, with the state in which it was found; what was discarded stays so."""
    (id_,) = Outbox(database, "here:1").ids([DeliveryState.PENDING])
    desk = DeliverySelection(channel="desk")
    assert retry_deliveries(database, SETTINGS, desk, NOON) == [DeliveryChange(id_, DeliveryState.PENDING)]
    named = DeliverySelection([id_, id_, 99])
    first, unknown = discard_deliveries(database, SETTINGS, named, NOON)
    assert (first.is_changed, unknown) == (True, DeliveryChange(99, None))
    (again,) = retry_deliveries(database, SETTINGS, DeliverySelection([id_]), NOON)
    assert (again.found, again.is_changed) == (DeliveryState.DISCARDED, False)
    assert retry_deliveries(database, SETTINGS, desk, NOON) == []


def test_deliveries_are_moved_to_another_channel(database: Database) -> None:
    """An alert that the other channel has already is not sent there twice; what was accepted is left alone."""
    desk = Outbox(database, "here:1")
    with SerialSection(database).enter(NOON) as section:
        first = notice(channels=("old", "phone"))
        section.write_notices([first, replace(first, id="n2", dedup_key="notice 2", channels=("old",))], [])
    both, alone = (delivery.id for delivery in list_deliveries(database, PHONE, [], ["old"], 9)[::-1])
    changes = move_deliveries(database, PHONE, DeliverySelection(channel="old"), "phone", NOON + MINUTE)
    assert [change.is_changed for change in changes] == [True, True]
    claimed_now = (desk.claim("phone", NOON + MINUTE, HOUR) for _ in range(2))
    assert {sent.alert.id for sent in claimed_now if sent} == {"n1", "n2"}
    assert desk.claim("phone", NOON + MINUTE, HOUR) is None
    states = {each.id: (each.state, each.detail) for each in list_deliveries(database, PHONE, [], [], 9)}
    assert states[both] == (DeliveryState.DISCARDED, f"phone has it: delivery {both + 1}")
    assert states[alone][0] == DeliveryState.SENDING
    (again,) = move_deliveries(database, PHONE, DeliverySelection([alone]), "phone", NOON + MINUTE)
    assert not again.is_changed


def test_a_delivery_that_was_given_up_on_the_other_channel_is_sent_there(database: Database) -> None:
    """To have it once more is what the operator wants; a delivery that is discarded is no reason to discard both."""
    with SerialSection(database).enter(NOON) as section:
        section.write_notices([notice(channels=("old", "phone"))], [])
    old, phone = (delivery.id for delivery in list_deliveries(database, PHONE, [], [], 9)[::-1])
    discard_deliveries(database, PHONE, DeliverySelection([phone]), NOON)
    move_deliveries(database, PHONE, DeliverySelection([old]), "phone", NOON + MINUTE)
    states = {each.id: (each.state, each.detail) for each in list_deliveries(database, PHONE, [], [], 9)}
    assert states[phone][0] == DeliveryState.PENDING
    assert states[old] == (DeliveryState.DISCARDED, f"phone has it: delivery {phone}")


def test_deliveries_are_moved_only_to_a_channel_of_the_config(database: Database) -> None:
    """Otherwise they would wait there too."""
    with pytest.raises(InvalidRequest, match="there is no channel 'pohne'; did you mean 'phone'"):
        move_deliveries(database, PHONE, DeliverySelection([1]), "pohne", NOON)
    with pytest.raises(InvalidRequest, match="name another one"):
        move_deliveries(database, PHONE, DeliverySelection(channel="phone"), "phone", NOON)
    with pytest.raises(InvalidRequest, match="there is no channel 'pohne'"):
        list_deliveries(database, PHONE, [], ["pohne"], 9)


@pytest.mark.parametrize("selection", [{}, {"ids": [1], "dead": True}, {"ids": [1], "channel": "desk"}])
def test_a_selection_of_deliveries_is_clear(selection: dict[str, object]) -> None:
    """No caller retries or discards everything by leaving something out."""
    with pytest.raises(InvalidRequest, match="name the deliveries"):
        DeliverySelection(**selection)  # type: ignore[arg-type]


def test_an_unknown_channel_has_no_deliveries(database: Database) -> None:
    """The request fails, and names the channels that there are."""
    with pytest.raises(InvalidRequest, match="there is no channel 'dsk'"):
        discard_deliveries(database, SETTINGS, DeliverySelection(channel="dsk"), NOON)


@pytest.mark.parametrize("failures", [0, 3])
def test_named_sources_become_due(database: Database, claims: Claims, failures: int) -> None:
    """Whether or not they fail. One that no daemon has read yet is not stored, and is due once one has."""
    with database.writing() as connection:
        values = {"failures": failures, "next_at": NOON + HOUR, "lease_until": None}
        connection.execute(update(tables.source).where(tables.source.c.id == "wire").values(**values))
    wire, new = retry_sources(database, ("wire", "new"), ["wire", "new", "wire"], NOON + MINUTE)
    assert (wire.is_due, wire.is_stored) == (True, True)
    assert (new.is_due, new.is_stored) == (True, False)
    assert "wire" in claims.find_due(NOON + MINUTE)
    with pytest.raises(InvalidRequest, match="did you mean 'wire'"):
        retry_sources(database, ("wire",), ["wiry"], NOON)


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
    discard_deliveries(database, SETTINGS, DeliverySelection(channel="desk"), NOON)
    expected = PruneCounts(articles=1, alerts=1, fetches=1, known=0)
    assert prune_database(database, retention, later, dry_run=True) == expected
    assert prune_database(database, retention, later) == expected
    assert prune_database(database, retention, later).articles == 0


def test_stories_are_merged_and_split(database: Database) -> None:
    """By the beginnings of their ids; the name of the person is stored."""
    desk = Desk(database)
    first, second = story_of(desk.hear(VIETNAM)), story_of(desk.hear(THAILAND))
    config = replace(config_of(desk.rule), settings=SETTINGS)
    merged = merge_stories(database, config, first[:9], second[:9], now=desk.now, who="ann")
    assert (merged.id, merged.merged_id, merged.already_merged) == (first, second, False)
    last = desk.show(first).members[-1].article
    done = split_story(database, config, first, [last], now=desk.now, who="bob", quiet=True)
    assert (done.whole, done.articles) == (first, 1)
    assert [mark.who for mark in desk.show(first).marks] == ["ann", "bob"]
    with pytest.raises(InvalidRequest, match="there is no story or event 'S0'"):
        split_story(database, config, "S0", [], now=desk.now, who="ann")
    assert len(StoryQueries(database).newest()) == 2
