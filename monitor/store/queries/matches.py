"""Every stored match, with its evidence, its decision and what came of it. It only reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, not_, select, tuple_

from monitor.model import DeliveryState, Field, MarkVerdict, MatchKind, Outcome, Reason, ReasonClauses, Span
from monitor.model.article_query import ArticleQuery
from monitor.model.hashing import uid_hash
from monitor.store.engine.database import Database, in_batches
from monitor.store.engine.tables import (
    alert,
    article,
    article_version,
    attempt,
    delivery,
    marked_article,
    match,
    rule_mark,
    story,
    story_article,
)
from monitor.store.queries.reasons import read_reason

_SLICE = 500  # matches read at once: no long read keeps the daemon from working with the file

ArticleName = tuple[str, str]  # the id of a source, and a uid

_newer = rule_mark.alias("newer")
IS_NEWEST_MARK = not_(
    exists().where(
        _newer.c.article_id == rule_mark.c.article_id,
        _newer.c.rule_id == rule_mark.c.rule_id,
        tuple_(_newer.c.at, _newer.c.id) > tuple_(rule_mark.c.at, rule_mark.c.id),
    )
)


@dataclass(frozen=True, slots=True)
class MatchFilter:
    """Which matches are wanted; an empty field or None does not limit them. `until` is the first time that is too
    late; `query`: what the latest version of the article must meet; of its words
    only `newest` takes notice."""

    rules: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    uid: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    kind: MatchKind | None = None
    outcome: Outcome | None = None
    reason: Reason | None = None
    query: ArticleQuery | None = None
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchedArticle:
    """The article in the version that matched; the other facts are of its latest version."""

    source: str
    uid: str
    version: int
    title: str
    url: str | None
    language: str | None
    published: datetime
    dated: bool
    seen: datetime


@dataclass(frozen=True, slots=True)
class MatchReport:
    """A match, and what was decided on it; `why`: what its reason says.

    `alert`: only where it was sent. `level`: None where a version suppressed it that did not store the level.
    `why_event`: why it belongs to its event; `compared`: with which older article, of that event or of another one, it
    was compared, and the result, in words. `mark`: the newest mark on its article and rule; None: nobody made one.
    """

    id: int
    at: datetime
    rule: str
    rule_version: str
    kind: str
    level: str | None
    outcome: Outcome
    reason_code: Reason
    why: ReasonClauses
    story: str | None
    event: str | None
    alert: str | None
    article: MatchedArticle
    evidence: tuple[Span, ...]
    why_event: str | None = None
    compared: str | None = None
    mark: MarkVerdict | None = None


@dataclass(frozen=True, slots=True)
class ExportedMatch:
    """A match with the rest of its article, in the version that matched."""

    match: MatchReport
    text: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttemptReport:
    """One attempt to send, and how it ended; None as long as it has not."""

    number: int
    started: datetime
    ended: datetime | None
    receipt: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class DeliveryHistory:
    """The delivery of an alert on one channel, with every attempt. `held_by`: the hours that it waits or has waited
    for."""

    id: int
    channel: str
    state: DeliveryState
    not_before: datetime
    attempts: tuple[AttemptReport, ...]
    held_by: str | None = None

    def is_held(self, now: datetime) -> bool:
        """Whether it waits for the hours of a route."""
        return self.held_by is not None and self.state is DeliveryState.PENDING and self.not_before > now


@dataclass(frozen=True, slots=True)
class MatchDetails:
    """A match with all that belongs to it. `text`: of the version that matched; `joined`: why it joined its story;
    `story_compared`: with which older article it was compared for that, in words; `alerted`: when it was sent;
    `alert_kind`: the kind of that alert: "new", "possibly", "update" or "digest"."""

    match: MatchReport
    text: str
    story_title: str | None
    joined: str | None
    alerted: datetime | None
    alert_kind: str | None
    deliveries: tuple[DeliveryHistory, ...]
    story_compared: str | None = None


class MatchQueries:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, match_filter: MatchFilter, limit: int) -> list[MatchReport]:
        """At most `limit` matches, the newest first."""
        statement = select_matches(match_filter).order_by(match.c.id.desc())
        query = match_filter.query
        if query is None or not query.terms:
            with self._database.reading() as connection:
                rows = connection.execute(statement.limit(limit))
                return add_marks(connection, [match_report_from_row(row) for row in rows])
        return self._newest_with_words(statement, query, limit)

    def _newest_with_words(self, statement: Select[Any], query: ArticleQuery, limit: int) -> list[MatchReport]:
        """The index proposes articles, and their latest texts decide."""
        from monitor.store.search.index import find_candidates, is_one_of  # noqa: PLC0415 - slow: it loads the languages
        from monitor.store.search.query import build_check  # noqa: PLC0415

        latest = article_version.alias("latest")
        is_latest = and_(latest.c.article_id == article.c.id, latest.c.version == article.c.version)
        statement = statement.join(latest, is_latest).limit(_SLICE)
        statement = statement.add_columns(latest.c.title.label("new_title"), latest.c.text.label("new_text"))
        is_met = build_check(query.terms)
        with self._database.reading() as connection:
            if (candidates := find_candidates(connection, query)) is not None:
                statement = statement.where(is_one_of(connection, article.c.id, candidates))
        found: list[MatchReport] = []
        following = statement
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(following).all()
                hits = [match_report_from_row(row) for row in rows if is_met(row.new_title, row.new_text)]
                found += add_marks(connection, hits)
            if len(found) >= limit or len(rows) < _SLICE:
                return found[:limit]
            following = statement.where(match.c.id < rows[-1].id)

    def iter_matches(self, match_filter: MatchFilter) -> Iterator[MatchReport]:
        """All matches, in the order in which they were stored. Few are in memory at once."""
        for reports, _ in self._iter_slices(select_matches(match_filter)):
            yield from reports

    def iter_exported(self, match_filter: MatchFilter) -> Iterator[ExportedMatch]:
        """The same, with the texts."""
        texts = (article_version.c.text, article_version.c.authors, article_version.c.tags)
        for reports, rows in self._iter_slices(select_matches(match_filter).add_columns(*texts)):
            for report, row in zip(reports, rows, strict=True):
                yield ExportedMatch(report, row.text, tuple(row.authors or ()), tuple(row.tags or ()))

    def _iter_slices(self, query: Select[Any]) -> Iterator[tuple[list[MatchReport], Sequence[Any]]]:
        """The matches of the query, in the order in which they were stored, and their rows."""
        last = 0
        while True:
            with self._database.reading() as connection:
                part = query.where(match.c.id > last).order_by(match.c.id).limit(_SLICE)
                rows = connection.execute(part).all()
                reports = add_marks(connection, [match_report_from_row(row) for row in rows])
            if not rows:
                return
            yield reports, rows
            last = reports[-1].id

    def find_existing(self, ids: Collection[int]) -> set[int]:
        """Those of these ids that matches have."""
        with self._database.reading() as connection:
            batches = (select(match.c.id).where(match.c.id.in_(batch)) for batch in in_batches(ids))
            return {id_ for query in batches for id_ in connection.execute(query).scalars()}

    def rules(self) -> list[str]:
        """The rules that have a stored match; or only an alert, where its articles were erased."""
        alerted = self._distinct(alert.c.rule_id, alert.c.rule_id.is_not(None))  # a notice has none
        return sorted({*self._distinct(match.c.rule_id), *alerted})

    def sources(self) -> list[str]:
        """The sources that have a stored article."""
        return self._distinct(article.c.source_id)

    def _distinct(self, column: ColumnElement[str], *conditions: ColumnElement[bool]) -> list[str]:
        with self._database.reading() as connection:
            return list(connection.execute(select(column).where(*conditions).distinct().order_by(column)).scalars())

    def find_details(self, id_: int) -> MatchDetails | None:
        """One match with all that belongs to it; None if there is none with this id."""
        story_compared = story_article.c.compared.label("story_compared")
        more = (article_version.c.text, story.c.title.label("story_title"), story_article.c.how, story_compared)
        query = (
            select_matches(MatchFilter())
            .where(match.c.id == id_)
            .outerjoin(story, story.c.id == story_article.c.story_id)
            .outerjoin(alert, alert.c.id == match.c.alert_id)
            .add_columns(*more, alert.c.at.label("alerted"), alert.c.kind.label("alert_kind"))
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            deliveries = load_deliveries(connection, row.alert_id)
            (report,) = add_marks(connection, [match_report_from_row(row)])
        return MatchDetails(
            match=report,
            text=row.text,
            story_title=row.story_title,
            joined=row.how,
            alerted=row.alerted,
            alert_kind=row.alert_kind,
            deliveries=deliveries,
            story_compared=row.story_compared,
        )


def select_matches(match_filter: MatchFilter) -> Select[Any]:
    """A query of matches, for `match_report_from_row`; the words of a filter's query are no condition of it."""
    version = (article_version.c.article_id == match.c.article_id) & (
        article_version.c.version == match.c.article_version
    )
    columns = (
        article.c.source_id,
        article.c.uid,
        article.c.url,
        article.c.language,
        article.c.seen_at,
        article.c.dated,
    )
    query = (
        select(match, *columns, article.c.published_at, article_version.c.title, story_article.c.story_id)
        .join_from(match, article, article.c.id == match.c.article_id)
        .join(article_version, version)
        .outerjoin(story_article, story_article.c.article_id == match.c.article_id)
    )
    lists = ((match.c.rule_id, match_filter.rules), (article.c.source_id, match_filter.sources))
    for column, wanted in (*lists, (match.c.id, match_filter.ids)):
        if wanted:
            query = query.where(column.in_(wanted))
    values = (
        (article.c.uid, match_filter.uid),
        (match.c.kind, match_filter.kind),
        (match.c.outcome, match_filter.outcome),
        (match.c.reason, match_filter.reason),
    )
    query = query.where(*(column == value for column, value in values if value is not None))
    if match_filter.since is not None:
        query = query.where(match.c.at >= match_filter.since)
    if match_filter.until is not None:
        query = query.where(match.c.at < match_filter.until)
    if match_filter.query is not None:
        from monitor.store.search.query import list_filters  # noqa: PLC0415 - slow: it loads the languages

        query = query.where(*list_filters(match_filter.query))
    return query


def match_report_from_row(row: Any) -> MatchReport:  # noqa: ANN401 - rows are turned into reports at once
    """The match of a row of `select_matches`; its marks are missing."""
    matched_article = MatchedArticle(
        source=row.source_id,
        uid=row.uid,
        version=row.article_version,
        title=row.title,
        url=row.url,
        language=row.language,
        published=row.published_at,
        dated=row.dated,
        seen=row.seen_at,
    )
    return MatchReport(
        id=row.id,
        at=row.at,
        rule=row.rule_id,
        rule_version=row.rule_version,
        kind=row.kind,
        level=row.level,
        outcome=Outcome(row.outcome),
        reason_code=Reason(row.reason),
        why=read_reason(row.reason_parameters),
        story=row.story_id,
        event=row.event_id,
        alert=row.alert_id,
        article=matched_article,
        evidence=spans_from_evidence(row.evidence),
        why_event=row.why_event if row.event_id else None,
        compared=row.compared,
    )


def add_marks(connection: Connection, reports: Sequence[MatchReport]) -> list[MatchReport]:
    """The reports with the newest marks on them."""
    verdicts = load_verdicts(connection, {(report.article.source, report.article.uid) for report in reports})
    if not verdicts:
        return list(reports)
    names = ((report, (report.article.source, report.article.uid)) for report in reports)
    return [replace(report, mark=verdicts.get(name, {}).get(report.rule)) for report, name in names]


def spans_from_evidence(evidence: Iterable[Sequence[Any]]) -> tuple[Span, ...]:
    """The evidence of a match, from its row."""
    return tuple(Span(Field(field), start, end, text, term, *node) for field, start, end, text, term, *node in evidence)


def load_deliveries(connection: Connection, alert_id: str | None) -> tuple[DeliveryHistory, ...]:
    """The deliveries of an alert on all of its channels."""
    of_alert = delivery.c.alert_id == alert_id
    query = (
        select(attempt).join(delivery, delivery.c.id == attempt.c.delivery_id).where(of_alert).order_by(attempt.c.id)
    )
    attempts: dict[int, list[AttemptReport]] = defaultdict(list)
    for row in connection.execute(query):
        report = AttemptReport(row.number, row.started_at, row.ended_at, row.receipt, row.detail)
        attempts[row.delivery_id].append(report)
    return tuple(
        DeliveryHistory(
            row.id, row.channel, DeliveryState(row.state), row.not_before, tuple(attempts[row.id]), row.held_by
        )
        for row in connection.execute(select(delivery).where(of_alert).order_by(delivery.c.id))
    )


# A match that was suppressed for one of these reasons may be news by the rule as it is now: it was in shadow, or its
# `max_age` was shorter. All others were sent, are pending, or say nothing that was not sent.
_UNSETTLED = (Reason.SHADOW, Reason.TOO_OLD, Reason.BACKLOG)


def load_settled_matches(
    connection: Connection, articles: Iterable[int]
) -> tuple[dict[int, int], set[tuple[int, str]]]:
    """The latest version of each of these articles, by id; and the matches of these versions, as an article and a
    rule, that stay as they were decided, whatever the rule says now."""
    versions: dict[int, int] = {}
    settled: set[tuple[int, str]] = set()
    latest = select(article.c.id, article.c.version)
    matches = select(match.c.article_id, match.c.rule_id).join(article, article.c.id == match.c.article_id)
    matches = matches.where(match.c.article_version == article.c.version, match.c.reason.not_in(_UNSETTLED))
    for batch in in_batches(articles):
        versions.update((row.id, row.version) for row in connection.execute(latest.where(article.c.id.in_(batch))))
        rows = connection.execute(matches.where(article.c.id.in_(batch)))
        settled.update((row.article_id, row.rule_id) for row in rows)
    return versions, settled


def load_verdicts(
    connection: Connection, articles: Iterable[ArticleName]
) -> dict[ArticleName, Mapping[str, MarkVerdict]]:
    """The newest verdict for each rule on each of these articles; those without a mark are left out."""
    by_hash = {(source, uid_hash(uid)): (source, uid) for source, uid in articles}
    found: defaultdict[ArticleName, dict[str, MarkVerdict]] = defaultdict(dict)
    columns = (marked_article.c.source_id, marked_article.c.uid_hash, rule_mark.c.rule_id, rule_mark.c.verdict)
    query = select(*columns).select_from(rule_mark).join(marked_article).where(IS_NEWEST_MARK)
    for batch in in_batches(by_hash):
        names = tuple_(marked_article.c.source_id, marked_article.c.uid_hash).in_(batch)
        for row in connection.execute(query.where(names)):
            found[by_hash[row.source_id, row.uid_hash]][row.rule_id] = MarkVerdict(row.verdict)
    return dict(found)
