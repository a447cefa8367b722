"""Decides which of several places a name means, and whether it means a place at all."""

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

_MAX_POPULATION_RATIO = 20  # the name of its country alone does not select a place that is this many times smaller
_SMALL_LEVELS = frozenset((CITY, DIVISION))
_CONTEXT = 24  # characters of context on each side
_WORD_BEFORE = re.compile(r"([A-ZÀ-ÞĀ-ŽА-ЯЁІЇЄ][\w.'-]*)[ \u00a0]$")
_WORD_AFTER = re.compile(r"[ \u00a0]([A-ZÀ-ÞĀ-ŽА-ЯЁІЇЄ][\w'-]*)")
_CAPITALISED = re.compile(r"(?<![\w])[A-ZÀ-ÞĀ-Ž][\w'-]+")
_LOWERCASE_WORD = re.compile(r"(?<![\w'-])[a-zß-ÿā-ž][\w'-]{3,}")


@dataclass(frozen=True, slots=True)
class PlaceCandidate:
    """A name in a text record, and the places that it may mean, with the flags of the name."""

    start: int
    end: int
    name: str
    meanings: tuple[tuple[PlaceRecord, int], ...]


class PlaceDisambiguator:
    """Resolves the candidates of one text."""

    def __init__(self, record: str, candidates: Sequence[PlaceCandidate], gazetteer: Gazetteer) -> None:
        self._record, self._candidates, self._gazetteer = record, candidates, gazetteer
        self._place_names = self._collect_certain_places()  # id of a named place, or of a container of one -> the names
        # If most words are capitalised, a capital means nothing.
        self._is_title_case = 2 * len(_CAPITALISED.findall(record)) > 3 * len(_LOWERCASE_WORD.findall(record))

    def resolve(self) -> Iterator[tuple[PlaceCandidate, PlaceRecord, int]]:
        """The candidates that are places, each with the place and flags."""
        for candidate in self._candidates:
            if any(flags & JOINT for _, flags in candidate.meanings):
                yield from ((candidate, place, flags) for place, flags in candidate.meanings if flags & JOINT)
            elif (meaning := self._resolve_candidate(candidate)) is not None:
                place, flags = meaning
                if (country := self._find_governed_country(place, candidate)) is not None:
                    place, flags = country, flags | SEAT
                yield candidate, place, flags

    def _find_governed_country(self, place: PlaceRecord, candidate: PlaceCandidate) -> PlaceRecord | None:
        """The country, if the name of its capital means the government: Moscow rejects it; it fell, says Tokyo."""
        if place.level not in _SMALL_LEVELS:
            return None
        before, after = self._context_of(candidate)
        is_later = candidate is not self._candidates[0]
        says_so = clues.SAID_BY.search(before) or (is_later and clues.SIGN_BEFORE.search(before))
        is_speaker = says_so and clues.ENDS_THERE.match(after)
        return self._gazetteer.country_governed_from(place.id) if is_speaker or clues.GOVERNS.match(after) else None

    def _collect_certain_places(self) -> dict[str, set[str]]:
        names_by_place: dict[str, set[str]] = {}
        for candidate in self._candidates:
            place, flags = candidate.meanings[0]
            if not flags & UNSURE and (place.level != CITY or len(candidate.meanings) == 1):
                containers = (
                    container
                    for container in self._gazetteer.containers_of(place.id)
                    if not container.startswith("region:")
                )
                for place_id in (place.id, *containers):
                    names_by_place.setdefault(place_id, set()).add(candidate.name)
        return names_by_place

    def _resolve_candidate(self, candidate: PlaceCandidate) -> tuple[PlaceRecord, int] | None:
        place, flags = self._select_meaning(candidate)
        if flags & DEMONYM or place.level not in _SMALL_LEVELS:
            if not flags & DEMONYM and self._is_person(candidate, strict=True):
                return None
            return None if flags & UNSURE and not self._has_place_words(candidate) else (place, flags)
        if self._is_organisation(candidate) or self._is_person(candidate, strict=False):
            return None
        if place.level == CITY and clues.AFTER_BUILDING.match(self._context_of(candidate)[1]):
            return None
        if flags & UNSURE and not (
            self._has_container_in_text(place, candidate, finer_than_country=True)
            or self._has_place_words(candidate)
            or self._find_governed_country(place, candidate)
        ):
            return None
        return place, flags

    def _select_meaning(self, candidate: PlaceCandidate) -> tuple[PlaceRecord, int]:
        """A place within something else that the text names; else the most prominent place: a country, a division, the
        largest city."""
        first = candidate.meanings[0]
        if len(candidate.meanings) == 1 or (first[0].level == COUNTRY and not first[1] & UNSURE):
            return first
        better = next(
            (meaning for meaning in candidate.meanings if self._is_better_meaning(meaning[0], first[0], candidate)),
            None,
        )
        if better is None and _are_districts_of_one_name(candidate):
            return first[0], first[1] | UNSURE
        return better or first

    def _is_better_meaning(self, place: PlaceRecord, first: PlaceRecord, candidate: PlaceCandidate) -> bool:
        """Whether the name may mean this place rather than the most prominent one: the text names its division, or it
        names its country and the place is not much smaller. Moscow is in Russia, although the text names the United
        States."""
        if not self._has_container_in_text(place, candidate):
            return False
        return _MAX_POPULATION_RATIO * place.population >= first.population or self._has_container_in_text(
            place, candidate, finer_than_country=True
        )

    def _has_container_in_text(
        self, place: PlaceRecord, candidate: PlaceCandidate, *, finer_than_country: bool = False
    ) -> bool:
        """Whether the text names something that contains the place elsewhere."""
        containers = (
            container for container in self._gazetteer.containers_of(place.id) if container in self._place_names
        )
        return any(
            self._place_names[container] - {candidate.name}
            for container in containers
            if not finer_than_country or self._is_division(container)
        )

    def _is_division(self, place: str) -> bool:
        """Whether it is a province or the like. A country is in every report from there, and so is the area around its
        capital."""
        record = self._gazetteer.place(place)
        return record is not None and record.level == DIVISION

    def _has_place_words(self, candidate: PlaceCandidate) -> bool:
        """Whether the words next to the name show that it is a place."""
        before, after = self._context_of(candidate)
        if candidate.name[-1] > "\u2e80":
            return bool(clues.DENSE_AFTER_PLACE.match(after)) or candidate.name[-1] in "시군구도県市府都省区郡"
        where = clues.WHERE_IT_IS.match(after)
        if where and self._gazetteer.is_place(comparable_name(where[1])):
            return True
        return bool(clues.BEFORE_PLACE.search(before) or clues.AFTER_PLACE.match(after))

    def _is_organisation(self, candidate: PlaceCandidate) -> bool:
        before, after = self._context_of(candidate)
        if clues.BEFORE_ORGANISATION.search(before) or clues.AFTER_ORGANISATION.match(after):
            return True
        is_club = clues.ARTICLE_BEFORE.search(before) and clues.PLURAL_AFTER.match(after)
        return bool(is_club) and not self._is_title_case

    def _context_of(self, candidate: PlaceCandidate) -> tuple[str, str]:
        start, end = candidate.start, candidate.end
        return self._record[max(0, start - _CONTEXT) : start], self._record[end : end + _CONTEXT]

    def _is_person(self, candidate: PlaceCandidate, *, strict: bool) -> bool:
        """Whether a given name comes before it (Whitney Houston), or it is a given name with a surname after it
        (Lincoln Riley). `strict`: an unknown word after it is no surname."""
        sides = self._context_of(candidate)
        before, after = _WORD_BEFORE.search(sides[0]), _WORD_AFTER.match(sides[1])
        if before and before[1] not in clues.MODALS and self._is_given_name(comparable_name(before[1])):
            return True
        name_flags, is_ambiguous = self._gazetteer.name_flags(candidate.name), candidate.meanings[0][1] & UNSURE
        if after is None or not (name_flags & (GIVEN_NAME | SURNAME) or is_ambiguous):
            return False
        next_word = comparable_name(after[1])
        if strict or self._is_title_case:
            return bool(self._gazetteer.name_flags(next_word) & SURNAME)
        return not self._gazetteer.is_place(next_word) and clues.AFTER_PLACE.match(sides[1].lower()) is None

    def _is_given_name(self, word: str) -> bool:
        return bool(self._gazetteer.name_flags(word) & GIVEN_NAME) and not self._gazetteer.is_place(word)


def _are_districts_of_one_name(candidate: PlaceCandidate) -> bool:
    """Whether several districts have this name: the 중구 of six cities, thirty Washington Counties."""
    (first, _), (second, _) = candidate.meanings[:2]
    return first.id[0] == second.id[0] == "g"
