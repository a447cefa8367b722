"""Whether two articles report the same kind of happening. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from monitor.stories.features import ArticleFeatures
from monitor.stories.happenings import EITHER, field_of_happening
from monitor.stories.verdicts import TELLING, FactComparison, FactKind, Verdict


def compare_happenings(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    """They agree if both report one kind, and no other field: a drill for an earthquake is none. They are in doubt
    if what they report is not even of one field."""
    ours_said, theirs_said = ours.facts.happenings, theirs.facts.happenings
    one, other = (
        _resolve_kinds(ours_said, _split_kinds(theirs_said)),
        _resolve_kinds(theirs_said, _split_kinds(ours_said)),
    )
    said = ", ".join(sorted(one)), ", ".join(sorted(other))
    fields = [set(map(field_of_happening, side)) for side in (one, other)]
    if fields[0] == fields[1] and not one.isdisjoint(other):
        either = all(EITHER in kinds for kinds in (*ours_said, *theirs_said))
        both = (" or " if either else ", ").join(sorted(one & other))
        return FactComparison(FactKind.HAPPENING, Verdict.AGREES, both, both, TELLING)
    if all(fields) and fields[0].isdisjoint(fields[1]):
        return FactComparison(FactKind.HAPPENING, Verdict.DOUBTFUL, *said)
    return FactComparison(FactKind.HAPPENING, Verdict.UNKNOWN, *said)


def _split_kinds(said: Iterable[str]) -> set[str]:
    return {kind for kinds in said for kind in kinds.split(EITHER)}


def _resolve_kinds(said: Iterable[str], other: Collection[str]) -> set[str]:
    """The kinds of one article: where a word says one of several, those that the other one reports, if any."""
    found: set[str] = set()
    for choice in said:
        kinds = set(choice.split(EITHER))
        found |= kinds.intersection(other) or kinds
    return found
