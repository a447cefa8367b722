"""What a person has muted, as it is stored: with the events of a story, after merges and splits, until it goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerting.mutes import Mute
from monitor.errors import InvalidRequest
from monitor.model import OncePer, Retention, UpdateTrigger
from monitor.store.engine.database import Database
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.store.queries.stories import StoryQueries
from monitor.store.state.mute_rows import MuteChange, end_mute, load_mutes, set_mute
from tests.support.building import HOUR, MINUTE, NOON, alerts, rule
from tests.support.outbreaks import THAILAND, VIETNAM, Desk, event_of, story_of

ENDS = NOON + 24 * HOUR


def mute(desk: Desk, id_: str, until: timedelta = 24 * HOUR) -> Mute | None:
    return set_mute(desk.database, id_, Mute(id_, desk.now, NOON + until, "ann")).before


def ends(database: Database, *ids: str) -> list[object]:
    with database.reading() as connection:
        found = load_mutes(connection, ids)
    return [found[id_].until if id_ in found else None for id_ in ids]


def test_a_muted_story_is_muted_for_all_rules_in_its_language(database: Database) -> None:
    """Its event is not muted with it, so what another story reports of that is sent."""
    desk = Desk(database, once_per=OncePer.EVENT, again_if=frozenset({UpdateTrigger.NEW_FACT}), cooldown=MINUTE)
    desk.rule = replace(rule("mpox", ["mpox", "*엠폭스"]), alert=desk.rule.alert)
    first = desk.hear(VIETNAM, "Three people were killed.")
    story, event = story_of(first), event_of(first)
    assert mute(desk, story) is None
    assert ends(database, story, event) == [ENDS, None]
    more = desk.hear(f"{VIETNAM}, ministry says", "Nine people were killed.")
    assert (story_of(more), event_of(more), alerts(more)) == (story, event, [])
    korean = desk.hear("베트남서 엠폭스 첫 확진, 12명 사망", "Twelve people were killed.")
    assert (story_of(korean) == story, event_of(korean), len(alerts(korean))) == (False, event, 1)
    desk.now += HOUR
    assert end_mute(database, story) == Mute(story, NOON + MINUTE, ENDS, "ann")
    assert ends(database, story, event) == [None, None]
    assert len(alerts(desk.hear(f"{VIETNAM}, health ministry says", "20 people were killed."))) == 1


def test_what_a_person_muted_is_counted_once(database: Database) -> None:
    """An event that is reported in two stories is one; so is a story that another was merged into."""
    desk = Desk(database, once_per=OncePer.EVENT)
    desk.rule = replace(rule("mpox", ["mpox", "*엠폭스"]), alert=desk.rule.alert)
    first = desk.hear(VIETNAM, "Twelve people were killed.")
    korean = desk.hear("베트남서 엠폭스 첫 확진, 12명 사망", "Twelve people were killed.")
    assert (event_of(korean), story_of(korean) == story_of(first)) == (event_of(first), False)
    mute(desk, event_of(first))
    assert StoryQueries(database).count_muted(desk.now) == 1
    mute(desk, story_of(first))
    assert StoryQueries(database).count_muted(desk.now) == 2
    desk.merge(story_of(first), story_of(korean))
    assert StoryQueries(database).count_muted(desk.now) == 2
    assert StoryQueries(database).count_muted(ENDS) == 0


def test_a_correction_during_a_mute_is_in_the_update_after_it(database: Database) -> None:
    """That quotes the corrected number."""
    triggers = frozenset({UpdateTrigger.NEW_FACT, UpdateTrigger.CORRECTED})
    desk = Desk(database, again_if=triggers, cooldown=6 * HOUR)
    story = story_of(desk.hear(VIETNAM, "Two people were killed."))
    desk.hear(f"{VIETNAM}, ministry says", "90 people were killed.")
    mute(desk, story, 5 * HOUR)
    corrected = desk.hear(f"CORRECTED: {VIETNAM}, ministry says", "Nine people were killed.")
    assert (story_of(corrected), alerts(corrected)) == (story, [])
    assert desk.decisions()[1] == "suppressed: a later report of herald says more, and is sent instead"
    assert desk.falls_due(NOON + 5 * HOUR) == []
    assert desk.falls_due(NOON + 7 * HOUR) == [f"update {story} CORRECTED: {VIETNAM}, ministry says"]


def test_the_mutes_of_a_story_and_of_its_event_are_separate(database: Database) -> None:
    """What a person does to one of them changes nothing of the other, also if it is merged."""
    desk = Desk(database, once_per=OncePer.EVENT)
    first, other = desk.hear(VIETNAM), story_of(desk.hear(THAILAND))
    story, event = story_of(first), event_of(first)
    mute(desk, event, 7 * 24 * HOUR)
    mute(desk, story, HOUR)
    assert ends(database, story, event) == [NOON + HOUR, NOON + 7 * 24 * HOUR]
    desk.merge(story, other)
    end_mute(database, story)
    assert ends(database, story, event) == [None, NOON + 7 * 24 * HOUR]
    mute(desk, story, HOUR)
    end_mute(database, event)
    assert ends(database, story, event) == [NOON + HOUR, None]


def test_a_muted_event_leaves_its_story_to_other_rules(database: Database) -> None:
    """Only its own rule is muted."""
    desk = Desk(database, once_per=OncePer.EVENT)
    first = desk.hear(VIETNAM)
    mute(desk, event_of(first))
    desk.rule = replace(desk.rule, id="other")
    again = desk.hear(f"{VIETNAM}, ministry says")
    assert (story_of(again), len(alerts(again))) == (story_of(first), 1)


def test_a_second_mute_replaces_the_first(database: Database) -> None:
    """Also by an earlier end."""
    desk = Desk(database)
    story = story_of(desk.hear(VIETNAM))
    mute(desk, story)
    before = mute(desk, story, 2 * HOUR)
    assert before is not None
    assert before.until == ENDS
    assert ends(database, story) == [NOON + 2 * HOUR]


def test_a_mute_that_may_not_shorten_keeps_the_later_end(database: Database) -> None:
    """And sets a later one."""
    desk = Desk(database)
    story = story_of(desk.hear(VIETNAM))
    mute(desk, story)
    first, longer, shorter = (
        Mute(story, desk.now, NOON + hours * HOUR, who) for hours, who in ((24, "ann"), (25, "bob"), (2, "bob"))
    )
    assert set_mute(database, story, shorter, may_shorten=False) == MuteChange(first, first)
    assert ends(database, story) == [ENDS]
    assert set_mute(database, story, longer, may_shorten=False) == MuteChange(first, longer)
    assert ends(database, story) == [NOON + 25 * HOUR]


def test_what_is_not_there_is_not_muted(database: Database) -> None:
    """With an error."""
    with pytest.raises(InvalidRequest, match="there is no story or event 'S0'"):
        end_mute(database, "S0")


@pytest.mark.parametrize("muted", [(0,), (1,), (0, 1), (1, 0)])
def test_a_merge_keeps_the_later_end(database: Database, muted: tuple[int, ...]) -> None:
    """Whichever of the two was muted until then: the whole is, and so are alerts that name the part."""
    desk = Desk(database, wait_at_least=HOUR)
    ids = [story_of(desk.hear(VIETNAM)), story_of(desk.hear(THAILAND))]
    for hours, which in zip((24, 9), muted, strict=False):
        mute(desk, ids[which], hours * HOUR)
    desk.merge(*ids)
    assert ends(database, *ids) == [ENDS, ENDS]
    assert desk.falls_due(NOON + 10 * HOUR) == []
    assert desk.decisions()[0] == f"suppressed: {ids[0]} was muted before it was sent"


def test_a_merge_of_events_keeps_the_mute(database: Database) -> None:
    """As one of stories."""
    desk = Desk(database, once_per=OncePer.EVENT)
    ids = [event_of(desk.hear(VIETNAM)), event_of(desk.hear(THAILAND))]
    mute(desk, ids[1])
    desk.merge(*ids)
    assert ends(database, *ids) == [ENDS, ENDS]


def test_what_is_split_off_is_not_muted(database: Database) -> None:
    """It is another happening."""
    desk = Desk(database)
    story = story_of(desk.hear(VIETNAM))
    desk.hear(f"{VIETNAM}, ministry says")
    mute(desk, story)
    split = desk.split(story)
    assert ends(database, story, split.id) == [ENDS, None]


def test_a_mute_goes_with_its_story(database: Database) -> None:
    """When that has no article left."""
    desk = Desk(database)
    story = story_of(desk.hear(VIETNAM))
    mute(desk, story, timedelta(days=365))
    desk.forget("wire")
    retention = Retention(articles=24 * HOUR, alerts=24 * HOUR)
    for _ in ArchivePruner(database, retention).prune_slices(NOON + timedelta(days=90)):
        pass
    assert StoryQueries(database).find(story) is None
    assert ends(database, story) == [None]


def test_a_merge_makes_nothing_of_a_mute_that_is_over(database: Database) -> None:
    """And so ends no mute of an event of that story."""
    desk = Desk(database, once_per=OncePer.EVENT)
    first, second = desk.hear(VIETNAM), desk.hear(THAILAND)
    story, event = story_of(first), event_of(first)
    mute(desk, story, HOUR)
    mute(desk, event)
    desk.now = NOON + 2 * HOUR
    desk.merge(story, story_of(second))
    assert ends(database, event, event_of(second)) == [ENDS, None]
