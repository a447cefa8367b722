"""Two articles compared, fact by fact and by their words. Pure.

A fact that differs keeps two articles apart, whatever their words. What agrees lowers the likeness of words that is
needed to take them for one.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.stories.features import ArticleFeatures
from monitor.stories.happening_comparison import compare_happenings
from monitor.stories.likeness import WHOLE_TEXT, measure_copied_share, measure_likeness, title_likeness
from monitor.stories.name_comparison import compare_names
from monitor.stories.number_comparison import NEXT_OF_A_ROW, compare_numbers
from monitor.stories.place_comparison import compare_places
from monitor.stories.template_comparison import compare_wording
from monitor.stories.verdicts import TELLING, WEAK, FactComparison, FactKind, Verdict, in_one_language
from monitor.text.numbers import NumberFact


@dataclass(frozen=True, slots=True)
class Comparison:
    """An `article` compared with an `other`, older one. `likeness`: of their words, from 0 to 1; `titles`: of their
    titles alone; `copied`: the part of the runs of words that both have; `whole`: both have a text that is longer than
    what stands below many titles of one source."""

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
        """What keeps them apart."""
        return tuple(each for each in self.facts if each.verdict is Verdict.DIFFERS)

    @property
    def doubtful_facts(self) -> tuple[FactComparison, ...]:
        """What may keep them apart."""
        return tuple(each for each in self.facts if each.verdict is Verdict.DOUBTFUL)

    @property
    def points(self) -> int:
        """How much of what both say agrees."""
        return sum(each.points for each in self.facts)

    @property
    def agreeing_kind_count(self) -> int:
        """How many kinds of fact agree in what few happenings share."""
        return sum(each.points >= TELLING for each in self.facts)

    @property
    def is_specific(self) -> bool:
        """Whether they agree in where within a country, or in a number that few happenings share: a country and who
        governs it are in the news every day."""
        return any(
            (each.kind is FactKind.PLACE and each.points > TELLING)
            or (each.kind is FactKind.NUMBER and each.points >= TELLING)
            for each in self.facts
        )

    @property
    def has_unknown_happening(self) -> bool:
        """Whether one of them does not say what kind of happening it is, in words that are known."""
        return any(
            each.kind is FactKind.HAPPENING and each.verdict is Verdict.UNKNOWN and not (each.ours and each.theirs)
            for each in self.facts
        )

    @property
    def unknown_kinds(self) -> tuple[FactKind, ...]:
        """What one of them does not say."""
        return tuple(each.kind for each in self.facts if each.verdict is Verdict.UNKNOWN)


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
    found = compare_numbers(ours.facts.numbers, theirs.facts.numbers, same_language=in_one_language(ours, theirs))
    said = [", ".join(dict.fromkeys(pair[side].text for pair in found.pairs)) for side in (0, 1)]
    if found.verdict is not Verdict.DIFFERS and (only := _find_one_sided_series(ours, theirs)):
        return FactComparison(FactKind.NUMBER, Verdict.DOUBTFUL, *only)
    points = TELLING if found.is_distinctive else WEAK
    return FactComparison(
        FactKind.NUMBER, found.verdict, said[0], said[1], points if found.verdict is Verdict.AGREES else 0
    )


def _find_one_sided_series(ours: ArticleFeatures, theirs: ArticleFeatures) -> tuple[str, str] | None:
    """What makes one of them the next one of a row ("the second", "again"), if its title says so and the other article
    says nothing of the kind."""
    our_title, their_title = _find_series_words_in_title(ours), _find_series_words_in_title(theirs)
    if (our_title and not _find_series_numbers(theirs)) or (their_title and not _find_series_numbers(ours)):
        return our_title, their_title
    return None


def _find_series_numbers(features: ArticleFeatures) -> list[NumberFact]:
    return [each for each in features.facts.numbers if each.kind in NEXT_OF_A_ROW and each.value > 1]


def _find_series_words_in_title(features: ArticleFeatures) -> str:
    return next((each.text for each in _find_series_numbers(features) if each.start < len(features.title)), "")


_LATER = 12 * 3600  # s: before that, articles of one day name the day before and the day after


def _compare_days(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    titles = ours.facts.title_days, theirs.facts.title_days
    if all(titles) and not titles[0] & titles[1]:
        return FactComparison(FactKind.DAY, Verdict.DIFFERS)
    a, b = ours.facts.days, theirs.facts.days
    if not a or not b:
        return FactComparison(FactKind.DAY, Verdict.UNKNOWN)
    if a & b:
        return FactComparison(FactKind.DAY, Verdict.AGREES)
    later = abs((ours.at - theirs.at).total_seconds()) > _LATER
    return FactComparison(FactKind.DAY, Verdict.DIFFERS if later else Verdict.UNKNOWN)
