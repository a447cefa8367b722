"""Finds matches by the words of their articles. It only reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_

from monitor.model.article_query import ArticleQuery
from monitor.store.engine.database import Database
from monitor.store.engine.tables import article, article_version, match
from monitor.store.queries.matches import (
    MatchFilter,
    MatchReport,
    add_marks,
    match_report_from_row,
    select_matches,
)
from monitor.store.search.conditions import is_candidate
from monitor.store.search.search_index import is_index_complete
from monitor.store.search.term_spans import TermCheck

_SLICE = 500  # matches whose texts are read at once


class MatchSearch:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, match_filter: MatchFilter, query: ArticleQuery, limit: int) -> list[MatchReport]:
        """At most `limit` matches, the newest first, whose articles have the words of the query in their latest
        version."""
        check = TermCheck(query.terms)
        latest = article_version.alias("latest")
        is_latest = and_(latest.c.article_id == article.c.id, latest.c.version == article.c.version)
        statement = select_matches(match_filter).join(latest, is_latest).order_by(match.c.id.desc()).limit(_SLICE)
        statement = statement.add_columns(latest.c.title.label("latest_title"), latest.c.text.label("latest_text"))
        with self._database.reading() as connection:
            if query.wanted_terms and is_index_complete(connection):
                statement = statement.where(is_candidate(connection, query))
        found: list[MatchReport] = []
        rows: Sequence[Any] = []
        while len(found) < limit:
            following = statement.where(match.c.id < rows[-1].id) if rows else statement
            with self._database.reading() as connection:
                rows = connection.execute(following).all()
                hits = [match_report_from_row(row) for row in rows if check.is_met(row.latest_title, row.latest_text)]
                found += add_marks(connection, hits)
            if len(rows) < _SLICE:
                break
        return found[:limit]
