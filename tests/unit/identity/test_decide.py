"""The same, possibly the same, or another: what a comparison of an article with others comes to."""

from __future__ import annotations

import pytest
from monitor.identity.sameness import BROAD, Sameness, SamenessDecision, SamenessThresholds, decide_sameness
from monitor.identity.verdicts import TELLING

from monitor.identity.features import ArticleFeatures
from tests.building import HOUR, NOON, features

SAME, POSSIBLY, ANOTHER = Sameness
ACROSS = SamenessThresholds(likeness_by_points=(0.6,), single_fact_likeness=0.6, cross_language_points=4)
BLAST = "Blast at chemical plant in Osaka kills 16"
LONG = " ".join(f"word{number}" for number in range(200))


def article_in(language: str, title: str, text: str = "") -> ArticleFeatures:
    return features(title, text, language, of=f"outlet {title}", at=NOON + HOUR)


def judged(
    article: ArticleFeatures, *members: ArticleFeatures, bounds: SamenessThresholds = BROAD, points: int = 0
) -> SamenessDecision:
    return decide_sameness(article, members, bounds, points=points)


def test_the_more_agrees_the_less_alike_the_words_need_to_be() -> None:
    """The last bound stands for all above."""
    bounds = SamenessThresholds(likeness_by_points=(0.9, 0.5, 0.1), single_fact_likeness=0.0)
    assert [bounds.required_likeness(points) for points in range(5)] == [0.9, 0.5, 0.1, 0.1, 0.1]


@pytest.mark.parametrize(
    ("needed", "possibly", "points", "sameness"),
    [
        ((0.0,), 0.0, 0, SAME),
        ((1.0,), 0.0, 0, POSSIBLY),
        ((1.0,), 1.0, 0, ANOTHER),
        # one more agreement would do
        ((1.0, 1.0, 0.0), 1.0, 0, POSSIBLY),
        # what agrees beside the articles' facts counts as theirs do
        ((1.0, 1.0, 0.0), 1.0, TELLING, SAME),
    ],
)
def test_the_bounds(needed: tuple[float, ...], possibly: float, points: int, sameness: Sameness) -> None:
    """Of two titles that share two words of five, and no fact."""
    one, other = article_in("en", "several cows enjoy mountain air"), article_in("en", "old cows climb mountain roads")
    ruling = judged(
        one,
        other,
        bounds=SamenessThresholds(likeness_by_points=needed, single_fact_likeness=0.0, possible_likeness=possibly),
        points=points,
    )
    assert ruling.sameness is sameness
    assert ruling.likeness == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("title", "why"),
    [
        (
            "Blast at chemical plant in Kobe kills 16",
            "another place (Kobe, not Osaka)",
        ),
        ("Blast at chemical plant in Osaka on 2 January", "another day"),
    ],
)
def test_a_fact_that_differs_keeps_apart_whatever_the_words(title: str, why: str) -> None:
    """Also where the text is copied; and the reason says which fact."""
    first = article_in("en", f"{BLAST} on 5 January" if "January" in title else BLAST, LONG)
    ruling = judged(article_in("en", title, LONG), first)
    assert (ruling.sameness, ruling.reason) == (ANOTHER, why)
    assert ruling.has_differing_fact


def test_one_member_that_differs_keeps_apart() -> None:
    """However many others agree."""
    members = [article_in("en", BLAST), article_in("en", "16 killed in plant blast"), article_in("en", "Plant blast")]
    late = article_in("en", "Blast at chemical plant kills 16")
    assert judged(late, *members).sameness is SAME
    assert judged(late, *members, article_in("en", "Blast at plant in Kobe")).sameness is SAME
    in_osaka = article_in("en", BLAST)
    assert judged(in_osaka, *members).sameness is SAME
    assert judged(in_osaka, *members, article_in("en", "Blast at chemical plant in Kobe")).sameness is ANOTHER


@pytest.mark.parametrize(
    ("first", "then", "language", "why"),
    [
        ("North Korea fires missile", "North Korea fires second missile", "en", "another number (only here: second"),
        (
            "Blast hits market in Kabul",
            "Blast hits mosque in Kabul",
            "en",
            "another happening by its title (mosque, not market)",
        ),
        (
            "Ministry declares outbreak",
            "Ministry declares end of outbreak",
            "en",
            "another happening, as one title says more",
        ),
        ("부산 조선소서 폭발 사고", "부산 조선소서 또 폭발 사고", "ko", "another number (only here: 또"),
        ("上海化工厂发生爆炸", "上海化工厂再次发生爆炸", "zh", "another number (only here: 再"),
        ("В Киеве прогремел взрыв", "В Киеве прогремел второй взрыв", "ru", "another number (only here: второй"),
    ],
)
def test_what_is_in_doubt_is_possibly_the_same(first: str, then: str, language: str, why: str) -> None:
    """However alike the words are, and never suppressed."""
    ruling = judged(article_in(language, then), article_in(language, first))
    assert ruling.sameness is POSSIBLY
    assert why in ruling.reason
    assert ruling.has_doubtful_fact
    assert not ruling.has_differing_fact


def test_doubt_about_a_copied_text_stays() -> None:
    """A template of which one word was exchanged."""
    first, then = (
        article_in("en", "Blast hits market in Kabul", LONG),
        article_in("en", "Blast hits mosque in Kabul", LONG),
    )
    assert judged(then, first).sameness is POSSIBLY


@pytest.mark.parametrize(
    ("text", "title", "sameness"),
    [
        (LONG, "An altogether foreign headline", SAME),
        # a short text may be what a source prints below many of its titles
        ("Read more on the page of our paper for subscribers.", "An altogether foreign headline", ANOTHER),
        ("Read more on the page of our paper for subscribers.", "Blast at chemical plant kills 16", SAME),
    ],
)
def test_copied_text_is_the_same_if_nothing_differs(text: str, title: str, sameness: Sameness) -> None:
    """A short one only under a title that is alike."""
    bounds = SamenessThresholds(likeness_by_points=(1.0,), single_fact_likeness=1.0, possible_likeness=1.0)
    ruling = judged(article_in("en", title, text), article_in("en", BLAST, text), bounds=bounds)
    assert ruling.sameness is sameness
    if sameness is SAME:
        assert ruling.reason == "copied text, and nothing that makes it another happening"


def test_the_reason_names_what_agrees() -> None:
    """And how alike the words are."""
    ruling = judged(article_in("en", "16 killed in blast at Osaka chemical plant"), article_in("en", BLAST))
    assert ruling.sameness is SAME
    assert (
        ruling.reason
        == f"joined at {ruling.likeness:.2f}: both Osaka, both 16 dead, the same kind of happening (explosion)"
    )
    assert ruling.uncertainty == ""


def test_what_is_joined_without_a_place_is_unsure() -> None:
    """Unless it is much the same text."""
    members = article_in("en", "Blast at chemical plant kills 16 workers")
    ruling = judged(
        article_in("en", "16 workers killed as plant explodes"),
        members,
        bounds=SamenessThresholds(likeness_by_points=(0.1,), single_fact_likeness=0.1),
    )
    assert (ruling.sameness, ruling.uncertainty) == (SAME, "one of the two articles names no known place")
    assert judged(members, members).uncertainty == ""


@pytest.mark.parametrize(
    ("first", "then", "languages", "sameness"),
    [
        # city
        ("Dockers strike in Busan", "부산 항만 노동자 파업", "en ko", SAME),
        ("Dockers strike in Busan", "釜山港口工人罢工", "en zh", SAME),
        ("Streik in Breslau", "Strajk we Wrocławiu", "de pl", SAME),
        # country and a telling number
        ("Floods in Vietnam kill 16", "При наводнении во Вьетнаме погибли 16 человек", "en ru", SAME),
        ("Inundaciones en Vietnam: 16 muertos", "ベトナムで洪水 16人死亡", "es ja", SAME),
        # a country and a number that many happenings share
        ("Thailand confirms first mpox case", "태국, 첫 엠폭스 확진", "en ko", POSSIBLY),
        # a country alone, or nothing
        ("Floods in Vietnam", "Grève au Vietnam", "en fr", ANOTHER),
        ("Strike closes port", "港口罢工", "en zh", ANOTHER),
        # another place
        ("Dockers strike in Busan", "上海港口工人罢工", "en zh", ANOTHER),
        ("Thailand confirms first mpox case", "베트남, 첫 엠폭스 확진", "en ko", ANOTHER),
    ],
)
def test_across_languages_facts_decide(first: str, then: str, languages: str, sameness: Sameness) -> None:
    """Words say nothing there."""
    one, other = languages.split()
    assert judged(article_in(other, then), article_in(one, first), bounds=ACROSS).sameness is sameness


def test_what_agrees_beside_the_facts_is_not_enough_across_languages() -> None:
    """A fact of the articles has to agree."""
    first, then = article_in("en", "Port closes"), article_in("zh", "港口关闭")
    assert judged(then, first, bounds=ACROSS, points=10).sameness is ANOTHER
    busan = article_in("en", "Port of Busan closes"), article_in("zh", "釜山港关闭")
    assert judged(busan[1], busan[0], bounds=ACROSS, points=2).sameness is SAME


@pytest.mark.parametrize(
    ("first", "then", "sameness"),
    [
        ("Strike in Busan", "부산 파업", SAME),  # a city and the kind of happening
        ("Two strikes in Busan", "부산 화재", POSSIBLY),  # another kind
        ("Strike in South Korea", "한국 파업", POSSIBLY),  # a country is where much happens
        ("Busan", "부산", POSSIBLY),  # no more than a city
    ],
)
def test_across_languages_a_city_and_one_more_fact_are_needed(first: str, then: str, sameness: Sameness) -> None:
    """A country and who governs it are in the news every day."""
    assert judged(article_in("ko", then), article_in("en", first), bounds=ACROSS).sameness is sameness


def test_one_kind_of_fact_needs_the_words_too() -> None:
    """A city has many happenings; what a rule looks for stands in for the kind that one of them does not say."""
    bounds = SamenessThresholds(likeness_by_points=(0.0,), single_fact_likeness=1.0)
    first, then = article_in("en", "Quiet day in Osaka"), article_in("en", "Osaka in spring")
    assert judged(then, first, bounds=bounds).sameness is POSSIBLY
    assert decide_sameness(then, [first], bounds, one_topic=True).sameness is SAME
    blast, fire = article_in("en", "Blast at plant in Osaka"), article_in("en", "Trial begins in Osaka")
    assert decide_sameness(fire, [blast], bounds, one_topic=True).sameness is POSSIBLY


def test_doubt_of_one_member_stays() -> None:
    """Unless another one says the word: so the blast at the plant is the one at the factory."""
    market, mosque = article_in("en", "Blast hits market in Kabul"), article_in("en", "Blast hits mosque in Kabul")
    other = article_in("en", "Kabul shaken by blast")
    assert judged(mosque, market, other).sameness is POSSIBLY
    assert judged(mosque, market, article_in("en", "Kabul shaken by blast at mosque")).sameness is SAME


def test_stories_are_not_joined_across_languages() -> None:
    """Whatever agrees."""
    first, then = article_in("en", BLAST), article_in("ko", "오사카 화학공장 폭발로 16명 사망")
    assert judged(then, first, bounds=BROAD).sameness is ANOTHER


def test_a_member_in_its_own_language_decides() -> None:
    """Where there is one, by its words."""
    english, korean = article_in("en", BLAST), article_in("ko", "오사카 화학공장 폭발로 16명 사망")
    reprint = article_in("ko", "오사카 화학공장서 폭발, 16명 사망")
    assert judged(reprint, english, korean).sameness is SAME
