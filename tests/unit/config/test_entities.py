"""An entity as it is written becomes the entity that it describes."""

from __future__ import annotations

import pytest

from monitor.config.language.entities import entity_from_document
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.errors import InvalidFiles
from monitor.model import (
    CountsIf,
    Entity,
    EntityNamed,
    ListNamed,
    Maybe,
    Near,
    Place,
    RuleTest,
    Term,
    Unit,
    Where,
    Words,
)

_LEE = """\
entity: lee-jae-myung
kind: person
name: Lee Jae Myung
in: [heads-of-state, east-asia, east-asia]
sure: {en: [Lee Jae Myung], ko: [이재명]}
maybe:
  case: exact
  words: {en: [President Lee], ko: [이 대통령]}
  counts_if:
    sure_name_seen: in the article
    near: {within: 12 words, words: {en: [Seoul]}}
    where: {sources: [yonhap]}
never: {en: [Bruce Lee]}
titles: {en: [Foreign Minister]}
tests: {fires: [Lee Jae Myung speaks]}
"""


def said(text: str) -> Entity:
    [document] = parse_yaml_text(text, "f.yaml")
    return entity_from_document(document)


def name(text: str, language: str = "any", *, exact: bool = False) -> Term:
    """A name stands for all of its forms."""
    return Term(text, language, exact, forms=True)


def test_an_entity_says_what_is_written() -> None:
    """Each key of an entity has its value in the model."""
    assert said(_LEE) == Entity(
        id="lee-jae-myung",
        kind="person",
        name="Lee Jae Myung",
        sure=(name("Lee Jae Myung", "en"), name("이재명", "ko")),
        maybe=Maybe(
            (name("President Lee", "en", exact=True), name("이 대통령", "ko", exact=True)),
            CountsIf(
                sure_seen=True,
                near=Near((Words((Term("Seoul", "en"),)),), 12),
                where=Where(sources=("yonhap",)),
            ),
        ),
        never=(name("Bruce Lee", "en"),),
        titles=(Term("Foreign Minister", "en"),),
        groups=("heads-of-state", "east-asia"),
        tests=(RuleTest(True, "Lee Jae Myung speaks", place=Place("f.yaml", 15, 17)),),
        place=Place("f.yaml", 1, 1),
    )


def test_what_is_not_written_is_not_there() -> None:
    """The shortest entity has sure names, and nothing else."""
    short = said("{entity: aa, kind: place, name: A, sure: [A]}")
    assert short == Entity("aa", "place", "A", (name("A"),), place=Place("f.yaml", 1, 1))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{sure_name_seen: in the article}", CountsIf(sure_seen=True)),
        ("{sure_name_seen: earlier in the article}", CountsIf(sure_seen=True, earlier=True)),
        ("{near: {within: sentence, list: places}}", CountsIf(near=Near((ListNamed("places"),)))),
        ("{near: {within: paragraph, entity: bb}}", CountsIf(near=Near((EntityNamed("bb"),), unit=Unit.PARAGRAPH))),
        ("{where: {languages: [ko], unknown: does not count}}", CountsIf(where=Where(("ko",), unknown=False))),
    ],
)
def test_a_name_that_is_not_enough_counts_with_more(written: str, meant: CountsIf) -> None:
    """With a sure name, beside something, or in some articles."""
    maybe = said(f"{{entity: aa, kind: place, name: A, sure: [A], maybe: {{words: [B], counts_if: {written}}}}}").maybe
    assert maybe == Maybe((name("B"),), meant)


def test_names_may_be_meant_as_they_are_written() -> None:
    """Where a form of a name is a word of its own: курил is of the Kurils, and has smoked."""
    maybe = "{words: [Курилы], counts_if: {sure_name_seen: in the article}}"
    read = said(f"{{entity: aa, kind: place, name: A, sure: [A], maybe: {maybe}, never: [B], forms: as written}}")
    assert read.maybe
    assert (*read.sure, *read.maybe.terms, *read.never) == (Term("A"), Term("Курилы"), Term("B"))


@pytest.mark.parametrize("where", ["KP", "KR-26", "north-korea"])
def test_a_place_says_what_it_lies_in(where: str) -> None:
    """By a code, or by the id of an entity."""
    assert said(f"entity: musudan\nkind: place\nname: Musudan\nlies_in: {where}\nsure: [Musudan]\n").lies_in == where


def test_people_organisations_and_weapons_are_of_a_country() -> None:
    """By its id; a place lies in it."""
    text = "entity: kim\nkind: %s\nname: Kim\nof: north-korea\nsure: [Kim]\n"
    assert said(text % "person").of == "north-korea"
    with pytest.raises(InvalidFiles) as refused:
        said(text % "place")
    [fault] = refused.value.faults
    assert (fault.place.line, fault.problem, fault.hint) == (
        4,
        "'of' is not for a place",
        "say what contains it: 'lies_in'",
    )


@pytest.mark.parametrize(
    ("kind", "where", "what"),
    [
        ("place", "QQ", "no country or division has the code 'QQ'"),
        ("place", "North Korea", "'North Korea' is not an id"),
        ("person", "KP", "'lies_in' is only for places, not for a person"),
    ],
)
def test_what_lies_nowhere_is_refused(kind: str, where: str, what: str) -> None:
    """With the place in the file."""
    with pytest.raises(InvalidFiles) as refused:
        said(f"entity: musudan\nkind: {kind}\nname: Musudan\nlies_in: {where}\nsure: [Musudan]\n")
    [fault] = refused.value.faults
    assert (fault.place.line, fault.problem) == (4, what)
