"""Erases the texts of articles everywhere when the operator asks for it, and keeps the articles from coming back.

What stays is a record without words: that an alert was made, of which rule and story, when, on which channels, and what
their servers answered; and who marked which rule as right or wrong about the article, and when. Erasure does not reach
what has left the database: messages, logs, copies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Table,
    Text,
    and_,
    delete,
    func,
    select,
    tuple_,
    type_coerce,
    update,
)

from monitor.alerting.subject_keys import article_key
from monitor.model import UNSENT_STATES, ClauseCode, Config, DeliveryState, NoticeKind, ReasonClause
from monitor.model.hashing import shorten_identity, uid_hash
from monitor.model.outcome import clauses_to_row
from monitor.sanitize import sanitize_line
from monitor.store.engine.database import Database, build_insert, in_batches
from monitor.store.engine.table_walk import SLICE
from monitor.store.engine.tables import (
    alert,
    article,
    article_version,
    delivery,
    event,
    known,
    marked_article,
    match,
    source,
    story,
    story_article,
    waiting,
)
from monitor.store.lifecycle.cluster_removal import remove_articles_from_clusters
from monitor.store.lifecycle.digest_lines import drop_digest_lines
from monitor.store.lifecycle.publisher_removal import find_contributing_matches, remove_publishers
from monitor.store.lifecycle.store_pending_replacement import RemovedArticles, replace_pending_alerts
from monitor.store.marks import empty_marked_articles, marked_article_has_address
from monitor.store.queries.address_forms import list_address_forms
from monitor.store.queries.articles import article_has_address
from monitor.store.queues import full_text_queue
from monitor.store.search.index import purge_removed_terms, remove_from_index
from monitor.store.state.state_loader import forget_articles
from monitor.wording.commands import write_why_command
from monitor.wording.reasons import reason_in_words

ERASED = (ReasonClause(ClauseCode.ARTICLE_ERASED),)
ERASED_REASON = reason_in_words(ERASED)
_ArticleRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What is to be erased: the ids of stored `articles`; how many alerts they have, and how many deliveries are
    `unsent`. `left_archive`: how many that have left are never to be ingested again. `marked`: how many articles,
    stored or not, have marks with their words. `is_source`: `target` is a source."""

    target: str
    is_source: bool
    articles: Sequence[int]
    left_archive: int
    alerts: int
    unsent: int
    marked: int = 0

    @property
    def finds_nothing(self) -> bool:
        """Whether nothing is known of the target."""
        return not (self.articles or self.left_archive or self.marked)


class ArticleEraser:
    """Erases articles by their address, or all of a source. `config`: what the user's files say."""

    def __init__(self, database: Database, config: Config) -> None:
        self._database = database
        self._config = config

    def plan(self, target: str) -> ErasurePlan:
        """Plan to erase everything of a source, by its id, or every article that has, or had, this address."""
        with self._database.reading() as connection:
            is_source = _is_source(connection, target)
            query = select(article.c.id).where(_is_stored(target, is_source=is_source)).order_by(article.c.id)
            ids = list(connection.execute(query).scalars())
            departed = select(func.count()).select_from(known).where(_has_left_archive(target, is_source=is_source))
            alerts = unsent = 0
            for batch in in_batches(ids):
                alert_ids = select(alert.c.id).where(alert.c.article_id.in_(batch))
                alerts += connection.execute(select(func.count()).select_from(alert_ids.subquery())).scalar_one()
                unsent_deliveries = delivery.c.alert_id.in_(alert_ids) & delivery.c.state.in_(UNSENT_STATES)
                unsent += connection.execute(select(func.count()).where(unsent_deliveries)).scalar_one()
            marked = select(func.count()).select_from(marked_article).where(_is_marked(target, is_source=is_source))
            left, with_marks = (connection.execute(query).scalar_one() for query in (departed, marked))
            return ErasurePlan(target, is_source, ids, left, alerts, unsent, with_marks)

    def erase(self, plan: ErasurePlan, now: datetime) -> Iterator[int]:
        """Erase slice by slice; yields the number of articles after each. Between two slices others may use the
        database, and articles that leave the archive then, or come back to it, are erased too."""
        condition = _is_stored(plan.target, is_source=plan.is_source)
        while True:
            with self._section() as connection:
                ids = connection.execute(select(article.c.id).where(condition).limit(SLICE)).scalars().all()
                if not ids:
                    _block_return(connection, _has_left_archive(plan.target, is_source=plan.is_source), now)
                    empty_marked_articles(connection, _is_marked(plan.target, is_source=plan.is_source))
                    break
                erased = _erase_articles(connection, RemovedArticles(ids, self._config, now))
            yield erased
        for _ in purge_removed_terms(self._database):
            yield 0
        for _ in self._database.reclaim_space():
            yield 0

    @contextmanager
    def _section(self) -> Iterator[Connection]:
        with self._database.writing() as connection:
            self._database.enter_section(connection)
            yield connection


def _is_source(connection: Connection, target: str) -> bool:
    """Whether it is the id of a source that was polled, or that marks were imported of."""
    of_marks = select(marked_article.c.source_id).where(marked_article.c.source_id == target)
    query = select(source.c.id).where(source.c.id == target).union_all(of_marks).limit(1)
    return connection.execute(query).first() is not None


def _is_stored(target: str, *, is_source: bool) -> ColumnElement[bool]:
    return article.c.source_id == target if is_source else article_has_address(target)


def _is_marked(target: str, *, is_source: bool) -> ColumnElement[bool]:
    """The condition for marked articles with words; they may have left the archive, or have come with an import."""
    condition = marked_article.c.source_id == target if is_source else marked_article_has_address(target)
    return and_(condition, marked_article.c.title.is_not(None))


def _has_left_archive(target: str, *, is_source: bool) -> ColumnElement[bool]:
    hashes = list(map(uid_hash, list_address_forms(target)))
    condition = known.c.source_id == target if is_source else known.c.uid_hash.in_(hashes)
    return and_(condition, known.c.forgotten.is_(False))


def _block_return(connection: Connection, condition: ColumnElement[bool], now: datetime) -> None:
    _invalidate_polls(connection, source.c.id.in_(select(known.c.source_id).where(condition)))
    connection.execute(update(known).where(condition).values(forgotten=True, digest="", left_at=now))


def _erase_articles(connection: Connection, removed: RemovedArticles) -> int:
    ids, now = removed.articles, removed.now
    stored_url = type_coerce(article.c.url, Text).label("stored_url")  # as records of fetches have it
    articles = connection.execute(select(article, stored_url).where(article.c.id.in_(ids))).all()
    _invalidate_polls(connection, source.c.id.in_({row.source_id for row in articles}))
    drop_digest_lines(connection, articles)
    contributions = find_contributing_matches(connection, ids)
    remove_publishers(connection, contributions, ids)
    replace_pending_alerts(connection, removed, contributions)
    connection.execute(delete(waiting).where(waiting.c.article_id.in_(ids)))  # what is left cannot be read
    _redact_alerts(connection, articles, now)
    _redact_reports(connection, articles, now)
    remove_articles_from_clusters(connection, ids)
    forget_articles(connection, articles)
    _erase_from_events(connection, ids)
    connection.execute(delete(match).where(match.c.article_id.in_(ids)))
    _erase_from_stories(connection, ids)
    connection.execute(delete(article_version).where(article_version.c.article_id.in_(ids)))
    full_text_queue.erase_pages(connection, ids, [row.stored_url for row in articles])
    remove_from_index(connection, ids)
    names = [(row.source_id, uid_hash(row.uid)) for row in articles]
    empty_marked_articles(connection, tuple_(marked_article.c.source_id, marked_article.c.uid_hash).in_(names))
    connection.execute(delete(article).where(article.c.id.in_(ids)))
    _write_tombstones(connection, articles, now)
    return len(articles)


def _invalidate_polls(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Invalidate running polls of these sources: they have read what was known before the erasure, so they must not
    commit."""
    values: dict[str, object] = {"token": source.c.token + 1, "lease_until": None, "lease_owner": None}
    connection.execute(update(source).where(condition).values(**values))


def _redact_alerts(connection: Connection, articles: Iterable[_ArticleRow], now: datetime) -> None:
    """Remove the words from alerts, and discard their unsent deliveries. What is being sent may still arrive."""
    by_id = {row.id: row for row in articles}
    alert_rows = connection.execute(select(alert).where(alert.c.article_id.in_(by_id))).all()
    unsent_deliveries = delivery.c.alert_id.in_([row.id for row in alert_rows]) & delivery.c.state.in_(UNSENT_STATES)
    discarded = {"state": DeliveryState.DISCARDED, "ended_at": now, "lease_until": None, "lease_owner": None}
    connection.execute(update(delivery).where(unsent_deliveries).values(**discarded, detail=ERASED_REASON))
    for row in alert_rows:
        article_row = by_id[row.article_id]
        wordless: dict[str, object] = {
            "reason_parameters": clauses_to_row(ERASED),
            "sentence": "",
            "marks": [],
            "article_id": None,
        }
        own_key = article_key(row.rule_id, article_row.source_id, article_row.uid)
        if row.dedup_key.startswith(own_key):  # or of an update; a uid may be an address, or words
            hashed_key = article_key(row.rule_id, article_row.source_id, uid_hash(article_row.uid))
            wordless["dedup_key"] = f"{hashed_key}{row.dedup_key.removeprefix(own_key)}"
        connection.execute(update(alert).where(alert.c.id == row.id).values(**wordless, article_version=None))


def _redact_reports(connection: Connection, articles: Iterable[_ArticleRow], now: datetime) -> None:
    """Empty the weekly reports that name one of these articles, and discard their unsent deliveries. A report names an
    article by the command that explains it."""
    commands = [write_why_command(row.source_id, row.uid) for row in articles]
    query = select(alert.c.id, alert.c.sentence).where(alert.c.kind == NoticeKind.REPORT, alert.c.sentence != "")
    named = [row.id for row in connection.execute(query) if any(command in row.sentence for command in commands)]
    for batch in in_batches(named):
        unsent_deliveries = delivery.c.alert_id.in_(batch) & delivery.c.state.in_(UNSENT_STATES)
        discarded = {"state": DeliveryState.DISCARDED, "ended_at": now, "lease_until": None, "lease_owner": None}
        connection.execute(update(delivery).where(unsent_deliveries).values(**discarded, detail=ERASED_REASON))
        connection.execute(update(alert).where(alert.c.id.in_(batch)).values(sentence="", marks=[]))


def _erase_from_stories(connection: Connection, ids: Sequence[int]) -> None:
    """A story that has the headline of an erased article takes the headline of its next article, or none. Its row
    stays: the story may go on."""
    _replace_headlines(connection, ids, _TitledTable(story, story_article.c.story_id))
    connection.execute(delete(story_article).where(story_article.c.article_id.in_(ids)))


def _erase_from_events(connection: Connection, ids: Sequence[int]) -> None:
    """The same for events."""
    _replace_headlines(connection, ids, _TitledTable(event, match.c.event_id))


@dataclass(frozen=True, slots=True)
class _TitledTable:
    """A table of stories or events, which have the headline of their first article; `column`: where articles name
    them."""

    table: Table
    column: Column[str]


def _replace_headlines(connection: Connection, ids: Sequence[int], titled: _TitledTable) -> None:
    headlines: defaultdict[str, set[str]] = defaultdict(set)
    table, members = titled.table, titled.column.table
    query = select(titled.column.label("cluster_id"), article_version.c.title).join(
        article_version, article_version.c.article_id == members.c.article_id
    )
    for row in connection.execute(query.where(members.c.article_id.in_(ids), titled.column.is_not(None))):
        headlines[row.cluster_id].add(sanitize_line(row.title))  # as that of the story is read
    for row in connection.execute(select(table.c.id, table.c.title).where(table.c.id.in_(headlines))).all():
        if row.title in headlines[row.id]:
            others = select(article.c.title).join(members, members.c.article_id == article.c.id)
            remaining = others.where(titled.column == row.id, article.c.id.not_in(ids))
            title = connection.execute(remaining.order_by(article.c.id).limit(1)).scalar_one_or_none()
            # A doubt quotes words of the first article.
            doubt = {"doubt": None} if table is event else {}
            connection.execute(update(table).where(table.c.id == row.id).values(title=title or "", **doubt))


def _write_tombstones(connection: Connection, articles: Iterable[_ArticleRow], now: datetime) -> None:
    """Store every identity that their entries would have if the document changed its ways (`ingest.entry_identity`)."""
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for row in articles:
        uids = (
            [row.uid]
            if row.canonical is None
            else [row.uid, row.canonical, shorten_identity(f"{row.uid}|{row.canonical}")]
        )
        link = uid_hash(row.canonical) if row.canonical else None
        columns = {"link_hash": link, "version": row.version, "seen_at": row.seen_at, "baseline": row.baseline}
        for hashed in map(uid_hash, uids):
            key = {"source_id": row.source_id, "uid_hash": hashed}
            rows[row.source_id, hashed] = key | columns | {"digest": "", "forgotten": True, "left_at": now}
    if rows:
        statement = build_insert(connection, known)
        changes = {name: statement.excluded[name] for name in ("digest", "forgotten", "left_at")}
        connection.execute(
            statement.on_conflict_do_update(index_elements=["source_id", "uid_hash"], set_=changes), list(rows.values())
        )
