"""Reads the data file of places, mapped into memory at the first use, and relates places to each other."""

from __future__ import annotations

import struct
from enum import StrEnum
from functools import cache, lru_cache, reduce
from importlib.resources import as_file, files
from operator import or_

import marisa_trie

from monitor.places.added_places import added_place_record, container_of, is_added_place
from monitor.places.records import CITY, COUNTRY, NO_PLACE, UNSURE, PlaceRecord, comparable_name, parse_record

_NAME_ENTRY = struct.Struct(">IB")
_PLACE_NUMBER = struct.Struct(">I")
_NO_ENTRY: tuple[tuple[tuple[PlaceRecord, int], ...], int] = ((), 0)
LONGEST, _LONGEST_UNSPACED = 40, 16  # characters of a name; the second for scripts without spaces and Hangul
NUL = "\0"  # separates names from places in the data file, so no name may contain it
_CACHE_SIZE = 4096  # places: some hundred bytes each


class Relation(StrEnum):
    """How two places are related."""

    SAME = "same"
    CONTAINS = "contains"  # the first contains the second
    WITHIN = "within"  # the first lies in the second
    APART = "apart"
    UNKNOWN = "unknown"  # one is an added place, and its location is not known well enough


class Gazetteer:
    """The names and places of the data file. `get_gazetteer()` gives the one of the process."""

    def __init__(self) -> None:
        with as_file(files(__package__).joinpath("places.marisa")) as path:
            self._trie = marisa_trie.BytesTrie().mmap(str(path))
        self.place = lru_cache(_CACHE_SIZE)(self._read_place)
        self.containers_of = lru_cache(_CACHE_SIZE)(self._find_containers)
        self._is_known_beginning = lru_cache(_CACHE_SIZE)(self._is_beginning)
        self._entry = lru_cache(_CACHE_SIZE)(self._read_entry)
        self._record_by_number = lru_cache(_CACHE_SIZE)(self._read_record)

    def names_at(self, text: str) -> list[str]:
        """The names at the beginning of a comparable text, the shortest first."""
        # The trie tries every length. It is asked only if some name begins with the first two characters.
        if self._is_known_beginning(text[:2]):
            found: list[str] = self._trie.prefixes(text[: _LONGEST_UNSPACED if text[0] >= "\u2e80" else LONGEST])
            return found
        return [text[0]] if self._entry(text[0]) != _NO_ENTRY else []

    def _is_beginning(self, text: str) -> bool:
        return next(self._trie.iterkeys(text), None) is not None

    def meanings(self, name: str) -> tuple[tuple[PlaceRecord, int], ...]:
        """The places that a comparable name may mean, with the flags of the name; the most prominent place first."""
        return self._entry(name)[0]

    def name_flags(self, name: str) -> int:
        """Other flags of a comparable name: BLOCKED, GIVEN_NAME, SURNAME."""
        return self._entry(name)[1]

    def _read_entry(self, name: str) -> tuple[tuple[tuple[PlaceRecord, int], ...], int]:
        found = () if NUL in name else self._trie.get(name, ())
        rows = sorted(_NAME_ENTRY.unpack(row) for row in found)
        meanings = tuple((self._record_by_number(number), flags) for number, flags in rows if number != NO_PLACE)
        return meanings, reduce(or_, (flags for number, flags in rows if number == NO_PLACE), 0)

    def is_place(self, name: str) -> bool:
        return bool(self.meanings(name))

    def country_governed_from(self, identity: str) -> PlaceRecord | None:
        """The country whose capital this place is; None if it is no capital."""
        rows = self._trie.get(f"\x03{identity}")
        return self.place(rows[0].decode()) if rows else None

    def _read_record(self, number: int) -> PlaceRecord:
        return parse_record(self._trie[f"\x01{number}"][0])

    def _read_place(self, identity: str) -> PlaceRecord | None:
        if is_added_place(identity):
            container = container_of(identity)
            return added_place_record(identity, self._read_place(container) if container else None)
        rows = self._trie.get(f"\x02{identity}")
        return self._read_record(*_PLACE_NUMBER.unpack(rows[0])) if rows else None

    def _find_containers(self, identity: str) -> frozenset[str]:
        """The ids of all places that contain this place, at any level."""
        found: set[str] = set()
        pending = [identity]
        while pending:
            record = self.place(pending.pop())
            new_parents = set(record.parents) - found if record else set()
            found |= new_parents
            pending.extend(new_parents)
        return frozenset(found)


@cache
def get_gazetteer() -> Gazetteer:
    """The gazetteer of the process, loaded at the first call."""
    return Gazetteer()


def relate_places(a: str, b: str) -> Relation:
    """The relation of two places, by their ids. An unknown id is apart from all others."""
    if a == b:
        return Relation.SAME
    if a in get_gazetteer().containers_of(b):
        return Relation.CONTAINS
    if b in get_gazetteer().containers_of(a):
        return Relation.WITHIN
    return Relation.UNKNOWN if _may_lie_in(a, b) or _may_lie_in(b, a) else Relation.APART


def _may_lie_in(added: str, other: str) -> bool:
    """Whether an added place may lie in a place of the gazetteer, or contain it, as far as is known. It may lie in any
    province of its country. Two added places are always different."""
    if (
        not is_added_place(added)
        or is_added_place(other)
        or get_place_level(added) == COUNTRY
        or not get_place_level(other)
    ):
        return False
    container = container_of(added)
    return container is None or (get_place_level(other) != CITY and container in get_gazetteer().containers_of(other))


def get_place_level(identity: str) -> str:
    """One of "country", "region", "sea", "area", "division" or "city"; "" for an unknown id."""
    record = get_gazetteer().place(identity)
    return record.level if record else ""


def country_of(identity: str) -> str | None:
    """The country that a place is or lies in; None for seas, regions, and places in several countries."""
    record = get_gazetteer().place(identity)
    if record is None or record.level == COUNTRY:
        return identity if record else None
    found = [
        container for container in get_gazetteer().containers_of(identity) if get_place_level(container) == COUNTRY
    ]
    return found[0] if len(found) == 1 else None


def get_place_name(identity: str) -> str:
    """The English name, for messages; the id itself if the place is not known."""
    record = get_gazetteer().place(identity)
    return record.english_name if record else identity


def places_named(name: str, *, alone: bool = False) -> tuple[str, ...]:
    """The ids of the places that a name may mean, the most prominent first. `alone`: empty if the name is also a common
    word or a name of persons, and needs support from a text (Reading)."""
    meanings = get_gazetteer().meanings(comparable_name(name))
    if alone and meanings and meanings[0][1] & UNSURE:
        return ()
    return tuple(dict.fromkeys(record.id for record, _ in meanings))
