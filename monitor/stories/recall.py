"""What is remembered of the tellings of the last days, in little memory, and how the last of them are taken back.

Keys are remembered for a week, words for two to four days: each in generations of two days, of which the oldest goes
whole. Everything that grows with the number of articles is an array.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial
from itertools import islice

from monitor.model import Story
from monitor.stories.keys import Keys, of_story
from monitor.stories.likeness import Weighted
from monitor.stories.rarity import Rarity
from monitor.stories.reading import Reading, Telling
from monitor.stories.tellings import RUNS_FOUND, UNDER_KEY, Candidate, Tellings

GENERATION = 48 * 3600.0  # s
WORDS_KEPT = timedelta(hours=48)
MOST = 100_000  # tellings: then a generation is full before its time
_OF_KEYS, _OF_WORDS = 5, 2  # generations
_STORY, _GENERATIONS = 20, 1 << 12  # bits of a story's number, and how many generations have numbers of their own
_LAST_STORY = (1 << _STORY) - 1
_LANGUAGES = 32  # further ones are counted together
_RARE_SOUGHT = 24
_RUN_WEIGHT = 5.0  # beside the weights of terms: a run is as telling as a rare term
COMPARED = 12
_A_FEW = 7


class Recall:
    """All that is remembered."""

    def __init__(self) -> None:
        self._keys: tuple[Keys, ...] = ()
        self._words: tuple[Tellings, ...] = ()
        self._generation = 0  # of the youngest keys
        self._rarity: dict[int, Rarity] = {}
        self._weighed: tuple[Reading, dict[int, float]] | None = None  # until the next telling

    def by_key(self, key: int) -> tuple[Story, int] | None:
        """The story that is recognised by this key, and the source that told it. The last telling counts, but an old
        story never hides a younger one (an old article may be edited to today's headline)."""
        told = [(kept, number) for kept in self._keys for number in kept.found(key)]  # the youngest generation first
        if not told:
            return None
        kept, number = max(told, key=lambda each: each[0].stories.opened(each[0].story(each[1])))
        return kept.stories[kept.story(number)], kept.source(number)

    def last_told(self, story: Story) -> float:
        """When a story was last told, in seconds."""
        key = of_story(story)
        told = [kept.last[number] for kept in self._keys for number in kept.found(key)]
        return max(told, default=story.opened.timestamp())

    def candidates(self, reading: Reading) -> list[Candidate]:
        """The tellings that share the most of what is rare in an article."""
        rarity = self._of_language(reading.language)
        weights = self._weights(reading)
        known = [term for term in weights if rarity.count(term)]
        rarest = sorted(known, key=weights.__getitem__, reverse=True)[:_RARE_SOUGHT]
        sought = [(term, weights[term]) for term in rarest]
        sought += [(run, _RUN_WEIGHT) for run in reading.words.runs[:RUNS_FOUND]]
        weighted = Weighted(reading.words, weights)
        return [
            words.candidate(number, self._story(words.story(number)), weighted)
            for words, number in islice(self._likeliest(sought, reading), COMPARED)
        ]

    def tell(self, told: Telling) -> list[Callable[[], object]]:
        """Remember a telling; what takes it back, to be called in this order."""
        before = self._keys, self._words, self._generation
        self._turn(told.reading.seen.timestamp())
        back: list[Callable[[], object]] = [partial(self._back_to, before)]
        kept, words = self._keys[0], self._words[0]
        earlier = next(kept.found(of_story(told.story)), None)
        if earlier is not None:
            back.insert(0, partial(kept.last.__setitem__, earlier, kept.last[earlier]))
            kept.last[earlier] = max(kept.last[earlier], told.reading.at)
        back.insert(0, partial(kept.take, kept.add(told, earlier), earlier))
        story = self._generation << _STORY | kept.story(len(kept) - 1)
        put = words.add(told.reading, story, self._weights(told.reading), opens=earlier is None)
        back.insert(0, partial(words.take, put))
        rarity = self._of_language(told.reading.language)
        back.insert(0, partial(rarity.take, drove_out=rarity.add(told.reading.words.terms)))
        self._weighed = None
        return back

    def keep(self) -> None:
        """What was told until now is never taken back."""
        for rarity in self._rarity.values():
            rarity.keep()

    def _likeliest(self, sought: Iterable[tuple[int, float]], reading: Reading) -> Iterator[tuple[Tellings, int]]:
        """The tellings under two or more of the keys that are sought, those under the weightiest first; where these are
        but a few, those under one key too."""
        once: dict[int, float] = {}
        scores: dict[int, float] = {}
        for key, weight in sought:
            left = UNDER_KEY
            for place, words in enumerate(self._words):  # the youngest generation first
                under = words.under(key, left)
                left -= len(under)
                for number in under:
                    each = number * _OF_WORDS + place
                    if each in once:
                        scores[each] = scores.get(each, once[each]) + weight
                    else:
                        once[each] = weight
        likeliest = sorted(scores, key=scores.__getitem__, reverse=True)
        if len(likeliest) < _A_FEW:
            likeliest += [each for each in sorted(once, key=once.__getitem__, reverse=True) if each not in scores]
            del likeliest[_A_FEW:]
        for each in likeliest:
            number, place = divmod(each, _OF_WORDS)
            if not self._words[place].apart(number, reading, GENERATION):
                yield self._words[place], number

    def _turn(self, now: float) -> None:
        """Begin new generations where the youngest is of two days ago, or full."""
        if not self._keys or now - self._keys[0].began > GENERATION or len(self._keys[0]) >= _OF_WORDS * MOST:
            self._keys = (Keys(now), *self._keys[: _OF_KEYS - 1])
            self._generation = (self._generation + 1) % _GENERATIONS
            self._words = tuple(words for words in self._words if self._age(words.keys) < len(self._keys))
        if not self._words or now - self._words[0].began > GENERATION or len(self._words[0]) >= MOST:
            self._words = (Tellings(now, self._generation), *self._words[: _OF_WORDS - 1])

    def _back_to(self, before: tuple[tuple[Keys, ...], tuple[Tellings, ...], int]) -> None:
        self._keys, self._words, self._generation = before
        self._weighed = None

    def _story(self, number: int) -> Story:
        """A story by the generation of its keys, and its number there."""
        return self._keys[self._age(number >> _STORY)].stories[number & _LAST_STORY]

    def _age(self, generation: int) -> int:
        """How many generations of keys are younger than this one."""
        return (self._generation - generation) % _GENERATIONS

    def _weights(self, reading: Reading) -> dict[int, float]:
        """An article's terms with their weights as of now: it is looked up, and then told."""
        if self._weighed is None or self._weighed[0] is not reading:
            self._weighed = reading, self._of_language(reading.language).weights(reading.words.terms)
        return self._weighed[1]

    def _of_language(self, language: int) -> Rarity:
        if language not in self._rarity and len(self._rarity) >= _LANGUAGES:
            language = 0
        return self._rarity.setdefault(language, Rarity()) if language not in self._rarity else self._rarity[language]
