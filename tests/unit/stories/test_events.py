"""Which happening a story belongs to, as one rule sees it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import Story
from monitor.stories.events import KEPT, Events, Found, Open, belongs, opened
from tests.building import HOUR, MINUTE, NOON

DAY = timedelta(days=1)
KIM, TRUMP, SEOUL, TOKYO = "kim", "trump", "seoul", "tokyo"


def found(
    story: str = "S1", after: timedelta = timedelta(0), *actors: str, rule: str = "launch", **more: object
) -> Found:
    entities = frozenset(actors or (KIM, SEOUL))
    return Found(rule, Story(story, f"Title {story}", NOON + after), NOON + after, entities, **more)  # type: ignore[arg-type]


def told(*which: Found) -> Events:
    """Events that these have told, one after the other, as `decide` does."""
    events = Events()
    for each in which:
        events.tell(each, belongs(each, events) or opened(each))
    return events


FIRST = found(days=1)


@pytest.mark.parametrize(
    ("later", "same"),
    [
        # the same actors within a day
        (found("S2", HOUR), True),
        (found("S2", -HOUR), True),  # polled late: it was written before
        (found("S2", DAY, days=1), True),
        (found("S2", DAY + HOUR, days=1), False),
        # a follow-up that names other actors, too, or fewer
        (found("S2", HOUR, KIM, SEOUL, TOKYO), True),
        (found("S2", HOUR, KIM), True),
        (found("S2", HOUR, KIM, TOKYO), False),
        (found("S2", HOUR, TRUMP), False),
        # the story goes on for as long as it likes
        (found("S1", 3 * DAY, TRUMP), True),
        # another day is named, half a day later; until then it may be a matter of zones
        (found("S2", 13 * HOUR, days=2), False),
        (found("S2", 13 * HOUR, days=3), True),
        (found("S2", 13 * HOUR), False),  # no day is named, and nobody has told of it for long
        (found("S2", 12 * HOUR), True),
        (found("S2", -13 * HOUR), True),
        (found("S2", 11 * HOUR, days=2), True),
        # a flash tells of what has just happened
        (found("S2", 5 * HOUR, flash=True), True),
        (found("S2", 7 * HOUR, flash=True), False),
        # of another rule
        (found("S2", HOUR, rule="talks"), False),
        (found("S1", HOUR, rule="talks"), False),
    ],
)
def test_of_what_is_over_in_a_moment(later: Found, same: bool) -> None:
    """The same actors at the same time; better two events than one that swallows another."""
    assert (belongs(later, told(FIRST)) is not None) is same


@pytest.mark.parametrize(
    ("lasts", "later", "same"),
    [
        # where the rule says how long, actors do not matter
        (4 * DAY, found("S2", 3 * DAY, TRUMP), True),
        (4 * DAY, found("S2", 3 * DAY, TRUMP, days=2, flash=True), True),
        (4 * DAY, found("S2", 4 * DAY + HOUR), False),
        # up to a day, another day and a flash still tell them apart
        (DAY, found("S2", 13 * HOUR, TRUMP, days=1), True),
        (DAY, found("S2", 13 * HOUR, TRUMP), False),
        (DAY, found("S2", 13 * HOUR, days=2), False),
        (DAY, found("S2", 7 * HOUR, flash=True), False),
        (HOUR, found("S2", 2 * HOUR), False),
    ],
)
def test_of_what_lasts(lasts: timedelta, later: Found, same: bool) -> None:
    """As long as the rule says, from the event's first article."""
    assert (belongs(replace(later, lasts=lasts), told(replace(FIRST, lasts=lasts))) is not None) is same


@pytest.mark.parametrize(("hours", "same"), [((), False), ((5,), False), ((5, 11, 17), True), ((5, 11, 16), False)])
@pytest.mark.parametrize("lasts", [None, DAY])
def test_the_next_launch_is_another(lasts: timedelta | None, hours: tuple[int, ...], same: bool) -> None:
    """A day later, where no day is named: only what was told of until lately goes on."""
    followed = [found(f"F{hour}", hour * HOUR, lasts=lasts) for hour in hours]
    events = told(replace(FIRST, lasts=lasts), *followed)
    later = found("S2", 23 * HOUR, lasts=lasts)
    assert (belongs(later, events) is not None) is same
    assert len(events.of("launch")) == 1


def test_without_actors_every_story_is_an_event() -> None:
    """Words alone say nothing of who acts."""
    nobody = replace(FIRST, entities=frozenset())
    assert belongs(replace(found("S2", HOUR), entities=frozenset()), told(nobody)) is None
    assert belongs(replace(nobody, at=NOON + HOUR), told(nobody)) is not None


def test_of_several_the_latest() -> None:
    """The one that was told last; but a story stays with its own."""
    other = found("S2", HOUR, TRUMP, TOKYO)
    events = told(FIRST, other)
    both = found("S3", 2 * HOUR, KIM, SEOUL, TRUMP, TOKYO)
    assert belongs(both, events) == opened(other)
    assert belongs(replace(both, story=FIRST.story), events) == opened(FIRST)


def test_an_event_is_named_by_its_rule_and_first_story() -> None:
    """So that replaying news gives the same names, whatever a feed calls its articles."""
    assert opened(FIRST) == opened(FIRST)
    assert opened(FIRST).id != opened(replace(FIRST, rule="talks")).id
    assert opened(found("S\ud800")).id != opened(FIRST).id
    assert (opened(FIRST).title, opened(FIRST).opened, opened(FIRST).rule) == ("Title S1", NOON, "launch")


def test_a_draft_leaves_what_it_began_from_unchanged() -> None:
    """A commit that fails throws it away; settled, it is as if there had been none."""
    base = told(FIRST)
    draft = base.draft()
    assert draft.changed == []
    draft.tell(found("S2", HOUR), opened(FIRST))
    draft.tell(found("S3", HOUR, TRUMP), opened(found("S3", HOUR, TRUMP)))
    assert [each.event.title for each in draft.changed] == ["Title S3", "Title S1"]
    assert base.of("launch") == told(FIRST).of("launch")
    settled = draft.settled()
    assert settled.of("launch") == told(FIRST, found("S2", HOUR), found("S3", HOUR, TRUMP)).of("launch")


def test_an_event_is_read_as_it_was_written() -> None:
    """Through JSON, and kept in its place."""
    events = told(FIRST, found("S2", HOUR), found("S3", HOUR, TRUMP))
    again = Events()
    for known in reversed(events.of("launch")):
        row = json.loads(json.dumps(known.to_row()))
        again.keep(Open.of_row(known.event, known.last, row))
    assert again.of("launch") == events.of("launch")


def busy(others: int) -> Events:
    """A story's event, and so many others that the same rule has opened since."""
    events = told(FIRST)
    for n in range(others):
        one = found(f"N{n}", HOUR, f"actor {n}")
        events.tell(one, opened(one))
    return events


def test_a_busy_rule_forgets_no_event_that_may_go_on() -> None:
    """However many it opens meanwhile, a story's further articles belong to its event, for a fortnight."""
    events = busy(400)
    assert belongs(replace(FIRST, at=NOON + 2 * HOUR), events) == opened(FIRST)
    draft = events.draft()
    draft.tell(replace(FIRST, at=NOON + 2 * HOUR), opened(FIRST))
    assert [each.event for each in draft.changed] == [opened(FIRST)]
    late = found("S2", KEPT + HOUR + MINUTE, TRUMP)
    draft.tell(late, opened(late))
    assert [each.event for each in draft.of("launch")] == [opened(late), opened(FIRST)]


def test_only_the_last_events_are_kept() -> None:
    """A rule that opens events without end does not fill the memory; one that is told on stays."""
    events = busy(499)
    assert belongs(FIRST, events) is not None
    events.tell(replace(FIRST, at=NOON + HOUR), opened(FIRST))
    for n in range(499, 998):
        one = found(f"N{n}", HOUR, f"actor {n}")
        events.tell(one, opened(one))
    assert len(events.of("launch")) == 500
    assert belongs(FIRST, events) == opened(FIRST)
