"""Stories -> events: the same happening, across languages and follow-ups, as one rule sees it.

A story of the same rule belongs to an open event if the rule says how long its events last and that is not over, or
else if it names the event's actors within a day. What is over in a moment (a launch) happens anew where another day is
named, a flash comes hours later, or nobody has told of it for hours on the day after. Better two events than one that
swallows another.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from monitor.model import Event, Story

A_MOMENT = timedelta(days=1)  # what lasts no longer than this happens on one day
FLASH = timedelta(hours=6)  # a flash tells of what has just happened
ANOTHER_DAY = timedelta(hours=12)
LATELY = timedelta(hours=6)  # an event of which nobody told for longer is not gone on with where no day is named
KEPT = timedelta(days=14)
_OPEN = 500  # of each rule, the last ones; only a rule that opens more than 35 a day forgets one before it is old
_ACTORS = 2  # that a follow-up names too
_STORIES = 200  # of each event, the last ones


@dataclass(frozen=True, slots=True)
class Found:
    """What an article shows of an event: when it was news (`at`), the entities among a rule's evidence, the days that
    it names, whether it is a flash. `lasts`: how long the rule says that its events go on."""

    rule: str
    story: Story
    at: datetime
    entities: frozenset[str] = frozenset()
    days: int = 0
    flash: bool = False
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """An event with what it is recognised by: when it was last told, by which stories, its actors and days."""

    event: Event
    last: datetime
    stories: tuple[str, ...] = ()
    entities: frozenset[str] = frozenset()
    days: int = 0

    def to_row(self) -> dict[str, Any]:
        """What it is recognised by, as plain JSON."""
        return {"stories": list(self.stories), "entities": sorted(self.entities), "days": self.days}

    @classmethod
    def of_row(cls, event: Event, last: datetime, row: Mapping[str, Any]) -> Open:
        """What `to_row` gave."""
        return cls(event, last, tuple(row["stories"]), frozenset(row["entities"]), row["days"])


class Events:
    """The events of the last days, by rule. A draft leaves what it began from as it was."""

    def __init__(self, of_rules: ChainMap[str, tuple[Open, ...]] | None = None) -> None:
        self._of_rules = ChainMap[str, tuple[Open, ...]]() if of_rules is None else of_rules

    def draft(self) -> Events:
        """A state that begins as this one and leaves it unchanged."""
        return Events(self._of_rules.new_child())

    def settled(self) -> Events:
        """The draft taken over into the state that it began from."""
        below = self._of_rules.parents
        below.update(self._of_rules.maps[0])
        return Events(below)

    @property
    def changed(self) -> list[Open]:
        """The events that this draft has told on, or opened."""
        before = self._of_rules.parents
        ours = self._of_rules.maps[0]
        known = {each.event.id: each for rule in ours for each in before.get(rule, ())}
        return [each for open_ in ours.values() for each in open_ if each != known.get(each.event.id)]

    def keep(self, known: Open) -> None:
        """Take over an event as another process has told it; to be called in the order of the tellings."""
        others = [each for each in self.of(known.event.rule) if each.event.id != known.event.id]
        self._of_rules[known.event.rule] = (known, *others[: _OPEN - 1])

    def of(self, rule: str) -> tuple[Open, ...]:
        """The open events of a rule, the latest first."""
        return self._of_rules.get(rule, ())

    def tell(self, found: Found, event: Event) -> None:
        """Remember that an article belongs to an event. One that shows nothing new of it does not make it the latest:
        then nothing would be written by which a state that is rebuilt could tell."""
        before = self.of(found.rule)
        told = next((each for each in before if each.event.id == event.id), None)
        known = told or Open(event, found.at)
        stories = known.stories if found.story.id in known.stories else (*known.stories, found.story.id)[-_STORIES:]
        now = replace(
            known,
            last=max(known.last, found.at),
            stories=stories,
            entities=known.entities | found.entities,
            days=known.days | found.days,
        )
        if now == told:
            return
        others = [each for each in before if each.event.id != event.id and found.at - each.last <= KEPT]
        self._of_rules[found.rule] = (now, *others[: _OPEN - 1])


def belongs(found: Found, events: Events) -> Event | None:
    """The open event that an article belongs to, if any: that of its story, or the latest that fits."""
    own = of_story(found.rule, found.story, found.at, events)
    if own is not None:
        return own
    open_ = (each for each in events.of(found.rule) if found.at - each.last <= KEPT)
    return next((each.event for each in open_ if _fits(found, each)), None)


def of_story(rule: str, story: Story, at: datetime, events: Events) -> Event | None:
    """The open event that a story is of already, if any."""
    open_ = (each for each in events.of(rule) if at - each.last <= KEPT)
    return next((each.event for each in open_ if story.id in each.stories), None)


def opened(found: Found) -> Event:
    """A new event; it is named by its rule and first story, so that replaying news gives the same names."""
    name = blake2b(f"{found.rule} {found.story.id}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return Event(f"E{name}", found.rule, found.story.title, found.at)


def _fits(found: Found, known: Open) -> bool:
    age = abs(found.at - known.event.opened)
    if age > (found.lasts or A_MOMENT):
        return False
    if (found.lasts or A_MOMENT) <= A_MOMENT:
        if found.flash and age > FLASH:
            return False
        if age > ANOTHER_DAY and not _goes_on(found, known):
            return False
    if found.lasts is not None:
        return True
    smaller = min(len(found.entities), len(known.entities))
    return smaller > 0 and len(found.entities & known.entities) >= min(_ACTORS, smaller)


def _goes_on(found: Found, known: Open) -> bool:
    """Whether an article half a day later tells of what happened then, and not of the next of its kind."""
    if found.days and known.days:
        return bool(found.days & known.days)
    return found.at - known.last <= LATELY
