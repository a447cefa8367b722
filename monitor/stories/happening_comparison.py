"""Compares the kinds of happening in two articles. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from monitor.stories.features import ArticleFeatures
from monitor.stories.happenings import EITHER, field_of_happening
from monitor.stories.verdicts import TELLING, FactComparison, FactKind, Verdict


def compare_happenings(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    """Compare kinds of happening. They agree if both report a common kind and the same fields: a drill for an
    earthquake is no earthquake. They are doubtful if no field is common."""
    our_kinds, their_kinds = ours.facts.happenings, theirs.facts.happenings
    one, other = (
        _resolve_kinds(our_kinds, _split_kinds(their_kinds)),
        _resolve_kinds(their_kinds, _split_kinds(our_kinds)),
    )
    words = ", ".join(sorted(one)), ", ".join(sorted(other))
    fields = [set(map(field_of_happening, side)) for side in (one, other)]
    if fields[0] == fields[1] and not one.isdisjoint(other):
        are_ambiguous = all(EITHER in kinds for kinds in (*our_kinds, *their_kinds))
        common = (" or " if are_ambiguous else ", ").join(sorted(one & other))
        return FactComparison(FactKind.HAPPENING, Verdict.AGREES, common, common, TELLING)
    if all(fields) and fields[0].isdisjoint(fields[1]):
        return FactComparison(FactKind.HAPPENING, Verdict.DOUBTFUL, *words)
    return FactComparison(FactKind.HAPPENING, Verdict.UNKNOWN, *words)


def _split_kinds(choices: Iterable[str]) -> set[str]:
    return {kind for kinds in choices for kind in kinds.split(EITHER)}


def _resolve_kinds(choices: Iterable[str], other_kinds: Collection[str]) -> set[str]:
    """The kinds of one article. Of an ambiguous word only the kinds that the other article reports, if any."""
    resolved: set[str] = set()
    for choice in choices:
        kinds = set(choice.split(EITHER))
        resolved |= kinds.intersection(other_kinds) or kinds
    return resolved
