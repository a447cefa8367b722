"""What is possibly the same as something older, through the database: its thread, its message, and what is shown."""

from __future__ import annotations

import pytest

from monitor.model import AlertKind, EarlierAlert, Event, OncePer, UpdateTrigger
from monitor.store.engine.database import Database
from monitor.store.engine.tables import event
from monitor.store.queries.stories import PossiblySame, StoryQueries
from tests.support.building import HOUR, MINUTE, NOON, reason_of
from tests.support.outbreaks import LAOS, THAILAND, Desk, event_of, story_of, whole_event_of

OLDER, YOUNGER = "Vietnam confirms mpox case", "Vietnam confirms second mpox case"


def desk_with(database: Database, **policy: object) -> Desk:
    return Desk(database, once_per=OncePer.EVENT, **policy)


def hear_younger(desk: Desk, older: str) -> Event:
    """An article of an event that is possibly the same as the older one, and says why that is not sure."""
    found = whole_event_of(desk.hear(YOUNGER))
    assert found.possibly_of == older
    assert "second" in found.doubt
    return found


def test_it_is_read_back_with_what_it_is_possibly_the_same_as(database: Database) -> None:
    """The headline that was sent, when, and the doubt; its updates go under the same thread."""
    desk = desk_with(database, again_if=frozenset({UpdateTrigger.NEW_FACT}))
    older = event_of(desk.hear(OLDER))
    sent_at = desk.now
    younger = hear_younger(desk, older)
    desk.now += 2 * HOUR
    update_of = story_of(desk.hear(YOUNGER, "Three people were killed."))
    first, second, update = desk.delivered(desk.now)
    assert (first.kind, first.thread, first.earlier) == (AlertKind.NEW, None, None)
    assert (second.kind, second.thread) == (AlertKind.POSSIBLY, first.id)
    assert second.earlier == EarlierAlert(OLDER, sent_at, younger.doubt)
    assert (update.kind, update.event, update.story) == (AlertKind.UPDATE, younger.id, update_of)
    assert (update.thread, update.earlier) == (first.id, None)
    assert desk.decisions()[1].endswith(f"possibly the same as {older}: {younger.doubt}")


def test_what_waits_is_in_doubt_after_a_restart_too(database: Database) -> None:
    """And its match says what was sent of it."""
    desk = desk_with(database, wait_at_least=5 * MINUTE)
    younger = hear_younger(desk, event_of(desk.hear(OLDER)))
    desk.falls_due(NOON + HOUR)
    first, second = desk.delivered(NOON + HOUR)
    assert (second.kind, second.thread) == (AlertKind.POSSIBLY, first.id)
    assert second.earlier == EarlierAlert(OLDER, NOON + HOUR, younger.doubt)
    assert desk.decisions()[1] == f"sent: {reason_of(second)}"


def test_an_older_one_that_went_out_in_a_digest_is_named_by_its_line(database: Database) -> None:
    """Which may be another than the digest's first."""
    desk = desk_with(database, most_an_hour=1)
    desk.hear(LAOS)
    desk.hear(THAILAND)
    older = event_of(desk.hear(OLDER))
    desk.falls_due(NOON + 2 * HOUR)
    desk.now += 4 * HOUR
    younger = hear_younger(desk, older)
    _, digest, last = desk.delivered(desk.now)
    assert [line.title for line in digest.items] == [THAILAND, OLDER]
    assert (digest.kind, last.kind, last.thread) == (AlertKind.DIGEST, AlertKind.POSSIBLY, digest.id)
    assert last.earlier == EarlierAlert(OLDER, NOON + 2 * HOUR, younger.doubt)


def test_what_is_in_doubt_is_gathered_by_every_daemon(database: Database) -> None:
    """Each article is decided by one that has just started: the archive says what the thread had lately. The message is
    read back with the lines, each with its doubt, and with the headline of the older one."""
    desk = desk_with(database)
    older = event_of(desk.hear(OLDER))
    sent_at = desk.now
    younger = hear_younger(desk, older)
    third = whole_event_of(desk.hear("Vietnam confirms third mpox case"))
    fourth = whole_event_of(desk.hear("Vietnam confirms fourth mpox case"))
    assert None not in {third.possibly_of, fourth.possibly_of}
    assert len({older, younger.id, third.id, fourth.id}) == 4
    assert [each.partition(":")[0] for each in desk.decisions()] == ["sent", "sent", "deferred", "deferred"]
    assert desk.falls_due(sent_at + 10 * MINUTE) == []
    desk.falls_due(sent_at + 11 * MINUTE)
    first, _, digest = desk.delivered(sent_at + HOUR)
    assert (digest.kind, digest.thread, digest.is_in_doubt) == (AlertKind.DIGEST, first.id, True)
    assert {line.event for line in digest.items} == {third.id, fourth.id}
    assert digest.earlier is not None
    assert digest.earlier.title in {OLDER, YOUNGER}
    assert [f"sent: {reason_of(line)}" for line in digest.items] == desk.decisions()[2:]


def test_a_headline_that_was_forgotten_is_not_repeated(database: Database) -> None:
    """The message gives its reason, as others do."""
    desk = desk_with(database)
    younger = hear_younger(desk, event_of(desk.hear(OLDER)))
    desk.forget("wire")
    (left,) = desk.delivered(NOON + 2 * HOUR)
    assert (left.event, left.kind, left.earlier) == (younger.id, AlertKind.POSSIBLY, None)


def test_doubt_is_forgotten_with_its_article(database: Database) -> None:
    """It may hold words of it."""
    desk = desk_with(database)
    older = event_of(desk.hear(OLDER))
    younger = hear_younger(desk, older)
    desk.forget("post")
    assert desk.show(younger.id).possibly == (PossiblySame(older, OLDER, ""),)


def test_both_sides_are_shown(database: Database) -> None:
    """Of events, and of the stories that they are of; listed or one alone."""
    desk = desk_with(database)
    first = desk.hear(OLDER)
    younger = hear_younger(desk, older := event_of(first))
    stories = StoryQueries(database)
    one = story_of(first)
    (two,) = (each.id for each in stories.newest() if each.id != one)
    shown = {name: desk.show(name).possibly for name in (one, two, older, younger.id)}
    assert shown == {
        one: (PossiblySame(younger.id, YOUNGER, younger.doubt),),
        two: (PossiblySame(older, OLDER, younger.doubt),),
        older: (PossiblySame(younger.id, YOUNGER, younger.doubt),),
        younger.id: (PossiblySame(older, OLDER, younger.doubt),),
    }
    assert {each.id: each.possibly for each in stories.newest()} == {name: shown[name] for name in (one, two)}


@pytest.mark.parametrize("kept", [True, False])
def test_an_event_is_still_in_doubt_when_it_is_loaded(database: Database, kept: bool) -> None:
    """Also one of before doubt was kept."""
    desk = desk_with(database)
    younger = hear_younger(desk, event_of(desk.hear(OLDER)))
    if not kept:
        with database.writing() as connection:
            connection.execute(event.update().values(possibly_of=None, doubt=None))
    again = whole_event_of(desk.hear(f"{YOUNGER}, ministry says"))
    assert again.id == younger.id
    assert (again.possibly_of, again.doubt) == ((younger.possibly_of, younger.doubt) if kept else (None, ""))


def test_a_doubt_that_a_later_report_removes_is_removed_for_good(database: Database) -> None:
    """Each report is decided by a daemon that has just started. Only the report that removes the doubt rings."""
    desk = desk_with(database)
    older = event_of(desk.hear("Mpox outbreak kills nine in Busan"))
    younger = whole_event_of(desk.hear("Mpox outbreak kills nine in Incheon as Busan counts its dead"))
    assert younger.possibly_of == older
    for title in ("Mpox outbreak kills nine in Incheon", "Nine die in mpox outbreak in Incheon"):
        sure = whole_event_of(desk.hear(title))
        assert (sure.id, sure.possibly_of, sure.doubt) == (younger.id, None, "")
    first, in_doubt, new = desk.delivered(desk.now)
    assert [each.kind for each in (first, in_doubt, new)] == [AlertKind.NEW, AlertKind.POSSIBLY, AlertKind.NEW]
    assert (in_doubt.thread, new.thread, new.event) == (first.id, None, younger.id)
    assert desk.show(younger.id).possibly == ()
