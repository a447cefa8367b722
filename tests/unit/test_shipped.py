"""What we ship is right: rules, entities, sources, and the schemas that editors read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor import clock
from monitor.config.editing.starter import write_starter
from monitor.config.generated.schema import build_json_schema
from monitor.config.language.file_kinds import KINDS, Kind
from monitor.config.loading.load import load_config_files
from monitor.config.loading.packs import shipped_packs
from monitor.config.loading.shipped import find_shipped_folder
from monitor.lab.expectations import find_test_failures
from monitor.model import (
    AllOf,
    AnyOf,
    Condition,
    Entity,
    EntityNamed,
    Ignoring,
    In,
    ListNamed,
    Named,
    Near,
    Rule,
    RuleTest,
    Times,
    Words,
)
from tests.support.shipped import load_shipped

LOADED = load_shipped()
# What a feed may say of its language, rightly or wrongly; German and Ukrainian share a script with ours.
LABELS = (None, "en", "zh-Hans", "zh-Hant", "ko", "ja", "ru", "de", "uk")
# By a letter that only this language's texts have; Chinese last, for Japanese holds Han too.
SCRIPTS = (("ko", "가", "힣"), ("ja", "ぁ", "ヿ"), ("ru", "Ѐ", "ӿ"), ("zh", "一", "鿿"))


def language_of(test: RuleTest) -> str:
    """The language that a test's author meant: as declared, else by its script."""
    if test.language:
        return test.language.split("-")[0]
    text = test.title + test.text
    return next((name for name, first, last in SCRIPTS if any(first <= sign <= last for sign in text)), "en")


def languages(condition: Condition) -> set[str]:
    """The languages in which a condition can hold: of several parts, those that each of them has words for."""
    match condition:
        case Words(terms):
            return {term.language.split("-")[0] for term in terms} - {"any"}
        case ListNamed(name):
            return languages(Words(LOADED.lists[name].terms))
        case EntityNamed(name):
            entity = LOADED.entities[name]
            return languages(Words((*entity.sure, *(entity.maybe.terms if entity.maybe else ()))))
        case AnyOf(parts) | AllOf(parts) | Near(parts):
            spoken = [*filter(None, map(languages, parts))]
            joined = set.union if isinstance(condition, AnyOf) else set.intersection
            return joined(*spoken) if spoken else set()
        case In(_, part) | Times(_, part) | Named(_, part) | Ignoring(part):
            return languages(part)
        case _:
            return set()


def worded(condition: Condition) -> set[str]:
    """The languages of a condition's own words and lists, whatever entities are called."""
    match condition:
        case Words() | ListNamed():
            return languages(condition)
        case AllOf(parts) | AnyOf(parts) | Near(parts):
            return set().union(*map(worded, parts))
        case In(_, part) | Times(_, part) | Named(_, part) | Ignoring(part):
            return worded(part)
        case _:
            return set()


def test_rules_and_entities_load_and_pass_their_own_tests() -> None:
    """The three of the contract among them."""
    assert [str(fault) for fault in LOADED.faults] == []
    assert set(LOADED.rules) >= {
        "north-korea-missile-launch",
        "taiwan-drills",
        "korea-china-diplomacy",
        "nuclear-test",
        "air-sea-incursions",
        "blockade",
        "cyber-attack-on-a-state",
        "summits",
        "sanctions",
        "one-china-statements",
        "japan-china-over-taiwan",
    }
    faults = find_test_failures(
        [*LOADED.rules.values(), *LOADED.entities.values()], LOADED.entities, LOADED.lists, {}, clock.now()
    )
    assert [str(fault) for fault in faults] == []


def under_every_label(tests: tuple[RuleTest, ...]) -> Iterator[RuleTest]:
    """Those that must fire, each as if the feed had called its language so."""
    return (replace(test, language=label) for test in tests if test.fires for label in LABELS)


def test_what_a_feed_says_of_its_language_silences_nothing() -> None:
    """No rule and no entity: each of their tests that fires does so under each label and under none."""
    rules = [replace(rule, tests=tuple(under_every_label(rule.tests))) for rule in LOADED.rules.values()]
    entities = {each.id: replace(each, tests=tuple(under_every_label(each.tests))) for each in LOADED.entities.values()}
    faults = find_test_failures([*rules, *entities.values()], entities, LOADED.lists, {}, clock.now())
    assert [str(fault) for fault in faults] == []


def test_a_rule_can_be_read_in_a_minute() -> None:
    """At most 60 lines before its tests."""
    long = {}
    for file in (find_shipped_folder() / "rules").glob("*/*.yaml"):
        before_tests = file.read_text(encoding="utf-8").split("\ntests:\n")[0].splitlines()
        if file.parent.name != "lists" and len(before_tests) > 60:
            long[file.name] = len(before_tests)
    assert long == {}


def test_the_region_is_covered() -> None:
    """As many entities as were promised, and no name that is one letter: 李, 金 or 이 is half the region."""
    assert len(LOADED.entities) >= 80
    names = [(entity.id, term.text) for entity in LOADED.entities.values() for term in entity.sure]
    assert [name for name in names if len(name[1]) < 2] == []


@pytest.mark.parametrize("rule", LOADED.rules.values(), ids=lambda rule: rule.id)
def test_every_rule_is_tested_in_each_language_that_it_speaks(rule: Rule) -> None:
    """It fires, and stays silent, in each: a language without both is a language that nobody looked at."""
    assert languages(rule.condition) >= {"en", "zh", "ko", "ja", "ru"}
    for fires in (True, False):
        tested = {language_of(test) for test in rule.tests if test.fires is fires}
        assert tested >= languages(rule.condition) & worded(rule.condition), "fires" if fires else "silent"


@pytest.mark.parametrize("entity", LOADED.entities.values(), ids=lambda entity: entity.id)
def test_every_entity_is_named_in_five_languages(entity: Entity) -> None:
    """Else a rule is deaf in one of them and nobody sees it; it is found in a text of each, and not in another."""
    assert languages(EntityNamed(entity.id)) >= {"en", "zh", "ko", "ja", "ru"}
    assert {language_of(test) for test in entity.tests if test.fires} >= {"en", "zh", "ko", "ja", "ru"}
    assert any(not test.fires for test in entity.tests)


def test_people_and_organisations_are_of_a_country_or_a_body() -> None:
    """So that a rule may ask for anybody who speaks for China; what is of no country is a body of many."""
    acting = [each for each in LOADED.entities.values() if each.kind in {"person", "organisation"}]
    without = {each.id for each in acting if each.of is None}
    assert {each.of for each in acting} - {None} <= LOADED.entities.keys()
    bodies = {each.id for each in acting if "world-bodies" in each.groups}
    assert without <= bodies | {"rafael-grossi", "antonio-guterres"}


def test_the_starter_set_has_no_fault(tmp_path: Path) -> None:
    """With the shipped sources, each with a language and a name."""
    write_starter(tmp_path, shipped_packs(find_shipped_folder()))
    loaded = load_config_files(tmp_path / "monitor.yaml", {})
    assert loaded.faults == ()
    assert len(loaded.config.sources) >= 3
    assert all(source.language and source.name != source.id for source in loaded.config.sources.values())


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_in_the_tree_are_those_that_are_generated(kind: Kind) -> None:
    """The first line of every shipped file leads an editor to them; `news-monitor schema KIND` writes one again."""
    text = (Path(__file__).parents[2] / "schema" / f"{kind}.schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == build_json_schema(kind)
