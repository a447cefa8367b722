"""What is decided on a pair of reports, for the tables of docs/alerts.md."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.alerting.case import DecisionContext
from monitor.config.loading.load import load_rules
from monitor.decide import decide_articles
from monitor.matching import RuleSet
from monitor.matching.live import compile_live
from monitor.model import Article, Source
from monitor.state import State
from monitor.text.language_detection import detect_language_tag
from tests.support.building import explained, reason_of

PAGE = Path(__file__).parents[2] / "docs" / "alerts.md"
_ZONE = ZoneInfo("Asia/Seoul")
_DAY = datetime(2026, 1, 5, tzinfo=_ZONE)
_ENTITIES = PAGE.parents[1] / "seeds" / "entities"
_PAIR_RULE = """\
rule: pairs
title: Pairs
level: high
match: {words: [mpox, earthquake, fire, strike, "*파업", 罢工, "missile*", talks, bill, "acquires", 총격]}
alert: {once_per: event}
"""


def decide_pair(first: str, second: str, later: timedelta) -> tuple[str, str]:
    """What is sent of the second report, "nothing", "new" or "possibly", and why, with the comparison in words. The
    rule has words for the topic of each pair."""
    reports = {"Wire": (first, _DAY), "Post": (second, _DAY + later)}
    rules, state = _rules(_PAIR_RULE, reports), State()
    for number, (source, (title, now)) in enumerate(reports.items()):
        decision = decide_articles(
            [_article(number, source, title, now)], rules, state, now, DecisionContext(_ZONE, None)
        )
        state = decision.state.commit()
        [decided] = decision.article_decisions[0].decisions
    compared = decided.compared.words if decided.compared else ""
    sent = decided.alert.kind.value if decided.alert else "nothing"
    return sent, f"{reason_of(decided.alert) if decided.alert else explained(decided)}; {compared}"


def _rules(text: str, names: Mapping[str, object]) -> RuleSet:
    sources = {name: Source(name, "https://x.test/", name, timedelta(minutes=5)) for name in names}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rule.yaml")
        file.write_text(text, encoding="utf-8")
        loaded = load_rules([file, _ENTITIES])
    assert loaded.faults == ()
    return compile_live(loaded.rules.values(), loaded.entities, loaded.lists, sources)


def _article(number: int, source: str, title: str, now: datetime) -> Article:
    return Article(source, f"a{number}", title, "", now, now, language=detect_language_tag(title, ""), dated=True)
