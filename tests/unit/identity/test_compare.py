"""When each of two reports names something of its own kind that the other does not, and when they agree."""

from __future__ import annotations

import pytest

from monitor.identity.compare import Comparison, FactComparison, FactKind, Verdict, compare
from monitor.identity.known_names import KnownNames
from monitor.model import Entity, Term
from tests.support.building import HOUR, LONG_TEXT, NOON, features

AGREES, DIFFERS, DOUBTFUL, UNKNOWN = Verdict.AGREES, Verdict.DIFFERS, Verdict.DOUBTFUL, Verdict.UNKNOWN
PLACE, NAME, NUMBER, WORDING = FactKind
PEOPLE = KnownNames(
    Entity(names[0].lower(), "person", names[0], tuple(Term(name, "any") for name in names))
    for names in (
        ("Macron", "Emmanuel Macron", "Макрон", "마크롱", "マクロン"),
        ("Modi", "Narendra Modi"),
        ("Lee Jae-myung", "이재명", "李在明"),
        ("Trump", "川普", "特朗普"),
    )
)


def compared(
    one: str,
    other: str,
    languages: str = "en",
    *,
    leads: tuple[str, str] = ("", ""),
    known: KnownNames = PEOPLE,
) -> Comparison:
    """A later article with an earlier one; `languages`: of both, or "en ko"."""
    ours, theirs = (languages.split() * 2)[:2]
    earlier = features(one, leads[0], ours, known=known)
    return compare(features(other, leads[1], theirs, of="post", at=NOON + HOUR, known=known), earlier)


def of_kind(kind: FactKind, comparison: Comparison) -> FactComparison:
    return next(fact for fact in comparison.facts if fact.kind is kind)


# --- places -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("Dockers strike in Busan", "Dockers strike in Shanghai", "en"),
        ("Magnitude 6.7 earthquake strikes off Japan coast", "Magnitude 6.7 earthquake strikes off Chile coast", "en"),
        ("Nigeria floods kill 16", "Niger floods kill 16", "en"),
        ("Guinea-Bissau coup", "Guinea coup", "en"),
        ("강원서 조류인플루엔자 확진", "전남서 조류인플루엔자 확진", "ko"),
        ("在土耳其发生6.1级地震", "在伊朗发生6.1级地震", "zh"),
        ("釜山で港湾労働者がスト", "上海で港湾労働者がスト", "ja"),
        ("Землетрясение в Турции", "Землетрясение в Иране", "ru"),
        ("Erdbeben erschüttert Türkei", "Erdbeben erschüttert Iran", "de"),
        ("Séisme en Turquie", "Séisme en Iran", "fr"),
        ("Huelga en Busan", "Huelga en Shanghái", "es"),
        ("Trzęsienie ziemi w Turcji", "Trzęsienie ziemi w Iranie", "pl"),
        ("Dockers strike in Busan", "上海港口工人罢工", "en zh"),
        ("Erdbeben in der Türkei", "Землетрясение в Иране", "de ru"),
        # within one country
        ("Bird flu found in Gangwon", "Bird flu found in Jeju", "en"),
        # two seas
        ("Tanker burns in the Black Sea", "Tanker burns in the Red Sea", "en"),
    ],
)
def test_places_differ_if_each_title_names_one_that_the_other_report_does_not(
    one: str, other: str, language: str
) -> None:
    """In any language, across languages, and whichever comes first. Both places are said."""
    for first, second in ((one, other), (other, one)):
        languages = language if first == one else " ".join(reversed(language.split()))
        found = of_kind(PLACE, compared(first, second, languages))
        assert found.verdict is DIFFERS
        assert found.ours
        assert found.theirs
        assert found.ours != found.theirs


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("Strike in Busan", "Walkout at the port of Busan", "en"),
        ("Dockers strike in Busan", "부산 항만 노동자 파업", "en ko"),
        ("Dockers strike in Busan", "釜山港口工人罢工", "en zh"),
        ("Streik in Breslau", "Strajk we Wrocławiu", "de pl"),
        ("Взрыв в Киеве", "Explosion à Kiev", "ru fr"),
        ("Tanker burns in the Black Sea", "Tanker burns in the Black Sea off Odesa", "en"),
        ("Flood in Houston, Texas, kills three", "Flood in Texas kills three", "en"),
        # a country, and what belongs to it
        ("Strike in Busan", "Strike in South Korea", "en"),
        ("North Korea fires missile", "Pyongyang's neighbours: North Korea fired", "en"),
        ("Thai minister resigns", "Thailand's minister resigns", "en"),
    ],
)
def test_places_agree_if_both_reports_name_one(one: str, other: str, language: str) -> None:
    """Or if one names the place in which the other's lies."""
    assert of_kind(PLACE, compared(one, other, language)).verdict is AGREES


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("Fire at plant in Germany", "Fire at plant in Europe", "en"),  # too wide
        ("Fire at plant in Germany", "Fire at chemical plant", "en"),
        # a sea and a coast beside it are one scene
        ("Ferry sinks in Malaysia", "Ferry sinks in the Malacca Strait", "en"),
    ],
)
def test_places_are_unknown_if_one_report_names_none(one: str, other: str, language: str) -> None:
    """Then they neither separate nor agree."""
    comparison = compared(one, other, language)
    assert of_kind(PLACE, comparison).verdict is UNKNOWN
    assert PLACE in comparison.unknown_kinds


def test_places_in_titles_come_before_those_that_two_leads_share() -> None:
    """A dateline, or background, is not where it happened."""
    datelines = ("GENEVA - The agency said so.", "GENEVA - The agency said so.")
    assert of_kind(PLACE, compared("Outbreak in Laos", "Outbreak in Peru", leads=datelines)).verdict is DIFFERS
    # if neither title names a place, the leads are all there is
    leads = ("Dockers in Busan walked out.", "Dockers in Shanghai walked out.")
    assert of_kind(PLACE, compared("Strike closes port", "Strike closes port", leads=leads)).verdict is DOUBTFUL
    assert of_kind(PLACE, compared("Strike closes port", "Port is shut", leads=(leads[0],) * 2)).verdict is AGREES
    # a place of one title is compared with the lead of the other
    found = of_kind(PLACE, compared("Strike closes port of Busan", "Port is shut", leads=("", leads[0])))
    assert (found.verdict, found.ours, found.theirs) == (AGREES, "Busan", "Busan")


SITES = KnownNames(
    Entity(names[0].lower(), "place", names[0], tuple(Term(name, "any") for name in names), lies_in=lies_in)
    for lies_in, *names in (
        ("KP", "Musudan", "무수단"),
        ("KP", "Sohae", "서해발사장"),
        (None, "Blackridge", "블랙리지"),
        (None, "Whiteridge"),
    )
)


@pytest.mark.parametrize(
    ("one", "other", "languages", "verdict"),
    [
        ("Missile leaves Musudan", "무수단서 발사", "en ko", AGREES),
        ("Missile leaves Musudan", "North Korea fires missile", "en", AGREES),
        ("Missile leaves Musudan", "Missile leaves Sohae", "en", DIFFERS),
        ("Missile leaves Musudan", "Missile leaves Japan", "en", DIFFERS),
        ("Fire at Blackridge", "블랙리지 화재", "en ko", AGREES),
        ("Fire at Blackridge", "Fire at Whiteridge", "en", DIFFERS),
        ("Fire at Blackridge", "Fire at Toronto", "en", UNKNOWN),  # it may lie there
    ],
)
def test_places_of_entities_are_places(one: str, other: str, languages: str, verdict: Verdict) -> None:
    """They lie where the entity says; of one that lies anywhere little is known."""
    assert of_kind(PLACE, compared(one, other, languages, known=SITES)).verdict is verdict


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "languages"),
    [
        ("Strike at Samsung goes on", "Workers of Samsung vote", "en"),
        # the name of an entity needs no capital within a title
        ("Macron unveils hospital plan", "Macron presents plan for hospitals", "en"),
        ("Macron annonce un plan pour l'hôpital", "Macron présente son plan pour l'hôpital", "fr"),
        ("Talks open as Emmanuel Macron arrives", "Макрон прибыл на переговоры", "en ru"),
        ("Talks open as Emmanuel Macron arrives", "マクロン大統領が会談に到着", "en ja"),
        ("Port opens with President Lee Jae-myung", "이재명 대통령, 항만 개항식 참석", "en ko"),
        ("Port opens with President Lee Jae-myung", "李在明出席港口开港仪式", "en zh"),
        ("Rift between Scholz and Orban", "Again Scholz meets Orban", "en"),
    ],
)
def test_names_agree_if_both_reports_name_one(one: str, other: str, languages: str) -> None:
    """In other spellings, and in other scripts if an entity has both names."""
    assert of_kind(NAME, compared(one, other, languages)).verdict is AGREES


def test_names_differ_if_each_title_names_a_person_whom_the_other_report_does_not() -> None:
    """A person is one that the entities know."""
    one, other = "Talks open as Emmanuel Macron arrives", "Talks open as Narendra Modi arrives"
    found = of_kind(NAME, compared(one, other))
    assert (found.verdict, found.ours, found.theirs) == (DIFFERS, "Narendra Modi", "Emmanuel Macron")
    met = compared(one, other, leads=("", "He was met by Emmanuel Macron."))
    assert of_kind(NAME, met).verdict is AGREES
    assert of_kind(NAME, compared(one, "Quiet day in the capital")).verdict is UNKNOWN


@pytest.mark.parametrize(
    ("one", "other", "languages", "verdict"),
    [
        ("Coast waits for Kristersson", "К берегу едет Кристерссон", "en ru", DOUBTFUL),
        ("Talks open with Hansen", "Visitors wait for Kristersson", "en", DOUBTFUL),
        ("Macron angers Hansen", "Macron visits Kristersson", "en", AGREES),
    ],
)
def test_names_that_no_entity_has_are_doubtful_if_each_title_has_another(
    one: str, other: str, languages: str, verdict: Verdict
) -> None:
    """They may be one name in two spellings. They are not, if the titles share a name."""
    assert of_kind(NAME, compared(one, other, languages)).verdict is verdict


# --- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "languages", "verdict"),
    [
        # of a series, and those that identify
        ("The 8th test flight", "The 18th test flight", "en", DIFFERS),
        ("Second measles case", "Third measles case", "en", DIFFERS),
        ("SpaceX launches 11th Starship", "SpaceX launches 12th Starship", "en", DIFFERS),
        ("북한, 7차 핵실험 준비", "북한, 8차 핵실험 준비", "ko", DIFFERS),
        ("서울 지하철 2호선 중단", "서울 지하철 9호선 중단", "ko", DIFFERS),
        ("나래호 4차 발사", "나래호 다섯 번째 비행", "ko", DIFFERS),
        ("神舟二十号发射", "神舟21号发射", "zh", DIFFERS),
        ("Typhoon No. 13", "台風15号", "en ja", DIFFERS),
        ("M6.4 quake", "Magnitude 7.1 quake", "en", DIFFERS),
        # a toll grows, a magnitude is revised, other things are counted otherwise
        ("Two people died", "Five people died", "en", UNKNOWN),
        ("버스 사고로 10명 사망", "버스 사고로 12명 사망", "ko", UNKNOWN),
        ("M6.4 quake", "M6.6 quake", "en", UNKNOWN),
        ("Second measles case", "Third launch", "en", UNKNOWN),
        ("The second case, and then the third case", "The third case", "en", AGREES),
        ("A 5 percent rise", "A 6 percent rise", "en", UNKNOWN),
        ("Blast at plant", "Blast at plant kills 16", "en", UNKNOWN),
        # two happenings seldom share it
        ("Bus crash kills 16 people", "16 people killed as bus crashes", "en", AGREES),
        ("16 killed in blast", "При взрыве погибли 16 человек", "en ru", AGREES),
        ("Twelve people died", "사망자 12명", "en ko", AGREES),
        ("Typhoon No. 13", "第13号台风", "en zh", AGREES),
        ("The 4th launch", "4차 발사", "en ko", AGREES),
        # many share it
        ("Bus crash kills two people", "Two people killed as bus crashes", "en", UNKNOWN),
    ],
)
def test_numbers_differ_if_each_names_another_one_of_a_series(
    one: str, other: str, languages: str, verdict: Verdict
) -> None:
    """They agree on one that two happenings seldom share, in any language."""
    assert of_kind(NUMBER, compared(one, other, languages)).verdict is verdict


# --- wording ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "language", "verdict"),
    [
        # another name in the same sentence
        ("Typhoon Kalmaegi nears coast", "Typhoon Fengshen nears coast", "en", DIFFERS),
        ("Workers at Samsung strike", "Workers at Hyundai strike", "en", DIFFERS),
        ("Huelga en Iberia", "Huelga en Vueling", "es", DIFFERS),
        ("China launches Shenzhou-21 to station", "China launches Tianzhou-9 to station", "en", DIFFERS),
        # what may be a name
        ("WHO approves mpox vaccine for children", "EMA approves mpox vaccine for children", "en", DOUBTFUL),
        ("Streik bei Lufthansa", "Streik bei Eurowings", "de", DOUBTFUL),
        # another word
        ("Bird flu found at turkey farm", "Bird flu found at duck farm", "en", DOUBTFUL),
        ("Blast hits market in Kabul", "Blast hits mosque in Kabul", "en", DOUBTFUL),
        ("북한 탄도미사일 발사", "북한 순항미사일 발사", "ko", DOUBTFUL),
        ("Measles outbreak in Texas", "Bird flu outbreak in Texas", "en", DOUBTFUL),
        ("Launch set for Monday", "Launch set for Tuesday", "en", DOUBTFUL),
        # another number; not one that grows, or that agencies revise
        ("Flight 123 crashes near coast", "Flight 456 crashes near coast", "en", DOUBTFUL),
        ("EU fines Google $100 million", "EU fines Google $2 billion", "en", DOUBTFUL),
        ("Blast at plant kills 10 people", "Blast at plant kills 12 people", "en", UNKNOWN),
        ("켄트 화재로 3명 사망", "켄트 화재로 5명 사망", "ko", UNKNOWN),
        ("Magnitude 6.7 earthquake shakes coast", "Magnitude 6.8 earthquake shakes coast", "en", UNKNOWN),
        # a name in another spelling
        ("Typhoon Kalmaegi nears coast", "Typhoon Kalmegi nears coast", "en", UNKNOWN),
        # a number in words
        ("북한 올해 9번째 미사일 발사", "북한 올해 아홉 번째 미사일 발사", "ko", UNKNOWN),
        ("North Korea fires 9th missile of the year", "North Korea fires ninth missile of the year", "en", UNKNOWN),
        # an outlet behind the title; a denial of what was found is no denial of the happening
        ("Macron reçoit Modi à Nice - Le Figaro", "Macron reçoit Modi à Nice", "fr", UNKNOWN),
        ("일가족 4명 숨진 채 발견…유서 없어", "일가족 4명 숨진 채 발견…유서 발견 안 돼", "ko", UNKNOWN),
        ("川普訪問白宮", "特朗普訪問白宮", "zh", UNKNOWN),
        # more of the same
        ("Fire destroys farm in Kent", "Fire destroys large farm in Kent", "en", UNKNOWN),
        ("Fire destroys farm in Kent, police say", "Fire destroys farm in Kent; sheep, owner flee", "en", UNKNOWN),
        # who says so
        ("Fire destroys farm in Kent, police say", "Fire destroys farm in Kent, officials say", "en", UNKNOWN),
        ("Взрыв в Курске, сообщили в МЧС", "Взрыв в Курске, заявил губернатор", "ru", UNKNOWN),
        # the same cut off, with other spaces, in another form
        ("Fire destroys farm in Kent, say police", "Fire destroys farm in Kent, say pol…", "en", UNKNOWN),
        ("켄트 대형 화재 농장 전소", "켄트 대형화재 농장 전소", "ko", UNKNOWN),
        ("Thai farm burns down in north", "Thailand farm burns down in north", "en", UNKNOWN),
        # another sentence; in another language each word is another one
        ("Blast at plant kills two people", "Dockers vote on another walkout", "en", UNKNOWN),
        ("Terremoto en Lima", "Earthquake in Lima", "es en", UNKNOWN),
    ],
)
def test_wording_differs_if_the_titles_are_one_sentence_with_another_name(
    one: str, other: str, language: str, verdict: Verdict
) -> None:
    """With another word it is doubtful. In either order."""
    assert of_kind(WORDING, compared(one, other, language)).verdict is verdict
    assert of_kind(WORDING, compared(other, one, " ".join(reversed(language.split())))).verdict is verdict


def test_another_place_in_the_same_sentence_differs_though_a_lead_names_both() -> None:
    """The reports share a place, and tell two happenings."""
    comparison = compared("Dockers strike in Busan", "Dockers strike in Incheon", leads=("", "Busan struck on Monday."))
    assert of_kind(WORDING, comparison).verdict is DIFFERS


def test_a_word_that_the_other_report_has_is_no_difference() -> None:
    """The same is put otherwise."""
    leads = ("", "The turkey farm was closed, and ducks of the farm were culled.")
    comparison = compared("Bird flu found at turkey farm", "Bird flu found at duck farm", leads=leads)
    assert of_kind(WORDING, comparison).verdict is UNKNOWN


def test_a_capital_at_the_beginning_is_a_name_if_the_lead_has_it() -> None:
    """There the capital alone shows nothing."""
    titles = "Lee arrives for talks with Trump", "Ishiba arrives for talks with Trump"
    leads = "South Korean President Lee Jae Myung arrived.", "Japan's Prime Minister Shigeru Ishiba arrived."
    nobody = KnownNames(())
    assert of_kind(WORDING, compared(*titles, leads=leads, known=nobody)).verdict is DIFFERS
    assert of_kind(WORDING, compared(*titles, known=nobody)).verdict is DOUBTFUL


def test_another_name_is_doubtful_if_the_other_report_has_it_below() -> None:
    """Who speaks for whom, and who was there before, is not known."""
    titles = "IAEA warns of strike near plant", "Grossi warns of strike near plant"
    leads = "The IAEA warned on Monday.", "The chief of the IAEA, Rafael Grossi, warned on Monday."
    assert of_kind(WORDING, compared(*titles, leads=leads)).verdict is DOUBTFUL


def test_two_firms_at_the_beginning_of_two_titles_are_two_happenings() -> None:
    """The leads show that they are names."""
    titles = "Lufthansa pilots begin strike in Germany", "Ryanair pilots begin strike in Germany"
    leads = "Pilots of Lufthansa walked out on Monday.", "Pilots of Ryanair walked out on Monday."
    assert of_kind(WORDING, compared(*titles, leads=leads)).verdict is DIFFERS
    titles = "Martin wins primary election in Texas", "Martinez wins primary election in Texas"
    leads = "Democrat Joe Martin won.", "Republican Rosa Martinez won."
    assert of_kind(NAME, compared(*titles, leads=leads)).verdict is DOUBTFUL


def test_a_number_in_the_leads_says_nothing_about_the_titles() -> None:
    """Titles that differ in a number are doubtful, though the leads count as much of what grows."""
    leads = ("It killed 5 people.", "It killed 7 people.")
    comparison = compared("News of place 5", "News of place 7", leads=leads)
    assert of_kind(WORDING, comparison).verdict is DOUBTFUL


# --- together ---------------------------------------------------------------------------------------------------------


def test_a_comparison_says_what_differs_is_doubtful_and_is_unknown() -> None:
    """By kind of fact."""
    found = compared("Explosion at market in Kyiv", "Explosion at market in Lviv")
    assert [fact.kind for fact in found.differing_facts] == [PLACE]  # the wording would say the same again
    assert found.unknown_kinds == (NAME, NUMBER)
    assert found.agreement == 0
    found = compared("Blast in Osaka kills 16", "16 dead after Osaka blast")
    assert found.agreement == 2
    assert [fact.kind for fact in found.facts] == list(FactKind)


@pytest.mark.parametrize(("languages", "same"), [("en en", True), ("en ko", False), (" en", True), ("en en-GB", True)])
def test_an_unknown_language_may_be_the_same(languages: str, same: bool) -> None:
    """Of one that is known the region does not count."""
    one, other = languages.split(" ")
    found = compare(features("Blast at plant", "", one or None), features("Blast at plant", "", other, of="post"))
    assert found.same_language is same


PAYWALL = "Read more on the page of our paper for subscribers."


@pytest.mark.parametrize(
    ("text", "title", "is_copy"),
    [
        (LONG_TEXT, "A headline of its own", True),
        (PAYWALL, "A headline of its own", False),  # a source prints it below many of its titles
        (PAYWALL, "Blast at chemical plant kills 16", True),
    ],
)
def test_one_copies_the_other_if_much_of_the_text_is_the_same(text: str, title: str, is_copy: bool) -> None:
    """In short texts the titles must be alike too."""
    found = compared("Blast at chemical plant in Osaka kills 16", title, leads=(text, text))
    assert found.is_copy is is_copy
