"""Who says so, at the end of a headline."""

from __future__ import annotations

import pytest

from monitor.text.attribution import without_attribution


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
    ],
)
def test_what_is_said_stays(title: str) -> None:
    """It is news of its own."""
    assert without_attribution(title) == title
