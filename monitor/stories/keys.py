"""The addresses, headlines and articles by which stories are recognised, of one generation of tellings."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from monitor.model import Story
from monitor.stories.chains import Chains
from monitor.stories.reading import Telling, hashed

_UNDER_KEY = 60
_LOW = 0xFFFFFFFF
_BITS = 18


class Keys:
    """Key -> the story and the source that told it. `last`: when each telling, or a later one that it stands for, was
    news."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.stories: list[Story] = []
        self.last = array("d")
        self._sources = array("I")
        self._chains, self._full, self._of = Chains(_BITS), array("Q"), array("I")

    def found(self, key: int) -> Iterator[int]:
        """The numbers of the tellings with this key, the latest first."""
        for entry in self._chains.under(key & _LOW, _UNDER_KEY):
            if self._full[entry] == key:
                yield self._of[entry]

    def source(self, number: int) -> int:
        """Who told it, hashed."""
        return self._sources[number]

    def add(self, told: Telling) -> list[int]:
        """Remember what a telling is recognised by; the keys that were put."""
        number, put = len(self.stories), []
        self.stories.append(told.story)
        self._sources.append(told.reading.source)
        self.last.append(told.reading.at)
        for key in (*(each.key for each in told.reading.keys), of_story(told.story)):
            if not self._says(key, told):
                put.append(key)
                self._chains.put((key & _LOW,), len(self._full))
                self._full.append(key)
                self._of.append(number)
        return put

    def take(self, put: list[int]) -> None:
        """Undo the last `add`, which gave these."""
        for key in reversed(put):
            self._chains.take((key & _LOW,))
            self._full.pop()
            self._of.pop()
        self.stories.pop()
        self._sources.pop()
        self.last.pop()

    def _says(self, key: int, told: Telling) -> bool:
        """Whether the last telling of a key says the same already."""
        number = next(self.found(key), None)
        if number is None or self.stories[number].id != told.story.id:
            return False
        return key == of_story(told.story) or self._sources[number] == told.reading.source


def of_story(story: Story) -> int:
    """The key by which a story itself is found."""
    return hashed(f"story {story.id}")
