"""What waits to be told: under which name, until when, and how it is stored. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, time, timedelta, tzinfo
from hashlib import blake2b
from typing import Any

from monitor.model import AlertCandidate, Article, Event, Level, PendingAlert, PendingKind, Story

CLOCKS_DIFFER = timedelta(hours=1)  # at most, between two machines; a clock that goes back further was set back
_STORED_AS = {
    "wire_status": "mark",
    "highlights": "marks",
    "evidence_words": "because",
    "uncertainty": "unsure",
}  # the names of earlier versions, who wrote the rows
_READ_AS = {stored: name for name, stored in _STORED_AS.items()}
DIGEST_AT = time(8)  # mentions, in the zone of monitor.yaml


def build_pending_alert(
    kind: PendingKind, hearing: AlertCandidate, why: str, now: datetime, due: datetime
) -> PendingAlert:
    """A hearing that is told at `due`; without the article's text, which may be long and stands in its table."""
    heard = replace(hearing, article=replace(hearing.article, text=""))
    return PendingAlert(pending_id(kind, hearing.key), kind, now, due, why, heard)


def pending_id(kind: PendingKind, key: str) -> str:
    """Under which id a rule's subject waits."""
    return blake2b(f"{kind} {key}".encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def next_digest(now: datetime, zone: tzinfo) -> datetime:
    """The next time at which mentions go out."""
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), DIGEST_AT, zone)
    due = today if today > local else datetime.combine(local.date() + timedelta(days=1), DIGEST_AT, zone)
    return due.astimezone(now.tzinfo)


def is_due(each: PendingAlert, now: datetime) -> bool:
    """Whether it is time. A clock that was set back since makes nobody wait longer than was meant; a daemon whose clock
    lags behind that of the one that let it wait waits until it is due."""
    return now >= each.due or now < each.since - CLOCKS_DIFFER


def candidate_to_row(each: PendingAlert) -> dict[str, Any]:
    """What is heard, as plain JSON, without the headlines of others: these stand in their tables, and may be forgotten
    there."""
    heard = each.candidate
    event = heard.event and replace(heard.event, title="")
    values = asdict(replace(heard, story=replace(heard.story, title=""), event=event))
    row = {_STORED_AS.get(name, name): value for name, value in values.items()}
    for name in ("seen", "published"):
        row["article"][name] = row["article"][name].isoformat()
    for name in ("story", "event"):
        if row[name] is not None:
            row[name]["opened"] = row[name]["opened"].isoformat()
    return row


def candidate_from_row(row: Mapping[str, Any]) -> AlertCandidate:
    """What `to_row` gave."""
    article, story, event = row["article"], row["story"], row["event"]
    dates = {name: datetime.fromisoformat(article[name]) for name in ("seen", "published")}
    lists = {name: tuple(article[name]) for name in ("authors", "tags")}
    values = {_READ_AS.get(name, name): value for name, value in row.items()}
    return AlertCandidate(
        **{
            **values,
            "level": Level(row["level"]),
            "routes": tuple(row["routes"]),
            "article": Article(**{**article, **dates, **lists}),
            "story": Story(**{**story, "opened": datetime.fromisoformat(story["opened"])}),
            "event": event and Event(**{**event, "opened": datetime.fromisoformat(event["opened"])}),
            "facts": tuple((kind, number) for kind, number in row["facts"]),
            "highlights": tuple((start, end) for start, end in row["marks"]),
        }
    )
