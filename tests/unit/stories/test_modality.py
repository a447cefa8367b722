"""Whether titles say that something is so, is not so, or may be so."""

from __future__ import annotations

import pytest

from monitor.stories.modality import Modality, modality_of
from monitor.stories.sameness import BROAD, Sameness, decide_sameness
from tests.building import HOUR, NOON, features

NOT, PERHAPS = Modality


@pytest.mark.parametrize(
    ("language", "title", "modality"),
    [
        ("en", "Bank lifts rates", set()),
        ("en", "Bank does not lift rates", {NOT}),
        ("en", "Bank doesn't lift rates", {NOT}),
        ("en", "Bank may lift rates", {PERHAPS}),
        ("pl", "RPP nie obniżyła stóp", {NOT}),
        ("ru", "Кремль не подтвердил встречу", {NOT}),
        ("de", "Gericht lässt Klage nicht zu", {NOT}),
        ("es", "El juez no envía a prisión", {NOT}),
        ("fr", "Le Conseil ne suspend pas la fermeture", {NOT}),
        ("zh", "法院不批准破产重整", {NOT}),
        ("zh", "日本或将解散众议院", {PERHAPS}),
        ("ja", "衆院解散を検討", {PERHAPS}),
        ("ko", "정부, 법안 발의 예정", {PERHAPS}),
        ("es", "Perú podría expulsar a la embajadora", {PERHAPS}),
        # a month, a number, and words of another language
        ("en", "Missile fired on May 5", set()),
        ("en", "Typhoon No. 13 nears Okinawa", set()),
        ("en", "Plane crashes in Nepal", set()),
        ("", "Bank does not lift rates", set()),
    ],
)
def test_what_a_title_says(language: str, title: str, modality: set[Modality]) -> None:
    """By a closed class of words in each language."""
    assert modality_of(title, language) == modality


@pytest.mark.parametrize(
    ("first", "then", "mark", "sameness"),
    [
        ("Bank of England lifts rates", "Bank of England does not lift rates", "", Sameness.POSSIBLY),
        ("Iran may close Strait of Hormuz", "Iran closes Strait of Hormuz", "", Sameness.POSSIBLY),
        ("Iran may close Strait of Hormuz", "Iran may soon close Strait of Hormuz", "", Sameness.SAME),
        ("Army fires two missiles", "Army fires one missile, not two", "CORRECTED: ", Sameness.SAME),
    ],
)
def test_another_modality_is_in_doubt(first: str, then: str, mark: str, sameness: Sameness) -> None:
    """However alike the words are; what corrects a report says that something was not so."""
    later = features(f"{mark}{then}", "", "en", of="post", at=NOON + HOUR)
    assert decide_sameness(later, [features(first, "", "en", of="wire", at=NOON)], BROAD).sameness is sameness
