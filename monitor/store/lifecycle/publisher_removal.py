"""What articles that leave have contributed: matches of which subjects, by which publishers. Those publishers are no
longer counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from monitor.alerting.pending_replacement import LostMatch
from monitor.alerting.subject_keys import shadow_key
from monitor.model import MatchKind, independent_publisher_of
from monitor.store.engine.database import in_batches
from monitor.store.engine.tables import article, match, story_article
from monitor.store.state.stored_ledger import load_subject_records, write_subject_records


def find_contributing_matches(connection: Connection, articles: Sequence[int]) -> list[LostMatch]:
    """The matches of these articles that count; mentions do not, as they are sent with nothing else."""
    return [
        _lost_match_from_row(row)
        for row in connection.execute(_select_news_matches().where(match.c.article_id.in_(articles)))
    ]


def remove_publishers(connection: Connection, removed: Sequence[LostMatch], articles: Sequence[int]) -> None:
    """Stop counting the publishers whose only matches are in these articles."""
    lost_publishers: defaultdict[str, set[str]] = defaultdict(set)
    for contribution in removed:
        for key in contribution.keys:
            lost_publishers[key].add(contribution.independent_publisher)
    for contribution in _find_other_matches(connection, removed, articles):
        for key in contribution.keys:
            lost_publishers[key].discard(contribution.independent_publisher)
    publishers_by_key = {
        name: publishers for key, publishers in lost_publishers.items() if publishers for name in (key, shadow_key(key))
    }
    records = load_subject_records(connection, publishers_by_key)
    reduced = [
        record.without_publishers(publishers_by_key[key])
        for key, record in records.items()
        if publishers_by_key[key].intersection(record.independent_publishers)
    ]
    if reduced:
        write_subject_records(connection, reduced)


def _find_other_matches(
    connection: Connection, removed: Iterable[LostMatch], articles: Sequence[int]
) -> Iterator[LostMatch]:
    """The matches of the same stories and events in other articles."""
    subjects = (
        (story_article.c.story_id, {contribution.story for contribution in removed}),
        (match.c.event_id, {contribution.event for contribution in removed if contribution.event is not None}),
    )
    for column, ids in subjects:
        for batch in in_batches(ids):
            query = _select_news_matches().where(column.in_(batch), match.c.article_id.not_in(articles))
            yield from map(_lost_match_from_row, connection.execute(query))


def _select_news_matches() -> Select[Any]:
    columns = (match.c.id, match.c.at, match.c.alert_id, match.c.rule_id, match.c.event_id, article.c.source_id)
    return (
        select(*columns, story_article.c.story_id, story_article.c.publisher, story_article.c.wire)
        .join_from(match, article, article.c.id == match.c.article_id)
        .join(story_article, story_article.c.article_id == match.c.article_id)
        .where(match.c.is_recorded.is_(True), match.c.kind == MatchKind.NEWS)
    )


def _lost_match_from_row(row: Row[*tuple[Any, ...]]) -> LostMatch:
    publisher = independent_publisher_of(row.wire, row.publisher or row.source_id)
    return LostMatch(row.id, row.at, row.alert_id is not None, row.rule_id, row.story_id, row.event_id, publisher)
