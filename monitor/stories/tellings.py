"""The words of one generation of tellings, and where they are found, in arrays."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import NamedTuple

from monitor.model import Story
from monitor.stories.chains import Chains, Put
from monitor.stories.likeness import Likeness, Weighted, norms
from monitor.stories.reading import Reading
from monitor.stories.rows import ShortRows

UNDER_KEY = 8  # tellings, the last ones
_PER_STORY, _LOOK = 2, 4
_RARE_KEPT = 6
RUNS_FOUND = 14  # runs under which a telling is found


class Candidate(NamedTuple):
    """A telling that may be of the same development. `copied`: part and number of the runs that both have; `runs`: how
    many it has; `counts_otherwise`: its title is the article's but for its numbers."""

    story: Story
    at: float
    days: int
    flash: bool
    likeness: Likeness
    copied: tuple[float, int]
    runs: int
    counts_otherwise: bool


class Tellings:
    """The tellings of a generation, by their numbers. `keys`: which generation of keys was the youngest when it began;
    the older ones it does not need."""

    def __init__(self, began: float, keys: int) -> None:
        self.began = began
        self.keys = keys
        self._stories = array("I")
        self._terms, self._runs = ShortRows(), ShortRows()
        self._at, self._norms, self._title_norms = array("d"), array("f"), array("f")
        self._days, self._languages = array("I"), array("I")
        self._titled, self._numbers, self._flash = bytearray(), bytearray(), bytearray()
        self._chains = Chains(UNDER_KEY)

    def __len__(self) -> int:
        return len(self._stories)

    def add(self, reading: Reading, story: int, weights: Mapping[int, float], *, opens: bool) -> list[Put]:
        """Remember the words of a telling of this story; what was put. `opens`: it is its story's first."""
        words, number = reading.words, len(self._stories)
        norm, title_norm = norms(words, weights)
        rarest = sorted(words.terms, key=weights.__getitem__, reverse=True)[:_RARE_KEPT]
        keys = dict.fromkeys((*words.terms[: words.titled], *rarest, *words.runs[:RUNS_FOUND]))
        put = self._chains.put([key for key in keys if opens or not self._often(key, story)], number)
        self._stories.append(story)
        self._terms.append(words.terms)
        self._runs.append(words.runs)
        self._at.append(reading.at)
        self._norms.append(norm)
        self._title_norms.append(title_norm)
        self._days.append(reading.days)
        self._languages.append(reading.language)
        self._titled.append(words.titled)
        self._numbers.append(words.numbers)
        self._flash.append(reading.flash)
        return put

    def take(self, put: list[Put]) -> None:
        """Undo the last `add`, which gave this."""
        self._chains.take(put)
        for row in (
            self._stories, self._terms, self._runs, self._at, self._norms, self._title_norms, self._days,
            self._languages, self._titled, self._numbers, self._flash,
        ):  # fmt: skip
            row.pop()

    def story(self, number: int) -> int:
        """Which story a telling tells."""
        return self._stories[number]

    def under(self, key: int, most: int) -> list[int]:
        """The numbers of the tellings that have this among what they are found by, the last ones first."""
        return self._chains.under(key, most)

    def apart(self, number: int, reading: Reading, far: float) -> bool:
        """Whether a telling is of another language, or further away in time than `far` (s)."""
        language = self._languages[number]
        if abs(self._at[number] - reading.at) > far:
            return True
        return bool(language and reading.language and language != reading.language)

    def candidate(self, number: int, story: Story, weighted: Weighted) -> Candidate:
        """A telling, which is of this story, compared with an article."""
        terms, titled, runs = self._terms[number], self._titled[number], self._runs[number]
        return Candidate(
            story,
            self._at[number],
            self._days[number],
            bool(self._flash[number]),
            weighted.likeness(terms, titled, self._norms[number], self._title_norms[number]),
            weighted.copied(runs),
            len(runs),
            weighted.counts_otherwise(terms, titled, self._numbers[number]),
        )

    def _often(self, key: int, story: int) -> bool:
        """Whether a key finds the story already: a story that everybody tells must not hide all others."""
        stories = self._stories
        return [stories[number] for number in self._chains.under(key, _LOOK)].count(story) >= _PER_STORY
