"""Names of places in texts of many languages."""

from __future__ import annotations

import pytest

from monitor.places.find import find_places
from monitor.places.gazetteer import country_of, get_place_name


def found(text: str, language: str | None = None) -> list[str]:
    return [mention.place for mention in find_places(text, language)]


def names(text: str, language: str | None = None) -> list[str]:
    return [get_place_name(place) for place in found(text, language)]


@pytest.mark.parametrize(
    "text",
    [
        "Thailand reports floods",
        "THAILAND REPORTS FLOODS",
        "Thailand's floods",
        "Thai villages under water",
        "태국에서 홍수",
        "泰国发生洪水",
        "泰國發生洪水",
        "泰国的洪水",
        "泰方回应",
        "タイで洪水",
        "Наводнение в Таиланде",
        "Помощь от Таиланда",
        "Тайские власти",
        "представитель тайского правительства",
        "Повінь у Таїланді",
        "Überschwemmungen in Thailand",
        "Thailands Regierung",
        "thailändische Behörden",
        "die Thailänder",
        "Inondations en Thaïlande",
        "une entreprise thaïlandaise",
        "Inundaciones en Tailandia",
        "autoridades tailandesas",
        "Alluvioni in Thailandia",
        "governo thailandese",
        "Inundações na Tailândia",
        "Powódź w Tajlandii",
        "rząd tajski",
        "tajskiego rządu",
        "น้ำท่วมในประเทศไทย",
        "Lũ lụt ở Thái Lan",
        "Banjir di Thailand",
        "Tayland'da sel",
        "فيضانات في تايلاند",
    ],
)
def test_a_country_is_found_in_each_language(text: str) -> None:
    assert found(text, "de" if text.startswith("Thailands") else None) == ["TH"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Учения в Краснодарском крае", "Krasnodar Krai"),
        ("из Нижнего Новгорода", "Nizhniy Novgorod"),
        ("Обстрел Харькова", "Kharkiv"),
        ("Вибухи в Харкові", "Kharkiv"),
        ("жители Москвы", "Moscow"),
        ("в Сеуле", "Seoul"),
        ("W Warszawie protest", "Warsaw"),
        ("z Krakowa", "Kraków"),
        ("강원도 산불", "Gangwon"),
        ("부산항 파업", "Busan"),
        ("부산시장은", "Busan"),
        ("부산까지", "Busan"),
        ("釜山港", "Busan"),
        ("釜山のホテル", "Busan"),
        ("宮崎県の養鶏場", "Miyazaki"),
        ("广东省", "Guangdong"),
        ("廣東省", "Guangdong"),
        ("Erdbeben bei Straßburg", "Strasbourg"),
        ("Erdbeben bei Köln", "Köln"),
        ("Incendie à Marseille", "Marseille"),
        ("Sparatoria a Milano", "Milan"),
        ("Apagón en Sevilla", "Seville"),
        ("나주서 화재", "Naju-si"),
        ("공주시 반포면", "Gongju-si"),
        ("云南一辆货车", "Yunnan"),
        ("宿毛市の港", "Sukumo Shi"),
        ("w powiecie mławskim", "Powiat mławski"),
        ("fire in Rockland County", "Rockland County"),
    ],
)
def test_a_name_is_found_in_its_forms(text: str, place: str) -> None:
    assert names(text) == [place]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("中美元首会谈", ["CN", "US"]),
        ("中日韩峰会", ["CN", "JP", "KR"]),
        ("日米韓が共同訓練", ["JP", "US", "KR"]),
        ("한미일 정상회담", ["KR", "US", "JP"]),
        ("미중 무역 갈등", ["US", "CN"]),
        ("美 국방부 발표", ["US"]),
        ("日 총리, 방미 검토", ["JP"]),
        ("米大統領が演説", ["US"]),
        ("美防长访问", ["US"]),
        ("美中不足的是", []),
        ("近日中に発表", []),
    ],
)
def test_headlines_shorten_states(text: str, places: list[str]) -> None:
    assert sorted(found(text)) == sorted(places)


@pytest.mark.parametrize(
    "text",
    [
        "Whitney Houston museum opens",
        "Coach Lincoln Riley resigns",
        "The New York Times reports losses",
        "Real Madrid wins again",
        "A nice reading of a mobile text",
        "Reading skills decline",
        "Turkey shoot",
        "Michael Jordan returns",
        "Vladimir Ivanovich arrives",
        "les villes du nord",
        "the APAC markets",
        "인도적 지원 논의",
        "수단과 방법을",
        "경기장에 관중",
        "Manchester United sign striker",
        "He was sold to the Saitama Knights last week",
        "Er spielt nun für die Calgary Flames und bleibt dort",
        "it was in the bath",
        "タイトル戦",
        "다카이치 총리 지명",
        "나라 경제",
        "기자 회견",
        "半岛以东海域",
    ],
)
def test_what_only_looks_like_a_place_is_none(text: str) -> None:
    assert found(text) == []


def test_a_city_before_a_plural_is_one_unless_it_is_called_by_an_article() -> None:
    """In titles that capitalise every word, an article says nothing."""
    assert names("Residents say that Chicago Bears down on crime") == ["Chicago"]
    assert names("The Chicago Protests Go On") == ["Chicago"]
    assert names("It stands in the Chicago suburbs, they said") == ["Chicago"]


def test_a_country_in_the_name_of_an_organisation_stays() -> None:
    assert found("Bank of Japan raises rates") == ["JP"]
    assert found("Air India resumes flights") == ["IN"]


def test_an_unsure_name_is_a_place_with_support() -> None:
    assert names("Fire in Reading") == ["Reading"]
    assert "Mobile" in names("Shooting at a mall, Mobile, Alabama")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("서울시 예산 50조원", "KR-11"),
        ("한국 예산 728조원", "KR"),
        ("코스피 사상 최고, 서울 증시", "KR-11"),
        ("핵무력 강화, 서울 우려", "KR-11"),  # both are in the area of the capital
    ],
)
def test_the_country_does_not_make_a_common_word_a_place(text: str, place: str) -> None:
    """예산 is "budget" and a county, 사상 "ever" and a district, 강화 "to strengthen" and a county: every Korean report
    is from their country."""
    assert found(text) == [place]
    assert names("충남 예산 사과축제")[1:] == ["Yesan-gun"]


@pytest.mark.parametrize(
    "text", ["Nordkorea feuert Rakete ab - Seoul", "КНДР запустила ракету — Сеул", "North Korea fires missile: Seoul"]
)
def test_a_capital_after_a_sign_at_the_end_says_so(text: str) -> None:
    """After another place; alone it may be where it happened."""
    assert [(mention.place, mention.role) for mention in find_places(text)] == [("KP", ""), ("KR", "seat")]
    assert found("Missile lands: Seoul") == ["KR-11"]


def test_a_building_or_street_with_the_name_of_a_city_is_not_there() -> None:
    """A house that a title writes with a capital is a building only if no other name follows."""
    assert found("Modi, Putin meet at Hyderabad House") == found("Shops shut in Madrid Street") == []
    assert names("Texas House passes bill") == ["Texas"]
    assert names("Hyderabad House Fire Kills Three") == ["Hyderabad"]


def test_of_two_places_of_one_name_the_text_says_which() -> None:
    def country(text: str) -> str:
        (city,) = [m.place for m in find_places(text) if m.text in {"Valencia", "Georgia", "Birmingham"}]
        return city

    assert country("Blackout in Birmingham, England") != country("Blackout in Birmingham, Alabama")
    assert country("Georgia votes as Tbilisi protests") == "GE"


def test_a_mention_says_where_it_is_in_the_text_as_given() -> None:
    text = "＂Flood＂ in São\u00ad Paulo\u0301"
    (mention,) = find_places(text)
    assert text[mention.start : mention.end] == mention.text
    assert mention.text.startswith("São")


@pytest.mark.parametrize("said", ["Israeli", "Pakistani", "Yemeni", "Swiss", "Thai"])
def test_a_people_is_one_though_another_language_calls_the_country_so(said: str) -> None:
    """Israel is Israeli in Swahili."""
    (people,) = find_places(f"{said} strike hits base", "en")
    assert people.role == "people"


@pytest.mark.parametrize("text", ["Grève : l'État réquisitionne les raffineries", "La Croix-Rouge alerte"])
def test_what_a_province_is_called_after_is_none(text: str) -> None:
    assert find_places(text, "fr") == ()


def test_a_plant_is_where_its_city_is() -> None:
    """Korean writes them together."""
    for said in ("현대차 울산공장 파업", "현대차 울산공장서 파업"):
        assert [get_place_name(each.place) for each in find_places(said, "ko")] == ["Ulsan"]


def test_english_writes_no_name_in_small_letters() -> None:
    """Finés is Finnish in Spanish, with or without its accent."""
    assert [each.place for each in find_places("EU fines Finland", "en")] == ["region:eu", "FI"]
    assert [each.place for each in find_places("Un barco finés", "es")] == ["FI"]


def test_a_seat_stands_for_its_country_and_says_so() -> None:
    (kremlin,) = find_places("Kremlin denies it")
    assert (kremlin.place, kremlin.role) == ("RU", "seat")
    for title in ("Missile fell into sea, says Tokyo", "Missile fell into sea, according to Tokyo."):
        (speaker,) = find_places(title, "en")
        assert (speaker.place, speaker.role) == ("JP", "seat")
    (people,) = find_places("Russians vote")
    assert (people.place, people.role) == ("RU", "people")


@pytest.mark.parametrize(
    "text",
    [
        "SEOUL, Nov. 27 (Yonhap) -- A ship sank",
        "(서울=연합뉴스) 기자",
        "(서울·부산=연합뉴스) 기자",
        "新华社北京11月27日电",
    ],
)
def test_a_dateline_says_so(text: str) -> None:
    assert find_places(text)[0].role == "dateline"


def test_a_text_without_letters_names_nothing() -> None:
    assert found("") == found("12:30 — 45 %") == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Tanker in the Strait of Hormuz", "sea:hormuz"),
        ("호르무즈 해협 통과", "sea:hormuz"),
        ("霍尔木兹海峡", "sea:hormuz"),
        ("ホルムズ海峡", "sea:hormuz"),
        ("в Ормузском проливе", "sea:hormuz"),
        ("Straße von Hormus", "sea:hormuz"),
        ("동해상으로 발사", "sea:east-sea"),
        ("日本海に落下", "sea:east-sea"),
        ("Удары по Крыму", "area:crimea"),
        ("in Gaza", "area:gaza"),
        ("尖閣諸島周辺", "area:senkaku"),
    ],
)
def test_seas_and_areas(text: str, place: str) -> None:
    assert found(text) == [place]


def test_half_of_a_surrogate_pair_is_a_character_as_any() -> None:
    """Places before and behind it are found where they stand."""
    text = "\ud800Busan \udc00 Shanghai"
    assert [(each.text, text[each.start : each.end]) for each in find_places(text, "en")] == [
        ("Busan", "Busan"),
        ("Shanghai", "Shanghai"),
    ]


@pytest.mark.parametrize("end", ["", "서", "에서", "시", "시에서"])
@pytest.mark.parametrize(
    "name", ["오사카", "삿포로", "나고야", "고베", "요코하마", "우한", "하얼빈", "칭다오", "청두", "쑤저우"]
)
def test_korean_names_cities_abroad_with_and_without_their_suffix(name: str, end: str) -> None:
    (country,) = {country_of(each) for each in found(f"{name}{end} 화재 발생", "ko")}
    assert country in {"JP", "CN"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("오사카부 지진", "JP-27"),
        ("교토부서 산불", "JP-26"),
        ("효고 지진", "JP-28"),
        ("군마현에서 산불", "JP-10"),
        ("기후현 폭설", "JP-21"),
        ("산둥 폭설", "CN-SD"),
        ("허난성에서 홍수", "CN-HA"),
        ("푸젠서 홍수", "CN-FJ"),
        ("제주 산불", "KR-49"),
        ("강원 폭설", "KR-42"),
    ],
)
def test_korean_names_divisions_with_and_without_their_suffix(text: str, place: str) -> None:
    assert found(text, "ko") == [place]


@pytest.mark.parametrize(
    "text",
    [
        "지난 주말 화재",
        "지난시즌",
        "기후 변화",
        "저장 공간",
        "시안에 합의",
        "선전에 나섰다",
        "당내 반발 기류도",
        "멕시코 산불",
    ],
)
def test_a_korean_word_is_no_city_that_is_called_so(text: str) -> None:
    assert found(text, "ko") in ([], ["MX"])


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Seoul says it will respond", "KR"),
        ("Moscow rejects plan", "RU"),
        ("Washington says so", "US"),
        ("PYONGYANG VOWS REVENGE", "KP"),
        ("Moskau weist Vorwürfe zurück", "RU"),
        ("Paris condamne l'attaque", "FR"),
        ("Москва отвергла обвинения", "RU"),
        ("Warszawa żąda wyjaśnień", "PL"),
    ],
)
def test_a_capital_that_speaks_is_its_government(text: str, country: str) -> None:
    assert [(each.place, each.role) for each in find_places(text)] == [(country, "seat")]


@pytest.mark.parametrize("text", ["Denzel Washington says", "Osaka says so", "London protests grow", "Fire in Seoul"])
def test_only_a_capital_and_only_before_such_a_verb(text: str) -> None:
    assert "seat" not in {each.role for each in find_places(text)}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Earthquake shakes Lima", "Lima"),
        ("BREAKING: Lima hit by quake", "Lima"),
        ("WATCH Lima fire", "Lima"),
        ("Rocks Osaka: a quake", "Ōsaka"),
        ("Will Tehran answer?", "Tehran"),
        ("May Houston recover", "Houston"),
        ("Police: Houston fire kills two", "Houston"),
    ],
)
def test_a_verb_or_a_shout_before_it_leaves_a_place(text: str, place: str) -> None:
    assert names(text) == [place]


def test_a_nul_is_a_blank() -> None:
    """In the data file it parts a name from its place."""
    assert [each.place for each in find_places("Iran\0Israel")] == ["IR", "IL"]
    assert find_places("a\0") == ()
