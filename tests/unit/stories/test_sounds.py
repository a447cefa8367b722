"""Names that sound alike in whatever script; and those that do not."""

from __future__ import annotations

import pytest

from monitor.stories.sounds import sound_of


@pytest.mark.parametrize(
    "spellings",
    [
        "Macron Макрон 마크롱 マクロン",
        "Kristersson Кристерссон 크리스테르손 クリステルソン",
        "Zelensky Зеленский 젤렌스키 ゼレンスキー",
        "Netanyahu Нетаньяху 네타냐후",
        "Putin Путин 푸틴",
        "Trump Трамп 트럼프 トランプ",
        "Sánchez Sanchez 산체스 Санчес",
        "Scholz Шольц 숄츠",
        "Kalmaegi Kalmegi Калмэги",
    ],
)
def test_a_name_sounds_alike_in_each_script(spellings: str) -> None:
    """Vowels, voice and what a script cannot write do not count."""
    assert len({sound_of(spelling) for spelling in spellings.split()}) == 1
    assert sound_of(spellings.split(maxsplit=1)[0]) is not None


@pytest.mark.parametrize("pair", ["Macron Merkel", "Scholz Starmer", "Путин Трамп", "푸틴 트럼프", "Kalmaegi Fengshen"])
def test_other_names_sound_otherwise(pair: str) -> None:
    """Of one script."""
    one, other = pair.split()
    assert sound_of(one) != sound_of(other)


@pytest.mark.parametrize("name", ["", "Li", "Lula", "Ли", "이", "ミ", "...", "123", "習近平", "李在明", "Xi 习"])
def test_what_is_too_short_has_no_sound(name: str) -> None:
    """Nor has what is written in Han characters, or is no name."""
    assert sound_of(name) is None


def test_case_and_accents_do_not_count() -> None:
    """Nor does how they are encoded."""
    assert sound_of("ŁUKASZENKA") == sound_of("Łukaszenka")
    assert sound_of("Orba\u0301n") == sound_of("Orbán") == sound_of("ORBAN")
    assert sound_of("\u1106\u1161\u110f\u1173\u1105\u1169\u11bc") == sound_of("마크롱")
