"""Stories -> events: the same happening, across languages and follow-ups, as one rule sees it.

A story of the same rule belongs to an open event if the rule says how long its events last and that is not over, or
else if it names the event's actors within a day. What is over in a moment (a launch) happens anew where another day is
named, a flash comes hours later, or nobody has told of it for hours on the day after. Better two events than one that
swallows another.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from operator import itemgetter
from typing import Any

from monitor.model import Event, Story
from monitor.model.names import hashed

A_MOMENT = timedelta(days=1)  # what lasts no longer than this happens on one day
FLASH = timedelta(hours=6)  # a flash tells of what has just happened
ANOTHER_DAY = timedelta(hours=12)
LATELY = timedelta(hours=6)  # an event of which nobody told for longer is not gone on with where no day is named
KEPT = timedelta(days=14)
_OPEN = 500  # of each rule, the last ones; only a rule that opens more than 35 a day forgets one before it is old
_ACTORS = 2  # that a follow-up names too
_STORIES = 200  # of each event, the last ones
_LAST = "\U0010ffff"  # after every id
_Index = dict[str, tuple[str, ...]]
"""The ids of the events that stand under each key."""


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


_NOTHING = Open(Event("", "", "", datetime.min.replace(tzinfo=UTC)), datetime.min.replace(tzinfo=UTC))


class _OfRule:
    """The open events of one rule, in the order in which they were told, and by what they are found: one that has
    hundreds open costs no more than one that has a few. `_oldest`: none was told last before that."""

    def __init__(self) -> None:
        self._events: dict[str, tuple[int, Open]] = {}
        self._tellings = 0
        self._oldest: datetime | None = None
        self._opened: list[tuple[datetime, str]] = []
        self._of_story: _Index = {}
        self._of_actor: _Index = {}
        self._of_one_actor: _Index = {}  # those that have no other

    def __len__(self) -> int:
        return len(self._events)

    def get(self, name: str) -> Open | None:
        """An event by its id."""
        known = self._events.get(name)
        return known and known[1]

    def all(self) -> Iterator[Open]:
        """All of them, the latest first."""
        return (each for _, each in reversed(self._events.values()))

    def first(self, but_for: Collection[str]) -> str | None:
        """Of the others the one that was told the longest ago."""
        return next((name for name in self._events if name not in but_for), None)

    def older(self, than: datetime) -> Iterable[Open]:
        """Those that were told last before that."""
        if self._oldest is None or self._oldest >= than:
            return ()
        self._oldest = min((each.last for each in self.all()), default=None)
        return [each for each in self.all() if each.last < than]

    def telling(self, story: str) -> Iterable[Open]:
        """Those that a story tells, the latest first."""
        return self._latest(self._of_story.get(story, ()))

    def near(self, found: Found) -> Iterable[Open]:
        """Those of its time, where the rule says how long they last; or else those that may share enough of its actors.
        The latest first."""
        if found.lasts is not None:
            far = found.lasts or A_MOMENT
            begin, end = (bisect_left(self._opened, each) for each in ((found.at - far, ""), (found.at + far, _LAST)))
            return self._latest(name for _, name in self._opened[begin:end])
        if not found.entities:
            return ()
        *rarer, commonest = sorted(found.entities, key=lambda actor: len(self._of_actor.get(actor, ())))
        # Who shares two actors shares one that is not the commonest.
        alone = (self._of_one_actor if rarer else self._of_actor).get(commonest, ())
        return self._latest({*alone, *chain.from_iterable(self._of_actor.get(actor, ()) for actor in rarer)})

    def put(self, told: Open) -> None:
        """It was told last of all."""
        name = told.event.id
        before = self._taken(name)
        self._tellings += 1
        self._events[name] = self._tellings, told
        self._oldest = told.last if self._oldest is None else min(self._oldest, told.last)
        insort(self._opened, (told.event.opened, name))
        self._index(name, before or _NOTHING, told)

    def drop(self, name: str) -> None:
        """It is open no more."""
        before = self._taken(name)
        if before is not None:
            self._index(name, before, _NOTHING)

    def _taken(self, name: str) -> Open | None:
        _, known = self._events.pop(name, (0, None))
        if known is not None:
            del self._opened[bisect_left(self._opened, (known.event.opened, name))]
        return known

    def _index(self, name: str, before: Open, after: Open) -> None:
        _move(self._of_story, name, before.stories, after.stories)
        _move(self._of_actor, name, before.entities, after.entities)
        _move(self._of_one_actor, name, _alone(before.entities), _alone(after.entities))

    def _latest(self, names: Iterable[str]) -> list[Open]:
        found = sorted([self._events[name] for name in names], key=itemgetter(0), reverse=True)
        return [each for _, each in found]


def _alone(actors: frozenset[str]) -> frozenset[str]:
    return actors if len(actors) == 1 else frozenset()


def _move(index: _Index, name: str, before: Collection[str], after: Collection[str]) -> None:
    """An event stands under these now, and not under those of before."""
    if before == after:
        return
    was, now = set(before), set(after)
    for key in was - now:
        index[key] = tuple(each for each in index[key] if each != name)
        if not index[key]:
            del index[key]
    for key in now - was:
        index[key] = (*index.get(key, ()), name)


class Events:
    """The events of the last days, by rule. A draft leaves what it began from as it was: it knows which events it has
    told, and which of those below it has told, or forgotten."""

    def __init__(self, below: Events | None = None) -> None:
        self._below = below
        self._settled: defaultdict[str, _OfRule] = defaultdict(_OfRule)  # where there is nothing below
        self._told: defaultdict[str, dict[str, Open]] = defaultdict(dict)  # the latest last
        self._gone: defaultdict[str, set[str]] = defaultdict(set)

    def draft(self) -> Events:
        """A state that begins as this one and leaves it unchanged."""
        return Events(self)

    def settled(self) -> Events:
        """The draft taken over into the state that it began from."""
        below = self._below
        if below is None:
            return self
        for rule, gone in self._gone.items():
            for name in gone - self._told[rule].keys():
                below.drop(rule, name)
        for told in self._told.values():
            for each in told.values():
                below.keep(each)
        return below

    @property
    def changed(self) -> list[Open]:
        """The events that this draft has told on, or opened."""
        return [each for told in self._told.values() for each in reversed(told.values())]

    def of(self, rule: str) -> tuple[Open, ...]:
        """The open events of a rule, the latest first."""
        return tuple(self.found(rule, _OfRule.all))

    def telling(self, story: str, rule: str) -> Iterator[Open]:
        """Those of a rule that a story tells, the latest first."""
        found = self.found(rule, lambda known: known.telling(story))
        return (each for each in found if story in each.stories)

    def near(self, found: Found) -> Iterator[Open]:
        """Those that an article may belong to, and some others; the latest first."""
        return self.found(found.rule, lambda known: known.near(found))

    def tell(self, found: Found, event: Event) -> None:
        """Remember that an article belongs to an event. One that shows nothing new of it does not make it the latest:
        then nothing would be written by which a state that is rebuilt could tell."""
        told = self.get(found.rule, event.id)
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
        for each in list(self.found(found.rule, lambda known: known.older(found.at - KEPT))):
            if each.last < found.at - KEPT:
                self.drop(found.rule, each.event.id)
        self.keep(now)

    def keep(self, known: Open) -> None:
        """Take over an event as it, or another process, has told it; to be called in the order of the tellings."""
        rule, name = known.event.rule, known.event.id
        if self._below is None:
            self._settled[rule].put(known)
        else:
            self.drop(rule, name)
            self._told[rule][name] = known
        while self.count(rule) > _OPEN and (first := self.first(rule, ())) is not None:
            self.drop(rule, first)

    def found(self, rule: str, look: Callable[[_OfRule], Iterable[Open]]) -> Iterator[Open]:
        """Of what drafts have told all, and of what is settled what `look` finds; the latest first."""
        if self._below is None:
            yield from look(self._settled[rule]) if rule in self._settled else ()
            return
        yield from reversed(self._told[rule].values())
        gone = self._gone[rule]
        yield from (each for each in self._below.found(rule, look) if each.event.id not in gone)

    def get(self, rule: str, name: str) -> Open | None:
        if self._below is None:
            return self._settled[rule].get(name) if rule in self._settled else None
        if name in self._told[rule]:
            return self._told[rule][name]
        return None if name in self._gone[rule] else self._below.get(rule, name)

    def drop(self, rule: str, name: str) -> None:
        if self._below is None:
            self._settled[rule].drop(name)
            return
        self._told[rule].pop(name, None)
        if self._below.get(rule, name) is not None:
            self._gone[rule].add(name)

    def count(self, rule: str) -> int:
        if self._below is None:
            return len(self._settled[rule]) if rule in self._settled else 0
        return len(self._told[rule]) + self._below.count(rule) - len(self._gone[rule])

    def first(self, rule: str, but_for: Collection[str]) -> str | None:
        """Of the others the one that was told the longest ago."""
        if self._below is None:
            return self._settled[rule].first(but_for) if rule in self._settled else None
        below = self._below.first(rule, self._gone[rule].union(but_for))
        return below or next((name for name in self._told[rule] if name not in but_for), None)


def belongs(found: Found, events: Events) -> Event | None:
    """The open event that an article belongs to, if any: that of its story, or the latest that fits."""
    own = of_story(found.rule, found.story, found.at, events)
    if own is not None:
        return own
    near = (each for each in events.near(found) if found.at - each.last <= KEPT and _fits(found, each))
    return next((each.event for each in near), None)


def of_story(rule: str, story: Story, at: datetime, events: Events) -> Event | None:
    """The open event that a story is of already, if any."""
    return next((each.event for each in events.telling(story.id, rule) if at - each.last <= KEPT), None)


def opened(found: Found) -> Event:
    """A new event; it is named by its rule and first story, so that replaying news gives the same names."""
    return Event(f"E{hashed(f'{found.rule} {found.story.id}'):016x}", found.rule, found.story.title, found.at)


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
