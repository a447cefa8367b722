"""Which places a text names.

A name is looked up where a word begins (in Han, kana and Thai at each letter), the longest first; it counts where its
script lets it end. Case counts, accents do not. False places are worse than missed ones: a name that is a common word,
or that stands inside of a longer name, needs support.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.places import edges
from monitor.places.added import NOTHING_ADDED, AddedPlaceMeaning, AddedPlaceNames
from monitor.places.choose import PlaceCandidate, PlaceDisambiguator
from monitor.places.gazetteer import LONGEST, Gazetteer, get_gazetteer
from monitor.places.records import BLOCKED, COUNTRY, DEMONYM, SEAT, SHORT, UNSURE, PlaceRecord, comparable_text
from monitor.text.record import Offsets, normalize_text, replace_surrogates

_NUL = "\0"


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place that a text names. `start`, `end`: where, in the text as given; `said`: the words there. `role`: "people"
    for a people or an adjective (Thai), "seat" for a country by where its government sits (the Kremlin; Moscow
    before "rejects"), "dateline" for where the reporter sits, else ""."""

    place: str
    start: int
    end: int
    text: str
    role: str = ""


def find_places(
    text: str, language: str | None = None, added: AddedPlaceNames = NOTHING_ADDED
) -> tuple[PlaceMention, ...]:
    """The places that a text names, in their order. `language`: a tag of BCP 47, where it is known; it only helps.
    `added`: names that the gazetteer lacks."""
    text = text.replace(_NUL, " ")  # it parts names from places in the data file
    record = normalize_text(text)
    known = get_gazetteer()
    candidates = list(_find_candidates(comparable_text(record), (language or "").split("-")[0], known, added))
    if not candidates:
        return ()
    offsets = Offsets(text)
    found = []
    for candidate, place, flags in PlaceDisambiguator(record, candidates, known).resolve():
        start, end = offsets.to_original(candidate.start, candidate.end)
        dateline = edges.is_dateline(record, candidate.start, candidate.end)
        role = "people" if flags & DEMONYM else "seat" if flags & SEAT else "dateline" if dateline else ""
        found.append(PlaceMention(place.id, start, end, text[start:end], role))
    return tuple(found)


def _find_candidates(text: str, language: str, known: Gazetteer, added: AddedPlaceNames) -> Iterator[PlaceCandidate]:
    text = replace_surrogates(edges.without_all_caps(text))
    taken = 0
    spoilt: dict[str, int] = {}  # an added place -> up to where its names are those of something else
    for start in edges.find_name_starts(text):
        if start < taken:
            continue
        found = _find_in_gazetteer(text, start, language, known)
        names = added.names_at(text, start)
        own = _find_in_added_names(names, text, start, language, spoilt) if names else None
        if own is not None and (found is None or own.end >= found.end):
            found = own
        if found is not None:
            taken = found.end
            if found.meanings:
                yield found


def _find_in_gazetteer(text: str, start: int, language: str, known: Gazetteer) -> PlaceCandidate | None:
    """The longest name that begins there; without meanings where it is that of no place."""
    for name in reversed(known.names_at(text[start : start + LONGEST])):
        end = start + len(name)
        if known.name_flags(name) & BLOCKED and edges.may_end(text, end):
            return PlaceCandidate(start, end, name, ())
        meanings = known.meanings(name)
        if (
            meanings
            and edges.is_written_as_name(name, language)
            and _is_possible_name(text, start, end, language, meanings[0])
        ):
            return PlaceCandidate(start, end, name, meanings)
    return None


def _find_in_added_names(
    names: Iterable[tuple[str, int, AddedPlaceMeaning]], text: str, start: int, language: str, spoilt: dict[str, int]
) -> PlaceCandidate | None:
    """The longest of the added names that begin there. Those that spoil a place's are noted."""
    for name, end, meaning in names:
        place = get_gazetteer().place(meaning.place)
        if place is None or not (
            meaning.max_extra_letters is None or edges.is_name_end(text, end, language, sure=False)
        ):
            continue
        if meaning.flags & BLOCKED:
            spoilt[place.id] = max(end, spoilt.get(place.id, 0))
        elif end > spoilt.get(place.id, 0):
            return PlaceCandidate(start, end, name, ((place, meaning.flags),))
    return None


def _is_possible_name(text: str, start: int, end: int, language: str, meaning: tuple[PlaceRecord, int]) -> bool:
    place, flags = meaning
    if flags & SHORT and end - start == 1:
        return edges.is_short_state_name(text, start)
    return edges.is_name_end(text, end, language, sure=place.level == COUNTRY and not flags & UNSURE)
