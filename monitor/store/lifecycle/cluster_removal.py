"""Removes articles from the stories and events that they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, and_, delete, or_, select, update

from monitor.identity.events import FIRST_OF_EVENT, keys_from_by_values, keys_from_found_terms
from monitor.identity.features import ArticleFeatures
from monitor.identity.stories import FIRST_OF_STORY
from monitor.model import STORIES
from monitor.model.outcome import ClauseCode, clauses_from_row, clauses_from_sentence, clauses_to_row
from monitor.store.engine import tables
from monitor.store.engine.tables import article_features, cluster_key, match, story_article
from monitor.store.state.clusters import load_features, read_postings

_ERASED_REASON = "compared with an article that was forgotten"


def remove_articles_from_clusters(connection: Connection, articles: Sequence[int]) -> None:
    """Remove these articles from their stories and events: these are then compared by the remaining articles, and keys
    that only the removed articles had no longer find them."""
    rows = connection.execute(select(article_features).where(article_features.c.article_id.in_(articles)))
    removed_keys = {key for row in rows for key in ArticleFeatures.from_row(row.row).index_keys}
    for table, names in (
        (tables.story, select(story_article.c.story_id).where(story_article.c.article_id.in_(articles))),
        (tables.event, select(match.c.event_id).where(match.c.article_id.in_(articles))),
    ):
        of_these = or_(table.c.id.in_(names), table.c.merged_into.in_(names))
        for row in connection.execute(select(table).where(of_these)).all():
            members = [member for member in row.members or () if member[0] not in articles]
            scope = STORIES if table is tables.story else row.rule_id
            other_keys = {key for features in load_features(connection, members) for key in features.index_keys}
            removed_match_keys, other_match_keys = load_match_keys(
                connection, scope, row.merged_into or row.id, articles
            )
            remove_cluster_keys(
                connection, scope, (removed_keys | removed_match_keys) - other_keys - other_match_keys, row.id
            )
            connection.execute(update(table).where(table.c.id == row.id).values(members=members))
            in_doubt = or_(tables.event.c.id == row.id, tables.event.c.possibly_of == row.id)
            connection.execute(update(tables.event).where(in_doubt).values(doubt=None))
    _erase_comparisons(connection, articles)


def _erase_comparisons(connection: Connection, articles: Sequence[int]) -> None:
    """Articles that were compared with one of these stay in their story and event, but the words that both said are
    erased."""
    of_story = select(story_article.c.article_id).where(story_article.c.compared_with.in_(articles))
    compared = or_(match.c.compared_with.in_(articles), match.c.article_id.in_(of_story))
    alerts = select(match.c.alert_id).where(compared)
    for table, condition in ((tables.alert, tables.alert.c.id.in_(alerts)), (match, compared)):
        for id_, clauses in connection.execute(select(table.c.id, table.c.reason_parameters).where(condition)).all():
            wordless = _erase_words(clauses)
            connection.execute(update(table).where(table.c.id == id_).values(reason_parameters=wordless))
    for reason_column, first in ((story_article.c.how, FIRST_OF_STORY), (match.c.why_event, FIRST_OF_EVENT)):
        table = reason_column.table
        condition = table.c.compared_with.in_(articles)
        connection.execute(
            update(table).where(condition, reason_column != first).values({reason_column.name: _ERASED_REASON})
        )
        connection.execute(update(table).where(condition).values(compared=None, compared_with=None))


def _erase_words(clauses: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON that may be damaged
    """The stored clauses without what a comparison said. Of clauses that cannot be read, nothing is left."""
    try:
        read = clauses_from_row(clauses)
    except ValueError:
        return clauses_to_row(clauses_from_sentence(_ERASED_REASON))
    quoting = (ClauseCode.JOINED, ClauseCode.DOUBT)
    return clauses_to_row(
        replace(clause, words=_ERASED_REASON) if clause.code in quoting else clause for clause in read
    )


def load_match_keys(
    connection: Connection, rule: str, event: str, articles: Sequence[int]
) -> tuple[set[str], set[str]]:
    """The keys under which an event is found by what its rule found in its articles: those of these articles, and those
    of the others. Both are empty for a story."""
    removed: set[str] = set()
    others: set[str] = set()
    if rule == STORIES:
        return removed, others
    of_event = and_(match.c.rule_id == rule, or_(match.c.event_id == event, match.c.article_id.in_(articles)))
    query = select(match.c.article_id, match.c.by, match.c.evidence).where(of_event)
    for row in connection.execute(query):
        keys = [
            *keys_from_by_values(row.by or {}),
            *keys_from_found_terms({term for _, _, _, _, term, *_ in row.evidence}),
        ]
        (removed if row.article_id in articles else others).update(keys)
    return removed, others


def remove_cluster_keys(connection: Connection, scope: str, keys: Iterable[str], cluster: str) -> None:
    """Remove these keys: they no longer find the story or event."""
    names = [(scope, key) for key in keys]
    for place, postings in list(read_postings(connection, names)):
        remaining = [posting for posting in postings if posting[1] != cluster]
        changed = update(cluster_key).values(postings=remaining) if remaining else delete(cluster_key)
        connection.execute(changed.where(cluster_key.c.scope == scope, cluster_key.c.key == names[place][1]))
