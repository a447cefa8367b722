"""Measures how alike the words of two articles are. Pure.

Articles in other words share terms of title and lead: the measure is the cosine of the two sets of terms. Copied and
cut articles share shingles (runs of words): the measure is the share of the shorter article's shingles that the other
one has too. Both sides choose their sample of shingles by the smallest hashes, so that they choose the same ones.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

from monitor.text.folding import fold_text
from monitor.text.scripts import UNSPACED_LETTER

TERMS = 100
RUNS = 32  # shingles of an article: those with the smallest hashes
TEXT = 8000  # characters of a text that are cut into shingles
_SHINGLE, _SHORT_SHINGLE, _SHORT_TEXT = 5, 3, 60  # tokens; a text of at most _SHORT_TEXT has shingles of _SHORT_SHINGLE
_LATIN_STEM, _CYRILLIC_STEM = 6, 5  # letters that a word is cut to; what follows is inflection


@dataclass(frozen=True)
class WordFeatures:
    """The words of an article.

    title  the terms of the title
    lead   the terms of the lead that are not in the title
    runs   the smallest hashes of the shingles of the text, sorted; empty without a text
    """

    title: tuple[str, ...]
    lead: tuple[str, ...]
    runs: tuple[int, ...]

    @cached_property
    def of_title(self) -> frozenset[str]:
        return frozenset(self.title)

    @cached_property
    def of_both(self) -> frozenset[str]:
        return self.of_title.union(self.lead)

    @cached_property
    def sample(self) -> frozenset[int]:
        return frozenset(self.runs)


def word_features_of(title: str, lead: str, text: str) -> WordFeatures:
    """Compute the words of an article. `lead` is the beginning of `text`, without credits."""
    title_terms = dict.fromkeys(stem_terms(title))
    lead_terms = [term for term in dict.fromkeys(stem_terms(lead)) if term not in title_terms]
    lead_terms = lead_terms[: max(TERMS - len(title_terms), 0)]
    tokens = fold_text(f"{lead} {text[len(lead) : TEXT]}")[0].encode("utf-8", "surrogatepass").split() if lead else []
    return WordFeatures(tuple(title_terms)[:TERMS], tuple(lead_terms), _hash_shingles(tokens))


def measure_likeness(ours: WordFeatures, theirs: WordFeatures) -> float:
    """How alike the words of two articles are, from 0 to 1. Titles count as much as title and lead together."""
    titles = title_likeness(ours, theirs)
    if not ours.lead or not theirs.lead:
        return titles
    return (titles + _compute_cosine(ours.of_both, theirs.of_both)) / 2


def title_likeness(ours: WordFeatures, theirs: WordFeatures) -> float:
    """How alike the words of two titles are, from 0 to 1."""
    return _compute_cosine(ours.of_title, theirs.of_title)


def measure_copied_share(ours: WordFeatures, theirs: WordFeatures) -> float:
    """The share (0 to 1) of the shorter article's shingles that the other has too."""
    if ours.sample.isdisjoint(theirs.sample):
        return 0.0
    # The greatest hash up to which both samples are complete.
    limit = min(runs[-1] if len(runs) == RUNS else 1 << 32 for runs in (ours.runs, theirs.runs))
    shared = sum(run <= limit for run in ours.sample & theirs.sample)
    return shared / max(min(bisect_right(ours.runs, limit), bisect_right(theirs.runs, limit)), 1)


def _compute_cosine(ours: frozenset[str], theirs: frozenset[str]) -> float:
    return len(ours & theirs) / math.sqrt(len(ours) * len(theirs)) if ours and theirs else 0.0


def stem_terms(text: str) -> list[str]:
    """Words cut to a few letters, as an approximate stem; pairs of letters in scripts without spaces and in Hangul."""
    joined = fold_text(text)[0]
    if joined.isascii():
        return [token[:_LATIN_STEM] for token in joined.split()]
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
            terms.append(token[: _CYRILLIC_STEM if "\u0400" <= first <= "\u052f" else _LATIN_STEM])
    return terms


def _hash_shingles(tokens: Sequence[bytes]) -> tuple[int, ...]:
    length = _SHINGLE if len(tokens) > _SHORT_TEXT else _SHORT_SHINGLE
    ends, end = [0], 0
    for token in tokens:
        end += len(token) + 1
        ends.append(end)
    joined = b" ".join(tokens) + b" "
    hashes = {crc32(joined[a:b], length) for a, b in zip(ends, ends[length:], strict=False)}
    return tuple(sorted(hashes)[:RUNS])
