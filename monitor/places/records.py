"""How a place is written into the data file, and how a name is made comparable. The build script uses the same."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.text.folding import fold
from monitor.text.record import normalize_text, replace_surrogates

DEMONYM, UNSURE, SEAT, SHORT, JOINT, BLOCKED, GIVEN_NAME, SURNAME = (1 << bit for bit in range(8))
"""Flags of a name. It is a people or an adjective (Thai); is a common word or a person's name, too (Reading); is where
a government sits (the Kremlin); is one character, as headlines shorten a state; means all of its places at once (中美);
is no place (New York Times); is a person's given name, or surname."""
NO_PLACE = 0xFFFFFFFF
"""The number that stands where a name is that of no place."""
COUNTRY, REGION, SEA, AREA, DIVISION, CITY = "country", "region", "sea", "area", "division", "city"


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """A place: what contains it at once, its English name, the people who live there (0: not known)."""

    id: str
    level: str
    parents: tuple[str, ...]
    english_name: str
    population: int


def comparable_text(text: str) -> str:
    """A record with its case, without accents, in simplified characters: as long as the record."""
    return fold(text.replace("ß", "s").replace("’", "'"), cased=True)


def comparable_name(name: str) -> str:
    return replace_surrogates(comparable_text(normalize_text(name).strip()))


def record_bytes(identity: str, level: str, parents: tuple[str, ...], english: str, people: int) -> bytes:
    return "\t".join((identity, level, " ".join(parents), english, str(people))).encode()


def parse_record(row: bytes) -> PlaceRecord:
    identity, level, parents, english, people = row.decode().split("\t")
    return PlaceRecord(identity, level, tuple(parents.split()), english, int(people))
