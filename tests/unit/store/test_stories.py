"""Stories and events are found by the beginning of their ids, and a story names its events."""

from __future__ import annotations

from dataclasses import replace

from monitor.model import AlertPolicy, OncePer
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.queries.stories import ClusterName, StoryQueries
from monitor.store.queues.claims import Claims
from tests.support.building import HEADLINE, NOON, article, claimed, commit, rule, rules, sources


def test_by_the_beginning_of_an_id(database: Database) -> None:
    """What begins so, and nothing that a sign of SQL would find."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire"), NOON)
    launch = replace(rule(), alert=AlertPolicy((), OncePer.EVENT))
    commit(section, claimed(claims), article(), ruleset=rules(launch))
    read = StoryQueries(database)
    [told] = read.newest()
    [event] = told.events
    account = read.find(told.id)
    assert account is not None
    assert account.events == (ClusterName(event, HEADLINE, "launch"),)
    assert read.find_by_prefix(told.id[:5], 5) == [ClusterName(told.id, HEADLINE)]
    assert read.find_by_prefix("E", 5) == [ClusterName(event, HEADLINE, "launch")]
    assert {each.id for each in read.find_by_prefix("", 5)} == {told.id, event}
    assert len(read.find_by_prefix("", 1)) == 1
    assert read.find_by_prefix("_", 5) == read.find_by_prefix("%", 5) == []
