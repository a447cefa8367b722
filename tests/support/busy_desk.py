"""A desk after some days: alerts of three rules in five languages, sent sooner or later."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select, update

from monitor.model import DeliveryState, Level
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, delivery, fetch
from monitor.store.queues.claims import Claims
from tests.support.building import MINUTE, article, claimed, commit, rule, rules, sources
from tests.support.newest import make_newest
from tests.support.whole import write_config

RULES = rules(
    rule("launch", ["missile", "missiles", "导弹", "ミサイル"]),
    rule("floods", ["flood", "floods", "洪水", "наводнение"], level=Level.MEDIUM),
    rule("strikes", ["walkout"], level=Level.LOW),
)
YAML = """\
rule: launch
title: Missile launches around the Korean peninsula
level: high
match: {words: [missile, missiles, 导弹, ミサイル]}
---
rule: floods
title: Floods & <rivers>
level: medium
match: {words: [flood, floods, 洪水, наводнение]}
---
rule: strikes
title: Walkouts
level: low
match: {words: [walkout]}
"""
# Hours ago, source, title, language, minutes from publication until we saw it, seconds until it was sent.
CAME = [
    (1, "wire", "North Korea fires two missiles from Sunan", "en", 2, 4),
    (3, "yonhap", "북한, 동해상으로 단거리 탄도미사일 여러 발 발사…합참 “대비태세 유지”", "ko", 4, 6),
    (5, "xinhua", "台风过后广东多地洪水泛滥，数万人连夜转移，铁路停运", "zh-Hans", 9, 5),
    (26, "post", "A missile of a joke by our comedian", "en", 30, 3),
    (27, "post", "Port walkout enters second week as talks stall", "en", 11, 8),
    (50, "tass", "Наводнение в Оренбурге: эвакуированы тысячи жителей", "ru", 15, 7),
    (51, "nhk", "北朝鮮がミサイル発射　日本のＥＥＺ外に落下か　防衛省", "ja", 1, 5),
    (74, "wire", "Rivers burst: flood warning for <script>alert(1)</script> two towns", "en", 3, 40),
]
SOURCES = tuple(dict.fromkeys(of for _, of, *_ in CAME))


def fill(folder: Path, now: datetime) -> Database:
    """A folder whose archive has these alerts."""
    folder.mkdir(exist_ok=True)
    (folder / "own.yaml").write_text(YAML, encoding="utf-8")
    write_config(folder, {of: f"https://{of}.test/feed" for of in SOURCES}, rules="own.yaml")
    database = make_newest(folder / "monitor.db")
    fill_database(database, now)
    return database


def fill_database(database: Database, now: datetime) -> None:
    """An archive with these alerts, the last an hour before `now`; one source has failed twice."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources(*SOURCES), now - timedelta(days=4))
    for number, (hours, of, title, language, waited, took) in enumerate(reversed(CAME)):
        at = now - timedelta(hours=hours)
        url = f"https://{of}.test/{number}"
        made = article(f"a{number}", title, of=of, seen=at, published=at - waited * MINUTE, url=url, canonical=url)
        commit(section, claimed(claims, of, at), replace(made, language=language), at=at, ruleset=RULES)
        _accept_deliveries(database, at, timedelta(seconds=took))
    failed = {"source_id": "tass", "outcome": "failed", "entries": 0, "new": 0, "problem": "the server sent 503"}
    with database.writing() as connection:
        connection.execute(insert(fetch), [{**failed, "at": now - MINUTE}, {**failed, "at": now - 2 * MINUTE}])


def _accept_deliveries(database: Database, at: datetime, took: timedelta) -> None:
    new = select(alert.c.id).where(alert.c.at == at)
    values = {"state": DeliveryState.ACCEPTED, "ended_at": at + took}
    with database.writing() as connection:
        connection.execute(update(delivery).where(delivery.c.alert_id.in_(new)).values(values))
