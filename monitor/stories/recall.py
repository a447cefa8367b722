"""What is remembered of the tellings of the last days, in little memory, and how the last of them are taken back.

Keys are remembered for a week, words for two to four days: each in generations of two days, of which the oldest goes
whole. Everything that grows with the number of articles is an array, or one reference an article.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from heapq import nlargest
from itertools import islice

from monitor.model import Story
from monitor.stories.chains import Chains
from monitor.stories.likeness import Likeness, Weighted, containment
from monitor.stories.rarity import Rarity
from monitor.stories.reading import Reading, hashed

GENERATION = 48 * 3600.0  # s
WORDS_KEPT = timedelta(hours=48)
MOST = 100_000  # tellings: then a generation is full before its time
_OF_KEYS, _OF_WORDS = 5, 2  # generations
_LANGUAGES = 32  # further ones are counted together
_UNDER_KEY = 60
_PER_STORY, _LOOK = 2, 12
_RARE_KEPT, _RARE_SOUGHT, _RUNS_KEPT = 10, 24, 24
_RUN_WEIGHT = 5.0  # beside the weights of terms: a run is as telling as a rare term
COMPARED = 16
_LOW = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Telling:
    """An article told this story."""

    reading: Reading
    story: Story


@dataclass(frozen=True, slots=True)
class Candidate:
    """A telling that may be of the same development: `copied`, part and number of the runs that both have; `runs`: how many it has."""

    story: Story
    at: float
    days: int
    flash: bool
    likeness: Likeness
    copied: tuple[float, int]
    runs: int
    counts_otherwise: bool


class _Keys:
    """Key -> the story and the source that told it, for a generation."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.stories: list[Story] = []
        self._sources, self.last = array("I"), array("d")
        self._chains, self._full, self._of = Chains(), array("Q"), array("I")

    def found(self, key: int) -> Iterator[int]:
        """The numbers of the tellings with this key, the latest first."""
        for entry in self._chains.under(key & _LOW, _UNDER_KEY):
            if self._full[entry] == key:
                yield self._of[entry]

    def source(self, number: int) -> int:
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
                self._chains.put(key & _LOW, len(self._full))
                self._full.append(key)
                self._of.append(number)
        return put

    def take(self, put: list[int]) -> None:
        """Undo the last `add`."""
        for key in reversed(put):
            self._chains.take(key & _LOW)
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


class _Words:
    """The words of the tellings of a generation, and where they are found."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.stories: list[Story] = []
        self._terms: list[array[int]] = []
        self._runs: list[array[int]] = []
        self._at, self._norms, self._title_norms = array("d"), array("f"), array("f")
        self._days, self._languages = array("I"), array("I")
        self._titled, self._numbers, self._flash = bytearray(), bytearray(), bytearray()
        self._chains = Chains()

    def add(self, told: Telling, weights: Mapping[int, float]) -> list[int]:
        """Remember the words of a telling; the keys under which it is found."""
        reading, number = told.reading, len(self.stories)
        words, weighted = reading.words, Weighted(reading.words, weights)
        self.stories.append(told.story)
        self._terms.append(words.terms)
        self._runs.append(words.runs)
        self._at.append(reading.at)
        self._norms.append(weighted.norm)
        self._title_norms.append(weighted.title_norm)
        self._days.append(reading.days)
        self._languages.append(reading.language)
        self._titled.append(words.titled)
        self._numbers.append(words.numbers)
        self._flash.append(reading.flash)
        rarest = nlargest(_RARE_KEPT, words.terms, key=weights.__getitem__)
        keys = dict.fromkeys((*words.terms[: words.titled], *rarest, *words.runs[:_RUNS_KEPT]))
        put = [key for key in keys if not self._often(key, told.story)]
        for key in put:
            self._chains.put(key, number)
        return put

    def take(self, put: list[int]) -> None:
        """Undo the last `add`."""
        for key in reversed(put):
            self._chains.take(key)
        for row in (
            self.stories, self._terms, self._runs, self._at, self._norms, self._title_norms, self._days,
            self._languages, self._titled, self._numbers, self._flash,
        ):  # fmt: skip
            row.pop()

    def scores(self, sought: Iterable[tuple[int, float]]) -> dict[int, float]:
        """The tellings under the keys that are sought, by their number, and the sum of the keys' weights."""
        scores: defaultdict[int, float] = defaultdict(float)
        for key, weight in sought:
            for number in self._chains.under(key, _UNDER_KEY):
                scores[number] += weight
        return scores

    def apart(self, number: int, reading: Reading) -> bool:
        """Whether a telling is of another time or language."""
        language = self._languages[number]
        if abs(self._at[number] - reading.at) > GENERATION:
            return True
        return bool(language and reading.language and language != reading.language)

    def candidate(self, number: int, reading: Reading, weighted: Weighted) -> Candidate:
        likeness = weighted.likeness(
            self._terms[number], self._titled[number], self._norms[number], self._title_norms[number]
        )
        return Candidate(
            self.stories[number],
            self._at[number],
            self._days[number],
            bool(self._flash[number]),
            likeness,
            containment(reading.words.runs, self._runs[number]),
            len(self._runs[number]),
            weighted.counts_otherwise(self._terms[number], self._titled[number], self._numbers[number]),
        )

    def _often(self, key: int, story: Story) -> bool:
        """Whether a key finds the story already: a story that everybody tells must not hide all others."""
        same = (self.stories[number].id == story.id for number in self._chains.under(key, _LOOK))
        return sum(islice(filter(None, same), _PER_STORY)) >= _PER_STORY


class Recall:
    """All that is remembered."""

    def __init__(self) -> None:
        self._keys: tuple[_Keys, ...] = ()
        self._words: tuple[_Words, ...] = ()
        self._rarity: dict[int, Rarity] = {}

    def by_key(self, key: int) -> tuple[Story, int] | None:
        """The story that is recognised by this key, and the source that told it. The last telling counts, but an old
        story never hides a younger one (an old article may be edited to today's headline)."""
        latest: tuple[Story, int] | None = None
        for kept in self._keys:  # the youngest generation first
            for number in kept.found(key):
                if latest is None or latest[0].opened < kept.stories[number].opened:
                    latest = kept.stories[number], kept.source(number)
        return latest

    def last_told(self, story: Story) -> float:
        """When a story was last told, in seconds."""
        key = of_story(story)
        told = [kept.last[number] for kept in self._keys for number in kept.found(key)]
        return max(told, default=story.opened.timestamp())

    def candidates(self, reading: Reading) -> list[Candidate]:
        """The tellings that share the most of what is rare in an article."""
        rarity = self._of_language(reading.language)
        weights = rarity.weights(reading.words.terms)
        known = [term for term in weights if rarity.count(term)]
        sought = [(term, weights[term]) for term in nlargest(_RARE_SOUGHT, known, key=weights.__getitem__)]
        sought += [(run, _RUN_WEIGHT) for run in reading.words.runs[:_RUNS_KEPT]]
        found = [
            (score, place, number)
            for place, words in enumerate(self._words)
            for number, score in words.scores(sought).items()
        ]
        near = (each for each in sorted(found, reverse=True) if not self._words[each[1]].apart(each[2], reading))
        weighted = Weighted(reading.words, weights)
        return [self._words[place].candidate(n, reading, weighted) for _, place, n in islice(near, COMPARED)]

    def tell(self, told: Telling) -> list[Callable[[], object]]:
        """Remember a telling; what takes it back, to be called in this order."""
        before = self._keys, self._words
        self._turn(told.reading.seen.timestamp())
        back: list[Callable[[], object]] = [partial(self._back_to, before)]
        kept, words = self._keys[0], self._words[0]
        for number in islice(kept.found(of_story(told.story)), 1):
            back.insert(0, partial(kept.last.__setitem__, number, kept.last[number]))
            kept.last[number] = max(kept.last[number], told.reading.at)
        back.insert(0, partial(kept.take, kept.add(told)))
        rarity = self._of_language(told.reading.language)
        back.insert(0, partial(rarity.take, rarity.add(told.reading.words.terms)))
        back.insert(0, partial(words.take, words.add(told, rarity.weights(told.reading.words.terms))))
        return back

    def _turn(self, now: float) -> None:
        """Begin new generations where the youngest is of two days ago, or full."""
        if not self._keys or now - self._keys[0].began > GENERATION or len(self._keys[0].stories) >= _OF_WORDS * MOST:
            self._keys = (_Keys(now), *self._keys[: _OF_KEYS - 1])
        if not self._words or now - self._words[0].began > GENERATION or len(self._words[0].stories) >= MOST:
            self._words = (_Words(now), *self._words[: _OF_WORDS - 1])

    def _back_to(self, before: tuple[tuple[_Keys, ...], tuple[_Words, ...]]) -> None:
        self._keys, self._words = before

    def _of_language(self, language: int) -> Rarity:
        if language not in self._rarity and len(self._rarity) >= _LANGUAGES:
            language = 0
        return self._rarity.setdefault(language, Rarity()) if language not in self._rarity else self._rarity[language]


def of_story(story: Story) -> int:
    """The key by which a story itself is found."""
    return hashed(f"story {story.id}")
