"""The verdicts on one kind of fact in two articles: it agrees, differs, is doubtful or unknown. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from monitor.stories.article_facts import NameFact, PlaceFact
from monitor.stories.features import ArticleFeatures

WEAK = 1  # points of an agreement that many happenings share: "the first", "two dead"
TELLING = (
    2  # points of an agreement that few share: a country, a name, "16 dead". A place within a country counts twice
)


class FactKind(StrEnum):
    """The kinds of fact that are compared."""

    PLACE = "place"
    NAME = "name"
    NUMBER = "number"
    DAY = "day"
    HAPPENING = "kind"  # the kind of happening: a fire, a walkout
    WORDING = "wording"  # the same sentence with another word in it


class Verdict(StrEnum):
    """How two articles compare in a kind of fact."""

    AGREES = "agrees"
    DIFFERS = "differs"
    DOUBTFUL = "doubtful"  # the words differ, but may mean the same
    UNKNOWN = "unknown"  # one of them does not say


@dataclass(frozen=True, slots=True)
class FactComparison:
    """The verdict on one kind of fact. `ours`, `theirs`: the words of each side; `points`: its weight if it agrees."""

    kind: FactKind
    verdict: Verdict
    ours: str = ""
    theirs: str = ""
    points: int = 0


def in_one_language(ours: ArticleFeatures, theirs: ArticleFeatures) -> bool:
    """Whether both are in one language. True if one language is not known."""
    return not (ours.language and theirs.language and ours.language != theirs.language)


def build_unknown_comparison(
    kind: FactKind, ours: Iterable[PlaceFact | NameFact], theirs: Iterable[PlaceFact | NameFact]
) -> FactComparison:
    return FactComparison(kind, Verdict.UNKNOWN, join_fact_words(ours), join_fact_words(theirs))


def join_fact_words(facts: Iterable[PlaceFact | NameFact]) -> str:
    """The words of these facts, with commas between them."""
    return ", ".join(fact.text for fact in facts)
