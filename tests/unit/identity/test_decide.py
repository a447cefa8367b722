"""The same, possibly the same, or another: a story by its words alone, an event by its facts."""

from __future__ import annotations

import pytest

from monitor.identity.decide import Sameness, SamenessDecision, decide_on_event, decide_on_story
from monitor.identity.features import ArticleFeatures
from tests.support.building import HOUR, LONG_TEXT, NOON, features

SAME, POSSIBLY, ANOTHER = Sameness
BLAST = "Blast at chemical plant in Osaka kills 16"
BLAST_KO = "오사카 화학공장 폭발로 16명 사망"


def article_in(language: str, title: str, text: str = "") -> ArticleFeatures:
    return features(title, text, language, of=f"outlet {title} {text}", at=NOON + HOUR)


def decided(
    article: str | ArticleFeatures,
    *members: str | ArticleFeatures,
    has_topic: bool = True,
    is_one_by_rule: bool = False,
) -> SamenessDecision:
    """On an event with these members; a text is an English title."""
    late, *known = (article_in("en", each) if isinstance(each, str) else each for each in (article, *members))
    return decide_on_event(late, known, has_topic=has_topic, is_one_by_rule=is_one_by_rule)


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "then", "with_topic", "without"),
    [
        # no fact agrees
        ("old cows climb mountain roads", "several cows enjoy mountain air", SAME, POSSIBLY),
        ("cows enjoy the air of home", "ships wait outside for hours", ANOTHER, ANOTHER),
        # a country agrees, and a city
        ("South Korea port workers walk out", "Dockers strike in South Korea", SAME, POSSIBLY),
        ("Port of Busan at standstill as dockers walk out", "Dockers strike in Busan", SAME, POSSIBLY),
        ("Osaka in spring", "Quiet day in Osaka", SAME, SAME),
    ],
)
def test_the_more_agrees_the_less_alike_the_words_need_to_be(
    first: str, then: str, with_topic: Sameness, without: Sameness
) -> None:
    """More so without a topic: two happenings in one place on one day are common."""
    assert decided(then, first).sameness is with_topic
    assert decided(then, first, has_topic=False).sameness is without


@pytest.mark.parametrize(
    ("first", "then", "languages", "sameness"),
    [
        ("Dockers strike in Busan", "부산 항만 노동자 파업", "en ko", SAME),
        ("Dockers strike in Busan", "釜山港口工人罢工", "en zh", SAME),
        ("Streik in Breslau", "Strajk we Wrocławiu", "de pl", SAME),
        ("Floods in Vietnam kill 16", "При наводнении во Вьетнаме погибли 16 человек", "en ru", SAME),
        ("Inundaciones en Vietnam: 16 muertos", "ベトナムで洪水 16人死亡", "es ja", SAME),
        ("Thailand confirms first mpox case", "태국, 첫 엠폭스 확진", "en ko", SAME),
        # nothing agrees, and nothing separates
        ("Strike closes port", "港口罢工", "en zh", POSSIBLY),
        # each names another place
        ("Dockers strike in Busan", "上海港口工人罢工", "en zh", ANOTHER),
        ("Thailand confirms first mpox case", "베트남, 첫 엠폭스 확진", "en ko", ANOTHER),
    ],
)
def test_across_languages_places_names_or_numbers_need_to_agree(
    first: str, then: str, languages: str, sameness: Sameness
) -> None:
    """Words say nothing there."""
    one, other = languages.split()
    assert decided(article_in(other, then), article_in(one, first)).sameness is sameness


def test_a_report_in_its_own_language_decides_by_its_words() -> None:
    """If there is one."""
    ruling = decided(article_in("ko", "오사카 화학공장서 폭발, 16명 사망"), BLAST, article_in("ko", BLAST_KO))
    assert (ruling.sameness, ruling.likeness > 0) == (SAME, True)


# --- facts ------------------------------------------------------------------------------------------------------------


def test_another_place_keeps_apart_also_where_the_text_is_copied() -> None:
    """The reason says which place."""
    ruling = decided(article_in("en", BLAST.replace("Osaka", "Kobe"), LONG_TEXT), article_in("en", BLAST, LONG_TEXT))
    assert ruling.sameness is ANOTHER
    assert ruling.reason.startswith("another place (Kobe, not Osaka)")
    assert ruling.has_differing_fact


def test_one_report_that_differs_keeps_apart() -> None:
    """However many others agree."""
    members = ["16 killed in plant blast", "Plant blast kills 16", "Chemical plant blast: 16 killed"]
    assert decided(BLAST, *members).sameness is SAME
    assert decided(BLAST, *members, "Blast at chemical plant in Kobe").sameness is ANOTHER


@pytest.mark.parametrize(
    ("first", "then", "language", "why"),
    [
        ("North Korea fires missile", "North Korea fires second missile", "en", "only this one says “second”"),
        ("North Korea fires missile", "North Korea again fires missile", "en", "only this one says “again”"),
        ("Explosion in Köln", "Zweite Explosion in Köln", "de", "only this one says “Zweite”"),
        ("Explosion à Lyon", "Nouvelle explosion à Lyon", "fr", "only this one says “Nouvelle”"),
        ("Explosión en Lima", "Segunda explosión en Lima", "es", "only this one says “Segunda”"),
        ("Wybuch w Krakowie", "Kolejny wybuch w Krakowie", "pl", "only this one says “Kolejny”"),
        ("В Киеве прогремел взрыв", "В Киеве прогремел второй взрыв", "ru", "only this one says “второй”"),
        ("부산 조선소서 폭발 사고", "부산 조선소서 또 폭발 사고", "ko", "only this one says “또”"),
        ("大阪で爆発", "大阪で再び爆発", "ja", "only this one says “再”"),
        ("上海化工厂发生爆炸", "上海化工厂再次发生爆炸", "zh", "only this one says “再”"),
        # a second place
        (
            "Busan dockers strike",
            "Incheon port workers launch strike as Busan walkout continues",
            "en",
            "only this one names Incheon",
        ),
        ("부산항 파업", "부산 이어 인천항도 파업 돌입", "ko", "only this one names 인천"),
        ("Flood in Houston, Texas, kills three", "200 evacuated in Dallas, Texas, after flood", "en", "Dallas"),
        ("전남 나주 오리농장 조류인플루엔자", "조류인플루엔자, 전남 영암 농장서 확진", "ko", "영암"),
        # the same title with another word
        ("Blast hits market in Kabul", "Blast hits mosque in Kabul", "en", "the same title but for mosque, not market"),
    ],
)
def test_what_no_report_of_the_event_has_named_is_never_silent(first: str, then: str, language: str, why: str) -> None:
    """However alike the words are."""
    ruling = decided(article_in(language, then), article_in(language, first))
    assert ruling.sameness is not SAME
    assert why in ruling.reason


def test_what_a_report_of_the_event_has_named_is_not_new() -> None:
    """Also in its lead, or if another report has the word of the title."""
    second = "Incheon port workers launch strike as Busan walkout continues"
    known = article_in("en", "Busan dockers stay out", "Workers at the port of Incheon vote.")
    assert decided(second, "Busan dockers strike", known).sameness is SAME
    assert decided("North Korea fires second missile", "North Korea fires missile again").sameness is SAME
    market, mosque = "Blast hits market in Kabul", "Blast hits mosque in Kabul"
    assert decided(mosque, market, "Kabul shaken by blast").sameness is POSSIBLY
    assert decided(mosque, market, "Kabul shaken by blast at mosque").sameness is POSSIBLY


def test_other_places_in_two_leads_leave_a_doubt() -> None:
    """Each may be where it happened, and the titles do not say."""
    busan = article_in("en", "Strike closes port", "Dockers in Busan walked out.")
    shanghai = article_in("en", "Strike closes port", "Dockers in Shanghai walked out.")
    assert decided(shanghai, busan).sameness is not SAME


@pytest.mark.parametrize(
    ("title", "sameness"), [("A headline of its own", SAME), ("Second blast at plant in Osaka", POSSIBLY)]
)
def test_a_copy_is_the_same_unless_its_title_names_something_new(title: str, sameness: Sameness) -> None:
    """Whatever the words of the title."""
    ruling = decided(article_in("en", title, LONG_TEXT), article_in("en", "Blast at plant in Osaka", LONG_TEXT))
    assert ruling.sameness is sameness
    assert (ruling.reason == "copied text") is (sameness is SAME)


def test_what_the_rule_takes_for_one_is_one_unless_a_place_separates_it() -> None:
    """Whatever the words."""
    assert decided("Quiet day", "Blast in Osaka", is_one_by_rule=True).sameness is SAME
    assert decided("Quiet day in Kobe", "Blast in Osaka", is_one_by_rule=True).sameness is ANOTHER


def test_what_is_the_same_without_a_place_is_uncertain() -> None:
    """Unless one copies the other."""
    first = article_in("en", "Blast at chemical plant kills 16 workers", LONG_TEXT)
    ruling = decided("16 workers killed as plant explodes", first)
    assert (ruling.sameness, ruling.uncertainty) == (SAME, "one of the two articles names no known place")
    assert decided(article_in("en", "Workers killed", LONG_TEXT), first).uncertainty == ""


# --- stories ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "then", "sameness", "reason"),
    [
        (BLAST, "16 killed in blast at Osaka chemical plant", SAME, "the words are alike ("),
        ("Blast hits market in Kabul", "Blast hits mosque in Kabul", ANOTHER, "the same title but for mosque"),
        (BLAST, "Trial begins in Osaka", ANOTHER, "the words differ"),
        (BLAST, BLAST_KO, ANOTHER, "the words differ"),
        ("Dockers strike in Busan", "Dockers strike in Shanghai", ANOTHER, "another place (Shanghai, not Busan)"),
        ("Explosion in Kyiv", "Second explosion in Kyiv", ANOTHER, "only this one says “Second”"),
    ],
)
def test_a_story_is_decided_by_words_unless_something_separates_it(
    first: str, then: str, sameness: Sameness, reason: str
) -> None:
    """It is for reading."""
    ruling = decide_on_story(article_in("en" if then.isascii() else "ko", then), [article_in("en", first)])
    assert ruling.sameness is sameness
    assert ruling.reason.startswith(reason)
