"""The format of places in the data file, and the comparable form of names. The build script uses this module too."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.text.folding import fold
from monitor.text.record import normalize_text, replace_surrogates

DEMONYM, UNSURE, SEAT, SHORT, JOINT, BLOCKED, GIVEN_NAME, SURNAME = (1 << bit for bit in range(8))
"""Flags of a name. DEMONYM: a people or an adjective (Thai). UNSURE: also a common word or a person's name (Reading).
SEAT: the seat of a government (the Kremlin). SHORT: one character for a state, as in headlines. JOINT: all of its
places at once (中美). BLOCKED: no place (New York Times). GIVEN_NAME, SURNAME: a person's given name or surname."""
NO_PLACE = 0xFFFFFFFF
"""The place number of a name that is no place."""
COUNTRY, REGION, SEA, AREA, DIVISION, CITY = "country", "region", "sea", "area", "division", "city"


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """A place. `parents`: the ids of the places that directly contain it; `population`: 0 if it is not known."""

    id: str
    level: str
    parents: tuple[str, ...]
    english_name: str
    population: int


def comparable_text(text: str) -> str:
    """A text with its case, without accents, in simplified characters. The length does not change."""
    return fold(text.replace("ß", "s").replace("’", "'"), cased=True)


def comparable_name(name: str) -> str:
    return replace_surrogates(comparable_text(normalize_text(name).strip()))


def record_bytes(identity: str, level: str, parents: tuple[str, ...], english_name: str, population: int) -> bytes:
    return "\t".join((identity, level, " ".join(parents), english_name, str(population))).encode()


def parse_record(row: bytes) -> PlaceRecord:
    identity, level, parents, english_name, population = row.decode().split("\t")
    return PlaceRecord(identity, level, tuple(parents.split()), english_name, int(population))
