"""What documents name is found where it stands, and stands for all that is behind it."""

from __future__ import annotations

import pytest

from monitor.config.language.entities import entity_from_document
from monitor.config.language.extends import resolve_definitions
from monitor.config.language.lists import word_list_from_document
from monitor.config.language.references import DefinitionRegistry, find_references, name_of
from monitor.config.language.rules import rule_from_document
from monitor.config.language.versions import with_version
from monitor.config.yaml.yaml12 import YamlDocument, parse_yaml_text
from monitor.errors import Fault
from monitor.model import Entity, EntityNamed, GroupNamed, ListNamed, WordList

_RULE = """\
rule: aa
title: A
level: low
match:
  all:
    - near:
        within: 20 words
        these:
          - entity: taiwan
          - words: {en: [entity, list]}
            ignore: {list: [denials, plans], before: {within: 3 words, list: no}}
    - any: [{entity: {kind: country, in: asia}}, {list: drills, ignore: {list: denials}}]
unless: [{entity: japan}, {words: [a]}]
mention_if: {list: past}
mention: {all: [{entity: seoul}, {list: talks}]}
raise: {to: high, if: {entity: {kind: weapon}}}
lower: [{to: info, if: {list: calm}}]
alert: {to: [list]}
where: {sources: [entity]}
tests: {fires: [{title: entity}]}
"""
_TAIWAN = "{entity: taiwan, kind: country, in: [asia], name: Taiwan, sure: [Taiwan]%s}"
_JAPAN = "{entity: japan, kind: country, in: [asia], name: Japan, sure: [Japan]%s}"
_BOMB = "{entity: bomb, kind: weapon, name: Bomb, sure: [bomb]}"
_NAVY = "{entity: navy, kind: organisation, of: %s, name: Navy, sure: [Navy]}"
_PLACES = "{list: places, words: [Taipei]%s}"
_MAYBE = ", maybe: {words: [B], counts_if: {near: {within: sentence, %s}}}"


def document(text: str, file: str = "f.yaml") -> YamlDocument:
    [only] = parse_yaml_text(text, file)
    return only


def test_each_name_is_found_where_it_stands() -> None:
    """In every condition, at any depth; nowhere else."""
    read = document(_RULE)
    assert [(name, read.place(where).line) for where, name in find_references(read)] == [
        (EntityNamed("taiwan"), 9),
        (ListNamed("denials"), 11),
        (ListNamed("plans"), 11),
        (ListNamed("no"), 11),
        (GroupNamed("country", "asia"), 12),
        (ListNamed("drills"), 12),
        (ListNamed("denials"), 12),
        (EntityNamed("japan"), 13),
        (EntityNamed("seoul"), 15),
        (ListNamed("talks"), 15),
        (ListNamed("past"), 14),
        (GroupNamed("weapon"), 16),
        (ListNamed("calm"), 17),
    ]


def test_entities_and_lists_name_something_too() -> None:
    """An entity beside its maybe names, a list in what spoils others."""
    read = document(_TAIWAN % _MAYBE % "list: places")
    assert [name for _, name in find_references(read)] == [ListNamed("places")]
    read = document(_TAIWAN % ", lies_in: asia")
    assert [name for _, name in find_references(read)] == [EntityNamed("asia")]
    assert find_references(document(_TAIWAN % ", lies_in: CN")) == []
    assert [name for _, name in find_references(document(_NAVY % "taiwan"))] == [EntityNamed("taiwan")]
    read = document("{list: aa, lists: [bb, cc], entities: [taiwan], words: {en: [list]}}")
    found = [(ListNamed("bb"), 20), (ListNamed("cc"), 24), (EntityNamed("taiwan"), 40)]
    assert [(name, read.place(where).col) for where, name in find_references(read)] == found
    read = document("{list: aa, before: {within: 1 word, list: bb}, after: {within: 1 word, words: [a]}}")
    assert [name for _, name in find_references(read)] == [ListNamed("bb")]


def known(*beside: str) -> tuple[DefinitionRegistry, list[Fault]]:
    """What can be named where these entities and lists stand in a file each, and what is wrong with them."""
    documents = [document(each, f"{number}.yaml") for number, each in enumerate(beside, 1)]
    things = [
        entity_from_document(each) if "{entity" in text else word_list_from_document(each)
        for text, each in zip(beside, documents, strict=True)
    ]
    tried = {name_of(thing): thing.place for thing in things}
    said: list[Fault] = []
    return resolve_definitions(things, [], {each.place(): each for each in documents}, tried, said), said


def faults(text: str, *beside: str) -> list[str]:
    """What is said of a rule that stands beside these, and of them."""
    (there, said), read = known(*beside), document(text)
    return [str(fault) for fault in [*said, *there.find_faults(read, find_references(read))]]


def matching(condition: str) -> str:
    return f"rule: aa\ntitle: A\nlevel: low\nmatch: {condition}\n"


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("{list: place}", "f.yaml:4:15: there is no list 'place'; did you mean 'places'?"),
        (
            "{list: xyz}",
            "f.yaml:4:15: there is no list 'xyz'; name the file that holds it in monitor.yaml, or write it",
        ),
        (
            "{words: [a], ignore: {list: [places, spiols]}}",
            "f.yaml:4:45: there is no list 'spiols'; did you mean 'spoils'?",
        ),
        ("{entity: tawian}", "f.yaml:4:17: there is no entity 'tawian'; did you mean 'taiwan'?"),
        (
            "{entity: places}",
            "f.yaml:4:17: there is no entity 'places'; name the file that holds it in monitor.yaml, or write it",
        ),
        ("{entity: {kind: ship}}", "f.yaml:4:24: there is no entity of kind 'ship'"),
        ("{entity: {in: aisa}}", "f.yaml:4:22: no entity is in 'aisa'; did you mean 'asia'?"),
        ("{entity: {kind: weapon, in: asia}}", "f.yaml:4:17: no entity of kind 'weapon' is in 'asia'"),
        (
            "{list: spoils}",
            "f.yaml:4:15: the list 'spoils' has no words to look for, only `before` or `after`; name it under ignore",
        ),
        (
            "{list: inner}",
            "f.yaml:4:15: the list 'inner' has no words to look for, only `before` or `after`; name it under ignore",
        ),
        (
            "{words: [a], ignore: {before: {within: 1 word, list: spoils}}}",
            "f.yaml:4:61: the list 'spoils' has no words to look for, only `before` or `after`; name it under ignore",
        ),
    ],
)
def test_what_is_not_there_is_told_where_it_is_named(condition: str, said: str) -> None:
    """An entity, a list or a group that nothing is in; and a list in a place where it can do nothing."""
    spoils = "{list: spoils, before: {within: 1 word, words: [no]}}"
    inner = "{list: inner, lists: [spoils]}"
    assert faults(matching(condition), _TAIWAN % "", _BOMB, _PLACES % "", spoils, inner) == [said]


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ("of: taiwan", []),
        ("kind: organisation, of: taiwan", []),
        ("of: tawian", ["f.yaml:4:22: there is no entity 'tawian'; did you mean 'taiwan'?"]),
        ("of: bomb", ["f.yaml:4:22: no entity is of 'bomb'; entities say whose they are with 'of: ID'"]),
        ("kind: country, of: taiwan", ["f.yaml:4:17: no entity of kind 'country' is of 'taiwan'"]),
        ("in: asia, of: taiwan", ["f.yaml:4:17: no entity is in 'asia' and of 'taiwan'"]),
    ],
)
def test_what_belongs_to_nothing_is_told(group: str, said: list[str]) -> None:
    """Of a group that something belongs to, and of an entity that says to what it belongs."""
    there = _TAIWAN % "", _BOMB, _NAVY % "taiwan"
    assert faults(matching(f"{{entity: {{{group}}}}}"), *there) == said
    [fault] = faults(matching("{entity: taiwan}"), _TAIWAN % "", _NAVY % "tawian")
    assert fault.endswith("there is no entity 'tawian'; did you mean 'taiwan'?")


def test_a_version_changes_with_what_belongs_to_its_group() -> None:
    """The rule finds another name then; what belongs to another country changes nothing."""
    condition, there = "{entity: {of: taiwan}}", (_TAIWAN % "", _JAPAN % "", _NAVY % "taiwan")
    guard = _NAVY.replace("navy", "guard").replace("Navy", "Guard")
    assert version(condition, *there) != version(condition, *there, guard % "taiwan")
    assert version(condition, *there) == version(condition, *there, guard % "japan")


def test_what_is_there_is_no_fault() -> None:
    """Names of all kinds, one of a list that only spoils others among them."""
    spoils = "{list: spoils, before: {within: 1 word, words: [no]}}"
    condition = (
        "{all: [{entity: taiwan}, {list: places}, {entity: {kind: country}}, {words: [a], ignore: {list: spoils}}]}"
    )
    assert faults(matching(condition), _TAIWAN % "", _PLACES % "", spoils) == []
    several = ["{list: words, lists: [spoils, places]}", "{list: names, entities: [taiwan], lists: [words]}"]
    condition = "{all: [{list: words}, {list: names}, {words: [a], ignore: {list: words}}]}"
    assert faults(matching(condition), _TAIWAN % "", _PLACES % "", spoils, *several) == []


def test_what_names_something_that_is_not_there_cannot_be_named_either() -> None:
    """Each fault stands where it can be mended, and those that follow from it say so."""
    lost = _TAIWAN % _MAYBE % "list: nowhere"
    follows = _JAPAN % _MAYBE % "entity: taiwan"
    assert faults(matching("{entity: japan}"), lost, follows, _BOMB) == [
        "1.yaml:1:138: there is no list 'nowhere'; name the file that holds it in monitor.yaml, or write it",
        "2.yaml:1:137: the entity 'taiwan' cannot be used; see the faults at 1.yaml",
        "f.yaml:4:17: the entity 'japan' cannot be used; see the faults at 2.yaml",
    ]


def test_what_belongs_to_a_list_must_be_there() -> None:
    """Each at its place; so must what belongs to a list that belongs to it."""
    several = ["{list: aa, lists: [plaecs]}", "{list: bb, entities: [taiwan, tawian]}", "{list: cc, lists: [bb]}"]
    assert faults(matching("{words: [a]}"), _TAIWAN % "", _PLACES % "", *several) == [
        "3.yaml:1:20: there is no list 'plaecs'; did you mean 'places'?",
        "4.yaml:1:31: there is no entity 'tawian'; did you mean 'taiwan'?",
        "5.yaml:1:20: the list 'bb' cannot be used; see the faults at 4.yaml",
    ]


def version(condition: str, *beside: str) -> str:
    read = document(matching(condition))
    return with_version(rule_from_document(read), known(*beside)[0].digest_references(find_references(read))).version


_GROUP = "{entity: {in: asia}}"
_BESIDE = _MAYBE % "list: places"


@pytest.mark.parametrize(
    ("condition", "before", "after"),
    [
        # what is named itself
        ("{list: places}", [_PLACES % ""], [_PLACES % ", case: exact"]),
        ("{list: places}", [_PLACES % ""], [_PLACES % ", before: {within: 1 word, words: [no]}"]),
        ("{entity: taiwan}", [_TAIWAN % ""], [_TAIWAN % ", never: [Taiwan Street]"]),
        ("{entity: taiwan}", [_TAIWAN % ""], [_TAIWAN % ", titles: [Mayor]"]),
        ("{entity: taiwan}", [_TAIWAN % ""], [_TAIWAN % ", forms: as written"]),
        ("{entity: taiwan}", [_TAIWAN % _MAYBE % "words: [c]"], [_TAIWAN % _MAYBE % "words: [d]"]),
        # a group: who is in it, and each of them
        (_GROUP, [_TAIWAN % ""], [_TAIWAN % "", _JAPAN % ""]),
        (_GROUP, [_TAIWAN % "", _JAPAN % ""], [_TAIWAN % "", _JAPAN % ", never: [Japan Street]"]),
        # what those name in their turn
        ("{entity: taiwan}", [_TAIWAN % _BESIDE, _PLACES % ""], [_TAIWAN % _BESIDE, _PLACES % ", case: exact"]),
        (_GROUP, [_TAIWAN % _BESIDE, _PLACES % ""], [_TAIWAN % _BESIDE, _PLACES % ", case: exact"]),
        (
            "{entity: japan}",
            [_JAPAN % _MAYBE % "entity: taiwan", _TAIWAN % _BESIDE, _PLACES % ""],
            [_JAPAN % _MAYBE % "entity: taiwan", _TAIWAN % _BESIDE, _PLACES % ", case: exact"],
        ),
        ("{list: ll}", ["{list: ll, words: [a]}"], ["{list: ll, words: [a], entities: [bomb]}", _BOMB]),
        (
            "{list: ll}",
            ["{list: ll, lists: [mm]}", "{list: mm, lists: [places]}", _PLACES % ""],
            ["{list: ll, lists: [mm]}", "{list: mm, lists: [places]}", _PLACES % ", case: exact"],
        ),
        (
            "{list: ll}",
            ["{list: ll, words: [a], before: {within: 1 word, list: places}}", _PLACES % ""],
            ["{list: ll, words: [a], before: {within: 1 word, list: places}}", _PLACES % ", case: exact"],
        ),
    ],
)
def test_a_version_changes_with_all_that_is_behind_a_name(condition: str, before: list[str], after: list[str]) -> None:
    """Directly, through a group, and through what something named names in its turn."""
    assert version(condition, *before) != version(condition, *after)
    assert version(condition, *before) == version(condition, *before, _BOMB)


_CIRCLE = "this entity would count only beside itself, or beside one that counts only beside it; write words or a list"


@pytest.mark.parametrize(
    ("beside", "places"),
    [
        ([_TAIWAN % _MAYBE % "entity: taiwan"], ["1.yaml:1:140"]),
        ([_TAIWAN % _MAYBE % "entity: japan", _JAPAN % _MAYBE % "entity: taiwan"], ["1.yaml:1:140", "2.yaml:1:137"]),
    ],
)
def test_entities_that_wait_for_each_other_are_refused(beside: list[str], places: list[str]) -> None:
    """Each where it names the other; what stands beside them is read."""
    there, said = known(*beside, _BOMB)
    assert [str(fault) for fault in said] == [f"{place}: {_CIRCLE} instead" for place in places]
    assert list(there.all_of_kind(Entity)) == ["bomb"]


def test_lists_that_belong_to_each_other_are_refused() -> None:
    """Where they name each other, and nowhere else."""
    circle = ["{list: aa, lists: [places, bb]}", "{list: bb, lists: [cc]}", "{list: cc, entities: [bomb], lists: [aa]}"]
    there, said = known(*circle, _PLACES % "", _BOMB)
    what = "this list would belong to itself, or to one that belongs to it; name it in one of them only"
    places = ["1.yaml:1:28", "2.yaml:1:20", "3.yaml:1:38"]
    assert [str(fault) for fault in said] == [f"{place}: {what}" for place in places]
    assert list(there.all_of_kind(WordList)) == ["places"]
