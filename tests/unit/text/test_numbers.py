"""The numbers of an article with what they count, in all our languages."""

from __future__ import annotations

import pytest

from monitor.text.numbers import find_numbers


def found(text: str, language: str | None = None) -> list[tuple[str, float]]:
    return [(fact.kind, fact.value) for fact in find_numbers(text, "", language)]


@pytest.mark.parametrize(
    ("language", "text", "facts"),
    [
        ("en", "At least 12 people died and two were hurt", [("dead", 12), ("injured", 2)]),
        ("en", "Blast kills 1,200, death toll may climb", [("dead", 1200)]),
        ("en", "1,300 evacuated, 14 arrested, three missing", [("evacuated", 1300), ("arrested", 14), ("missing", 3)]),
        ("ko", "버스 추락으로 12명 사망, 두 명 부상", [("dead", 12), ("injured", 2)]),
        ("ko", "사망자 37명으로 늘어", [("dead", 37)]),
        ("zh", "事故造成12人死亡，3人受伤", [("dead", 12), ("injured", 3)]),
        ("zh", "火灾致三人遇难", [("dead", 3)]),
        ("ja", "事故で12人死亡、3人けが", [("dead", 12), ("injured", 3)]),
        ("ja", "死者15人に", [("dead", 15)]),
        ("ru", "Погибли 12 человек, двое ранены", [("dead", 12), ("injured", 2)]),
        ("uk", "Загинули 12 людей, троє поранені", [("dead", 12), ("injured", 3)]),
        ("de", "Zwölf Tote und 30 Verletzte", [("dead", 12), ("injured", 30)]),
        ("fr", "Au moins douze morts et 30 blessés", [("dead", 12), ("injured", 30)]),
        ("es", "Doce muertos y 30 heridos", [("dead", 12), ("injured", 30)]),
        ("it", "Dodici morti e 30 feriti", [("dead", 12), ("injured", 30)]),
        ("pt", "Doze mortos e 30 feridos", [("dead", 12), ("injured", 30)]),
        ("pl", "Trzy osoby nie żyją, 30 rannych", [("dead", 3), ("injured", 30)]),
        # words that begin like a unit
        ("en", "Three journalists killed, 3 Europeans hurt", [("dead", 3), ("injured", 3)]),
        ("fr", "Trois journalistes tués, 3 Européens blessés", [("dead", 3), ("injured", 3)]),
        ("it", "Tre giornalisti uccisi, 3 messicani feriti", [("dead", 3), ("injured", 3)]),
        ("es", "Tres mestizos muertos, 3 europeos heridos", [("dead", 3), ("injured", 3)]),
        ("pt", "Dois mestres mortos, 3 europeus feridos", [("dead", 2), ("injured", 3)]),
        ("de", "Vier Jahrmarktbesucher getötet, 3 Europäer verletzt", [("dead", 4), ("injured", 3)]),
        ("pl", "2 złodziei zabitych, 3 rosyjskich turystów rannych", [("dead", 2), ("injured", 3)]),
        ("ru", "Погибли 3 летчика, ранены 3 европейца", [("dead", 3), ("injured", 3)]),
        ("uk", "Загинули 3 рокери, поранені 3 європейці", [("dead", 3), ("injured", 3)]),
        ("es", "2 millones de muertos", [("dead", 2_000_000)]),
        ("en", "Commander killed with 3 others", [("dead", 3)]),
        ("en", "Twenty-three dead, two hundred injured", [("dead", 23), ("injured", 200)]),
        ("en", "Twenty-three million displaced", [("evacuated", 23_000_000)]),
        ("de", "Dreiundzwanzig Tote, dreihundert Verletzte", [("dead", 23), ("injured", 300)]),
        ("fr", "Quatre-vingt-dix-sept morts et trois cents blessés", [("dead", 97), ("injured", 300)]),
        ("ko", "스물세 명 사망, 열두 명 부상", [("dead", 23), ("injured", 12)]),
    ],
)
def test_tolls(language: str, text: str, facts: list[tuple[str, float]]) -> None:
    """How many died, were hurt, are missing: they grow."""
    assert found(text, language) == facts
    assert all(fact.may_grow for fact in find_numbers(text, "", language))


@pytest.mark.parametrize(
    ("language", "text", "kind", "value", "unit"),
    [
        ("en", "Its 10th test flight ends", "ordinal", 10, "test flight"),
        ("en", "A third measles case is confirmed", "ordinal", 3, "measle case"),
        ("en", "It is of clade 1b", "model", 1, "cladeb"),
        ("en", "One of H5N1", "model", 5, "h5n1"),
        ("en", "It fell 30 km away", "count", 30, "km"),
        ("de", "Rakete flog 900 km weit", "count", 900, "km"),
        ("en", "A 40-tonne ship sinks", "count", 40, "t"),
        ("en", "Missile flew 350 nautical miles", "count", 350, "mile"),
        ("fr", "Missiles tirés à 60 mètres", "count", 60, "m"),
        ("it", "Nave di 60 metri", "count", 60, "m"),
        ("ko", "미사일 900킬로 비행", "count", 900, "km"),
        ("zh", "导弹飞行600公里", "count", 600, "km"),
        ("ja", "ミサイルが350キロメートル飛行", "count", 350, "km"),
        ("ru", "Ракета весом 500 кг", "count", 500, "kg"),
        ("en", "Plane with 62 people crashes", "count", 62, "people"),
        ("ko", "나래호 4차 발사 성공", "ordinal", 4, "flight"),
        ("ko", "나래호 네 번째 비행", "ordinal", 4, "flight"),
        ("zh", "确诊第二例病例", "ordinal", 2, "case"),
        ("ja", "3回目の打ち上げ", "ordinal", 3, "flight"),
        ("ja", "国内で初めての感染", "ordinal", 1, "case"),
        ("ja", "タイで初の感染", "ordinal", 1, "case"),
        ("ru", "забросил 895-ю шайбу", "ordinal", 895, "шайбу"),
        ("ru", "Второй тур прошел", "ordinal", 2, "round"),
        ("de", "Der 3. Fall ist bestätigt", "ordinal", 3, "case"),
        ("fr", "Le deuxième cas est confirmé", "ordinal", 2, "case"),
        ("es", "El tercer caso", "ordinal", 3, "case"),
        ("pl", "Druga tura odbyła się", "ordinal", 2, "round"),
        ("en", "Typhoon No. 13 nears", "serial", 13, "storm"),
        ("ko", "제13호 태풍 북상", "serial", 13, "storm"),
        ("zh", "今年第13号台风登陆", "serial", 13, "storm"),
        ("ja", "台風13号が上陸", "serial", 13, "storm"),
        ("zh", "神舟三十号发射", "serial", 30, "神舟"),
        ("en", "China launches Shenzhou-30", "serial", 30, "shenzhou"),
        ("en", "M6.4 quake off the coast", "magnitude", 6.4, ""),
        ("en", "A magnitude 6.4 quake", "magnitude", 6.4, ""),
        ("ko", "규모 6.4 지진", "magnitude", 6.4, ""),
        ("ja", "マグニチュード6.4の地震", "magnitude", 6.4, ""),
        ("ja", "沖でM6.4の地震", "magnitude", 6.4, ""),
        ("zh", "发生6.4级地震", "magnitude", 6.4, ""),
        ("ru", "Землетрясение магнитудой 6,4", "magnitude", 6.4, ""),
        ("ja", "震度5弱を観測", "intensity", 5, ""),
        ("en", "A Boeing 787 landed", "model", 787, "boeing"),
        ("en", "An A320 landed", "model", 320, "a"),
        ("ru", "Упал Ми-8", "model", 8, "ми"),
        ("en", "It rose by 4.25 percent", "percent", 4.25, ""),
        ("en", "It cuts by 25 basis points", "basis_points", 25, ""),
        ("en", "It pays $4.5 billion", "money", 4.5e9, "usd"),
        ("ko", "예산 3조원 편성", "money", 3e12, "krw"),
        ("en", "Rovers win 2-1 at home", "score", 2, "1-2"),
    ],
)
def test_kinds(language: str, text: str, kind: str, value: float, unit: str) -> None:
    """What identifies a happening, and what else a number says."""
    (fact,) = find_numbers(text, "", language)
    assert (fact.kind, fact.value, fact.unit) == (kind, value, unit)


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "A magnitude-6.1 quake", 6.1),
        ("en", "An M 6.4 quake", 6.4),
        ("en", "It measured 6.4 on the Richter scale", 6.4),
        ("de", "Ein Beben der Stärke 7,7", 7.7),
        ("de", "mit einer Magnitude von 6,3", 6.3),
        ("fr", "un séisme d'une magnitude de 6,3", 6.3),
        ("es", "un sismo de 6,3 en la escala de Richter", 6.3),
        ("pl", "wstrząsy o magnitudzie 6,3", 6.3),
        ("ru", "землетрясение магнитудой около 6,3", 6.3),
        ("zh", "芮氏規模6.4地震", 6.4),
        ("zh", "發生6級地震", 6),
        ("ja", "マグニチュード（M）7.1", 7.1),
        ("ko", "규모 7의 강진", 7),
    ],
)
def test_magnitudes(language: str, text: str, value: float) -> None:
    """In the ways in which news of each language gives them."""
    assert ("magnitude", value) in found(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko", "규모 500명 파병"),
        ("ko", "규모 5조원"),
        ("zh", "规模500亿元"),
        ("zh", "8级大风"),
        ("zh", "启动4级响应"),
        ("ja", "震度6強"),
        ("de", "7 Richter"),
    ],
)
def test_what_is_no_magnitude(language: str, text: str) -> None:
    """The same words measure much else: sizes, winds, alarms."""
    assert "magnitude" not in [kind for kind, _ in found(text, language)]


@pytest.mark.parametrize(
    "text",
    [
        "It was 2024 when",
        "On May 5 they met",
        "5월 3일 오후 9시",
        "4月1日、10時30分",
        "At 10:30 he left",
        "for 10 minutes",
        "5 мая",
    ],
)
def test_dates_and_times_are_no_facts(text: str) -> None:
    """Days are facts of their own; a duration says nothing."""
    assert found(text) == []


def test_spans() -> None:
    """They count in title and lead together."""
    title, lead = "Blast", "It killed １２ people."
    (fact,) = find_numbers(title, lead, "en")
    assert f"{title}\n{lead}"[fact.start : fact.end] == fact.text == "１２"
    assert fact.value == 12


@pytest.mark.parametrize(
    "text", ["", "İ 12 people died", "9" * 400, "٣ people", "\ud800 3 dead", "1" * 3 + ",000" * 90, "第第3", "-5", "3-"]
)
def test_odd_texts(text: str) -> None:
    """Nothing that a feed can hold is an error, and spans stay true."""
    for fact in find_numbers(text, text, "en"):
        assert f"{text}\n{text}"[fact.start : fact.end] == fact.text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Dead for 3 years, 2 weeks, 4 weekends, 24 hrs, 10 min, 5 weekdays, 3 hourslong; a 3-day truce; 5 p.m."),
        ("de", "Tote nach 2 Minuten, 3 Jahren, 4 Jahrzehnten, 5 Wochen, 3 Monaten, 2 Tagen, 30 Sekunden, um 10 Uhr"),
        ("de", "Tote nach 24-stündiger Suche, 3-monatiges Kind verletzt, 2-wöchiger und 3-tägiger Kampf; 5-minütiges"),
        ("fr", "Morts après 2 ans, 3 années, 2 mois, 4 semaines, 5 jours, 24 heures, 10 minutes, 30 secondes"),
        ("es", "Muertos tras 2 años, 1 mes, 3 meses, 4 semanas, 5 días, 24 horas, 10 minutos, 30 segundos"),
        ("it", "Morti dopo 2 anni, 3 mesi, 4 settimane, 5 giorni, 24 ore, 10 minuti, 30 secondi"),
        ("pt", "Mortos após 2 anos, 1 mês, 3 meses, 4 semanas, 5 dias, 24 horas, 10 minutos, 30 segundos"),
        ("pl", "Ofiary po 5 latach, 3 lata, 2 miesiące, 3 tygodnie, 3 dniach, 3-dniowa, 4 dni, 2 godziny, 3 minuty"),
        ("pl", "Ofiary po roku, 1 rok"),
        ("ru", "Погибли 2 года назад, 5 лет, 3 месяца, 2 недели, 2 дня, 5 дней, 3 часа, 10 минут; 70-летие; 3-дневный"),
        ("uk", "Загинули 2 роки тому, 5 років, 3 місяці, 2 тижні, 10 днів, 3 години, 10 хвилин; 3-річний"),
    ],
)
def test_durations_count_nothing(language: str, text: str) -> None:
    """In all forms of their units."""
    assert found(text, language) == []
