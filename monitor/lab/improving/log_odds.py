"""Which words are typical of some texts: log-odds with a prior, after Monroe, Colaresi and Quinn, "Fightin' Words"
(Political Analysis 16, 2008). A word of few texts gets a small score, however one-sided it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import log, sqrt
from statistics import NormalDist

CLEAR = NormalDist().inv_cdf(0.975)
"""A score above it is not chance, at the usual level of 5 %."""


def score_words(
    foreground: Mapping[str, int], foreground_size: int, background: Mapping[str, int], background_size: int
) -> dict[str, float]:
    """The score of each word of the foreground: how much more often it is there than in the background, in standard
    deviations. The counts are numbers of texts that have the word; the sizes, how many texts there are."""
    total = Counter(foreground)
    total.update(background)
    size = foreground_size + background_size
    prior_size = min(foreground_size, background_size) or 1
    scores = {}
    for word, count in foreground.items():
        prior = prior_size * total[word] / size
        here = _log_odds(count + prior, foreground_size + prior_size)
        there = _log_odds(background.get(word, 0) + prior, background_size + prior_size)
        variance = 1 / (count + prior) + 1 / (background.get(word, 0) + prior)
        scores[word] = (here - there) / sqrt(variance)
    return scores


def _log_odds(count: float, size: float) -> float:
    return log(count / max(size - count, 0.5))
