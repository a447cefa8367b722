"""Sample messages: what a channel would get of each kind, before there is any news."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from monitor.alerting.pending import next_digest
from monitor.model import (
    Alert,
    AlertKind,
    Article,
    ClauseCode,
    Delivery,
    DeskTime,
    EarlierAlert,
    Item,
    Level,
    Notice,
    NoticeKind,
    OncePer,
    ReasonClause,
    time_of_day,
)
from monitor.notices.troubles import SOURCE

SAMPLE_SOURCE = "The Harbour Times"  # who printed the articles of the samples
_PUBLISHED = datetime(2026, 1, 5, 0, 12, tzinfo=UTC)
_SENT = _PUBLISHED + timedelta(minutes=2)
_UPDATED = _SENT + timedelta(hours=1)
_TITLE = "China starts live-fire drills around Taiwan"
_SENTENCE = "China's army began two days of live-fire drills around Taiwan (中国军队, 실사격 훈련, учения)."
_WORDS = ((0, 5), (31, 47), (55, 61))
_URL = "https://example.org/news/asia/china-starts-live-fire-drills-around-taiwan"
_EVIDENCE = ReasonClause(ClauseCode.EVIDENCE, words="“China”, “live-fire drills”, “Taiwan” in the text")


def make_samples(zone: tzinfo, channel: str = "") -> dict[str, Delivery]:
    """A delivery of every kind of message, by its name. `zone`: of the desk, in which their reasons say times."""
    new = Alert(
        id="207d7f56158b0001",
        dedup_key="",
        rule="taiwan-drills",
        rule_title="Chinese military drills around Taiwan",
        level=Level.HIGH,
        at=_SENT,
        why=(_EVIDENCE, ReasonClause(ClauseCode.FIRST_ALERT, once_per=OncePer.EVENT)),
        routes=(),
        story="S81e21c47d3a9f6b2",
        event="E5f3c21aa07c0de1",
        article=Article("sample", "1", _TITLE, _SENTENCE, _SENT, _PUBLISHED, dated=True, url=_URL, language="en"),
        sentence=_SENTENCE,
        highlights=_WORDS,
        also_reported_by=("Island Observer", "みなと通信"),
        publisher_count=2,
    )
    update = replace(
        new,
        id="207d7f56158b0002",
        kind=AlertKind.UPDATE,
        level=Level.CRITICAL,
        at=_UPDATED,
        article=replace(new.article, published=_UPDATED - timedelta(minutes=2), seen=_UPDATED),
        thread=new.id,
        why=(
            _EVIDENCE,
            ReasonClause(ClauseCode.UPDATE),
            ReasonClause(ClauseCode.NEW_FACTS, facts=(("aircraft", 71),)),
            ReasonClause(ClauseCode.FIRST_SENT, at=DeskTime.from_moment(_SENT, zone, _UPDATED)),
        ),
    )
    possibly = replace(
        new,
        id="207d7f56158b0003",
        kind=AlertKind.POSSIBLY,
        thread=new.id,
        earlier=EarlierAlert(_TITLE, _SENT - timedelta(hours=3), "both Taiwan; perhaps another happening"),
    )
    digest = replace(
        new,
        id="207d7f56158b0004",
        kind=AlertKind.DIGEST,
        level=Level.INFO,
        at=next_digest(_SENT, zone),
        rule_title="Chinese military drills around Taiwan: 12 stories, only mentioned",
        why=(ReasonClause(ClauseCode.DIGEST_OF_MENTIONS, count=12),),
        items=tuple(_make_item(number, new) for number in range(1, 13)),
    )
    since = time_of_day(_SENT - SOURCE.min_duration, zone, _SENT)
    next_try = time_of_day(_SENT + timedelta(minutes=30), zone, _SENT)
    problem = f"sample, since {since}: the server answered 503; next try {next_try}"
    notice = Notice(
        id="n207d7f56158b",
        dedup_key="",
        subject="source sample",
        kind=NoticeKind.PROBLEM,
        level=SOURCE.level,
        at=_SENT,
        title=f"Source sample fails since {since}",
        text=f"{problem}\n{SOURCE.advice.format(name='sample')}",
        reason=SOURCE.reason,
    )
    samples: dict[str, Alert | Notice] = {
        "new": new,
        "update": update,
        "possibly": possibly,
        "digest": digest,
        "notice": notice,
    }
    return {name: Delivery(0, channel, subject, 1) for name, subject in samples.items()}


def _make_item(number: int, alert: Alert) -> Item:
    title = f"Taiwan counts aircraft after drills, report {number} (대만, 台湾)"
    return Item(
        alert.rule, alert.rule_title, alert.level, alert.story, alert.event, "sample", str(number), title, _URL, "", ()
    )
