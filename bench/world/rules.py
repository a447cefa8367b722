"""Rules of the shapes that people write, over the made-up vocabularies, from one seed: a smaller set begins a larger.

Each speaks one language and is about one topic, from which most of its terms come. 30 % are any of some words and any
of others, 28 % all of two or three words, 22 % any of rare words, 20 % words near each other; a quarter has `unless`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from bench.world.vocabularies import Topic, Vocabulary, traditional, vocabulary
from monitor.model import AllOf, AnyOf, Condition, Level, Near, Rule, Term, Words

_SPEAK = ("en", "zh", "zh", "ko", "ja", "ru")  # as the articles are written
_WITHIN = (3, 5, 8, 10, 15, 25)
_RARE = 12_000


def rules(count: int, seed: int) -> list[Rule]:
    """The first so many rules of a seed."""
    return list(islice(_rules(seed), count))


def _rules(seed: int) -> Iterator[Rule]:
    rng = random.Random(f"{seed} rules")
    number = 0
    while True:
        author = _Author(rng, vocabulary(rng.choice(_SPEAK), seed))
        condition = author.condition()
        unless = Words(author.terms(1, 2)) if rng.random() < 0.25 else None
        yield Rule(
            f"rule-{number}", f"Rule number {number}", Level.MEDIUM, condition, version=f"{number}", unless=unless
        )
        number += 1


class _Author:
    """Writes one rule."""

    def __init__(self, rng: random.Random, known: Vocabulary) -> None:
        self._rng = rng
        self._known = known
        self._topic: Topic = rng.choice(known.topics)
        self._old_style = known.language == "zh" and rng.random() < 0.5

    def condition(self) -> Condition:
        """One of the four shapes."""
        shape = self._rng.random()
        if shape < 0.30:
            return AllOf((self._any(1, 3), self._any(1, 2)))
        if shape < 0.58:
            return AllOf(tuple(self._any(1, 1) for _ in range(self._rng.randint(2, 3))))
        if shape < 0.80:
            return Words(tuple(self._rare() for _ in range(self._rng.randint(2, 5))))
        near = Near((self._any(1, 2), self._any(1, 2)), self._rng.choice(_WITHIN))
        return AllOf((near, self._any(1, 2))) if self._rng.random() < 0.3 else near

    def terms(self, least: int, most: int) -> tuple[Term, ...]:
        """So many terms."""
        return tuple(self._term() for _ in range(self._rng.randint(least, most)))

    def _any(self, least: int, most: int) -> Words | AnyOf:
        return Words(self.terms(least, most))

    def _term(self) -> Term:
        rng, known, kind = self._rng, self._known, self._rng.random()
        on_topic = rng.random() < 0.7
        if kind < 0.07:
            return replace(self._written(rng.choice(self._topic.acronyms if on_topic else known.acronyms)), exact=True)
        if kind < 0.37:
            return self._written(self._topic.phrase(rng) if on_topic else rng.choice(known.phrases))
        return self._written(self._opened(self._topic.word(rng) if on_topic else self._any_word()))

    def _any_word(self) -> str:
        while len(word := self._known.at_rank(self._rng, 1, 5_000)) < 2:
            pass
        return word

    def _rare(self) -> Term:
        """A phrase, or a word that few articles hold."""
        if self._rng.random() < 0.4:
            return self._written(self._topic.phrase(self._rng))
        words = [word for word in self._topic.words if self._known.rank[word] > _RARE]
        return self._written(self._opened(self._rng.choice(words)))

    def _opened(self, word: str) -> str:
        """Some words are given as a beginning only."""
        if self._known.language == "ru" and len(word) > 5 and self._rng.random() < 0.45:
            return f"{word[:-2]}*"
        if self._known.language == "en" and len(word) >= 5 and self._rng.random() < 0.2:
            return f"{word[: max(5, len(word) - self._rng.randint(0, 2))]}*"
        return word

    def _written(self, text: str) -> Term:
        return Term(text.translate(traditional()) if self._old_style else text, self._known.language)
