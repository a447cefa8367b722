"""Splits a story, or an event, when a person says so: for the stored articles, and for those that come.

What was decided on their matches stays: what was sent is not sent again, and what was suppressed is not sent late. The
next article of the new one is new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update

from monitor.alerting.pending_replacement import LostMatch
from monitor.alerting.subject_keys import event_key, story_key
from monitor.cases import identity_features
from monitor.errors import InvalidRequest
from monitor.identity.clusters import Cluster
from monitor.identity.events import RuleArticle, join_event
from monitor.identity.features import ArticleFeatures
from monitor.matching import RuleSet
from monitor.model import STORIES, Config, IdentityMarkKind, Story, words_in_evidence
from monitor.model.hashing import hash_name
from monitor.store.engine.database import Database
from monitor.store.engine.tables import article, article_version, match, story, story_article
from monitor.store.lifecycle.cluster_removal import load_match_keys, remove_cluster_keys
from monitor.store.lifecycle.publisher_removal import find_contributing_matches, remove_publishers
from monitor.store.queries.articles import article_from_row
from monitor.store.queries.matches import spans_from_evidence
from monitor.store.state.clusters import StoredClusters, load_features
from monitor.store.state.identity_marks import (
    IdentityMark,
    MarkedCluster,
    keep_apart,
    require_cluster,
    write_identity_mark,
)
from monitor.store.state.stored_ledger import load_subject_records, write_subject_records

_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class SplitResult:
    """The result of a split: `id` of the new story or event, the `whole` that it was split off, and its number of
    articles."""

    id: str
    whole: str
    articles: int


class ClusterSplitter:
    """Splits stories and events. `config`: what the user's files say; `rules`: the running ones, as the daemon compiles
    them."""

    def __init__(self, database: Database, config: Config, rules: RuleSet) -> None:
        self._database = database
        self._config = config
        self._rules = rules

    def split(self, id_: str, articles: Collection[int], now: datetime, who: str) -> SplitResult:
        """Make these articles a story, or an event, of their own; if there are none, the article that joined last.
        Raises InvalidRequest if the whole does not have all of them, or would have no article left."""
        with self._database.writing() as connection:
            self._database.enter_section(connection)
            whole = require_cluster(connection, id_)
            rows = _select_leaving_articles(connection, whole, articles)
            operation = _SplitOperation(connection, whole, rows, self._config, now)
            new_cluster = operation.move(self._rules)
            write_identity_mark(
                connection, IdentityMark(IdentityMarkKind.SPLIT, whole.id, new_cluster.id, now, who), whole.scope
            )
        return SplitResult(new_cluster.id, whole.id, len(rows))


def _select_leaving_articles(connection: Connection, whole: MarkedCluster, wanted: Collection[int]) -> Sequence[_Row]:
    """The articles to split off, in the order in which they came, each in its latest version with its story."""
    latest = and_(article_version.c.article_id == article.c.id, article_version.c.version == article.c.version)
    query = (
        select(article, article_version.c.text, article_version.c.authors, article_version.c.tags)
        .add_columns(story_article.c.publisher, story_article.c.wire)
        .add_columns(story.c.id.label("story_id"), story.c.title.label("story_title"), story.c.opened_at)
        .join_from(article, article_version, latest)
        .join(story_article, story_article.c.article_id == article.c.id)
        .join(story, story.c.id == story_article.c.story_id)
        .order_by(article.c.seen_at, article.c.id)
    )
    members = connection.execute(query.where(article.c.id.in_(select(_select_member_ids(whole).c.article_id)))).all()
    ids = {row.id for row in members}
    if unknown := sorted(set(wanted) - ids):
        numbers = ", ".join(map(str, unknown))
        raise InvalidRequest(
            f"{whole.id} has no article {numbers}: `news-monitor stories show {whole.id}` gives their numbers"
        )
    chosen = [row for row in members if row.id in wanted] if wanted else members[-1:]
    if len(chosen) == len(members):
        raise InvalidRequest(f"nothing would be left of {whole.id}: name some of its articles, not all")
    return chosen


def _select_member_ids(whole: MarkedCluster) -> Any:  # noqa: ANN401 - a subquery
    if whole.scope == STORIES:
        return select(story_article.c.article_id).where(story_article.c.story_id == whole.id).subquery()
    return select(match.c.article_id).where(match.c.event_id == whole.id).distinct().subquery()


class _SplitOperation:
    """One split, within the serial section."""

    def __init__(
        self, connection: Connection, whole: MarkedCluster, rows: Sequence[_Row], config: Config, now: datetime
    ) -> None:
        self._connection = connection
        self._whole = whole
        self._rows = rows
        self._ids = [row.id for row in rows]
        self._config = config
        self._now = now
        self._how = f"split off {whole.id} by a person"
        self._article_ids = {(row.source_id, row.uid): row.id for row in rows}

    def move(self, rules: RuleSet) -> Cluster:
        """Remove the articles and their contributions from the whole; returns their own new story or event."""
        contributions = find_contributing_matches(self._connection, self._ids)
        if self._whole.scope == STORIES:  # its events stay as they were
            contributions = [replace(contribution, event=None) for contribution in contributions]
        remove_publishers(self._connection, contributions, self._ids)
        features = self._load_features(rules)
        self._remove_from_whole(features.values())
        new_cluster = self._open_cluster(features)
        self._move_articles(new_cluster.id)
        self._copy_sent_records(contributions, new_cluster.id)
        table, whole = self._whole.table, self._whole
        keep_apart(self._connection, table, whole.id, whole.kept_apart | {new_cluster.id})
        keep_apart(self._connection, table, new_cluster.id, [whole.id])
        return new_cluster

    def _load_features(self, rules: RuleSet) -> dict[int, ArticleFeatures]:
        """The articles' features by article id: as stored, or else computed again."""
        latest = {row.id: row.version for row in self._rows}
        stored = {
            (features.source, features.uid): features for features in load_features(self._connection, latest.items())
        }
        return {
            row.id: stored.get((row.source_id, row.uid)) or identity_features(article_from_row(row), rules)
            for row in self._rows
        }

    def _copy_sent_records(self, contributions: Iterable[LostMatch], new: str) -> None:
        """What a rule has sent with one of these articles, it has sent of the new one too."""
        publishers: defaultdict[str, set[str]] = defaultdict(set)
        sent = {contribution.rule for contribution in contributions if contribution.is_sent}
        for contribution in contributions:
            publishers[contribution.rule].add(contribution.independent_publisher)
        scope = self._whole.scope
        key_of, rules = (story_key, sent) if scope == STORIES else (event_key, sent & {scope})
        for record in load_subject_records(self._connection, [key_of(rule, self._whole.id) for rule in rules]).values():
            others = set(record.independent_publishers) - publishers[record.rule]
            copied = replace(record.without_publishers(others), key=key_of(record.rule, new))
            write_subject_records(self._connection, [copied])

    def _remove_from_whole(self, removed: Iterable[ArticleFeatures]) -> None:
        """Remove these articles from the whole: it is no longer compared with them, nor found by keys that only they
        have."""
        table, scope = self._whole.table, self._whole.scope
        cluster_rows = or_(table.c.id == self._whole.id, table.c.merged_into == self._whole.id)
        match_keys, other_match_keys = load_match_keys(self._connection, scope, self._whole.id, self._ids)
        removed_keys = (
            {key for features in removed for key in features.index_keys}
            | self._find_story_keys(removed=True)
            | match_keys
        )
        other_keys = self._find_story_keys(removed=False) | other_match_keys
        for row in self._connection.execute(select(table).where(cluster_rows)).all():
            members = [member for member in row.members or () if member[0] not in self._ids]
            remaining_keys = {
                key for features in load_features(self._connection, members) for key in features.index_keys
            }
            remove_cluster_keys(self._connection, scope, removed_keys - remaining_keys - other_keys, row.id)
            self._connection.execute(update(table).where(table.c.id == row.id).values(members=members))

    def _find_story_keys(self, *, removed: bool) -> set[str]:
        """The keys by which stories find the event."""
        if self._whole.scope == STORIES:
            return set()
        of_event = select(story_article.c.story_id).join(match, match.c.article_id == story_article.c.article_id)
        condition = match.c.article_id.in_(self._ids) if removed else match.c.article_id.not_in(self._ids)
        story_ids = self._connection.execute(of_event.where(match.c.event_id == self._whole.id, condition))
        return {f"story:{id_}" for id_ in story_ids.scalars()}

    def _open_cluster(self, features: dict[int, ArticleFeatures]) -> Cluster:
        scope, first = self._whole.scope, features[self._ids[0]]
        id_hash = hash_name(f"{self._whole.id} {first.source} {first.uid} {self._now.isoformat()}")
        opened_at = first.seen if scope == STORIES else first.at
        new = Cluster(f"{'E' if scope else 'S'}{id_hash:016x}", scope, first.title, opened_at, first.at, first.seen)
        stored = StoredClusters(self._connection)
        for row in self._rows:
            article_features = features[row.id]
            if scope == STORIES:
                stored.load_keys((STORIES, key) for key in article_features.index_keys)
                stored.index.add_article(new.joined_by(article_features), article_features, article_features.index_keys)
            else:
                report = self._build_rule_article(row, article_features)
                stored.load_keys((scope, key) for key in report.key_weights)
                join_event(report, new, stored.index)
            new = stored.index.get(scope, new.id) or new
        stored.write_first(self._article_ids)
        return new

    def _build_rule_article(self, row: _Row, features: ArticleFeatures) -> RuleArticle:
        """The article as its rule saw it when it came."""
        rule = self._config.rules.get(self._whole.scope)
        rule_article = RuleArticle(
            self._whole.scope,
            Story(row.story_id, row.story_title, row.opened_at),
            features,
            event_lasts=None if rule is None else rule.alert.event_lasts,
        )
        this_match = and_(
            match.c.article_id == row.id, match.c.article_version == row.version, match.c.rule_id == rule_article.rule
        )
        for match_row in self._connection.execute(select(match.c.by, match.c.evidence).where(this_match)):
            by = {name: frozenset(values) for name, values in (match_row.by or {}).items()}
            spans = spans_from_evidence(match_row.evidence)
            words = frozenset(span.term for span in spans) if rule is None else words_in_evidence(rule, spans)
            rule_article = replace(rule_article, by_values=by, found_terms=words)
        return rule_article

    def _move_articles(self, new: str) -> None:
        if self._whole.scope == STORIES:
            joined = update(story_article).where(story_article.c.article_id.in_(self._ids))
            self._connection.execute(joined.values(story_id=new, how=self._how, compared=None, compared_with=None))
        else:
            statement = update(match).where(match.c.article_id.in_(self._ids), match.c.event_id == self._whole.id)
            self._connection.execute(
                statement.values(event_id=new, why_event=self._how, compared=None, compared_with=None)
            )
