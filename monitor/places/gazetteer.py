"""The data file, mapped into memory when it is first asked, and what lies in what."""

from __future__ import annotations

import struct
from enum import StrEnum
from functools import cache, lru_cache, reduce
from importlib.resources import as_file, files
from operator import or_

import marisa_trie

from monitor.places.added import added_place_record, container_of, is_added_place
from monitor.places.records import CITY, COUNTRY, NO_PLACE, UNSURE, PlaceRecord, comparable_name, parse_record

_NAMED = struct.Struct(">IB")
_NUMBER = struct.Struct(">I")
_NOTHING: tuple[tuple[tuple[PlaceRecord, int], ...], int] = ((), 0)
LONGEST, _LONGEST_DENSE = 40, 16  # characters of a name; of one in a script without spaces, or in Hangul
_CACHED = 4096  # places: some hundred bytes each


class Relation(StrEnum):
    """How two places lie to each other."""

    SAME = "same"
    CONTAINS = "contains"  # the first contains the second
    WITHIN = "within"  # the first lies in the second
    APART = "apart"
    UNKNOWN = "unknown"  # one is added, and what is known of where it is leaves that open


class Gazetteer:
    """The names and the places of the data file. One for the whole process: `gazetteer()`."""

    def __init__(self) -> None:
        with as_file(files(__package__).joinpath("places.marisa")) as path:
            self._trie = marisa_trie.BytesTrie().mmap(str(path))
        self.place = lru_cache(_CACHED)(self._place)
        self.containers_of = lru_cache(_CACHED)(self._around)
        self._begins = lru_cache(_CACHED)(self._is_beginning)
        self._entry = lru_cache(_CACHED)(self._read_entry)
        self._numbered = lru_cache(_CACHED)(self._record)

    def names_at(self, text: str) -> list[str]:
        """The names that a comparable text begins with, the shortest first."""
        # The trie tries each length on its own: it is asked where some name begins with the first two characters.
        if self._begins(text[:2]):
            found: list[str] = self._trie.prefixes(text[: _LONGEST_DENSE if text[0] >= "\u2e80" else LONGEST])
            return found
        return [text[0]] if self._entry(text[0]) != _NOTHING else []

    def _is_beginning(self, text: str) -> bool:
        return next(self._trie.iterkeys(text), None) is not None

    def meanings(self, name: str) -> tuple[tuple[PlaceRecord, int], ...]:
        """What a comparable name may mean, with the flags of the name: the most prominent place first."""
        return self._entry(name)[0]

    def name_flags(self, name: str) -> int:
        """What else a comparable name is: BLOCKED, GIVEN_NAME, SURNAME."""
        return self._entry(name)[1]

    def _read_entry(self, name: str) -> tuple[tuple[tuple[PlaceRecord, int], ...], int]:
        rows = sorted(_NAMED.unpack(row) for row in self._trie.get(name, ()))
        meanings = tuple((self._numbered(number), flags) for number, flags in rows if number != NO_PLACE)
        return meanings, reduce(or_, (flags for number, flags in rows if number == NO_PLACE), 0)

    def is_place(self, name: str) -> bool:
        return bool(self.meanings(name))

    def country_governed_from(self, identity: str) -> PlaceRecord | None:
        """The country whose capital the place is."""
        rows = self._trie.get(f"\x03{identity}")
        return self.place(rows[0].decode()) if rows else None

    def _record(self, number: int) -> PlaceRecord:
        return parse_record(self._trie[f"\x01{number}"][0])

    def _place(self, identity: str) -> PlaceRecord | None:
        if is_added_place(identity):
            container = container_of(identity)
            return added_place_record(identity, self._place(container) if container else None)
        rows = self._trie.get(f"\x02{identity}")
        return self._record(*_NUMBER.unpack(rows[0])) if rows else None

    def _around(self, identity: str) -> frozenset[str]:
        """All that contains a place, at any level."""
        found: set[str] = set()
        open_ends = [identity]
        while open_ends:
            record = self.place(open_ends.pop())
            fresh = set(record.parents) - found if record else set()
            found |= fresh
            open_ends.extend(fresh)
        return frozenset(found)


@cache
def get_gazetteer() -> Gazetteer:
    """Loaded once, when it is first asked."""
    return Gazetteer()


def relate_places(a: str, b: str) -> Relation:
    """How two places lie, by their ids. An id that nobody knows lies apart from all others."""
    if a == b:
        return Relation.SAME
    if a in get_gazetteer().containers_of(b):
        return Relation.CONTAINS
    if b in get_gazetteer().containers_of(a):
        return Relation.WITHIN
    return Relation.UNKNOWN if _may_lie_in(a, b) or _may_lie_in(b, a) else Relation.APART


def _may_lie_in(added: str, other: str) -> bool:
    """Whether an added place may lie in a place of the gazetteer (or that in it), as far as is known: of a province of
    its country nobody knows. Two added places are two."""
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
    """One of "country", "region", "sea", "area", "division" or "city"; "" for an id that nobody knows."""
    record = get_gazetteer().place(identity)
    return record.level if record else ""


def country_of(identity: str) -> str | None:
    """The country that a place is, or lies in; None for seas, regions, and what lies in several."""
    record = get_gazetteer().place(identity)
    if record is None or record.level == COUNTRY:
        return identity if record else None
    found = [container for container in get_gazetteer().containers_of(identity) if get_place_level(container) == COUNTRY]
    return found[0] if len(found) == 1 else None


def get_place_name(identity: str) -> str:
    """The English name, for messages; the id itself where it is not known."""
    record = get_gazetteer().place(identity)
    return record.english_name if record else identity


def places_named(name: str, *, alone: bool = False) -> tuple[str, ...]:
    """The ids of the places that a name, as it is written, may mean: the most prominent first. `alone`: none where the
    name is a common word or a person's, too, and needs support in a text (Reading)."""
    meanings = get_gazetteer().meanings(comparable_name(name))
    if alone and meanings and meanings[0][1] & UNSURE:
        return ()
    return tuple(dict.fromkeys(record.id for record, _ in meanings))
