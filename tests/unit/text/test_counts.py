"""What a headline counts, and what only looks like a count."""

from __future__ import annotations

import pytest

from monitor.text.counts import extract_counts


@pytest.mark.parametrize(
    ("title", "counted"),
    [
        # English
        ("North Korea fires two ballistic missiles", {"missiles": 2}),
        ("North Korea fires 10 missiles off east coast", {"missiles": 10}),
        ("At least 1,200 people killed in earthquake", {"dead": 1200}),
        ("2 Killed As Blast Hits Market", {"dead": 2}),
        ("Three dead, 12 injured in blast", {"dead": 3, "injured": 12}),
        ("Blast kills at least 13, wounds 40", {"dead": 13, "injured": 40}),
        ("Death toll rises to 46 after strike", {"dead": 46}),
        ("Gaza death toll: 70,000", {"dead": 70000}),
        ("Death toll in Passau flood rises to nine", {"dead": 9}),
        ("Death toll rises in Gaza after two strikes", {}),
        ("Death toll climbs in Texas floods as 12 states send help", {}),
        ("Dozens killed in stampede", {"dead": 24}),
        ("Thirteen dead after tanker and barge collide", {"dead": 13}),
        ("Twenty-three dead, two hundred and five injured", {"dead": 23, "injured": 205}),
        ("Two thousand killed in earthquake", {"dead": 2000}),
        ("Several hundred killed; a few thousand hurt; two dozen dead", {}),
        ("Killed in twenty twenty-five; the twenty-first killed", {}),
        ("45 PLA aircraft and 9 ships around Taiwan", {"aircraft": 45, "ships": 9}),
        ("Two U.S. jets scrambled", {"aircraft": 2}),
        ("Four F-16 jets scrambled", {"aircraft": 4}),
        ("Two Type 055 ships sail near Taiwan", {"ships": 2}),
        ("One of three drones is downed: 26 of 30 missiles too", {"missiles": 30, "aircraft": 3}),
        ("The missile flew 1,100 km", {}),
        ("A 600km-range missile", {}),
        ("A 2000 km missile", {}),
        # Korean
        ("북한, 단거리 탄도미사일 10여 발 발사", {"missiles": 10}),
        ("탄도미사일 2발을 동해로 600여km", {"missiles": 2}),
        ("120명이 숨지고 300명이 다쳤다", {"dead": 120, "injured": 300}),
        ("세 명이 숨졌다", {"dead": 3}),
        ("스물세 명이 숨졌다", {"dead": 23}),
        ("사망자 3명·부상자 5명", {"dead": 3, "injured": 5}),
        ("중국 군용기 45대·군함 9척 대만 포위", {"aircraft": 45, "ships": 9}),
        ("F-16 전투기 4대 출격", {"aircraft": 4}),
        # Chinese, both scripts
        ("朝鲜发射两枚弹道导弹，飞行约600公里", {"missiles": 2}),
        ("朝鮮發射二十三枚飛彈", {"missiles": 23}),
        ("地震已致120人遇难", {"dead": 120}),
        ("死亡人数升至120人", {"dead": 120}),
        ("車禍造成3死5傷", {"dead": 3, "injured": 5}),
        ("解放軍機45架次、艦9艘次擾台", {"aircraft": 45, "ships": 9}),
        # Japanese
        ("北朝鮮が弾道ミサイル2発を発射", {"missiles": 2}),
        ("地震で120人が死亡、3人けが", {"dead": 120, "injured": 3}),
        ("中国軍機45機、艦船9隻", {"aircraft": 45, "ships": 9}),
        # Russian
        ("КНДР запустила две баллистические ракеты", {"missiles": 2}),
        ("Погибли не менее 46 человек, ранены 12", {"dead": 46, "injured": 12}),
        ("Трое погибших, 1 200 пострадавших", {"dead": 3, "injured": 1200}),
        ("Двадцать три человека погибли, сто пятьдесят ранены", {"dead": 23, "injured": 150}),
        ("Сбито 150 украинских беспилотников", {"aircraft": 150}),
        ("45 самолётов и 9 кораблей", {"aircraft": 45, "ships": 9}),
        # years, dates and times
        ("In 2024 missiles were fired, 2026 killed hopes", {}),
        ("On January 5 missiles flew; Jan. 5, 2026 missile strike", {}),
        ("5 May killed hopes; 9 May parade missiles", {}),
        ("At 10:30 missiles fired at Kyiv", {}),
        ("24 hours after killed whales were found", {}),
        ("2026년 1월 5일 오전 5시 30분 발사", {}),
        ("2026年1月5日発射、午前5時30分発表", {}),
        ("5 января 2026 года ракета; в 10:30 ракета", {}),
        # ages
        ("A 46-year-old man killed in Seoul; man, 46, killed", {}),
        ("46세 남성 사망", {}),
        ("46歳男性死亡", {}),
        ("46-летний мужчина погиб; женщина, 46 лет, погибла", {}),
        # names
        ("Flight 370 missing with 239 on board", {}),
        ("Boeing 737 killed hundreds", {}),
        ("China launches Type 055 ships", {}),
        ("F-16 jets, S-400 missiles, KN-23 missiles", {}),
        ("The G7 killed the plan; Covid-19 deaths rise", {}),
        ("World War 2 missiles; No. 1 killed; Article 5 injured party", {}),
        ("С-400 ракеты, Су-35 самолеты, в ДТП на М-4 погиб", {}),
        ("제3발 사격, 1발전소, 한미 연합훈련", {}),
        ("第三枚导弹，第2发，055型驱逐舰，2发展", {}),
        ("3機関、2発表", {}),
        # no number that is understood
        ("No one killed in blast", {}),
        ("1.5 million people killed; 20 million dead", {}),
        ("The two Koreas' missiles", {}),
        ("10-15 missiles", {}),
        ("数十人死亡，无人死亡，九死一生", {}),
        ("Third missile lands in sea", {}),
        ("", {}),
    ],
)
def test_counts(title: str, counted: dict[str, int]) -> None:
    """Each kind with its greatest number, in whatever script; a number that is not understood is no fact."""
    assert dict(extract_counts(title, "", None)) == counted


@pytest.mark.parametrize(
    ("language", "title", "counted"),
    [
        ("de", "Zahl der Toten steigt auf sieben", {"dead": 7}),
        ("de", "Hochwasser in Passau: 60 Tote", {"dead": 60}),
        ("de", "Rund 1.200 Tote, mindestens 40 Verletzte", {"dead": 1200, "injured": 40}),
        ("de", "Mindestens 100 Menschen sterben bei Hochwasser", {"dead": 100}),
        ("de", "Nordkorea feuert zwei Raketen ab", {"missiles": 2}),
        ("fr", "Séisme : au moins 120 morts et 300 blessés", {"dead": 120, "injured": 300}),
        ("fr", "Neuf personnes meurent dans les inondations", {"dead": 9}),
        ("es", "Sube a 46 la cifra de muertos", {"dead": 46}),
        ("es", "Mueren nueve personas", {"dead": 9}),
        ("it", "Sale a 46 il numero dei morti", {"dead": 46}),
        ("pt", "Sobe para 46 o número de mortos", {"dead": 46}),
        ("pl", "Liczba ofiar wzrosła do 46", {"dead": 46}),
        ("uk", "Загинули троє людей, 12 поранених", {"dead": 3, "injured": 12}),
        ("fr", "Le bilan passe à 46 morts; 12 personnes tuées", {"dead": 46}),
        ("de", "Unfall mit 46 Toten", {"dead": 46}),
        ("de", "Rakete flog 900 km weit", {}),
        ("es", "Un barco con 60 migrantes naufraga", {"ships": 1}),
        ("de", "Angriff mit 12 Raketen", {"missiles": 12}),
        ("es", "Homenaje a los 12 muertos del atentado", {"dead": 12}),
        ("pt", "Assistência aos 20 feridos", {"injured": 20}),
        ("de", "Zahl der Todesfälle steigt auf 20", {"dead": 20}),
        ("fr", "Un mort et deux blessés dans une fusillade", {"dead": 1, "injured": 2}),
        ("fr", "1 mort dans un accident", {"dead": 1}),
        ("fr", "Dix-sept morts et dix blessés", {"dead": 17, "injured": 10}),
        ("fr", "Une femme est morte noyée", {"dead": 1}),
        ("fr", "Un homme retrouvé mort", {"dead": 1}),
        ("fr", "Une centaine de morts", {}),
        ("de", "Ein Dutzend Tote", {}),
        ("fr", "La mort de cinq soldats confirmée", {"dead": 5}),
        ("es", "Sube a 20 la cifra de muertes por el temporal", {"dead": 20}),
        ("es", "Confirman la muerte de 5 personas", {"dead": 5}),
        ("it", "Muore un operaio di 45 anni", {"dead": 1}),
        ("it", "Cinque persone sono morte", {"dead": 5}),
        ("it", "La morte di 5 operai", {"dead": 5}),
        ("pt", "Dengue: 10 mortes confirmadas", {"dead": 10}),
        ("pt", "Confirmada a morte de cinco pessoas", {"dead": 5}),
        # no counts
        ("fr", "Deux ans après la mort de Nahel", {}),
        ("es", "Tres días tras la muerte del rey", {}),
        ("fr", "200 hectares brûlés en Meurthe-et-Moselle", {}),
        ("fr", "Deux hommes accusés de meurtre", {}),
        ("fr", "Trois hommes condamnés à mort", {}),
        ("fr", "Peine de mort pour 3 accusés", {}),
        ("fr", "Mort à 92 de l'acteur", {}),
        ("es", "Tres condenas a muerte en Irán", {}),
        ("it", "Tre condanne a morte in Iran", {}),
        ("it", "Muore a 45 il cantante", {}),
        ("pt", "Três penas de morte no Irã", {}),
        ("de", "Drei Todesurteile in Iran vollstreckt", {}),
        ("fr", "Trente-deux morts", {"dead": 32}),
        ("fr", "Vingt-cinq morts", {"dead": 25}),
        ("de", "Zwei Ärzte wegen Sterbehilfe vor Gericht", {}),
        ("de", "Boot mit rund 60 Migranten gekentert", {}),
        ("fr", "Avion avec 62 personnes à bord disparu des radars", {}),
        ("it", "Aereo con 62 persone a bordo precipita", {}),
        ("pt", "Avião com 62 pessoas cai", {}),
        ("pl", "Samolot z 62 osobami rozbił się", {}),
        ("uk", "Літак із 62 людьми розбився", {}),
        ("de", "Sänger mit 87 gestorben", {}),
        ("de", "Sänger starb mit 87", {}),
        ("de", "Mit 101 gestorben: der älteste Mann", {}),
        ("de", "Altkanzler im Alter von 96 gestorben", {}),
        ("es", "Fallece a los 60 víctima de cáncer", {}),
        ("pt", "Morto aos 60 o cantor", {}),
        ("de", "Drei Kandidaten im Rennen ums Weiße Haus", {}),
        ("de", "Drei russische Kampfjets verletzen Luftraum Estlands", {"aircraft": 3}),
        ("es", "Muere a los 89 el actor", {}),
        ("it", "Incidente mortale sulla statale 16", {}),
        ("pl", "W Gazie żyje 2 mln ludzi", {}),
        ("uk", "Суд засудив 5 бойовиків", {}),
        ("de", "1945 starben Millionen", {}),
        ("de", "Mann (46) getötet; 46-Jähriger getötet", {}),
        ("de", "24 Stunden nach dem Beben: Tote geborgen", {}),
        ("de", "Am 5. Mai getötete Geisel", {}),
        ("de", "Zum dritten Mal Tote bei Rennen", {}),
        ("fr", "Un homme de 46 ans tué à Marseille", {}),
        ("es", "Un hombre de 46 años muere en Madrid", {}),
        ("pl", "Nie żyje 46-latek", {}),
    ],
)
def test_counts_in_languages_without_patterns(language: str, title: str, counted: dict[str, int]) -> None:
    """By the same words as a rule's `number`."""
    assert dict(extract_counts(title, "", language)) == counted


def test_the_greatest_number_of_title_and_beginning_counts() -> None:
    """What is new stands there; what stands deeper is background."""
    assert extract_counts("Blast kills 3", "Officials said 5 people died.", "en") == (("dead", 5),)
    assert extract_counts("Blast kills 3", "word " * 100 + "In 1990, 300 people died.", "en") == (("dead", 3),)


@pytest.mark.parametrize("piece", ["5 a-b ", "две а ", "1 ", "1,", "killed ", "death toll a ", "5 명", "十百", "a-"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_no_text_takes_long(piece: str, language: str) -> None:
    """Feeds write what they like: only so much of it is looked at."""
    hostile = piece * 10_000 + " killed missile ракет погиб 사망 死 km ship"
    assert isinstance(extract_counts(hostile, hostile, language), tuple)
