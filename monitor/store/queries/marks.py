"""The marks that people made on articles and rules. It only reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, not_, or_, select, tuple_

from monitor.ingest.canonical_url import canonicalize_url
from monitor.model import Article, MarkedArticle, MarkVerdict, MatchKind, RuleMark
from monitor.model.hashing import uid_hash
from monitor.store.engine.database import Database, in_batches
from monitor.store.engine.table_walk import SLICE, read_slice
from monitor.store.engine.tables import marked_article, rule_mark
from monitor.store.queries.address_forms import list_address_forms

ArticleName = tuple[str, str]  # the id of a source, and a uid

_newer = rule_mark.alias("newer")
_IS_NEWEST = not_(
    exists().where(
        _newer.c.article_id == rule_mark.c.article_id,
        _newer.c.rule_id == rule_mark.c.rule_id,
        tuple_(_newer.c.at, _newer.c.id) > tuple_(rule_mark.c.at, rule_mark.c.id),
    )
)


@dataclass(frozen=True, slots=True)
class MarkFilter:
    """Which marks are wanted; an empty field or None does not limit them."""

    rules: tuple[str, ...] = ()
    since: datetime | None = None


ALL_MARKS = MarkFilter()


@dataclass(frozen=True, slots=True)
class MarkReport:
    """A mark, and the article that it was made on. `title`, `url`: None if the article was erased; `is_newest`: no
    later mark on the same article and rule replaces it."""

    mark: RuleMark
    source: str
    title: str | None
    url: str | None
    is_newest: bool


class MarkQueries:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, wanted: MarkFilter, limit: int) -> list[MarkReport]:
        """At most `limit` marks, the newest first; also those that a later mark has replaced."""
        columns = (marked_article.c.source_id, marked_article.c.title, marked_article.c.url)
        query = select(rule_mark, *columns, _IS_NEWEST.label("is_newest")).join(marked_article).where(*_limit(wanted))
        query = query.order_by(rule_mark.c.at.desc(), rule_mark.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [MarkReport(mark_from_row(row), row.source_id, row.title, row.url, bool(row.is_newest)) for row in rows]

    def iter_articles(self, wanted: MarkFilter = ALL_MARKS) -> Iterator[MarkedArticle]:
        """The marked articles that still have their words, the oldest first, each with the newest mark of each wanted
        rule. Few are in memory at once."""
        has_mark = marked_article.c.id.in_(select(rule_mark.c.article_id).where(*_limit(wanted)))
        query = select(marked_article).where(marked_article.c.title.is_not(None), has_mark)
        after: Row[*tuple[Any, ...]] | None = None
        while True:
            with self._database.reading() as connection:
                rows = read_slice(connection, query, (marked_article.c.published_at, marked_article.c.id), after, SLICE)
                marks = _load_newest_marks(connection, [row.id for row in rows], wanted)
            for row in rows:
                if row.id in marks:
                    yield MarkedArticle(_article_from_row(row), row.publisher, tuple(marks[row.id]))
            if len(rows) < SLICE:
                return
            after = rows[-1]

    def count_erased(self) -> int:
        """How many marks count and have lost the words of their article by an erasure."""
        query = select(func.count()).select_from(rule_mark).join(marked_article)
        with self._database.reading() as connection:
            return connection.execute(query.where(marked_article.c.title.is_(None), _IS_NEWEST)).scalar_one()

    def count_verdicts(self, rules: Sequence[str] | None) -> dict[tuple[str, MarkVerdict], int]:
        """How many matches of these rules (few; None: of all) have each verdict, by rule: the newest mark of each
        counts. Marks on articles that the rule did not match are left out."""
        columns = (rule_mark.c.rule_id, rule_mark.c.verdict, func.count().label("count"))
        query = (
            select(*columns)
            .where(_IS_NEWEST, rule_mark.c.kind.is_not(None))
            .group_by(rule_mark.c.rule_id, rule_mark.c.verdict)
        )
        if rules is not None:
            query = query.where(rule_mark.c.rule_id.in_(rules))
        with self._database.reading() as connection:
            return {(row.rule_id, MarkVerdict(row.verdict)): row[2] for row in connection.execute(query)}

    def rules(self) -> list[str]:
        """The rules that have a mark."""
        with self._database.reading() as connection:
            query = select(rule_mark.c.rule_id).distinct().order_by(rule_mark.c.rule_id)
            return list(connection.execute(query).scalars())


def load_verdicts(
    connection: Connection, articles: Iterable[ArticleName]
) -> dict[ArticleName, Mapping[str, MarkVerdict]]:
    """The newest verdict for each rule on each of these articles; those without a mark are left out."""
    by_hash = {(source, uid_hash(uid)): (source, uid) for source, uid in articles}
    found: defaultdict[ArticleName, dict[str, MarkVerdict]] = defaultdict(dict)
    columns = (marked_article.c.source_id, marked_article.c.uid_hash, rule_mark.c.rule_id, rule_mark.c.verdict)
    query = select(*columns).select_from(rule_mark).join(marked_article).where(_IS_NEWEST)
    for batch in in_batches(by_hash):
        names = tuple_(marked_article.c.source_id, marked_article.c.uid_hash).in_(batch)
        for row in connection.execute(query.where(names)):
            found[by_hash[row.source_id, row.uid_hash]][row.rule_id] = MarkVerdict(row.verdict)
    return dict(found)


def mark_from_row(row: Row[*tuple[Any, ...]]) -> RuleMark:
    """The mark of a row of `rule_mark`."""
    return RuleMark(
        rule=row.rule_id,
        verdict=MarkVerdict(row.verdict),
        at=row.at,
        who=row.who,
        kind=MatchKind(row.kind) if row.kind else None,
        rule_version=row.rule_version,
        match=row.match_id,
        alert=row.alert_id,
    )


def marked_article_has_address(address: str) -> ColumnElement[bool]:
    """The condition for marked articles that have this address, however it is written; or this uid."""
    hashes = list(map(uid_hash, list_address_forms(address)))
    return or_(marked_article.c.uid_hash.in_(hashes), marked_article.c.link_hash.in_(hashes))


def _limit(wanted: MarkFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.rules:
        conditions.append(rule_mark.c.rule_id.in_(wanted.rules))
    if wanted.since is not None:
        conditions.append(rule_mark.c.at >= wanted.since)
    return conditions


def _load_newest_marks(
    connection: Connection, ids: Collection[int], wanted: MarkFilter
) -> Mapping[int, list[RuleMark]]:
    query = select(rule_mark).where(and_(rule_mark.c.article_id.in_(ids), _IS_NEWEST, *_limit(wanted)))
    found: dict[int, list[RuleMark]] = {}
    for row in connection.execute(query.order_by(rule_mark.c.at, rule_mark.c.id)):
        found.setdefault(row.article_id, []).append(mark_from_row(row))
    return found


def _restore_canonical(url: str | None, link_hash: str | None) -> str | None:
    """The canonical form of the link that the feed gave, of which the hash is stored; `url` is the link that is
    shown."""
    if url is None:
        return None
    return next((form for form in list_address_forms(url) if uid_hash(form) == link_hash), canonicalize_url(url))


def _article_from_row(row: Row[*tuple[Any, ...]]) -> Article:
    return Article(
        source=row.source_id,
        uid=row.uid_hash,
        title=row.title,
        text=row.text or "",
        seen=row.seen_at,
        published=row.published_at,
        dated=row.dated,
        url=row.url,
        canonical=_restore_canonical(row.url, row.link_hash),
        language=row.language,
        authors=tuple(row.authors or ()),
        tags=tuple(row.tags or ()),
    )
