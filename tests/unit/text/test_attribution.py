"""Who says so, at the end of a headline."""

from __future__ import annotations

import pytest

from monitor.text.attribution import find_attributions, without_attribution


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("Fire destroys farm in Kent, police say", "Fire destroys farm in Kent"),
        ("Fire destroys farm in Kent, officials in London said", "Fire destroys farm in Kent"),
        ("Missile fired into sea, says Tokyo", "Missile fired into sea"),
        ("Minister quits, says Emmanuel Macron", "Minister quits"),
        ("Bank fails, according to the ministry", "Bank fails"),
        ("Взрыв в Курске, сообщили в МЧС", "Взрыв в Курске"),
        ("КНДР выпустила три ракеты, уточнили в Сеуле", "КНДР выпустила три ракеты"),
        ("Вибух у Сумах, підтвердили в поліції", "Вибух у Сумах"),
        ("Explosion in Kiel, bestätigt die Polizei", "Explosion in Kiel"),
        ("Explosion à Lyon, selon la police", "Explosion à Lyon"),
        ("Explosión en León, confirmó la policía", "Explosión en León"),
        ("Esplosione a Bari, confermano i pompieri", "Esplosione a Bari"),
        ("Explosão em Braga, confirmou a polícia", "Explosão em Braga"),
        ("Wybuch w Gdańsku, podała policja", "Wybuch w Gdańsku"),
        ("Le Sud tire un missile, selon l'armée sud-coréenne", "Le Sud tire un missile"),
        # an office alone
        ("North Korea fires missile: Japan gov't", "North Korea fires missile"),
        ("Quake kills five in Izmir: health ministry", "Quake kills five in Izmir"),
        ("Fire destroys farm in Kent - police", "Fire destroys farm in Kent"),
        ("Police: man shot in Kent", "man shot in Kent"),
        ("КНДР запустила ракету — Минобороны Японии", "КНДР запустила ракету"),
        ("Вибух у Сумах — поліція", "Вибух у Сумах"),
        ("Nordkorea feuert Rakete ab: Südkoreas Generalstab", "Nordkorea feuert Rakete ab"),
        ("Explosion à Lyon : ministère de la Santé", "Explosion à Lyon"),
        ("Explosión en León: policía", "Explosión en León"),
        ("Esplosione a Bari - vigili del fuoco", "Esplosione a Bari"),
        ("Explosão em Braga: governo de Portugal", "Explosão em Braga"),
        ("Wybuch w Gdańsku: straż pożarna", "Wybuch w Gdańsku"),
        ("北朝鮮が弾道ミサイル発射 防衛省", "北朝鮮が弾道ミサイル発射"),
        ("防衛省「北朝鮮が弾道ミサイル発射」", "「北朝鮮が弾道ミサイル発射」"),
        ("韩联参：朝鲜发射弹道导弹", "朝鲜发射弹道导弹"),
        ('합참 "북한, 동해상으로 탄도미사일 발사"', '"북한, 동해상으로 탄도미사일 발사"'),
        ("북한, 탄도미사일 발사…합참", "북한, 탄도미사일 발사"),
        ("N. Korea fires missile -- Japan coast guard", "N. Korea fires missile"),
        ("北朝鮮がミサイル発射＝韓国軍", "北朝鮮がミサイル発射"),
        ("北朝鮮がミサイル発射 ―防衛省", "北朝鮮がミサイル発射"),
        ("北, 탄도미사일 발사-日방위성", "北, 탄도미사일 발사"),
    ],
)
def test_it_is_left_out(title: str, left: str) -> None:
    assert without_attribution(title) == left


@pytest.mark.parametrize(
    "title",
    [
        "Minister quits, says Macron lied",
        "Trump, Xi meet in Busan",
        "Police say fire destroys farm",
        "Dead, they say: no",
        "Fire in Kent, report 7",
        "Взрыв в Курске, рассказали о пожаре и жертвах",
        "Fire in Kent: two dead",
        "Fire in Kent: police search for driver",
        "Explosion hits Kyiv, Lviv",
        "Tariff deal reached: Trump",
        "国防部「青松」演習を開始",
        "국방부 '병사 폰' 허용",
        "地震 北海道",
        "Democrats win governor's election in Virginia",
        "美國務次卿抵台 中國外交部：中方將作出必要反應",
        "강진 발생…피해 확산",
    ],
)
def test_what_is_said_stays(title: str) -> None:
    """It is news of its own."""
    assert without_attribution(title) == title


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("North Korea fires missile: JCS", [": JCS"]),
        ("North Korea fires missile, JCS", [", JCS"]),
        ("JCS: North Korea fires missile", ["JCS: "]),
        ("TSMC: fire at plant in Hsinchu", []),
        ("NORTH KOREA FIRES MISSILE: LAUNCH", []),
    ],
)
def test_an_acronym_may_be_who_says_so(title: str, found: list[str]) -> None:
    """It stays in the title that is compared: it may also be a firm."""
    assert [title[start:end] for start, end in find_attributions(title)] == found
    assert without_attribution(title) == title
