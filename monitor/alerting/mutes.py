"""Mutes: about which stories and events a person wants no message, and until when. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from monitor.errors import NotLoaded
from monitor.model import Event, Story
from monitor.state import Overlay, StatePart


@dataclass(frozen=True, slots=True)
class Mute:
    """A person has muted a story or an event. `id`: of the story or event; `at`: when; `until`: when the mute ends;
    `who`: the user's name on that machine. What came before `at` was not muted: `why` decides on it again."""

    id: str
    at: datetime
    until: datetime
    who: str

    def is_active(self, now: datetime) -> bool:
        """Whether nothing of it is sent now."""
        return self.at <= now < self.until


class Mutes(StatePart):
    """The mutes of stories and events, by id. Decisions never change them.

    A muted story is muted for all rules, a muted event for its rule, in all stories of that event.

    Complete by itself: a story that it does not hold is not muted. With `complete=False` it raises NotLoaded if asked
    for a story or event that was not loaded.
    """

    def __init__(self, *, complete: bool = True) -> None:
        self.by_id: Overlay[str, Mute] = Overlay(None if complete else _raise_not_loaded)

    def find_active(self, story: Story, event: Event | None, now: datetime) -> Mute | None:
        """The mute because of which nothing of this story and event is sent now: the one that ends last."""
        found = (self.by_id.get(id_) for id_ in list_mutable_ids(story, event))
        active = [mute for mute in found if mute is not None and mute.is_active(now)]
        return max(active, key=lambda mute: mute.until, default=None)


def list_mutable_ids(story: Story, event: Event | None) -> Iterator[str]:
    """The ids that a person may have muted, of a match with this story and event."""
    yield story.id
    if event is not None:
        yield event.id


def _raise_not_loaded(id_: str) -> NoReturn:
    raise NotLoaded(f"whether {id_} is muted was not loaded")
