"""Whether the numbers of two articles say that they tell of one happening. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.stories.verdicts import Verdict
from monitor.text.numbers import NumberFact


@dataclass(frozen=True, slots=True)
class NumberComparison:
    """The verdict, and the pairs that say it. `telling`: they agree on a number that two happenings seldom share."""

    verdict: Verdict
    pairs: tuple[tuple[NumberFact, NumberFact], ...]
    is_distinctive: bool = False


IDENTIFYING = frozenset(("ordinal", "serial", "magnitude", "basis_points"))
"""Kinds of which another number is another happening."""
NEXT_OF_A_ROW = frozenset(("ordinal", "repeated"))
"""Kinds that make something the next one of a row, if only one of two articles says so."""
NEXT_BESIDE_THE_SAME = NEXT_OF_A_ROW | {"serial"}
"""The same, of titles that are alike but for it. Elsewhere a serial is a name that not all use (the 15th typhoon)."""
_NO_EVIDENCE = frozenset(("age", "intensity", "category"))  # shared by very many happenings
_MAGNITUDE_REVISED = 0.3  # by so much agencies differ about the same earthquake


def compare_numbers(
    one: Sequence[NumberFact], other: Sequence[NumberFact], *, same_language: bool = True
) -> NumberComparison:
    """They differ where both count the same kind of thing by a number that identifies, and share no such number. In two
    languages, what is counted has two names: numbers of one kind and value agree there."""
    shared = [(a, b) for a in one for b in other if _is_same_number(a, b, units=same_language)]
    settled = {(side.kind, side.unit) for pair in shared for side in pair}
    differing = tuple(
        (a, b)
        for a in one
        for b in other
        if _is_conflicting_number(a, b) and settled.isdisjoint(((a.kind, a.unit), (b.kind, b.unit)))
    )
    if differing:
        return NumberComparison(Verdict.DIFFERS, differing)
    telling = tuple((a, b) for a, b in shared if is_distinctive_number(a) and is_distinctive_number(b))
    pairs = telling or tuple((a, b) for a, b in shared if a.kind not in _NO_EVIDENCE)
    return NumberComparison(Verdict.AGREES if pairs else Verdict.UNKNOWN, pairs, bool(telling))


def is_distinctive_number(fact: NumberFact) -> bool:
    """Whether another happening hardly has the same number: "first" and "two dead" are everywhere, "16 dead" is not."""
    if fact.kind in {"ordinal", "serial", "model"}:
        return fact.value > 1
    return fact.kind not in _NO_EVIDENCE and _significant_digits(fact.value) > 1


def _significant_digits(value: float) -> int:
    return len(f"{value:.6g}".split("e", maxsplit=1)[0].replace(".", "").strip("0"))


def _is_same_number(a: NumberFact, b: NumberFact, *, units: bool) -> bool:
    return a.kind == b.kind and a.value == b.value and (_same_unit(a, b) or not units)


def _is_conflicting_number(a: NumberFact, b: NumberFact) -> bool:
    if a.kind != b.kind or a.kind not in IDENTIFYING or a.value == b.value or not _same_unit(a, b):
        return False
    return a.kind != "magnitude" or abs(a.value - b.value) > _MAGNITUDE_REVISED


def _same_unit(a: NumberFact, b: NumberFact) -> bool:
    return a.unit == b.unit or not set(a.unit.split()).isdisjoint(b.unit.split())
