"""What of an article's words is compared, and how alike two are. Pure.

Two measures, for two ways of reporting the same. Who writes in his own words shares words of title and lead: the cosine
of their sets of terms. Who copies and cuts shares runs of words: the part of the shorter one's runs that the other has
too, of a sample that is drawn by value, so that both sides draw the same. No term weighs more than another: weights by
rarity bring nothing beside facts (decision 035), and would make a decision depend on what came before.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zlib import crc32

from monitor.text.folding import fold_text
from monitor.text.scripts import UNSPACED_LETTER

TERMS = 100
RUNS = 32  # the smallest hashes
TEXT = 8000  # characters of a text that runs are drawn from
_RUN, _SHORT_RUN, _SHORT = 5, 3, 60  # tokens; in a text of no more than _SHORT of them a run is _SHORT_RUN
WHOLE_TEXT = 150  # tokens: less may be what a source prints below many of its titles
_LATIN, _CYRILLIC = 6, 5  # letters that a word is cut to: what is behind them inflects


@dataclass(frozen=True)
class WordFeatures:
    """The terms of a title, those of its lead that the title has not, the hashes of runs of its whole text (none where
    there is no text), and how many words that has."""

    title: tuple[str, ...]
    lead: tuple[str, ...]
    runs: tuple[int, ...]
    length: int

    @cached_property
    def of_title(self) -> frozenset[str]:
        """The terms of the title."""
        return frozenset(self.title)

    @cached_property
    def of_both(self) -> frozenset[str]:
        """The terms of title and lead."""
        return self.of_title.union(self.lead)

    @cached_property
    def sample(self) -> frozenset[int]:
        """The hashes of runs."""
        return frozenset(self.runs)

    def to_row(self) -> dict[str, Any]:
        """As plain JSON."""
        return {"title": list(self.title), "lead": list(self.lead), "runs": list(self.runs), "length": self.length}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> WordFeatures:
        """What `to_row` gave."""
        return cls(tuple(row["title"]), tuple(row["lead"]), tuple(row["runs"]), row["length"])


def word_features_of(title: str, lead: str, text: str) -> WordFeatures:
    """The words to compare of an article: `lead` is the beginning of `text`, without credits."""
    of_title = dict.fromkeys(_stem_terms(title))
    of_lead = [term for term in dict.fromkeys(_stem_terms(lead)) if term not in of_title]
    tokens = fold_text(f"{lead} {text[len(lead) : TEXT]}")[0].encode("utf-8", "surrogatepass").split() if lead else []
    return WordFeatures(
        tuple(of_title)[:TERMS], tuple(of_lead[: max(TERMS - len(of_title), 0)]), _hash_shingles(tokens), len(tokens)
    )


def measure_likeness(ours: WordFeatures, theirs: WordFeatures) -> float:
    """How alike two articles are in their words, from 0 to 1: titles count as much as title and lead together."""
    titles = title_likeness(ours, theirs)
    if not ours.lead or not theirs.lead:
        return titles
    return (titles + _compute_cosine(ours.of_both, theirs.of_both)) / 2


def title_likeness(ours: WordFeatures, theirs: WordFeatures) -> float:
    """How alike two titles are in their words, from 0 to 1."""
    return _compute_cosine(ours.of_title, theirs.of_title)


def measure_copied_share(ours: WordFeatures, theirs: WordFeatures) -> tuple[float, int]:
    """The part of the shorter one's runs that the other has too, and how many those are in the samples."""
    common = ours.sample & theirs.sample
    if not common:
        return 0.0, 0
    top = min(_find_sample_limit(ours.runs), _find_sample_limit(theirs.runs))
    shared = sum(run <= top for run in common)
    return shared / max(min(bisect_right(ours.runs, top), bisect_right(theirs.runs, top)), 1), shared


def _compute_cosine(ours: frozenset[str], theirs: frozenset[str]) -> float:
    if not ours or not theirs:
        return 0.0
    return len(ours & theirs) / math.sqrt(len(ours) * len(theirs))


def _find_sample_limit(runs: tuple[int, ...]) -> int:
    """Up to where a sample is complete."""
    return runs[-1] if len(runs) == RUNS else 1 << 32


def _stem_terms(text: str) -> list[str]:
    """Words cut to their stems, as far as a few letters tell; two by two where letters make no words."""
    joined = fold_text(text)[0]
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


def _hash_shingles(tokens: Sequence[bytes]) -> tuple[int, ...]:
    length = _RUN if len(tokens) > _SHORT else _SHORT_RUN
    ends, end = [0], 0
    for token in tokens:
        end += len(token) + 1
        ends.append(end)
    joined = b" ".join(tokens) + b" "
    hashes = {crc32(joined[a:b], length) for a, b in zip(ends, ends[length:], strict=False)}
    return tuple(sorted(hashes)[:RUNS])
