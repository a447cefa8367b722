"""How a place is written into the data file, and how a name is made comparable. The build script uses the same."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.text.folding import fold
from monitor.text.record import record_of

DEMONYM, UNSURE, SEAT = 1, 2, 4
"""Flags of a name: it is a people or an adjective (Thai); a common word or a person's name, too (Reading); it is where a
government sits (the Kremlin)."""
COUNTRY, REGION, SEA, AREA, DIVISION, CITY = "country", "region", "sea", "area", "division", "city"


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """A place: what contains it at once, its English name, the people who live there (0: not known)."""

    id: str
    level: str
    parents: tuple[str, ...]
    english: str
    people: int


def comparable_text(text: str) -> str:
    """A record with its case, without accents, in simplified characters: as long as the record."""
    return fold(text.replace("ß", "s").replace("’", "'"), cased=True)


def comparable_name(name: str) -> str:
    return comparable_text(record_of(name).strip())


def record_bytes(identity: str, level: str, parents: tuple[str, ...], english: str, people: int) -> bytes:
    return "\t".join((identity, level, " ".join(parents), english, str(people))).encode()


def parse_record(row: bytes) -> PlaceRecord:
    identity, level, parents, english, people = row.decode().split("\t")
    return PlaceRecord(identity, level, tuple(parents.split()), english, int(people))
