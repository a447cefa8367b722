"""Compares the numbers in two articles: do they mean one happening? Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.stories.verdicts import Verdict
from monitor.text.numbers import NumberFact


@dataclass(frozen=True, slots=True)
class NumberComparison:
    """The verdict, and the pairs of numbers behind it. `is_distinctive`: they agree on a number that two happenings
    seldom share."""

    verdict: Verdict
    pairs: tuple[tuple[NumberFact, NumberFact], ...]
    is_distinctive: bool = False


IDENTIFYING_KINDS = frozenset(("ordinal", "serial", "magnitude", "basis_points"))
"""Kinds where another number means another happening."""
SERIES_KINDS = frozenset(("ordinal", "repeated"))
"""Kinds that make a happening the next of a series, if only one of two articles has them."""
TITLE_SERIES_KINDS = SERIES_KINDS | {"serial"}
"""The same for titles that are otherwise equal. Elsewhere a serial is a name that not all use (the 15th typhoon)."""
_COMMON_KINDS = frozenset(("age", "intensity", "category"))  # shared by very many happenings
_MAX_MAGNITUDE_REVISION = 0.3  # agencies differ by this much about the same earthquake


def compare_numbers(
    one: Sequence[NumberFact], other: Sequence[NumberFact], *, same_language: bool = True
) -> NumberComparison:
    """Compare numbers. They differ where both articles have an identifying number for the same kind of thing, and share
    none. Across languages the unit is not compared, because it has two names: kind and value are enough to agree."""
    shared = [(a, b) for a in one for b in other if _is_same_number(a, b, units=same_language)]
    settled = {(number.kind, number.unit) for pair in shared for number in pair}
    differing = tuple(
        (a, b)
        for a in one
        for b in other
        if _is_conflicting_number(a, b) and settled.isdisjoint(((a.kind, a.unit), (b.kind, b.unit)))
    )
    if differing:
        return NumberComparison(Verdict.DIFFERS, differing)
    distinctive = tuple((a, b) for a, b in shared if is_distinctive_number(a) and is_distinctive_number(b))
    pairs = distinctive or tuple((a, b) for a, b in shared if a.kind not in _COMMON_KINDS)
    return NumberComparison(Verdict.AGREES if pairs else Verdict.UNKNOWN, pairs, bool(distinctive))


def is_distinctive_number(fact: NumberFact) -> bool:
    """Whether few happenings have the same number: "first" and "two dead" are common, "16 dead" is not."""
    if fact.kind in {"ordinal", "serial", "model"}:
        return fact.value > 1
    return fact.kind not in _COMMON_KINDS and _count_significant_digits(fact.value) > 1


def _count_significant_digits(value: float) -> int:
    return len(f"{value:.6g}".split("e", maxsplit=1)[0].replace(".", "").strip("0"))


def _is_same_number(a: NumberFact, b: NumberFact, *, units: bool) -> bool:
    return a.kind == b.kind and a.value == b.value and (_is_same_unit(a, b) or not units)


def _is_conflicting_number(a: NumberFact, b: NumberFact) -> bool:
    if a.kind != b.kind or a.kind not in IDENTIFYING_KINDS or a.value == b.value or not _is_same_unit(a, b):
        return False
    return a.kind != "magnitude" or abs(a.value - b.value) > _MAX_MAGNITUDE_REVISION


def _is_same_unit(a: NumberFact, b: NumberFact) -> bool:
    return a.unit == b.unit or not set(a.unit.split()).isdisjoint(b.unit.split())
