"""What a poll leaves in the tables: the source's state, articles with their versions, stories, matches, alerts and
their deliveries. It decides nothing; `section` says when it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Insert, bindparam, case, delete, func, null, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.sql.dml import ReturningInsert

from monitor.decide import Decision
from monitor.model import (
    Alert,
    Article,
    Claim,
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
from monitor.store.database import in_batches, insert, insert_of

# What a new version of an article says anew.
_CHANGING = ("version", "url", "canonical", "title", "language", "digest", "published_at", "dated")
_GOOD = frozenset({FetchOutcome.DOCUMENT, FetchOutcome.NOT_MODIFIED})
ChannelsOf = Callable[[Alert], Iterable[str]]


# What a poll leaves at its source, by whether it went well. Built once: building them costs more than running them.
_OURS = update(tables.source).where(
    tables.source.c.id == bindparam("its_id"), tables.source.c.token == bindparam("its_token")
)
_AT = bindparam("now", type_=tables.source.c.polled_at.type)
_WELL = _OURS.values(
    first_at=func.coalesce(tables.source.c.first_at, _AT),
    last_ok_at=_AT,
    lease_until=null(),
    lease_owner=null(),
    failing_since=null(),
)
_FAILED = _OURS.values(
    failing_since=func.coalesce(tables.source.c.failing_since, _AT), lease_until=null(), lease_owner=null()
)
_TOKENS = select(tables.source.c.id, tables.source.c.token)


def tokens_of(connection: Connection, claims: Iterable[Claim]) -> dict[str, int]:
    """Of each claimed source, by its id, the token of its last claim. Nobody claims it until the transaction ends."""
    found: dict[str, int] = {}
    for some in in_batches(claim.source for claim in claims):
        wanted = _TOKENS.where(tables.source.c.id.in_(some)).order_by(tables.source.c.id).with_for_update()
        found.update((row.id, row.token) for row in connection.execute(wanted))
    return found


def write_sources(connection: Connection, polls: Sequence[tuple[Polled, int]]) -> None:
    """The traces of polls at their sources, each with how many new articles it has brought; the claims are ours."""
    well: list[dict[str, object]] = []
    failed: list[dict[str, object]] = []
    evidence: list[dict[str, object]] = []
    for polled, new in polls:
        claim, fetched = polled.claim, polled.fetched
        row: dict[str, object] = {
            "its_id": claim.source,
            "its_token": claim.token,
            "now": polled.at,
            "next_at": polled.next_at,
            "polled_at": polled.at,
            "failures": polled.failures,
            "problem": polled.problem,
        }
        if fetched.outcome in _GOOD and polled.failures == 0:
            well.append(row | asdict(fetched.validators))
        else:
            failed.append(row)
        if new or polled.problem or claim.first:  # thousands of polls an hour bring nothing: they leave `polled_at`
            evidence.append(_evidence_of(polled, new))
    for statement, rows in ((_WELL, well), (_FAILED, failed), (plain_insert(tables.fetch), evidence)):
        if rows:
            connection.execute(statement, rows)
    _write_learnt(connection, [polled for polled, _ in polls])


def _write_learnt(connection: Connection, polls: Sequence[Polled]) -> None:
    """What is known of the sources from now on; most polls teach nothing."""
    habits = [
        {"its_id": each.claim.source, "its_token": each.claim.token, "habits": each.habits.to_row()}
        for each in polls
        if each.habits is not None
    ]
    if habits:
        connection.execute(_OURS, habits)
    marks = [{"source_id": each.claim.source, "marks": each.marks} for each in polls if each.marks is not None]
    if marks:
        new = insert(connection, tables.document)
        whole = new.on_conflict_do_update(index_elements=["source_id"], set_={"marks": new.excluded.marks})
        connection.execute(whole, marks)
    for each in polls:
        _write_troubles(connection, each)


def _evidence_of(polled: Polled, new: int) -> dict[str, object]:
    return {
        "source_id": polled.claim.source,
        "at": polled.at,
        "outcome": polled.fetched.outcome,
        "status": polled.fetched.status,
        "entries": polled.entries,
        "new": new,
        "problem": polled.problem,
    }


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
    articles = [item.article for item in judged]
    latest = {(article.source, article.uid): _columns(article) for article in articles}  # of two versions, the later
    rows = connection.execute(_latest(connection.dialect.name), list(latest.values()))
    ids = {(row.source_id, row.uid): row.id for row in rows}
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


# Statements with their values beside them: building one for each article, or poll, costs more than running it.
@cache
def _latest(dialect: str) -> ReturningInsert[tuple[int, str, str]]:
    new, columns = insert_of(dialect, tables.article), tables.article.c
    changed = {key: new.excluded[key] for key in _CHANGING}
    latest = new.on_conflict_do_update(index_elements=["source_id", "uid"], set_=changed)
    return latest.returning(columns.id, columns.source_id, columns.uid)


@cache
def _told_again(dialect: str) -> Insert:
    new = insert_of(dialect, tables.story)
    return new.on_conflict_do_update(index_elements=["id"], set_={"last_at": new.excluded.last_at})


@cache
def _membership(dialect: str) -> Insert:
    return insert_of(dialect, tables.story_article).on_conflict_do_nothing()


def _write_stories(connection: Connection, judged: Sequence[Judged], ids: Mapping[tuple[str, str], int]) -> None:
    dialect = connection.dialect.name
    stories = [(item.story, item.article.seen) for item in judged]
    connection.execute(
        _told_again(dialect),
        [{"id": one.id, "title": one.title, "opened_at": one.opened, "last_at": seen} for one, seen in stories],
    )
    members = [
        {"article_id": ids[item.article.source, item.article.uid], "story_id": item.story.id, "how": item.joined}
        for item in judged
    ]
    connection.execute(_membership(dialect), members)


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
