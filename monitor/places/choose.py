"""Which of several places a name means, and whether it means a place at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from monitor.places.gazetteer import gazetteer
from monitor.places.records import COUNTRY, DIVISION, UNSURE, PlaceRecord

if TYPE_CHECKING:
    from monitor.places.find import Candidate


def chosen(candidates: Sequence[Candidate], record: str) -> Iterator[tuple[Candidate, PlaceRecord, int]]:
    """The candidates that are places, each with the one that it means."""
    named = _supports(candidates)
    for candidate in candidates:
        place, flags = _meant(candidate, named)
        supported = any(each in named for each in _above(place))
        if flags & UNSURE and not supported:
            continue
        yield candidate, place, flags


def _supports(candidates: Sequence[Candidate]) -> frozenset[str]:
    """The countries and divisions that a text names without doubt."""
    found = set()
    for candidate in candidates:
        place, flags = candidate.meanings[0]
        if not flags & UNSURE and place.level in {COUNTRY, DIVISION}:
            found.add(place.id)
    return frozenset(found)


def _meant(candidate: Candidate, named: frozenset[str]) -> tuple[PlaceRecord, int]:
    """A country, if one is called so; else the place in what else is named; else the widest of the most prominent."""
    first = candidate.meanings[0]
    if first[0].level == COUNTRY or len(candidate.meanings) == 1:
        return first
    for place, flags in candidate.meanings:
        if any(each in named for each in _above(place)):
            return place, flags
    return first


def _above(place: PlaceRecord) -> frozenset[str]:
    return frozenset(each for each in gazetteer().around(place.id) if not each.startswith("region:"))
