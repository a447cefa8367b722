"""Names of places in texts of many languages."""

from __future__ import annotations

import pytest

from monitor.places import find_places, name_of


def found(text: str, language: str | None = None) -> list[str]:
    return [mention.place for mention in find_places(text, language)]


def names(text: str, language: str | None = None) -> list[str]:
    return [name_of(place) for place in found(text, language)]


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


def test_a_country_in_the_name_of_an_organisation_stays() -> None:
    assert found("Bank of Japan raises rates") == ["JP"]
    assert found("Air India resumes flights") == ["IN"]


def test_an_unsure_name_is_a_place_with_support() -> None:
    assert names("Fire in Reading") == ["Reading"]
    assert "Mobile" in names("Shooting at a mall, Mobile, Alabama")


def test_of_two_places_of_one_name_the_text_says_which() -> None:
    def country(text: str) -> str:
        (city,) = [m.place for m in find_places(text) if m.said in {"Valencia", "Georgia", "Birmingham"}]
        return city

    assert country("Blackout in Birmingham, England") != country("Blackout in Birmingham, Alabama")
    assert country("Georgia votes as Tbilisi protests") == "GE"


def test_a_mention_says_where_it_is_in_the_text_as_given() -> None:
    text = "＂Flood＂ in São\u00ad Paulo\u0301"
    (mention,) = find_places(text)
    assert text[mention.start : mention.end] == mention.said
    assert mention.said.startswith("São")


def test_a_seat_stands_for_its_country_and_says_so() -> None:
    (kremlin,) = find_places("Kremlin denies it")
    assert (kremlin.place, kremlin.role) == ("RU", "seat")
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
    assert [(each.said, text[each.start : each.end]) for each in find_places(text, "en")] == [
        ("Busan", "Busan"),
        ("Shanghai", "Shanghai"),
    ]
