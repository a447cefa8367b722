"""Stores marks on articles and rules, with a copy of the words that they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, select, update

from monitor.cases import determine_article_provenance, name_publisher
from monitor.errors import InvalidRequest
from monitor.model import Article, MarkedArticle, MarkVerdict, MatchKind, RuleMark, Source
from monitor.model.hashing import uid_hash
from monitor.store.engine.database import Database, build_insert
from monitor.store.engine.tables import article, article_version, known, marked_article, match, rule_mark
from monitor.store.queries.articles import (
    article_from_row,
    article_version_from_row,
    select_article_versions,
    select_latest_articles,
)

_WORDS = ("url", "title", "text", "authors", "tags")
_FOLLOWS_VERSION = ("link_hash", "publisher", "language", "published_at", "dated", *_WORDS)


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


class MarkWriter:
    """Stores marks. `sources`: those in the user's files; they say who prints an article."""

    def __init__(self, database: Database, sources: Mapping[str, Source]) -> None:
        self._database = database
        self._sources = sources

    def mark_matches(self, ids: Mapping[int, str | None], judgement: Judgement) -> list[MarkResult]:
        """Mark these matches, each with the alert that it was marked by (None: the alert of the match, if it has one).
        Raises InvalidRequest if one of them does not exist; then none is marked."""
        is_matched_version = and_(
            match.c.article_id == article_version.c.article_id, match.c.article_version == article_version.c.version
        )
        columns = (match.c.id.label("match_id"), match.c.rule_id, match.c.rule_version, match.c.kind, match.c.alert_id)
        query = select_article_versions().join(match, is_matched_version).add_columns(*columns)
        with self._section() as connection:
            rows = {row.match_id: row for row in connection.execute(query.where(match.c.id.in_(ids)))}
            missing = [id_ for id_ in ids if id_ not in rows]
            if missing:
                raise InvalidRequest(
                    f"there is no match {missing[0]}: `news-monitor matches list` shows those that are"
                )
            return [self._mark_match(connection, rows[id_], alert, judgement) for id_, alert in ids.items()]

    def mark_articles(self, ids: Sequence[int], rule: str, version: str, judgement: Judgement) -> list[MarkResult]:
        """Mark these articles, by their numbers, for a rule of this version. Raises InvalidRequest if one of them does
        not exist, or if the verdict is that the rule missed it although it matched it as news; then none is marked."""
        with self._section() as connection:
            rows = {
                row.id: row for row in connection.execute(select_latest_articles().where(article.c.id.in_(ids))).all()
            }
            missing = [id_ for id_ in ids if id_ not in rows]
            if missing:
                raise InvalidRequest(f"there is no article {missing[0]}")
            results = []
            for id_ in dict.fromkeys(ids):
                stored = article_from_row(rows[id_])
                matched = _find_match(connection, id_, stored.version, rule)
                if judgement.verdict is MarkVerdict.MISSED and matched is not None and matched.kind == MatchKind.NEWS:
                    raise InvalidRequest(
                        f"{rule} did not miss “{stored.title}”: it matched it as news (match {matched.id}); "
                        f"`news-monitor matches show {matched.id}` says what was decided, and "
                        f"`news-monitor matches mark {matched.id} good` marks it"
                    )
                mark = RuleMark(rule, judgement.verdict, judgement.at, judgement.who, rule_version=version)
                if matched is not None:
                    mark = replace(mark, kind=MatchKind(matched.kind), match=matched.id)
                results.append(self._write_mark(connection, stored, mark))
            return results

    def import_marks(self, articles: Sequence[MarkedArticle]) -> int:
        """Store marks that were made elsewhere, with who made them and when; the words of an article that is here
        already stay as they are, and those of an erased one do not come back. Returns how many marks were new."""
        with self._section() as connection:
            added = 0
            for marked in articles:
                id_ = _write_article(connection, marked, replaces=False)
                added += sum(_insert_mark(connection, id_, mark) for mark in marked.marks)
            return added

    def _mark_match(
        self, connection: Connection, row: Row[*tuple[Any, ...]], alert: str | None, judgement: Judgement
    ) -> MarkResult:
        mark = RuleMark(
            row.rule_id,
            judgement.verdict,
            judgement.at,
            judgement.who,
            MatchKind(row.kind),
            row.rule_version,
            row.match_id,
            alert or row.alert_id,
        )
        return self._write_mark(connection, article_version_from_row(row), mark)

    def _write_mark(self, connection: Connection, marked: Article, mark: RuleMark) -> MarkResult:
        source = self._sources.get(marked.source)
        publisher = name_publisher(marked, determine_article_provenance(marked, source), source)
        hashed = replace(marked, uid=uid_hash(marked.uid))
        id_ = _write_article(connection, MarkedArticle(hashed, publisher), replaces=True)
        newest = _find_newest_mark(connection, id_, mark.rule)
        before = None if newest is None else MarkVerdict(newest.verdict)
        is_same = newest is not None and (before, newest.who) == (mark.verdict, mark.who)
        is_new = not is_same and _insert_mark(connection, id_, mark)
        return MarkResult(mark, marked, before, is_new)

    @contextmanager
    def _section(self) -> Iterator[Connection]:
        """No erasure goes on meanwhile, so that no words are copied that are just being erased."""
        with self._database.writing() as connection:
            self._database.enter_section(connection)
            yield connection


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
