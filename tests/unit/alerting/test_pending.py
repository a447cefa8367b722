"""What waits: until when, and how it is stored."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.alerting.pending import (
    build_pending_alert,
    candidate_from_row,
    candidate_to_row,
    is_due,
    next_digest,
    pending_id,
)
from monitor.model import AlertCandidate, Event, Level, PendingKind
from monitor.model.outcome import clauses_from_sentence
from tests.support.building import HOUR, MINUTE, NOON, article, hearing

BERLIN, SEOUL, SANTIAGO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Seoul"), ZoneInfo("America/Santiago")
HEARD = hearing()
WHY = clauses_from_sentence("the first")
EVENT = Event("E1", "launch", "", NOON)


def utc(day: str, hour: int, minute: int = 0) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:{minute:02}:00+00:00")


@pytest.mark.parametrize(
    ("now", "zone", "due"),
    [
        # before and after eight; at eight it is the next day's
        (utc("2026-01-05", 6, 59), BERLIN, utc("2026-01-05", 7)),
        (utc("2026-01-05", 7), BERLIN, utc("2026-01-06", 7)),
        (utc("2026-01-05", 23), BERLIN, utc("2026-01-06", 7)),
        # summer time begins on 29 March 2026 at 2:00, and ends on 25 October at 3:00
        (utc("2026-03-28", 12), BERLIN, utc("2026-03-29", 6)),
        (utc("2026-03-29", 0, 30), BERLIN, utc("2026-03-29", 6)),
        (utc("2026-03-29", 12), BERLIN, utc("2026-03-30", 6)),
        (utc("2026-10-24", 12), BERLIN, utc("2026-10-25", 7)),
        (utc("2026-10-25", 0, 30), BERLIN, utc("2026-10-25", 7)),  # the hour that comes twice, for the first time
        (utc("2026-10-25", 1, 30), BERLIN, utc("2026-10-25", 7)),  # and for the second
        (utc("2026-10-25", 12), BERLIN, utc("2026-10-26", 7)),
        # in Seoul it is tomorrow already
        (utc("2026-01-05", 22, 59), SEOUL, utc("2026-01-05", 23)),
        (utc("2026-01-05", 23), SEOUL, utc("2026-01-06", 23)),
        # a zone in which midnight does not exist on one day of the year
        (utc("2026-09-05", 20), SANTIAGO, utc("2026-09-06", 11)),
        (utc("2026-01-05", 8), UTC, utc("2026-01-06", 8)),
    ],
)
def test_mentions_go_out_at_eight(now: datetime, zone: ZoneInfo, due: datetime) -> None:
    """In the desk's zone, whatever its clocks do; said in UTC."""
    assert next_digest(now, zone) == due
    assert next_digest(now, zone).tzinfo is UTC


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (NOON, False),
        (NOON + HOUR - MINUTE, False),
        (NOON + HOUR, True),
        (NOON + timedelta(30), True),
        (NOON - MINUTE, False),  # another machine's clock
        (NOON - HOUR, False),
        (NOON - HOUR - MINUTE, True),  # a clock that was set back
    ],
)
def test_when_it_is_time(now: datetime, due: bool) -> None:
    """When it is due; and at once if nobody knows any more when that is."""
    assert is_due(build_pending_alert(PendingKind.HOLD, HEARD, WHY, NOON, NOON + HOUR), now) is due


def test_each_kind_of_each_subject_waits_by_itself() -> None:
    """An id is of a kind and a key, whatever a source calls its articles."""
    keys = ("launch story S1", "launch story S2", "launch article wire \ud800")
    assert len({pending_id(kind, key) for kind in PendingKind for key in keys}) == len(PendingKind) * len(keys)


@pytest.mark.parametrize(
    "heard",
    [
        HEARD,
        replace(HEARD, event=EVENT),
        replace(HEARD, event=replace(EVENT, possibly_of="E0", doubt="both Busan; the words differ")),
        replace(
            HEARD, level=Level.CRITICAL, routes=("desk", "phone"), wire="AFP", wire_status="corrected", official=True
        ),
        replace(HEARD, facts=(("dead", 3), ("ships", 620)), highlights=((0, 3), (5, 9))),
        replace(HEARD, article=article(authors=("Kim", "Lee"), tags=("asia",), url="https://x.test/1", dated=False)),
        # what feeds are able to say
        replace(HEARD, sentence="half an emoji: \ud83d", key="launch article wire \ud800", evidence_words="“\udfff”"),
        replace(HEARD, sentence="北朝鮮 🚀 \u200fעברית", publisher="연합뉴스"),
    ],
)
def test_what_is_stored_is_what_was_heard(heard: AlertCandidate) -> None:
    """Through JSON, but for the article's text and the headlines of others, which stand elsewhere."""
    there = build_pending_alert(
        PendingKind.HOLD,
        replace(heard, article=replace(heard.article, text="Long.")),
        WHY,
        NOON,
        NOON,
    )
    row = json.loads(json.dumps(candidate_to_row(there)))
    assert "Long." not in json.dumps(row)
    assert bare(candidate_from_row(row)) == bare(heard)


def bare(heard: AlertCandidate) -> AlertCandidate:
    """Without the titles of story and event."""
    return replace(heard, story=replace(heard.story, title=""))


STORED: dict[str, Any] = {
    "rule": "launch",
    "rule_title": "About launch",
    "level": "high",
    "key": "launch story S1",
    "routes": ["default"],
    "article": {
        "source": "wire",
        "uid": "a1",
        "title": "North Korea fires two ballistic missiles",
        "text": "",
        "seen": "2026-01-05T12:00:00+00:00",
        "published": "2026-01-05T12:00:00+00:00",
        "dated": True,
        "version": 1,
        "url": None,
        "canonical": None,
        "language": None,
        "digest": "North Korea fires two ballistic missiles",
        "authors": [],
        "tags": [],
        "baseline": False,
    },
    "story": {"id": "S1", "title": "", "opened": "2026-01-05T12:00:00+00:00"},
    "event": None,
    "publisher": "Wire",
    "wire": None,
    "facts": [],
    "sentence": "Two missiles flew.",
    "marks": [[0, 5]],
    "because": "“missiles” in the title",
    "mark": "corrected",
    "official": False,
    "unsure": "one names no place",
}
"""A row as the versions before these names wrote it."""


def test_rows_of_earlier_versions_are_read_and_written_the_same() -> None:
    """Whatever its attributes are called by now: a daemon of before may share the database, or be started again."""
    candidate = candidate_from_row(STORED)
    assert (candidate.wire_status, candidate.highlights) == ("corrected", ((0, 5),))
    assert (candidate.evidence_words, candidate.uncertainty) == ("“missiles” in the title", "one names no place")
    assert json.loads(
        json.dumps(candidate_to_row(build_pending_alert(PendingKind.HOLD, candidate, (), NOON, NOON)))
    ) == (STORED)
