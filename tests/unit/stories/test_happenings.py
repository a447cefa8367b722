"""Which kinds of happening a text tells of, and what two articles say of that."""

from __future__ import annotations

import pytest

from monitor.stories.article_comparison import compare_articles
from monitor.stories.happenings import EITHER, field_of_happening, find_happening_kinds
from monitor.stories.verdicts import TELLING, FactKind, Verdict
from tests.building import features

AGREES, DOUBTFUL, UNKNOWN = Verdict.AGREES, Verdict.DOUBTFUL, Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("language", "text", "kinds"),
    [
        ("en", "Explosion at chemical plant", {"blast"}),
        ("en", "Teachers walk out over pay", {"walkout"}),  # two words
        ("en", "The firefighters rest", set()),  # a word that only ends so, or goes on
        ("ko", "부산항 파업 돌입", {"walkout"}),
        ("zh", "釜山港工人罢工", {"walkout"}),
        ("ja", "東京で地震の防災訓練", {"quake", "drill"}),
        ("ru", "Взрыв на шахте", {"blast"}),
        ("de", "Warnstreik bei der Bahn", {"walkout"}),
        ("fr", "Séisme en Turquie", {"quake"}),
        ("fr", "L'incendie de Lyon", {"fire"}),  # behind an article without its vowel
        ("ru", "Подземные толчки на Камчатке", {"quake"}),  # each word has an ending
        ("es", "Terremoto en Chile", {"quake"}),
        ("pl", "Pożar hali w Gdańsku", {"fire"}),
        ("en", "Strike in Busan", {f"airstrike{EITHER}walkout"}),  # one of the two
        ("en", "Missile strike in Busan", {"airstrike"}),  # the longest word counts
        ("ko", "쿠팡서 3만건 유출", {f"hack{EITHER}spill"}),  # of data or of oil
        ("zh", "燃气泄露致3人死亡", {f"hack{EITHER}spill"}),
        ("ja", "ガス漏えい事故", {f"hack{EITHER}spill"}),
        ("pl", "Wyciek ropy", {f"hack{EITHER}spill"}),
        ("zh", "数据泄露影响百万用户", {"hack"}),
        ("ko", "개인정보 보호법 개정", set()),
        ("es", "Fuga de presos", {"spill"}),
        ("", "Explosion at chemical plant", set()),
        ("sw", "Explosion at chemical plant", set()),
        ("field", "Explosion at chemical plant", set()),  # no language, but a key of the table
    ],
)
def test_words_say_the_kind(language: str, text: str, kinds: set[str]) -> None:
    """In the language of the text only."""
    assert find_happening_kinds(text, language) == kinds


def test_every_kind_has_a_field() -> None:
    """Fields have several kinds."""
    assert field_of_happening("fire") == field_of_happening("blast") != field_of_happening("summit")


@pytest.mark.parametrize(
    ("one", "other", "languages", "verdict"),
    [
        ("Fire in Kent", "Blaze in Kent", "en en", AGREES),
        ("Dockers strike in Busan", "부산항 파업", "en ko", AGREES),  # of what the word may say, what the other says
        ("Fire in Kent", "Blast in Kent", "en en", UNKNOWN),  # may be one
        ("KT 해킹", "KT 정보 1만건 유출", "ko ko", AGREES),
        ("Fire in Kent", "Summit in Kent", "en en", DOUBTFUL),
        ("Earthquake in Tokyo", "Tokyo holds earthquake drill", "en en", UNKNOWN),  # of another field too
        ("Fire in Kent", "Quiet day in Kent", "en en", UNKNOWN),
    ],
)
def test_kinds_are_compared(one: str, other: str, languages: str, verdict: Verdict) -> None:
    """They never keep two articles apart by themselves: words are few."""
    ours, theirs = (features(title, "", of) for title, of in zip((one, other), languages.split(), strict=True))
    found = next(each for each in compare_articles(ours, theirs).facts if each.kind is FactKind.HAPPENING)
    assert found.verdict is verdict
    assert found.points == (TELLING if verdict is AGREES else 0)


def test_the_lead_tells_the_kind_where_the_title_does_not() -> None:
    """What stands in the lead beside that is background."""
    assert features("Panic in Kent", "A fire broke out.", "en").facts.happenings == ("fire",)
    assert features("Blast in Kent", "Talks on safety went on.", "en").facts.happenings == ("blast",)
