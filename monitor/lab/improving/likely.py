"""Which articles that nobody has judged are likely to be wanted: those that read like the articles that a rule hits.

A rule that lacks a word misses articles that otherwise say what its hits say. So the words of its hits are compared
with those of its near misses, without the words of the rule: a near miss that is as typical of the hits as half of the
hits are is likely to be wanted. Without hits in a language, nothing is known there, and nothing is likely.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import log
from statistics import median

from monitor.lab.improving.examples import MIN_SUPPORT, Example, count_independent


def choose_likely(
    near_misses: Sequence[Example],
    hits: Sequence[Example],
    words: Mapping[str, Collection[str]],
    own_words: Collection[str],
) -> set[str]:
    """The ids of the near misses that are likely to be wanted. `words`: of each article, by its id; `own_words`: of the
    rule, which do not count."""
    hits_by_language, misses_by_language = _group(hits), _group(near_misses)
    found: set[str] = set()
    for language, misses in misses_by_language.items():
        known = hits_by_language.get(language, [])
        if count_independent(known) < MIN_SUPPORT:
            continue
        model = _WordModel([words[hit.id] for hit in known], [words[miss.id] for miss in misses], own_words)
        # each hit is scored without itself: its own words would speak for it
        limit = median(model.score(words[hit.id], known_hit=True) for hit in known)
        found.update(miss.id for miss in misses if model.score(words[miss.id]) >= max(limit, 0))
    return found


def _group(examples: Iterable[Example]) -> dict[str, list[Example]]:
    grouped: defaultdict[str, list[Example]] = defaultdict(list)
    for example in examples:
        grouped[example.language].append(example)
    return grouped


class _WordModel:
    """How much each word speaks for a hit: its log-odds, with one occurrence of each added on both sides."""

    def __init__(
        self, hits: Sequence[Collection[str]], misses: Sequence[Collection[str]], own_words: Collection[str]
    ) -> None:
        self._hits, self._misses = Counter[str](), Counter[str]()
        for words in hits:
            self._hits.update(set(words))
        for words in misses:
            self._misses.update(set(words))
        self._hit_count, self._miss_count = len(hits), len(misses)
        self._own_words = frozenset(own_words)

    def score(self, words: Collection[str], *, known_hit: bool = False) -> float:
        """The mean of what its words say, for those that some hit has; `known_hit`: it is one of the hits."""
        used = set(words) - self._own_words
        scores = [self._score_word(word, known_hit) for word in used if word in self._hits or word in self._misses]
        return sum(scores) / len(scores) if scores else 0.0

    def _score_word(self, word: str, known_hit: bool) -> float:
        in_hits = self._hits[word] - known_hit
        hits = (in_hits + 1) / (self._hit_count - known_hit + 2)
        misses = (self._misses[word] - (not known_hit) + 1) / (self._miss_count - (not known_hit) + 2)
        return log(hits / misses)
