"""Whether the numbers of two articles say that they tell of one happening. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from monitor.stories.numbers import NumberFact


class NumberVerdict(StrEnum):
    AGREES = "agrees"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NumberComparison:
    """What the numbers of two articles say, and the pairs that say it."""

    verdict: NumberVerdict
    pairs: tuple[tuple[NumberFact, NumberFact], ...]


IDENTIFYING = frozenset(("ordinal", "serial", "magnitude", "basis_points"))
"""Kinds of which another number is another happening."""
_MAGNITUDE_REVISED = 0.3  # by so much agencies differ about the same earthquake
_WEAK = frozenset(("age", "duration", "intensity"))  # shared by very many happenings


def compare_numbers(one: Sequence[NumberFact], other: Sequence[NumberFact]) -> NumberComparison:
    """Whether the numbers of two articles agree, differ or say nothing. They differ only where both count the same kind
    of thing by a number that identifies, and no such number is shared."""
    agreeing = [(a, b) for a in one for b in other if _agree(a, b)]
    differing = [(a, b) for a in one for b in other if _differ(a, b)]
    shared = {(side.kind, side.unit) for pair in agreeing for side in pair}
    differing = [pair for pair in differing if not any((side.kind, side.unit) in shared for side in pair)]
    if differing:
        return NumberComparison(NumberVerdict.DIFFERS, tuple(differing))
    return NumberComparison(NumberVerdict.AGREES if agreeing else NumberVerdict.UNKNOWN, tuple(agreeing))


def _agree(a: NumberFact, b: NumberFact) -> bool:
    return a.kind == b.kind and a.value == b.value and a.kind not in _WEAK and _same_unit(a, b)


def _differ(a: NumberFact, b: NumberFact) -> bool:
    if a.kind != b.kind or a.kind not in IDENTIFYING or a.value == b.value or not _same_unit(a, b):
        return False
    return a.kind != "magnitude" or abs(a.value - b.value) > _MAGNITUDE_REVISED


def _same_unit(a: NumberFact, b: NumberFact) -> bool:
    return a.unit == b.unit or not set(a.unit.split()).isdisjoint(b.unit.split())
