"""The countries of the world as entities: found by their names in nine languages, and not where they mean another."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from monitor.lab.expectations import article_from_test, rule_from_entity
from monitor.matching import RuleSet, compile_rules
from monitor.model import Entity, RuleTest
from tests.support.shipped import load_shipped

LOADED = load_shipped()
COUNTRIES = {each.id: each for each in LOADED.entities.values() if each.kind == "country"}
NOW = datetime(2026, 1, 5, tzinfo=UTC)
LANGUAGES = {"en", "zh", "ko", "ja", "ru", "de", "pl", "fr", "es"}
LATIN = {"en", "de", "pl", "fr", "es"}

NAMED = Path(__file__).parents[1] / "data" / "headlines-of-countries.txt"

NOT_NAMED = {
    "turkey": ["Roast turkey for twelve", "A turkey farm opens its doors"],
    "georgia": [
        "Georgia governor signs the bill",
        "ジョージア州の工場",
        "조지아주 공장 준공",
        "Georgia Meloni reçoit le président",
    ],
    "jordan": ["Michael Jordan sells his house", "Jordan Bardella, le président du RN", "ヨルダン川西岸で衝突"],
    "chad": ["Chad Smith plays the drums", "A hanging chad decides the vote"],
    "guinea": ["My guinea pig eats hay", "Landslide in Papua New Guinea", "赤道几内亚总统访华", "ギニアビサウで選挙"],
    "niger": ["Nigeria holds elections", "Oil spill in the Niger Delta", "尼日利亚举行大选", "ナイジェリアで選挙"],
    "mali": ["Somali elections delayed", "马里兰州州长", "マリオの新作ゲーム", "Mali chłopcy grają w piłkę"],
    "sudan": ["South Sudan votes", "Südsudan wählt", "南苏丹举行选举", "南スーダンで戦闘"],
    "dominica": ["Dominican Republic builds a wall", "República Dominicana construye un muro"],
    "poland": ["How to polish a table", "Two poles fell onto the road"],
    "denmark": ["Dane osobowe wyciekły do sieci", "Dania z grilla na lato"],
    "cuba": ["Mark Cuban buys a team", "Kuba Błaszczykowski kończy karierę"],
    "qatar": ["Katar i kaszel u dzieci", "Катар верхних дыхательных путей"],
    "chile": ["Green chile stew", "チリソースの作り方", "Перец чили подорожал"],
    "togo": ["После того случая", "Coffee to go"],
    "india": [
        "Indonesia votes",
        "Tsunami in the Indian Ocean",
        "印度尼西亚大选",
        "インドネシアで選挙",
        "Kino indie na festiwalu",
        "트럭이 인도로 돌진",
    ],
    "ireland": ["Northern Ireland police", "北爱尔兰警方", "北アイルランドで衝突"],
    "mexico": ["New Mexico governor", "Hurricane in the Gulf of Mexico", "Huracán en el golfo de México"],
    "libya": ["ボリビアで選挙", "オリビアさんが優勝"],
    "thailand": ["タイトル獲得", "ネクタイの結び方", "タイミングが悪い"],
    "mongolia": ["Inner Mongolia coal output", "内蒙古煤炭产量"],
    "haiti": ["上海地铁新线开通"],
    "oman": ["오만 원권 지폐"],
    "grenada": ["Une grenade lacrymogène", "Incendio en Granada"],
    "ghana": ["어디로 가나 했더니"],
    "netherlands": ["François Hollande publie un livre", "Tom Holland on stage"],
    "czechia": ["Checo Pérez gana la carrera"],
    "samoa": ["American Samoa votes"],
    "ukraine": ["义乌方面的订单"],
    "france": ["French fries recall", "파리가 날아다니는 여름"],
    "iceland": ["Ferries to the island run again", "Christmas Island crabs on the move"],
    "finland": ["Court fines a driver", "Con fines benéficos"],
    "israel": ["研究人员以军事史为题", "古巴以及其他国家"],
    "vietnam": ["生活中越来越多的人骑车"],
    "south-africa": ["越南非遗展开幕", "南アジアの料理", "南アルプスの雪"],
    "barbados": ["Los precios bajan en agosto"],
    "peru": ["Lima beans with rice"],
}


def _sentences() -> list[tuple[str, str, str]]:
    """(group, country, sentence)."""
    found, group = [], ""
    for line in NAMED.read_text(encoding="utf-8").splitlines()[1:]:
        if line.startswith("  "):
            country, *sentences = (part.strip() for part in line.split("|"))
            found += [(group, country, sentence) for sentence in sentences]
        else:
            group = line
    return found


@cache
def _rules() -> RuleSet:
    return compile_rules(
        [rule_from_entity(country) for country in COUNTRIES.values()], LOADED.entities, LOADED.lists, {}
    )


@cache
def _named_in(title: str) -> frozenset[str]:
    """The ids of the countries that a title names."""
    return frozenset(match.rule for match in _rules().match(article_from_test(RuleTest(fires=True, title=title), NOW)))


def _languages(entity: Entity) -> set[str]:
    """The languages that it has names in; a name in Latin letters runs on all languages of that script."""
    maybe = entity.maybe.terms if entity.maybe else ()
    spoken = {term.language.split("-")[0] for term in (*entity.sure, *maybe)}
    return spoken | (LATIN if spoken & LATIN else set())


@pytest.mark.parametrize("country", COUNTRIES.values(), ids=lambda country: country.id)
def test_a_country_has_names_in_nine_languages(country: Entity) -> None:
    assert _languages(country) >= LANGUAGES


@pytest.mark.parametrize(("group", "country", "title"), _sentences())
def test_a_country_is_found_and_is_in_its_region(group: str, country: str, title: str) -> None:
    assert country in _named_in(title)
    assert group in COUNTRIES[country].groups


@pytest.mark.parametrize(
    ("country", "title"), [(each, title) for each, titles in NOT_NAMED.items() for title in titles]
)
def test_a_name_that_means_another_thing_is_no_country(country: str, title: str) -> None:
    assert country not in _named_in(title)


def test_every_member_of_the_united_nations_is_there() -> None:
    """193 members, and the Vatican, Palestine, Kosovo, Taiwan."""
    assert len(COUNTRIES) == 197
