"""Writes the timelines of docs/alerts.md anew, by deciding on the articles above them:   python -m tests.alerts_doc"""

from __future__ import annotations

import json
import re
import tempfile
import textwrap
from collections.abc import Generator, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from monitor.alerting.case import DecisionContext, PollGap
from monitor.alerting.ledger import NotificationLedger
from monitor.config.loading.load import load_rules
from monitor.decide import decide_articles, decide_due
from monitor.matching import RuleSet
from monitor.matching.live import compile_live
from monitor.model import Alert, Article, Source
from monitor.state import State
from monitor.text.language_detection import detect_language_tag
from tests.building import explained, reason_of

PAGE = Path(__file__).parents[1] / "docs" / "alerts.md"
_TIMELINE = re.compile(
    r"(?P<given>^```yaml\n(?P<rule>[^`]*)^```\n\n(?P<between>[^`]*?)^```json\n(?P<articles>[^`]*)^```\n\n[^`]*?)"
    r"^<!-- timeline -->\n```text\n[^`]*^```$",
    re.MULTILINE,
)
_DAY, _ZONE = datetime(2026, 1, 5, tzinfo=ZoneInfo("Asia/Seoul")), ZoneInfo("Asia/Seoul")
_WIDTH, _INDENT = 118, " " * 7
_ENTITIES = PAGE.parents[1] / "seeds" / "entities"
_PAIR_RULE = """\
rule: pairs
title: Pairs
level: high
match: {words: [mpox, earthquake, fire, strike, "*파업", 罢工, "missile*", talks, bill, "acquires", 총격]}
alert: {once_per: event}
"""


def page() -> str:
    """The page as it should be: what people wrote, and what is decided on its articles."""
    return _TIMELINE.sub(_written_anew, PAGE.read_text(encoding="utf-8"))


def _written_anew(block: re.Match[str]) -> str:
    rows = [json.loads(line) for line in block["articles"].splitlines()]
    said = "\n".join(_timeline(_rules(block["rule"], rows), rows))
    return f"{block['given']}<!-- timeline -->\n```text\n{said}\n```"


def decide_pair(first: str, second: str, later: timedelta) -> tuple[str, str]:
    """What is sent of the second report, "nothing", "new" or "possibly", and why, with the comparison in words. The
    rule has words for the topic of each pair."""
    rows = [{"from": "Wire", "title": first}, {"from": "Post", "title": second}]
    rules, state, times = _rules(_PAIR_RULE, rows), State(), (_DAY, _DAY + later)
    for number, (row, now) in enumerate(zip(rows, times, strict=True)):
        decision = decide_articles([_article(number, row, now)], rules, state, now, _around(row, now))
        state = decision.state.commit()
        [decided] = decision.article_decisions[0].decisions
    compared = decided.compared.words if decided.compared else ""
    sent = decided.alert.kind.value if decided.alert else "nothing"
    return sent, f"{reason_of(decided.alert) if decided.alert else explained(decided)}; {compared}"


def _rules(text: str, rows: list[dict[str, Any]]) -> RuleSet:
    sources = {row["from"]: Source(row["from"], "https://x.test/", row["from"], timedelta(minutes=5)) for row in rows}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rule.yaml")
        file.write_text(text, encoding="utf-8")
        loaded = load_rules([file, _ENTITIES])
    assert loaded.faults == ()
    return compile_live(loaded.rules.values(), loaded.entities, loaded.lists, sources)


def _timeline(rules: RuleSet, rows: list[dict[str, Any]]) -> Iterator[str]:
    """Each article at its time, what was decided on it, and each message at the moment at which it is due."""
    state = State()
    for number, row in enumerate(rows):
        now = _moment(row["at"])
        state = yield from _what_time_brings(rules, state, now)
        yield f"{row['at']}  {row['from']}: {row['title']}"
        decision = decide_articles([_article(number, row, now)], rules, state, now, _around(row, now))
        state = decision.state.commit()
        for decided in decision.article_decisions[0].decisions:
            yield from _wrapped(f"{_INDENT}sent at once" if decided.alert else f"{_INDENT}{explained(decided)}")
            if decided.alert is not None:
                yield from _sent(decided.alert, now)
    yield from _what_time_brings(rules, state, _moment(rows[-1]["at"]) + timedelta(days=1))


def _what_time_brings(rules: RuleSet, state: State, until: datetime) -> Generator[str, None, State]:
    """What is told of what waits, and the state after it."""
    while due := [each.due for each in state[NotificationLedger].pending if each.due <= until]:
        now = min(due).astimezone(_ZONE)
        fallen = decide_due(rules.rules, state, now)
        state = fallen.state.commit()
        for telling in fallen.released:
            yield from _sent(telling.alert, now)
        for moved in fallen.changes:
            yield from _wrapped(f"{_said(now)}  {moved.before.candidate.article.title}", _INDENT)
            yield from _wrapped(f"{_INDENT}{explained(moved)}")
    return state


def _sent(alert: Alert, now: datetime) -> Iterator[str]:
    yield from _wrapped(f"{_said(now)}  >> {alert.kind.upper()}, {alert.level}: {alert.article.title}", _INDENT)
    if alert.items:
        for item in alert.items:
            yield from _wrapped(f"{_INDENT}- {item.title}: {reason_of(item)}", f"{_INDENT}  ")
    else:
        yield from _wrapped(f"{_INDENT}{reason_of(alert)}")


def _wrapped(line: str, indent: str = _INDENT) -> list[str]:
    return textwrap.wrap(line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _article(number: int, row: Mapping[str, Any], now: datetime) -> Article:
    published = _moment(row["published"]) if "published" in row else now
    title, text = row["title"], row.get("text", "")
    language = detect_language_tag(title, text)
    return Article(row["from"], f"a{number}", title, text, now, published, language=language, dated=True)


def _around(row: Mapping[str, Any], now: datetime) -> DecisionContext:
    away = PollGap(_moment(row["not polled since"]), now) if "not polled since" in row else None
    return DecisionContext(_ZONE, away)


def _moment(said: str) -> datetime:
    """06:02 on the first day, "next day 06:30" on the second, "day before 22:00"."""
    day, _, time = said.rpartition(" ")
    hour, minute = map(int, time.split(":"))
    days = {"": 0, "next day": 1, "day before": -1}[day]
    return _DAY + timedelta(days=days, hours=hour, minutes=minute)


def _said(moment: datetime) -> str:
    """The same the other way round."""
    return f"{'next day ' if moment.astimezone(_ZONE).date() > _DAY.date() else ''}{moment:%H:%M}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
