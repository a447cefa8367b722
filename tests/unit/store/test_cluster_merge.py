"""Two stories, or events, that a person has made one: what comes is of it, and nothing is told twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.errors import InvalidRequest
from monitor.model import AlertKind, IdentityMarkKind, OncePer, Retention, UpdateTrigger
from monitor.store.engine.database import Database
from monitor.store.engine.tables import event
from monitor.store.lifecycle.cluster_merge import MergeResult
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.store.queries.stories import StoryQueries
from monitor.store.state.identity_marks import IdentityMark
from tests.support.building import (
    HOUR,
    MINUTE,
    NOON,
    alerts,
    reasons,
)
from tests.support.outbreaks import LAOS, THAILAND, VIETNAM, Desk, event_of, story_of


def test_what_is_like_either_is_of_the_whole_from_then_on(database: Database) -> None:
    """Though facts keep the two apart, and each article of the one differs from each of the other; a third happening
    stays another one."""
    desk = Desk(database)
    vietnam, thailand = desk.hear(VIETNAM), desk.hear(THAILAND)
    assert [len(alerts(each)) for each in (vietnam, thailand)] == [1, 1]
    first, second = story_of(vietnam), story_of(thailand)
    assert desk.merge(first, second) == MergeResult(first, second)
    for title in (THAILAND, VIETNAM):
        again = desk.hear(f"{title}, ministry says")
        assert (story_of(again), alerts(again)) == (first, [])
        assert f"({first})" in reasons(again)[0]
    assert len(alerts(desk.hear(LAOS))) == 1
    assert [each.title for each in desk.show(first).members] == [
        VIETNAM,
        THAILAND,
        f"{THAILAND}, ministry says",
        f"{VIETNAM}, ministry says",
    ]
    assert len(desk.show(first).sent) == 2


def test_what_has_become_a_part_is_found_and_says_so(database: Database) -> None:
    """By its own id; lists do not name it; who did it and when is kept, once."""
    desk = Desk(database)
    first, second = story_of(desk.hear(VIETNAM)), story_of(desk.hear(THAILAND))
    desk.merge(first, second)
    for again in (desk.merge(first, second), desk.merge(second, first)):
        assert (again.id, again.already_merged) == (first, True)
    mark = IdentityMark(IdentityMarkKind.MERGE, first, second, desk.now, "ann")
    part = desk.show(second)
    assert (part.merged_into, part.members, part.marks) == (first, (), (mark,))
    assert desk.show(first).marks == (mark,)
    assert [each.id for each in StoryQueries(database).newest()] == [first]


def test_parts_of_a_part_become_parts_of_the_whole(database: Database) -> None:
    """Whatever the order in which three are merged."""
    desk = Desk(database)
    first, second, third = (story_of(desk.hear(title)) for title in (VIETNAM, THAILAND, LAOS))
    desk.merge(second, third)
    desk.merge(first, third)
    assert {desk.show(each).merged_into for each in (second, third)} == {first}
    assert {story_of(desk.hear(f"{title}, ministry says")) for title in (VIETNAM, THAILAND, LAOS)} == {first}


def test_events_of_one_rule_are_merged(database: Database) -> None:
    """With what was sent of them; their stories stay what they were."""
    desk = Desk(database, once_per=OncePer.EVENT)
    vietnam, thailand = desk.hear(VIETNAM), desk.hear(THAILAND)
    first, second = event_of(vietnam), event_of(thailand)
    desk.merge(first, second)
    again = desk.hear(f"{THAILAND}, ministry says")
    assert (alerts(again), event_of(again)) == ([], first)
    assert story_of(again) == story_of(thailand)
    assert len(desk.show(first).members) == 3
    assert desk.show(second).merged_into == first


def test_what_is_not_alike_in_kind_is_refused(database: Database) -> None:
    """In words, and nothing is changed."""
    desk = Desk(database, once_per=OncePer.EVENT)
    heard, other = desk.hear(VIETNAM), desk.hear(THAILAND)
    desk.rule = replace(desk.rule, id="outbreaks")
    [third] = [event_of(desk.hear(LAOS))]
    event = event_of(heard)
    with pytest.raises(
        InvalidRequest, match=f"{story_of(other)} is a story, and {event} is an event of mpox: a story merges"
    ):
        desk.merge(story_of(other), event)
    with pytest.raises(InvalidRequest, match=f"{event} is an event of mpox, and {third} is an event of outbreaks"):
        desk.merge(event, third)
    with pytest.raises(InvalidRequest, match="there is no story or event 'S0'"):
        desk.merge(event, "S0")
    with pytest.raises(InvalidRequest, match=f"{event} cannot be merged with itself"):
        desk.merge(event, event)
    assert desk.show(event).marks == ()


def test_an_update_counts_what_both_have_told(database: Database) -> None:
    """A number that the one has told is no news of the other; a greater one is, once, and its number goes on."""
    desk = Desk(database, again_if=frozenset({UpdateTrigger.NEW_FACT}), cooldown=0 * HOUR)
    first = story_of(desk.hear(VIETNAM, "Three people were killed."))
    second = story_of(desk.hear(THAILAND, "Nine people were killed."))
    desk.merge(first, second)
    assert alerts(desk.hear(f"{VIETNAM}, ministry says", "Eight people were killed.")) == []
    [update] = alerts(desk.hear(f"{THAILAND}, says ministry", "20 people were killed."))
    assert (update.kind, update.story, update.publisher_count) == (AlertKind.UPDATE, first, 4)


@pytest.mark.parametrize("reverse", [False, True])
def test_what_waits_of_both_is_told_once(database: Database, *, reverse: bool) -> None:
    """As the first of them would have been; the other match says so."""
    desk = Desk(database, wait_at_least=HOUR)
    ids = [story_of(desk.hear(VIETNAM)), story_of(desk.hear(THAILAND))]
    first, second = reversed(ids) if reverse else ids
    desk.merge(first, second)
    assert desk.falls_due(NOON + 2 * HOUR) == [f"new {first} {VIETNAM}"]
    told, held = desk.decisions()
    assert told.startswith("sent: ")
    assert held == "suppressed: two were merged, and wire is sent for both"
    assert alerts(desk.hear(f"{THAILAND}, ministry says")) == []


@pytest.mark.parametrize("told_first", [False, True])
def test_what_waits_is_not_told_if_the_other_was(database: Database, *, told_first: bool) -> None:
    """Whichever becomes part of which."""
    desk = Desk(database, wait_at_least=HOUR)
    told = story_of(desk.hear(VIETNAM))
    assert len(desk.falls_due(NOON + 2 * HOUR)) == 1
    desk.now = NOON + 2 * HOUR
    waits = story_of(desk.hear(THAILAND))
    desk.merge(*((told, waits) if told_first else (waits, told)))
    assert desk.falls_due(NOON + 9 * HOUR) == []
    assert desk.decisions()[1] == "suppressed: its subject was merged with one that was sent, and it says nothing new"
    assert alerts(desk.hear(f"{VIETNAM}, ministry says")) == []


def test_what_waits_and_says_more_is_told_as_an_update(database: Database) -> None:
    """Where the rule tells that again: nothing is lost by a merge."""
    policy = {"wait_at_least": HOUR, "again_if": frozenset({UpdateTrigger.NEW_FACT}), "cooldown": MINUTE}
    desk = Desk(database, **policy)
    told = story_of(desk.hear(VIETNAM, "Three people were killed."))
    assert len(desk.falls_due(NOON + 2 * HOUR)) == 1
    desk.now = NOON + 2 * HOUR
    waits = story_of(desk.hear(THAILAND, "Nine people were killed."))
    desk.merge(told, waits)
    assert desk.falls_due(NOON + 9 * HOUR) == [f"update {told} {THAILAND}"]


def test_what_was_in_doubt_is_no_more(database: Database) -> None:
    """Of a part it is known what it is; what was possibly the same as a part is so as the whole."""
    desk = Desk(database, once_per=OncePer.EVENT)
    first, second, third = (event_of(desk.hear(title)) for title in (VIETNAM, THAILAND, LAOS))
    with database.writing() as connection:
        for younger, older in ((second, first), (third, second)):
            its = event.update().where(event.c.id == younger)
            connection.execute(its.values(possibly_of=older, doubt="the words differ"))
    desk.merge(first, second)
    assert [each.id for each in desk.show(first).possibly] == [third]
    assert desk.show(second).possibly == ()
    assert [each.id for each in desk.show(third).possibly] == [first]


def test_a_part_stays_as_long_as_its_whole(database: Database) -> None:
    """Its articles are the whole's: only by its row it is known what it is part of."""
    desk = Desk(database, wait_at_least=HOUR)  # nothing was sent of it
    first, second = story_of(desk.hear(VIETNAM)), story_of(desk.hear(THAILAND))
    desk.merge(first, second)
    retention = Retention(articles=24 * HOUR)
    for _ in ArchivePruner(database, retention).prune_slices(NOON + 30 * 24 * HOUR):
        pass
    assert desk.show(second).merged_into == first
