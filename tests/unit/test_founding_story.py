"""The story that this project grew from, as an agency would tell it: a summit in Beijing, a launch, drills."""

from __future__ import annotations

import pytest

from monitor.decide import decide_articles
from monitor.matching import RuleSet, compile_rules
from monitor.model import Article, MatchKind
from monitor.state import State
from tests.support.building import NOON
from tests.support.shipped import load_shipped

SUMMIT, LAUNCH, DRILLS = "korea-china-diplomacy", "north-korea-missile-launch", "taiwan-drills"
STORY = {
    "en": (
        "South Korea's Lee meets Xi in Beijing",
        (
            "South Korean President Lee Jae Myung met Chinese President Xi Jinping in Beijing "
            "on Monday. The summit came a day after North Korea fired two ballistic missiles "
            "into the Sea of Japan. Less than a week ago China held large military drills "
            "around Taiwan. Lee said that Seoul respects the one-China principle; "
            "relations of Beijing and Tokyo have been tense since remarks by Prime Minister "
            "Sanae Takaichi. The two had last met at the APEC summit in Gyeongju."
        ),
    ),
    "ko": (
        "이재명 대통령, 베이징서 시진핑과 정상회담",
        (
            "이재명 대통령이 5일 베이징에서 시진핑 중국 국가주석과 정상회담을 했다. "
            "회담 하루 전 북한은 동해상으로 탄도미사일 두 발을 발사했다. 중국군은 "
            "일주일 전 대만 주변에서 대규모 군사훈련을 벌였다. 두 정상은 경주 APEC 정상회의에서 만났다."
        ),
    ),
    "zh": (
        "李在明在北京会见习近平",
        (
            "韩国总统李在明5日在北京同中国国家主席习近平举行会谈。会谈前一天，朝鲜向日本海发射了两"
            "枚弹道导弹。不到一周前，中国军队在台湾周边举行了大规模演习。李在明表示尊重一个中国原则。"
        ),
    ),
    "ja": (
        "李在明大統領、北京で習近平国家主席と会談",
        (
            "韓国の李在明大統領は5日、北京で中国の習近平国家主席と会談した。前日には北朝鮮が日本海に向"
            "けて弾道ミサイル2発を発射した。1週間足らず前には中国軍が台湾周辺で大規模な演習を行った。"
        ),
    ),
    "ru": (
        "Президент Южной Кореи Ли Чжэ Мён встретился с Си Цзиньпином в Пекине",
        (
            "Президент Южной Кореи Ли Чжэ Мён в понедельник провел в Пекине переговоры с "
            "председателем КНР Си Цзиньпином. Накануне КНДР выпустила две баллистические ракеты в сторону "
            "Японского моря. Менее недели назад Китай провел крупные военные учения вокруг Тайваня."
        ),
    ),
}


@pytest.fixture(scope="module")
def shipped_rules() -> RuleSet:
    """Compiled once: this takes seconds."""
    loaded = load_shipped()
    return compile_rules(loaded.rules.values(), loaded.entities, loaded.lists, {})


@pytest.mark.parametrize("language", STORY)
def test_the_summit_is_news_and_launch_and_drills_are_mentions(language: str, shipped_rules: RuleSet) -> None:
    """Whichever of the five languages tells it."""
    title, text = STORY[language]
    article = Article("", "agency", title, text, NOON, NOON, language=language)
    (judged,) = decide_articles([article], shipped_rules, State(), NOON).article_decisions
    kinds = {decided.match.rule: decided.match.kind for decided in judged.decisions}
    assert kinds[SUMMIT] is MatchKind.NEWS
    assert kinds[LAUNCH] is MatchKind.MENTION
    assert DRILLS in kinds
