"""How often matches name an entity. It only reads."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from monitor.store.engine.database import Database
from monitor.store.engine.tables import match
from monitor.store.queries.daily_counts import DailyCounts
from monitor.store.queries.matches import spans_from_evidence


def count_matches_naming(
    database: Database, rules: Collection[str], names: Collection[str], now: datetime, timezone: str
) -> DailyCounts:
    """The matches of these rules that have one of these terms in their evidence, on each of the last days."""
    days = DailyCounts.until(now, timezone)
    query = select(match.c.at, match.c.evidence).where(match.c.rule_id.in_(rules), match.c.at >= days.since)
    with database.reading() as connection:
        for row in connection.execute(query):
            if any(span.term in names for span in spans_from_evidence(row.evidence)):
                days.add_all([row.at])
    return days
