"""What of an article's words is compared, and how alike two are.

Two measures, for two ways of telling the same. Who writes in his own words shares the rare words of title and lead: the
cosine of their terms, weighted by how rare each is. Who copies and cuts shares runs of words: the part of the shorter
one's runs that the other has too, of a sample that is drawn by value, so that both sides draw the same.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

from monitor.stories.rows import shortened
from monitor.text.folding import comparable
from monitor.text.scripts import UNSPACED_LETTER

TERMS = 100
RUNS = 64  # the smallest hashes: of 600 words every tenth run
TEXT = 8000  # characters of a text that runs are drawn from
_RUN, _SHORT_RUN, _SHORT = 5, 3, 60  # tokens; in a text of no more than _SHORT of them a run is _SHORT_RUN
_LATIN, _CYRILLIC = 6, 5  # letters that a word is cut to: what is behind them inflects
_FEWEST = 4  # terms that say anything: two texts that say "breaking news" are not alike
_TITLES_ALIKE = 0.75  # of the shorter one's terms
_TITLE = 0.8  # the weight of titles beside that of leads


@dataclass(frozen=True, slots=True)
class Words:
    """The terms of an article, those of its title first (`titled` of them, the first `numbers` of which are numbers),
    and the runs of its whole text; hashed by a function that is the same in every process."""

    terms: array[int]
    titled: int
    numbers: int
    runs: array[int]


def words_of(title: str, lead: str, text: str) -> Words:
    """The words to compare of an article: `lead` is the beginning of `text`, without credits."""
    of_title = dict.fromkeys(_terms(title))
    numbers = [term for term in of_title if term.isdecimal()]
    terms = list(dict.fromkeys((*numbers, *of_title, *_terms(lead))))[:TERMS]
    hashed = array("I", [crc32(term.encode("utf-8", "surrogatepass")) for term in terms])
    runs = _runs(f"{lead} {text[len(lead) : TEXT]}" if lead else title)
    return Words(hashed, min(len(of_title), TERMS), min(len(numbers), TERMS), runs)


def _terms(text: str) -> list[str]:
    """Words cut to their stems, as far as a few letters tell; two by two where letters make no words."""
    joined = comparable(text)[0]
    if joined.isascii():
        return [token[:_LATIN] for token in joined.split()]
    terms: list[str] = []
    before = ""
    for token in joined.split():
        first = token[0]
        if UNSPACED_LETTER[first]:
            terms.append(before + token)
            before = token
            continue
        before = ""
        if "가" <= first <= "힣":
            terms += [token[i : i + 2] for i in range(max(len(token) - 1, 1))]
        else:
            terms.append(token[: _CYRILLIC if "\u0400" <= first <= "\u052f" else _LATIN])
    return terms


def _runs(text: str) -> array[int]:
    tokens = comparable(text)[0].encode("utf-8", "surrogatepass").split()
    length = _RUN if len(tokens) > _SHORT else _SHORT_RUN
    ends, end = [0], 0
    for token in tokens:
        end += len(token) + 1
        ends.append(end)
    joined = b" ".join(tokens) + b" "
    hashes = {crc32(joined[a:b], length) for a, b in zip(ends, ends[length:], strict=False)}
    return array("I", sorted(hashes)[:RUNS])


class Likeness(NamedTuple):
    """How alike an article and a telling are; `shared`: the part of the shorter one's terms that both have."""

    value: float
    shared: float


_UNLIKE = Likeness(0.0, 0.0)


class Weighted:
    """An article's words with the weights of their terms, to be compared with many others, as `ShortRows` keep them."""

    def __init__(self, words: Words, weights: Mapping[int, float]) -> None:
        terms, runs = shortened(words.terms), shortened(words.runs)
        self._squares = {term: weights[full] ** 2 for term, full in zip(terms, words.terms, strict=True)}
        self._terms = frozenset(terms)
        self._title = frozenset(terms[: words.titled])
        self._numbers = frozenset(terms[: words.numbers])
        self._norm, self._title_norm = norms(words, weights)
        self._sample, self._runs, self._top = runs, frozenset(runs), _top(runs)

    def likeness(self, terms: array[int], titled: int, norm: float, title_norm: float) -> Likeness:
        """`norm`, `title_norm`: those that the other had among the terms that were known when it was told."""
        common = self._terms.intersection(terms)
        if len(common) < _FEWEST:
            return _UNLIKE
        square = self._squares.__getitem__
        lead = sum(map(square, common)) / (self._norm * norm)
        titles = sum(map(square, self._title.intersection(terms[:titled])))
        title = titles / (self._title_norm * title_norm) if titles else 0.0
        return Likeness(
            min((lead + _TITLE * title) / (1 + _TITLE), 1.0), len(common) / min(len(self._terms), len(terms))
        )

    def counts_otherwise(self, terms: array[int], titled: int, numbers: int) -> bool:
        """Whether the titles are the same but for their numbers: the weather of the 8th and of the 18th, the second
        death and the third."""
        if not self._numbers or not numbers or not self._numbers.isdisjoint(terms[:numbers]):
            return False
        common = len(self._title.intersection(terms[:titled]))
        return common >= _TITLES_ALIKE * min(len(self._title) - len(self._numbers), titled - numbers)

    def copied(self, runs: array[int]) -> tuple[float, int]:
        """The part of the shorter one's runs that the other has too, and how many those are in the samples."""
        common = self._runs.intersection(runs)
        if not common:
            return 0.0, 0
        top = min(self._top, _top(runs))
        shared = sum(run <= top for run in common)
        return shared / max(min(bisect_right(self._sample, top), bisect_right(runs, top)), 1), shared


def norms(words: Words, weights: Mapping[int, float]) -> tuple[float, float]:
    """How long the vectors of an article's terms are: of all, and of its title's."""
    squares = [weight * weight for weight in map(weights.__getitem__, words.terms)]
    return math.sqrt(sum(squares)), math.sqrt(sum(squares[: words.titled]))


def _top(runs: array[int]) -> int:
    """Up to where a sample is complete."""
    return runs[-1] if len(runs) == RUNS else 1 << 32
