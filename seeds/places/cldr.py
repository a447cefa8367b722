"""What CLDR knows of places: names of territories and their divisions in many languages, and which contains which."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

LANGUAGES = [
    "en",
    "de",
    "fr",
    "es",
    "es_MX",
    "it",
    "pt",
    "pt_PT",
    "nl",
    "sv",
    "da",
    "no",
    "fi",
    "pl",
    "cs",
    "sk",
    "hu",
    "ro",
    "tr",
    "id",
    "ms",
    "vi",
    "hr",
    "bs",
    "sl",
    "lt",
    "lv",
    "et",
    "sq",
    "az",
    "sw",
    "fil",
    "ru",
    "uk",
    "be",
    "bg",
    "sr",
    "mk",
    "kk",
    "ar",
    "fa",
    "ur",
    "he",
    "hi",
    "th",
    "ko",
    "ja",
    "zh",
    "zh_Hant",
    "zh_Hant_HK",
    "el",
]
DIVISION_LANGUAGES = frozenset(
    "en de fr es it pt nl sv no da fi pl cs hu ro tr id vi ru uk be bg ar fa th ko ja zh el he hi".split()
)
"""Those whose names of divisions are names; in others many are transcriptions."""
# Regions of the UN that news speak of. "World" is none, and "Western Asia" is said by nobody.
REGIONS = {
    "002": "africa", "009": "oceania", "019": "americas", "142": "asia", "150": "europe", "003": "north-america",
    "005": "south-america", "013": "central-america", "029": "caribbean", "030": "east-asia", "034": "south-asia",
    "035": "southeast-asia", "143": "central-asia", "145": "western-asia", "419": "latin-america", "011": "west-africa",
    "014": "east-africa", "015": "north-africa", "017": "central-africa", "018": "southern-africa",
    "039": "southern-europe", "151": "eastern-europe", "154": "northern-europe", "155": "western-europe",
    "053": "australasia", "054": "melanesia", "057": "micronesia", "061": "polynesia", "EU": "eu", "202": "subsaharan-africa",
}  # fmt: skip
_NO_COUNTRY = {"ZZ", "XA", "XB", "QO", "EZ", "UN", "EU"}


def names(folder: Path, section: str, tag: str) -> dict[str, list[tuple[str, str]]]:
    """Code -> (language, name), in the order of LANGUAGES; `section`: the folder below common/."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for language in LANGUAGES:
        path = folder / section / f"{language}.xml"
        if not path.exists():
            continue
        for element in ET.parse(path).iter(tag):
            if element.text and element.text not in {"↑↑↑", "∅∅∅"} and element.get("alt") != "short":
                found[element.get("type", "")].append((language, element.text))
    return found


def countries(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """ISO 3166-1 code -> its names; short and variant forms too ("Czech Republic")."""
    every = names(folder, "main", "territory")
    return {code: every[code] for code in sorted(every) if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRY}


def regions(folder: Path) -> dict[str, list[tuple[str, str]]]:
    every = names(folder, "main", "territory")
    return {code: every[code] for code in REGIONS if code in every}


def divisions(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """ISO 3166-2 code ("KR-26") -> its names."""
    every = names(folder, "subdivisions", "subdivision")
    return {f"{code[:2].upper()}-{code[2:].upper()}": every[code] for code in sorted(every) if len(code) > 2}


def division_parents(folder: Path) -> dict[str, str]:
    """ISO 3166-2 code -> what contains it: its country or a division above it."""
    parents = {}
    for group in ET.parse(folder / "supplemental" / "subdivisions.xml").iter("subgroup"):
        above = group.get("type", "")
        above = above if above.isupper() and len(above) == 2 else f"{above[:2].upper()}-{above[2:].upper()}"
        for code in group.get("contains", "").split():
            parents[f"{code[:2].upper()}-{code[2:].upper()}"] = above
    return parents


def region_members(folder: Path) -> Iterator[tuple[str, str]]:
    """(region, country or region that it contains), both as codes of CLDR."""
    for group in ET.parse(folder / "supplemental" / "supplementalData.xml").iter("group"):
        if group.get("status") in {None, "grouping"}:
            for code in group.get("contains", "").split():
                yield group.get("type", ""), code


def cities(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """A city's English name -> its names: those that stand for time zones, most of the capitals among them."""
    zones: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for language in LANGUAGES:
        path = folder / "main" / f"{language}.xml"
        for zone in ET.parse(path).iter("zone"):
            city = zone.find("exemplarCity")
            if city is not None and city.text and city.text != "↑↑↑":
                zones[zone.get("type", "")].append((language, city.text))
    return {zone.rsplit("/", 1)[-1].replace("_", " "): named for zone, named in zones.items()}
