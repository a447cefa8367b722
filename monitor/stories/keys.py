"""The stories of one generation of tellings, and the addresses, headlines and articles by which they are recognised."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from monitor.model import Story
from monitor.model.names import hashed
from monitor.stories.chains import Chains, Put
from monitor.stories.reading import Telling
from monitor.stories.rows import StoryRows

_UNDER_KEY = 60
_HALF = 32  # bits of a key: the lower ones, but for two (eight while there are few), lead to it
_LOW = (1 << _HALF) - 1
_BITS = 18


class Keys:
    """Key -> the story and the source that told it. `stories`: each of them once; `last`: when each telling, or a later
    one that it stands for, was news."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.stories = StoryRows()
        self.last = array("d")
        self._of_telling, self._sources = array("I"), array("I")
        self._chains, self._high, self._of = Chains(_UNDER_KEY, _BITS), array("I"), array("I")

    def __len__(self) -> int:
        return len(self.last)

    def found(self, key: int) -> Iterator[int]:
        """The numbers of the tellings with this key, the latest first."""
        for entry in self._chains.under(key & _LOW, _UNDER_KEY):
            if self._high[entry] == key >> _HALF:
                yield self._of[entry]

    def source(self, number: int) -> int:
        """Who told it, hashed."""
        return self._sources[number]

    def story(self, number: int) -> int:
        """Which of the stories it told."""
        return self._of_telling[number]

    def add(self, told: Telling, earlier: int | None) -> list[list[Put]]:
        """Remember what a telling is recognised by; `earlier`: one of its story, if there is any. What was put."""
        number = len(self.last)
        if earlier is None:
            self.stories.append(told.story)
        self._of_telling.append(len(self.stories) - 1 if earlier is None else self._of_telling[earlier])
        self._sources.append(told.reading.source)
        self.last.append(told.reading.at)
        keys = [each.key for each in told.reading.keys if not self._says(each.key, number)]
        return [self._put(key, number) for key in (*keys, *([of_story(told.story)] if earlier is None else []))]

    def take(self, put: list[list[Put]], earlier: int | None) -> None:
        """Undo the last `add`, which was given `earlier` and gave these."""
        for each in reversed(put):
            self._chains.take(each)
            self._high.pop()
            self._of.pop()
        for row in (self._of_telling, self._sources, self.last):
            row.pop()
        if earlier is None:
            self.stories.pop()

    def _put(self, key: int, number: int) -> list[Put]:
        put = self._chains.put((key & _LOW,), len(self._high))
        self._high.append(key >> _HALF)
        self._of.append(number)
        return put

    def _says(self, key: int, number: int) -> bool:
        """Whether the last telling of a key says the same as this one already."""
        before = next(self.found(key), None)
        if before is None or self._of_telling[before] != self._of_telling[number]:
            return False
        return self._sources[before] == self._sources[number]


def of_story(story: Story) -> int:
    """The key by which a story itself is found."""
    return hashed(f"story {story.id}")
