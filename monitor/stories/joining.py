"""Articles -> stories: by the article itself, its address, its headline, by words that were copied, by much the same
words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from weakref import ref

from monitor.model import Article, Story
from monitor.model.names import hashed
from monitor.stories.likeness import RUNS
from monitor.stories.reading import Key, Reading, Telling, reading_of
from monitor.stories.recall import Recall
from monitor.stories.tellings import Candidate

LIKE = 0.17  # the mean of a story's two likeliest tellings
_SHARED = 0.3  # and the part of the shorter one's terms that each of them has
_COPIED, _COPIED_LED, _COPIED_SHORT, _COPIED_WHOLE, _COPIED_RUNS = 0.4, 0.25, 0.5, 0.8, 5
_HOUR = 3600.0
QUIET = 12 * _HOUR  # a story that nobody has told for so long is over
OLD = 24 * _HOUR
_OLD_SAME_DAY = 36 * _HOUR  # if both name the day
_FLASH = 6 * _HOUR  # what a flash says is true of every launch
_ANOTHER_DAY = 12 * _HOUR


@dataclass(frozen=True, slots=True)
class Joined:
    """The story of an article, and by what it was recognised, in words; `likeness` (0 to 1): if that was by words."""

    story: Story
    how: str
    likeness: float | None = None


class Stories:
    """What stories of the last days are recognised by. Rebuilt from the database at start (`tell`).

    A draft is a list of tellings on top of what it began from. All of them share one memory, which stands where it was
    last asked to stand: tellings that are not of that state are taken back first.
    """

    def __init__(self, base: Stories | None = None) -> None:
        self._base = base
        self.memory: _Memory = base.memory if base is not None else _Memory()
        self._told: list[Telling] = []

    def draft(self) -> Stories:
        """A state that begins as this one and leaves it unchanged."""
        return Stories(self)

    def settled(self, now: datetime) -> Stories:  # noqa: ARG002 - what is too old leaves as younger news comes
        """The draft taken over into the state that it began from."""
        if self._base is None:
            return self
        self.recall()
        self._base.take_over(self._told)
        self._told = []
        self.memory.now_shows(self._base)
        return self._base

    def take_over(self, told: list[Telling]) -> None:
        """What a draft of this state has told on top of it is its own."""
        if self._base is None:
            self.memory.keep()
        else:
            self._told += told

    def tell(self, article: Article, story: Story) -> None:
        """Remember that an article told a story: what `join` does, where the story is known."""
        self.told(Telling(reading_of(article), story))

    def told(self, telling: Telling) -> None:
        """Remember a telling."""
        self.recall()
        if self._base is not None:
            self._told.append(telling)
        self.memory.tell(telling, lasting=self._base is None)

    def recall(self) -> Recall:
        """What is remembered in this state; until another one is asked."""
        if not self.memory.shows(self):
            self.memory.stand(self.path())
            self.memory.now_shows(self)
        return self.memory.recall

    def path(self) -> list[list[Telling]]:
        """The tellings that are not settled yet, of the drafts that this one stands on and its own."""
        return [] if self._base is None else [*self._base.path(), self._told]


class _Memory:
    """What is remembered for good, and on top of it the tellings of one draft."""

    def __init__(self) -> None:
        self.recall = Recall()
        # The state that asked last. Each state holds this memory: held strongly, the two would be garbage that only the
        # collector frees, and its tables are large.
        self._shown: ref[Stories] | None = None
        self._on_top: list[tuple[Telling, list[Callable[[], object]]]] = []

    def shows(self, state: Stories) -> bool:
        """Whether exactly the tellings of this state are remembered now."""
        return self._shown is not None and self._shown() is state

    def now_shows(self, state: Stories) -> None:
        """Say that they are."""
        self._shown = ref(state)

    def stand(self, path: Sequence[Sequence[Telling]]) -> None:
        """Have these tellings on top, and no others."""
        wanted = [telling for told in path for telling in told]
        same = 0
        for (telling, _), other in zip(self._on_top, wanted, strict=False):
            if telling is not other:
                break
            same += 1
        while len(self._on_top) > same:
            for back in self._on_top.pop()[1]:
                back()
        for telling in wanted[same:]:
            self.tell(telling, lasting=False)

    def tell(self, telling: Telling, *, lasting: bool) -> None:
        back = self.recall.tell(telling)
        if lasting:
            self.recall.keep()
        else:
            self._on_top.append((telling, back))

    def keep(self) -> None:
        """What is on top is remembered for good."""
        self._on_top = []
        self.recall.keep()


def join(article: Article, stories: Stories) -> Joined:
    """The story that an article belongs to, an open one or a new one; `stories` will know the article from now on."""
    reading, recall = reading_of(article), stories.recall()
    joined = next((found for key in reading.keys if (found := _by_key(recall, reading, key))), None)
    if joined is None:
        candidates = recall.candidates(reading)
        joined = _copied(reading, recall, candidates) or _alike(reading, recall, candidates)
    if joined is None:
        joined = Joined(Story(_id(article), article.title, article.seen), "the first article of its story")
    stories.told(Telling(reading, joined.story))
    return joined


def _by_key(recall: Recall, reading: Reading, key: Key) -> Joined | None:
    found = recall.by_key(key.key)
    if found is None or (key.elsewhere and found[1] == reading.source):
        return None
    # From the opening, not from the last telling: a headline that is printed every ten hours must not go on for ever.
    if abs(reading.seen - found[0].opened) > key.reach:
        return None
    return Joined(found[0], key.why)


def _copied(reading: Reading, recall: Recall, candidates: Sequence[Candidate]) -> Joined | None:
    """The story of the telling that has the most runs of words with the article in common."""
    copies = [each for each in candidates if _is_copy(reading, recall, each)]
    if not copies:
        return None
    best = max(copies, key=lambda each: (each.copied[1], each.at))
    return Joined(best.story, f"shares {best.copied[1]} runs of words (copied)", best.copied[0])


def _is_copy(reading: Reading, recall: Recall, told: Candidate) -> bool:
    part, runs = told.copied
    if runs < _COPIED_RUNS or _of_another_day(reading, [told]):
        return False
    if min(told.runs, len(reading.words.runs)) < RUNS:  # a few sentences, which every launch is told in
        if told.counts_otherwise:
            return False
        age = abs(reading.at - told.story.opened.timestamp())
        return (part >= _COPIED_WHOLE and age <= OLD) or (part >= _COPIED_SHORT and _timely(reading, recall, [told]))
    return part >= _COPIED or (part >= _COPIED_LED and told.likeness.shared >= _SHARED)


def _alike(reading: Reading, recall: Recall, candidates: Sequence[Candidate]) -> Joined | None:
    """The story whose tellings have much the same words."""
    told: defaultdict[str, list[Candidate]] = defaultdict(list)
    for each in candidates:
        if not each.counts_otherwise and not ((reading.flash or each.flash) and abs(reading.at - each.at) > _FLASH):
            told[each.story.id].append(each)
    likeliest = [sorted(each, key=lambda one: -one.likeness.value) for each in told.values()]
    alike = [
        (fmean(one.likeness.value for one in each[:2]), each)
        for each in likeliest
        if all(one.likeness.shared >= _SHARED for one in each[:2])
    ]
    for value, of_one in sorted(alike, key=lambda one: -one[0]):
        like = [one for one in of_one if one.likeness.value >= LIKE]
        if value >= LIKE and _timely(reading, recall, like):
            return Joined(of_one[0].story, f"joined at {value:.2f}: much the same words", value)
    return None


def _timely(reading: Reading, recall: Recall, told: Sequence[Candidate]) -> bool:
    """Whether the story goes on, or names the same day."""
    story = told[0].story
    age = abs(reading.at - story.opened.timestamp())
    if _of_another_day(reading, told):
        return False
    if any(reading.days & each.days for each in told) and age <= _OLD_SAME_DAY:
        return True
    return age <= OLD and reading.at - recall.last_told(story) <= QUIET


def _of_another_day(reading: Reading, told: Sequence[Candidate]) -> bool:
    """Whether the days that are named say that it happened again."""
    days = 0
    for each in told:
        days |= each.days
    later = abs(reading.at - told[0].story.opened.timestamp()) > _ANOTHER_DAY
    return later and bool(reading.days and days and not reading.days & days)


def _id(article: Article) -> str:
    """Stories name themselves by their first article, so that replaying news gives the same names."""
    return f"S{hashed(f'{article.source} {article.uid}'):016x}"
