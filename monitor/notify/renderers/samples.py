"""Sample messages: what a channel would get of each kind, before there is any news."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.model import (
    Alert,
    AlertKind,
    Article,
    Delivery,
    EarlierAlert,
    Item,
    Level,
    Notice,
    NoticeKind,
)
from monitor.model.outcome import clauses_from_sentence

SAMPLE_SOURCE = "The Harbour Times"  # who printed the articles of the samples
_AT = datetime(2026, 1, 5, 0, 12, tzinfo=UTC)
_TITLE = "China starts live-fire drills around Taiwan"
_SENTENCE = "China's army began two days of live-fire drills around Taiwan (中国军队, 실사격 훈련, учения)."
_WORDS = ((0, 5), (31, 47), (55, 61))
_URL = "https://example.org/news/2026/01/05/china-starts-live-fire-drills-around-taiwan"


def make_samples(channel: str = "") -> dict[str, Delivery]:
    """A delivery of every kind of message, by its name."""
    new = Alert(
        id="207d7f56158b0001",
        dedup_key="",
        rule="taiwan-drills",
        rule_title="Chinese military drills around Taiwan",
        level=Level.HIGH,
        at=_AT,
        why=clauses_from_sentence("“China”, “live-fire drills”, “Taiwan” in the text; first alert of this event"),
        routes=(),
        story="S81e21c47d3a9f6b2",
        event="E5f3c21aa07c0de1",
        article=Article("sample", "1", _TITLE, _SENTENCE, _AT, _AT, dated=True, url=_URL, language="en"),
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
        thread=new.id,
        why=clauses_from_sentence("update: new fact: 71 aircraft; first sent at 09:14"),
    )
    possibly = replace(
        new,
        id="207d7f56158b0003",
        kind=AlertKind.POSSIBLY,
        thread=new.id,
        earlier=EarlierAlert(_TITLE, _AT - timedelta(hours=3), "both Taiwan; perhaps another happening"),
    )
    digest = replace(
        new,
        id="207d7f56158b0004",
        kind=AlertKind.DIGEST,
        level=Level.INFO,
        rule_title="Chinese military drills around Taiwan: 12 stories, only mentioned",
        why=clauses_from_sentence("12 stories, only mentioned"),
        items=tuple(_make_item(number, new) for number in range(1, 13)),
    )
    notice = Notice(
        id="n207d7f56158b",
        dedup_key="",
        subject="source sample",
        kind=NoticeKind.PROBLEM,
        level=Level.MEDIUM,
        at=_AT,
        title="Source sample fails",
        text="sample: the server answered 503\nIt is still tried, every 30 minutes.",
        reason="a source that fails for 3 hours is reported",
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
