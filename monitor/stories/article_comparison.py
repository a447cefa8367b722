"""Compares two articles, fact by fact and by their words. Pure.

A fact that differs separates two articles, whatever their words. A fact that agrees lowers the likeness of words that
they need to count as the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.stories.features import ArticleFeatures
from monitor.stories.happening_comparison import compare_happenings
from monitor.stories.likeness import WHOLE_TEXT, measure_copied_share, measure_likeness, title_likeness
from monitor.stories.name_comparison import compare_names
from monitor.stories.number_comparison import SERIES_KINDS, compare_numbers
from monitor.stories.place_comparison import compare_places
from monitor.stories.template_comparison import compare_wording
from monitor.stories.verdicts import TELLING, WEAK, FactComparison, FactKind, Verdict, in_one_language
from monitor.text.numbers import NumberFact


@dataclass(frozen=True, slots=True)
class Comparison:
    """An `article` compared with an older one, the `other`.

    likeness          of their words, from 0 to 1
    title_likeness    of their titles alone
    copied_share      the share of common shingles
    has_whole_texts   both texts are longer than the text that a source repeats below many titles
    """

    article: ArticleFeatures
    other: ArticleFeatures
    facts: tuple[FactComparison, ...]
    likeness: float
    title_likeness: float
    copied_share: float
    has_whole_texts: bool
    same_language: bool

    @property
    def differing_facts(self) -> tuple[FactComparison, ...]:
        """The facts that separate them."""
        return tuple(fact for fact in self.facts if fact.verdict is Verdict.DIFFERS)

    @property
    def doubtful_facts(self) -> tuple[FactComparison, ...]:
        """The facts that may separate them."""
        return tuple(fact for fact in self.facts if fact.verdict is Verdict.DOUBTFUL)

    @property
    def points(self) -> int:
        """The points of all facts that agree."""
        return sum(fact.points for fact in self.facts)

    @property
    def agreeing_kind_count(self) -> int:
        """How many kinds of fact agree on something that few happenings share."""
        return sum(fact.points >= TELLING for fact in self.facts)

    @property
    def is_specific(self) -> bool:
        """Whether they agree on a place within a country, or on a number that few happenings share. A country and its
        leader are in the news every day."""
        return any(
            (fact.kind is FactKind.PLACE and fact.points > TELLING)
            or (fact.kind is FactKind.NUMBER and fact.points >= TELLING)
            for fact in self.facts
        )

    @property
    def has_unknown_happening(self) -> bool:
        """Whether one of them names no known kind of happening."""
        return any(
            fact.kind is FactKind.HAPPENING and fact.verdict is Verdict.UNKNOWN and not (fact.ours and fact.theirs)
            for fact in self.facts
        )

    @property
    def unknown_kinds(self) -> tuple[FactKind, ...]:
        """The kinds of fact that one of them does not name."""
        return tuple(fact.kind for fact in self.facts if fact.verdict is Verdict.UNKNOWN)


def compare_articles(ours: ArticleFeatures, theirs: ArticleFeatures) -> Comparison:
    """Compare an article with an earlier one."""
    places, numbers = compare_places(ours, theirs), _compare_numbers(ours, theirs)
    nothing_agrees = not places.points and not numbers.points
    return Comparison(
        article=ours,
        other=theirs,
        facts=(
            places,
            compare_names(ours, theirs, nothing_agrees=nothing_agrees),
            numbers,
            _compare_days(ours, theirs),
            compare_happenings(ours, theirs),
            compare_wording(ours, theirs),
        ),
        likeness=measure_likeness(ours.words, theirs.words),
        title_likeness=title_likeness(ours.words, theirs.words),
        copied_share=measure_copied_share(ours.words, theirs.words)[0],
        has_whole_texts=min(ours.words.length, theirs.words.length) >= WHOLE_TEXT,
        same_language=in_one_language(ours, theirs),
    )


# --- numbers and days -------------------------------------------------------------------------------------------------


def _compare_numbers(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    comparison = compare_numbers(ours.facts.numbers, theirs.facts.numbers, same_language=in_one_language(ours, theirs))
    sides = ours.facts.numbers, theirs.facts.numbers
    if comparison.verdict is not Verdict.UNKNOWN:
        sides = tuple(pair[0] for pair in comparison.pairs), tuple(pair[1] for pair in comparison.pairs)
    words = [", ".join(dict.fromkeys(number.text for number in numbers)) for numbers in sides]
    if comparison.verdict is not Verdict.DIFFERS and (series_words := _find_one_sided_series(ours, theirs)):
        return FactComparison(FactKind.NUMBER, Verdict.DOUBTFUL, *series_words)
    points = TELLING if comparison.is_distinctive else WEAK
    return FactComparison(
        FactKind.NUMBER, comparison.verdict, words[0], words[1], points if comparison.verdict is Verdict.AGREES else 0
    )


def _find_one_sided_series(ours: ArticleFeatures, theirs: ArticleFeatures) -> tuple[str, str] | None:
    """The words that make one article the next of a series ("the second", "again"): they are in its title, and the
    other article has no such words."""
    our_words, their_words = _find_series_words_in_title(ours), _find_series_words_in_title(theirs)
    if (our_words and not _find_series_numbers(theirs)) or (their_words and not _find_series_numbers(ours)):
        return our_words, their_words
    return None


def _find_series_numbers(features: ArticleFeatures) -> list[NumberFact]:
    return [number for number in features.facts.numbers if number.kind in SERIES_KINDS and number.value > 1]


def _find_series_words_in_title(features: ArticleFeatures) -> str:
    return next((number.text for number in _find_series_numbers(features) if number.start < len(features.title)), "")


_MIN_DAY_GAP = 12 * 3600  # seconds: within this time, articles on one happening name the day before and the day after


def _compare_days(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    title_days = ours.facts.title_days, theirs.facts.title_days
    if all(title_days) and not title_days[0] & title_days[1]:
        return FactComparison(FactKind.DAY, Verdict.DIFFERS)
    our_days, their_days = ours.facts.days, theirs.facts.days
    if not our_days or not their_days:
        return FactComparison(FactKind.DAY, Verdict.UNKNOWN)
    if our_days & their_days:
        return FactComparison(FactKind.DAY, Verdict.AGREES)
    is_later = abs((ours.at - theirs.at).total_seconds()) > _MIN_DAY_GAP
    return FactComparison(FactKind.DAY, Verdict.DIFFERS if is_later else Verdict.UNKNOWN)
