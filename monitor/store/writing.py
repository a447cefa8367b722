"""What a poll leaves in the tables: the source's state, articles with their versions, stories, matches, alerts and
their deliveries. It decides nothing; `section` says when it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, case, delete, func, select, update
from sqlalchemy import insert as plain_insert

from monitor.decide import Decision
from monitor.model import (
    Alert,
    Article,
    Decided,
    DeliveryState,
    FetchOutcome,
    Judged,
    Notice,
    Noticed,
    Polled,
    SourceTrouble,
    Span,
)
from monitor.store import tables
from monitor.store.database import in_batches, insert

# What a new version of an article says anew.
_CHANGING = ("version", "url", "canonical", "title", "language", "digest", "published_at", "dated")
ChannelsOf = Callable[[Alert], Iterable[str]]


def write_source(connection: Connection, polled: Polled, *, new: int) -> bool:
    """The poll's traces at its source; False if the claim is no longer ours."""
    claim, fetched = polled.claim, polled.fetched
    good = fetched.outcome in {FetchOutcome.DOCUMENT, FetchOutcome.NOT_MODIFIED} and polled.failures == 0
    values: dict[str, object] = {
        "next_at": polled.next_at,
        "polled_at": polled.at,
        "lease_until": None,
        "lease_owner": None,
        "failures": polled.failures,
        "failing_since": func.coalesce(tables.source.c.failing_since, polled.at) if polled.failures else None,
        "problem": polled.problem,
    }
    if polled.habits is not None and polled.habits != claim.habits:  # most polls teach nothing
        values["habits"] = polled.habits.to_row()
    if good:
        values |= asdict(fetched.validators)
        values |= {"last_ok_at": polled.at} | ({"first_at": polled.at} if claim.first else {})
    ours = (tables.source.c.id == claim.source) & (tables.source.c.token == claim.token)
    if connection.execute(update(tables.source).where(ours).values(**values)).rowcount == 0:
        return False
    if new or polled.problem or claim.first:  # thousands of polls an hour bring nothing: they leave `polled_at`
        evidence = {"at": polled.at, "outcome": fetched.outcome, "status": fetched.status, "problem": polled.problem}
        counts = {"entries": polled.entries, "new": new}
        connection.execute(plain_insert(tables.fetch).values(source_id=claim.source, **evidence, **counts))
    _write_troubles(connection, polled)
    return True


def _write_troubles(connection: Connection, polled: Polled) -> None:
    """Those that the poll showed, or showed to be over. One that lasts keeps its beginning."""
    table = tables.trouble
    if polled.opened:
        rows = [{"source_id": polled.claim.source, **_trouble(each)} for each in polled.opened]
        new = insert(connection, table)
        begun = case((table.c.over_at.is_(None), table.c.since), else_=new.excluded.since)
        again = {"since": begun, "last_at": new.excluded.last_at, "detail": new.excluded.detail, "over_at": None}
        connection.execute(new.on_conflict_do_update(index_elements=["source_id", "kind"], set_=again), rows)
    if polled.closed:
        these = (table.c.source_id == polled.claim.source) & table.c.kind.in_(polled.closed)
        connection.execute(update(table).where(these, table.c.over_at.is_(None)).values(over_at=polled.at))


def _trouble(trouble: SourceTrouble) -> dict[str, object]:
    return {"kind": trouble.kind, "since": trouble.since, "last_at": trouble.last_at, "detail": trouble.detail}


def write_decision(connection: Connection, decision: Decision, channels_of: ChannelsOf, at: datetime) -> None:
    """Articles, stories, matches, alerts and deliveries of a decision."""
    ids = _write_articles(connection, decision.judged, at)
    _write_stories(connection, decision.judged, ids)
    for judged in decision.judged:
        for decided in judged.decisions:
            article_id = ids[judged.article.source, judged.article.uid]
            if decided.alert is not None:
                _write_alert(connection, decided.alert, article_id, channels_of(decided.alert))
            _write_match(connection, judged, decided, article_id, at)


def _write_articles(connection: Connection, judged: Sequence[Judged], at: datetime) -> Mapping[tuple[str, str], int]:
    # One statement, and its values beside it: building one for each article costs more than running it.
    new = insert(connection, tables.article)
    changed = {key: new.excluded[key] for key in _CHANGING}
    latest = new.on_conflict_do_update(index_elements=["source_id", "uid"], set_=changed).returning(tables.article.c.id)
    articles = [item.article for item in judged]
    ids = {
        (article.source, article.uid): connection.execute(latest, _columns(article)).scalar_one()
        for article in articles
    }
    versions = [
        {
            "article_id": ids[article.source, article.uid],
            "version": article.version,
            "at": at,
            "canonical": article.canonical,
            "title": article.title,
            "text": article.text,
            "digest": article.digest,
            "authors": article.authors,
            "tags": article.tags,
        }
        for article in articles
    ]
    connection.execute(plain_insert(tables.article_version), versions)
    return ids


def _write_stories(connection: Connection, judged: Sequence[Judged], ids: Mapping[tuple[str, str], int]) -> None:
    new = insert(connection, tables.story)
    told_again = new.on_conflict_do_update(index_elements=["id"], set_={"last_at": new.excluded.last_at})
    stories = [(item.story, item.article.seen) for item in judged]
    connection.execute(
        told_again,
        [{"id": one.id, "title": one.title, "opened_at": one.opened, "last_at": seen} for one, seen in stories],
    )
    members = [
        {"article_id": ids[item.article.source, item.article.uid], "story_id": item.story.id, "how": item.joined}
        for item in judged
    ]
    connection.execute(insert(connection, tables.story_article).on_conflict_do_nothing(), members)


def _write_match(connection: Connection, judged: Judged, decided: Decided, article_id: int, at: datetime) -> None:
    found = decided.match
    connection.execute(
        plain_insert(tables.match).values(
            article_id=article_id,
            article_version=judged.article.version,
            rule_id=found.rule,
            rule_version=found.rule_version,
            kind=found.kind,
            level=found.level,
            evidence=[_evidence(span) for span in found.evidence],
            at=at,
            decision=decided.reason,
            alert_id=decided.alert.id if decided.alert else None,
            shadow_key=decided.shadow_key,
        )
    )


def _evidence(span: Span) -> list[str | int]:
    """Without the name of its condition where that has none, as most have."""
    named = [span.node] if span.node else []
    return [span.field, span.start, span.end, span.text, span.term, *named]


def _write_alert(connection: Connection, alert: Alert, article_id: int, channels: Iterable[str]) -> None:
    connection.execute(
        plain_insert(tables.alert).values(
            id=alert.id,
            dedup_key=alert.dedup_key,
            kind=alert.kind,
            at=alert.at,
            level=alert.level,
            rule_id=alert.rule,
            title=alert.rule_title,
            story_id=alert.story,
            article_id=article_id,
            article_version=alert.article.version,
            reason=alert.reason,
            sentence=alert.sentence,
            marks=[list(mark) for mark in alert.marks],
        )
    )
    write_deliveries(connection, alert.id, channels, alert.at)


def write_notices(connection: Connection, notices: Iterable[Notice], noticed: Iterable[Noticed]) -> list[Notice]:
    """Notices with their deliveries, and what the operator knows after them; those that had not been told before.

    One without channels reaches nobody, and is not written.
    """
    _write_noticed(connection, {each.subject: each for each in noticed})
    return [each for each in notices if not each.channels or _write_notice(connection, each)]


def _write_notice(connection: Connection, notice: Notice) -> bool:
    row = {
        "id": notice.id,
        "dedup_key": notice.dedup_key,
        "kind": notice.kind,
        "at": notice.at,
        "level": notice.level,
        "title": notice.title,
        "subject": notice.subject,
        "reason": notice.reason,
        "sentence": notice.text,
        "marks": [],
    }
    new = insert(connection, tables.alert).values(**row).on_conflict_do_nothing().returning(tables.alert.c.id)
    if connection.execute(new).first() is None:
        return False
    write_deliveries(connection, notice.id, notice.channels, notice.at)
    return True


def _write_noticed(connection: Connection, wanted: Mapping[str, Noticed]) -> None:
    table = tables.noticed
    before = {row.subject: Noticed(**row._mapping) for row in connection.execute(select(table))}  # noqa: SLF001 - public in SQLAlchemy
    for some in in_batches(before.keys() - wanted.keys()):
        connection.execute(delete(table).where(table.c.subject.in_(some)))
    new = insert(connection, table)
    changed = {name: new.excluded[name] for name in ("since", "told_at", "over_at")}
    if rows := [asdict(each) for each in wanted.values() if before.get(each.subject) != each]:
        connection.execute(new.on_conflict_do_update(index_elements=["subject"], set_=changed), rows)


def write_deliveries(connection: Connection, alert_id: str, channels: Iterable[str], now: datetime) -> None:
    """What is to be sent of an alert: one row for each channel."""
    for channel in channels:
        row = {"alert_id": alert_id, "channel": channel, "state": DeliveryState.PENDING, "not_before": now}
        connection.execute(plain_insert(tables.delivery).values(**row))


def _columns(article: Article) -> dict[str, object]:
    return {
        "source_id": article.source,
        "uid": article.uid,
        "version": article.version,
        "url": article.url,
        "canonical": article.canonical,
        "title": article.title,
        "language": article.language,
        "published_at": article.published,
        "dated": article.dated,
        "seen_at": article.seen,
        "baseline": article.baseline,
        "digest": article.digest,
    }
