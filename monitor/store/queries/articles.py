"""Finds stored articles by the names that people use, with their stories and all stored decisions. It only reads."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select, union

from monitor.model import Article, Story
from monitor.model.hashing import uid_hash
from monitor.store.engine.database import Database
from monitor.store.engine.tables import (
    HAS_OTHER_UID,
    HAS_OTHER_URL,
    alert,
    article,
    article_version,
    known,
    match,
    story,
    story_article,
)
from monitor.store.queries.address_forms import list_address_forms
from monitor.store.queries.matches import DeliveryHistory, MatchFilter, MatchQueries, MatchReport, load_deliveries

_MAX_NUMBER = 2**31  # the ids of matches and articles are smaller
_MAX_DIGITS = 10  # an id has no more; int() refuses thousands of digits
_ID_PREFIX = "[0-9a-f]{6,}"  # of an alert's id: a shorter one would often be the number of a deleted match


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article in its latest version. `story`, `join_reason`: its story, and why it joined that (None: no rule
    matched it, and only matched articles join stories); `events`: those of its matches; `decisions`: on the matches
    of each of its versions, in the order in which they were stored; `compared`: its comparison when it joined, in
    words."""

    article: Article
    story: Story | None
    join_reason: str | None
    events: tuple[str, ...]
    decisions: tuple[MatchReport, ...]
    compared: str | None = None


@dataclass(frozen=True, slots=True)
class MissingArticle:
    """Why there is no article with a name, where that is known. `source`: its source; `first_seen_at`: when it was
    first seen; `left_at`: since when it is gone."""

    reason: str
    source: str | None = None
    first_seen_at: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertReport:
    """The alert with which a rule sent an article, or another one of its story or event. `source`, `uid` and `title`
    are those of the alert's article (None: it was erased); for a digest, of its first line."""

    id: str
    at: datetime
    kind: str
    rule: str
    source: str | None
    uid: str | None
    title: str | None
    deliveries: tuple[DeliveryHistory, ...]


class ArticleQueries:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, name: str, limit: int = 10) -> list[StoredArticle]:
        """At most `limit` articles with this name, the newest first. A name is the number of a match, as `matches list`
        shows it; the id of an alert, as its message shows it; `SOURCE UID`, as JSON has them; an address, or a uid
        alone, which several articles may have; or the beginning of the id of an alert."""
        with self._database.reading() as connection:
            for condition in _interpret_name(name):
                rows = connection.execute(
                    _select_articles_with_story().where(condition).order_by(article.c.id.desc()).limit(limit)
                ).all()
                if rows:
                    break
        return [self._with_decisions(row) for row in rows]

    def _with_decisions(self, row: Row[*tuple[Any, ...]]) -> StoredArticle:
        wanted = MatchFilter(sources=(row.source_id,), uid=row.uid)
        joined_story = Story(row.story_id, row.story_title, row.opened_at) if row.story_id is not None else None
        decisions = tuple(MatchQueries(self._database).iter_matches(wanted))
        events = tuple(dict.fromkeys(report.event for report in decisions if report.event is not None))
        return StoredArticle(article_from_row(row), joined_story, row.how, events, decisions, row.compared)

    def load_by_ids(self, ids: Sequence[int]) -> list[StoredArticle]:
        """The articles with these numbers, the newest first; those that have left meanwhile are left out."""
        query = _select_articles_with_story().where(article.c.id.in_(ids)).order_by(article.c.id.desc())
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [self._with_decisions(row) for row in rows]

    def find_numbers(self, name: str) -> list[tuple[int, str]]:
        """The numbers of the articles with this name, and their sources. A name is the number itself, as `stories show`
        has it, or an address."""
        number = _read_number(name)
        condition = article_has_address(name) if number is None else article.c.id == number
        query = select(article.c.id, article.c.source_id).where(condition).order_by(article.c.id)
        with self._database.reading() as connection:
            return [(row.id, row.source_id) for row in connection.execute(query)]

    def number_of(self, stored: Article) -> int:
        """The number of a stored article."""
        condition = and_(article.c.source_id == stored.source, article.c.uid == stored.uid)
        with self._database.reading() as connection:
            return int(connection.execute(select(article.c.id).where(condition)).scalar_one())

    def load_details(self, number: int) -> tuple[StoredArticle, tuple[tuple[datetime, Article], ...]]:
        """The article with this number, and each of its versions with the time of its commit, the oldest first."""
        with self._database.reading() as connection:
            row = connection.execute(_select_articles_with_story().where(article.c.id == number)).one()
            query = select_article_versions().where(article.c.id == number).order_by(article_version.c.id)
            versions = tuple((each.at, article_version_from_row(each)) for each in connection.execute(query))
        return self._with_decisions(row), versions

    def list_versions_of_match(self, id_: int) -> tuple[tuple[datetime, Article], ...]:
        """Each version of the article of a match with the time of its commit, the oldest first."""
        of_match = select(match.c.article_id).where(match.c.id == id_).scalar_subquery()
        query = select_article_versions().where(article.c.id == of_match).order_by(article_version.c.version)
        with self._database.reading() as connection:
            return tuple((row.at, article_version_from_row(row)) for row in connection.execute(query))

    def explain_missing(self, name: str) -> MissingArticle | None:
        """Why there is no article with this name; None if nothing is known of it."""
        with self._database.reading() as connection:
            if (missing := _explain_alert_without_article(connection, alert.c.id == name)) is not None:
                return missing
            row = connection.execute(
                select(known).where(_has_known_name(name)).order_by(known.c.left_at.desc())
            ).first()
            if row is None:
                is_prefix = re.fullmatch(_ID_PREFIX, name)
                return _explain_alert_without_article(connection, alert.c.id.startswith(name)) if is_prefix else None
        reason = (
            "it was forgotten at the operator's request" if row.forgotten else "it left the archive because of its age"
        )
        return MissingArticle(reason, row.source_id, row.seen_at, row.left_at)

    def alerts(self, stored: StoredArticle, rules: Collection[str]) -> dict[str, AlertReport]:
        """The alert with which each of these rules sent this article, alone or in a digest, or else the first one of
        its story or event, by rule. Rules without one are left out."""
        same: ColumnElement[bool] = alert.c.event_id.in_(stored.events)
        if stored.story is not None:
            same = or_(same, alert.c.story_id == stored.story.id)
        columns = (article.c.source_id, article.c.uid, article_version.c.title)
        version = and_(
            article_version.c.article_id == alert.c.article_id, article_version.c.version == alert.c.article_version
        )
        query = (
            select(alert.c.id, alert.c.at, alert.c.kind, alert.c.rule_id, *columns)
            .outerjoin(article, article.c.id == alert.c.article_id)
            .outerjoin(article_version, version)
            .order_by(alert.c.at.desc(), alert.c.id)
        )
        by_match = [(report.alert, report.rule) for report in stored.decisions if report.alert is not None]
        rows_by_rule = {}
        with self._database.reading() as connection:
            for row in connection.execute(query.where(same)):
                rows_by_rule[row.rule_id] = row
            for row in connection.execute(query.where(alert.c.id.in_([id_ for id_, _ in by_match]))):
                rows_by_rule.update((rule, row) for id_, rule in by_match if id_ == row.id)
            return {
                rule: AlertReport(
                    row.id,
                    row.at,
                    row.kind,
                    rule,
                    row.source_id,
                    row.uid,
                    row.title,
                    load_deliveries(connection, row.id),
                )
                for rule, row in rows_by_rule.items()
                if rule in rules
            }


def article_has_address(address: str) -> ColumnElement[bool]:
    """The condition for articles that have, or had, this address, however it is written; or this uid, which often is
    one."""
    forms = list_address_forms(address)
    # Each part uses an index. PostgreSQL would use none for an OR of them.
    return article.c.id.in_(
        union(
            select(article.c.id).where(article.c.canonical.in_(forms)),
            # an address and a uid that are their own canonical form
            select(article.c.id).where(
                article.c.canonical == address, or_(article.c.url == address, article.c.uid == address)
            ),
            select(article.c.id).where(article.c.url.in_(forms), HAS_OTHER_URL),
            select(article.c.id).where(article.c.uid.in_(forms), HAS_OTHER_UID),
            select(article_version.c.article_id).where(article_version.c.canonical.in_(forms)),
        )
    )


def _read_number(name: str) -> int | None:
    """The number of a match or an article; None if the name is none."""
    is_number = name.isascii() and name.isdigit() and len(name) <= _MAX_DIGITS
    return int(name) if is_number and int(name) < _MAX_NUMBER else None


def _interpret_name(name: str) -> list[ColumnElement[bool]]:
    """The conditions for what a name may mean, the surest first."""
    conditions: list[ColumnElement[bool]] = []
    if (number := _read_number(name)) is not None:
        conditions.append(article.c.id.in_(select(match.c.article_id).where(match.c.id == number)))
    conditions.append(article.c.id.in_(select(alert.c.article_id).where(alert.c.id == name)))
    source, _, uid = name.partition(" ")
    conditions.append(and_(article.c.source_id == source, article.c.uid == uid))
    conditions.append(article_has_address(name))
    if re.fullmatch(_ID_PREFIX, name):
        conditions.append(article.c.id.in_(select(alert.c.article_id).where(alert.c.id.startswith(name))))
    return conditions


def _explain_alert_without_article(connection: Connection, condition: ColumnElement[bool]) -> MissingArticle | None:
    """Why such an alert has no article; None if there is no such alert."""
    row = connection.execute(select(alert.c.subject).where(condition).order_by(alert.c.at.desc())).first()
    if row is None:
        return None
    notice = f"that alert is a notice to the operator about {row.subject}, and has no article"
    return MissingArticle(notice if row.subject else "it was forgotten at the operator's request")


def _has_known_name(name: str) -> ColumnElement[bool]:
    """The condition for entries that left: by address or uid, or by source and uid."""
    source, _, uid = name.partition(" ")
    of_source = and_(known.c.source_id == source, known.c.uid_hash == uid_hash(uid))
    return or_(known.c.uid_hash.in_(map(uid_hash, list_address_forms(name))), of_source)


def select_latest_articles() -> Select[Any]:
    """A query of articles in their latest version, for `article_from_row`."""
    version = (article_version.c.article_id == article.c.id) & (article_version.c.version == article.c.version)
    texts = (article_version.c.text, article_version.c.authors, article_version.c.tags)
    return select(article, *texts).join_from(article, article_version, version)


def select_article_versions() -> Select[Any]:
    """A query of articles in each of their versions, for `article_version_from_row`. `number`: the version's id, in the
    order of the commits."""
    labels = {"id": "number", "version": "of_version", "title": "of_title", "canonical": "of_canonical"}
    own = (article_version.c[name].label(label) for name, label in {**labels, "digest": "of_digest"}.items())
    texts = (article_version.c.at, article_version.c.text, article_version.c.authors, article_version.c.tags)
    return select(article, *own, *texts).join_from(
        article_version, article, article.c.id == article_version.c.article_id
    )


def _select_articles_with_story() -> Select[Any]:
    return (
        select_latest_articles()
        .add_columns(story.c.id.label("story_id"), story.c.title.label("story_title"), story.c.opened_at)
        .add_columns(story_article.c.how, story_article.c.compared)
        .outerjoin(story_article, story_article.c.article_id == article.c.id)
        .outerjoin(story, story.c.id == story_article.c.story_id)
    )


def article_from_row(row: Row[*tuple[Any, ...]]) -> Article:
    """The article of a row of `select_latest_articles`."""
    return Article(
        source=row.source_id,
        uid=row.uid,
        title=row.title,
        text=row.text,
        seen=row.seen_at,
        published=row.published_at,
        dated=row.dated,
        version=row.version,
        url=row.url,
        canonical=row.canonical,
        language=row.language,
        digest=row.digest,
        authors=tuple(row.authors or ()),
        tags=tuple(row.tags or ()),
        baseline=row.baseline,
    )


def article_version_from_row(row: Row[*tuple[Any, ...]]) -> Article:
    """The version of a row of `select_article_versions`."""
    return replace(
        article_from_row(row),
        version=row.of_version,
        title=row.of_title,
        canonical=row.of_canonical,
        digest=row.of_digest,
    )
