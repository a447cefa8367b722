"""Places and names of places that the gazetteer lacks, from the user's entities. Pure.

The id of such a place says where it is, as far as that is known: "entity:musudan@KP" is in North Korea,
"entity:reef@sea:black-sea" is at sea, and "entity:camp" may be anywhere. So a stored id is understood without the
entity, which may have been edited since.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import marisa_trie

from monitor.places.records import AREA, BLOCKED, COUNTRY, DEMONYM, SEA, PlaceRecord, comparable_name
from monitor.text.scripts import CYRILLIC

_PLACE, _STATE, _IN = "entity:", "country:", "@"
_MAX_CYRILLIC_ENDING = 3  # letters: the longest ending after the stem of a Cyrillic name: Лобнорами
_STEM = re.compile(r"(?<=[^\W\d_]{4})[аеиоуыэюяйь]$")
_WORD_REST = re.compile(r"[^\W\d_\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]*")
_WORD_BEGINNING = re.compile(r"(?<!\S)\w")


def added_place_id(entity: str, within: str | None = None, *, country: bool = False) -> str:
    """The id of a place that the gazetteer lacks; `within`: the id of what contains it."""
    return f"{_STATE if country else _PLACE}{entity}{_IN + within if within else ''}"


def is_added_place(identity: str) -> bool:
    return identity.startswith((_PLACE, _STATE))


def container_of(identity: str) -> str | None:
    """The place that directly contains an added place; None if it is not known."""
    return identity.partition(_IN)[2] or None


def added_place_record(identity: str, container: PlaceRecord | None) -> PlaceRecord:
    """The record that the id of an added place describes; `container`: the record of its `container_of`."""
    at_sea = container is not None and container.level == SEA
    level = COUNTRY if identity.startswith(_STATE) else SEA if at_sea else AREA
    english = identity.partition(_IN)[0].partition(":")[2]
    return PlaceRecord(identity, level, (container.id,) if container else (), english, 0)


@dataclass(frozen=True, slots=True)
class AddedPlaceName:
    """A name of a place.

    place       the id of the place
    is_demonym  it means, or may mean, the people, the forces or the government of the place
    is_prefix   any letters may follow in the word
    is_blocked  it is the name of something else, and contains a name of the place
    """

    name: str
    place: str
    is_demonym: bool = False
    is_prefix: bool = False
    is_blocked: bool = False


@dataclass(frozen=True, slots=True)
class AddedPlaceMeaning:
    """The meaning of an added name. `flags`: DEMONYM, or BLOCKED if the name is blocked; `max_extra_letters`: how many
    letters may follow in the word (None: any number)."""

    place: str
    flags: int
    max_extra_letters: int | None


class PossiblePlaceName(Protocol):
    """A name that is added, or perhaps not: looking that up takes a while."""

    @property
    def name(self) -> str: ...
    def look_up(self) -> AddedPlaceName | None:
        """The name with its meaning; None: it is not added."""


class AddedPlaceNames:
    """All added names, except names of one letter. The time to find them depends on the text, not on how many there
    are. A name is looked up when a text first has its first two letters at a place where a name may begin."""

    def __init__(self, names: Iterable[PossiblePlaceName] = ()) -> None:
        self._possible: dict[str, list[PossiblePlaceName]] = {}
        for possible in names:
            for beginning in {name[:2] for name in _list_spellings(comparable_name(possible.name)[:2])}:
                self._possible.setdefault(beginning, []).append(possible)
        self._looked_up: dict[str, _NamesWithOneBeginning] = {}

    def names_at(self, text: str, start: int) -> Iterable[tuple[str, int, AddedPlaceMeaning]]:
        """The names at `start` in a comparable text, the longest first, each with its end and its meaning."""
        # Usually there is none, and the first two letters show that.
        beginning = text[start : start + 2]
        if beginning not in self._possible:
            return ()
        names = self._looked_up.get(beginning)
        if names is None:
            names = self._looked_up[beginning] = _NamesWithOneBeginning(beginning, self._possible[beginning])
        return names.names_at(text, start)


class _NamesWithOneBeginning:
    """The added names among the possible ones, in those spellings that begin with the same two letters."""

    def __init__(self, beginning: str, possible_names: Iterable[PossiblePlaceName]) -> None:
        self._meanings: dict[str, list[AddedPlaceMeaning]] = {}
        for added in filter(None, (possible.look_up() for possible in possible_names)):
            flags = (DEMONYM if added.is_demonym else 0) | (BLOCKED if added.is_blocked else 0)
            for name in _list_spellings(comparable_name(added.name)):
                stem = _STEM.sub("", name) if CYRILLIC.search(name) and not added.is_blocked else name
                max_extra_letters = None if added.is_prefix else _MAX_CYRILLIC_ENDING if CYRILLIC.search(name) else 0
                if len(stem) > 1 and stem.startswith(beginning):
                    self._meanings.setdefault(stem, []).append(AddedPlaceMeaning(added.place, flags, max_extra_letters))
        self._trie = marisa_trie.Trie(self._meanings)
        self._max_length = max(map(len, self._meanings), default=0)

    def names_at(self, text: str, start: int) -> Iterable[tuple[str, int, AddedPlaceMeaning]]:
        """As in `AddedPlaceNames`."""
        return self._iter_names_at(text, start) if self._meanings else ()

    def _iter_names_at(self, text: str, start: int) -> Iterator[tuple[str, int, AddedPlaceMeaning]]:
        for name in reversed(self._trie.prefixes(text[start : start + self._max_length])):
            end = start + len(name)
            suffix = _WORD_REST.match(text, end)
            for meaning in self._meanings[name]:
                extra_letters = len(suffix[0]) if suffix and meaning.max_extra_letters != 0 else 0
                if meaning.max_extra_letters is None or extra_letters <= meaning.max_extra_letters:
                    yield name, end + extra_letters, meaning


def _list_spellings(name: str) -> Mapping[str, None]:
    """The name as it is, and with capitals as in headlines."""
    return dict.fromkeys((name, _WORD_BEGINNING.sub(lambda first: first[0].upper(), name)))


NOTHING_ADDED = AddedPlaceNames()
