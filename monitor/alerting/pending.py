"""Pending alerts: their ids, when they are due, and how they are stored. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime, time, timedelta, tzinfo
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from monitor.model import AlertCandidate, Article, Event, Level, PendingAlert, PendingKind, ReasonClauses, Story

CLOCKS_DIFFER = timedelta(hours=1)  # at most, between two machines; a clock that goes back further was set back
_STORED_NAMES = {
    "wire_status": "mark",
    "highlights": "marks",
    "evidence_words": "because",
    "uncertainty": "unsure",
}  # the names in the rows, from earlier versions
_ATTRIBUTE_NAMES = {stored: name for name, stored in _STORED_NAMES.items()}
_FIELD_NAMES = {kind: tuple(field.name for field in fields(kind)) for kind in (AlertCandidate, Article, Story, Event)}
DIGEST_AT = time(8)  # mentions are sent, in the zone of monitor.yaml


def build_pending_alert(
    kind: PendingKind, candidate: AlertCandidate, why: ReasonClauses, now: datetime, due: datetime
) -> PendingAlert:
    """A pending alert that is due at `due`. It never holds the article's text, whoever made the candidate."""
    stored = replace(candidate, article=without_text(candidate.article)) if candidate.article.text else candidate
    return PendingAlert(pending_id(kind, candidate.key), kind, now, due, why, stored)


@lru_cache(maxsize=4)  # many rules may take the same article
def without_text(article: Article) -> Article:
    """The article as a candidate has it: without its text, which may be long and is in its own table."""
    return replace(article, text="")


def pending_id(kind: PendingKind, key: str) -> str:
    """The id of a subject's pending alert of this kind."""
    return blake2b(f"{kind} {key}".encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


@lru_cache(maxsize=4)  # all matches of a commit are decided at one time
def next_digest(now: datetime, zone: tzinfo) -> datetime:
    """The next time at which mentions are sent."""
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), DIGEST_AT, zone)
    due = today if today > local else datetime.combine(local.date() + timedelta(days=1), DIGEST_AT, zone)
    return due.astimezone(now.tzinfo)


def is_due(pending: PendingAlert, now: datetime) -> bool:
    """Whether it is due. If the clock was set back since it was deferred, nobody waits longer than was meant. A daemon
    whose clock is behind that of the daemon that deferred it waits until it is due."""
    return now >= pending.due or now < pending.since - CLOCKS_DIFFER


def candidate_to_row(pending: PendingAlert) -> dict[str, Any]:
    """The candidate as plain JSON, without the headlines of its story and event: these are in their own tables, and may
    be erased there."""
    candidate = pending.candidate
    row = {_STORED_NAMES.get(name, name): value for name, value in _fields_to_row(candidate).items()}
    row["article"] = _article_to_row(candidate.article)
    for name, cluster in (("story", candidate.story), ("event", candidate.event)):
        row[name] = cluster and {**_fields_to_row(cluster), "title": ""}
    return row


@lru_cache(maxsize=4)  # as in `without_text`
def _article_to_row(article: Article) -> dict[str, Any]:
    return _fields_to_row(article)


def _fields_to_row(value: AlertCandidate | Article | Story | Event) -> dict[str, Any]:
    """The fields by name. Unlike `asdict`, it copies nothing: a candidate is stored for each match."""
    values = ((name, getattr(value, name)) for name in _FIELD_NAMES[type(value)])
    return {name: item.isoformat() if isinstance(item, datetime) else item for name, item in values}


def candidate_from_row(row: Mapping[str, Any]) -> AlertCandidate:
    """The candidate that `candidate_to_row` wrote."""
    article, story, event = row["article"], row["story"], row["event"]
    dates = {name: datetime.fromisoformat(article[name]) for name in ("seen", "published")}
    lists = {name: tuple(article[name]) for name in ("authors", "tags")}
    values = {_ATTRIBUTE_NAMES.get(name, name): value for name, value in row.items()}
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
