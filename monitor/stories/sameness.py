"""Whether an article reports the same happening as others: the same, possibly the same, or another. Pure.

A fact that differs keeps it apart from all of them (complete link: from each member that is compared). Otherwise the
words must be alike enough, and the more facts agree, the less alike they need to be. Between the bounds it is possibly
the same: in doubt the message is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import fmean

from monitor.model import ComparedArticle
from monitor.stories.clusters import Cluster
from monitor.stories.comparison import TELLING, Comparison, FactKind, compare
from monitor.stories.features import ArticleFeatures
from monitor.stories.wording import (
    agreeing_in_words,
    comparison_in_words,
    differing_in_words,
    doubt_in_words,
    likeness_in_words,
)

_MUCH_ALIKE = 0.6


class Sameness(StrEnum):
    """What an article is to a story or an event."""

    SAME = "same"
    POSSIBLY = "possibly the same"
    ANOTHER = "another"


_IN_WORDS = {Sameness.SAME: "the same"}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an article is to others, and why, in words. `likeness`: of their words, from 0 to 1, and `needed`: which
    would make them the same (None: that is not what decided). `unsure`: what one side does not say, in words, where it
    is taken for the same all the same. `comparison`: with the article that decided (None: something else did);
    `beside`: what agrees beside the facts of the articles, and `settled_by`: what decided in place of the likeness of
    words, in words."""

    sameness: Sameness
    why: str
    likeness: float = 0.0
    unsure: str = ""
    comparison: Comparison | None = None
    needed: float | None = None
    beside: tuple[str, ...] = ()
    settled_by: str = ""

    @property
    def differs(self) -> bool:
        """Whether a fact keeps it apart."""
        return self.comparison is not None and bool(self.comparison.differing)

    @property
    def words(self) -> str:
        """Which facts agree, which differ and which are not known, and how alike the words are."""
        compared, sameness = self.comparison, _IN_WORDS.get(self.sameness, self.sameness)
        if compared is None:
            return f"{sameness}: {self.why}"
        needed = None if compared.doubtful else self.needed  # where it is in doubt, no likeness would do
        likeness = compared.likeness if self.needed is None else self.likeness
        alike = likeness_in_words(compared, likeness, needed, self.beside)
        settled = [self.settled_by] if self.settled_by else []
        return f"{sameness}: {'; '.join([*settled, *comparison_in_words(compared), alike])}"


@dataclass(frozen=True, slots=True)
class JudgedCluster:
    """A story or an event that an article was compared with, and what came of it."""

    cluster: Cluster
    ruling: Ruling

    @property
    def nearness(self) -> tuple[bool, bool, int, float]:
        """The greater, the nearer: what is the same, then what is possibly so, then what agrees in the most."""
        sameness, compared = self.ruling.sameness, self.ruling.comparison
        alike = (compared.points, compared.likeness) if compared is not None else (0, 0.0)
        return sameness is Sameness.SAME, sameness is Sameness.POSSIBLY, *alike

    @property
    def compared(self) -> ComparedArticle:
        """The article of it that decided, and the comparison in words."""
        other = self.cluster.members[-1] if self.ruling.comparison is None else self.ruling.comparison.other
        return ComparedArticle(other.source, other.uid, f"“{other.title}” ({other.source}): {self.ruling.words}")


def nearest(judged: Sequence[JudgedCluster]) -> ComparedArticle | None:
    """What the nearest of them says; of equals, of the first; None if there is none."""
    return max(judged, key=lambda each: each.nearness).compared if judged else None


@dataclass(frozen=True, slots=True)
class Bounds:
    """The likeness of words that is needed, by how many points agree (the last stands for all above). `copied`: the part
    of the runs of words that makes a copy, in a short text only if the titles are `copied_title` alike: many articles
    have the same few words below their titles. `across`: the points that are needed across languages,
    where words say nothing; one less makes it possibly the same. It is possibly the same where one more point would do, or `possibly` of the likeness is there."""

    needed: tuple[float, ...]
    copied: float = 0.5
    copied_title: float = 0.4
    possibly: float = 0.3
    across: int = 100

    def likeness(self, points: int) -> float:
        """What is needed."""
        return self.needed[min(points, len(self.needed) - 1)]


def judge(features: ArticleFeatures, members: Sequence[ArticleFeatures], bounds: Bounds, *, points: int = 0) -> Ruling:
    """Judge an article against the members of a story or an event. `points`: what agrees beside the articles' facts."""
    compared = [compare(features, member) for member in members]
    apart = next((each for each in compared if each.differing), None)
    if apart is not None:
        return Ruling(Sameness.ANOTHER, differing_in_words(apart), comparison=apart)
    within = [each for each in compared if each.same_language]
    return _by_words(within, bounds, points) if within else _across(compared, bounds, points)


def _by_words(compared: Sequence[Comparison], bounds: Bounds, points: int) -> Ruling:
    likeness = fmean(each.likeness for each in compared)
    best = max(compared, key=lambda each: (not each.doubtful, each.points, each.likeness))
    needed, clear = bounds.likeness(best.points + points), not best.doubtful
    ruling = Ruling(Sameness.ANOTHER, "the words differ", likeness, comparison=best, needed=needed)
    if clear and any(
        each.copied >= bounds.copied and (each.whole or each.titles >= bounds.copied_title) for each in compared
    ):
        why = "copied text, and nothing differs"
        return replace(ruling, sameness=Sameness.SAME, why=why, needed=None, settled_by="copied text")
    if likeness >= needed and clear:
        why = f"joined at {likeness:.2f}: {agreeing_in_words(best)}"
        return replace(ruling, sameness=Sameness.SAME, why=why, unsure=_not_known(best, likeness))
    if likeness >= min(bounds.possibly, bounds.likeness(best.points + points + TELLING)):
        return replace(ruling, sameness=Sameness.POSSIBLY, why=doubt_in_words(best, "the words differ"))
    return ruling


def _across(compared: Sequence[Comparison], bounds: Bounds, points: int) -> Ruling:
    best = max(compared, key=lambda each: (not each.doubtful, each.points))
    total = best.points + points if best.points else 0
    if total >= bounds.across and not best.doubtful:
        return Ruling(Sameness.SAME, agreeing_in_words(best), unsure=_not_known(best), comparison=best)
    if total >= bounds.across - 1:
        return Ruling(Sameness.POSSIBLY, doubt_in_words(best, "it is in another language"), comparison=best)
    return Ruling(Sameness.ANOTHER, "another language, and no fact agrees", comparison=best)


def _not_known(comparison: Comparison, likeness: float = 0.0) -> str:
    """What is told of a suppressed article: that nobody says where, of two that are not much the same text."""
    return "its place is not known" if FactKind.PLACE in comparison.unknown and likeness < _MUCH_ALIKE else ""
