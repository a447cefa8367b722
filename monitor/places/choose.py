"""Which of several places a name means, and whether it means a place at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.places import clues
from monitor.places.gazetteer import Gazetteer
from monitor.places.records import (
    CITY,
    COUNTRY,
    DEMONYM,
    DIVISION,
    GIVEN_NAME,
    JOINT,
    SEAT,
    SURNAME,
    UNSURE,
    PlaceRecord,
    comparable_name,
)

_SMALLER = 20  # times: a place so much smaller is not meant because its country is named
_SMALL = frozenset((CITY, DIVISION))
_BESIDE = 24  # characters that are looked at on either side
_WORD_BEFORE = re.compile(r"([A-ZÀ-ÞĀ-ŽА-ЯЁІЇЄ][\w.'-]*)[ \u00a0]$")
_WORD_BEHIND = re.compile(r"[ \u00a0]([A-ZÀ-ÞĀ-ŽА-ЯЁІЇЄ][\w'-]*)")
_CAPITALISED = re.compile(r"(?<![\w])[A-ZÀ-ÞĀ-Ž][\w'-]+")
_WRITTEN_SMALL = re.compile(r"(?<![\w'-])[a-zß-ÿā-ž][\w'-]{3,}")


@dataclass(frozen=True, slots=True)
class PlaceCandidate:
    """A name in a record, and what it may mean."""

    start: int
    end: int
    name: str
    meanings: tuple[tuple[PlaceRecord, int], ...]


class PlaceDisambiguator:
    """Decides about the candidates of one text."""

    def __init__(self, record: str, candidates: Sequence[PlaceCandidate], known: Gazetteer) -> None:
        self._record, self._candidates, self._known = record, candidates, known
        self._named = self._sure_places()  # a place that is named, or contains one -> by which names
        # Where most words are capitalised, a capital says nothing.
        self._shouted = 2 * len(_CAPITALISED.findall(record)) > 3 * len(_WRITTEN_SMALL.findall(record))

    def resolve(self) -> Iterator[tuple[PlaceCandidate, PlaceRecord, int]]:
        """The candidates that are places, each with what it means."""
        for candidate in self._candidates:
            if any(flags & JOINT for _, flags in candidate.meanings):
                yield from ((candidate, place, flags) for place, flags in candidate.meanings if flags & JOINT)
            elif (meant := self._meant(candidate)) is not None:
                place, flags = meant
                if (country := self._governed_by(place, candidate)) is not None:
                    place, flags = country, flags | SEAT
                yield candidate, place, flags

    def _governed_by(self, place: PlaceRecord, candidate: PlaceCandidate) -> PlaceRecord | None:
        """The country whose government the name of its capital stands for: Moscow rejects it; it fell, says Tokyo."""
        if place.level not in _SMALL:
            return None
        before, behind = self._beside(candidate)
        said_by = clues.SAID_BY.search(before) and clues.ENDS_THERE.match(behind)
        return self._known.country_governed_from(place.id) if said_by or clues.GOVERNS.match(behind) else None

    def _sure_places(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for candidate in self._candidates:
            place, flags = candidate.meanings[0]
            if not flags & UNSURE and (place.level != CITY or len(candidate.meanings) == 1):
                above = (container for container in self._known.containers_of(place.id) if not container.startswith("region:"))
                for place_id in (place.id, *above):
                    found.setdefault(place_id, set()).add(candidate.name)
        return found

    def _meant(self, candidate: PlaceCandidate) -> tuple[PlaceRecord, int] | None:
        place, flags = self._most_fitting(candidate)
        if flags & DEMONYM or place.level not in _SMALL:
            if not flags & DEMONYM and self._is_person(candidate, sure=True):
                return None
            return None if flags & UNSURE and not self._in_place(candidate) else (place, flags)
        if self._is_organisation(candidate) or self._is_person(candidate, sure=False):
            return None
        if flags & UNSURE and not (
            self._supported(place, candidate) or self._in_place(candidate) or self._governed_by(place, candidate)
        ):
            return None
        return place, flags

    def _most_fitting(self, candidate: PlaceCandidate) -> tuple[PlaceRecord, int]:
        """A place in what else is named; else the most prominent: a country, a division, the city of most people."""
        first = candidate.meanings[0]
        if len(candidate.meanings) == 1 or (first[0].level == COUNTRY and not first[1] & UNSURE):
            return first
        fitting = next((meaning for meaning in candidate.meanings if self._fits_in(meaning[0], first[0], candidate)), None)
        if fitting is None and _districts_of_one_name(candidate):
            return first[0], first[1] | UNSURE
        return fitting or first

    def _fits_in(self, place: PlaceRecord, first: PlaceRecord, candidate: PlaceCandidate) -> bool:
        """Whether it may be meant rather than the most prominent: its division is named, or its country and it is not
        much smaller. Moscow is in Russia, though the text names the United States."""
        if not self._supported(place, candidate):
            return False
        return _SMALLER * place.population >= first.population or self._supported(
            place, candidate, finer_than_country=True
        )

    def _supported(self, place: PlaceRecord, candidate: PlaceCandidate, *, finer_than_country: bool = False) -> bool:
        """Whether something that contains it is named elsewhere in the text."""
        above = (container for container in self._known.containers_of(place.id) if container in self._named)
        return any(
            self._named[container] - {candidate.name} for container in above if not (finer_than_country and len(container) == 2)
        )

    def _in_place(self, candidate: PlaceCandidate) -> bool:
        """Whether the words beside it say that it is a place."""
        before, behind = self._beside(candidate)
        if candidate.name[-1] > "\u2e80":
            return bool(clues.DENSE_BEHIND_PLACE.match(behind)) or candidate.name[-1] in "시군구도県市府都省区郡"
        where = clues.WHERE_IT_IS.match(behind)
        if where and self._known.is_place(comparable_name(where[1])):
            return True
        return bool(clues.BEFORE_PLACE.search(before) or clues.BEHIND_PLACE.match(behind))

    def _is_organisation(self, candidate: PlaceCandidate) -> bool:
        before, behind = self._beside(candidate)
        if clues.BEFORE_ORGANISATION.search(before) or clues.BEHIND_ORGANISATION.match(behind):
            return True
        club = clues.ARTICLE_BEFORE.search(before) and clues.PLURAL_BEHIND.match(behind)
        return bool(club) and not self._shouted

    def _beside(self, candidate: PlaceCandidate) -> tuple[str, str]:
        start, end = candidate.start, candidate.end
        return self._record[max(0, start - _BESIDE) : start], self._record[end : end + _BESIDE]

    def _is_person(self, candidate: PlaceCandidate, *, sure: bool) -> bool:
        """A given name before it (Whitney Houston), or it is one and a surname stands behind it (Lincoln Riley).
        `sure`: a name that nobody knows is no surname."""
        sides = self._beside(candidate)
        before, behind = _WORD_BEFORE.search(sides[0]), _WORD_BEHIND.match(sides[1])
        if before and before[1] not in clues.MODALS and self._is_given_name(comparable_name(before[1])):
            return True
        own, unsure = self._known.name_flags(candidate.name), candidate.meanings[0][1] & UNSURE
        if behind is None or not (own & (GIVEN_NAME | SURNAME) or unsure):
            return False
        follows = comparable_name(behind[1])
        if sure or self._shouted:
            return bool(self._known.name_flags(follows) & SURNAME)
        return not self._known.is_place(follows) and clues.BEHIND_PLACE.match(sides[1].lower()) is None

    def _is_given_name(self, word: str) -> bool:
        return bool(self._known.name_flags(word) & GIVEN_NAME) and not self._known.is_place(word)


def _districts_of_one_name(candidate: PlaceCandidate) -> bool:
    """Whether several districts are called so: the 중구 of six cities, thirty Washington Counties."""
    (first, _), (second, _) = candidate.meanings[:2]
    return first.id[0] == second.id[0] == "g"
