"""Places that the gazetteer lacks, and names that it lacks of places that it has: of the user's entities. Pure.

The id of such a place says where it is, as far as that is known: "entity:musudan@KP" lies in North Korea,
"entity:reef@sea:black-sea" is at sea, "entity:camp" lies anywhere. So a stored id is understood without the entity,
which may have been edited since.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import marisa_trie

from monitor.places.records import AREA, BLOCKED, COUNTRY, DEMONYM, SEA, PlaceRecord, comparable_name

_PLACE, _STATE, _IN = "entity:", "country:", "@"
_INFLECTED = 3  # letters at most by which a Cyrillic name is longer than its stem: Лобнорами
_STEM = re.compile(r"(?<=[^\W\d_]{4})[аеиоуыэюяйь]$")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_WORD_REST = re.compile(r"[^\W\d_\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]*")
_WORD = re.compile(r"(?<!\S)\w")


def added_place_id(entity: str, within: str | None = None, *, country: bool = False) -> str:
    """The id of a place that the gazetteer lacks; `within`: the id of what contains it."""
    return f"{_STATE if country else _PLACE}{entity}{_IN + within if within else ''}"


def is_added_place(identity: str) -> bool:
    return identity.startswith((_PLACE, _STATE))


def container_of(identity: str) -> str | None:
    """What contains an added place at once; None where nobody knows."""
    return identity.partition(_IN)[2] or None


def added_place_record(identity: str, container: PlaceRecord | None) -> PlaceRecord:
    """What an id of an added place says; `container`: of `container_of`."""
    at_sea = container is not None and container.level == SEA
    level = COUNTRY if identity.startswith(_STATE) else SEA if at_sea else AREA
    english = identity.partition(_IN)[0].partition(":")[2]
    return PlaceRecord(identity, level, (container.id,) if container else (), english, 0)


@dataclass(frozen=True, slots=True)
class AddedPlaceName:
    """A name of the place with this id. `of_people`: it is its people's, its forces' or its government's, or may be;
    `begins`: any letters may follow in its word; `spoils`: it is the name of something else that contains one of the
    place's."""

    name: str
    place: str
    is_demonym: bool = False
    is_prefix: bool = False
    is_blocked: bool = False


@dataclass(frozen=True, slots=True)
class AddedPlaceMeaning:
    """What an added name means; `flags`: DEMONYM, or BLOCKED if it spoils; `longer`: letters by which its word may be
    longer (None: any)."""

    place: str
    flags: int
    max_extra_letters: int | None


class AddedPlaceNames:
    """All names that are added, but those of one letter. Finding them costs what the text costs, however many
    there are."""

    def __init__(self, names: Iterable[AddedPlaceName] = ()) -> None:
        self._meanings: dict[str, list[AddedPlaceMeaning]] = {}
        for added in names:
            flags = (DEMONYM if added.is_demonym else 0) | (BLOCKED if added.is_blocked else 0)
            for name in _list_spellings(comparable_name(added.name)):
                stem = _STEM.sub("", name) if _CYRILLIC.search(name) and not added.is_blocked else name
                longer = None if added.is_prefix else _INFLECTED if _CYRILLIC.search(name) else 0
                if len(stem) > 1:
                    self._meanings.setdefault(stem, []).append(AddedPlaceMeaning(added.place, flags, longer))
        self._trie = marisa_trie.Trie(self._meanings)
        self._beginnings = {name[:2] for name in self._meanings}
        self._longest = max(map(len, self._meanings), default=0)

    def names_at(self, text: str, start: int) -> Iterable[tuple[str, int, AddedPlaceMeaning]]:
        """The names that a comparable text has there, the longest first: each with where it ends, and what it means."""
        # Most texts have none there, and the first two letters say so.
        return self._at(text, start) if text[start : start + 2] in self._beginnings else ()

    def _at(self, text: str, start: int) -> Iterator[tuple[str, int, AddedPlaceMeaning]]:
        for name in reversed(self._trie.prefixes(text[start : start + self._longest])):
            end = start + len(name)
            rest = _WORD_REST.match(text, end)
            for meaning in self._meanings[name]:
                longer = len(rest[0]) if rest and meaning.max_extra_letters != 0 else 0
                if meaning.max_extra_letters is None or longer <= meaning.max_extra_letters:
                    yield name, end + longer, meaning


def _list_spellings(name: str) -> Mapping[str, None]:
    """As it is written, and with capitals, as headlines have it."""
    return dict.fromkeys((name, _WORD.sub(lambda first: first[0].upper(), name)))


NOTHING_ADDED = AddedPlaceNames()
