"""The marks that people make on articles and rules, each with a copy of the words that it is about."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, or_, select, update

from monitor.errors import InvalidRequest
from monitor.ingest.canonical_url import canonicalize_url
from monitor.model import Article, MarkedArticle, MarkVerdict, MatchKind, RuleMark
from monitor.model.hashing import uid_hash
from monitor.store.engine.database import Database, build_insert
from monitor.store.engine.table_walk import SLICE, read_slice
from monitor.store.engine.tables import article, article_version, known, marked_article, match, rule_mark
from monitor.store.queries.address_forms import list_address_forms
from monitor.store.queries.articles import (
    article_from_row,
    article_version_from_row,
    select_article_versions,
    select_latest_articles,
)
from monitor.store.queries.matches import IS_NEWEST_MARK

_WORDS = ("url", "title", "text", "authors", "tags")
_BATCH = 250  # articles imported in one transaction
_FOLLOWS_VERSION = ("link_hash", "publisher", "language", "published_at", "dated", *_WORDS)


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


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person says, when, and who that is."""

    verdict: MarkVerdict
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class MarkResult:
    """What became of a mark. `before`: the verdict that it replaces; None: there was none. `is_new`: False if the same
    person had marked it so before, and nothing was stored."""

    mark: RuleMark
    article: Article
    before: MarkVerdict | None
    is_new: bool


NamePublisher = Callable[[Article], str]
"""Says who prints an article."""


class Marks:
    """Reads marks, from what has been committed, and stores them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, wanted: MarkFilter, limit: int) -> list[MarkReport]:
        """At most `limit` marks, the newest first; also those that a later mark has replaced."""
        columns = (marked_article.c.source_id, marked_article.c.title, marked_article.c.url)
        query = (
            select(rule_mark, *columns, IS_NEWEST_MARK.label("is_newest")).join(marked_article).where(*_limit(wanted))
        )
        query = query.order_by(rule_mark.c.at.desc(), rule_mark.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [MarkReport(_mark_from_row(row), row.source_id, row.title, row.url, bool(row.is_newest)) for row in rows]

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
            return connection.execute(query.where(marked_article.c.title.is_(None), IS_NEWEST_MARK)).scalar_one()

    def count_verdicts(self, rules: Sequence[str] | None) -> dict[tuple[str, MarkVerdict], int]:
        """How many matches of these rules (few; None: of all) have each verdict, by rule: the newest mark of each
        counts. Marks on articles that the rule did not match are left out."""
        columns = (rule_mark.c.rule_id, rule_mark.c.verdict, func.count().label("count"))
        query = (
            select(*columns)
            .where(IS_NEWEST_MARK, rule_mark.c.kind.is_not(None))
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

    def mark_matches(
        self, ids: Mapping[int, str | None], judgement: Judgement, name_publisher: NamePublisher
    ) -> list[MarkResult]:
        """Mark these matches, each with the alert that it was marked by (None: the alert of the match, if it has one).
        Raises InvalidRequest if one of them does not exist; then none is marked."""
        is_matched_version = and_(
            match.c.article_id == article_version.c.article_id, match.c.article_version == article_version.c.version
        )
        columns = (match.c.id.label("match_id"), match.c.rule_id, match.c.rule_version, match.c.kind, match.c.alert_id)
        query = select_article_versions().join(match, is_matched_version).add_columns(*columns)
        with self._section() as connection:
            rows = {row.match_id: row for row in connection.execute(query.where(match.c.id.in_(ids)))}
            if missing := [id_ for id_ in ids if id_ not in rows]:
                raise InvalidRequest(
                    f"there is no match {missing[0]}: `news-monitor matches list` shows those that are"
                )
            results = []
            for id_, alert in ids.items():
                row = rows[id_]
                mark = RuleMark(row.rule_id, judgement.verdict, judgement.at, judgement.who, MatchKind(row.kind))
                mark = replace(mark, rule_version=row.rule_version, match=id_, alert=alert or row.alert_id)
                results.append(_write_mark(connection, article_version_from_row(row), mark, name_publisher))
            return results

    def mark_articles(
        self, ids: Sequence[int], rule: str, version: str, judgement: Judgement, name_publisher: NamePublisher
    ) -> list[MarkResult]:
        """Mark these articles, by their numbers, for a rule of this version. Raises InvalidRequest if one of them does
        not exist, or if the verdict is that the rule missed it although it matched it as news, or is right to match it
        although it did not; then none is marked."""
        with self._section() as connection:
            rows = {
                row.id: row for row in connection.execute(select_latest_articles().where(article.c.id.in_(ids))).all()
            }
            if missing := [id_ for id_ in ids if id_ not in rows]:
                raise InvalidRequest(f"there is no article {missing[0]}")
            results = []
            for id_ in dict.fromkeys(ids):
                stored = article_from_row(rows[id_])
                matched = _find_match(connection, id_, stored.version, rule)
                if judgement.verdict is MarkVerdict.MISSED and matched is not None and matched.kind == MatchKind.NEWS:
                    raise InvalidRequest(
                        f"{rule} did not miss “{stored.title}”: it matched it as news (match {matched.id}); "
                        f"`news-monitor matches show {matched.id}` says what was decided, and "
                        f"`news-monitor mark {matched.id} good` marks it"
                    )
                if judgement.verdict is MarkVerdict.GOOD and matched is None:
                    raise InvalidRequest(f"{rule} did not match “{stored.title}”; if it should have, mark it missed")
                mark = RuleMark(rule, judgement.verdict, judgement.at, judgement.who, rule_version=version)
                if matched is not None:
                    mark = replace(mark, kind=MatchKind(matched.kind), match=matched.id)
                results.append(_write_mark(connection, stored, mark, name_publisher))
            return results

    def import_marks(self, articles: Sequence[MarkedArticle]) -> int:
        """Store marks that were made elsewhere, with who made them and when; the words of an article that is here
        already stay as they are, and those of an erased one do not come back. Returns how many marks were new."""
        added = 0
        for begin in range(0, len(articles), _BATCH):
            with self._section() as connection:
                for marked in articles[begin : begin + _BATCH]:
                    id_ = _write_article(connection, marked, replaces=False)
                    added += sum(_insert_mark(connection, id_, mark) for mark in marked.marks)
        return added

    @contextmanager
    def _section(self) -> Iterator[Connection]:
        """No erasure goes on meanwhile, so that no words are copied that are just being erased."""
        with self._database.writing() as connection:
            self._database.enter_section(connection)
            yield connection


def _mark_from_row(row: Row[*tuple[Any, ...]]) -> RuleMark:
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
    query = select(rule_mark).where(and_(rule_mark.c.article_id.in_(ids), IS_NEWEST_MARK, *_limit(wanted)))
    found: dict[int, list[RuleMark]] = {}
    for row in connection.execute(query.order_by(rule_mark.c.at, rule_mark.c.id)):
        found.setdefault(row.article_id, []).append(_mark_from_row(row))
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


def _write_mark(connection: Connection, marked: Article, mark: RuleMark, name_publisher: NamePublisher) -> MarkResult:
    hashed = replace(marked, uid=uid_hash(marked.uid))
    id_ = _write_article(connection, MarkedArticle(hashed, name_publisher(marked)), replaces=True)
    newest = _find_newest_mark(connection, id_, mark.rule)
    before = None if newest is None else MarkVerdict(newest.verdict)
    is_same = newest is not None and (before, newest.who) == (mark.verdict, mark.who)
    is_new = not is_same and _insert_mark(connection, id_, mark)
    return MarkResult(mark, marked, before, is_new)


def _find_match(connection: Connection, article_id: int, version: int, rule: str) -> Row[*tuple[Any, ...]] | None:
    of_version = and_(match.c.article_id == article_id, match.c.article_version == version, match.c.rule_id == rule)
    return connection.execute(select(match.c.id, match.c.kind).where(of_version)).one_or_none()


def _find_newest_mark(connection: Connection, article_id: int, rule: str) -> Row[*tuple[Any, ...]] | None:
    query = select(rule_mark).where(rule_mark.c.article_id == article_id, rule_mark.c.rule_id == rule)
    return connection.execute(query.order_by(rule_mark.c.at.desc(), rule_mark.c.id.desc()).limit(1)).one_or_none()


def _write_article(connection: Connection, marked: MarkedArticle, *, replaces: bool) -> int:
    """Write the words of an article, whose uid is a hash, and return its id here. `replaces`: the article is in the
    archive, and its words replace those that are stored. Otherwise they come from elsewhere, and may have been erased
    here."""
    of = marked.article
    link = uid_hash(of.canonical) if of.canonical else None
    row: dict[str, object] = {
        "source_id": of.source,
        "uid_hash": of.uid,
        "link_hash": link,
        "publisher": marked.publisher,
        "language": of.language,
        "published_at": of.published,
        "dated": of.dated,
        "seen_at": of.seen,
        "url": of.url,
        "title": of.title,
        "text": of.text,
        "authors": list(of.authors) or None,
        "tags": list(of.tags) or None,
    }
    if not replaces and _was_erased(connection, of.source, of.uid, link):
        row |= dict.fromkeys(_WORDS)
    statement = build_insert(connection, marked_article).values(**row)
    key = ["source_id", "uid_hash"]
    if replaces:
        changes = {name: statement.excluded[name] for name in _FOLLOWS_VERSION}
        has_words = marked_article.c.title.is_not(None)
        connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changes, where=has_words))
    else:
        connection.execute(statement.on_conflict_do_nothing(index_elements=key))
    found = select(marked_article.c.id).where(
        marked_article.c.source_id == of.source, marked_article.c.uid_hash == of.uid
    )
    id_: int = connection.execute(found).scalar_one()
    return id_


def _was_erased(connection: Connection, source: str, hashed: str, link: str | None) -> bool:
    """Whether the operator had this article erased: it was never to come back."""
    hashes = [hashed, *([link] if link else [])]
    is_tombstone = and_(known.c.source_id == source, known.c.uid_hash.in_(hashes), known.c.forgotten)
    return bool(connection.execute(select(exists().where(is_tombstone))).scalar_one())


def _insert_mark(connection: Connection, article_id: int, mark: RuleMark) -> bool:
    """Add a mark; False if it was there."""
    statement = build_insert(connection, rule_mark).values(
        article_id=article_id,
        rule_id=mark.rule,
        verdict=mark.verdict,
        at=mark.at,
        who=mark.who,
        kind=mark.kind,
        rule_version=mark.rule_version,
        match_id=mark.match,
        alert_id=mark.alert,
    )
    return connection.execute(statement.on_conflict_do_nothing().returning(rule_mark.c.id)).first() is not None


def empty_marked_articles(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Erase the words of marked articles, for good. Their marks stay, with who made them and when."""
    connection.execute(update(marked_article).where(condition).values(**dict.fromkeys(_WORDS)))
