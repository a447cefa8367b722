"""After the upgrade to a schema that stores the features of articles (0007): computes those of the last days from the
stored articles, so that their stories and events go on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, Select, and_, func, select

from monitor.cases import identity_features
from monitor.identity import STORIES, ArticleFeatures
from monitor.identity.events import RuleArticle, join_event
from monitor.matching import RuleSet
from monitor.model import Story
from monitor.store.engine.tables import article, article_version, match, story, story_article
from monitor.store.queries.articles import article_from_row
from monitor.store.state.clusters import StoredClusters

BACKFILL_WINDOW = timedelta(days=2)  # before the newest article
_SLICE = 250


def backfill_clusters(connection: Connection, rules: RuleSet) -> None:
    """Let recent article versions that a rule hit join the stories and events that they belong to. `rules`: those whose
    entities identity uses."""
    newest = connection.execute(select(func.max(article.c.seen_at))).scalar_one_or_none()
    if newest is None:
        return
    matches = select(match.c.article_id, match.c.article_version).where(match.c.article_id == article.c.id)
    matches = matches.where(match.c.article_version == article_version.c.version)
    query = select(article_version.c.id).join(article, article.c.id == article_version.c.article_id)
    query = query.where(article.c.seen_at > newest - BACKFILL_WINDOW, matches.exists()).order_by(article_version.c.id)
    versions = connection.execute(query).scalars().all()  # in the order of commits
    for first in range(0, len(versions), _SLICE):
        _backfill_versions(connection, versions[first : first + _SLICE], rules)


def _backfill_versions(connection: Connection, versions: Sequence[int], rules: RuleSet) -> None:
    stored = StoredClusters(connection)
    rows = connection.execute(
        _select_versions().where(article_version.c.id.in_(versions)).order_by(article_version.c.id)
    ).all()
    ids = {(row.source_id, row.uid): row.id for row in rows}
    events = _load_events_by_version(connection, list(ids.values()))
    articles = [
        (row, identity_features(article_from_row(row), rules), Story(row.story_id, row.story_title, row.opened_at))
        for row in rows
    ]
    stored.load_keys((STORIES, key) for _, features, _ in articles for key in features.index_keys)
    stored.load_clusters((STORIES, joined_story.id) for _, _, joined_story in articles)
    stored.load_clusters(key for keys in events.values() for key in keys)
    for row, features, joined_story in articles:
        _join_story(stored, features, joined_story.id)
        for rule, event_id in events.get((row.id, row.version), ()):
            rule_article = RuleArticle(rule, joined_story, features)
            stored.load_keys((rule, key) for key in rule_article.key_weights)
            if (cluster := stored.index.get(rule, event_id)) is not None:
                join_event(rule_article, cluster, stored.index)
    stored.write_first(ids)


def _join_story(stored: StoredClusters, features: ArticleFeatures, id_: str) -> None:
    cluster = stored.index.get(STORIES, id_)
    if cluster is not None:
        stored.index.add_article(cluster.joined_by(features), features, features.index_keys)


def _load_events_by_version(
    connection: Connection, articles: Sequence[int]
) -> dict[tuple[int, int], list[tuple[str, str]]]:
    """For each version of these articles: pairs of a rule and the event that it belongs to."""
    found: defaultdict[tuple[int, int], list[tuple[str, str]]] = defaultdict(list)
    of_event = and_(match.c.article_id.in_(articles), match.c.event_id.is_not(None))
    for row in connection.execute(select(match).where(of_event).order_by(match.c.id)):
        found[row.article_id, row.article_version].append((row.rule_id, row.event_id))
    return found


def _select_versions() -> Select[tuple[object, ...]]:
    """Articles as they were in each version, with their stories."""
    version = (article_version.c.version, article_version.c.title, article_version.c.canonical, article_version.c.text)
    columns = [column for column in article.c if column.name not in {"version", "title", "canonical"}]
    more = (article_version.c.authors, article_version.c.tags)
    return (
        select(*columns, *version, *more, story.c.id.label("story_id"), story.c.title.label("story_title"))
        .add_columns(story.c.opened_at)
        .join_from(article, article_version, article_version.c.article_id == article.c.id)
        .join(story_article, story_article.c.article_id == article.c.id)
        .join(story, story.c.id == story_article.c.story_id)
    )
