"""Events that are looked up, in drafts on drafts, are those that looking through all of them would find."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Event, Story
from monitor.stories import events as looked_up
from monitor.stories.events import KEPT, Events, Found, Open, belongs, opened
from tests.building import HOUR, NOON

RULES = ("launch", "talks")
MOST, STORIES = 5, 3  # of what is kept, so that it is soon too much


class Looking:
    """The same, in a list for each rule: the latest first."""

    def __init__(self, of_rules: dict[str, list[Open]] | None = None) -> None:
        self.of_rules = {rule: [] for rule in RULES} if of_rules is None else of_rules

    def draft(self) -> Looking:
        return Looking({rule: list(open_) for rule, open_ in self.of_rules.items()})

    def belongs(self, found: Found) -> Event | None:
        open_ = [each for each in self.of_rules[found.rule] if found.at - each.last <= KEPT]
        own = [each.event for each in open_ if found.story.id in each.stories]
        return next(chain(own, (each.event for each in open_ if looked_up._fits(found, each))), None)

    def tell(self, found: Found, event: Event) -> None:
        before = self.of_rules[found.rule]
        told = next((each for each in before if each.event.id == event.id), None)
        known = told or Open(event, found.at)
        new = () if found.story.id in known.stories else (found.story.id,)
        now = replace(
            known,
            last=max(known.last, found.at),
            stories=(*known.stories, *new)[-STORIES:],
            entities=known.entities | found.entities,
            days=known.days | found.days,
        )
        if now != told:
            others = [each for each in before if each.event.id != event.id and found.at - each.last <= KEPT]
            self.of_rules[found.rule] = [now, *others[: MOST - 1]]


@st.composite
def tellings(draw: st.DrawFn) -> Found:
    hours = draw(st.sampled_from([0, 1, 5, 7, 13, 23, 30, 24 * 8, 24 * 15, 24 * 30, -3]))
    at = NOON + hours * HOUR
    return Found(
        draw(st.sampled_from(RULES)),
        Story(draw(st.sampled_from([f"S{n}" for n in range(9)])), "Title", at),
        at,
        frozenset(draw(st.sets(st.sampled_from(["kim", "trump", "seoul", "tokyo"]), max_size=3))),
        draw(st.sampled_from([0, 0, 1, 2])),
        draw(st.booleans()),
        draw(st.sampled_from([None, None, timedelta(0), HOUR, 6 * HOUR, timedelta(days=4)])),
    )


STEPS = st.lists(st.one_of(tellings(), st.sampled_from(["draft", "draft", "settle", "settle", "drop"])), max_size=40)


@contextmanager
def little_kept() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(looked_up, "_OPEN", MOST)
        patch.setattr(looked_up, "_STORIES", STORIES)
        yield


@given(STEPS)
def test_looking_up_finds_what_looking_through_finds(steps: list[Found | str]) -> None:
    """Whatever was told, and forgotten, in drafts that were settled or thrown away; and in the same order."""
    with little_kept():
        states: list[tuple[Events, Looking]] = [(Events(), Looking())]
        for step in steps:
            events, looking = states[-1]
            if isinstance(step, Found):
                event = belongs(step, events)
                assert event == looking.belongs(step)
                for each in (events, looking):
                    each.tell(step, event or opened(step))
            elif step == "draft":
                states.append((events.draft(), looking.draft()))
            elif len(states) > 1:
                states.pop()
                if step == "settle":
                    states[-1] = events.settled(), looking
            for rule in RULES:
                assert list(states[-1][0].of(rule)) == states[-1][1].of_rules[rule]
