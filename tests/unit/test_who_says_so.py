"""Who says so, at the end or the beginning of a headline, makes no other happening; whom and where it happened does.

Each case goes through `replay`: the first with the shipped rule and entities, the others with a rule of words alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.config.loading.shipped import find_shipped_entity_folder, find_shipped_folder
from tests.support.commands import rows as read_rows

MORNING = datetime(2026, 3, 2, 1, tzinfo=UTC)
TOPICS = {
    "en": [
        "fire",
        "quake",
        "earthquake",
        "strike",
        "missile",
        "hack",
        "coup",
        "tariff",
        "stabbing",
        "explosion",
        "dead",
    ],
    "ko": ["미사일", "파업", "합의", "지진"],
    "ja": ["地震", "火災", "ミサイル", "利上げ"],
    "zh": ["火灾", "导弹"],
    "ru": ["взрыв", "ракет*"],
    "de": ["Erdbeben", "Streik"],
    "fr": ["explosion", "missile"],
}
Headline = tuple[str, str]


def replay_headlines(headlines: Sequence[Headline], rules: Sequence[Path], folder: Path) -> list[tuple[str, list[int]]]:
    """The kind and the articles of each message that these headlines lead to, ten minutes apart."""
    rows = (
        {
            "id": at,
            "source": f"outlet-{at}",
            "lang": language,
            "title": title,
            "text": "",
            "date": (MORNING + at * timedelta(minutes=10)).isoformat(),
        }
        for at, (language, title) in enumerate(headlines)
    )
    news = folder / "news.jsonl"
    news.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    options = [option for path in rules for option in ("--rules", str(path))]
    messages = read_rows("replay", *options, str(news))
    return [(row["kind"], row["articles"]) for row in messages if row["type"] == "alert"]


@pytest.mark.parametrize(
    "headlines",
    [
        [
            ("ko", '[속보] 합참 "북한, 동해상으로 미상 탄도미사일 발사"'),
            ("en", "North Korea fires ballistic missile toward East Sea: JCS"),
            ("ja", "北朝鮮が弾道ミサイル発射 防衛省"),
        ],
        [
            ("ja", "防衛省「北朝鮮が弾道ミサイルを発射」"),
            ("zh", "韩联参：朝鲜向东部海域发射弹道导弹"),
            ("en", "JCS: North Korea fires ballistic missile"),
            ("ko", "북한, 탄도미사일 발사…합참"),
        ],
        [
            ("en", "North Korea fires ballistic missile: JCS"),
            ("en", "North Korea fires ballistic missile: Japan gov't"),
            ("en", "North Korea fires ballistic missile - Japan coast guard"),
            ("en", "North Korea fires ballistic missile, Seoul says"),
        ],
        [
            ("ko", '합참 "북한, 탄도미사일 발사"'),
            ("ko", '軍 "북한, 탄도미사일 발사"'),
            ("ru", "КНДР запустила баллистическую ракету — Минобороны Японии"),
            ("de", "Nordkorea feuert ballistische Rakete ab: Südkoreas Generalstab"),
            ("fr", "La Corée du Nord a tiré des missiles balistiques, selon l'armée sud-coréenne"),
        ],
        [
            ("ko", "합참은 북한이 탄도미사일을 발사했다고 밝혔다"),
            ("en", "JCS detects North Korean ballistic missile launch"),
        ],
    ],
)
def test_one_launch_is_one_message_whoever_says_so(headlines: list[Headline], tmp_path: Path) -> None:
    """Offices of two states, in any language, by a colon, a comma, a dash, a space or a quotation."""
    shipped = find_shipped_folder() / "rules"
    rules = [shipped / "east-asia/north-korea-missile-launch.yaml", shipped / "lists", find_shipped_entity_folder()]
    assert replay_headlines(headlines, rules, tmp_path) == [("new", [0])]


@pytest.mark.parametrize(
    ("language", "first", "then"),
    [
        # places at the end
        ("en", "Explosion hits Kyiv, Lviv", "Explosion hits Kharkiv, Odesa"),
        ("en", "Strong earthquake shakes coast: Japan", "Strong earthquake shakes coast: Chile"),
        ("en", "Three dead in stabbing - Leeds", "Three dead in stabbing - York"),
        ("ja", "震度5弱の地震 北海道", "震度5弱の地震 鹿児島"),
        ("ja", "住宅火災で3人死亡 大阪府", "住宅火災で3人死亡 京都府"),
        ("ja", "日本人3人死亡の火災 韓国", "日本人3人死亡の火災 タイ"),
        ("ko", "부산항 파업 돌입…인천항", "부산항 파업 돌입…광양항"),
        ("de", "Streik im Hafen: Hamburg", "Streik im Hafen: Bremen"),
        ("fr", "Explosion dans une usine – Lyon", "Explosion dans une usine – Lille"),
        ("ru", "Взрыв на заводе — Казань", "Взрыв на заводе — Самара"),
        ("ja", "M6の地震 四川省", "M6の地震 雲南省"),
        ("en", "USA: Fire on naval ship near Japan", "UAE: Fire on naval ship near Japan"),
        # offices that say where it happened
        ("en", "Earthquake leaves five dead: Japan gov't", "Earthquake leaves five dead: Indonesia gov't"),
        ("en", "Drone strike leaves 5 dead, Kyiv mayor says", "Drone strike leaves 5 dead, Kharkiv mayor says"),
        ("en", "Russian strike leaves 5 dead: Kyiv police", "Russian strike leaves 5 dead: Odesa police"),
        ("en", "Chinese ship sinks, 5 dead: Philippine coast guard", "Chinese ship sinks, 5 dead: Vietnam coast guard"),
        ("ru", "Взрыв на китайском судне — полиция Филиппин", "Взрыв на китайском судне — полиция Вьетнама"),
        ("ru", "Взрыв на складе — полиция Кашина", "Взрыв на складе — полиция Кимр"),
        # who acts, or is hit
        ("en", "Tariff deal reached: Trump", "Tariff deal reached: Xi"),
        ("ko", '트럼프 "중국과 관세 합의"', '시진핑 "중국과 관세 합의"'),
        ("en", "Plant in Texas to close after fire: Samsung", "Plant in Texas to close after fire: Hyundai"),
        ("en", "Data of millions leaked in hack: SKT", "Data of millions leaked in hack: KTF"),
        ("en", "Missile strike hits Samsung, SKT", "Missile strike hits Hyundai, KTF"),
        ("en", "Army chief in Mali after coup: Traore", "Army chief in Mali after coup: Diallo"),
        ("ja", "日銀が利上げ決定", "ECBが利上げ決定"),
        ("ja", "利上げ決定 日銀", "利上げ決定 米FRB"),
        ("zh", "华为：工厂发生火灾", "小米：工厂发生火灾"),
        # what it is about, before a colon
        ("en", "TSMC: fire at plant in Hsinchu", "UMC: fire at plant in Hsinchu"),
        ("en", "Typhoon Kalmaegi: 20 dead in Cebu", "Typhoon Wutip: 20 dead in Cebu"),
        ("de", "Erdbeben in Chile: Tsunami-Warnung", "Erdbeben in Peru: Tsunami-Warnung"),
        # what happens next, behind a colon
        ("en", "Port strike in Busan: talks fail", "Port strike in Busan: talks resume"),
        ("en", "Port strike in Busan: police break picket", "Port strike in Busan: union returns to work"),
    ],
)
def test_whom_and_where_it_happened_is_not_who_says_so(language: str, first: str, then: str, tmp_path: Path) -> None:
    """The second is sent: as another one, or as possibly the same."""
    rule = tmp_path / "rule.yaml"
    alert = {"once_per": "event"}
    text = {"rule": "watched", "title": "Watched", "level": "high", "match": {"words": TOPICS}, "alert": alert}
    rule.write_text(json.dumps(text, ensure_ascii=False), encoding="utf-8")
    kinds = [kind for kind, _ in replay_headlines([(language, first), (language, then)], [rule], tmp_path)]
    assert kinds in (["new", "new"], ["new", "possibly"])
