"""What two articles say about the same kinds of fact: it agrees, it differs, it is in doubt, or one does not say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from monitor.identity.article_comparison import Comparison, compare_articles
from monitor.identity.verdicts import TELLING, WEAK, FactComparison, FactKind, Verdict

from monitor.identity.known_names import KnownNames
from monitor.model import Entity, Term
from tests.building import HOUR, NOON, features

AGREES, DIFFERS, DOUBTFUL, UNKNOWN = Verdict.AGREES, Verdict.DIFFERS, Verdict.DOUBTFUL, Verdict.UNKNOWN
PLACE, NAME, NUMBER, DAY, HAPPENING, WORDING = FactKind
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
    after: timedelta = HOUR,
    known: KnownNames = PEOPLE,
) -> Comparison:
    """A later article with an earlier one; `languages`: of both, or "en ko"."""
    ours, theirs = (languages.split() * 2)[:2]
    earlier = features(one, leads[0], ours, known=known)
    return compare_articles(features(other, leads[1], theirs, of="post", at=NOON + after, known=known), earlier)


def of_kind(kind: FactKind, comparison: Comparison) -> FactComparison:
    return next(each for each in comparison.facts if each.kind is kind)


# --- places -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("Dockers strike in Busan", "Dockers strike in Shanghai", "en"),
        ("Thailand confirms first mpox case", "Vietnam confirms first mpox case", "en"),
        ("Vietnam confirms first mpox case", "Laos confirms first mpox case", "en"),
        ("Magnitude 6.7 earthquake strikes off Japan coast", "Magnitude 6.7 earthquake strikes off Chile coast", "en"),
        ("Nigeria floods kill 16", "Niger floods kill 16", "en"),
        ("Guinea-Bissau coup", "Guinea coup", "en"),
        ("부산서 파업 시작", "상하이서 파업 시작", "ko"),
        ("강원서 조류인플루엔자 확진", "전남서 조류인플루엔자 확진", "ko"),
        ("터키서 규모 6.1 지진", "이란서 규모 6.1 지진", "ko"),
        ("釜山港口工人罢工", "上海港口工人罢工", "zh"),
        ("在土耳其发生6.1级地震", "在伊朗发生6.1级地震", "zh"),
        ("釜山で港湾労働者がスト", "上海で港湾労働者がスト", "ja"),
        ("トルコで地震", "イランで地震", "ja"),
        ("В Пусане бастуют докеры", "В Шанхае бастуют докеры", "ru"),
        ("Землетрясение в Турции", "Землетрясение в Иране", "ru"),
        ("Erdbeben erschüttert Türkei", "Erdbeben erschüttert Iran", "de"),
        ("Séisme en Turquie", "Séisme en Iran", "fr"),
        ("Huelga en Busan", "Huelga en Shanghái", "es"),
        ("Trzęsienie ziemi w Turcji", "Trzęsienie ziemi w Iranie", "pl"),
        # across languages
        ("Dockers strike in Busan", "上海港口工人罢工", "en zh"),
        ("Earthquake shakes Turkey", "이란서 지진", "en ko"),
        ("Erdbeben in der Türkei", "Землетрясение в Иране", "de ru"),
        # within one country the finer level counts
        ("Bird flu found in Gangwon", "Bird flu found in Jeju", "en"),
        ("South Korea: strike in Busan", "South Korea: strike in Incheon", "en"),
        # also if both name the province or the state
        ("Flood in Houston, Texas, kills three", "200 evacuated in Dallas, Texas, after flood", "en"),
        ("Hochwasser in Nürnberg: drei Tote in Bayern", "Bayern: 200 Menschen fliehen aus Augsburg", "de"),
        ("전남 나주 오리농장 조류인플루엔자", "조류인플루엔자, 전남 영암 농장서 확진", "ko"),
        ("Flood in Houston, Texas", "텍사스주 댈러스 홍수", "en ko"),
        # seas
        ("Tanker burns in the Black Sea", "Tanker burns in the Red Sea", "en"),
        # one ocean, and coasts of two countries
        (
            "Strong earthquake in the Pacific Ocean shakes northern Chile",
            "Tsunami alert for Japan after quake under the Pacific Ocean",
            "en",
        ),
        ("Танкер горит в Чёрном море", "Танкер горит в Красном море", "ru"),
    ],
)
def test_another_place_differs(one: str, other: str, language: str) -> None:
    """Whichever comes first, and says which places."""
    for first, second in ((one, other), (other, one)):
        languages = language if first == one else " ".join(reversed(language.split()))
        found = of_kind(PLACE, compared(first, second, languages))
        assert found.verdict is DIFFERS
        assert found.points == 0
        assert found.ours
        assert found.theirs
        assert found.ours != found.theirs


@pytest.mark.parametrize(
    ("one", "other", "language", "points"),
    [
        # a city and its country: the country is all that both say
        ("Strike in Busan", "Strike in South Korea", "en", TELLING),
        ("North Korea fires missile", "Pyongyang's neighbours: North Korea fired", "en", TELLING),
        # a city, in any language
        ("Strike in Busan", "Walkout at the port of Busan", "en", 2 * TELLING),
        ("Dockers strike in Busan", "부산 항만 노동자 파업", "en ko", 2 * TELLING),
        ("Dockers strike in Busan", "釜山港口工人罢工", "en zh", 2 * TELLING),
        ("Streik in Breslau", "Strajk we Wrocławiu", "de pl", 2 * TELLING),
        ("Взрыв в Киеве", "Explosion à Kiev", "ru fr", 2 * TELLING),
        # a people is its country
        ("Thai minister resigns", "Thailand's minister resigns", "en", TELLING),
        # one sea, and beside it a coast that only one names
        ("Tanker burns in the Black Sea", "Tanker burns in the Black Sea off Odesa", "en", TELLING),
        # the same sea outweighs coasts that differ, but those of two countries
        ("Ferry sinks off Busan in the Sea of Japan", "Ferry lost off Ulsan in the Sea of Japan", "en", TELLING),
        ("Ships meet off the Senkakus, East China Sea", "Japan: ships in the East China Sea", "en", TELLING),
    ],
)
def test_the_same_place_agrees(one: str, other: str, language: str, points: int) -> None:
    """A place within a country counts twice."""
    found = of_kind(PLACE, compared(one, other, language))
    assert (found.verdict, found.points) == (AGREES, points)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fire at plant in Germany", "Fire at plant in Europe"),  # too wide to tell anything
        ("Fire at plant in Germany", "Fire at chemical plant"),
        ("Fire at plant", "Fire at chemical plant"),
        ("Ferry sinks in Malaysia", "Ferry sinks in the Malacca Strait"),  # land is compared with land only
    ],
)
def test_where_one_does_not_say_the_place_is_unknown(one: str, other: str) -> None:
    """It keeps nothing apart and counts nothing."""
    comparison = compared(one, other)
    assert of_kind(PLACE, comparison).verdict is UNKNOWN
    assert PLACE in comparison.unknown_kinds


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Flood in Houston, Texas, kills three", "Flood in Texas kills three"),
        ("Flood in Houston, Texas, kills three", "Houston and Dallas under water"),
        ("Flood in Houston, Texas, kills three", "Flood near Dallas, Texas, reaches Houston"),
    ],
)
def test_a_city_lies_in_its_state(one: str, other: str) -> None:
    """A state beside the city does not make another place of it."""
    assert of_kind(PLACE, compared(one, other)).verdict is AGREES


def test_a_city_in_a_lead_does_not_narrow_the_state_in_the_title() -> None:
    """It is often background, or where the reporter is."""
    leads = ("Officials in Houston said so.", "Officials in Dallas said so.")
    assert of_kind(PLACE, compared("Flood in Texas", "Texas under water", leads=leads)).verdict is AGREES


@pytest.mark.parametrize(
    ("one", "other", "languages", "verdict"),
    [
        ("Flood in Passau, Bavaria, kills three", "200 flee flood in Deggendorf, Bavaria", "en", DOUBTFUL),
        ("Flood near Passau, Germany", "Germany: 200 flee flood in Deggendorf", "en", DOUBTFUL),
        ("Flood in Passau, Bavaria", "Hochwasser in Deggendorf (Bayern)", "en de", DOUBTFUL),
        # one of them says no more than the province, or has both names
        ("Flood in Passau, Bavaria, kills three", "Bavaria: 200 flee flood", "en", AGREES),
        ("Flood in Passau, Bavaria", "After Passau, flood reaches Deggendorf, Bavaria", "en", AGREES),
        # a name that nothing calls a place; a German noun after "in"
        ("Flood in Bavaria: Schmidt warns", "Bavaria under water, says Huber", "en", AGREES),
        ("Bayern: Dorf in Sicherheit", "Bayern: Haus in Flammen", "de", AGREES),
        # what the city has in common outweighs it
        ("Fire in Sendling, Munich", "Fire in Pasing, Munich", "en", AGREES),
    ],
)
def test_small_towns_in_one_province_are_in_doubt(one: str, other: str, languages: str, verdict: Verdict) -> None:
    """The gazetteer does not know them, but the words around them call them places."""
    found = of_kind(PLACE, compared(one, other, languages))
    assert (found.verdict, bool(found.points)) == (verdict, True)


def test_a_city_in_one_article_only_does_not_outweigh_the_small_towns() -> None:
    """Whichever of the two came first: Munich lies in the province that both name, and only one of them names it."""
    with_city, without = "Flood in Passau, Bavaria, kills three", "200 flee flood in Deggendorf, Bavaria"
    lead = "Rescuers from Munich came."
    assert of_kind(PLACE, compared(with_city, without, leads=(lead, ""))).verdict is DOUBTFUL
    assert of_kind(PLACE, compared(without, with_city, leads=("", lead))).verdict is DOUBTFUL
    assert of_kind(PLACE, compared(without, with_city, leads=(lead, lead))).verdict is AGREES


def test_other_countries_beside_the_same_city_are_in_doubt() -> None:
    """Where each title names one that the other article leaves out: who else came to Warsaw."""
    tusk = ("Tusk meets Korean president in Warsaw", "Japan's Takaichi sees Tusk in Warsaw")
    found = of_kind(PLACE, compared(*tusk))
    assert (found.verdict, found.ours, found.theirs) == (DOUBTFUL, "Japan", "Korean")
    assert of_kind(PLACE, compared("Tusk meets guests in Warsaw", tusk[1])).verdict is AGREES


def test_what_a_title_names_counts_before_what_two_leads_share() -> None:
    """A dateline, or background, is no place where it happened."""
    datelines = ("GENEVA - The agency said so.", "GENEVA - The agency said so.")
    assert of_kind(PLACE, compared("Outbreak in Laos", "Outbreak in Peru", leads=datelines)).verdict is DIFFERS
    # without a place in either title, the leads are all there is
    leads = ("Dockers in Busan walked out.", "Dockers in Shanghai walked out.")
    assert of_kind(PLACE, compared("Strike closes port", "Strike closes port", leads=leads)).verdict is DIFFERS
    assert of_kind(PLACE, compared("Strike closes port", "Port is shut", leads=(leads[0],) * 2)).verdict is AGREES
    # a place of one title stands against the lead of the other
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
        ("Missile leaves Musudan in North Korea", "Missile leaves Sohae in North Korea", "en", DIFFERS),
        ("Missile leaves Musudan", "Missile leaves Japan", "en", DIFFERS),
        ("Missile leaves Musudan", "Missile leaves North Hamgyong, North Korea", "en", DOUBTFUL),
        ("Fire at Blackridge", "블랙리지 화재", "en ko", AGREES),
        ("Fire at Blackridge, Canada", "Fire at Whiteridge, Canada", "en", DIFFERS),
        ("Fire at Blackridge", "Fire at Toronto", "en", UNKNOWN),
        ("Fire at Blackridge, Canada", "Fire at Toronto, Canada", "en", DOUBTFUL),
    ],
)
def test_places_of_entities(one: str, other: str, languages: str, verdict: Verdict) -> None:
    """They lie where the entity says, and are compared like others; of one that lies anywhere little is known."""
    assert of_kind(PLACE, compared(one, other, languages, known=SITES)).verdict is verdict


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "languages"),
    [
        ("Coast waits for Typhoon Kalmaegi", "Schools shut as typhoon Kalmegi nears", "en"),
        ("Strike at Samsung goes on", "Workers of Samsung vote", "en"),
        ("Talks open as Emmanuel Macron arrives", "Макрон прибыл на переговоры", "en ru"),
        ("Talks open as Emmanuel Macron arrives", "마크롱 대통령, 회담장 도착", "en ko"),
        ("Talks open as Emmanuel Macron arrives", "マクロン大統領が会談に到着", "en ja"),
        ("Port opens with President Lee Jae-myung", "이재명 대통령, 항만 개항식 참석", "en ko"),
        ("Port opens with President Lee Jae-myung", "李在明出席港口开港仪式", "en zh"),
    ],
)
def test_the_same_name_agrees(one: str, other: str, languages: str) -> None:
    """In other spellings, and in other scripts where an entity says so."""
    found = of_kind(NAME, compared(one, other, languages))
    assert (found.verdict, found.points) == (AGREES, TELLING)


def test_names_that_no_entity_knows_agree_by_their_sound() -> None:
    """In another script only."""
    found = of_kind(NAME, compared("Coast waits for Kristersson", "К берегу едет Кристерссон", "en ru"))
    assert (found.verdict, found.ours, found.theirs) == (AGREES, "Кристерссон", "Kristersson")


def test_two_names_count_as_two_and_more_do_not() -> None:
    """Of an article with many names some are in each other one."""
    two = compared("Rift between Scholz and Orban", "Again Scholz meets Orban")
    three = compared("Rift between Scholz, Orban and Tusk", "Again Scholz meets Orban, Tusk")
    assert of_kind(NAME, two).points == of_kind(NAME, three).points == 2 * TELLING


def test_another_person_differs() -> None:
    """Where each title names a person whom the other article leaves out."""
    one, other = "Talks open as Emmanuel Macron arrives", "Talks open as Narendra Modi arrives"
    found = of_kind(NAME, compared(one, other))
    assert (found.verdict, found.ours, found.theirs) == (DIFFERS, "Narendra Modi", "Emmanuel Macron")
    # the lead knows him
    met = compared(one, other, leads=("", "He was met by Emmanuel Macron."))
    assert of_kind(NAME, met).verdict is AGREES
    # one of them names nobody
    assert of_kind(NAME, compared(one, "Quiet day in the capital")).verdict is UNKNOWN


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("Macron unveils hospital plan", "Macron presents plan for hospitals", "en"),
        ("Macron annonce un plan pour l'hôpital", "Macron présente son plan pour l'hôpital", "fr"),
        ("Trump kündigt Zölle an", "Trump stellt Zölle vor", "de"),
    ],
)
def test_a_known_person_agrees_with_himself_at_the_start_of_a_title(one: str, other: str, language: str) -> None:
    """A capital marks nothing there, and the name of an entity needs no mark."""
    assert of_kind(NAME, compared(one, other, language)).verdict is AGREES


# --- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "language", "verdict", "points"),
    [
        ("Bus crash kills 16 people", "16 people killed as bus crashes", "en", AGREES, TELLING),
        ("Bus crash kills two people", "Two people killed as bus crashes", "en", AGREES, WEAK),
        ("16 killed in blast", "При взрыве погибли 16 человек", "en ru", AGREES, TELLING),
        ("Typhoon kills 16", "태풍으로 16명 사망", "en ko", AGREES, TELLING),
        # a toll grows
        ("10 killed in blast at plant", "12 killed in blast at plant", "en", UNKNOWN, 0),
        ("버스 사고로 10명 사망", "버스 사고로 12명 사망", "ko", UNKNOWN, 0),
        # what identifies does not
        ("Magnitude 6.7 earthquake shakes coast", "Magnitude 5.1 earthquake shakes coast", "en", DIFFERS, 0),
        ("SpaceX launches 11th Starship", "SpaceX launches 12th Starship", "en", DIFFERS, 0),
        ("북한, 7차 핵실험 준비", "북한, 8차 핵실험 준비", "ko", DIFFERS, 0),
        ("서울 지하철 2호선 중단", "서울 지하철 9호선 중단", "ko", DIFFERS, 0),
        # agencies differ about one earthquake
        ("Magnitude 6.7 earthquake shakes coast", "Magnitude 6.8 earthquake shakes coast", "en", UNKNOWN, 0),
        ("Blast at plant", "Blast at plant kills 16", "en", UNKNOWN, 0),
    ],
)
def test_numbers(one: str, other: str, language: str, verdict: Verdict, points: int) -> None:
    """By what they count."""
    found = of_kind(NUMBER, compared(one, other, language))
    assert (found.verdict, found.points) == (verdict, points)


@pytest.mark.parametrize(
    ("first", "then", "language"),
    [
        ("North Korea fires missile", "North Korea fires second missile", "en"),
        ("North Korea fires missile", "North Korea fires missile again", "en"),
        ("Explosion in Kyiv", "Second explosion in Kyiv", "en"),
        ("В Киеве прогремел взрыв", "В Киеве прогремел второй взрыв", "ru"),
        ("Explosión en Lima", "Segunda explosión en Lima", "es"),
        ("Explosion à Lyon", "Nouvelle explosion à Lyon", "fr"),
        ("Explosion in Köln", "Zweite Explosion in Köln", "de"),
        ("Wybuch w Krakowie", "Kolejny wybuch w Krakowie", "pl"),
        ("大阪で爆発", "大阪で再び爆発", "ja"),
        ("上海发生爆炸", "上海再次发生爆炸", "zh"),
        ("부산서 폭발", "부산서 또 폭발", "ko"),
    ],
)
def test_the_next_one_is_in_doubt(first: str, then: str, language: str) -> None:
    """Where only one of two titles says so; said in both, or in the other's lead, it agrees."""
    assert of_kind(NUMBER, compared(first, then, language)).verdict is DOUBTFUL
    assert of_kind(NUMBER, compared(then, first, language)).verdict is DOUBTFUL
    assert of_kind(NUMBER, compared(then, then, language)).verdict is not DOUBTFUL


# --- days -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("Launch set for Monday", "Launch set for Tuesday", "en"),
        ("Launch on 5 January", "Launch on 7 January", "en"),
        ("5일 미사일 발사", "6일 미사일 발사", "ko"),
        ("5日上午发射导弹", "6日上午发射导弹", "zh"),
        ("5日にミサイル発射", "6日にミサイル発射", "ja"),
        ("Пуск 5 января", "Пуск 6 января", "ru"),
        ("Start am 5. Januar", "Start am 6. Januar", "de"),
        ("Lancement le 5 janvier", "Lancement le 6 janvier", "fr"),
        ("Lanzamiento el 5 de enero", "Lanzamiento el 6 de enero", "es"),
        ("Start 5 stycznia", "Start 6 stycznia", "pl"),
        ("Launch on 5 January", "6일 미사일 발사", "en ko"),
    ],
)
def test_titles_that_name_other_days_differ(one: str, other: str, language: str) -> None:
    """At once, and in two languages too."""
    assert of_kind(DAY, compared(one, other, language)).verdict is DIFFERS


@pytest.mark.parametrize(
    ("leads", "hours", "verdict"),
    [
        (("It flew on 5 January.", "It flew on 5 January."), 1, AGREES),
        (("It flew on 5 January.", "It flew on Monday."), 1, AGREES),
        (("It flew on 5 January.", "It flew on 7 January."), 13, DIFFERS),
        (("It flew on 5 January.", "It flew on 7 January."), 11, UNKNOWN),  # the day before, and the day after
        (("It flew on 5 January.", "It flew."), 13, UNKNOWN),
        (("It flew.", "It flew."), 13, UNKNOWN),
    ],
)
def test_days_that_leads_name(leads: tuple[str, str], hours: float, verdict: Verdict) -> None:
    """They differ half a day later only."""
    comparison = compared("Missile flies", "Missile flies", leads=leads, after=hours * HOUR)
    assert of_kind(DAY, comparison).verdict is verdict


# --- wording ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "language", "verdict"),
    [
        # another place or name in the same sentence
        ("Earthquake shakes Turkey", "Earthquake shakes Iran", "en", DIFFERS),
        ("Typhoon Kalmaegi nears coast", "Typhoon Fengshen nears coast", "en", DIFFERS),
        ("WHO approves mpox vaccine for children", "EMA approves mpox vaccine for children", "en", DOUBTFUL),
        ("Workers at Samsung strike", "Workers at Hyundai strike", "en", DIFFERS),
        ("釜山港口工人罢工", "上海港口工人罢工", "zh", DIFFERS),
        # a name in another spelling
        ("Typhoon Kalmaegi nears coast", "Typhoon Kalmegi nears coast", "en", UNKNOWN),
        ("川普訪問白宮", "特朗普訪問白宮", "zh", UNKNOWN),
        # another word
        ("Bird flu found at turkey farm", "Bird flu found at duck farm", "en", DOUBTFUL),
        ("Blast hits market in Kabul", "Blast hits mosque in Kabul", "en", DOUBTFUL),
        ("북한 탄도미사일 발사", "북한 순항미사일 발사", "ko", DOUBTFUL),
        # a number that identifies, and one that grows
        ("Flight 123 crashes near coast", "Flight 456 crashes near coast", "en", DOUBTFUL),
        ("EU fines Google $100 million", "EU fines Google $2 billion", "en", DOUBTFUL),
        ("Blast at plant kills 10 people", "Blast at plant kills 12 people", "en", UNKNOWN),
        ("켄트 화재로 3명 사망", "켄트 화재로 5명 사망", "ko", UNKNOWN),
        # short titles, half of which is another thing
        ("Streik bei Lufthansa", "Streik bei Eurowings", "de", DOUBTFUL),
        ("Measles outbreak in Texas", "Bird flu outbreak in Texas", "en", DOUBTFUL),
        ("Huelga en Iberia", "Huelga en Vueling", "es", DIFFERS),
        # who buys whom, in letters without capitals
        ("腾讯收购百度", "百度收购腾讯", "zh", DOUBTFUL),
        ("카카오가 네이버를 인수한다", "네이버가 카카오를 인수한다", "ko", DOUBTFUL),
        ("카카오, 네이버 인수 발표", "네이버, 카카오 인수 발표", "ko", DOUBTFUL),
        ("ソニーが任天堂を提訴", "任天堂がソニーを提訴", "ja", DOUBTFUL),
        # the same in another order, by its particles
        ("카카오가 네이버를 인수한다", "네이버를 카카오가 인수한다", "ko", UNKNOWN),
        ("ソニーが任天堂を提訴", "任天堂をソニーが提訴", "ja", UNKNOWN),
        # another step of the same
        ("Ministry declares outbreak", "Ministry declares end of outbreak", "en", DOUBTFUL),
        ("정부, 경보 발령", "정부, 경보 발령 해제", "ko", DOUBTFUL),
        ("Paz wins first round of election", "Paz wins election", "en", DOUBTFUL),
        ("Explosion in Köln", "Neue Explosion in Köln", "de", DOUBTFUL),
        # more of the same
        ("Blast at plant kills two people", "Blast at plant kills two people, officials say", "en", UNKNOWN),
        ("Fire destroys farm in Kent", "Fire destroys large farm in Kent", "en", UNKNOWN),
        ("Fire destroys farm in Kent, police say", "Fire destroys farm in Kent; sheep, owner flee", "en", UNKNOWN),
        # who says so
        ("Fire destroys farm in Kent, police say", "Fire destroys farm in Kent, officials say", "en", UNKNOWN),
        ("Missile fired into sea, says Tokyo", "Missile fired into sea, according to police", "en", UNKNOWN),
        ("Взрыв в Курске, сообщили в МЧС", "Взрыв в Курске, заявил губернатор", "ru", UNKNOWN),
        # the same cut off, with other blanks, in another form
        ("Fire destroys farm in Kent, say police", "Fire destroys farm in Kent, say pol…", "en", UNKNOWN),
        ("켄트 대형 화재 농장 전소", "켄트 대형화재 농장 전소", "ko", UNKNOWN),
        ("Thai farm burns down in north", "Thailand farm burns down in north", "en", UNKNOWN),
        # no template
        ("Blast at plant kills two people", "Dockers vote on another walkout", "en", UNKNOWN),
    ],
)
def test_titles_that_differ_in_one_thing(one: str, other: str, language: str, verdict: Verdict) -> None:
    """A slot with a name on both sides keeps apart; with another word it may."""
    assert of_kind(WORDING, compared(one, other, language)).verdict is verdict
    assert of_kind(WORDING, compared(other, one, language)).verdict is verdict


def test_other_words_in_another_language_are_no_other_thing() -> None:
    """Another place is."""
    lima = compared("Terremoto en Lima", "Earthquake in Lima", "es en")
    assert of_kind(WORDING, lima).verdict is UNKNOWN


def test_a_word_that_the_other_lead_says_is_no_difference() -> None:
    """The same is put otherwise."""
    leads = ("", "The turkey farm was closed, and ducks of the farm were culled.")
    comparison = compared("Bird flu found at turkey farm", "Bird flu found at duck farm", leads=leads)
    assert of_kind(WORDING, comparison).verdict is UNKNOWN


# --- together ---------------------------------------------------------------------------------------------------------


def test_a_comparison_says_what_keeps_apart_and_what_agrees() -> None:
    """By kind of fact, with the words that say it."""
    found = compared("Explosion in Kyiv on 5 January", "Second explosion in Lviv on 5 January")
    assert {each.kind for each in found.differing_facts} == {PLACE, WORDING}
    assert {each.kind for each in found.doubtful_facts} == {NUMBER}
    assert DAY not in found.unknown_kinds
    assert [each.kind for each in found.facts] == list(FactKind)


@pytest.mark.parametrize(("languages", "same"), [("en en", True), ("en ko", False), (" en", True), ("en en-GB", True)])
def test_an_unknown_language_may_be_the_same(languages: str, same: bool) -> None:
    """Of one that is known the region does not count."""
    one, other = languages.split(" ")
    found = compare_articles(
        features("Blast at plant", "", one or None), features("Blast at plant", "", other, of="post")
    )
    assert found.same_language is same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Israel strikes Iran", "Iran strikes Israel"),
        ("러시아, 우크라이나에 미사일 공격", "우크라이나, 러시아에 미사일 공격"),
        ("以色列用导弹袭击伊朗", "伊朗用导弹袭击以色列"),
        ("Apple sues Samsung over patents", "Samsung sues Apple over patents"),
    ],
)
def test_who_does_it_to_whom_is_in_doubt(one: str, other: str) -> None:
    """The same two in the other order may be another happening."""
    wording = of_kind(FactKind.WORDING, compare_articles(features(one), features(other)))
    assert wording.verdict is Verdict.DOUBTFUL
    assert " … " in wording.ours


def test_a_people_is_not_where_it_happened() -> None:
    """Two cities are two places, though each article also names the people of the other's country."""
    ours, theirs = features("Russian missile hits Kyiv"), features("Ukrainian drone hits Moscow")
    assert of_kind(FactKind.PLACE, compare_articles(ours, theirs)).verdict is Verdict.DIFFERS


def test_a_number_of_the_lead_says_nothing_of_the_titles() -> None:
    """Titles that differ in a number only are in doubt, though the leads count as much of what grows."""
    ours, theirs = (
        features("News of place 5", "It killed 5 people."),
        features("News of place 7", "It killed 7 people."),
    )
    assert of_kind(FactKind.WORDING, compare_articles(ours, theirs)).verdict is Verdict.DOUBTFUL
