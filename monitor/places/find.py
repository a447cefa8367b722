"""Finds the places that a text names.

A name is looked up at the start of each word (in Han, kana and Thai at each letter), the longest name first. It counts
if its script allows it to end there. Case counts, accents do not. A false place is worse than a missed one: a name that
is a common word, or that is inside a longer name, needs support from the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.places import edges
from monitor.places.added_places import NOTHING_ADDED, AddedPlaceMeaning, AddedPlaceNames
from monitor.places.choose import PlaceCandidate, PlaceDisambiguator
from monitor.places.gazetteer import LONGEST, NUL, Gazetteer, get_gazetteer
from monitor.places.records import BLOCKED, COUNTRY, DEMONYM, SEAT, SHORT, UNSURE, PlaceRecord, comparable_text
from monitor.text.record import Offsets, replace_surrogates


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place that a text names. `place`: its id; `start`, `end`: the span in the original text; `text`: its words.
    `role`: "people" for a people or an adjective (Thai), "seat" for a country by the seat of its government (the
    Kremlin; Moscow before "rejects"), "dateline" for where the reporter is, else ""."""

    place: str
    start: int
    end: int
    text: str
    role: str = ""


def find_places(
    text: str, language: str | None = None, added: AddedPlaceNames = NOTHING_ADDED
) -> tuple[PlaceMention, ...]:
    """The places that a text names, in the order of the text. `language`: a BCP 47 tag if known; it is only a hint.
    `added`: names that the gazetteer lacks."""
    text = text.replace(NUL, " ")
    offsets = Offsets(text)
    record, gazetteer = offsets.record, get_gazetteer()
    candidates = list(_find_candidates(comparable_text(record), (language or "").split("-")[0], gazetteer, added))
    if not candidates:
        return ()
    mentions = []
    for candidate, place, flags in PlaceDisambiguator(record, candidates, gazetteer).resolve():
        start, end = offsets.to_original(candidate.start, candidate.end)
        dateline = edges.is_dateline(record, candidate.start, candidate.end)
        role = "people" if flags & DEMONYM else "seat" if flags & SEAT else "dateline" if dateline else ""
        mentions.append(PlaceMention(place.id, start, end, text[start:end], role))
    return tuple(mentions)


def _find_candidates(
    text: str, language: str, gazetteer: Gazetteer, added: AddedPlaceNames
) -> Iterator[PlaceCandidate]:
    text = replace_surrogates(edges.without_all_caps(text))
    next_start = 0
    blocked_until: dict[str, int] = {}  # id of an added place -> offset up to which its names are blocked
    for start in edges.find_name_starts(text):
        if start < next_start:
            continue
        candidate = _find_in_gazetteer(text, start, language, gazetteer)
        names = added.names_at(text, start)
        added_candidate = _find_in_added_names(names, text, start, language, blocked_until) if names else None
        if added_candidate is not None and (candidate is None or added_candidate.end >= candidate.end):
            candidate = added_candidate
        if candidate is not None:
            next_start = candidate.end
            if candidate.meanings:
                yield candidate


def _find_in_gazetteer(text: str, start: int, language: str, gazetteer: Gazetteer) -> PlaceCandidate | None:
    """The longest name that begins at `start`; it has no meanings if it is the name of no place."""
    for name in reversed(gazetteer.names_at(text[start : start + LONGEST])):
        end = start + len(name)
        if gazetteer.name_flags(name) & BLOCKED and edges.may_end(text, end):
            return PlaceCandidate(start, end, name, ())
        meanings = gazetteer.meanings(name)
        if (
            meanings
            and edges.is_written_as_name(name, language)
            and _is_possible_name(text, start, end, language, meanings[0])
        ):
            return PlaceCandidate(start, end, name, meanings)
    return None


def _find_in_added_names(
    names: Iterable[tuple[str, int, AddedPlaceMeaning]],
    text: str,
    start: int,
    language: str,
    blocked_until: dict[str, int],
) -> PlaceCandidate | None:
    """The longest added name that begins at `start`. Blocked names are recorded in `blocked_until`."""
    for name, end, meaning in names:
        place = get_gazetteer().place(meaning.place)
        if place is None or not (
            meaning.max_extra_letters is None or edges.is_name_end(text, end, language, any_suffix=False)
        ):
            continue
        if meaning.flags & BLOCKED:
            blocked_until[place.id] = max(end, blocked_until.get(place.id, 0))
        elif end > blocked_until.get(place.id, 0):
            return PlaceCandidate(start, end, name, ((place, meaning.flags),))
    return None


def _is_possible_name(text: str, start: int, end: int, language: str, meaning: tuple[PlaceRecord, int]) -> bool:
    place, flags = meaning
    if flags & SHORT and end - start == 1:
        return edges.is_short_state_name(text, start)
    return edges.is_name_end(text, end, language, any_suffix=place.level == COUNTRY and not flags & UNSURE)
